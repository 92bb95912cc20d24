//! Real numbers as balls: a dyadic midpoint and a radius, rounded outward at every step. In: integers,
//! rationals, other balls, a precision. Out: a ball that contains every possible result. Never: a
//! result outside its ball; a midpoint much longer than the precision.

use std::cmp::Ordering;

use dashu_int::ops::{BitTest, DivRem, SquareRootRem};
use dashu_int::{IBig, UBig};

use super::rational::{Rational, UnsignedAbs};

/// Why a value has no enclosure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Proven to have no value (in the domain looked at): a division by zero, the logarithm of zero.
    Undefined,
    /// Not told apart from an undefined value, or from the other side of a branch cut, at this precision.
    Unsure,
    /// A power of a negative number that is one thing in school and another on the principal branch.
    Ambiguous,
    /// A form that has no numbers here: an integral, an unknown function.
    Unsupported,
    /// Past the budget.
    TooMuch,
}

/// Exponents stay below this, so that sums of a few never overflow.
const MAX_EXPONENT: i64 = 1 << 60;

/// All numbers within `radius * 2^exponent` of `middle * 2^exponent`.
#[derive(Debug, Clone)]
pub struct Ball {
    pub(super) middle: IBig,
    pub(super) radius: u64,
    pub(super) exponent: i64,
}

fn ceiling(over: UBig, under: &UBig) -> UBig {
    let (quotient, rest) = over.div_rem(under);
    if rest.is_zero() { quotient } else { quotient + UBig::ONE }
}

fn distance(value: i64) -> usize {
    usize::try_from(value.max(0)).unwrap_or(usize::MAX)
}

impl Ball {
    /// Exactly zero.
    pub fn zero() -> Self {
        Self { middle: IBig::ZERO, radius: 0, exponent: 0 }
    }

    /// Exactly `value`.
    pub fn integer(value: impl Into<IBig>) -> Self {
        Self { middle: value.into(), radius: 0, exponent: 0 }
    }

    /// `value`, to `precision` bits.
    pub fn rational(value: &Rational, precision: usize) -> Self {
        let over = Self::integer(value.numerator().clone());
        if value.is_integer() {
            return over.rounded(precision);
        }
        over.over(&Self::integer(value.denominator().clone()), precision).unwrap_or_else(|_| Self::zero())
    }

    /// The ball around `middle`, with the midpoint cut to `precision` bits and the radius to 32.
    pub(super) fn new(middle: IBig, radius: UBig, exponent: i64, precision: usize) -> Result<Self, Trouble> {
        let cut = middle.bit_len().saturating_sub(precision).max(radius.bit_len().saturating_sub(30));
        if exponent.abs() > MAX_EXPONENT {
            return Err(Trouble::TooMuch);
        }
        if cut == 0 {
            let radius = u64::try_from(radius).unwrap_or(u64::MAX);
            return Ok(Self { middle, radius, exponent });
        }
        let exact = radius.is_zero() && middle.trailing_zeros().is_some_and(|zeros| zeros >= cut);
        let radius = if exact { 0 } else { u64::try_from(radius >> cut).unwrap_or(u64::MAX - 2) + 2 };
        Ok(Self { middle: middle >> cut, radius, exponent: exponent + cut as i64 })
    }

    fn rounded(self, precision: usize) -> Self {
        let (radius, exponent) = (UBig::from(self.radius), self.exponent);
        Self::new(self.middle, radius, exponent, precision).unwrap_or_else(|_| Self::zero())
    }

    /// Whether it is zero and nothing else.
    pub fn is_exact_zero(&self) -> bool {
        self.radius == 0 && self.middle.is_zero()
    }

    /// Whether zero is in it.
    pub fn contains_zero(&self) -> bool {
        self.sign().is_none() || self.is_exact_zero()
    }

    /// The sign, if all of it has one.
    pub fn sign(&self) -> Option<Ordering> {
        if self.radius == 0 {
            return Some(self.middle.cmp(&IBig::ZERO));
        }
        if self.middle.bit_len() > 64 || self.middle.clone().unsigned_abs_big() > UBig::from(self.radius) {
            return Some(self.middle.cmp(&IBig::ZERO));
        }
        None
    }

    /// The power of two that no magnitude in it exceeds.
    pub fn top(&self) -> i64 {
        let bits = self.middle.bit_len().max(64 - self.radius.leading_zeros() as usize);
        if self.is_exact_zero() {
            i64::MIN
        } else {
            self.exponent + bits as i64 + i64::from(self.radius != 0)
        }
    }

    /// The power of two that the radius does not exceed; `None` for an exact number.
    pub fn error_top(&self) -> Option<i64> {
        (self.radius != 0).then(|| self.exponent + 64 - i64::from(self.radius.leading_zeros()))
    }

