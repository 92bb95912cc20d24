//! `report.html`: everything a run knows about itself comes in, one page goes out, with its styles and
//! charts inside, no script and no network. Texts of models are escaped by the template, shown without
//! hidden characters, and a content security policy forbids the page to run anything at all.

use std::collections::HashMap;

use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

use super::card::{SourceCount, grouped, is_hidden};
use super::lengths::Lengths;
use crate::error::{Error, Result};
use crate::run::funnel::{Funnel, Stage};

/// The page; its `.html` name is what turns escaping on.
const NAME: &str = "report.html";
/// At most this many samples are shown, …
const MAX_CHAINS: usize = 40;
/// … each cut after this many characters.
const MAX_CHARS: usize = 20_000;
/// At most this many reasons and sources are listed.
const MAX_LINES: usize = 60;
/// The speed is shown at this many points at most.
const MAX_POINTS: usize = 240;

/// What the page shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The corpus's name.
    pub name: String,
    /// The model that wrote it.
    pub model: String,
    /// Whether the run came to its end.
    pub complete: bool,
    /// In a few words how it ended: `complete`, `interrupted`, `below the target`, …
    pub state: String,
    /// Examples in the corpus.
    pub examples: u64,
    /// How it was made, as (what, value): engine, temperature, seed, …
    pub facts: Vec<(String, String)>,
    /// What went into each stage and what became of it.
    pub funnel: Funnel,
    /// Lengths of the samples that passed.
    pub passed: Lengths,
    /// Lengths of all other samples.
    pub not_passed: Lengths,
    /// Counts by source and domain, in the order to be shown.
    pub sources: Vec<SourceCount>,
    /// The speed over time.
    pub speed: Vec<Speed>,
    /// A few samples, in the order to be shown.
    pub chains: Vec<Chain>,
    /// The resolved `pipeline.toml`.
    pub config: String,
}

/// The speed at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// Seconds since the run began.
    pub secs: f64,
    /// Tokens sampled per second since the moment before.
    pub tokens_per_sec: f64,
}

/// A sample to show.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chain {
    /// Whether it is in the corpus.
    pub accepted: bool,
    /// What became of it, as in the ledger: `accepted`, `dropped`, `failed`, …
    pub fate: String,
    /// The stable name of what decided against it.
    pub reason: Option<String>,
    /// What was seen.
    pub detail: Option<String>,
    /// The source of its problem.
    pub source: String,
    /// The problem.
    pub problem: String,
    /// The reference answer.
    pub answer: Option<String>,
    /// The completion.
    pub text: String,
    /// Its length in tokens.
    pub num_tokens: u32,
}

/// The page.
///
/// # Errors
/// The template does not render, which is a bug.
pub fn render(report: &Report) -> Result<String> {
    let bug = |error: minijinja::Error| Error::failed("the report does not render").caused_by(error);
    let mut environment = Environment::new();
    environment.add_template(NAME, include_str!("../../templates/report.html")).map_err(bug)?;
    let page = environment.get_template(NAME).map_err(bug)?;
    let facts: Vec<_> = report.facts.iter().map(|(what, value)| (visible(what), visible(value))).collect();
    let values = Page {
        name: visible(&report.name),
        model: visible(&report.model),
        complete: report.complete,
        state: visible(&report.state),
        tiles: tiles(report),
        stages: stages(&report.funnel),
        reasons: reasons(&report.funnel),
        columns: columns(report),
        lengths_note: lengths_note(report),
        sources: sources(&report.sources),
        sources_left: report.sources.len().saturating_sub(MAX_LINES),
        speed: speed(&report.speed),
        chains: chains(&report.chains),
        facts,
        config: visible(&report.config),
    };
    page.render(Serde(values)).map_err(bug)
}

/// What the template is given.
#[derive(Serialize)]
struct Page {
    name: String,
    model: String,
    complete: bool,
    state: String,
    tiles: Vec<Tile>,
    stages: Vec<StageLine>,
    reasons: Vec<ReasonLine>,
    columns: Vec<LengthColumn>,
    lengths_note: String,
    sources: Vec<SourceLine>,
    sources_left: usize,
    speed: Option<SpeedLine>,
    chains: Vec<ChainBlock>,
    facts: Vec<(String, String)>,
    config: String,
}

#[derive(Serialize)]
struct Tile {
    what: &'static str,
    value: String,
    note: String,
}

