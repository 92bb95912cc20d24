//! Compares sets of real numbers: intervals, unions, conditions on one variable. In: two answers. Out: a
//! match. Ends are compared exactly. Never: an order of ends that is not proven.

use std::cmp::Ordering;

use super::super::algebra;
use super::super::expr::{Constant, Expr, Function};
use super::super::read::{Answer, Rel, Relation, Side, Value};
use super::Match::{Differs, Same, Unknown};
use super::{Judge, Match, NOT_READ};

/// Parts a set may have: each is compared with its neighbour.
const MAX_PARTS: usize = 64;

/// An end of an interval.
#[derive(Debug, Clone, PartialEq)]
struct End {
    at: Expr,
    closed: bool,
}

/// An interval; a single number is one that begins and ends there.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    low: End,
    high: End,
}

fn infinity(positive: bool) -> Expr {
    let infinity = Expr::Constant(Constant::Infinity);
    if positive { infinity } else { infinity.negated() }
}

fn end(at: Expr, closed: bool) -> End {
    let endless = at == infinity(true) || at == infinity(false);
    End { at, closed: closed && !endless }
}

fn part(low: End, high: End) -> Part {
    Part { low, high }
}

impl Judge<'_> {
    /// Compares two sets of numbers; unknown where a side is none.
    pub(super) fn ranges(&mut self, reference: &Answer, answer: &Answer) -> Match {
        let (Some(a), Some(b)) = (self.parts(reference), self.parts(answer)) else {
            return Unknown(NOT_READ, "no sets of numbers on both sides");
        };
        let (Some(a), Some(b)) = (self.merged(a), self.merged(b)) else {
            return Unknown(super::UNDECIDED, "the order of the ends is not proven");
        };
        if a.len() != b.len() {
            return Differs("sets of other intervals");
        }
        let mut result = Same("the same set of numbers");
        for (a, b) in a.iter().zip(&b) {
            for (a, b) in [(&a.low, &b.low), (&a.high, &b.high)] {
                match self.equal(&a.at, &b.at) {
                    Same(_) if a.closed == b.closed => {}
                    Same(_) => return Differs("open and closed ends differ"),
                    found @ Differs(_) => return found,
                    found @ Unknown(..) => result = found,
                }
            }
        }
        result
    }

    /// Whether it is a set of numbers by its form: no tuple, no list.
    pub(super) fn is_condition(&mut self, answer: &Answer) -> bool {
        self.parts(answer).is_some()
    }

    fn parts(&mut self, answer: &Answer) -> Option<Vec<Part>> {
        let expr = |answer: &Answer| match answer {
            Answer::Value(value) if !value.percent => Some(value.expr.clone()),
            _ => None,
        };
        match answer {
            Answer::Bracketed { open: open @ ('(' | '['), close: close @ (')' | ']'), items } => {
                match &items[..] {
                    [low, high] => {
                        Some(vec![part(end(expr(low)?, *open == '['), end(expr(high)?, *close == ']'))])
                    }
                    _ => None,
                }
            }
            Answer::Set(items) => items
                .iter()
                .map(|item| {
                    let at = expr(item)?;
                    Some(part(end(at.clone(), true), end(at, true)))
                })
                .collect(),
            Answer::Union(sets) => {
                let mut all = Vec::new();
                for set in sets {
                    all.extend(self.parts(set)?);
                }
                (all.len() <= MAX_PARTS).then_some(all)
            }
            Answer::Except(pair) => {
                let mut kept = self.parts(&pair.0)?;
                for taken in self.parts(&pair.1)? {
                    if kept.len() > MAX_PARTS {
                        return None;
                    }
                    kept = self.without(&kept, &taken)?;
                }
                Some(kept)
            }
            Answer::Both(pair) => {
                let (a, b) = (self.parts(&pair.0)?, self.parts(&pair.1)?);
                let met = self.met(&a, &b)?;
                // `x < -1 and x > 3` is said of two parts: nothing is in both.
                let conditions = [&pair.0, &pair.1].iter().all(|side| matches!(side, Answer::Relation(_)));
                if met.is_empty() && conditions { Some([a, b].concat()) } else { Some(met) }
            }
            Answer::Relation(relation) => self.condition(relation),
            Answer::List(items) => {
                // `x < 1 or x > 2`: together only where they do not meet.
                let mut all = Vec::new();
                for item in items {
                    all.extend(self.parts(item)?);
                }
                let count = all.len();
                (self.merged(all.clone())?.len() == count).then_some(all)
            }
            _ => None,
        }
    }

    fn narrower(&mut self, a: &End, b: &End, wanted: Ordering) -> Option<End> {
        let order = self.order(&a.at, &b.at)?;
        Some(if order == Ordering::Equal {
            End { at: a.at.clone(), closed: a.closed && b.closed }
        } else if order == wanted {
            a.clone()
        } else {
            b.clone()
        })
    }

    /// What both sets have.
    fn met(&mut self, a: &[Part], b: &[Part]) -> Option<Vec<Part>> {
        if a.len() * b.len() > MAX_PARTS {
            return None;
        }
        let mut met = Vec::new();
        for a in a {
            for b in b {
                let low = self.narrower(&a.low, &b.low, Ordering::Greater)?;
                let high = self.narrower(&a.high, &b.high, Ordering::Less)?;
                let holds = match self.order(&low.at, &high.at)? {
                    Ordering::Less => true,
                    Ordering::Equal => low.closed && high.closed,
                    Ordering::Greater => false,
                };
                if holds {
                    met.push(part(low, high));
                }
            }
        }
        Some(met)
    }

    /// The parts without the numbers of `taken`.
    fn without(&mut self, parts: &[Part], taken: &Part) -> Option<Vec<Part>> {
        let below = part(end(infinity(false), false), end(taken.low.at.clone(), !taken.low.closed));
        let above = part(end(taken.high.at.clone(), !taken.high.closed), end(infinity(true), false));
        self.met(parts, &[below, above])
    }

    fn order(&mut self, a: &Expr, b: &Expr) -> Option<Ordering> {
        if a == b {
            return Some(Ordering::Equal);
        }
        match (a, b) {
            (Expr::Number(a), Expr::Number(b)) => Some(a.cmp(b)),
            _ if *a == infinity(true) || *b == infinity(false) => Some(Ordering::Greater),
            _ if *b == infinity(true) || *a == infinity(false) => Some(Ordering::Less),
            _ => self.budgeted(|budget| algebra::compare(a, b, budget)),
        }
    }

    /// The parts in order, those that meet put together; `None` where an order is not proven.
    fn merged(&mut self, mut parts: Vec<Part>) -> Option<Vec<Part>> {
        if parts.len() < 2 {
            return Some(parts);
        }
        if parts.len() > MAX_PARTS {
            return None;
        }
        // Insertion by proven order.
        for at in 1..parts.len() {
            let mut place = at;
            while place > 0 {
                let order = self.order(&parts[place - 1].low.at, &parts[place].low.at)?;
                let swap = order == Ordering::Greater
                    || (order == Ordering::Equal && parts[place].low.closed && !parts[place - 1].low.closed);
                if !swap {
                    break;
                }
                parts.swap(place - 1, place);
                place -= 1;
            }
        }
        let mut merged: Vec<Part> = Vec::new();
        for next in parts {
            if let Some(last) = merged.last_mut() {
                let meets = match self.order(&next.low.at, &last.high.at)? {
                    Ordering::Less => true,
                    Ordering::Equal => next.low.closed || last.high.closed,
                    Ordering::Greater => false,
                };
                if meets {
                    match self.order(&next.high.at, &last.high.at)? {
                        Ordering::Greater => last.high = next.high,
                        Ordering::Equal => last.high.closed |= next.high.closed,
                        Ordering::Less => {}
                    }
                    continue;
                }
            }
            merged.push(next);
        }
        Some(merged)
    }

    /// What a condition on one variable leaves: `x < 3`, `0 < f(x) \le 1`, `|x| > 2`, `-x \ge -1`, `x \ne 0`.
    fn condition(&mut self, relation: &Relation) -> Option<Vec<Part>> {
        let constant = |side: &Side| match &side.answer {
            Some(Answer::Value(value)) if algebra::is_constant(&value.expr) => Some(value.expr.clone()),
            _ => None,
        };
        let less = |rel: Rel| match rel {
            Rel::Lt => Some((true, false)),
            Rel::Le => Some((true, true)),
            Rel::Gt => Some((false, false)),
            Rel::Ge => Some((false, true)),
            _ => None,
        };
        match (&relation.sides[..], &relation.rels[..]) {
            ([left, middle, right], [first, second]) => {
                let (low, high) = (constant(left)?, constant(right)?);
                let ((up, low_closed), (up_too, high_closed)) = (less(*first)?, less(*second)?);
                if up != up_too {
                    return None;
                }
                let (low, high) = if up {
                    ((low, low_closed), (high, high_closed))
                } else {
                    ((high, high_closed), (low, low_closed))
                };
                let range = part(end(low.0, low.1), end(high.0, high.1));
                if let Some(Answer::Value(value)) = &middle.answer
                    && let Expr::Apply(Function::Abs, _) = value.expr
                {
                    // a ≤ |x| ≤ b, for positive a.
                    variable(middle)?;
                    let negative = |end: &End| End { at: negated(&end.at), closed: end.closed };
                    return Some(vec![part(negative(&range.high), negative(&range.low)), range]);
                }
                variable(middle)?;
                Some(vec![range])
            }
            ([left, right], [Rel::In]) => {
                variable(left)?;
                self.parts(right.answer.as_ref()?)
            }
            ([left, right], [rel]) => {
                let (side, at, flipped) = match (constant(left), constant(right)) {
                    (None, Some(at)) => (left, at, false),
                    (Some(at), None) => (right, at, true),
                    _ => return None,
                };
                if *rel == Rel::Ne {
                    variable(side)?;
                    return Some(vec![
                        part(end(infinity(false), false), end(at.clone(), false)),
                        part(end(at, false), end(infinity(true), false)),
                    ]);
                }
                let (mut below, closed) = less(*rel)?;
                below ^= flipped;
                if variable(side).is_none() {
                    return match &side.answer {
                        Some(Answer::Value(Value { expr: Expr::Apply(Function::Abs, inside), .. })) => {
                            self.distance(inside.first()?, at, below, closed)
                        }
                        _ => self.linear(side, at, below, closed),
                    };
                }
                if let Some(Answer::Value(value)) = &side.answer
                    && let Expr::Apply(Function::Abs, _) = value.expr
                {
                    let (low, high) = (negated(&at), at);
                    return Some(if below {
                        vec![part(end(low, closed), end(high, closed))]
                    } else {
                        vec![
                            part(end(infinity(false), false), end(low, closed)),
                            part(end(high, closed), end(infinity(true), false)),
                        ]
                    });
                }
                Some(vec![half(at, below, closed)])
            }
            _ => None,
        }
    }

    /// `|2x - 1| < 5`: between two numbers, or outside of them.
    fn distance(&mut self, inside: &Expr, at: Expr, below: bool, closed: bool) -> Option<Vec<Part>> {
        let symbols = algebra::free_symbols(inside);
        let [symbol] = &symbols[..] else { return None };
        // No distance is negative.
        if self.order(&at, &Expr::integer(0))? != Ordering::Greater {
            return None;
        }
        let mut bound =
            |difference: Expr| self.budgeted(|budget| algebra::solve_linear(&difference, symbol, budget));
        let one = bound(inside.clone().minus(at.clone()))?;
        let other = bound(inside.clone().plus(at))?;
        let (low, high) =
            if self.order(&one, &other)? == Ordering::Less { (one, other) } else { (other, one) };
        Some(if below {
            vec![part(end(low, closed), end(high, closed))]
        } else {
            vec![half(low, true, closed), half(high, false, closed)]
        })
    }

    /// `2x - 1 < 5`: linear in its one variable.
    fn linear(&mut self, side: &Side, at: Expr, mut below: bool, closed: bool) -> Option<Vec<Part>> {
        let Some(Answer::Value(value)) = &side.answer else { return None };
        let symbols = algebra::free_symbols(&value.expr);
        let [symbol] = &symbols[..] else { return None };
        let slope = algebra::derivative(&value.expr, symbol)?;
        let sign = self.budgeted(|budget| algebra::sign(&slope, budget))?;
        let difference = value.expr.clone().minus(at);
        let bound = self.budgeted(|budget| algebra::solve_linear(&difference, symbol, budget))?;
        match sign {
            Ordering::Less => below = !below,
            Ordering::Equal => return None,
            Ordering::Greater => {}
        }
        Some(vec![half(bound, below, closed)])
    }
}

fn half(at: Expr, below: bool, closed: bool) -> Part {
    if below {
        part(end(infinity(false), false), end(at, closed))
    } else {
        part(end(at, closed), end(infinity(true), false))
    }
}

fn negated(expr: &Expr) -> Expr {
    if *expr == infinity(false) { infinity(true) } else { expr.clone().negated() }
}

/// The variable that a side is: `x`, `|x|`, `f(x)`, or a name.
fn variable(side: &Side) -> Option<()> {
    let single = |expr: &Expr| match expr {
        Expr::Symbol(_) | Expr::Apply(Function::Named(_), _) => true,
        Expr::Apply(Function::Abs, inside) => matches!(inside[..], [Expr::Symbol(_)]),
        _ => false,
    };
    match &side.answer {
        Some(Answer::Value(value)) => single(&value.expr).then_some(()),
        None => side.name.as_ref().map(|_| ()),
        _ => None,
    }
}
