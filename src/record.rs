//! What flows through a run: prompts, completions, candidates, examples, and the answers of the
//! stages. Plain data; no behaviour beyond small accessors.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use xxhash_rust::xxh3::xxh3_128;

/// Who speaks in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions that frame the conversation.
    System,
    /// The asker.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The name used in chat templates and in `messages`.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
        }
    }
}

/// One turn of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: String,
}

impl Message {
    /// A message of `role`.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into() }
    }
}

/// A unit test of a program, externally tagged in JSON, e.g. `{"call": {"args": [1], "expected": 2}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum TestCase {
    /// HumanEval form: `code` defines `check(candidate)`, called with the entry point.
    Check {
        /// Python source that defines `check`.
        code: String,
    },
    /// MBPP form: `setup` runs first, then each line of `code` must not raise.
    Asserts {
        /// `assert …` statements.
        code: Vec<String>,
        /// Python source that runs before them.
        #[serde(default)]
        setup: String,
    },
    /// Competition form: the program reads `input` and must print `output`.
    Stdio {
        /// What standard input holds.
        input: String,
        /// What standard output must hold.
        output: String,
    },
    /// The entry point called with `args` must return `expected`.
    Call {
        /// Positional arguments as JSON values.
        args: Vec<serde_json::Value>,
        /// The value that must come back.
        expected: serde_json::Value,
    },
}

/// A problem to be answered, with what is needed to verify an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// Unique and stable within its sources, e.g. `linear_equation/2/48213` or `gsm8k:17`.
    pub id: String,
    /// The source it came from (task family, or file stem).
    pub source: String,
    /// `math`, `logic`, `code`, …
    pub domain: String,
    /// The problem as a person would ask it.
    pub problem: String,
    /// The reference answer, for the math verifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The function that the tests call, for the python verifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_point: Option<String>,
    /// Unit tests, for the python verifier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<TestCase>,
    /// Difficulty level of a procedural prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difficulty: Option<u32>,
}

/// Why a sample ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// End-of-sequence token or a stop string.
    Stop,
    /// `max_new_tokens` was reached.
    Length,
    /// The engine saw a repetition loop and ended the sample.
    Loop,
}

impl FinishReason {
    /// The name used in the journal and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            FinishReason::Stop => "stop",
            FinishReason::Length => "length",
            FinishReason::Loop => "loop",
        }
    }
}

/// One sample drawn for a prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    /// The assistant's text, always beginning with `<think>` when the model reasons, also where
    /// the chat template opened the tag or the server returned the reasoning in its own field.
    pub text: String,
    /// Why it ended.
    pub finish_reason: FinishReason,
    /// Tokens drawn (end-of-sequence included); as the server counted them for a remote engine.
    pub num_tokens: u32,
    /// Tokens of the rendered prompt.
    pub prompt_tokens: u32,
}

/// Why a stage decided as it did: a stable dotted name and a human detail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable name, e.g. `repetition.ngram_fraction`. Counted by the funnel; never contains input.
    pub name: Cow<'static, str>,
    /// What was seen, for a person.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl Reason {
    /// A reason with its detail.
    pub fn new(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name: Cow::Borrowed(name), detail: detail.into() }
    }
}

/// A filter's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The completion stays.
    Keep,
    /// The completion goes, because.
    Drop(Reason),
}

/// A verifier's answer. Could-not-decide is never a pass and never a fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Right.
    Pass,
    /// Wrong, because.
    Fail(Reason),
    /// Not decided, because.
    Unknown(Reason),
}

impl Verdict {
    /// `pass`, `fail` or `unknown`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail(_) => "fail",
            Verdict::Unknown(_) => "unknown",
        }
    }

    /// The reason of a fail or unknown.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Verdict::Pass => None,
            Verdict::Fail(reason) | Verdict::Unknown(reason) => Some(reason),
        }
    }
}

/// What one filter said about one completion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FilterRecord {
    /// The filter's name, as in the config.
    pub filter: Cow<'static, str>,
    /// Keep or drop.
    pub decision: Decision,
    /// The filter's figures, recorded also when it keeps, so that a threshold can be chosen later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<(Cow<'static, str>, f64)>,
}

/// A verifier's verdict with what it saw on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Pass, fail or unknown.
    pub verdict: Verdict,
    /// What the verdict rests on (the extracted answer, per-test outcomes): the same for the same
    /// text on every machine. Goes into journal and ledger.
    pub details: Map<String, Value>,
    /// What was measured on the way (CPU milliseconds, peak memory): differs from run to run, so it
    /// goes into the journal but never into the corpus.
    pub measured: Map<String, Value>,
}

