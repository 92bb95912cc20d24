//! Words of ASCII letters beside a target in Latin letters: most words of most texts. In: a word and what its letters say.
//! Out: nothing for most, the word to the finder for those that may begin a passage or belong to one.

use std::ops::Range;

use super::{Finder, STAY, has_vowel, is_capitals};
use crate::filters::language::identify::{Letters, SAYS_LITTLE, evidence};
use crate::filters::language::terms;
use crate::filters::lexicon::{Entry, ascii_key};
use crate::filters::mask::is_likely_name;

impl Finder<'_> {
    /// A word of ASCII letters beside a target in Latin letters; `entry` is what its letters say.
    pub(super) fn plain_word(&mut self, range: Range<usize>, entry: Entry, own: usize) {
        self.found.words += 1;
        let little = entry.little >> own & 1 == 1;
        if little && self.is_quiet() {
            // Nothing to add to and nothing to take from.
            return;
        }
        let word = &self.bytes[range.clone()];
        let segments = &self.segments;
        if little && own == ENGLISH && segments.open.is_none() && self.run.is_none() {
            let least = i32::from(entry.beside_english).min(0) - STAY;
            if i32::from(segments.highest) + least <= 0 && !is_acronym(word) {
                // Whatever it says exactly, no language is left behind it.
                if !is_likely_name(self.bytes, &range) {
                    self.segments.sums = [0; 16];
                    (self.segments.highest, self.segments.quiet) = (0, true);
                }
                return;
            }
        }
        let key = ascii_key(self.bytes, range.start, range.len());
        let gains = *self.known.gains(key, (false, own), || ascii_letters(word));
        if is_likely_name(self.bytes, &range) {
            return;
        }
        let upper = word.iter().filter(|byte| byte.is_ascii_uppercase()).count() as u32;
        self.same_script(range, &gains, upper);
    }

    /// True if a word that says little changes nothing.
    #[inline]
    pub(super) fn is_quiet(&self) -> bool {
        self.segments.quiet && self.run.is_none()
    }
}

/// A bit for each language of Latin letters, in the order of the identifier's columns: beside it as a target, the word of
/// ASCII letters makes no passage where none has begun. And the most that the word says for another language over English,
/// in 1/32 nat.
pub fn says_little(word: &[u8]) -> (u16, i8) {
    let (letters, idle) = ascii_letters(word);
    let evidence = evidence(&letters, false);
    let highest = |evidence: &[i16]| evidence.iter().copied().max().map_or(0, i32::from);
    let beside_english = highest(&evidence[ENGLISH + 1..]) - i32::from(evidence[ENGLISH]);
    let top = highest(&evidence);
    let little =
        |(own, evidence): (usize, &i16)| u16::from(idle || top - i32::from(*evidence) <= SAYS_LITTLE) << own;
    let clamped = beside_english.clamp(i8::MIN.into(), i8::MAX.into()) as i8;
    (evidence.iter().enumerate().map(little).sum(), clamped)
}

/// The identifier's column of English, the first.
pub(super) const ENGLISH: usize = 0;

/// True for a word of ASCII letters in capitals.
fn is_acronym(word: &[u8]) -> bool {
    is_capitals(word.iter().filter(|byte| byte.is_ascii_uppercase()).count() as u32, word.len())
}

/// A word of ASCII letters as the identifier reads it, and whether it says nothing.
fn ascii_letters(word: &[u8]) -> (Letters, bool) {
    let mut letters = Letters::new();
    word.iter().for_each(|byte| letters.push(*byte as char));
    let idle = !has_vowel(&letters) || std::str::from_utf8(word).is_ok_and(terms::is_borrowed);
    (letters, idle)
}
