//! Evaluates an expression at a point in balls. In: an expression, values for its symbols, a precision,
//! a domain. Out: an enclosure, or why there is none. Never: a value outside the domain; work that the
//! budget does not count.

use std::cmp::Ordering;
use std::sync::Arc;

use dashu_int::IBig;

use super::Budget;
use super::applied::whole;
use super::ball::{Ball, Trouble};
use super::complex::Complex;
use super::elementary::Constants;
use super::rational::Rational;
use crate::verifiers::math::expr::{Bound, Constant, Expr, Form};

/// Roots of an index above this go through the logarithm.
const MAX_ROOT: i64 = 32;
/// Sums and products of more terms are not evaluated.
const MAX_TERMS: i64 = 10_000;

/// Where values are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// Every intermediate value is real; what is not is undefined.
    Real,
    /// Principal values.
    Complex,
}

/// Evaluates at one point and precision.
pub struct Evaluator<'a> {
    /// Bits of the midpoints.
    pub precision: usize,
    /// Where values are looked for.
    pub domain: Domain,
    /// The symbols' values; a later one hides an earlier one.
    pub values: Vec<(Arc<str>, Complex)>,
    /// π and ln 2.
    pub constants: &'a mut Constants,
    /// What may be spent.
    pub budget: &'a mut Budget,
    /// The largest power of two, up or down, that any number on the way reached, or its length: what
    /// could hide a difference from a lower precision.
    pub extent: u64,
}

type Outcome = Result<Complex, Trouble>;

/// The value of a small tree of plain numbers: exponents, multiples of π.
pub fn literal(expr: &Expr) -> Option<Rational> {
    match expr {
        Expr::Number(number) if number.bits() <= 512 => Some(number.clone()),
        Expr::Sum(terms) if terms.len() <= 8 => {
            terms.iter().try_fold(Rational::zero(), |sum, term| Some(sum.plus(&literal(term)?)))
        }
        Expr::Product(factors) if factors.len() <= 8 => {
            factors.iter().try_fold(Rational::one(), |product, factor| Some(product.times(&literal(factor)?)))
        }
        Expr::Power(pair) => {
            let exponent = literal(&pair.1)?.to_i64()?;
            literal(&pair.0)?.power(exponent, 1_024)
        }
        _ => None,
    }
}

