//! Evaluates an expression at a point in balls. In: an expression, values for its symbols, a precision,
//! a domain. Out: an enclosure, or why there is none. Never: a value outside the domain; work that the
//! budget does not count.

use std::cmp::Ordering;
use std::sync::Arc;

use dashu_int::IBig;

use super::Budget;
use super::ball::{Ball, Trouble};
use super::complex::Complex;
use super::elementary::{Constants, atan};
use super::rational::Rational;
use crate::verifiers::math::expr::{Bound, Constant, Expr, Form, Function};

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
    fn charge(&mut self, cost: usize) -> Result<(), Trouble> {
        match self.budget.steps.checked_sub(cost) {
            Some(left) => {
                self.budget.steps = left;
                Ok(())
            }
            None => {
                self.budget.steps = 0;
                Err(Trouble::TooMuch)
            }
        }
    }

    fn charge_multiplication(&mut self) -> Result<(), Trouble> {
        self.charge(1 + self.precision * self.precision / (1 << 18))
    }

    fn charge_series(&mut self) -> Result<(), Trouble> {
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

    fn plain_value(&mut self, expr: &Expr) -> Outcome {
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

    fn power(&mut self, base: &Expr, exponent: &Expr) -> Outcome {
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
    fn rational_power(&mut self, value: &Complex, exponent: &Rational, real_root: bool) -> Outcome {
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

    fn apply(&mut self, function: &Function, arguments: &[Expr]) -> Outcome {
        use Function as F;
        let p = self.precision;
        let one = || Complex::real(Ball::integer(1));
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.value(argument)?);
        }
        let (x, second) = match (values.as_slice(), function) {
            (_, F::Named(_)) | ([], _) => return Err(Trouble::Unsupported),
            (_, F::Gcd | F::Lcm | F::Min | F::Max) => return self.of_several(function, &values),
            ([x], _) => (x, None),
            ([x, second], _) => (x, Some(second)),
            _ => return Err(Trouble::Unsupported),
        };
        match function {
            F::Abs => {
                self.charge(2 + p / 64)?;
                x.abs(p).map(Complex::real)
            }
            F::Floor | F::Ceil => {
                let up = *function == F::Ceil;
                let x = real(x)?;
                let x = if up { x.clone().negated() } else { x.clone() };
                let (low, high) = x.integer_range().ok_or(Trouble::TooMuch)?;
                if low != high {
                    return Err(Trouble::Unsure);
                }
                Ok(Complex::real(Ball::integer(if up { -low } else { low })))
            }
            F::Sin | F::Cos | F::Tan | F::Cot | F::Sec | F::Csc => {
                self.charge_series()?;
                let (cos, sin) = x.cos_sin(p, self.constants)?;
                match function {
                    F::Sin => Ok(sin),
                    F::Cos => Ok(cos),
                    F::Tan => sin.over(&cos, p),
                    F::Cot => cos.over(&sin, p),
                    F::Sec => one().over(&cos, p),
                    _ => one().over(&sin, p),
                }
            }
            F::Sinh | F::Cosh | F::Tanh | F::Coth | F::Sech | F::Csch => {
                self.charge_series()?;
                self.charge_series()?;
                let (plus, minus) = x.exp_both(p + 4, self.constants)?;
                let (sum, difference) = (plus.plus(&minus, p)?, plus.minus(&minus, p)?);
                let two = Complex::real(Ball::integer(2));
                match function {
                    F::Sinh => difference.over(&two, p),
                    F::Cosh => sum.over(&two, p),
                    F::Tanh => difference.over(&sum, p),
                    F::Coth => sum.over(&difference, p),
                    F::Sech => two.over(&sum, p),
                    _ => two.over(&difference, p),
                }
            }
            F::Arctan | F::Arccot | F::Arcsin | F::Arccos | F::Arcsec | F::Arccsc => {
                self.arc(function, real(x)?)
            }
            F::Arsinh | F::Arcosh | F::Artanh => {
                let x = real(x)?;
                self.charge_series()?;
                let (unit, square) = (Ball::integer(1), x.times(x, p + 8)?);
                let inside = match function {
                    F::Arsinh => x.plus(&square.plus(&unit, p + 8)?.sqrt(p + 8)?, p + 8)?,
                    F::Arcosh => {
                        not_below(&x.minus(&unit, p)?)?;
                        x.plus(&square.minus(&unit, p + 8)?.sqrt(p + 8)?, p + 8)?
                    }
                    _ => unit.plus(x, p + 8)?.over(&unit.minus(x, p + 8)?, p + 8)?,
                };
                let mut value = super::elementary::ln(&inside, p, self.constants)?;
                if *function == F::Artanh {
                    value.exponent -= 1;
                }
                Ok(Complex::real(value))
            }
            F::Ln => self.ln(x),
            F::Log => {
                let argument = second.ok_or(Trouble::Unsupported)?;
                let base = self.ln(x)?;
                self.ln(argument)?.over(&base, p)
            }
            F::Root => {
                let index = literal(&arguments[1]).and_then(|n| n.to_i64()).filter(|n| *n != 0);
                let index = index.ok_or(Trouble::Unsupported)?;
                self.rational_power(x, &Rational::new(1, index), true)
            }
            F::Factorial => self.factorial(&whole(x)?, 1),
            F::DoubleFactorial => self.factorial(&whole(x)?, 2),
            F::Binomial => self.binomial(x, second.ok_or(Trouble::Unsupported)?),
            F::Mod => {
                let divisor = real(second.ok_or(Trouble::Unsupported)?)?;
                let quotient = real(x)?.over(divisor, p)?;
                let (low, high) = quotient.integer_range().ok_or(Trouble::TooMuch)?;
                if low != high {
                    return Err(Trouble::Unsure);
                }
                Ok(Complex::real(x.re.minus(&divisor.times(&Ball::integer(low), p)?, p)?))
            }
            F::Re => Ok(Complex::real(x.re.clone())),
            F::Im => Ok(Complex::real(x.im.clone())),
            F::Conj => Ok(x.clone().conjugate()),
            F::Arg => {
                self.charge_series()?;
                x.arg(p, self.constants).map(Complex::real)
            }
            F::Sign => {
                let sign = real(x)?.sign().ok_or(Trouble::Unsure)?;
                Ok(Complex::real(Ball::integer(sign as i64)))
            }
            F::Gcd | F::Lcm | F::Min | F::Max | F::Named(_) => Err(Trouble::Unsupported),
        }
    }

    fn ln(&mut self, x: &Complex) -> Outcome {
        if self.domain == Domain::Real {
            match x.re.sign() {
                Some(Ordering::Greater) => {}
                Some(_) => return Err(Trouble::Undefined),
                None => return Err(Trouble::Unsure),
            }
        }
        self.charge_series()?;
        x.ln(self.precision, self.constants)
    }

    fn arc(&mut self, function: &Function, x: &Ball) -> Outcome {
        use Function as F;
        let p = self.precision;
        self.charge_series()?;
        let quarter = {
            let mut pi = self.constants.pi_ball(p + 8);
            pi.exponent -= 1;
            pi
        };
        let unit = Ball::integer(1);
        let x = if matches!(function, F::Arcsec | F::Arccsc) { unit.over(x, p + 8)? } else { x.clone() };
        let value = match function {
            F::Arctan => atan(&x, p, self.constants)?,
            F::Arccot => quarter.minus(&atan(&x, p + 8, self.constants)?, p)?,
            _ => {
                // arcsin x = arctan(x / sqrt(1 - x^2)), and a quarter turn at the ends.
                let rest = unit.minus(&x.times(&x, 2 * p + 8)?, 2 * p + 8)?;
                let arcsin = match rest.sign() {
                    Some(Ordering::Equal) => {
                        if x.sign() == Some(Ordering::Less) {
                            quarter.clone().negated()
                        } else {
                            quarter.clone()
                        }
                    }
                    _ => atan(&x.over(&rest.sqrt(p + 8)?, p + 8)?, p + 8, self.constants)?,
                };
                match function {
                    F::Arcsin | F::Arccsc => arcsin,
                    _ => quarter.minus(&arcsin, p)?,
                }
            }
        };
        Ok(Complex::real(value))
    }

    fn of_several(&mut self, function: &Function, values: &[Complex]) -> Outcome {
        self.charge(values.len())?;
        if matches!(function, Function::Gcd | Function::Lcm) {
            use dashu_int::ops::{Abs, Gcd};
            let mut result: Option<IBig> = None;
            for value in values {
                let value = whole(value)?.abs();
                result = Some(match result {
                    None => value,
                    Some(so_far) if *function == Function::Gcd => {
                        if so_far.is_zero() {
                            value
                        } else if value.is_zero() {
                            so_far
                        } else {
                            so_far.gcd(value).into()
                        }
                    }
                    Some(so_far) => {
                        if so_far.is_zero() || value.is_zero() {
                            return Err(Trouble::Undefined);
                        }
                        let common = IBig::from((&so_far).gcd(&value));
                        so_far / common * value
                    }
                });
            }
            return result.map(|result| Complex::real(Ball::integer(result))).ok_or(Trouble::Unsupported);
        }
        let want = if *function == Function::Min { Ordering::Less } else { Ordering::Greater };
        let mut best = real(values.first().ok_or(Trouble::Unsupported)?)?;
        for value in &values[1..] {
            let value = real(value)?;
            // Equal to within the precision: either will do only if it is exact.
            match value.minus(best, self.precision + 64)?.sign() {
                Some(order) if order == want => best = value,
                Some(_) => {}
                None => return Err(Trouble::Unsure),
            }
        }
        Ok(Complex::real(best.clone()))
    }

    fn factorial(&mut self, n: &IBig, step: usize) -> Outcome {
        let n = i64::try_from(n).map_err(|_| Trouble::TooMuch)?;
        if n < 0 {
            return if step == 2 && n == -1 {
                Ok(Complex::real(Ball::integer(1)))
            } else {
                Err(Trouble::Undefined)
            };
        }
        if n <= 1_000 {
            self.charge(n as usize / 4 + 1)?;
            let product =
                (1..=n).rev().step_by(step).fold(IBig::ONE, |product, factor| product * IBig::from(factor));
            return Ok(Complex::real(Ball::integer(product)));
        }
        if step != 1 {
            return Err(Trouble::TooMuch);
        }
        // Stirling's series: the error is below the first term left out, 1/(1188 n^9) < 2^-90.
        let p = self.precision + 80;
        for _ in 0..3 {
            self.charge_series()?;
        }
        let x = Ball::integer(n);
        let log = super::elementary::ln(&x, p, self.constants)?;
        let mut twice_pi = self.constants.pi_ball(p).times(&x, p)?;
        twice_pi.exponent += 1;
        let mut sum = super::elementary::ln(&twice_pi, p, self.constants)?;
        sum.exponent -= 1;
        sum = sum.plus(&x.times(&log, p)?, p)?.minus(&x, p)?;
        for (coefficient, power) in [(12i64, 1), (-360, 3), (1260, 5), (-1680, 7)] {
            let term =
                Ball::integer(1).over(&Ball::integer(coefficient).times(&x.power(power, p)?, p)?, p)?;
            sum = sum.plus(&term, p)?;
        }
        sum = sum.plus(&Ball { middle: IBig::ZERO, radius: 1, exponent: -90 }, p)?;
        Ok(Complex::real(super::elementary::exp(&sum, self.precision, self.constants)?))
    }

    fn binomial(&mut self, n: &Complex, k: &Complex) -> Outcome {
        let k = i64::try_from(&whole(k)?).map_err(|_| Trouble::TooMuch)?;
        if k < 0 {
            return Ok(Complex::real(Ball::zero()));
        }
        let k = match whole(n) {
            Ok(n) => {
                let n = i64::try_from(&n).map_err(|_| Trouble::TooMuch)?;
                if n >= 0 && k > n {
                    return Ok(Complex::real(Ball::zero()));
                }
                if n >= 0 { k.min(n - k) } else { k }
            }
            Err(_) => k,
        };
        if k > 2_000 {
            return Err(Trouble::TooMuch);
        }
        let p = self.precision + 16;
        let mut product = Complex::real(Ball::integer(1));
        for j in 0..k {
            self.charge_multiplication()?;
            let factor = n.minus(&Complex::real(Ball::integer(j)), p)?;
            product = product.times(&factor, p)?.over(&Complex::real(Ball::integer(j + 1)), p)?;
        }
        Ok(product)
    }

    fn bound(&mut self, bound: &Bound) -> Outcome {
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

fn real(x: &Complex) -> Result<&Ball, Trouble> {
    match x.im.sign() {
        Some(Ordering::Equal) => Ok(&x.re),
        Some(_) => Err(Trouble::Undefined),
        None => Err(Trouble::Unsure),
    }
}

fn not_below(x: &Ball) -> Result<(), Trouble> {
    match x.sign() {
        Some(Ordering::Less) => Err(Trouble::Undefined),
        Some(_) => Ok(()),
        None => Err(Trouble::Unsure),
    }
}

/// An exact whole number.
fn whole(x: &Complex) -> Result<IBig, Trouble> {
    let x = real(x)?;
    if x.radius != 0 {
        return Err(Trouble::Unsure);
    }
    if x.exponent >= 0 {
        return if x.exponent > 100_000 {
            Err(Trouble::TooMuch)
        } else {
            Ok(&x.middle << x.exponent as usize)
        };
    }
    let drop = x.exponent.unsigned_abs() as usize;
    let exact = x.middle.is_zero() || x.middle.trailing_zeros().is_some_and(|zeros| zeros >= drop);
    if exact { Ok(&x.middle >> drop) } else { Err(Trouble::Undefined) }
}
