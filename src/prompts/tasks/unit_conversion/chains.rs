//! The experts of the unit conversion family: a plan and a check for each kind of problem.
//!
//! In come the parameters, out comes the chain's text. It never looks at the problem's wording.

use super::clock::{Op, clock};
use super::{Kind, Params, Scale, count, decimal, said, total};
use crate::prompts::tasks::arithmetic::{Step, Working, add, div_exact, div_rem, mul, sub};
use crate::prompts::tasks::scribe::{Check, Move, chain, closing, known, phrase};
use crate::rng::Rng;

/// The chain for a problem.
pub(super) fn solve(params: &Params, rng: &mut Rng) -> String {
    match &params.kind {
        Kind::Single { n, up: false } => down(params, *n, rng),
        Kind::Single { n, .. } => up(params, *n, rng),
        Kind::Levels { values, split: false } => compound(params, values, rng),
        Kind::Levels { values, .. } => split(params, values, rng),
        Kind::Decimal { n, up: false } => decimal_down(params, *n, rng),
        Kind::Decimal { n, .. } => decimal_up(params, *n, rng),
        Kind::Add { x, y } => clock(params, *x, Op::Add(*y), rng),
        Kind::Times { n, x } => clock(params, *x, Op::Times(*n), rng),
    }
}

fn by(lead: String, working: Working, expected: i64, meaning: &'static str) -> Check {
    Check { moves: vec![Move::new(lead, working)], expected, meaning }
}

pub(super) fn open(params: &Params, rng: &mut Rng) -> String {
    let (given, wanted) = params.question();
    phrase(
        rng,
        &[
            "I have {given} and want {wanted}.",
            "Given: {given}. Asked: {wanted}.",
            "The amount is {given}; it should be written in {wanted}.",
            "I need to turn {given} into {wanted}.",
        ],
        &[("given", &given), ("wanted", &wanted)],
    )
}

/// What is known of a step of a scale: `1 hour is 60 minutes.`
pub(super) fn fact(scale: &Scale, level: usize, rng: &mut Rng) -> String {
    phrase(
        rng,
        &[
            "1 {large} is {f} {small}s.",
            "One {large} has {f} {small}s.",
            "There are {f} {small}s in 1 {large}.",
        ],
        &[("large", &scale.units[level]), ("f", &scale.factors[level]), ("small", &scale.units[level + 1])],
    )
}

/// The number that is easily taken for a factor.
fn mistaken(factor: i64) -> i64 {
    match factor {
        7 | 12 | 24 => 10,
        100 => 1000,
        _ => 100,
    }
}

/// `n` times the factor of a level, with the wrong factor as a temptation.
pub(super) fn times_factor(scale: &Scale, level: usize, n: i64, rng: &mut Rng) -> Move {
    let (large, small, f) = (scale.units[level], scale.units[level + 1], scale.factors[level]);
    let lead = phrase(
        rng,
        &[
            "For {n} I multiply by {f}.",
            "That is {k} times {f} {small}s.",
            "From {large}s to {small}s it is times {f}.",
        ],
        &[("n", &count(n, large)), ("k", &n), ("f", &f), ("small", &small), ("large", &large)],
    );
    let wrong = mistaken(f);
    let why = format!("1 {large} is {f} {small}s, not {wrong}.");
    Move::new(lead, mul(n, f)).tempting(mul(n, wrong), &why)
}

/// A division with remainder; by 10, 100 or 1000 the digits are only parted.
pub(super) fn divided(n: i64, by: i64) -> Working {
    if ![10, 100, 1000].contains(&by) {
        return div_rem(n, by);
    }
    let (value, remainder) = (n / by, n % by);
    if remainder == 0 {
        return known(format!("{n} / {by}"), value);
    }
    let steps = vec![
        Step { expr: format!("{value} * {by}"), value: value * by },
        Step { expr: format!("{n} - {}", value * by), value: remainder },
    ];
    Working { head: format!("{n} / {by}"), rewritten: None, steps, value, remainder }
}

fn down(params: &Params, n: i64, rng: &mut Rng) -> String {
    let (scale, f) = (params.scale, params.scale.factors[0]);
    let opening = open(params, rng);
    let moves = [Move::words(fact(scale, 0, rng)), times_factor(scale, 0, n, rng)];
    let check = |rng: &mut Rng, claimed: i64| {
        if rng.chance(0.5) {
            let lead = phrase(
                rng,
                &["Back again: {c} divided by {f}.", "The other way, I divide {c} by {f}."],
                &[("c", &claimed), ("f", &f)],
            );
            return by(lead, divided(claimed, f), n, "the given number");
        }
        let less = Move::new(format!("One less, {}.", count(n - 1, scale.units[0])), mul(n - 1, f));
        let one = Move::new(format!("And {f} more for the last one."), add((n - 1) * f, f));
        Check { moves: vec![less, one], expected: claimed, meaning: "my result" }
    };
    let closing = closing(rng, &params.answer());
    chain(rng, &opening, &moves, &check, &closing)
}

