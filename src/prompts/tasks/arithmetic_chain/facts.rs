//! Facts of the expression family: one operation of an expression and what is left, what comes
//! first, an operation undone, computations of the sizes that occur.

use super::{ArithmeticChain, OneStep, left, opening, render, steps};
use crate::prompts::tasks::arithmetic::Working;
use crate::prompts::tasks::facts::{computations, params, pen, window};
use crate::prompts::tasks::pen::mistaken;
use crate::prompts::tasks::text;
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(10) {
        0..4 => one_step(difficulty, rng),
        4 => precedence(difficulty, rng),
        5 => undone(difficulty, rng),
        6 => not_undone(difficulty, rng),
        7 => window::<ArithmeticChain>(difficulty, 2, rng),
        _ => computations(3, 1, true, rng),
    }
}

/// The expression as it stands at some step, the operation that is done next, and what is left.
fn one_step(difficulty: u32, rng: &mut Rng) -> String {
    let tokens = params::<ArithmeticChain>(difficulty, rng);
    let all = steps(&tokens);
    let at = rng.below(all.len() as u64) as usize;
    let before = if at == 0 { &tokens } else { &all[at - 1].rest };
    let start = match at {
        0 => opening(&render(before), rng),
        _ => left(before, rng),
    };
    let step = &all[at];
    let said = pen(2, rng).say(&step.working, rng);
    let rest = if at + 1 < all.len() { format!(" {}", left(&step.rest, rng)) } else { String::new() };
    format!("{start}\n{} {said}.{rest}", step.reason(rng))
}

/// Which operation of an expression comes first, and which one after it.
fn precedence(difficulty: u32, rng: &mut Rng) -> String {
    let tokens = params::<ArithmeticChain>(difficulty, rng);
    let mut lines = vec![opening(&render(&tokens), rng)];
    for step in steps(&tokens).iter().take(3) {
        lines.push(format!("{} {}. {}", step.reason(rng), step.working.short(), left(&step.rest, rng)));
    }
    lines.join("\n")
}

fn some_step(difficulty: u32, rng: &mut Rng) -> OneStep {
    let mut all = steps(&params::<ArithmeticChain>(difficulty, rng));
    all.swap_remove(rng.below(all.len() as u64) as usize)
}

/// An operation, checked by undoing it.
fn undone(difficulty: u32, rng: &mut Rng) -> String {
    let step = some_step(difficulty, rng);
    let said = pen(2, rng).say(&step.working, rng);
    format!("{said}.\n{} {}", text::check(rng), capital(&step.undo(step.working.value, rng)))
}

/// A wrong result that undoing brings to light.
fn not_undone(difficulty: u32, rng: &mut Rng) -> String {
    let step = some_step(difficulty, rng);
    let wrong: Working = mistaken(&step.working, rng);
    let mut sure = pen(0, rng);
    let (said, again) = (sure.say(&wrong, rng), sure.say(&step.working, rng));
    let check = capital(&step.undo(wrong.value, rng));
    let redo = rng.pick(&["The last step has to be done again:", "I redo the last step:"]);
    format!("{said}.\n{} {check}\n{} {redo} {again}.", text::check(rng), text::wait(rng))
}

/// The text with a capital first letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
