//! Exact rationals of any size. In: digits, machine integers, other rationals. Out: sums, products,
//! quotients, powers, order, always reduced. Never: rounding, a zero denominator.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Neg;

use dashu_int::ops::{Abs, BitTest, DivRem, Gcd};
use dashu_int::{IBig, UBig};

/// The greatest common divisor; not of two zeros.
///
/// dashu-int 0.4.3 gives its gcd the memory that the division of the first pair needs. A later pair whose second
/// number is much shorter needs more, and the library panics, where both have more than 32 words. A multiple of the
/// shorter one added to the longer, which changes nothing, makes the first pair the one that needs the most.
pub(super) fn gcd(a: &UBig, b: &UBig) -> UBig {
    const WORD: usize = 64;
    let (long, short) = if a >= b { (a, b) } else { (b, a) };
    let bits = short.bit_len();
    if bits <= 32 * WORD {
        return long.gcd(short);
    }
    let apart = (bits / 2).max(33 * WORD) + 2 * WORD;
    if long.bit_len() >= bits + apart { long.gcd(short) } else { (long + (short << apart)).gcd(short) }
}

/// A reduced fraction; the denominator is positive.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rational {
    over: IBig,
    under: UBig,
}

impl Rational {
    /// Longer decimals are compared by their digits (about 20 ms of conversion at a million digits is
    /// the price elsewhere; at this length it is 0.1 ms).
    pub const MAX_DIGITS: usize = 6_000;

    /// Zero.
    pub fn zero() -> Self {
        Self::from(0)
    }

    /// One.
    pub fn one() -> Self {
        Self::from(1)
    }

    /// `over / under`.
    ///
    /// # Panics
    /// If `under` is zero: for numbers written in code.
    pub fn new(over: i64, under: i64) -> Self {
        assert!(under != 0, "a denominator of zero in code");
        Self::reduced(IBig::from(over) * under.signum(), UBig::from(under.unsigned_abs()))
    }

    /// `over / under`, if `under` is not zero.
    pub fn fraction(over: IBig, under: IBig) -> Option<Self> {
        if under == IBig::ZERO {
            return None;
        }
        let over = if under < IBig::ZERO { -over } else { over };
        Some(Self::reduced(over, under.unsigned_abs_big()))
    }

    /// The decimal `whole.fraction`; each of ASCII digits or empty.
    pub fn decimal(whole: &str, fraction: &str) -> Option<Self> {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || whole.len() + fraction.len() == 0 {
            return None;
        }
        if whole.len() + fraction.len() <= 18 {
            let value = whole.bytes().chain(fraction.bytes());
            let over = value.fold(0i64, |value, byte| value * 10 + i64::from(byte - b'0'));
            if fraction.is_empty() {
                return Some(Self::from(over));
            }
            return Some(Self::reduced(over.into(), UBig::from(10u64.pow(fraction.len() as u32))));
        }
        let over = IBig::from_str_radix(&[whole, fraction].concat(), 10).ok()?;
        Some(Self::reduced(over, UBig::from(10u8).pow(fraction.len())))
    }

    fn reduced(over: IBig, under: UBig) -> Self {
        if under.is_one() {
            return Self { over, under };
        }
        let common = gcd(&(&over).unsigned_abs_big(), &under);
        if common.is_one() {
            return Self { over, under };
        }
        Self { over: over / IBig::from(common.clone()), under: under / common }
    }

    /// The numerator, with the sign.
    pub fn numerator(&self) -> &IBig {
        &self.over
    }

    /// The denominator.
    pub fn denominator(&self) -> &UBig {
        &self.under
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.over == IBig::ZERO
    }

    /// Whether it is one.
    pub fn is_one(&self) -> bool {
        self.under.is_one() && self.over.is_one()
    }

