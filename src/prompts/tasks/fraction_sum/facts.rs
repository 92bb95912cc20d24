//! Facts of the fraction family: a common denominator, a fraction widened, numerators added, a
//! fraction reduced, a common divisor, a sum of fractions undone.

use super::{FractionSum, Term, numerators, render, tell_common_denominator, undo};
use crate::prompts::tasks::arithmetic::{Working, add, div_exact, mul, sub};
use crate::prompts::tasks::facts::{params, pen, told, window};
use crate::prompts::tasks::fraction::{euclid, gcd, reduced, tell_reduction};
use crate::prompts::tasks::pen::say;
use crate::prompts::tasks::text;
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(18) {
        0..4 => reduction(difficulty, rng),
        4 | 5 => denominator(difficulty, rng),
        6 | 7 => widened(difficulty, rng),
        8 | 9 => on_top(difficulty, rng),
        10 => back(difficulty, rng),
        11 | 12 => divisor(difficulty, rng),
        13 => half_way(difficulty, rng),
        14 | 15 => window::<FractionSum>(difficulty, 2, rng),
        _ => sizes(rng),
    }
}

/// The terms over their common denominator.
fn wide(terms: &[Term]) -> Vec<Term> {
    let common = terms.iter().fold(1, |c, t| c / gcd(c, t.denominator) * t.denominator);
    let widen =
        |t: &Term| Term { numerator: t.numerator * (common / t.denominator), denominator: common, ..*t };
    terms.iter().map(widen).collect()
}

/// Numerator and denominator before the reduction, as they occur.
fn unreduced(difficulty: u32, rng: &mut Rng) -> (i64, i64) {
    let terms = wide(&params::<FractionSum>(difficulty, rng));
    let numerator = numerators(&terms).last().map_or(0, |w| w.value);
    (numerator, terms[0].denominator)
}

fn reduction(difficulty: u32, rng: &mut Rng) -> String {
    let (n, d) = if rng.chance(0.5) {
        unreduced(difficulty, rng)
    } else {
        // Fractions that can be reduced, more often than sums can.
        let k = rng.range(2, 9);
        let sign = if rng.chance(0.15) { -1 } else { 1 };
        (sign * k * rng.range(1, 30), k * rng.range(1, 12))
    };
    let start = rng.pick(&["The result is", "That gives", "Together:"]);
    format!("{start} {n}/{d}.\n{}", tell_reduction(n, d, &mut pen(4, rng), rng))
}

fn denominator(difficulty: u32, rng: &mut Rng) -> String {
    let terms = params::<FractionSum>(difficulty, rng);
    let mut lines = vec![match rng.below(4) {
        0 => format!("We have to compute {}.", render(&terms)),
        1 => format!("Given is {}. A common denominator comes first.", render(&terms)),
        2 => format!("I need one common denominator for {}.", render(&terms)),
        _ => format!("Let me work out {}.", render(&terms)),
    }];
    tell_common_denominator(&terms, &mut pen(2, rng), rng, &mut lines);
    lines.join("\n")
}

/// A fraction over a larger denominator.
fn widened(difficulty: u32, rng: &mut Rng) -> String {
    let most = if difficulty < 3 { 10 } else { 15 };
    let (n, d, factor) =
        (rng.range(1, 40), rng.range(2, most), rng.range(2, if difficulty < 3 { 4 } else { 9 }));
    let how = rng.pick(&["Widen", "Bring up", "Expand"]);
    let (over, up) = (say(&div_exact(d * factor, d), rng), pen(1, rng).say(&mul(n, factor), rng));
    let start = rng.pick(&["The common denominator is", "Everything goes over", "I take"]);
    format!("{start} {0}.\n{how} {n}/{d}: {over}, {up}, so {n}/{d} = {1}/{0}.", d * factor, n * factor)
}

/// Fractions with one denominator: the numerators, and the result.
fn on_top(difficulty: u32, rng: &mut Rng) -> String {
    let terms = wide(&params::<FractionSum>(difficulty, rng));
    let common = terms[0].denominator;
    let mut lines =
        vec![format!("{} {}.", rng.pick(&["Now it is", "So we have", "This makes"]), render(&terms))];
    let workings = numerators(&terms);
    let mut pen = pen(workings.len() as u64, rng);
    for working in &workings {
        let start = rng.pick(&["Numerators:", "On top:", "For the numerators,"]);
        lines.push(format!("{start} {}.", pen.say(working, rng)));
    }
    let start = rng.pick(&["The result is", "That gives", "Together:"]);
    lines.push(format!("{start} {}/{common}.", workings.last().map_or(0, |w| w.value)));
    lines.join("\n")
}

/// The check of a sum.
fn back(difficulty: u32, rng: &mut Rng) -> String {
    let terms = wide(&params::<FractionSum>(difficulty, rng));
    let common = terms[0].denominator;
    let workings = numerators(&terms);
    let (Some(last), Some(term)) = (workings.last(), terms.last()) else { return sizes(rng) };
    let before = workings.len().checked_sub(2).map_or(terms[0].numerator, |i| workings[i].value);
    let (n, d) = reduced(last.value, common);
    let how = rng.pick(&["Going back from", "Undo the last step on", "In reverse from"]);
    let mut check = format!(
        "{}.\n{} {how} {}/{common}: {}, and {before} is where it came from.",
        last.short(),
        text::check(rng),
        last.value,
        say(&undo(last, term), rng)
    );
    if d != common && n != 0 {
        let factor = common / d;
        let (top, bottom) = (say(&mul(n, factor), rng), say(&mul(d, factor), rng));
        check += &format!(" The reduced form widened by {factor}: {top}, and {bottom}.");
    }
    format!("{check} {}", text::agrees(rng))
}

/// Euclid's divisions of numerator and denominator.
fn divisor(difficulty: u32, rng: &mut Rng) -> String {
    let (n, d) = match rng.chance(0.5) {
        true => unreduced(difficulty, rng),
        false => (rng.range(2, 12) * rng.range(1, 12), rng.range(2, 40)),
    };
    let (n, d) = (n.abs().max(1), d.max(2));
    let mut pen = pen(3, rng);
    let divisions: Vec<String> = euclid(n, d).iter().map(|w| pen.say(w, rng)).collect();
    let start = rng.pick(&["Common divisor of", "What divides both", "Euclid for"]);
    format!("{start} {n} and {d}: {}. It is {}.", divisions.join(". "), gcd(n, d))
}

/// A short statement of a whole sum.
fn half_way(difficulty: u32, rng: &mut Rng) -> String {
    let terms = params::<FractionSum>(difficulty, rng);
    let widened = wide(&terms);
    let common = widened[0].denominator;
    let n = numerators(&widened).last().map_or(0, |w| w.value);
    let e = render(&terms);
    match rng.below(2) {
        0 => format!(
            "With the common denominator {common}, {e} is {}. That gives {n}/{common}.",
            render(&widened)
        ),
        _ => format!("The task is {e}.\nNow it is {}.\nTogether: {n}/{common}.", render(&widened)),
    }
}

/// Computations of the sizes that occur.
fn sizes(rng: &mut Rng) -> String {
    let workings: Vec<Working> = (0..rng.range(2, 3))
        .map(|_| match rng.below(4) {
            0 => mul(rng.range(11, 40), rng.range(2, 9)),
            1 => add(rng.range(10, 160), rng.range(10, 160)),
            2 => sub(rng.range(1, 160), rng.range(1, 120)),
            _ => {
                let by = rng.range(2, 12);
                div_exact(by * rng.range(2, 30), by)
            }
        })
        .collect();
    told(&workings, rng)
}
