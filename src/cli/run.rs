//! `datagen run`: the main job.

use std::sync::Arc;

use clap::Args;

use super::exit::Exit;
use super::progress::Shown;
use super::{Globals, Outcome, PipelineArgs, interrupt, output, summary};
use crate::engine::Stop;

/// Arguments of `datagen run`.
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pipeline: PipelineArgs,
}

impl Run {
    /// Runs the pipeline and prints what came of it.
    pub fn run(&self, globals: Globals) -> Outcome {
        let plan = self.pipeline.plan()?;
        let stop = Arc::new(Stop::default());
        interrupt::listen(Arc::clone(&stop))?;
        let shown = Shown::new(globals.quiet);
        let done = crate::run::execute(plan, stop, &|progress| shown.update(progress));
        shown.close();
        let done = done?;
        if globals.json {
            output::print_json(&summary::json(&done))?;
        } else {
            output::print(&summary::text(&done))?;
        }
        Ok(Exit::from(&done))
    }
}

impl From<&crate::run::Done> for Exit {
    fn from(done: &crate::run::Done) -> Self {
        if done.interrupted {
            Exit::Interrupted
        } else if done.target.is_some_and(|target| done.accepted < target) {
            Exit::BelowTarget
        } else {
            Exit::Done
        }
    }
}
