//! Compares numbers and expressions with what stands beside them: units, percent signs, decimals, residues,
//! bases, ratios, matrices. In: two values. Out: a match. Never: a tolerance that neither the reference's
//! digits nor the options give.

use super::super::algebra::{self, rational::Rational};
use super::super::expr::{Constant, Expr, Function};
use super::super::read::units::{self, Relation};
use super::super::read::{Answer, Decimal, Value};
use super::Match::{Differs, Same, Unknown};
use super::{AMBIGUOUS, Judge, Match, NOT_READ, all, families};

/// A reference of at least this many significant digits is taken for a rounded value: six, the precision
/// that Math-Verify rounds to. With fewer, `3.14` would be π.
const ROUNDED_DIGITS: usize = 6;

/// Digits that a written decimal must have beyond the reference's to be rounded to it.
const MORE_DIGITS: usize = 2;

impl Judge<'_> {
    /// Compares two values. A unit that only one side has does not count, save a sign of percent.
    pub(super) fn value(&mut self, reference: &Value, answer: &Value) -> Match {
        // Three dozen are 36, and 36 eggs.
        let things = |value: &Value| !value.percent && value.unit.as_ref().is_none_or(|unit| !unit.known);
        let counted = match (dozens(reference), dozens(answer)) {
            (Some(a), None) if things(answer) => Some(self.number(&a, answer)),
            (None, Some(b)) if things(reference) => Some(self.number(reference, &b)),
            _ => None,
        };
        if let Some(same @ Same(_)) = counted {
            return same;
        }
        match (&reference.unit, &answer.unit) {
            (Some(_), None) if answer.percent && !reference.percent => {
                return Differs("a quantity and a percentage");
            }
            (None, Some(_)) if reference.percent && !answer.percent => {
                return Differs("a quantity and a percentage");
            }
            // `2m` is 2 metres to few and twice m to most; `2b` and `2π` are no quantities.
            (Some(a), None) if a.weak => return Differs("a letter that may be a unit"),
            // `1000.99m²` is an area.
            (None, Some(b)) if b.weak && b.known && b.bases.iter().all(|base| base.1 > 1) => {}
            (None, Some(b)) if b.weak && b.known => {
                return match self.number(reference, answer) {
                    Same(_) => Unknown(AMBIGUOUS, "a letter that may be a unit"),
                    other => other,
                };
            }
            (None, Some(b)) if b.weak => return Differs("a letter that may be a unit"),
            (Some(a), Some(b)) if a.weak != b.weak && a.bases != b.bases => {
                return Differs("a letter that may be a unit");
            }
            (Some(a), Some(b)) => match units::relate(b, a) {
                Relation::Convert(factor) if factor.is_one() => {}
                Relation::Convert(factor) => {
                    let converted =
                        Value { expr: scaled(&answer.expr, &factor), decimal: None, ..answer.clone() };
                    return self.number(reference, &converted);
                }
                Relation::Different => return self.angles(reference, answer),
                Relation::Nouns => {
                    return match self.number(reference, answer) {
                        Same(_) => Unknown(NOT_READ, "equal numbers of things that may differ"),
                        other => other,
                    };
                }
            },
            (Some(_), None) | (None, Some(_)) => {
                let plain = self.number(reference, answer);
                // 90° is also π/2.
                let radians = self.angles(reference, answer);
                return if matches!(radians, Same(_)) { radians } else { plain };
            }
            (None, None) => {}
        }
        self.number(reference, answer)
    }

    /// Compares angles of which one is in degrees.
    fn angles(&mut self, reference: &Value, answer: &Value) -> Match {
        let is_degree = |value: &Value| {
            value.unit.as_ref().is_some_and(|unit| unit.bases.iter().any(|base| base.0 == "°"))
        };
        let is_radian = |value: &Value| {
            value.unit.as_ref().is_none_or(|unit| unit.bases.iter().any(|base| base.0 == "rad"))
        };
        let radians =
            |value: &Value| value.expr.clone().times(Expr::Constant(Constant::Pi)).over(Expr::integer(180));
        // A bare number is no radian unless it holds π or is an angle by its function.
        let by_pi = |value: &Value| value.unit.is_some() || is_angle(&value.expr);
        if is_degree(reference) && is_radian(answer) && by_pi(answer) {
            return self.equal(&radians(reference), &answer.expr);
        }
        if is_degree(answer) && is_radian(reference) && by_pi(reference) {
            return self.equal(&reference.expr, &radians(answer));
        }
        Differs("different units")
    }

    fn number(&mut self, reference: &Value, answer: &Value) -> Match {
        if let (Some(a), Some(b)) = (&reference.modulus, &answer.modulus) {
            let moduli = self.equal(a, b);
            if !matches!(moduli, Same(_)) {
                return moduli;
            }
            return match (&reference.expr, &answer.expr, a) {
                (Expr::Number(x), Expr::Number(y), Expr::Number(n)) if !n.is_zero() => {
                    if x.minus(y).over(n).is_integer() {
                        Same("equal residues")
                    } else {
                        Differs("different residues")
                    }
                }
                _ => self.equal(&reference.expr, &answer.expr),
            };
        }
        // `x ≡ 3 (mod 7)` and `x = 7k + 3`.
        let (of, other) = if reference.modulus.is_some() { (reference, answer) } else { (answer, reference) };
        if let Some(modulus) = &of.modulus
            && let [letter] = &algebra::free_symbols(&other.expr)[..]
            && families::is_index(letter)
            && algebra::is_constant(&of.expr)
        {
            let residues = of.expr.clone().plus(modulus.clone().times(Expr::Symbol(letter.clone())));
            return self.cosets(&residues, &other.expr, letter);
        }
        let hundredth = |expr: &Expr| match expr {
            Expr::Number(number) => Expr::Number(number.over(&Rational::from(100))),
            other => other.clone().over(Expr::integer(100)),
        };
        let plain = self.near(reference, answer);
        if reference.percent == answer.percent {
            return plain;
        }
        if matches!(plain, Same(_)) {
            // 0.02 % is not 0.02, unless the asker wanted per cent.
            let is_part = matches!(&reference.expr, Expr::Number(number) if !number.is_zero() && number.abs() < Rational::one());
            return if is_part {
                Unknown(AMBIGUOUS, "less than one per cent, or a fraction of one")
            } else {
                plain
            };
        }
        // 50 % is 50 to one asker and 0.5 to the next.
        let fraction = if reference.percent {
            self.near(&Value { expr: hundredth(&reference.expr), decimal: None, ..reference.clone() }, answer)
        } else {
            self.near(reference, &Value { expr: hundredth(&answer.expr), decimal: None, ..answer.clone() })
        };
        if matches!(fraction, Same(_)) { Same("a percentage and its fraction") } else { plain }
    }

    /// Equal, or within the tolerance that the reference or the options give.
    pub(super) fn near(&mut self, reference: &Value, answer: &Value) -> Match {
        let exact = self.expressions(&reference.expr, &answer.expr);
        if !matches!(exact, Differs(_))
            || !algebra::is_constant(&reference.expr)
            || !algebra::is_constant(&answer.expr)
        {
            return exact;
        }
        let half_unit = |places: usize| Rational::decimal("", &format!("{}5", "0".repeat(places)));
        if let Some(decimals) = self.settings.decimals
            && let Some(bound) = half_unit(decimals)
            && self.within(&reference.expr, &answer.expr, &bound, decimals)
        {
            return Same("equal to the decimals that the options ask for");
        }
        if let (Some(tolerance), Expr::Number(number)) =
            (self.settings.relative_tolerance.clone(), &reference.expr)
            && self.within(&reference.expr, &answer.expr, &tolerance.times(&number.abs()), 40)
        {
            return Same("within the relative tolerance of the options");
        }
        let Some(Decimal { places, significant }) = reference.decimal else { return exact };
        let rounded = match answer.decimal {
            None => !is_terminating(&answer.expr, places),
            Some(written) => written.places >= places + MORE_DIGITS,
        };
        if rounded
            && let Some(bound) = half_unit(places)
            && self.within(&reference.expr, &answer.expr, &bound, places)
        {
            // `12345.0` is a whole number as a program prints it.
            let whole = matches!(&reference.expr, Expr::Number(number) if number.is_integer());
            return if significant >= ROUNDED_DIGITS && !whole {
                Same("rounds to the digits of the reference")
            } else {
                Differs("rounds to the reference, whose digits are too few to be a rounded value")
            };
        }
        exact
    }

    /// Whether the difference is proven to be at most `bound`, which has about `places` decimals.
    fn within(&mut self, a: &Expr, b: &Expr, bound: &Rational, places: usize) -> bool {
        let difference = match (a, b) {
            (Expr::Number(a), Expr::Number(b)) => return a.minus(b).abs() <= *bound,
            _ => a.clone().minus(b.clone()),
        };
        places <= 200
            && self
                .budgeted(|budget| algebra::evaluate(&difference, places + 4, budget))
                .is_some_and(|enclosure| enclosure.low.abs() <= *bound && enclosure.high.abs() <= *bound)
    }

    /// Whether two expressions are the same, constants of integration and names of variables aside.
    pub(super) fn expressions(&mut self, reference: &Expr, answer: &Expr) -> Match {
        let plain = self.equal(reference, answer);
        if matches!(plain, Same(_)) {
            return plain;
        }
        if let (Some(a), Some(b)) = (without_constant(reference), without_constant(answer))
            && !algebra::is_constant(&a)
            && let Same(_) = self.algebra(|budget| algebra::differs_by_constant(&a, &b, budget))
        {
            return Same("the same up to the constant of integration");
        }
        if without_arrows(reference, answer) || without_arrows(answer, reference) {
            return Unknown(AMBIGUOUS, "arrows over the letters of one side alone");
        }
        if self.settings.rename_variables {
            let (a, b) = (algebra::free_symbols(reference), algebra::free_symbols(answer));
            if let ([from], [to]) = (&a[..], &b[..])
                && from != to
                && let Some(renamed) = algebra::substitute(reference, from, &Expr::Symbol(to.clone()))
                && let Same(_) = self.equal(&renamed, answer)
            {
                return Same("the same up to the name of the variable");
            }
        }
        plain
    }

    /// Digits in a base against digits in a base or a plain number.
    pub(super) fn based(&mut self, reference: &Answer, answer: &Answer) -> Match {
        // Digits in a base measure nothing: `25_6` is no 25 dollars.
        let number = |value: &Value| match (&value.expr, value.percent || value.unit.is_some()) {
            (Expr::Number(number), false) => Some(number.clone()),
            _ => None,
        };
        let as_decimal = |digits: &str| {
            let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
            Rational::decimal(whole, fraction)
        };
        match (reference, answer) {
            (Answer::Based { base: a, value: x, .. }, Answer::Based { base: b, value: y, .. }) => {
                match (a == b, x == y) {
                    (true, true) => Same("equal digits in the same base"),
                    (_, false) => Differs("different numbers in their bases"),
                    (false, true) => Unknown(AMBIGUOUS, "the same number in another base"),
                }
            }
            (Answer::Based { digits, value, .. }, Answer::Value(other)) => match number(other) {
                Some(other) if as_decimal(digits).is_some_and(|digits| digits == other) => {
                    Same("equal digits, the base left out")
                }
                Some(other) if other == *value => Unknown(AMBIGUOUS, "the number in base ten"),
                Some(_) => Differs("different digits"),
                None => Unknown(NOT_READ, "a number in a base and an expression"),
            },
            (Answer::Value(other), Answer::Based { digits, value, .. }) => match number(other) {
                Some(other) if other == *value => Same("equal numbers"),
                Some(other) if as_decimal(digits).is_some_and(|digits| digits == other) => {
                    Unknown(AMBIGUOUS, "equal digits in a base that the reference lacks")
                }
                Some(_) => Differs("different numbers"),
                None => Unknown(NOT_READ, "a number in a base and an expression"),
            },
            _ => Differs("a number in a base on one side alone"),
        }
    }

    /// Ratios are equal up to a common factor.
    pub(super) fn ratios(&mut self, a: &[Expr], b: &[Expr]) -> Match {
        if a.len() != b.len() {
            return Differs("ratios of different lengths");
        }
        // Nothing is in proportion to zero.
        let zero = |terms: &[Expr]| {
            terms.iter().any(|term| matches!(term, Expr::Number(number) if number.is_zero()))
        };
        if zero(a) || zero(b) {
            let found: Vec<Match> = a.iter().zip(b).map(|(a, b)| self.equal(a, b)).collect();
            return all(found.into_iter(), "the same terms");
        }
        let found: Vec<Match> = (1..a.len())
            .map(|at| self.equal(&a[0].clone().times(b[at].clone()), &a[at].clone().times(b[0].clone())))
            .collect();
        all(found.into_iter(), "equal ratios")
    }
}

