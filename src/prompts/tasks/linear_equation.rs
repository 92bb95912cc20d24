//! Linear equations in one unknown: `ax + b = c`, the unknown on both sides, parentheses, and at
//! difficulty 4 solutions that are fractions.
//!
//! The expert expands, gathers the unknown on the side where it has the larger factor, divides, and
//! puts the solution into the equation as it was asked.

mod facts;

use super::arithmetic::{Working, add, div_exact, mul, sub};
use super::fraction::{reduced, tell_reduction, written};
use super::pen::{Pen, ask, conclude, mistaken, say};
use super::text;
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

const LETTERS: &[&str] = &["x", "y", "n", "t", "k", "m"];

/// One side: `factor * (unknown + inner) + constant`, without the parenthesis where `inner` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    factor: i64,
    inner: Option<i64>,
    constant: i64,
}

/// What decides one equation. No two parameters give the same two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Equation {
    letter: &'static str,
    left: Side,
    right: Side,
}

/// The family; see the module.
#[derive(Debug)]
pub struct LinearEquation;

impl Family for LinearEquation {
    const NAME: &'static str = "linear_equation";
    const DOMAIN: &'static str = "math";
    type Params = Equation;

    fn params(difficulty: u32, digits: &mut Digits) -> Self::Params {
        let letter = LETTERS[digits.below(LETTERS.len() as u64) as usize];
        let plain = |factor, constant| Side { factor, inner: None, constant };
        // The left side always has the larger factor, so that a swap gives another equation.
        let (left, right) = match difficulty {
            1 => {
                let (a, x, b) = (digits.range(2, 9), digits.range(1, 30), nonzero(digits, 50));
                return Equation { letter, left: plain(a, b), right: plain(0, a * x + b) };
            }
            2 => {
                let (c, more, x) = (digits.range(1, 6), digits.range(1, 6), digits.range(-12, 15));
                let b = nonzero(digits, 45);
                (plain(c + more, b), plain(c, more * x + b))
            }
            3 => {
                let (c, more, x) = (digits.range(1, 8), digits.range(1, 5), digits.range(-12, 12));
                let (inner, e) = (nonzero(digits, 10), digits.range(-20, 20));
                let a = c + more;
                (Side { factor: a, inner: Some(inner), constant: e }, plain(c, a * (x + inner) + e - c * x))
            }
            _ => {
                let (c, more) = (digits.range(2, 8), digits.range(1, 7));
                let (b, d, e) = (nonzero(digits, 10), nonzero(digits, 10), digits.range(-20, 20));
                let left = Side { factor: c + more, inner: Some(b), constant: e };
                (left, Side { factor: c, inner: Some(d), constant: 0 })
            }
        };
        let swap = digits.below(2) == 1;
        let (left, right) = if swap { (right, left) } else { (left, right) };
        Equation { letter, left, right }
    }

    fn pose(params: &Self::Params, words: &mut Rng) -> Posed {
        let (numerator, denominator) = params.solution();
        let (e, x) = (params.render(), params.letter);
        let ask = if params.left.inner.is_some() && params.right.inner.is_some() {
            ask(
                words.pick(&[
                    "as a reduced fraction a/b or an integer",
                    "in lowest terms, as a/b or an integer",
                ]),
                words,
            )
        } else {
            ask("as an integer", words)
        };
        let problem = match words.below(7) {
            0 => format!("Solve the equation {e} for {x}. {ask}"),
            1 => format!("Find the value of {x} that satisfies {e}. {ask}"),
            2 => format!("For which number {x} is it true that {e}? Show the steps. {ask}"),
            3 => format!("A student is stuck on the equation {e}. What is {x}? {ask}"),
            4 => format!("Determine {x} from {e}, and check it by putting it back in. {ask}"),
            5 => format!("The unknown {x} fulfils {e}. Please work out {x}. {ask}"),
            _ => format!("Given that {e}, how large is {x}? {ask}"),
        };
        Posed::with_answer(problem, written(numerator, denominator))
    }

