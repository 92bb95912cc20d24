//! Compares answers that hold for every whole number: `\frac{\pi}{4} + k\pi, k \in \mathbb{Z}`. In: answers with the
//! letter that stands for whole numbers. Out: a match. Never: a pass for another set of values, a fail for the same
//! set in another form.

use super::super::algebra;
use super::super::algebra::rational::Rational;
use super::super::expr::Expr;
use super::super::read::{Answer, Family, Rel, Relation, Side, Value};
use super::Match::{Differs, Same, Unknown};
use super::{Judge, Match, NOT_READ};

impl Judge<'_> {
    /// Two families: the same expression, whatever the letter is called, or the same numbers in steps of one size.
    pub(super) fn families(&mut self, a: (&Answer, &Family), b: (&Answer, &Family)) -> Match {
        let renamed = renamed(b.0, &b.1.letter, &a.1.letter);
        let Some(renamed) = renamed else { return Unknown(NOT_READ, "a letter with two meanings") };
        let found = self.compare(a.0, &renamed);
        if matches!(found, Same(_)) {
            return found;
        }
        match (value(a.0), value(&renamed)) {
            (Some(x), Some(y)) if a.1.all && b.1.all => self.cosets(&x, &y, &a.1.letter),
            _ => Unknown(NOT_READ, "families of values in other forms"),
        }
    }

    /// A family beside an answer that does not say what its letter may be.
    pub(super) fn family(
        &mut self,
        inner: &Answer,
        family: &Family,
        other: &Answer,
        is_answer: bool,
    ) -> Match {
        let compare = |judge: &mut Self, other: &Answer| {
            if is_answer { judge.compare(other, inner) } else { judge.compare(inner, other) }
        };
        let plain = compare(self, other);
        if matches!(plain, Same(_)) {
            return plain;
        }
        let Some(expr) = value(other) else {
            return Unknown(NOT_READ, "a family of values on one side alone");
        };
        match &algebra::free_symbols(&expr)[..] {
            [] => Differs("a family of values and a single one"),
            [letter] if is_index(letter) && is_index(&family.letter) => {
                match renamed(other, letter, &family.letter) {
                    Some(renamed) if matches!(compare(self, &renamed), Same(_)) => {
                        Same("the same up to the letter")
                    }
                    _ => Unknown(NOT_READ, "a family of values on one side alone"),
                }
            }
            _ => Unknown(NOT_READ, "a family of values on one side alone"),
        }
    }

    /// Whether `a` and `b`, both linear in `letter`, take the same values over all whole numbers.
    pub(super) fn cosets(&mut self, a: &Expr, b: &Expr, letter: &str) -> Match {
        let unknown = Unknown(NOT_READ, "families of values in other forms");
        let (Some((start, step)), Some((other_start, other_step))) =
            (self.linear_in(a, letter), self.linear_in(b, letter))
        else {
            return unknown;
        };
        let forth = self.equal(&step, &other_step);
        if !matches!(forth, Same(_)) {
            let back = self.equal(&step, &other_step.negated());
            match (forth, back) {
                (_, Same(_)) => {}
                (Differs(_), Differs(_)) => return Differs("steps of another size"),
                _ => return unknown,
            }
        }
        let apart = start.minus(other_start);
        let steps = apart.clone().over(step.clone());
        let Some(enclosure) = self.budgeted(|budget| algebra::evaluate(&steps, 20, budget)) else {
            return unknown;
        };
        let nearest = enclosure.low.plus(&Rational::new(1, 2)).floor();
        let reaches = nearest >= enclosure.low && nearest <= enclosure.high;
        if !reaches && enclosure.high.floor() < enclosure.low {
            return Differs("the same steps from another start");
        }
        match self.equal(&apart, &step.times(Expr::Number(nearest))) {
            Same(_) => Same("the same steps from a common value"),
            found => found,
        }
    }

    /// Where `expr` starts at zero and its step, if it is linear in `letter` and has no other letter.
    fn linear_in(&mut self, expr: &Expr, letter: &str) -> Option<(Expr, Expr)> {
        if algebra::free_symbols(expr).iter().any(|symbol| **symbol != *letter) {
            return None;
        }
        let start = algebra::substitute(expr, letter, &Expr::integer(0))?;
        let step = algebra::substitute(expr, letter, &Expr::integer(1))?.minus(start.clone());
        let line = start.clone().plus(step.clone().times(Expr::symbol(letter)));
        let steady = matches!(self.equal(&step, &Expr::integer(0)), Differs(_));
        (steady && matches!(self.equal(expr, &line), Same(_))).then_some((start, step))
    }
}

/// Whether a letter is one that whole numbers are called by.
pub(super) fn is_index(letter: &str) -> bool {
    matches!(letter, "k" | "n" | "m" | "l" | "t")
}

/// The expression that an answer gives, its name left out.
fn value(answer: &Answer) -> Option<Expr> {
    match answer {
        Answer::Value(Value { expr, percent: false, unit: None, modulus: None, .. }) => Some(expr.clone()),
        Answer::Relation(Relation { sides, rels }) if rels[..] == [Rel::Eq] => match &sides[..] {
            [Side { name: Some(_), .. }, Side { answer: Some(inner @ Answer::Value(_)), .. }] => value(inner),
            _ => None,
        },
        _ => None,
    }
}

/// `answer` with the letter `from` called `to`; `None` where both occur, or in forms that are not renamed.
fn renamed(answer: &Answer, from: &str, to: &str) -> Option<Answer> {
    if from == to {
        return Some(answer.clone());
    }
    let all = |items: &[Answer]| items.iter().map(|item| renamed(item, from, to)).collect::<Option<Vec<_>>>();
    Some(match answer {
        Answer::Value(value) => {
            if algebra::free_symbols(&value.expr).iter().any(|symbol| **symbol == *to) {
                return None;
            }
            let expr = algebra::substitute(&value.expr, from, &Expr::symbol(to))?;
            Answer::Value(Value { expr, ..value.clone() })
        }
        Answer::List(items) => Answer::List(all(items)?),
        Answer::Set(items) => Answer::Set(all(items)?),
        Answer::Bracketed { open, close, items } => {
            Answer::Bracketed { open: *open, close: *close, items: all(items)? }
        }
        Answer::Relation(Relation { sides, rels }) => {
            let side = |side: &Side| {
                let answer = match &side.answer {
                    Some(answer) => Some(renamed(answer, from, to)?),
                    None => None,
                };
                Some(Side { answer, name: side.name.clone() })
            };
            let sides = sides.iter().map(side).collect::<Option<Vec<_>>>()?;
            Answer::Relation(Relation { sides, rels: rels.clone() })
        }
        _ => return None,
    })
}
