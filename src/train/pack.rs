//! Packs examples into rows.
//!
//! In: a stream of examples. Out: batches of `rows` times `context` tokens, whole examples one after
//! another by first fit, and for each batch where the stream then stands, so that a run resumed there
//! gets the same batches. An example longer than a row is dropped and counted, never cut.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::{ChatTemplate, Tokenizer};
use crate::train::data::{Chat, Stream};
use crate::train::options::TooLong;

/// Segment of padding tokens; each would see only itself and its like, and none is a target.
const PADDING: u32 = u32::MAX;

/// Examples made ready at once, in parallel.
const CHUNK: u64 = 512;

/// At least so many examples, or one a row, fit nowhere before a batch is closed; they open the next.
const HELD: usize = 16;

/// An example as tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The chat, the end-of-sequence token included.
    pub ids: Vec<u32>,
    /// Tokens before the answer.
    pub prompt: usize,
}

/// Turns chats into tokens.
pub struct Encoder<'a> {
    /// Encodes text.
    pub tokenizer: &'a Tokenizer,
    /// Lays out the prompt.
    pub template: &'a ChatTemplate,
}

impl Encoder<'_> {
    /// The tokens of a chat: the prompt as an engine would render it, the answer, and the token that
    /// ends it. Of plain text: the text and that token.
    ///
    /// # Errors
    /// When the template refuses the chat.
    pub fn encode(&self, chat: &Chat) -> Result<Example> {
        let mut ids = match chat.prompt.as_slice() {
            [] => Vec::new(),
            prompt => self.template.encode(self.tokenizer, prompt, true)?,
        };
        let prompt = ids.len();
        ids.extend(self.tokenizer.encode_text(&chat.answer)?);
        ids.extend(self.tokenizer.eos_ids().first());
        Ok(Example { ids, prompt })
    }
}

/// One batch, on the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// `rows * context` token ids.
    pub ids: Vec<u32>,
    /// Each token's position in its example.
    pub positions: Vec<u32>,
    /// Each token's example, numbered per row.
    pub segments: Vec<u32>,
    /// Places whose next token is to be predicted, ascending, and that token.
    pub targets: Vec<(u32, u32)>,
    /// Tokens that are not padding.
    pub tokens: u64,
    /// Where the stream stands after this batch.
    pub cursor: Cursor,
}

/// A place in a stage's stream of examples.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The next example that was not looked at.
    pub next: u64,
    /// Examples that were looked at and await the next batch.
    pub held: Vec<u64>,
    /// Examples dropped so far because they are longer than a row.
    pub too_long: u64,
}

/// Rows being filled.
struct Rows {
    context: usize,
    mask_prompt: bool,
    rows: Vec<Vec<Example>>,
    room: Vec<usize>,
}

impl Rows {
    fn new(rows: usize, context: usize, mask_prompt: bool) -> Self {
        Self { context, mask_prompt, rows: vec![Vec::new(); rows], room: vec![context; rows] }
    }

    /// Puts the example into the first row with room.
    fn add(&mut self, example: Example) -> Result<(), Example> {
        match self.room.iter().position(|&room| room >= example.ids.len()) {
            Some(row) => {
                self.room[row] -= example.ids.len();
                self.rows[row].push(example);
                Ok(())
            }
            None => Err(example),
        }
    }

    fn batch(self, cursor: Cursor) -> Batch {
        let n = self.rows.len() * self.context;
        let mut batch = Batch {
            ids: Vec::with_capacity(n),
            positions: Vec::with_capacity(n),
            segments: Vec::with_capacity(n),
            targets: Vec::new(),
            tokens: 0,
            cursor,
        };
        for (r, row) in self.rows.iter().enumerate() {
            for (segment, example) in row.iter().enumerate() {
                let first = if self.mask_prompt { example.prompt.max(1) } else { 1 };
                let start = batch.ids.len();
                for (i, &id) in example.ids.iter().enumerate().skip(first) {
                    batch.targets.push(((start + i - 1) as u32, id));
                }
                batch.ids.extend_from_slice(&example.ids);
                batch.positions.extend(0..example.ids.len() as u32);
                batch.segments.extend(std::iter::repeat_n(segment as u32, example.ids.len()));
                batch.tokens += example.ids.len() as u64;
            }
            batch.ids.resize((r + 1) * self.context, 0);
            batch.positions.resize((r + 1) * self.context, 0);
            batch.segments.resize((r + 1) * self.context, PADDING);
        }
        batch
    }
}

/// Makes batches of a stage, one after another.
pub struct Packer<'a> {
    /// The examples.
    pub stream: &'a Stream,
    /// Their tokens.
    pub encoder: &'a Encoder<'a>,
    /// Rows of a batch.
    pub rows: usize,
    /// Tokens of a row.
    pub context: usize,
    /// Only answers are targets.
    pub mask_prompt: bool,
    /// What becomes of an example longer than a row.
    pub too_long: TooLong,
    /// Where the stream stands.
    pub cursor: Cursor,
    ready: std::collections::VecDeque<Result<Example>>,
}

