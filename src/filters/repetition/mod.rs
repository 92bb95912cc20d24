//! `repetition`: drops samples that go round in circles. In: the text. Out: keep, or
//!
//! - `repetition.loop`: a stretch repeats again and again, at the end or on the way, word for word or but for its
//!   numbers;
//! - `repetition.ngram_fraction`: too much of it stands in word n-grams that were there before;
//! - `repetition.line_fraction`: too much of it stands in lines that were there before;
//! - `repetition.sentence_fraction`: the same of sentences;
//! - `repetition.compression_ratio`: it can be compressed too well;
//!
//! with scores `loop_chars`, `loop_repeats` (of the longest loop word for word), `counter_chars`, `counter_repeats`
//! (of the longest but for its numbers), `ngram_fraction`, `line_fraction`, `sentence_fraction`,
//! `compression_ratio`. Reasoning and solution are judged apart, for a solution may well repeat what the reasoning
//! found. Linear in the text; never judges a sample by what it says.

mod figures;
mod fractions;
mod runs;
mod seen;
mod words;

use std::cell::RefCell;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::reading::Reading;
use super::{Filter, Judgement};
use crate::record::{Completion, Decision, Prompt, Reason};
use figures::{Figures, NAMES, Part};

/// Options of `repetition`.
///
/// Presets for web text (Gopher's table A1, arXiv 2112.11446: at most 10 % for 10-grams, 20 % for
/// lines) are no use here: chains of thought repeat structure on purpose, and those limits drop more
/// than half of real ones. `docs/filters.md` has what these defaults drop of real chains and of planted loops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Repetition {
    /// The end of a text is a loop if it repeats at least this often, at least 2 …
    pub loop_repeats: usize,
    /// … over at least this many characters. On the way to the end, where a chain may still come out of it, a
    /// loop takes twice as many of both.
    pub loop_chars: usize,
    /// The same for what repeats but for its numbers (`n=17, n=18, …`). Working through cases looks so too: it
    /// takes more repeats at the end of a text, and on the way to it four times as many again …
    pub counter_repeats: usize,
    /// … and more characters.
    pub counter_chars: usize,
    /// Words in an n-gram, at least 3.
    pub ngram_words: usize,
    /// Most characters, as a fraction of all in words, in n-grams that occurred before.
    pub max_ngram_fraction: f64,
    /// Most characters, as a fraction of all in lines, in lines that occurred before.
    pub max_line_fraction: f64,
    /// Most characters, as a fraction of all in sentences, in sentences that occurred before.
    pub max_sentence_fraction: f64,
    /// Most bytes of the text for one byte of it compressed (by a greedy LZ77 over words).
    pub max_compression_ratio: f64,
    /// Fractions and ratio are not judged in a text of fewer words than this.
    pub min_words: usize,
}

impl Default for Repetition {
    fn default() -> Self {
        Self {
            loop_repeats: 3,
            loop_chars: 150,
            counter_repeats: 14,
            counter_chars: 400,
            ngram_words: 10,
            max_ngram_fraction: 0.6,
            max_line_fraction: 0.5,
            max_sentence_fraction: 0.5,
            max_compression_ratio: 8.0,
            min_words: 100,
        }
    }
}

/// What a text is read into, kept for the next: fresh memory costs more than reading does.
#[derive(Default)]
struct Memory {
    words: words::Words,
    seen: seen::LastSeen,
}

/// Words of the longest text whose memory is kept, 5 MB of it: ten times as long as R1's chains.
const KEPT_WORDS: usize = 1 << 16;

/// Bytes of a word, at least 64, that is searched for a loop within it: `aaaa…`, `123123…`, or a script without spaces.
const LONG_WORD: usize = 100;

