//! Selection, dedup and the target over the prompts of a run, in prompt order, with the funnel of all
//! stages. A function of the journal and the pipeline alone; what is decided about a prompt does not
//! depend on those after it.

use std::collections::HashSet;

use super::funnel::{Funnel, Stage};
use super::journal::{Journal, Location};
use super::mix;
use super::plan::Job;
use super::sampling::Drawn;
use crate::corpus::Fate;
use crate::corpus::mix::choose::Facts;
use crate::dedup::exact::{Parts, Seen};
use crate::dedup::running::{self, Running};
use crate::error::Result;
use crate::format::think;
use crate::record::{Candidate, Outcome, Prompt};

/// Where the samples that were drawn lie, in order.
pub fn locations(samples: &[Drawn]) -> Vec<Location> {
    let location = |sample: &Drawn| match sample {
        Drawn::Judged { location, .. } => Some(*location),
        Drawn::Failed | Drawn::Exhausted => None,
    };
    samples.iter().filter_map(location).collect()
}

/// How many of a prompt's samples passed, and how many were decided at all.
pub fn decided(candidates: &[Candidate]) -> (u64, u64) {
    let passed = candidates.iter().filter(|c| c.passed()).count() as u64;
    let decided = candidates.iter().filter(|c| !matches!(c.outcome(), Outcome::Unknown(_))).count() as u64;
    (passed, decided)
}

/// What dedup compares of a sample.
fn parts<'a>(prompt: &'a Prompt, candidate: &'a Candidate) -> Parts<'a> {
    let completion = candidate.completion.text.as_str();
    let think::Parts { reasoning, solution } = think::parts(completion);
    let answer = prompt.answer.as_deref().unwrap_or_default();
    Parts { problem: &prompt.problem, completion, reasoning, solution, answer }
}

/// Selection, dedup and the target over prompts in order, with the funnel of all stages.
pub struct Tally<'a> {
    job: &'a Job,
    prompts: usize,
    accepted: u64,
    /// Of every candidate so far, in order.
    fates: Vec<Fate>,
    seen: Option<Seen>,
    near: Option<Running>,
    /// Of the examples that dedup left in, by their number in `seen` and `near`: the prompt's position and the
    /// sample.
    stayed: Vec<(u32, Location)>,
    /// Of the accepted ones, in order, what a mix chooses by; empty without one.
    facts: Facts,
    engine: Stage,
    filters: Stage,
    verifiers: Stage,
    select: Stage,
    dedup: Stage,
    corpus: Stage,
}

impl<'a> Tally<'a> {
    /// Nothing counted yet.
    pub fn new(job: &'a Job) -> Self {
        let stage = |name: &str| Stage::new(name, "samples");
        Self {
            job,
            prompts: 0,
            accepted: 0,
            fates: Vec::new(),
            seen: job.pipeline.dedup.exact.then(|| Seen::new(&job.pipeline.dedup.exact_keys)),
            near: job.pipeline.dedup.minhash.map(|minhash| Running::new(minhash.jaccard_threshold)),
            stayed: Vec::new(),
            facts: Facts::default(),
            engine: stage("engine"),
            filters: stage("filters"),
            verifiers: stage("verifiers"),
            select: stage("select"),
            dedup: stage("dedup"),
            corpus: stage("corpus"),
        }
    }

    /// Prompts counted: all before this position.
    pub fn prompts(&self) -> usize {
        self.prompts
    }

    /// Examples accepted.
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    /// True once there are as many examples as wanted.
    pub fn reached(&self) -> bool {
        self.job.pipeline.run.target_examples.is_some_and(|target| self.accepted >= target)
    }

    /// What became of every candidate of the prompts counted, in order.
    pub fn fates(&self) -> &[Fate] {
        &self.fates
    }

    /// What decides about the accepted examples, in order, where there is a mix.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The examples that dedup left in, by their hashes.
    pub fn seen(&self) -> Option<&Seen> {
        self.seen.as_ref()
    }

