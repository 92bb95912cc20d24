//! The mix of a run: other datasets are looked through before anything is drawn; at the end the rules choose among
//! the run's examples and theirs, and the rows chosen are read again and written behind the run's own.
//!
//! A row of another dataset is added as it is: no filter and no verifier sees it. It goes if it repeats an
//! example of the run or an earlier row, as `[dedup]` says, or a benchmark's item.

mod repeats;
mod row;

use std::fmt;
use std::path::PathBuf;

use rayon::prelude::*;
use serde_json::{Map, Value};

pub use self::repeats::Compared;
use super::funnel::Stage;
use super::screen;
use crate::corpus::evidence::Evidence;
use crate::corpus::mix::choose::{self, Facts, Set};
use crate::corpus::mix::{Add, Mix};
use crate::corpus::table;
use crate::dedup::exact::Parts;
use crate::error::{Error, OnError, Result};
use crate::prompts::contamination::{Benchmarks, Scanner};
use crate::prompts::files::rows::{self, Kind};
use crate::record::Example;
use crate::rng::stream_seed;

/// Rows are worked on in lots of about this many bytes.
const LOT_BYTES: usize = 8 << 20;

/// What rows of another dataset are looked at for.
pub struct Looked<'a> {
    /// The run's seed.
    pub seed: u64,
    /// What no row may repeat.
    pub benchmarks: Option<&'a Benchmarks>,
    /// Whether answers are held against the benchmarks too, or problems alone.
    pub completions: bool,
}

/// A dataset that a rule adds, looked through: about 70 bytes a row.
pub struct Dataset {
    add: Add,
    files: Vec<PathBuf>,
    /// Which of the mix's rules it is.
    rule: usize,
    /// Of the rows that are examples, in order, their places in the files together.
    places: Vec<u32>,
    facts: Facts,
    contaminated: Vec<bool>,
    /// Which benchmark's item a row repeats.
    pub evidence: Vec<Evidence>,
    /// Rows that are no examples.
    pub unreadable: u64,
}

/// A row in a file: its place in the files together from 0, the file, the line from 1.
struct Place {
    number: u32,
    file: usize,
    line: u64,
}

/// The key by which an example is chosen.
pub fn key(seed: u64, prompt_id: &str, sample_index: u32) -> u64 {
    stream_seed(seed, &format!("mix/{prompt_id}"), u64::from(sample_index))
}

/// Looks through the datasets that `rules` add.
///
/// # Errors
/// A file cannot be read, a row is no example (unless such rows are skipped), or no row is one.
pub fn read(rules: &[Mix], looked: &Looked<'_>) -> Result<Vec<Dataset>> {
    let added = rules.iter().enumerate().filter_map(|(rule, mix)| match mix {
        Mix::Add(add) => Some((rule, add)),
        Mix::Cap(_) | Mix::Weights(_) => None,
    });
    added.map(|(rule, add)| Dataset::read(add, rule, looked)).collect()
}

impl Dataset {
    fn read(add: &Add, rule: usize, looked: &Looked<'_>) -> Result<Self> {
        let mut dataset = Self {
            add: add.clone(),
            files: table::files(std::slice::from_ref(&add.path))?,
            rule,
            places: Vec::new(),
            facts: Facts::default(),
            contaminated: Vec::new(),
            evidence: Vec::new(),
            unreadable: 0,
        };
        let files = dataset.files.clone();
        each_lot(add, &files, &|_| true, &mut |lot| {
            // The example's facts, and what it repeats: its texts go with the lot.
            let maker = &dataset;
            let look = |scanner: &mut Scanner, (place, row): (Place, rows::Row)| {
                let example = row.and_then(|row| maker.example(&place, &row));
                let found = example.map(|example| {
                    let prompt = &example.prompt;
                    let text = answer(&example);
                    let repeats = looked.benchmarks.and_then(|benchmarks| {
                        let problem = screen::text(benchmarks, scanner, &prompt.id, None, &prompt.problem);
                        let completion = || screen::text(benchmarks, scanner, &prompt.id, Some(0), text);
                        problem.or_else(|| looked.completions.then(completion).flatten())
                    });
                    (prompt.clone(), example.pass_rate, repeats)
                });
                (place, found)
            };
            let looked_at: Vec<_> = lot.into_par_iter().map_init(Scanner::default, look).collect();
            for (place, found) in looked_at {
                match found {
                    Ok((prompt, pass_rate, repeats)) => {
                        let key = key(looked.seed, &prompt.id, 0);
                        dataset.facts.push(&prompt.source, &prompt.domain, pass_rate, key);
                        dataset.places.push(place.number);
                        dataset.contaminated.push(repeats.is_some());
                        dataset.evidence.extend(repeats);
                    }
                    Err(_) if dataset.add.on_error == OnError::Skip => dataset.unreadable += 1,
                    Err(what) => {
                        let help = "mend the row, name its columns in `add`, or leave such rows out with \
                                    on_error = \"skip\"";
                        return Err(Error::config(what).at_line(&files[place.file], place.line).help(help));
                    }
                }
            }
            Ok(())
        })?;
        if dataset.places.is_empty() {
            return Err(Error::config("no row of the dataset is an example").at(&add.path));
        }
        Ok(dataset)
    }

