//! `pipeline.toml` as written. Stages are closed, externally tagged enums; every struct has defaults
//! and refuses unknown keys; serialising a [`Pipeline`] writes every default out.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::engine::{self, Sampling};
use crate::prompts::{decontaminate, files, tasks, template};
use crate::{corpus, dedup, filters, run, select, verifiers};

/// A whole `pipeline.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// `[run]`
    pub run: Run,
    /// `[[prompts]]`, at least one, in order.
    pub prompts: Vec<Prompts>,
    /// `[template]`
    #[serde(default)]
    pub template: template::Template,
    /// `[engine.…]`
    pub engine: Engine,
    /// `[sampling]`
    #[serde(default)]
    pub sampling: Sampling,
    /// `[draws]`
    #[serde(default)]
    pub draws: run::draws::Draws,
    /// `[[filters]]`, in order.
    #[serde(default)]
    pub filters: Vec<filters::Options>,
    /// `[[verifiers]]`, in order.
    #[serde(default)]
    pub verifiers: Vec<verifiers::Options>,
    /// `[select.…]`
    #[serde(default)]
    pub select: select::Select,
    /// `[dedup]`
    #[serde(default)]
    pub dedup: dedup::Dedup,
    /// `[decontaminate]`
    #[serde(default)]
    pub decontaminate: decontaminate::Decontaminate,
    /// `[corpus]`
    #[serde(default)]
    pub corpus: corpus::Options,
}

/// `[run]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Seed of every random stream of the run.
    #[serde(default)]
    pub seed: u64,
    /// The run folder, relative to the working directory.
    pub output: PathBuf,
    /// Stops once the corpus has this many examples; without it, every prompt is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_examples: Option<u64>,
}

/// One `[[prompts]]` source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompts {
    /// A JSON Lines file.
    Jsonl(files::File),
    /// A CSV file with a header line.
    Csv(files::File),
    /// A Parquet file.
    Parquet(files::File),
    /// Procedural problems.
    Tasks(Tasks),
}

/// `tasks = { … }`: procedural problems, the families in turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tasks {
    /// Names of families; empty means all.
    pub families: Vec<String>,
    /// How many problems in all.
    pub count: u64,
    /// Lowest and highest difficulty, 1 to 4.
    pub difficulty: [u32; 2],
    /// `train` or `held_out`.
    pub split: tasks::Split,
}

impl Default for Tasks {
    fn default() -> Self {
        Self { families: Vec::new(), count: 1_000, difficulty: [1, 4], split: tasks::Split::Train }
    }
}

/// `[engine.…]`: exactly one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// A model on this machine.
    Candle(engine::candle::Options),
    /// A server that speaks the OpenAI chat-completions protocol.
    Openai(engine::openai::Options),
    /// Completions that were recorded earlier.
    Recorded(engine::recorded::Options),
    /// The procedural families' own experts, as in the cold start.
    Expert(engine::expert::Options),
}