fn tiles(report: &Report) -> Vec<Tile> {
    let samples = report.passed.count() + report.not_passed.count();
    let decided: u64 = report.sources.iter().map(|source| source.decided).sum();
    let passed: u64 = report.sources.iter().map(|source| source.passed).sum();
    let (prompts, solved) =
        report.sources.iter().fold((0, 0), |sum, source| (sum.0 + source.prompts, sum.1 + source.solved));
    let tokens = report.passed.sum() + report.not_passed.sum();
    let mut tiles = vec![Tile { what: "examples", value: grouped(report.examples), note: String::new() }];
    if samples > 0 {
        let note = format!("{} tokens", grouped(tokens));
        tiles.push(Tile { what: "samples drawn", value: grouped(samples), note });
    }
    if decided > 0 {
        let note = format!("{} of {}", grouped(passed), grouped(decided));
        tiles.push(Tile { what: "pass rate", value: percent(passed, decided), note });
    }
    if prompts > 0 {
        let note = format!("{} of {}", grouped(solved), grouped(prompts));
        tiles.push(Tile { what: "prompts solved", value: percent(solved, prompts), note });
    }
    if report.passed.count() > 0 {
        let note = format!("longest {}", grouped(u64::from(report.passed.longest())));
        tiles.push(Tile {
            what: "mean tokens, passed",
            value: grouped(report.passed.mean().round() as u64),
            note,
        });
    }
    tiles
}

#[derive(Serialize)]
struct StageLine {
    name: String,
    unit: String,
    input: String,
    kept: String,
    dropped: String,
    errored: String,
    kept_width: f64,
    dropped_width: f64,
    errored_width: f64,
}

fn stages(funnel: &Funnel) -> Vec<StageLine> {
    let widest = |unit: &str| {
        let inputs = funnel.stages.iter().filter(|stage| stage.unit == unit).map(|stage| stage.input);
        inputs.max().unwrap_or(0)
    };
    let line = |stage: &Stage| {
        let whole = widest(&stage.unit);
        StageLine {
            name: visible(&stage.name),
            unit: visible(&stage.unit),
            input: grouped(stage.input),
            kept: grouped(stage.kept),
            dropped: grouped(stage.dropped_total()),
            errored: grouped(stage.errored_total()),
            kept_width: width(stage.kept, whole),
            dropped_width: width(stage.dropped_total(), whole),
            errored_width: width(stage.errored_total(), whole),
        }
    };
    funnel.stages.iter().map(line).collect()
}

#[derive(Serialize)]
struct ReasonLine {
    name: String,
    stage: String,
    errored: bool,
    count: String,
    share: String,
    width: f64,
}

/// Every reason, the most common first; those of equal count in the order of the flow, then by name.
fn reasons(funnel: &Funnel) -> Vec<ReasonLine> {
    let mut all = Vec::new();
    for stage in &funnel.stages {
        all.extend(stage.dropped.iter().map(|(name, count)| (stage, name, *count, false)));
        all.extend(stage.errored.iter().map(|(name, count)| (stage, name, *count, true)));
    }
    all.retain(|(_, _, count, _)| *count > 0);
    all.sort_by_key(|(_, _, count, _)| std::cmp::Reverse(*count));
    let most = all.first().map_or(0, |first| first.2);
    all.truncate(MAX_LINES);
    all.into_iter()
        .map(|(stage, name, count, errored)| ReasonLine {
            name: visible(name),
            stage: visible(&stage.name),
            errored,
            count: grouped(count),
            share: percent(count, stage.input),
            width: width(count, most),
        })
        .collect()
}

#[derive(Serialize)]
struct LengthColumn {
    title: String,
    label: String,
    passed: f64,
    other: f64,
}

fn columns(report: &Report) -> Vec<LengthColumn> {
    let mut all = report.passed.clone();
    all.merge(&report.not_passed);
    let buckets = all.buckets();
    let passed: HashMap<u64, u64> =
        report.passed.buckets().into_iter().map(|bucket| (bucket.from, bucket.count)).collect();
    let highest = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(0);
    // Labels stand at the octaves, or every few of them, so that they do not touch.
    let octaves = buckets.iter().filter(|bucket| bucket.from.is_power_of_two()).count().max(1);
    let every = octaves.div_ceil(7) as u32;
    buckets
        .iter()
        .map(|bucket| {
            let passed = passed.get(&bucket.from).copied().unwrap_or(0);
            let octave = bucket.from.is_power_of_two() && bucket.from.ilog2() % every == 0;
            let label = if octave || buckets.len() <= 7 { grouped(bucket.from) } else { String::new() };
            LengthColumn {
                title: format!(
                    "{} to {} tokens: {} samples, {} passed",
                    grouped(bucket.from),
                    grouped(bucket.to - 1),
                    grouped(bucket.count),
                    grouped(passed)
                ),
                label,
                passed: width(passed, highest),
                other: width(bucket.count - passed.min(bucket.count), highest),
            }
        })
        .collect()
}

