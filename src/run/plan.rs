//! From the pipeline as written to a run that only has to be started: every file read, the model
//! loaded, every stage built. `datagen plan` stops here; `datagen run` goes on.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::mix::{self, Dataset};
use super::prompts::Prompts;
use super::screen;
use crate::config::{self, Pipeline, pipeline};
use crate::corpus::evidence::Evidence;
use crate::dedup::minhash::Bands;
use crate::dedup::{Dedup, Keep, score};
use crate::engine::candle::Candle;
use crate::engine::expert::Expert;
use crate::engine::openai::OpenAi;
use crate::engine::recorded::Recorded;
use crate::engine::{self, Engine};
use crate::error::{Error, Result};
use crate::filters::{self, Filter};
use crate::prompts::contamination::Benchmarks;
use crate::prompts::template;
use crate::verifiers::{self, Verifier};

/// What the command line adds to the pipeline.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The run folder instead of the pipeline's.
    pub output: Option<PathBuf>,
    /// Only the first this many prompts.
    pub limit: Option<u64>,
    /// Starts over in a folder that holds another run.
    pub fresh: bool,
    /// Draws nothing more: the corpus is made of what an earlier start journalled.
    pub as_is: bool,
}

/// A run resolved and checked, not started.
pub struct Plan {
    pub(super) job: Job,
    pub(super) engine: Box<dyn Engine>,
}

/// All of a plan but the engine, which works on a thread of its own.
pub(super) struct Job {
    pub pipeline: Pipeline,
    pub output: PathBuf,
    pub fresh: bool,
    pub as_is: bool,
    pub limit: Option<u64>,
    pub model: String,
    pub fingerprint: String,
    pub slots: usize,
    pub prompts: Prompts,
    /// Prompts that the engine knows it cannot answer.
    pub refused: usize,
    pub template: template::Loaded,
    pub filters: Vec<Box<dyn Filter>>,
    pub verifiers: Vec<Box<dyn Verifier>>,
    pub benchmarks: Option<Arc<Benchmarks>>,
    /// The datasets that the mix adds.
    pub added: Vec<Dataset>,
}

/// Resolves and checks everything, starts nothing. `secret` gives the value of an environment variable.
///
/// # Errors
/// The first thing that is missing or wrong: a file, a model, a key, what a verifier needs.
pub fn plan(pipeline: Pipeline, options: &Options, secret: &dyn Fn(&str) -> Option<String>) -> Result<Plan> {
    let engine: Box<dyn Engine> = match &pipeline.engine {
        pipeline::Engine::Candle(options) => Box::new(Candle::new(options, &pipeline.sampling)?),
        pipeline::Engine::Openai(options) => {
            let key = options.api_key_env.as_deref().and_then(secret);
            Box::new(OpenAi::new(options.clone(), pipeline.sampling.clone(), key)?)
        }
        pipeline::Engine::Recorded(options) => Box::new(Recorded::new(options)?),
        pipeline::Engine::Expert(engine::expert::Options {}) => Box::new(Expert),
    };
    plan_with(pipeline, options, engine)
}

/// As [`plan`], with an engine that the pipeline does not name: for tests and programs of one's own.
///
/// # Errors
/// As [`plan`].
pub fn plan_with(pipeline: Pipeline, options: &Options, engine: Box<dyn Engine>) -> Result<Plan> {
    let output = options.output.clone().unwrap_or_else(|| pipeline.run.output.clone());
    let template = pipeline.template.load(pipeline.run.seed)?;
    let benchmarks = pipeline.decontaminate.load()?.map(Arc::new);
    let dedup = Some(&pipeline.dedup);
    let prompts =
        Prompts::read(&pipeline.prompts, pipeline.run.seed, options.limit, dedup, benchmarks.as_deref())?;
    let out_of_range = |what: String| Error::config(what);
    let filters = pipeline
        .filters
        .iter()
        .map(|options| filters::build(options).map_err(out_of_range))
        .collect::<Result<Vec<_>>>()?;
    let mut filters: Vec<Box<dyn Filter>> = filters;
    if let Some(benchmarks) = benchmarks.as_ref().filter(|_| pipeline.decontaminate.completions) {
        filters.push(Box::new(screen::Completions(Arc::clone(benchmarks))));
    }
    let verifiers = pipeline
        .verifiers
        .iter()
        .map(|options| verifiers::build(options).map_err(out_of_range))
        .collect::<Result<Vec<_>>>()?;
    check_score(&pipeline, &filters, &verifiers)?;
    // A template that fails on one row, or prompts of which the engine can answer none, must fail before
    // any token is spent.
    let (mut refused, mut why) = (0, None);
    for position in 0..prompts.len() {
        let prompt = prompts.get(position);
        template.messages(&prompt)?;
        if let Some(reason) = engine.refuses(&prompt) {
            refused += 1;
            why.get_or_insert(reason);
        }
    }
    if let Some(why) = why
        && refused == prompts.len()
    {
        return Err(Error::config(format!("the engine can answer none of the {refused} prompts")).help(why));
    }
    let looked = mix::Looked {
        seed: pipeline.run.seed,
        benchmarks: benchmarks.as_deref(),
        completions: pipeline.decontaminate.completions,
    };
    let added = mix::read(&pipeline.corpus.mix, &looked)?;
    let job = Job {
        output,
        fresh: options.fresh,
        as_is: options.as_is,
        limit: options.limit,
        model: engine.model().to_owned(),
        fingerprint: engine.fingerprint().to_owned(),
        slots: engine.slots().max(1),
        prompts,
        refused,
        template,
        filters,
        verifiers,
        benchmarks,
        added,
        pipeline,
    };
    Ok(Plan { job, engine })
}

