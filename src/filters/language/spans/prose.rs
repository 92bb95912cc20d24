//! The words of a text's prose, one after the other. In: pieces of prose with their bit maps. Out: each word, letter and
//! end of a paragraph to the finder. Never decides whose words they are.

use std::ops::Range;

use super::Finder;
use super::plain::ENGLISH;
use crate::filters::classes::{self, Block};
use crate::filters::language::script::{Script, script};
use crate::filters::lexicon::length;
use crate::filters::reading::{Prose, Reading};

impl Finder<'_> {
    /// Reads all prose, beside a target in Latin letters: by the bit maps, for most words are of ASCII letters.
    #[inline(always)]
    pub(super) fn read_latin(&mut self, reading: &Reading<'_>, own: usize) {
        let (blocks, prose, words) = (reading.blocks(), reading.prose(), reading.words());
        let mut done = 0usize;
        let mut pieces = Ends { prose, end: 0 };
        for (number, (now, next)) in blocks.iter().zip(&blocks[1..]).enumerate() {
            let (here, behind) = (prose[number].prose, prose[number + 1].prose);
            let (letters, more) = (now.letters & here, next.letters & behind);
            let odd = now.odd & here;
            let starts = words.starts(number);
            let paragraphs = now.newlines & here & (now.newlines >> 1 | next.newlines << 63);
            let mut events = starts.map | odd | paragraphs;
            let entries = words.entries(starts);
            let mut entry = 0;
            let simple = own == ENGLISH && 64 * number >= done && odd | joined(now, next, here, behind) == 0;
            while events != 0 {
                if simple && self.is_quiet() {
                    // Most words of most texts say nothing: what comes next that does?
                    let telling = (starts.telling & events).trailing_zeros() as usize;
                    let skipped = (events & starts.map & classes::between(0, telling)).count_ones();
                    self.found.words += skipped;
                    entry += skipped as usize;
                    events &= !classes::between(0, telling);
                    if events == 0 {
                        break;
                    }
                }
                let bit = events.trailing_zeros();
                events &= events - 1;
                let at = 64 * number + bit as usize;
                if starts.map >> bit & 1 == 0 {
                    if paragraphs >> bit & 1 == 1 {
                        self.paragraph();
                    } else if at >= done {
                        done = self.odd(at, pieces.end(at));
                    }
                    continue;
                }
                let said = entries[entry];
                entry += 1;
                if at < done {
                    continue;
                }
                let length = length(letters, more, bit);
                done = at + length;
                let beside = self.bytes.get(done).copied().unwrap_or(b' ');
                if length < 64 && beside < 0x80 && beside != b'\'' && !beside.is_ascii_alphabetic() {
                    if length >= 2 {
                        self.plain_word(at..done, said, own);
                    }
                } else {
                    done = self.word(at, pieces.end(at), Script::Latin);
                }
            }
        }
    }

    /// Reads the character at `at`, which is not plain ASCII, or the word that begins with it; where that ends. The piece
    /// of prose ends at `end`.
    fn odd(&mut self, at: usize, end: usize) -> usize {
        let Some(c) = self.text[at..].chars().next() else { return at + 1 };
        match script(c) {
            Some(dense) if dense.is_dense() => self.letter(at, c, dense),
            Some(script) => return self.word(at, end, script),
            None => {}
        }
        at + c.len_utf8()
    }

    /// Reads a piece of prose.
    pub(super) fn read(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let byte = self.bytes[at];
            if byte.is_ascii_alphabetic() {
                at = self.word(at, range.end, Script::Latin);
            } else if byte < 0x80 {
                if byte == b'\n' && self.bytes.get(at + 1) == Some(&b'\n') {
                    self.paragraph();
                }
                at += 1;
            } else {
                let Some(c) = self.text[at..].chars().next() else { return };
                match script(c) {
                    None => at += c.len_utf8(),
                    Some(dense) if dense.is_dense() => {
                        self.letter(at, c, dense);
                        at += c.len_utf8();
                    }
                    Some(script) => at = self.word(at, range.end, script),
                }
            }
        }
    }
}

/// What in a block, or behind the word that it ends with, makes more than a word of ASCII letters of one: an apostrophe
/// behind it, another letter or mark. Prose is what is `here` in the block and `behind` in the next one.
#[inline]
fn joined(now: &Block, next: &Block, here: u64, behind: u64) -> u64 {
    let joins = |block: &Block, prose: u64| block.apostrophes | block.odd | block.letters & !prose;
    let (letters, more) = (now.letters & here, next.letters & behind);
    let ends = letters & !(letters >> 1 | more << 63);
    let first_behind = !more & more.wrapping_add(1);
    let across = if letters >> 63 == 1 { first_behind & joins(next, behind) } else { 0 };
    ends << 1 & joins(now, here) | across
}

/// Where pieces of prose end, for places one behind the other: each piece is looked through once.
struct Ends<'a> {
    prose: &'a [Prose],
    end: usize,
}

impl Ends<'_> {
    /// Where the piece ends that holds `at`.
    fn end(&mut self, at: usize) -> usize {
        if at >= self.end {
            let mut block = at / 64;
            let mut others = !self.prose[block].prose & !classes::between(0, at % 64);
            while others == 0 && block + 1 < self.prose.len() {
                block += 1;
                others = !self.prose[block].prose;
            }
            self.end = 64 * block + others.trailing_zeros() as usize;
        }
        self.end
    }
}