    /// The lower and the upper end.
    pub fn ends(&self) -> Option<(Rational, Rational)> {
        let end = |middle: IBig| {
            if self.exponent.unsigned_abs() > 100_000 {
                return None;
            }
            let shift = self.exponent.unsigned_abs() as usize;
            if self.exponent >= 0 {
                Some(Rational::from(middle << shift))
            } else {
                Rational::fraction(middle, IBig::ONE << shift)
            }
        };
        Some((end(&self.middle - IBig::from(self.radius))?, end(&self.middle + IBig::from(self.radius))?))
    }

    /// The integers in it lie between these two.
    pub fn integer_range(&self) -> Option<(IBig, IBig)> {
        let (low, high) = self.ends()?;
        Some((low.floor().numerator().clone(), high.floor().numerator().clone()))
    }

    /// The negative.
    pub fn negated(mut self) -> Self {
        self.middle = -self.middle;
        self
    }

    /// The sum.
    pub fn plus(&self, other: &Self, precision: usize) -> Result<Self, Trouble> {
        if self.is_exact_zero() {
            return Ok(other.clone());
        }
        if other.is_exact_zero() {
            return Ok(self.clone());
        }
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let apart = high.exponent - low.exponent;
        let room = precision as i64 + 64;
        let shift = if apart <= room { apart } else { (room - high.middle.bit_len() as i64).max(0) };
        let drop = distance(apart - shift);
        let mut middle = &high.middle << distance(shift);
        let mut radius = UBig::from(high.radius) << distance(shift);
        if drop == 0 {
            middle += &low.middle;
            radius += UBig::from(low.radius);
        } else {
            // Shifted out: the floor is off by less than one, as is the radius.
            middle += if drop > low.middle.bit_len() { IBig::ZERO } else { &low.middle >> drop };
            radius += if drop > 64 { UBig::ONE } else { UBig::from((low.radius >> drop.min(63)) + 1) };
            radius += UBig::ONE;
        }
        Self::new(middle, radius, high.exponent - shift, precision)
    }

    /// The difference.
    pub fn minus(&self, other: &Self, precision: usize) -> Result<Self, Trouble> {
        self.plus(&other.clone().negated(), precision)
    }

    /// The product.
    pub fn times(&self, other: &Self, precision: usize) -> Result<Self, Trouble> {
        if self.is_exact_zero() || other.is_exact_zero() {
            return Ok(Self::zero());
        }
        let mut radius = UBig::ZERO;
        if other.radius != 0 {
            radius += (&self.middle).unsigned_abs_big() * UBig::from(other.radius);
        }
        if self.radius != 0 {
            radius +=
                ((&other.middle).unsigned_abs_big() + UBig::from(other.radius)) * UBig::from(self.radius);
        }
        Self::new(&self.middle * &other.middle, radius, self.exponent + other.exponent, precision)
    }

    /// The quotient.
    pub fn over(&self, divisor: &Self, precision: usize) -> Result<Self, Trouble> {
        match divisor.sign() {
            None => return Err(Trouble::Unsure),
            Some(Ordering::Equal) => return Err(Trouble::Undefined),
            Some(_) => {}
        }
        if self.is_exact_zero() {
            return Ok(Self::zero());
        }
        let shift = (precision + 2 + divisor.middle.bit_len()).saturating_sub(self.middle.bit_len());
        let (quotient, rest) = (&self.middle << shift).div_rem(&divisor.middle);
        let mut radius = UBig::ZERO;
        if self.radius != 0 || divisor.radius != 0 {
            let over = (UBig::from(self.radius) << shift)
                + ((&quotient).unsigned_abs_big() + UBig::ONE) * UBig::from(divisor.radius);
            let under = (&divisor.middle).unsigned_abs_big() - UBig::from(divisor.radius);
            radius += ceiling(over, &under);
        }
        if !rest.is_zero() {
            radius += UBig::ONE;
        }
        Self::new(quotient, radius, self.exponent - divisor.exponent - shift as i64, precision)
    }

    /// The square root of a ball without negative numbers.
    pub fn sqrt(&self, precision: usize) -> Result<Self, Trouble> {
        match self.sign() {
            Some(Ordering::Greater) => {}
            Some(Ordering::Equal) => return Ok(Self::zero()),
            Some(Ordering::Less) => return Err(Trouble::Undefined),
            None => return Err(Trouble::Unsure),
        }
        let mut shift = (2 * precision + 4).saturating_sub(self.middle.bit_len());
        if (self.exponent - shift as i64) % 2 != 0 {
            shift += 1;
        }
        let (root, rest) = ((&self.middle).unsigned_abs_big() << shift).sqrt_rem();
        let mut radius = if rest.is_zero() { UBig::ZERO } else { UBig::ONE };
        if self.radius != 0 {
            radius += ceiling(UBig::from(self.radius) << shift, &root);
        }
        Self::new(root.into(), radius, (self.exponent - shift as i64) / 2, precision)
    }