fn up(params: &Params, n: i64, rng: &mut Rng) -> String {
    let (scale, f) = (params.scale, params.scale.factors[0]);
    let given = n * f;
    let opening = open(params, rng);
    let lead = phrase(
        rng,
        &[
            "The larger unit needs a smaller number, so I divide by {f}.",
            "How many times {f} is {given}?",
            "I divide {given} by {f}.",
        ],
        &[("f", &f), ("given", &given)],
    );
    let moves = [Move::words(fact(scale, 0, rng)), Move::new(lead, divided(given, f))];
    let check = |rng: &mut Rng, claimed: i64| {
        let lead = phrase(
            rng,
            &[
                "Back again: {c} times {f}.",
                "{c} in the smaller unit must be {given}.",
                "I multiply {c} by {f}.",
            ],
            &[("c", &claimed), ("f", &f), ("given", &given)],
        );
        by(lead, mul(claimed, f), given, "the given number")
    };
    let closing = closing(rng, &params.answer());
    chain(rng, &opening, &moves, &check, &closing)
}

fn compound(params: &Params, values: &[i64], rng: &mut Rng) -> String {
    let scale = params.scale;
    let opening = open(params, rng);
    let mut moves = Vec::new();
    let mut sum = values[0];
    for (level, value) in values[1..].iter().enumerate() {
        let small = scale.units[level + 1];
        moves.push(Move::words(fact(scale, level, rng)));
        moves.push(times_factor(scale, level, sum, rng));
        let before = sum * scale.factors[level];
        let lead = phrase(
            rng,
            &["The {more} come on top.", "Now add the {more}.", "With the {more}, it is this."],
            &[("more", &count(*value, small))],
        );
        let lead = if *value == 1 { lead.replace("come on", "comes on") } else { lead };
        moves.push(Move::new(lead, add(before, *value)));
        sum = before + value;
    }
    // All but the last level, and the last one.
    let (last, f) = (values[values.len() - 1], scale.factors[scale.factors.len() - 1]);
    let above = (sum - last) / f;
    let check = |rng: &mut Rng, claimed: i64| {
        if rng.chance(0.5) {
            let lead = phrase(
                rng,
                &["Back from {c}: without the {last}.", "From {c} I take the {last} away."],
                &[("c", &claimed), ("last", &last)],
            );
            let rest = Move::new(lead, sub(claimed, last));
            let end = Move::new(format!("Divided by {f}."), divided(claimed - last, f));
            let meaning =
                if values.len() == 2 { "the given number" } else { "the number before the last step" };
            return Check { moves: vec![rest, end], expected: above, meaning };
        }
        let lead = phrase(
            rng,
            &["Without the product, {c} must leave {last}.", "I take the product away from {c}."],
            &[("c", &claimed), ("last", &last)],
        );
        by(lead, sub(claimed, above * f), last, "the last given number")
    };
    let closing = closing(rng, &params.answer());
    chain(rng, &opening, &moves, &check, &closing)
}

fn split(params: &Params, values: &[i64], rng: &mut Rng) -> String {
    let scale = params.scale;
    let given = total(scale, values);
    let opening = open(params, rng);
    let mut moves = Vec::new();
    let mut rest = given;
    for level in (0..scale.factors.len()).rev() {
        let (large, small, f) = (scale.units[level], scale.units[level + 1], scale.factors[level]);
        moves.push(Move::words(fact(scale, level, rng)));
        let lead = phrase(
            rng,
            &[
                "How many times {f} is in {rest}?",
                "I divide {rest} by {f}.",
                "{rest} {small}s, divided by {f}.",
            ],
            &[("f", &f), ("rest", &rest), ("small", &small)],
        );
        moves.push(Move::new(lead, divided(rest, f)));
        let told = phrase(
            rng,
            &["So it is {q} and {r}.", "That makes {q} and {r}.", "That is {q}, and {r} are left."],
            &[("q", &count(rest / f, large)), ("r", &count(rest % f, small))],
        );
        moves.push(Move::words(told));
        rest /= f;
    }
    let check = |rng: &mut Rng, _: i64| {
        let lead = phrase(
            rng,
            &["I put it together again.", "Back to {small}s.", "The other way round."],
            &[("small", &scale.units[scale.units.len() - 1])],
        );
        let mut moves = vec![Move::words(lead)];
        let mut sum = values[0];
        for (level, value) in values[1..].iter().enumerate() {
            let f = scale.factors[level];
            moves.push(Move::new(format!("{sum} times {f}."), mul(sum, f)));
            moves.push(Move::new(format!("Plus {value}."), add(sum * f, *value)));
            sum = sum * f + value;
        }
        Check { moves, expected: given, meaning: "the given number" }
    };
    let last = closing(rng, &params.answer());
    let closing = format!("In all it is {}. {last}", said(scale, values));
    chain(rng, &opening, &moves, &check, &closing)
}

