//! `readability`: drops samples that a person could not read. In: the text, and whether its problem is about code.
//! Out: keep, or
//!
//! - `readability.long_paragraph`, `readability.long_sentence`: in words, or in Han characters and kana;
//! - `readability.few_letters`, `readability.symbol_run`: figures and signs instead of words;
//! - `readability.broken_text`: replacement characters, text decoded with the wrong encoding, invisible characters;
//! - `readability.unbalanced`: `\(`, `\[`, `$$`, `$`, braces or an environment of LaTeX, or a code fence that is not closed;
//! - `readability.code_block`: fenced code in the reasoning of a problem that is not about code;
//! - `readability.gibberish`: letters that make no words;
//!
//! scores `paragraph_words`, `sentence_words` (the longest), `letter_fraction`, `symbol_run`, `broken_chars`,
//! `unbalanced`, `code_blocks`, `gibberish` (nats a letter, of the worst stretch). All but `unbalanced`,
//! `broken_chars` and `code_blocks` are read from prose alone: code and LaTeX are masked, and a formula counts as a
//! word. Never judges what is said.

mod balance;
mod broken;
mod letters;
mod prose;

use serde::{Deserialize, Serialize};

use super::mask::Kind;
use super::reading::Reading;
use super::{Filter, Judgement};
use crate::format::think;
use crate::record::{Completion, Decision, Prompt, Reason};
pub use letters::cost as letters_cost;

/// Options of `readability`. All limits are inclusive; `docs/filters.md` has how real chains are spread over each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Readability {
    /// Most words in a paragraph, a formula counted as one word. A Han character or kana counts as half a word.
    pub max_paragraph_words: u32,
    /// Most words in a sentence, counted the same way.
    pub max_sentence_words: u32,
    /// Fewest letters among the characters of the prose that are no white space. Judged in texts of at least 200 of
    /// them.
    pub min_letter_fraction: f64,
    /// Most characters in a row that are neither letters, digits nor white space; rules of one character, `-----`,
    /// do not count.
    pub max_symbol_run: u32,
    /// Most broken characters: U+FFFD, UTF-8 read as Latin-1 (`Ã©`, `â€™`), control characters, and zero-width or
    /// bidirectional controls where no script of the text needs them.
    pub max_broken_chars: u32,
    /// Delimiters of LaTeX and code fences must be balanced.
    pub balanced: bool,
    /// Fenced code may stand in the reasoning of problems that are not about code.
    pub code_blocks: bool,
    /// Most nats a letter, by a model of letter trigrams, over any stretch of 40 words in Latin letters.
    pub max_gibberish: f64,
}

impl Default for Readability {
    fn default() -> Self {
        Self {
            max_paragraph_words: 1000,
            max_sentence_words: 500,
            min_letter_fraction: 0.05,
            max_symbol_run: 30,
            max_broken_chars: 0,
            balanced: true,
            code_blocks: false,
            max_gibberish: 3.6,
        }
    }
}

/// Characters that are no white space below which the fraction of letters is not judged.
const LEAST_CHARS: u32 = 200;

impl Readability {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A sentence that names the option.
    pub fn checked(self) -> Result<Self, String> {
        for (key, value) in [
            ("max_paragraph_words", self.max_paragraph_words),
            ("max_sentence_words", self.max_sentence_words),
            ("max_symbol_run", self.max_symbol_run),
        ] {
            if value == 0 {
                return Err(format!("{key} must be at least 1"));
            }
        }
        if !(0.0..=1.0).contains(&self.min_letter_fraction) {
            return Err(format!(
                "min_letter_fraction must be between 0 and 1, not {}",
                self.min_letter_fraction
            ));
        }
        // A NaN is no limit either.
        if self.max_gibberish.is_nan() || self.max_gibberish <= 0.0 {
            return Err(format!("max_gibberish must be above 0, not {}", self.max_gibberish));
        }
        Ok(self)
    }

