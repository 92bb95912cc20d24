//! What is in a run folder, a corpus or a Parquet file: counts, the funnel, lengths, sources and the
//! first row come out, as data and as plain text. It reads; it never writes. Text from the files is
//! shown without control characters, so that it cannot steer a terminal.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::{
    ChunkAgg, ChunkQuantile, Column as Series, DataFrame, Int64Chunked, NamedFrom, QuantileMethod,
};
use polars::prelude::{PolarsError, Series as Values};
use serde_json::{Map, Value};

use super::card::{grouped, is_hidden};
use super::{View, ledger, read, writer};
use crate::error::{Error, Result};
use crate::run::funnel::Funnel;

/// The quantiles of the lengths that are shown.
const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];
/// A cell of the first row is cut after this many characters.
const CELL_CHARS: usize = 1_200;
/// At most this many sources are listed.
const MAX_GROUPS: usize = 40;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// What was looked at.
    pub path: PathBuf,
    /// Its tables, the one that is described below first.
    pub tables: Vec<TableCount>,
    /// The funnel of the run, if it is kept beside the tables.
    pub funnel: Option<Funnel>,
    /// Lengths in tokens, if the first table has `num_tokens`.
    pub lengths: Option<LengthSummary>,
    /// Rows by source and domain, if the first table has those columns; most rows first.
    pub groups: Vec<GroupSummary>,
    /// The first row of the first table.
    pub first: Option<Map<String, Value>>,
}

/// A table's size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableCount {
    /// Its folder or file name.
    pub name: String,
    /// Its files.
    pub files: usize,
    /// Its rows.
    pub rows: u64,
    /// Its size on disk in bytes.
    pub bytes: u64,
    /// Its columns, in order.
    pub columns: Vec<String>,
}

/// Lengths in tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct LengthSummary {
    /// The sum.
    pub total: i64,
    /// The mean.
    pub mean: f64,
    /// The shortest and the longest.
    pub range: (i64, i64),
    /// (fraction, a length that this fraction of rows does not exceed).
    pub quantiles: Vec<(f64, i64)>,
}

/// The rows of one source and domain.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupSummary {
    /// The source; empty where the table has none.
    pub source: String,
    /// The domain; empty where the table has none.
    pub domain: String,
    /// Rows.
    pub rows: u64,
    /// Mean length in tokens.
    pub mean_tokens: Option<f64>,
    /// Mean pass rate.
    pub mean_pass_rate: Option<f64>,
}

/// Looks at `path`: a run folder, its corpus, a folder of Parquet files, or one Parquet file.
///
/// # Errors
/// There is no Parquet file, or one cannot be read.
pub fn inspect(path: &Path) -> Result<Inspection> {
    let (tables, files) = tables(path)?;
    let funnel = funnel(path)?;
    let names: &[String] = tables.first().map_or(&[], |table| &table.columns);
    let facts = Facts::read(&files, names)?;
    let first = match files.first() {
        Some(file) => read::rows(file, None)?.next().transpose()?,
        None => None,
    };
    let describe =
        |error: PolarsError| Error::failed("cannot be described").at(path).caused_by(error.to_string());
    Ok(Inspection {
        path: path.to_owned(),
        lengths: facts.lengths().map_err(describe)?,
        groups: facts.groups().map_err(describe)?,
        tables,
        funnel,
        first,
    })
}

/// Every table under `path`, and the files of the first.
fn tables(path: &Path) -> Result<(Vec<TableCount>, Vec<PathBuf>)> {
    if !path.is_dir() {
        let files = vec![path.to_owned()];
        return Ok((vec![count(path, &files)?], files));
    }
    let corpus = if path.join("corpus").is_dir() { path.join("corpus") } else { path.to_owned() };
    let mut folders = vec![corpus.clone()];
    let views = [View::Messages, View::PromptCompletion, View::Preference, View::Examples];
    folders.extend(views.iter().map(|view| corpus.join(view.layout().folder())));
    folders.push(corpus.join(ledger::NAME));
    let mut found = Vec::new();
    let mut first = Vec::new();
    for folder in folders {
        let files = parquet_files(&folder)?;
        if files.is_empty() {
            continue;
        }
        found.push(count(&folder, &files)?);
        if first.is_empty() {
            first = files;
        }
    }
    match found.is_empty() {
        true => Err(Error::config("has no Parquet files").at(path).help(
            "give a run folder whose corpus is written, a folder with Parquet files, or a Parquet file",
        )),
        false => Ok((found, first)),
    }
}

