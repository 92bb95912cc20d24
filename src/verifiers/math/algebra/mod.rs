//! Decides whether two expressions are the same. In: expression trees. Out: same, different or unknown,
//! each with the rule or the reason; order, sign, decimals of constants. Never: floats in a decision,
//! a guess, work past the budget.

mod algebraic;
mod angles;
mod applied;
mod ball;
mod budget;
mod calculus;
mod complex;
mod denominators;
mod draw;
mod elementary;
mod exponent;
mod exponentials;
mod functions;
mod normal;
mod numeric;
mod points;
mod poly;
pub mod rational;
mod roots;

use std::borrow::Cow;
use std::cmp::Ordering;

use std::sync::Arc;

use super::expr::{Constant, Expr, Form, MAX_DEPTH, MAX_NODES};
use ball::Trouble;
pub use budget::Budget;
#[cfg(test)]
pub use budget::taken;
use elementary::Constants;
use points::Seen;
use poly::{Atom, Atoms, Poly};
use rational::Rational;

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
    match (a, b) {
        (Expr::Number(a), Expr::Number(b)) if a == b => return Equality::Same("equal rationals"),
        (Expr::Number(_), Expr::Number(_)) => return Equality::Different("different rationals"),
        (Expr::Long(_) | Expr::Number(_), Expr::Long(_) | Expr::Number(_)) => return equal_long(a, b),
        _ => {}
    }
    if let Some(reason) = out_of_reach(a).or_else(|| out_of_reach(b)) {
        return Equality::Unknown(reason);
    }
    match (infinite(a), infinite(b)) {
        (None, None) => {}
        (Some(Infinite::Unclear), _) | (_, Some(Infinite::Unclear)) => {
            return Equality::Unknown("infinity within an expression");
        }
        (Some(a), Some(b)) if a == b => return Equality::Same("the same infinity"),
        _ => return Equality::Different("infinite and finite, or of opposite signs"),
    }
    let (Some(a), Some(b)) = (derived(a), derived(b)) else {
        return Equality::Unknown("a derivative that is not taken");
    };
    let (a, b) = (&*a, &*b);
    let constants = &mut Constants::default();
    if a == b {
        // The same tree: it only has to have a value, or one that is too large to look at.
        return match points::agree_once(a, b, constants, budget) {
            Seen::Nowhere => Equality::Unknown("has no value"),
            Seen::Unclear(points::UNSURE) => Equality::Unknown(points::UNSURE),
            _ => Equality::Same("the same expression"),
        };
    }
    // In one order, so that the budget ends at the same place whichever comes first.
    let (a, b) = if points::fingerprint(a) <= points::fingerprint(b) { (a, b) } else { (b, a) };
    decide(a, b, constants, budget)
}

/// By normal form first, by values where that does not decide.
fn decide(a: &Expr, b: &Expr, constants: &mut Constants, budget: &mut Budget) -> Equality {
    let is_constant = is_constant(a) && is_constant(b);
    // The normal form may take half of what there is: values can decide what it cannot.
    let kept = budget.steps / 2;
    budget.steps -= kept;
    let formal = normal_form(a, b, budget);
    budget.steps += kept;
    match formal {
        Ok(Formal::Zero { confirm: false }) => Equality::Same("the same normal form"),
        Ok(Formal::Zero { confirm: true }) => match points::agree_once(a, b, constants, budget) {
            Seen::Agree | Seen::Same => Equality::Same("the same normal form, confirmed by values"),
            other => points::verdict(other, is_constant),
        },
        Ok(Formal::NonZero) => Equality::Different("different normal forms"),
        Ok(Formal::Constant(difference)) => {
            let seen = points::compare_values(a, b, constants, budget);
            if matches!(seen, Seen::Different | Seen::Same | Seen::Nowhere) {
                return points::verdict(seen, true);
            }
            if let Some(turned) = angles::turned(&difference)
                && points::zero_test(&turned, constants, budget) == Seen::Same
                && angles::is_small(&difference, constants, budget)
                && points::agree_once(a, b, constants, budget) == Seen::Agree
            {
                return Equality::Same("angles whose sum turns nothing");
            }
            // The difference in normal form may be simpler, and its bound smaller.
            if points::zero_test(&difference, constants, budget) == Seen::Same
                && points::agree_once(a, b, constants, budget) == Seen::Agree
            {
                return points::verdict(Seen::Same, true);
            }
            points::verdict(seen, true)
        }
        Ok(Formal::Open) | Err(_) => {
            points::verdict(points::compare_values(a, b, constants, budget), is_constant)
        }
    }
}

