//! What the filters ask of a word of ASCII letters by its letters alone: whether it says anything about the language of a
//! text, and how likely its letters are. In: the prose of a text as bit maps. Out: its words, each with what is said of it.
//! Texts repeat their words: what is found is kept by the thread, and is what would be computed. Never looks at what
//! stands around a word.

use std::cell::RefCell;

use super::classes::Block;
use super::language::says_little;
use super::readability::letters_cost;
use super::reading::Prose;
use super::swar;
use super::wide::wide;

/// What is said of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Entry {
    /// A bit for each language of Latin letters, in the order of the identifier's columns: beside it as a target, the word
    /// makes no passage.
    pub little: u16,
    /// What its letters cost by the model of letters, in 1/16 nat.
    pub cost: u16,
    /// The most that it says for another language over English, in 1/32 nat; more if it is less than a number of this
    /// size.
    pub beside_english: i8,
}

impl Entry {
    /// What is said of a word of ASCII letters.
    fn new(word: &[u8]) -> Self {
        let (little, beside_english) = says_little(word);
        Self { little, cost: letters_cost(word), beside_english }
    }
}

/// The words of a text's prose: runs of ASCII letters, of two at least or before what is not plain ASCII.
#[derive(Debug)]
pub struct Words {
    /// By block of the text.
    blocks: Vec<Starts>,
    entries: Vec<Entry>,
}

/// Where words begin among 64 bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Starts {
    /// The first letters of words.
    pub map: u64,
    /// Those of words that say something beside English, and of those that are too long to be looked up.
    pub telling: u64,
    /// Words before them.
    pub before: u32,
}

impl Words {
    /// Reads the prose of a text.
    pub fn new(bytes: &[u8], blocks: &[Block], prose: &[Prose]) -> Self {
        thread_local! {
            static LEXICON: RefCell<Lexicon> = RefCell::new(Lexicon::new());
        }
        LEXICON.with_borrow_mut(|lexicon| {
            wide!(read, bytes: &[u8], blocks: &[Block], prose: &[Prose], lexicon: &mut Lexicon => Words)
        })
    }

    /// The words of a block.
    #[inline]
    pub fn starts(&self, block: usize) -> Starts {
        self.blocks.get(block).copied().unwrap_or_default()
    }

    /// Those of a block from its first word on, each with what is said of it.
    #[inline]
    pub fn entries(&self, starts: Starts) -> &[Entry] {
        self.entries.get(starts.before as usize..).unwrap_or_default()
    }

    /// What is said of the word that begins at `bit` of a block.
    #[inline]
    pub fn entry(&self, starts: Starts, bit: u32) -> Entry {
        debug_assert!(starts.map >> bit & 1 == 1, "no word begins there");
        let earlier = (starts.map & ((1 << bit) - 1)).count_ones();
        self.entries.get((starts.before + earlier) as usize).copied().unwrap_or_default()
    }
}

#[inline(always)]
fn read(bytes: &[u8], blocks: &[Block], prose: &[Prose], lexicon: &mut Lexicon) -> Words {
    let mut words = Words {
        blocks: Vec::with_capacity(blocks.len()),
        // As many as prose has.
        entries: Vec::with_capacity(bytes.len() / 5),
    };
    let mut inside = 0u64;
    for (number, (now, next)) in blocks.iter().zip(&blocks[1..]).enumerate() {
        let (here, behind) = (prose[number].prose, prose[number + 1].prose);
        let (letters, more) = (now.letters & here, next.letters & behind);
        // One letter is a symbol, unless others than of ASCII follow.
        let follow = (letters | now.odd & here) >> 1 | (more | next.odd & behind) << 63;
        let map = letters & !(letters << 1 | inside) & follow;
        inside = letters >> 63;
        let mut starts = Starts { map, telling: 0, before: words.entries.len() as u32 };
        let mut rest = map;
        while rest != 0 {
            let bit = rest.trailing_zeros();
            rest &= rest - 1;
            let at = 64 * number + bit as usize;
            let length = length(letters, more, bit);
            let entry = lexicon.entry(bytes, at, length);
            let telling = entry.little & ENGLISH == 0 || length == 64;
            starts.telling |= u64::from(telling) << bit;
            words.entries.push(entry);
        }
        words.blocks.push(starts);
    }
    words
}

/// How many letters there are from `bit` on, 64 at most; `more` are those of the next block.
#[inline]
pub fn length(letters: u64, more: u64, bit: u32) -> usize {
    (letters >> bit | more << 1 << (63 - bit)).trailing_ones() as usize
}

/// The bit of English among those of [`Entry::little`].
const ENGLISH: u16 = 1;

/// Words met before.
struct Lexicon {
    /// Two places to a set, first the one of the word that was asked for last.
    sets: Box<[[Known; 2]; 1 << SETS_BITS]>,
}

