//! How much of a text was there before: in lines, in sentences. In: its words. Out: fractions of
//! their bytes. Linear; never looks at what repeats.

use super::runs::LastSeen;
use super::words::Word;

/// Bytes in lines, and in sentences, that occurred before, over the bytes of all words. A sentence ends with a full
/// stop, question or exclamation mark, those of Chinese, Hindi and Arabic included, or with its line.
pub fn lines_and_sentences(words: &[Word]) -> (f64, f64) {
    let mut sentences = Pieces::new(words.iter().filter(|word| word.ends_sentence).count());
    let mut lines = Pieces::new(words.iter().filter(|word| word.ends_line).count());
    for word in words {
        sentences.add(word.exact, word.len());
        if word.ends_sentence {
            // A line's last word ends its sentence: lines are made of sentences.
            lines.add(sentences.hash, sentences.bytes);
            sentences.end();
            if word.ends_line {
                lines.end();
            }
        }
    }
    (lines.fraction(), sentences.fraction())
}

struct Pieces {
    seen: LastSeen,
    hash: u64,
    bytes: usize,
    repeated: usize,
    all: usize,
}

impl Pieces {
    fn new(count: usize) -> Self {
        Self { seen: LastSeen::new(count), hash: 0, bytes: 0, repeated: 0, all: 0 }
    }

    #[inline]
    fn add(&mut self, hash: u64, bytes: usize) {
        self.hash = (self.hash ^ hash).wrapping_mul(0xc2b2_ae3d_27d4_eb4f).rotate_left(31);
        self.bytes += bytes;
    }

    fn end(&mut self) {
        self.all += self.bytes;
        if self.seen.replace(self.hash, 0).is_some() {
            self.repeated += self.bytes;
        }
        (self.hash, self.bytes) = (0, 0);
    }

    fn fraction(&self) -> f64 {
        self.repeated as f64 / self.all.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::repetition::words::words;

    #[test]
    fn fractions_table() {
        for (text, lines, sentences) in [
            ("", 0.0, 0.0),
            ("\n \n\n", 0.0, 0.0),
            ("ab\ncd", 0.0, 0.0),
            ("ab\n ab \n\ncd\nab", 0.5, 0.5),
            ("ab. cd? ab. ef", 0.0, 3.0 / 11.0),
            ("三。四。三。三。", 0.0, 0.5),
        ] {
            let found = lines_and_sentences(&words(text));
            assert!(
                (found.0 - lines).abs() < 1e-9 && (found.1 - sentences).abs() < 1e-9,
                "{text:?} {found:?}"
            );
        }
    }
}