/// What the normal form of a difference shows.
enum Formal {
    /// Zero; by rules that values must confirm, or without such.
    Zero { confirm: bool },
    /// Proven not to be zero.
    NonZero,
    /// A constant that is not zero by the rules alone.
    Constant(Expr),
    /// Not decided.
    Open,
}

fn normal_form(a: &Expr, b: &Expr, budget: &mut Budget) -> Result<Formal, Trouble> {
    let mut atoms = Atoms::new(budget);
    let (a, b) = (atoms.normal(a)?, atoms.normal(b)?);
    let difference = atoms.add(a, b.negated())?;
    let (difference, _) = atoms.cleared(difference)?;
    if difference.is_zero() {
        return Ok(Formal::Zero { confirm: atoms.confirm });
    }
    if atoms.is_constant(&difference) {
        if difference.to_rational().is_some() && !atoms.confirm {
            return Ok(Formal::NonZero);
        }
        return Ok(Formal::Constant(atoms.expr_of(&difference)?));
    }
    // The coefficients of each product of what is not constant.
    let mut groups: Vec<(poly::Mono, Poly)> = Vec::new();
    let mut independent = true;
    for (mono, coefficient) in difference.terms {
        let (inner, outer): (poly::Mono, poly::Mono) =
            mono.into_iter().partition(|(id, _)| atoms.is_constant_atom(*id));
        independent &= outer.iter().all(|(id, _)| matches!(atoms.atom(*id), Atom::Symbol(_)));
        let term = Poly { terms: vec![(inner, coefficient)] };
        match groups.iter().position(|(known, _)| *known == outer) {
            Some(at) => groups[at].1 = atoms.add(std::mem::take(&mut groups[at].1), term)?,
            None => groups.push((outer, term)),
        }
    }
    let mut all_zero = true;
    for (_, coefficient) in &groups {
        let zero = match coefficient.to_rational() {
            Some(value) => value.is_zero(),
            None => {
                let expr = atoms.expr_of(coefficient)?;
                match points::zero_test(&expr, &mut Constants::default(), atoms.budget) {
                    Seen::Same => true,
                    Seen::Different => false,
                    // Another coefficient may still show a difference.
                    _ => {
                        all_zero = false;
                        continue;
                    }
                }
            }
        };
        if !zero && independent && !atoms.confirm {
            return Ok(Formal::NonZero);
        }
        all_zero &= zero;
    }
    Ok(if all_zero { Formal::Zero { confirm: true } } else { Formal::Open })
}

/// Decimals too long for arithmetic, against each other and against other numbers.
fn equal_long(a: &Expr, b: &Expr) -> Equality {
    match (a, b) {
        (Expr::Long(a), Expr::Long(b)) if a == b => Equality::Same("the same digits"),
        (Expr::Long(_), Expr::Long(_)) => Equality::Different("different digits"),
        (Expr::Number(number), Expr::Long(_)) | (Expr::Long(_), Expr::Number(number)) => {
            // Shorter in every writing than any of these decimals.
            if number.bits() < 3 * Rational::MAX_DIGITS {
                Equality::Different("digits without end against few")
            } else {
                Equality::Unknown("past the budget")
            }
        }
        _ => Equality::Unknown("not a long decimal"),
    }
}

/// Why nothing can be equal to it.
fn out_of_reach(expr: &Expr) -> Option<&'static str> {
    let (depth, nodes) = expr.measure(MAX_DEPTH, MAX_NODES);
    if depth > MAX_DEPTH {
        return Some("nested too deep");
    }
    if nodes > MAX_NODES {
        return Some("too many terms");
    }
    let open = |node: &Expr| matches!(node, Expr::Bound(bound) if matches!(bound.form, Form::Integral | Form::Limit));
    calculus::any(expr, &open).then_some("an integral or a limit is not evaluated")
}

