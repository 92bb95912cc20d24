//! Recorded completions as an engine: rejection sampling over what a model said earlier, elsewhere. In:
//! files of completions and prompts to be answered. Out: a prompt's completions in the files' order, the
//! first as sample 0. It draws nothing: sampling parameters and seeds have no say, and a prompt that has
//! fewer completions than are asked for is told apart from one whose sample failed.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use self::spool::{Place, Spool};
use super::{Answer, Engine, Request, Speed, Stop, Unanswered};
use crate::error::{Error, OnError, Result};
use crate::format::think;
use crate::prompts::files;
use crate::prompts::files::rows::{self, Kind};
use crate::record::{Completion, FinishReason, Prompt};

mod spool;
#[cfg(test)]
mod tests;

/// `[engine.recorded]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Files of completions (`.jsonl`, `.csv`, `.parquet`), in order; relative to the working directory.
    pub paths: Vec<PathBuf>,
    /// Name of the model that wrote them, for the corpus' `model` column.
    pub model: String,
    /// What a completion and its prompt are matched by.
    #[serde(default)]
    pub key: Key,
    /// Column of the key; by default its name, `problem` or `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_column: Option<String>,
    /// Column of the completion: a text, or a list of several.
    #[serde(default = "completion")]
    pub completion: String,
    /// Column of the reasoning, where it was recorded apart from the completion: joined as a think block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// Column of why the completion ended (`stop`, `length`); rows without it stopped.
    #[serde(default = "finish_reason")]
    pub finish_reason: String,
    /// Column of the number of tokens; where a row lacks it, 4 bytes are a token.
    #[serde(default = "num_tokens")]
    pub num_tokens: String,
    /// What becomes of a row that cannot be read: the run does not start, or the row is left out.
    #[serde(default)]
    pub on_error: OnError,
}

fn completion() -> String {
    "completion".to_owned()
}
fn finish_reason() -> String {
    "finish_reason".to_owned()
}
fn num_tokens() -> String {
    "num_tokens".to_owned()
}

/// What a completion and its prompt are matched by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// The text of the problem, white space at its ends aside.
    #[default]
    Problem,
    /// The prompt's id.
    Id,
}

impl Key {
    fn name(self) -> &'static str {
        match self {
            Key::Problem => "problem",
            Key::Id => "id",
        }
    }

    fn of(self, prompt: &Prompt) -> u128 {
        hash(match self {
            Key::Problem => &prompt.problem,
            Key::Id => &prompt.id,
        })
    }
}

/// 128 bits stand for a key: among a billion keys two would meet once in 10^20 runs.
fn hash(key: &str) -> u128 {
    xxh3_128(key.trim().as_bytes())
}

impl Options {
    /// Checks the options; the message names the key.
    ///
    /// # Errors
    /// The key and a sentence that says what is wrong.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if self.paths.is_empty() {
            return Err(("paths", "paths must name at least one file".to_owned()));
        }
        if self.paths.iter().any(|path| path.as_os_str().is_empty()) {
            return Err(("paths", "a path must not be empty".to_owned()));
        }
        if self.model.is_empty() {
            return Err(("model", "model must name the model that wrote the completions".to_owned()));
        }
        Ok(())
    }

    fn key_column(&self) -> &str {
        self.key_column.as_deref().unwrap_or(self.key.name())
    }
}

/// A completion that was recorded: everything but its text.
#[derive(Debug, Clone, Copy)]
struct Entry {
    text: Place,
    num_tokens: u32,
    finish_reason: FinishReason,
}

/// [`Engine`] over recorded completions. In memory stays where each lies, not what it says.
#[derive(Debug)]
pub struct Recorded {
    options: Options,
    fingerprint: String,
    completions: HashMap<u128, Vec<Entry>>,
    texts: Spool,
    skipped: u64,
}

impl Recorded {
    /// Reads the files.
    ///
    /// # Errors
    /// A file that cannot be read or holds no completion; with `on_error = "fail"`, a row that is none.
    pub fn new(options: &Options) -> Result<Self> {
        let mut all = Self {
            options: options.clone(),
            fingerprint: String::new(),
            completions: HashMap::new(),
            texts: Spool::default(),
            skipped: 0,
        };
        let mut content = Xxh3::new();
        content.update(options.model.as_bytes());
        for path in &options.paths {
            let mut needed = vec![options.key_column(), &options.completion];
            needed.extend(options.reasoning.as_deref());
            let others = [&*options.finish_reason, &*options.num_tokens];
            let (mut found, mut first) = (0u64, None);
            rows::each(Kind::of(path), path, &needed, &others, &mut |line, row| {
                let read = row.and_then(|row| read(options, &row));
                match read {
                    Ok(read) => {
                        for (text, finish_reason, num_tokens) in read.completions {
                            found += 1;
                            content.update(&read.key.to_le_bytes());
                            content.update(&(text.len() as u64).to_le_bytes());
                            content.update(text.as_bytes());
                            let entry = Entry { text: all.texts.add(&text)?, num_tokens, finish_reason };
                            all.completions.entry(read.key).or_default().push(entry);
                        }
                    }
                    Err(why) if options.on_error == OnError::Skip => {
                        all.skipped += 1;
                        first.get_or_insert(format!("line {line}: {why}"));
                    }
                    Err(why) => {
                        return Err(Error::config(why)
                            .at_line(path, line)
                            .help("mend the row, or leave such rows out with on_error = \"skip\""));
                    }
                }
                Ok(true)
            })?;
            if found == 0 {
                let error = Error::config("there is no completion in the file").at(path);
                return Err(match first {
                    Some(first) => error.help(format!("every row was skipped, the first one at {first}")),
                    None => error.help("the file is empty"),
                });
            }
        }
        all.fingerprint = format!("recorded:{:032x}", content.digest128());
        Ok(all)
    }

