//! `datagen tests`: prompts with the tests that a model wrote for them. In: what the model said when asked
//! for tests, and when asked for programs: run folders, or JSON Lines. Out: the prompts whose tests hold,
//! as a file that a pipeline reads. It draws nothing: a pipeline with `templates/tests.jinja` does.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::exit::Exit;
use super::failure::Failure;
use super::journalled::Journalled;
use super::lines::{self, Row};
use super::{Globals, Outcome, output, progress};
use crate::error::Error;
use crate::prompts::files::rows::{self, Kind};
use crate::record::Prompt;
use crate::verifiers::python::{Checked, Python};

/// Answers that are used of one prompt: CodeT draws 100 of each kind.
const ANSWERS_OF_A_PROMPT: usize = 100;

/// Arguments of `datagen tests`.
#[derive(Debug, Args)]
pub struct Tests {
    /// What was written as tests: a run folder, or JSON Lines with `id, problem, entry_point, completion`
    #[arg(long, value_name = "RUN|FILE")]
    written: PathBuf,
    /// Programs for the same prompts, a run folder or JSON Lines with `id, completion`; not needed where
    /// the prompts' answers are programs known to be right
    #[arg(long, value_name = "RUN|FILE")]
    solutions: Option<PathBuf>,
    /// Where the prompts go, with their tests
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// A prompt and what was said to it.
struct Asked {
    prompt: Prompt,
    /// By sample index.
    written: Vec<(u64, String)>,
    solutions: Vec<(u64, String)>,
}

impl Tests {
    /// Checks the tests of every prompt.
    pub fn run(&self, globals: Globals) -> Outcome {
        let verifier = Python::default().checked().map_err(Error::config)?;
        let mut asked: Vec<Asked> = Vec::new();
        let mut positions: HashMap<String, usize> = HashMap::new();
        each(&self.written, &mut |prompt, sample, text| {
            let position = *positions.entry(prompt.id.clone()).or_insert_with(|| {
                asked.push(Asked { prompt, written: Vec::new(), solutions: Vec::new() });
                asked.len() - 1
            });
            asked[position].written.push((sample, text));
        })?;
        if let Some(solutions) = &self.solutions {
            each(solutions, &mut |prompt, sample, text| {
                if let Some(&position) = positions.get(&prompt.id) {
                    asked[position].solutions.push((sample, text));
                }
            })?;
        }
        // A journal is in the order in which samples came back.
        asked.sort_by(|a, b| a.prompt.id.cmp(&b.prompt.id));
        let rows: Vec<(Row, bool)> = asked.par_iter_mut().map(|asked| checked(&verifier, asked)).collect();
        let sum = |key: &str| rows.iter().filter_map(|(row, _)| row[key].as_u64()).sum::<u64>();
        let (written, contradicting, kept) =
            (sum("tests_written"), sum("tests_contradicting"), sum("tests_kept"));
        let with_tests = rows.iter().filter(|(_, has_tests)| *has_tests).count();
        let mut text = String::new();
        for (row, _) in rows.iter().filter(|(_, has_tests)| *has_tests) {
            text.push_str(&Value::from(row.clone()).to_string());
            text.push('\n');
        }
        std::fs::write(&self.output, text).map_err(|error| Error::io("cannot write", &self.output, error))?;
        let said = format!(
            "{} prompts: {with_tests} with tests; {written} tests written, {contradicting} against a known \
             solution, {kept} kept",
            rows.len()
        );
        if globals.json {
            output::print_json(&json!({
                "prompts": rows.len(), "with_tests": with_tests, "tests_written": written,
                "tests_contradicting": contradicting, "tests_kept": kept,
            }))?;
        } else {
            output::print(&said)?;
        }
        if with_tests == 0 && !globals.quiet {
            progress::print(
                "note: tests are kept where two programs agree on them, or one is known to be right\n",
            );
        }
        Ok(Exit::Done)
    }
}

/// The prompt with its tests, as a row, and whether there are any.
fn checked(verifier: &Checked, asked: &mut Asked) -> (Row, bool) {
    let texts = |answers: &mut Vec<(u64, String)>| -> Vec<String> {
        answers.sort_by_key(|(sample, _)| *sample);
        answers.drain(..).map(|(_, text)| text).take(ANSWERS_OF_A_PROMPT).collect()
    };
    let (written, solutions) = (texts(&mut asked.written), texts(&mut asked.solutions));
    let tests = verifier.trusted_tests(&asked.prompt, &written, &solutions);
    let prompt = &asked.prompt;
    let mut row = Row::new();
    let mut put = |key: &str, value: Value| drop(row.insert(key.to_owned(), value));
    put("id", prompt.id.as_str().into());
    put("domain", "code".into());
    put("problem", prompt.problem.as_str().into());
    put("answer", prompt.answer.as_deref().into());
    put("entry_point", prompt.entry_point.as_deref().into());
    put("tests", json!([{ "asserts": { "code": &tests.trusted } }]));
    put("tests_written", tests.written.into());
    put("tests_contradicting", tests.contradicting.into());
    put("tests_kept", tests.trusted.len().into());
    (row, !tests.trusted.is_empty())
}

/// Hands every completion of a run folder or a file to `take`, with its prompt and sample index.
fn each(path: &Path, take: &mut dyn FnMut(Prompt, u64, String)) -> Result<(), Failure> {
    let journalled = if path.is_dir() { Some(Journalled::open(path)?) } else { None };
    let files = match &journalled {
        Some(journalled) => journalled.segments.clone(),
        None => vec![path.to_owned()],
    };
    for (at, file) in files.iter().enumerate() {
        let last = at + 1 == files.len();
        rows::each(Kind::Jsonl, file, &[], &[], &mut |line, row| {
            let row = match (row, &journalled) {
                // A run that died has written part of its last line.
                (Err(_), Some(_)) if last => return Ok(false),
                (Ok(row), Some(journalled)) => journalled.row(row),
                (row, _) => row,
            };
            let used = row.and_then(|row| {
                let text = lines::text(&row, "completion")?.to_owned();
                let sample = row.get("sample_index").and_then(Value::as_u64).unwrap_or(line);
                Ok((lines::prompt(&row, line)?, sample, text))
            });
            let (prompt, sample, text) = used.map_err(|why| Error::config(why).at_line(file, line))?;
            take(prompt, sample, text);
            Ok(true)
        })?;
    }
    Ok(())
}