/// `expr` with every derivative taken.
fn derived(expr: &Expr) -> Option<Cow<'_, Expr>> {
    let derivative = |node: &Expr| matches!(node, Expr::Bound(bound) if bound.form == Form::Derivative);
    if !calculus::any(expr, &derivative) {
        return Some(Cow::Borrowed(expr));
    }
    let taken = calculus::replace(expr, &|_| None)?;
    (taken.depth(MAX_DEPTH) <= MAX_DEPTH).then_some(Cow::Owned(taken))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Infinite {
    Plus,
    Minus,
    /// Somewhere inside.
    Unclear,
}

fn infinite(expr: &Expr) -> Option<Infinite> {
    match expr {
        Expr::Constant(Constant::Infinity) => Some(Infinite::Plus),
        Expr::Product(factors) => {
            let mut negative = false;
            let mut found = false;
            for factor in factors {
                match factor {
                    Expr::Constant(Constant::Infinity) => found = true,
                    Expr::Number(number) if !number.is_zero() => negative ^= number.is_negative(),
                    _ if any_infinite(expr) => return Some(Infinite::Unclear),
                    _ => return None,
                }
            }
            found.then_some(if negative { Infinite::Minus } else { Infinite::Plus })
        }
        _ => any_infinite(expr).then_some(Infinite::Unclear),
    }
}

fn any_infinite(expr: &Expr) -> bool {
    calculus::any(expr, &|node| matches!(node, Expr::Constant(Constant::Infinity)))
}

/// `expr` with every free symbol renamed, so that it shares none with anything.
fn renamed(expr: &Expr) -> Option<Expr> {
    calculus::replace(expr, &|name| Some(Expr::symbol(&format!("{name}\u{2032}"))))
}

/// Whether the expressions are the same up to a constant factor that is not zero: the two sides of
/// equations `a = 0` and `b = 0`. Two constants are never proportional (`1 = 0` says nothing of `2 = 0`).
pub fn proportional(a: &Expr, b: &Expr, budget: &mut Budget) -> Equality {
    if is_constant(a) || is_constant(b) {
        return Equality::Different("a constant");
    }
    for side in [a, b] {
        match is_zero(side, budget) {
            Equality::Same(_) => return Equality::Different("zero everywhere"),
            Equality::Unknown(reason) => return Equality::Unknown(reason),
            Equality::Different(_) => {}
        }
    }
    // a(x)/b(x) is constant if and only if a(x) b(y) = a(y) b(x).
    let (Some(other_a), Some(other_b)) = (renamed(a), renamed(b)) else {
        return Equality::Unknown("a bound variable");
    };
    equal(&a.clone().times(other_b), &other_a.times(b.clone()), budget)
}

/// Whether the expressions differ by a constant (`+C`). Two constants always do.
pub fn differs_by_constant(a: &Expr, b: &Expr, budget: &mut Budget) -> Equality {
    let (Some(other_a), Some(other_b)) = (renamed(a), renamed(b)) else {
        return Equality::Unknown("a bound variable");
    };
    // a(x) - b(x) is constant if and only if a(x) + b(y) = a(y) + b(x).
    equal(&a.clone().plus(other_b), &other_a.plus(b.clone()), budget)
}

/// Whether the expression is zero everywhere.
pub fn is_zero(a: &Expr, budget: &mut Budget) -> Equality {
    equal(a, &Expr::integer(0), budget)
}

