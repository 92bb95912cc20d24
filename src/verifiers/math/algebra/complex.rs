//! Complex numbers of two balls, principal branches throughout. In: balls. Out: a rectangle that contains
//! every result. Never: a branch chosen where the argument may lie on either side of the cut.

use std::cmp::Ordering;

use super::ball::{Ball, Trouble};
use super::elementary::{Constants, atan, cos_sin, exp, ln};

/// A rectangle in the complex plane; real if the imaginary part is exactly zero.
#[derive(Debug, Clone)]
pub struct Complex {
    /// The real part.
    pub re: Ball,
    /// The imaginary part.
    pub im: Ball,
}

type Outcome = Result<Complex, Trouble>;

impl Complex {
    /// A real number.
    pub fn real(re: Ball) -> Self {
        Self { re, im: Ball::zero() }
    }

    /// Whether it is exactly real.
    pub fn is_real(&self) -> bool {
        self.im.is_exact_zero()
    }

    /// Whether zero is in it.
    pub fn contains_zero(&self) -> bool {
        self.re.contains_zero() && self.im.contains_zero()
    }

    /// Whether it is zero and nothing else.
    pub fn is_exact_zero(&self) -> bool {
        self.re.is_exact_zero() && self.im.is_exact_zero()
    }

    /// Twice the power of two that no magnitude in it exceeds.
    pub fn top(&self) -> i64 {
        self.re.top().max(self.im.top()).saturating_add(1)
    }

    /// Whether the two have no number in common.
    pub fn apart_from(&self, other: &Self) -> bool {
        self.re.apart_from(&other.re) || self.im.apart_from(&other.im)
    }

    /// The sum.
    pub fn plus(&self, other: &Self, p: usize) -> Outcome {
        Ok(Self { re: self.re.plus(&other.re, p)?, im: self.im.plus(&other.im, p)? })
    }

    /// The negative.
    pub fn negated(self) -> Self {
        Self { re: self.re.negated(), im: self.im.negated() }
    }

    /// The conjugate.
    pub fn conjugate(self) -> Self {
        Self { re: self.re, im: self.im.negated() }
    }

    /// The difference.
    pub fn minus(&self, other: &Self, p: usize) -> Outcome {
        self.plus(&other.clone().negated(), p)
    }

    /// The product.
    pub fn times(&self, other: &Self, p: usize) -> Outcome {
        if self.is_real() && other.is_real() {
            return Ok(Self::real(self.re.times(&other.re, p)?));
        }
        let re = self.re.times(&other.re, p)?.minus(&self.im.times(&other.im, p)?, p)?;
        let im = self.re.times(&other.im, p)?.plus(&self.im.times(&other.re, p)?, p)?;
        Ok(Self { re, im })
    }

    /// The square of the magnitude.
    fn norm(&self, p: usize) -> Result<Ball, Trouble> {
        self.re.times(&self.re, p)?.plus(&self.im.times(&self.im, p)?, p)
    }

    /// The quotient.
    pub fn over(&self, divisor: &Self, p: usize) -> Outcome {
        if divisor.is_real() {
            return Ok(Self { re: self.re.over(&divisor.re, p)?, im: self.im.over(&divisor.re, p)? });
        }
        let norm = divisor.norm(p + 8)?;
        let over = self.times(&divisor.clone().conjugate(), p + 8)?;
        Ok(Self { re: over.re.over(&norm, p)?, im: over.im.over(&norm, p)? })
    }

    /// The power with a whole exponent.
    pub fn integer_power(&self, exponent: i64, p: usize) -> Outcome {
        if exponent == 0 {
            return Ok(Self::real(Ball::integer(1)));
        }
        let times = exponent.unsigned_abs();
        let inner = p + 2 * (64 - times.leading_zeros() as usize);
        let mut power = Self::real(self.re.clone());
        if self.is_real() {
            power.re = self.re.power(times, inner)?;
        } else {
            power = self.clone();
            for bit in (0..63 - times.leading_zeros()).rev() {
                power = power.times(&power, inner)?;
                if times >> bit & 1 == 1 {
                    power = power.times(self, inner)?;
                }
            }
        }
        if exponent < 0 { Self::real(Ball::integer(1)).over(&power, p) } else { Ok(power) }
    }

    /// The magnitude.
    pub fn abs(&self, p: usize) -> Result<Ball, Trouble> {
        if self.is_real() {
            return Ok(match self.re.sign() {
                Some(Ordering::Less) => self.re.clone().negated(),
                Some(_) => self.re.clone(),
                None => self.re.around_zero(),
            });
        }
        let norm = self.norm(p + 8)?;
        match norm.sign() {
            Some(Ordering::Greater) => norm.sqrt(p),
            _ => Ok(Self { re: self.re.around_zero(), im: self.im.around_zero() }.disc()),
        }
    }

