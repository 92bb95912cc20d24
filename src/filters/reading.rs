//! What filters read of a completion. In: a completion. Out: its prose and masks, its reasoning and solution, each
//! worked out when it is first asked for and shared by all filters that judge the completion.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::LazyLock;

use super::classes::{self, Block};
use super::lexicon::Words;
use super::mask::{self, Kind, Piece};
use super::phrases::Openings;
use super::{reflection, refusal};
use crate::format::think::{self, Malformed, Parts};
use crate::record::Completion;

/// A completion with what was found in its text so far.
pub struct Reading<'a> {
    /// The completion.
    pub completion: &'a Completion,
    /// Worked examples that the prompt showed before its problem.
    pub examples: &'a [&'a str],
    blocks: OnceCell<Vec<Block>>,
    pieces: OnceCell<Vec<Piece>>,
    prose: OnceCell<Vec<Prose>>,
    words: OnceCell<Words>,
    openings: OnceCell<Vec<u64>>,
    parts: OnceCell<Result<Parts<'a>, Malformed>>,
}

/// 64 bytes of a text; the first in the lowest bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prose {
    /// Prose.
    pub prose: u64,
    /// The first bytes of pieces that are none.
    pub others: u64,
}

impl<'a> Reading<'a> {
    /// Nothing is read yet.
    pub fn new(completion: &'a Completion) -> Self {
        Self::beside(completion, &[])
    }

    /// The same of an answer to a prompt that showed worked `examples`: their problems, chains and solutions.
    pub fn beside(completion: &'a Completion, examples: &'a [&'a str]) -> Self {
        Self {
            completion,
            examples,
            blocks: OnceCell::new(),
            pieces: OnceCell::new(),
            prose: OnceCell::new(),
            words: OnceCell::new(),
            openings: OnceCell::new(),
            parts: OnceCell::new(),
        }
    }

    /// The whole text.
    pub fn text(&self) -> &'a str {
        &self.completion.text
    }

    /// What kind each byte of the text is.
    pub fn blocks(&self) -> &[Block] {
        self.blocks.get_or_init(|| classes::classes(self.text()))
    }

    /// What of the text is prose, code, a formula.
    pub fn pieces(&self) -> &[Piece] {
        self.pieces.get_or_init(|| mask::pieces(self.text(), self.blocks()))
    }

    /// The pieces as bit maps, of as many blocks as the text has.
    pub fn prose(&self) -> &[Prose] {
        self.prose.get_or_init(|| {
            let mut maps = vec![Prose::default(); self.blocks().len()];
            for Piece { kind, range } in self.pieces() {
                if *kind != Kind::Prose {
                    maps[range.start / 64].others |= 1 << (range.start % 64);
                    continue;
                }
                for (block, map) in
                    maps.iter_mut().enumerate().take(range.end / 64 + 1).skip(range.start / 64)
                {
                    let from = range.start.saturating_sub(64 * block);
                    map.prose |= classes::between(from, range.end - 64 * block);
                }
            }
            maps
        })
    }

    /// The words of ASCII letters of the prose, with what their letters say.
    pub fn words(&self) -> &Words {
        self.words.get_or_init(|| Words::new(self.text().as_bytes(), self.blocks(), self.prose()))
    }

    /// Where words begin as the phrases of [`refusal`] and [`reflection`] do.
    pub fn openings(&self) -> &[u64] {
        static OPENINGS: LazyLock<Openings> =
            LazyLock::new(|| Openings::new(&[&refusal::PHRASES, &reflection::PHRASES]));
        self.openings.get_or_init(|| OPENINGS.find(self.text(), self.blocks()))
    }

    /// Where a part of the text stands in it, in bytes.
    pub fn place(&self, part: &str) -> Range<usize> {
        let start = part.as_ptr().addr() - self.text().as_ptr().addr();
        start..start + part.len()
    }

    /// Reasoning and solution.
    ///
    /// # Errors
    /// [`Malformed`] says what is wrong with the tags.
    pub fn parts(&self) -> Result<Parts<'a>, Malformed> {
        *self.parts.get_or_init(|| think::split(self.text()))
    }
}
