//! Powers in normal form. In: a base and an exponent in normal form. Out: the power, with whole parts and
//! even powers taken out of roots. Never: a branch chosen without the mark that values must confirm it.

use dashu_int::UBig;

use super::ball::Trouble;
use super::exponent::Exponent;
use super::poly::{Atom, Atoms, Mono, Poly};
use super::rational::{Rational, UnsignedAbs};

type Outcome = Result<Poly, Trouble>;

impl Atoms<'_> {
    pub(super) fn general_power(&mut self, base: Poly, exponent: Poly) -> Outcome {
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
    pub(super) fn rational_power(&mut self, base: &Poly, exponent: &Rational, real_root: bool) -> Outcome {
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
    pub(super) fn is_positive(&self, id: u32) -> bool {
        match self.atom(id) {
            Atom::Pi | Atom::Prime(_) => true,
            Atom::Exp(mono) => !self.has_imaginary(mono),
            _ => false,
        }
    }

    pub(super) fn root_of_product(
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

    pub(super) fn power_of_magnitude(&mut self, magnitude: &Poly, exponent: Exponent) -> Outcome {
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

    pub(super) fn atom_power(&mut self, id: u32, exponent: Exponent) -> Outcome {
        let atom = self.atom(id).clone();
        self.single(atom, exponent)
    }

    /// A positive rational to a rational power: whole parts outside, primes inside.
    pub(super) fn positive_power(&mut self, value: &Rational, power: Exponent) -> Outcome {
        if value.is_one() {
            return Ok(Poly::integer(1));
        }
        let mut result = Poly::integer(1);
        let over = value.numerator().unsigned_abs_big();
        for (number, sign) in [(over, power), (value.denominator().clone(), power.negated())] {
            for (prime, times) in self.factors(&number)? {
                let factor = self.single(Atom::Prime(prime), sign.times(Exponent::new(times, 1)?)?)?;
                result = self.mul(&result, &factor)?;
            }
        }
        Ok(result)
    }

    /// Prime factors, the last of which may be composite if it is large.
    pub(super) fn factors(&mut self, number: &UBig) -> Result<Vec<(UBig, i64)>, Trouble> {
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
}
