//! Dedup of a whole set: texts come in, in order, once to be sketched and, those that have a candidate,
//! once more to be compared; out comes for each row that goes the row that stays. Memory is bounded by
//! the options (and about 100 bytes a row); the decisions depend on the texts and options alone.

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;

use super::candidates::Keys;
use super::clusters::{self, Gone, Keep, Rank};
use super::minhash::{Bands, Sketch, Sketcher};
use super::scratch::{Held, Scratch};
use super::{Duplicate, Kind};
use crate::error::{Error, Result};
use crate::text::shingles;
use crate::text::tokens::{self, Tokens};

/// How a whole set is deduplicated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Rows at or above this Jaccard similarity of their word 5-grams are near duplicates; `None`: only
    /// exact ones are looked for.
    pub jaccard_threshold: Option<f64>,
    /// Which of a cluster is kept.
    pub keep: Keep,
    /// Beyond this much memory, band keys and shingles (half of it each) go to disk.
    pub memory_bytes: usize,
}

/// Rows again, in order: `wanted` is sorted, `take` gets each of its rows with its text.
pub trait Texts {
    /// Hands the texts of the rows to `take`.
    ///
    /// # Errors
    /// The source cannot be read again, or `take` fails.
    fn texts(&self, wanted: &[u32], take: &mut dyn FnMut(u32, &str) -> Result<()>) -> Result<()>;
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The rows that go, in order.
    pub duplicates: Vec<Duplicate>,
    /// Pairs that were compared.
    pub compared: u64,
    /// Pairs at or above the threshold.
    pub similar: u64,
    /// Rows of the largest cluster, the one kept included.
    pub largest: u64,
    /// Whether something went to disk.
    pub spilled: bool,
}

/// A set that is being read.
#[derive(Debug)]
pub struct Whole {
    options: Options,
    bands: Bands,
    keys: Keys,
    shingles: Scratch,
    ranks: Vec<Rank>,
    /// The first row with a hash.
    first: HashMap<u128, u32>,
    /// Rows whose hash an earlier row has: (first, row).
    again: Vec<(u32, u32)>,
}

impl Whole {
    /// A set without rows; temporary files go to `folder`.
    pub fn new(options: Options, folder: &Path) -> Self {
        let bands = Bands::for_threshold(options.jaccard_threshold.unwrap_or(1.0));
        Self {
            options,
            bands,
            keys: Keys::new(bands.bands, folder, options.memory_bytes / 2),
            shingles: Scratch::new(folder, options.memory_bytes / 2),
            ranks: Vec::new(),
            first: HashMap::new(),
            again: Vec::new(),
        }
    }

    /// The bands that follow from the threshold.
    pub fn bands(&self) -> Bands {
        self.bands
    }

    /// A sketcher for this set: one for each thread.
    pub fn sketcher(&self) -> Sketcher {
        Sketcher::new(self.bands)
    }

    /// Adds the next row, a text of `bytes` bytes; `None` is a row without a text, which stays. Gives its
    /// number, from 0.
    ///
    /// # Errors
    /// The disk is full; there are more than 4 billion rows.
    pub fn add(&mut self, sketch: Option<&Sketch>, bytes: usize, score: Option<f64>) -> Result<u32> {
        let row = u32::try_from(self.ranks.len())
            .ok()
            .filter(|row| *row < u32::MAX)
            .ok_or_else(|| Error::failed("there are more than 4,294,967,294 rows").help("split the input"))?;
        self.ranks.push(Rank { bytes: u32::try_from(bytes).unwrap_or(u32::MAX), score });
        let Some(sketch) = sketch else { return Ok(row) };
        let first = *self.first.entry(sketch.exact).or_insert(row);
        if first != row {
            self.again.push((first, row));
        } else if self.options.jaccard_threshold.is_some() && !sketch.keys.is_empty() {
            self.keys.add(row, &sketch.keys)?;
        }
        Ok(row)
    }

    /// Rows so far.
    pub fn rows(&self) -> u32 {
        self.ranks.len() as u32
    }

    /// Compares the candidates and decides. `told` hears how many of how many texts were read again.
    ///
    /// # Errors
    /// A text cannot be read again, the disk is full.
    pub fn finish(self, texts: &dyn Texts, told: &mut dyn FnMut(u64, u64)) -> Result<Found> {
        let Self { options, keys, mut shingles, ranks, first, mut again, .. } = self;
        drop(first);
        let rows = ranks.len() as u32;
        let mut spilled = keys.is_spilled();
        let pairs = keys.pairs()?;
        let stored = store(&pairs, &mut again, &mut shingles, texts, told)?;
        spilled |= shingles.is_spilled();
        let threshold = options.jaccard_threshold.unwrap_or(1.0);
        let similar = verify(&pairs, threshold, &stored, &shingles)?;
        // Of equal rows the best by the rule stands for all of them; near duplicates are looked for
        // among those that stand for others or for themselves.
        let stands = standing(&again, options.keep, &ranks);
        let rank = |row: u32| ranks[stands.get(&row).copied().unwrap_or(row) as usize];
        let mut buffers = [Vec::new(), Vec::new()];
        let similarity = |a, b| similarity(a, b, &stored, &shingles, &mut buffers);
        let near = clusters::resolve(rows, &similar, threshold, options.keep, rank, similarity)?;
        let duplicates = join(&again, &stands, &near);
        let mut sizes: HashMap<u32, u64> = HashMap::new();
        duplicates.iter().for_each(|gone| *sizes.entry(gone.kept).or_insert(1) += 1);
        Ok(Found {
            compared: pairs.len() as u64,
            similar: similar.len() as u64,
            largest: sizes.into_values().max().unwrap_or(1).min(u64::from(rows)),
            duplicates,
            spilled,
        })
    }
}

