//! Views: what an example becomes for a kind of training job. A view is one file: its columns, and the
//! row an example makes. It never touches a disk.
//!
//! A new view is one file, one variant of [`View`](super::View) and one arm of `View::layout`.

pub mod examples;
pub mod messages;
pub mod preference;
pub mod prompt_completion;

use super::columns::{Cell, Column};
use crate::record::{Example, Message, Prompt, Role};

/// How a view lays out an example.
pub trait Layout: Sync {
    /// The view's name in the config and on the card.
    fn name(&self) -> &'static str;

    /// Its folder in the corpus.
    fn folder(&self) -> &'static str {
        self.name()
    }

    /// One sentence for the card: what it is for.
    fn about(&self) -> &'static str;

    /// Its columns, in order.
    fn columns(&self) -> &'static [Column];

    /// The example's row, a cell for each column; `None` if this view has no row for it.
    ///
    /// # Errors
    /// A sentence that says why the example is not one.
    fn row<'a>(&self, example: &'a Example) -> Result<Option<Vec<Cell<'a>>>, String>;
}

/// A chat split before its last message, which must be the assistant's.
fn split_answer(messages: &[Message]) -> Result<(&[Message], &Message), String> {
    match messages.split_last() {
        Some((answer, prompt)) if answer.role == Role::Assistant => Ok((prompt, answer)),
        _ => Err("its last message is not the assistant's".to_owned()),
    }
}

/// A prompt's unit tests as JSON; null without any.
pub(super) fn tests(prompt: &Prompt) -> Cell<'static> {
    if prompt.tests.is_empty() {
        return Cell::Null;
    }
    serde_json::to_string(&prompt.tests).map_or(Cell::Null, Cell::from)
}
