//! Compares equations, inequalities and named values. In: answers of which one at least is a relation. Out: a
//! match. `x = 3` stands for 3, equations are the same up to a constant factor, and what is true for
//! everything says nothing. Never: the right-hand side of an equation taken for the answer.

use super::super::algebra::rational::Rational;
use super::super::algebra::{self, Equality};
use super::super::expr::Expr;
use super::super::read::{Answer, Rel, Relation, Side, Value};
use super::Match::{Differs, Same, Unknown};
use super::names::{are_outputs, is_asked_for, is_name, is_numbered};
use super::{Judge, Match, NOT_READ};

/// What a relation says.
#[expect(clippy::large_enum_variant, reason = "one at a time, on the stack")]
enum Says {
    /// A name has a value: `x = 3`, `D = (0,1)`, `x \in [0,1]`, and of a chain the last exact side.
    Named(Option<String>, Answer),
    /// Two sides are equal.
    Equation,
    /// Something else: an inequality, a system.
    Other,
}

impl Judge<'_> {
    pub(super) fn relation(&mut self, reference: &Answer, answer: &Answer) -> Match {
        match (reference, answer) {
            (Answer::Relation(a), Answer::Relation(b)) => self.both(a, b, reference, answer),
            (Answer::Relation(a), _) => {
                if self.rounds_elsewhere(a) {
                    return Unknown(NOT_READ, "a reference and another value that it does not round to");
                }
                if let Says::Named(_, value) = says(a, false) {
                    return self.compare(&value, answer);
                }
                if is_set(answer) && self.is_condition(reference) {
                    return self.ranges(reference, answer);
                }
                match answer {
                    Answer::Value(_) => {
                        Differs("a value where the reference is an equation or an inequality")
                    }
                    Answer::Text(_) | Answer::Names(_) => {
                        Unknown(NOT_READ, "words where the reference is a relation")
                    }
                    _ => Unknown(NOT_READ, "a relation on one side alone"),
                }
            }
            (_, Answer::Relation(b)) => {
                if self.is_tautology(b) || says_nothing(b) {
                    return Differs("an equation that is always true");
                }
                if self.is_false(b) {
                    return Differs("an equation that is false");
                }
                if self.rounds_elsewhere(b) {
                    return Differs("a value and another one that it does not round to");
                }
                if let Says::Named(_, value) = says(b, true) {
                    return self.compare(reference, &value);
                }
                if is_set(reference) && self.is_condition(answer) {
                    return self.ranges(reference, answer);
                }
                match reference {
                    Answer::Value(_) => {
                        Differs("an equation or an inequality where the reference is a value")
                    }
                    _ => Unknown(NOT_READ, "a relation on one side alone"),
                }
            }
            _ => Unknown(NOT_READ, "no relation"),
        }
    }

    fn both(&mut self, a: &Relation, b: &Relation, reference: &Answer, answer: &Answer) -> Match {
        if self.is_false(b) {
            return Differs("an equation that is false");
        }
        if says_nothing(b) && !says_nothing(a) {
            return Differs("an equation that is always true");
        }
        if self.rounds_elsewhere(b) {
            return Differs("a value and another one that it does not round to");
        }
        let (says_a, says_b) = (says(a, false), says(b, false));
        if let (Says::Named(a_name, a_value), Says::Named(b_name, b_value)) = (&says_a, &says_b) {
            let values = self.compare(a_value, b_value);
            let same_name = match (a_name, b_name) {
                (Some(a), Some(b)) => a == b || are_outputs(a, b) || is_numbered(a, b),
                _ => true,
            };
            let constant =
                |value: &Answer| !matches!(value, Answer::Value(value) if !algebra::is_constant(&value.expr));
            // Similar triangles need not be congruent.
            if a.rels.last() != b.rels.last() && !constant(a_value) && matches!(values, Same(_)) {
                return Unknown(NOT_READ, "another relation between the same sides");
            }
            if same_name && matches!(values, Same(_)) {
                return values;
            }
            if constant(a_value) || constant(b_value) {
                return match values {
                    Same(_) => Unknown(NOT_READ, "the same value of another name"),
                    other => other,
                };
            }
        }
        if let (Some(a), Some(b)) = (equation(a), equation(b)) {
            if matches!(self.budgeted(|budget| algebra::is_zero(&b, budget)), Equality::Same(_)) {
                return Differs("an equation that is always true");
            }
            // A solved reference asks for a solved answer.
            if matches!(&says_a, Says::Named(_, Answer::Value(value)) if algebra::is_constant(&value.expr))
                && !matches!(says_b, Says::Named(..))
            {
                return Unknown(NOT_READ, "an equation that is not solved");
            }
            if super::forms::unevaluated(&a) || super::forms::unevaluated(&b) {
                return Unknown(super::UNEVALUATED, "an integral or a limit is not evaluated");
            }
            return match self.algebra(|budget| algebra::proportional(&a, &b, budget)) {
                Same(_) => Same("the same equation up to a factor"),
                other => other,
            };
        }
        if self.is_condition(reference) && self.is_condition(answer) {
            return self.ranges(reference, answer);
        }
        self.inequalities(a, b)
    }

    /// Inequalities and chains side by side, in either direction.
    fn inequalities(&mut self, a: &Relation, b: &Relation) -> Match {
        if a.rels.len() != b.rels.len() {
            return Unknown(NOT_READ, "chains of different lengths");
        }
        let flip = |rel: Rel| match rel {
            Rel::Lt => Rel::Gt,
            Rel::Le => Rel::Ge,
            Rel::Gt => Rel::Lt,
            Rel::Ge => Rel::Le,
            other => other,
        };
        let turned: Vec<Rel> = b.rels.iter().rev().map(|&rel| flip(rel)).collect();
        let mut result = Unknown(NOT_READ, "other relations");
        for (rels, turn) in [(&b.rels, false), (&turned, true)] {
            if a.rels != *rels {
                continue;
            }
            let sides: Vec<&Side> =
                if turn { b.sides.iter().rev().collect() } else { b.sides.iter().collect() };
            let mut all = Same("the same relation");
            for (a, b) in a.sides.iter().zip(sides) {
                let found = match (&a.answer, &b.answer) {
                    (Some(a), Some(b)) => self.compare(a, b),
                    _ if a.name.is_some() && a.name == b.name => Same("the same name"),
                    _ => Unknown(NOT_READ, "a side that is not read"),
                };
                if !matches!(found, Same(_)) {
                    all = found;
                    break;
                }
            }
            if matches!(all, Same(_)) {
                return all;
            }
            // 2x + y < 4 is x + y/2 < 2; the factor must be positive, so the differences must be the same.
            if let ([a_left, a_right], [b_left, b_right]) = (&a.sides[..], &b.sides[..])
                && let (Some(a_left), Some(a_right), Some(b_left), Some(b_right)) =
                    (expr(a_left), expr(a_right), expr(b_left), expr(b_right))
            {
                let a_difference = a_left.minus(a_right);
                let b_difference = if turn { b_right.minus(b_left) } else { b_left.minus(b_right) };
                if let Same(_) = self.equal(&a_difference, &b_difference) {
                    return Same("the same inequality");
                }
                if let Differs(_) =
                    self.algebra(|budget| algebra::proportional(&a_difference, &b_difference, budget))
                {
                    result = Differs("different inequalities");
                }
            }
        }
        // The same sides with relations that are not the same: `x > y` and `x \ge y`, `x > y` and `x < y`.
        if matches!(result, Unknown(..))
            && a.rels != b.rels
            && a.sides.iter().zip(&b.sides).all(|(a, b)| a.answer.is_some() && a.answer == b.answer)
        {
            return Differs("other relations between the same sides");
        }
        result
    }

    /// Whether, without a name, two constants that it sets equal are not: `5 = 4`. Decimals may be rounded, quantities converted.
    fn is_false(&mut self, relation: &Relation) -> bool {
        let exact = |side: &Side| match &side.answer {
            Some(Answer::Value(Value { expr, decimal: None, percent: false, unit: None, modulus: None }))
                if algebra::is_constant(expr) =>
            {
                Some(expr.clone())
            }
            _ => None,
        };
        // Behind a name the last side counts, whatever stands on the way: `x = 5 + 5 + 1 = 7 = 11`.
        if relation.sides.iter().any(|side| side.name.is_some()) {
            return false;
        }
        let pairs = relation.sides.windows(2).zip(&relation.rels).filter(|(_, rel)| **rel == Rel::Eq);
        pairs
            .filter_map(|(pair, _)| exact(&pair[0]).zip(exact(&pair[1])))
            .any(|(a, b)| matches!(self.equal(&a, &b), Differs(_)))
    }

    /// Whether `≈` stands between two numbers of which the second is no rounding of the first: `7 ≈ 8`.
    fn rounds_elsewhere(&mut self, relation: &Relation) -> bool {
        let number = |side: &Side| match &side.answer {
            Some(Answer::Value(value @ Value { percent: false, unit: None, modulus: None, .. }))
                if algebra::is_constant(&value.expr) =>
            {
                Some(value.clone())
            }
            _ => None,
        };
        // Behind a name the exact side counts, whatever is said to be near it: `x = 5+5+1 = 1/3 ≈ 11`.
        let named = relation.sides.iter().any(|side| side.name.is_some());
        if named && relation.rels[..] != [Rel::Eq, Rel::Approx] {
            return false;
        }
        let pairs = relation.sides.windows(2).zip(&relation.rels).filter(|(_, rel)| **rel == Rel::Approx);
        let pairs: Vec<(Value, Value)> =
            pairs.filter_map(|(pair, _)| number(&pair[0]).zip(number(&pair[1]))).collect();
        pairs.iter().any(|(exact, rounded)| self.is_no_rounding(exact, rounded))
    }

    /// Whether `rounded` is proven to be a unit of its last digit or more from `exact`; of what is no decimal, a tenth.
    fn is_no_rounding(&mut self, exact: &Value, rounded: &Value) -> bool {
        let unit = match (&rounded.expr, rounded.decimal) {
            (_, Some(decimal)) => Rational::from(10).power(-(decimal.places as i64), 4_000),
            // 12,345 is about 12,000, but 9 is not 10: no twentieth of it or more.
            (Expr::Number(number), None) if number.is_integer() => {
                let digits = number.to_string();
                let zeros =
                    if number.is_zero() { 0 } else { digits.len() - digits.trim_end_matches('0').len() };
                let part = number.abs().times(&Rational::new(1, 20));
                match zeros {
                    0 => Some(Rational::one()),
                    _ => Rational::from(10).power(zeros as i64, 4_000).map(|unit| unit.min(part)),
                }
            }
            _ => None,
        };
        let mut size = |expr: &Expr| {
            let enclosure = self.budgeted(|budget| algebra::evaluate(expr, 12, budget))?;
            Some(enclosure.low.abs())
        };
        let Some(unit) = unit.or_else(|| Some(size(&rounded.expr)?.over(&Rational::from(10)))) else {
            return false;
        };
        let difference = exact.expr.clone().minus(rounded.expr.clone());
        self.budgeted(|budget| algebra::evaluate(&difference, 12, budget)).is_some_and(|enclosure| {
            // Both ends on one side of zero, at least a unit away.
            enclosure.low >= unit || -enclosure.high >= unit
        })
    }

    /// Whether it holds for everything: `x = x`, `2 = 2` without another name.
    fn is_tautology(&mut self, relation: &Relation) -> bool {
        let named = relation.sides.first().is_some_and(|side| side.name.is_some());
        match equation(relation) {
            Some(difference) => {
                let symbols = relation.sides.iter().filter_map(expr).any(|side| !algebra::is_constant(&side));
                symbols
                    && (named || relation.sides.len() == 2)
                    && matches!(
                        self.budgeted(|budget| algebra::is_zero(&difference, budget)),
                        Equality::Same(_)
                    )
            }
            None => false,
        }
    }
}