    /// A ball around zero wider than the magnitude of all in it.
    fn disc(&self) -> Ball {
        let mut ball =
            if self.re.top() >= self.im.top() { self.re.around_zero() } else { self.im.around_zero() };
        if !ball.is_exact_zero() {
            ball.exponent += 1;
        }
        ball
    }

    /// The argument, in (-π, π].
    pub fn arg(&self, p: usize, constants: &mut Constants) -> Result<Ball, Trouble> {
        if self.is_real() {
            return match self.re.sign() {
                Some(Ordering::Greater) => Ok(Ball::zero()),
                Some(Ordering::Less) => Ok(constants.pi_ball(p)),
                Some(Ordering::Equal) => Err(Trouble::Undefined),
                None => Err(Trouble::Unsure),
            };
        }
        if self.re.sign() == Some(Ordering::Greater) {
            return atan(&self.im.over(&self.re, p + 4)?, p, constants);
        }
        let quarter = |constants: &mut Constants| {
            let mut pi = constants.pi_ball(p + 4);
            pi.exponent -= 1;
            pi
        };
        let turned = |this: &Self| this.re.over(&this.im, p + 4);
        match self.im.sign() {
            Some(Ordering::Greater) => quarter(constants).minus(&atan(&turned(self)?, p + 4, constants)?, p),
            Some(Ordering::Less) => {
                quarter(constants).negated().minus(&atan(&turned(self)?, p + 4, constants)?, p)
            }
            _ => Err(Trouble::Unsure),
        }
    }

    /// The principal square root.
    pub fn sqrt(&self, p: usize) -> Outcome {
        if self.is_real() {
            match self.re.sign() {
                Some(Ordering::Greater | Ordering::Equal) => return Ok(Self::real(self.re.sqrt(p)?)),
                Some(Ordering::Less) => {
                    return Ok(Self { re: Ball::zero(), im: self.re.clone().negated().sqrt(p)? });
                }
                None => {}
            }
        }
        if self.contains_zero() {
            // Whatever branch: no larger than the root of the largest magnitude.
            let top = self.disc().top();
            let exponent = top.div_euclid(2) + 1;
            let disc = Ball { middle: dashu_int::IBig::ZERO, radius: 1, exponent };
            return Ok(Self { re: disc.clone(), im: disc });
        }
        let magnitude = self.abs(p + 8)?;
        let half = |mut ball: Ball| {
            ball.exponent -= 1;
            ball
        };
        if self.re.sign() == Some(Ordering::Greater) {
            let re = half(magnitude.plus(&self.re, p + 8)?).sqrt(p + 8)?;
            let im = half(self.im.over(&re, p)?);
            return Ok(Self { re, im });
        }
        let negative = match self.im.sign() {
            Some(Ordering::Greater) => false,
            Some(Ordering::Less) => true,
            _ => return Err(Trouble::Unsure),
        };
        let im = half(magnitude.minus(&self.re, p + 8)?).sqrt(p + 8)?;
        let im = if negative { im.negated() } else { im };
        Ok(Self { re: half(self.im.over(&im, p)?), im })
    }

    /// The exponential.
    pub fn exp(&self, p: usize, constants: &mut Constants) -> Outcome {
        let size = exp(&self.re, p + 4, constants)?;
        if self.is_real() {
            return Ok(Self::real(size));
        }
        let (cos, sin) = cos_sin(&self.im, p + 4, constants)?;
        Ok(Self { re: size.times(&cos, p)?, im: size.times(&sin, p)? })
    }

    /// The principal logarithm.
    pub fn ln(&self, p: usize, constants: &mut Constants) -> Outcome {
        if self.is_exact_zero() {
            return Err(Trouble::Undefined);
        }
        let re = if self.is_real() {
            ln(&self.abs(p)?, p, constants)?
        } else {
            let mut half = ln(&self.norm(p + 8)?, p, constants)?;
            half.exponent -= 1;
            half
        };
        Ok(Self { re, im: self.arg(p, constants)? })
    }

    /// Cosine and sine.
    pub fn cos_sin(&self, p: usize, constants: &mut Constants) -> Result<(Self, Self), Trouble> {
        if self.is_real() {
            let (cos, sin) = cos_sin(&self.re, p, constants)?;
            return Ok((Self::real(cos), Self::real(sin)));
        }
        let turned = Self { re: self.im.clone().negated(), im: self.re.clone() };
        let (plus, minus) = (turned.exp(p + 4, constants)?, turned.negated().exp(p + 4, constants)?);
        let half = |mut z: Self| {
            z.re.exponent -= 1;
            z.im.exponent -= 1;
            z
        };
        let cos = half(plus.plus(&minus, p)?);
        let twice = half(plus.minus(&minus, p)?); // i sin
        Ok((cos, Self { re: twice.im, im: twice.re.negated() }))
    }

    /// `e^z` and `e^-z`.
    pub fn exp_both(&self, p: usize, constants: &mut Constants) -> Result<(Self, Self), Trouble> {
        Ok((self.exp(p, constants)?, self.clone().negated().exp(p, constants)?))
    }
}
