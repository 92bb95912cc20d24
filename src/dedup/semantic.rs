//! Texts that mean nearly the same. In: a vector for each text, in order. Out: for each text that goes the earlier
//! one that stays in its place, with the cosine of the two. Candidates meet in a hash table; only what was compared
//! and is at or above the threshold goes.
//!
//! Comparing all pairs costs the square of their number. Here vectors are turned by pseudo-random rotations (signs
//! and Hadamard transforms, three times: Andoni et al. 2015, arXiv 1509.02897, section 4), and the signs of what
//! comes out are cut into keys, one a table. Two vectors at an angle a agree in a sign with a chance of 1 - a/π
//! (Charikar 2002), so that the chance to find a pair at the threshold is known: [`Planes::candidate_chance`].
//! All is addition in a fixed order: the same on any machine, at any number of threads. Where many texts are alike
//! (more than 256 in one place of a table), each is compared with the first and the last ones there.

use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::candidates::Keys;
use super::scratch::Scratch;
use crate::error::Result;
use crate::rng::Rng;

/// The chance to meet in a table that two texts at the threshold have at least.
const CANDIDATE_CHANCE: f64 = 0.95;
/// Tables at most: 1 kB of keys a text.
const MAX_TABLES: u32 = 128;
/// In a table's group of at most this many texts every pair is compared: chance brings together no more than a few
/// hundred of a million at the lowest threshold that is allowed.
const ALL_PAIRS: usize = 256;
/// The lowest threshold: below it texts share a topic, not a meaning, and so many meet by chance that not all could be
/// compared.
pub const LEAST_THRESHOLD: f64 = 0.7;
/// Signs of a key at least and at most.
const BITS: std::ops::RangeInclusive<u32> = 4..=24;
/// A rotation is so many rounds of signs and a Hadamard transform.
const ROUNDS: u64 = 3;

/// `semantic = { … }`: problems that mean nearly the same, by a model of static embeddings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Semantic {
    /// Folder of the model, in the format of model2vec: `tokenizer.json`, `model.safetensors`.
    pub model: std::path::PathBuf,
    /// A prompt of a file whose problem is at or above this cosine to an earlier one's is not drawn. Which value
    /// is right depends on the model: look at `semantic_duplicates.parquet`.
    pub cosine_threshold: f64,
}

/// A text that goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// The text.
    pub row: u32,
    /// The earlier text that stays in its place.
    pub kept: u32,
    /// The cosine of the two.
    pub cosine: f64,
}

/// How vectors become keys.
#[derive(Debug, Clone)]
pub struct Planes {
    dims: usize,
    /// `dims`, or the next power of two.
    padded: usize,
    bits: u32,
    tables: u32,
    /// 1 or -1 for each rotation, round and place.
    signs: Vec<f32>,
}

impl Planes {
    /// As many signs a key as keep chance meetings of `rows` texts rare, and as many tables as find two texts at
    /// `threshold` with a chance of at least 0.95; fewer signs where that took more than 128 tables.
    pub fn new(threshold: f64, rows: usize, dims: usize) -> Self {
        let agree = 1.0 - threshold.clamp(-1.0, 1.0).acos() / std::f64::consts::PI;
        let most = (rows.max(2) as f64).log2().ceil() as u32;
        let tables = |bits: u32| {
            let meet = agree.powi(bits as i32).min(1.0 - 1e-9);
            ((1.0 - CANDIDATE_CHANCE).ln() / (-meet).ln_1p()).ceil().max(1.0)
        };
        let fitting = (*BITS.start()..=most.clamp(*BITS.start(), *BITS.end())).rev();
        let bits = fitting.into_iter().find(|&bits| tables(bits) <= f64::from(MAX_TABLES));
        let bits = bits.unwrap_or(*BITS.start());
        let tables = (tables(bits) as u32).min(MAX_TABLES);
        let padded = dims.max(1).next_power_of_two();
        let rotations = (bits * tables) as usize / padded + 1;
        let mut rng = Rng::named(0, "semantic", 0);
        let signs =
            (0..rotations * ROUNDS as usize * padded).map(|_| if rng.chance(0.5) { 1.0 } else { -1.0 });
        Self { dims, padded, bits, tables, signs: signs.collect() }
    }

