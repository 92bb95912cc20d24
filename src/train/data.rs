//! Where examples come from: procedural families and files, mixed by weight.
//!
//! In: the `data` of a stage. Out: example number `i` of the stage's endless stream, a function of
//! the run's seed and `i` alone, so that a resumed run sees what the uninterrupted one sees. It never
//! gives a held-out example except when asked for the held-out stream.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::format::think;
use crate::prompts::tasks::space::permuted;
use crate::prompts::tasks::{self, Entry, Split, split_of};
use crate::record::{Message, Role};
use crate::rng::{Rng, stream_seed};
use crate::train::options::{Data, Facts, Files, Objective, Tasks};

/// A chat that ends with the answer to be learned, or plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    /// Everything before the answer; nothing before plain text.
    pub prompt: Vec<Message>,
    /// The assistant's text, or the plain text.
    pub answer: String,
    /// Where it comes from, for messages.
    pub origin: Origin,
}

/// Where an example comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A procedural problem, by its id.
    Problem(String),
    /// Procedural text, by its number.
    Facts(u64),
    /// A row of a file, from 1.
    Row(Arc<Path>, u64),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem(id) => write!(f, "problem {id}"),
            Self::Facts(number) => write!(f, "facts {number}"),
            Self::Row(path, row) => write!(f, "row {row} of {}", path.display()),
        }
    }
}

/// The examples of a stage.
pub struct Stream {
    sources: Vec<Source>,
    weights: Vec<f64>,
    seed: u64,
}

