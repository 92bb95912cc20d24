//! Numerals in bases 2, 3, 5, 7, 8 and 16, to decimal and back; at difficulty 4 between two bases.
//!
//! The expert divides again and again to leave decimal, multiplies and adds digit by digit to reach
//! it, and checks each with the other.

mod facts;

use super::arithmetic::{add, div_rem, mul};
use super::pen::{NAMES, Pen, ask, conclude, say};
use super::text;
use super::{Chain, Digits, Family, Posed};
use crate::rng::Rng;

const BASES: [i64; 6] = [2, 3, 5, 7, 8, 16];

/// What decides one problem: `value`, written in base `from`, is to be written in base `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    name: &'static str,
    value: i64,
    from: i64,
    to: i64,
}

/// Numerals with more digits than this are checked in a shorter way.
const LONG: usize = 7;

/// The family; see the module.
#[derive(Debug)]
pub struct BaseConversion;

impl Family for BaseConversion {
    const NAME: &'static str = "base_conversion";
    const DOMAIN: &'static str = "math";
    type Params = Conversion;

    fn params(difficulty: u32, digits: &mut Digits) -> Self::Params {
        let name = NAMES[digits.below(NAMES.len() as u64) as usize];
        let (low, high) = match difficulty {
            1 => (4, 87),
            2 => (20, 1_019),
            3 => (500, 4_999),
            _ => (300, 2_299),
        };
        let value = digits.range(low, high);
        if difficulty < 4 {
            let base = BASES[digits.below(6) as usize];
            let (from, to) = if digits.below(2) == 0 { (10, base) } else { (base, 10) };
            return Conversion { name, value, from, to };
        }
        let pair = digits.arrangement(6, 2);
        Conversion { name, value, from: BASES[pair[0]], to: BASES[pair[1]] }
    }

    fn pose(params: &Self::Params, words: &mut Rng) -> Posed {
        let Conversion { name, from, to, .. } = *params;
        let given = numeral(params.value, from);
        let form = if to == 16 { "in lowercase hexadecimal digits" } else { "as its digits only" };
        let ask = ask(form, words);
        let problem = match words.below(6) {
            0 => format!("{name} wants to convert {given} from {} to {}. {ask}", called(from), called(to)),
            1 => format!(
                "Help {name} write the number {given}, given in {}, in {}. {ask}",
                called(from),
                called(to)
            ),
            2 => format!(
                "In {} a number is written {given}. How does {name} write it in {}? {ask}",
                called(from),
                called(to)
            ),
            3 => format!(
                "{name} reads the numeral {given} in {}. What is the same number in {}? {ask}",
                called(from),
                called(to)
            ),
            4 => format!(
                "Convert {given} ({}) to {} and explain the steps to {name}. {ask}",
                called(from),
                called(to)
            ),
            _ => format!(
                "{name} is learning about number bases. Express {given}, a {} numeral, in {}. {ask}",
                adjective(from),
                called(to)
            ),
        };
        Posed::with_answer(problem, numeral(params.value, to))
    }

