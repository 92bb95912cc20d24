//! Lengths in tokens, counted in buckets that grow by a quarter octave: any number of samples in a few
//! hundred bytes. Buckets are exact counts; quantiles are good to one bucket, at most 19 %.

use serde::{Deserialize, Serialize};

/// Buckets to an octave.
const PER_OCTAVE: u32 = 4;
/// The last bucket holds everything from 2^31.
const BUCKETS: usize = 32 * PER_OCTAVE as usize;

/// Counts of lengths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lengths {
    counts: Vec<u64>,
    count: u64,
    sum: u64,
    longest: u32,
}

impl Default for Lengths {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], count: 0, sum: 0, longest: 0 }
    }
}

/// A bucket: `from <= length < to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// The shortest length in it.
    pub from: u64,
    /// The first length beyond it.
    pub to: u64,
    /// How many it holds.
    pub count: u64,
}

impl Lengths {
    /// Counts a length.
    pub fn add(&mut self, tokens: u32) {
        self.counts[bucket(tokens)] += 1;
        self.count += 1;
        self.sum += u64::from(tokens);
        self.longest = self.longest.max(tokens);
    }

    /// Takes in another's counts.
    pub fn merge(&mut self, other: &Lengths) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.longest = self.longest.max(other.longest);
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// All of them together.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The longest, 0 without any.
    pub fn longest(&self) -> u32 {
        self.longest
    }

    /// The mean, 0 without any.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 }
    }

    /// A length that at least the fraction `q` of all do not exceed: the last of its bucket, or the
    /// longest where that is less.
    pub fn quantile(&self, q: f64) -> u32 {
        let rank = (q.clamp(0.0, 1.0) * self.count as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for bucket in self.all() {
            seen += bucket.count;
            if seen >= rank {
                return u32::try_from(bucket.to - 1).unwrap_or(u32::MAX).min(self.longest);
            }
        }
        self.longest
    }

    /// The buckets from the first to the last that are not empty.
    pub fn buckets(&self) -> Vec<Bucket> {
        let all: Vec<Bucket> = self.all().collect();
        let first = all.iter().position(|bucket| bucket.count > 0);
        let last = all.iter().rposition(|bucket| bucket.count > 0);
        match (first, last) {
            (Some(first), Some(last)) => all[first..=last].to_vec(),
            _ => Vec::new(),
        }
    }

    /// Buckets of short lengths that hold no whole number are left out.
    fn all(&self) -> impl Iterator<Item = Bucket> + '_ {
        self.counts.iter().enumerate().filter_map(|(index, &count)| {
            let to = if index + 1 == BUCKETS { u64::from(u32::MAX) + 1 } else { edge(index + 1) };
            let from = if index == 0 { 0 } else { edge(index) };
            (from < to).then_some(Bucket { from, to, count })
        })
    }
}

/// The first whole number of a bucket: 2 to the power of `index` quarter octaves, rounded up.
fn edge(index: usize) -> u64 {
    // Fourth roots of 2, 4 and 8 by 2^32, rounded up: integers, so every machine has the same edges.
    const ROOTS: [u64; 4] = [1 << 32, 5_107_605_668, 6_074_001_000, 7_223_245_206];
    let (octave, quarter) = (index / ROOTS.len(), index % ROOTS.len());
    (u128::from(ROOTS[quarter]) << octave).div_ceil(1 << 32) as u64
}

fn bucket(tokens: u32) -> usize {
    let length = u64::from(tokens);
    if length < 2 {
        return 0;
    }
    let octave = length.ilog2() as usize * PER_OCTAVE as usize;
    (octave..octave + PER_OCTAVE as usize)
        .rev()
        .find(|&index| edge(index) <= length)
        .unwrap_or(octave)
        .min(BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edges_are_powers_of_two_and_four_to_an_octave() {
        for octave in 0..32 {
            assert_eq!(edge(octave * 4), 1 << octave);
        }
        assert_eq!((24..=28).map(edge).collect::<Vec<_>>(), [64, 77, 91, 108, 128]);
    }

    #[test]
    fn quantiles_of_nothing_and_of_one() {
        let mut lengths = Lengths::default();
        assert_eq!((lengths.quantile(0.5), lengths.mean(), lengths.buckets().len()), (0, 0.0, 0));
        lengths.add(100);
        assert_eq!((lengths.quantile(0.0), lengths.quantile(1.0)), (100, 100));
        assert_eq!(lengths.buckets(), [Bucket { from: 91, to: 108, count: 1 }]);
    }

    proptest! {
        #[test]
        fn every_length_is_in_the_bucket_that_holds_it(lengths in prop::collection::vec(0u32.., 1..50)) {
            let mut counted = Lengths::default();
            lengths.iter().for_each(|&length| counted.add(length));
            let buckets = counted.buckets();
            for bucket in &buckets {
                let inside = lengths.iter().filter(|&&l| (bucket.from..bucket.to).contains(&u64::from(l))).count();
                prop_assert_eq!(inside as u64, bucket.count);
            }
            prop_assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<u64>(), lengths.len() as u64);
            let mut sorted = lengths.clone();
            sorted.sort_unstable();
            let median = sorted[(sorted.len() - 1) / 2];
            let quantile = counted.quantile(0.5);
            prop_assert!(quantile >= median && f64::from(quantile) <= f64::from(median) * 1.19 + 1.0);
        }
    }
}
