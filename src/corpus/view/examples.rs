//! Problem, reasoning and solution as plain columns: the form in which cold-start examples are kept, so
//! a corpus can be the next run's few-shot source or training set.

use super::{Layout, tests};
use crate::corpus::columns::{Cell, Column, Kind};
use crate::record::Example;

/// See the module.
pub struct Examples;

static COLUMNS: [Column; 9] = [
    Column::new("problem", Kind::Text, "the problem as asked"),
    Column::new("reasoning", Kind::Text, "how the answer is found"),
    Column::new("solution", Kind::Text, "the answer as given to the asker"),
    Column::nullable("answer", Kind::Text, "the reference answer"),
    Column::nullable("tests", Kind::Text, "unit tests as a JSON list"),
    Column::nullable("entry_point", Kind::Label, "the function that the unit tests call"),
    Column::new("domain", Kind::Label, "`math`, `logic`, `code`, …"),
    Column::new("source", Kind::Label, "where the problem comes from"),
    Column::new("id", Kind::Text, "the problem's id"),
];

impl Layout for Examples {
    fn name(&self) -> &'static str {
        "examples"
    }

    fn about(&self) -> &'static str {
        "problem, reasoning and solution as plain columns, as cold-start examples are kept"
    }

    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn row<'a>(&self, example: &'a Example) -> Result<Option<Vec<Cell<'a>>>, String> {
        let prompt = &*example.prompt;
        Ok(Some(vec![
            prompt.problem.as_str().into(),
            example.reasoning.as_str().into(),
            example.solution.as_str().into(),
            Cell::optional(prompt.answer.as_deref()),
            tests(prompt),
            Cell::optional(prompt.entry_point.as_deref()),
            prompt.domain.as_str().into(),
            prompt.source.as_str().into(),
            prompt.id.as_str().into(),
        ]))
    }
}