/// Whether `plain` has the letters of `arrowed` without the arrows that mark vectors: bold ones, or their lengths.
fn without_arrows(arrowed: &Expr, plain: &Expr) -> bool {
    if matches!(arrowed, Expr::Number(_)) || matches!(plain, Expr::Number(_)) {
        return false;
    }
    let letters = algebra::free_symbols(arrowed);
    let bare: Vec<&str> = letters.iter().map(|name| name.strip_prefix("vec ").unwrap_or(name)).collect();
    let plain = algebra::free_symbols(plain);
    letters.iter().any(|name| name.starts_with("vec "))
        && plain.len() == bare.len()
        && bare.iter().all(|name| plain.iter().any(|other| **other == **name))
}

fn scaled(expr: &Expr, factor: &Rational) -> Expr {
    match expr {
        Expr::Number(number) => Expr::Number(number.times(factor)),
        other => other.clone().times(Expr::Number(factor.clone())),
    }
}

/// Whether π or an inverse trigonometric function stands in it.
fn is_angle(expr: &Expr) -> bool {
    use Function::{Arccos, Arccot, Arccsc, Arcsec, Arcsin, Arctan};
    match expr {
        Expr::Constant(constant) => *constant == Constant::Pi,
        Expr::Sum(parts) | Expr::Product(parts) => parts.iter().any(is_angle),
        Expr::Apply(function, _) => {
            matches!(function, Arccos | Arccot | Arccsc | Arcsec | Arcsin | Arctan)
        }
        _ => false,
    }
}

