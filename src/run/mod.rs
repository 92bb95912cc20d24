//! The run: the one loop that knows every stage.
//!
//! - [`plan`]: from the pipeline as written to stages that are ready;
//! - [`prompts`]: what is asked, in order; [`draws`]: how often;
//! - [`execute`]: draws, judges and journals until the target is reached;
//! - [`journal`]: what was drawn, safe from a kill at any moment;
//! - [`evaluate`]: a run whose end is a pass rate;
//! - `finish`: from the journal to the corpus, without the model; `mix`: what is added to it; `report`: the page about it;
//! - [`funnel`]: what became of everything.

pub mod draws;
mod evaluate;
mod finish;
mod folder;
pub mod funnel;
pub mod journal;
mod judge;
mod mix;
mod plan;
pub mod prompts;
mod report;
mod sampling;
mod screen;
mod tally;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

pub use evaluate::evaluate;
pub use plan::{Options, Plan, plan, plan_with};
pub use sampling::execute;

use funnel::Funnel;

/// How far a run is.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Examples accepted so far.
    pub accepted: u64,
    /// Examples wanted.
    pub target: Option<u64>,
    /// Prompts done.
    pub prompts_done: u64,
    /// Prompts in all.
    pub prompts: u64,
    /// Samples judged, those of an earlier start included.
    pub samples: u64,
    /// Tokens drawn since this start.
    pub tokens: u64,
    /// Samples that passed.
    pub passed: u64,
    /// Samples being drawn.
    pub in_flight: u64,
    /// Drops by reason.
    pub drops: BTreeMap<String, u64>,
    /// Since this start.
    pub elapsed: Duration,
    /// What is done now.
    pub stage: &'static str,
}

/// A run that ended.
#[derive(Debug)]
pub struct Done {
    /// What came in, went on, was dropped.
    pub funnel: Funnel,
    /// Examples accepted.
    pub accepted: u64,
    /// Examples wanted.
    pub target: Option<u64>,
    /// It was told to stop; the corpus waits for the next start.
    pub interrupted: bool,
    /// The run folder.
    pub output: PathBuf,
    /// What was written.
    pub corpus: Option<crate::corpus::Written>,
    /// How long this start took.
    pub elapsed: Duration,
}
