//! Selection, dedup and the target over the prompts of a run, in prompt order, with the funnel of all
//! stages. A function of the journal and the pipeline alone. How many examples are accepted does not depend on
//! the prompts after them; which ones they are may, where `dedup.keep` is a rule: an example that repeats a worse
//! one takes its place.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::funnel::{Funnel, Stage};
use super::journal::{Journal, Location};
use super::mix;
use super::plan::Job;
use super::sampling::Drawn;
use crate::corpus::Fate;
use crate::corpus::mix::choose::Facts;
use crate::dedup::exact::{Look, Parts};
use crate::dedup::running::{self, Marker, Marks, Place, Running};
use crate::error::Result;
use crate::format::think;
use crate::record::{Candidate, Outcome, Prompt};

/// Prompts are read together, on all cores, in lots of about this many bytes of the journal.
pub const LOT_BYTES: u64 = 16 << 20;

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

/// A prompt with its candidates, read and made ready to be decided about: all that depends on this prompt alone.
pub struct Ready {
    prompt: Arc<Prompt>,
    samples: Vec<Drawn>,
    locations: Vec<Location>,
    candidates: Vec<Candidate>,
    /// Passed over decided.
    pass_rate: f64,
    /// Of the candidates that selection takes, their marks.
    marks: BTreeMap<usize, Marks>,
    /// Those of them that repeat a better one.
    repeated: HashSet<usize>,
}

impl Ready {
    fn read(
        job: &Job,
        journal: &Journal,
        marker: &mut Marker,
        position: usize,
        samples: &[Drawn],
    ) -> Result<Self> {
        let locations = locations(samples);
        let candidates = locations.iter().map(|&at| journal.read(at)).collect::<Result<Vec<_>>>()?;
        let prompt = job.prompts.get(position);
        let (passed, decided) = decided(&candidates);
        let pass_rate = passed as f64 / decided.max(1) as f64;
        let dedup = &job.pipeline.dedup;
        let chosen = job.pipeline.select.choose(&candidates);
        let rank = |at: usize| dedup.rank(&candidates[at], pass_rate);
        let marks = chosen.iter().map(|&at| (at, marker.marks(&parts(&prompt, &candidates[at]), rank(at))));
        let marks = marks.collect();
        let repeated = dedup.minhash.map_or(HashSet::new(), |minhash| {
            let text = |&at: &usize| (candidates[at].completion.text.as_str(), rank(at));
            let texts: Vec<_> = chosen.iter().map(text).collect();
            let others = running::within(&texts, dedup.keep, minhash.within_prompt);
            chosen.iter().zip(others).filter(|(_, other)| other.is_some()).map(|(&at, _)| at).collect()
        });
        Ok(Self { prompt, samples: samples.to_vec(), locations, candidates, pass_rate, marks, repeated })
    }

    /// What was drawn for the prompt.
    pub fn samples(&self) -> &[Drawn] {
        &self.samples
    }
}

/// An example that dedup left in.
struct Stayed {
    /// The prompt's.
    position: u32,
    location: Location,
    /// Its place among all candidates.
    fate: usize,
}

