//! Dedup while a set grows: a text comes in, and is compared with those that stayed before it. What is
//! decided never changes when more comes, so that any beginning of the set is deduplicated as if it
//! were all of it. In memory are the band keys of what stays, about 0.4 kB a text at a threshold of 0.8.

use std::collections::HashMap;

use super::minhash::{Bands, Sketcher};
use crate::error::Result;
use crate::text::shingles;
use crate::text::tokens::Tokens;

/// Candidates of a text that are compared: the first ones, which meet it in the most bands.
const MAX_COMPARED: usize = 32;

/// The texts that stayed so far.
#[derive(Debug)]
pub struct Running {
    threshold: f64,
    sketcher: Sketcher,
    tokens: Tokens,
    /// For each band, the first text with a key, by the key's lower half: what meets by chance is compared
    /// and found to be different.
    bands: Vec<HashMap<u32, u32>>,
    /// Further texts with the same key.
    others: HashMap<(u32, u32), Vec<u32>>,
    /// Texts that stayed.
    count: u32,
}

impl Running {
    /// None so far; texts at or above `threshold` are near duplicates.
    pub fn new(threshold: f64) -> Self {
        let bands = Bands::for_threshold(threshold);
        Self {
            threshold,
            sketcher: Sketcher::new(bands),
            tokens: Tokens::default(),
            bands: vec![HashMap::new(); bands.bands as usize],
            others: HashMap::new(),
            count: 0,
        }
    }

    /// Compares `text` with the texts that stayed, which `earlier` gives by their number: `None` if it
    /// stays too, as the next number; else the one it repeats, and their similarity.
    ///
    /// # Errors
    /// Those of `earlier`.
    pub fn add(
        &mut self,
        text: &str,
        mut earlier: impl FnMut(u32) -> Result<String>,
    ) -> Result<Option<(u32, f64)>> {
        let sketch = self.sketcher.sketch(text);
        let mut met: Vec<u32> = Vec::new();
        for (band, &key) in sketch.keys.iter().enumerate() {
            let key = key as u32;
            if let Some(&first) = self.bands[band].get(&key) {
                met.push(first);
                met.extend(self.others.get(&(band as u32, key)).into_iter().flatten());
            }
        }
        met.sort_unstable();
        let mut candidates: Vec<(usize, u32)> =
            met.chunk_by(|a, b| a == b).map(|same| (same.len(), same[0])).collect();
        candidates.sort_by_key(|&(bands, number)| (std::cmp::Reverse(bands), number));
        if !candidates.is_empty() {
            let (mut own, mut other) = (Vec::new(), Vec::new());
            self.tokens.read(text);
            shingles::set(&self.tokens.words, &mut own);
            for &(_, number) in candidates.iter().take(MAX_COMPARED) {
                self.tokens.read(&earlier(number)?);
                shingles::set(&self.tokens.words, &mut other);
                let jaccard = shingles::jaccard(&own, &other);
                if jaccard >= self.threshold {
                    return Ok(Some((number, jaccard)));
                }
            }
        }
        for (band, &key) in sketch.keys.iter().enumerate() {
            let key = key as u32;
            match self.bands[band].entry(key) {
                std::collections::hash_map::Entry::Vacant(free) => _ = free.insert(self.count),
                std::collections::hash_map::Entry::Occupied(_) => {
                    let others = self.others.entry((band as u32, key)).or_default();
                    if others.len() < MAX_COMPARED {
                        others.push(self.count);
                    }
                }
            }
        }
        self.count += 1;
        Ok(None)
    }
}

/// Of the texts of one prompt those that repeat an earlier one at or above `threshold`: for each text
/// the earlier one that stays, if there is one.
pub fn within(texts: &[&str], threshold: f64) -> Vec<Option<usize>> {
    let mut tokens = Tokens::default();
    let mut stays: Vec<(usize, Vec<u64>)> = Vec::new();
    let mut all = Vec::with_capacity(texts.len());
    for (at, text) in texts.iter().enumerate() {
        tokens.read(text);
        let mut set = Vec::new();
        shingles::set(&tokens.words, &mut set);
        let similar = stays.iter().find(|(_, other)| shingles::jaccard(&set, other) >= threshold);
        all.push(similar.map(|(earlier, _)| *earlier));
        if all[at].is_none() {
            stays.push((at, set));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn samples_of_a_prompt_table() {
        let long = |from: usize| (from..from + 40).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
        let (a, b) = (long(0), long(100));
        let close = format!("{a} end");
        for (texts, expected) in [
            (vec![], vec![]),
            (vec![a.as_str(), &b, &close], vec![None, None, Some(0)]),
            (vec!["", ""], vec![None, None]),
            (vec![&close, &a, &a], vec![None, Some(0), Some(0)]),
        ] {
            assert_eq!(within(&texts, 0.5), expected);
        }
    }

    proptest! {
        #[test]
        fn what_goes_repeats_what_stayed_and_the_rest_is_not_touched(
            rows in proptest::collection::vec((proptest::collection::vec("[a-f]{1,2}", 1..50), 0usize..4, "[a-z]{4}"), 1..30),
        ) {
            let mut texts: Vec<String> = Vec::new();
            for (words, edit, new) in rows {
                let last = texts.last().cloned().unwrap_or_default();
                texts.push(match edit {
                    0 => last,
                    1 => format!("{last} {new}"),
                    _ => words.join(" "),
                });
            }
            let mut running = Running::new(0.8);
            let mut stayed: Vec<String> = Vec::new();
            let mut tokens = Tokens::default();
            let mut jaccard = |a: &str, b: &str| {
                let (mut first, mut second) = (Vec::new(), Vec::new());
                tokens.read(a);
                shingles::set(&tokens.words, &mut first);
                tokens.read(b);
                shingles::set(&tokens.words, &mut second);
                shingles::jaccard(&first, &second)
            };
            for text in &texts {
                match running.add(text, |number| Ok(stayed[number as usize].clone())).expect("it cannot fail") {
                    Some((number, similarity)) => {
                        prop_assert_eq!(similarity, jaccard(text, &stayed[number as usize]));
                        prop_assert!(similarity >= 0.8);
                    }
                    None => {
                        // Equal texts meet in every band.
                        prop_assert!(stayed.iter().all(|other| jaccard(text, other) < 1.0));
                        stayed.push(text.clone());
                    }
                }
            }
        }
    }
}
