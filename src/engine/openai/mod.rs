//! An engine behind the OpenAI chat-completions protocol (vLLM, SGLang, llama.cpp, gateways). In:
//! requests for samples of a chat. Out: one answer per sample, its text with the reasoning as a
//! `<think>` block wherever the server put it. Never trusts the server: what it sends is bounded in
//! size and time, and whatever it sends, the answer is a completion or an error.
//!
//! - [`Options`]: `[engine.openai]`, and [`OpenAi`], the engine: its loop takes requests from the
//!   queue, cuts them into HTTP requests and keeps `concurrency` of them in flight;
//! - `post`: one HTTP request with its retries; `wire`: JSON out, JSON in.

mod post;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use xxhash_rust::xxh3::xxh3_64;

use self::post::{Failure, Post};
use super::{Answer, Engine, Request, Sample, Sampling, Speed, Stop, Unanswered, refused};
use crate::error::{Error, Result};
use crate::record::Message;

/// `[engine.openai]`
///
/// Every sampling parameter is sent with every request, neutral ones too: servers fill what is unset
/// from the model's own defaults. Proxies are not read from the environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The server, up to and including `/v1`.
    pub base_url: String,
    /// Name of the model on the server.
    pub model: String,
    /// Name of the environment variable that holds the API key. The key itself never stands in a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_env: Option<String>,
    /// HTTP requests in flight at the same time. Servers like vLLM admit without limit and then
    /// thrash: about 1.5 times what it runs at once (`--max-num-seqs`) is a good value.
    pub concurrency: usize,
    /// Time limit of one HTTP request, from connecting to the last byte of its answer.
    pub timeout_secs: u64,
    /// How often a request is sent again after 408, 409, 429, 5xx, a broken connection or the time
    /// limit. The waits double from half a second to a minute; a longer `Retry-After` is honoured.
    pub max_retries: u32,
    /// Samples per HTTP request (`n`), 1 to 64. With 1 each sample is drawn with its own seed; with
    /// more a request carries the seed of its first, and the tokens of each are an estimate.
    pub n_per_request: u32,
    /// Body fields that are not sent, for servers that refuse what they do not know: strict ones want
    /// `["top_k", "min_p", "repetition_penalty"]`.
    pub omit: Vec<String>,
    /// Body fields sent besides the engine's own.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extra_body: Map<String, Value>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            base_url: "http://127.0.0.1:8000/v1".to_owned(),
            model: String::new(),
            api_key_env: None,
            concurrency: 64,
            timeout_secs: 600,
            max_retries: 8,
            n_per_request: 1,
            omit: Vec::new(),
            extra_body: Map::new(),
        }
    }
}

impl Options {
    /// Checks the options; the message names the key.
    ///
    /// # Errors
    /// The key and a sentence that says what is wrong.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let url = reqwest::Url::parse(&self.base_url)
            .map_err(|error| ("base_url", format!("base_url is not a URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(("base_url", "base_url must begin with http:// or https://".to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(("base_url", "base_url must not hold a password: use api_key_env".to_owned()));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(("base_url", "base_url must end with its path: no `?`, no `#`".to_owned()));
        }
        if self.model.is_empty() {
            return Err(("model", "model must be the name of a model on the server".to_owned()));
        }
        for (key, value, range) in [
            ("concurrency", self.concurrency as u64, 1..=65_536),
            ("timeout_secs", self.timeout_secs, 1..=604_800),
            ("max_retries", u64::from(self.max_retries), 0..=1_000),
            ("n_per_request", u64::from(self.n_per_request), 1..=64),
        ] {
            if !range.contains(&value) {
                let (low, high) = (range.start(), range.end());
                return Err((key, format!("{key} must be between {low} and {high}, not {value}")));
            }
        }
        for key in &self.omit {
            if !wire::MAY_BE_OMITTED.contains(&key.as_str()) {
                let known = wire::MAY_BE_OMITTED.join(", ");
                return Err(("omit", format!("omit: `{key}` is none of {known}")));
            }
        }
        for key in self.extra_body.keys() {
            if wire::is_own(key) && !self.omit.contains(key) {
                return Err(("extra_body", format!("extra_body must not set `{key}`: the engine sends it")));
            }
        }
        Ok(())
    }

    fn endpoint(&self) -> String {
        format!("{}/chat/completions", self.base_url.trim_end_matches('/'))
    }
}

/// The engine of `[engine.openai]`.
pub struct OpenAi {
    options: Options,
    sampling: Sampling,
    api_key: Option<String>,
    fingerprint: String,
    first_pause: Duration,
}

/// How soon a stop is seen.
const STOP_POLL: Duration = Duration::from_millis(50);

impl OpenAi {
    /// An engine for a server. `api_key` is what the variable named by `options.api_key_env` holds;
    /// it is sent to the server and goes nowhere else.
    ///
    /// # Errors
    /// Options out of range, a key that is named but not given, no usable certificate store.
    pub fn new(options: Options, sampling: Sampling, api_key: Option<String>) -> Result<Self> {
        options
            .check()
            .map_err(|(key, message)| Error::config(format!("[engine.openai] {key}: {message}")))?;
        if let (Some(name), None) = (&options.api_key_env, &api_key) {
            return Err(Error::config(format!("the environment variable {name} is not set"))
                .help(format!("export {name}=…, or take api_key_env out of [engine.openai]")));
        }
        // What changes the text of a sample, the sampling parameters aside; how many are drawn at
        // once does not.
        let body = serde_json::to_vec(&(&options.extra_body, &options.omit)).unwrap_or_default();
        let url = options.base_url.trim_end_matches('/');
        let fingerprint = format!("openai:{url}:{}:{:016x}", options.model, xxh3_64(&body));
        let engine =
            Self { options, sampling, api_key, fingerprint, first_pause: Duration::from_millis(500) };
        engine.post()?;
        Ok(engine)
    }

