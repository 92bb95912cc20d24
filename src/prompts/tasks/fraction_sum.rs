//! Sums and differences of fractions: one denominator, one denominator a multiple of the other, any
//! two denominators, three fractions.
//!
//! The expert finds a common denominator, widens the fractions, works on the numerators and reduces.

mod facts;

use super::arithmetic::{Working, add, div_exact, mul, sub};
use super::fraction::{euclid, gcd, reduced, tell_reduction, written};
use super::pen::{Pen, ask, conclude, mistaken, say};
use super::text;
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

/// A term of the sum: `minus` says whether it is taken away, never so for the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    minus: bool,
    numerator: i64,
    denominator: i64,
}

/// The family; see the module.
#[derive(Debug)]
pub struct FractionSum;

impl Family for FractionSum {
    const NAME: &'static str = "fraction_sum";
    const DOMAIN: &'static str = "math";
    type Params = Vec<Term>;

    fn params(difficulty: u32, digits: &mut Digits) -> Self::Params {
        let minus = digits.below(2) == 1;
        let term = |minus, numerator, denominator| Term { minus, numerator, denominator };
        match difficulty {
            1 => {
                let b = digits.range(2, 30);
                vec![term(false, digits.range(1, 30), b), term(minus, digits.range(1, 30), b)]
            }
            2 => {
                // Times 2 at least, so that the two orders give different texts.
                let b = digits.range(2, 10);
                let larger = b * digits.range(2, 4);
                let (b, d) = if digits.below(2) == 0 { (b, larger) } else { (larger, b) };
                vec![term(false, digits.range(1, 40), b), term(minus, digits.range(1, 40), d)]
            }
            3 => {
                let (b, d) = (digits.range(2, 15), digits.range(2, 15));
                vec![term(false, digits.range(1, 50), b), term(minus, digits.range(1, 50), d)]
            }
            _ => {
                let second = digits.below(2) == 1;
                let mut read = |minus| term(minus, digits.range(1, 15), digits.range(2, 10));
                vec![read(false), read(minus), read(second)]
            }
        }
    }

    fn pose(params: &Self::Params, words: &mut Rng) -> Posed {
        let e = render(params);
        let form = [
            "as a reduced fraction a/b, or as an integer if it is one,",
            "in lowest terms (a/b or an integer)",
        ];
        let ask = ask(words.pick(&form), words);
        let kind = if params.iter().any(|t| t.minus) { "calculation" } else { "sum" };
        let problem = match words.below(6) {
            0 => format!("Compute {e}. {ask}"),
            1 => format!("What is {e}? Show how you get there. {ask}"),
            2 => format!("Work out {e} by bringing the fractions to a common denominator. {ask}"),
            3 => format!("Simplify {e} to a single fraction. {ask}"),
            4 => format!("A pupil wants to know the exact value of {e}. {ask}"),
            _ => format!("Please do this {kind} with fractions: {e}. {ask}"),
        };
        let (n, d) = total(params);
        Posed::with_answer(problem, written(n, d))
    }

    fn expert(params: &Self::Params, rng: &mut Rng) -> Chain {
        let mut pen = Pen::new(2 + params.len() as u64, rng);
        let e = render(params);
        let mut lines = vec![match rng.below(5) {
            0 => format!("We have to compute {e}."),
            1 => format!("The task is {e}."),
            2 => format!("Let me work out {e}."),
            3 => format!("I need one common denominator for {e}."),
            _ => format!("Given is {e}. A common denominator comes first."),
        }];
        let common = tell_common_denominator(params, &mut pen, rng, &mut lines);
        let mut wide = Vec::with_capacity(params.len());
        for term in params {
            let factor = common / term.denominator;
            let n = term.numerator * factor;
            wide.push(Term { numerator: n, denominator: common, ..*term });
            if factor > 1 {
                let how = rng.pick(&["Widen", "Bring up", "Expand"]);
                let (over, up) = (div_exact(common, term.denominator), mul(term.numerator, factor));
                let (over, up) = (say(&over, rng), pen.say(&up, rng));
                let given = format!("{}/{}", term.numerator, term.denominator);
                lines.push(format!("{how} {given}: {over}, {up}, so {given} = {n}/{common}."));
            }
        }
        if wide != *params {
            lines.push(format!(
                "{} {}.",
                rng.pick(&["Now it is", "So we have", "This makes"]),
                render(&wide)
            ));
        }

        // The numerators, one term after the other.
        let workings = numerators(&wide);
        let numerator = workings.last().map_or(0, |w| w.value);
        for (i, working) in workings.iter().enumerate() {
            let start = rng.pick(&["Numerators:", "On top:", "For the numerators,"]);
            let wrong = pen.is_late() && i + 1 == workings.len();
            let shown = if wrong { mistaken(working, rng) } else { working.clone() };
            lines.push(format!("{start} {}.", pen.say(&shown, rng)));
            let last = wide.get(i + 1).copied();
            if let Some(term) = last.filter(|_| wrong) {
                let back = undo(&shown, &term);
                let before = if i == 0 { wide[0].numerator } else { workings[i - 1].value };
                lines.push(format!(
                    "{} Backwards, {}, but it should be {before}.",
                    text::check(rng),
                    say(&back, rng)
                ));
                lines.push(format!("{} Again: {}.", text::wait(rng), say(working, rng)));
            }
        }
        lines.push(format!(
            "{} {numerator}/{common}.",
            rng.pick(&["The result is", "That gives", "Together:"])
        ));
        lines.push(tell_reduction(numerator, common, &mut pen, rng));

        let (n, d) = reduced(numerator, common);
        if let (Some(working), Some(term)) = (workings.last(), wide.last()) {
            let before = workings.len().checked_sub(2).map_or(wide[0].numerator, |i| workings[i].value);
            let how = rng.pick(&["Going back from", "Undo the last step on", "In reverse from"]);
            let back = say(&undo(working, term), rng);
            let fits = format!("and {before} is where it came from");
            let mut check = format!("{} {how} {numerator}/{common}: {back}, {fits}.", text::check(rng));
            if d != common && n != 0 {
                let factor = common / d;
                let (top, bottom) = (say(&mul(n, factor), rng), say(&mul(d, factor), rng));
                check += &format!(" The reduced form widened by {factor}: {top}, and {bottom}.");
            }
            lines.push(format!("{check} {}", text::agrees(rng)));
        }
        let answer = written(n, d);
        lines.push(conclude(&answer, rng));
        let solution = match rng.below(3) {
            0 => format!("With the common denominator {common}, {e} = \\boxed{{{answer}}}."),
            1 => {
                format!("The calculation gives {numerator}/{common}, in lowest terms \\boxed{{{answer}}}.")
            }
            _ => format!("In lowest terms, {e} is \\boxed{{{answer}}}."),
        };
        Chain { reasoning: lines.join("\n"), solution }
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        facts::fact(difficulty, rng)
    }
}

