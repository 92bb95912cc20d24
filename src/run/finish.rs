//! From the journal to the corpus: selection, dedup, mix, format, in prompt order. A function of the
//! journal and the pipeline alone: it never calls the model, reads a clock or sees the order in which
//! samples came.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use super::journal::Journal;
use super::mix::{self, Mixed};
use super::plan::Job;
use super::sampling::Drawn;
use super::tally::{LOT_BYTES, Tally, decided, locations};
use super::{Done, report, screen};
use crate::corpus::{AddedCount, Card, Fate, Sample, SourceCount, Writer, evidence};
use crate::error::{Error, Result};
use crate::format::think;
use crate::record::{Candidate, Example, Message, Outcome, Prompt, Role};

/// A prompt with its candidates, and what becomes of each.
struct Read {
    prompt: Arc<Prompt>,
    candidates: Vec<Candidate>,
    fates: Vec<Fate>,
}

/// Reads the next lot of prompts, in order. `next` is the first prompt and its first candidate.
fn read_lot(
    job: &Job,
    journal: &Journal,
    done: &BTreeMap<usize, Vec<Drawn>>,
    (prompts, fates): (usize, &[Fate]),
    next: &mut (usize, usize),
) -> Result<Vec<Read>> {
    let mut lot = Vec::new();
    let mut bytes = 0;
    while next.0 < prompts && bytes < LOT_BYTES {
        let places = done.get(&next.0).map(|samples| locations(samples)).unwrap_or_default();
        bytes += places.iter().map(|place| u64::from(place.bytes())).sum::<u64>();
        let fates = fates[next.1..next.1 + places.len()].to_vec();
        next.1 += places.len();
        lot.push((next.0, places, fates));
        next.0 += 1;
    }
    lot.into_par_iter()
        .map(|(position, places, fates)| {
            let candidates = places.iter().map(|&place| journal.read(place)).collect::<Result<_>>()?;
            Ok(Read { prompt: job.prompts.get(position), candidates, fates })
        })
        .collect()
}

/// Writes the corpus beside the old one and puts it in its place. One lot is read while the one before
/// is written; no more than two are in memory.
pub fn write(
    job: &Job,
    journal: &Journal,
    done: &BTreeMap<usize, Vec<Drawn>>,
    tally: &mut Tally<'_>,
    started: Instant,
) -> Result<Done> {
    let temporary = job.output.join("corpus.tmp");
    let mut writer = Writer::create(&temporary, &job.pipeline.corpus)?;
    let mut sources: Vec<SourceCount> = Vec::new();
    let mut gathered = report::Gathered::default();
    let mut contaminated = job.contaminated();
    let own = tally.facts();
    let mixed = {
        let (running, mut earlier) = tally.stayed(journal);
        let compared = mix::Compared { running, earlier: &mut earlier, folder: &job.output };
        mix::choose(&job.pipeline.corpus.mix, &job.added, &own, Some(compared))?
    };
    drop(own);
    let fates = fates(tally, &mixed);
    let counted = (tally.prompts(), fates.as_slice());
    let mut next = (0, 0);
    let mut lot = read_lot(job, journal, done, counted, &mut next)?;
    while !lot.is_empty() {
        let mut after = || read_lot(job, journal, done, counted, &mut next);
        let write = || write_lot(job, &lot, &mut writer, &mut sources, &mut gathered, &mut contaminated);
        let (after, written) = rayon::join(&mut after, write);
        written?;
        lot = after?;
    }
    mixed.added(&job.added, &mut |examples| {
        examples.iter().for_each(|example| sources_of(&mut sources, &example.prompt).examples += 1);
        writer.added(&examples)
    })?;
    if job.benchmarks.is_some() {
        evidence::write(&job.output, &contaminated)?;
    }
    let mut funnel = tally.funnel();
    funnel.stages.extend(mixed.stages.iter().cloned());
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
        added: mixed
            .counts(&job.added)
            .into_iter()
            .map(|(name, rows, examples)| AddedCount { name, rows, examples })
            .collect(),
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
    report::write(job, &card, gathered, tally.accepted(), written.examples)?;
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

/// What became of every candidate, the mix included.
fn fates(tally: &Tally<'_>, mixed: &Mixed) -> Vec<Fate> {
    let mut own = mixed.own.iter();
    let fate = |&fate: &Fate| match fate {
        // Without a mix nothing is said about the accepted ones.
        Fate::Accepted if own.next().is_some_and(Option::is_some) => Fate::NotInMix,
        fate => fate,
    };
    tally.fates().iter().map(fate).collect()
}

/// Writes a lot of prompts.
fn write_lot(
    job: &Job,
    lot: &[Read],
    writer: &mut Writer,
    sources: &mut Vec<SourceCount>,
    gathered: &mut report::Gathered,
    contaminated: &mut Vec<evidence::Evidence>,
) -> Result<()> {
    let screened = job.benchmarks.as_ref().filter(|_| job.pipeline.decontaminate.completions);
    let mut examples = Vec::new();
    // Of each candidate its prompt, its fate, and which example it is.
    let mut samples = Vec::new();
    for Read { prompt, candidates, fates } in lot {
        let count = count(sources, prompt, candidates);
        let rejected = candidates.iter().find(|c| matches!(c.outcome(), Outcome::Failed(_)));
        for (candidate, &fate) in candidates.iter().zip(fates) {
            gathered.see(prompt, candidate, fate);
            contaminated.extend(screened.and_then(|benchmarks| screen::completion(benchmarks, candidate)));
            let accepted = fate == Fate::Accepted;
            if accepted {
                sources_of(sources, prompt).examples += 1;
                examples.push(example(job, prompt, candidate, count, rejected));
            }
            samples.push((prompt, candidate, fate, accepted.then(|| examples.len() - 1)));
        }
    }
    let samples: Vec<Sample<'_>> = samples
        .into_iter()
        .map(|(prompt, candidate, fate, at)| {
            let uuid = at.map(|at| examples[at].uuid.as_str());
            Sample { prompt, candidate, fate, uuid }
        })
        .collect();
    writer.lot(&examples, &samples)
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
    let (passed, decided) = decided(candidates);
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
        uuid: Example::name(&prompt.id, candidate.sample_index, text),
        prompt: Arc::clone(prompt),
        messages,
        reasoning: reasoning.to_owned(),
        solution: solution.to_owned(),
        num_tokens: Some(candidate.completion.num_tokens),
        pass_rate: Some(passed as f64 / decided.max(1) as f64),
        model: Some(job.model.clone()),
        seed: Some(candidate.seed),
        sample_index: Some(candidate.sample_index),
        rejected: rejected.map(|candidate| candidate.completion.text.clone()),
    }
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
