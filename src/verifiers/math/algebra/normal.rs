//! Brings an expression into normal form. In: a tree. Out: a sum of products of powers of atoms in which
//! sums, products, powers, roots, exponentials, logarithms and trigonometric functions have been merged by
//! their rules. Never: a rule that is false somewhere without the mark that values must confirm it.

use super::ball::Trouble;
use super::exponent::Exponent;
use super::poly::{Atom, Atoms, Mono, Poly};
use crate::verifiers::math::expr::{Bound, Constant, Expr, Form};

type Outcome = Result<Poly, Trouble>;

/// Sums and products of more terms are not written out.
const MAX_TERMS: i64 = 2_000;

impl Atoms<'_> {
    /// The normal form of `expr`.
    pub fn normal(&mut self, expr: &Expr) -> Outcome {
        self.charge(1)?;
        match expr {
            Expr::Number(number) => Ok(Poly::number(number.clone())),
            Expr::Long(_) => Err(Trouble::TooMuch),
            Expr::Constant(Constant::Pi) => self.single(Atom::Pi, Exponent::ONE),
            Expr::Constant(Constant::E) => self.single(Atom::Exp(Mono::new()), Exponent::ONE),
            Expr::Constant(Constant::I) => self.single(Atom::MinusOne, Exponent::HALF),
            Expr::Constant(Constant::Infinity) => Err(Trouble::Unsupported),
            Expr::Symbol(name) => {
                if let Some((_, value)) = self.bindings.iter().rev().find(|(known, _)| known == name) {
                    return Ok(value.clone());
                }
                self.single(Atom::Symbol(name.clone()), Exponent::ONE)
            }
            Expr::Sum(terms) => {
                let mut parts = Vec::with_capacity(terms.len());
                for term in terms {
                    parts.push(self.normal(term)?);
                }
                self.sum(parts)
            }
            Expr::Product(factors) => {
                let mut product = Poly::integer(1);
                for factor in factors {
                    let factor = self.normal(factor)?;
                    product = self.mul(&product, &factor)?;
                }
                Ok(product)
            }
            Expr::Power(pair) => {
                let exponent = self.normal(&pair.1)?;
                if matches!(pair.0, Expr::Constant(Constant::E)) {
                    return self.exp(exponent);
                }
                let base = self.normal(&pair.0)?;
                self.general_power(base, exponent)
            }
            Expr::Apply(function, arguments) => {
                let mut polys = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    polys.push(self.normal(argument)?);
                }
                self.call(function, polys)
            }
            Expr::Bound(bound) => self.bound(bound),
        }
    }

    pub(super) fn bound(&mut self, bound: &Bound) -> Outcome {
        let [first, last] = bound.ends.as_slice() else { return Err(Trouble::Unsupported) };
        if !matches!(bound.form, Form::Sum | Form::Product) {
            return Err(Trouble::Unsupported);
        }
        let mut end = |end: &Expr| {
            self.normal(end)?.to_rational().and_then(|end| end.to_i64()).ok_or(Trouble::Unsupported)
        };
        let (first, last) = (end(first)?, end(last)?);
        if last.saturating_sub(first) >= MAX_TERMS {
            return Err(Trouble::TooMuch);
        }
        let sum = bound.form == Form::Sum;
        let mut result = Poly::integer(i64::from(!sum));
        for index in first..=last {
            self.bindings.push((bound.variable.clone(), Poly::integer(index)));
            let term = self.normal(&bound.body);
            self.bindings.pop();
            result = if sum { self.add(result, term?)? } else { self.mul(&result, &term?)? };
        }
        Ok(result)
    }

    pub(super) fn imaginary(&mut self) -> Outcome {
        self.single(Atom::MinusOne, Exponent::HALF)
    }

    pub(super) fn pi(&mut self) -> Outcome {
        self.single(Atom::Pi, Exponent::ONE)
    }
}
