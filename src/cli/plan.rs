//! `datagen plan`: everything resolved and checked as `run` does, nothing started.

use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::{Globals, Outcome, PipelineArgs, output};

/// Arguments of `datagen plan`.
#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pipeline: PipelineArgs,
}

impl Plan {
    /// Prints the plan.
    pub fn run(&self, globals: Globals) -> Outcome {
        let plan = self.pipeline.plan()?.to_string();
        if globals.json {
            output::print_json(&json!({ "plan": plan }))?;
        } else {
            output::print(&plan)?;
        }
        Ok(Exit::Done)
    }
}