    /// Tables, and signs of a key.
    pub fn size(&self) -> (u32, u32) {
        (self.tables, self.bits)
    }

    /// The chance that two texts of this cosine become candidates.
    pub fn candidate_chance(&self, cosine: f64) -> f64 {
        let agree = 1.0 - cosine.clamp(-1.0, 1.0).acos() / std::f64::consts::PI;
        1.0 - (1.0 - agree.powi(self.bits as i32)).powi(self.tables as i32)
    }

    /// One key a table.
    fn keys(&self, vector: &[f32]) -> Vec<u64> {
        let mut keys = vec![0; self.tables as usize];
        let mut turned = vec![0.0; self.padded];
        let (mut table, mut bit) = (0, 0);
        for signs in self.signs.chunks(ROUNDS as usize * self.padded) {
            turned.fill(0.0);
            turned[..self.dims].copy_from_slice(vector);
            for round in signs.chunks(self.padded) {
                turned.iter_mut().zip(round).for_each(|(value, sign)| *value *= sign);
                hadamard(&mut turned);
            }
            for &value in &turned {
                if table == keys.len() {
                    return keys;
                }
                keys[table] |= u64::from(value >= 0.0) << bit;
                bit += 1;
                if bit == self.bits {
                    (table, bit) = (table + 1, 0);
                }
            }
        }
        keys
    }
}