    fn expert(params: &Self::Params, rng: &mut Rng) -> Chain {
        let x = params.letter;
        let mut pen = Pen::new(2, rng);
        let (_, denominator) = params.solution();
        if denominator != 1 {
            pen = pen.at_once(3, rng);
        }
        let mut lines = vec![opening(params, rng)];
        let (left, right) = (params.left.expanded(), params.right.expanded());
        if params.left.inner.is_some() || params.right.inner.is_some() {
            for side in [&params.left, &params.right] {
                lines.extend(side.tell_expansion(x, &mut pen, rng));
            }
            let flat = Equation { letter: x, left, right };
            lines.push(format!(
                "{} {}.",
                rng.pick(&["So the equation is", "Now we have", "It becomes"]),
                flat.render()
            ));
        }

        // Gather: big side holds the larger factor.
        let left_is_big = left.factor > right.factor;
        let (big, small) = if left_is_big { (left, right) } else { (right, left) };
        let factor = big.factor - small.factor;
        if small.factor != 0 {
            let term = term(small.factor, x);
            let how = rng.pick(&["from both sides", "on both sides", "on the left and on the right"]);
            let after =
                Equation { letter: x, left: plain(factor, big.constant), right: plain(0, small.constant) };
            let less = sub(big.factor, small.factor).short();
            let so = rng.pick(&["so", "which gives", "leaving"]);
            lines.push(format!("Subtract {term} {how}: {less}, {so} {}.", after.turned(left_is_big)));
        }
        let moved = sub(small.constant, big.constant);
        if big.constant != 0 {
            let verb = if big.constant > 0 { "Subtract" } else { "Add" };
            let how = rng.pick(&["on both sides", "on each side", "to isolate the unknown"]);
            let moved = if big.constant > 0 { moved.clone() } else { add(small.constant, -big.constant) };
            let after = Equation { letter: x, left: plain(factor, 0), right: plain(0, moved.value) };
            let size = big.constant.abs();
            let said = pen.say(&moved, rng);
            lines.push(format!("{verb} {size} {how}: {said}. Then {}.", after.turned(left_is_big)));
        }

        let (numerator, denominator) = params.solution();
        let whole = denominator == 1;
        let mut value = div_exact(moved.value, factor);
        let late = whole && pen.is_late() && factor > 1;
        if factor > 1 && whole {
            let right_value = value.clone();
            value = if late { mistaken(&value, rng) } else { value };
            let how = rng.pick(&["Divide both sides by", "Now divide by", "Dividing both sides by"]);
            lines.push(format!("{how} {factor}: {}, so {x} = {}.", pen.say(&value, rng), value.value));
            lines.push(format!("{} {}", text::check(rng), substitute(params, value.value, 1, rng)));
            if late {
                let again =
                    rng.pick(&["The division was wrong.", "I divided wrongly.", "Back to the division."]);
                let said = say(&right_value, rng);
                lines.push(format!("{} {again} {said}, so {x} = {numerator}.", text::wait(rng)));
                lines.push(format!("Again: {}", substitute(params, numerator, 1, rng)));
            }
        } else {
            if factor > 1 {
                let how = rng.pick(&["Divide both sides by", "Now divide by", "Dividing both sides by"]);
                lines.push(format!("{how} {factor}: {x} = {}/{factor}.", moved.value));
                lines.push(tell_reduction(moved.value, factor, &mut pen, rng));
            }
            lines.push(format!("{} {}", text::check(rng), substitute(params, numerator, denominator, rng)));
        }
        let answer = written(numerator, denominator);
        lines.push(conclude(&format!("{x} = {answer}"), rng));
        let e = params.render();
        let solution = match rng.below(3) {
            0 => format!("Solving {e} gives {x} = \\boxed{{{answer}}}."),
            1 if factor > 1 => format!(
                "Gathering the terms with {x} on one side and dividing by {factor} gives \\boxed{{{answer}}}."
            ),
            _ => format!("The equation {e} holds for {x} = \\boxed{{{answer}}}."),
        };
        Chain { reasoning: lines.join("\n"), solution }
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        facts::fact(difficulty, rng)
    }
}

/// A number of size 1 to `size`, either sign.
fn nonzero(digits: &mut Digits, size: i64) -> i64 {
    let n = digits.range(1 - size, size);
    if n > 0 { n } else { n - 1 }
}

fn plain(factor: i64, constant: i64) -> Side {
    Side { factor, inner: None, constant }
}

/// `x` or `4x`.
fn term(factor: i64, x: &str) -> String {
    if factor == 1 { x.to_owned() } else { format!("{factor}{x}") }
}

/// ` + 7`, ` - 7`, or nothing for 0.
fn plus(constant: i64) -> String {
    match constant {
        0 => String::new(),
        c if c < 0 => format!(" - {}", -c),
        c => format!(" + {c}"),
    }
}

impl Side {
    fn render(&self, x: &str) -> String {
        match (self.factor, self.inner) {
            (0, _) => self.constant.to_string(),
            (a, None) => term(a, x) + &plus(self.constant),
            (1, Some(b)) => format!("({x}{}){}", plus(b), plus(self.constant)),
            (a, Some(b)) => format!("{a}({x}{}){}", plus(b), plus(self.constant)),
        }
    }

    fn expanded(&self) -> Side {
        plain(self.factor, self.factor * self.inner.unwrap_or(0) + self.constant)
    }

