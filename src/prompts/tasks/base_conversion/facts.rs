//! Facts of the base conversion family: one division and its digit, remainders read backwards, one
//! digit taken in from the left, place values, letters for digits, numbers in several bases.

use super::{
    BASES, BaseConversion, Conversion, by_places, called, digit, digits_of, from_decimal, last_digit,
    letters, numeral, to_decimal, written,
};
use crate::prompts::tasks::arithmetic::{add, div_rem, mul};
use crate::prompts::tasks::facts::{params, pen, told, window};
use crate::prompts::tasks::text;
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(20) {
        0..3 => one_division(difficulty, rng),
        3 | 4 => reading_back(difficulty, rng),
        5 | 6 => one_digit(difficulty, rng),
        7 => spelled(difficulty, rng),
        8 | 9 => places(difficulty, rng),
        10 => powers(rng),
        11 => letter(rng),
        12 | 13 => small_there(rng),
        14 => small_back(rng),
        15 => ends(difficulty, rng),
        16 | 17 => window::<BaseConversion>(difficulty, 2, rng),
        _ => sizes(difficulty, rng),
    }
}

/// Value and base as they occur, the base not ten.
fn some(difficulty: u32, rng: &mut Rng) -> (i64, i64) {
    let Conversion { value, from, to, .. } = params::<BaseConversion>(difficulty, rng);
    (value, if from == 10 { to } else { from })
}

/// One or two divisions by the base, with the digits.
fn one_division(difficulty: u32, rng: &mut Rng) -> String {
    let (value, base) = some(difficulty, rng);
    let mut rest = value;
    for _ in 0..rng.below(4) {
        if rest / base > 0 {
            rest /= base;
        }
    }
    let plan = rng.pick(&["Divide by", "Keep dividing by", "Repeatedly divide by"]);
    let mut lines = vec![format!("{plan} {base} and note the remainders, starting from {rest}.")];
    let mut pen = pen(3, rng);
    for _ in 0..rng.range(1, 3) {
        if rest == 0 {
            break;
        }
        let division = div_rem(rest, base);
        let note = rng.pick(&["Remainder", "Digit", "Note"]);
        lines.push(format!("{}. {note}: {}.", pen.say(&division, rng), written(division.remainder)));
        rest = division.value;
    }
    lines.join("\n")
}

/// Remainders in the order in which they come, and the numeral.
fn reading_back(difficulty: u32, rng: &mut Rng) -> String {
    let (value, base) = some(difficulty, rng);
    let answer = numeral(value, base);
    let list: Vec<String> = answer.chars().rev().map(String::from).collect();
    let read = rng.pick(&["Read backwards:", "From the last to the first:", "In reverse order:"]);
    if rng.chance(0.15) && answer.chars().rev().ne(answer.chars()) {
        let order = rng.pick(&[
            "The first remainder is the last digit, so they are read backwards",
            "The remainders have to be read from the last to the first",
            "The order is wrong: the last remainder comes first",
        ]);
        return format!(
            "The remainders are {}, so the number is {}.\n{} {order}: {answer}.",
            list.join(", "),
            list.concat(),
            text::wait(rng)
        );
    }
    format!(
        "The remainders are {}. {read} {answer}.\n{value} in decimal is {answer} in base {base}.",
        list.join(", ")
    )
}

/// From the left: one or two digits taken in.
fn one_digit(difficulty: u32, rng: &mut Rng) -> String {
    let (value, base) = some(difficulty, rng);
    let digits = digits_of(&numeral(value, base));
    let at = rng.below(digits.len() as u64) as usize;
    let mut so_far = digits[..=at].iter().fold(0, |x, d| x * base + d);
    let listed: Vec<String> = digits.iter().map(i64::to_string).collect();
    let given = numeral(value, base);
    let first: String = given.chars().take(at + 1).collect();
    let mut lines = vec![
        format!("The digits of {given} are {}. The base is {base}.", listed.join(", ")),
        format!("The first part, {first}, is {so_far}."),
    ];
    let mut pen = pen(4, rng);
    for &d in digits.iter().skip(at + 1).take(2) {
        let times = mul(so_far, base);
        let plus = add(times.value, d);
        so_far = plus.value;
        lines.push(format!("{}. {}.", pen.say(&times, rng), pen.say(&plus, rng)));
    }
    lines.join("\n")
}

