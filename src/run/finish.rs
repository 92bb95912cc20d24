//! From the journal to the corpus: selection, dedup, format, in prompt order. A function of the
//! journal and the pipeline alone: it never calls the model, reads a clock or sees the order in which
//! samples came.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::sync::Arc;
use std::time::Instant;

use xxhash_rust::xxh3::xxh3_128;

use super::funnel::{Funnel, Stage};
use super::journal::Journal;
use super::plan::Job;
use super::sampling::Drawn;
use super::{Done, Progress, report};
use crate::corpus::{Card, Fate, Sample, SourceCount, Writer};
use crate::dedup::exact;
use crate::error::{Error, Result};
use crate::format::think;
use crate::record::{Candidate, Example, Message, Outcome, Prompt, Role};

/// Reads a prompt's candidates again, in sample order.
pub fn candidates(journal: &mut Journal, samples: &[Drawn]) -> Result<Vec<Candidate>> {
    samples
        .iter()
        .filter_map(|sample| match sample {
            Drawn::Judged { location, .. } => Some(journal.read(*location)),
            Drawn::Failed | Drawn::Exhausted => None,
        })
        .collect()
}

/// Selection, dedup and the target over prompts in order, with the funnel of all stages.
pub struct Tally<'a> {
    job: &'a Job,
    prompts: usize,
    accepted: u64,
    seen: HashSet<u128>,
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
            seen: HashSet::new(),
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

    /// Counts the next prompt: its candidates in sample order, out of the samples that were asked for.
    /// Says what becomes of each candidate.
    pub fn prompt(&mut self, candidates: &[Candidate], samples: &[Drawn]) -> Vec<Fate> {
        let prompt = self.job.prompts.get(self.prompts);
        self.prompts += 1;
        for sample in samples {
            match sample {
                Drawn::Judged { .. } => {}
                Drawn::Failed => self.engine.error("engine.error"),
                Drawn::Exhausted => self.engine.drop("engine.exhausted"),
            }
        }
        let mut fates = vec![Fate::NotSelected; candidates.len()];
        let chosen = self.job.pipeline.select.choose(candidates);
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
            let key = exact::key(&prompt.problem, &candidate.completion.text);
            if self.job.pipeline.dedup.exact && !self.seen.insert(key) {
                fates[at] = Fate::Duplicate;
                self.dedup.drop("dedup.exact");
                continue;
            }
            self.dedup.keep();
            if self.reached() {
                fates[at] = Fate::AfterTarget;
                self.corpus.drop("corpus.after_target");
                continue;
            }
            self.corpus.keep();
            self.accepted += 1;
            fates[at] = Fate::Accepted;
        }
        fates
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

/// Writes the corpus beside the old one and puts it in its place.
pub fn write(
    job: &Job,
    mut journal: Journal,
    done: &BTreeMap<usize, Vec<Drawn>>,
    shown: &Progress,
    started: Instant,
) -> Result<Done> {
    let temporary = job.output.join("corpus.tmp");
    let mut writer = Writer::create(&temporary, &job.pipeline.corpus)?;
    let mut tally = Tally::new(job);
    let mut sources: Vec<SourceCount> = Vec::new();
    let mut gathered = report::Gathered::default();
    while !tally.reached()
        && let Some(samples) = done.get(&tally.prompts())
    {
        let prompt = job.prompts.get(tally.prompts());
        let candidates = candidates(&mut journal, samples)?;
        let fates = tally.prompt(&candidates, samples);
        let count = count(&mut sources, &prompt, &candidates);
        let rejected = candidates.iter().find(|c| matches!(c.outcome(), Outcome::Failed(_)));
        for (candidate, fate) in candidates.iter().zip(fates) {
            gathered.see(&prompt, candidate, fate);
            let example = (fate == Fate::Accepted).then(|| example(job, &prompt, candidate, count, rejected));
            if let Some(example) = &example {
                writer.example(example)?;
                sources_of(&mut sources, &prompt).examples += 1;
            }
            let uuid = example.as_ref().map(|example| example.uuid.as_str());
            writer.sample(&Sample { prompt: &prompt, candidate, fate, uuid })?;
        }
    }
    let funnel = tally.funnel();
    funnel.check().map_err(|lost| Error::failed(lost).help("this is a bug: please report it"))?;
    let name = job.output.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let name = job.pipeline.corpus.name.clone().unwrap_or(name);
    let card = Card {
        name,
        model: job.model.clone(),
        license: job.pipeline.corpus.license.clone(),
        facts: facts(job),
        funnel: funnel.clone(),
        sources,
        config: job.resolved(),
    };
    let mut written = writer.finish(&card)?;
    let corpus = job.output.join("corpus");
    let replace = || {
        match fs::remove_dir_all(&corpus) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        fs::rename(&temporary, &corpus)
    };
    replace().map_err(|e| Error::io("cannot put the corpus in its place", &corpus, e))?;
    for file in &mut written.files {
        if let Ok(rest) = file.strip_prefix(&temporary) {
            *file = corpus.join(rest);
        }
    }
    report::write(job, &card, gathered, shown)?;
    Ok(Done {
        funnel,
        accepted: tally.accepted(),
        target: job.pipeline.run.target_examples,
        interrupted: false,
        output: job.output.clone(),
        corpus: Some(written),
        elapsed: started.elapsed(),
    })
}