    fn decide(&self, figures: &Figures) -> Result<(), Reason> {
        let drop = |name, detail: String| Err(Reason::new(name, detail));
        if figures.broken.count > self.max_broken_chars {
            return drop("readability.broken_text", figures.broken.described());
        }
        if self.balanced
            && let Some(what) = figures.unbalanced
        {
            return drop("readability.unbalanced", format!("{what} is not closed or not opened"));
        }
        if !self.code_blocks && figures.code_blocks > 0 {
            let detail = "fenced code in the reasoning of a problem that is not about code";
            return drop("readability.code_block", detail.to_owned());
        }
        for (name, unit, value, max) in [
            ("readability.long_paragraph", "paragraph", figures.paragraph, self.max_paragraph_words),
            ("readability.long_sentence", "sentence", figures.sentence, self.max_sentence_words),
        ] {
            if value > max {
                return drop(name, format!("a {unit} of {value} words, more than {max}"));
            }
        }
        if figures.about_code {
            // Programs outside of fences are figures and signs.
            return Ok(());
        }
        if figures.symbol_run > self.max_symbol_run {
            let detail =
                format!("{} symbols in a row, more than {}", figures.symbol_run, self.max_symbol_run);
            return drop("readability.symbol_run", detail);
        }
        if figures.chars >= LEAST_CHARS && figures.letter_fraction() < self.min_letter_fraction {
            let detail = format!("{:.0} % of the characters are letters", figures.letter_fraction() * 100.0);
            return drop("readability.few_letters", detail);
        }
        if figures.gibberish > self.max_gibberish {
            let detail = format!("{:.2} nats a letter: these are no words", figures.gibberish);
            return drop("readability.gibberish", detail);
        }
        Ok(())
    }
}

impl Filter for Readability {
    fn name(&self) -> &'static str {
        "readability"
    }

    fn judge(&self, prompt: &Prompt, completion: &Completion) -> Judgement {
        self.judge_reading(prompt, &Reading::new(completion))
    }

    fn judge_reading(&self, prompt: &Prompt, reading: &Reading<'_>) -> Judgement {
        let (text, pieces) = (reading.text(), reading.pieces());
        let mut figures = Figures { broken: broken::find(text, reading.blocks()), ..Figures::default() };
        figures.unbalanced = balance::unbalanced(reading);
        prose::read(&mut figures, reading);
        let about_code = prompt.domain == "code" || prompt.entry_point.is_some() || !prompt.tests.is_empty();
        figures.about_code = about_code;
        let mut fences = pieces.iter().filter(|piece| matches!(piece.kind, Kind::Fence { .. })).peekable();
        if !about_code
            && fences.peek().is_some()
            && let Some(reasoning) = reasoning(text)
        {
            figures.code_blocks =
                fences.filter(|fence| reasoning.contains(&fence.range.start)).count() as u32;
        }
        let decision = match self.decide(&figures) {
            Ok(()) => Decision::Keep,
            Err(reason) => Decision::Drop(reason),
        };
        Judgement { decision, scores: figures.scores() }
    }
}

/// Where the reasoning stands: between the tags, or everywhere where there are none.
fn reasoning(text: &str) -> Option<std::ops::Range<usize>> {
    match (text.find(think::OPEN), text.find(think::CLOSE)) {
        (Some(open), Some(close)) => Some(open..close),
        (Some(open), None) => Some(open..text.len()),
        (None, Some(close)) => Some(0..close),
        (None, None) => None,
    }
}

/// What is measured of a text.
#[derive(Default)]
struct Figures {
    broken: broken::Broken,
    unbalanced: Option<&'static str>,
    about_code: bool,
    code_blocks: u32,
    /// Words of the longest paragraph and sentence.
    paragraph: u32,
    sentence: u32,
    letters: u32,
    chars: u32,
    symbol_run: u32,
    gibberish: f64,
}

impl Figures {
    fn letter_fraction(&self) -> f64 {
        f64::from(self.letters) / f64::from(self.chars.max(1))
    }

    fn scores(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("paragraph_words", f64::from(self.paragraph)),
            ("sentence_words", f64::from(self.sentence)),
            ("letter_fraction", self.letter_fraction()),
            ("symbol_run", f64::from(self.symbol_run)),
            ("broken_chars", f64::from(self.broken.count)),
            ("unbalanced", f64::from(u8::from(self.unbalanced.is_some()))),
            ("code_blocks", f64::from(self.code_blocks)),
            ("gibberish", self.gibberish),
        ]
    }
}

#[cfg(test)]
mod tests;
