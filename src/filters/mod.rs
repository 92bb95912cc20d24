//! Filters: is a completion readable, finished, of the right form? Stateless, one completion at a
//! time, bounded in time and memory on any text. A filter never verifies the answer.
//!
//! A new filter is one file (options, logic, keep/drop table), one variant of [`Options`] and one
//! arm of [`build`].

pub mod classes;
pub mod format;
pub mod language;
pub mod length;
mod lexicon;
pub mod mask;
mod phrases;
#[cfg(test)]
mod properties;
pub mod readability;
pub mod reading;
pub mod reflection;
pub mod refusal;
pub mod repetition;
mod swar;
#[cfg(test)]
mod testing;
pub mod truncated;
mod wide;
pub mod words;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::record::{Completion, Decision, FilterRecord, Prompt};
use reading::Reading;

/// A filter's decision with its figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Keep or drop.
    pub decision: Decision,
    /// Figures, recorded also when the completion is kept: (name, value).
    pub scores: Vec<(&'static str, f64)>,
}

impl Judgement {
    /// Keep, with figures.
    pub fn keep(scores: Vec<(&'static str, f64)>) -> Self {
        Self { decision: Decision::Keep, scores }
    }
}

/// A filter.
pub trait Filter: Send + Sync {
    /// The filter's name: its key in the config and the first part of its reasons' names.
    fn name(&self) -> &'static str;

    /// Keep or drop, with figures.
    fn judge(&self, prompt: &Prompt, completion: &Completion) -> Judgement;

    /// The same of a completion that other filters read as well; for those that share what they find in it.
    fn judge_reading(&self, prompt: &Prompt, reading: &Reading<'_>) -> Judgement {
        self.judge(prompt, reading.completion)
    }
}

/// `[[filters]]` as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Options {
    /// See [`length`].
    Length(length::Length),
    /// See [`truncated`].
    Truncated(truncated::Truncated),
    /// See [`repetition`].
    Repetition(repetition::Repetition),
    /// See [`format`](mod@format).
    Format(format::Format),
    /// See [`language`].
    Language(language::Options),
    /// See [`readability`].
    Readability(readability::Readability),
    /// See [`refusal`].
    Refusal(refusal::Refusal),
    /// See [`reflection`].
    Reflection(reflection::Reflection),
}

/// The filter that `options` describe.
///
/// # Errors
/// A sentence that names the option that is out of range.
pub fn build(options: &Options) -> Result<Box<dyn Filter>, String> {
    Ok(match options {
        Options::Length(options) => Box::new(options.clone().checked()?),
        Options::Truncated(options) => Box::new(options.clone()),
        Options::Repetition(options) => Box::new(options.clone().checked()?),
        Options::Format(options) => Box::new(options.clone()),
        Options::Language(options) => Box::new(options.clone().checked()?),
        Options::Readability(options) => Box::new(options.clone().checked()?),
        Options::Refusal(options) => Box::new(options.clone()),
        Options::Reflection(options) => Box::new(options.clone().checked()?),
    })
}

/// What each of the `filters` says, in order. The first drop is what became of the completion; those behind it say what
/// they would have said without it, so that their figures are there when a threshold is chosen. `examples` are the texts
/// of the worked examples that the prompt showed.
pub fn judge_all(
    filters: &[Box<dyn Filter>],
    prompt: &Prompt,
    completion: &Completion,
    examples: &[&str],
) -> Vec<FilterRecord> {
    let reading = Reading::beside(completion, examples);
    let record = |filter: &dyn Filter| {
        let judgement = filter.judge_reading(prompt, &reading);
        FilterRecord {
            filter: Cow::Borrowed(filter.name()),
            decision: judgement.decision,
            scores: judgement.scores.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect(),
        }
    };
    filters.iter().map(|filter| record(filter.as_ref())).collect()
}
