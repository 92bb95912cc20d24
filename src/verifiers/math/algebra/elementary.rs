//! Exponential, logarithm, sine, cosine and arc tangent of balls. In: a ball, a precision. Out: a ball
//! that contains the function of every number in it. Fixed-point series with counted rounding errors.
//! Never: a table of unproven digits; work on numbers longer than the precision and its guard bits.

use std::cmp::Ordering;

use dashu_int::ops::{Abs, BitTest, SquareRoot};
use dashu_int::{IBig, UBig};

use super::ball::{Ball, Trouble};
use super::rational::UnsignedAbs;

/// Arguments of sine and cosine above this power of two are not reduced.
const MAX_REDUCED: i64 = 2_000;

/// π and ln 2 as far as they have been needed: fixed-point, off by less than two units.
#[derive(Debug, Default)]
pub struct Constants {
    pi: Option<(usize, IBig)>,
    ln2: Option<(usize, IBig)>,
}

/// Guard bits that cover a series of up to 2^13 terms of two units of error each.
const GUARD: usize = 16;

fn halvings(bits: usize) -> usize {
    // Halvings cost as much as the terms of the series they save at about half the root of the bits.
    bits.isqrt() / 2 + 2
}

/// `arctanh(1/n)` or `arctan(1/n)` to `bits`, off by less than two units.
fn inverse_series(n: u32, bits: usize, alternating: bool) -> IBig {
    let square = IBig::from(u64::from(n) * u64::from(n));
    let mut power = (IBig::ONE << (bits + GUARD)) / IBig::from(n);
    let (mut sum, mut k) = (power.clone(), 1u32);
    loop {
        power /= &square;
        if power.is_zero() {
            return sum >> GUARD;
        }
        k += 2;
        let term = &power / IBig::from(k);
        if alternating && k % 4 == 3 {
            sum -= term;
        } else {
            sum += term;
        }
    }
}

impl Constants {
    /// π scaled by `2^bits`, off by less than two units.
    pub fn pi(&mut self, bits: usize) -> IBig {
        if self.pi.as_ref().is_none_or(|known| known.0 < bits) {
            // Machin's formula, with bits for its factors.
            let wide = bits + 64 + 5;
            let pi = inverse_series(5, wide, true) * IBig::from(16)
                - inverse_series(239, wide, true) * IBig::from(4);
            self.pi = Some((bits + 64, pi >> 5));
        }
        self.pi.as_ref().map(|(known, pi)| pi >> (known - bits)).unwrap_or_default()
    }

    /// ln 2 scaled by `2^bits`, off by less than two units.
    pub fn ln2(&mut self, bits: usize) -> IBig {
        if self.ln2.as_ref().is_none_or(|known| known.0 < bits) {
            let wide = bits + 64 + 6;
            let ln2 = inverse_series(26, wide, false) * IBig::from(18)
                - inverse_series(4801, wide, false) * IBig::from(2)
                + inverse_series(8749, wide, false) * IBig::from(8);
            self.ln2 = Some((bits + 64, ln2 >> 6));
        }
        self.ln2.as_ref().map(|(known, ln2)| ln2 >> (known - bits)).unwrap_or_default()
    }

    /// π as a ball.
    pub fn pi_ball(&mut self, precision: usize) -> Ball {
        Ball { middle: self.pi(precision), radius: 2, exponent: -(precision as i64) }
    }
}

/// The midpoint scaled by `2^bits` and everything it may be off by, in units.
fn fixed(x: &Ball, bits: usize) -> (IBig, UBig) {
    let shift = x.exponent + bits as i64;
    if shift >= 0 {
        let shift = shift as usize;
        return (&x.middle << shift, UBig::from(x.radius) << shift);
    }
    let drop = shift.unsigned_abs() as usize;
    let radius = if x.radius == 0 { UBig::ONE } else { (UBig::from(x.radius) >> drop) + UBig::from(2u8) };
    (&x.middle >> drop, radius)
}

/// Rejects balls too wide or too far for a function that is reduced by a period.
fn check(x: &Ball, limit: i64) -> Result<usize, Trouble> {
    if x.error_top().is_some_and(|top| top > -1) {
        return Err(Trouble::Unsure);
    }
    let top = x.top().max(0);
    if top > limit { Err(Trouble::TooMuch) } else { Ok(top as usize) }
}

