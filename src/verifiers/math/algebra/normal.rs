//! Brings an expression into normal form. In: a tree. Out: a sum of products of powers of atoms in which
//! sums, products, powers, roots, exponentials, logarithms and trigonometric functions have been merged by
//! their rules. Never: a rule that is false somewhere without the mark that values must confirm it.

use std::cmp::Ordering;

use dashu_int::{IBig, UBig};

use super::ball::Trouble;
use super::elementary::Constants;
use super::points::{self, Seen};
use super::poly::{Atom, Atoms, Exponent, Mono, Poly};
use super::rational::{Rational, UnsignedAbs};
use crate::verifiers::math::expr::{Bound, Constant, Expr, Form, Function};

type Outcome = Result<Poly, Trouble>;

/// Factorials of larger numbers are not written out (5000! has 54,000 bits).
const MAX_FACTORIAL: i64 = 2_200;
/// Sums and products of more terms are not written out.
const MAX_TERMS: i64 = 2_000;
/// Arguments of parts of π are recognised up to this denominator.
const MAX_PART: u64 = 120;

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

    fn bound(&mut self, bound: &Bound) -> Outcome {
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

    fn imaginary(&mut self) -> Outcome {
        self.single(Atom::MinusOne, Exponent::HALF)
    }

    fn pi(&mut self) -> Outcome {
        self.single(Atom::Pi, Exponent::ONE)
    }

    fn prime(&mut self, prime: UBig, exponent: Exponent) -> Outcome {
        self.single(Atom::Prime(prime), exponent)
    }

    fn general_power(&mut self, base: Poly, exponent: Poly) -> Outcome {
        if let Some(exponent) = exponent.to_rational() {
            return self.rational_power(&base, &exponent, false);
        }
        if base.is_zero() {
            return Err(Trouble::Unsure);
        }
        let log = self.ln(&base)?;
        let product = self.mul(&exponent, &log)?;
        self.exp(product)
    }

    /// `base^exponent`; of negative numbers the real root, if `real_root`.
    fn rational_power(&mut self, base: &Poly, exponent: &Rational, real_root: bool) -> Outcome {
        if let Some(whole) = exponent.to_i64() {
            if whole == 0 && base.is_zero() {
                return Err(Trouble::Undefined);
            }
            if whole >= 0 {
                return self.power(base, whole as u64);
            }
            let inverse = self.invert(base)?;
            return self.power(&inverse, whole.unsigned_abs());
        }
        let power = Exponent::of(exponent)?;
        if base.is_zero() {
            return if exponent.is_negative() { Err(Trouble::Undefined) } else { Ok(Poly::zero()) };
        }
        let even = power.under() % 2 == 0;
        if let [(mono, coefficient)] = base.terms.as_slice() {
            return self.root_of_product(mono, coefficient, power, even, real_root);
        }
        let (content, _, rest) = self.primitive(base, false)?;
        let outside = self.positive_power(&content, power)?;
        self.confirm |= power.is_negative() && !self.is_plain(&rest);
        let root = self.single(Atom::Base(rest), power)?;
        self.mul(&outside, &root)
    }

    /// Whether the atom is a positive real number wherever it is real.
    fn is_positive(&self, id: u32) -> bool {
        match self.atom(id) {
            Atom::Pi | Atom::Prime(_) => true,
            Atom::Exp(mono) => !self.has_imaginary(mono),
            _ => false,
        }
    }

    fn has_imaginary(&self, mono: &Mono) -> bool {
        mono.iter().any(|(id, _)| match self.atom(*id) {
            Atom::MinusOne => true,
            Atom::Exp(inner) => self.has_imaginary(inner),
            Atom::Symbol(_) | Atom::Pi | Atom::Prime(_) => false,
            Atom::Log(poly) | Atom::Base(poly) | Atom::Abs(poly) => self.poly_imaginary(poly),
            Atom::Call(_, polys) => polys.iter().any(|poly| self.poly_imaginary(poly)),
        })
    }

    fn poly_imaginary(&self, poly: &Poly) -> bool {
        poly.terms.iter().any(|(mono, _)| self.has_imaginary(mono))
    }

    fn root_of_product(
        &mut self,
        mono: &Mono,
        coefficient: &Rational,
        power: Exponent,
        even: bool,
        real_root: bool,
    ) -> Outcome {
        let mut result = self.positive_power(&coefficient.abs(), power)?;
        let mut rest = Mono::new();
        for (id, exponent) in mono {
            if self.is_positive(*id) {
                let factor = self.atom_power(*id, exponent.times(power)?)?;
                result = self.mul(&result, &factor)?;
            } else {
                rest.push((*id, *exponent));
            }
        }
        let negative = coefficient.is_negative();
        if negative && rest.is_empty() {
            let sign = if even {
                self.single(Atom::MinusOne, power)?
            } else if real_root {
                Poly::integer(-1)
            } else {
                return Err(Trouble::Ambiguous);
            };
            return self.mul(&result, &sign);
        }
        if !even && !self.has_imaginary(&rest) {
            // Odd roots go through products of reals; whether a negative one has one is for values to say.
            self.confirm = true;
            for (id, exponent) in rest {
                let factor = self.atom_power(id, exponent.times(power)?)?;
                result = self.mul(&result, &factor)?;
            }
            if negative {
                let times = power.times(Exponent::new(power.under().into(), 1)?)?;
                if times.whole().is_some_and(|times| times % 2 != 0) {
                    result = result.negated();
                }
            }
            return Ok(result);
        }
        // An even root: even powers come out as magnitudes, one odd power alone is not negative.
        let mut inside = Mono::new();
        for (id, exponent) in rest {
            let is_real = !self.has_imaginary(&vec![(id, exponent)]);
            if exponent.is_even() && is_real {
                self.confirm = true;
                let atom = Poly { terms: vec![(vec![(id, Exponent::ONE)], Rational::one())] };
                let magnitude = self.abs(&atom)?;
                let factor = self.power_of_magnitude(&magnitude, exponent.times(power)?)?;
                result = self.mul(&result, &factor)?;
            } else {
                inside.push((id, exponent));
            }
        }
        match inside.as_slice() {
            [] if !negative => return Ok(result),
            [(id, exponent)] if !negative => {
                self.confirm |= *exponent != Exponent::ONE;
                let factor = self.atom_power(*id, exponent.times(power)?)?;
                return self.mul(&result, &factor);
            }
            _ => {}
        }
        let sign = if negative { -Rational::one() } else { Rational::one() };
        let inside = Poly { terms: vec![(inside, sign)] };
        self.confirm |= power.is_negative() && !self.is_plain(&inside);
        let root = self.single(Atom::Base(inside), power)?;
        self.mul(&result, &root)
    }

    fn power_of_magnitude(&mut self, magnitude: &Poly, exponent: Exponent) -> Outcome {
        match magnitude.terms.as_slice() {
            [(mono, value)] if value.is_one() => {
                let mono = mono.clone();
                let mut result = Poly::integer(1);
                for (id, inner) in mono {
                    let factor = self.atom_power(id, inner.times(exponent)?)?;
                    result = self.mul(&result, &factor)?;
                }
                Ok(result)
            }
            _ => self.single(Atom::Base(magnitude.clone()), exponent),
        }
    }

    fn atom_power(&mut self, id: u32, exponent: Exponent) -> Outcome {
        let atom = self.atom(id).clone();
        self.single(atom, exponent)
    }

    /// A positive rational to a rational power: whole parts outside, primes inside.
    fn positive_power(&mut self, value: &Rational, power: Exponent) -> Outcome {
        if value.is_one() {
            return Ok(Poly::integer(1));
        }
        let mut result = Poly::integer(1);
        let over = value.numerator().unsigned_abs_big();
        for (number, sign) in [(over, power), (value.denominator().clone(), power.negated())] {
            for (prime, times) in self.factors(&number)? {
                let factor = self.prime(prime, sign.times(Exponent::new(times, 1)?)?)?;
                result = self.mul(&result, &factor)?;
            }
        }
        Ok(result)
    }

    /// Prime factors, the last of which may be composite if it is large.
    fn factors(&mut self, number: &UBig) -> Result<Vec<(UBig, i64)>, Trouble> {
        let mut found = Vec::new();
        if number.is_one() || number.is_zero() {
            return Ok(found);
        }
        if let Ok(mut small) = u64::try_from(number) {
            let mut divisor = 2u64;
            while divisor <= 2_000 && divisor * divisor <= small {
                let mut times = 0;
                while small % divisor == 0 {
                    small /= divisor;
                    times += 1;
                }
                if times > 0 {
                    found.push((UBig::from(divisor), times));
                }
                divisor += if divisor == 2 { 1 } else { 2 };
            }
            self.charge(1 + divisor as usize / 64)?;
            if small > 1 {
                let root = small.isqrt();
                if root * root == small && small > 1 {
                    found.push((UBig::from(root), 2));
                } else {
                    found.push((UBig::from(small), 1));
                }
            }
            return Ok(found);
        }
        let mut rest = number.clone();
        for divisor in [2u32, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37] {
            let divisor = UBig::from(divisor);
            if let Some(times) = rest.remove(&divisor)
                && times > 0
            {
                found.push((divisor, times as i64));
            }
        }
        self.charge(4 + number.as_words().len())?;
        if rest.is_one() {
            return Ok(found);
        }
        if u64::try_from(&rest).is_ok() {
            found.extend(self.factors(&rest)?);
            return Ok(found);
        }
        for index in [2usize, 3, 5, 7] {
            let root = rest.nth_root(index);
            if root.pow(index) == rest {
                found.push((root, index as i64));
                return Ok(found);
            }
        }
        found.push((rest, 1));
        Ok(found)
    }

    /// `e` to a sum: the product of `e` to its terms.
    fn exp(&mut self, exponent: Poly) -> Outcome {
        let mut result = Poly::integer(1);
        for (mono, coefficient) in exponent.terms {
            let factor = self.exp_term(mono, coefficient)?;
            result = self.mul(&result, &factor)?;
        }
        Ok(result)
    }

    fn exp_term(&mut self, mono: Mono, coefficient: Rational) -> Outcome {
        if let [(id, exponent)] = mono.as_slice()
            && *exponent == Exponent::ONE
            && let Atom::Log(inner) = self.atom(*id).clone()
        {
            self.confirm |= inner.to_rational().is_none();
            return self.rational_power(&inner, &coefficient, false);
        }
        if mono.len() == 2 {
            let turn = mono.iter().all(|(id, exponent)| match self.atom(*id) {
                Atom::MinusOne => *exponent == Exponent::HALF,
                Atom::Pi => *exponent == Exponent::ONE,
                _ => false,
            });
            if turn {
                return self.turn(&coefficient);
            }
        }
        let exponent = Exponent::of(&coefficient)?;
        self.single(Atom::Exp(mono), exponent)
    }

    /// `e^(i π q)`, with radicals where they are plain.
    fn turn(&mut self, q: &Rational) -> Outcome {
        let (cos, sin) = (self.cos_of_turn(q)?, self.cos_of_turn(&Rational::new(1, 2).minus(q))?);
        let (Some(cos), Some(sin)) = (cos, sin) else {
            return self.single(Atom::MinusOne, Exponent::of(q)?);
        };
        let i = self.imaginary()?;
        let sin = self.mul(&sin, &i)?;
        self.add(cos, sin)
    }

    /// `cos(π q)` for twelfths, by plain radicals.
    fn cos_of_turn(&mut self, q: &Rational) -> Result<Option<Poly>, Trouble> {
        let Some(twelfths) = q.times(&Rational::from(12)).to_i64() else { return Ok(None) };
        let folded = twelfths.rem_euclid(24);
        let folded = if folded > 12 { 24 - folded } else { folded };
        let (folded, negative) = if folded > 6 { (12 - folded, true) } else { (folded, false) };
        let root = |this: &mut Self, n: i64, scale: Rational| {
            Ok::<_, Trouble>(
                this.rational_power(&Poly::integer(n), &Rational::new(1, 2), false)?.scaled(&scale),
            )
        };
        let quarter = Rational::new(1, 4);
        let value = match folded {
            0 => Poly::integer(1),
            1 | 5 => {
                let (six, two) = (root(self, 6, quarter.clone())?, root(self, 2, quarter)?);
                self.add(six, if folded == 1 { two } else { two.negated() })?
            }
            2 => root(self, 3, Rational::new(1, 2))?,
            3 => root(self, 2, Rational::new(1, 2))?,
            4 => Poly::number(Rational::new(1, 2)),
            _ => Poly::zero(),
        };
        Ok(Some(if negative { value.negated() } else { value }))
    }

    /// The natural logarithm.
    fn ln(&mut self, argument: &Poly) -> Outcome {
        match argument.terms.as_slice() {
            [] => Err(Trouble::Undefined),
            [(mono, coefficient)] => {
                let (mono, coefficient) = (mono.clone(), coefficient.clone());
                let mut sum = self.ln_of_rational(&coefficient.abs())?;
                let mut rest = Mono::new();
                for (id, exponent) in mono {
                    let term = match self.atom(id).clone() {
                        Atom::Exp(inner) if !self.has_imaginary(&inner) => {
                            let inner = Poly { terms: vec![(inner, Rational::one())] };
                            inner.scaled(&exponent.rational())
                        }
                        atom @ (Atom::Pi | Atom::Prime(_)) => {
                            let atom = self.single_poly(atom)?;
                            self.single(Atom::Log(atom), Exponent::ONE)?.scaled(&exponent.rational())
                        }
                        _ => {
                            rest.push((id, exponent));
                            continue;
                        }
                    };
                    sum = self.add(sum, term)?;
                }
                let negative = coefficient.is_negative();
                if rest.is_empty() {
                    if negative {
                        let (pi, i) = (self.pi()?, self.imaginary()?);
                        let turn = self.mul(&pi, &i)?;
                        sum = self.add(sum, turn)?;
                    }
                    return Ok(sum);
                }
                if negative || self.has_imaginary(&rest) {
                    let sign = if negative { -Rational::one() } else { Rational::one() };
                    let inside = Poly { terms: vec![(rest, sign)] };
                    let log = self.single(Atom::Log(inside), Exponent::ONE)?;
                    return self.add(sum, log);
                }
                self.confirm |= rest.len() > 1 || rest[0].1 != Exponent::ONE;
                for (id, exponent) in rest {
                    let inside = match self.atom(id).clone() {
                        Atom::Base(poly) => poly,
                        atom => self.single_poly(atom)?,
                    };
                    let log = self.single(Atom::Log(inside), Exponent::ONE)?.scaled(&exponent.rational());
                    sum = self.add(sum, log)?;
                }
                Ok(sum)
            }
            _ => {
                let (content, _, rest) = self.primitive(argument, false)?;
                let sum = self.ln_of_rational(&content)?;
                let log = self.single(Atom::Log(rest), Exponent::ONE)?;
                self.add(sum, log)
            }
        }
    }

    fn single_poly(&mut self, atom: Atom) -> Outcome {
        if let Atom::Prime(prime) = atom {
            return Ok(Poly::number(Rational::from(IBig::from(prime))));
        }
        self.single(atom, Exponent::ONE)
    }

    fn ln_of_rational(&mut self, value: &Rational) -> Outcome {
        let mut sum = Poly::zero();
        let over = value.numerator().unsigned_abs_big();
        for (number, sign) in [(over, 1), (value.denominator().clone(), -1)] {
            for (prime, times) in self.factors(&number)? {
                let prime = Poly::number(Rational::from(IBig::from(prime)));
                let log = self.single(Atom::Log(prime), Exponent::ONE)?;
                sum = self.add(sum, log.scaled(&Rational::from(sign * times)))?;
            }
        }
        Ok(sum)
    }

    /// Cosine and sine, as exponentials.
    fn cos_sin(&mut self, argument: &Poly) -> Result<(Poly, Poly), Trouble> {
        if let [(mono, q)] = argument.terms.as_slice()
            && let [(id, exponent)] = mono.as_slice()
            && *exponent == Exponent::ONE
            && matches!(self.atom(*id), Atom::Pi)
        {
            let (cos, sin) = (self.cos_of_turn(q)?, self.cos_of_turn(&Rational::new(1, 2).minus(q))?);
            if let (Some(cos), Some(sin)) = (cos, sin) {
                return Ok((cos, sin));
            }
        }
        let i = self.imaginary()?;
        let turned = self.mul(argument, &i)?;
        let (plus, minus) = (self.exp(turned.clone())?, self.exp(turned.negated())?);
        let half = Rational::new(1, 2);
        let cos = self.add(plus.clone(), minus.clone())?.scaled(&half);
        let difference = self.add(plus, minus.negated())?.scaled(&half);
        let sin = self.mul(&difference, &i.negated())?;
        Ok((cos, sin))
    }

    fn over(&mut self, a: &Poly, b: &Poly) -> Outcome {
        let inverse = self.invert(b)?;
        self.mul(a, &inverse)
    }

    /// The magnitude of a real number.
    fn abs(&mut self, argument: &Poly) -> Outcome {
        if let Some(value) = argument.to_rational() {
            return Ok(Poly::number(value.abs()));
        }
        if self.is_constant(argument) {
            let expr = self.to_expr(argument);
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

    fn call(&mut self, function: &Function, polys: Vec<Poly>) -> Outcome {
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
            let expr = Expr::Apply(function.clone(), polys.iter().map(|poly| self.to_expr(poly)).collect());
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

    fn factorial(&mut self, n: &Poly) -> Result<Option<Poly>, Trouble> {
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

    fn binomial(&mut self, n: &Poly, k: &Poly) -> Outcome {
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
            if k > MAX_TERMS {
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
    fn part_of_pi(&mut self, function: &Function, x: &Poly) -> Result<Option<Rational>, Trouble> {
        let expr = self.to_expr(x);
        let constants = &mut Constants::default();
        let angle = Expr::apply(function.clone(), expr.clone()).over(Expr::Constant(Constant::Pi));
        let (value, _) = match points::constant_value(&angle, 64, constants, self.budget) {
            Ok(found) => found,
            // Perhaps at an end of the domain, as arcsin 1 written with roots.
            Err(Trouble::Unsure) => return Ok(None),
            Err(trouble) => return Err(trouble),
        };
        let Some((low, high)) = value.re.ends().filter(|_| value.is_real()) else { return Ok(None) };
        let Some(candidate) = super::simplest_between(&low, &high) else { return Ok(None) };
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
