//! Where examples come from: procedural families and files, mixed by weight.
//!
//! In: the `data` of a stage. Out: example number `i` of the stage's endless stream, a function of
//! the run's seed and `i` alone, so that a resumed run sees what the uninterrupted one sees. It never
//! gives a held-out example except when asked for the held-out stream.

use std::path::Path;

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::format::think;
use crate::prompts::tasks::space::permuted;
use crate::prompts::tasks::{self, Entry, Split, split_of};
use crate::record::{Message, Role};
use crate::rng::{Rng, stream_seed};
use crate::train::options::{Data, Files, Tasks};

/// A chat that ends with the answer to be learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    /// Everything before the answer.
    pub prompt: Vec<Message>,
    /// The assistant's text.
    pub answer: String,
}

/// The examples of a stage.
pub struct Stream {
    sources: Vec<Source>,
    weights: Vec<f64>,
    seed: u64,
}

enum Source {
    Families { families: Vec<&'static Entry>, difficulties: Vec<(u32, f64)>, count: u64 },
    Rows { train: Vec<Chat>, held_out: Vec<Chat> },
}

/// Tries to find a problem of the wanted split: the held-out one has 1 in 64, so that 10,000 tries
/// fail with probability e^-157.
const TRIES: usize = 10_000;

impl Stream {
    /// Opens the sources of stage `stage`; files are read whole.
    ///
    /// # Errors
    /// A file that cannot be read, or a row without the columns.
    pub fn open(data: &[Data], seed: u64, stage: usize) -> Result<Self> {
        let sources = data
            .iter()
            .map(|data| match data {
                Data::Tasks(tasks) => Ok(families(tasks)),
                Data::Files(files) => rows(files, seed),
            })
            .collect::<Result<Vec<_>>>()?;
        for source in &sources {
            let empty = match source {
                Source::Families { families, .. } => families.is_empty(),
                Source::Rows { train, .. } => train.is_empty(),
            };
            if empty {
                return Err(Error::config("a data source has no examples"));
            }
        }
        let weights = data.iter().map(Data::weight).collect();
        Ok(Self { sources, weights, seed: stream_seed(seed, "stage", stage as u64) })
    }

    /// Example `i`.
    pub fn example(&self, i: u64) -> Chat {
        let (s, position) = place(i, &self.weights);
        let seed = stream_seed(self.seed, "source", s as u64);
        match &self.sources[s] {
            Source::Families { families, difficulties, count } => {
                let position = if *count > 0 { position % count } else { position };
                draw(families, difficulties, seed, position, Split::Train)
            }
            Source::Rows { train, .. } => {
                let n = train.len() as u64;
                let order = stream_seed(seed, "epoch", position / n);
                train[permuted(position % n, u128::from(n), order) as usize].clone()
            }
        }
    }