    /// Rows that were left out.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The completion for sample `index` of a prompt.
    fn answer(&mut self, prompt: &Prompt, index: u32) -> Result<Completion, Unanswered> {
        let entries = self.completions.get(&self.options.key.of(prompt));
        let Some(&entry) = entries.and_then(|entries| entries.get(index as usize)) else {
            return Err(Unanswered::NoMore);
        };
        Ok(Completion {
            text: self.texts.get(entry.text)?,
            finish_reason: entry.finish_reason,
            num_tokens: entry.num_tokens,
            prompt_tokens: self.count_tokens(&prompt.problem) as u32,
        })
    }
}

/// What a row holds.
struct Row {
    key: u128,
    completions: Vec<(String, FinishReason, u32)>,
}

/// The completions of a row.
fn read(options: &Options, row: &Map<String, Value>) -> Result<Row, String> {
    let name = options.key_column();
    let key = match files::column(row, name)? {
        Some(value) => files::word(name, value)?,
        None => return Err(format!("the column `{name}` is empty")),
    };
    let texts = several(row, &options.completion)?;
    let reasoning = options.reasoning.as_deref().map(|name| several(row, name)).transpose()?;
    if reasoning.as_ref().is_some_and(|reasoning| reasoning.len() != texts.len()) {
        return Err("the row has not as many reasonings as completions".to_owned());
    }
    let ends = row.get(&options.finish_reason).filter(|value| !value.is_null());
    let tokens = row.get(&options.num_tokens).filter(|value| !value.is_null());
    let mut completions = Vec::with_capacity(texts.len());
    for (index, text) in texts.into_iter().enumerate() {
        let text = match reasoning.as_ref().map(|all| all[index]) {
            Some(reasoning) if !reasoning.trim().is_empty() => think::join(reasoning, text),
            _ => think::opened(text).into_owned(),
        };
        let finish_reason = match at(ends, index) {
            None => FinishReason::Stop,
            Some(value) => end(&options.finish_reason, value)?,
        };
        let num_tokens = match at(tokens, index) {
            None => text.len().div_ceil(4) as u32,
            Some(value) => files::whole(&options.num_tokens, value)?,
        };
        completions.push((text, finish_reason, num_tokens));
    }
    Ok(Row { key: hash(&key), completions })
}

/// The texts of a column that holds one, or a list of several.
fn several<'a>(row: &'a Map<String, Value>, name: &str) -> Result<Vec<&'a str>, String> {
    match files::column(row, name)? {
        Some(Value::String(text)) => Ok(vec![text]),
        Some(Value::Array(all)) if !all.is_empty() => all
            .iter()
            .map(|one| one.as_str().ok_or_else(|| files::not(name, one, "a text in its list")))
            .collect(),
        Some(Value::Array(_)) | None => Err(format!("the column `{name}` is empty")),
        Some(other) => Err(files::not(name, other, "a text or a list of texts")),
    }
}

/// What a column says of the completion at `index`: the same of all, or a list with one entry each.
fn at(value: Option<&Value>, index: usize) -> Option<&Value> {
    match value {
        Some(Value::Array(all)) => all.get(index).filter(|value| !value.is_null()),
        one => one,
    }
}

/// Why a completion ended, in the words of the servers and of this program's own ledger.
fn end(name: &str, value: &Value) -> Result<FinishReason, String> {
    match value.as_str() {
        Some("stop" | "eos" | "eos_token" | "stop_sequence" | "end_turn") => Ok(FinishReason::Stop),
        Some("length" | "max_tokens") => Ok(FinishReason::Length),
        Some("loop" | "repetition") => Ok(FinishReason::Loop),
        _ => Err(format!("the column `{name}` holds {value}, not `stop`, `length` or `loop`")),
    }
}

impl Engine for Recorded {
    fn model(&self) -> &str {
        &self.options.model
    }

    /// Follows every completion, their order and the model's name.
    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn slots(&self) -> usize {
        64
    }

    fn refuses(&self, prompt: &Prompt) -> Option<String> {
        if self.completions.contains_key(&self.options.key.of(prompt)) {
            return None;
        }
        let files: Vec<_> = self.options.paths.iter().map(|path| path.display().to_string()).collect();
        Some(format!(
            "the prompt {} has no completion: its {} does not stand in the column `{}` of {}",
            prompt.id,
            self.options.key.name(),
            self.options.key_column(),
            files.join(", ")
        ))
    }

    fn run(
        &mut self,
        mut requests: mpsc::Receiver<Request>,
        answers: mpsc::Sender<Answer>,
        stop: Arc<Stop>,
        speed: Arc<Speed>,
    ) -> Result<()> {
        while let Some(request) = requests.blocking_recv() {
            for sample in &request.samples {
                if stop.is_aborted() {
                    return Ok(());
                }
                let result = self.answer(&request.prompt, sample.index);
                let tokens = result.as_ref().map_or(0, |completion| u64::from(completion.num_tokens));
                speed.tokens.fetch_add(tokens, Ordering::Relaxed);
                let answer = Answer { ticket: request.ticket, index: sample.index, result };
                if answers.blocking_send(answer).is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
