//! Reducing fractions in writing, for the families whose answers are fractions.
//!
//! In come two integers, out come Euclid's divisions and the reduced fraction as text.

use super::arithmetic::{Working, div_exact, div_rem};
use super::pen::Pen;
use crate::rng::Rng;

/// The greatest common divisor of the sizes; 0 only for two zeros.
pub fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.saturating_abs(), b.saturating_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The fraction in lowest terms with a positive denominator; `denominator` is not 0.
pub fn reduced(numerator: i64, denominator: i64) -> (i64, i64) {
    let common = gcd(numerator, denominator).max(1);
    let sign = denominator.signum();
    (sign * numerator / common, sign * denominator / common)
}

/// `7`, or `-7/3`.
pub fn written(numerator: i64, denominator: i64) -> String {
    if denominator == 1 { numerator.to_string() } else { format!("{numerator}/{denominator}") }
}

/// Euclid's divisions of the larger of `a`, `b` (both above 0) by the smaller, and so on until
/// nothing is left over. The last divisor is the greatest common divisor.
pub fn euclid(a: i64, b: i64) -> Vec<Working> {
    let (mut a, mut b) = (a.max(b), a.min(b));
    let mut divisions = Vec::new();
    while b > 0 {
        divisions.push(div_rem(a, b));
        (a, b) = (b, a % b);
    }
    divisions
}

/// Says how `numerator/denominator` (`denominator` above 0) is reduced, ending with the reduced
/// fraction and a full stop.
pub fn tell_reduction(numerator: i64, denominator: i64, pen: &mut Pen, rng: &mut Rng) -> String {
    let given = format!("{numerator}/{denominator}");
    let (p, q) = reduced(numerator, denominator);
    if denominator == 1 {
        return format!("A fraction over 1 is an integer: {given} is {p}.");
    }
    if numerator == 0 {
        return format!("Zero over anything is zero: {given} is 0.");
    }
    if q == 1 {
        let start = rng.pick(&["The division comes out even:", "This is an integer:", "Here"]);
        return format!("{start} {}, so {given} is {p}.", pen.say(&div_exact(numerator, denominator), rng));
    }
    let start = rng.pick(&["Can it be reduced?", "Let me reduce it.", "Now lowest terms."]);
    let divisions: Vec<String> =
        euclid(numerator.abs(), denominator).iter().map(|w| pen.say(w, rng)).collect();
    let divisions = divisions.join(". ");
    let common = gcd(numerator, denominator);
    if common == 1 {
        let end = rng.pick(&["is already in lowest terms", "cannot be reduced", "stays as it is"]);
        return format!("{start} {divisions}. The common divisor is 1, so {given} {end}.");
    }
    let (top, bottom) = (div_exact(numerator, common), div_exact(denominator, common));
    let by = rng.pick(&["Divide both by", "Cancel", "Take out"]);
    let (top, bottom) = (pen.say(&top, rng), pen.say(&bottom, rng));
    format!(
        "{start} {divisions}. The common divisor is {common}. {by} {common}: {top}, and {bottom}. So {given} = {p}/{q}."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reduced_table() {
        for ((n, d), expected) in [
            ((6, 4), (3, 2)),
            ((-6, 4), (-3, 2)),
            ((6, -4), (-3, 2)),
            ((0, 7), (0, 1)),
            ((8, 4), (2, 1)),
            ((5, 7), (5, 7)),
        ] {
            assert_eq!(reduced(n, d), expected, "{n}/{d}");
        }
    }

    #[test]
    fn euclid_ends_at_the_greatest_common_divisor() {
        for (a, b) in [(84, 36), (36, 84), (17, 5), (9, 9), (1, 50)] {
            let by_trial = (1..=a.min(b)).filter(|d| a % d == 0 && b % d == 0).max();
            assert_eq!(Some(gcd(a, b)), by_trial);
            let divisions = euclid(a, b);
            let last = divisions.last().map(|w| (w.remainder, w.head.ends_with(&format!("/ {}", gcd(a, b)))));
            assert_eq!(last, Some((0, true)), "{a} {b}");
        }
    }
}
