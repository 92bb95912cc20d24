//! `datagen inspect`: counts, funnel, lengths and examples of a run folder or a Parquet file.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::{Globals, Outcome, output};

/// Arguments of `datagen inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// A run folder or a Parquet file
    #[arg(value_name = "RUN_OR_PARQUET")]
    path: PathBuf,
}

impl Inspect {
    /// Prints the description.
    pub fn run(&self, globals: Globals) -> Outcome {
        let inspection = crate::corpus::inspect::inspect(&self.path)?.to_string();
        if globals.json {
            output::print_json(&json!({ "inspection": inspection }))?;
        } else {
            output::print(&inspection)?;
        }
        Ok(Exit::Done)
    }
}
