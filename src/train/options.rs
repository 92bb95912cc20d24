//! `train.toml` as written, and what is wrong with it.
//!
//! In: a file. Out: [`Options`] in which every key is known and every value in range, or an error with
//! its line. It opens nothing that the file names.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::config::{Architecture, Config};
use crate::model::device::Device;

mod check;

/// A whole `train.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// `[run]`
    pub run: Run,
    /// `[model.from]` or `[model.shape]`
    pub model: Model,
    /// `[tokenizer]`: how a fresh model's tokenizer is made.
    #[serde(default)]
    pub tokenizer: Tokenizer,
    /// `[[stages]]`, one after another.
    pub stages: Vec<Stage>,
}

/// `[run]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Seed of the weights and of the data's order.
    #[serde(default)]
    pub seed: u64,
    /// Folder of the model, the state and the metrics, relative to the working directory.
    pub output: PathBuf,
    /// Where it runs.
    #[serde(default)]
    pub device: Device,
    /// The state is saved every so many minutes, and at the end of each stage.
    #[serde(default = "five")]
    pub save_every_minutes: f64,
    /// The state is saved every so many steps too; 0 is never.
    #[serde(default)]
    pub save_every_steps: u64,
    /// The loss on held-out examples is taken every so many steps, and at the end of each stage; 0 is
    /// at the end alone.
    #[serde(default = "hundreds")]
    pub held_out_every_steps: u64,
    /// So many held-out examples.
    #[serde(default = "held_out_examples")]
    pub held_out_examples: usize,
    /// A line of progress every so many steps.
    #[serde(default = "ten")]
    pub report_every_steps: u64,
    /// Weight files of the written model.
    #[serde(default = "one")]
    pub shards: usize,
    /// A pipeline that measures the model: what it draws with the model trained so far, judged by its
    /// filters and verifiers, gives the pass rates. Its engine's model and its output are set here.
    #[serde(default)]
    pub evaluate: Option<PathBuf>,
    /// It is run every so many steps, and at the end of each stage; 0 is at the end alone.
    #[serde(default)]
    pub evaluate_every_steps: u64,
}

fn five() -> f64 {
    5.0
}
fn hundreds() -> u64 {
    500
}
fn held_out_examples() -> usize {
    512
}
fn ten() -> u64 {
    10
}
fn one() -> usize {
    1
}

/// What training starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// A checkpoint folder, or `builtin`; its tokenizer and chat template are kept.
    From(String),
    /// A fresh model.
    Shape(Shape),
}

/// The shape of a fresh model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shape {
    /// The family it is written as.
    pub architecture: Architecture,
    /// Tokens; also the size of the tokenizer that is trained.
    pub vocab_size: usize,
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Width of the feed-forward network.
    pub intermediate_size: usize,
    /// Blocks.
    pub layers: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads.
    pub kv_heads: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// Longest context the model is declared for.
    pub max_position_embeddings: usize,
    /// Base of the rotary frequencies.
    pub rope_theta: f64,
    /// The output layer is the embedding.
    pub tie_word_embeddings: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            architecture: Architecture::Qwen3,
            vocab_size: 2048,
            hidden_size: 384,
            intermediate_size: 1024,
            layers: 6,
            heads: 6,
            kv_heads: 2,
            head_dim: 64,
            max_position_embeddings: 1024,
            rope_theta: 10_000.0,
            tie_word_embeddings: true,
        }
    }
}

impl Shape {
    /// The config of this shape, with the ids of the tokenizer trained here.
    pub fn config(&self) -> Config {
        Config {
            architecture: self.architecture,
            vocab_size: self.vocab_size,
            hidden_size: self.hidden_size,
            intermediate_size: self.intermediate_size,
            num_hidden_layers: self.layers,
            num_attention_heads: self.heads,
            num_key_value_heads: self.kv_heads,
            head_dim: self.head_dim,
            max_position_embeddings: self.max_position_embeddings,
            rope_theta: self.rope_theta,
            rope_scaling: None,
            rms_norm_eps: 1e-6,
            tie_word_embeddings: self.tie_word_embeddings,
            qkv_bias: self.architecture == Architecture::Qwen2,
            o_bias: false,
            qk_norm: self.architecture == Architecture::Qwen3,
            bos_token_id: None,
            eos_token_ids: vec![super::vocabulary::IM_END],
        }
    }
}

/// `[tokenizer]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tokenizer {
    /// Trained on so many examples of the first stage.
    pub examples: usize,
    /// A merge must occur this often.
    pub min_frequency: u64,
}

impl Default for Tokenizer {
    fn default() -> Self {
        Self { examples: 20_000, min_frequency: 8 }
    }
}

/// What a stage minimises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// The cross-entropy of the assistant's tokens, given the chat.
    #[default]
    Sft,
    /// The cross-entropy of every token, of plain text or of whole chats: how a base is trained.
    Text,
}

/// What becomes of an example longer than a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TooLong {
    /// Training ends with an error that names it.
    #[default]
    Error,
    /// It is left out and counted. It is never cut.
    Skip,
}

