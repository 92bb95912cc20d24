//! Compares two expressions by their values. In: two expressions, a budget. Out: a proven difference, a
//! proven equality of algebraic constants, or agreement at many points. Never: a difference that is not
//! proven by disjoint enclosures; agreement at a precision that some number on the way could outrun.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::algebraic::separation_bits;
use super::ball::Trouble;
use super::calculus::{any, free_symbols};
use super::complex::Complex;
use super::draw::{Stream, coordinate, landmarks, on_pieces};
use super::elementary::Constants;
use super::numeric::{Domain, Evaluator, literal};
use super::{Budget, Equality};
use crate::verifiers::math::expr::{Constant, Expr, Function};

/// Bits that two values must agree to beyond the largest and smallest number on the way.
const AGREEMENT: u64 = 96;
/// Points at which two functions must agree. At one random point of 20 bits a polynomial identity of
/// degree 1000 that is false holds with a chance below 2^-10; ten of them below 2^-100.
const ENOUGH: usize = 10;
/// Points at which functions made of pieces must agree: sixteen of every size and sign, and both sides of four numbers.
const ENOUGH_PIECES: usize = 32;
/// Points that confirm a normal form: a rule used on the wrong branch shows at once, in the leading bits.
const CONFIRMING: usize = 6;
/// Functions of more symbols are not looked at.
const MAX_SYMBOLS: usize = 40;
/// Points tried.
const TRIED: usize = 64;
/// Precisions past this are not tried.
const MAX_PRECISION: usize = 4_000;
/// Precisions past this are not tried for the separation bound of an algebraic number.
const MAX_SEPARATION: usize = 12_000;

/// The reason given where a value was not told apart from none.
pub const UNSURE: &str = "perhaps a division by zero, or on a branch cut";

/// What the values show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Proven different.
    Different,
    /// Proven the same constant.
    Same,
    /// The same at many points, or to many digits for a constant.
    Agree,
    /// No value where one was looked for.
    Nowhere,
    /// Not told.
    Unclear(&'static str),
}

/// The value of a constant.
pub fn constant_value(
    expr: &Expr,
    precision: usize,
    constants: &mut Constants,
    budget: &mut Budget,
) -> Result<(Complex, u64), Trouble> {
    let mut evaluator =
        Evaluator { precision, domain: Domain::Complex, values: Vec::new(), constants, budget, extent: 0 };
    let value = evaluator.value(expr)?;
    Ok((value, evaluator.extent))
}

fn unclear(trouble: Trouble) -> Seen {
    match trouble {
        Trouble::Undefined => Seen::Nowhere,
        Trouble::Unsure => Seen::Unclear(UNSURE),
        Trouble::Ambiguous => Seen::Unclear("a root of a negative number has two readings"),
        Trouble::Unsupported => Seen::Unclear("a form without a numeric value"),
        Trouble::TooMuch => Seen::Unclear("past the budget"),
    }
}

/// Whether the constant is zero.
pub fn zero_test(expr: &Expr, constants: &mut Constants, budget: &mut Budget) -> Seen {
    let mut precision = 96;
    let separation = separation_bits(expr);
    loop {
        let (value, extent) = match constant_value(expr, precision, constants, budget) {
            Ok(found) => found,
            Err(Trouble::Unsure) if precision < 800 => {
                precision *= 2;
                continue;
            }
            Err(trouble) => return unclear(trouble),
        };
        if !value.contains_zero() {
            return Seen::Different;
        }
        if value.is_exact_zero() {
            return Seen::Same;
        }
        let top = value.top();
        if let Some(bits) = separation {
            if top < -(bits as i64) {
                return Seen::Same;
            }
            if bits > MAX_SEPARATION {
                // Too far to prove equality: a difference may still show.
                if precision >= 1_000 {
                    return Seen::Unclear("an algebraic number of too high a degree");
                }
            } else if precision >= 384 || bits < 384 {
                // Straight to where the bound decides, with what is lost on the way added.
                let lost = (top + precision as i64).max(0) as usize;
                precision = (bits + lost + 64).max(2 * precision);
                continue;
            }
        } else if precision as u64 >= AGREEMENT + 2 * extent + 200 {
            let close = top < -((AGREEMENT + 2 * extent) as i64);
            return if close { Seen::Agree } else { Seen::Unclear("not told apart at high precision") };
        }
        precision *= 2;
        if separation.is_none() && precision > MAX_PRECISION {
            return Seen::Unclear("not told apart at high precision");
        }
    }
}

