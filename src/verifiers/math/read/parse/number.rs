//! Reads numbers. In: literals. Out: exact values of decimals, repeating and scientific ones, digits in a base,
//! mixed numbers. Never: a power of ten too large to be built.

use super::super::super::algebra::rational::Rational;
use super::super::super::expr::Expr;
use super::super::lex::{Literal, Mark, Tok};
use super::{Parsed, Parser, Stop};

/// Digits of the exponent in `1.5e8`: larger powers of ten are not built.
const MAX_EXPONENT: i64 = 4_000;

/// The number that `literal` writes.
pub(in super::super) fn literal(literal: &Literal) -> Parsed {
    let whole = if literal.whole.is_empty() { "0" } else { &literal.whole };
    let fraction = literal.fraction.as_deref().unwrap_or("");
    let mut expr = if fraction.is_empty() {
        Expr::decimal(whole)
    } else {
        Expr::decimal(&format!("{whole}.{fraction}"))
    }
    .ok_or(Stop::Size)?;
    if let Some(repeating) = &literal.repeating {
        if repeating.len() + fraction.len() > 200 {
            return Err(Stop::Size);
        }
        // 0.1(36) is 0.1 + 36 / 990.
        let under = "9".repeat(repeating.len()) + &"0".repeat(fraction.len());
        let (over, under) =
            (Expr::decimal(repeating).ok_or(Stop::Size)?, Expr::decimal(&under).ok_or(Stop::Size)?);
        expr = match (expr, over.over(under)) {
            (Expr::Number(a), Expr::Number(b)) => Expr::Number(a.plus(&b)),
            (a, b) => a.plus(b),
        };
    }
    if let Some(exponent) = literal.exponent {
        if exponent.abs() > MAX_EXPONENT {
            return Err(Stop::Size);
        }
        let power =
            Expr::decimal(&format!("1{}", "0".repeat(exponent.unsigned_abs() as usize))).ok_or(Stop::Size)?;
        expr = match (expr, power) {
            (Expr::Number(a), Expr::Number(b)) if exponent >= 0 => Expr::Number(a.times(&b)),
            (Expr::Number(a), Expr::Number(b)) => Expr::Number(a.over(&b)),
            _ => return Err(Stop::Size),
        };
    }
    Ok(expr)
}

impl Parser {
    /// A number, or a mixed number that begins with it.
    pub(super) fn number(&mut self, number: &Literal) -> Parsed {
        let value = literal(number)?;
        let whole = number.fraction.is_none() && number.exponent.is_none();
        if !whole {
            return Ok(value);
        }
        let start = self.at;
        let fraction = match self.peek() {
            Some(Tok::Mark(Mark::Frac)) => {
                self.at += 1;
                let over = self.argument(true).ok();
                let under = over.as_ref().and_then(|_| self.argument(true).ok());
                over.zip(under)
            }
            // `3 1/2`, not `3 1/2x` nor `3 1`.
            Some(Tok::Number(over)) if self.tokens[self.at].spaced && over.fraction.is_none() => {
                let over = literal(&over.clone()).ok();
                match (self.peek_at(1), self.peek_at(2)) {
                    (Some(Tok::Op('/')), Some(Tok::Number(under))) => {
                        let under = literal(&under.clone()).ok();
                        self.at += 3;
                        over.zip(under)
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        if let (Expr::Number(whole), Some((Expr::Number(over), Expr::Number(under)))) = (&value, fraction)
            && over.is_integer()
            && under.is_integer()
            && over.signum() > 0
            && over < under
        {
            return Ok(Expr::Number(whole.plus(&over.over(&under))));
        }
        self.at = start;
        Ok(value)
    }
}

/// The value of `digits` in the base `base`; `None` if they are no digits of that base.
pub(super) fn in_base(digits: &Literal, base: &Expr) -> Option<Expr> {
    let Expr::Number(base) = base else { return None };
    let base: u32 = base.to_string().parse().ok().filter(|base| (2..=36).contains(base))?;
    if digits.exponent.is_some() || digits.repeating.is_some() {
        return None;
    }
    value_in_base(&digits.whole, digits.fraction.as_deref().unwrap_or(""), base).map(Expr::Number)
}

/// The value of a whole part and a fraction in `base`.
pub(in super::super) fn value_in_base(whole: &str, fraction: &str, base: u32) -> Option<Rational> {
    if whole.len() + fraction.len() > 400 {
        return None;
    }
    let radix = Rational::from(i64::from(base));
    let mut value = Rational::zero();
    let mut scale = Rational::one();
    for digit in whole.chars().chain(fraction.chars()) {
        value = value.times(&radix).plus(&Rational::from(i64::from(digit.to_digit(base)?)));
    }
    for _ in fraction.chars() {
        scale = scale.times(&radix);
    }
    Some(value.over(&scale))
}
