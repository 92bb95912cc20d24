//! `datagen train`: makes models with candle.
//!
//! In: a `train.toml` and the data that it names. Out: a checkpoint in the Hugging Face layout,
//! `metrics.jsonl`, and a state from which the same command goes on. Examples are whole chats packed
//! into rows; the loss is on the assistant's part. Nothing here samples from a model or judges text.
//!
//! Reading order: [`options`] (the file), [`data`] (examples), [`pack`] (rows), [`vocabulary`] (a fresh
//! tokenizer), [`gradient`] and [`attention`] (operations; on a GPU by the kernels of `kernels/`), [`optimizer`], [`stage`] (the loop),
//! [`state`] (what is saved), `report` (the page).

pub mod attention;
#[cfg(feature = "cuda")]
mod block;
pub mod data;
pub mod gradient;
#[cfg(feature = "cuda")]
pub mod kernels;
pub mod metrics;
pub mod optimizer;
pub mod options;
pub mod pack;
mod report;
pub mod stage;
pub mod state;
pub mod vocabulary;

use std::path::Path;

use candle_core::{DType, Device, Tensor};
use xxhash_rust::xxh3::xxh3_128;

use crate::error::{Error, Result};
use crate::model::chat_template::CHATML;
use crate::model::save::{Written, replace, tokenizer_config};
use crate::model::{self, ChatTemplate, Checkpoint, Config, Tokenizer};
use crate::pass_rate::Evaluation;
use metrics::Metrics;
use optimizer::Parameters;
use options::{Model, Options};
use stage::Trainer;
use state::{Place, STATE, State};

/// What is trained, beside its parameters.
pub struct Subject {
    /// Its shape.
    pub config: Config,
    /// Its tokenizer.
    pub tokenizer: Tokenizer,
    /// Its chat template.
    pub template: ChatTemplate,
    tokenizer_json: Vec<u8>,
    tokenizer_config: String,
}

/// Who is told how training goes, and who measures the model on the way.
pub trait Watch {
    /// A line for a person.
    fn line(&mut self, text: &str);

    /// How far it is, after each update.
    fn progress(&mut self, progress: &Progress<'_>);

    /// Looks whether the pipeline at `pipeline` can be read, before anything is trained.
    ///
    /// # Errors
    /// Its mistakes.
    fn check(&mut self, pipeline: &Path) -> Result<()>;

    /// Measures the model in `model` by the pipeline at `pipeline`, with its run folder in `output`.
    ///
    /// # Errors
    /// The pipeline is wrong or fails.
    fn evaluate(&mut self, pipeline: &Path, model: &Path, output: &Path) -> Result<Evaluation>;

    /// Whether training is to stop after this update, with its state saved.
    fn stopped(&self) -> bool;
}

/// How far training is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// The stage's name.
    pub stage: &'a str,
    /// Updates made in it.
    pub step: u64,
    /// Updates it has.
    pub steps: u64,
    /// Loss a token of the last update.
    pub loss: f64,
    /// Tokens since this start, padding excluded.
    pub tokens: u64,
}

/// Runs `datagen train PATH`.
///
/// # Errors
/// A mistake in the file or the data, a run that is there already and is not to be resumed, a batch
/// that does not fit, a loss that is no number. What was saved is kept.
pub fn command(path: &Path, resume: bool, watch: &mut dyn Watch) -> Result<Ended> {
    let options = Options::read(path)?;
    let output = &options.run.output;
    let saved = output.join(STATE);
    let going_on = saved.is_file();
    if going_on && !resume {
        return Err(Error::config("a training run is here already")
            .at(output)
            .help("resume it, or give another `output`"));
    }
    // Files of every stage are read before any time is spent on the first.
    for (i, stage) in options.stages.iter().enumerate() {
        data::Stream::open(&stage.data, stage.objective, options.run.seed, i)?;
    }
    if let Some(pipeline) = &options.run.evaluate {
        watch.check(pipeline)?;
    }
    std::fs::create_dir_all(output).map_err(|e| Error::io("cannot make the folder", output, e))?;
    let device = model::device::open(options.run.device)?;
    // bf16 products run on the GPU's tensor cores; on the CPU they would be widened each time.
    let dtype = if device.is_cuda() { DType::BF16 } else { DType::F32 };

    let key = options_key(&options)?;
    let state = going_on.then(|| State::load(&saved, &device)).transpose()?;
    if state.as_ref().is_some_and(|state| state.place.options != key) {
        return Err(Error::config("the saved run was made with another model, seed or stages")
            .at(&saved)
            .help("undo the change in the file, or give another `output`"));
    }
    let (subject, fresh) = subject(&options, output, &device, going_on, watch)?;
    watch.line(&format!(
        "model: {} parameters, {}, vocabulary {}, on {}",
        grouped(subject.config.num_parameters() as u64),
        subject.config.architecture.class(),
        subject.config.vocab_size,
        if device.is_cuda() { "CUDA in bf16" } else { "the CPU in f32" },
    ));
    let (place, flat, moments) = match state {
        Some(state) => (state.place, state.flat, Some((state.m, state.v))),
        None => (Place { options: key, ..Place::default() }, fresh()?, None),
    };
    let parameters = Parameters::new(&subject.config, flat, dtype)?;
    let mut metrics = Metrics::open(&output.join("metrics.jsonl"), place.updates)?;
    if going_on {
        watch.line(&format!("resuming after {} updates", place.updates));
    }
    let mut trainer = Trainer::new(&subject, parameters, place, moments, &options.run)?;
    let model = output.join("model");
    while let Some(stage) = options.stages.get(trainer.place.stage) {
        let ended = trainer.stage(stage, options.run.seed, &mut metrics, watch)?;
        report::write(&options, output)?;
        if ended == Ended::Stopped {
            watch.line(&format!("stopped after {} updates; --resume goes on there", trainer.place.updates));
            return Ok(Ended::Stopped);
        }
        watch.line(&format!("stage {:?} is done: model written to {}", stage.name, model.display()));
    }
    Ok(Ended::Done)
}