/// Selection, dedup and the target over prompts in order, with the funnel of all stages.
pub struct Tally<'a> {
    job: &'a Job,
    prompts: usize,
    accepted: u64,
    /// Of every candidate so far, in order.
    fates: Vec<Fate>,
    running: Running,
    /// By their numbers in `running`.
    stayed: Vec<Stayed>,
    /// Of those that were accepted, in order, what a mix chooses by, and their places among all candidates; empty
    /// without one. Some may have lost their places to others.
    facts: Facts,
    fates_of_facts: Vec<usize>,
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
            running: Running::new(&job.pipeline.dedup, &job.output),
            stayed: Vec::new(),
            facts: Facts::default(),
            fates_of_facts: Vec::new(),
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
    pub fn facts(&self) -> Facts {
        let mut facts = self.facts.clone();
        facts.retain(|at| self.fates[self.fates_of_facts[at]] == Fate::Accepted);
        facts
    }

    /// The examples that dedup left in, and what shows them by their numbers: to compare others with them.
    pub fn stayed<'t>(
        &'t mut self,
        journal: &'t Journal,
    ) -> (&'t mut Running, impl FnMut(u32, Look<'_>) -> Result<()> + 't) {
        let (job, stayed) = (self.job, &self.stayed);
        let earlier = move |number: u32, look: Look<'_>| -> Result<()> {
            let Stayed { position, location, .. } = stayed[number as usize];
            let candidate = journal.read(location)?;
            look(&parts(&job.prompts.get(position as usize), &candidate));
            Ok(())
        };
        (&mut self.running, earlier)
    }

    /// Reads the next prompts of those that are done, a lot of them on all cores; none where the next one is not done.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn read(&self, journal: &Journal, done: &BTreeMap<usize, Vec<Drawn>>) -> Result<Vec<Ready>> {
        let (mut lot, mut bytes) = (Vec::new(), 0);
        while bytes < LOT_BYTES
            && let Some(samples) = done.get(&(self.prompts + lot.len()))
        {
            bytes += locations(samples).iter().map(|place| u64::from(place.bytes())).sum::<u64>();
            lot.push((self.prompts + lot.len(), samples));
        }
        let read = |marker: &mut Marker, (position, samples): (usize, &Vec<Drawn>)| {
            Ready::read(self.job, journal, marker, position, samples)
        };
        // As it mostly is while the engine draws, which needs the cores.
        if let &[one] = lot.as_slice() {
            return Ok(vec![read(&mut self.running.marker(), one)?]);
        }
        lot.into_par_iter().map_init(|| self.running.marker(), read).collect()
    }

    /// Counts the next prompt.
    ///
    /// # Errors
    /// The journal cannot be read; a temporary file cannot be made, read or written.
    pub fn count(&mut self, journal: &Journal, ready: &Ready) -> Result<()> {
        let position = self.prompts;
        self.prompts += 1;
        for sample in &ready.samples {
            match sample {
                Drawn::Judged { .. } => {}
                Drawn::Failed => self.engine.error("engine.error"),
                Drawn::Exhausted => self.engine.drop("engine.exhausted"),
            }
        }
        let first = self.fates.len();
        self.fates.resize(first + ready.candidates.len(), Fate::NotSelected);
        for (at, candidate) in ready.candidates.iter().enumerate() {
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
            let Some(marks) = ready.marks.get(&at) else {
                self.select.drop("select.not_selected");
                continue;
            };
            self.select.keep();
            let stayed =
                Stayed { position: position as u32, location: ready.locations[at], fate: first + at };
            let repeated = ready.repeated.contains(&at);
            let place = {
                let (running, mut earlier) = self.stayed(journal);
                running.add(&parts(&ready.prompt, candidate), marks, repeated, &mut earlier)?
            };
            let fate = match place {
                Place::None(reason) => {
                    self.dedup.drop(&reason);
                    Fate::Duplicate
                }
                Place::Of(number, reason) => {
                    // What became of the other one becomes of this one: at dedup one more came in and went.
                    self.dedup.drop(&reason);
                    let other = std::mem::replace(&mut self.stayed[number as usize], stayed);
                    std::mem::replace(&mut self.fates[other.fate], Fate::Duplicate)
                }
                Place::New(_) => {
                    self.stayed.push(stayed);
                    self.dedup.keep();
                    if self.reached() {
                        self.corpus.drop("corpus.after_target");
                        Fate::AfterTarget
                    } else {
                        self.corpus.keep();
                        self.accepted += 1;
                        Fate::Accepted
                    }
                }
            };
            self.fates[first + at] = fate;
            if fate == Fate::Accepted && !self.job.pipeline.corpus.mix.is_empty() {
                let prompt = &ready.prompt;
                let key = mix::key(self.job.pipeline.run.seed, &prompt.id, candidate.sample_index);
                self.facts.push(&prompt.source, &prompt.domain, Some(ready.pass_rate), key);
                self.fates_of_facts.push(first + at);
            }
        }
        Ok(())
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