impl<'a> Packer<'a> {
    /// A packer that goes on at `cursor`.
    pub fn new(
        stream: &'a Stream,
        encoder: &'a Encoder<'a>,
        (rows, context): (usize, usize),
        (mask_prompt, too_long): (bool, TooLong),
        cursor: Cursor,
    ) -> Self {
        Self { stream, encoder, rows, context, mask_prompt, too_long, cursor, ready: Default::default() }
    }

    /// The next batch.
    ///
    /// # Errors
    /// When the template refuses a chat, an example is longer than a row and not to be left out, or no
    /// example of thousands fits a row.
    pub fn pack(&mut self) -> Result<Batch> {
        let mut rows = Rows::new(self.rows, self.context, self.mask_prompt);
        let mut held = Vec::new();
        let waiting = std::mem::take(&mut self.cursor.held);
        let encode = |&index: &u64| self.encoder.encode(&self.stream.example(index));
        let encoded: Vec<_> = waiting.par_iter().map(encode).collect();
        for (index, example) in waiting.into_iter().zip(encoded) {
            if rows.add(example?).is_err() {
                held.push(index);
            }
        }
        let mut dropped = 0u64;
        while held.len() < HELD.max(self.rows) {
            if self.ready.is_empty() {
                let (from, stream, encoder) = (self.cursor.next, self.stream, self.encoder);
                let made: Vec<_> = (from..from + CHUNK)
                    .into_par_iter()
                    .map(|i| encoder.encode(&stream.example(i)))
                    .collect();
                self.ready.extend(made);
            }
            let Some(example) = self.ready.pop_front() else { break };
            let (index, example) = (self.cursor.next, example?);
            self.cursor.next += 1;
            if example.ids.len() > self.context {
                if self.too_long == TooLong::Error {
                    return Err(Error::config(format!(
                        "{} has {} tokens, more than the context of {}",
                        self.stream.example(index).origin,
                        example.ids.len(),
                        self.context
                    ))
                    .help(
                        "raise `context` of the stage, or leave such examples out with too_long = \"skip\"",
                    ));
                }
                self.cursor.too_long += 1;
                dropped += 1;
                if dropped > 10_000 && dropped * 2 > self.cursor.next {
                    return Err(Error::config(format!(
                        "most examples are longer than the context of {} tokens",
                        self.context
                    ))
                    .help("raise `context` of the stage, or take easier problems"));
                }
            } else if rows.add(example).is_err() {
                held.push(index);
            }
        }
        self.cursor.held = held;
        Ok(rows.batch(self.cursor.clone()))
    }
}

/// Packs all of `examples` into as many batches as they need; too long ones are left out.
pub fn pack_all(examples: Vec<Example>, rows: usize, context: usize, mask_prompt: bool) -> Vec<Batch> {
    let mut batches = Vec::new();
    let mut open = Rows::new(rows, context, mask_prompt);
    for example in examples.into_iter().filter(|e| e.ids.len() <= context) {
        if let Err(example) = open.add(example) {
            let full = std::mem::replace(&mut open, Rows::new(rows, context, mask_prompt));
            batches.push(full.batch(Cursor::default()));
            // It fits an empty row: longer ones were left out.
            let _ = open.add(example);
        }
    }
    batches.push(open.batch(Cursor::default()));
    batches.retain(|batch| !batch.targets.is_empty());
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_example_is_packed_once_and_whole(
            sizes in proptest::collection::vec((1usize..12, 0usize..12), 1..60),
            rows in 1usize..5,
        ) {
            let context = 10;
            let examples: Vec<Example> = sizes
                .iter()
                .enumerate()
                .map(|(i, &(len, prompt))| Example { ids: vec![i as u32 + 1; len], prompt: prompt.min(len) })
                .collect();
            let mut batches = pack_all(examples.clone(), rows, context, false);
            // Batches without targets are left out: only one-token examples can be missing.
            let mut seen = vec![0usize; examples.len() + 1];
            for batch in &mut batches {
                prop_assert_eq!(batch.ids.len(), rows * context);
                for (&id, &segment) in batch.ids.iter().zip(&batch.segments) {
                    if segment != PADDING {
                        seen[id as usize] += 1;
                    }
                }
                for &(at, id) in &batch.targets {
                    prop_assert_eq!(batch.ids[at as usize], id);
                    prop_assert_eq!(batch.ids[at as usize + 1], id);
                    prop_assert_eq!(batch.positions[at as usize] + 1, batch.positions[at as usize + 1]);
                }
            }
            for (i, example) in examples.iter().enumerate() {
                let n = example.ids.len();
                let expected = if n > context { 0 } else { n };
                prop_assert!(seen[i + 1] == expected || n == 1, "example {} of {}: {}", i, n, seen[i + 1]);
            }
        }
    }

    #[test]
    fn the_prompt_is_not_a_target() {
        let examples = vec![Example { ids: vec![5, 6, 7, 8], prompt: 2 }];
        let masked = &pack_all(examples.clone(), 1, 6, true)[0];
        assert_eq!(masked.targets, [(1, 7), (2, 8)]);
        assert_eq!(masked.ids, [5, 6, 7, 8, 0, 0]);
        assert_eq!(masked.segments[3..], [0, PADDING, PADDING]);
        assert_eq!(pack_all(examples, 1, 6, false)[0].targets, [(0, 6), (1, 7), (2, 8)]);
    }
}
