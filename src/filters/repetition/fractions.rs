//! How much of a text was there before: in lines, in sentences. In: its sentences. Out: fractions of
//! their bytes. Linear; never looks at what repeats.

use super::seen::LastSeen;
use super::words::{Sentence, joined};

/// Bytes in lines, and in sentences, that occurred before, over the bytes of all words.
pub fn lines_and_sentences(all: &[Sentence], seen: &mut LastSeen) -> (f64, f64) {
    seen.clear(all.len());
    let mut sentences = Pieces::default();
    for sentence in all {
        sentences.add(seen, sentence.hash, sentence.bytes);
    }
    seen.clear(all.len());
    let mut lines = Pieces::default();
    let (mut hash, mut bytes) = (0, 0);
    for sentence in all {
        (hash, bytes) = (joined(hash, sentence.hash), bytes + sentence.bytes);
        if sentence.ends_line {
            lines.add(seen, hash, bytes);
            (hash, bytes) = (0, 0);
        }
    }
    (lines.fraction(), sentences.fraction())
}

#[derive(Default)]
struct Pieces {
    repeated: usize,
    all: usize,
}

impl Pieces {
    fn add(&mut self, seen: &mut LastSeen, hash: u64, bytes: usize) {
        self.all += bytes;
        if seen.replace(joined(hash, 0), 0).is_some() {
            self.repeated += bytes;
        }
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
            let found = lines_and_sentences(&words(text).sentences, &mut LastSeen::default());
            assert!(
                (found.0 - lines).abs() < 1e-9 && (found.1 - sentences).abs() < 1e-9,
                "{text:?} {found:?}"
            );
        }
    }
}
