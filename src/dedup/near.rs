//! Near duplicates among texts that come one after another: in come texts, out come the texts that stayed and are
//! similar to one, with the Jaccard similarity of each. It never decides who goes.

use std::path::Path;

use super::index::Index;
use super::minhash::{Bands, Sketcher};
use crate::error::Result;
use crate::text::shingles;
use crate::text::tokens::Tokens;

/// Candidates of a text that are compared: those that meet it in the most bands, of those the first.
const MAX_COMPARED: usize = 32;

/// A text that stayed and is similar to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similar {
    /// Its number.
    pub number: u32,
    /// The similarity of the two.
    pub jaccard: f64,
}

/// Gives the text that stayed with a number.
pub type Text<'a> = &'a mut dyn FnMut(u32) -> Result<String>;

/// The texts that stayed so far.
#[derive(Debug)]
pub struct Near {
    threshold: f64,
    bands: Bands,
    index: Index,
    tokens: Tokens,
}

impl Near {
    /// None so far; texts at or above `threshold` are similar. Beyond `limit_bytes` their band keys go to a file in
    /// `folder`.
    pub fn new(threshold: f64, folder: &Path, limit_bytes: usize) -> Self {
        let bands = Bands::for_threshold(threshold);
        let index = Index::new(bands.bands, folder, limit_bytes);
        Self { threshold, bands, index, tokens: Tokens::default() }
    }

    /// Makes the keys of texts: one for each thread.
    pub fn sketcher(&self) -> Sketcher {
        Sketcher::new(self.bands)
    }

    /// The texts that stayed and are similar to `text`, which has these `keys`: with `every` all that are found, else
    /// the first one.
    ///
    /// # Errors
    /// Those of `other`; a temporary file cannot be read.
    pub fn find(&mut self, text: &str, keys: &[u64], every: bool, other: Text<'_>) -> Result<Vec<Similar>> {
        let mut met: Vec<u32> = Vec::new();
        self.index.find(keys, &mut met)?;
        met.sort_unstable();
        let mut candidates: Vec<(usize, u32)> =
            met.chunk_by(|a, b| a == b).map(|same| (same.len(), same[0])).collect();
        candidates.sort_by_key(|&(bands, number)| (std::cmp::Reverse(bands), number));
        let (mut own_set, mut other_set, mut similar) = (Vec::new(), Vec::new(), Vec::new());
        if !candidates.is_empty() {
            self.tokens.read_words(text);
            shingles::set(&self.tokens.words, &mut own_set);
        }
        for &(_, number) in candidates.iter().take(MAX_COMPARED) {
            self.tokens.read_words(&other(number)?);
            shingles::set(&self.tokens.words, &mut other_set);
            let jaccard = shingles::jaccard(&own_set, &other_set);
            if jaccard >= self.threshold {
                similar.push(Similar { number, jaccard });
                if !every {
                    break;
                }
            }
        }
        Ok(similar)
    }

    /// The text with these keys stays, as `number`: a new one, or that of a text whose place it takes. The keys of the
    /// other one lead to this one from then on.
    ///
    /// # Errors
    /// A temporary file cannot be made, read or written.
    pub fn stays(&mut self, keys: &[u64], number: u32) -> Result<()> {
        self.index.put(keys, number)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// As it was before there was an index: maps for each band, in memory. What it decides must stay so.
    struct Maps {
        bands: Vec<HashMap<u32, u32>>,
        others: HashMap<(u32, u32), Vec<u32>>,
    }

    impl Maps {
        fn find(&self, keys: &[u64]) -> Vec<u32> {
            let mut met = Vec::new();
            for (band, &key) in keys.iter().enumerate() {
                if let Some(&first) = self.bands[band].get(&(key as u32)) {
                    met.push(first);
                    met.extend(self.others.get(&(band as u32, key as u32)).into_iter().flatten());
                }
            }
            met.sort_unstable();
            let mut candidates: Vec<(usize, u32)> =
                met.chunk_by(|a, b| a == b).map(|same| (same.len(), same[0])).collect();
            candidates.sort_by_key(|&(bands, number)| (std::cmp::Reverse(bands), number));
            candidates.into_iter().map(|(_, number)| number).take(32).collect()
        }

        fn stays(&mut self, keys: &[u64], number: u32) {
            for (band, &key) in keys.iter().enumerate() {
                let key = key as u32;
                match self.bands[band].entry(key) {
                    std::collections::hash_map::Entry::Vacant(free) => _ = free.insert(number),
                    std::collections::hash_map::Entry::Occupied(_) => {
                        let others = self.others.entry((band as u32, key)).or_default();
                        if others.len() < 32 {
                            others.push(number);
                        }
                    }
                }
            }
        }
    }

    pub fn jaccard(a: &str, b: &str) -> f64 {
        let set = |text: &str| {
            let (mut tokens, mut set) = (Tokens::default(), Vec::new());
            tokens.read_words(text);
            shingles::set(&tokens.words, &mut set);
            set
        };
        shingles::jaccard(&set(a), &set(b))
    }

    /// Texts of which each may repeat the one before it, with a word more or without one.
    pub fn texts() -> impl Strategy<Value = Vec<String>> {
        let row = (proptest::collection::vec("[a-f]{1,2}", 1..50), 0usize..6, "[a-z]{4}");
        proptest::collection::vec(row, 1..40).prop_map(|rows| {
            let mut texts: Vec<String> = Vec::new();
            for (words, edit, new) in rows {
                let last = texts.last().cloned().unwrap_or_default();
                texts.push(match edit {
                    0 => last.to_uppercase(),
                    1 => format!("{last} {new}"),
                    2 => last.rsplit_once(' ').map_or(last.clone(), |(before, _)| before.to_owned()),
                    _ => words.join(" "),
                });
            }
            texts
        })
    }

    proptest! {
        #[test]
        fn what_is_similar_is_what_plain_maps_find(texts in texts(), limit in prop_oneof![Just(0usize), Just(usize::MAX)]) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let mut near = Near::new(0.8, folder.path(), limit);
            let mut sketcher = near.sketcher();
            let bands = Bands::for_threshold(0.8).bands as usize;
            let mut maps = Maps { bands: vec![HashMap::new(); bands], others: HashMap::new() };
            let mut stayed: Vec<String> = Vec::new();
            for text in &texts {
                let keys = sketcher.sketch(text).keys;
                let candidates = maps.find(&keys);
                let expected: Vec<Similar> = candidates
                    .into_iter()
                    .map(|number| Similar { number, jaccard: jaccard(text, &stayed[number as usize]) })
                    .filter(|similar| similar.jaccard >= 0.8)
                    .collect();
                let mut other = |number: u32| Ok(stayed[number as usize].clone());
                prop_assert_eq!(&near.find(text, &keys, true, &mut other).expect("at hand"), &expected);
                let first = near.find(text, &keys, false, &mut other).expect("at hand");
                prop_assert_eq!(first.first(), expected.first());
                if expected.is_empty() {
                    // Equal texts meet in every band.
                    prop_assert!(stayed.iter().all(|other| jaccard(text, other) < 1.0));
                    maps.stays(&keys, stayed.len() as u32);
                    near.stays(&keys, stayed.len() as u32).expect("room");
                    stayed.push(text.clone());
                }
            }
            prop_assert_eq!(near.index.is_spilled(), limit == 0 && !maps.bands[0].is_empty());
        }
    }
}