/// `e^t` for `|t| <= 1/2`, scaled by `2^bits`; off by less than two units.
fn exp_series(t: &IBig, bits: usize) -> IBig {
    let times = halvings(bits);
    let wide = bits + 2 * times + GUARD;
    let small = t << (wide - bits - times);
    let one = IBig::ONE << wide;
    let (mut sum, mut term) = (&one + &small, small.clone());
    for k in 2u32.. {
        term = ((term * &small) >> wide) / IBig::from(k);
        if term.is_zero() {
            break;
        }
        sum += &term;
    }
    // Each squaring multiplies the error by less than four: two bits a time.
    for _ in 0..times {
        sum = (&sum * &sum) >> wide;
    }
    sum >> (wide - bits)
}

/// Cosine and sine of `|t| <= 0.8`, scaled by `2^bits`; each off by less than two units.
fn cos_sin_series(t: &IBig, bits: usize) -> (IBig, IBig) {
    let times = halvings(bits);
    let wide = bits + 2 * times + GUARD;
    let small = t << (wide - bits - times);
    let mut cos = IBig::ONE << wide;
    let (mut sin, mut term) = (small.clone(), small.clone());
    for k in 2u32.. {
        term = ((term * &small) >> wide) / IBig::from(k);
        if term.is_zero() {
            break;
        }
        match k % 4 {
            0 => cos += &term,
            1 => sin += &term,
            2 => cos -= &term,
            _ => sin -= &term,
        }
    }
    for _ in 0..times {
        let double = (&cos * &sin) >> (wide - 1);
        cos = (&cos * &cos - &sin * &sin) >> wide;
        sin = double;
    }
    (cos >> (wide - bits), sin >> (wide - bits))
}

/// `ln y` for `1/2 <= y <= 1` scaled by `2^bits`, as is the result; off by less than two units.
fn ln_series(y: &IBig, bits: usize) -> IBig {
    let times = halvings(bits);
    let wide = bits + times + 1 + GUARD;
    let mut root = y << (wide - bits);
    for _ in 0..times {
        root = IBig::from((root << wide).sqrt());
    }
    let one = IBig::ONE << wide;
    let z = ((&root - &one) << wide) / (&root + &one);
    let square = (&z * &z) >> wide;
    let (mut sum, mut power) = (z.clone(), z);
    for k in 1u32.. {
        power = (power * &square) >> wide;
        let term = &power / IBig::from(2 * k + 1);
        if term.is_zero() {
            break;
        }
        sum += term;
    }
    (sum << (times + 1)) >> (wide - bits)
}

/// `arctan x` for `0 <= x <= 1` scaled by `2^bits`, as is the result; off by less than two units.
fn atan_series(x: &IBig, bits: usize) -> IBig {
    let times = halvings(bits);
    let wide = bits + times + GUARD;
    let one = IBig::ONE << wide;
    let mut z = x << (wide - bits);
    for _ in 0..times {
        let root = IBig::from(((&one << wide) + &z * &z).sqrt());
        z = (z << wide) / (&one + root);
    }
    let square = (&z * &z) >> wide;
    let (mut sum, mut power) = (z.clone(), z);
    for k in 1u32.. {
        power = (power * &square) >> wide;
        let term = &power / IBig::from(2 * k + 1);
        if term.is_zero() {
            break;
        }
        if k % 2 == 1 {
            sum -= term;
        } else {
            sum += term;
        }
    }
    (sum << times) >> (wide - bits)
}