/// A number of dozens as a number.
fn dozens(value: &Value) -> Option<Value> {
    let unit = value.unit.as_ref()?;
    unit.bases.iter().any(|base| base.0 == "dozen" && base.1 == 1).then(|| Value {
        expr: scaled(&value.expr, &Rational::from(12)),
        decimal: None,
        unit: None,
        ..value.clone()
    })
}

/// Whether the value is a decimal of no more than `places` places: then nothing is rounded.
fn is_terminating(expr: &Expr, places: usize) -> bool {
    let Expr::Number(number) = expr else { return false };
    let Some(scale) = Rational::decimal(&format!("1{}", "0".repeat(places.min(400))), "") else {
        return false;
    };
    number.times(&scale).is_integer()
}

/// `expr` without the constant of integration; `None` if it has none.
fn without_constant(expr: &Expr) -> Option<Expr> {
    let Expr::Sum(terms) = expr else { return None };
    let is_constant = |term: &Expr| matches!(term, Expr::Symbol(name) if matches!(&**name, "C" | "c" | "K" | "k" | "C_1" | "const"));
    let kept: Vec<Expr> = terms.iter().filter(|term| !is_constant(term)).cloned().collect();
    (kept.len() + 1 == terms.len()).then_some(Expr::Sum(kept))
}
