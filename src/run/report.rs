//! What the run tells `report.html`: figures of this start and a few samples of the corpus.

use std::fs;

use super::plan::Job;
use crate::corpus::lengths::Lengths;
use crate::corpus::report::{Chain, Report, Speed, render};
use crate::corpus::{Card, Fate};
use crate::error::{Error, Result};
use crate::record::{Candidate, Outcome, Prompt};

/// Samples of each kind on the page.
const ACCEPTED: usize = 3;
/// Samples of one reason on the page, and of reasons in all.
const PER_REASON: usize = 1;
const REJECTED: usize = 8;

/// Gathers what the page shows while the corpus is written.
#[derive(Default)]
pub struct Gathered {
    passed: Lengths,
    not_passed: Lengths,
    accepted: Vec<Chain>,
    rejected: Vec<Chain>,
}

impl Gathered {
    /// Looks at one candidate.
    pub fn see(&mut self, prompt: &Prompt, candidate: &Candidate, fate: Fate) {
        let tokens = candidate.completion.num_tokens;
        if candidate.passed() {
            self.passed.add(tokens);
        } else {
            self.not_passed.add(tokens);
        }
        let (said, reason) = match candidate.outcome() {
            Outcome::Passed => (fate.as_str(), None),
            Outcome::Dropped(reason) => ("dropped", Some(reason)),
            Outcome::Failed(reason) => ("failed", Some(reason)),
            Outcome::Unknown(reason) => ("unknown", reason),
        };
        let accepted = candidate.passed() && fate == Fate::Accepted;
        let room = if accepted {
            self.accepted.len() < ACCEPTED
        } else {
            let alike = |chain: &&Chain| chain.reason.as_deref() == reason.map(|r| &*r.name);
            self.rejected.len() < REJECTED
                && reason.is_some()
                && self.rejected.iter().filter(alike).count() < PER_REASON
        };
        if !room {
            return;
        }
        let chain = Chain {
            accepted,
            fate: said.to_owned(),
            reason: reason.map(|reason| reason.name.to_string()),
            detail: reason.map(|reason| reason.detail.clone()).filter(|detail| !detail.is_empty()),
            source: prompt.source.clone(),
            problem: prompt.problem.clone(),
            answer: prompt.answer.clone(),
            text: candidate.completion.text.clone(),
            num_tokens: tokens,
        };
        if accepted { self.accepted.push(chain) } else { self.rejected.push(chain) }
    }
}

/// Writes `report.html` into the run folder; `accepted` examples count for the target, `examples` are in the
/// corpus.
///
/// # Errors
/// The page cannot be written.
pub fn write(job: &Job, card: &Card, gathered: Gathered, accepted: u64, examples: u64) -> Result<()> {
    let below = job.pipeline.run.target_examples.is_some_and(|target| accepted < target);
    let report = Report {
        name: card.name.clone(),
        model: card.model.clone(),
        complete: true,
        state: if below { "below the target" } else { "complete" }.to_owned(),
        examples,
        facts: card.facts.clone(),
        funnel: card.funnel.clone(),
        passed: gathered.passed,
        not_passed: gathered.not_passed,
        sources: card.sources.clone(),
        speed: speed(job),
        chains: gathered.accepted.into_iter().chain(gathered.rejected).collect(),
        config: card.config.clone(),
    };
    let path = job.output.join("report.html");
    fs::write(&path, render(&report)?).map_err(|e| Error::io("cannot write", &path, e))
}

/// The speed by `metrics.jsonl`; each start of a run begins at 0 and goes behind the one before.
fn speed(job: &Job) -> Vec<Speed> {
    let text = fs::read_to_string(job.output.join("metrics.jsonl")).unwrap_or_default();
    let mut speed = Vec::new();
    let (mut before, mut offset) = ((0.0, 0.0), 0.0);
    for line in text.lines() {
        let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        let (Some(secs), Some(tokens)) = (line["elapsed_secs"].as_f64(), line["tokens"].as_f64()) else {
            continue;
        };
        if secs < before.0 {
            offset += before.0;
            before = (0.0, 0.0);
        }
        if secs > before.0 {
            speed
                .push(Speed { secs: offset + secs, tokens_per_sec: (tokens - before.1) / (secs - before.0) });
        }
        before = (secs, tokens);
    }
    speed
}
