//! Facts of the linear equation family: a term moved, the division, a solution put in, right or
//! wrong, the reading of an equation, signed computations.

use super::{Equation, LinearEquation, opening, plain, substitute, term};
use crate::prompts::tasks::arithmetic::{Working, add, div_exact, mul, slip, sub};
use crate::prompts::tasks::facts::{params, pen, told, window};
use crate::prompts::tasks::fraction::{tell_reduction, written};
use crate::prompts::tasks::pen::conclude;
use crate::prompts::tasks::text;
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(16) {
        0 | 1 => gather(difficulty, rng),
        2 | 3 => constant(difficulty, rng),
        4 | 5 => divide(difficulty, rng),
        6 | 7 => put_in(difficulty, rng),
        8 => wrong_solution(difficulty, rng),
        9 => end(difficulty, rng),
        10 | 11 => window::<LinearEquation>(difficulty, 2, rng),
        12 => small_signed(rng),
        _ => signed(rng),
    }
}

/// An equation of the family without parentheses: both sides multiplied out.
fn flat(difficulty: u32, rng: &mut Rng) -> Equation {
    let given = params::<LinearEquation>(difficulty, rng);
    Equation { left: given.left.expanded(), right: given.right.expanded(), ..given }
}

/// The unknown gathered on one side.
fn gather(difficulty: u32, rng: &mut Rng) -> String {
    let given = flat(difficulty.max(2), rng);
    let x = given.letter;
    let left_is_big = given.left.factor > given.right.factor;
    let (big, small) = if left_is_big { (given.left, given.right) } else { (given.right, given.left) };
    let moved = term(small.factor, x);
    let how = rng.pick(&["from both sides", "on both sides", "on the left and on the right"]);
    let factor = big.factor - small.factor;
    let after = Equation { left: plain(factor, big.constant), right: plain(0, small.constant), ..given };
    let less = sub(big.factor, small.factor).short();
    let so = rng.pick(&["so", "which gives", "leaving"]);
    let after = after.turned(left_is_big);
    format!("{}\nSubtract {moved} {how}: {less}, {so} {after}.", opening(&given, rng))
}

/// One unknown term and one constant on a side: the constant moved.
fn constant(difficulty: u32, rng: &mut Rng) -> String {
    let given = flat(difficulty, rng);
    let left_is_big = given.left.factor > given.right.factor;
    let (big, small) = if left_is_big { (given.left, given.right) } else { (given.right, given.left) };
    let factor = big.factor - small.factor;
    let before = Equation { left: plain(factor, big.constant), right: plain(0, small.constant), ..given };
    if big.constant == 0 {
        return divide(difficulty, rng);
    }
    let (verb, moved) = match big.constant > 0 {
        true => ("Subtract", sub(small.constant, big.constant)),
        false => ("Add", add(small.constant, -big.constant)),
    };
    let how = rng.pick(&["on both sides", "on each side", "to isolate the unknown"]);
    let after = Equation { left: plain(factor, 0), right: plain(0, moved.value), ..given };
    let start = match rng.below(3) {
        0 => format!("{}.", before.turned(left_is_big)),
        1 => format!("So we have {}.", before.turned(left_is_big)),
        _ => opening(&Equation { left: before.left, right: before.right, ..given }, rng),
    };
    let said = pen(2, rng).say(&moved, rng);
    let size = big.constant.abs();
    format!("{start}\n{verb} {size} {how}: {said}. Then {}.", after.turned(left_is_big))
}

/// A multiple of the unknown is known: the division.
fn divide(difficulty: u32, rng: &mut Rng) -> String {
    let given = params::<LinearEquation>(difficulty, rng);
    let x = given.letter;
    let (numerator, denominator) = given.solution();
    let factor = rng.range(2, 9);
    let how = rng.pick(&["Divide both sides by", "Now divide by", "Dividing both sides by"]);
    if denominator != 1 {
        let left = Equation { left: plain(denominator, 0), right: plain(0, numerator), ..given };
        let reduction = tell_reduction(numerator, denominator, &mut pen(3, rng), rng);
        return format!(
            "Then {}.\n{how} {denominator}: {x} = {numerator}/{denominator}.\n{reduction}",
            left.turned(rng.chance(0.7))
        );
    }
    let before = Equation { left: plain(factor, 0), right: plain(0, factor * numerator), ..given };
    let start = before.turned(rng.chance(0.7));
    let said = pen(2, rng).say(&div_exact(factor * numerator, factor), rng);
    format!("Then {start}.\n{how} {factor}: {said}, so {x} = {numerator}.")
}

/// The solution put into the equation.
fn put_in(difficulty: u32, rng: &mut Rng) -> String {
    let given = params::<LinearEquation>(difficulty, rng);
    let (n, d) = given.solution();
    format!("{} {}", text::check(rng), substitute(&given, n, d, rng))
}

/// A wrong solution put in, and the division done again.
fn wrong_solution(difficulty: u32, rng: &mut Rng) -> String {
    let given = params::<LinearEquation>(difficulty, rng);
    let (n, d) = given.solution();
    if d != 1 {
        return put_in(difficulty, rng);
    }
    let wrong = slip(n, rng);
    format!(
        "{} {} {} The solution is not {wrong}.",
        text::check(rng),
        substitute(&given, wrong, 1, rng),
        text::wait(rng)
    )
}

/// The equation and its solution, without the way between them.
fn end(difficulty: u32, rng: &mut Rng) -> String {
    let given = params::<LinearEquation>(difficulty, rng);
    let (n, d) = given.solution();
    let (x, answer) = (given.letter, written(n, d));
    let last = conclude(&format!("{x} = {answer}"), rng);
    let boxed = match rng.below(2) {
        0 => format!("The equation {} holds for {x} = \\boxed{{{answer}}}.", given.render()),
        _ => format!("Solving {} gives {x} = \\boxed{{{answer}}}.", given.render()),
    };
    format!("{last}\n{boxed}")
}

/// Signed computations of the sizes that occur.
fn signed(rng: &mut Rng) -> String {
    let workings: Vec<Working> = (0..rng.range(2, 3))
        .map(|_| match rng.below(5) {
            0 => add(rng.range(-150, 150), rng.range(1, 50)),
            1 => sub(rng.range(-150, 320), rng.range(1, 50)),
            2 => mul(rng.range(2, 12), rng.range(-15, 30)),
            3 => {
                let by = rng.range(2, 12);
                div_exact(by * rng.range(-15, 30), by)
            }
            _ => sub(rng.range(1, 12), rng.range(1, 6)),
        })
        .collect();
    told(&workings, rng)
}

/// Sums and products of small numbers with signs.
fn small_signed(rng: &mut Rng) -> String {
    let workings: Vec<Working> = (0..4)
        .map(|_| {
            let (a, b) = (rng.range(-20, 20), rng.range(-20, 20));
            match rng.below(4) {
                0 => add(a, b),
                1 => sub(a, b),
                2 => mul(rng.range(-12, 12), rng.range(-12, 12)),
                _ => sub(a, b.abs()),
            }
        })
        .collect();
    told(&workings, rng)
}
