//! How much of a text was there before: in word n-grams, in lines, in sentences. In: words or text. Out: fractions of
//! its characters. Linear; never looks at what repeats.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64;

use super::runs::LastSeen;

/// Characters in n-grams of `n` words that occurred before, each character once, over the characters of all words
/// (Gopher's table A1, arXiv 2112.11446).
pub fn ngrams(words: &[(u64, u32)], n: usize) -> f64 {
    // Base of the rolling hash, a sum over the window of hash(word) * base^position: any odd number
    // with well spread bits.
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    let n = n.max(1);
    if words.len() < n {
        return 0.0;
    }
    let leaving = (0..n).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let mut seen = LastSeen::new(words.len());
    let (mut hash, mut counted, mut repeated, mut all) = (0u64, 0usize, 0usize, 0usize);
    for (i, &(word, chars)) in words.iter().enumerate() {
        all += chars as usize;
        hash = hash.wrapping_mul(BASE).wrapping_add(word);
        if let Some(old) = i.checked_sub(n) {
            hash = hash.wrapping_sub(words[old].0.wrapping_mul(leaving));
        }
        if i + 1 >= n && seen.replace(hash, i as u32).is_some() {
            let from = counted.max(i + 1 - n);
            repeated += words[from..=i].iter().map(|word| word.1 as usize).sum::<usize>();
            counted = i + 1;
        }
    }
    repeated as f64 / all.max(1) as f64
}

/// Characters in lines that occurred before, over the characters of all lines; white space around a
/// line, and empty lines, do not count.
pub fn lines(text: &str) -> f64 {
    repeated(text.lines())
}

/// Characters in sentences that occurred before, over those of all; the same as for lines. A sentence ends with a full
/// stop, question or exclamation mark, those of Chinese and Hindi included, or with its line.
pub fn sentences(text: &str) -> f64 {
    repeated(text.split(['.', '!', '?', '\n', '。', '！', '？', '।']))
}

fn repeated<'a>(pieces: impl Iterator<Item = &'a str>) -> f64 {
    let mut seen = HashSet::new();
    let (mut repeated, mut all) = (0usize, 0usize);
    for piece in pieces.map(str::trim).filter(|piece| !piece.is_empty()) {
        let bytes = piece.len();
        all += bytes;
        if !seen.insert(xxh3_64(piece.as_bytes())) {
            repeated += bytes;
        }
    }
    repeated as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::repetition::tokens::tokens;

    #[test]
    fn fractions_table() {
        for (text, n, expected) in [
            ("", 2, 0.0),
            ("a", 2, 0.0),
            ("a b c d", 2, 0.0),
            ("a b a b", 2, 0.5),
            // Overlapping repeats count each character once: the last three of five words.
            ("aa aa aa aa aa", 2, 0.6 + 0.2),
            ("one two three one two four", 2, 6.0 / 21.0),
            ("a a", 1, 0.5),
        ] {
            let fraction = ngrams(&tokens(text).words, n);
            assert!((fraction - expected).abs() < 1e-9, "{text:?}: {fraction}");
        }
        for (text, expected) in [("", 0.0), ("\n \n\n", 0.0), ("ab\ncd", 0.0), ("ab\n ab \n\ncd\nab", 0.5)] {
            assert!((lines(text) - expected).abs() < 1e-9, "{text:?}");
        }
        for (text, expected) in [("", 0.0), ("..", 0.0), ("ab. cd? ab! ef", 0.25), ("三。四。三。三", 0.5)]
        {
            assert!((sentences(text) - expected).abs() < 1e-9, "{text:?}");
        }
    }
}
