//! Sums of products of powers of atoms, kept in normal form. In: polynomials, atoms. Out: their sums,
//! products, whole powers and inverses, with the relations of roots and of the imaginary unit applied.
//! Never: an approximation; work past the budget.

use std::sync::Arc;

use dashu_int::{IBig, UBig};

use super::Budget;
use super::ball::Trouble;
use super::exponent::Exponent;
use super::rational::Rational;
use crate::verifiers::math::expr::{Constant, Expr, Function, MAX_NODES};

/// Nodes of a tree that are built for one step of the budget.
const NODES_A_STEP: usize = 16;
/// More atoms than any answer has.
const MAX_ATOMS: usize = 200;

/// What an exponent stands on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Atom {
    Symbol(Arc<str>),
    Pi,
    /// A whole number above one, prime unless it is too large to be taken apart: with exponents in (0, 1).
    Prime(UBig),
    /// -1, with exponents in (0, 1): 1/2 is the imaginary unit.
    MinusOne,
    /// `e` to a product of atoms.
    Exp(Mono),
    /// The natural logarithm.
    Log(Poly),
    /// A sum under a root or in a denominator: with exponents below 1.
    Base(Poly),
    Abs(Poly),
    Call(Function, Vec<Poly>),
}

/// A product of powers, sorted by atom.
pub type Mono = Vec<(u32, Exponent)>;

/// A sum of products with rational coefficients, sorted, without zeros.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Poly {
    pub terms: Vec<(Mono, Rational)>,
}

impl Poly {
    pub fn zero() -> Self {
        Self::default()
    }

    pub fn number(value: Rational) -> Self {
        if value.is_zero() { Self::zero() } else { Self { terms: vec![(Mono::new(), value)] } }
    }

    pub fn integer(value: i64) -> Self {
        Self::number(Rational::from(value))
    }

    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The value, if it is a rational.
    pub fn to_rational(&self) -> Option<Rational> {
        match self.terms.as_slice() {
            [] => Some(Rational::zero()),
            [(mono, value)] if mono.is_empty() => Some(value.clone()),
            _ => None,
        }
    }

    pub fn scaled(mut self, factor: &Rational) -> Self {
        if factor.is_zero() {
            return Self::zero();
        }
        if !factor.is_one() {
            for (_, coefficient) in &mut self.terms {
                *coefficient = coefficient.times(factor);
            }
        }
        self
    }

    pub fn negated(self) -> Self {
        self.scaled(&Rational::from(-1))
    }

    pub(super) fn collected(mut terms: Vec<(Mono, Rational)>) -> Self {
        if terms.len() > 1 {
            terms.sort_by(|a, b| a.0.cmp(&b.0));
            let mut merged: Vec<(Mono, Rational)> = Vec::with_capacity(terms.len());
            for (mono, coefficient) in terms {
                match merged.last_mut() {
                    Some(last) if last.0 == mono => last.1 = last.1.plus(&coefficient),
                    _ => merged.push((mono, coefficient)),
                }
            }
            terms = merged;
        }
        terms.retain(|(_, coefficient)| !coefficient.is_zero());
        Self { terms }
    }
}

/// The atoms met so far, and the budget.
pub struct Atoms<'b> {
    list: Vec<Atom>,
    constant: Vec<bool>,
    /// Of each atom, whether -1 stands in it at any depth: looked up, since atoms share atoms and a walk
    /// through them may take time without end.
    imaginary: Vec<bool>,
    pub budget: &'b mut Budget,
    /// Set once a step was taken that holds almost everywhere or on one branch only: values must confirm.
    pub confirm: bool,
    /// Bound variables and what they stand for.
    pub bindings: Vec<(Arc<str>, Poly)>,
}

type Outcome = Result<Poly, Trouble>;

impl<'b> Atoms<'b> {
    pub fn new(budget: &'b mut Budget) -> Self {
        Self {
            list: Vec::new(),
            constant: Vec::new(),
            imaginary: Vec::new(),
            budget,
            confirm: false,
            bindings: Vec::new(),
        }
    }