#[derive(Clone, Copy)]
struct Known {
    key: u64,
    entry: Entry,
}

/// Sets of two words, 32 bytes each: chains of mathematics have about ten thousand words.
const SETS_BITS: u32 = 13;

impl Lexicon {
    fn new() -> Self {
        let nothing = Known { key: 0, entry: Entry { little: 0, cost: 0, beside_english: 0 } };
        let sets = vec![[nothing; 2]; 1 << SETS_BITS].into_boxed_slice();
        Self { sets: sets.try_into().unwrap_or_else(|_| unreachable!("as many as asked for")) }
    }

    #[inline(always)]
    fn entry(&mut self, bytes: &[u8], start: usize, length: usize) -> Entry {
        // Zero is no word's.
        let key = ascii_key(bytes, start, length) | 1;
        let known = &self.sets[Self::set(key)][0];
        if known.key == key { known.entry } else { self.other(key, &bytes[start..start + length]) }
    }

    #[inline(always)]
    fn set(key: u64) -> usize {
        (key >> (64 - SETS_BITS)) as usize
    }

    /// The same of a word that is not the last one asked for of its set.
    #[cold]
    #[inline(never)]
    fn other(&mut self, key: u64, word: &[u8]) -> Entry {
        let set = &mut self.sets[Self::set(key)];
        set.swap(0, 1);
        if set[0].key != key {
            set[0] = Known { key, entry: Entry::new(word) };
        }
        set[0].entry
    }
}

/// A key for the `length` ASCII letters at `start`, the same in any case.
#[inline]
pub fn ascii_key(bytes: &[u8], start: usize, length: usize) -> u64 {
    // Sixteen letters at once, without a branch: few words have more.
    let [first, second] = swar::load_two(bytes, start, length);
    // Neither factor is zero for letters.
    let key = swar::folded(first | LOWER, (second | LOWER) ^ (length as u64) << 56);
    if length <= 16 { key } else { longer_key(key, &bytes[start..start + length]) }
}

#[cold]
#[inline(never)]
fn longer_key(mut key: u64, word: &[u8]) -> u64 {
    for from in (16..word.len()).step_by(8) {
        key = swar::folded(key ^ (swar::load(word, from) | LOWER), 0x9e37_79b9_7f4a_7c15);
    }
    key
}

const LOWER: u64 = 0x2020_2020_2020_2020;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::reading::Reading;
    use crate::filters::testing::completion;
    use proptest::prelude::*;

    #[test]
    fn a_key_does_not_depend_on_case_or_neighbours() {
        let words = ["a", "the", "eightlet", "eightlets", "sixteenletterseh", "averyverylongwordindeed"];
        for word in words {
            let key = ascii_key(word.as_bytes(), 0, word.len());
            for around in [format!("{} and", word.to_uppercase()), format!("{word}7"), format!("{word}é")] {
                assert_eq!(ascii_key(around.as_bytes(), 0, word.len()), key, "{around}");
            }
            for other in words.into_iter().filter(|other| *other != word) {
                assert_ne!(ascii_key(other.as_bytes(), 0, other.len()), key, "{word} {other}");
            }
            assert_ne!(ascii_key(word.as_bytes(), 1, word.len() - 1), key, "{word}");
        }
    }

    proptest! {
        #[test]
        fn a_word_is_what_would_be_computed_whatever_was_read_before(
            before in "([a-z]{1,3} ){0,200}", text in "([a-zA-Z]{1,12}[ ,'é]|[a-z]{40,90} |\\$x\\$|`a b`|\\PC){0,40}",
        ) {
            let read = |text: &str| {
                let completion = completion(text);
                let reading = Reading::new(&completion);
                let (mut at, mut found) = (0, Vec::new());
                for block in 0..reading.blocks().len() {
                    let starts = reading.words().starts(block);
                    for bit in (0..64).filter(|bit| starts.map >> bit & 1 == 1) {
                        let entry = reading.words().entry(starts, bit);
                        assert_eq!(entry, reading.words().entries(starts)[0..][at - starts.before as usize]);
                        assert_eq!(at as u32, starts.before + (starts.map & ((1 << bit) - 1)).count_ones());
                        found.push((64 * block + bit as usize, entry));
                        at += 1;
                    }
                }
                found
            };
            read(&before);
            for (start, entry) in read(&text) {
                let word: Vec<u8> =
                    text.bytes().skip(start).take_while(u8::is_ascii_alphabetic).take(64).collect();
                prop_assert!(!word.is_empty());
                // A word may end with its piece of prose.
                let ends = (1..=word.len()).rev().any(|end| entry == Entry::new(&word[..end]));
                prop_assert!(ends, "{:?}", String::from_utf8_lossy(&word));
            }
        }
    }
}