/// The digits of a numeral, and their letters.
fn spelled(difficulty: u32, rng: &mut Rng) -> String {
    let (value, base) = some(difficulty, rng);
    let given = numeral(value, base);
    let digits = digits_of(&given);
    let listed: Vec<String> = digits.iter().map(i64::to_string).collect();
    let plan = rng.pick(&[
        "From the left, times the base and plus the next digit.",
        "I go through the digits from the left: multiply by the base, add the digit.",
        "Multiply by the base and add the next digit, again and again.",
    ]);
    let start = match rng.below(3) {
        0 => format!("We have {given} in {} and need it in decimal.", called(base)),
        1 => format!("The task: {given} from {} to decimal.", called(base)),
        _ => format!("Let me convert {given} from {} to decimal.", called(base)),
    };
    let letters = letters(&digits).map(|l| format!("{l}\n")).unwrap_or_default();
    let first = rng.pick(&["Start with", "Begin with", "The first digit is"]);
    format!(
        "{start}\n{letters}{plan} The digits of {given} are {}.\n{first} {}.",
        listed.join(", "),
        digits[0]
    )
}

/// A numeral of few digits by its places.
fn places(difficulty: u32, rng: &mut Rng) -> String {
    let (value, base) = some(difficulty, rng);
    let value = value % base.pow(if base == 2 { 5 } else { 3 });
    let value = value.max(1);
    let numeral = numeral(value, base);
    let letters = letters(&digits_of(&numeral)).map(|l| format!("{l}\n")).unwrap_or_default();
    format!("{letters}{}\n{numeral} in base {base} is {value} in decimal.", by_places(&numeral, base, rng))
}

/// The place values of a base.
fn powers(rng: &mut Rng) -> String {
    let base = BASES[rng.below(6) as usize];
    let count = if base == 2 {
        9
    } else if base < 7 {
        5
    } else {
        3
    };
    let workings: Vec<_> = (1..count).map(|i| mul(base.pow(i), base)).collect();
    let at = rng.below(workings.len() as u64) as usize;
    let values: Vec<String> = (0..=count).map(|i| base.pow(i).to_string()).collect();
    format!(
        "The places of base {base} from the right: {}.\n{}",
        values.join(", "),
        told(&workings[at..(at + 2).min(workings.len())], rng)
    )
}

/// Digits of base 16.
fn letter(rng: &mut Rng) -> String {
    let lines: Vec<String> = (0..3)
        .map(|_| {
            let n = rng.range(8, 15);
            let q = rng.range(1, 15);
            match rng.below(3) {
                0 => format!("In base 16 the digit for {n} is {}.", digit(n)),
                1 => format!("{}. Digit: {}.", div_rem(16 * q + n, 16).short(), written(n)),
                _ => format!("{}{} in base 16 is {}.", digit(q), digit(n), 16 * q + n),
            }
        })
        .collect();
    lines.join("\n")
}

/// A small number to a base, in full.
fn small_there(rng: &mut Rng) -> String {
    let base = BASES[rng.below(6) as usize];
    let value = rng.range(1, if base == 2 { 15 } else { base * base - 1 });
    let mut lines = from_decimal(value, base, rng.chance(0.1), &mut pen(3, rng), rng);
    if value < base {
        lines.pop();
    }
    lines.join("\n")
}

/// A short numeral to decimal, in full.
fn small_back(rng: &mut Rng) -> String {
    let base = BASES[rng.below(6) as usize];
    let value = rng.range(1, if base == 2 { 15 } else { base * base - 1 });
    to_decimal(&numeral(value, base), base, &mut pen(3, rng), rng).join("\n")
}

/// The last digit as a check.
fn ends(difficulty: u32, rng: &mut Rng) -> String {
    let (value, base) = some(difficulty, rng);
    let given = numeral(value, base);
    format!(
        "{given} in base {base} is {value} in decimal.\n{} {}",
        text::check(rng),
        last_digit(&given, value, base, rng)
    )
}

/// Divisions and products by a base.
fn sizes(difficulty: u32, rng: &mut Rng) -> String {
    let base = BASES[rng.below(6) as usize];
    let high = if difficulty == 1 { 87 } else { 1_019 };
    let workings = [
        div_rem(rng.range(1, high), base),
        mul(rng.range(1, high / base), base),
        add(rng.range(1, high), rng.range(1, 64)),
    ];
    told(&workings, rng)
}