/// Where the shingles of the rows with a candidate lie: (row, place, count), by row.
type Stored = Vec<(u32, usize, usize)>;

/// Reads the texts that are needed again: stores the shingles of all rows in `pairs`, and takes from
/// `again` the rows whose text is not that of their first, whatever their hash.
fn store(
    pairs: &[(u32, u32)],
    again: &mut Vec<(u32, u32)>,
    shingles: &mut Scratch,
    texts: &dyn Texts,
    told: &mut dyn FnMut(u64, u64),
) -> Result<Stored> {
    let mut compared: Vec<u32> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
    compared.sort_unstable();
    compared.dedup();
    let mut equal: HashMap<u32, u32> = again.iter().map(|&(first, row)| (row, first)).collect();
    // The first ones, whose texts are kept until their last copy was seen.
    let mut last: HashMap<u32, u32> = HashMap::new();
    again.iter().for_each(|&(first, row)| _ = last.insert(first, row));
    let mut wanted = compared.clone();
    wanted.extend(again.iter().flat_map(|&(first, row)| [first, row]));
    wanted.sort_unstable();
    wanted.dedup();
    let mut firsts: HashMap<u32, Held> = HashMap::new();
    let mut stored = Vec::with_capacity(compared.len());
    let (mut tokens, mut set) = (Tokens::default(), Vec::new());
    let (mut read, all) = (0, wanted.len() as u64);
    texts.texts(&wanted, &mut |row, text| {
        read += 1;
        if read % 1_024 == 0 {
            told(read, all);
        }
        if last.contains_key(&row) {
            firsts.insert(row, Held::put(text, shingles)?);
        }
        if let Some(first) = equal.get(&row).copied() {
            let same = match firsts.get(&first) {
                Some(held) => tokens::same(&held.get(shingles)?, text),
                None => false,
            };
            if !same {
                equal.remove(&row);
            }
            if last.get(&first) == Some(&row) {
                firsts.remove(&first);
            }
        }
        if compared.binary_search(&row).is_ok() {
            tokens.read_words(text);
            shingles::set(&tokens.words, &mut set);
            stored.push((row, shingles.append(&set)?, set.len()));
        }
        Ok(())
    })?;
    if read != all {
        return Err(Error::failed("the input gave other rows when it was read again")
            .help("do not change the input while it is read"));
    }
    again.retain(|(_, row)| equal.contains_key(row));
    told(all, all);
    Ok(stored)
}

/// The pairs at or above the threshold, in order, each with its similarity.
fn verify(
    pairs: &[(u32, u32)],
    threshold: f64,
    stored: &Stored,
    shingles: &Scratch,
) -> Result<Vec<(u32, u32, f64)>> {
    /// Pairs that a thread takes at a time.
    const CHUNK: usize = 256;
    let chunks: Vec<Vec<(u32, u32, f64)>> = pairs
        .par_chunks(CHUNK)
        .map(|pairs| {
            let mut buffers = [Vec::new(), Vec::new()];
            let mut similar = Vec::new();
            for &(a, b) in pairs {
                let jaccard = similarity(a, b, stored, shingles, &mut buffers)?;
                if jaccard >= threshold {
                    similar.push((a, b, jaccard));
                }
            }
            Ok(similar)
        })
        .collect::<Result<_>>()?;
    Ok(chunks.concat())
}

/// The exact Jaccard similarity of two rows whose shingles are stored.
fn similarity(
    a: u32,
    b: u32,
    stored: &Stored,
    shingles: &Scratch,
    buffers: &mut [Vec<u64>; 2],
) -> Result<f64> {
    let place = |row: u32| stored.binary_search_by_key(&row, |stored| stored.0).map(|at| stored[at]);
    let (Ok((_, a, a_count)), Ok((_, b, b_count))) = (place(a), place(b)) else { return Ok(0.0) };
    let [first, second] = buffers;
    let a = shingles.read(a, a_count, first)?;
    Ok(shingles::jaccard(a, shingles.read(b, b_count, second)?))
}

/// For each first row of equal ones that does not stand for them itself, the one that does.
fn standing(again: &[(u32, u32)], keep: Keep, ranks: &[Rank]) -> HashMap<u32, u32> {
    let mut best: HashMap<u32, u32> = HashMap::new();
    for &(first, row) in again {
        let now = best.get(&first).copied().unwrap_or(first);
        let (new, old) = (ranks[row as usize], ranks[now as usize]);
        if keep.order(new, old).is_lt() {
            best.insert(first, row);
        }
    }
    best
}

/// All that goes, in order, each pointing to a row that stays.
fn join(again: &[(u32, u32)], stands: &HashMap<u32, u32>, near: &[Gone]) -> Vec<Duplicate> {
    let standing = |row: u32| stands.get(&row).copied().unwrap_or(row);
    let gone: HashMap<u32, Gone> = near.iter().map(|gone| (gone.row, *gone)).collect();
    let of = |row: u32, first: u32| match gone.get(&first) {
        Some(gone) => Duplicate { row, kept: standing(gone.kept), kind: Kind::Near, jaccard: gone.jaccard },
        None => Duplicate { row, kept: standing(first), kind: Kind::Exact, jaccard: 1.0 },
    };
    let mut all: Vec<Duplicate> = near.iter().map(|gone| of(gone.row, gone.row)).collect();
    for &(first, row) in again {
        if standing(first) != row || gone.contains_key(&first) {
            all.push(of(row, first));
        }
    }
    // A first row for which another stands goes too.
    for (&first, &row) in stands {
        if !gone.contains_key(&first) && row != first {
            all.push(of(first, first));
        }
    }
    all.sort_unstable_by_key(|duplicate| duplicate.row);
    all
}

#[cfg(test)]
#[path = "whole/tests.rs"]
mod tests;