    /// Whether it is a whole number.
    pub fn is_integer(&self) -> bool {
        self.under.is_one()
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.over < IBig::ZERO
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> i32 {
        match self.over.cmp(&IBig::ZERO) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    }

    /// The value as a machine integer.
    pub fn to_i64(&self) -> Option<i64> {
        if self.under.is_one() { i64::try_from(&self.over).ok() } else { None }
    }

    /// Numerator and denominator as machine integers.
    pub fn to_small(&self) -> Option<(i64, i64)> {
        Some((i64::try_from(&self.over).ok()?, i64::try_from(&self.under).ok()?))
    }

    /// Bits of numerator and denominator together.
    pub fn bits(&self) -> usize {
        self.over.bit_len() + self.under.bit_len()
    }

    /// The sum.
    pub fn plus(&self, other: &Self) -> Self {
        if self.under == other.under {
            return Self::reduced(&self.over + &other.over, self.under.clone());
        }
        let over =
            &self.over * IBig::from(other.under.clone()) + &other.over * IBig::from(self.under.clone());
        Self::reduced(over, &self.under * &other.under)
    }

    /// The difference.
    pub fn minus(&self, other: &Self) -> Self {
        self.plus(&-other.clone())
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Self {
        Self::reduced(&self.over * &other.over, &self.under * &other.under)
    }

    /// The quotient.
    ///
    /// # Panics
    /// If `divisor` is zero: callers look first.
    pub fn over(&self, divisor: &Self) -> Self {
        self.times(&divisor.inverse())
    }

    /// One divided by it.
    ///
    /// # Panics
    /// If it is zero: callers look first.
    pub fn inverse(&self) -> Self {
        assert!(!self.is_zero(), "the inverse of zero");
        let over = IBig::from(self.under.clone());
        Self { over: if self.is_negative() { -over } else { over }, under: (&self.over).unsigned_abs_big() }
    }

    /// The power; `None` if it would have more than `max_bits` bits, or zero to a negative power.
    pub fn power(&self, exponent: i64, max_bits: usize) -> Option<Self> {
        let times = usize::try_from(exponent.unsigned_abs()).ok()?;
        if self.is_zero() {
            return match exponent.cmp(&0) {
                Ordering::Less => None,
                Ordering::Equal => Some(Self::one()),
                Ordering::Greater => Some(Self::zero()),
            };
        }
        if self.under.is_one() && (&self.over).unsigned_abs_big().is_one() {
            return Some(if times % 2 == 0 { Self::one() } else { self.clone() });
        }
        if self.bits().checked_mul(times)? > max_bits {
            return None;
        }
        let power = Self { over: self.over.pow(times), under: self.under.pow(times) };
        Some(if exponent < 0 { power.inverse() } else { power })
    }

    /// The magnitude.
    pub fn abs(&self) -> Self {
        Self { over: (&self.over).abs(), under: self.under.clone() }
    }

    /// The greatest integer not above it.
    pub fn floor(&self) -> Self {
        let under = IBig::from(self.under.clone());
        let (quotient, rest) = (&self.over).div_rem(&under);
        let floor = if rest < IBig::ZERO { quotient - IBig::ONE } else { quotient };
        Self { over: floor, under: UBig::ONE }
    }
}

/// `unsigned_abs` for big integers under one name.
pub trait UnsignedAbs {
    /// The magnitude.
    fn unsigned_abs_big(self) -> UBig;
}

impl UnsignedAbs for IBig {
    fn unsigned_abs_big(self) -> UBig {
        self.into_parts().1
    }
}

impl UnsignedAbs for &IBig {
    fn unsigned_abs_big(self) -> UBig {
        self.clone().into_parts().1
    }
}

impl From<i64> for Rational {
    fn from(value: i64) -> Self {
        Self { over: value.into(), under: UBig::ONE }
    }
}

impl From<IBig> for Rational {
    fn from(value: IBig) -> Self {
        Self { over: value, under: UBig::ONE }
    }
}

impl Neg for Rational {
    type Output = Self;

    fn neg(self) -> Self {
        Self { over: -self.over, under: self.under }
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.under == other.under {
            return self.over.cmp(&other.over);
        }
        (&self.over * IBig::from(other.under.clone())).cmp(&(&other.over * IBig::from(self.under.clone())))
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.under.is_one() {
            write!(out, "{}", self.over)
        } else {
            write!(out, "{}/{}", self.over, self.under)
        }
    }
}
