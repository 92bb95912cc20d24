//! What repetition compares: words, and the sentences and lines that they make. In: a part of a text with its bit maps.
//! Out: its words with their hashes and where they stand. What a word is, `filters::words` says. One pass over the bit
//! maps, and character by character through what is not plain ASCII.

use std::ops::Range;

use crate::filters::classes::{self, Block};
use crate::filters::swar;
use crate::filters::wide::wide;
use crate::filters::words::stands_alone;

/// A word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Its hash. Sixteen bytes a word: the words of a long chain stay in the near caches.
    pub exact: u32,
    /// Its hash with each number in it replaced by the same; another one where it has a number.
    pub masked: u32,
    /// Where it stands, in bytes.
    pub start: u32,
    /// Where it ends, in bytes.
    pub end: u32,
}

impl Word {
    /// Its length in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        (self.end - self.start) as usize
    }
}

/// A sentence, or what of it stands on one line. It ends with a full stop, question or exclamation mark, those of
/// Chinese, Hindi and Arabic included, or with its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// The hash of its words.
    pub hash: u64,
    /// Bytes of its words.
    pub bytes: usize,
    /// It is the last of its line.
    pub ends_line: bool,
}

/// The words of a part of a text, and its sentences.
#[derive(Debug, Default)]
pub struct Words {
    /// In order.
    pub words: Vec<Word>,
    /// In order.
    pub sentences: Vec<Sentence>,
    /// One of them may have 64 bytes or more.
    pub any_long: bool,
    /// Hash and bytes of the sentence that is not at its end.
    open: (u64, usize),
}

const K: u64 = 0x9e37_79b9_7f4a_7c15;
const L: u64 = 0xc2b2_ae3d_27d4_eb4f;

/// The hash of `length` bytes at `start`. Two times eight at once, without a branch: most words have no more.
#[inline]
fn hashed(bytes: &[u8], start: usize, length: usize) -> u64 {
    let [first, second] = swar::load_two(bytes, start, length);
    // Neither factor is zero for ASCII, of which the constants are not.
    let hash = swar::folded(first ^ K, second ^ L ^ (length as u64) << 56);
    if length <= 16 { hash } else { longer(hash, &bytes[start..start + length]) }
}

#[cold]
#[inline(never)]
fn longer(mut hash: u64, word: &[u8]) -> u64 {
    for from in (16..word.len()).step_by(8) {
        hash = swar::folded(hash ^ swar::load(word, from), K);
    }
    hash
}

/// The hash with each run of digits replaced by one mark.
fn masked(bytes: &[u8], start: usize, length: usize) -> u64 {
    // Of longer words, so many bytes at a time are hashed: no word needs memory.
    const ROOM: usize = 64;
    let (first, kept) = swar::one_mark_a_number(swar::load(bytes, start), length.min(8), false);
    if length <= 8 {
        return swar::folded(first ^ K, L ^ (kept as u64) << 56);
    }
    let mut digit = bytes[start + 7].is_ascii_digit();
    if length <= 16 {
        let (second, more) = swar::one_mark_a_number(swar::load(bytes, start + 8), length - 8, digit);
        let both = u128::from(first) | u128::from(second) << (8 * kept);
        return swar::folded(both as u64 ^ K, (both >> 64) as u64 ^ L ^ ((kept + more) as u64) << 56);
    }
    let mut shorter = [0u8; ROOM + 8];
    shorter[..8].copy_from_slice(&first.to_le_bytes());
    let (mut filled, mut hash) = (kept, 0);
    for at in (8..length).step_by(8) {
        let count = (length - at).min(8);
        let (eight, kept) = swar::one_mark_a_number(swar::load(bytes, start + at), count, digit);
        digit = bytes[start + at + count - 1].is_ascii_digit();
        shorter[filled..filled + 8].copy_from_slice(&eight.to_le_bytes());
        filled += kept;
        if filled >= ROOM {
            hash = swar::folded(hash ^ hashed(&shorter, 0, ROOM), K);
            shorter.copy_within(ROOM.., 0);
            filled -= ROOM;
        }
    }
    hash ^ hashed(&shorter, 0, filled)
}

impl Words {
    /// Reads the part of `text` at `range`, whose classes are `blocks`; forgets what was read before.
    pub fn read(&mut self, text: &str, blocks: &[Block], range: Range<usize>) {
        let words = self;
        wide!(Words::read_blocks, words: &mut Words, text: &str, blocks: &[Block], range: Range<usize> => ());
    }

