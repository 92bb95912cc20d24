//! Values of functions. In: a function, its arguments, an evaluator. Out: an enclosure of the value. Never: a
//! whole number made of an enclosure that is not exactly one.

use std::cmp::Ordering;

use dashu_int::IBig;

use super::ball::{Ball, Trouble};
use super::complex::Complex;
use super::elementary::{atan, exp, ln};
use super::numeric::{Domain, Evaluator, literal};
use super::rational::Rational;
use crate::verifiers::math::expr::{Expr, Function};

type Outcome = Result<Complex, Trouble>;

impl Evaluator<'_> {
    pub(super) fn apply(&mut self, function: &Function, arguments: &[Expr]) -> Outcome {
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
                let mut value = ln(&inside, p, self.constants)?;
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

    pub(super) fn ln(&mut self, x: &Complex) -> Outcome {
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

    pub(super) fn arc(&mut self, function: &Function, x: &Ball) -> Outcome {
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

    pub(super) fn of_several(&mut self, function: &Function, values: &[Complex]) -> Outcome {
        self.charge(values.len())?;
        if matches!(function, Function::Gcd | Function::Lcm) {
            use dashu_int::ops::Abs;

            use super::rational::{UnsignedAbs, gcd};
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
                            gcd(&so_far.unsigned_abs_big(), &value.unsigned_abs_big()).into()
                        }
                    }
                    Some(so_far) => {
                        if so_far.is_zero() || value.is_zero() {
                            return Err(Trouble::Undefined);
                        }
                        let common =
                            IBig::from(gcd(&(&so_far).unsigned_abs_big(), &(&value).unsigned_abs_big()));
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

    pub(super) fn factorial(&mut self, n: &IBig, step: usize) -> Outcome {
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
        let log = ln(&x, p, self.constants)?;
        let mut twice_pi = self.constants.pi_ball(p).times(&x, p)?;
        twice_pi.exponent += 1;
        let mut sum = ln(&twice_pi, p, self.constants)?;
        sum.exponent -= 1;
        sum = sum.plus(&x.times(&log, p)?, p)?.minus(&x, p)?;
        for (coefficient, power) in [(12i64, 1), (-360, 3), (1260, 5), (-1680, 7)] {
            let term =
                Ball::integer(1).over(&Ball::integer(coefficient).times(&x.power(power, p)?, p)?, p)?;
            sum = sum.plus(&term, p)?;
        }
        sum = sum.plus(&Ball { middle: IBig::ZERO, radius: 1, exponent: -90 }, p)?;
        Ok(Complex::real(exp(&sum, self.precision, self.constants)?))
    }

    pub(super) fn binomial(&mut self, n: &Complex, k: &Complex) -> Outcome {
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
            // A product, a quotient, which costs about twice as much, and a difference.
            for _ in 0..4 {
                self.charge_multiplication()?;
            }
            let factor = n.minus(&Complex::real(Ball::integer(j)), p)?;
            product = product.times(&factor, p)?.over(&Complex::real(Ball::integer(j + 1)), p)?;
        }
        Ok(product)
    }
}

pub(super) fn real(x: &Complex) -> Result<&Ball, Trouble> {
    match x.im.sign() {
        Some(Ordering::Equal) => Ok(&x.re),
        Some(_) => Err(Trouble::Undefined),
        None => Err(Trouble::Unsure),
    }
}

pub(super) fn not_below(x: &Ball) -> Result<(), Trouble> {
    match x.sign() {
        Some(Ordering::Less) => Err(Trouble::Undefined),
        Some(_) => Ok(()),
        None => Err(Trouble::Unsure),
    }
}

/// An exact whole number.
pub(super) fn whole(x: &Complex) -> Result<IBig, Trouble> {
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
