//! The funnel: what went into each stage and what became of it. In = kept + dropped + errored, at
//! every stage, checked before a run says done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Counts of one stage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// The stage's name, e.g. `filters`.
    pub name: String,
    /// What is counted: `prompts`, `samples` or `examples`.
    pub unit: String,
    /// How many came in.
    pub input: u64,
    /// How many went on.
    pub kept: u64,
    /// How many were dropped, by reason name.
    pub dropped: BTreeMap<String, u64>,
    /// How many could not be handled, by error.
    pub errored: BTreeMap<String, u64>,
}

impl Stage {
    /// A stage that has seen nothing yet.
    pub fn new(name: &str, unit: &str) -> Self {
        Self { name: name.to_owned(), unit: unit.to_owned(), ..Self::default() }
    }

    /// One came in and went on.
    pub fn keep(&mut self) {
        self.input += 1;
        self.kept += 1;
    }

    /// One came in and was dropped for `reason`.
    pub fn drop(&mut self, reason: &str) {
        self.input += 1;
        *self.dropped.entry(reason.to_owned()).or_default() += 1;
    }

    /// One came in and could not be handled.
    pub fn error(&mut self, error: &str) {
        self.input += 1;
        *self.errored.entry(error.to_owned()).or_default() += 1;
    }

    /// All that were dropped.
    pub fn dropped_total(&self) -> u64 {
        self.dropped.values().sum()
    }

    /// All that could not be handled.
    pub fn errored_total(&self) -> u64 {
        self.errored.values().sum()
    }
}

/// The stages of a run, in the order of the flow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funnel {
    /// In the order of the flow.
    pub stages: Vec<Stage>,
}

impl Funnel {
    /// Checks that every stage adds up and that a stage takes in what the one before let through
    /// (where both count the same unit).
    ///
    /// # Errors
    /// A sentence that names the stage and the numbers.
    pub fn check(&self) -> Result<(), String> {
        for stage in &self.stages {
            let out = stage.kept + stage.dropped_total() + stage.errored_total();
            if stage.input != out {
                return Err(format!(
                    "the stage {} took in {} {} but accounts for {out} ({} kept, {} dropped, {} errored)",
                    stage.name,
                    stage.input,
                    stage.unit,
                    stage.kept,
                    stage.dropped_total(),
                    stage.errored_total(),
                ));
            }
        }
        for pair in self.stages.windows(2) {
            let [before, after] = pair else { continue };
            if before.unit == after.unit && before.kept != after.input {
                return Err(format!(
                    "the stage {} let through {} {} but {} took in {}",
                    before.name, before.kept, before.unit, after.name, after.input,
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_funnel_that_loses_one_is_found() {
        let mut filters = Stage::new("filters", "samples");
        filters.keep();
        filters.keep();
        filters.drop("length.too_short");
        let mut verifiers = Stage::new("verifiers", "samples");
        verifiers.keep();
        let mut funnel = Funnel { stages: vec![filters, verifiers] };
        let message = funnel.check().expect_err("one sample is lost between the stages");
        assert!(message.contains("let through 2 samples but verifiers took in 1"), "{message}");
        funnel.stages[1].error("verifier.crashed");
        assert_eq!(funnel.check(), Ok(()));
        funnel.stages[0].input += 1;
        assert!(funnel.check().is_err());
    }
}
