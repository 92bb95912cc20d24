//! Engines: who answers. In: requests for samples of a prompt. Out: one answer per sample.
//!
//! The seam fits a thread that steps a batch ([`candle`]) as well as an async client with
//! thousands of requests in flight ([`openai`]): the engine is handed a bounded queue of requests
//! and a sink for answers, and runs until the queue closes or it is told to stop. It never decides
//! what is drawn next, and never looks at filters or verdicts.

pub mod candle;
pub mod expert;
pub mod openai;
pub mod recorded;
pub mod scripted;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::error::{Error, Result};
use crate::record::{Completion, Message, Prompt};

/// Sampling parameters, the same for every sample of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sampling {
    /// Softmax temperature; 0 is greedy.
    pub temperature: f64,
    /// Nucleus: the smallest set of tokens whose probabilities reach this sum; 1 is off.
    pub top_p: f64,
    /// Only the `top_k` most likely tokens; 0 is off.
    pub top_k: u32,
    /// Only tokens at least this fraction of the most likely one's probability; 0 is off.
    pub min_p: f64,
    /// A sample of this many tokens ends with `finish_reason = "length"`.
    pub max_new_tokens: u32,
    /// Texts that end a sample; they are not part of it.
    pub stop: Vec<String>,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            // Temperature 1.0 is what R1's cold start was sampled with (arXiv 2501.12948, B.3).
            temperature: 1.0,
            top_p: 1.0,
            top_k: 0,
            min_p: 0.0,
            max_new_tokens: 512,
            stop: Vec::new(),
        }
    }
}

/// A request for samples of one prompt. They share the prompt's prefill.
#[derive(Debug, Clone)]
pub struct Request {
    /// The caller's number for the prompt, echoed in every [`Answer`].
    pub ticket: u64,
    /// The prompt itself, for engines that answer from its fields.
    pub prompt: Arc<Prompt>,
    /// The chat to answer.
    pub messages: Arc<[Message]>,
    /// The samples wanted.
    pub samples: Vec<Sample>,
}

/// One sample wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Which of the prompt's samples, from 0.
    pub index: u32,
    /// Seed of its random stream.
    pub seed: u64,
}

/// The answer to one [`Sample`] of a [`Request`].
#[derive(Debug)]
pub struct Answer {
    /// The request's ticket.
    pub ticket: u64,
    /// The sample's index.
    pub index: u32,
    /// The completion, or why there is none.
    pub result: Result<Completion, Unanswered>,
}

/// Why a sample has no completion. It costs this sample alone; the run goes on.
#[derive(Debug)]
pub enum Unanswered {
    /// The engine has no further completion of this prompt and never will: the prompt is done.
    NoMore,
    /// It could not be drawn; another start may draw it.
    Failed(Error),
}

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoMore => f.write_str("the engine has no further completion of this prompt"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl From<Error> for Unanswered {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Told to every engine: how urgently to stop.
#[derive(Debug, Default)]
pub struct Stop(AtomicU8);

impl Stop {
    /// Takes no new requests; what is being drawn is finished.
    pub fn drain(&self) {
        self.0.fetch_max(1, Ordering::SeqCst);
    }

    /// Gives up what is being drawn.
    pub fn abort(&self) {
        self.0.fetch_max(2, Ordering::SeqCst);
    }

    /// True once `drain` or `abort` was called.
    pub fn is_draining(&self) -> bool {
        self.0.load(Ordering::SeqCst) >= 1
    }

    /// True once `abort` was called.
    pub fn is_aborted(&self) -> bool {
        self.0.load(Ordering::SeqCst) >= 2
    }
}

/// Live figures of an engine, read by the progress bar.
#[derive(Debug, Default)]
pub struct Speed {
    /// Tokens drawn so far, prompts excluded.
    pub tokens: std::sync::atomic::AtomicU64,
    /// Samples in flight now.
    pub in_flight: std::sync::atomic::AtomicU64,
}

/// Something that answers requests.
pub trait Engine: Send {
    /// Name of the model, as it stands in the corpus' `model` column.
    fn model(&self) -> &str;

    /// What decides the text of a sample besides prompt, seed and sampling parameters: weights,
    /// tokenizer and chat template by hash, or server and model name. Part of the journal's key.
    fn fingerprint(&self) -> &str;

    /// Tokens of `text` by the model's tokenizer; engines without one estimate 4 bytes a token.
    fn count_tokens(&self, text: &str) -> usize {
        text.len().div_ceil(4)
    }

    /// Why the engine can never answer `prompt`, where it knows that beforehand: a run of which no prompt
    /// can be answered does not start.
    fn refuses(&self, prompt: &Prompt) -> Option<String> {
        let _ = prompt;
        None
    }

    /// How many samples the engine works on at once: sizes the request queue.
    fn slots(&self) -> usize;

    /// Answers requests until `requests` closes (then finishes what is in flight) or `stop` says
    /// so. Every sample taken from the queue is answered exactly once, except after `abort`.
    /// Blocks; called on a thread of its own.
    ///
    /// # Errors
    /// Only when nothing more can be answered (device lost, server refuses the key); a failure of
    /// one sample is an [`Answer`] with an error.
    fn run(
        &mut self,
        requests: mpsc::Receiver<Request>,
        answers: mpsc::Sender<Answer>,
        stop: Arc<Stop>,
        speed: Arc<Speed>,
    ) -> Result<()>;
}

/// Checks the sampling parameters; the message names the key.
pub fn check_sampling(sampling: &Sampling) -> Result<(), (&'static str, String)> {
    let unit = |key, value: f64, low_open: bool| {
        let ok = value.is_finite() && value <= 1.0 && (value > 0.0 || (!low_open && value == 0.0));
        if ok { Ok(()) } else { Err((key, format!("{key} must be between 0 and 1, not {value}"))) }
    };
    if !sampling.temperature.is_finite() || !(0.0..=10.0).contains(&sampling.temperature) {
        return Err((
            "temperature",
            format!("temperature must be between 0 and 10, not {}", sampling.temperature),
        ));
    }
    unit("top_p", sampling.top_p, true)?;
    unit("min_p", sampling.min_p, false)?;
    if sampling.max_new_tokens == 0 {
        return Err(("max_new_tokens", "max_new_tokens must be at least 1".to_owned()));
    }
    if sampling.stop.iter().any(String::is_empty) {
        return Err(("stop", "a stop string must not be empty".to_owned()));
    }
    Ok(())
}

/// An answer with an error for a sample.
pub(crate) fn refused(ticket: u64, index: u32, what: impl Into<String>) -> Answer {
    Answer { ticket, index, result: Err(Error::failed(what).into()) }
}
