//! stub
use std::path::PathBuf;
use serde::{Deserialize, Serialize};
/// `jsonl = { … }`, `csv = { … }`, `parquet = { … }`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The file.
    pub path: PathBuf,
}