    /// What the dataset is called: by the config, or after its path.
    fn name(&self) -> String {
        let stem = || self.add.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        self.add.source.clone().or_else(stem).unwrap_or_default()
    }

    fn example(&self, place: &Place, row: &Map<String, Value>) -> Result<Example, String> {
        let name = self.name();
        row::example(&self.add, row, format!("mix{}/{name}:{}", self.rule, place.number), &name)
    }

    /// Rows that are examples.
    pub fn rows(&self) -> usize {
        self.places.len()
    }

    /// Reads the rows again for which `chosen` is true, in order.
    fn chosen(&self, chosen: &[bool], take: &mut dyn FnMut(Vec<Example>) -> Result<()>) -> Result<()> {
        let is_chosen = |number: u32| self.places.binary_search(&number).is_ok_and(|at| chosen[at]);
        let mut read = 0;
        each_lot(&self.add, &self.files, &is_chosen, &mut |lot| {
            let example = |(place, row): (Place, rows::Row)| {
                row.and_then(|row| self.example(&place, &row)).map_err(|what| {
                    Error::failed("the file was changed while the run went on")
                        .at_line(&self.files[place.file], place.line)
                        .caused_by(what)
                })
            };
            let examples = lot.into_par_iter().map(example).collect::<Result<Vec<_>>>()?;
            read += examples.len();
            take(examples)
        })?;
        let wanted = chosen.iter().filter(|chosen| **chosen).count();
        if read != wanted {
            let what =
                format!("{wanted} of its rows were chosen, but only {read} are there when it is read again");
            return Err(Error::failed(what)
                .at(&self.add.path)
                .help("do not change the file while the run goes on"));
        }
        Ok(())
    }
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows of {}", self.rows(), self.add.path.display())?;
        if let Some(examples) = self.add.examples {
            write!(f, ", at most {examples} of them")?;
        }
        if !self.evidence.is_empty() {
            write!(f, "; {} repeat a benchmark and are left out", self.evidence.len())?;
        }
        if self.unreadable > 0 {
            write!(f, "; {} more are no examples", self.unreadable)?;
        }
        Ok(())
    }
}

/// Hands the rows for which `wanted` is true to `take`, in order, in lots.
fn each_lot(
    add: &Add,
    files: &[PathBuf],
    wanted: &dyn Fn(u32) -> bool,
    take: &mut dyn FnMut(Vec<(Place, rows::Row)>) -> Result<()>,
) -> Result<()> {
    let mut columns: Vec<&str> =
        vec![&add.messages, &add.problem, &add.reasoning, &add.solution, &add.answer];
    columns.extend(row::OTHERS);
    let (mut lot, mut bytes, mut number) = (Vec::new(), 0, 0u32);
    for (file, path) in files.iter().enumerate() {
        rows::each(Kind::of(path), path, &[], &columns, &mut |line, row| {
            if number == u32::MAX {
                return Err(Error::config("there are more than 4,294,967,294 rows").at(&add.path));
            }
            if wanted(number) {
                bytes += row.as_ref().map_or(0, |row| row.values().map(size).sum());
                lot.push((Place { number, file, line }, row));
            }
            number += 1;
            if bytes >= LOT_BYTES {
                bytes = 0;
                take(std::mem::take(&mut lot))?;
            }
            Ok(true)
        })?;
    }
    take(lot)
}

/// About how many bytes a value takes.
fn size(value: &Value) -> usize {
    // By a stack: a value may be nested as deep as its reader allows.
    let (mut open, mut bytes) = (vec![value], 0);
    while let Some(value) = open.pop() {
        bytes += size_of::<Value>();
        match value {
            Value::String(text) => bytes += text.len(),
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.values()),
            _ => {}
        }
    }
    bytes
}