/// `e^x`.
pub fn exp(x: &Ball, precision: usize, constants: &mut Constants) -> Result<Ball, Trouble> {
    if x.is_exact_zero() {
        return Ok(Ball::integer(1));
    }
    let top = check(x, 58)?;
    let bits = precision + 8 + top;
    let (value, mut off) = fixed(x, bits);
    let ln2 = constants.ln2(bits);
    let times: IBig = (&value + (&ln2 >> 1)) / &ln2;
    let rest = value - &times * &ln2;
    off += (&times).unsigned_abs_big() * UBig::from(2u8);
    let exponent = i64::try_from(&times).map_err(|_| Trouble::TooMuch)?;
    // The midpoint is within 0.7 of zero for negative ones (the quotient is cut, not floored): halved.
    let (rest, exponent) =
        if rest < IBig::ZERO && rest.clone().unsigned_abs_big() > (&ln2 >> 1).unsigned_abs_big() {
            (rest + &ln2, exponent - 1)
        } else {
            (rest, exponent)
        };
    if off.bit_len() >= bits {
        return Err(Trouble::Unsure);
    }
    let result = exp_series(&rest, bits);
    // e^t(e^d - 1) is below 3d for t up to 0.36 and d up to 1/2.
    let radius = (off + UBig::from(2u8)) * UBig::from(3u8) + UBig::from(2u8);
    Ball::new(result, radius, exponent - bits as i64, precision)
}

/// `ln x` of a positive ball.
pub fn ln(x: &Ball, precision: usize, constants: &mut Constants) -> Result<Ball, Trouble> {
    match x.sign() {
        Some(Ordering::Greater) => {}
        Some(_) => return Err(Trouble::Undefined),
        None => return Err(Trouble::Unsure),
    }
    if x.radius == 0 && x.exponent == 0 && x.middle.is_one() {
        return Ok(Ball::zero());
    }
    let length = x.middle.bit_len();
    let scale = x.exponent + length as i64;
    let bits = precision + 8 + (64 - scale.unsigned_abs().leading_zeros() as usize);
    let mantissa = if bits >= length { &x.middle << (bits - length) } else { &x.middle >> (length - bits) };
    // The cut of the mantissa is at most one unit, of a number of at least a half: two of the result.
    let mut off = UBig::from(2 + 2 + 2u8) + UBig::from(scale.unsigned_abs()) * UBig::from(2u8);
    if x.radius != 0 {
        let least = (&x.middle).unsigned_abs_big() - UBig::from(x.radius);
        off += (UBig::from(x.radius) << bits) / least + UBig::ONE;
    }
    let value = ln_series(&mantissa, bits) + constants.ln2(bits) * IBig::from(scale);
    Ball::new(value, off, -(bits as i64), precision)
}

/// Cosine and sine.
pub fn cos_sin(x: &Ball, precision: usize, constants: &mut Constants) -> Result<(Ball, Ball), Trouble> {
    if x.is_exact_zero() {
        return Ok((Ball::integer(1), Ball::zero()));
    }
    let top = check(x, MAX_REDUCED)?;
    let bits = precision + 8 + top;
    let (value, mut off) = fixed(x, bits);
    // A quarter turn is off by one unit, and rounds to the nearest: within 0.79 of zero.
    let quarter = constants.pi(bits) >> 1;
    let half = &quarter >> 1;
    let times = if value < IBig::ZERO { (&value - &half) / &quarter } else { (&value + &half) / &quarter };
    let rest = value - &times * &quarter;
    off += (&times).unsigned_abs_big() * UBig::from(2u8) + UBig::from(2u8);
    let (cos, sin) = cos_sin_series(&rest, bits);
    let turns: IBig = ((times % IBig::from(4)) + IBig::from(4)) % IBig::from(4);
    let (cos, sin) = match i64::try_from(&turns) {
        Ok(0) => (cos, sin),
        Ok(1) => (-sin, cos),
        Ok(2) => (-cos, -sin),
        _ => (sin, -cos),
    };
    let ball = |value| Ball::new(value, off.clone(), -(bits as i64), precision);
    Ok((ball(cos)?, ball(sin)?))
}