/// Compares values: once for constants, at many points for functions.
pub fn compare_values(a: &Expr, b: &Expr, constants: &mut Constants, budget: &mut Budget) -> Seen {
    let mut symbols = free_symbols(a);
    symbols.extend(free_symbols(b));
    if symbols.is_empty() {
        return zero_test(&a.clone().minus(b.clone()), constants, budget);
    }
    at_points(a, b, &symbols, None, constants, budget)
}

/// Whether `a` and `b` have values somewhere and none that differ: at one point.
pub fn agree_once(a: &Expr, b: &Expr, constants: &mut Constants, budget: &mut Budget) -> Seen {
    let mut symbols = free_symbols(a);
    symbols.extend(free_symbols(b));
    if !symbols.is_empty() {
        return at_points(a, b, &symbols, Some(CONFIRMING), constants, budget);
    }
    for precision in [96, 400] {
        match (
            constant_value(a, precision, constants, budget),
            constant_value(b, precision, constants, budget),
        ) {
            (Ok((a, _)), Ok((b, _))) => return if a.apart_from(&b) { Seen::Different } else { Seen::Agree },
            (Err(Trouble::Unsure), _) | (_, Err(Trouble::Unsure)) => {}
            (Err(trouble), _) | (_, Err(trouble)) => return unclear(trouble),
        }
    }
    Seen::Unclear(UNSURE)
}

/// A hash of the tree, the same in every run.
pub fn fingerprint(expr: &Expr) -> u64 {
    let mut hasher = DefaultHasher::new();
    expr.hash(&mut hasher);
    hasher.finish()
}

fn at_points(
    a: &Expr,
    b: &Expr,
    symbols: &BTreeSet<Arc<str>>,
    confirming: Option<usize>,
    constants: &mut Constants,
    budget: &mut Budget,
) -> Seen {
    if symbols.len() > MAX_SYMBOLS {
        return Seen::Unclear("too many symbols");
    }
    let over_complex = |expr: &Expr| {
        any(expr, &|node| {
            matches!(
                node,
                Expr::Constant(Constant::I)
                    | Expr::Apply(Function::Re | Function::Im | Function::Conj | Function::Arg, _)
            )
        })
    };
    let over_whole = |expr: &Expr| {
        any(expr, &|node| match node {
            Expr::Apply(
                Function::Factorial
                | Function::DoubleFactorial
                | Function::Binomial
                | Function::Gcd
                | Function::Lcm,
                _,
            ) => true,
            Expr::Power(pair) => {
                literal(&pair.0).is_some_and(|base| base.is_negative()) && literal(&pair.1).is_none()
            }
            _ => false,
        })
    };
    // Functions made of pieces, which may agree on one of them: |x - 23| is 23 - x up to 23.
    let over_pieces = |expr: &Expr| {
        any(expr, &|node| match node {
            Expr::Apply(
                Function::Abs
                | Function::Sign
                | Function::Min
                | Function::Max
                | Function::Mod
                | Function::Floor
                | Function::Ceil
                | Function::Root,
                _,
            ) => true,
            Expr::Power(pair) => {
                !matches!(pair.0, Expr::Number(_) | Expr::Symbol(_))
                    && literal(&pair.1).is_some_and(|exponent| !exponent.is_integer())
            }
            _ => false,
        })
    };
    // Functions that jump, mostly at whole numbers.
    let over_steps = |expr: &Expr| {
        any(expr, &|node| {
            matches!(
                node,
                Expr::Apply(
                    Function::Floor
                        | Function::Ceil
                        | Function::Mod
                        | Function::Sign
                        | Function::Min
                        | Function::Max,
                    _
                )
            )
        })
    };
    let steps = over_steps(a) || over_steps(b);
    let pieces = over_pieces(a) || over_pieces(b);
    let enough = match confirming {
        // A rule that holds on one piece must be seen on the others.
        Some(confirming) => {
            if pieces {
                confirming.max(ENOUGH_PIECES)
            } else {
                confirming
            }
        }
        None if pieces => ENOUGH_PIECES,
        None if steps => 2 * ENOUGH,
        None => ENOUGH,
    };
    let complex = over_complex(a) || over_complex(b);
    let whole = over_whole(a) || over_whole(b);
    let domain = if complex { Domain::Complex } else { Domain::Real };
    let mut stream = Stream::new(a, b);
    let mut marks = Vec::new();
    landmarks(a, &mut marks);
    landmarks(b, &mut marks);
    marks.sort_unstable();
    let mut agreed = 0;
    let mut last = Seen::Nowhere;
    let mut precision = 96;
    for index in 0..TRIED {
        let is_whole = whole || (steps && index % 4 == 3);
        let values = symbols
            .iter()
            .map(|symbol| {
                let at = if pieces && !is_whole && !complex {
                    on_pieces(index, symbols.len() == 1, &marks, &mut stream)
                } else {
                    coordinate(index, is_whole, complex, &marks, &mut stream)
                };
                (symbol.clone(), at)
            })
            .collect();
        let point = Point { values, domain, confirming: confirming.is_some() };
        match one_point(a, b, &point, &mut precision, constants, budget) {
            Seen::Different => return Seen::Different,
            Seen::Agree => {
                agreed += 1;
                if agreed >= enough {
                    return Seen::Agree;
                }
            }
            Seen::Unclear("past the budget") if budget.steps == 0 => return Seen::Unclear("past the budget"),
            other => last = other,
        }
    }
    match last {
        Seen::Nowhere if pieces && agreed >= confirming.unwrap_or(ENOUGH) => Seen::Agree,
        Seen::Nowhere if agreed > 0 => Seen::Unclear("too few points in the domain of both"),
        other => other,
    }
}

