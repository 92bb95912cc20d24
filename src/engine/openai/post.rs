//! One HTTP request with its retries. In: a chat and the samples wanted. Out: their completions, or
//! a failure that says whom it concerns. Never waits beyond the configured limits, never keeps more
//! of an answer than fits the samples, and never lets the key into a message.

use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};

use super::{Options, Sample, Sampling, wire};
use crate::error::{Error, Result};
use crate::record::{Completion, Message};
use crate::rng::Rng;

/// Longest wait between two tries that the engine chooses by itself.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Longest wait that a server may ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);
/// uvicorn, which vLLM and SGLang run on, closes connections after 5 idle seconds: a pooled one that
/// is as old would break the next request.
const POOL_IDLE: Duration = Duration::from_secs(4);
const _: () = assert!(POOL_IDLE.as_secs() < 5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// So many refused requests (400, 422) with not one answered: it is the config, not the prompts.
const REFUSALS_TO_GIVE_UP: u64 = 32;
/// Bytes of an error's body that are read, and characters of it that are shown.
const ERROR_BODY: usize = 16 << 10;
const ERROR_SHOWN: usize = 300;

/// Why there are no completions.
pub(super) enum Failure {
    /// These samples cannot be drawn; others may.
    Samples(String),
    /// No sample can be drawn.
    Engine(Error),
}

/// Why one try failed.
enum Try {
    /// It may work the next time, after the server's own `Retry-After`.
    Again {
        what: String,
        after: Option<Duration>,
        unreachable: bool,
    },
    Failed(Failure),
}

/// Sends requests to one server.
pub(super) struct Post {
    client: Client,
    endpoint: String,
    options: Options,
    sampling: Sampling,
    api_key: Option<String>,
    first_pause: Duration,
    answered: AtomicU64,
    refused: AtomicU64,
}

impl Post {
    pub(super) fn new(
        options: &Options,
        sampling: &Sampling,
        api_key: Option<&str>,
        first_pause: Duration,
    ) -> Result<Self> {
        static PROVIDER: Once = Once::new();
        // An error means that the process has a provider already, which will do.
        PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let mut headers = HeaderMap::new();
        if let Some(key) = api_key {
            // The error would show the key, and is left out.
            let mut value = HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| {
                Error::config("the API key has characters that cannot be sent: is it quoted twice?")
            })?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let mut builder = Client::builder()
            .user_agent(concat!("datagen/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(POOL_IDLE)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(Duration::from_secs(options.timeout_secs));
        if options.base_url.starts_with("http://") {
            // Plain HTTP needs no certificates: a machine without any can still talk to its own server.
            builder = builder.tls_certs_only([]);
        }
        let client = builder
            .build()
            .map_err(|error| Error::failed(format!("cannot set up the HTTP client: {}", chain(error))))?;
        Ok(Self {
            client,
            endpoint: options.endpoint(),
            options: options.clone(),
            sampling: sampling.clone(),
            api_key: api_key.map(str::to_owned),
            first_pause,
            answered: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        })
    }

    /// Draws `samples` of a chat, retries included: one result per sample from the first on, at least
    /// one; fewer than asked for if the server ignores `n`.
    pub(super) async fn send(
        &self,
        messages: &[Message],
        samples: &[Sample],
    ) -> Result<Vec<Result<Completion>>, Failure> {
        // The jitter only spreads requests in time, so any stream will do.
        let mut jitter = Rng::new(samples.first().map_or(0, |sample| sample.seed));
        let answered_before = self.answered.load(Ordering::Relaxed);
        let mut tries = 0;
        loop {
            match self.once(messages, samples).await {
                Ok(results) => {
                    self.answered.fetch_add(1, Ordering::Relaxed);
                    return Ok(results);
                }
                Err(Try::Failed(failure)) => return Err(failure),
                Err(Try::Again { after, .. }) if tries < self.options.max_retries => {
                    tokio::time::sleep(self.pause(tries, after, jitter.uniform())).await;
                    tries += 1;
                }
                Err(Try::Again { what, unreachable, .. }) => {
                    let what = format!("{what} (given up after {})", plural(u64::from(tries) + 1));
                    // Not one request got through since: the server is gone, and every other sample
                    // would end like this one.
                    if unreachable && self.answered.load(Ordering::Relaxed) == answered_before {
                        return Err(Failure::Engine(Error::failed(what).help(
                            "start the server or mend base_url, then run the same command again: it resumes",
                        )));
                    }
                    return Err(Failure::Samples(what));
                }
            }
        }
    }

    /// The wait before the next try: doubled each time and between half and all of it, so that
    /// requests that failed together do not come back together; or what the server asked for.
    fn pause(&self, tries: u32, after: Option<Duration>, uniform: f64) -> Duration {
        let doubled = self.first_pause.saturating_mul(1u32.checked_shl(tries).unwrap_or(u32::MAX));
        let own = doubled.min(LONGEST_PAUSE).mul_f64(0.5 + uniform / 2.0);
        // The own wait on top of what was asked for, a little of it, spreads those who were told the same.
        after.map_or(own, |after| after.min(LONGEST_RETRY_AFTER) + own / 4)
    }

    /// One try.
    async fn once(&self, messages: &[Message], samples: &[Sample]) -> Result<Vec<Result<Completion>>, Try> {
        let body = wire::body(&self.options, &self.sampling, messages, samples);
        let sent = self.client.post(&self.endpoint).json(&body).send().await;
        let mut response = sent.map_err(|error| self.broken(error))?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.not_ok(status, response).await);
        }
        let limit = wire::body_limit(&self.sampling, samples.len());
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(error))? {
            if bytes.len() + chunk.len() > limit {
                let what = format!("{}: the answer is longer than {limit} bytes", self.endpoint);
                return Err(Try::Failed(Failure::Samples(what)));
            }
            bytes.extend_from_slice(&chunk);
        }
        wire::read(&bytes, samples.len())
            .map_err(|what| Try::Failed(Failure::Samples(format!("{}: {what}", self.endpoint))))
    }

    /// No answer, or not all of it.
    fn broken(&self, error: reqwest::Error) -> Try {
        let unreachable = error.is_connect();
        let what = if error.is_timeout() && !unreachable {
            format!("{}: no answer within {} s", self.endpoint, self.options.timeout_secs)
        } else {
            format!("{}: {}", self.endpoint, self.shown(&chain(error)))
        };
        Try::Again { what, after: None, unreachable }
    }

    /// An answer with an error status.
    async fn not_ok(&self, status: StatusCode, mut response: Response) -> Try {
        let after = response.headers().get(RETRY_AFTER).and_then(retry_after);
        let mut bytes = Vec::new();
        while bytes.len() < ERROR_BODY
            && let Ok(Some(chunk)) = response.chunk().await
        {
            bytes.extend_from_slice(&chunk);
        }
        bytes.truncate(ERROR_BODY);
        let message = self.shown(&error_message(&bytes));
        let what = format!("{}: HTTP {}{message}", self.endpoint, status.as_u16());
        let engine = |help: &str| Try::Failed(Failure::Engine(Error::failed(what.clone()).help(help)));
        match status.as_u16() {
            408 | 409 | 429 | 500..=599 => Try::Again { what, after, unreachable: false },
            401 | 403 => engine("check the key that api_key_env names, and that it may use the model"),
            402 => engine("the server asks for payment: settle it, then run the same command again"),
            404 => engine("check base_url (usually it ends with /v1) and model"),
            300..=399 => engine("the server is elsewhere: set base_url to where it redirects to"),
            _ => {
                let refused = self.refused.fetch_add(1, Ordering::Relaxed) + 1;
                if refused >= REFUSALS_TO_GIVE_UP && self.answered.load(Ordering::Relaxed) == 0 {
                    return engine(
                        "the server refuses every request: if it does not know a field, name it in `omit`",
                    );
                }
                Try::Failed(Failure::Samples(what))
            }
        }
    }

    /// A server's text, fit for a message: without the key, in one short line.
    fn shown(&self, text: &str) -> String {
        let text = match self.api_key.as_deref() {
            Some(key) if !key.is_empty() => text.replace(key, "***"),
            _ => text.to_owned(),
        };
        let text = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        let line = text.collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(ERROR_SHOWN) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }
}

