//! Dedup: sees the whole set, in order, and says which rows go and which row stays in the place of each.
//! Only what was compared and found similar goes; hashes alone decide nothing.
//!
//! - [`exact`]: equal up to case and white space, as a whole or in some parts; [`minhash`]: bands, in which
//!   similar texts meet;
//! - [`semantic`]: texts that mean nearly the same, by their vectors;
//! - [`candidates`]: pairs that meet; [`clusters`]: who of a cluster is kept;
//! - [`running`]: a set that grows, as a run's corpus does, with [`near`] (who is similar), [`index`] (who shares a band)
//!   and [`score`] (what one is judged by);
//! - [`whole`]: all of that over a set that need not fit the memory; [`scratch`]: what does not.

pub mod candidates;
pub mod clusters;
pub mod exact;
pub mod index;
pub mod minhash;
pub mod near;
pub mod running;
pub mod score;
pub mod scratch;
pub mod semantic;
pub mod whole;

use serde::{Deserialize, Serialize};

pub use clusters::Keep;

/// Why a row goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Equal up to case and white space.
    Exact,
    /// Similar.
    Near,
}

impl Kind {
    /// `exact` or `near`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Exact => "exact",
            Kind::Near => "near",
        }
    }
}

/// A row that goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duplicate {
    /// The row.
    pub row: u32,
    /// The row that stays in its place.
    pub kept: u32,
    /// Why.
    pub kind: Kind,
    /// The Jaccard similarity of the two, of their word 5-grams; 1 if they are equal.
    pub jaccard: f64,
}

/// `[dedup]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dedup {
    /// Drops an example that equals another one up to case and white space.
    pub exact: bool,
    /// In what: an example goes if it equals one that stays in all parts of any of these keys (`problem`,
    /// `completion`, `reasoning`, `solution`, `answer`).
    pub exact_keys: Vec<exact::Key>,
    /// Which of two examples that repeat each other stays: the `first`, the `shortest` (bytes of the completion), or the
    /// one with the `highest_score`; where the rule does not say, the first.
    pub keep: Keep,
    /// The score of `highest_score`: `pass_rate` (of the problem), or a figure that a filter or verifier of the pipeline
    /// records, as `STAGE.FIGURE`. An example without it is worse than any with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<String>,
    /// Beyond this many MiB, band keys (of examples and of problems) and vectors lie in a temporary file.
    pub memory_mib: usize,
    /// Drops near duplicates too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minhash: Option<Minhash>,
    /// Drops problems that mean nearly the same too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub semantic: Option<semantic::Semantic>,
}

/// `minhash = { … }`: near duplicates by the Jaccard similarity of word 5-grams (of characters in scripts
/// without spaces).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Minhash {
    /// Of two examples (problem and completion) at or above this similarity one is dropped.
    pub jaccard_threshold: f64,
    /// Of two samples of a prompt at or above this similarity one is dropped. Different
    /// solutions of one problem have a similarity of about 0.1.
    pub within_prompt: f64,
    /// A prompt of a file whose problem is at or above this similarity to an earlier one is not drawn.
    pub problems: f64,
}

impl Default for Minhash {
    fn default() -> Self {
        // 0.8 is what text-dedup and the RefinedWeb corpus (arXiv 2306.01116) use.
        Self { jaccard_threshold: 0.8, within_prompt: 0.5, problems: 0.8 }
    }
}

impl Dedup {
    /// `memory_mib` in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.memory_mib.saturating_mul(1 << 20)
    }

    /// Checks the ranges.
    ///
    /// # Errors
    /// The key at fault and what is wrong.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        for (at, key) in self.exact_keys.iter().enumerate() {
            if key.0.is_empty() {
                return Err(("exact_keys", "a key in exact_keys must name at least one part".to_owned()));
            }
            if (1..key.0.len()).any(|at| key.0[..at].contains(&key.0[at])) {
                return Err(("exact_keys", format!("the key {} in exact_keys names a part twice", at + 1)));
            }
        }
        if self.exact && self.exact_keys.is_empty() {
            return Err(("exact_keys", "exact_keys must name at least one key".to_owned()));
        }
        match (self.keep, &self.score) {
            (Keep::HighestScore, None) => {
                let what = "keep = \"highest_score\" needs a score: pass_rate, or a stage's figure";
                return Err(("keep", what.to_owned()));
            }
            (Keep::HighestScore, Some(name)) if !score::is_name(name) => {
                return Err((
                    "score",
                    "score must be pass_rate, or a stage and its figure: STAGE.FIGURE".to_owned(),
                ));
            }
            (Keep::HighestScore, Some(_)) | (_, None) => {}
            (_, Some(_)) => {
                return Err(("score", "score is for keep = \"highest_score\" alone".to_owned()));
            }
        }
        if self.memory_mib == 0 {
            return Err(("memory_mib", "memory_mib must be at least 1".to_owned()));
        }
        if let Some(semantic) = &self.semantic {
            if semantic.model.as_os_str().is_empty() {
                return Err(("model", "model of `semantic` must not be empty".to_owned()));
            }
            let least = semantic::LEAST_THRESHOLD;
            if !(least..=1.0).contains(&semantic.cosine_threshold) {
                return Err(("cosine_threshold", format!("cosine_threshold must lie between {least} and 1")));
            }
        }
        let Some(minhash) = &self.minhash else { return Ok(()) };
        for (key, value) in [
            ("jaccard_threshold", minhash.jaccard_threshold),
            ("within_prompt", minhash.within_prompt),
            ("problems", minhash.problems),
        ] {
            // Below 0.1 almost any two texts would be candidates.
            if !(0.1..=1.0).contains(&value) {
                return Err((key, format!("{key} must lie between 0.1 and 1")));
            }
        }
        Ok(())
    }
}

impl Default for Dedup {
    fn default() -> Self {
        Self {
            exact: true,
            exact_keys: vec![exact::Key::whole()],
            keep: Keep::First,
            score: None,
            // Band keys of about 2 million texts at a threshold of 0.8.
            memory_mib: 1_024,
            minhash: None,
            semantic: None,
        }
    }
}
