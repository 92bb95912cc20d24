//! MinHash signatures and their bands: in comes a text, out come its band keys; two texts that share a
//! key are candidates. Nothing is decided here: every candidate pair is verified by its real similarity.
//!
//! The signature is that of *Fast Similarity Sketching* (Dahlgaard, Knudsen, Thorup, FOCS 2017): one
//! hash of a shingle gives a bin and a value; bins that stay empty are filled in further rounds over
//! the same shingles. A long text costs one hash a shingle, and a short one is as exact as with one
//! permutation a bin.

use crate::text::shingles;
use crate::text::tokens::{Tokens, fold};

/// Bins of a signature at most: 2 kB while a text is read; what stays are the band keys.
const MAX_BINS: u32 = 256;
/// Rows of a band at most.
const MAX_ROWS: u32 = 32;
/// The chance to become candidates that two texts at the threshold have at least. The pairs to be found
/// are at or above it, and most lie well above.
const CANDIDATE_CHANCE: f64 = 0.995;

/// How a signature is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bands {
    /// Number of bands.
    pub bands: u32,
    /// Bins that must all agree for a band to agree.
    pub rows_per_band: u32,
}

impl Bands {
    /// The most rows a band, and then the fewest bands, with which two texts of similarity `threshold` are
    /// candidates with a chance of at least 0.995 and the signature fits 256 bins: more rows mean
    /// fewer candidates that are none.
    pub fn for_threshold(threshold: f64) -> Self {
        let fitting = |rows: u32| {
            let agree = threshold.powi(rows as i32).min(1.0 - 1e-9);
            let bands = ((1.0 - CANDIDATE_CHANCE).ln() / (-agree).ln_1p()).ceil().max(1.0);
            (bands * f64::from(rows) <= f64::from(MAX_BINS))
                .then_some(Self { bands: bands as u32, rows_per_band: rows })
        };
        (1..=MAX_ROWS).rev().find_map(fitting).unwrap_or(Self { bands: MAX_BINS, rows_per_band: 1 })
    }

    /// The chance that two texts of this similarity become candidates.
    pub fn candidate_chance(self, jaccard: f64) -> f64 {
        1.0 - (1.0 - jaccard.powi(self.rows_per_band as i32)).powi(self.bands as i32)
    }
}

/// Makes sketches; its buffers are used again for each text.
#[derive(Debug)]
pub struct Sketcher {
    bands: Bands,
    tokens: Tokens,
    shingles: Vec<u64>,
    bins: Vec<u64>,
}

/// What is kept of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// Hash of the text up to case and white space.
    pub exact: u128,
    /// One key a band; none if the text has no word.
    pub keys: Vec<u64>,
}

impl Sketcher {
    /// A sketcher whose keys can be compared with those of others of the same `bands`.
    pub fn new(bands: Bands) -> Self {
        let bins = vec![u64::MAX; (bands.bands * bands.rows_per_band) as usize];
        Self { bands, tokens: Tokens::default(), shingles: Vec::new(), bins }
    }

    /// Sketches a text.
    pub fn sketch(&mut self, text: &str) -> Sketch {
        let exact = self.tokens.read(text);
        let mut keys = Vec::new();
        if !self.tokens.words.is_empty() {
            self.fill();
            let rows = self.bands.rows_per_band as usize;
            keys.extend(self.bins.chunks_exact(rows).zip(1u64..).map(|(rows, band)| {
                rows.iter().fold(fold(band, 0xd6e8_feb8_6659_fd93), |key, &bin| {
                    fold(key ^ bin, 0x9fb2_1c65_1e98_df25)
                })
            }));
        }
        Sketch { exact, keys }
    }

    /// Fills the bins by the words that were read.
    fn fill(&mut self) {
        let Self { tokens, shingles, bins, .. } = self;
        bins.fill(u64::MAX);
        shingles.resize(tokens.words.len(), 0);
        let mut free = shingles.iter_mut();
        let mut count = 0;
        shingles::each(&tokens.words, |shingle| {
            fall(shingle, bins);
            if let Some(place) = free.next() {
                *place = shingle;
                count += 1;
            }
        });
        fill_up(&shingles[..count], bins);
    }
}

