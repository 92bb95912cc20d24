//! Remainders of powers: `a^b` divided by a small `m`.
//!
//! The expert reduces the base, multiplies one factor at a time where the exponent is at most 6 and
//! squares otherwise, and never lets a number grow beyond the square of `m`.

mod facts;

use super::arithmetic::{Working, add, div_rem, mul};
use super::pen::{Pen, ask, conclude, say};
use super::text;
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

/// What decides one problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Power {
    base: i64,
    exponent: i64,
    modulus: i64,
}

/// Up to this exponent the expert multiplies one factor at a time.
const BY_FACTORS: i64 = 6;

/// The family; see the module.
#[derive(Debug)]
pub struct ModularPower;

impl Family for ModularPower {
    const NAME: &'static str = "modular_power";
    const DOMAIN: &'static str = "math";
    type Params = Power;

    fn params(difficulty: u32, digits: &mut Digits) -> Self::Params {
        let (base, exponent, modulus) = match difficulty {
            1 => ((2, 999), (2, 5), (3, 10)),
            2 => ((2, 9_999), (2, 12), (3, 12)),
            3 => ((2, 1_999), (6, 24), (5, 20)),
            _ => ((2, 999), (10, 60), (7, 30)),
        };
        let mut read = |(low, high)| digits.range(low, high);
        Power { base: read(base), exponent: read(exponent), modulus: read(modulus) }
    }

    fn pose(params: &Self::Params, words: &mut Rng) -> Posed {
        let Power { base: a, exponent: b, modulus: m } = *params;
        let ask = ask(words.pick(&["", "as an integer"]), words);
        let problem = match words.below(6) {
            0 => format!("What is the remainder when {a}^{b} is divided by {m}? {ask}"),
            1 => format!("Compute {a}^{b} mod {m} without a calculator. {ask}"),
            2 => format!(
                "Find the smallest non-negative integer that {a}^{b} is congruent to modulo {m}. {ask}"
            ),
            3 => format!("Someone divides the number {a}^{b} by {m}. Which remainder is left over? {ask}"),
            4 => format!(
                "The power {a}^{b} is far too large to divide directly. Still, find its remainder modulo {m}. {ask}"
            ),
            _ => format!("Determine the value of {a}^{b} modulo {m}, as a number from 0 to {}. {ask}", m - 1),
        };
        Posed::with_answer(problem, params.remainder())
    }

    fn expert(params: &Self::Params, rng: &mut Rng) -> Chain {
        let Power { base: a, exponent: b, modulus: m } = *params;
        let mut pen = Pen::new(2, rng).at_once(2, rng);
        let mut lines = vec![match rng.below(4) {
            0 => format!("We need the remainder of {a}^{b} after division by {m}."),
            1 => format!("Asked for: {a}^{b} mod {m}."),
            2 => format!("Let me find {a}^{b} mod {m} and keep the numbers small."),
            _ => format!("I have to compute {a}^{b} modulo {m}."),
        }];
        let r = a % m;
        if a >= m {
            let first =
                rng.pick(&["First reduce the base:", "The base comes first:", "Make the base smaller:"]);
            let reduce = pen.say(&div_rem(a, m), rng);
            lines.push(format!("{first} {reduce}. So {a} can be replaced by {r}."));
        }
        let result = if r <= 1 {
            let why = rng.pick(&[
                "Every power of",
                "Multiplying it by itself changes nothing: any power of",
                "All powers of",
            ]);
            lines.push(format!("{why} {r} is {r}, so {r}^{b} is {r}."));
            if a >= m {
                lines.push(format!("{} {}", text::check(rng), divides_back(a, m, rng)));
            }
            r
        } else {
            let mut products = Products { modulus: m, last: None };
            let result = if b <= BY_FACTORS {
                one_by_one(r, b, &mut products, &mut pen, rng, &mut lines)
            } else {
                by_squaring(r, b, &mut products, &mut pen, rng, &mut lines)
            };
            if let Some(last) = products.last {
                let back =
                    if last.value >= m { divides_back(last.value, m, rng) } else { recompute(last, rng) };
                lines.push(format!("{} {back}", text::check(rng)));
            }
            result
        };
        let answer = result.to_string();
        lines.push(conclude(&answer, rng));
        let solution = match rng.below(3) {
            0 => format!(
                "Reducing after every multiplication, {a}^{b} leaves the remainder \\boxed{{{answer}}} modulo {m}."
            ),
            1 => format!("The remainder of {a}^{b} divided by {m} is \\boxed{{{answer}}}."),
            _ => format!("We get {a}^{b} mod {m} = \\boxed{{{answer}}}."),
        };
        Chain { reasoning: lines.join("\n"), solution }
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        facts::fact(difficulty, rng)
    }
}

impl Power {
    fn remainder(&self) -> i64 {
        let (mut result, mut square, mut left) = (1 % self.modulus, self.base % self.modulus, self.exponent);
        while left > 0 {
            if left % 2 == 1 {
                result = result * square % self.modulus;
            }
            square = square * square % self.modulus;
            left /= 2;
        }
        result
    }
}

