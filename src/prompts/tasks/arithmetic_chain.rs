//! Expressions of two to five operations, with parentheses from difficulty 2 on.
//!
//! The expert takes one operation after the other by precedence, writes the shorter expression
//! down each time, and undoes operations to check. Divisions always come out even.

mod facts;

use super::arithmetic::{Working, add, div_exact, mul, operand, sub};
use super::pen::{Pen, ask, conclude, mistaken, say};
use super::text;
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

/// Ranges of the operands 0, 1, 2, ... and the shapes of the expressions at one difficulty. In a
/// shape a digit is an operand and `p` is the product of operands 0 and 1, for a division by 1.
/// Each shape uses all operands, and no two have the same signs in the same order, so that
/// different parameters give different expressions.
struct Level {
    operands: &'static [(i64, i64)],
    shapes: &'static [&'static str],
}

const LEVELS: [Level; 4] = [
    Level {
        operands: &[(10, 99), (2, 9), (2, 20)],
        shapes: &["0+1+2", "0+1-2", "0-1+2", "0*1+2", "0*1-2", "0+1*2", "p/1+2"],
    },
    Level {
        operands: &[(10, 99), (2, 9), (2, 20), (2, 20)],
        shapes: &[
            "0*1+2-3",
            "0*1-2+3",
            "0+1*2-3",
            "0-2+1*3",
            "0+2-1*3",
            "p/1+2-3",
            "2+p/1-3",
            "(0+2)*1-3",
            "(0-2)*1+3",
            "0+1*(2+3)",
            "(0+2-3)*1",
            "2+3+p/1",
        ],
    },
    Level {
        operands: &[(10, 99), (2, 9), (2, 20), (2, 9), (2, 50)],
        shapes: &[
            "(0+2)*1-3*4",
            "0*1+2*3-4",
            "0*1-2*3+4",
            "4-(0-2)*1+3",
            "p/1*3+2-4",
            "(p/1-2)*3+4",
            "(0+2+4)*1-3",
            "4+1*(0-2+3)",
            "0*1-3*(4-2)",
            "(0-2)*1+(4+3)",
            "2*3+p/1-4",
            "4*3-(2+p/1)",
        ],
    },
    Level {
        operands: &[(10, 99), (2, 9), (2, 20), (2, 9), (2, 50), (2, 9)],
        shapes: &[
            "(0+2)*1-(4-3)*5",
            "0*1+2*3-4*5",
            "((0-2)*1+4)*3-5",
            "(p/1+2)*3-4*5",
            "4*(2+3)-(0-1)*5",
            "0*(1+3)-(2+4)*5",
            "((0+4)-(2-3))*1+5",
            "p/1*3-(2+4)+5",
            "5*(0-1*(2-3))+4",
            "(4-3)*5+p/1-2",
        ],
    },
];

/// A piece of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// A number.
    Number(i64),
    /// `+`, `-`, `*` or `/`.
    Sign(char),
    /// `(`
    Open,
    /// `)`
    Close,
}
use Token::{Close, Number, Open, Sign};

/// The family; see the module.
#[derive(Debug)]
pub struct ArithmeticChain;

impl Family for ArithmeticChain {
    const NAME: &'static str = "arithmetic_chain";
    const DOMAIN: &'static str = "math";
    type Params = Vec<Token>;

    fn params(difficulty: u32, digits: &mut Digits) -> Self::Params {
        let level = &LEVELS[difficulty.clamp(1, 4) as usize - 1];
        let operands: Vec<i64> = level.operands.iter().map(|&(low, high)| digits.range(low, high)).collect();
        let token = |c: char| match c {
            '(' => Open,
            ')' => Close,
            'p' => Number(operands[0] * operands[1]),
            c => c.to_digit(10).map_or(Sign(c), |slot| Number(operands[slot as usize])),
        };
        digits.pick(level.shapes).chars().map(token).collect()
    }

    fn pose(params: &Self::Params, words: &mut Rng) -> Posed {
        let e = render(params);
        let ask = ask("", words);
        let problem = match words.below(7) {
            0 => format!("Work out the value of {e}, keeping to the usual order of operations. {ask}"),
            1 => format!("What is {e}? Remember which operations come first. {ask}"),
            2 => format!("Calculate {e} step by step, without a calculator. {ask}"),
            3 => format!("Please evaluate the expression {e} and tell me which integer it equals. {ask}"),
            4 => format!("I need the exact value of the following expression: {e}. {ask}"),
            5 => format!("A worksheet asks for the value of {e}. Which number should be written down? {ask}"),
            _ => format!("Compute the following by hand: {e}. The result is an integer. {ask}"),
        };
        Posed::with_answer(problem, steps(params).last().map_or(0, |s| s.working.value))
    }