impl Evaluator<'_> {
    /// Counts work: an addition of short numbers is about one.
    pub(super) fn charge(&mut self, cost: usize) -> Result<(), Trouble> {
        self.budget.charge(cost)
    }

    pub(super) fn charge_multiplication(&mut self) -> Result<(), Trouble> {
        self.charge(1 + self.precision * self.precision / (1 << 18))
    }

    pub(super) fn charge_series(&mut self) -> Result<(), Trouble> {
        self.charge(10 + self.precision / 16 + self.precision * self.precision / (1 << 13))
    }

    /// The value of `expr`.
    ///
    /// # Errors
    /// [`Trouble`], if there is none here.
    pub fn value(&mut self, expr: &Expr) -> Outcome {
        let value = self.plain_value(expr)?;
        for part in [&value.re, &value.im] {
            let top = part.top();
            if top != i64::MIN && !part.contains_zero() {
                self.extent = self.extent.max(top.unsigned_abs());
            }
        }
        Ok(value)
    }

    pub(super) fn plain_value(&mut self, expr: &Expr) -> Outcome {
        let p = self.precision;
        match expr {
            Expr::Number(number) => {
                self.charge(1 + number.bits() / 2_048)?;
                self.extent = self.extent.max(number.bits() as u64);
                Ok(Complex::real(Ball::rational(number, p)))
            }
            Expr::Long(_) => Err(Trouble::TooMuch),
            Expr::Constant(Constant::Pi) => {
                self.charge_series()?;
                Ok(Complex::real(self.constants.pi_ball(p)))
            }
            Expr::Constant(Constant::E) => {
                self.charge_series()?;
                Complex::real(Ball::integer(1)).exp(p, self.constants)
            }
            Expr::Constant(Constant::I) => match self.domain {
                Domain::Complex => Ok(Complex { re: Ball::zero(), im: Ball::integer(1) }),
                Domain::Real => Err(Trouble::Undefined),
            },
            Expr::Constant(Constant::Infinity) => Err(Trouble::Unsupported),
            Expr::Symbol(name) => {
                let known = self.values.iter().rev().find(|(known, _)| known == name);
                known.map(|(_, value)| value.clone()).ok_or(Trouble::Unsupported)
            }
            Expr::Sum(terms) => {
                let mut sum = Complex::real(Ball::zero());
                for term in terms {
                    let value = self.value(term)?;
                    self.charge(1)?;
                    sum = sum.plus(&value, p)?;
                }
                Ok(sum)
            }
            Expr::Product(factors) => {
                let mut product = Complex::real(Ball::integer(1));
                for factor in factors {
                    let value = self.value(factor)?;
                    self.charge_multiplication()?;
                    product = product.times(&value, p)?;
                }
                Ok(product)
            }
            Expr::Power(pair) => self.power(&pair.0, &pair.1),
            Expr::Apply(function, arguments) => self.apply(function, arguments),
            Expr::Bound(bound) => self.bound(bound),
        }
    }

    pub(super) fn power(&mut self, base: &Expr, exponent: &Expr) -> Outcome {
        if matches!(base, Expr::Constant(Constant::E)) {
            let exponent = self.value(exponent)?;
            self.charge_series()?;
            return exponent.exp(self.precision, self.constants);
        }
        let value = self.value(base)?;
        if let Some(exponent) = literal(exponent) {
            return self.rational_power(&value, &exponent, false);
        }
        let exponent = self.value(exponent)?;
        // An exact whole exponent, such as an index at a whole point.
        if exponent.is_real()
            && exponent.re.radius == 0
            && exponent.re.exponent >= 0
            && exponent.re.exponent < 64
        {
            let whole = &exponent.re.middle << exponent.re.exponent as usize;
            if let Ok(whole) = i64::try_from(&whole) {
                return self.rational_power(&value, &Rational::from(whole), false);
            }
        }
        if value.is_exact_zero() {
            let positive = exponent.is_real() && exponent.re.sign() == Some(Ordering::Greater);
            return if positive { Ok(value) } else { Err(Trouble::Undefined) };
        }
        if self.domain == Domain::Real {
            match value.re.sign() {
                Some(Ordering::Greater) => {}
                Some(_) => return Err(Trouble::Undefined),
                None => return Err(Trouble::Unsure),
            }
        }
        self.charge_series()?;
        self.charge_series()?;
        let p = self.precision;
        value.ln(p + 16, self.constants)?.times(&exponent, p + 16)?.exp(p, self.constants)
    }

    /// `value^exponent`. Of a negative number and an odd denominator, `real_root` tells whether the real
    /// root is meant; a power does not say which, so it has no value here.
    pub(super) fn rational_power(
        &mut self,
        value: &Complex,
        exponent: &Rational,
        real_root: bool,
    ) -> Outcome {
        let p = self.precision;
        let Some((over, under)) = exponent.to_small() else { return Err(Trouble::TooMuch) };
        if value.is_exact_zero() {
            return if over > 0 { Ok(value.clone()) } else { Err(Trouble::Undefined) };
        }
        if under == 1 {
            self.charge(1)?;
            for _ in 0..64 - over.unsigned_abs().leading_zeros() {
                self.charge_multiplication()?;
            }
            return value.integer_power(over, p);
        }
        let inner = p + 2 * (64 - over.unsigned_abs().leading_zeros() as usize);
        if value.is_real() {
            match value.re.sign() {
                Some(Ordering::Greater) => {
                    if under <= MAX_ROOT {
                        self.charge(4 + under as usize * p / 64)?;
                        let root = value.re.root(under as usize, inner)?;
                        return Complex::real(root).integer_power(over, p);
                    }
                    self.charge_series()?;
                    self.charge_series()?;
                    let exponent = Complex::real(Ball::rational(exponent, p + 70));
                    return value
                        .ln(p + 70, self.constants)?
                        .times(&exponent, p + 70)?
                        .exp(p, self.constants);
                }
                Some(Ordering::Less) if under % 2 == 1 => {
                    if !real_root {
                        return Err(Trouble::Ambiguous);
                    }
                    let root =
                        self.rational_power(&value.clone().negated(), &Rational::new(1, under), true)?;
                    return root.negated().integer_power(over, p);
                }
                Some(_) if self.domain == Domain::Real => return Err(Trouble::Undefined),
                None if self.domain == Domain::Real => return Err(Trouble::Unsure),
                _ => {}
            }
        }
        if under == 2 {
            self.charge(8 + p / 16)?;
            return value.sqrt(inner)?.integer_power(over, p);
        }
        if value.contains_zero() {
            if over < 0 {
                return Err(Trouble::Unsure);
            }
            // Whatever branch: the power of the largest magnitude, rounded up.
            let top = i128::from(value.top()) * i128::from(over);
            let exponent =
                i64::try_from(top.div_euclid(i128::from(under)) + 1).map_err(|_| Trouble::TooMuch)?;
            let disc = Ball { middle: IBig::ZERO, radius: 1, exponent };
            return Ok(Complex { re: disc.clone(), im: disc });
        }
        for _ in 0..4 {
            self.charge_series()?;
        }
        let exponent = Complex::real(Ball::rational(exponent, p + 70));
        value.ln(p + 70, self.constants)?.times(&exponent, p + 70)?.exp(p, self.constants)
    }

    pub(super) fn bound(&mut self, bound: &Bound) -> Outcome {
        if !matches!(bound.form, Form::Sum | Form::Product) {
            return Err(Trouble::Unsupported);
        }
        let [first, last] = bound.ends.as_slice() else { return Err(Trouble::Unsupported) };
        // A range that depends on a symbol would let a question be its own answer.
        if !super::is_constant(first) || !super::is_constant(last) {
            return Err(Trouble::Unsupported);
        }
        let end = |value: IBig| i64::try_from(&value).map_err(|_| Trouble::TooMuch);
        let (first, last) = (end(whole(&self.value(first)?)?)?, end(whole(&self.value(last)?)?)?);
        if last.saturating_sub(first) >= MAX_TERMS {
            return Err(Trouble::TooMuch);
        }
        let sum = bound.form == Form::Sum;
        let mut result = Complex::real(Ball::integer(i64::from(!sum)));
        for index in first..=last {
            self.values.push((bound.variable.clone(), Complex::real(Ball::integer(index))));
            let value = self.value(&bound.body);
            self.values.pop();
            let value = value?;
            self.charge_multiplication()?;
            result = if sum {
                result.plus(&value, self.precision)?
            } else {
                result.times(&value, self.precision)?
            };
        }
        Ok(result)
    }
}
