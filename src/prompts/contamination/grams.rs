//! Which benchmark items share a run of words with a text. In: the items' words, then a text's. Out: each
//! shared gram's item and its place in the text. It never decides whether that is a repetition.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use crate::text::shingles;
use crate::text::tokens::NUMBER;

/// Words of a gram. With 15 % of the words replaced a gram of 5 survives in 44 %, one of 8 in 27 %.
pub const GRAM: usize = shingles::WORDS;
/// A gram in more items than this says nothing about any of them ("how many more … than").
const MAX_ITEMS_OF_A_GRAM: usize = 16;
/// Shared grams of a text that are looked at.
const MAX_HITS: usize = 1 << 14;
/// Bits of the sieve for each gram, rounded up to a power of two: about one gram in 10 gets through without
/// being there. With 16 the sieve of MATH's and GSM8K's tests (200,000 grams) takes 512 KiB, falls out of
/// the second cache, and long texts take a third more time.
const SIEVE_BITS: usize = 8;

/// What is a hash already is its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write_u128(&mut self, hash: u128) {
        self.0 = hash as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The grams of all items.
#[derive(Debug, Default)]
pub struct Grams {
    /// Where in `items` a gram's items stand.
    places: HashMap<u64, Range<u32>, BuildHasherDefault<AsItIs>>,
    items: Vec<u32>,
    /// A bit for each gram's hash, cut short: most grams of a text are ruled out here.
    sieve: Vec<u64>,
}

/// Buffers of a thread that looks texts up.
#[derive(Debug, Default)]
pub struct Found {
    /// Grams of the text that got through the sieve, and their places.
    sieved: Vec<(u64, u32)>,
    /// Items and places in the text of the shared grams, sorted.
    pub hits: Vec<(u32, u32)>,
}

impl Grams {
    /// Takes each item's words in; an item is known by its place among them.
    pub fn new<'a>(items: impl Iterator<Item = &'a [u64]>) -> Self {
        let mut all: HashMap<u64, Vec<u32>, BuildHasherDefault<AsItIs>> = HashMap::default();
        for (number, words) in items.enumerate() {
            let mut of_item = HashSet::new();
            each(words, |_, gram| {
                if of_item.insert(gram) {
                    let items = all.entry(gram).or_default();
                    // One more than counts shows that there are too many.
                    if items.len() <= MAX_ITEMS_OF_A_GRAM {
                        items.push(number as u32);
                    }
                }
            });
        }
        all.retain(|_, items| items.len() <= MAX_ITEMS_OF_A_GRAM);
        let bits = (all.len() * SIEVE_BITS).next_power_of_two().clamp(1 << 12, 1 << 28);
        let mut grams = Self { sieve: vec![0; bits / 64], ..Self::default() };
        grams.places.reserve(all.len());
        for (gram, items) in all {
            let bit = gram as usize & (bits - 1);
            grams.sieve[bit / 64] |= 1 << (bit % 64);
            let from = grams.items.len() as u32;
            grams.items.extend(items);
            grams.places.insert(gram, from..grams.items.len() as u32);
        }
        grams
    }

    /// Fills `found` with what the text of these words shares.
    pub fn find(&self, words: &[u64], found: &mut Found) {
        let Found { sieved, hits } = found;
        hits.clear();
        if sieved.len() < words.len() {
            sieved.resize(words.len().next_power_of_two(), (0, 0));
        }
        let mask = self.sieve.len() * 64 - 1;
        let mut through = 0;
        // Every gram is written and most are written over by the next one: the sieve's answers cannot be
        // foretold, and a branch on them would wait for the memory each time.
        each(words, |at, gram| {
            let bit = gram as usize & mask;
            sieved[through] = (gram, at as u32);
            through += (self.sieve[bit / 64] >> (bit % 64) & 1) as usize;
        });
        for (gram, at) in &sieved[..through] {
            if let Some(place) = self.places.get(gram) {
                if hits.len() >= MAX_HITS {
                    break;
                }
                hits.extend(
                    self.items[place.start as usize..place.end as usize].iter().map(|&item| (item, *at)),
                );
            }
        }
        hits.sort_unstable();
    }
}

/// Hands each gram's place and hash to `take`. A gram mostly of numbers is none.
#[inline(always)]
fn each(words: &[u64], mut take: impl FnMut(usize, u64)) {
    let is_number = |at: usize| usize::from(words[at] == NUMBER);
    if words.len() < GRAM {
        return;
    }
    let mut numbers = (0..GRAM - 1).map(is_number).sum::<usize>();
    let mut at = 0;
    shingles::each(words, |gram| {
        numbers += is_number(at + GRAM - 1);
        if numbers * 2 <= GRAM {
            take(at, gram);
        }
        numbers -= is_number(at);
        at += 1;
    });
}