    /// At most `n` held-out examples, the same in every run of the seed.
    pub fn held_out(&self, n: usize) -> Vec<Chat> {
        let mut all = Vec::new();
        for i in 0..n as u64 {
            let (s, position) = place(i, &self.weights);
            let seed = stream_seed(self.seed, "held-out", s as u64);
            match &self.sources[s] {
                Source::Families { families, difficulties, .. } => {
                    all.push(draw(families, difficulties, seed, position, Split::HeldOut));
                }
                Source::Rows { held_out, .. } => all.extend(held_out.get(position as usize).cloned()),
            }
        }
        all
    }
}

/// Which source gives example `i`, and as its how-manieth: shares are exact over any stretch, to one.
fn place(i: u64, weights: &[f64]) -> (usize, u64) {
    let mut i = i;
    let mut total: f64 = weights.iter().sum();
    for (s, weight) in weights.iter().enumerate() {
        let share = weight / total;
        let before = (i as f64 * share).floor() as u64;
        if s + 1 == weights.len() || ((i + 1) as f64 * share).floor() as u64 > before {
            return (s, if s + 1 == weights.len() { i } else { before });
        }
        i -= before;
        total -= weight;
    }
    (0, i)
}

fn families(tasks: &Tasks) -> Source {
    let all = tasks::FAMILIES.iter();
    let wanted = |entry: &&Entry| tasks.families.is_empty() || tasks.families.iter().any(|n| n == entry.name);
    let [low, high] = tasks.difficulty;
    let weight = |i: usize| tasks.difficulty_weights.get(i).copied().unwrap_or(1.0);
    Source::Families {
        families: all.filter(wanted).collect(),
        difficulties: (low..=high).enumerate().map(|(i, d)| (d, weight(i))).collect(),
        count: tasks.count,
    }
}

/// A problem of `split` and the expert's solution.
fn draw(
    families: &[&'static Entry],
    difficulties: &[(u32, f64)],
    seed: u64,
    position: u64,
    split: Split,
) -> Chat {
    let mut rng = Rng::named(seed, "task", position);
    let total: f64 = difficulties.iter().map(|(_, w)| w).sum();
    let (mut entry, mut difficulty, mut index) = (families[0], difficulties[0].0, 0);
    for _ in 0..TRIES {
        entry = families[rng.below(families.len() as u64) as usize];
        let mut at = rng.uniform() * total;
        difficulty = difficulties.last().map_or(1, |d| d.0);
        for &(d, weight) in difficulties {
            at -= weight;
            if at < 0.0 {
                difficulty = d;
                break;
            }
        }
        index = rng.below(u64::try_from(entry.count(difficulty)).unwrap_or(u64::MAX));
        if split_of(entry, difficulty, index) == split {
            break;
        }
    }
    let prompt = entry.prompt(difficulty, index);
    let chain = entry.expert(difficulty, index, rng.next_u64());
    Chat {
        prompt: vec![Message::new(Role::User, prompt.problem)],
        answer: think::join(&chain.reasoning, &chain.solution),
    }
}

/// Reads files whole; which rows are held out depends on the seed and their number.
fn rows(files: &Files, seed: u64) -> Result<Source> {
    let mut all = Vec::new();
    for path in &files.paths {
        match path.extension().and_then(|e| e.to_str()) {
            Some("jsonl" | "json") => jsonl(path, &mut all)?,
            Some("parquet") => parquet(path, &mut all)?,
            _ => {
                return Err(Error::config("neither .jsonl nor .parquet").at(path));
            }
        }
    }
    let (mut train, mut held_out) = (Vec::new(), Vec::new());
    for (i, chat) in all.into_iter().enumerate() {
        let held = Rng::named(seed, "held-out row", i as u64).chance(files.held_out);
        if held { held_out.push(chat) } else { train.push(chat) }
    }
    Ok(Source::Rows { train, held_out })
}

fn jsonl(path: &Path, out: &mut Vec<Chat>) -> Result<()> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::io("cannot read", path, e))?;
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line_number = i as u64 + 1;
        let row: Map<String, Value> = serde_json::from_str(line)
            .map_err(|e| Error::config("not a JSON object").at_line(path, line_number).caused_by(e))?;
        out.push(chat(&row).map_err(|what| Error::config(what).at_line(path, line_number))?);
    }
    Ok(())
}

fn parquet(path: &Path, out: &mut Vec<Chat>) -> Result<()> {
    for (i, row) in crate::corpus::read::rows(path, None)?.enumerate() {
        out.push(chat(&row?).map_err(|what| Error::config(what).at_line(path, i as u64 + 1))?);
    }
    Ok(())
}

