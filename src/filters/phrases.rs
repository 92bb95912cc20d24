//! Finds fixed phrases in a text, all at once. In: phrases in lower case, text. Out: where each stands as whole words.
//! Case of ASCII letters and of a phrase's first letter does not count, nor which apostrophe is written. Linear in the
//! text: an automaton reads on from the beginnings of words whose first bytes begin a phrase.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind};

use super::classes::Block;
use super::swar;
use super::wide::wide;

/// A set of phrases, each with the number that it was given.
pub struct Phrases {
    automaton: AhoCorasick,
    numbers: Vec<u32>,
    /// Some phrase begins with the first of these bytes: three of those that have fewer than [`FEW`] …
    short: Gate,
    /// … and so many of the others.
    begin: Gate,
    /// Of the others, those of fewer than [`MANY`] bytes begin so …
    middle: Gate,
    /// … and the longer ones with so many.
    long: Gate,
}

/// One bit per hash.
type Gate = Box<[u64; 1 << (GATE_BITS - 6)]>;
const GATE_BITS: u32 = 13;

/// Bytes that tell most words from the beginnings of phrases: "halt,", but not "half".
const FEW: usize = 5;

/// Bytes that tell most phrases from others that begin so: "that is wrong", but not "that the".
const MANY: usize = 8;

/// The bit of the first `count` bytes, the first in the lowest place, whatever the case of ASCII letters.
#[inline]
fn bit(bytes: u64, count: usize) -> usize {
    // All of 0x20 to 0x7f that differ by 0x20 alone are taken for one.
    let first = swar::keep(bytes | 0x2020_2020_2020_2020, count);
    (first.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - GATE_BITS)) as usize
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
        let gate = || Box::new([0; 1 << (GATE_BITS - 6)]);
        let [mut short, mut begin, mut middle, mut long] = [gate(), gate(), gate(), gate()];
        let set = |gate: &mut Gate, phrase: &str, count| {
            let at = bit(swar::load(phrase.as_bytes(), 0), count);
            gate[at / 64] |= 1 << (at % 64);
        };
        for phrase in &written {
            debug_assert!(phrase.starts_with(char::is_alphabetic), "{phrase}: only words begin phrases");
            debug_assert!(phrase.len() >= 3, "{phrase}: three bytes are looked at");
            if phrase.len() < FEW {
                set(&mut short, phrase, 3);
                continue;
            }
            set(&mut begin, phrase, FEW);
            if phrase.len() < MANY {
                set(&mut middle, phrase, FEW);
            } else {
                set(&mut long, phrase, MANY);
            }
        }
        Self { automaton, numbers, short, begin, middle, long }
    }

    /// True if a phrase may begin with the bytes, the first in the lowest place, where the [`Openings`] say so.
    #[inline]
    fn may_begin(&self, bytes: u64) -> bool {
        let (three, few, many) = (bit(bytes, 3), bit(bytes, FEW), bit(bytes, MANY));
        is_in(&self.short, three) | is_in(&self.middle, few) | is_in(&self.long, many) == 1
    }

    /// The phrases of `text` as whole words, in order: number, start and end in bytes. `openings` are of the text.
    pub fn find<'a>(
        &'a self,
        text: &'a str,
        openings: &'a [u64],
    ) -> impl Iterator<Item = (u32, usize, usize)> + 'a {
        let bytes = text.as_bytes();
        // The block that is read next, and what is left of the one before it.
        let (mut next, mut starts, mut done) = (0usize, 0u64, 0usize);
        std::iter::from_fn(move || {
            loop {
                while starts == 0 {
                    starts = *openings.get(next)?;
                    next += 1;
                }
                let at = 64 * (next - 1) + starts.trailing_zeros() as usize;
                starts &= starts - 1;
                if at < done || !self.may_begin(swar::load(bytes, at)) {
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

#[inline]
fn is_in(gate: &Gate, bit: usize) -> u64 {
    gate[bit / 64] >> (bit % 64) & 1
}

/// Where words begin as phrases of some sets do. Looked for once for all sets: few words begin so.
pub struct Openings {
    short: Gate,
    begin: Gate,
}

impl Openings {
    /// Of these sets.
    pub fn new(sets: &[&Phrases]) -> Self {
        let any = |gate: fn(&Phrases) -> &Gate| {
            let mut all = Box::new([0; 1 << (GATE_BITS - 6)]);
            for set in sets {
                all.iter_mut().zip(gate(set).iter()).for_each(|(all, one)| *all |= one);
            }
            all
        };
        Self { short: any(|set| &set.short), begin: any(|set| &set.begin) }
    }

    /// The openings of `text`, whose classes are `blocks`: a bit map for each block.
    pub fn find(&self, text: &str, blocks: &[Block]) -> Vec<u64> {
        let all = self;
        wide!(Openings::find_in_blocks, all: &Openings, text: &str, blocks: &[Block] => Vec<u64>)
    }

    #[inline(always)]
    fn find_in_blocks(&self, text: &str, blocks: &[Block]) -> Vec<u64> {
        let bytes = text.as_bytes();
        let mut letter = 0;
        let mut all = Vec::with_capacity(blocks.len());
        for (number, block) in blocks.iter().enumerate() {
            let mut starts = block.letters & !(block.letters << 1 | letter);
            letter = block.letters >> 63;
            if block.odd != 0 {
                starts |= first_bytes(bytes, 64 * number);
            }
            let mut openings = 0;
            while starts != 0 {
                let place = starts.trailing_zeros();
                starts &= starts - 1;
                let begin = swar::load(bytes, 64 * number + place as usize);
                let opens = is_in(&self.short, bit(begin, 3)) | is_in(&self.begin, bit(begin, FEW));
                openings |= opens << place;
            }
            all.push(openings);
        }
        all
    }
}

/// The first bytes of characters beyond ASCII among the 64 from `start` on.
fn first_bytes(bytes: &[u8], start: usize) -> u64 {
    let block = bytes[start..].iter().take(64).enumerate();
    block.fold(0, |bits, (at, byte)| bits | u64::from(*byte >= 0xc0) << at)
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
    use crate::filters::classes::classes;

    #[test]
    fn phrases_table() {
        let phrases = Phrases::new([(1, "i can't"), (2, "wait,"), (3, "warte"), (3, "подожди"), (4, "等等")]);
        let others = Phrases::new([(1, "so that"), (1, "hm,")]);
        let numbers = |text| -> Vec<u32> {
            let openings = Openings::new(&[&phrases, &others]).find(text, &classes(text));
            phrases.find(text, &openings).map(|found| found.0).collect()
        };
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