/// Arc tangent.
pub fn atan(x: &Ball, precision: usize, constants: &mut Constants) -> Result<Ball, Trouble> {
    if x.is_exact_zero() {
        return Ok(Ball::zero());
    }
    if x.top() > 1 && matches!(x.sign(), Some(Ordering::Less | Ordering::Greater)) {
        // Above a half: the arc tangent of the inverse, taken from a quarter turn.
        let inverse = Ball::integer(1).over(x, precision + 8)?;
        if inverse.top() <= 1 {
            let quarter = {
                let mut pi = constants.pi_ball(precision + 8);
                pi.exponent -= 1;
                pi
            };
            let quarter = if x.sign() == Some(Ordering::Less) { quarter.negated() } else { quarter };
            return quarter.minus(&atan(&inverse, precision + 8, constants)?, precision);
        }
    }
    check(x, 2)?;
    let bits = precision + 8;
    let (value, off) = fixed(x, bits);
    let one = IBig::ONE << bits;
    let magnitude = (&value).abs();
    let result = if magnitude > one {
        // Between one and a little above: the same through the inverse, in fixed point.
        let inverse = (IBig::ONE << (2 * bits)) / &magnitude;
        (constants.pi(bits) >> 1) - atan_series(&inverse, bits)
    } else {
        atan_series(&magnitude, bits)
    };
    let result = if value < IBig::ZERO { -result } else { result };
    Ball::new(result, off + UBig::from(6u8), -(bits as i64), precision)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verifiers::math::algebra::rational::Rational;

    fn close(ball: &Ball, value: f64) -> bool {
        let (low, high) = ball.ends().unwrap();
        let float = |r: &Rational| {
            let over = r.numerator().to_f64().value();
            over / r.denominator().to_f64().value()
        };
        let (low, high) = (float(&low), float(&high));
        let slack = value.abs().max(1e-300) * 1e-14 + 1e-15;
        low - slack <= value && value <= high + slack && (high - low) <= value.abs().max(1.0) * 1e-12
    }

    #[test]
    fn functions_agree_with_floats() {
        let mut constants = Constants::default();
        for precision in [64, 128, 333] {
            for (over, under) in [
                (1, 3),
                (-1, 3),
                (1, 1),
                (-1, 1),
                (7, 2),
                (-7, 2),
                (10, 1),
                (-10, 1),
                (100, 7),
                (-100, 7),
                (1, 1000),
                (-1, 1000),
                (999, 1000),
                (1001, 1000),
                (3, 2),
                (-3, 2),
                (355, 226),
            ] {
                let x = Ball::rational(&Rational::new(over, under), precision);
                let float = over as f64 / under as f64;
                assert!(close(&exp(&x, precision, &mut constants).unwrap(), float.exp()), "exp {float}");
                let (cos, sin) = cos_sin(&x, precision, &mut constants).unwrap();
                assert!(close(&cos, float.cos()), "cos {float}");
                assert!(close(&sin, float.sin()), "sin {float}");
                assert!(close(&atan(&x, precision, &mut constants).unwrap(), float.atan()), "atan {float}");
                if over > 0 {
                    assert!(close(&ln(&x, precision, &mut constants).unwrap(), float.ln()), "ln {float}");
                }
            }
        }
    }

    #[test]
    fn identities_hold_at_high_precision() {
        let mut constants = Constants::default();
        for precision in [64, 200, 1000, 3000] {
            for (over, under) in [(1, 3), (22, 7), (-5, 4), (123_456, 1), (1, 999_999)] {
                let x = Ball::rational(&Rational::new(over, under), precision);
                let (cos, sin) = cos_sin(&x, precision, &mut constants).unwrap();
                let one = cos
                    .times(&cos, precision)
                    .unwrap()
                    .plus(&sin.times(&sin, precision).unwrap(), precision)
                    .unwrap();
                let off = one.minus(&Ball::integer(1), precision).unwrap();
                assert!(off.contains_zero() && off.top() < 16 - precision as i64);
                if under > 1 {
                    let e = exp(&x, precision, &mut constants).unwrap();
                    let off = ln(&e, precision, &mut constants).unwrap().minus(&x, precision).unwrap();
                    assert!(off.contains_zero() && off.top() < 24 - precision as i64, "{over}/{under}");
                }
                // arctan x + arctan 1/x is a quarter turn.
                let inverse = Ball::integer(1).over(&x, precision).unwrap();
                let sum = atan(&x, precision, &mut constants)
                    .unwrap()
                    .plus(&atan(&inverse, precision, &mut constants).unwrap(), precision)
                    .unwrap();
                let mut quarter = constants.pi_ball(precision);
                quarter.exponent -= 1;
                let quarter = if over < 0 { quarter.negated() } else { quarter };
                let off = sum.minus(&quarter, precision).unwrap();
                assert!(off.contains_zero() && off.top() < 16 - precision as i64, "atan {over}/{under}");
            }
        }
        assert_eq!(constants.pi(64).to_string(), (constants.pi(200) >> 136).to_string());
    }
}
