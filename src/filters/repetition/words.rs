//! What repetition compares: words. In: text. Out: its words with their hashes, where they stand, and whether a line or
//! a sentence ends behind them. What a word is, `filters::words` says. One pass.

use crate::filters::swar;
use crate::filters::words::stands_alone;

/// A word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Its hash.
    pub exact: u64,
    /// Its hash with each number in it replaced by the same.
    pub masked: u64,
    /// Where it stands, in bytes.
    pub start: u32,
    /// Where it ends, in bytes.
    pub end: u32,
    /// It has a number in it.
    pub numbered: bool,
    /// It is the last of its line.
    pub ends_line: bool,
    /// It is the last of its sentence, or of its line.
    pub ends_sentence: bool,
}

impl Word {
    /// Its length in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        (self.end - self.start) as usize
    }
}

const K: u64 = 0x9e37_79b9_7f4a_7c15;
const L: u64 = 0xc2b2_ae3d_27d4_eb4f;

#[inline]
fn mix(hash: u64, value: u64) -> u64 {
    let wide = u128::from(hash ^ value) * u128::from(K);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// The hash with each run of digits replaced by one mark. Where one run begins the word and little follows, which is
/// so for most, without a loop.
fn masked(bytes: &[u8]) -> u64 {
    let eight = swar::load(bytes, 0);
    let run = match swar::digits(eight) {
        8 => bytes.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        run => run,
    };
    let (rest, behind) = (bytes.len() - run, swar::load(bytes, run));
    if run > 0 && rest < 8 && !swar::has_digit(swar::keep(behind, rest)) {
        return mix(L ^ rest as u64, swar::keep(behind, rest));
    }
    let (mut hash, mut digit) = (K, false);
    for byte in bytes {
        let number = byte.is_ascii_digit();
        if !(number && digit) {
            let value = if number { 0x100 } else { u64::from(*byte) };
            hash = (hash ^ value).wrapping_mul(L).rotate_left(29);
        }
        digit = number;
    }
    hash
}

/// The words of a text.
pub fn words(text: &str) -> Vec<Word> {
    let bytes = text.as_bytes();
    let mut out: Vec<Word> = Vec::with_capacity(text.len() / 5);
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let (mut hash, mut digits, mut alone) = (L, false, false);
        loop {
            let eight = swar::load(bytes, at);
            let count = swar::printed(eight);
            if count > 0 {
                let kept = swar::keep(eight, count);
                hash = mix(hash, kept);
                digits |= swar::has_digit(kept);
                at += count;
                if count == 8 {
                    continue;
                }
            }
            let Some(byte) = bytes.get(at) else { break };
            if *byte < 0x80 {
                if matches!(byte, b' ' | 0x09..=0x0d) {
                    break;
                }
                // A control character is part of a word.
                hash = mix(hash, u64::from(*byte) | 1 << 32);
                at += 1;
                continue;
            }
            let Some(c) = text[at..].chars().next() else { break };
            if c.is_whitespace() {
                break;
            }
            alone = stands_alone(c);
            if alone && at > start {
                alone = false;
                break;
            }
            hash = mix(hash, u64::from(c as u32) | 1 << 40);
            at += c.len_utf8();
            if alone {
                break;
            }
        }
        if at > start {
            let word = &bytes[start..at];
            let exact = mix(hash, word.len() as u64);
            out.push(Word {
                exact,
                masked: if digits { masked(word) } else { exact },
                start: start as u32,
                end: at as u32,
                numbered: digits,
                ends_line: false,
                ends_sentence: !alone && ends_sentence(word),
            });
            at += usize::from(bytes.get(at) == Some(&b' '));
            continue;
        }
        // White space.
        if bytes[at] == b'\n'
            && let Some(last) = out.last_mut()
        {
            (last.ends_line, last.ends_sentence) = (true, true);
        }
        at += if bytes[at] < 0x80 { 1 } else { text[at..].chars().next().map_or(1, char::len_utf8) };
    }
    if let Some(last) = out.last_mut() {
        (last.ends_line, last.ends_sentence) = (true, true);
    }
    out
}

#[inline]
fn ends_sentence(word: &[u8]) -> bool {
    match word.last() {
        Some(b'.' | b'!' | b'?') => true,
        Some(0..0x80) | None => false,
        _ => ["。", "！", "？", "।", "؟"].iter().any(|mark| word.ends_with(mark.as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            let expected: Vec<&str> = crate::filters::words::words(text).collect();
            let read: Vec<&str> =
                words(text).iter().map(|word| &text[word.start as usize..word.end as usize]).collect();
            assert_eq!(read, expected, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_alike_when_masked() {
        let read = words("n=17, n=8, n=a, n17=1");
        assert_eq!(read[0].masked, read[1].masked);
        assert!(read[0].exact != read[1].exact && read[0].masked != read[2].masked);
        assert_eq!(read[2].masked, read[2].exact);
        assert!(read[0].numbered && !read[2].numbered);
    }

    #[test]
    fn ends_of_lines_and_sentences() {
        let read = words("a b.\nc? d\n\n三。四");
        let ends: Vec<(bool, bool)> = read.iter().map(|word| (word.ends_line, word.ends_sentence)).collect();
        let no = (false, false);
        assert_eq!(ends, [no, (true, true), (false, true), (true, true), no, (false, true), (true, true)]);
    }
}
