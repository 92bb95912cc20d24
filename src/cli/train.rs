//! `datagen train`: trains a model and writes a Hugging Face checkpoint.

use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::{Globals, Outcome, progress};

/// Arguments of `datagen train`.
#[derive(Debug, Args)]
pub struct Train {
    /// The training config, a TOML file
    #[arg(value_name = "TRAIN.toml")]
    config: PathBuf,
    /// Goes on from the last saved state
    #[arg(long)]
    resume: bool,
}

impl Train {
    /// Trains; a line of progress now and then.
    pub fn run(&self, globals: Globals) -> Outcome {
        let mut report = |line: &str| {
            if !globals.quiet {
                progress::print(&format!("{line}\n"));
            }
        };
        crate::train::command(&self.config, self.resume, &mut report)?;
        Ok(Exit::Done)
    }
}