/// The order of two real constants (infinities included), if proven.
pub fn compare(a: &Expr, b: &Expr, budget: &mut Budget) -> Option<Ordering> {
    if let (Expr::Number(a), Expr::Number(b)) = (a, b) {
        return Some(a.cmp(b));
    }
    if out_of_reach(a).is_some() || out_of_reach(b).is_some() || !is_constant(a) || !is_constant(b) {
        return None;
    }
    let rank = |expr: &Expr| match infinite(expr) {
        None => Some(0),
        Some(Infinite::Plus) => Some(1),
        Some(Infinite::Minus) => Some(-1),
        Some(Infinite::Unclear) => None,
    };
    match (rank(a)?, rank(b)?) {
        (0, 0) => {}
        (a, b) => return Some(a.cmp(&b)),
    }
    if a == b {
        return Some(Ordering::Equal);
    }
    let constants = &mut Constants::default();
    if let Some(sign) = points::sign_of(&a.clone().minus(b.clone()), constants, budget) {
        return Some(sign);
    }
    matches!(equal(a, b, budget), Equality::Same(_)).then_some(Ordering::Equal)
}

/// The sign of a real constant, if proven.
pub fn sign(a: &Expr, budget: &mut Budget) -> Option<Ordering> {
    compare(a, &Expr::integer(0), budget)
}

/// A real constant enclosed to a width of at most `10^-digits` (digits after the point, so the
/// precision is absolute); `None` for what is not a real constant or is past the budget.
pub fn evaluate(a: &Expr, digits: usize, budget: &mut Budget) -> Option<Enclosure> {
    if let Expr::Number(number) = a {
        return Some(Enclosure { low: number.clone(), high: number.clone() });
    }
    if out_of_reach(a).is_some() || !is_constant(a) || digits > 2_000 {
        return None;
    }
    let bits = digits * 10 / 3 + 2;
    let width = Rational::from(10).power(-(digits as i64), 20_000)?;
    let constants = &mut Constants::default();
    let mut precision = bits + 32;
    for _ in 0..4 {
        match points::constant_value(a, precision, constants, budget) {
            Ok((value, _)) => {
                if !value.im.contains_zero() {
                    return None;
                }
                let top = value.re.top();
                let (low, high) = value.re.ends()?;
                if high.minus(&low) <= width {
                    return value.is_real().then_some(Enclosure { low, high });
                }
                precision = precision * 2 + usize::try_from(top.clamp(0, 10_000)).ok()?;
            }
            Err(Trouble::Unsure) => precision *= 2,
            Err(_) => return None,
        }
    }
    None
}

/// Whether `test` holds of any node.
pub fn any(a: &Expr, test: &impl Fn(&Expr) -> bool) -> bool {
    calculus::any(a, test)
}

/// Whether no free symbol occurs.
pub fn is_constant(a: &Expr) -> bool {
    calculus::free_symbols(a).is_empty()
}

/// The names of the free symbols, sorted, without repeats.
pub fn free_symbols(a: &Expr) -> Vec<Arc<str>> {
    calculus::free_symbols(a).into_iter().collect()
}

/// `a` with every free `symbol` replaced by `value`; `None` if the result is nested too deep or a bound
/// variable would take the value's symbol for itself.
pub fn substitute(a: &Expr, symbol: &str, value: &Expr) -> Option<Expr> {
    let result = calculus::replace(a, &|name| (name == symbol).then(|| value.clone()))?;
    (result.depth(MAX_DEPTH) <= MAX_DEPTH).then_some(result)
}

/// The derivative; `None` where a function has none here (floor, named functions, integrals).
pub fn derivative(a: &Expr, symbol: &str) -> Option<Expr> {
    if out_of_reach(a).is_some() {
        return None;
    }
    calculus::derivative(a, symbol)
}

/// The expression for `symbol` in `a = 0`, if `a` is proven linear in it.
pub fn solve_linear(a: &Expr, symbol: &str, budget: &mut Budget) -> Option<Expr> {
    let slope = derivative(a, symbol)?;
    let second = derivative(&slope, symbol)?;
    if !matches!(is_zero(&second, budget), Equality::Same(_)) {
        return None;
    }
    let zero = Expr::integer(0);
    let slope = substitute(&slope, symbol, &zero)?;
    if !matches!(is_zero(&slope, budget), Equality::Different(_)) {
        return None;
    }
    Some(substitute(a, symbol, &zero)?.negated().over(slope))
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod fuzz;
