//! `datagen dedup`: exact and near duplicates of any Parquet or JSON Lines files, without a pipeline. In:
//! files or folders of them. Out: `DIR/data/`, the rows that stay with all their columns, and
//! `DIR/duplicates.parquet`, for each row that goes its name, the row that stays and how similar they are.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::exit::Exit;
use super::progress::{self, grouped, span};
use super::{Globals, Outcome, output};
use crate::corpus::table::names::Names;
use crate::corpus::table::{self, Columns, Input, write};
use crate::dedup::minhash::{Sketch, Sketcher};
use crate::dedup::whole::{Found, Options, Texts, Whole};
use crate::dedup::{Keep, Kind};
use crate::error::{Error, Result};
use crate::prompts::files::rows::object;

/// Bad rows that are shown one by one; the others are counted.
const SHOWN: u64 = 20;
/// Progress is told this often.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// Arguments of `datagen dedup`.
#[derive(Debug, Args)]
pub struct Dedup {
    /// Parquet or JSON Lines files, or folders of them; earlier rows are first
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    input: Vec<PathBuf>,
    /// Where `data/` and `duplicates.parquet` go; those of an earlier start are replaced
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// The column that is compared; of lists and records, such as `messages`, all text inside
    #[arg(long, value_name = "COLUMN", default_value = "text")]
    text: String,
    /// The column that names a row; where a row has none it is named FILE:LINE
    #[arg(long, value_name = "COLUMN", default_value = "id")]
    id: String,
    /// Rows at or above this similarity of their word 5-grams (characters in scripts without spaces) are
    /// near duplicates
    #[arg(long, value_name = "T", default_value_t = 0.8, value_parser = threshold)]
    jaccard: f64,
    /// Looks for exact duplicates only
    #[arg(long)]
    exact: bool,
    /// Which row of a cluster stays
    #[arg(long, value_enum, value_name = "RULE", default_value_t = Rule::Central)]
    keep: Rule,
    /// The column with the score, for --keep highest-score
    #[arg(long, value_name = "COLUMN", required_if_eq("keep", "highest-score"))]
    score: Option<String>,
    /// Memory for signatures; beyond it they go to a temporary file in the output folder
    #[arg(long, value_name = "MIB", default_value_t = 1_024)]
    memory_mib: usize,
}

/// [`Keep`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Rule {
    /// The one with the most near duplicates, of those the first
    Central,
    /// The first
    First,
    /// The shortest
    Shortest,
    /// The one with the highest score
    HighestScore,
}

impl From<Rule> for Keep {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Central => Keep::Central,
            Rule::First => Keep::First,
            Rule::Shortest => Keep::Shortest,
            Rule::HighestScore => Keep::HighestScore,
        }
    }
}

fn threshold(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.1..=1.0).contains(&value) => Ok(value),
        _ => Err("a similarity lies between 0.1 and 1".to_owned()),
    }
}