fn parquet_files(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(|error| Error::io("cannot list", folder, error))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| Error::io("cannot list", folder, error))?.path();
        if path.extension().is_some_and(|extension| extension == "parquet") && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn count(path: &Path, files: &[PathBuf]) -> Result<TableCount> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let mut table = TableCount { name, files: files.len(), rows: 0, bytes: 0, columns: Vec::new() };
    for (place, file) in files.iter().enumerate() {
        let rows = read::rows(file, None)?;
        table.rows += rows.total();
        table.bytes += fs::metadata(file).map_err(|error| Error::io("cannot look at", file, error))?.len();
        if place == 0 {
            table.columns = rows.columns().to_vec();
        } else if table.columns != rows.columns() {
            return Err(Error::failed("has other columns than the files before it").at(file));
        }
    }
    Ok(table)
}

/// The funnel beside or in the corpus.
fn funnel(path: &Path) -> Result<Option<Funnel>> {
    for place in [path.join(writer::FUNNEL), path.join("corpus").join(writer::FUNNEL)] {
        if place.is_file() {
            let text = fs::read_to_string(&place).map_err(|error| Error::io("cannot read", &place, error))?;
            return serde_json::from_str(&text)
                .map(Some)
                .map_err(|error| Error::failed("not a funnel").at(&place).caused_by(error));
        }
    }
    Ok(None)
}

/// The short columns of a table, 20 bytes a row.
#[derive(Default)]
struct Facts {
    names: Vec<(String, String)>,
    group: Vec<u32>,
    tokens: Vec<Option<i64>>,
    rate: Vec<Option<f64>>,
}

impl Facts {
    fn read(files: &[PathBuf], columns: &[String]) -> Result<Self> {
        let wanted: Vec<&str> = ["source", "domain", "num_tokens", "pass_rate"]
            .into_iter()
            .filter(|name| columns.iter().any(|column| column == name))
            .collect();
        let mut facts = Self::default();
        if wanted.is_empty() {
            return Ok(facts);
        }
        let mut known = HashMap::new();
        for file in files {
            for row in read::rows(file, Some(&wanted))? {
                let row = row?;
                let text = |name| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                let key = (text("source"), text("domain"));
                let next = known.len() as u32;
                let group = *known.entry(key).or_insert_with_key(|key| {
                    facts.names.push(key.clone());
                    next
                });
                facts.group.push(group);
                facts.tokens.push(row.get("num_tokens").and_then(Value::as_i64));
                facts.rate.push(row.get("pass_rate").and_then(Value::as_f64));
            }
        }
        Ok(facts)
    }

    fn lengths(&self) -> Result<Option<LengthSummary>, PolarsError> {
        let tokens = Int64Chunked::new("num_tokens".into(), self.tokens.as_slice());
        let (Some(mean), Some(low), Some(high)) = (tokens.mean(), tokens.min(), tokens.max()) else {
            return Ok(None);
        };
        let mut quantiles = Vec::with_capacity(QUANTILES.len());
        for fraction in QUANTILES {
            if let Some(length) = tokens.quantile(fraction, QuantileMethod::Equiprobable)? {
                quantiles.push((fraction, length as i64));
            }
        }
        Ok(Some(LengthSummary { total: tokens.sum().unwrap_or(0), mean, range: (low, high), quantiles }))
    }

