//! Facts of the boolean family: operators on truth values and their rules, one expression evaluated
//! part by part or reduced, values put in, the tally.

use std::fmt::Write as _;

use super::expression::{Node, OPS};
use super::{Boolean, LABELS, Params};
use crate::prompts::tasks::facts::{params, window};
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(12) {
        0 => operators(difficulty, rng),
        1 | 2 => negations(difficulty, rng),
        3..6 => by_parts(difficulty, false, rng),
        6 => by_parts(difficulty, true, rng),
        7 | 8 => reduced(difficulty, false, rng),
        9 => reduced(difficulty, true, rng),
        10 => tally(rng),
        _ => window::<Boolean>(difficulty, 3, rng),
    }
}

/// The number of operators that occur.
fn ops(difficulty: u32) -> u64 {
    [2, 2, 3, 4, 4][difficulty.min(4) as usize]
}

/// Operators on values, and why.
fn operators(difficulty: u32, rng: &mut Rng) -> String {
    let lines: Vec<String> = (0..rng.range(2, 4))
        .map(|_| {
            let op = OPS[rng.below(ops(difficulty)) as usize];
            let (x, y) = (rng.chance(0.5), rng.chance(0.5));
            let step = format!("{x} {} {y}", op.name());
            match rng.below(3) {
                0 => format!("{step} = {}, because {}.", op.apply(x, y), op.rule()),
                1 => format!("{step} is {}.", op.apply(x, y)),
                _ => format!("{step} = {}.", op.apply(x, y)),
            }
        })
        .collect();
    lines.join("\n")
}

/// Two variables, each with or without "not", in one operation.
fn negations(difficulty: u32, rng: &mut Rng) -> String {
    let names = params::<Boolean>(difficulty, rng).names;
    let mut out = String::new();
    for _ in 0..rng.range(1, 2) {
        let values: Vec<bool> = (0..2).map(|_| rng.chance(0.5)).collect();
        let op = OPS[rng.below(ops(difficulty)) as usize];
        let leaf = |i: usize, rng: &mut Rng| Box::new(Node::Variable(i).not_if(rng.chance(0.5)));
        let node = Node::Pair(op, leaf(0, rng), leaf(1, rng));
        let filled = node.filled(&values);
        let Node::Pair(_, left, right) = &filled else { continue };
        let (x, y) = (left.value(&[]), right.value(&[]));
        let step = format!("{x} {} {y}", op.name());
        let shown = filled.text(&[]);
        let middle = if shown == step { String::new() } else { format!("{shown} = ") };
        let lead = match rng.below(4) {
            0 => format!("{}: ", node.text(names)),
            1 => format!("For {}: ", node.text(names)),
            2 => format!("Now {}: ", node.text(names)),
            _ => format!("{} gives ", node.text(names)),
        };
        let _ = writeln!(out, "{} is {}, {} is {}.", names[0], values[0], names[1], values[1]);
        let _ = writeln!(out, "{lead}{middle}{step} = {}.", op.apply(x, y));
    }
    out
}

/// What is given, in the chains' words.
fn given(params: &Params, rng: &mut Rng) -> String {
    let given = params.values.iter().enumerate().map(|(i, value)| format!("{} is {value}", params.names[i]));
    let given = given.collect::<Vec<_>>().join(", ");
    match rng.below(5) {
        0 => format!("The values are: {given}."),
        1 => format!("I know that {given}."),
        2 => format!("Let me write down what is given: {given}."),
        3 => format!("Okay, {given}."),
        _ => format!("First the truth values: {given}."),
    }
}

/// One expression from the inside out; `slip`: with an error that is seen at once.
fn by_parts(difficulty: u32, slip: bool, rng: &mut Rng) -> String {
    let params = params::<Boolean>(difficulty, rng);
    let mut out = given(&params, rng);
    let at = rng.below(params.expressions.len() as u64) as usize;
    params.parts(at, slip, false, rng, &mut out);
    out
}

/// One expression by reducing it; `wrong`: against a wrong value from before.
fn reduced(difficulty: u32, wrong: bool, rng: &mut Rng) -> String {
    let params = params::<Boolean>(difficulty, rng);
    let at = rng.below(params.expressions.len() as u64) as usize;
    let mut out = given(&params, rng);
    let said = params.expressions[at].value(&params.values) != wrong;
    let _ = writeln!(out, "\n{}: {}.", LABELS[at], params.expressions[at].text(params.names));
    let _ = match rng.below(3) {
        _ if !wrong && rng.chance(0.6) => Ok(()),
        0 => writeln!(out, "So {} is {said}.", LABELS[at]),
        1 => writeln!(out, "That makes {} {said}.", LABELS[at]),
        _ => writeln!(out, "Hence {} = {said}.", LABELS[at]),
    };
    out.push_str(rng.pick(&[
        "I put the values in and reduce.\n",
        "This time I replace the names by their values first.\n",
        "I do it again with the values put in.\n",
    ]));
    params.reduction(at, wrong, rng, &mut out);
    out
}

/// The three values, listed and counted.
fn tally(rng: &mut Rng) -> String {
    let values: Vec<bool> = (0..3).map(|_| rng.chance(0.5)).collect();
    let list = LABELS.iter().zip(&values).map(|(label, value)| format!("{label} is {value}"));
    let list = list.collect::<Vec<_>>().join(", ");
    let start = rng.pick(&["So", "In the end", "Altogether:", "Now I have all of them:"]);
    let mut so_far = 0;
    let tally = LABELS.iter().zip(&values).map(|(label, &value)| {
        so_far += u32::from(value);
        format!("after {label} {so_far}")
    });
    let tally = tally.collect::<Vec<_>>().join(", ");
    if rng.chance(0.5) {
        return format!(
            "{start} {list}. Counting the true ones: {tally}.\nHere {list}. The number of true expressions is \\boxed{{{so_far}}}."
        );
    }
    let answer = values.iter().map(bool::to_string).collect::<Vec<_>>().join(", ");
    match rng.below(2) {
        0 => format!("{start} {list}.\nThe values of A, B and C are \\boxed{{{answer}}}."),
        _ => format!("{start} {list}.\nWith the given values {list}: \\boxed{{{answer}}}"),
    }
}
