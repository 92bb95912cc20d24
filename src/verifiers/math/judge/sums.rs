//! Sums to a symbol: is `\frac{n(n+1)}{2}` the sum of the first n numbers? In: the reference's sum and the answer's
//! expression. Out: a match, proven by induction: the expression starts where the sum does and grows by its terms. Never:
//! a sum in the answer: that would be the question itself.

use super::super::algebra;
use super::super::expr::{Bound, Expr, Form};
use super::Match::{Differs, Same, Unknown};
use super::{Judge, Match, UNEVALUATED};

impl Judge<'_> {
    /// Compares the reference `sum`, whose last index is a symbol, with a closed form; `None` where it is no such sum.
    pub(super) fn symbolic_sum(&mut self, sum: &Expr, closed: &Expr) -> Option<Match> {
        let Expr::Bound(bound) = sum else { return None };
        let Bound { form: Form::Sum, variable, body, ends } = &**bound else { return None };
        let [Expr::Number(first), Expr::Symbol(last)] = &ends[..] else { return None };
        let has_sum = |expr: &Expr| matches!(expr, Expr::Bound(_));
        if !first.is_integer() || variable == last || algebra::any(closed, &has_sum) {
            return None;
        }
        // A term that knows the last index grows with it.
        if algebra::any(body, &has_sum) || algebra::free_symbols(body).contains(last) {
            return None;
        }
        let first = Expr::Number(first.clone());
        let at = |index: &Expr| algebra::substitute(body, variable, index);
        let up_to = |index: &Expr| algebra::substitute(closed, last, index);
        let n = Expr::Symbol(last.clone());
        let start = self.equal(&at(&first)?, &up_to(&first)?);
        let growth = closed.clone().minus(up_to(&n.clone().minus(Expr::integer(1)))?);
        let step = self.equal(&at(&n)?, &growth);
        Some(match (start, step) {
            (Same(_), Same(_)) => Same("the closed form starts and grows as the sum does"),
            (Differs(_), _) => Differs("the sum has another first value"),
            // Two different polynomials agree at a few whole numbers at most.
            (_, Differs("different normal forms")) => Differs("the sum grows by other terms"),
            _ => Unknown(UNEVALUATED, "a sum to a symbol that is not decided"),
        })
    }
}
