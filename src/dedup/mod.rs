//! Dedup: sees the whole set, in order, and says which rows go and which row stays in the place of each.
//! Only what was compared and found similar goes; hashes alone decide nothing.
//!
//! - [`text`]: words and the hash of a text; [`shingles`]: word 5-grams and their Jaccard similarity;
//! - [`exact`]: equal up to case and white space; [`minhash`]: bands, in which similar texts meet;
//! - [`candidates`]: pairs that meet; [`clusters`]: who of a cluster is kept;
//! - [`whole`]: all of that over a set that need not fit the memory; [`scratch`]: what does not.

pub mod candidates;
pub mod clusters;
pub mod exact;
pub mod minhash;
pub mod scratch;
pub mod shingles;
pub mod text;
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dedup {
    /// Drops an example whose problem and completion equal an earlier one's after normalisation.
    pub exact: bool,
}

impl Default for Dedup {
    fn default() -> Self {
        Self { exact: true }
    }
}
