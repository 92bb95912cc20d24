//! Facts of the truth-teller family: the statement that stands alone, one statement about somebody
//! known, one statement checked, a wrong kind mended, names in alphabetical order.

use std::fmt::Write as _;

use super::{Params, Said, TruthTellers, kind};
use crate::prompts::tasks::facts::{params, window};
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(24) {
        0..3 => start(difficulty, rng),
        3..5 => listed_start(difficulty, rng),
        5..10 => one_step(difficulty, false, rng),
        10 => one_step(difficulty, true, rng),
        11..13 => solved(difficulty, rng),
        13..15 => judged(difficulty, rng),
        15..17 => checked(difficulty, false, rng),
        17..19 => checked(difficulty, true, rng),
        19..21 => in_order(difficulty, rng),
        21 => alphabet(difficulty, rng),
        _ => window::<TruthTellers>(difficulty, 3, rng),
    }
}

fn anchor_of(params: &Params) -> Option<usize> {
    params.said.iter().position(|said| !matches!(said, Said::Kind(..) | Said::Pair(..)))
}

/// The statement to start with, and what it tells.
fn start(difficulty: u32, rng: &mut Rng) -> String {
    let params = params::<TruthTellers>(difficulty, rng);
    let Some(x) = anchor_of(&params) else { return judged(difficulty, rng) };
    let mut out = match rng.below(2) {
        0 => format!("{}: {}.\n", params.names[x], params.quote(params.said[x])),
        _ => format!("{} says: \"{}.\"\n", params.names[x], super::capital(&params.quote(params.said[x]))),
    };
    params.anchor(x, &mut vec![false; params.names.len()], rng, &mut out);
    out
}

/// All statements, and the one to start with.
fn listed_start(difficulty: u32, rng: &mut Rng) -> String {
    let params = params::<TruthTellers>(difficulty, rng);
    let mut out = statements(&params);
    if let Some(x) = anchor_of(&params) {
        params.anchor(x, &mut vec![false; params.names.len()], rng, &mut out);
    }
    out
}

fn statements(params: &Params) -> String {
    let mut out = String::from("The statements:\n");
    for (name, &said) in params.names.iter().zip(&params.said) {
        let _ = writeln!(out, "{name}: {}.", params.quote(said));
    }
    out
}

/// All statements, and who is what, without the check.
fn solved(difficulty: u32, rng: &mut Rng) -> String {
    let params = params::<TruthTellers>(difficulty, rng);
    for _ in 0..8 {
        let mut out = statements(&params);
        if params.solve(rng, &mut out) == params.knights {
            return out;
        }
    }
    listed_start(difficulty, rng)
}

/// One statement that fixes one more islander; `slip`: with an error that is seen at once.
fn one_step(difficulty: u32, slip: bool, rng: &mut Rng) -> String {
    let params = params::<TruthTellers>(difficulty, rng);
    let people = params.names.len();
    let speaker = rng.below(people as u64) as usize;
    let about = params.said[speaker].about();
    // From the known ones to the speaker, or from the speaker to the other one.
    let fixed = match params.said[speaker] {
        Said::Kind(other, _) if rng.chance(0.4) => other,
        Said::Kind(..) | Said::Pair(..) => speaker,
        _ => return start(difficulty, rng),
    };
    let known: Vec<usize> = if fixed == speaker { about } else { vec![speaker] };
    let known: Vec<String> =
        known.into_iter().map(|i| format!("{} is a {}", params.names[i], kind(params.knights[i]))).collect();
    let mut out = match rng.below(3) {
        0 => format!("Known: {}.\n", known.join(", ")),
        1 => format!("So {}.\n", known.join(", ")),
        _ => format!("{}.\n", known.join(", ")),
    };
    params.step(speaker, fixed, slip.then_some(false), rng, &mut out);
    out
}

/// Whether statements are true, from who is what.
fn judged(difficulty: u32, rng: &mut Rng) -> String {
    let params = params::<TruthTellers>(difficulty, rng);
    let knights: Vec<bool> = params.names.iter().map(|_| rng.chance(0.5)).collect();
    let kinds = kinds(&params, &knights);
    let mut lines = vec![format!("Suppose {kinds}.")];
    for (speaker, &said) in params.said.iter().enumerate() {
        let (holds, me) = (said.holds(speaker, &knights), params.names[speaker]);
        let fits = if holds == knights[speaker] { "fits" } else { "does not fit" };
        lines.push(format!(
            "{me} is a {} and says \"{}\": {holds}, {fits}.",
            kind(knights[speaker]),
            params.quote(said)
        ));
    }
    lines.join("\n")
}

fn kinds(params: &Params, knights: &[bool]) -> String {
    let kinds = params.names.iter().zip(knights);
    kinds.map(|(name, &knight)| format!("{name} is a {}", kind(knight))).collect::<Vec<_>>().join(", ")
}

/// The check of an assignment; `wrong`: of one that is wrong in one islander of whom nobody speaks.
fn checked(difficulty: u32, wrong: bool, rng: &mut Rng) -> String {
    let params = params::<TruthTellers>(difficulty, rng);
    let mut believed = params.knights.clone();
    if wrong {
        let spoken = |i: usize| params.said.iter().any(|said| said.about().contains(&i));
        let alone = (0..believed.len())
            .find(|&i| !spoken(i) && matches!(params.said[i], Said::Kind(..) | Said::Pair(..)));
        if let Some(i) = alone {
            believed[i] = !believed[i];
        }
    }
    let mut out = format!("I think that {}.", kinds(&params, &believed));
    params.check(believed, rng, &mut out);
    out
}

/// The end of a chain: who is what, and the names asked for.
fn in_order(difficulty: u32, rng: &mut Rng) -> String {
    let params = params::<TruthTellers>(difficulty, rng);
    let kinds = kinds(&params, &params.knights);
    let answer = params.answer();
    let wanted = if params.ask_knights { "knights" } else { "knaves" };
    let start = rng.pick(&["So", "All together:", "In the end", "Now I know it:"]);
    let boxed = match rng.below(4) {
        0 => format!("\nHere {kinds}. The {wanted}: \\boxed{{{answer}}}"),
        1 => format!("\nSince {kinds}, the answer is \\boxed{{{answer}}}."),
        _ => String::new(),
    };
    format!("{start} {kinds}. The {wanted} in alphabetical order: {answer}.{boxed}")
}

/// Names in the order of their first letters.
fn alphabet(difficulty: u32, rng: &mut Rng) -> String {
    let names = params::<TruthTellers>(difficulty, rng).names;
    let mut sorted = names.clone();
    sorted.sort_unstable();
    format!("The names {}. In alphabetical order: {}.", names.join(", "), sorted.join(", "))
}
