//! Verifiers: is the answer right? Stateless, one completion at a time, each with its own limits of
//! time and memory. `pass`, `fail` or `unknown`: could-not-decide is never a pass and never a fail.
//!
//! A new verifier is one file or folder, one variant of [`Options`] and one arm of [`build`].

pub mod command;
pub mod fall_through;
pub mod math;
pub mod python;

use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::record::{Finding, Prompt, Verdict, VerdictRecord};
use fall_through::FallThrough;

/// A verifier.
pub trait Verifier: Send + Sync {
    /// The verifier's name: its key in the config and the first part of its reasons' names.
    fn name(&self) -> &'static str;

    /// Whether the prompt carries what this verifier needs (a reference answer, tests).
    fn applies(&self, prompt: &Prompt) -> bool;

    /// What a person should know of how it works on this machine, for `datagen plan`.
    fn on_this_machine(&self) -> Option<String> {
        None
    }

    /// Whether it waits for other processes most of the time, so that more threads than cores pay.
    fn waits(&self) -> bool {
        false
    }

    /// Judges `text`, the assistant's whole message with its think block.
    fn verify(&self, prompt: &Prompt, text: &str) -> Finding;
}

/// `[[verifiers]]` as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Options {
    /// See [`math`].
    Math(math::Math),
    /// See [`python`].
    Python(python::Python),
    /// See [`python::written_tests`].
    WrittenTests(python::written_tests::WrittenTests),
    /// See [`command`].
    Command(command::Command),
}

/// The verifier that `options` describe.
///
/// # Errors
/// A sentence that names the option that is out of range, or what the machine lacks.
pub fn build(options: &Options) -> Result<Box<dyn Verifier>, String> {
    Ok(match options {
        Options::Math(options) => {
            let math: Box<dyn Verifier> = Box::new(options.clone().checked()?);
            match &options.on_unknown {
                None => math,
                Some(command) => {
                    let then = Box::new(command.clone().checked()?);
                    Box::new(FallThrough { first: math, then })
                }
            }
        }
        Options::Python(options) => Box::new(options.clone().checked()?),
        Options::WrittenTests(options) => Box::new(options.clone().checked()?),
        Options::Command(options) => Box::new(options.clone().checked()?),
    })
}

/// Runs every verifier that applies to the prompt, up to and including the first fail.
pub fn verify_all(verifiers: &[Box<dyn Verifier>], prompt: &Prompt, text: &str) -> Vec<VerdictRecord> {
    let mut records = Vec::with_capacity(verifiers.len());
    for verifier in verifiers.iter().filter(|verifier| verifier.applies(prompt)) {
        let start = Instant::now();
        let finding = verifier.verify(prompt, text);
        let failed = matches!(finding.verdict, Verdict::Fail(_));
        records.push(VerdictRecord::new(verifier.name(), finding, start.elapsed().as_micros() as u64));
        if failed {
            break;
        }
    }
    records
}
