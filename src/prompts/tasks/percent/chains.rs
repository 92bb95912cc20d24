//! The experts of the percent family: a plan and a check for each kind of problem.
//!
//! In come the parameters, out come the chain's text and the answer, found by the steps of the
//! chain. It never looks at the problem's wording.

use super::{COUNTED, Kind, Params, dollars};
use crate::prompts::tasks::arithmetic::{Working, add, div_exact, div_rem, mul, sub};
use crate::prompts::tasks::scribe::{Check, Move, chain, closing, known, phrase};
use crate::rng::Rng;

/// A check of a claimed result by one computation.
pub(super) fn by(lead: String, working: Working, expected: i64, meaning: &'static str) -> Check {
    Check { moves: vec![Move::new(lead, working)], expected, meaning }
}

/// Moves to `p` percent of `whole` through 10 % and 5 %: `whole` is a multiple of 10, and of 20
/// where `p` is odd.
pub(super) fn part_moves(whole: i64, p: i64, rng: &mut Rng) -> Vec<Move> {
    let (tenth, tens) = (whole / 10, p / 10);
    let lead = phrase(
        rng,
        &[
            "10% of {whole} is a tenth of it.",
            "First 10% of {whole}.",
            "I begin with 10% of {whole}, one tenth.",
        ],
        &[("whole", &whole)],
    );
    let mut moves = vec![Move::new(lead, known(format!("{whole} / 10"), tenth))];
    if tens > 1 {
        let lead = phrase(
            rng,
            &[
                "{p}% is {tens} times 10%.",
                "For {p}% I take {tens} times {tenth}.",
                "{p}% is {tens} tenths, and one tenth is {tenth}.",
            ],
            &[("p", &(tens * 10)), ("tens", &tens), ("tenth", &tenth)],
        );
        moves.push(Move::new(lead, mul(tens, tenth)));
    }
    if p % 10 == 5 {
        let lead = phrase(
            rng,
            &["5% is half of 10%.", "And 5% is half of {tenth}.", "For 5% I halve the 10%."],
            &[("tenth", &tenth)],
        );
        moves.push(Move::new(lead, div_exact(tenth, 2)));
        if tens > 0 {
            let lead = phrase(
                rng,
                &["{p}% is {t}% and 5% together.", "Now add {t}% and 5%.", "{t}% plus 5% is {p}%, so I add."],
                &[("p", &p), ("t", &(tens * 10))],
            );
            moves.push(Move::new(lead, add(tens * tenth, tenth / 2)));
        }
    }
    moves
}

pub(super) fn part_of_whole(params: &Params, rng: &mut Rng) -> (String, String) {
    let Params { whole, p, .. } = *params;
    let opening = phrase(
        rng,
        &[
            "There are {whole} {things} and {p}% of them are {quality}. I need {p}% of {whole}.",
            "Given: {whole} {things}. Of these, {p}% are {quality}. So I look for {p}% of {whole}.",
            "The whole is {whole}, and the part is {p}% of it.",
            "{p}% of {whole} is what is asked.",
        ],
        &[
            ("whole", &whole),
            ("p", &p),
            ("things", &COUNTED[params.item].0),
            ("quality", &COUNTED[params.item].1),
        ],
    );
    let moves = part_moves(whole, p, rng);
    let unit = if p % 10 == 0 { 10 } else { 5 };
    let check = |rng: &mut Rng, claimed: i64| {
        let (piece, rest) = (whole * unit / 100, 100 - p);
        if p == unit {
            let n = 100 / unit;
            let lead = phrase(
                rng,
                &[
                    "{n} times {p}% is the whole.",
                    "100% is {n} times {p}%.",
                    "{p}% fits {n} times into 100%.",
                ],
                &[("n", &n), ("p", &p)],
            );
            by(lead, mul(claimed, n), whole, "the whole")
        } else if rest <= p {
            let lead = phrase(
                rng,
                &[
                    "The other {rest}% are {n} times {u}%, and {u}% is {piece}.",
                    "{rest}% are left, {n} times {u}%, which is {piece}.",
                ],
                &[("rest", &rest), ("n", &(rest / unit)), ("u", &unit), ("piece", &piece)],
            );
            let first = Move::new(lead, mul(rest / unit, piece));
            let lead = phrase(
                rng,
                &["Both parts together.", "Together with {c}.", "Add the {c}."],
                &[("c", &claimed)],
            );
            let last = Move::new(lead, add(piece * rest / unit, claimed));
            Check { moves: vec![first, last], expected: whole, meaning: "the whole" }
        } else {
            let lead = phrase(
                rng,
                &[
                    "{u}% is {piece}, and {p}% must be {n} times that.",
                    "I count in pieces of {u}%, which is {piece}: {p}% is {n} of them.",
                ],
                &[("u", &unit), ("n", &(p / unit)), ("p", &p), ("piece", &piece)],
            );
            by(lead, mul(piece, p / unit), claimed, "my result")
        }
    };
    let closing = closing(rng, &params.part());
    (chain(rng, &opening, &moves, &check, &closing), params.part().to_string())
}

