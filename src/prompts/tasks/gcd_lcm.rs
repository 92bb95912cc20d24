//! Greatest common divisors and least common multiples of two numbers, at difficulty 4 of three.
//!
//! The expert runs Euclid's divisions, gets a common multiple by dividing before multiplying, and
//! checks by dividing or by multiplying back. The numbers of a problem leave the same rest modulo 6, 12 or 60, so
//! that common divisors above 1 are frequent.

mod facts;

use super::arithmetic::{div_exact, mul};
use super::fraction::{euclid, gcd};
use super::pen::{NAMES, Pen, ask, conclude, mistaken, say};
use super::text;
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

/// What decides one problem. The order of the numbers is the order in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    name: &'static str,
    multiple: bool,
    numbers: Vec<i64>,
}

/// From this size on, and where both routes were taken already, a multiple is checked by its last digit.
const LONG: i64 = 500;

/// The family; see the module.
#[derive(Debug)]
pub struct GcdLcm;

impl Family for GcdLcm {
    const NAME: &'static str = "gcd_lcm";
    const DOMAIN: &'static str = "math";
    type Params = Question;

    fn params(difficulty: u32, digits: &mut Digits) -> Self::Params {
        let name = NAMES[digits.below(NAMES.len() as u64) as usize];
        let multiple = digits.below(2) == 1;
        // Rest, and how often the modulus goes into each number: other digits, other numbers.
        let (modulus, quotients): (i64, &[(i64, i64)]) = match difficulty {
            1 => (6, &[(3, 19), (1, 5)]),
            2 => (12, &[(1, 20), (1, 20)]),
            3 => (60, &[(0, 12), (0, 12)]),
            _ => (12, &[(0, 5), (0, 5), (0, 5)]),
        };
        let rest = digits.range(1, modulus);
        let numbers = quotients.iter().map(|&(low, high)| modulus * digits.range(low, high) + rest).collect();
        Question { name, multiple, numbers }
    }

    fn pose(params: &Self::Params, words: &mut Rng) -> Posed {
        let (name, numbers) = (params.name, listed(&params.numbers));
        let what = params.what();
        let ask = ask(words.pick(&["", "as an integer"]), words);
        let problem = match words.below(6) {
            0 => format!("{name} has to find the {what} of {numbers}. What should the result be? {ask}"),
            1 => format!("Help {name} compute the {what} of {numbers}, showing every step. {ask}"),
            2 => format!("For a homework problem {name} needs the {what} of {numbers}. Find it. {ask}"),
            3 => format!("What is the {what} of {numbers}? Explain it so that {name} can follow. {ask}"),
            4 => format!("{name} writes down the numbers {numbers} and asks for their {what}. {ask}"),
            _ if params.multiple => format!(
                "Lights are switched on together by {name} and then blink every {} seconds respectively. After how many \
                 seconds do they first blink together again? {ask}",
                listed(&params.numbers)
            ),
            _ => format!(
                "{name} has ropes of {numbers} centimetres and cuts them all, without waste, into equal pieces that \
                 are as long as possible. How many centimetres is a piece? {ask}"
            ),
        };
        Posed::with_answer(problem, params.answer())
    }

    fn expert(params: &Self::Params, rng: &mut Rng) -> Chain {
        let mut pen = Pen::new(2, rng);
        if !params.multiple {
            pen = pen.at_once(2, rng);
        }
        let (what, numbers) = (params.what(), listed(&params.numbers));
        let mut lines = vec![match rng.below(5) {
            0 => format!("We need the {what} of {numbers}."),
            1 => format!("Asked for: the {what} of {numbers}."),
            2 => format!("This is about the {what} of {numbers}."),
            3 => format!("Let me find the {what} of {numbers}."),
            _ => format!("The numbers are {numbers}, and I want their {what}."),
        }];
        if params.multiple {
            lines.push(rng.pick(&[
                "The product of two numbers divided by their greatest common divisor is their least common multiple.",
                "First the greatest common divisor, then divide one number by it and multiply by the other.",
                "I divide one number by the common divisor and multiply by the other.",
            ]).to_owned());
        }
        let mut so_far = params.numbers[0];
        let pairs = params.numbers.len() - 1;
        for (i, &next) in params.numbers[1..].iter().enumerate() {
            lines.push(divide_down(so_far, next, &mut pen, rng));
            let common = gcd(so_far, next);
            if params.multiple {
                let last = i + 1 == pairs;
                so_far = tell_multiple(so_far, next, common, last, &mut pen, rng, &mut lines);
            } else {
                so_far = common;
            }
            if i + 1 < pairs {
                let bring = rng.pick(&["Next, bring in", "Now take", "The next number is"]);
                lines.push(format!("{bring} {}, together with {so_far}.", params.numbers[i + 2]));
            }
        }
        lines.push(format!("{} {}", text::check(rng), params.proof(so_far, pen.is_late(), rng)));
        let answer = so_far.to_string();
        lines.push(conclude(&answer, rng));
        let solution = match rng.below(3) {
            0 => format!("The {what} of {numbers} is \\boxed{{{answer}}}."),
            1 => format!("Euclid's algorithm gives the {what} of {numbers}: \\boxed{{{answer}}}."),
            _ => format!(
                "Dividing again and again until nothing is left over, the {what} is \\boxed{{{answer}}}."
            ),
        };
        Chain { reasoning: lines.join("\n"), solution }
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        facts::fact(difficulty, rng)
    }
}

