//! All other functions in normal form. In: a function and its arguments in normal form. Out: what it is by
//! its rules, or a call of it that stands for itself. Never: a rounded value.

use std::cmp::Ordering;

use dashu_int::IBig;

use super::ball::Trouble;
use super::elementary::Constants;
use super::exponent::Exponent;
use super::points::{self, Seen};
use super::poly::{Atom, Atoms, Poly};
use super::rational::Rational;
use crate::verifiers::math::expr::{Constant, Expr, Function};

/// Factorials of larger numbers are not written out (2200! has 21,000 bits).
const MAX_FACTORIAL: i64 = 2_200;
/// Binomials with a smaller part above this are not written out.
const MAX_FACTORS: i64 = 2_000;
/// … and of a fraction above this: each step reduces a longer one, 1,234 of them took 97 ms and 200 take 5 (26 November
/// 2026).
const MAX_FRACTIONS: i64 = 200;
/// Parts of π are recognised up to this denominator.
const MAX_PART: u64 = 120;

type Outcome = Result<Poly, Trouble>;

impl Atoms<'_> {
    pub(super) fn over(&mut self, a: &Poly, b: &Poly) -> Outcome {
        let inverse = self.invert(b)?;
        self.mul(a, &inverse)
    }

    /// The magnitude of a real number.
    pub(super) fn abs(&mut self, argument: &Poly) -> Outcome {
        if let Some(value) = argument.to_rational() {
            return Ok(Poly::number(value.abs()));
        }
        if self.is_constant(argument) {
            let expr = self.expr_of(argument)?;
            return match points::sign_of(&expr, &mut Constants::default(), self.budget) {
                Some(Ordering::Less) => Ok(argument.clone().negated()),
                Some(Ordering::Greater) => Ok(argument.clone()),
                Some(Ordering::Equal) => Ok(Poly::zero()),
                None => self.single(Atom::Abs(argument.clone()), Exponent::ONE),
            };
        }
        if let [(mono, coefficient)] = argument.terms.as_slice() {
            let (mono, coefficient) = (mono.clone(), coefficient.abs());
            let mut result = Poly::number(coefficient);
            for (id, exponent) in mono {
                let factor = if self.is_positive(id) || matches!(self.atom(id), Atom::Abs(_)) {
                    self.atom_power(id, exponent)?
                } else {
                    let atom = match self.atom(id).clone() {
                        Atom::Base(poly) => poly,
                        atom => self.single_poly(atom)?,
                    };
                    // Real symbols are assumed, which values must confirm where complex ones are meant.
                    self.confirm = true;
                    self.single(Atom::Abs(atom), exponent)?
                };
                result = self.mul(&result, &factor)?;
            }
            return Ok(result);
        }
        let (content, mono, rest) = self.primitive(argument, true)?;
        self.confirm = true;
        let outside = Poly { terms: vec![(mono, content)] };
        let outside =
            if outside.to_rational().is_some() { outside.scaled(&Rational::one()) } else { outside };
        let outside = match outside.to_rational() {
            Some(value) => Poly::number(value.abs()),
            None => self.abs(&outside)?,
        };
        let inside = self.single(Atom::Abs(rest), Exponent::ONE)?;
        self.mul(&outside, &inside)
    }

    pub(super) fn call(&mut self, function: &Function, polys: Vec<Poly>) -> Outcome {
        use Function as F;
        let Some(x) = polys.first() else { return Err(Trouble::Unsupported) };
        let one = Poly::integer(1);
        match (function, polys.as_slice()) {
            (F::Abs, [x]) => return self.abs(x),
            (F::Sin | F::Cos | F::Tan | F::Cot | F::Sec | F::Csc, [x]) => {
                let (cos, sin) = self.cos_sin(x)?;
                return match function {
                    F::Sin => Ok(sin),
                    F::Cos => Ok(cos),
                    F::Tan => self.over(&sin, &cos),
                    F::Cot => self.over(&cos, &sin),
                    F::Sec => self.invert(&cos),
                    _ => self.invert(&sin),
                };
            }
            (F::Sinh | F::Cosh | F::Tanh | F::Coth | F::Sech | F::Csch, [x]) => {
                let (plus, minus) = (self.exp(x.clone())?, self.exp(x.clone().negated())?);
                let half = Rational::new(1, 2);
                let cosh = self.add(plus.clone(), minus.clone())?.scaled(&half);
                let sinh = self.add(plus, minus.negated())?.scaled(&half);
                return match function {
                    F::Sinh => Ok(sinh),
                    F::Cosh => Ok(cosh),
                    F::Tanh => self.over(&sinh, &cosh),
                    F::Coth => self.over(&cosh, &sinh),
                    F::Sech => self.invert(&cosh),
                    _ => self.invert(&sinh),
                };
            }
            (F::Ln, [x]) => return self.ln(x),
            (F::Log, [base, x]) => {
                let (over, under) = (self.ln(x)?, self.ln(base)?);
                return self.over(&over, &under);
            }
            (F::Root, [x, index]) => {
                let index = index.to_rational().and_then(|n| n.to_i64()).filter(|n| *n != 0);
                let exponent = Rational::new(1, index.ok_or(Trouble::Unsupported)?);
                return self.rational_power(x, &exponent, true);
            }
            (F::Factorial, [n]) => {
                if let Some(result) = self.factorial(n)? {
                    return Ok(result);
                }
            }
            (F::Binomial, [n, k]) => return self.binomial(n, k),
            (F::Ceil, [x]) => {
                let floor = self.call(&F::Floor, vec![x.clone().negated()])?;
                return Ok(floor.negated());
            }
            (F::Arccot, [x]) => {
                let atan = self.call(&F::Arctan, vec![x.clone()])?;
                let quarter = self.pi()?.scaled(&Rational::new(1, 2));
                return self.add(quarter, atan.negated());
            }
            (F::Arccos, [x]) => {
                let arcsin = self.call(&F::Arcsin, vec![x.clone()])?;
                let quarter = self.pi()?.scaled(&Rational::new(1, 2));
                return self.add(quarter, arcsin.negated());
            }
            (F::Arcsec | F::Arccsc, [x]) => {
                let inverse = self.invert(x)?;
                let function = if *function == F::Arcsec { F::Arccos } else { F::Arcsin };
                return self.call(&function, vec![inverse]);
            }
            (F::Arcsin | F::Arctan, [x]) if self.is_constant(x) => {
                if let Some(part) = self.part_of_pi(function, x)? {
                    return Ok(self.pi()?.scaled(&part));
                }
                // Odd functions: the sign outside.
                if x.terms.first().is_some_and(|(_, coefficient)| coefficient.is_negative()) {
                    let call = Atom::Call(function.clone(), vec![x.clone().negated()]);
                    return Ok(self.single(call, Exponent::ONE)?.negated());
                }
            }
            (F::Arsinh, [x]) => {
                let square = self.mul(x, x)?;
                let root = self.add(square, one)?;
                let root = self.rational_power(&root, &Rational::new(1, 2), false)?;
                let sum = self.add(x.clone(), root)?;
                self.confirm = true;
                return self.ln(&sum);
            }
            (F::Artanh, [x]) => {
                let (over, under) = (self.add(one.clone(), x.clone())?, self.add(one, x.clone().negated())?);
                self.confirm = true;
                let difference = (self.ln(&over)?, self.ln(&under)?);
                return Ok(self.add(difference.0, difference.1.negated())?.scaled(&Rational::new(1, 2)));
            }
            _ => {}
        }
        let exact = matches!(
            function,
            F::Floor | F::Gcd | F::Lcm | F::Mod | F::Min | F::Max | F::Sign | F::DoubleFactorial
        );
        let whole = polys.iter().all(|poly| poly.to_rational().is_some());
        if exact && polys.iter().all(|poly| self.is_constant(poly)) {
            if let (F::Min | F::Max, true) = (function, whole) {
                let values = polys.iter().filter_map(Poly::to_rational);
                let best = if *function == F::Min { values.min() } else { values.max() };
                return best.map(Poly::number).ok_or(Trouble::Unsupported);
            }
            if let (F::Floor, Some(value)) = (function, x.to_rational()) {
                return Ok(Poly::number(value.floor()));
            }
            if let (F::Mod, [Some(a), Some(n)]) =
                (function, [x.to_rational(), polys.get(1).and_then(Poly::to_rational)])
                && !n.is_zero()
            {
                return Ok(Poly::number(a.minus(&n.times(&a.over(&n).floor()))));
            }
            let arguments: Result<Vec<Expr>, Trouble> = polys.iter().map(|poly| self.expr_of(poly)).collect();
            let expr = Expr::Apply(function.clone(), arguments?);
            let (value, _) = points::constant_value(&expr, 256, &mut Constants::default(), self.budget)?;
            if value.is_real()
                && let Some((low, high)) = value.re.ends()
                && low == high
            {
                return Ok(Poly::number(low));
            }
        }
        self.single(Atom::Call(function.clone(), polys), Exponent::ONE)
    }

    pub(super) fn factorial(&mut self, n: &Poly) -> Result<Option<Poly>, Trouble> {
        if let Some(n) = n.to_rational() {
            let n = n.to_i64().ok_or(Trouble::Undefined)?;
            if n < 0 {
                return Err(Trouble::Undefined);
            }
            if n > MAX_FACTORIAL {
                return Ok(None);
            }
            self.charge(1 + n as usize / 2)?;
            let product = (1..=n).fold(IBig::ONE, |product, factor| product * IBig::from(factor));
            return Ok(Some(Poly::number(Rational::from(product))));
        }
        // (n + c)! by n!, for a small whole c.
        let shift = n.terms.iter().find(|(mono, _)| mono.is_empty()).and_then(|(_, value)| value.to_i64());
        let Some(shift) = shift.filter(|shift| shift.abs() <= 8) else { return Ok(None) };
        let base = self.add(n.clone(), Poly::integer(-shift))?;
        let mut result = self.single(Atom::Call(Function::Factorial, vec![base.clone()]), Exponent::ONE)?;
        for step in 1..=shift {
            let factor = self.add(base.clone(), Poly::integer(step))?;
            result = self.mul(&result, &factor)?;
        }
        for step in shift + 1..=0 {
            let factor = self.add(base.clone(), Poly::integer(step))?;
            result = self.over(&result, &factor)?;
        }
        Ok(Some(result))
    }

    pub(super) fn binomial(&mut self, n: &Poly, k: &Poly) -> Outcome {
        let whole = |poly: &Poly| poly.to_rational().map(|value| value.to_i64());
        let small = match (whole(n), whole(k)) {
            (_, Some(None)) => return Err(Trouble::Undefined),
            (_, Some(Some(k))) if k < 0 => return Ok(Poly::zero()),
            (Some(Some(n)), Some(Some(k))) if n >= 0 => {
                if k > n {
                    return Ok(Poly::zero());
                }
                Some(k.min(n - k))
            }
            (_, Some(Some(k))) => Some(k),
            _ => None,
        };
        if let Some(k) = small {
            let fraction = matches!(whole(n), Some(None));
            if k > if fraction { MAX_FRACTIONS } else { MAX_FACTORS } {
                return Err(Trouble::TooMuch);
            }
            let mut result = Poly::integer(1);
            for step in 0..k {
                let factor = self.add(n.clone(), Poly::integer(-step))?;
                result = self.mul(&result, &factor)?.scaled(&Rational::new(1, step + 1));
            }
            return Ok(result);
        }
        let rest = self.add(n.clone(), k.clone().negated())?;
        let over = self.call(&Function::Factorial, vec![n.clone()])?;
        let (first, second) =
            (self.call(&Function::Factorial, vec![k.clone()])?, self.call(&Function::Factorial, vec![rest])?);
        let under = self.mul(&first, &second)?;
        self.over(&over, &under)
    }

    /// `q` where the inverse function of a constant is `q π`: guessed from its value, proven by the
    /// function of it.
    pub(super) fn part_of_pi(&mut self, function: &Function, x: &Poly) -> Result<Option<Rational>, Trouble> {
        let expr = self.expr_of(x)?;
        let constants = &mut Constants::default();
        let angle = Expr::apply(function.clone(), expr.clone()).over(Expr::Constant(Constant::Pi));
        let (value, _) = match points::constant_value(&angle, 64, constants, self.budget) {
            Ok(found) => found,
            // Perhaps at an end of the domain, as arcsin 1 written with roots.
            Err(Trouble::Unsure) => return Ok(None),
            Err(trouble) => return Err(trouble),
        };
        let Some((low, high)) = value.re.ends().filter(|_| value.is_real()) else { return Ok(None) };
        let Some(candidate) = simplest_between(&low, &high) else { return Ok(None) };
        if u64::try_from(candidate.denominator()).is_ok_and(|under| under <= MAX_PART) {
            let back = if *function == Function::Arctan { Function::Tan } else { Function::Sin };
            let argument = Expr::Number(candidate.clone()).times(Expr::Constant(Constant::Pi));
            let difference = Expr::apply(back, argument).minus(expr);
            if points::zero_test(&difference, constants, self.budget) == Seen::Same {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }
}

/// The fraction of least denominator between two others.
fn simplest_between(low: &Rational, high: &Rational) -> Option<Rational> {
    let mut whole_parts = Vec::new();
    let (mut low, mut high) = (low.clone(), high.clone());
    for _ in 0..200 {
        let floor = low.floor();
        if floor == low || floor < high.floor() {
            let start = if floor == low { floor } else { floor.plus(&Rational::one()) };
            return Some(
                whole_parts.iter().rev().fold(start, |rest, part: &Rational| part.plus(&rest.inverse())),
            );
        }
        let (next_low, next_high) = (high.minus(&floor).inverse(), low.minus(&floor).inverse());
        whole_parts.push(floor);
        (low, high) = (next_low, next_high);
    }
    None
}
