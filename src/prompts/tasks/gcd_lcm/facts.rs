//! Facts of the divisor and multiple family: one division of Euclid's, its end, the multiple, the
//! proof of a result, its reading.

use super::{GcdLcm, Question, divide_down, listed};
use crate::prompts::tasks::arithmetic::{div_exact, div_rem, mul};
use crate::prompts::tasks::facts::{params, pen, told, window};
use crate::prompts::tasks::fraction::{euclid, gcd};
use crate::prompts::tasks::text;
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(12) {
        0..3 => division(difficulty, rng),
        3 | 4 => last_divisor(difficulty, rng),
        5 | 6 => multiple(difficulty, rng),
        7 => proof(difficulty, rng),
        8 => short_run(rng),
        9 => window::<GcdLcm>(difficulty, 2, rng),
        _ => sizes(difficulty, rng),
    }
}

fn pair(question: &Question) -> (i64, i64) {
    (question.numbers[0], question.numbers[1])
}

/// One or two of Euclid's divisions.
fn division(difficulty: u32, rng: &mut Rng) -> String {
    let (a, b) = pair(&params::<GcdLcm>(difficulty, rng));
    let all = euclid(a, b);
    let at = rng.below(all.len() as u64) as usize;
    let mut pen = pen(2, rng);
    let said: Vec<String> = all[at..].iter().take(2).map(|w| format!("{}.", pen.say(w, rng))).collect();
    if at > 0 {
        return said.join("\n");
    }
    let start = match rng.below(3) {
        0 => format!("Divide the larger of {a} and {b} by the smaller, then keep dividing by the remainder."),
        1 => format!("Euclid's algorithm for {a} and {b}:"),
        _ => format!("Take {a} and {b} and divide until nothing is left."),
    };
    format!("{start}\n{}", said.join("\n"))
}

/// The last divisions, and what they tell.
fn last_divisor(difficulty: u32, rng: &mut Rng) -> String {
    let (a, b) = pair(&params::<GcdLcm>(difficulty, rng));
    let all = euclid(a, b);
    let from = all.len().saturating_sub(2);
    let mut pen = pen(2, rng);
    let said: Vec<String> = all[from..].iter().map(|w| format!("{}.", pen.say(w, rng))).collect();
    let common = gcd(a, b);
    let end = match rng.below(3) {
        0 => format!("Nothing is left, so the greatest common divisor of {a} and {b} is {common}."),
        1 => format!("The last divisor is {common}: that is the greatest common divisor of {a} and {b}."),
        _ => format!(
            "It came out even with {common}, so the greatest common divisor of {a} and {b} is {common}."
        ),
    };
    let start = if from > 0 {
        format!("Euclid's algorithm for {a} and {b}:\n...\n")
    } else {
        format!("Euclid's algorithm for {a} and {b}:\n")
    };
    format!("{start}{}\n{end}", said.join("\n"))
}

/// From the common divisor to the common multiple.
fn multiple(difficulty: u32, rng: &mut Rng) -> String {
    let (a, b) = pair(&params::<GcdLcm>(difficulty, rng));
    let common = gcd(a, b);
    let mut pen = pen(2, rng);
    let start = rng.pick(&["Times the other number:", "Now multiply:", "The multiple:"]);
    let part = if common > 1 { format!("{}.\n", pen.say(&div_exact(a, common), rng)) } else { String::new() };
    let product = pen.say(&mul(a / common, b), rng);
    format!(
        "The greatest common divisor of {a} and {b} is {common}.\n{part}{start} {product}.\nThe least common multiple of {a} and {b} is {}.",
        a / common * b
    )
}

/// A result and its proof.
fn proof(difficulty: u32, rng: &mut Rng) -> String {
    let question = params::<GcdLcm>(difficulty, rng);
    let (what, numbers, answer) = (question.what(), listed(&question.numbers), question.answer());
    let proof = question.proof(answer, false, rng);
    format!("The {what} of {numbers} is {answer}.\n{} {proof}", text::check(rng))
}

/// All divisions of two numbers for which they are few.
fn short_run(rng: &mut Rng) -> String {
    let common = rng.range(1, 12);
    let (mut a, mut b) = (common * rng.range(1, 12), common * rng.range(1, 12));
    while euclid(a, b).len() > 3 {
        (a, b) = (common * rng.range(1, 12), common * rng.range(1, 12));
    }
    divide_down(a, b, &mut pen(2, rng), rng)
}

/// Divisions and products of the sizes that occur.
fn sizes(difficulty: u32, rng: &mut Rng) -> String {
    let high = if difficulty == 1 { 120 } else { 260 };
    let a = rng.range(20, high);
    let workings = match rng.below(3) {
        0 => vec![div_rem(a, rng.range(2, a)), div_rem(rng.range(10, high), rng.range(3, 40))],
        1 => vec![mul(rng.range(2, 60), rng.range(5, high)), div_rem(a, rng.range(6, 60))],
        _ => {
            let by = rng.range(2, 60);
            vec![div_exact(by * rng.range(1, 20), by), mul(by, rng.range(2, 40))]
        }
    };
    told(&workings, rng)
}