impl Question {
    fn what(&self) -> &'static str {
        if self.multiple { "least common multiple" } else { "greatest common divisor" }
    }

    fn answer(&self) -> i64 {
        let join = |a: i64, b: i64| if self.multiple { a / gcd(a, b) * b } else { gcd(a, b) };
        self.numbers.iter().copied().reduce(join).unwrap_or(0)
    }

    /// Multiplies back, or divides by another route.
    fn proof(&self, answer: i64, late: bool, rng: &mut Rng) -> String {
        if let (true, &[a, b]) = (self.multiple, self.numbers.as_slice()) {
            let common = gcd(a, b);
            if answer >= LONG || late {
                let (left, right) = (a / common % 10, b % 10);
                let ending = answer % 10;
                let start =
                    rng.pick(&["On the last digits:", "The last digits at least:", "Only the last digits:"]);
                return format!(
                    "{start} {left} * {right} = {}, which ends in {ending}, and so does {answer}. {}",
                    left * right,
                    text::agrees(rng)
                );
            }
            let (small, product) = (say(&div_exact(b, common), rng), say(&mul(b / common, a), rng));
            let start = rng.pick(&[
                "The other way round:",
                "Dividing the other number instead:",
                "By the second route:",
            ]);
            return format!("{start} {small}. {product}. {}", text::agrees(rng));
        }
        if self.multiple {
            let n = self.numbers[rng.below(self.numbers.len() as u64) as usize];
            let start = rng.pick(&["One of the numbers has to go into it:", "Divide it by one of them:"]);
            return format!("{start} {}. {}", say(&div_exact(answer, n), rng), text::agrees(rng));
        }
        let back = |&n: &i64| mul(answer, n / answer);
        let parts: Vec<String> = self.numbers.iter().map(|n| say(&back(n), rng)).collect();
        let start = rng.pick(&[
            "Each number has to be a multiple of it:",
            "Multiply back:",
            "It has to go into each number:",
        ]);
        format!("{start} {}. {}", parts.join(". "), text::agrees(rng))
    }
}

/// `12, 18 and 30`.
fn listed(numbers: &[i64]) -> String {
    match numbers {
        [rest @ .., last] if !rest.is_empty() => {
            let rest: Vec<String> = rest.iter().map(i64::to_string).collect();
            format!("{} and {last}", rest.join(", "))
        }
        _ => numbers.iter().map(i64::to_string).collect(),
    }
}

/// Euclid's divisions of two numbers, ending with their greatest common divisor.
fn divide_down(a: i64, b: i64, pen: &mut Pen, rng: &mut Rng) -> String {
    let mut said = match rng.below(3) {
        0 => {
            format!("Divide the larger of {a} and {b} by the smaller, then keep dividing by the remainder.\n")
        }
        1 => format!("Euclid's algorithm for {a} and {b}:\n"),
        _ => format!("Take {a} and {b} and divide until nothing is left.\n"),
    };
    for division in euclid(a, b) {
        said += &format!("{}.\n", pen.say(&division, rng));
    }
    let common = gcd(a, b);
    said += &match rng.below(3) {
        0 => format!("Nothing is left, so the greatest common divisor of {a} and {b} is {common}."),
        1 => format!("The last divisor is {common}: that is the greatest common divisor of {a} and {b}."),
        _ => format!(
            "It came out even with {common}, so the greatest common divisor of {a} and {b} is {common}."
        ),
    };
    said
}

/// `a / common * b`; where the pen is late and this is the last product, first wrong and then found
/// by the other order.
fn tell_multiple(
    a: i64,
    b: i64,
    common: i64,
    last: bool,
    pen: &mut Pen,
    rng: &mut Rng,
    lines: &mut Vec<String>,
) -> i64 {
    let mut part = a;
    if common > 1 {
        part = a / common;
        lines.push(format!("{}.", pen.say(&div_exact(a, common), rng)));
    }
    let product = mul(part, b);
    let start = rng.pick(&["Times the other number:", "Now multiply:", "The multiple:"]);
    if !(last && pen.is_late()) {
        lines.push(format!("{start} {}.", pen.say(&product, rng)));
        return product.value;
    }
    let wrong = mistaken(&product, rng);
    lines.push(format!("{start} {}.", pen.say(&wrong, rng)));
    let other = say(&mul(b / common, a), rng);
    let route = rng.pick(&[
        "Is that right? By the other route",
        "Let me see: the other way",
        "Compare with the other order:",
    ]);
    let quotient =
        if common > 1 { format!("{}, and ", say(&div_exact(b, common), rng)) } else { String::new() };
    lines.push(format!("{route} {quotient}{other}. That is not {}.", wrong.value));
    lines.push(format!("{} Again: {}.", text::wait(rng), say(&product, rng)));
    product.value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::tasks::trial;

    /// By trying divisors and multiples.
    fn by_trial(question: &Question) -> String {
        let numbers = &question.numbers;
        let largest = numbers.iter().copied().max().unwrap();
        if question.multiple {
            let fits = |m: &i64| numbers.iter().all(|n| m % n == 0);
            return (1..).map(|k| k * largest).find(fits).unwrap().to_string();
        }
        (1..=largest).rev().find(|d| numbers.iter().all(|n| n % d == 0)).unwrap().to_string()
    }

    #[test]
    fn family_holds() {
        trial::show::<GcdLcm>();
        trial::run::<GcdLcm>(
            [20_400, 192_000, 405_600, 103_680],
            [(60, 650), (80, 1_000), (80, 1_600), (80, 1_400)],
            by_trial,
        );
    }
}
