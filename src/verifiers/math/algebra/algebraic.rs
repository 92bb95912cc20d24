//! The zero test of algebraic numbers. In: a constant built of rationals, roots, the imaginary unit and
//! trigonometric functions of rational parts of π. Out: how small it can be without being zero. Never:
//! a bound for what it does not know.
//!
//! The bound is that of Burnikel, Fleischer, Mehlhorn and Schirra ("A separation bound for real algebraic
//! expressions", ESA 2001): a number is written U/L with U and L algebraic integers in a field of degree D
//! whose conjugates are at most u and l in magnitude. The norm of U is a whole number, so U is zero or at
//! least u^(1-D), and the number zero or at least u^(1-D)/l. Nothing in it needs the reals: a root of unity
//! is an algebraic integer whose conjugates all have magnitude 1, and adds its field's degree to D.

use dashu_int::ops::BitTest;

use super::numeric::literal;
use super::rational::Rational;
use crate::verifiers::math::expr::{Constant, Expr, Function};

/// Bounds in bits, rounded up.
#[derive(Debug, Clone, Copy)]
struct Measure {
    over: f64,
    under: f64,
}

struct Field<'a> {
    /// Every distinct root taken: what of and which.
    roots: Vec<(&'a Expr, i64)>,
    degree: f64,
    /// All roots of unity used are of this order.
    order: u64,
}

/// The number is zero if its magnitude is below two to the minus this; `None` if it is not known to be
/// algebraic, or the bound is beyond use.
pub fn separation_bits(expr: &Expr) -> Option<usize> {
    let mut field = Field { roots: Vec::new(), degree: 1.0, order: 1 };
    let measure = field.measure(expr)?;
    let degree = field.degree * totient(field.order) as f64;
    let bits = measure.over * (degree - 1.0) + measure.under;
    // The sums of logarithms below are off by far less than a part in a million.
    (bits < 1e6).then(|| (bits * 1.000_001) as usize + 4)
}

fn totient(n: u64) -> u64 {
    (1..=n).filter(|k| gcd(*k, n) == 1).count() as u64
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn log_sum(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    high + (1.0 + (low - high).exp2()).log2() + 1e-9
}

fn of_rational(number: &Rational) -> Measure {
    // Powers of two and one have exact logarithms, the rest is rounded up to whole bits.
    let bits = |length: usize, power: bool| (length.saturating_sub(usize::from(power))) as f64;
    let over = number.numerator();
    let power = over.trailing_zeros().is_none_or(|zeros| zeros + 1 == over.bit_len());
    let under = number.denominator();
    let whole = under.trailing_zeros().is_none_or(|zeros| zeros + 1 == under.bit_len());
    Measure { over: bits(over.bit_len(), power), under: bits(under.bit_len(), whole) }
}

impl<'a> Field<'a> {
    fn measure(&mut self, expr: &'a Expr) -> Option<Measure> {
        match expr {
            Expr::Number(number) => Some(of_rational(number)),
            Expr::Constant(Constant::I) => self.unity(4),
            Expr::Sum(terms) => {
                let mut sum = Measure { over: f64::NEG_INFINITY, under: 0.0 };
                for term in terms {
                    let term = self.measure(term)?;
                    // Whole numbers need no common denominator.
                    sum = Measure {
                        over: log_sum(sum.over + term.under, sum.under + term.over),
                        under: sum.under + term.under,
                    };
                }
                Some(Measure { over: sum.over.max(0.0), under: sum.under })
            }
            Expr::Product(factors) => {
                let mut product = Measure { over: 0.0, under: 0.0 };
                for factor in factors {
                    let factor = self.measure(factor)?;
                    product.over += factor.over;
                    product.under += factor.under;
                }
                Some(product)
            }
            Expr::Power(pair) => {
                if matches!(pair.0, Expr::Constant(Constant::E)) {
                    return self.unity(turn_order(&pair.1)?);
                }
                let exponent = literal(&pair.1)?;
                let (over, under) = exponent.to_small()?;
                self.power(&pair.0, over, under)
            }
            Expr::Apply(Function::Root, arguments) => {
                let index = literal(arguments.get(1)?)?.to_i64()?;
                if index <= 0 {
                    return None;
                }
                self.power(arguments.first()?, 1, index)
            }
            Expr::Apply(function, arguments) => {
                use Function as F;
                if !matches!(function, F::Sin | F::Cos | F::Tan | F::Cot | F::Sec | F::Csc) {
                    return None;
                }
                // 2 cos and 2 sin are sums of two roots of unity (of the order times four, for the i).
                let order = part_of_pi(arguments.first()?)?;
                self.unity(order.checked_mul(2)?)?;
                self.unity(4)?;
                Some(Measure { over: 1.0, under: 1.0 })
            }
            _ => None,
        }
    }

    fn unity(&mut self, order: u64) -> Option<Measure> {
        let order = self.order / gcd(self.order, order) * order;
        if order > 2_000 {
            return None;
        }
        self.order = order;
        Some(Measure { over: 0.0, under: 0.0 })
    }

    fn power(&mut self, base: &'a Expr, over: i64, under: i64) -> Option<Measure> {
        let mut measure = self.measure(base)?;
        if under > 1 {
            if !self.roots.iter().any(|(of, index)| *index == under && *of == base) {
                self.roots.push((base, under));
                self.degree *= under as f64;
                if self.degree > 1e6 {
                    return None;
                }
            }
            let (u, l, k) = (measure.over, measure.under, under as f64);
            measure = if u >= l {
                Measure { over: (u + (k - 1.0) * l) / k, under: l }
            } else {
                Measure { over: u, under: ((k - 1.0) * u + l) / k }
            };
        }
        let times = over.unsigned_abs() as f64;
        let (over_bits, under_bits) = (measure.over * times, measure.under * times);
        Some(if over < 0 {
            Measure { over: under_bits, under: over_bits }
        } else {
            Measure { over: over_bits, under: under_bits }
        })
    }
}

/// `q` for `q π`.
pub fn multiple_of_pi(expr: &Expr) -> Option<Rational> {
    match expr {
        Expr::Number(number) if number.is_zero() => Some(Rational::zero()),
        Expr::Constant(Constant::Pi) => Some(Rational::one()),
        Expr::Product(factors) => {
            let mut seen = None;
            let mut rest = Rational::one();
            for factor in factors {
                match multiple_of_pi(factor) {
                    Some(multiple) if seen.is_none() && !multiple.is_zero() => seen = Some(multiple),
                    _ => rest = rest.times(&literal(factor)?),
                }
            }
            Some(rest.times(&seen?))
        }
        Expr::Sum(terms) => {
            terms.iter().try_fold(Rational::zero(), |sum, term| Some(sum.plus(&multiple_of_pi(term)?)))
        }
        _ => None,
    }
}

/// The denominator of the argument as a part of π.
fn part_of_pi(expr: &Expr) -> Option<u64> {
    u64::try_from(multiple_of_pi(expr)?.denominator()).ok().filter(|order| *order <= 1_000)
}

/// The order of the root of unity `e^(i π q)` for the exponent `i π q`.
fn turn_order(exponent: &Expr) -> Option<u64> {
    let Expr::Product(factors) = exponent else { return None };
    let at = factors.iter().position(|factor| matches!(factor, Expr::Constant(Constant::I)))?;
    let mut rest = factors.clone();
    rest.remove(at);
    part_of_pi(&Expr::Product(rest))?.checked_mul(2)
}
