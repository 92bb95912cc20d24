//! Local alignment of words (Smith and Waterman 1981): in come the words of an item and of a text, out come the score of
//! the best alignment and its place. A matching word is 1; a word replaced, left out or put in is -1.

use std::ops::Range;

/// The best local alignment of an item with a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// In words.
    pub score: i32,
    /// The score over that of a full match of the shorter of the two.
    pub overlap: f64,
    /// Which words of the text it covers.
    pub place: Range<usize>,
}

impl Match {
    /// The product of overlap and score.
    pub fn evidence(&self) -> f64 {
        evidence(self.score, self.overlap)
    }
}

fn evidence(score: i32, overlap: f64) -> f64 {
    overlap * f64::from(score)
}

/// The score of a full match of an item and a text of so many words.
fn full(item: usize, text: usize) -> f64 {
    item.min(text).max(1) as f64
}

/// Aligns an item with the words from `start` on of a text of `length` words.
pub fn align(item: &[u64], text: &[u64], length: usize, start: usize) -> Match {
    let (score, place) = best_score(item, text);
    Match {
        score,
        overlap: f64::from(score) / full(item.len(), length),
        place: start + place.start..start + place.end,
    }
}

/// The score of the best local alignment, and where in `text` it lies.
fn best_score(item: &[u64], text: &[u64]) -> (i32, Range<usize>) {
    // A cell is a score, and below it where in the text the alignment begins; of two with one score the
    // shorter is the larger. One number, so that the best of four is found without a branch.
    const ONE: i64 = 1 << 32;
    let mut row = vec![0i64; item.len() + 1];
    let mut best = (0, 0..0);
    for (at, &word) in text.iter().enumerate() {
        // Nothing is aligned yet: one would begin at the next word.
        let none = at as i64 + 1;
        let mut diagonal = std::mem::replace(&mut row[0], none);
        let mut left = none;
        let mut highest = none;
        for (cell, &wanted) in row[1..].iter_mut().zip(item) {
            let step = if word == wanted { ONE } else { -ONE };
            left = (diagonal + step).max(cell.wrapping_sub(ONE)).max(left - ONE).max(none);
            diagonal = std::mem::replace(cell, left);
            highest = highest.max(left);
        }
        let score = (highest >> 32) as i32;
        if score > best.0 {
            best = (score, (highest & (ONE - 1)) as usize..at + 1);
        }
    }
    best
}

/// Cells that are computed together.
const LANES: usize = 16;
/// Stands behind an item's last word, and before and behind a text's: equal to no word, and not to each other.
const ITEM_END: u8 = 254;
const TEXT_END: u8 = 255;

/// A byte for a word: equal words have equal ones.
pub fn letter(word: u64) -> u8 {
    (word as u8).min(ITEM_END - 1)
}

/// The words of an item as bytes, filled up for [`Ceiling::evidence`].
pub fn letters(words: &[u64]) -> Vec<u8> {
    let mut letters: Vec<u8> = words.iter().map(|&word| letter(word)).collect();
    letters.resize(words.len().next_multiple_of(LANES), ITEM_END);
    letters
}

/// What an alignment reaches at most, in a fraction of its time.
#[derive(Debug, Default)]
pub struct Ceiling {
    /// The text's words as bytes, the last one first, with room at both ends.
    text: Vec<u8>,
    /// Three diagonals, one behind the other.
    rows: [Vec<u8>; 3],
}

impl Ceiling {
    /// At least the evidence of the alignment of an item of `count` words, given as [`letters`], with these words of a
    /// text of `length` words. It is the alignment of bytes instead of words: two words may share one, which adds
    /// matches and takes none away. Diagonal by diagonal, since a diagonal's cells do not depend on each other.
    pub fn evidence(&mut self, item: &[u8], count: usize, text: &[u64], length: usize) -> f64 {
        let (width, most) = (item.len(), text.len());
        self.text.clear();
        self.text.resize(width, TEXT_END);
        self.text.extend(text.iter().rev().map(|&word| letter(word)));
        self.text.resize(width + most + width, TEXT_END);
        for row in &mut self.rows {
            row.clear();
            // Before the first word all scores are 0.
            row.resize(LANES + width, 0);
        }
        let [mut now, mut before, mut before_that] = self.rows.each_mut().map(Vec::as_mut_slice);
        let mut best = [0u8; LANES];
        for diagonal in 0..(count + most).saturating_sub(1) {
            let text = &self.text[width + most - 1 - diagonal..];
            let lanes = item.as_chunks::<LANES>().0.iter().zip(text.as_chunks::<LANES>().0);
            for (at, (item, text)) in lanes.enumerate() {
                let at = at * LANES + LANES;
                let Some(cells) = now[at..].first_chunk_mut::<LANES>() else { break };
                let (Some(up), Some(left), Some(corner)) = (
                    before[at..].first_chunk::<LANES>(),
                    before[at - 1..].first_chunk::<LANES>(),
                    before_that[at - 1..].first_chunk::<LANES>(),
                ) else {
                    break;
                };
                for lane in 0..LANES {
                    // At 255 it stays: that many words are evidence of any item.
                    let more = corner[lane].saturating_add(1);
                    let less = corner[lane].saturating_sub(1);
                    let step = if item[lane] == text[lane] { more } else { less };
                    cells[lane] = step.max(up[lane].max(left[lane]).saturating_sub(1));
                    best[lane] = best[lane].max(cells[lane]);
                }
            }
            (now, before, before_that) = (before_that, now, before);
        }
        let score = i32::from(best.into_iter().max().unwrap_or(0));
        evidence(score, f64::from(score) / full(count, length))
    }
}
