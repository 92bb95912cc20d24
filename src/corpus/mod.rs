//! The corpus.

pub mod read;

use serde::{Deserialize, Serialize};

/// `[corpus]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The views, the default one first.
    pub views: Vec<View>,
}

impl Default for Options {
    fn default() -> Self {
        Self { views: vec![View::Messages] }
    }
}

/// A way to lay out examples for a kind of training job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// `messages` and every column that describes the example; written to `data/`.
    Messages,
    /// `prompt` and `completion` as message lists (TRL).
    PromptCompletion,
    /// `prompt`, `chosen`, `rejected` as message lists; only where a failed sample exists.
    Preference,
    /// `problem, reasoning, solution, answer, tests, entry_point, domain, source`, as the cold start is kept.
    Examples,
}
