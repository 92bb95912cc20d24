//! How good a model is, by a pipeline: it is run to its end, and its journal counted.
//!
//! In: a pipeline that draws as many samples of each prompt as the figures need. Out: pass rates. The run
//! folder stays, so that every sample behind a figure can be read.

use std::collections::HashMap;
use std::sync::Arc;

use super::journal::Journal;
use super::plan::{self, Options};
use super::{Progress, execute};
use crate::config::Pipeline;
use crate::engine::Stop;
use crate::error::{Error, Result};
use crate::pass_rate::{Evaluation, Tally};

/// Runs `pipeline` anew in its output folder and counts.
///
/// # Errors
/// As [`plan`](super::plan) and [`execute`]; also when it is told to stop.
pub fn evaluate(
    pipeline: Pipeline,
    stop: Arc<Stop>,
    progress: &(dyn Fn(&Progress) + Sync),
) -> Result<Evaluation> {
    let options = Options { fresh: true, ..Options::default() };
    let plan = plan::plan(pipeline, &options, &|_| None)?;
    let folder = plan.job.output.join("journal");
    let prompts = &plan.job.prompts;
    let sources: HashMap<String, String> = (0..prompts.len())
        .map(|position| prompts.get(position))
        .map(|prompt| (prompt.id.clone(), prompt.source.clone()))
        .collect();
    if execute(plan, stop, progress)?.interrupted {
        return Err(Error::failed("told to stop while the model was measured"));
    }
    let mut tally = Tally::default();
    Journal::open(&folder, |line, _| {
        if let Some(source) = sources.get(&line.candidate.prompt_id) {
            tally.add(source, &line.candidate);
        }
    })?;
    Ok(tally.evaluation())
}
