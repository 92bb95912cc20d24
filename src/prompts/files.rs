//! Prompts from files. In: a JSON Lines, CSV or Parquet file and the names of its columns. Out: prompts in
//! the file's order, and the rows that were skipped. It never guesses: a row without what it needs is
//! an error that names file and line, or is skipped and counted.

pub mod rows;

use std::collections::HashMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Error, OnError, Result};
use crate::record::{Prompt, TestCase};
pub use rows::Kind;

/// `jsonl = { … }`, `csv = { … }`, `parquet = { … }`: a file of prompts and which of its columns is what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The file.
    pub path: PathBuf,
    /// Column of the problem.
    #[serde(default = "problem")]
    pub problem: String,
    /// Column of the reference answer; rows without it have none.
    #[serde(default = "answer")]
    pub answer: String,
    /// The answer is what stands after the last of these in the answer's column (GSM8K: `"#### "`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_after: Option<String>,
    /// Column of the id; without it, ids are `source:row`, rows counted from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Domain of every prompt of the file: `math`, `logic`, `code`, …
    #[serde(default = "domain")]
    pub domain: String,
    /// Name of the source; without it, the file's name up to its ending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Column of the unit tests, a list of cases or its JSON text; rows without it have none.
    #[serde(default = "tests_column")]
    pub tests: String,
    /// Column of the name of the function that the tests call.
    #[serde(default = "entry_point")]
    pub entry_point: String,
    /// Column of the difficulty, a whole number; rows without it have none.
    #[serde(default = "difficulty")]
    pub difficulty: String,
    /// What becomes of a row that cannot be read.
    #[serde(default)]
    pub on_error: OnError,
    /// Only the first this many rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

fn problem() -> String {
    "problem".to_owned()
}
fn answer() -> String {
    "answer".to_owned()
}
fn domain() -> String {
    "math".to_owned()
}
fn tests_column() -> String {
    "tests".to_owned()
}
fn entry_point() -> String {
    "entry_point".to_owned()
}
fn difficulty() -> String {
    "difficulty".to_owned()
}

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Read {
    /// In the file's order.
    pub prompts: Vec<Prompt>,
    /// The rows left out, in the file's order.
    pub skipped: Vec<Skipped>,
}

/// A row left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its line (of a Parquet file: its row), from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// Reads the prompts of a file.
///
/// # Errors
/// The file cannot be read, no row of it is a prompt, or, with `on_error = "fail"`, one row is not.
pub fn read(kind: Kind, file: &File) -> Result<Read> {
    let stem = || file.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let source = file.source.clone().or_else(stem).unwrap_or_default();
    let mut needed = vec![&*file.problem];
    needed.extend(file.id.as_deref());
    let columns = [&*file.answer, &*file.tests, &*file.entry_point, &*file.difficulty];
    let mut read = Read::default();
    let mut lines_of_ids: HashMap<String, u64> = HashMap::new();
    let mut index = 0;
    rows::each(kind, &file.path, &needed, &columns, &mut |line, row| {
        let prompt = row.and_then(|row| file.prompt(&row, &source, index)).and_then(|prompt| {
            match lines_of_ids.insert(prompt.id.clone(), line) {
                None => Ok(prompt),
                Some(first) => {
                    lines_of_ids.insert(prompt.id.clone(), first);
                    Err(format!("the id `{}` stands in line {first} already", prompt.id))
                }
            }
        });
        index += 1;
        match prompt {
            Ok(prompt) => read.prompts.push(prompt),
            Err(why) if file.on_error == OnError::Skip => read.skipped.push(Skipped { line, why }),
            Err(why) => {
                let help = "mend the row, or leave such rows out with on_error = \"skip\"";
                return Err(Error::config(why).at_line(&file.path, line).help(help));
            }
        }
        Ok(file.limit.is_none_or(|limit| index < limit))
    })?;
    if read.prompts.is_empty() {
        let error = Error::config("there is no prompt in the file").at(&file.path);
        return Err(match read.skipped.first() {
            Some(first) => error
                .help(format!("every row was skipped, the first one in line {}: {}", first.line, first.why)),
            None => error.help("the file is empty"),
        });
    }
    Ok(read)
}

