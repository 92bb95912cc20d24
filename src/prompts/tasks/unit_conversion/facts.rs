//! Facts of the unit family: how many make one, amounts into the smaller unit, divisions by a
//! factor and what they tell, the wrong factor mended, amounts put together and taken apart.

use super::chains::{divided, fact as factor_fact, open, times_factor};
use super::{Kind, PAIRS, Params, Scale, UnitConversion, count, grain, list, said, total};
use crate::prompts::tasks::arithmetic::{add, mul, sub};
use crate::prompts::tasks::facts::{params, told, window};
use crate::prompts::tasks::scribe::{Move, boxed, phrase};
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(20) {
        0 | 1 => factors(rng),
        2..4 => smaller_unit(false, rng),
        4 => smaller_unit(true, rng),
        5..7 => larger_unit(rng),
        7 | 8 => amount_told(rng),
        9 | 10 => parts_added(rng),
        11 => put_together(rng),
        12 => last_taken_away(rng),
        13 | 14 => opening(difficulty, rng),
        15 => end(difficulty, rng),
        16 => sizes(rng),
        _ => window::<UnitConversion>(difficulty, 2, rng),
    }
}

fn pair(rng: &mut Rng) -> &'static Scale {
    &PAIRS[rng.below(PAIRS.len() as u64) as usize]
}

/// A value below the factor, as it occurs.
fn below(factor: i64, rng: &mut Rng) -> i64 {
    grain(factor) * rng.range(1, factor / grain(factor) - 1)
}

fn factors(rng: &mut Rng) -> String {
    let facts: Vec<String> = (0..rng.range(1, 3)).map(|_| factor_fact(pair(rng), 0, rng)).collect();
    facts.join(" ")
}

/// An amount of the larger unit; `slip`: with the wrong factor at first.
fn smaller_unit(slip: bool, rng: &mut Rng) -> String {
    let (scale, n) = (pair(rng), rng.range(2, 50));
    let step = times_factor(scale, 0, n, rng).tell(slip, rng);
    let small = scale.units[1];
    let end = if rng.chance(0.4) {
        format!("\nSo {} are {}.", count(n, scale.units[0]), count(n * scale.factors[0], small))
    } else {
        String::new()
    };
    format!("{}\n{step}{end}", factor_fact(scale, 0, rng))
}

/// An amount of the smaller unit that makes whole larger ones.
fn larger_unit(rng: &mut Rng) -> String {
    let (scale, n) = (pair(rng), rng.range(2, 50));
    let f = scale.factors[0];
    let given = n * f;
    let lead = phrase(
        rng,
        &[
            "The larger unit needs a smaller number, so I divide by {f}.",
            "How many times {f} is {given}?",
            "I divide {given} by {f}.",
        ],
        &[("f", &f), ("given", &given)],
    );
    let start = if rng.chance(0.5) {
        format!("Given: {}. Asked: {}s.\n", count(given, scale.units[1]), scale.units[0])
    } else {
        String::new()
    };
    let step = Move::new(lead, divided(given, f)).tell(rng.chance(0.08), rng);
    format!("{start}{}\n{step}", factor_fact(scale, 0, rng))
}

/// A division with remainder, and what it tells.
fn amount_told(rng: &mut Rng) -> String {
    let scale = pair(rng);
    let (large, small, f) = (scale.units[0], scale.units[1], scale.factors[0]);
    let rest = rng.range(2, 25) * f + below(f, rng);
    let lead = phrase(
        rng,
        &["How many times {f} is in {rest}?", "I divide {rest} by {f}.", "{rest} {small}s, divided by {f}."],
        &[("f", &f), ("rest", &rest), ("small", &small)],
    );
    let step = Move::new(lead, divided(rest, f)).tell(rng.chance(0.08), rng);
    let told = phrase(
        rng,
        &["So it is {q} and {r}.", "That makes {q} and {r}.", "That is {q}, and {r} are left."],
        &[("q", &count(rest / f, large)), ("r", &count(rest % f, small))],
    );
    format!("{}\n{step}\n{told}", factor_fact(scale, 0, rng))
}