/// A product before its reduction.
#[derive(Debug, Clone, Copy)]
struct Product {
    factors: (i64, i64),
    value: i64,
}

/// The products of a chain; the last is what the check looks at.
struct Products {
    modulus: i64,
    last: Option<Product>,
}

impl Products {
    /// `a * b`, reduced; in words without full stop, and the remainder. In a late chain nothing is
    /// different here: the reduction is where a slip would show, and the pen has it.
    fn reduce(&mut self, a: i64, b: i64, pen: &mut Pen, rng: &mut Rng) -> (String, i64) {
        let product = mul(a, b);
        let value = product.value;
        self.last = Some(Product { factors: (a, b), value });
        let mut said = pen.say(&product, rng);
        if value >= self.modulus {
            said += &format!(". {}", pen.say(&div_rem(value, self.modulus), rng));
        }
        (said, value % self.modulus)
    }
}

fn one_by_one(
    r: i64,
    b: i64,
    products: &mut Products,
    pen: &mut Pen,
    rng: &mut Rng,
    lines: &mut Vec<String>,
) -> i64 {
    let plan =
        rng.pick(&["Multiply one factor at a time", "Step by step", "I multiply and reduce each time"]);
    lines.push(format!("{plan}, starting from {r}^1 = {r}."));
    let mut power = r;
    for exponent in 2..=b {
        let (said, next) = products.reduce(power, r, pen, rng);
        let so = rng.pick(&["so", "thus", "hence"]);
        lines.push(format!("For {r}^{exponent}: {said}, {so} {r}^{exponent} is {next}."));
        power = next;
    }
    power
}

fn by_squaring(
    r: i64,
    b: i64,
    products: &mut Products,
    pen: &mut Pen,
    rng: &mut Rng,
    lines: &mut Vec<String>,
) -> i64 {
    // Powers of two in the exponent, largest first: 13 = 8 + 4 + 1.
    let parts: Vec<i64> = (0..63).rev().map(|bit| 1i64 << bit).filter(|part| b & part != 0).collect();
    let sum: Vec<String> = parts.iter().map(i64::to_string).collect();
    let plan = rng.pick(&[
        "Square repeatedly.",
        "I use repeated squaring.",
        "Squaring doubles the exponent each time.",
    ]);
    match parts.as_slice() {
        [_] => lines.push(format!("{plan} The exponent {b} is a power of 2.")),
        _ => lines.push(format!("{plan} The exponent is {b} = {}.", sum.join(" + "))),
    }
    let mut squares = vec![(1, r)];
    lines.push(format!("{r}^1 is {r}."));
    let (mut exponent, mut square) = (1, r);
    while exponent * 2 <= b {
        exponent *= 2;
        let (said, next) = products.reduce(square, square, pen, rng);
        let so = rng.pick(&["so", "thus", "hence"]);
        lines.push(format!("For {r}^{exponent}: {said}, {so} {r}^{exponent} is {next}."));
        square = next;
        squares.push((exponent, square));
    }
    let needed: Vec<(i64, i64)> = squares.into_iter().rev().filter(|(e, _)| b & e != 0).collect();
    let (mut done, mut result) = needed.first().copied().unwrap_or((0, 1));
    if needed.len() > 1 {
        let collect: Vec<String> = needed.iter().map(|(e, v)| format!("{r}^{e} is {v}")).collect();
        let now = rng.pick(&["Now put together what is needed:", "The parts are:", "Collect:"]);
        lines.push(format!("{now} {}.", collect.join(", ")));
    }
    for (e, v) in needed.into_iter().skip(1) {
        let (said, next) = products.reduce(result, v, pen, rng);
        let exponents = say(&add(done, e), rng);
        done += e;
        lines.push(format!("{exponents}, and {said}, so {r}^{done} is {next}."));
        result = next;
    }
    result
}

/// Quotient times modulus plus remainder gives the number again.
fn divides_back(n: i64, m: i64, rng: &mut Rng) -> String {
    let (quotient, rest) = (n / m, n % m);
    let start = rng.pick(&[
        "Multiply the last division back:",
        "The last division in reverse:",
        "Quotient times divisor:",
    ]);
    let product: Working = mul(quotient, m);
    let (product_said, sum) = (say(&product, rng), say(&add(product.value, rest), rng));
    format!("{start} {product_said}. Plus the remainder, {sum}. {}", text::agrees(rng))
}

/// The last product with its factors swapped.
fn recompute(product: Product, rng: &mut Rng) -> String {
    let (a, b) = product.factors;
    let how =
        rng.pick(&["The last product with swapped factors:", "The other way round:", "Once more, swapped:"]);
    format!("{how} {}. {}", say(&mul(b, a), rng), text::agrees(rng))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::tasks::trial;

    #[test]
    fn family_holds() {
        trial::show::<ModularPower>();
        trial::run::<ModularPower>(
            [31_936, 1_099_780, 607_392, 1_221_552],
            [(60, 420), (80, 600), (80, 1_200), (80, 1_900)],
            |p| (0..p.exponent).fold(1, |value, _| value * p.base % p.modulus).to_string(),
        );
    }
}
