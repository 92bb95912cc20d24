//! Dedup: sees the whole set, in the corpus' order; the first of equals stays.

pub mod exact;

use serde::{Deserialize, Serialize};

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