/// The Walsh-Hadamard transform in place, of a power of two of values.
fn hadamard(values: &mut [f32]) {
    let mut half = 1;
    while half < values.len() {
        for pair in values.chunks_exact_mut(2 * half) {
            let (left, right) = pair.split_at_mut(half);
            for (a, b) in left.iter_mut().zip(right) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
    // What grows by the square root of the length a time would leave the range of f32 in long ones.
    let scale = 1.0 / (values.len() as f32).sqrt();
    values.iter_mut().for_each(|value| *value *= scale);
}

/// Vectors that are being gathered.
#[derive(Debug)]
pub struct Set {
    threshold: f64,
    planes: Planes,
    keys: Keys,
    vectors: Scratch,
    /// Rows so far, and of each whether it has a vector.
    has: Vec<bool>,
    words: usize,
}

impl Set {
    /// None yet of `rows` vectors; beyond `memory_bytes` they and their keys (half of it each) go to a temporary
    /// file in `folder`.
    pub fn new(threshold: f64, rows: usize, dims: usize, folder: &Path, memory_bytes: usize) -> Self {
        let planes = Planes::new(threshold, rows, dims);
        let keys = Keys::new(planes.tables, folder, memory_bytes / 2);
        let vectors = Scratch::new(folder, memory_bytes / 2);
        Self { threshold, planes, keys, vectors, has: Vec::new(), words: dims.div_ceil(2) }
    }

    /// How vectors become keys.
    pub fn planes(&self) -> &Planes {
        &self.planes
    }

    /// Adds the next vectors, each of length 1; `None` is a text without one, which stays.
    ///
    /// # Errors
    /// The disk is full.
    pub fn add(&mut self, vectors: &[Option<Vec<f32>>]) -> Result<()> {
        let planes = &self.planes;
        let keys: Vec<Option<Vec<u64>>> =
            vectors.par_iter().map(|vector| vector.as_deref().map(|vector| planes.keys(vector))).collect();
        for (vector, keys) in vectors.iter().zip(keys) {
            let row = self.has.len() as u32;
            self.has.push(vector.is_some());
            let mut words = vec![0; self.words];
            if let (Some(vector), Some(keys)) = (vector, keys) {
                self.keys.add(row, &keys)?;
                let pairs = vector.chunks(2).zip(&mut words);
                pairs.for_each(|(pair, word)| {
                    let high = pair.get(1).copied().unwrap_or(0.0);
                    *word = u64::from(pair[0].to_bits()) | u64::from(high.to_bits()) << 32;
                });
            }
            self.vectors.append(&words)?;
        }
        Ok(())
    }

    /// Compares the candidates: a row goes if an earlier one that stays is at or above the threshold, and points
    /// to the nearest such one.
    ///
    /// # Errors
    /// A temporary file cannot be read.
    pub fn finish(self) -> Result<Vec<Near>> {
        /// Pairs that a thread takes at a time.
        const CHUNK: usize = 1_024;
        let Self { threshold, keys, vectors, words, .. } = self;
        let compare = |pairs: &[(u32, u32)]| -> Result<Vec<(u32, u32, f64)>> {
            let mut buffers = [Vec::new(), Vec::new()];
            let mut close = Vec::new();
            for &(a, b) in pairs {
                let [first, second] = &mut buffers;
                let a_words = vectors.read(a as usize * words, words, first)?;
                let b_words = vectors.read(b as usize * words, words, second)?;
                let cosine = dot(a_words, b_words);
                if cosine >= threshold {
                    close.push((b, a, cosine));
                }
            }
            Ok(close)
        };
        // Table by table, so that not all candidates are in memory: a pair that meets again is compared again.
        let mut close: Vec<(u32, u32, f64)> = Vec::new();
        keys.each_band(ALL_PAIRS, &mut |pairs| {
            let found = pairs.par_chunks(CHUNK).map(compare).collect::<Result<Vec<_>>>()?;
            close.extend(found.into_iter().flatten());
            close.sort_unstable_by_key(|&(row, earlier, _)| (row, earlier));
            close.dedup_by_key(|&mut (row, earlier, _)| (row, earlier));
            Ok(())
        })?;
        let mut gone: Vec<Near> = Vec::new();
        for same in close.chunk_by(|a, b| a.0 == b.0) {
            let stays = |row: u32| gone.binary_search_by_key(&row, |near| near.row).is_err();
            let left = same.iter().filter(|&&(_, earlier, _)| stays(earlier));
            // Of equally near ones the first.
            let nearest = left.reduce(|best, next| if next.2 > best.2 { next } else { best });
            if let Some(&(row, kept, cosine)) = nearest {
                gone.push(Near { row, kept, cosine: cosine.min(1.0) });
            }
        }
        Ok(gone)
    }
}

/// The scalar product of two vectors as they are stored.
fn dot(a: &[u64], b: &[u64]) -> f64 {
    let (mut even, mut odd) = (0.0f64, 0.0f64);
    for (a, b) in a.iter().zip(b) {
        let low = |word: u64| f64::from(f32::from_bits(word as u32));
        let high = |word: u64| f64::from(f32::from_bits((word >> 32) as u32));
        even += low(*a) * low(*b);
        odd += high(*a) * high(*b);
    }
    even + odd
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rng::Rng;

    fn normal(rng: &mut Rng) -> f32 {
        (0..12).map(|_| rng.uniform()).sum::<f64>() as f32 - 6.0
    }

    fn unit(mut vector: Vec<f32>) -> Vec<f32> {
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|x| *x /= length);
        vector
    }

    fn random(rng: &mut Rng, dims: usize) -> Vec<f32> {
        unit((0..dims).map(|_| normal(rng)).collect())
    }

    /// A vector at exactly this cosine to another.
    fn beside(rng: &mut Rng, vector: &[f32], cosine: f32) -> Vec<f32> {
        let other = random(rng, vector.len());
        let along: f32 = other.iter().zip(vector).map(|(a, b)| a * b).sum();
        let across = unit(other.iter().zip(vector).map(|(a, b)| a - along * b).collect());
        let sine = (1.0 - cosine * cosine).sqrt();
        unit(vector.iter().zip(&across).map(|(a, b)| cosine * a + sine * b).collect())
    }

    fn find(vectors: &[Option<Vec<f32>>], threshold: f64, memory: usize) -> Vec<Near> {
        let folder = tempfile::tempdir().expect("a folder");
        let dims = vectors.iter().flatten().next().map_or(1, Vec::len);
        let mut set = Set::new(threshold, vectors.len(), dims, folder.path(), memory);
        vectors.chunks(7).for_each(|lot| set.add(lot).expect("room"));
        set.finish().expect("readable")
    }

    #[test]
    fn tables_follow_from_the_threshold_and_the_number() {
        for (threshold, rows, size) in [
            (0.95, 1_000, (8, 10)),
            (0.9, 1_000, (13, 10)),
            (0.9, 600_000, (65, 20)),
            (0.5, 600_000, (114, 9)),
            (1.0, 100, (1, 7)),
        ] {
            let planes = Planes::new(threshold, rows, 64);
            assert_eq!(planes.size(), size, "{threshold} {rows}");
            assert!(planes.candidate_chance(threshold) >= CANDIDATE_CHANCE, "{threshold} {rows}");
            assert!(planes.candidate_chance((threshold + 1.0) / 2.0) >= planes.candidate_chance(threshold));
        }
    }

    /// Of pairs at the threshold as many are found as the formula says, for widths that are and are not powers of
    /// two; and of pairs below it none goes.
    #[test]
    fn as_many_are_found_as_promised() {
        for (dims, threshold) in [(64, 0.9f64), (256, 0.8), (100, 0.95)] {
            let mut rng = Rng::new(dims as u64);
            let (mut vectors, count) = (Vec::new(), 1_500);
            for at in 0..count {
                let vector = random(&mut rng, dims);
                // A little above and below, so that rounding does not decide.
                let cosine = threshold as f32 + if at % 2 == 0 { 1e-4 } else { -1e-4 };
                let copy = beside(&mut rng, &vector, cosine);
                vectors.extend([Some(vector), Some(copy)]);
            }
            let found = find(&vectors, threshold, usize::MAX);
            assert!(
                found.iter().all(|near| near.row == near.kept + 1 && near.kept % 4 == 0),
                "only planted pairs go"
            );
            let chance = Planes::new(threshold, vectors.len(), dims).candidate_chance(threshold);
            let share = found.len() as f64 / f64::from(count / 2);
            // 750 pairs at a chance of 0.95: a standard error of 0.8 %; three of them.
            assert!(share > chance - 0.024, "{dims} at {threshold}: {share} found, {chance} promised");
        }
    }

    #[test]
    fn the_first_stays_and_what_has_no_vector_does_not_go() {
        let mut rng = Rng::new(3);
        let (a, b) = (random(&mut rng, 32), random(&mut rng, 32));
        let vectors = [None, Some(a.clone()), Some(b.clone()), Some(a.clone()), None, Some(b), Some(a)];
        let found: Vec<(u32, u32)> =
            find(&vectors, 0.99, usize::MAX).iter().map(|n| (n.row, n.kept)).collect();
        assert_eq!(found, [(3, 1), (5, 2), (6, 1)]);
        assert_eq!(find(&[], 0.9, 0), []);
        assert_eq!(find(&[None, None], 0.9, 0), []);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// What goes was compared with what stays; memory and threads change nothing.
        #[test]
        fn what_goes_is_near_what_stays(seed in any::<u64>(), count in 1usize..80, threshold in LEAST_THRESHOLD..0.99) {
            let mut rng = Rng::new(seed);
            let mut vectors: Vec<Option<Vec<f32>>> = Vec::new();
            for _ in 0..count {
                let old = vectors.last().cloned().flatten();
                let next = match (old, rng.below(4)) {
                    (_, 0) => None,
                    (Some(old), 1) => Some(beside(&mut rng, &old, 0.97)),
                    _ => Some(random(&mut rng, 24)),
                };
                vectors.push(next);
            }
            let found = find(&vectors, threshold, usize::MAX);
            let gone: Vec<u32> = found.iter().map(|near| near.row).collect();
            prop_assert!(gone.is_sorted_by(|a, b| a < b));
            for near in &found {
                prop_assert!(near.kept < near.row && !gone.contains(&near.kept) && near.cosine >= threshold);
                let (Some(a), Some(b)) = (&vectors[near.row as usize], &vectors[near.kept as usize]) else {
                    panic!("a row without a vector goes")
                };
                let cosine: f64 = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                prop_assert!((cosine.min(1.0) - near.cosine).abs() < 1e-9);
            }
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
            prop_assert_eq!(pool.install(|| find(&vectors, threshold, 0)), found);
        }
    }
}
