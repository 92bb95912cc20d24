//! What filters read of a completion. In: a completion. Out: its prose and masks, its reasoning and solution, each
//! worked out when it is first asked for and shared by all filters that judge the completion.

use std::cell::OnceCell;

use super::mask::{self, Piece};
use crate::format::think::{self, Malformed, Parts};
use crate::record::Completion;

/// A completion with what was found in its text so far.
pub struct Reading<'a> {
    /// The completion.
    pub completion: &'a Completion,
    pieces: OnceCell<Vec<Piece>>,
    parts: OnceCell<Result<Parts<'a>, Malformed>>,
}

impl<'a> Reading<'a> {
    /// Nothing is read yet.
    pub fn new(completion: &'a Completion) -> Self {
        Self { completion, pieces: OnceCell::new(), parts: OnceCell::new() }
    }

    /// The whole text.
    pub fn text(&self) -> &'a str {
        &self.completion.text
    }

    /// What of the text is prose, code, a formula.
    pub fn pieces(&self) -> &[Piece] {
        self.pieces.get_or_init(|| mask::pieces(self.text()))
    }

    /// Reasoning and solution.
    ///
    /// # Errors
    /// [`Malformed`] says what is wrong with the tags.
    pub fn parts(&self) -> Result<Parts<'a>, Malformed> {
        *self.parts.get_or_init(|| think::split(self.text()))
    }
}