fn is_set(answer: &Answer) -> bool {
    matches!(
        answer,
        Answer::Bracketed { .. } | Answer::Set(_) | Answer::Union(_) | Answer::Except(_) | Answer::Both(_)
    )
}

fn expr(side: &Side) -> Option<Expr> {
    match &side.answer {
        Some(Answer::Value(Value { expr, percent: false, .. })) => Some(expr.clone()),
        _ => None,
    }
}

/// The difference of the sides of an equation.
fn equation(relation: &Relation) -> Option<Expr> {
    match (&relation.sides[..], &relation.rels[..]) {
        ([left, right], [Rel::Eq]) => Some(expr(left)?.minus(expr(right)?)),
        _ => None,
    }
}

/// Whether every side is the same, so that it holds for everything: `2 = 2`.
fn says_nothing(relation: &Relation) -> bool {
    relation.rels.iter().all(|rel| *rel == Rel::Eq)
        && relation.sides.windows(2).all(|pair| pair[0].answer.is_some() && pair[0].answer == pair[1].answer)
}

/// What `relation` says. `answers` allows sums of letters as names (`m+n = 7`), which only an answer may use.
fn says(relation: &Relation, answers: bool) -> Says {
    let (sides, rels) = (&relation.sides, &relation.rels);
    if !rels.iter().all(|rel| matches!(rel, Rel::Eq | Rel::Approx | Rel::Equiv | Rel::In)) || sides.len() < 2
    {
        return Says::Other;
    }
    // Behind `≈` stands a rounded value: the exact one before it counts.
    let exact = rels.iter().position(|rel| *rel == Rel::Approx).unwrap_or(rels.len());
    let is_exact = |side: &Side| {
        side.name.is_none()
            && matches!(&side.answer, Some(Answer::Value(value)) if algebra::is_constant(&value.expr))
    };
    // `3 = x`.
    if let ([front, back], [Rel::Eq]) = (&sides[..], &rels[..])
        && is_exact(front)
        && let Some(name) = back.name.clone().filter(|name| is_name(name))
        && matches!(&back.answer, None | Some(Answer::Value(Value { expr: Expr::Symbol(_), .. })))
        && let Some(value) = front.answer.clone()
    {
        return Says::Named(Some(name), value);
    }
    let last = if exact == 0 && !is_exact(&sides[0]) { 1 } else { exact };
    if last == 0 {
        // `\frac13 \approx 0.33`.
        return sides[0].answer.clone().map_or(Says::Other, |value| Says::Named(None, value));
    }
    let Some(value) = sides[last].answer.clone() else { return Says::Other };
    // The name is at the front, or right before the value: `1 = … = x = 0`.
    let named = |side: &Side| side.name.as_ref().filter(|name| is_name(name)).cloned();
    let front = &sides[0];
    let mentions = |name: &str| match &value {
        Answer::Value(value) => {
            name.chars().count() == 1
                && algebra::free_symbols(&value.expr).iter().any(|symbol| **symbol == *name)
        }
        _ => false,
    };
    if let Some(name) = named(front).or_else(|| named(&sides[last - 1])) {
        // `x = x^2` is an equation.
        if !mentions(&name) {
            return Says::Named(Some(name), value);
        }
    }
    if front.answer.is_none() && front.name.is_none() && sides.len() == 2 {
        // `= 5`, `≈ 5`.
        return Says::Named(None, value);
    }
    let constant =
        |side: &Side| matches!(&side.answer, Some(Answer::Value(value)) if algebra::is_constant(&value.expr));
    // `(p, q, r) = …`, not `(x - 2)(x + 3) = 0`.
    let tuple = |side: &Side| {
        side.name.as_ref().is_some_and(|name| {
            name.starts_with('(')
                && name.contains(',')
                && name.matches('(').count() == 1
                && name.ends_with(')')
        })
    };
    if tuple(front) {
        return Says::Named(front.name.clone(), value);
    }
    // `2 + 2 = 4`; a chain of expressions: `(x+1)^2 = x^2 + 2x + 1`.
    if sides[..=last].iter().all(constant) && !matches!(rels[0], Rel::In) {
        return Says::Named(None, value);
    }
    if answers
        && constant(&sides[last])
        && let Some(Answer::Value(front)) = &front.answer
        && is_asked_for(&front.expr)
    {
        return Says::Named(None, value);
    }
    match equation(relation) {
        Some(_) => match (expr(&sides[0]), expr(&sides[1])) {
            (Some(_), Some(_)) => Says::Equation,
            _ => Says::Other,
        },
        None => Says::Other,
    }
}
