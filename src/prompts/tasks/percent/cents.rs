//! The experts of the percent family that count in cents: changes of prices in cents, the price before
//! a change, two changes in turn, several pieces.
//!
//! In come the parameters, out come the chain's text and the answer, found by the steps of the chain.

use super::chains::{apply, by, state_change, undo};
use super::{Kind, Params, dollars};
use crate::prompts::tasks::arithmetic::{add, div_exact, mul, sub};
use crate::prompts::tasks::scribe::{Check, Move, chain, closing, known, phrase};
use crate::rng::Rng;

/// The last words of a chain that counted in cents.
pub(super) fn close_in_cents(cents: i64, rng: &mut Rng) -> String {
    let last = closing(rng, &dollars(cents));
    format!("{cents} cents are {} dollars. {last}", dollars(cents))
}

/// Moves to `p` percent of `whole` dollars, in cents.
pub(super) fn part_in_cents(whole: i64, p: i64, rng: &mut Rng) -> Move {
    let lead = phrase(
        rng,
        &[
            "1% of {whole} dollars is {whole} cents. {p}% is {p} times that.",
            "One percent of {whole} dollars is {whole} cents, so {p}% is {p} times {whole} cents.",
            "I count in cents: 1% is {whole} cents, and {p}% is {p} times {whole}.",
        ],
        &[("whole", &whole), ("p", &p)],
    );
    Move::new(lead, mul(whole, p))
}

pub(super) fn in_cents(whole: i64, rng: &mut Rng) -> Move {
    Move::words(phrase(
        rng,
        &[
            "{w} dollars are {w}00 cents.",
            "The price of {w} dollars is {w}00 cents.",
            "In cents, {w} dollars is {w}00.",
        ],
        &[("w", &whole)],
    ))
}

pub(super) fn change_in_cents(params: &Params, rng: &mut Rng) -> (String, String) {
    let (Params { whole, p, .. }, up) = (*params, params.kind == Kind::Raise);
    let (part, left) = (whole * p, params.left(up));
    let opening = state_change(params, rng);
    let moves = [part_in_cents(whole, p, rng), in_cents(whole, rng), apply(100 * whole, part, up, rng)];
    let check = |rng: &mut Rng, claimed: i64| {
        if rng.chance(0.5) {
            return undo(100 * whole, part, up, claimed, rng);
        }
        let lead = format!("The new price is {left}% of the old one, and 1% is {whole} cents.");
        by(lead, mul(whole, left), claimed, "my result")
    };
    let answer = whole * left;
    let closing = close_in_cents(answer, rng);
    (chain(rng, &opening, &moves, &check, &closing), dollars(answer))
}

pub(super) fn before(params: &Params, up: bool, rng: &mut Rng) -> (String, String) {
    let (Params { whole, p, .. }, left) = (*params, params.left(up));
    let price = whole * left;
    let opening = phrase(
        rng,
        &[
            "The price after a change of {p}% {dir} is {d} dollars, and I need the one before.",
            "Given: now {d} dollars, after {p}% {dir}. The old price is 100%.",
            "The old price is 100%, and after {p}% {dir} it became {d} dollars.",
            "I know the price after the change of {p}% {dir}: {d} dollars. I go back from there.",
        ],
        &[("p", &p), ("d", &dollars(price)), ("dir", &if up { "up" } else { "down" })],
    );
    let lead = phrase(
        rng,
        &[
            "What percentage of the old price is the new one?",
            "I compare with 100%.",
            "In percent of the old price.",
        ],
        &[],
    );
    let (working, wrong) = if up { (add(100, p), sub(100, p)) } else { (sub(100, p), add(100, p)) };
    let why = if up {
        "The price went up, so it is more than 100%."
    } else {
        "The price went down, so it is less than 100%."
    };
    let first = Move::new(lead, working).tempting(wrong, why);
    let cents = Move::words(format!("{} dollars are {price} cents.", dollars(price)));
    let lead = phrase(
        rng,
        &[
            "{left}% are {price} cents, so for 1% I divide by {left}.",
            "So {left}% of the old price is {price} cents. 1% is {price} divided by {left}.",
            "{price} cents is {left}%. I divide to get 1% in cents.",
        ],
        &[("left", &left), ("price", &price)],
    );
    let moves = [first, cents, Move::new(lead, div_exact(price, left))];
    let check = |rng: &mut Rng, claimed: i64| {
        let lead = phrase(
            rng,
            &[
                "If 1% is {c} cents, then {left}% is {left} times {c} cents.",
                "With {c} dollars as the old price, I take {left}% of it, in cents.",
            ],
            &[("c", &claimed), ("left", &left)],
        );
        by(lead, mul(claimed, left), price, "the new price in cents")
    };
    let last = closing(rng, &whole);
    let closing = format!("1% is {whole} cents, so 100% is {whole} dollars. {last}");
    (chain(rng, &opening, &moves, &check, &closing), whole.to_string())
}