    /// The positive `n`-th root of a positive ball; `n` is small.
    pub fn root(&self, n: usize, precision: usize) -> Result<Self, Trouble> {
        if n == 2 {
            return self.sqrt(precision);
        }
        match self.sign() {
            Some(Ordering::Greater) => {}
            Some(Ordering::Equal) => return Ok(Self::zero()),
            Some(Ordering::Less) => return Err(Trouble::Undefined),
            None => return Err(Trouble::Unsure),
        }
        let magnitude = (&self.middle).unsigned_abs_big();
        if self.radius != 0 && UBig::from(self.radius) * UBig::from(2u8) > magnitude {
            return Err(Trouble::Unsure);
        }
        let mut shift = (n * (precision + 2)).saturating_sub(magnitude.bit_len());
        shift += (self.exponent - shift as i64).rem_euclid(n as i64) as usize;
        let scaled = &magnitude << shift;
        let root = scaled.nth_root(n);
        let mut radius = if self.radius == 0 && root.pow(n) == scaled { UBig::ZERO } else { UBig::from(2u8) };
        if self.radius != 0 {
            // At most r/m of the root, for r at most m/2 and n at least 2.
            radius += ceiling((&root + UBig::ONE) * UBig::from(self.radius), &magnitude);
        }
        Self::new(root.into(), radius, (self.exponent - shift as i64) / n as i64, precision)
    }

    /// The power with an exponent of at least zero.
    pub fn power(&self, exponent: u64, precision: usize) -> Result<Self, Trouble> {
        let mut result = Self::integer(1);
        for bit in (0..64 - exponent.leading_zeros()).rev() {
            result = result.times(&result, precision)?;
            if exponent >> bit & 1 == 1 {
                result = result.times(self, precision)?;
            }
        }
        Ok(result)
    }

    /// A ball around zero that holds every number in this one and its negative.
    pub fn around_zero(&self) -> Self {
        let top = self.top();
        if top == i64::MIN { Self::zero() } else { Self { middle: IBig::ZERO, radius: 1, exponent: top } }
    }

    /// Whether the two have no number in common.
    pub fn apart_from(&self, other: &Self) -> bool {
        match self.minus(other, 64 + self.middle.bit_len().max(other.middle.bit_len())) {
            Ok(difference) => matches!(difference.sign(), Some(Ordering::Less | Ordering::Greater)),
            Err(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(ball: &Ball, value: &Rational) -> bool {
        let (low, high) = ball.ends().unwrap();
        low <= *value && *value <= high
    }

    #[test]
    fn arithmetic_holds_the_exact_value() {
        let values: Vec<Rational> = [(1, 3), (-7, 5), (22, 7), (1, 1 << 40), (-(1 << 50), 3), (5, 1), (0, 1)]
            .into_iter()
            .map(|(over, under)| Rational::new(over, under))
            .collect();
        for precision in [16, 40, 64, 130] {
            for a in &values {
                for b in &values {
                    let (x, y) = (Ball::rational(a, precision), Ball::rational(b, precision));
                    assert!(holds(&x.plus(&y, precision).unwrap(), &a.plus(b)), "{a} + {b}");
                    assert!(holds(&x.minus(&y, precision).unwrap(), &a.minus(b)), "{a} - {b}");
                    assert!(holds(&x.times(&y, precision).unwrap(), &a.times(b)), "{a} * {b}");
                    if !b.is_zero() {
                        assert!(holds(&x.over(&y, precision).unwrap(), &a.over(b)), "{a} / {b}");
                    } else {
                        assert_eq!(x.over(&y, precision).unwrap_err(), Trouble::Undefined);
                    }
                    let square = x.times(&x, precision).unwrap();
                    if !a.is_zero() {
                        assert!(holds(&square.sqrt(precision).unwrap(), &a.abs()), "sqrt of {a} squared");
                    }
                    let cube = square.power(3, precision).unwrap();
                    if !a.is_zero() {
                        assert!(holds(&cube.root(3, precision).unwrap(), &a.times(a)), "root of {a}^6");
                    }
                }
            }
        }
    }

    #[test]
    fn far_apart_exponents_cost_nothing() {
        let huge = Ball::integer(2).power(1 << 40, 64).unwrap();
        let sum = huge.plus(&Ball::integer(1), 64).unwrap();
        assert!(sum.middle.bit_len() < 200);
        assert!(!sum.apart_from(&huge));
        assert!(sum.apart_from(&Ball::integer(1)));
    }
}
