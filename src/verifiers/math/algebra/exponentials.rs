//! Exponentials, logarithms, cosines and sines in normal form. In: an argument in normal form. Out: products
//! of `e` to single terms, sums of logarithms of single factors. Never: a sum that the rules could merge.

use dashu_int::IBig;

use super::ball::Trouble;
use super::exponent::Exponent;
use super::poly::{Atom, Atoms, Mono, Poly};
use super::rational::{Rational, UnsignedAbs};

type Outcome = Result<Poly, Trouble>;

impl Atoms<'_> {
    /// `e` to a sum: the product of `e` to its terms.
    pub(super) fn exp(&mut self, exponent: Poly) -> Outcome {
        let mut result = Poly::integer(1);
        for (mono, coefficient) in exponent.terms {
            let factor = self.exp_term(mono, coefficient)?;
            result = self.mul(&result, &factor)?;
        }
        Ok(result)
    }

    pub(super) fn exp_term(&mut self, mono: Mono, coefficient: Rational) -> Outcome {
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
    pub(super) fn turn(&mut self, q: &Rational) -> Outcome {
        let (cos, sin) = (self.cos_of_turn(q)?, self.cos_of_turn(&Rational::new(1, 2).minus(q))?);
        let (Some(cos), Some(sin)) = (cos, sin) else {
            return self.single(Atom::MinusOne, Exponent::of(q)?);
        };
        let i = self.imaginary()?;
        let sin = self.mul(&sin, &i)?;
        self.add(cos, sin)
    }

    /// `cos(π q)` for twelfths, by plain radicals.
    pub(super) fn cos_of_turn(&mut self, q: &Rational) -> Result<Option<Poly>, Trouble> {
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
    pub(super) fn ln(&mut self, argument: &Poly) -> Outcome {
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
                if let [(id, part)] = rest.as_slice()
                    && matches!(self.atom(*id), Atom::MinusOne)
                {
                    // (-1)^f for f in (0, 1), or its negative: the principal argument is π f, or π (f - 1).
                    let part = part.rational().minus(&Rational::from(i64::from(negative)));
                    let (pi, i) = (self.pi()?, self.imaginary()?);
                    let turn = self.mul(&pi, &i)?.scaled(&part);
                    return self.add(sum, turn);
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

    pub(super) fn single_poly(&mut self, atom: Atom) -> Outcome {
        if let Atom::Prime(prime) = atom {
            return Ok(Poly::number(Rational::from(IBig::from(prime))));
        }
        self.single(atom, Exponent::ONE)
    }

    pub(super) fn ln_of_rational(&mut self, value: &Rational) -> Outcome {
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
    pub(super) fn cos_sin(&mut self, argument: &Poly) -> Result<(Poly, Poly), Trouble> {
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
}