/// A hash of what a resumed run must not change.
fn options_key(options: &Options) -> Result<String> {
    let fixed = (options.run.seed, &options.model, &options.tokenizer, &options.stages);
    let text =
        serde_json::to_vec(&fixed).map_err(|e| Error::failed("cannot hash the options").caused_by(e))?;
    Ok(format!("{:032x}", xxh3_128(&text)))
}

/// How a start of `datagen train` ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every stage is done.
    Done,
    /// It was told to stop; the state is saved.
    Stopped,
}

type Fresh<'a> = Box<dyn FnOnce() -> Result<Tensor> + 'a>;

/// The model to train, and how its first parameters are had.
fn subject<'a>(
    options: &'a Options,
    output: &Path,
    device: &'a Device,
    going_on: bool,
    watch: &mut dyn Watch,
) -> Result<(Subject, Fresh<'a>)> {
    match &options.model {
        Model::From(from) => {
            let checkpoint = Checkpoint::open(from)?;
            checkpoint.template()?;
            let Checkpoint {
                config,
                tokenizer,
                tokenizer_json,
                tokenizer_config,
                chat_template,
                weights,
                ..
            } = checkpoint;
            let Some(template) = chat_template else {
                return Err(Error::config("the model has no chat template"));
            };
            let tensors = config.tensors();
            let fresh = move || {
                let load = |(name, shape): &(String, Vec<usize>)| {
                    Ok(weights.tensor(name, shape, DType::F32, device)?.flatten_all()?)
                };
                let all = tensors.iter().map(load).collect::<Result<Vec<_>>>()?;
                Ok(Tensor::cat(&all, 0)?)
            };
            let subject = Subject { config, tokenizer, template, tokenizer_json, tokenizer_config };
            Ok((subject, Box::new(fresh)))
        }
        Model::Shape(shape) => {
            let config = shape.config();
            let path = output.join("tokenizer.json");
            let tokenizer_json = if going_on {
                std::fs::read(&path).map_err(|e| Error::io("cannot read", &path, e))?
            } else {
                let texts = texts(options)?;
                watch.line(&format!("training the tokenizer on {} texts", grouped(texts.len() as u64)));
                let json = vocabulary::train(&texts, shape.vocab_size, options.tokenizer.min_frequency)?;
                replace(&path, &json)?;
                json
            };
            let tokenizer = Tokenizer::read(&tokenizer_json, config.eos_token_ids.clone(), &path)?;
            let eos = vocabulary::IM_END_TEXT;
            let tokenizer_config =
                tokenizer_config(CHATML, eos, vocabulary::END_OF_TEXT, shape.max_position_embeddings);
            let template = ChatTemplate::new(CHATML, None, Some(eos))?;
            let seed = options.run.seed;
            let shape = config.clone();
            let fresh = move || Parameters::fresh(&shape, seed, device);
            let subject = Subject { config, tokenizer, template, tokenizer_json, tokenizer_config };
            Ok((subject, Box::new(fresh)))
        }
    }
}

/// The texts a tokenizer is trained on: as many examples of each stage.
fn texts(options: &Options) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    let share = options.tokenizer.examples.div_ceil(options.stages.len().max(1));
    for (i, stage) in options.stages.iter().enumerate() {
        let stream = data::Stream::open(&stage.data, stage.objective, options.run.seed, i)?;
        let chats = (0..share as u64).map(|i| stream.example(i));
        texts.extend(chats.flat_map(|c| c.prompt.into_iter().map(|m| m.content).chain([c.answer])));
    }
    Ok(texts)
}

impl Subject {
    pub(crate) fn write(&self, parameters: &Parameters, shards: usize, folder: &Path) -> Result<()> {
        Written {
            config: &self.config,
            tensors: &parameters.named()?,
            tokenizer_json: &self.tokenizer_json,
            tokenizer_config: &self.tokenizer_config,
            shards,
        }
        .to(folder)
    }
}

/// `1234567` as `1,234,567`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests;