    pub fn charge(&mut self, cost: usize) -> Result<(), Trouble> {
        self.budget.charge(cost)
    }

    pub fn atom(&self, id: u32) -> &Atom {
        &self.list[id as usize]
    }

    pub fn is_constant_atom(&self, id: u32) -> bool {
        self.constant[id as usize]
    }

    /// Whether -1 under a root stands in it, at any depth.
    pub(super) fn has_imaginary(&self, mono: &Mono) -> bool {
        mono.iter().any(|(id, _)| self.imaginary[*id as usize])
    }

    pub(super) fn poly_imaginary(&self, poly: &Poly) -> bool {
        poly.terms.iter().any(|(mono, _)| self.has_imaginary(mono))
    }

    pub fn is_constant(&self, poly: &Poly) -> bool {
        poly.terms.iter().all(|(mono, _)| mono.iter().all(|(id, _)| self.constant[*id as usize]))
    }

    pub fn intern(&mut self, atom: Atom) -> Result<u32, Trouble> {
        if let Some(at) = self.list.iter().position(|known| *known == atom) {
            return Ok(at as u32);
        }
        if self.list.len() >= MAX_ATOMS {
            return Err(Trouble::TooMuch);
        }
        let constant = match &atom {
            Atom::Symbol(_) => false,
            Atom::Pi | Atom::Prime(_) | Atom::MinusOne => true,
            Atom::Exp(mono) => mono.iter().all(|(id, _)| self.constant[*id as usize]),
            Atom::Log(poly) | Atom::Base(poly) | Atom::Abs(poly) => self.is_constant(poly),
            Atom::Call(_, polys) => polys.iter().all(|poly| self.is_constant(poly)),
        };
        let imaginary = match &atom {
            Atom::MinusOne => true,
            Atom::Symbol(_) | Atom::Pi | Atom::Prime(_) => false,
            Atom::Exp(mono) => self.has_imaginary(mono),
            Atom::Log(poly) | Atom::Base(poly) | Atom::Abs(poly) => self.poly_imaginary(poly),
            Atom::Call(_, polys) => polys.iter().any(|poly| self.poly_imaginary(poly)),
        };
        self.list.push(atom);
        self.constant.push(constant);
        self.imaginary.push(imaginary);
        Ok(self.list.len() as u32 - 1)
    }

    /// One atom to a power, settled.
    pub fn single(&mut self, atom: Atom, exponent: Exponent) -> Outcome {
        let id = self.intern(atom)?;
        if exponent.is_zero() {
            return Ok(Poly::integer(1));
        }
        self.settle(vec![(id, exponent)], Rational::one())
    }

    pub fn add(&mut self, a: Poly, b: Poly) -> Outcome {
        self.charge(1 + (a.terms.len() + b.terms.len()) / 2)?;
        if a.is_zero() {
            return Ok(b);
        }
        let mut terms = a.terms;
        terms.extend(b.terms);
        self.checked(Poly::collected(terms))
    }

    /// The sum of many.
    pub fn sum(&mut self, parts: Vec<Poly>) -> Outcome {
        let terms: Vec<_> = parts.into_iter().flat_map(|part| part.terms).collect();
        self.charge(1 + terms.len() / 2)?;
        self.checked(Poly::collected(terms))
    }

    pub(super) fn checked(&self, poly: Poly) -> Outcome {
        if poly.terms.len() > self.budget.terms {
            return Err(Trouble::TooMuch);
        }
        let long = poly.terms.iter().any(|(_, coefficient)| coefficient.bits() > self.budget.bits);
        if long { Err(Trouble::TooMuch) } else { Ok(poly) }
    }