pub(super) fn share(params: &Params, rng: &mut Rng) -> (String, String) {
    let (Params { whole, p, .. }, part) = (*params, params.part());
    let opening = phrase(
        rng,
        &[
            "The whole is {whole} and the part is {part}. How many percent of {whole} is {part}?",
            "Given: {part} out of {whole}. I want this in percent.",
            "{whole} is 100%. I need the percentage for {part}.",
            "I have to say how many percent {part} is of {whole}.",
        ],
        &[("whole", &whole), ("part", &part)],
    );
    // 1 % of the whole where that is an integer, else 10 %.
    let unit = if whole % 100 == 0 && params.kind == Kind::Share && whole > 1_000 { 1 } else { 10 };
    let piece = whole * unit / 100;
    let lead = phrase(
        rng,
        &["{u}% of {whole} comes first.", "I find {u}% of {whole}.", "How much is {u}%?"],
        &[("u", &unit), ("whole", &whole)],
    );
    let mut moves = vec![Move::new(lead, known(format!("{whole} / {}", 100 / unit), piece))];
    let lead = phrase(
        rng,
        &[
            "How often does {piece} fit into {part}?",
            "I divide the part {part} by {piece}.",
            "Now I see how many times {part} holds {piece}.",
        ],
        &[("piece", &piece), ("part", &part)],
    );
    let (times, left) = (part / piece, part % piece);
    if unit == 1 {
        moves.push(Move::new(lead, div_exact(part, piece)));
    } else {
        moves.push(Move::new(lead, div_rem(part, piece)));
        let lead = format!("{times} times 10%.");
        if times > 0 || left == 0 {
            moves.push(Move::new(lead, mul(times, 10)));
        }
        if left > 0 {
            let lead = format!("{left} is left over. Half of 10% is 5%.");
            moves.push(Move::new(lead, div_exact(piece, 2)));
            let lead = format!("So {left} is another 5%.");
            moves.push(Move::new(lead, add(times * 10, 5)));
        }
    }
    let check = |rng: &mut Rng, claimed: i64| {
        if unit == 1 {
            let lead = format!("1% is {piece}, so {claimed}% is {claimed} times {piece}.");
            return by(lead, mul(piece, claimed), part, "the part");
        }
        let tenth = whole / 10;
        let lead = phrase(
            rng,
            &[
                "10% is {tenth}. If {part} is {c}%, then {c} times {tenth} is 10 times {part}, that is {goal}.",
                "I multiply the 10%, which is {tenth}, by {c}; it should give 10 times {part}, that is {goal}.",
            ],
            &[("c", &claimed), ("tenth", &tenth), ("part", &part), ("goal", &(part * 10))],
        );
        by(lead, mul(tenth, claimed), part * 10, "10 times the part")
    };
    let closing = closing(rng, &p);
    (chain(rng, &opening, &moves, &check, &closing), p.to_string())
}

/// The change of `whole` by `part`: the last move, with the wrong direction as a temptation.
pub(super) fn apply(whole: i64, part: i64, up: bool, rng: &mut Rng) -> Move {
    if up {
        let lead = phrase(
            rng,
            &[
                "The price goes up, so I add {part}.",
                "Now add the {part} to the price.",
                "New price: old price plus {part}.",
            ],
            &[("part", &part)],
        );
        Move::new(lead, add(whole, part)).tempting(sub(whole, part), "The price goes up, so I must add.")
    } else {
        let lead = phrase(
            rng,
            &[
                "The price goes down, so I subtract {part}.",
                "Now take the {part} off the price.",
                "New price: old price minus {part}.",
            ],
            &[("part", &part)],
        );
        Move::new(lead, sub(whole, part))
            .tempting(add(whole, part), "The price goes down, so I must subtract.")
    }
}

/// Undoes [`apply`]: from the claimed price back to `whole`.
pub(super) fn undo(whole: i64, part: i64, up: bool, claimed: i64, rng: &mut Rng) -> Check {
    let lead = phrase(
        rng,
        &["I undo the change of {part} from {c}.", "Going back from {c}.", "From {c} back to the old price."],
        &[("part", &part), ("c", &claimed)],
    );
    by(lead, if up { sub(claimed, part) } else { add(claimed, part) }, whole, "the price before")
}

pub(super) fn state_change(params: &Params, rng: &mut Rng) -> String {
    phrase(
        rng,
        if params.kind == Kind::Raise {
            &[
                "The old price is {whole} dollars and {p}% is added.",
                "Given: {whole} dollars, then a raise of {p}%.",
                "{whole} dollars is 100%. The price goes up by {p}%.",
                "I need {p}% of {whole} and then add it to {whole}.",
            ]
        } else {
            &[
                "The old price is {whole} dollars and {p}% is taken off.",
                "Given: {whole} dollars, then a discount of {p}%.",
                "{whole} dollars is 100%. The price goes down by {p}%.",
                "I need {p}% of {whole} and then take it off {whole}.",
            ]
        },
        &[("whole", &params.whole), ("p", &params.p)],
    )
}

pub(super) fn change(params: &Params, rng: &mut Rng) -> (String, String) {
    let (Params { whole, p, .. }, part, up) = (*params, params.part(), params.kind == Kind::Raise);
    let opening = state_change(params, rng);
    let mut moves = part_moves(whole, p, rng);
    moves.push(apply(whole, part, up, rng));
    let unit = if p % 10 == 0 { 10 } else { 5 };
    let check = |rng: &mut Rng, claimed: i64| {
        // The way by percentages is short for discounts only: less than 100 % is left.
        if up || params.left(up) > 10 * unit || rng.chance(0.5) {
            return undo(whole, part, up, claimed, rng);
        }
        let left = params.left(up);
        let piece = whole * unit / 100;
        let lead = format!(
            "The new price is {left}% of {whole}. {unit}% is {piece}, and {left}% is {} times that.",
            left / unit
        );
        by(lead, mul(piece, left / unit), claimed, "my result")
    };
    let answer = if up { whole + part } else { whole - part };
    let closing = closing(rng, &answer);
    (chain(rng, &opening, &moves, &check, &closing), answer.to_string())
}

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