/// The score that dedup keeps by must be one of a stage that the pipeline has.
fn check_score(
    pipeline: &Pipeline,
    filters: &[Box<dyn Filter>],
    verifiers: &[Box<dyn Verifier>],
) -> Result<()> {
    let Some((stage, _)) = pipeline.dedup.score.as_deref().and_then(score::parts) else { return Ok(()) };
    let mut names: Vec<&str> = filters.iter().map(|filter| filter.name()).collect();
    names.extend(verifiers.iter().map(|verifier| verifier.name()));
    if names.contains(&stage) {
        return Ok(());
    }
    Err(Error::config(format!("dedup.score is a figure of `{stage}`, which is no stage of this pipeline"))
        .help(format!(
            "take a figure of one of its filters and verifiers ({}), or pass_rate",
            names.join(", ")
        )))
}

impl Job {
    /// The prompts and the rows of other datasets that repeat an item of a benchmark.
    pub fn contaminated(&self) -> Vec<Evidence> {
        let added = self.added.iter().flat_map(|dataset| &dataset.evidence);
        self.prompts.contaminated.iter().chain(added).cloned().collect()
    }

    /// The resolved `pipeline.toml` of the run folder: all that decides what is drawn and kept. How
    /// many are drawn at once, by how many threads and in how much memory, decides only how fast: it may change
    /// between two starts of a run.
    pub fn resolved(&self) -> String {
        let mut pipeline = self.pipeline.clone();
        pipeline.run.output.clone_from(&self.output);
        if let pipeline::Engine::Candle(options) = &mut pipeline.engine {
            let default = engine::candle::Options::default();
            (options.batch, options.threads) = (default.batch, default.threads);
        }
        pipeline.dedup.memory_mib = Dedup::default().memory_mib;
        let limit = self.limit.map_or(String::new(), |limit| format!("# --limit {limit}\n"));
        limit + &config::to_toml(&pipeline)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Job { pipeline, output, model, slots, prompts, refused, filters, verifiers, .. } = &self.job;
        writeln!(f, "output     {}", output.display())?;
        writeln!(
            f,
            "prompts    {} ({} left out)",
            prompts.len(),
            prompts.stage.dropped_total() + prompts.stage.errored_total()
        )?;
        if *refused > 0 {
            writeln!(f, "           {refused} of them cannot be answered by this engine")?;
        }
        if let Some(target) = pipeline.run.target_examples {
            writeln!(f, "target     {target} examples")?;
        }
        writeln!(f, "model      {model} ({slots} samples at once)")?;
        let s = &pipeline.sampling;
        writeln!(
            f,
            "sampling   temperature {}, top_p {}, top_k {}, min_p {}, up to {} tokens",
            s.temperature, s.top_p, s.top_k, s.min_p, s.max_new_tokens
        )?;
        let d = &pipeline.draws;
        writeln!(
            f,
            "draws      {} a round, up to {} a prompt, until {} pass",
            d.per_round, d.max_per_prompt, d.stop_after_passing
        )?;
        let names = |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        writeln!(f, "filters    {}", names(filters.iter().map(|x| x.name()).collect()))?;
        writeln!(f, "verifiers  {}", names(verifiers.iter().map(|x| x.name()).collect()))?;
        for verifier in verifiers {
            if let Some(note) = verifier.on_this_machine() {
                writeln!(f, "           {}: {note}", verifier.name())?;
            }
        }
        match (pipeline.dedup.keep, &pipeline.dedup.score) {
            (Keep::Shortest, _) => writeln!(f, "keep       the shortest of those that repeat each other")?,
            (_, Some(score)) => {
                writeln!(f, "keep       the highest {score} of those that repeat each other")?
            }
            _ => {}
        }
        if let Some(minhash) = &pipeline.dedup.minhash {
            let bands = Bands::for_threshold(minhash.jaccard_threshold);
            writeln!(
                f,
                "dedup      similar at {} and above: {} bands of {} rows, found with a chance of {:.1} %; within a \
                 prompt at {}",
                minhash.jaccard_threshold,
                bands.bands,
                bands.rows_per_band,
                100.0 * bands.candidate_chance(minhash.jaccard_threshold),
                minhash.within_prompt,
            )?;
        }
        if let Some(semantic) = &pipeline.dedup.semantic {
            let of = prompts.repeats.len();
            writeln!(
                f,
                "semantic   at a cosine of {} and above: {of} prompts mean nearly the same as an earlier one and are \
                 left out",
                semantic.cosine_threshold
            )?;
        }
        if let Some(benchmarks) = &self.job.benchmarks {
            let of = prompts.contaminated.len();
            writeln!(f, "benchmarks {} items; {of} prompts repeat one and are left out", benchmarks.len())?;
        }
        for dataset in &self.job.added {
            writeln!(f, "added      {dataset}")?;
        }
        Ok(())
    }
}