    pub fn mul(&mut self, a: &Poly, b: &Poly) -> Outcome {
        if let Some(factor) = b.to_rational() {
            self.charge(1 + a.terms.len() / 4)?;
            return self.checked(a.clone().scaled(&factor));
        }
        if let Some(factor) = a.to_rational() {
            self.charge(1 + b.terms.len() / 4)?;
            return self.checked(b.clone().scaled(&factor));
        }
        self.charge(1 + a.terms.len() * b.terms.len())?;
        if a.terms.len() * b.terms.len() > 16 * self.budget.terms {
            return Err(Trouble::TooMuch);
        }
        let mut terms = Vec::with_capacity(a.terms.len() * b.terms.len());
        for (left, x) in &a.terms {
            for (right, y) in &b.terms {
                let (mono, plain) = self.merged(left, right)?;
                let coefficient = x.times(y);
                if coefficient.bits() > 128 {
                    self.charge(coefficient.bits() / 128)?;
                }
                if plain {
                    terms.push((mono, coefficient));
                } else {
                    terms.extend(self.settle(mono, coefficient)?.terms);
                }
            }
        }
        self.checked(Poly::collected(terms))
    }

    /// The product of two monomials, and whether no relation applies to it.
    pub(super) fn merged(&self, a: &Mono, b: &Mono) -> Result<(Mono, bool), Trouble> {
        let mut mono = Mono::with_capacity(a.len() + b.len());
        let (mut i, mut j, mut plain) = (0, 0, true);
        while i < a.len() && j < b.len() {
            match a[i].0.cmp(&b[j].0) {
                std::cmp::Ordering::Less => {
                    mono.push(a[i]);
                    i += 1;
                }
                std::cmp::Ordering::Greater => {
                    mono.push(b[j]);
                    j += 1;
                }
                std::cmp::Ordering::Equal => {
                    let exponent = a[i].1.plus(b[j].1)?;
                    plain &= self.is_settled(a[i].0, exponent);
                    if !exponent.is_zero() {
                        mono.push((a[i].0, exponent));
                    }
                    i += 1;
                    j += 1;
                }
            }
        }
        mono.extend_from_slice(&a[i..]);
        mono.extend_from_slice(&b[j..]);
        Ok((mono, plain))
    }

    pub(super) fn is_settled(&self, id: u32, exponent: Exponent) -> bool {
        match &self.list[id as usize] {
            Atom::Prime(_) | Atom::MinusOne => exponent.is_zero() || exponent.split().0 == 0,
            Atom::Base(_) => exponent.split().0 <= 0,
            Atom::Abs(_) => exponent.whole().is_none_or(|whole| (0..2).contains(&whole)),
            _ => true,
        }
    }

    /// Applies the relations of primes, -1, sums and magnitudes to a product.
    pub(super) fn settle(&mut self, mono: Mono, coefficient: Rational) -> Outcome {
        let mut kept = Mono::with_capacity(mono.len());
        let mut coefficient = coefficient;
        let mut factors = Vec::new();
        for (id, exponent) in mono {
            if self.is_settled(id, exponent) {
                kept.push((id, exponent));
                continue;
            }
            let (whole, rest) = exponent.split();
            if !rest.is_zero() {
                kept.push((id, rest));
            }
            match self.list[id as usize].clone() {
                Atom::Prime(prime) => {
                    let prime = Rational::from(IBig::from(prime));
                    let power = prime.power(whole, self.budget.bits).ok_or(Trouble::TooMuch)?;
                    coefficient = coefficient.times(&power);
                }
                Atom::MinusOne if whole % 2 != 0 => {
                    coefficient = -coefficient;
                }
                Atom::Base(poly) => factors.push(self.power(&poly, whole.unsigned_abs())?),
                Atom::Abs(poly) => {
                    // |p|^2 is p^2 for real p; an odd power keeps one.
                    self.confirm = true;
                    let even = whole - whole.rem_euclid(2);
                    if whole != even {
                        kept.push((id, Exponent::ONE));
                    }
                    let base = if even < 0 { self.invert(&poly)? } else { poly };
                    factors.push(self.power(&base, even.unsigned_abs())?);
                }
                _ => {}
            }
        }
        kept.sort_unstable_by_key(|(id, _)| *id);
        let mut result = Poly { terms: vec![(kept, coefficient)] };
        for factor in factors {
            result = self.mul(&result, &factor)?;
        }
        Ok(result)
    }

