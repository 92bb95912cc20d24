//! Candidate pairs: in come the band keys of each row, out come the pairs of rows that share one. Keys
//! lie on disk beyond a memory limit and are looked at band by band. Which pairs come out depends on
//! the keys alone.

use std::path::Path;

use super::scratch::Scratch;
use crate::error::Result;

/// Rows whose keys are stored together, by band: a band's keys of all rows are read in pieces of 32 kB.
const LOT: usize = 4_096;
/// In a band's group of at most this many rows (or as many as the caller says) every pair is a candidate …
pub const ALL_PAIRS: usize = 16;
/// … in a larger one, each row with the first of the group …
const WITH_FIRST: usize = 8;
/// … and with those just before it: time and memory stay linear in the rows when thousands of texts
/// are made from one template. Rows that are alike all the same meet through the first ones, in other
/// bands too.
const WITH_PREVIOUS: usize = 4;

/// Hears the pairs of a band.
pub type Take<'a> = &'a mut dyn FnMut(&[(u32, u32)]) -> Result<()>;

/// The band keys of all rows.
#[derive(Debug)]
pub struct Keys {
    bands: usize,
    /// Whole lots, each band by band.
    lots: Scratch,
    /// The rows of all lots, in order.
    rows: Vec<u32>,
    /// Keys of the rows not yet in a lot, row by row.
    open: Vec<u64>,
}

impl Keys {
    /// None yet; beyond `limit_bytes` they go to a file in `folder`.
    pub fn new(bands: u32, folder: &Path, limit_bytes: usize) -> Self {
        let lots = Scratch::new(folder, limit_bytes);
        Self { bands: bands as usize, lots, rows: Vec::new(), open: Vec::new() }
    }

    /// Adds a row: rows come in ascending order, each with one key a band.
    ///
    /// # Errors
    /// The disk is full.
    pub fn add(&mut self, row: u32, keys: &[u64]) -> Result<()> {
        debug_assert_eq!(keys.len(), self.bands, "one key a band");
        self.rows.push(row);
        self.open.extend_from_slice(keys);
        if self.open.len() == LOT * self.bands { self.close() } else { Ok(()) }
    }

    fn close(&mut self) -> Result<()> {
        let rows = self.open.len() / self.bands;
        let mut turned = Vec::with_capacity(self.open.len());
        for band in 0..self.bands {
            turned.extend((0..rows).map(|row| self.open[row * self.bands + band]));
        }
        self.open.clear();
        self.lots.append(&turned).map(drop)
    }

    /// The candidate pairs, each once, the lower row first, in order.
    ///
    /// # Errors
    /// The keys cannot be written or read again.
    pub fn pairs(self) -> Result<Vec<(u32, u32)>> {
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        let mut distinct = 0;
        self.each_band(ALL_PAIRS, &mut |band| {
            pairs.extend_from_slice(band);
            // Most pairs meet in several bands.
            if pairs.len() > 2 * distinct + (1 << 16) {
                pairs.sort_unstable();
                pairs.dedup();
                distinct = pairs.len();
            }
            Ok(())
        })?;
        pairs.sort_unstable();
        pairs.dedup();
        Ok(pairs)
    }

    /// The candidate pairs band by band, in each the lower row first: a pair that meets in several bands comes
    /// several times. In groups of up to `all_pairs` rows every pair comes.
    ///
    /// # Errors
    /// The keys cannot be written or read again, or `take` fails.
    pub fn each_band(mut self, all_pairs: usize, take: Take<'_>) -> Result<()> {
        if !self.open.is_empty() {
            self.close()?;
        }
        let mut pairs = Vec::new();
        let mut column: Vec<(u64, u32)> = Vec::with_capacity(self.rows.len());
        let mut buffer = Vec::new();
        for band in 0..self.bands {
            column.clear();
            for (lot, rows) in self.rows.chunks(LOT).enumerate() {
                let place = lot * LOT * self.bands + band * rows.len();
                let keys = self.lots.read(place, rows.len(), &mut buffer)?;
                column.extend(keys.iter().copied().zip(rows.iter().copied()));
            }
            column.sort_unstable();
            pairs.clear();
            for group in column.chunk_by(|a, b| a.0 == b.0) {
                of_group(group, all_pairs, &mut pairs);
            }
            take(&pairs)?;
        }
        Ok(())
    }

    /// True if keys lie on disk.
    pub fn is_spilled(&self) -> bool {
        self.lots.is_spilled()
    }
}

/// The pairs of one group, whose rows are in ascending order.
fn of_group(group: &[(u64, u32)], all_pairs: usize, pairs: &mut Vec<(u32, u32)>) {
    for (at, &(_, row)) in group.iter().enumerate() {
        let before = &group[..at];
        if group.len() <= all_pairs {
            pairs.extend(before.iter().map(|&(_, other)| (other, row)));
        } else {
            let first = before.len().min(WITH_FIRST);
            let previous = before.len().saturating_sub(WITH_PREVIOUS).max(first);
            pairs.extend(before[..first].iter().chain(&before[previous..]).map(|&(_, other)| (other, row)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_are_those_that_share_a_key_in_a_band(
            rows in proptest::collection::vec((0u64..9, 0u64..9, 0u64..9), 0..40),
            limit in prop_oneof![Just(0usize), Just(usize::MAX)],
        ) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let mut keys = Keys::new(3, folder.path(), limit);
            for (row, &(a, b, c)) in rows.iter().enumerate() {
                keys.add(row as u32, &[a, b, c]).expect("room");
            }
            let found: BTreeSet<_> = keys.pairs().expect("readable").into_iter().collect();
            let shares = |a: (u64, u64, u64), b: (u64, u64, u64)| a.0 == b.0 || a.1 == b.1 || a.2 == b.2;
            for a in 0..rows.len() {
                for b in a + 1..rows.len() {
                    // No group here has more rows than all of whose pairs are candidates? Then exactly those.
                    let small = |n: u64, part: fn(&(u64, u64, u64)) -> u64| {
                        rows.iter().filter(|row| part(row) == n).count() <= ALL_PAIRS
                    };
                    if small(rows[a].0, |r| r.0) && small(rows[a].1, |r| r.1) && small(rows[a].2, |r| r.2) {
                        prop_assert_eq!(found.contains(&(a as u32, b as u32)), shares(rows[a], rows[b]));
                    } else {
                        prop_assert!(!found.contains(&(a as u32, b as u32)) || shares(rows[a], rows[b]));
                    }
                }
            }
        }
    }

    #[test]
    fn many_lots_and_large_groups_stay_linear() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for limit in [0, usize::MAX] {
            let mut keys = Keys::new(2, folder.path(), limit);
            let rows = 3 * LOT as u32 + 17;
            for row in 0..rows {
                keys.add(row, &[7, u64::from(row / 2)]).expect("room");
            }
            let pairs = keys.pairs().expect("readable");
            assert!(pairs.len() < (WITH_FIRST + WITH_PREVIOUS + 1) * rows as usize);
            let mut linked: Vec<u32> = pairs.iter().filter(|pair| pair.0 == 0).map(|pair| pair.1).collect();
            linked.dedup();
            assert_eq!(linked.len() as u32, rows - 1, "every row meets the first of its group");
            assert!((0..rows - 1).step_by(2).all(|row| pairs.binary_search(&(row, row + 1)).is_ok()));
        }
    }
}
