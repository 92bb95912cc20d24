//! Prompt and completion as two chats: trainers that know the pair (TRL) take the loss on the
//! completion alone.

use super::{Layout, split_answer};
use crate::corpus::columns::{Cell, Column, Kind};
use crate::record::Example;

/// See the module.
pub struct PromptCompletion;

static COLUMNS: [Column; 2] = [
    Column::new("prompt", Kind::Messages, "the chat up to the answer"),
    Column::new("completion", Kind::Messages, "the answer, as a chat of one message"),
];

impl Layout for PromptCompletion {
    fn name(&self) -> &'static str {
        "prompt_completion"
    }

    fn about(&self) -> &'static str {
        "prompt and completion as chats, for a loss on the completion alone"
    }

    fn columns(&self) -> &'static [Column] {
        &COLUMNS
    }

    fn row<'a>(&self, example: &'a Example) -> Result<Option<Vec<Cell<'a>>>, String> {
        let (prompt, answer) = split_answer(&example.messages)?;
        Ok(Some(vec![Cell::messages(prompt), Cell::messages(std::slice::from_ref(answer))]))
    }
}
