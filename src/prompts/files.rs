//! stub
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
    #[serde(default = "tests")]
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
fn tests() -> String {
    "tests".to_owned()
}
fn entry_point() -> String {
    "entry_point".to_owned()
}
fn difficulty() -> String {
    "difficulty".to_owned()
}

/// What becomes of a row that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// The run does not start.
    #[default]
    Fail,
    /// The row is left out and counted.
    Skip,
}
