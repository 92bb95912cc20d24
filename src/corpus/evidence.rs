//! Why something was left out that nobody will see in the corpus. `decontamination.parquet`: for each prompt or
//! completion that repeats an item of a benchmark, which item, and the words that match.
//! `semantic_duplicates.parquet`: for each prompt whose problem means nearly the same as an earlier one's, which.

use std::path::Path;

use super::columns::{Batch, Cell, Column, Kind};
use super::table::write;
use crate::error::{Error, Result};

/// The file, in the run folder.
pub const NAME: &str = "decontamination.parquet";

/// One hit.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The prompt.
    pub prompt_id: String,
    /// Which of its samples; `None`: the problem itself.
    pub sample_index: Option<u32>,
    /// The benchmark's file.
    pub benchmark: String,
    /// The item's line (of a Parquet file: its row), from 1.
    pub row: u64,
    /// `exact`, `overlap` or `numbers`.
    pub how: &'static str,
    /// How much of the shorter of the two matches, 0 to 1.
    pub overlap: f64,
    /// The text that matches.
    pub matched: String,
    /// The item.
    pub item: String,
}

/// The file of the prompts that mean nearly the same as others, in the run folder.
pub const REPEATS: &str = "semantic_duplicates.parquet";

/// A prompt that means nearly the same as an earlier one.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeat {
    /// The prompt that was left out.
    pub prompt_id: String,
    /// The earlier one.
    pub duplicate_of: String,
    /// The cosine of their vectors.
    pub cosine: f64,
    /// The problem that was left out.
    pub problem: String,
    /// The earlier one's.
    pub kept: String,
}

static REPEAT_COLUMNS: [Column; 5] = [
    Column::new("prompt_id", Kind::Text, "the prompt that was left out"),
    Column::new("duplicate_of", Kind::Text, "the earlier prompt"),
    Column::new("cosine", Kind::Float, "the cosine of their vectors"),
    Column::new("problem", Kind::Text, "the problem that was left out"),
    Column::new("problem_kept", Kind::Text, "the earlier prompt's problem"),
];

/// Writes the file of the repeats anew.
///
/// # Errors
/// It cannot be written.
pub fn write_repeats(folder: &Path, repeats: &[Repeat]) -> Result<()> {
    let rows = repeats.iter().map(|repeat| {
        vec![
            repeat.prompt_id.as_str().into(),
            repeat.duplicate_of.as_str().into(),
            Cell::Float(repeat.cosine),
            repeat.problem.as_str().into(),
            repeat.kept.as_str().into(),
        ]
    });
    write_rows(&folder.join(REPEATS), &REPEAT_COLUMNS, rows)
}

fn write_rows<'a>(
    path: &Path,
    columns: &'static [Column],
    rows: impl Iterator<Item = Vec<Cell<'a>>>,
) -> Result<()> {
    let mut batch = Batch::new(columns);
    for row in rows {
        batch.push(row).map_err(|problem| Error::failed(problem).at(path))?;
    }
    let rows = batch.take().map_err(|error| Error::failed("cannot write").at(path).caused_by(error))?;
    write::single(path, &rows)
}

static COLUMNS: [Column; 9] = [
    Column::new("prompt_id", Kind::Text, "the prompt"),
    Column::new("part", Kind::Label, "`problem` or `completion`"),
    Column::nullable("sample_index", Kind::Integer, "which of the prompt's samples"),
    Column::new("benchmark", Kind::Label, "the benchmark's file"),
    Column::new("row", Kind::Integer, "the item's line or row there, from 1"),
    Column::new("how", Kind::Label, "`exact`, `overlap`, or `numbers` where numbers differ"),
    Column::new("overlap", Kind::Float, "how much of the shorter of the two matches"),
    Column::new("matched_text", Kind::Text, "what matches in the prompt or completion"),
    Column::new("benchmark_text", Kind::Text, "the item"),
];

/// Writes the file anew.
///
/// # Errors
/// It cannot be written.
pub fn write(folder: &Path, hits: &[Evidence]) -> Result<()> {
    let rows = hits.iter().map(|hit| {
        let part = if hit.sample_index.is_some() { "completion" } else { "problem" };
        vec![
            hit.prompt_id.as_str().into(),
            part.into(),
            hit.sample_index.map_or(Cell::Null, Cell::from),
            hit.benchmark.as_str().into(),
            Cell::Integer(i64::try_from(hit.row).unwrap_or(i64::MAX)),
            hit.how.into(),
            Cell::Float(hit.overlap),
            hit.matched.as_str().into(),
            hit.item.as_str().into(),
        ]
    });
    write_rows(&folder.join(NAME), &COLUMNS, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::read;

    #[test]
    fn evidence_is_read_back_and_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let hit = Evidence {
            prompt_id: "p".to_owned(),
            sample_index: None,
            benchmark: "b.jsonl".to_owned(),
            row: 3,
            how: "numbers",
            overlap: 0.75,
            matched: "two eggs".to_owned(),
            item: "three eggs".to_owned(),
        };
        for hits in [vec![], vec![hit.clone(), Evidence { sample_index: Some(2), ..hit.clone() }]] {
            write(folder.path(), &hits).expect("written");
            let rows: Vec<_> = read::rows(&folder.path().join(NAME), None).expect("a whole file").collect();
            assert_eq!(rows.len(), hits.len());
            let parts: Vec<String> = rows
                .into_iter()
                .map(|row| row.expect("a row")["part"].as_str().expect("a part").to_owned())
                .collect();
            assert!(parts.is_empty() || parts == ["problem", "completion"]);
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
        let text = |what: &str| what.to_owned();
        let repeat = Repeat {
            prompt_id: text("p:2"),
            duplicate_of: text("p:1"),
            cosine: 0.97,
            problem: text("How many eggs?"),
            kept: text("How many eggs are there?"),
        };
        write_repeats(folder.path(), &[repeat]).expect("written");
        let mut rows = read::rows(&folder.path().join(REPEATS), None).expect("a whole file");
        let row = rows.next().expect("one row").expect("a row");
        assert_eq!((&row["duplicate_of"], &row["cosine"]), (&"p:1".into(), &0.97.into()));
        assert!(rows.next().is_none());
    }
}
