//! The names of rows: in come the ids as they are read, out comes the table of duplicates. Ids stay what
//! they are: numbers if all are. Where an id stands for several rows, columns with FILE:LINE tell which.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};
use xxhash_rust::xxh3::xxh3_64;

use super::Id;
use crate::error::{Error, Result};

/// A row that goes: its number, that of the row that stays, why, and their similarity.
pub type Gone = (u32, u32, &'static str, f64);

/// The ids of all rows, in one text.
#[derive(Debug, Default)]
pub struct Names {
    text: String,
    /// Where each id ends; an empty one is none.
    ends: Vec<usize>,
    seen: HashSet<u64>,
    /// Some id is not a number, or is missing.
    texts: bool,
    /// Some id occurs twice.
    repeated: bool,
}

impl Names {
    /// Adds the id of the next row.
    pub fn add(&mut self, id: Option<Id>) {
        let from = self.text.len();
        match id {
            Some(Id::Number(number)) => self.text.push_str(&number.to_string()),
            Some(Id::Text(text)) => {
                self.text.push_str(&text);
                self.texts = true;
            }
            None => self.texts = true,
        }
        self.ends.push(self.text.len());
        let id = &self.text[from..];
        if !id.is_empty() && !self.repeated {
            self.repeated = !self.seen.insert(xxh3_64(id.as_bytes()));
        }
        if self.repeated {
            self.seen = HashSet::new();
        }
    }

    fn id(&self, row: u32) -> &str {
        let row = row as usize;
        let from = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[from..self.ends[row]]
    }

    /// The table of duplicates; `place` gives a row's FILE:LINE.
    ///
    /// # Errors
    /// None but Arrow's.
    pub fn table(&self, duplicates: &[Gone], place: &dyn Fn(u32) -> String) -> Result<RecordBatch> {
        let name = |row: u32| match self.id(row) {
            "" => place(row),
            id => id.to_owned(),
        };
        let ids = |rows: &mut dyn Iterator<Item = u32>| -> ArrayRef {
            if self.texts {
                Arc::new(StringArray::from_iter_values(rows.map(name)))
            } else {
                Arc::new(rows.map(|row| self.id(row).parse::<i64>().ok()).collect::<Int64Array>())
            }
        };
        let gone = || duplicates.iter().map(|gone| gone.0);
        let kept = || duplicates.iter().map(|gone| gone.1);
        let mut columns: Vec<(&str, ArrayRef)> = vec![
            ("id", ids(&mut gone())),
            ("duplicate_of", ids(&mut kept())),
            ("kind", Arc::new(StringArray::from_iter_values(duplicates.iter().map(|gone| gone.2)))),
            ("jaccard", Arc::new(Float64Array::from_iter_values(duplicates.iter().map(|gone| gone.3)))),
        ];
        if self.repeated {
            columns.push(("place", Arc::new(StringArray::from_iter_values(gone().map(place)))));
            columns.push(("duplicate_of_place", Arc::new(StringArray::from_iter_values(kept().map(place)))));
        }
        let field = |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), false);
        let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        RecordBatch::try_new(Arc::new(schema), arrays)
            .map_err(|error| Error::failed("the duplicates are no table").caused_by(error))
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::DataType;

    use super::*;

    fn table(ids: Vec<Option<Id>>) -> String {
        let mut names = Names::default();
        ids.into_iter().for_each(|id| names.add(id));
        let gone = [(1, 0, "near", 0.9)];
        let table = names.table(&gone, &|row| format!("a.jsonl:{}", row + 1)).expect("a table");
        let cells = table.columns().iter().map(|column| {
            if column.data_type() == &DataType::Int64 {
                format!("{:?}", column.as_any().downcast_ref::<Int64Array>().expect("numbers").value(0))
            } else if let Some(texts) = column.as_any().downcast_ref::<StringArray>() {
                format!("{:?}", texts.value(0))
            } else {
                "0.9".to_owned()
            }
        });
        cells.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ids_table() {
        let (number, text) = (|n| Some(Id::Number(n)), |text: &str| Some(Id::Text(text.to_owned())));
        for (ids, expected) in [
            (vec![number(7), number(-8)], r#"-8 7 "near" 0.9"#),
            (vec![number(7), text("b")], r#""b" "7" "near" 0.9"#),
            (vec![None, text("b")], r#""b" "a.jsonl:1" "near" 0.9"#),
            (vec![text("a"), text("")], r#""a.jsonl:2" "a" "near" 0.9"#),
            (vec![number(7), number(7)], r#"7 7 "near" 0.9 "a.jsonl:2" "a.jsonl:1""#),
            (vec![None, None], r#""a.jsonl:2" "a.jsonl:1" "near" 0.9"#),
        ] {
            assert_eq!(table(ids.clone()), expected, "{ids:?}");
        }
    }
}