    fn groups(&self) -> Result<Vec<GroupSummary>, PolarsError> {
        let mut found = Vec::new();
        if self.group.is_empty()
            || self.names.iter().all(|(source, domain)| source.is_empty() && domain.is_empty())
        {
            return Ok(found);
        }
        let columns: Vec<Series> = vec![
            Values::new("group".into(), self.group.as_slice()).into(),
            Values::new("tokens".into(), self.tokens.as_slice()).into(),
            Values::new("rate".into(), self.rate.as_slice()).into(),
        ];
        let frame = DataFrame::new(self.group.len(), columns)?;
        frame.group_by_stable(["group"])?.apply(|rows| {
            let mean = |name: &str| rows.column(name).map(|column| column.as_materialized_series().mean());
            let group = rows.column("group")?.u32()?.get(0).unwrap_or(0);
            let (source, domain) = self.names.get(group as usize).cloned().unwrap_or_default();
            found.push(GroupSummary {
                source,
                domain,
                rows: rows.height() as u64,
                mean_tokens: mean("tokens")?,
                mean_pass_rate: mean("rate")?,
            });
            Ok(rows.head(Some(1)))
        })?;
        found.sort_by(|a, b| {
            b.rows.cmp(&a.rows).then_with(|| (&a.source, &a.domain).cmp(&(&b.source, &b.domain)))
        });
        Ok(found)
    }
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", shown(&self.path.to_string_lossy(), usize::MAX))?;
        let mut lines = vec![row(["table", "rows", "files", "bytes", ""])];
        for table in &self.tables {
            let columns = table.columns.iter().map(|column| shown(column, 60)).collect::<Vec<_>>().join(", ");
            let counts = [grouped(table.rows), grouped(table.files as u64), grouped(table.bytes)];
            let [rows, files, bytes] = &counts;
            lines.push(row([&shown(&table.name, 60), rows, files, bytes, &columns]));
        }
        aligned(f, &lines)?;
        if let Some(funnel) = &self.funnel {
            show_funnel(f, funnel)?;
        }
        if let Some(lengths) = &self.lengths {
            let (low, high) = lengths.range;
            write!(f, "\ntokens: {} in all, mean {:.1}, from {low}", lengths.total, lengths.mean)?;
            for (fraction, length) in &lengths.quantiles {
                write!(f, ", {:.0} % {length}", fraction * 100.0)?;
            }
            writeln!(f, ", to {high}")?;
        }
        if !self.groups.is_empty() {
            let mut lines = vec![row(["source", "rows", "mean tokens", "pass rate", "domain"])];
            for group in self.groups.iter().take(MAX_GROUPS) {
                let tokens = group.mean_tokens.map_or_else(String::new, |mean| format!("{mean:.1}"));
                let rate =
                    group.mean_pass_rate.map_or_else(String::new, |rate| format!("{:.1} %", rate * 100.0));
                let rows = grouped(group.rows);
                lines.push(row([
                    &shown(&group.source, 60),
                    &rows,
                    &tokens,
                    &rate,
                    &shown(&group.domain, 60),
                ]));
            }
            writeln!(f)?;
            aligned(f, &lines)?;
            if self.groups.len() > MAX_GROUPS {
                writeln!(f, "and {} more", self.groups.len() - MAX_GROUPS)?;
            }
        }
        if let Some(first) = &self.first {
            writeln!(f, "\nfirst row")?;
            for (name, value) in first {
                let text = match value {
                    Value::Null => continue,
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let text = shown(&text, CELL_CHARS);
                let space = if text.contains('\n') { "\n    " } else { " " };
                writeln!(f, "  {}:{space}{}", shown(name, 60), text.replace('\n', "\n    "))?;
            }
        }
        Ok(())
    }
}

fn show_funnel(f: &mut fmt::Formatter<'_>, funnel: &Funnel) -> fmt::Result {
    writeln!(f)?;
    let mut lines = vec![row(["stage", "in", "kept", "dropped", "reasons"])];
    for stage in &funnel.stages {
        let mut reasons: Vec<_> = stage.dropped.iter().chain(&stage.errored).collect();
        reasons.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        let reasons = reasons
            .iter()
            .map(|(name, count)| format!("{} {}", shown(name, 80), grouped(**count)))
            .collect::<Vec<_>>();
        let name = format!("{} ({})", shown(&stage.name, 60), shown(&stage.unit, 60));
        let lost = grouped(stage.dropped_total() + stage.errored_total());
        lines.push(row([&name, &grouped(stage.input), &grouped(stage.kept), &lost, &reasons.join(", ")]));
    }
    aligned(f, &lines)
}

fn row(cells: [&str; 5]) -> [String; 5] {
    cells.map(str::to_owned)
}

