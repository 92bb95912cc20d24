//! The words of a text's prose, one after the other. In: pieces of prose with their bit maps. Out: each word, letter and
//! end of a paragraph to the finder. Never decides whose words they are.

use std::ops::Range;

use super::Finder;
use crate::filters::classes;
use crate::filters::language::identify::ascii_key;
use crate::filters::language::script::{Script, script};
use crate::filters::reading::{Prose, Reading};

impl Finder<'_> {
    /// Reads all prose, beside a target in Latin letters: by the bit maps, for most words are of ASCII letters.
    pub(super) fn read_latin(&mut self, reading: &Reading<'_>, own: usize) {
        let (blocks, prose) = (reading.blocks(), reading.prose());
        let (mut inside, mut done) = (0u64, 0usize);
        let mut pieces = Ends { prose, end: 0 };
        for (number, (now, next)) in blocks.iter().zip(&blocks[1..]).enumerate() {
            let (here, behind) = (prose[number].prose, prose[number + 1].prose);
            let (letters, more) = (now.letters & here, next.letters & behind);
            let odd = now.odd & here;
            // One letter is a symbol, unless others than of ASCII follow.
            let follow = (letters | odd) >> 1 | (more | next.odd & behind) << 63;
            let starts = letters & !(letters << 1 | inside) & follow;
            inside = letters >> 63;
            let paragraphs = now.newlines & here & (now.newlines >> 1 | next.newlines << 63);
            // Asked about all words of the block before any is read, so that what is not in a near cache is waited for
            // once.
            let (mut keys, mut words, mut little, mut far) = ([0u64; 32], 0, 0u64, 0u32);
            let mut rest = starts;
            while rest != 0 {
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                let at = 64 * number + bit as usize;
                // No more than 32 words begin among 64 bytes.
                let key = ascii_key(self.bytes, at..at + length(letters, more, bit));
                let near = self.known.is_near(key, (false, own));
                keys[words % 32] = key;
                little |= u64::from(near) << words;
                far |= u32::from(!near) << (words % 32);
                words += 1;
            }
            while far != 0 {
                let word = far.trailing_zeros();
                far &= far - 1;
                little |= u64::from(self.known.says_little(keys[word as usize], (false, own))) << word;
            }
            let mut keys = keys.into_iter().enumerate();
            let mut events = starts | odd | paragraphs;
            while events != 0 {
                let bit = events.trailing_zeros();
                events &= events - 1;
                let at = 64 * number + bit as usize;
                if starts >> bit & 1 == 0 {
                    if paragraphs >> bit & 1 == 1 {
                        self.paragraph();
                    } else if at >= done {
                        done = self.odd(at, pieces.end(at));
                    }
                    continue;
                }
                let (word, key) = keys.next().unwrap_or_default();
                if at < done {
                    continue;
                }
                let length = length(letters, more, bit);
                done = at + length;
                let beside = self.bytes.get(done).copied().unwrap_or(b' ');
                if length < 64 && beside < 0x80 && beside != b'\'' && !beside.is_ascii_alphabetic() {
                    if length >= 2 {
                        self.plain_word(at..done, key, little >> word & 1 == 1, own);
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

/// How many letters there are from `bit` on, `more` being those of the next block.
#[inline]
fn length(letters: u64, more: u64, bit: u32) -> usize {
    (letters >> bit | more << 1 << (63 - bit)).trailing_ones() as usize
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
