//! Denominators of normal forms. In: a sum. Out: its inverse, its common factors, or the sum without
//! denominators. Never: an inverse of what may be zero without the mark that values must confirm it.

use dashu_int::UBig;
use dashu_int::ops::BitTest;

use super::ball::Trouble;
use super::exponent::Exponent;
use super::poly::{Atom, Atoms, Mono, Poly};
use super::rational::{self, Rational, UnsignedAbs};

type Outcome = Result<Poly, Trouble>;

impl Atoms<'_> {
    /// Removes the sums from the denominators of `poly`: the product with the returned factor.
    pub fn cleared(&mut self, mut poly: Poly) -> Result<(Poly, Poly), Trouble> {
        let mut factor = Poly::integer(1);
        for _ in 0..64 {
            let mut worst: Option<(u32, i64)> = None;
            for (mono, _) in &poly.terms {
                for (id, exponent) in mono {
                    if !matches!(self.atom(*id), Atom::Base(_)) || !exponent.is_negative() {
                        continue;
                    }
                    let floor = exponent.split().0;
                    if worst.is_none_or(|(known, least)| known < *id || (known == *id && floor < least)) {
                        worst = Some((*id, floor));
                    }
                }
            }
            let Some((id, floor)) = worst else { return Ok((poly, factor)) };
            let multiplier = vec![(id, Exponent::new(-floor, 1)?)];
            let mut terms = Vec::with_capacity(poly.terms.len());
            for (mono, coefficient) in poly.terms {
                let (mono, _) = self.merged(&mono, &multiplier)?;
                self.charge(2)?;
                terms.extend(self.settle(mono, coefficient)?.terms);
            }
            poly = self.checked(Poly::collected(terms))?;
            let settled = self.settle(multiplier, Rational::one())?;
            factor = self.mul(&factor, &settled)?;
        }
        Err(Trouble::TooMuch)
    }

    /// Whether the atom is known not to be zero everywhere.
    pub(super) fn is_never_zero(&self, id: u32) -> bool {
        match self.atom(id) {
            Atom::Symbol(_) | Atom::Pi | Atom::Prime(_) | Atom::MinusOne | Atom::Exp(_) => true,
            // No prime is 1.
            Atom::Log(poly) => poly.to_rational().is_some() || !self.is_constant(poly) && self.is_plain(poly),
            Atom::Base(poly) => self.is_plain(poly) && !self.is_constant(poly),
            Atom::Abs(_) | Atom::Call(..) => false,
        }
    }

    /// Whether it is made of rationals and symbols alone: zero everywhere only if it has no terms.
    pub fn is_plain(&self, poly: &Poly) -> bool {
        let symbol = |id: u32| matches!(self.atom(id), Atom::Symbol(_));
        poly.terms.iter().all(|(mono, _)| mono.iter().all(|(id, _)| symbol(*id)))
    }

    /// One divided by it.
    pub fn invert(&mut self, poly: &Poly) -> Outcome {
        match poly.terms.as_slice() {
            [] => return Err(Trouble::Undefined),
            [(mono, coefficient)] => {
                let mono = mono.iter().map(|(id, exponent)| (*id, exponent.negated())).collect();
                let nonzero = poly.terms[0].0.iter().all(|(id, _)| self.is_never_zero(*id));
                self.confirm |= !nonzero;
                return self.settle(mono, coefficient.inverse());
            }
            _ => {}
        }
        self.charge(poly.terms.len())?;
        let (cleared, factor) = self.cleared(poly.clone())?;
        if cleared.terms.len() < 2 {
            let inverse = self.invert(&cleared)?;
            return self.mul(&factor, &inverse);
        }
        // 1/(a + b) with rational squares: the conjugate over the difference of squares.
        if let [a, b] = cleared.terms.as_slice() {
            let term = |term: &(Mono, Rational)| Poly { terms: vec![term.clone()] };
            let (a, b) = (term(a), term(b));
            if self.is_constant(&a) && self.is_constant(&b) {
                let (square, other) = (self.mul(&a, &a)?, self.mul(&b, &b)?);
                let difference = self.add(square, other.negated())?;
                if let Some(difference) = difference.to_rational() {
                    if difference.is_zero() {
                        return Err(Trouble::Undefined);
                    }
                    let conjugate = self.add(a, b.negated())?.scaled(&difference.inverse());
                    return self.mul(&factor, &conjugate);
                }
            }
        }
        let (content, mono, rest) = self.primitive(&cleared, true)?;
        // Some function of symbols may be zero everywhere: polynomials are known not to be.
        self.confirm |= !self.is_plain(&cleared);
        let id = self.intern(Atom::Base(rest))?;
        let mut inverse: Mono = mono.iter().map(|(id, exponent)| (*id, exponent.negated())).collect();
        inverse.push((id, Exponent::ONE.negated()));
        inverse.sort_unstable_by_key(|(id, _)| *id);
        let inverse = Poly { terms: vec![(inverse, content.inverse())] };
        self.mul(&factor, &inverse)
    }

    /// `poly` as content times monomial times a rest of whole coefficients without common factor. Without
    /// `signed`, the content is positive and the monomial 1.
    pub fn primitive(&self, poly: &Poly, signed: bool) -> Result<(Rational, Mono, Poly), Trouble> {
        let mut over = UBig::ZERO;
        let mut under = UBig::ONE;
        for (_, coefficient) in &poly.terms {
            let magnitude = coefficient.numerator().unsigned_abs_big();
            over = if over.is_zero() { magnitude } else { rational::gcd(&over, &magnitude) };
            let shared = rational::gcd(&under, coefficient.denominator());
            under = &under / shared * coefficient.denominator();
            if over.bit_len() + under.bit_len() > self.budget.bits {
                return Err(Trouble::TooMuch);
            }
        }
        let mut content = Rational::fraction(over.into(), under.into()).ok_or(Trouble::TooMuch)?;
        let mut mono = Mono::new();
        if signed {
            if poly.terms.first().is_some_and(|(_, coefficient)| coefficient.is_negative()) {
                content = -content;
            }
            let mut ids: Vec<u32> =
                poly.terms.iter().flat_map(|(mono, _)| mono.iter().map(|(id, _)| *id)).collect();
            ids.sort_unstable();
            ids.dedup();
            for id in ids {
                if matches!(self.atom(id), Atom::Prime(_) | Atom::MinusOne | Atom::Base(_) | Atom::Abs(_)) {
                    continue;
                }
                let exponent = |mono: &Mono| {
                    mono.iter()
                        .find(|(other, _)| *other == id)
                        .map_or(Exponent { over: 0, under: 1 }, |(_, e)| *e)
                };
                let less = |a: Exponent, b: Exponent| {
                    i64::from(a.over) * i64::from(b.under) < i64::from(b.over) * i64::from(a.under)
                };
                let least = poly
                    .terms
                    .iter()
                    .map(|(mono, _)| exponent(mono))
                    .reduce(|a, b| if less(b, a) { b } else { a })
                    .filter(|least| !least.is_zero());
                if let Some(least) = least {
                    mono.push((id, least));
                }
            }
        }
        let inverse: Mono = mono.iter().map(|(id, exponent)| (*id, exponent.negated())).collect();
        let factor = content.inverse();
        let mut terms = Vec::with_capacity(poly.terms.len());
        for (term, coefficient) in &poly.terms {
            terms.push((self.merged(term, &inverse)?.0, coefficient.times(&factor)));
        }
        Ok((content, mono, Poly::collected(terms)))
    }
}
