//! A right and a wrong answer to the same problem, for preference training (DPO and its kin). Only
//! examples that come with a failed sample have a row.

use super::{Layout, split_answer};
use crate::corpus::columns::{Cell, Column, Kind};
use crate::record::{Example, Role};

/// See the module.
pub struct Preference;

static COLUMNS: [Column; 3] = [
    Column::new("prompt", Kind::Messages, "the chat up to the answer"),
    Column::new("chosen", Kind::Messages, "an answer that every verifier passed, as a chat of one message"),
    Column::new("rejected", Kind::Messages, "an answer that a verifier failed, as a chat of one message"),
];

impl Layout for Preference {
    fn name(&self) -> &'static str {
        "preference"
    }

    fn about(&self) -> &'static str {
        "a verified and a failed answer to the same problem, where there is a failed one"
    }

    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn row<'a>(&self, example: &'a Example) -> Result<Option<Vec<Cell<'a>>>, String> {
        let Some(rejected) = &example.rejected else { return Ok(None) };
        let (prompt, answer) = split_answer(&example.messages)?;
        Ok(Some(vec![
            Cell::messages(prompt),
            Cell::messages(std::slice::from_ref(answer)),
            Cell::Messages(vec![(Role::Assistant, rejected)]),
        ]))
    }
}