    fn expert(params: &Self::Params, rng: &mut Rng) -> Chain {
        let expression = render(params);
        let steps = steps(params);
        let mut pen = Pen::new(steps.len() as u64, rng);
        let mut lines = vec![opening(&expression, rng)];
        let Some((last, before)) = steps.split_last() else {
            return Chain { reasoning: String::new(), solution: String::new() };
        };
        for step in before {
            lines.push(format!(
                "{} {}. {}",
                step.reason(rng),
                pen.say(&step.working, rng),
                left(&step.rest, rng)
            ));
        }
        let claimed = if pen.is_late() { mistaken(&last.working, rng) } else { last.working.clone() };
        lines.push(format!("{} {}.", last.reason(rng), pen.say(&claimed, rng)));
        let (check, gap) = (text::check(rng), rng.pick(&["", "\n"]));
        lines.push(gap.to_owned() + &joined(check, &last.undo(claimed.value, rng)));
        if pen.is_late() {
            let redo = rng.pick(&[
                "The last step has to be done again:",
                "So the last result was wrong. Again:",
                "I redo the last step:",
            ]);
            lines.push(format!("{} {redo} {}.", text::wait(rng), say(&last.working, rng)));
            lines.push(format!("Once more, {}", last.undo(last.working.value, rng)));
        } else if steps.len() == 2 || rng.chance(0.6) {
            for (i, step) in before.iter().rev().take(2).enumerate() {
                let remark = match i {
                    0 => rng.pick(&["One step earlier,", "The step before,", "And one step before,"]),
                    _ => rng.pick(&["And before that,", "Two steps earlier,"]),
                };
                lines.push(format!("{remark} {}", step.undo(step.working.value, rng)));
            }
        }
        let value = last.working.value.to_string();
        lines.push(conclude(&value, rng));
        let solution = match rng.below(3) {
            0 => format!("Taking the operations in order, {expression} = \\boxed{{{value}}}."),
            1 => format!("The expression {expression} comes to \\boxed{{{value}}}."),
            _ if !expression.contains('(') => format!(
                "Multiplication and division go before addition and subtraction, so the result is \\boxed{{{value}}}."
            ),
            _ => format!(
                "Multiplication and division go before addition and subtraction, and parentheses before all. \
                 The result is \\boxed{{{value}}}."
            ),
        };
        Chain { reasoning: lines.join("\n"), solution }
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        facts::fact(difficulty, rng)
    }
}

fn opening(expression: &str, rng: &mut Rng) -> String {
    let opening = rng.pick(&[
        "Let me work out",
        "I have to find the value of",
        "We are asked for",
        "The task is to compute",
        "One operation at a time. The expression is",
    ]);
    format!("{opening} {expression}.")
}

fn left(rest: &[Token], rng: &mut Rng) -> String {
    let left = rng.pick(&["Now the expression is", "This leaves", "So we have", "What remains is"]);
    format!("{left} {}.", render(rest))
}

/// `text` after `remark`, with a capital letter where a new sentence begins.
fn joined(remark: &str, text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if remark.ends_with('.') => {
            format!("{remark} {}{}", first.to_ascii_uppercase(), letters.as_str())
        }
        _ => format!("{remark} {text}"),
    }
}

/// The expression as text, a negative number in parentheses unless it comes first.
fn render(tokens: &[Token]) -> String {
    let mut out = String::new();
    for (i, token) in tokens.iter().enumerate() {
        match token {
            Number(n) if i == 0 => out += &n.to_string(),
            Number(n) => out += &operand(*n),
            Sign(c) => out += &format!(" {c} "),
            Open => out.push('('),
            Close => out.push(')'),
        }
    }
    out
}

/// One operation, why it is next, and the expression after it.
struct OneStep {
    sign: char,
    operands: (i64, i64),
    in_parentheses: bool,
    precedence: bool,
    working: Working,
    rest: Vec<Token>,
}

