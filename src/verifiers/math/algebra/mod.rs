//! Decides whether two expressions are the same. In: expression trees. Out: same, different or unknown,
//! each with the rule or the reason; order, sign, decimals of constants. Never: floats in a decision,
//! a guess, work past the budget.

pub mod rational;

use std::cmp::Ordering;

use super::expr::Expr;
use rational::Rational;

/// What a comparison may cost. Counted, not timed, so that a verdict does not depend on the machine.
#[derive(Debug, Clone)]
pub struct Budget {
    /// Steps of any kind left: terms multiplied, numbers evaluated, nodes visited.
    pub steps: usize,
    /// Bits that an exact number may have.
    pub bits: usize,
    /// Terms that a polynomial may have.
    pub terms: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: 20_000, bits: 24_000, terms: 2_000 }
    }
}

/// The outcome of a comparison. The text names the rule that decided, or why nothing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Equality {
    /// Proven the same where both are defined, or the same at many points without a counter-example.
    Same(&'static str),
    /// Proven different.
    Different(&'static str),
    /// Not decided.
    Unknown(&'static str),
}

/// A decimal enclosure of a real constant: `low <= value <= high`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Not above the value.
    pub low: Rational,
    /// Not below the value.
    pub high: Rational,
}

/// Whether `a` and `b` are the same, as numbers or as functions of their symbols (which are real unless
/// complex functions occur). Symmetric.
pub fn equal(a: &Expr, b: &Expr, budget: &mut Budget) -> Equality {
    let _ = budget;
    match (a, b) {
        (Expr::Number(a), Expr::Number(b)) if a == b => Equality::Same("equal rationals"),
        (Expr::Number(_), Expr::Number(_)) => Equality::Different("different rationals"),
        _ => Equality::Unknown("not yet"),
    }
}

/// Whether the expressions are the same up to a constant factor that is not zero: the two sides of
/// equations `a = 0` and `b = 0`. Two constants are never proportional (`1 = 0` says nothing of `2 = 0`).
pub fn proportional(a: &Expr, b: &Expr, budget: &mut Budget) -> Equality {
    let _ = (a, b, budget);
    Equality::Unknown("not yet")
}

/// Whether the expressions differ by a constant (`+C`). Two constants always do.
pub fn differs_by_constant(a: &Expr, b: &Expr, budget: &mut Budget) -> Equality {
    let _ = (a, b, budget);
    Equality::Unknown("not yet")
}

/// Whether the expression is zero everywhere.
pub fn is_zero(a: &Expr, budget: &mut Budget) -> Equality {
    equal(a, &Expr::integer(0), budget)
}

/// The order of two real constants (infinities included), if proven.
pub fn compare(a: &Expr, b: &Expr, budget: &mut Budget) -> Option<Ordering> {
    let _ = (a, b, budget);
    None
}

/// The sign of a real constant, if proven.
pub fn sign(a: &Expr, budget: &mut Budget) -> Option<Ordering> {
    compare(a, &Expr::integer(0), budget)
}

/// The value, if it is proven to be rational.
pub fn to_rational(a: &Expr, budget: &mut Budget) -> Option<Rational> {
    let _ = budget;
    match a {
        Expr::Number(number) => Some(number.clone()),
        _ => None,
    }
}

/// A real constant enclosed to a width of at most `10^-digits` (digits after the point, so the
/// precision is absolute); `None` for what is not a real constant or is past the budget.
pub fn evaluate(a: &Expr, digits: usize, budget: &mut Budget) -> Option<Enclosure> {
    let _ = (a, digits, budget);
    None
}

/// Whether no free symbol occurs.
pub fn is_constant(a: &Expr) -> bool {
    free_symbols(a).is_empty()
}

/// The names of the free symbols, sorted, without repeats.
pub fn free_symbols(a: &Expr) -> Vec<std::sync::Arc<str>> {
    let _ = a;
    Vec::new()
}

/// `a` with every free `symbol` replaced by `value`; `None` if the result is nested too deep.
pub fn substitute(a: &Expr, symbol: &str, value: &Expr) -> Option<Expr> {
    let _ = (symbol, value);
    Some(a.clone())
}

/// The derivative; `None` where a function has none here (floor, named functions, integrals).
pub fn derivative(a: &Expr, symbol: &str) -> Option<Expr> {
    let _ = (a, symbol);
    None
}

/// The expression for `symbol` in `a = 0`, if `a` is linear in it.
pub fn solve_linear(a: &Expr, symbol: &str, budget: &mut Budget) -> Option<Expr> {
    let _ = (a, symbol, budget);
    None
}