impl Dedup {
    /// Reads, compares, writes.
    pub fn run(&self, globals: Globals) -> Outcome {
        let started = Instant::now();
        let mut shown = Shown { quiet: globals.quiet, next: TELL_EVERY, started };
        let columns = Columns { text: self.text.clone(), id: self.id.clone(), score: self.score.clone() };
        let paths = table::files(&self.input)?;
        let mut inputs = paths.iter().map(|path| Input::open(path)).collect::<Result<Vec<_>>>()?;
        fs::create_dir_all(&self.output)
            .map_err(|error| Error::io("cannot make the folder", &self.output, error).as_config())?;
        let options = Options {
            jaccard_threshold: (!self.exact).then_some(self.jaccard),
            keep: self.keep.into(),
            memory_bytes: self.memory_mib << 20,
        };
        let mut set = Whole::new(options, &self.output);
        let bands = set.bands();
        let mut names = Names::default();
        let (bad, nulls) = self.read(&mut inputs, &columns, &mut set, &mut names, &mut shown)?;
        let starts: Vec<u32> = inputs
            .iter()
            .scan(0u32, |next, input| Some(std::mem::replace(next, *next + input.rows())))
            .collect();
        let rows = set.rows();
        let again = Again { inputs: &inputs, starts: &starts, columns: &columns };
        let found = set.finish(&again, &mut |done, all| {
            shown.tell(|| format!("comparing: {} of {} texts read again", grouped(done), grouped(all)));
        })?;
        let (kept, bytes) = self.write(&again, &found, &names, &mut shown)?;
        let gone = found.duplicates.len() as u64;
        if kept + gone != u64::from(rows) {
            let what = format!("{rows} rows came in, but {kept} stay and {gone} go");
            return Err(Error::failed(what).help("this is a bug: please report it").into());
        }
        let exact = found.duplicates.iter().filter(|duplicate| duplicate.kind == Kind::Exact).count() as u64;
        if globals.json {
            output::print_json(&json!({
                "rows": rows, "kept": kept, "exact": exact, "near": gone - exact, "bad": bad, "null": nulls,
                "bands": bands.bands, "rows_per_band": bands.rows_per_band, "compared": found.compared,
                "similar": found.similar, "largest_cluster": found.largest, "spilled": found.spilled,
                "bytes": bytes,
            }))?;
        } else {
            let mut text = format!(
                "{} rows: {} kept, {} duplicates ({} exact, {} near) in {}\n",
                grouped(u64::from(rows)),
                grouped(kept),
                grouped(gone),
                grouped(exact),
                grouped(gone - exact),
                span(started.elapsed()),
            );
            if !self.exact {
                text += &format!(
                    "  near    at {} and above: {} bands of {} rows find a pair at the threshold with a chance of \
                     {:.1} %; {} pairs compared, {} similar; the largest cluster has {} rows\n",
                    self.jaccard,
                    bands.bands,
                    bands.rows_per_band,
                    100.0 * bands.candidate_chance(self.jaccard),
                    grouped(found.compared),
                    grouped(found.similar),
                    grouped(found.largest),
                );
            }
            if nulls > 0 {
                text += &format!("  null    {} rows without a text stay\n", grouped(nulls));
            }
            if bad > 0 {
                text += &format!("  bad     {} lines are no rows and were left out\n", grouped(bad));
            }
            let folder = self.output.display();
            text += &format!("  kept    {folder}/data\n  gone    {folder}/duplicates.parquet\n");
            output::print(&text)?;
        }
        Ok(if bad == 0 { Exit::Done } else { Exit::Failed })
    }

    /// Sketches every row; how many lines are no rows, and how many rows have no text.
    fn read(
        &self,
        inputs: &mut [Input],
        columns: &Columns,
        set: &mut Whole,
        names: &mut Names,
        shown: &mut Shown,
    ) -> Result<(u64, u64)> {
        let (mut bad, mut nulls) = (0u64, 0u64);
        let bands = set.bands();
        let sketcher = || Sketcher::new(bands);
        let explain = |line: &[u8]| object(line).err().unwrap_or_else(|| "not a row".to_owned());
        for input in inputs {
            let path = input.path().to_owned();
            let (bad_before, rows_before) = (bad, set.rows());
            let mut first = None;
            let work = |sketcher: &mut Sketcher, text: &str| (sketcher.sketch(text), text.len());
            input.read(columns, sketcher, work, &explain, &mut |row| {
                match row {
                    Ok(seen) => {
                        let (sketch, bytes): (Option<&Sketch>, usize) = match &seen.text {
                            Some((sketch, bytes)) => (Some(sketch), *bytes),
                            None => (None, 0),
                        };
                        nulls += u64::from(sketch.is_none());
                        set.add(sketch, bytes, seen.score)?;
                        names.add(seen.id);
                    }
                    Err(line) => {
                        bad += 1;
                        if bad <= SHOWN {
                            progress::print(&format!(
                                "error: {}:{}: {}\n",
                                path.display(),
                                line.line,
                                line.what
                            ));
                        }
                        first.get_or_insert(line);
                    }
                }
                shown.tell(|| format!("reading: {} rows", grouped(u64::from(set.rows()))));
                Ok(())
            })?;
            if let (true, Some(line)) = (set.rows() == rows_before && bad > bad_before, first) {
                return Err(Error::config(format!("no line is a row with a text in `{}`", self.text))
                    .at_line(&path, line.line)
                    .caused_by(Error::failed(line.what))
                    .help("name the text's column with --text"));
            }
        }
        if bad > SHOWN {
            progress::print(&format!("error: {} more bad lines\n", bad - SHOWN));
        }
        Ok((bad, nulls))
    }