impl OneStep {
    fn reason(&self, rng: &mut Rng) -> &'static str {
        let product = if self.sign == '*' { "multiplication" } else { "division" };
        match (self.in_parentheses, self.precedence, product) {
            (true, ..) => {
                rng.pick(&["The parentheses first:", "Inside the parentheses:", "Start in the parentheses:"])
            }
            (_, true, "multiplication") => rng.pick(&[
                "Multiplication goes first:",
                "The product comes next:",
                "First the multiplication:",
            ]),
            (_, true, _) => {
                rng.pick(&["Division goes first:", "The division comes next:", "First the division:"])
            }
            _ => rng.pick(&["From left to right:", "Next:", "Then:", "Now compute"]),
        }
    }

    /// Undoes the operation that is said to give `claimed`, and says whether that fits.
    fn undo(&self, claimed: i64, rng: &mut Rng) -> String {
        let (a, b) = self.operands;
        let (working, expected) = match self.sign {
            '+' => (sub(claimed, b), a),
            '-' => (add(claimed, b), a),
            '*' => (mul(b, a), claimed),
            _ => (mul(claimed, b), a),
        };
        let how = match self.sign {
            '*' => rng.pick(&["the other way round,", "with the factors swapped,"]),
            _ => rng.pick(&["going back,", "in reverse,", "undoing it,"]),
        };
        let verdict = if working.value == expected {
            text::agrees(rng).to_owned()
        } else {
            format!("That should have been {expected}.")
        };
        format!("{how} {}. {verdict}", say(&working, rng))
    }
}

/// All operations in the order in which they are done.
fn steps(tokens: &[Token]) -> Vec<OneStep> {
    let mut rest = tokens.to_vec();
    let mut steps = Vec::new();
    while let Some(step) = next_step(&rest) {
        rest = step.rest.clone();
        steps.push(step);
    }
    steps
}

fn next_step(tokens: &[Token]) -> Option<OneStep> {
    let close = tokens.iter().position(|t| *t == Close).unwrap_or(tokens.len());
    let open = tokens[..close].iter().rposition(|t| *t == Open);
    let start = open.map_or(0, |open| open + 1);
    let signs = || (start..close).filter_map(|i| if let Sign(c) = tokens[i] { Some((i, c)) } else { None });
    let strong = signs().find(|(_, c)| matches!(c, '*' | '/'));
    let weak_too = signs().any(|(_, c)| matches!(c, '+' | '-'));
    let (at, sign) = strong.or_else(|| signs().next())?;
    let (Number(a), Number(b)) = (*tokens.get(at.checked_sub(1)?)?, *tokens.get(at + 1)?) else {
        return None;
    };
    let working = match sign {
        '+' => add(a, b),
        '-' => sub(a, b),
        '*' => mul(a, b),
        _ => div_exact(a, b),
    };
    let mut rest = tokens.to_vec();
    let (mut from, mut to) = (at - 1, at + 1);
    if open.is_some() && from == start && to + 1 == close {
        (from, to) = (from - 1, to + 1);
    }
    rest.splice(from..=to, [Number(working.value)]);
    let precedence = strong.is_some() && weak_too;
    Some(OneStep { sign, operands: (a, b), in_parentheses: open.is_some(), precedence, working, rest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::tasks::trial;

    /// Shunting by recursive descent, apart from the code above.
    fn evaluate(tokens: &[Token]) -> i64 {
        fn atom(t: &mut &[Token]) -> i64 {
            let (first, rest) = t.split_first().unwrap();
            *t = rest;
            match first {
                Number(n) => *n,
                _ => {
                    let value = sum(t);
                    *t = &t[1..];
                    value
                }
            }
        }
        fn product(t: &mut &[Token]) -> i64 {
            let mut value = atom(t);
            while let Some(Sign(c @ ('*' | '/'))) = t.first().copied() {
                *t = &t[1..];
                let right = atom(t);
                assert!(c == '*' || value % right == 0, "division leaves a rest");
                value = if c == '*' { value * right } else { value / right };
            }
            value
        }
        fn sum(t: &mut &[Token]) -> i64 {
            let mut value = product(t);
            while let Some(Sign(c @ ('+' | '-'))) = t.first().copied() {
                *t = &t[1..];
                let right = product(t);
                value += if c == '+' { right } else { -right };
            }
            value
        }
        sum(&mut &tokens[..])
    }

    #[test]
    fn shapes_differ_and_use_every_operand() {
        for level in &LEVELS {
            let mut seen = std::collections::HashSet::new();
            for shape in level.shapes {
                let signs: String =
                    shape.chars().map(|c| if "+-*/()".contains(c) { c } else { '_' }).collect();
                assert!(seen.insert(signs), "{shape}");
                let uses =
                    |slot: usize| shape.contains(&slot.to_string()) || (slot == 0 && shape.contains("p/1"));
                assert!((0..level.operands.len()).all(uses), "{shape}");
            }
        }
    }

    #[test]
    fn family_holds() {
        trial::show::<ArithmeticChain>();
        trial::run::<ArithmeticChain>(
            [95_760, 3_119_040, 64_350_720, 429_004_800],
            [(60, 350), (60, 500), (80, 600), (100, 700)],
            |params| evaluate(params).to_string(),
        );
    }
}