    fn tell_expansion(&self, x: &str, pen: &mut Pen, rng: &mut Rng) -> Option<String> {
        let inner = self.inner?;
        let start = rng.pick(&["Multiply out", "Expand", "Open the parentheses in"]);
        let mut said = format!("{start} {}: {}", self.render(x), pen.say(&mul(self.factor, inner), rng));
        if self.constant != 0 {
            let sum = join_constants(self.factor * inner, self.constant);
            said += &format!(", and {}", pen.say(&sum, rng));
        }
        Some(format!("{said}. That is {}.", self.expanded().render(x)))
    }

    /// The side's value for the unknown `n / d`, times `d`, with its workings.
    fn value_at(&self, n: i64, d: i64, rng: &mut Rng) -> (String, i64) {
        let mut workings: Vec<Working> = Vec::new();
        let mut value = n;
        let add_scaled = |value: &mut i64, constant: i64, workings: &mut Vec<Working>| {
            if d != 1 {
                workings.push(mul(constant, d));
            }
            if *value != 0 {
                workings.push(join_constants(*value, constant * d));
            }
            *value += constant * d;
        };
        if let Some(inner) = self.inner {
            add_scaled(&mut value, inner, &mut workings);
        }
        if self.factor != 1 {
            workings.push(mul(self.factor, value));
        }
        value *= self.factor;
        if self.factor == 0 {
            workings.clear();
        }
        if self.constant != 0 {
            add_scaled(&mut value, self.constant, &mut workings);
        }
        if workings.is_empty() {
            return (value.to_string(), value);
        }
        (workings.iter().map(|w| say(w, rng)).collect::<Vec<_>>().join(". "), value)
    }
}

/// `a + c`, written as a subtraction where `c` is negative.
fn join_constants(a: i64, c: i64) -> Working {
    if c < 0 { sub(a, -c) } else { add(a, c) }
}

impl Equation {
    fn render(&self) -> String {
        format!("{} = {}", self.left.render(self.letter), self.right.render(self.letter))
    }

    /// The text with the unknown on the left if `keep`, else with the sides swapped.
    fn turned(&self, keep: bool) -> String {
        if keep { self.render() } else { Equation { left: self.right, right: self.left, ..*self }.render() }
    }

    /// Numerator and denominator of the solution, reduced.
    fn solution(&self) -> (i64, i64) {
        let (left, right) = (self.left.expanded(), self.right.expanded());
        reduced(right.constant - left.constant, left.factor - right.factor)
    }
}

fn opening(equation: &Equation, rng: &mut Rng) -> String {
    let (e, x) = (equation.render(), equation.letter);
    match rng.below(5) {
        0 => format!("We have to find {x} with {e}."),
        1 => format!("The equation is {e}, and I want {x} alone on one side."),
        2 => format!("Let me solve {e} for {x}."),
        3 => format!("Given: {e}. Asked: {x}."),
        _ => format!("I start from {e} and isolate {x} step by step."),
    }
}

/// Puts the solution `n / d` into both sides and compares.
fn substitute(equation: &Equation, n: i64, d: i64, rng: &mut Rng) -> String {
    let x = equation.letter;
    let (left, right) = (equation.left.value_at(n, d, rng), equation.right.value_at(n, d, rng));
    let put = rng.pick(&["Put", "Insert", "Substitute"]);
    let start = if d == 1 {
        format!("{put} {x} = {n} into {}.", equation.render())
    } else {
        format!("{put} {x} = {n}/{d} into {} with both sides times {d}.", equation.render())
    };
    let verdict = if left.1 == right.1 {
        text::agrees(rng).to_owned()
    } else {
        format!("But {} is not {}.", left.1, right.1)
    };
    let (on_left, on_right) = match rng.below(3) {
        0 => ("Left:", "Right:"),
        1 => ("Left side:", "Right side:"),
        _ => ("On the left:", "On the right:"),
    };
    format!("{start} {on_left} {}. {on_right} {}. {verdict}", left.0, right.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::tasks::trial;

    /// Tries every small fraction instead of solving.
    fn by_trial(equation: &Equation) -> String {
        let at =
            |side: &Side, n: i64, d: i64| side.factor * (n + side.inner.unwrap_or(0) * d) + side.constant * d;
        for d in 1..=10 {
            for n in -2_000..=2_000 {
                if at(&equation.left, n, d) == at(&equation.right, n, d) {
                    return if d == 1 { n.to_string() } else { format!("{n}/{d}") };
                }
            }
        }
        "none".to_owned()
    }

    #[test]
    fn family_holds() {
        trial::show::<LinearEquation>();
        trial::run::<LinearEquation>(
            [144_000, 1_088_640, 9_840_000, 9_643_200],
            [(60, 480), (80, 550), (80, 680), (80, 950)],
            by_trial,
        );
    }
}