pub(super) fn twice(params: &Params, up: bool, then_up: bool, rng: &mut Rng) -> (String, String) {
    let (Params { whole, p, q, .. }, one) = (*params, params.whole / 100);
    let word = |up| if up { "up" } else { "down" };
    let opening = phrase(
        rng,
        &[
            "The price starts at {whole} dollars, goes {a} by {p}%, then {b} by {q}%.",
            "Given: {whole} dollars. First {p}% {a}, then {q}% {b}, taken of the new price.",
            "There are two changes: {p}% {a} from {whole} dollars, then {q}% {b}.",
            "I do one change after the other: {whole} dollars, {p}% {a}, and {q}% {b} after that.",
        ],
        &[("whole", &whole), ("p", &p), ("q", &q), ("a", &word(up)), ("b", &word(then_up))],
    );
    let part = one * p;
    let first = if up { whole + part } else { whole - part };
    let second = first * q;
    let lead = phrase(
        rng,
        &["1% of {w} dollars, in dollars.", "First 1% of {w}.", "One percent of {w}."],
        &[("w", &whole)],
    );
    let mut moves = vec![Move::new(lead, known(format!("{whole} / 100"), one))];
    let lead = phrase(
        rng,
        &["{p}% is {p} times {one}.", "So {p}% of it is {p} times {one}.", "Times {p} for {p}%."],
        &[("p", &p), ("one", &one)],
    );
    moves.push(Move::new(lead, mul(one, p)));
    moves.push(apply(whole, part, up, rng));
    let why = format!("The second change is taken of the new price {first}, not of {whole}.");
    moves.push(part_in_cents(first, q, rng).tempting(mul(whole, q), &why));
    moves.push(in_cents(first, rng));
    moves.push(apply(100 * first, second, then_up, rng));
    let check = |rng: &mut Rng, claimed: i64| undo(100 * first, second, then_up, claimed, rng);
    let answer = first * if then_up { 100 + q } else { 100 - q };
    let closing = close_in_cents(answer, rng);
    (chain(rng, &opening, &moves, &check, &closing), dollars(answer))
}

pub(super) fn several(params: &Params, rng: &mut Rng) -> (String, String) {
    let Params { whole, p, q, .. } = *params;
    let total = q * whole;
    let opening = phrase(
        rng,
        &[
            "There are {q} pieces at {w} dollars each, and {p}% is taken off the sum.",
            "Given: {q} times {w} dollars, then a discount of {p}%.",
            "One costs {w} dollars, {q} are bought, and the discount on all is {p}%.",
            "I need the sum for {q} pieces at {w} dollars, and then {p}% less.",
        ],
        &[("q", &q), ("w", &whole), ("p", &p)],
    );
    let lead = phrase(
        rng,
        &["The sum without the discount.", "All {q} together cost this.", "First the full sum."],
        &[("q", &q)],
    );
    let mut moves = vec![Move::new(lead, mul(q, whole))];
    moves.push(part_in_cents(total, p, rng));
    moves.push(in_cents(total, rng));
    moves.push(apply(100 * total, total * p, false, rng));
    let check = |rng: &mut Rng, claimed: i64| {
        if rng.chance(0.5) {
            return undo(100 * total, total * p, false, claimed, rng);
        }
        let left = 100 - p;
        let lead = format!("One piece costs {left}% of {whole} dollars, in cents.");
        let one = Move::new(lead, mul(whole, left));
        let all = Move::new(format!("And {q} pieces."), mul(whole * left, q));
        Check { moves: vec![one, all], expected: claimed, meaning: "my result" }
    };
    let answer = total * (100 - p);
    let closing = close_in_cents(answer, rng);
    (chain(rng, &opening, &moves, &check, &closing), dollars(answer))
}