enum Source {
    Families { families: Vec<&'static Entry>, difficulties: Vec<(u32, f64)>, count: u64 },
    Facts(Facts),
    Rows { train: Vec<Chat>, held_out: Vec<Chat> },
}

/// Tries to find a problem of the wanted split: the held-out one has 1 in 64, so that 10,000 tries
/// fail with probability e^-157.
const TRIES: usize = 10_000;

impl Stream {
    /// Opens the sources of stage `stage`, whose objective says which rows serve; files are read whole.
    ///
    /// # Errors
    /// A file that cannot be read, or a row without the columns.
    pub fn open(data: &[Data], objective: Objective, seed: u64, stage: usize) -> Result<Self> {
        let sources = data
            .iter()
            .map(|data| match data {
                Data::Tasks(tasks) => Ok(families(tasks)),
                Data::Facts(facts) => Ok(Source::Facts(facts.clone())),
                Data::Files(files) => rows(files, objective, seed),
            })
            .collect::<Result<Vec<_>>>()?;
        for source in &sources {
            let empty = match source {
                Source::Families { families, .. } => families.is_empty(),
                Source::Facts(_) => false,
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
            Source::Facts(facts) => worked(facts, seed, position),
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
                Source::Facts(facts) => all.push(worked(facts, seed, position)),
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
        origin: Origin::Problem(prompt.id),
    }
}

/// Facts one under another, as one text.
fn worked(facts: &Facts, seed: u64, position: u64) -> Chat {
    let mut rng = Rng::named(seed, "facts", position);
    let [least, most] = facts.per_example;
    let count = least + rng.below(u64::from(most - least) + 1) as u32;
    let [low, high] = facts.difficulty;
    let text: Vec<String> =
        (0..count).map(|_| tasks::fact(rng.next_u64(), rng.below(1 << 40), low..=high).text).collect();
    Chat { prompt: Vec::new(), answer: text.join("\n\n"), origin: Origin::Facts(position) }
}

/// Reads files whole; which rows are held out depends on the seed and their number.
fn rows(files: &Files, objective: Objective, seed: u64) -> Result<Source> {
    let mut all = Vec::new();
    for path in &files.paths {
        match path.extension().and_then(|e| e.to_str()) {
            Some("jsonl" | "json") => jsonl(path, objective, &mut all)?,
            Some("parquet") => parquet(path, objective, &mut all)?,
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

fn jsonl(path: &Path, objective: Objective, out: &mut Vec<Chat>) -> Result<()> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::io("cannot read", path, e))?;
    let shared: Arc<Path> = path.into();
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = i as u64 + 1;
        let row: Map<String, Value> = serde_json::from_str(line)
            .map_err(|e| Error::config("not a JSON object").at_line(path, number).caused_by(e))?;
        out.push(example(&row, objective, (&shared, number))?);
    }
    Ok(())
}

fn parquet(path: &Path, objective: Objective, out: &mut Vec<Chat>) -> Result<()> {
    let shared: Arc<Path> = path.into();
    for (i, row) in crate::corpus::read::rows(path, None)?.enumerate() {
        out.push(example(&row?, objective, (&shared, i as u64 + 1))?);
    }
    Ok(())
}

/// The example of row `number` of the file at `path`.
fn example(
    row: &Map<String, Value>,
    objective: Objective,
    (path, number): (&Arc<Path>, u64),
) -> Result<Chat> {
    let (prompt, answer) = match (chat(row), plain(row, objective)) {
        (Some(Ok(chat)), _) => chat,
        (None, Some(text)) => (Vec::new(), text),
        (Some(Err(what)), _) => return Err(Error::config(what).at_line(path, number)),
        (None, None) => {
            let more = if objective == Objective::Text { ", or text" } else { "" };
            return Err(Error::config(format!(
                "a row needs messages, or prompt and completion, or problem, reasoning and solution{more}"
            ))
            .at_line(path, number));
        }
    };
    Ok(Chat { prompt, answer, origin: Origin::Row(Arc::clone(path), number) })
}

/// The text of a row that is plain text.
fn plain(row: &Map<String, Value>, objective: Objective) -> Option<String> {
    (objective == Objective::Text).then(|| row.get("text")?.as_str().map(str::to_owned))?
}

/// The chat of a row of any of the corpus's views, in two parts; `None` where it has none of their
/// columns.
fn chat(row: &Map<String, Value>) -> Option<Result<(Vec<Message>, String), String>> {
    let given = |key: &str| row.get(key).filter(|value| !value.is_null());
    let text = |key: &str| given(key).and_then(Value::as_str).map(str::to_owned);
    if let Some(messages) = given("messages") {
        return Some(messages_of(messages, "messages").and_then(|mut messages| match messages.pop() {
            Some(last) if last.role == Role::Assistant && !messages.is_empty() => {
                Ok((messages, last.content))
            }
            _ => Err("messages must end with the assistant's, after another's".to_owned()),
        }));
    }
    if let (Some(problem), Some(reasoning), Some(solution)) =
        (text("problem"), text("reasoning"), text("solution"))
    {
        let prompt = vec![Message::new(Role::User, problem)];
        return Some(Ok((prompt, think::join(&reasoning, &solution))));
    }
    // The better answer of a preference pair is an answer like any other.
    let completion = given("completion").or_else(|| given("chosen"))?;
    let prompt = given("prompt")?;
    let prompt = match prompt.as_str() {
        Some(text) => Ok(vec![Message::new(Role::User, text)]),
        None => messages_of(prompt, "prompt"),
    };
    let answer = match completion.as_str() {
        Some(text) => Ok(text.to_owned()),
        None => messages_of(completion, "completion").and_then(|mut messages| {
            match (messages.pop(), messages.len()) {
                (Some(last), 0) if last.role == Role::Assistant => Ok(last.content),
                _ => Err("completion must be one message, the assistant's".to_owned()),
            }
        }),
    };
    Some(prompt.and_then(|prompt| {
        if prompt.is_empty() { Err("prompt has no message".to_owned()) } else { Ok((prompt, answer?)) }
    }))
}

fn messages_of(value: &Value, key: &str) -> Result<Vec<Message>, String> {
    serde_json::from_value(value.clone()).map_err(|e| format!("{key}: {e}"))
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
        let stream = Stream::open(&[files(folder.path(), 100)], Objective::Sft, 1, 0).unwrap();
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
    fn rows_of_every_view_are_read_and_others_named() {
        let path: Arc<Path> = Path::new("rows.jsonl").into();
        let read = |text: &str, objective| {
            let row = serde_json::from_str(text).unwrap();
            example(&row, objective, (&path, 3)).map(|chat| (chat.prompt.len(), chat.answer))
        };
        let a = || "a".to_owned();
        for (row, expected) in [
            (
                r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#,
                (1, a()),
            ),
            (
                r#"{"problem": "q", "reasoning": "r", "solution": "s", "more": 1}"#,
                (1, "<think>\nr\n</think>\n\ns".to_owned()),
            ),
            (
                r#"{"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}],
                    "completion": [{"role": "assistant", "content": "a"}]}"#,
                (2, a()),
            ),
            (r#"{"prompt": "q", "completion": "a"}"#, (1, a())),
            (
                r#"{"prompt": [{"role": "user", "content": "q"}], "rejected": "x",
                    "chosen": [{"role": "assistant", "content": "a"}]}"#,
                (1, a()),
            ),
        ] {
            assert_eq!(read(row, Objective::Sft).unwrap(), expected, "{row}");
            assert_eq!(read(row, Objective::Text).unwrap(), expected, "{row}");
        }
        assert_eq!(read(r#"{"text": "a"}"#, Objective::Text).unwrap(), (0, a()));
        for (row, said) in [
            (r#"{"messages": [{"role": "user", "content": "q"}]}"#, "must end with the assistant's"),
            (r#"{"problem": "q"}"#, "reasoning"),
            (r#"{"text": "a"}"#, "a row needs"),
            (r#"{"prompt": [], "completion": "a"}"#, "prompt has no message"),
            (r#"{"prompt": "q", "completion": []}"#, "one message"),
        ] {
            let error = read(row, Objective::Sft).unwrap_err().to_string();
            assert!(error.contains(said), "{row}: {error}");
        }
    }

    #[test]
    fn facts_are_texts_of_their_own_number() {
        let facts = Facts { difficulty: [1, 2], per_example: [2, 3], weight: 1.0 };
        let stream = Stream::open(&[Data::Facts(facts)], Objective::Text, 3, 0).unwrap();
        let texts: HashSet<String> = (0..200).map(|i| stream.example(i).answer).collect();
        assert_eq!(texts.len(), 200);
        assert_eq!(stream.example(7), stream.example(7));
        assert!(stream.example(7).prompt.is_empty());
        let held = stream.held_out(50);
        assert!(held.len() == 50 && held.iter().all(|chat| !texts.contains(&chat.answer)));
    }

    #[test]
    fn procedural_examples_keep_the_split() {
        let data = [Data::Tasks(Tasks { difficulty: [1, 2], ..Tasks::default() })];
        let stream = Stream::open(&data, Objective::Sft, 3, 0).unwrap();
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