    /// Writes both results beside the old ones and puts them in their places; how many rows stay, and
    /// their size on disk.
    fn write(
        &self,
        again: &Again<'_>,
        found: &Found,
        names: &Names,
        shown: &mut Shown,
    ) -> Result<(u64, u64)> {
        let (shapes, schema) = write::schema(again.inputs)?;
        let temporary = self.output.join("data.part");
        remove(&temporary)?;
        let mut writer = write::Writer::create(&temporary, &schema, &self.text)?;
        let gone: Vec<u32> = found.duplicates.iter().map(|duplicate| duplicate.row).collect();
        let mut rows = 0;
        for (input, &start) in again.inputs.iter().zip(again.starts) {
            let keep = |row: u32| gone.binary_search(&(start + row)).is_err();
            input.batches(&schema, &shapes, &keep, &mut |batch| {
                writer.write(&batch)?;
                rows += batch.num_rows() as u64;
                shown.tell(|| format!("writing: {} rows", grouped(rows)));
                Ok(())
            })?;
        }
        let (rows, bytes) = writer.finish()?;
        let duplicates: Vec<_> =
            found.duplicates.iter().map(|d| (d.row, d.kept, d.kind.as_str(), d.jaccard)).collect();
        let table = names.table(&duplicates, &|row| again.place(row))?;
        write::single(&self.output.join("duplicates.parquet"), &table)?;
        let data = self.output.join("data");
        remove(&data)?;
        fs::rename(&temporary, &data)
            .map_err(|error| Error::io("cannot put the rows in their place", &data, error))?;
        Ok((rows, bytes))
    }
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("cannot empty the folder", folder, error))
        }
        _ => Ok(()),
    }
}

/// The inputs as one set, to be read again.
struct Again<'a> {
    inputs: &'a [Input],
    /// The first row of each.
    starts: &'a [u32],
    columns: &'a Columns,
}

impl Again<'_> {
    /// FILE:LINE of a row.
    fn place(&self, row: u32) -> String {
        let at = self.starts.partition_point(|&start| start <= row).saturating_sub(1);
        let input = &self.inputs[at];
        format!("{}:{}", input.path().display(), input.line(row - self.starts[at]))
    }
}

impl Texts for Again<'_> {
    fn texts(&self, wanted: &[u32], take: &mut dyn FnMut(u32, &str) -> Result<()>) -> Result<()> {
        let mut rest = wanted;
        for (input, &start) in self.inputs.iter().zip(self.starts) {
            let (own, after) = rest.split_at(rest.partition_point(|&row| row < start + input.rows()));
            rest = after;
            if !own.is_empty() {
                let own: Vec<u32> = own.iter().map(|row| row - start).collect();
                input.texts(self.columns, &own, &mut |row, text| take(start + row, text))?;
            }
        }
        Ok(())
    }
}

/// Progress: a line now and then on standard error.
struct Shown {
    quiet: bool,
    started: Instant,
    next: Duration,
}

impl Shown {
    fn tell(&mut self, what: impl FnOnce() -> String) {
        let now = self.started.elapsed();
        if !self.quiet && now >= self.next {
            self.next = now + TELL_EVERY;
            progress::print(&format!("{}\n", what()));
        }
    }
}

#[cfg(test)]
mod tests;
