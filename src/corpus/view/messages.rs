//! The default view: the chat, and every column that describes the example. From a row alone the
//! answer can be verified again.

use super::{Layout, tests};
use crate::corpus::columns::{Cell, Column, Kind};
use crate::record::Example;

/// See the module.
pub struct Messages;

static COLUMNS: [Column; 15] = [
    Column::new("uuid", Kind::Text, "name-based id of the row: the same run gives the same ids"),
    Column::new("messages", Kind::Messages, "the chat to train on; the answer begins with its think block"),
    Column::new("problem", Kind::Text, "the problem as asked"),
    Column::new("reasoning", Kind::Text, "the text between the think tags"),
    Column::new("solution", Kind::Text, "the text after the think block"),
    Column::nullable("answer", Kind::Text, "the reference answer"),
    Column::new("source", Kind::Label, "where the problem comes from"),
    Column::new("domain", Kind::Label, "`math`, `logic`, `code`, …"),
    Column::nullable(
        "num_tokens",
        Kind::Integer,
        "tokens of the completion, by the writing model's tokenizer; like the next four, null where a row was \
         added from another dataset that does not say it",
    ),
    Column::nullable(
        "pass_rate",
        Kind::Float,
        "passed samples of the problem over decided ones (passed, failed or dropped by a filter)",
    ),
    Column::nullable("model", Kind::Label, "the model that wrote it"),
    Column::nullable("seed", Kind::Seed, "seed of the sample's random stream"),
    Column::nullable("sample_index", Kind::Integer, "which of the problem's samples it is, from 0"),
    Column::nullable("entry_point", Kind::Label, "the function that the unit tests call"),
    Column::nullable(
        "tests",
        Kind::Text,
        "unit tests as a JSON list, e.g. `[{\"call\": {\"args\": [1], \"expected\": 2}}]`",
    ),
];

impl Layout for Messages {
    fn name(&self) -> &'static str {
        "messages"
    }

    fn folder(&self) -> &'static str {
        "data"
    }

    fn about(&self) -> &'static str {
        "the chat with every column that describes it"
    }

    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn row<'a>(&self, example: &'a Example) -> Result<Option<Vec<Cell<'a>>>, String> {
        let prompt = &*example.prompt;
        Ok(Some(vec![
            example.uuid.as_str().into(),
            Cell::messages(&example.messages),
            prompt.problem.as_str().into(),
            example.reasoning.as_str().into(),
            example.solution.as_str().into(),
            Cell::optional(prompt.answer.as_deref()),
            prompt.source.as_str().into(),
            prompt.domain.as_str().into(),
            Cell::count(example.num_tokens),
            example.pass_rate.map_or(Cell::Null, Cell::Float),
            Cell::optional(example.model.as_deref()),
            example.seed.map_or(Cell::Null, Cell::Seed),
            Cell::count(example.sample_index),
            Cell::optional(prompt.entry_point.as_deref()),
            tests(prompt),
        ]))
    }
}
