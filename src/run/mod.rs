//! The one loop.

pub mod draws;
pub mod funnel;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::config::Pipeline;
use crate::engine;
use crate::error::{Error, Result};
use funnel::Funnel;

/// What the command line adds to the pipeline.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The run folder instead of the pipeline's.
    pub output: Option<PathBuf>,
    /// Only the first this many prompts.
    pub limit: Option<u64>,
    /// Starts over in a folder that holds another run.
    pub fresh: bool,
}

/// A run resolved and checked, not started.
pub struct Plan;

impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("stub")
    }
}

/// Resolves and checks everything, starts nothing.
pub fn plan(_: Pipeline, _: &Options, _: &dyn Fn(&str) -> Option<String>) -> Result<Plan> {
    Ok(Plan)
}

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
    /// Samples drawn.
    pub samples: u64,
    /// Tokens drawn.
    pub tokens: u64,
    /// Samples that passed.
    pub passed: u64,
    /// Samples being drawn.
    pub in_flight: u64,
    /// Drops by reason.
    pub drops: BTreeMap<String, u64>,
    /// Since the start.
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
    /// It was told to stop.
    pub interrupted: bool,
    /// The run folder.
    pub output: PathBuf,
    /// What was written.
    pub corpus: Option<crate::corpus::Written>,
    /// How long it took.
    pub elapsed: Duration,
}

/// Runs a plan.
pub fn execute(_: Plan, _: Arc<engine::Stop>, _: &(dyn Fn(&Progress) + Sync)) -> Result<Done> {
    Err(Error::failed("the run is not built yet"))
}