impl From<Verdict> for Finding {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, details: Map::new(), measured: Map::new() }
    }
}

/// What one verifier said about one completion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictRecord {
    /// The verifier's name, as in the config.
    pub verifier: Cow<'static, str>,
    /// Pass, fail or unknown.
    pub verdict: Verdict,
    /// [`Finding::details`].
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub details: Map<String, Value>,
    /// [`Finding::measured`].
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub measured: Map<String, Value>,
    /// Wall time of the verification itself, queueing excluded.
    pub micros: u64,
}

impl VerdictRecord {
    /// The record of `verifier`'s finding.
    pub fn new(verifier: &'static str, finding: impl Into<Finding>, micros: u64) -> Self {
        let Finding { verdict, details, measured } = finding.into();
        Self { verifier: Cow::Borrowed(verifier), verdict, details, measured, micros }
    }
}

/// A completion with everything that was said about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The prompt it answers.
    pub prompt_id: String,
    /// Which of the prompt's samples it is, from 0.
    pub sample_index: u32,
    /// Seed of the sample's random stream.
    pub seed: u64,
    /// The sample.
    pub completion: Completion,
    /// One record per configured filter, in order. The first drop decides; what filters behind it say is recorded for
    /// its figures. (Older journals end with the first drop.)
    #[serde(default)]
    pub filters: Vec<FilterRecord>,
    /// One record per applicable verifier; empty when a filter dropped the completion.
    #[serde(default)]
    pub verdicts: Vec<VerdictRecord>,
}

/// The state of a candidate after filters and verifiers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome<'a> {
    /// Every filter kept it and every applicable verifier, at least one, passed it.
    Passed,
    /// A filter dropped it.
    Dropped(&'a Reason),
    /// A verifier failed it.
    Failed(&'a Reason),
    /// No verifier failed it and at least one could not decide, or none applied (`None`).
    Unknown(Option<&'a Reason>),
}

impl Candidate {
    /// What filters and verifiers together say.
    pub fn outcome(&self) -> Outcome<'_> {
        for record in &self.filters {
            if let Decision::Drop(reason) = &record.decision {
                return Outcome::Dropped(reason);
            }
        }
        let mut unknown = None;
        for record in &self.verdicts {
            match &record.verdict {
                Verdict::Pass => {}
                Verdict::Fail(reason) => return Outcome::Failed(reason),
                Verdict::Unknown(reason) => unknown = unknown.or(Some(reason)),
            }
        }
        if unknown.is_some() || self.verdicts.is_empty() {
            Outcome::Unknown(unknown)
        } else {
            Outcome::Passed
        }
    }

    /// True if the candidate may enter the corpus.
    pub fn passed(&self) -> bool {
        self.outcome() == Outcome::Passed
    }
}

/// One row of the corpus.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Name-based id (prompt id, sample index, text): the same run gives the same ids.
    pub uuid: String,
    /// The prompt it answers.
    pub prompt: Arc<Prompt>,
    /// The chat as the trained model should see it: no few-shot examples; the assistant's message
    /// is `<think>\n…\n</think>\n\n…`.
    pub messages: Vec<Message>,
    /// The text between the think tags, trimmed.
    pub reasoning: String,
    /// The text after the think block, trimmed.
    pub solution: String,
    /// Tokens of the completion; `None` where another dataset does not say it.
    pub num_tokens: Option<u32>,
    /// Passed samples of the prompt over decided samples (pass + fail + dropped by a filter); `None` as above.
    pub pass_rate: Option<f64>,
    /// The model that wrote it; `None` as above.
    pub model: Option<String>,
    /// Seed of the sample's random stream; `None` as above.
    pub seed: Option<u64>,
    /// Which of the prompt's samples it is; `None` as above.
    pub sample_index: Option<u32>,
    /// A failed completion of the same prompt, for the preference view: its assistant text.
    pub rejected: Option<String>,
}

impl Example {
    /// The id of an example: a version 8 UUID (RFC 9562: free use of the other 122 bits) of what it is.
    pub fn name(prompt_id: &str, sample_index: u32, text: &str) -> String {
        let mut bytes = xxh3_128(format!("{prompt_id}\0{sample_index}\0{text}").as_bytes()).to_be_bytes();
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}