fn render(terms: &[Term]) -> String {
    let mut out = String::new();
    for (i, term) in terms.iter().enumerate() {
        if i > 0 {
            out += if term.minus { " - " } else { " + " };
        }
        out += &format!("{}/{}", term.numerator, term.denominator);
    }
    out
}

/// The reduced value.
fn total(terms: &[Term]) -> (i64, i64) {
    terms.iter().fold((0, 1), |(n, d), t| {
        let numerator = if t.minus { -t.numerator } else { t.numerator };
        reduced(n * t.denominator + numerator * d, d * t.denominator)
    })
}

/// The running sums of the numerators of terms with one denominator.
fn numerators(terms: &[Term]) -> Vec<Working> {
    let mut value = terms.first().map_or(0, |t| t.numerator);
    let mut workings = Vec::new();
    for term in terms.iter().skip(1) {
        let working = if term.minus { sub(value, term.numerator) } else { add(value, term.numerator) };
        value = working.value;
        workings.push(working);
    }
    workings
}

/// Takes `term` back out of the result of `working`.
fn undo(working: &Working, term: &Term) -> Working {
    if term.minus { add(working.value, term.numerator) } else { sub(working.value, term.numerator) }
}

fn tell_common_denominator(terms: &[Term], pen: &mut Pen, rng: &mut Rng, lines: &mut Vec<String>) -> i64 {
    let mut common = terms.first().map_or(1, |t| t.denominator);
    for term in terms.iter().skip(1) {
        let next = term.denominator;
        if next == common {
            let same = rng.pick(&[
                "Both denominators are",
                "The denominators agree:",
                "Here the denominator is the same,",
            ]);
            lines.push(format!("{same} {common}."));
            continue;
        }
        let (large, small) = (common.max(next), common.min(next));
        if large % small == 0 {
            let fits = pen.say(&div_exact(large, small), rng);
            let so = rng.pick(&["so the common denominator is", "so I take", "so everything goes over"]);
            lines.push(format!("{small} goes into {large}: {fits}, {so} {large}."));
            common = large;
            continue;
        }
        let divisor = gcd(large, small);
        let divisions: Vec<String> = euclid(large, small).iter().map(|w| pen.say(w, rng)).collect();
        let start = rng.pick(&["Common divisor of", "What divides both", "Euclid for"]);
        lines.push(format!("{start} {large} and {small}: {}. It is {divisor}.", divisions.join(". ")));
        let mut said = String::new();
        if divisor > 1 {
            said = format!("{}, then ", pen.say(&div_exact(small, divisor), rng));
        }
        common = large * (small / divisor);
        let product = pen.say(&mul(large, small / divisor), rng);
        let so = rng.pick(&["so the common denominator is", "so I take", "so everything goes over"]);
        lines.push(format!("The least common multiple: {said}{product}, {so} {common}."));
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::tasks::trial;

    /// Over the product of the denominators, reduced by trying divisors downwards.
    fn by_trial(terms: &[Term]) -> String {
        let d: i64 = terms.iter().map(|t| t.denominator).product();
        let n: i64 =
            terms.iter().map(|t| if t.minus { -1 } else { 1 } * t.numerator * (d / t.denominator)).sum();
        let common = (1..=d).rev().find(|k| d % k == 0 && n % k == 0).unwrap();
        if d == common { (n / d).to_string() } else { format!("{}/{}", n / common, d / common) }
    }

    #[test]
    fn family_holds() {
        trial::show::<FractionSum>();
        trial::run::<FractionSum>(
            [52_200, 172_800, 980_000, 9_841_500],
            [(60, 460), (80, 700), (80, 1_400), (80, 1_600)],
            |terms| by_trial(terms),
        );
    }
}
