//! The corpus: finished examples and every judged candidate come in, in corpus order; Parquet shards,
//! a dataset card and a report go out. The only room besides the journal that knows arrow and parquet.
//!
//! The bytes are a function of the rows and options alone: nothing here reads a clock, a thread count
//! or the environment, and row groups and pages end by rows and bytes.
//!
//! - [`writer`]: the sinks of a run, opened before work begins and closed together;
//! - [`view`]: what an example becomes, a file a view, and the [`ledger`] of all samples;
//! - [`mix`]: what a corpus consists of besides what the run drew;
//! - [`columns`]: column kinds, cells and how they are encoded; [`shard`]: one table's files;
//! - [`evidence`] (`decontamination.parquet`);
//! - [`card`]: `README.md`; [`report`]: `report.html`;
//! - [`table`]: any JSON Lines or Parquet rows as Parquet again;
//! - [`read`] and [`inspect`]: what was written, read back.

pub mod card;
pub mod columns;
pub mod evidence;
pub mod inspect;
pub mod ledger;
pub mod lengths;
pub mod mix;
pub mod read;
pub mod report;
pub mod shard;
pub mod table;
pub mod view;
pub mod writer;

use serde::{Deserialize, Serialize};

pub use card::{AddedCount, Card, SourceCount};
pub use ledger::{Fate, Sample};
pub use writer::{Writer, Written};

/// `[corpus]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The views, the default one first.
    pub views: Vec<View>,
    /// The name on the card and the report; the run folder's name where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The license on the card, as the Hugging Face hub spells it (`apache-2.0`). The output of a
    /// model carries the terms of that model and of the prompts, so none is assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Keep the ledger `all_samples`: every candidate with all that was said about it.
    pub all_samples: bool,
    /// A shard ends at this many MiB of uncompressed cells …
    pub max_shard_mib: u64,
    /// … or at this many rows.
    pub max_shard_rows: u64,
    /// `[[corpus.mix]]`: what stays of the run's examples, and what is added to them, rule by rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mix: Vec<mix::Mix>,
}

impl Default for Options {
    fn default() -> Self {
        // About 500 MB a shard is what the hub's own writers aim at.
        Self {
            views: vec![View::Messages],
            name: None,
            license: None,
            all_samples: true,
            max_shard_mib: 500,
            max_shard_rows: 1_000_000,
            mix: Vec::new(),
        }
    }
}

impl Options {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A sentence that names the option that is out of range.
    pub fn checked(self) -> Result<Self, String> {
        if self.views.is_empty() {
            return Err("`views` must name at least one view".to_owned());
        }
        for (place, view) in self.views.iter().enumerate() {
            if self.views[..place].contains(view) {
                return Err(format!("`views` names `{}` twice", view.layout().name()));
            }
        }
        if self.max_shard_mib == 0 || self.max_shard_rows == 0 {
            return Err("`max_shard_mib` and `max_shard_rows` must be at least 1".to_owned());
        }
        Ok(self)
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

impl View {
    /// What the view writes.
    pub fn layout(self) -> &'static dyn view::Layout {
        match self {
            View::Messages => &view::messages::Messages,
            View::PromptCompletion => &view::prompt_completion::PromptCompletion,
            View::Preference => &view::preference::Preference,
            View::Examples => &view::examples::Examples,
        }
    }
}

#[cfg(test)]
mod tests;