fn answer(example: &Example) -> &str {
    example.messages.last().map_or("", |message| &message.content)
}

fn parts(example: &Example) -> Parts<'_> {
    Parts {
        problem: &example.prompt.problem,
        completion: answer(example),
        reasoning: &example.reasoning,
        solution: &example.solution,
        answer: example.prompt.answer.as_deref().unwrap_or_default(),
    }
}

/// What the rules chose.
pub struct Mixed {
    /// Of the run's examples, in order, why each goes; `None` where it stays.
    pub own: Vec<Option<&'static str>>,
    /// Of each dataset's rows, whether they are added.
    chosen: Vec<Vec<bool>>,
    /// Both as stages of the funnel; none without a rule.
    pub stages: Vec<Stage>,
}

/// Applies the rules to the run's examples, of which `own` says what decides, and to the datasets, whose rows are
/// compared with what is given.
///
/// # Errors
/// As [`choose::choose`]; a dataset cannot be read again.
pub fn choose(
    rules: &[Mix],
    datasets: &[Dataset],
    own: &Facts,
    compared: Option<Compared<'_>>,
) -> Result<Mixed> {
    let compared = compared.filter(|compared| compared.running.compares() && !datasets.is_empty());
    let out: Vec<Vec<Option<String>>> = match compared {
        Some(compared) => repeats::among(datasets, compared)?,
        None => datasets.iter().map(|dataset| vec![None; dataset.rows()]).collect(),
    };
    let contaminated = |(dataset, out): (&Dataset, Vec<Option<String>>)| {
        let rows = dataset.contaminated.iter().zip(out);
        rows.map(|(bad, out)| if *bad { Some("mix.contaminated".to_owned()) } else { out }).collect()
    };
    let out: Vec<Vec<Option<String>>> = datasets.iter().zip(out).map(contaminated).collect();
    let there: Vec<Box<dyn Fn(usize) -> bool + '_>> = out
        .iter()
        .map(|out| Box::new(|row: usize| out[row].is_none()) as Box<dyn Fn(usize) -> bool>)
        .collect();
    let mut sets = vec![Set { facts: own, there: &|_| true }];
    sets.extend(datasets.iter().zip(&there).map(|(dataset, there)| Set { facts: &dataset.facts, there }));
    let mut gone = choose::choose(rules, &sets)?.into_iter();
    let own = gone.next().unwrap_or_default();
    let mut stage = Stage::new("mix", "samples");
    own.iter().for_each(|gone| count(&mut stage, *gone));
    let mut stages = vec![stage];
    let mut stage = Stage::new("added", "rows");
    let mut chosen = Vec::with_capacity(datasets.len());
    for ((dataset, gone), out) in datasets.iter().zip(gone).zip(&out) {
        (0..dataset.unreadable).for_each(|_| stage.error("mix.unreadable"));
        let why = out.iter().zip(&gone).map(|(out, gone)| out.as_deref().or(*gone));
        chosen.push(why.clone().map(|why| why.is_none()).collect());
        why.for_each(|why| count(&mut stage, why));
    }
    if !datasets.is_empty() {
        stages.push(stage);
    }
    if rules.is_empty() {
        stages.clear();
    }
    Ok(Mixed { own, chosen, stages })
}

fn count(stage: &mut Stage, gone: Option<&str>) {
    match gone {
        Some(reason) => stage.drop(reason),
        None => stage.keep(),
    }
}

impl Mixed {
    /// Hands the rows that are added to `take`, in their order.
    ///
    /// # Errors
    /// A file cannot be read again, or `take` fails.
    pub fn added(
        &self,
        datasets: &[Dataset],
        take: &mut dyn FnMut(Vec<Example>) -> Result<()>,
    ) -> Result<()> {
        let pairs = datasets.iter().zip(&self.chosen);
        pairs.into_iter().try_for_each(|(dataset, chosen)| dataset.chosen(chosen, take))
    }

    /// For the card: of each dataset its name, its rows, and how many of them were added.
    pub fn counts(&self, datasets: &[Dataset]) -> Vec<(String, u64, u64)> {
        let count = |(dataset, chosen): (&Dataset, &Vec<bool>)| {
            let added = chosen.iter().filter(|chosen| **chosen).count() as u64;
            (dataset.name(), dataset.rows() as u64 + dataset.unreadable, added)
        };
        datasets.iter().zip(&self.chosen).map(count).collect()
    }
}

#[cfg(test)]
mod tests;
