//! Any table: JSON Lines and Parquet files come in, their rows go out again as Parquet with all their
//! columns, whatever these are. Rows are looked at one lot at a time; nothing is kept but where each lies.
//!
//! - [`json`] and [`parquet`]: the two forms of a file; [`shape`]: what JSON rows have in common;
//! - [`write`](mod@write): rows as Parquet shards; [`names`]: the rows that go, by their ids.

pub mod json;
pub mod names;
pub mod parquet;
pub mod shape;
pub mod write;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use crate::error::{Error, Result};

/// The columns that are looked at.
#[derive(Debug, Clone)]
pub struct Columns {
    /// Holds the text; every row must have it. Of lists and records it is all text inside.
    pub text: String,
    /// Names a row, where there is such a column.
    pub id: String,
    /// Ranks a row.
    pub score: Option<String>,
}

/// The name that a row carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Id {
    /// A whole number.
    Number(i64),
    /// Anything else.
    Text(String),
}

/// A row as it was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen<T> {
    /// Its name, if it carries one.
    pub id: Option<Id>,
    /// What was made of its text; `None` if the text is null.
    pub text: Option<T>,
    /// Its score.
    pub score: Option<f64>,
}

/// A row that cannot be used: its line (of a Parquet file: its row) from 1, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// From 1.
    pub line: u64,
    /// What is wrong.
    pub what: String,
}

/// What becomes of rows as they are read: they come in order, bad ones among them.
pub type Take<'a, T> = &'a mut dyn FnMut(Result<Seen<T>, Bad>) -> Result<()>;

/// One input file.
#[derive(Debug)]
pub enum Input {
    /// JSON Lines.
    Json(json::File),
    /// Parquet.
    Parquet(parquet::File),
}

/// The files that `paths` name: files as they stand, of a folder those that end in `.parquet`, `.jsonl`,
/// `.ndjson` or `.json`, by name.
///
/// # Errors
/// There is no such path, or nothing in it.
pub fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for path in paths {
        if !path.is_dir() {
            all.push(path.clone());
            continue;
        }
        let failed = |error| Error::io("cannot read the folder", path, error).as_config();
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let file = entry.map_err(failed)?.path();
            let ending = file.extension().and_then(|ending| ending.to_str());
            if file.is_file() && matches!(ending, Some("parquet" | "jsonl" | "ndjson" | "json")) {
                inside.push(file);
            }
        }
        if inside.is_empty() {
            return Err(Error::config("there is no Parquet or JSON Lines file in the folder").at(path));
        }
        inside.sort();
        all.extend(inside);
    }
    Ok(all)
}

impl Input {
    /// Opens a file; what it holds decides its form, not its name.
    ///
    /// # Errors
    /// It cannot be opened, or begins like Parquet but is none.
    pub fn open(path: &Path) -> Result<Self> {
        use std::io::Read as _;
        let failed = |error| Error::io("cannot open", path, error).as_config();
        let mut start = Vec::new();
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(4).read_to_end(&mut start).map_err(failed)?;
        if start.starts_with(&[0x1f, 0x8b]) || start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let help = "unpack it first";
            return Err(Error::config("the file is compressed").at(path).help(help));
        }
        let named = path.extension().is_some_and(|ending| ending == "parquet");
        Ok(if named || start == *b"PAR1" {
            Input::Parquet(parquet::File::open(path).map_err(Error::as_config)?)
        } else {
            Input::Json(json::File::new(path))
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        match self {
            Input::Json(file) => file.path(),
            Input::Parquet(file) => file.path(),
        }
    }

    /// Reads every row: `work` is given its text, on several threads, with a state for each; `take` what
    /// came of it, in order. `explain` says what is wrong with a line of JSON Lines.
    ///
    /// # Errors
    /// The file cannot be read, lacks the text's column, or `take` fails.
    pub fn read<S, T: Send>(
        &mut self,
        columns: &Columns,
        state: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, &str) -> T + Sync,
        explain: &(dyn Fn(&[u8]) -> String + Sync),
        take: Take<'_, T>,
    ) -> Result<()> {
        match self {
            Input::Json(file) => file.read(columns, state, work, explain, take),
            Input::Parquet(file) => file.read(columns, state, work, take),
        }
    }

    /// Rows that can be used.
    pub fn rows(&self) -> u32 {
        match self {
            Input::Json(file) => file.rows(),
            Input::Parquet(file) => file.rows(),
        }
    }

    /// The line (of a Parquet file: the row) of a row, from 1.
    pub fn line(&self, row: u32) -> u64 {
        match self {
            Input::Json(file) => file.line(row),
            Input::Parquet(_) => u64::from(row) + 1,
        }
    }

    /// Hands the texts of rows to `take`; `wanted` is sorted.
    ///
    /// # Errors
    /// The file cannot be read again, or `take` fails.
    pub fn texts(
        &self,
        columns: &Columns,
        wanted: &[u32],
        take: &mut dyn FnMut(u32, &str) -> Result<()>,
    ) -> Result<()> {
        match self {
            Input::Json(file) => file.texts(columns, wanted, take),
            Input::Parquet(file) => file.texts(columns, wanted, take),
        }
    }

    /// Hands all columns of the rows for which `keep` is true to `take`, in order, as `schema` has them.
    ///
    /// # Errors
    /// The file cannot be read again, a value does not fit the schema, or `take` fails.
    pub fn batches(
        &self,
        schema: &SchemaRef,
        shapes: &[(String, shape::Shape)],
        keep: &(dyn Fn(u32) -> bool + Sync),
        take: &mut dyn FnMut(RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let conformed = |batch: &RecordBatch| write::conform(batch, schema, self.path());
        match self {
            Input::Json(file) => file.batches(shapes, keep, &mut |batch| take(conformed(&batch)?)),
            Input::Parquet(file) => file.batches(keep, &mut |batch| take(conformed(&batch)?)),
        }
    }
}

/// All text in a value, its parts in lines of their own; `None` if there is nothing but null.
fn text_inside(value: &serde_json::Value) -> Option<Cow<'_, str>> {
    use serde_json::Value;
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Array(_) | Value::Object(_) => {
            // By a stack: a value may be nested as deep as its reader allows.
            let (mut open, mut parts) = (vec![value], Vec::new());
            while let Some(value) = open.pop() {
                match value {
                    Value::String(text) => parts.push(text.as_str()),
                    Value::Array(items) => open.extend(items.iter().rev()),
                    Value::Object(fields) => open.extend(fields.values().rev()),
                    _ => {}
                }
            }
            Some(Cow::Owned(parts.join("\n")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
