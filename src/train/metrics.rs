//! `metrics.jsonl`: a line for each report. In: numbers. Out: a file that a resumed run continues
//! without lines of updates that it makes again.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::model::save::replace;

/// The open file.
pub struct Metrics {
    path: PathBuf,
    file: File,
}

impl Metrics {
    /// Opens `path` for a run that has made `updates` updates; lines of later ones are dropped.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn open(path: &Path, updates: u64) -> Result<Self> {
        let old = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(Error::io("cannot read", path, e)),
        };
        let kept = old.lines().filter(|line| {
            let update = serde_json::from_str::<Value>(line).ok().and_then(|v| v.get("update")?.as_u64());
            update.is_some_and(|update| update <= updates)
        });
        let kept: String = kept.flat_map(|line| [line, "\n"]).collect();
        replace(path, kept.as_bytes())?;
        let file = File::options().append(true).open(path);
        Ok(Self { path: path.to_owned(), file: file.map_err(|e| Error::io("cannot open", path, e))? })
    }

    /// Appends a line.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn line(&mut self, value: &Value) -> Result<()> {
        let done = self.file.write_all(format!("{value}\n").as_bytes());
        done.map_err(|e| Error::io("cannot write", &self.path, e))
    }
}
