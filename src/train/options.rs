//! `train.toml` as written, and what is wrong with it.
//!
//! In: a file. Out: [`Options`] in which every key is known and every value in range, or an error with
//! its line. It opens nothing that the file names.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::candle::Device;
use crate::error::{Error, Result};
use crate::model::config::{Architecture, Config};
use crate::prompts::tasks::{self, DIFFICULTIES};

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
    /// Only the assistant's part counts; otherwise every token of the chat does.
    #[serde(default = "yes")]
    pub mask_prompt: bool,
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
    /// JSON Lines or Parquet with `messages`, or with `problem`, `reasoning` and `solution`.
    Files(Files),
}

impl Data {
    /// Its share of the examples, before division by the sum.
    pub fn weight(&self) -> f64 {
        match self {
            Self::Tasks(tasks) => tasks.weight,
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

/// `files = { … }`
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

    /// The first value out of range.
    fn problem(&self) -> Option<String> {
        if self.stages.is_empty() {
            return Some("there is no [[stages]]: nothing to train".to_owned());
        }
        if !(self.run.save_every_minutes > 0.0 && self.run.report_every_steps > 0 && self.run.shards > 0) {
            return Some(
                "run: save_every_minutes, report_every_steps and shards must be positive".to_owned(),
            );
        }
        if let Model::Shape(shape) = &self.model {
            let sizes = [shape.vocab_size, shape.hidden_size, shape.intermediate_size, shape.layers];
            if sizes.contains(&0) || shape.heads == 0 || shape.kv_heads == 0 || shape.head_dim == 0 {
                return Some("model.shape: every size must be positive".to_owned());
            }
            if !shape.heads.is_multiple_of(shape.kv_heads) {
                return Some("model.shape.kv_heads must divide heads".to_owned());
            }
            if !shape.head_dim.is_multiple_of(2) {
                return Some("model.shape.head_dim must be even".to_owned());
            }
            if shape.vocab_size < super::vocabulary::SMALLEST {
                return Some(format!(
                    "model.shape.vocab_size must be at least {}: 256 bytes and the special tokens",
                    super::vocabulary::SMALLEST
                ));
            }
            if let Some(stage) = self.stages.iter().find(|s| s.context > shape.max_position_embeddings) {
                return Some(format!("stage {:?}: context exceeds max_position_embeddings", stage.name));
            }
        }
        self.stages.iter().find_map(|stage| stage.problem().map(|p| format!("stage {:?}: {p}", stage.name)))
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

    fn problem(&self) -> Option<&'static str> {
        let share = |x: f64| (0.0..=1.0).contains(&x);
        let positive = |x: f64| x.is_finite() && x > 0.0;
        for data in &self.data {
            if !positive(data.weight()) {
                return Some("the weight of a data source must be positive");
            }
            match data {
                Data::Tasks(t) => {
                    let [low, high] = t.difficulty;
                    if low > high || !DIFFICULTIES.contains(&low) || !DIFFICULTIES.contains(&high) {
                        return Some("difficulty must be [low, high] within 1 to 4");
                    }
                    let n = t.difficulty_weights.len();
                    if n != 0
                        && (n as u32 != high - low + 1 || !t.difficulty_weights.iter().all(|w| positive(*w)))
                    {
                        return Some("difficulty_weights must be positive, one for each difficulty");
                    }
                    if t.families.iter().any(|name| tasks::family(name).is_none()) {
                        return Some("families names one that does not exist");
                    }
                }
                Data::Files(f) if f.paths.is_empty() => return Some("files.paths is empty"),
                Data::Files(f) if !(0.0..0.9).contains(&f.held_out) => {
                    return Some("held_out must be a share below 0.9");
                }
                Data::Files(_) => {}
            }
        }
        if self.data.is_empty() {
            Some("data is empty")
        } else if self.steps == 0 {
            Some("steps must be positive")
        } else if self.context < 8 || self.tokens_per_step < self.context {
            Some("context must be at least 8, and tokens_per_step at least one context")
        } else if !positive(self.learning_rate) || !positive(self.clip) {
            Some("learning_rate and clip must be positive")
        } else if !share(self.min_ratio) || !self.betas.iter().all(|&b| share(b) && b < 1.0) {
            Some("min_ratio must be in 0 to 1, betas below 1")
        } else if !(self.weight_decay.is_finite() && self.weight_decay >= 0.0) {
            Some("weight_decay must not be negative")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[run]\noutput = \"out\"\n[model.shape]\n[[stages]]\nname = \"a\"\nsteps = 10\n\
                        data = [{ tasks = {} }]\n";

    #[test]
    fn defaults_fill_a_short_file() {
        let options = Options::parse(GOOD, Path::new("train.toml")).unwrap();
        assert_eq!((options.stages[0].rows(), options.stages[0].micro_rows()), (128, 128));
        let text = toml::to_string(&options).unwrap();
        assert_eq!(Options::parse(&text, Path::new("train.toml")).unwrap(), options);
    }

    #[test]
    fn mistakes_are_named() {
        for (from, to, says) in [
            ("steps = 10", "steps = 0", "steps"),
            ("steps = 10", "step = 10", "train.toml:6"),
            ("steps = 10", "steps = 10\ncontext = 100000", "max_position_embeddings"),
            ("tasks = {}", "tasks = { families = [\"nonsense\"] }", "families"),
            ("tasks = {}", "tasks = { difficulty = [3, 2] }", "difficulty"),
            ("tasks = {}", "tasks = { difficulty_weights = [1.0] }", "difficulty_weights"),
            ("tasks = {}", "files = { paths = [] }", "paths"),
            ("[model.shape]", "[model.shape]\nkv_heads = 4", "kv_heads"),
            ("[model.shape]", "[model.shape]\nvocab_size = 100", "vocab_size"),
            ("data = [{ tasks = {} }]", "data = []", "data"),
        ] {
            assert!(GOOD.contains(from));
            let error = Options::parse(&GOOD.replace(from, to), Path::new("train.toml")).unwrap_err();
            assert!(error.to_string().contains(says), "{to}: {error}");
            assert_eq!(error.kind(), crate::error::ErrorKind::Config);
        }
    }
}
