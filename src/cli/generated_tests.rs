//! `datagen tests`: prompts with the tests that a model wrote for them. In: what the model said when asked
//! for tests, and when asked for programs: run folders, or JSON Lines. Out: the prompts whose tests hold,
//! as a file that a pipeline reads. It draws nothing: a pipeline with `templates/tests.jinja` does.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::exit::Exit;
use super::failure::Failure;
use super::journalled::Journalled;
use super::lines::{self, Row};
use super::places::{Lines, Place};
use super::{Globals, Outcome, output, progress};
use crate::error::{Error, Result};
use crate::prompts::files::rows;
use crate::record::Prompt;
use crate::verifiers::python::{Checked, Python};

/// Answers that are used of one prompt: CodeT draws 100 of each kind.
const ANSWERS_OF_A_PROMPT: usize = 100;
/// Prompts whose rows wait for each other to be written in order. A row holds at most 500 tests of 2,000 bytes.
const PROMPTS_AT_ONCE: usize = 64;

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

/// Where the answers to a prompt lie, by sample index: of each kind at most [`ANSWERS_OF_A_PROMPT`].
#[derive(Default)]
struct Asked {
    written: Vec<(u64, Place)>,
    solutions: Vec<(u64, Place)>,
}

/// Keeps the answers with the lowest sample indices, those of one index in the order in which they came.
fn keep(answers: &mut Vec<(u64, Place)>, sample: u64, place: Place) {
    let at = answers.partition_point(|(known, _)| *known <= sample);
    answers.insert(at, (sample, place));
    answers.truncate(ANSWERS_OF_A_PROMPT);
}

impl Tests {
    /// Checks the tests of every prompt.
    pub fn run(&self, globals: Globals) -> Outcome {
        let verifier = Python::default().checked().map_err(Error::config)?;
        let written = Answers::open(&self.written)?;
        let solutions = self.solutions.as_deref().map(Answers::open).transpose()?;
        // In the order of their ids: a journal is in the order in which samples came back.
        let mut asked: BTreeMap<String, Asked> = BTreeMap::new();
        written.each(&mut |id, sample, place| {
            keep(&mut asked.entry(id).or_default().written, sample, place);
        })?;
        if let Some(solutions) = &solutions {
            solutions.each(&mut |id, sample, place| {
                if let Some(asked) = asked.get_mut(&id) {
                    keep(&mut asked.solutions, sample, place);
                }
            })?;
        }
        let asked: Vec<Asked> = asked.into_values().collect();
        // The inputs are read again while this is written: it may be one of them.
        let part = lines::part(&self.output);
        let file = File::create(&part).map_err(|error| Error::io("cannot create", &part, error))?;
        let mut out = BufWriter::new(file);
        let mut sums = Sums::default();
        for some in asked.chunks(PROMPTS_AT_ONCE) {
            let work = |asked: &Asked| checked(&verifier, &written, solutions.as_ref(), asked);
            let rows: Vec<Result<Row>> = some.par_iter().map(work).collect();
            for row in rows {
                let row = row?;
                if sums.add(&row) {
                    let text = Value::from(row).to_string() + "\n";
                    out.write_all(text.as_bytes())
                        .map_err(|error| Error::io("cannot write", &part, error))?;
                }
            }
        }
        out.flush()
            .and_then(|()| std::fs::rename(&part, &self.output))
            .map_err(|error| Error::io("cannot write", &self.output, error))?;
        if globals.json {
            output::print_json(&sums.json())?;
        } else {
            output::print(&sums.said())?;
        }
        if sums.with_tests == 0 && !globals.quiet {
            progress::print(
                "note: tests are kept where two programs agree on them, or one is known to be right\n",
            );
        }
        Ok(Exit::Done)
    }
}

/// What came of all prompts.
#[derive(Default)]
struct Sums {
    prompts: u64,
    with_tests: u64,
    written: u64,
    contradicting: u64,
    kept: u64,
}

impl Sums {
    /// Counts a row; whether it has tests.
    fn add(&mut self, row: &Row) -> bool {
        let count = |key: &str| row.get(key).and_then(Value::as_u64).unwrap_or(0);
        let has_tests = count("tests_kept") > 0;
        self.prompts += 1;
        self.with_tests += u64::from(has_tests);
        self.written += count("tests_written");
        self.contradicting += count("tests_contradicting");
        self.kept += count("tests_kept");
        has_tests
    }

    fn json(&self) -> Value {
        json!({
            "prompts": self.prompts, "with_tests": self.with_tests, "tests_written": self.written,
            "tests_contradicting": self.contradicting, "tests_kept": self.kept,
        })
    }

    fn said(&self) -> String {
        format!(
            "{} prompts: {} with tests; {} tests written, {} against a known solution, {} kept",
            self.prompts, self.with_tests, self.written, self.contradicting, self.kept
        )
    }
}

/// The prompt with the tests to trust, as a row.
fn checked(verifier: &Checked, written: &Answers, solutions: Option<&Answers>, asked: &Asked) -> Result<Row> {
    let (prompt, written) = written.at(&asked.written)?;
    let solutions = match solutions {
        Some(solutions) => solutions.at(&asked.solutions)?.1,
        None => Vec::new(),
    };
    // An answer was seen, or the prompt would not be known.
    let prompt = prompt.ok_or_else(|| Error::failed("a prompt without answers"))?;
    let tests = verifier.trusted_tests(&prompt, &written, &solutions);
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
    Ok(row)
}

/// What a run or a file holds, read once to learn whose answers lie where, and once more when a prompt's turn
/// comes: in memory are the answers of the prompts that are worked on alone.
struct Answers {
    lines: Lines,
    journalled: Option<Journalled>,
}

impl Answers {
    fn open(path: &Path) -> Result<Self, Failure> {
        let journalled = if path.is_dir() { Some(Journalled::open(path)?) } else { None };
        let files = journalled.as_ref().map_or_else(|| vec![path.to_owned()], |run| run.segments.clone());
        Ok(Self { lines: Lines::of(files, journalled.is_some()), journalled })
    }

    /// Hands every answer's prompt id and sample index to `take`, with its place.
    fn each(&self, take: &mut dyn FnMut(String, u64, Place)) -> Result<()> {
        self.lines.each(&mut |place, line| {
            let (prompt, sample, _) = self.read(place, line)?;
            take(prompt.id, sample, place);
            Ok(())
        })
    }

    /// The prompt of the answers at `places`, as the first has it, and their texts.
    fn at(&self, places: &[(u64, Place)]) -> Result<(Option<Prompt>, Vec<String>)> {
        let places: Vec<Place> = places.iter().map(|(_, place)| *place).collect();
        let (mut first, mut texts) = (None, Vec::new());
        self.lines.again(&places, &mut |place, line| {
            let (prompt, _, text) = self.read(place, line)?;
            first.get_or_insert(prompt);
            texts.push(text);
            Ok(())
        })?;
        Ok((first, texts))
    }

    /// A line's prompt, sample index (without one, its number) and completion.
    fn read(&self, place: Place, line: &[u8]) -> Result<(Prompt, u64, String)> {
        let read = || {
            let row = rows::object(line)?;
            let row = match &self.journalled {
                Some(run) => run.row(row)?,
                None => row,
            };
            let text = lines::text(&row, "completion")?.to_owned();
            let sample = row.get("sample_index").and_then(Value::as_u64).unwrap_or(place.line);
            Ok((lines::prompt(&row, place.line)?, sample, text))
        };
        read().map_err(|why: String| Error::config(why).at_line(self.lines.path(place), place.line))
    }
}