fn decimal_down(params: &Params, n: i64, rng: &mut Rng) -> String {
    let (scale, f) = (params.scale, params.scale.factors[0]);
    let (large, small) = (scale.units[0], scale.units[1]);
    let (whole, part, hundredth) = (n / 100, n % 100, f / 100);
    let opening = open(params, rng);
    let mut moves = vec![Move::words(fact(scale, 0, rng)), times_factor(scale, 0, whole, rng)];
    let lead = phrase(
        rng,
        &[
            "A hundredth of a {large} is {h}, and there are {part} hundredths.",
            "After the point there are {part} hundredths, each {h}.",
            "One hundredth of {f} is {h}; I need {part} of them.",
        ],
        &[("large", &large), ("h", &count(hundredth, small)), ("part", &part), ("f", &f)],
    );
    moves.push(Move::new(lead, mul(part, hundredth)));
    let lead = phrase(rng, &["Both parts together.", "Now I add the two.", "The sum of both."], &[]);
    moves.push(Move::new(lead, add(whole * f, part * hundredth)));
    let check = |rng: &mut Rng, claimed: i64| {
        if rng.chance(0.5) {
            let lead = phrase(
                rng,
                &[
                    "Without the hundredths, {c} must leave the whole {large}s.",
                    "From {c} I take the hundredths away.",
                ],
                &[("c", &claimed), ("large", &large)],
            );
            return by(lead, sub(claimed, part * hundredth), whole * f, "the part before the point");
        }
        let lead = format!("All in hundredths: {n} of them, each {hundredth}.");
        by(lead, mul(n, hundredth), claimed, "my result")
    };
    let closing = closing(rng, &params.answer());
    chain(rng, &opening, &moves, &check, &closing)
}

fn decimal_up(params: &Params, n: i64, rng: &mut Rng) -> String {
    let (scale, f) = (params.scale, params.scale.factors[0]);
    let (large, small) = (scale.units[0], scale.units[1]);
    let (whole, part, hundredth) = (n / 100, n % 100, f / 100);
    let given = whole * f + part * hundredth;
    let opening = open(params, rng);
    let lead = phrase(
        rng,
        &[
            "How many whole {large}s are in {given}?",
            "First the whole {large}s, {given} divided by {f}.",
            "I divide {given} by {f}.",
        ],
        &[("large", &large), ("given", &given), ("f", &f)],
    );
    let mut moves = vec![Move::words(fact(scale, 0, rng)), Move::new(lead, divided(given, f))];
    let left = part * hundredth;
    moves.push(Move::words(format!("So it is {} and {} more.", count(whole, large), count(left, small))));
    let lead = phrase(
        rng,
        &["A hundredth of a {large} is {h}.", "One hundredth of {f} is {h}.", "In hundredths, each {h}."],
        &[("large", &large), ("h", &count(hundredth, small)), ("f", &f)],
    );
    moves.push(Move::new(
        lead,
        if hundredth == 10 { known(format!("{left} / 10"), part) } else { div_exact(left, 1) },
    ));
    let check = |_: &mut Rng, claimed: i64| {
        let one = Move::new(format!("{} are this.", count(whole, large)), mul(whole, f));
        let two = Move::new(format!("{claimed} hundredths are this."), mul(claimed, hundredth));
        let both = Move::new("Together.".to_owned(), add(whole * f, claimed * hundredth));
        Check { moves: vec![one, two, both], expected: given, meaning: "the given number" }
    };
    let last = closing(rng, &params.answer());
    let closing = format!("{whole} whole and {part} hundredths are {}. {last}", decimal(n));
    chain(rng, &opening, &moves, &check, &closing)
}
