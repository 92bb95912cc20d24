//! Finds fixed phrases in a text, all at once. In: phrases in lower case, text. Out: where each stands as whole words.
//! Case of ASCII letters and of a phrase's first letter does not count, nor which apostrophe is written. Linear in the
//! text: an automaton reads on from the beginnings of words whose first three bytes begin a phrase.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind};

use super::swar;

/// A set of phrases, each with the number that it was given.
pub struct Phrases {
    automaton: AhoCorasick,
    numbers: Vec<u32>,
    /// One bit per hash of three bytes: some phrase begins so.
    begins: Box<[u64; GATE / 64]>,
}

/// Bits of the gate.
const GATE: usize = 1 << 15;

/// The bit of three bytes, the first in the lowest place, whatever the case of ASCII letters.
#[inline]
fn bit(bytes: u64) -> usize {
    // All of 0x20 to 0x7f that differ by 0x20 alone are taken for one.
    let three = (bytes | 0x20_2020) & 0xff_ffff;
    (three.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - 15)) as usize
}

impl Phrases {
    /// From `(number, phrase)`.
    pub fn new<'a>(phrases: impl IntoIterator<Item = (u32, &'a str)>) -> Self {
        let (mut written, mut numbers) = (Vec::new(), Vec::new());
        for (number, phrase) in phrases {
            let mut ways = vec![phrase.to_owned()];
            let mut rest = phrase.chars();
            if let Some(first) = rest.next().filter(|first| !first.is_ascii()) {
                ways.push(first.to_uppercase().chain(rest).collect());
            }
            for way in ways {
                if way.contains('\'') {
                    written.push(way.replace('\'', "’"));
                    numbers.push(number);
                }
                written.push(way);
                numbers.push(number);
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::DFA))
            .start_kind(StartKind::Anchored)
            .build(&written)
            .expect("a few hundred phrases make an automaton");
        let mut begins = Box::new([0; GATE / 64]);
        for phrase in &written {
            debug_assert!(phrase.starts_with(char::is_alphabetic), "{phrase}: only words begin phrases");
            let at = bit(swar::load(phrase.as_bytes(), 0));
            begins[at / 64] |= 1 << (at % 64);
        }
        Self { automaton, numbers, begins }
    }

    /// The phrases of `text` as whole words, in order: number, start and end in bytes.
    pub fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (u32, usize, usize)> + 'a {
        let bytes = text.as_bytes();
        let (mut block, mut starts, mut done) = (0usize, 0u64, 0usize);
        std::iter::from_fn(move || {
            loop {
                while starts == 0 {
                    if block >= bytes.len() {
                        return None;
                    }
                    let before = block.checked_sub(1).map_or(b' ', |before| bytes[before]);
                    starts = swar::words_start(swar::load(bytes, block), before);
                    block += 8;
                }
                let at = block - 8 + starts.trailing_zeros() as usize / 8;
                starts &= starts - 1;
                let bit = bit(swar::load(bytes, at));
                if at < done || self.begins[bit / 64] >> (bit % 64) & 1 == 0 {
                    continue;
                }
                let input = Input::new(text).range(at..).anchored(Anchored::Yes);
                let Some(found) = self.automaton.find(input) else { continue };
                if stands(text, at, found.end()) {
                    done = found.end();
                    return Some((self.numbers[found.pattern().as_usize()], at, done));
                }
            }
        })
    }
}

/// True if what stands between `start` and `end` does not begin or end within a word. Scripts without spaces have no
/// words to be within.
fn stands(text: &str, start: usize, end: usize) -> bool {
    let letter = |c: char| {
        c.is_alphanumeric()
            && !matches!(c, '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
    };
    let (found, before, after) =
        (&text[start..end], text[..start].chars().next_back(), text[end..].chars().next());
    let begins = found.chars().next().is_some_and(letter) && before.is_some_and(letter);
    let ends = found.chars().next_back().is_some_and(letter) && after.is_some_and(letter);
    !begins && !ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_table() {
        let phrases = Phrases::new([(1, "i can't"), (2, "wait,"), (3, "warte"), (3, "подожди"), (4, "等等")]);
        let numbers = |text| phrases.find(text).map(|found| found.0).collect::<Vec<_>>();
        for (text, expected) in [
            ("", &[][..]),
            ("I can't. I CAN’T.", &[1, 1]),
            ("Hi can't", &[]),
            ("Await, wait, Wait,x", &[2, 2]),
            ("Warten, warte.", &[3]),
            ("Подожди, подождите", &[3]),
            ("不对，等等，我们", &[4]),
        ] {
            assert_eq!(numbers(text), expected, "{text:?}");
        }
    }
}