    fn expert(params: &Self::Params, rng: &mut Rng) -> Chain {
        let Conversion { value, from, to, .. } = *params;
        let given = numeral(value, from);
        let mut pen = Pen::new(3, rng);
        if to == 10 {
            pen = pen.at_once(3, rng);
        }
        let mut lines = vec![match rng.below(4) {
            0 => format!("We have {given} in {} and need it in {}.", called(from), called(to)),
            1 => format!("The task: {given} from {} to {}.", called(from), called(to)),
            2 => format!("Let me convert {given} from {} to {}.", called(from), called(to)),
            _ => format!(
                "Given is {given}, written in {}. It has to be written in {}.",
                called(from),
                called(to)
            ),
        }];
        let answer = numeral(value, to);
        if from != 10 {
            lines.extend(to_decimal(&given, from, &mut pen, rng));
        }
        if to != 10 {
            let late = pen.is_late() && answer.len() > 1 && answer.chars().rev().ne(answer.chars());
            lines.extend(from_decimal(value, to, late, &mut pen, rng));
        }
        lines.push(text::check(rng).to_owned());
        match (from, to) {
            (10, _) if answer.len() <= LONG && rng.chance(0.7) => {
                lines.extend(to_decimal(&answer, to, &mut pen, rng))
            }
            (_, 10) if given.len() > LONG || rng.chance(0.5) => {
                lines.push(last_digit(&given, value, from, rng))
            }
            (_, 10) => lines.push(by_places(&given, from, rng)),
            _ => lines.push(by_places(&answer, to, rng)),
        }
        lines.push(text::agrees(rng).to_owned());
        lines.push(conclude(&answer, rng));
        let solution = match rng.below(3) {
            0 => format!("In {} the number is \\boxed{{{answer}}}.", called(to)),
            1 => format!(
                "The numeral {given} in {} is converted to {}: \\boxed{{{answer}}}.",
                called(from),
                called(to)
            ),
            _ => format!("Converting digit by digit, {given} becomes \\boxed{{{answer}}}."),
        };
        Chain { reasoning: lines.join("\n"), solution }
    }

    fn fact(difficulty: u32, rng: &mut Rng) -> String {
        facts::fact(difficulty, rng)
    }
}

/// `base 7`, `decimal`, ...
fn called(base: i64) -> String {
    if base == 10 { "decimal".to_owned() } else { format!("base {base}") }
}

/// `base-7`, `decimal`, ...
fn adjective(base: i64) -> String {
    called(base).replace(' ', "-")
}

/// A digit of any base to 16, in lower case.
fn digit(value: i64) -> char {
    u32::try_from(value).ok().and_then(|d| char::from_digit(d, 16)).unwrap_or('?')
}

/// `value >= 0` in `base`.
fn numeral(value: i64, base: i64) -> String {
    let (mut rest, mut digits) = (value, Vec::new());
    while rest > 0 || digits.is_empty() {
        digits.push(digit(rest % base));
        rest /= base;
    }
    digits.iter().rev().collect()
}

fn digits_of(numeral: &str) -> Vec<i64> {
    numeral.chars().filter_map(|c| c.to_digit(16)).map(i64::from).collect()
}

/// What the letters of a base 16 numeral stand for; nothing for other digits.
fn letters(digits: &[i64]) -> Option<String> {
    let mut seen: Vec<i64> = digits.iter().copied().filter(|&d| d > 9).collect();
    seen.sort_unstable();
    seen.dedup();
    let named: Vec<String> = seen.iter().map(|&d| format!("{} is {d}", digit(d))).collect();
    (!named.is_empty()).then(|| format!("The letters: {}.", named.join(", ")))
}

/// From the left: times the base, plus the next digit.
fn to_decimal(numeral: &str, base: i64, pen: &mut Pen, rng: &mut Rng) -> Vec<String> {
    let digits = digits_of(numeral);
    let listed: Vec<String> = digits.iter().map(i64::to_string).collect();
    let plan = rng.pick(&[
        "From the left, times the base and plus the next digit.",
        "I go through the digits from the left: multiply by the base, add the digit.",
        "Multiply by the base and add the next digit, again and again.",
    ]);
    let mut lines: Vec<String> = letters(&digits).into_iter().collect();
    lines.push(format!("{plan} The digits of {numeral} are {}.", listed.join(", ")));
    let mut value = digits.first().copied().unwrap_or(0);
    lines.push(format!("{} {value}.", rng.pick(&["Start with", "Begin with", "The first digit is"])));
    for &d in digits.iter().skip(1) {
        let times = mul(value, base);
        let plus = add(times.value, d);
        value = plus.value;
        lines.push(format!("{}. {}.", pen.say(&times, rng), pen.say(&plus, rng)));
    }
    lines.push(format!("{numeral} in base {base} is {value} in decimal."));
    lines
}

