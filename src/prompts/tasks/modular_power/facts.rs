//! Facts of the modular power family: the base reduced, one product reduced, the exponent as powers
//! of two, powers put together, a division multiplied back.

use super::{ModularPower, Products, by_squaring, divides_back, one_by_one, recompute};
use crate::prompts::tasks::arithmetic::{add, div_rem, mul};
use crate::prompts::tasks::facts::{params, pen, told, window};
use crate::prompts::tasks::pen::say;
use crate::prompts::tasks::text;
use crate::rng::Rng;

/// A fact of a kind chosen at random.
pub(super) fn fact(difficulty: u32, rng: &mut Rng) -> String {
    match rng.below(14) {
        0..3 => base(difficulty, rng),
        3 | 4 => next_power(difficulty, rng),
        5 => trivial(difficulty, rng),
        6 => parts(rng),
        7 => put_together(difficulty, rng),
        8 => back(difficulty, rng),
        9 => small_power(difficulty, rng),
        10 | 11 => window::<ModularPower>(difficulty, 2, rng),
        _ => sizes(difficulty, rng),
    }
}

/// The base reduced.
fn base(difficulty: u32, rng: &mut Rng) -> String {
    let power = params::<ModularPower>(difficulty, rng);
    let (a, b, m) = (power.base, power.exponent, power.modulus);
    let start = match rng.below(3) {
        0 => format!("We need the remainder of {a}^{b} after division by {m}.\n"),
        1 => format!("Asked for: {a}^{b} mod {m}.\n"),
        _ => String::new(),
    };
    let first = rng.pick(&["First reduce the base:", "The base comes first:", "Make the base smaller:"]);
    let reduce = pen(3, rng).say(&div_rem(a, m), rng);
    format!("{start}{first} {reduce}. So {a} can be replaced by {}.", a % m)
}

/// One power after another: a square, or times the base.
fn next_power(difficulty: u32, rng: &mut Rng) -> String {
    let m = params::<ModularPower>(difficulty, rng).modulus;
    let (r, e) = (rng.range(2, m - 1), rng.range(1, 6));
    let known = (0..e).fold(1, |x, _| x * r % m);
    let mut products = Products { modulus: m, last: None };
    let square = rng.chance(0.5);
    let mut pen = pen(2, rng);
    let (said, next) = products.reduce(known, if square { known } else { r }, &mut pen, rng);
    let exponent = if square { 2 * e } else { e + 1 };
    let so = rng.pick(&["so", "thus", "hence"]);
    format!("Modulo {m}, {r}^{e} is {known}.\nFor {r}^{exponent}: {said}, {so} {r}^{exponent} is {next}.")
}

/// A base that leaves 0 or 1.
fn trivial(difficulty: u32, rng: &mut Rng) -> String {
    let power = params::<ModularPower>(difficulty, rng);
    let (b, m) = (power.exponent, power.modulus);
    let r = rng.range(0, 1);
    let a = m * rng.range(1, 99) + r;
    let why = rng.pick(&[
        "Every power of",
        "Multiplying it by itself changes nothing: any power of",
        "All powers of",
    ]);
    let reduce = say(&div_rem(a, m), rng);
    format!("{reduce}. So {a} can be replaced by {r}.\n{why} {r} is {r}, so {r}^{b} is {r}.")
}

/// The powers of two in an exponent.
fn parts(rng: &mut Rng) -> String {
    let plan = rng.pick(&[
        "Square repeatedly.",
        "I use repeated squaring.",
        "Squaring doubles the exponent each time.",
    ]);
    let lines: Vec<String> = (0..2)
        .map(|_| {
            let b = rng.range(2, 31);
            let parts: Vec<String> =
                (0..6).rev().map(|bit| 1i64 << bit).filter(|p| b & p != 0).map(|p| p.to_string()).collect();
            match parts.as_slice() {
                [_] => format!("{plan} The exponent {b} is a power of 2."),
                _ => format!("{plan} The exponent is {b} = {}.", parts.join(" + ")),
            }
        })
        .collect();
    lines.join("\n")
}

/// Two known powers, multiplied.
fn put_together(difficulty: u32, rng: &mut Rng) -> String {
    let m = params::<ModularPower>(difficulty, rng).modulus;
    let r = rng.range(2, m - 1);
    let (d, e) = [(8, 4), (8, 2), (8, 1), (4, 2), (4, 1), (16, 4), (12, 1), (2, 1)][rng.below(8) as usize];
    let at = |e: i64| (0..e).fold(1, |x, _| x * r % m);
    let (x, y) = (at(d), at(e));
    let mut products = Products { modulus: m, last: None };
    let (said, next) = products.reduce(x, y, &mut pen(2, rng), rng);
    let now = rng.pick(&["Now put together what is needed:", "The parts are:", "Collect:"]);
    let exponents = say(&add(d, e), rng);
    format!(
        "Modulo {m}. {now} {r}^{d} is {x}, {r}^{e} is {y}.\n{exponents}, and {said}, so {r}^{} is {next}.",
        d + e
    )
}

/// A division, or a product, and its check.
fn back(difficulty: u32, rng: &mut Rng) -> String {
    let power = params::<ModularPower>(difficulty, rng);
    let m = power.modulus;
    if rng.chance(0.25) {
        let (a, b) = (rng.range(2, 9), rng.range(2, 9));
        let last = super::Product { factors: (a, b), value: a * b };
        return format!("{}.\n{} {}", mul(a, b).short(), text::check(rng), recompute(last, rng));
    }
    let n = if rng.chance(0.5) { power.base } else { rng.range(m, m * m) };
    format!("{}.\n{} {}", div_rem(n, m).short(), text::check(rng), divides_back(n, m, rng))
}

/// All powers up to a small exponent.
fn small_power(difficulty: u32, rng: &mut Rng) -> String {
    let m = params::<ModularPower>(difficulty, rng).modulus;
    let r = rng.range(2, m - 1);
    let mut products = Products { modulus: m, last: None };
    let mut lines = vec![format!("Asked for: {r} to a power, modulo {m}.")];
    let mut pen = pen(4, rng);
    if rng.chance(0.5) {
        one_by_one(r, rng.range(2, 3), &mut products, &mut pen, rng, &mut lines);
    } else {
        by_squaring(r, [2, 4, 4, 8][rng.below(4) as usize], &mut products, &mut pen, rng, &mut lines);
    }
    lines.join("\n")
}

/// Divisions with remainder by small numbers.
fn sizes(difficulty: u32, rng: &mut Rng) -> String {
    let (high, m) = if difficulty == 1 { (999, 10) } else { (9_999, 12) };
    let workings = [
        div_rem(rng.range(2, high), rng.range(3, m)),
        mul(rng.range(2, 11), rng.range(2, 11)),
        div_rem(rng.range(10, 121), rng.range(3, 12)),
    ];
    told(&workings, rng)
}
