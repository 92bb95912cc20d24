//! Exact rationals of decimal digits: read, compared, never rounded. In: text of digits. Out: a
//! sign, a numerator and a denominator as limbs. Never: a float, a gcd, an overflow.

/// Limbs hold nine decimal digits each, the lowest first, without leading zero limbs: 0 is empty.
const BASE: u64 = 1_000_000_000;
const BASE_DIGITS: usize = 9;

/// A fraction, not in lowest terms. The denominator is never 0.
#[derive(Debug, Clone)]
pub(super) struct Rational {
    negative: bool,
    numerator: Vec<u32>,
    denominator: Vec<u32>,
}

impl Rational {
    /// Reads an unsigned decimal: `12`, `0.50`, `.5`, `5.`; ASCII digits, at least one of them.
    pub(super) fn decimal(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = [whole, fraction].concat();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let power = format!("1{}", "0".repeat(fraction.len()));
        Some(Self { negative: false, numerator: limbs(&digits), denominator: limbs(&power) })
    }

    /// The quotient; `None` if `divisor` is 0.
    pub(super) fn over(&self, divisor: &Self) -> Option<Self> {
        (!divisor.numerator.is_empty()).then(|| Self {
            negative: self.negative != divisor.negative,
            numerator: product(&self.numerator, &divisor.denominator),
            denominator: product(&self.denominator, &divisor.numerator),
        })
    }

    /// The sum of two numbers that are not negative.
    pub(super) fn plus(&self, other: &Self) -> Self {
        debug_assert!(!self.negative && !other.negative);
        let left = product(&self.numerator, &other.denominator);
        let right = product(&other.numerator, &self.denominator);
        Self {
            negative: false,
            numerator: sum(&left, &right),
            denominator: product(&self.denominator, &other.denominator),
        }
    }

    /// True from 0 up to, not including, 1.
    pub(super) fn is_proper(&self) -> bool {
        !self.negative && less(&self.numerator, &self.denominator)
    }

    /// The number with its sign turned if `turn`.
    pub(super) fn negated(mut self, turn: bool) -> Self {
        self.negative ^= turn;
        self
    }

    /// A hundredth of it.
    pub(super) fn percent(&self) -> Self {
        Self { denominator: product(&self.denominator, &[100]), ..self.clone() }
    }
}

impl PartialEq for Rational {
    fn eq(&self, other: &Self) -> bool {
        if self.numerator.is_empty() || other.numerator.is_empty() {
            return self.numerator.is_empty() && other.numerator.is_empty();
        }
        self.negative == other.negative
            && product(&self.numerator, &other.denominator) == product(&other.numerator, &self.denominator)
    }
}

fn limbs(digits: &str) -> Vec<u32> {
    let digits = digits.trim_start_matches('0').as_bytes();
    digits
        .rchunks(BASE_DIGITS)
        .map(|chunk| chunk.iter().fold(0, |limb, digit| limb * 10 + u32::from(digit - b'0')))
        .collect()
}

fn product(left: &[u32], right: &[u32]) -> Vec<u32> {
    let mut limbs = vec![0u32; left.len() + right.len()];
    for (shift, &a) in left.iter().enumerate() {
        let mut carry = 0u64;
        for (limb, &b) in limbs[shift..].iter_mut().zip(right) {
            let value = u64::from(*limb) + u64::from(a) * u64::from(b) + carry;
            *limb = (value % BASE) as u32;
            carry = value / BASE;
        }
        limbs[shift + right.len()] = carry as u32;
    }
    trimmed(limbs)
}

fn sum(left: &[u32], right: &[u32]) -> Vec<u32> {
    let mut carry = 0u64;
    let mut limbs: Vec<u32> = (0..left.len().max(right.len()))
        .map(|at| {
            let limb = |limbs: &[u32]| u64::from(limbs.get(at).copied().unwrap_or(0));
            let value = limb(left) + limb(right) + carry;
            carry = value / BASE;
            (value % BASE) as u32
        })
        .collect();
    limbs.push(carry as u32);
    trimmed(limbs)
}

fn less(left: &[u32], right: &[u32]) -> bool {
    left.len().cmp(&right.len()).then_with(|| left.iter().rev().cmp(right.iter().rev())).is_lt()
}

fn trimmed(mut limbs: Vec<u32>) -> Vec<u32> {
    let length = limbs.iter().rposition(|&limb| limb != 0).map_or(0, |at| at + 1);
    limbs.truncate(length);
    limbs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(number: u128) -> Rational {
        Rational::decimal(&number.to_string()).unwrap()
    }

    proptest! {
        #[test]
        fn fractions_are_equal_when_their_cross_products_are(
            a in 0u64..50, b in 1u64..50, c in 0u64..50, d in 1u64..50, scale in 1u128..u64::MAX.into(),
        ) {
            let left = of(u128::from(a) * scale).over(&of(u128::from(b) * scale)).unwrap();
            let right = of(c.into()).over(&of(d.into())).unwrap();
            prop_assert_eq!(left == right, a * d == b * c);
            prop_assert_eq!(left.is_proper(), a < b);
        }

        #[test]
        fn sums_and_products_agree_with_machine_integers(a: u64, b: u64, c in 1u64..) {
            let (a, b) = (u128::from(a), u128::from(b));
            prop_assert_eq!(of(a).plus(&of(b)), of(a + b));
            let one_over = of(1).over(&of(c.into())).unwrap();
            prop_assert_eq!(of(a).over(&one_over).unwrap(), of(a * u128::from(c)));
        }
    }

    #[test]
    fn zero_divides_nothing_and_has_no_sign() {
        assert!(of(1).over(&of(0)).is_none());
        assert_eq!(of(0), of(0).negated(true));
        assert_ne!(of(1), of(1).negated(true));
        assert_ne!(of(0), of(1));
    }
}