/// By repeated division, remainders read from the last to the first. A late chain first reads them
/// the wrong way round.
fn from_decimal(value: i64, base: i64, late: bool, pen: &mut Pen, rng: &mut Rng) -> Vec<String> {
    let plan = rng.pick(&["Divide by", "Keep dividing by", "Repeatedly divide by"]);
    let mut lines = vec![format!("{plan} {base} and note the remainders, starting from {value}.")];
    let (mut rest, mut remainders) = (value, Vec::new());
    while rest > 0 {
        let division = div_rem(rest, base);
        remainders.push(division.remainder);
        let note = rng.pick(&["Remainder", "Digit", "Note"]);
        lines.push(format!("{}. {note}: {}.", pen.say(&division, rng), written(division.remainder)));
        rest = division.value;
    }
    let answer = numeral(value, base);
    let listed: Vec<String> = remainders.iter().map(|&r| digit(r).to_string()).collect();
    let list = listed.join(", ");
    if late {
        let read: String = listed.concat();
        lines.push(format!("The remainders are {list}, so the number is {read}."));
        let order = rng.pick(&[
            "The first remainder is the last digit, so they are read backwards",
            "The remainders have to be read from the last to the first",
            "The order is wrong: the last remainder comes first",
        ]);
        lines.push(format!("{} {order}: {answer}.", text::wait(rng)));
    } else {
        let read = rng.pick(&["Read backwards:", "From the last to the first:", "In reverse order:"]);
        lines.push(format!("The remainders are {list}. {read} {answer}."));
    }
    lines.push(format!("{value} in decimal is {answer} in base {base}."));
    lines
}

/// A remainder, and its letter where it has one: `13, that is d`.
fn written(remainder: i64) -> String {
    if remainder > 9 { format!("{remainder}, that is {}", digit(remainder)) } else { remainder.to_string() }
}

/// The last digit is what the division by the base leaves.
fn last_digit(numeral: &str, value: i64, base: i64, rng: &mut Rng) -> String {
    let division = div_rem(value, base);
    let start = rng
        .pick(&["The last digit has to be the remainder:", "One division by the base tells the last digit:"]);
    let rest = division.remainder;
    format!("{start} {}. The remainder is {}, and {numeral} ends so.", say(&division, rng), written(rest))
}

/// Each digit times its place value, added up.
fn by_places(numeral: &str, base: i64, rng: &mut Rng) -> String {
    let digits = digits_of(numeral);
    let mut place = 1;
    let (mut parts, mut total) = (Vec::new(), 0);
    for &d in digits.iter().rev() {
        if d > 0 {
            let product = mul(d, place);
            parts.push(say(&product, rng));
            if total > 0 {
                parts.push(say(&add(total, product.value), rng));
            }
            total += product.value;
        }
        place *= base;
    }
    format!("Place by place from the right in {numeral}: {}. That is {total} again.", parts.join(". "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompts::tasks::trial;

    #[test]
    fn family_holds() {
        trial::show::<BaseConversion>();
        trial::run::<BaseConversion>(
            [20_160, 240_000, 1_080_000, 1_200_000],
            [(60, 560), (80, 950), (80, 1_350), (80, 1_550)],
            |c| {
                let given = numeral(c.value, c.from);
                let value = i64::from_str_radix(&given, c.from as u32).unwrap();
                match c.to {
                    2 => format!("{value:b}"),
                    8 => format!("{value:o}"),
                    16 => format!("{value:x}"),
                    10 => value.to_string(),
                    // Largest place first, not by repeated division.
                    base => {
                        let mut place = 1;
                        while place * base <= value {
                            place *= base;
                        }
                        let (mut rest, mut out) = (value, String::new());
                        while place > 0 {
                            out += &(rest / place).to_string();
                            (rest, place) = (rest % place, place / base);
                        }
                        out
                    }
                }
            },
        );
    }
}