    /// A whole power.
    pub fn power(&mut self, base: &Poly, exponent: u64) -> Outcome {
        if exponent == 1 {
            return Ok(base.clone());
        }
        if let [(mono, coefficient)] = base.terms.as_slice() {
            let times = Exponent::new(i64::try_from(exponent).map_err(|_| Trouble::TooMuch)?, 1)?;
            let power = coefficient.power(exponent as i64, self.budget.bits).ok_or(Trouble::TooMuch)?;
            self.charge(1 + power.bits() / 64)?;
            let mono: Result<Mono, Trouble> = mono.iter().map(|(id, e)| Ok((*id, e.times(times)?))).collect();
            let mono = mono?.into_iter().filter(|(_, e)| !e.is_zero()).collect();
            return self.settle(mono, power);
        }
        if base.is_zero() {
            return Ok(if exponent == 0 { Poly::integer(1) } else { Poly::zero() });
        }
        if exponent > 4_096 {
            return Err(Trouble::TooMuch);
        }
        let mut result = Poly::integer(1);
        for _ in 0..exponent {
            result = self.mul(&result, base)?;
        }
        Ok(result)
    }

    /// The tree of `poly`.
    pub fn expr_of(&mut self, poly: &Poly) -> Result<Expr, Trouble> {
        let mut nodes = 0;
        let expr = self.poly_expr(poly, &mut nodes);
        self.charge(nodes / NODES_A_STEP)?;
        expr
    }

    /// Atoms hold polynomials that hold atoms, the same ones again and again: written out they may be many more.
    fn poly_expr(&self, poly: &Poly, nodes: &mut usize) -> Result<Expr, Trouble> {
        let terms: Result<Vec<Expr>, Trouble> =
            poly.terms.iter().map(|(mono, value)| self.term_expr(mono, value, nodes)).collect();
        Ok(match <[Expr; 1]>::try_from(terms?) {
            Ok([term]) => term,
            Err(terms) => Expr::Sum(terms),
        })
    }

    fn term_expr(&self, mono: &Mono, coefficient: &Rational, nodes: &mut usize) -> Result<Expr, Trouble> {
        *nodes += 1 + 2 * mono.len();
        if *nodes > MAX_NODES {
            return Err(Trouble::TooMuch);
        }
        let mut factors = vec![Expr::Number(coefficient.clone())];
        for (id, exponent) in mono {
            let power = Expr::Number(exponent.rational());
            let base = match self.atom(*id) {
                Atom::MinusOne if *exponent == Exponent::HALF => {
                    factors.push(Expr::Constant(Constant::I));
                    continue;
                }
                Atom::MinusOne => {
                    let turn = vec![Expr::Constant(Constant::I), Expr::Constant(Constant::Pi), power];
                    factors.push(Expr::Constant(Constant::E).power(Expr::Product(turn)));
                    continue;
                }
                Atom::Exp(inner) => {
                    let inner = self.term_expr(inner, &exponent.rational(), nodes)?;
                    factors.push(Expr::Constant(Constant::E).power(inner));
                    continue;
                }
                Atom::Symbol(name) => Expr::Symbol(name.clone()),
                Atom::Pi => Expr::Constant(Constant::Pi),
                Atom::Prime(prime) => Expr::Number(Rational::from(IBig::from(prime.clone()))),
                Atom::Log(poly) => Expr::apply(Function::Ln, self.poly_expr(poly, nodes)?),
                Atom::Base(poly) => self.poly_expr(poly, nodes)?,
                Atom::Abs(poly) => Expr::apply(Function::Abs, self.poly_expr(poly, nodes)?),
                Atom::Call(function, polys) => {
                    let arguments: Result<Vec<Expr>, Trouble> =
                        polys.iter().map(|poly| self.poly_expr(poly, nodes)).collect();
                    Expr::Apply(function.clone(), arguments?)
                }
            };
            factors.push(if *exponent == Exponent::ONE { base } else { base.power(power) });
        }
        Ok(if factors.len() == 1 { factors.remove(0) } else { Expr::Product(factors) })
    }
}