    #[inline(always)]
    fn read_blocks(&mut self, text: &str, blocks: &[Block], range: Range<usize>) {
        self.words.clear();
        self.sentences.clear();
        (self.open, self.any_long) = ((0, 0), false);
        let bytes = text.as_bytes();
        let (mut inside, mut done) = (0u64, range.start);
        // A line ended since the last word.
        let mut line_end = 0u64;
        for number in range.start / 64..range.end.div_ceil(64) {
            let within = |number: usize| {
                classes::between(
                    range.start.saturating_sub(64 * number),
                    range.end.saturating_sub(64 * number),
                )
            };
            let (now, next) = (&blocks[number], &blocks[number + 1]);
            let (here, behind) = (within(number), within(number + 1));
            let (solid, beyond) = (!now.white & here, !next.white & behind);
            let mut starts = solid & !(solid << 1 | inside);
            inside = solid >> 63;
            // A sum carries from each end of a line through the white space behind it to the word that follows.
            let (sum, carried) =
                (now.white & here).overflowing_add(now.newlines & here | line_end & now.white);
            let on_new_lines = sum & solid | line_end & solid;
            line_end = u64::from(carried);
            let any_odd = now.odd | next.odd != 0;
            while starts != 0 {
                let bit = starts.trailing_zeros();
                starts &= starts - 1;
                let start = 64 * number + bit as usize;
                if on_new_lines >> bit & 1 == 1 {
                    self.end_line();
                }
                // Words that reach beyond 64 bytes may end blocks later.
                if start < done {
                    continue;
                }
                let ahead = |now: u64, next: u64| now >> bit | next << 1 << (63 - bit);
                let length = ahead(solid, beyond).trailing_ones() as usize;
                if length == 64 {
                    self.any_long = true;
                    done = self.long(text, start..range.end);
                    continue;
                }
                done = start + length;
                let word = (1u64 << length) - 1;
                if any_odd && ahead(now.odd, next.odd) & word != 0 {
                    self.odd(text, start..done);
                    continue;
                }
                self.plain(bytes, start..done, ahead(now.digits, next.digits) & word != 0);
            }
        }
        self.end_line();
    }

    /// A word of ASCII.
    #[inline(always)]
    fn plain(&mut self, bytes: &[u8], range: Range<usize>, numbered: bool) {
        let stop = matches!(bytes[range.end - 1], b'.' | b'!' | b'?');
        self.add(bytes, range, numbered, stop);
    }

    /// A word of 64 bytes at least, or several that are not plain ASCII; where it ends.
    fn long(&mut self, text: &str, within: Range<usize>) -> usize {
        let bytes = &text.as_bytes()[within.clone()];
        let solid = |byte: &&u8| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let length = bytes.iter().take_while(solid).count();
        let (range, word) = (within.start..within.start + length, &bytes[..length]);
        if word.iter().any(|byte| !matches!(byte, b' '..=b'~')) {
            self.odd(text, range.clone());
        } else {
            self.plain(text.as_bytes(), range.clone(), word.iter().any(u8::is_ascii_digit));
        }
        range.end
    }

    // Inlined wherever it is used: there are two places, and one is all that this filter's time is spent in.
    #[inline(always)]
    fn add(&mut self, bytes: &[u8], range: Range<usize>, numbered: bool, stop: bool) {
        let hash = hashed(bytes, range.start, range.len());
        let (before, length) = self.open;
        self.open = (joined(before, hash), length + range.len());
        let exact = hash as u32;
        let masked = if numbered { masked(bytes, range.start, range.len()) as u32 } else { exact };
        self.words.push(Word { exact, masked, start: range.start as u32, end: range.end as u32 });
        if stop {
            self.end_sentence();
        }
    }

    #[inline]
    fn end_sentence(&mut self) {
        let (hash, bytes) = std::mem::take(&mut self.open);
        self.sentences.push(Sentence { hash, bytes, ends_line: false });
    }

    fn end_line(&mut self) {
        if self.open.1 > 0 {
            self.end_sentence();
        }
        if let Some(last) = self.sentences.last_mut() {
            last.ends_line = true;
        }
    }