fn lengths_note(report: &Report) -> String {
    let means: Vec<String> = [("passed", &report.passed), ("other", &report.not_passed)]
        .into_iter()
        .filter(|(_, lengths)| lengths.count() > 0)
        .map(|(which, lengths)| format!("{} for {which} samples", grouped(lengths.mean().round() as u64)))
        .collect();
    let mut all = report.passed.clone();
    all.merge(&report.not_passed);
    let highest = all.buckets().iter().map(|bucket| bucket.count).max().unwrap_or(0);
    format!("The highest column has {} samples; the mean is {}.", grouped(highest), means.join(", "))
}

#[derive(Serialize)]
struct SourceLine {
    source: String,
    domain: String,
    prompts: String,
    solved: String,
    samples: String,
    examples: String,
    rate: String,
    width: f64,
}

fn sources(sources: &[SourceCount]) -> Vec<SourceLine> {
    let line = |source: &SourceCount| SourceLine {
        source: visible(&source.source),
        domain: visible(&source.domain),
        prompts: grouped(source.prompts),
        solved: grouped(source.solved),
        samples: grouped(source.samples),
        examples: grouped(source.examples),
        rate: percent(source.passed, source.decided),
        width: width(source.passed, source.decided),
    };
    sources.iter().take(MAX_LINES).map(line).collect()
}

#[derive(Serialize)]
struct SpeedLine {
    points: String,
    from: f64,
    to: f64,
    mean: String,
    most: String,
    duration: String,
}

fn speed(speed: &[Speed]) -> Option<SpeedLine> {
    let known: Vec<Speed> = speed
        .iter()
        .copied()
        .filter(|point| {
            point.secs.is_finite() && point.tokens_per_sec.is_finite() && point.tokens_per_sec >= 0.0
        })
        .collect();
    let size = known.len().div_ceil(MAX_POINTS).max(1);
    let mean =
        |points: &[Speed], of: fn(&Speed) -> f64| points.iter().map(of).sum::<f64>() / points.len() as f64;
    let points: Vec<(f64, f64)> = known
        .chunks(size)
        .map(|points| (mean(points, |point| point.secs), mean(points, |point| point.tokens_per_sec)))
        .collect();
    let (first, last) = (points.first()?.0, points.last()?.0);
    if last <= first {
        return None;
    }
    let most = points.iter().map(|point| point.1).fold(0.0, f64::max);
    let place = |(secs, rate): &(f64, f64)| {
        let x = (secs - first) / (last - first) * 100.0;
        let y = 100.0 - if most > 0.0 { rate / most * 100.0 } else { 0.0 };
        format!("{x:.2},{y:.2}")
    };
    Some(SpeedLine {
        points: points.iter().map(place).collect::<Vec<_>>().join(" "),
        from: 0.0,
        to: 100.0,
        mean: grouped(mean(&known, |point| point.tokens_per_sec).round() as u64),
        most: grouped(most.round() as u64),
        duration: duration(known.last()?.secs),
    })
}

fn duration(secs: f64) -> String {
    let secs = secs.max(0.0).round() as u64;
    match (secs / 3600, secs / 60 % 60, secs % 60) {
        (0, 0, secs) => format!("{secs} s"),
        (0, minutes, secs) => format!("{minutes} min {secs} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[derive(Serialize)]
struct ChainBlock {
    accepted: bool,
    fate: String,
    reason: Option<String>,
    detail: Option<String>,
    source: String,
    problem: String,
    answer: Option<String>,
    text: String,
    tokens: String,
}

fn chains(chains: &[Chain]) -> Vec<ChainBlock> {
    let block = |chain: &Chain| ChainBlock {
        accepted: chain.accepted,
        fate: visible(&chain.fate),
        reason: chain.reason.as_deref().map(visible),
        detail: chain.detail.as_deref().filter(|detail| !detail.is_empty()).map(visible),
        source: visible(&chain.source),
        problem: visible(&chain.problem),
        answer: chain.answer.as_deref().map(visible),
        text: visible(&chain.text),
        tokens: grouped(u64::from(chain.num_tokens)),
    };
    chains.iter().take(MAX_CHAINS).map(block).collect()
}

/// Text without characters that hide or turn what stands around them, cut where it is very long.
fn visible(text: &str) -> String {
    let mut out: String =
        text.chars().take(MAX_CHARS).map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        out.push_str("\n[…]");
    }
    out
}

/// A part of a whole in percent of a bar, to two digits; never more than the bar.
fn width(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { ((part as f64 / whole as f64).min(1.0) * 10_000.0).round() / 100.0 }
}

fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.1} %", part as f64 / whole as f64 * 100.0) }
}

#[cfg(test)]
mod tests;
