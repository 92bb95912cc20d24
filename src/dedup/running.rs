//! Dedup while a set grows: an example comes in, and is compared with those that stay so far; out comes whether it
//! stays, goes, or takes the place of one that it repeats and that is worse by the rule.
//!
//! With `keep = "first"` what is decided never changes when more comes. With another rule it may, but never the number
//! of examples that stay: each keeps a place, and only who stands in it changes. An example that repeats several which
//! stay goes, however good it is. In memory are, of each example that stays, a hash for each exact key and, up to a
//! limit, its band keys.

use std::path::Path;

use super::clusters::{Keep, Rank};
use super::exact::{Earlier, Parts, Seen};
use super::minhash::Sketcher;
use super::near::Near;
use super::{Dedup, exact};
use crate::error::Result;
use crate::text::shingles;
use crate::text::tokens::Tokens;

/// The reason of a drop for a near duplicate.
const NEAR: &str = "dedup.near";
/// The reason of a drop for a near duplicate among the samples of one prompt.
const WITHIN_PROMPT: &str = "dedup.within_prompt";

/// What is compared of an example; it depends on that example alone, so that any thread can make it.
#[derive(Debug, Clone, PartialEq)]
pub struct Marks {
    hashes: Vec<Option<u128>>,
    keys: Vec<u64>,
    rank: Rank,
}

/// Makes the marks of examples: one for each thread.
#[derive(Debug)]
pub struct Marker {
    exact_keys: Vec<exact::Key>,
    sketcher: Option<Sketcher>,
}

impl Marker {
    /// The marks of an example; `rank` is what the rule looks at.
    pub fn marks(&mut self, parts: &Parts<'_>, rank: Rank) -> Marks {
        let keys = self.sketcher.as_mut().map(|sketcher| sketcher.sketch(&text(parts)).keys);
        let hashes = self.exact_keys.iter().map(|key| key.hash(parts)).collect();
        Marks { hashes, keys: keys.unwrap_or_default(), rank }
    }
}

/// What is compared for similarity.
fn text(parts: &Parts<'_>) -> String {
    format!("{}\n{}", parts.problem, parts.completion)
}

/// What becomes of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// It stays, by the next number, counted from 0.
    New(u32),
    /// It stays in the place of the one that had this number till now, which goes for this reason.
    Of(u32, String),
    /// It goes for this reason.
    None(String),
}

/// The examples that stay so far.
#[derive(Debug)]
pub struct Running {
    keep: Keep,
    seen: Option<Seen>,
    near: Option<Near>,
    /// Of those that stay, where the rule looks at it.
    ranks: Vec<Rank>,
    count: u32,
}

impl Running {
    /// None so far; temporary files go to `folder`.
    pub fn new(options: &Dedup, folder: &Path) -> Self {
        let near = options
            .minhash
            .map(|minhash| Near::new(minhash.jaccard_threshold, folder, options.memory_bytes()));
        Self {
            keep: options.keep,
            seen: options.exact.then(|| Seen::new(&options.exact_keys)),
            near,
            ranks: Vec::new(),
            count: 0,
        }
    }

    /// Makes marks for this set.
    pub fn marker(&self) -> Marker {
        Marker {
            exact_keys: self.seen.as_ref().map(|seen| seen.keys().to_vec()).unwrap_or_default(),
            sketcher: self.near.as_ref().map(Near::sketcher),
        }
    }

    /// Whether anything is compared at all.
    pub fn compares(&self) -> bool {
        self.seen.is_some() || self.near.is_some()
    }

    /// How many stay.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// From now on nobody loses a place: what comes goes if it repeats one that stays.
    pub fn settle(&mut self) {
        self.keep = Keep::First;
    }

    /// Decides about the next example. `repeats_sibling`: a sample of the same prompt that stays is similar to it.
    /// `earlier` shows those that stay, by their numbers.
    ///
    /// # Errors
    /// Those of `earlier`; a temporary file cannot be made, read or written.
    pub fn add(
        &mut self,
        parts: &Parts<'_>,
        marks: &Marks,
        repeats_sibling: bool,
        earlier: Earlier<'_>,
    ) -> Result<Place> {
        let by_rule = matches!(self.keep, Keep::Shortest | Keep::HighestScore);
        // Whether it may take that one's place.
        let better = |ranks: &[Rank], number: u32| {
            by_rule && !repeats_sibling && self.keep.order(marks.rank, ranks[number as usize]).is_lt()
        };
        let mut repeated: Vec<u32> = Vec::new();
        let mut reason = None;
        if let Some(seen) = &self.seen {
            let found = seen.find(parts, &marks.hashes, by_rule, earlier)?;
            reason = found.first().map(|(key, _)| key.reason());
            repeated.extend(found.iter().map(|(_, number)| *number));
        }
        if let Some(reason) = &reason
            && (repeated.len() > 1 || !better(&self.ranks, repeated[0]))
        {
            return Ok(Place::None(reason.clone()));
        }
        if repeats_sibling {
            return Ok(Place::None(WITHIN_PROMPT.to_owned()));
        }
        if let Some(near) = &mut self.near {
            let mut other = |number: u32| {
                let mut found = String::new();
                earlier(number, &mut |parts| found = text(parts))?;
                Ok(found)
            };
            let similar = near.find(&text(parts), &marks.keys, by_rule, &mut other)?;
            repeated.extend(similar.iter().map(|similar| similar.number));
            repeated.sort_unstable();
            repeated.dedup();
        }
        let reason = reason.unwrap_or_else(|| NEAR.to_owned());
        let place = match repeated[..] {
            [] => {
                self.count += 1;
                if by_rule {
                    self.ranks.push(marks.rank);
                }
                Place::New(self.count - 1)
            }
            [number] if better(&self.ranks, number) => {
                if let Some(seen) = &mut self.seen {
                    let mut old = Vec::new();
                    earlier(number, &mut |parts| old = seen.hashes(parts))?;
                    seen.leaves(&old, number);
                }
                self.ranks[number as usize] = marks.rank;
                Place::Of(number, reason)
            }
            _ => return Ok(Place::None(reason)),
        };
        if let Place::New(number) | Place::Of(number, _) = place {
            if let Some(seen) = &mut self.seen {
                seen.stays(&marks.hashes, number);
            }
            if let Some(near) = &mut self.near {
                near.stays(&marks.keys, number)?;
            }
        }
        Ok(place)
    }
}

/// Of the texts of one prompt those that repeat a better one by the rule (of equally good ones an earlier one) at or
/// above `threshold`: for each text the one that stays, if there is one.
pub fn within(texts: &[(&str, Rank)], keep: Keep, threshold: f64) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by(|&a, &b| keep.order(texts[a].1, texts[b].1));
    let mut tokens = Tokens::default();
    let mut stays: Vec<(usize, Vec<u64>)> = Vec::new();
    let mut all = vec![None; texts.len()];
    for at in order {
        tokens.read_words(texts[at].0);
        let mut set = Vec::new();
        shingles::set(&tokens.words, &mut set);
        let similar = stays.iter().find(|(_, other)| shingles::jaccard(&set, other) >= threshold);
        all[at] = similar.map(|(other, _)| *other);
        if all[at].is_none() {
            stays.push((at, set));
        }
    }
    all
}

#[cfg(test)]
#[path = "running/tests.rs"]
mod tests;