    fn post(&self) -> Result<Post> {
        Post::new(&self.options, &self.sampling, self.api_key.as_deref(), self.first_pause)
    }
}

impl std::fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the key.
        f.debug_struct("OpenAi").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Engine for OpenAi {
    fn model(&self) -> &str {
        &self.options.model
    }

    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn slots(&self) -> usize {
        self.options.concurrency.saturating_mul(self.options.n_per_request as usize)
    }

    fn run(
        &mut self,
        requests: mpsc::Receiver<Request>,
        answers: mpsc::Sender<Answer>,
        stop: Arc<Stop>,
        speed: Arc<Speed>,
    ) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2) // waiting and a little JSON: more would take cores from the verifiers
            .thread_name("openai")
            .enable_all()
            .build()
            .map_err(|error| Error::failed("cannot start the client's threads").caused_by(error))?;
        let work = Work { post: Arc::new(self.post()?), answers, speed };
        let (concurrency, n) = (self.options.concurrency, self.options.n_per_request as usize);
        let result = runtime.block_on(serve(requests, work, &stop, concurrency, n));
        // Nothing is left to wait for; a name lookup that hangs must not hold the run back.
        runtime.shutdown_background();
        result
    }
}

/// Samples that travel in one HTTP request.
struct Chunk {
    ticket: u64,
    messages: Arc<[Message]>,
    samples: Vec<Sample>,
}

/// What every HTTP request needs.
#[derive(Clone)]
struct Work {
    post: Arc<Post>,
    answers: mpsc::Sender<Answer>,
    speed: Arc<Speed>,
}

/// The engine's loop: requests in, at most `concurrency` chunks of `n` samples in flight.
async fn serve(
    mut requests: mpsc::Receiver<Request>,
    work: Work,
    stop: &Stop,
    concurrency: usize,
    n: usize,
) -> Result<()> {
    let mut waiting: VecDeque<Chunk> = VecDeque::new();
    let mut flying: JoinSet<Result<()>> = JoinSet::new();
    let mut open = true;
    let mut tick = tokio::time::interval(STOP_POLL);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let result = loop {
        if stop.is_aborted() || work.answers.is_closed() {
            break Ok(());
        }
        open &= !stop.is_draining();
        while flying.len() < concurrency
            && let Some(chunk) = waiting.pop_front()
        {
            flying.spawn(work.clone().draw(chunk));
        }
        if !open && waiting.is_empty() && flying.is_empty() {
            break Ok(());
        }
        // A request is taken only when there is room for it, so a stop finds little taken and unsent.
        let room = open && waiting.is_empty() && flying.len() < concurrency;
        tokio::select! {
            _ = tick.tick() => {}
            Some(joined) = flying.join_next() => match joined {
                Ok(Ok(())) => {}
                Ok(Err(error)) => break Err(error),
                Err(error) => break Err(Error::failed("a request broke off").caused_by(error)),
            },
            request = requests.recv(), if room => match request {
                Some(request) => waiting.extend(request.samples.chunks(n).map(|samples| Chunk {
                    ticket: request.ticket,
                    messages: request.messages.clone(),
                    samples: samples.to_vec(),
                })),
                None => open = false,
            },
        }
    };
    flying.shutdown().await;
    result
}

impl Work {
    /// Draws a chunk to its end: every sample is answered, unless the engine is.
    async fn draw(self, chunk: Chunk) -> Result<()> {
        let mut left = chunk.samples.as_slice();
        let _count = InFlight::new(&self.speed, left.len());
        // A server that ignores `n` sends fewer samples than asked for: the others are asked for again.
        while !left.is_empty() {
            match self.post.send(&chunk.messages, left).await {
                Ok(results) => {
                    let (now, later) = left.split_at(results.len().min(left.len()));
                    for (sample, result) in now.iter().zip(results) {
                        let tokens = result.as_ref().map_or(0, |completion| u64::from(completion.num_tokens));
                        self.speed.tokens.fetch_add(tokens, Ordering::Relaxed);
                        let result = result.map_err(Unanswered::from);
                        let answer = Answer { ticket: chunk.ticket, index: sample.index, result };
                        if self.answers.send(answer).await.is_err() {
                            return Ok(()); // nobody listens any more; the loop sees it too
                        }
                    }
                    left = later;
                }
                Err(Failure::Engine(error)) => return Err(error),
                Err(Failure::Samples(what)) => {
                    for sample in left {
                        let answer = refused(chunk.ticket, sample.index, what.clone());
                        if self.answers.send(answer).await.is_err() {
                            break;
                        }
                    }
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Counts samples in flight for as long as it lives.
struct InFlight<'a> {
    speed: &'a Speed,
    samples: u64,
}

impl<'a> InFlight<'a> {
    fn new(speed: &'a Speed, samples: usize) -> Self {
        let samples = samples as u64;
        speed.in_flight.fetch_add(samples, Ordering::Relaxed);
        Self { speed, samples }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.speed.in_flight.fetch_sub(self.samples, Ordering::Relaxed);
    }
}