/// Where two expressions are compared.
struct Point {
    values: Vec<(Arc<str>, Complex)>,
    domain: Domain,
    /// Whether the normal forms are the same, so that any difference would be large.
    confirming: bool,
}

fn one_point(
    a: &Expr,
    b: &Expr,
    point: &Point,
    precision: &mut usize,
    constants: &mut Constants,
    budget: &mut Budget,
) -> Seen {
    loop {
        let mut evaluator = Evaluator {
            precision: *precision,
            domain: point.domain,
            values: point.values.clone(),
            constants: &mut *constants,
            budget: &mut *budget,
            extent: 0,
        };
        let found = evaluator.value(a).and_then(|a| Ok((a, evaluator.value(b)?)));
        let extent = evaluator.extent;
        match found {
            Ok((a, b)) => {
                if a.apart_from(&b) {
                    return Seen::Different;
                }
                if point.confirming && tight(&a) && tight(&b) {
                    return Seen::Agree;
                }
                let need = AGREEMENT + 2 * extent;
                let Ok(difference) = a.minus(&b, *precision) else { return Seen::Unclear("past the budget") };
                if difference.top() < -(need as i64) {
                    return Seen::Agree;
                }
                let want = need as usize + 64 + 2 * extent as usize;
                if want > MAX_PRECISION || *precision > 2 * want {
                    return Seen::Unclear("not told apart at high precision");
                }
                *precision = want.max(*precision * 3 / 2);
            }
            Err(Trouble::Unsure) if *precision < 300 => *precision = 300,
            Err(trouble) => return unclear(trouble),
        }
    }
}

/// Whether the enclosure is narrower than a millionth, of one or of itself.
fn tight(value: &Complex) -> bool {
    let limit = value.top().max(0) - 20;
    [&value.re, &value.im].into_iter().all(|part| part.error_top().is_none_or(|error| error < limit))
}

/// The sign of a real constant.
pub fn sign_of(expr: &Expr, constants: &mut Constants, budget: &mut Budget) -> Option<Ordering> {
    let mut precision = 96;
    while precision <= MAX_PRECISION {
        match constant_value(expr, precision, constants, budget) {
            Ok((value, _)) => {
                if !value.im.contains_zero() {
                    return None;
                }
                if let Some(sign) = value.re.sign() {
                    // A real part alone says nothing unless the number is real.
                    let real = value.is_real() || {
                        let im = Expr::apply(Function::Im, expr.clone());
                        let conjugate = expr.clone().minus(Expr::apply(Function::Conj, expr.clone()));
                        matches!(zero_test(&im, constants, budget), Seen::Same)
                            || matches!(zero_test(&conjugate, constants, budget), Seen::Same)
                    };
                    return real.then_some(sign);
                }
                if precision == 96 && zero_test(expr, constants, budget) == Seen::Same {
                    return Some(Ordering::Equal);
                }
            }
            Err(Trouble::Unsure) => {}
            Err(_) => return None,
        }
        precision *= 3;
    }
    None
}

/// What [`Seen`] means for an equality, where nothing but values was looked at.
pub fn verdict(seen: Seen, is_constant: bool) -> Equality {
    match seen {
        Seen::Different => Equality::Different("disjoint enclosures of the values"),
        Seen::Same => Equality::Same("the difference is below the separation bound of algebraic numbers"),
        Seen::Agree if is_constant => Equality::Unknown("agrees to high precision without a proof"),
        Seen::Agree => Equality::Same("agrees at many points"),
        Seen::Nowhere => Equality::Unknown("has no value"),
        Seen::Unclear(reason) => Equality::Unknown(reason),
    }
}