    /// Counts the next prompt, whose samples are given in order.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn prompt(&mut self, journal: &Journal, samples: &[Drawn]) -> Result<()> {
        let locations = locations(samples);
        let candidates = locations.iter().map(|&at| journal.read(at)).collect::<Result<Vec<_>>>()?;
        let position = self.prompts;
        let prompt = self.job.prompts.get(position);
        self.prompts += 1;
        for sample in samples {
            match sample {
                Drawn::Judged { .. } => {}
                Drawn::Failed => self.engine.error("engine.error"),
                Drawn::Exhausted => self.engine.drop("engine.exhausted"),
            }
        }
        let mut fates = vec![Fate::NotSelected; candidates.len()];
        let chosen = self.job.pipeline.select.choose(&candidates);
        let repeated = self.within(&candidates, &chosen);
        let (passed, decided) = decided(&candidates);
        for (at, candidate) in candidates.iter().enumerate() {
            self.engine.keep();
            match candidate.outcome() {
                Outcome::Dropped(reason) => {
                    self.filters.drop(&reason.name);
                    continue;
                }
                Outcome::Failed(reason) => self.verifiers.drop(&reason.name),
                Outcome::Unknown(Some(reason)) => self.verifiers.drop(&reason.name),
                Outcome::Unknown(None) => self.verifiers.drop("verifiers.none_applies"),
                Outcome::Passed => self.verifiers.keep(),
            }
            self.filters.keep();
            if !candidate.passed() {
                continue;
            }
            if !chosen.contains(&at) {
                self.select.drop("select.not_selected");
                continue;
            }
            self.select.keep();
            let parts = parts(&prompt, candidate);
            let hashes = self.seen.as_ref().map(|seen| seen.hashes(&parts)).unwrap_or_default();
            if let Some(reason) = self.exact(journal, &parts, &hashes)? {
                fates[at] = Fate::Duplicate;
                self.dedup.drop(&reason);
                continue;
            }
            if let Some(reason) = self.near(journal, candidate, &prompt, repeated.contains(&at))? {
                fates[at] = Fate::Duplicate;
                self.dedup.drop(reason);
                continue;
            }
            if let Some(seen) = &mut self.seen {
                seen.stays(&hashes, self.stayed.len() as u32);
            }
            if self.seen.is_some() || self.near.is_some() {
                self.stayed.push((position as u32, locations[at]));
            }
            self.dedup.keep();
            if self.reached() {
                fates[at] = Fate::AfterTarget;
                self.corpus.drop("corpus.after_target");
                continue;
            }
            self.corpus.keep();
            self.accepted += 1;
            if !self.job.pipeline.corpus.mix.is_empty() {
                let key = mix::key(self.job.pipeline.run.seed, &prompt.id, candidate.sample_index);
                let pass_rate = passed as f64 / decided.max(1) as f64;
                self.facts.push(&prompt.source, &prompt.domain, Some(pass_rate), key);
            }
            fates[at] = Fate::Accepted;
        }
        self.fates.append(&mut fates);
        Ok(())
    }

    /// Which of the chosen samples of a prompt repeat an earlier chosen one.
    fn within(&self, candidates: &[Candidate], chosen: &[usize]) -> HashSet<usize> {
        let Some(minhash) = &self.job.pipeline.dedup.minhash else { return HashSet::new() };
        let texts: Vec<&str> = chosen.iter().map(|&at| candidates[at].completion.text.as_str()).collect();
        let similar = running::within(&texts, minhash.within_prompt);
        chosen.iter().zip(similar).filter(|(_, earlier)| earlier.is_some()).map(|(&at, _)| at).collect()
    }

    /// Why a chosen sample equals an earlier example; `None` if it does not.
    fn exact(&self, journal: &Journal, parts: &Parts<'_>, hashes: &[Option<u128>]) -> Result<Option<String>> {
        let Some(seen) = &self.seen else { return Ok(None) };
        let mut earlier = |number: u32, look: &mut dyn FnMut(&Parts<'_>)| -> Result<()> {
            let (position, location) = self.stayed[number as usize];
            let candidate = journal.read(location)?;
            look(&self::parts(&self.job.prompts.get(position as usize), &candidate));
            Ok(())
        };
        Ok(seen.find(parts, hashes, &mut earlier)?.map(|(key, _)| key.reason()))
    }

    /// Why a chosen sample is a near duplicate; `None` if it is none, and what comes later is compared
    /// with it.
    fn near(
        &mut self,
        journal: &Journal,
        candidate: &Candidate,
        prompt: &Prompt,
        repeated: bool,
    ) -> Result<Option<&'static str>> {
        let Some(near) = &mut self.near else { return Ok(None) };
        if repeated {
            return Ok(Some("dedup.within_prompt"));
        }
        let (job, stayed) = (self.job, &self.stayed);
        let text = |problem: &str, completion: &str| format!("{problem}\n{completion}");
        let earlier = |number: u32| -> Result<String> {
            let (position, location) = stayed[number as usize];
            let completion = journal.read(location)?.completion.text;
            Ok(text(&job.prompts.get(position as usize).problem, &completion))
        };
        let found = near.add(&text(&prompt.problem, &candidate.completion.text), earlier)?;
        Ok(found.map(|_| "dedup.near"))
    }

    /// The stages so far.
    pub fn funnel(&self) -> Funnel {
        let mut prompts = self.job.prompts.stage.clone();
        let open = (self.job.prompts.len() - self.prompts) as u64;
        if open > 0 {
            prompts.kept -= open;
            prompts.dropped.insert("prompts.not_needed".to_owned(), open);
        }
        let stages = [&self.engine, &self.filters, &self.verifiers, &self.select, &self.dedup, &self.corpus];
        Funnel { stages: std::iter::once(prompts).chain(stages.into_iter().cloned()).collect() }
    }
}
