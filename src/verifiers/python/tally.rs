//! Counts tests. In: one result a test, in their order. Out: the verdict over all of them, and what to
//! keep of each. Never: a pass where a test has no result.

use serde_json::{Map, Value as Json, json};

use super::reasons::{NotPassed, unknown};
use crate::record::{Reason, Verdict};

/// Most outcomes that are kept one by one; of more, the first.
const MAX_KEPT: usize = 1000;

/// The results so far.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Tally {
    pub(super) total: usize,
    pub(super) passed: usize,
    /// `pass` or the reason's name.
    outcomes: Vec<String>,
    failed: Option<(usize, Reason)>,
    undecided: Option<(usize, Reason)>,
}

impl Tally {
    /// Of `total` tests.
    pub(super) fn of(total: usize) -> Self {
        Self { total, ..Self::default() }
    }

    /// The next test's result.
    pub(super) fn add(&mut self, result: Result<(), NotPassed>) {
        let at = self.outcomes.len() + 1;
        let name = |verdict: &Verdict| verdict.reason().map_or("pass", |reason| &reason.name).to_owned();
        self.outcomes.push(result.as_ref().err().map_or_else(|| "pass".to_owned(), name));
        match result {
            Ok(()) | Err(Verdict::Pass) => self.passed += 1,
            Err(Verdict::Fail(reason)) => self.failed = self.failed.take().or(Some((at, reason))),
            Err(Verdict::Unknown(reason)) => self.undecided = self.undecided.take().or(Some((at, reason))),
        }
    }

    /// The verdict over all tests.
    pub(super) fn verdict(&self) -> Verdict {
        let counted = |(at, reason): &(usize, Reason)| Reason {
            detail: format!(
                "passed {} of {}; first failed: test {at}: {}",
                self.passed, self.total, reason.detail
            ),
            name: reason.name.clone(),
        };
        match (&self.failed, &self.undecided) {
            (Some(failed), _) => Verdict::Fail(counted(failed)),
            (None, Some(undecided)) => Verdict::Unknown(counted(undecided)),
            (None, None) if self.total == 0 => unknown("python.no_tests", "the tests assert nothing"),
            (None, None) if self.passed == self.total => Verdict::Pass,
            (None, None) => unknown("python.tests_failed", "some tests gave no result"),
        }
    }

    /// Whether the `at`-th test (from 0) passed; `None` if nothing can be said of it.
    pub(super) fn outcome(&self, at: usize) -> Option<bool> {
        let undecided =
            ["python.tests_failed", "python.not_plain_value", "python.sandbox_failed", "python.killed"];
        match self.outcomes.get(at)?.as_str() {
            "pass" => Some(true),
            name if undecided.contains(&name) => None,
            _ => Some(false),
        }
    }

    /// `pass` or the reason's name of the `at`-th test (from 0).
    #[cfg(test)]
    pub(super) fn name(&self, at: usize) -> &str {
        self.outcomes.get(at).map_or("not_run", String::as_str)
    }

    /// Whether the program ended before all tests had a result.
    pub(super) fn is_cut_short(&self) -> bool {
        self.outcomes.len() < self.total
    }

    /// What goes into a finding's details.
    pub(super) fn details(&self) -> Map<String, Json> {
        let mut outcomes: Vec<&str> = self.outcomes.iter().map(String::as_str).take(MAX_KEPT).collect();
        outcomes.resize(self.total.min(MAX_KEPT).max(outcomes.len()), "not_run");
        let mut details = Map::new();
        details.insert("tests_passed".into(), self.passed.into());
        details.insert("tests_total".into(), self.total.into());
        details.insert("test_outcomes".into(), json!(outcomes));
        details
    }
}
