//! Sums of angles: rational multiples of π and of inverse trigonometric functions of algebraic numbers. In:
//! such a sum. Out: the algebraic number that is zero if and only if the sum is a whole number of turns.
//! Never: a claim about the sum itself; that needs its value to be near zero too.

use super::Budget;
use super::algebraic::{multiple_of_pi, separation_bits};
use super::elementary::Constants;
use super::points;
use super::rational::Rational;
use crate::verifiers::math::expr::{Constant, Expr, Function};

/// Multiples and denominators above this are not turned.
const MAX_TIMES: i64 = 24;
/// The sum is multiplied by at most this to clear its denominators, so it must be nearer to zero than a
/// full turn divided by it.
const MAX_UNDER: i64 = 24;

/// `e^(i n s) - 1` for the sum of angles `s` and the least common denominator `n` of its coefficients.
pub fn turned(sum: &Expr) -> Option<Expr> {
    let terms = match sum {
        Expr::Sum(terms) => terms.as_slice(),
        other => std::slice::from_ref(other),
    };
    let parts: Option<Vec<_>> = terms.iter().map(angle).collect();
    let parts = parts?;
    let mut under = 1i64;
    for (coefficient, _) in &parts {
        let (_, more) = coefficient.to_small()?;
        let mut common = (under, more);
        while common.1 != 0 {
            common = (common.1, common.0 % common.1);
        }
        under = under.checked_mul(more / common.0).filter(|under| *under <= MAX_UNDER)?;
    }
    let one = || Expr::integer(1);
    let i = || Expr::Constant(Constant::I);
    let mut factors = Vec::new();
    for (coefficient, of) in parts {
        let times = coefficient.times(&Rational::from(under)).to_i64()?;
        if times.abs() > MAX_TIMES {
            return None;
        }
        let turn = match of {
            None => {
                // Whole multiples of π.
                factors.push(Expr::integer(if times % 2 == 0 { 1 } else { -1 }));
                continue;
            }
            Some((Function::Arctan, x)) => {
                let length = one().plus(x.clone().power(Expr::integer(2))).sqrt();
                one().plus(i().times(x.clone())).over(length)
            }
            Some((_, x)) => {
                let cosine = one().minus(x.clone().power(Expr::integer(2))).sqrt();
                cosine.plus(i().times(x.clone()))
            }
        };
        factors.push(turn.power(Expr::integer(times)));
    }
    let turned = Expr::Product(factors).minus(one());
    separation_bits(&turned).is_some().then_some(turned)
}

/// Coefficient, and the function and its argument, or nothing for π.
fn angle(term: &Expr) -> Option<(Rational, Option<(Function, &Expr)>)> {
    if let Some(multiple) = multiple_of_pi(term) {
        return Some((multiple, None));
    }
    let (coefficient, call) = match term {
        Expr::Product(factors) => match factors.as_slice() {
            [Expr::Number(coefficient), call] => (coefficient.clone(), call),
            _ => return None,
        },
        call => (Rational::one(), call),
    };
    match call {
        Expr::Apply(function @ (Function::Arctan | Function::Arcsin), arguments) => {
            Some((coefficient, Some((function.clone(), arguments.first()?))))
        }
        _ => None,
    }
}

/// Whether the sum is proven to be less than a turn divided by [`MAX_UNDER`] from zero.
pub fn is_small(sum: &Expr, constants: &mut Constants, budget: &mut Budget) -> bool {
    points::constant_value(sum, 96, constants, budget).is_ok_and(|(value, _)| value.top() < -8)
}