/// The chat of a row: `messages`, or `problem` with `reasoning` and `solution`.
fn chat(row: &Map<String, Value>) -> Result<Chat, String> {
    if let Some(messages) = row.get("messages").filter(|m| !m.is_null()) {
        let mut messages: Vec<Message> =
            serde_json::from_value(messages.clone()).map_err(|e| format!("messages: {e}"))?;
        return match messages.pop() {
            Some(last) if last.role == Role::Assistant && !messages.is_empty() => {
                Ok(Chat { prompt: messages, answer: last.content })
            }
            _ => Err("messages must end with the assistant's, after another's".to_owned()),
        };
    }
    let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    match (text("problem"), text("reasoning"), text("solution")) {
        (Some(problem), Some(reasoning), Some(solution)) => Ok(Chat {
            prompt: vec![Message::new(Role::User, problem)],
            answer: think::join(&reasoning, &solution),
        }),
        _ => Err("a row needs messages, or problem, reasoning and solution".to_owned()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::collections::HashSet;

    /// A JSONL file of `n` small sums, as `problem`, `reasoning` and `solution`.
    pub(crate) fn sums(path: &Path, n: u64) {
        let row = |i: u64| {
            let (a, b) = (i % 10, i / 10 % 10);
            serde_json::json!({
                "problem": format!("What is {a} + {b}?"),
                "reasoning": format!("{a} + {b} = {}", a + b),
                "solution": format!("\\boxed{{{}}}", a + b),
            })
        };
        std::fs::write(path, (0..n).map(|i| row(i).to_string() + "\n").collect::<String>()).unwrap();
    }

    fn files(folder: &Path, n: u64) -> Data {
        let path = folder.join("sums.jsonl");
        sums(&path, n);
        Data::Files(Files { paths: vec![path], held_out: 0.2, weight: 1.0 })
    }

    #[test]
    fn an_epoch_gives_every_row_once_and_none_held_out() {
        let folder = tempfile::tempdir().unwrap();
        let stream = Stream::open(&[files(folder.path(), 100)], 1, 0).unwrap();
        let held: Vec<Chat> = stream.held_out(1_000);
        let n = 100 - held.len() as u64;
        assert!((5..45).contains(&held.len()));
        let epoch = |e: u64| (0..n).map(|i| stream.example(e * n + i).answer).collect::<Vec<_>>();
        let problem = |chat: &Chat| chat.prompt[0].content.clone();
        let seen: HashSet<String> = (0..n).map(|i| problem(&stream.example(i))).collect();
        assert_eq!(seen.len() as u64, n);
        assert!(held.iter().all(|chat| !seen.contains(&problem(chat))));
        assert_ne!(epoch(0), epoch(1));
    }

    #[test]
    fn shares_follow_the_weights() {
        let weights = [1.0, 2.0, 5.0];
        let mut counts = [0u64; 3];
        for i in 0..8_000 {
            let (s, position) = place(i, &weights);
            assert_eq!(position, counts[s], "example {i}");
            counts[s] += 1;
        }
        assert_eq!(counts, [1_000, 2_000, 5_000]);
    }

    #[test]
    fn rows_of_both_forms_are_read_and_others_named() {
        let read = |text: &str| chat(&serde_json::from_str(text).unwrap());
        let messages =
            r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#;
        assert_eq!(read(messages).unwrap().answer, "a");
        let parts = r#"{"problem": "q", "reasoning": "r", "solution": "s", "more": 1}"#;
        assert_eq!(read(parts).unwrap().answer, "<think>\nr\n</think>\n\ns");
        assert!(read(r#"{"messages": [{"role": "user", "content": "q"}]}"#).is_err());
        assert!(read(r#"{"problem": "q"}"#).unwrap_err().contains("reasoning"));
    }

    #[test]
    fn procedural_examples_keep_the_split() {
        let data = [Data::Tasks(Tasks { difficulty: [1, 2], ..Tasks::default() })];
        let Ok(stream) = Stream::open(&data, 3, 0) else {
            assert!(tasks::FAMILIES.is_empty(), "families exist, yet the stream does not open");
            return;
        };
        let problems = |chats: Vec<Chat>| -> HashSet<String> {
            chats.into_iter().map(|chat| chat.prompt[0].content.clone()).collect()
        };
        let train = problems((0..500).map(|i| stream.example(i)).collect());
        let held = problems(stream.held_out(200));
        assert!(train.is_disjoint(&held));
        assert_eq!(stream.example(7), stream.example(7));
        assert!(stream.example(7).answer.starts_with("<think>"));
    }
}