/// Fills every bin that a shingle falls into with the smallest value.
#[inline(always)]
fn fall(hash: u64, bins: &mut [u64]) {
    let bin = (((hash >> 32) * bins.len() as u64) >> 32) as usize;
    // Without a branch: which bins get smaller cannot be foretold.
    bins[bin] = bins[bin].min(hash & 0xffff_ffff);
}

/// Fills the bins that are left empty, each with the smallest value of the earliest round that fills it.
fn fill_up(shingles: &[u64], bins: &mut [u64]) {
    let count = bins.len() as u64;
    let mut round = 0;
    while round < 2 * count && bins.contains(&u64::MAX) {
        round += 1;
        for &hash in shingles {
            let hash = fold(hash ^ round.wrapping_mul(0xe703_7ed1_a0b4_28db), 0xa076_1d64_78bd_642f);
            // After as many rounds as bins, a round fills a bin of its own: then none is left empty.
            let bin = if round <= count {
                (((hash >> 32) * count) >> 32) as usize
            } else {
                (round - count - 1) as usize
            };
            let value = round << 32 | hash & 0xffff_ffff;
            if value < bins[bin] {
                bins[bin] = value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_follow_from_the_threshold() {
        for (threshold, bands, rows) in
            [(0.5, 40, 3), (0.7, 29, 5), (0.8, 29, 8), (0.9, 19, 13), (1.0, 1, 32)]
        {
            let found = Bands::for_threshold(threshold);
            assert_eq!(found, Bands { bands, rows_per_band: rows }, "{threshold}");
            assert!(found.candidate_chance(threshold) >= CANDIDATE_CHANCE, "{threshold}");
        }
        for hundredth in 10..=100 {
            let threshold = f64::from(hundredth) / 100.0;
            let found = Bands::for_threshold(threshold);
            assert!(found.bands * found.rows_per_band <= MAX_BINS);
            assert!(found.candidate_chance(threshold) >= CANDIDATE_CHANCE, "{threshold}");
        }
    }

    /// The share of bins that agree estimates the similarity, for short texts as for long ones.
    #[test]
    fn agreeing_bins_estimate_jaccard() {
        for (shared, alone) in [(1, 0), (4, 1), (8, 2), (40, 10), (400, 100), (4_000, 1_000), (20, 60)] {
            let (mut sum, runs) = (0.0, 60);
            let expected = f64::from(shared) / f64::from(shared + alone);
            for run in 0..runs {
                let hash = |n: i32| {
                    let once =
                        fold((run * 1_000_003 + n) as u64 ^ 0x1234_5678_9abc_def1, 0x2545_f491_4f6c_dd1d);
                    fold(once ^ 0xd1b5_4a32_d192_ed03, 0x8cb9_2ba7_2f3d_8dd7)
                };
                let a: Vec<u64> = (0..shared + alone / 2).map(hash).collect();
                let b: Vec<u64> =
                    (0..shared).chain(1_000_000..1_000_000 + alone - alone / 2).map(hash).collect();
                let mut bins = [vec![0; 232], vec![0; 232]];
                for (shingles, bins) in [&a, &b].into_iter().zip(&mut bins) {
                    bins.fill(u64::MAX);
                    shingles.iter().for_each(|&shingle| fall(shingle, bins));
                    fill_up(shingles, bins);
                }
                assert!(!bins[0].contains(&u64::MAX), "every bin is filled");
                sum += bins[0].iter().zip(&bins[1]).filter(|(a, b)| a == b).count() as f64 / 232.0;
            }
            let mean = sum / f64::from(runs);
            // 60 runs of 232 bins: a standard error of at most 0.0043.
            assert!((mean - expected).abs() < 0.02, "{shared}+{alone}: {mean} is not {expected}");
        }
    }

    #[test]
    fn texts_without_words_have_no_keys() {
        let mut sketcher = Sketcher::new(Bands::for_threshold(0.8));
        for text in ["", " ", "+-*/ ?!", "\u{2028}×"] {
            assert!(sketcher.sketch(text).keys.is_empty(), "{text:?}");
        }
        assert_eq!(sketcher.sketch("one").keys.len(), 29);
        assert_eq!(sketcher.sketch("One?").keys, sketcher.sketch("one").keys);
        assert_ne!(sketcher.sketch("One?").exact, sketcher.sketch("one").exact);
    }
}
