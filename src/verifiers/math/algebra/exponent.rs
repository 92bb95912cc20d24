//! Small rational exponents. In: two machine integers. Out: a reduced fraction, its sums and products.
//! Never: an overflow that is not told.

use super::ball::Trouble;
use super::rational::Rational;

/// A small rational exponent, reduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exponent {
    pub(super) over: i32,
    pub(super) under: i32,
}

fn common(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.abs()
}

impl Exponent {
    pub const ONE: Self = Self { over: 1, under: 1 };
    pub const HALF: Self = Self { over: 1, under: 2 };

    pub fn new(over: i64, under: i64) -> Result<Self, Trouble> {
        let divisor = common(over, under) * under.signum();
        let part = |value: i64| i32::try_from(value / divisor).map_err(|_| Trouble::TooMuch);
        if divisor == 0 {
            return Err(Trouble::TooMuch);
        }
        Ok(Self { over: part(over)?, under: part(under)? })
    }

    pub fn of(value: &Rational) -> Result<Self, Trouble> {
        let (over, under) = value.to_small().ok_or(Trouble::TooMuch)?;
        Self::new(over, under)
    }

    pub fn rational(self) -> Rational {
        Rational::new(self.over.into(), self.under.into())
    }

    pub fn plus(self, other: Self) -> Result<Self, Trouble> {
        let (a, b, c, d) =
            (i64::from(self.over), i64::from(self.under), i64::from(other.over), i64::from(other.under));
        let over = (a.checked_mul(d)).zip(c.checked_mul(b)).and_then(|(x, y)| x.checked_add(y));
        Self::new(over.ok_or(Trouble::TooMuch)?, b * d)
    }

    pub fn times(self, other: Self) -> Result<Self, Trouble> {
        Self::new(
            i64::from(self.over) * i64::from(other.over),
            i64::from(self.under) * i64::from(other.under),
        )
    }

    pub fn negated(self) -> Self {
        Self { over: -self.over.max(-i32::MAX), under: self.under }
    }

    pub fn is_zero(self) -> bool {
        self.over == 0
    }

    pub fn whole(self) -> Option<i64> {
        (self.under == 1).then_some(self.over.into())
    }

    pub fn is_even(self) -> bool {
        self.under == 1 && self.over % 2 == 0
    }

    pub fn under(self) -> i32 {
        self.under
    }

    pub fn is_negative(self) -> bool {
        self.over < 0
    }

    /// The floor, and what is left in `[0, 1)`.
    pub fn split(self) -> (i64, Self) {
        let floor = self.over.div_euclid(self.under);
        (floor.into(), Self { over: self.over.rem_euclid(self.under), under: self.under })
    }
}