impl Repetition {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A sentence that names the option.
    pub fn checked(self) -> Result<Self, String> {
        for (key, value, min) in [
            ("loop_repeats", self.loop_repeats, 2),
            ("loop_chars", self.loop_chars, 1),
            ("counter_repeats", self.counter_repeats, 2),
            ("counter_chars", self.counter_chars, 1),
            ("ngram_words", self.ngram_words, 3),
        ] {
            if value < min {
                return Err(format!("{key} must be at least {min}, not {value}"));
            }
        }
        for (key, value) in [
            ("max_ngram_fraction", self.max_ngram_fraction),
            ("max_line_fraction", self.max_line_fraction),
            ("max_sentence_fraction", self.max_sentence_fraction),
        ] {
            if !(0.0..=1.0).contains(&value) {
                return Err(format!("{key} must be between 0 and 1, not {value}"));
            }
        }
        // A NaN is no ratio either.
        if self.max_compression_ratio.is_nan() || self.max_compression_ratio < 1.0 {
            return Err(format!(
                "max_compression_ratio must be at least 1, not {}",
                self.max_compression_ratio
            ));
        }
        Ok(self)
    }

    /// The figures of the part of a text at `range`; `last` if the text ends with it.
    fn measure(
        &self,
        reading: &Reading<'_>,
        range: Range<usize>,
        last: bool,
        memory: &mut Memory,
    ) -> Figures {
        let Memory { words, seen } = memory;
        words.read(reading.text(), reading.blocks(), range.clone());
        let all = &words.words;
        let part = Part { text: reading.text(), start: range.start, words: all, last };
        let mut figures = Figures::default();
        let copied = runs::runs(all, self.ngram_words, seen, |run| figures.run(self, &part, run));
        let some = if words.any_long { all.as_slice() } else { &[] };
        for word in some.iter().filter(|word| word.len() >= LONG_WORD) {
            let at_end =
                last && word.end as usize == range.start + reading.text()[range.clone()].trim_end().len();
            figures.long_word(self, &part, word, at_end);
        }
        if all.len() >= self.min_words {
            figures.ngram_fraction = copied.ngram_fraction;
            (figures.line_fraction, figures.sentence_fraction) =
                fractions::lines_and_sentences(&words.sentences, seen);
            figures.compression_ratio = copied.compression_ratio;
        }
        figures
    }

    fn decide(&self, figures: &Figures) -> Decision {
        if let Some(detail) = &figures.looping {
            return Decision::Drop(Reason::new("repetition.loop", detail.clone()));
        }
        for (name, of, value, max) in [
            ("repetition.ngram_fraction", "word n-grams", figures.ngram_fraction, self.max_ngram_fraction),
            ("repetition.line_fraction", "lines", figures.line_fraction, self.max_line_fraction),
            (
                "repetition.sentence_fraction",
                "sentences",
                figures.sentence_fraction,
                self.max_sentence_fraction,
            ),
        ] {
            if value > max {
                let detail = format!("{:.0} % of it in {of} that occurred before", value * 100.0);
                return Decision::Drop(Reason::new(name, detail));
            }
        }
        if figures.compression_ratio > self.max_compression_ratio {
            let detail = format!("it compresses {:.1} to 1", figures.compression_ratio);
            return Decision::Drop(Reason::new("repetition.compression_ratio", detail));
        }
        Decision::Keep
    }
}

impl Filter for Repetition {
    fn name(&self) -> &'static str {
        "repetition"
    }

    fn judge(&self, prompt: &Prompt, completion: &Completion) -> Judgement {
        self.judge_reading(prompt, &Reading::new(completion))
    }

    fn judge_reading(&self, _: &Prompt, reading: &Reading<'_>) -> Judgement {
        thread_local! {
            static MEMORY: RefCell<Memory> = RefCell::default();
        }
        let parts = match reading.parts() {
            Ok(parts) => vec![(reading.place(parts.reasoning), false), (reading.place(parts.solution), true)],
            Err(_) => vec![(0..reading.text().len(), true)],
        };
        let mut worst = [0.0_f64; NAMES.len()];
        let mut decision = Decision::Keep;
        for (part, last) in parts {
            let figures = MEMORY.with_borrow_mut(|memory| {
                let figures = self.measure(reading, part, last, memory);
                if memory.words.words.len() > KEPT_WORDS {
                    *memory = Memory::default();
                }
                figures
            });
            for (worst, figure) in worst.iter_mut().zip(figures.scores()) {
                *worst = worst.max(figure);
            }
            if decision == Decision::Keep {
                decision = self.decide(&figures);
            }
        }
        Judgement { decision, scores: NAMES.into_iter().zip(worst).collect() }
    }
}

#[cfg(test)]
mod tests;