fn sources_of<'s>(sources: &'s mut Vec<SourceCount>, prompt: &Prompt) -> &'s mut SourceCount {
    let known = sources.iter().position(|s| s.source == prompt.source && s.domain == prompt.domain);
    let at = known.unwrap_or_else(|| {
        sources.push(SourceCount {
            source: prompt.source.clone(),
            domain: prompt.domain.clone(),
            ..SourceCount::default()
        });
        sources.len() - 1
    });
    &mut sources[at]
}

/// Counts a prompt with its source; gives (passed, decided) of the prompt.
fn count(sources: &mut Vec<SourceCount>, prompt: &Prompt, candidates: &[Candidate]) -> (u64, u64) {
    let passed = candidates.iter().filter(|c| c.passed()).count() as u64;
    let decided = candidates.iter().filter(|c| !matches!(c.outcome(), Outcome::Unknown(_))).count() as u64;
    let source = sources_of(sources, prompt);
    source.prompts += 1;
    source.solved += u64::from(passed > 0);
    source.samples += candidates.len() as u64;
    source.decided += decided;
    source.passed += passed;
    (passed, decided)
}

fn example(
    job: &Job,
    prompt: &Arc<Prompt>,
    candidate: &Candidate,
    (passed, decided): (u64, u64),
    rejected: Option<&Candidate>,
) -> Example {
    let text = &candidate.completion.text;
    // Without the format filter a text may have no think block: then all of it is the solution.
    let (reasoning, solution, content) = match think::split(text) {
        Ok(parts) => (parts.reasoning, parts.solution, think::join(parts.reasoning, parts.solution)),
        Err(_) => ("", text.trim(), text.trim().to_owned()),
    };
    let mut messages = Vec::with_capacity(3);
    messages.extend(job.pipeline.template.system.clone().map(|system| Message::new(Role::System, system)));
    messages.push(Message::new(Role::User, prompt.problem.clone()));
    messages.push(Message::new(Role::Assistant, content));
    Example {
        uuid: uuid(&prompt.id, candidate.sample_index, text),
        prompt: Arc::clone(prompt),
        messages,
        reasoning: reasoning.to_owned(),
        solution: solution.to_owned(),
        num_tokens: candidate.completion.num_tokens,
        pass_rate: passed as f64 / decided.max(1) as f64,
        model: job.model.clone(),
        seed: candidate.seed,
        sample_index: candidate.sample_index,
        rejected: rejected.map(|candidate| candidate.completion.text.clone()),
    }
}

/// A version 8 UUID (RFC 9562: free use of the other 122 bits) of what the example is.
fn uuid(prompt_id: &str, sample_index: u32, text: &str) -> String {
    let mut bytes = xxh3_128(format!("{prompt_id}\0{sample_index}\0{text}").as_bytes()).to_be_bytes();
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn facts(job: &Job) -> Vec<(String, String)> {
    let s = &job.pipeline.sampling;
    let d = &job.pipeline.draws;
    [
        ("seed", job.pipeline.run.seed.to_string()),
        ("temperature", s.temperature.to_string()),
        ("top_p", s.top_p.to_string()),
        ("top_k", s.top_k.to_string()),
        ("min_p", s.min_p.to_string()),
        ("max_new_tokens", s.max_new_tokens.to_string()),
        ("samples a prompt", format!("up to {} in rounds of {}", d.max_per_prompt, d.per_round)),
        ("until passing", d.stop_after_passing.to_string()),
    ]
    .map(|(what, value)| (what.to_owned(), value))
    .to_vec()
}