/// Both parts of an amount in the smaller unit.
fn parts_added(rng: &mut Rng) -> String {
    let scale = pair(rng);
    let (f, small) = (scale.factors[0], scale.units[1]);
    let (n, value) = (rng.range(2, 25), below(f, rng));
    let lead = phrase(
        rng,
        &["The {more} come on top.", "Now add the {more}.", "With the {more}, it is this."],
        &[("more", &count(value, small))],
    );
    let lead = if value == 1 { lead.replace("come on", "comes on") } else { lead };
    let first = times_factor(scale, 0, n, rng).tell(false, rng);
    let second = Move::new(lead, add(n * f, value)).tell(rng.chance(0.08), rng);
    format!("I have {}.\n{first}\n{second}", said(scale, &[n, value]))
}

/// A check: an amount put together again.
fn put_together(rng: &mut Rng) -> String {
    let scale = pair(rng);
    let (f, n) = (scale.factors[0], rng.range(2, 25));
    let value = below(f, rng);
    let lead = phrase(
        rng,
        &["I put it together again.", "Back to {small}s.", "The other way round."],
        &[("small", &scale.units[1])],
    );
    let times = Move::new(format!("{n} times {f}."), mul(n, f)).tell(false, rng);
    let plus = Move::new(format!("Plus {value}."), add(n * f, value)).tell(false, rng);
    format!("It is {}.\n{lead} {times} {plus}", said(scale, &[n, value]))
}

/// A check: without the smaller unit, and divided.
fn last_taken_away(rng: &mut Rng) -> String {
    let scale = pair(rng);
    let (f, n) = (scale.factors[0], rng.range(2, 25));
    let value = below(f, rng);
    let sum = total(scale, &[n, value]);
    let lead = phrase(
        rng,
        &["Back from {c}: without the {last}.", "From {c} I take the {last} away."],
        &[("c", &sum), ("last", &value)],
    );
    let rest = Move::new(lead, sub(sum, value)).tell(false, rng);
    let end = Move::new(format!("Divided by {f}."), divided(n * f, f)).tell(false, rng);
    format!("{} are {}.\n{rest} {end}", said(scale, &[n, value]), count(sum, scale.units[1]))
}

/// What is given and asked, the factor, and the first step.
fn opening(difficulty: u32, rng: &mut Rng) -> String {
    let params = params::<UnitConversion>(difficulty.min(2), rng);
    let (scale, f) = (params.scale, params.scale.factors[0]);
    let start = format!("{}\n{}", open(&params, rng), factor_fact(scale, 0, rng));
    if rng.chance(0.5) {
        return start;
    }
    let step = match &params.kind {
        Kind::Single { n, up: false } => times_factor(scale, 0, *n, rng),
        Kind::Single { n, .. } => Move::new(format!("I divide {} by {f}.", n * f), divided(n * f, f)),
        Kind::Levels { values, split: false } => times_factor(scale, 0, values[0], rng),
        Kind::Levels { values, .. } => {
            let rest = total(scale, values);
            Move::new(format!("I divide {rest} by {f}."), divided(rest, f))
        }
        _ => return start,
    };
    format!("{start}\n{}", step.tell(false, rng))
}

/// The end of a chain: what it is in all, and the box.
fn end(difficulty: u32, rng: &mut Rng) -> String {
    let params: Params = params::<UnitConversion>(difficulty, rng);
    let (given, wanted) = params.question();
    let answer = params.answer();
    match &params.kind {
        Kind::Levels { values, split: true } => format!(
            "In all it is {}. The answer is {}.\nIn {wanted}, {given} is written {}.",
            said(params.scale, values),
            list(values),
            boxed(&answer)
        ),
        Kind::Add { .. } | Kind::Times { .. } => factors(rng),
        _ => format!("So the answer is {answer}.\n{given}, in {wanted}: {}.", boxed(&answer)),
    }
}

/// Products and quotients by the factors that are no powers of ten.
fn sizes(rng: &mut Rng) -> String {
    let f = [7, 12, 24, 60][rng.below(4) as usize];
    let n = rng.range(2, 50);
    told(&[mul(n, f), divided(rng.range(f, 25 * f), f), add(n * f, rng.range(1, f - 1))], rng)
}
