//! Facts of the rate family: what is given and asked, the rule, whether to multiply or divide, the
//! computation and its check.

use super::chains::nouns;
use super::{Motion, Rate, Shop, Work};
use crate::prompts::tasks::arithmetic::{add, div_exact, mul, sub};
use crate::prompts::tasks::facts::{told, window};
use crate::prompts::tasks::scribe::{Check, Move, boxed, phrase};
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(12) {
        0..3 => decided(difficulty, rng),
        3 => rules(rng),
        4..6 => multiplied(difficulty, rng),
        6..8 => divided(difficulty, rng),
        8 => sizes(difficulty, rng),
        _ => window::<Rate>(difficulty, 2, rng),
    }
}

/// Rate and time as they occur.
fn leg(difficulty: u32, rng: &mut Rng) -> (i64, i64) {
    if difficulty == 1 { (rng.range(2, 12), rng.range(2, 12)) } else { (rng.range(11, 60), rng.range(3, 9)) }
}

fn some_nouns(rng: &mut Rng) -> [&'static str; 3] {
    nouns([Motion, Shop, Work][rng.below(3) as usize])
}

/// The rule in its three forms.
fn rules(rng: &mut Rng) -> String {
    let [rate, time, amount] = some_nouns(rng);
    match rng.below(4) {
        0 => format!(
            "The rule is {amount} = {rate} * {time}. The {amount} divided by the {rate} is the {time}."
        ),
        1 => format!(
            "As always, {rate} * {time} = {amount}. The {amount} divided by the {time} is the {rate}."
        ),
        2 => format!("{amount} = {rate} * {time}. For the {time} I divide the {amount} by the {rate}."),
        _ => format!("{amount} = {rate} * {time}. For the {rate} I divide the {amount} by the {time}."),
    }
}

/// What is given and asked, the rule, and which operation that needs.
fn decided(difficulty: u32, rng: &mut Rng) -> String {
    let [rate, time, amount] = some_nouns(rng);
    let (a, s) = leg(difficulty, rng);
    let (first, x, second, y, wanted) = match rng.below(3) {
        0 => (rate, a, time, s, amount),
        1 => (amount, a * s, rate, a, time),
        _ => (amount, a * s, time, s, rate),
    };
    let opening = phrase(
        rng,
        &[
            "The {first} is {x} and the {second} is {y}. I need the {wanted}.",
            "Given: {first} {x}, {second} {y}. The {wanted} is asked.",
            "I know the {first}, {x}, and the {second}, {y}. What is missing is the {wanted}.",
            "There is a {first} of {x} and a {second} of {y}, and I look for the {wanted}.",
        ],
        &[("first", &first), ("x", &x), ("second", &second), ("y", &y), ("wanted", &wanted)],
    );
    let rule = phrase(
        rng,
        &[
            "{amount} = {rate} * {time}.",
            "The rule is {amount} = {rate} * {time}.",
            "As always, {rate} * {time} = {amount}.",
        ],
        &[("amount", &amount), ("rate", &rate), ("time", &time)],
    );
    let step = if wanted == amount { product(x, y, wanted, rng) } else { quotient(x, y, wanted, rng) };
    if rng.chance(0.5) {
        return format!("{opening}\n{rule}\n{}", step.tell(rng.chance(0.08), rng));
    }
    let lead = match wanted == amount {
        true => format!("So I multiply {x} by {y}."),
        false => format!("So I divide {x} by {y}."),
    };
    format!("{opening}\n{rule}\n{lead}")
}

fn product(x: i64, y: i64, wanted: &str, rng: &mut Rng) -> Move {
    let lead = phrase(
        rng,
        &["So I multiply {x} by {y}.", "The {wanted} is {y} times {x}.", "That is {x}, taken {y} times."],
        &[("x", &x), ("y", &y), ("wanted", &wanted)],
    );
    Move::new(lead, mul(x, y)).tempting(add(x, y), "I must multiply here, not add.")
}

fn quotient(x: i64, y: i64, wanted: &str, rng: &mut Rng) -> Move {
    let lead = phrase(
        rng,
        &[
            "So I divide {x} by {y}.",
            "The {wanted} is {x} divided by {y}.",
            "How many times does {y} go into {x}?",
        ],
        &[("x", &x), ("y", &y), ("wanted", &wanted)],
    );
    Move::new(lead, div_exact(x, y)).tempting(sub(x, y), "I must divide here, not subtract.")
}

/// A product and its check or its box.
fn multiplied(difficulty: u32, rng: &mut Rng) -> String {
    let [_, _, amount] = some_nouns(rng);
    let (x, y) = leg(difficulty, rng);
    let step = product(x, y, amount, rng).tell(rng.chance(0.1), rng);
    match rng.below(3) {
        0 => step,
        1 => format!("{step}\nSo the answer is {0}.\nMultiplying gives {1}.", x * y, boxed(&(x * y))),
        _ => {
            let lead = format!("I turn the factors around: {y} times {x}.");
            let check =
                Check { moves: vec![Move::new(lead, mul(y, x))], expected: x * y, meaning: "my result" };
            format!("{step}\n{}", check.told(rng))
        }
    }
}

/// A quotient and its check or its box.
fn divided(difficulty: u32, rng: &mut Rng) -> String {
    let [rate, time, _] = some_nouns(rng);
    let (a, s) = leg(difficulty, rng);
    let (y, wanted, value) = if rng.chance(0.5) { (a, time, s) } else { (s, rate, a) };
    let x = a * s;
    let step = quotient(x, y, wanted, rng).tell(rng.chance(0.1), rng);
    match rng.below(3) {
        0 => step,
        1 => format!("{step}\nThe answer is {value}.\nDividing gives {}.", boxed(&value)),
        _ => {
            let lead = phrase(
                rng,
                &[
                    "{c} times {y} must give {x}.",
                    "I multiply back with {c}.",
                    "The other way round, with {c} and {y}.",
                ],
                &[("c", &value), ("x", &x), ("y", &y)],
            );
            let check = Check {
                moves: vec![Move::new(lead, mul(value, y))],
                expected: x,
                meaning: "the given amount",
            };
            format!("{step}\n{}", check.told(rng))
        }
    }
}

fn sizes(difficulty: u32, rng: &mut Rng) -> String {
    let ((a, s), (b, t)) = (leg(difficulty, rng), leg(difficulty, rng));
    told(&[mul(a, s), div_exact(b * t, t), mul(t, b)], rng)
}