impl File {
    /// The prompt that row `index` (from 0) carries.
    fn prompt(&self, row: &Map<String, Value>, source: &str, index: u64) -> Result<Prompt, String> {
        let problem = match column(row, &self.problem)? {
            Some(Value::String(text)) if !text.trim().is_empty() => text.clone(),
            Some(Value::String(_)) | None => return Err(format!("the column `{}` is empty", self.problem)),
            Some(other) => return Err(not(&self.problem, other, "a text")),
        };
        let id = match &self.id {
            None => format!("{source}:{index}"),
            Some(name) => match column(row, name)? {
                Some(value) => word(name, value)?,
                None => return Err(format!("the column `{name}` is empty")),
            },
        };
        let answer = match self.optional(row, &self.answer, "answer")? {
            None => None,
            Some(value) => {
                let text = word(&self.answer, value)?;
                let answer = match &self.answer_after {
                    None => text.trim(),
                    Some(mark) => match text.rsplit_once(mark.as_str()) {
                        Some((_, answer)) => answer.trim(),
                        None => return Err(format!("the column `{}` does not hold {mark:?}", self.answer)),
                    },
                };
                (!answer.is_empty()).then(|| answer.to_owned())
            }
        };
        let entry_point = self.optional(row, &self.entry_point, "entry_point")?;
        let difficulty = self.optional(row, &self.difficulty, "difficulty")?;
        Ok(Prompt {
            id,
            source: source.to_owned(),
            domain: self.domain.clone(),
            problem,
            answer,
            entry_point: entry_point.map(|value| word(&self.entry_point, value)).transpose()?,
            tests: tests(self.optional(row, &self.tests, "tests")?)
                .map_err(|what| format!("the column `{}`: {what}", self.tests))?,
            difficulty: difficulty.map(|value| whole(&self.difficulty, value)).transpose()?,
        })
    }

    /// The value of a column that a row may lack, unless the pipeline names it itself.
    fn optional<'a>(
        &self,
        row: &'a Map<String, Value>,
        name: &str,
        default: &str,
    ) -> Result<Option<&'a Value>, String> {
        if name == default { Ok(row.get(name).filter(|value| !value.is_null())) } else { column(row, name) }
    }
}

/// The value of a column that every row must have; `None` if it is null.
pub(crate) fn column<'a>(row: &'a Map<String, Value>, name: &str) -> Result<Option<&'a Value>, String> {
    match row.get(name) {
        Some(value) => Ok(Some(value).filter(|value| !value.is_null())),
        None => {
            let names: Vec<String> = row.keys().take(20).map(|name| format!("`{name}`")).collect();
            Err(format!("there is no column `{name}`; the row has {}", names.join(", ")))
        }
    }
}

/// A text, or a number as text.
pub(crate) fn word(name: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(not(name, other, "a text or a number")),
    }
}

pub(crate) fn whole(name: &str, value: &Value) -> Result<u32, String> {
    let number = match value {
        Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| not(name, value, "a whole number, 0 or more"))
}

pub(crate) fn not(name: &str, value: &Value, wanted: &str) -> String {
    let what = match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    };
    format!("the column `{name}` holds {what}, not {wanted}")
}

/// Unit tests: a list of cases, or the JSON text of one; nothing is no tests.
///
/// # Errors
/// A sentence that says which case is wrong.
pub fn tests(value: Option<&Value>) -> Result<Vec<TestCase>, String> {
    let parsed;
    let value = match value {
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(Vec::new()),
        Some(Value::String(text)) => {
            parsed = serde_json::from_str(text)
                .map_err(|error| format!("not the JSON of a list of tests: {error}"))?;
            Some(&parsed)
        }
        other => other,
    };
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(cases)) => {
            let case = |(number, case): (usize, &Value)| {
                // Parquet has one set of columns for all forms of a case: those of other forms are null.
                let form = case.as_object().map(|forms| forms.iter().filter(|(_, form)| !form.is_null()));
                let case = form.map_or(case.clone(), |form| {
                    Value::Object(form.map(|(k, v)| (k.clone(), v.clone())).collect())
                });
                serde_json::from_value(case).map_err(|error| format!("test {number} is wrong: {error}"))
            };
            cases.iter().enumerate().map(case).collect()
        }
        Some(_) => Err("not a list of tests".to_owned()),
    }
}

#[cfg(test)]
#[path = "files/tests.rs"]
mod table;
