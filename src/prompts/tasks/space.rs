//! The space of a family's problems: mixed-radix digits of an index, and a seeded permutation of
//! indices, so that prompts are distinct without remembering which were drawn.

use crate::rng::mix;

/// Reads parameters off an index, least significant digit first.
#[derive(Debug, Clone)]
pub struct Digits {
    rest: u128,
    count: u128,
}

impl Digits {
    /// Digits of `index`.
    pub fn new(index: u128) -> Self {
        Self { rest: index, count: 1 }
    }

    /// A number in `0..n`; `n` is at least 1.
    pub fn below(&mut self, n: u64) -> u64 {
        let n = u128::from(n.max(1));
        self.count = self.count.saturating_mul(n);
        let digit = self.rest % n;
        self.rest /= n;
        digit as u64
    }

    /// A number in `low..=high`.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    /// One of `items`.
    pub fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len() as u64) as usize]
    }

    /// An ordered choice of `k` distinct numbers out of `0..n`.
    pub fn arrangement(&mut self, n: usize, k: usize) -> Vec<usize> {
        let mut left: Vec<usize> = (0..n).collect();
        (0..k.min(n)).map(|_| left.remove(self.below(left.len() as u64) as usize)).collect()
    }

    /// The number of different indices, known after all parameters were read: product of the
    /// bounds asked for, saturating.
    pub fn count(&self) -> u128 {
        self.count
    }
}

/// Position `position` of a seeded permutation of `0..count`: a four-round Feistel network over the
/// next power of four, walked until it lands inside (Black and Rogaway, "Ciphers with arbitrary
/// finite domains", 2002). `position` is taken modulo `count`; `count` is at least 1 and at most 2^64.
pub fn permuted(position: u64, count: u128, seed: u64) -> u64 {
    let count = count.clamp(1, 1 << 64);
    let bits = (128 - (count - 1).leading_zeros()).max(2).div_ceil(2);
    let mask = (1u64 << bits) - 1;
    let mut x = u128::from(position) % count;
    loop {
        let (mut left, mut right) = ((x >> bits) as u64 & mask, x as u64 & mask);
        for round in 0..4u64 {
            let f = mix(right ^ mix(seed ^ round.wrapping_mul(0x9e37_79b9_7f4a_7c15))) & mask;
            (left, right) = (right, left ^ f);
        }
        x = u128::from(left) << bits | u128::from(right);
        if x < count {
            return x as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn digits_cover_the_space_once() {
        let read = |index| {
            let mut d = Digits::new(index);
            let values = (d.below(3), d.range(-1, 2), d.arrangement(3, 2));
            (values, d.count())
        };
        let count = read(0).1;
        assert_eq!(count, 3 * 4 * 6);
        assert_eq!((0..count).map(|i| read(i).0).collect::<HashSet<_>>().len() as u128, count);
    }

    #[test]
    fn permuted_is_a_permutation() {
        for count in [1u128, 2, 3, 10, 257, 1000] {
            for seed in 0..3 {
                let seen: HashSet<u64> = (0..count as u64).map(|p| permuted(p, count, seed)).collect();
                assert_eq!(seen.len() as u128, count);
                assert!(seen.iter().all(|&x| u128::from(x) < count));
            }
        }
        assert_ne!(permuted(0, 1000, 1), permuted(0, 1000, 2));
    }
}