fn plural(tries: u64) -> String {
    if tries == 1 { "1 try".to_owned() } else { format!("{tries} tries") }
}

/// An error with its causes, without the URL (messages begin with it).
fn chain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// `Retry-After` in seconds. Its other form, a date, would need clocks that agree: the engine's own
/// wait stands in for it.
fn retry_after(value: &HeaderValue) -> Option<Duration> {
    let seconds: f64 = value.to_str().ok()?.trim().parse().ok()?;
    (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// `: ` and what an error's body says, of the usual `{"error": {"message": …}}` or as it stands.
fn error_message(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let said = ["/error/message", "/message", "/error", "/detail"]
        .iter()
        .find_map(|path| value.pointer(path).and_then(serde_json::Value::as_str))
        .unwrap_or(&text);
    if said.trim().is_empty() { String::new() } else { format!(": {said}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_are_spread() {
        let options = Options { model: "m".to_owned(), ..Options::default() };
        let post =
            Post::new(&options, &Sampling::default(), None, Duration::from_millis(500)).expect("a client");
        for (tries, longest) in [(0, 500), (1, 1_000), (2, 2_000), (6, 32_000), (7, 60_000), (999, 60_000)] {
            let pause = |uniform| post.pause(tries, None, uniform).as_millis();
            assert_eq!((pause(0.0), pause(0.5)), (longest / 2, longest * 3 / 4), "after {tries} tries");
            assert!((longest - 1..=longest).contains(&pause(1.0)), "after {tries} tries");
        }
        // What the server asks for is waited for in full, at most 5 minutes, and spread a little beyond.
        for (asked, waited) in [(2, 2_000), (100, 100_000), (100_000, 300_000)] {
            let pause = post.pause(0, Some(Duration::from_secs(asked)), 0.5).as_millis();
            assert!((waited..=waited + 125).contains(&pause), "{asked} s asked for: {pause} ms");
        }
    }
}
