//! `[decontaminate]`: which benchmarks no prompt may repeat. In: the options. Out: the benchmarks' items,
//! ready to be looked up ([`contamination`](super::contamination)). It never decides about a prompt.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::contamination::{Benchmarks, Item};
use super::files::rows::{self, Kind};
use crate::error::{Error, Result};

/// Columns that hold the question in the usual benchmarks: GSM8K `question`, MATH `problem`, HumanEval
/// `prompt`, MBPP `text` or `prompt`, AIME `Problem`, MMLU `question`. The first that a file has is taken.
const COLUMNS: [&str; 8] =
    ["problem", "question", "prompt", "Problem", "Question", "instruction", "text", "input"];

/// `[decontaminate]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Decontaminate {
    /// Files (JSON Lines, CSV, Parquet) and folders of them.
    pub benchmarks: Vec<PathBuf>,
    /// The column that holds the question; by default the first of `problem`, `question`, `prompt`,
    /// `instruction`, `text` and `input` that a file has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Looks at every completion too, and drops those that repeat an item.
    pub completions: bool,
}

impl Decontaminate {
    /// Reads the benchmarks; `None` where none are named.
    ///
    /// # Errors
    /// A file cannot be read, or holds no question.
    pub fn load(&self) -> Result<Option<Benchmarks>> {
        if self.benchmarks.is_empty() {
            return Ok(None);
        }
        let mut items = Vec::new();
        for path in &self.benchmarks {
            if path.is_dir() {
                let inside = inside(path)?;
                if inside.is_empty() {
                    let what = "there is no benchmark in the folder";
                    let help = "benchmarks end in .jsonl, .json, .ndjson, .csv or .parquet";
                    return Err(Error::config(what).at(path).help(help));
                }
                inside.iter().try_for_each(|file| self.file(file, &mut items))?;
            } else {
                self.file(path, &mut items)?;
            }
        }
        Ok(Some(Benchmarks::new(items)))
    }

    fn file(&self, path: &Path, items: &mut Vec<Item>) -> Result<()> {
        let wanted: Vec<&str> = match &self.column {
            Some(column) => vec![column],
            None => COLUMNS.to_vec(),
        };
        // A column that was named must be there; of the usual ones one is enough.
        let (needed, others) =
            if self.column.is_some() { (&wanted[..], &[][..]) } else { (&[][..], &wanted[..]) };
        let before = items.len();
        let benchmark = path.display().to_string();
        rows::each(Kind::of(path), path, needed, others, &mut |row, columns| {
            let bad = |what: String| {
                let help = "mend the row, or name the question's column with decontaminate.column";
                Error::config(what).at_line(path, row).help(help)
            };
            let columns = columns.map_err(bad)?;
            let Some(value) = wanted.iter().find_map(|name| columns.get(*name)) else {
                let names: Vec<&str> = columns.keys().take(20).map(String::as_str).collect();
                return Err(bad(format!("there is no question: the row has {}", names.join(", "))));
            };
            match value {
                Value::String(text) => {
                    items.push(Item { benchmark: benchmark.clone(), row, text: text.clone() });
                }
                // Nothing that a text could repeat.
                Value::Null => {}
                _ => return Err(bad("the question is not a text".to_owned())),
            }
            Ok(true)
        })?;
        if items.len() == before {
            // A benchmark that guards against nothing is a mistake, not a success.
            return Err(Error::config("there is no question in the benchmark").at(path));
        }
        Ok(())
    }
}

/// The benchmarks in a folder and in the folders in it, by name.
fn inside(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut open, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = open.pop() {
        let failed = |error| Error::io("cannot read the folder", &folder, error).as_config();
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            // Links are not followed into folders: they may lead round in a circle.
            if entry.file_type().map_err(failed)?.is_dir() {
                open.push(path);
            } else if matches!(
                path.extension().and_then(|ending| ending.to_str()),
                Some("jsonl" | "json" | "ndjson" | "csv" | "parquet")
            ) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::contamination::{How, Scanner};
    use super::*;

    #[test]
    fn benchmarks_of_every_form_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let sub = folder.path().join("sub");
        std::fs::create_dir(&sub).expect("made");
        let long =
            |n: usize| format!("question number {n} asks how far the old grey train goes in an hour of rain");
        std::fs::write(folder.path().join("a.jsonl"), format!("{{\"question\":\"{}\"}}\n", long(1)))
            .expect("written");
        std::fs::write(sub.join("b.csv"), format!("id,problem\n1,\"{}\"\n", long(2))).expect("written");
        std::fs::write(folder.path().join("notes.md"), "not a benchmark").expect("written");
        let options =
            Decontaminate { benchmarks: vec![folder.path().to_owned()], ..Decontaminate::default() };
        let benchmarks = options.load().expect("readable").expect("benchmarks");
        assert_eq!(benchmarks.len(), 2);
        for n in [1, 2] {
            let hit = benchmarks.find(&mut Scanner::default(), &long(n)).expect("a hit");
            assert_eq!((hit.how, hit.item.text.clone()), (How::Exact, long(n)));
        }
        assert!(Decontaminate::default().load().expect("nothing to do").is_none());
    }

    #[test]
    fn what_guards_against_nothing_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl");
        for (text, column, says) in [
            ("", None, "a.jsonl: there is no question in the benchmark"),
            ("{\"body\":\"x\"}", None, "a.jsonl:1: there is no question: the row has body"),
            ("{\"question\":\"x\"}", Some("body"), "a.jsonl:1: there is no question: the row has question"),
            ("{\"question\":5}", None, "a.jsonl:1: the question is not a text"),
            ("{\"question\":\"x\"}\n{\"question\":\"y", None, "a.jsonl:2: the file's last line is cut off"),
        ] {
            std::fs::write(&path, text).expect("written");
            let options = Decontaminate {
                benchmarks: vec![path.clone()],
                column: column.map(str::to_owned),
                completions: false,
            };
            let error = options.load().expect_err("nothing is guarded");
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