/// One `[[stages]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Shown in progress and metrics.
    pub name: String,
    /// What it minimises.
    #[serde(default)]
    pub objective: Objective,
    /// With `objective = "sft"`: only the assistant's part counts; otherwise every token of the chat does.
    #[serde(default = "yes")]
    pub mask_prompt: bool,
    /// What becomes of an example longer than `context`.
    #[serde(default)]
    pub too_long: TooLong,
    /// Where examples come from; several are mixed by weight.
    pub data: Vec<Data>,
    /// Updates.
    pub steps: u64,
    /// Tokens of a packed row: the longest example.
    #[serde(default = "context")]
    pub context: usize,
    /// Tokens of an update, padding included; rounded down to whole rows.
    #[serde(default = "step_tokens")]
    pub tokens_per_step: usize,
    /// Tokens that go through the model at once; an update gathers as many as it needs. Less memory,
    /// same result. 0 is all.
    #[serde(default)]
    pub micro_batch_tokens: usize,
    /// Step size after the warm-up.
    #[serde(default = "rate")]
    pub learning_rate: f64,
    /// Steps of the warm-up.
    #[serde(default)]
    pub warmup_steps: u64,
    /// The cosine ends at this share of `learning_rate`.
    #[serde(default = "tenth")]
    pub min_ratio: f64,
    /// Decoupled weight decay of matrices.
    #[serde(default = "tenth")]
    pub weight_decay: f64,
    /// The gradient is scaled down to this norm.
    #[serde(default = "unit")]
    pub clip: f64,
    /// Decay rates of AdamW's moments.
    #[serde(default = "betas")]
    pub betas: [f64; 2],
}

fn yes() -> bool {
    true
}
fn context() -> usize {
    512
}
fn step_tokens() -> usize {
    65_536
}
fn rate() -> f64 {
    1e-3
}
fn tenth() -> f64 {
    0.1
}
fn unit() -> f64 {
    1.0
}
/// 0.9 and 0.95, as GPT-3 and Llama were trained (arXiv 2005.14165, B; 2302.13971, 2.3).
fn betas() -> [f64; 2] {
    [0.9, 0.95]
}

/// One source of examples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Data {
    /// Procedural problems with the expert's solutions, made on the fly; never a held-out one.
    Tasks(Tasks),
    /// Procedural text, made on the fly: short worked facts of the families, several to an example.
    Facts(Facts),
    /// JSON Lines or Parquet: the corpus's views, or plain text.
    Files(Files),
}

impl Data {
    /// Its share of the examples, before division by the sum.
    pub fn weight(&self) -> f64 {
        match self {
            Self::Tasks(tasks) => tasks.weight,
            Self::Facts(facts) => facts.weight,
            Self::Files(files) => files.weight,
        }
    }
}

/// `tasks = { … }`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tasks {
    /// Names of families; empty is all.
    pub families: Vec<String>,
    /// Lowest and highest difficulty.
    pub difficulty: [u32; 2],
    /// Relative frequency of each difficulty; empty is uniform.
    pub difficulty_weights: Vec<f64>,
    /// So many examples, again and again; 0 is ever new ones.
    pub count: u64,
    /// Share among the stage's sources.
    pub weight: f64,
}

impl Default for Tasks {
    fn default() -> Self {
        Self {
            families: Vec::new(),
            difficulty: [1, 4],
            difficulty_weights: Vec::new(),
            count: 0,
            weight: 1.0,
        }
    }
}

/// `facts = { … }`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// Lowest and highest difficulty.
    pub difficulty: [u32; 2],
    /// Least and most facts in an example.
    pub per_example: [u32; 2],
    /// Share among the stage's sources.
    pub weight: f64,
}

impl Default for Facts {
    fn default() -> Self {
        Self { difficulty: [1, 4], per_example: [1, 8], weight: 1.0 }
    }
}

/// `files = { … }`. A row has `messages`, or `prompt` and `completion` (as lists of messages or as text),
/// or `problem`, `reasoning` and `solution`; with `objective = "text"` it may have `text` alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// The files, `.jsonl` or `.parquet`.
    pub paths: Vec<PathBuf>,
    /// This share of the rows is held out.
    #[serde(default = "fiftieth")]
    pub held_out: f64,
    /// Share among the stage's sources.
    #[serde(default = "unit")]
    pub weight: f64,
}

fn fiftieth() -> f64 {
    0.02
}

impl Options {
    /// Reads and checks a `train.toml`.
    ///
    /// # Errors
    /// A config error that names the line or the key.
    pub fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).map_err(|e| Error::io("cannot read", path, e).as_config())?;
        Self::parse(&text, path)
    }

    /// As [`read`](Self::read), from text; `path` is for messages.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let options: Self = toml::from_str(text).map_err(|e| {
            let line =
                e.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
            Error::config(e.message().to_owned()).at_line(path, line as u64)
        })?;
        match options.problem() {
            Some(what) => Err(Error::config(what).at(path)),
            None => Ok(options),
        }
    }
}

impl Stage {
    /// Rows of an update.
    pub fn rows(&self) -> usize {
        self.tokens_per_step / self.context
    }

    /// Rows that go through the model at once.
    pub fn micro_rows(&self) -> usize {
        match self.micro_batch_tokens {
            0 => self.rows(),
            tokens => (tokens / self.context).clamp(1, self.rows()),
        }
    }
}