/// A table: the first column to the left, the next three to the right, the last as it comes.
fn aligned(f: &mut fmt::Formatter<'_>, lines: &[[String; 5]]) -> fmt::Result {
    let width = |place: usize| lines.iter().map(|line| line[place].chars().count()).max().unwrap_or(0);
    let (a, b, c, d) = (width(0), width(1), width(2), width(3));
    for [first, second, third, fourth, last] in lines {
        let line = format!("{first:<a$}  {second:>b$}  {third:>c$}  {fourth:>d$}  {last}");
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Text for a terminal: at most `chars` characters, none of which moves the cursor or turns the text.
fn shown(text: &str, chars: usize) -> String {
    let mut out: String =
        text.chars().take(chars).map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(chars).is_some() {
        out.push_str(" […]");
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::corpus::Options;
    use crate::corpus::tests::{card, example, prompt, write};
    use crate::record::{Example, Prompt};

    fn run_folder(sources: &[(&str, u32)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let examples: Vec<_> = sources
            .iter()
            .enumerate()
            .map(|(n, (source, num_tokens))| {
                let prompt = Prompt { source: (*source).to_owned(), ..prompt(&format!("p{n}")) };
                Example {
                    num_tokens: Some(*num_tokens),
                    ..example(Arc::new(prompt), 0, "why \u{1b}[2J", "4")
                }
            })
            .collect();
        write(&folder.path().join("corpus"), &Options { max_shard_rows: 2, ..Options::default() }, &examples);
        folder
    }

    #[test]
    fn a_run_its_corpus_and_a_file_are_described() {
        let folder = run_folder(&[("a", 10), ("b", 40), ("b", 20)]);
        let run = inspect(folder.path()).unwrap();
        assert_eq!((run.tables[0].name.as_str(), run.tables[0].rows, run.tables[0].files), ("data", 3, 2));
        assert_eq!((run.tables[1].name.as_str(), run.tables[1].rows), ("all_samples", 6));
        assert_eq!(run.funnel.as_ref(), Some(&card().funnel));
        let lengths = run.lengths.clone().unwrap();
        assert_eq!((lengths.total, lengths.range), (70, (10, 40)));
        assert_eq!(lengths.quantiles[2], (0.5, 20));
        let groups: Vec<_> = run.groups.iter().map(|g| (g.source.as_str(), g.rows, g.mean_tokens)).collect();
        assert_eq!(groups, [("b", 2, Some(30.0)), ("a", 1, Some(10.0))]);
        assert_eq!(run.groups[0].mean_pass_rate, Some(0.25));

        let corpus = inspect(&folder.path().join("corpus")).unwrap();
        assert_eq!((&corpus.tables, &corpus.funnel), (&run.tables, &run.funnel));
        let file = inspect(&folder.path().join("corpus/data/train-00001-of-00002.parquet")).unwrap();
        assert_eq!((file.tables.len(), file.tables[0].rows, file.funnel), (1, 1, None));
        assert_eq!(file.first.unwrap()["num_tokens"], 20);

        let text = run.to_string();
        for line in ["tokens: 70 in all, mean 23.3, from 10", "first row", "length.too_short 1"] {
            assert!(text.contains(line), "no {line:?} in:\n{text}");
        }
        assert!(
            text.contains("why \u{fffd}[2J") && !text.contains('\u{1b}'),
            "an escape reaches the terminal"
        );
    }

    #[test]
    fn an_empty_corpus_and_a_folder_without_tables() {
        let folder = run_folder(&[]);
        let empty = inspect(folder.path()).unwrap();
        assert_eq!((empty.tables[0].rows, &empty.lengths, &empty.first), (0, &None, &None));
        assert!(empty.groups.is_empty() && empty.to_string().contains("data"));
        let error = inspect(tempfile::tempdir().unwrap().path()).expect_err("nothing there");
        assert!(error.to_string().contains("has no Parquet files"), "{error}");
        let text = folder.path().join("notes.txt");
        std::fs::write(&text, "PAR1 but not really").unwrap();
        let error = inspect(&text).expect_err("no Parquet");
        assert!(error.to_string().contains("notes.txt: not a readable Parquet file"), "{error}");
    }
}