    /// What stands between white space and is not plain ASCII: words are characters, or end at other white space.
    fn odd(&mut self, text: &str, range: Range<usize>) {
        let bytes = text.as_bytes();
        let mut at = range.start;
        while at < range.end {
            let start = at;
            let (mut digits, mut alone) = (false, false);
            while at < range.end {
                let Some(c) = text[at..].chars().next() else { break };
                if c.is_whitespace() {
                    break;
                }
                alone = stands_alone(c);
                if alone && at > start {
                    alone = false;
                    break;
                }
                digits |= c.is_ascii_digit();
                at += c.len_utf8();
                if alone {
                    break;
                }
            }
            if at == start {
                at += text[at..].chars().next().map_or(1, char::len_utf8);
                continue;
            }
            let stop = !alone && ends_sentence(&bytes[start..at]);
            self.add(bytes, start..at, digits, stop);
        }
    }
}

/// A hash of what hashes to `before` and what follows it.
#[inline]
pub fn joined(before: u64, next: u64) -> u64 {
    (before ^ next).wrapping_mul(L).rotate_left(31)
}

fn ends_sentence(word: &[u8]) -> bool {
    match word.last() {
        Some(b'.' | b'!' | b'?') => true,
        Some(0..0x80) | None => false,
        _ => ["。", "！", "？", "।", "؟"].iter().any(|mark| word.ends_with(mark.as_bytes())),
    }
}

/// The words of a whole text.
#[cfg(test)]
pub fn words(text: &str) -> Words {
    let mut words = Words::default();
    words.read(text, &classes::classes(text), 0..text.len());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_what_the_filters_call_words() {
        for text in [
            "",
            " \n\t",
            "a b  c\n",
            "3 + 4 = 7.",
            "x是 7",
            "カナ한글 naïve, Über",
            "\u{301}a \u{a0}b",
            "三。四 \u{3000}b",
            "a\u{b}b\u{c}c d\u{1}e",
        ] {
            let expected: Vec<&str> = crate::filters::words::words(text).collect();
            let words = words(text).words;
            let read: Vec<&str> =
                words.iter().map(|word| &text[word.start as usize..word.end as usize]).collect();
            assert_eq!(read, expected, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_alike_when_masked() {
        let read = words("n=17, n=8, n=a, n17=1").words;
        assert_eq!(read[0].masked, read[1].masked);
        assert!(read[0].exact != read[1].exact && read[0].masked != read[2].masked);
        assert_eq!(read[2].masked, read[2].exact);
        assert!(read[0].masked != read[0].exact);
    }

    #[test]
    fn ends_of_lines_and_sentences() {
        let read = words("a b.\nc? d\n\n三。四");
        let ends: Vec<(usize, bool)> = read.sentences.iter().map(|s| (s.bytes, s.ends_line)).collect();
        assert_eq!(ends, [(3, true), (2, false), (1, true), (6, false), (3, true)]);
        let far = format!("a b{}c", " ".repeat(200) + "\n");
        assert_eq!(words(&far).sentences.len(), 2);
        assert_eq!(words(&far.replace('\n', " ")).sentences.len(), 1);
    }

    proptest! {
        #[test]
        fn words_of_any_part(
            before in ".{0,70}", text in "([a-z0-9.]{1,12} |([a-z]|[0-9]{1,30}){1,40}|[a-z0-9]{60,70}|\n|[ \u{b}\u{3000}三é]|\\PC){0,40}", after in ".{0,9}",
        ) {
            let whole = format!("{before}{text}{after}");
            let (start, end) = (before.len(), before.len() + text.len());
            let mut read = Words::default();
            read.read(&whole, &classes::classes(&whole), start..end);
            let expected: Vec<&str> = crate::filters::words::words(&text).collect();
            let found: Vec<&str> =
                read.words.iter().map(|word| &whole[word.start as usize..word.end as usize]).collect();
            prop_assert_eq!(&found, &expected);
            let number = |text: &str| -> String {
                let mut masked: Vec<char> = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
                masked.dedup_by(|next, previous| *next == '0' && *previous == '0');
                masked.into_iter().collect()
            };
            for (one, text) in read.words.iter().zip(&expected) {
                prop_assert_eq!(one.masked != one.exact, text.contains(|c: char| c.is_ascii_digit()));
                for (other, beside) in read.words.iter().zip(&expected) {
                    prop_assert_eq!(one.exact == other.exact, text == beside, "{} {}", text, beside);
                    prop_assert_eq!(one.masked == other.masked, number(text) == number(beside), "{} {}", text, beside);
                }
            }
            let bytes: usize = read.sentences.iter().map(|sentence| sentence.bytes).sum();
            prop_assert_eq!(bytes, expected.iter().map(|word| word.len()).sum::<usize>());
        }
    }
}
