//! `language`: drops samples that mix languages. In: prompt and text. Out: keep, or
//!
//! - `language.foreign_span`: a passage in another language, with its place and its language;
//! - `language.foreign_fraction`: passages too short for that, but too many;
//!
//! scores `foreign_spans`, `foreign_words` (in all), `longest_foreign_span` (words), `foreign_fraction` (of
//! words), `evidence` (for the strongest passage of the target's script, in nats: 8 make one). Code, LaTeX,
//! URLs, numbers and names of variables are not read; a prompt's own words, languages that it names, names,
//! borrowed phrases and Greek symbols are no mixing. Never judges whether a language is used well.

mod asked;
mod identify;
mod names;
mod script;
mod spans;
mod tally;
mod terms;

use std::cell::{OnceCell, RefCell};

use serde::{Deserialize, Serialize};

use super::classes::classes;
use super::mask::{self, Kind};
use super::reading::Reading;
use super::{Filter, Judgement};
use crate::record::{Completion, Decision, Prompt, Reason};
use asked::Asked;
pub use names::Language;
pub use script::{Script, script};
pub use spans::{Span, says_little};

/// Options of `language`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The language that samples must be in: `"prompt"` for the prompt's own, or a code or English name, such
    /// as `"en"` or `"Chinese"`.
    pub target: String,
    /// Most words of a foreign passage that is kept; a Han character and a kana count as one word. What is found
    /// at all is a passage for certain, so that the default of 0 drops no names, terms or symbols.
    pub max_foreign_span_words: u32,
    /// Most words in foreign passages, as a fraction of all words.
    pub max_foreign_fraction: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { target: "prompt".to_owned(), max_foreign_span_words: 0, max_foreign_fraction: 0.05 }
    }
}

/// The filter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LanguageMixing {
    options: Options,
    /// `None` for the prompt's language.
    target: Option<Language>,
}

impl Options {
    /// Checks the ranges.
    ///
    /// # Errors
    /// A sentence that names the option.
    pub fn checked(self) -> Result<LanguageMixing, String> {
        if !(0.0..=1.0).contains(&self.max_foreign_fraction) {
            return Err(format!(
                "max_foreign_fraction must be between 0 and 1, not {}",
                self.max_foreign_fraction
            ));
        }
        let target = match self.target.as_str() {
            "prompt" => None,
            name => Some(Language::parse(name).ok_or_else(|| {
                format!(
                    "target must be \"prompt\" or a language such as \"en\" or \"Chinese\", not \"{name}\""
                )
            })?),
        };
        Ok(LanguageMixing { options: self, target })
    }
}

/// The problem of a prompt, read when it is asked for, and kept by the thread for the next answer to it: several are
/// drawn for each.
#[derive(Default)]
struct Problem {
    text: String,
    asked: OnceCell<Asked>,
    tally: OnceCell<tally::Tally>,
}

impl Problem {
    fn tally(&self) -> &tally::Tally {
        self.tally.get_or_init(|| prompt_language(&self.text))
    }
}

impl spans::Asks for Problem {
    fn asked(&self) -> &Asked {
        self.asked.get_or_init(|| Asked::new(&self.text))
    }
}

impl Filter for LanguageMixing {
    fn name(&self) -> &'static str {
        "language"
    }

    fn judge(&self, prompt: &Prompt, completion: &Completion) -> Judgement {
        self.judge_reading(prompt, &Reading::new(completion))
    }

    fn judge_reading(&self, prompt: &Prompt, reading: &Reading<'_>) -> Judgement {
        thread_local! {
            static PROBLEM: RefCell<Problem> = RefCell::default();
        }
        let (text, pieces) = (reading.text(), reading.pieces());
        let (target, found) = PROBLEM.with_borrow_mut(|problem| {
            if problem.text != prompt.problem {
                *problem = Problem { text: prompt.problem.clone(), ..Problem::default() };
            }
            let target = self.target.or_else(|| problem.tally().language(|| tally::evidence(text, pieces)));
            let target = target.or_else(|| tally::evidence(text, pieces).language(Default::default));
            // Neither has a word: nothing is mixed.
            let target = target.unwrap_or(Language::English);
            (target, spans::find(reading, target, problem))
        });
        let foreign: u32 = found.spans.iter().map(|span| span.words).sum();
        let longest = found.spans.iter().max_by_key(|span| span.words);
        let fraction = f64::from(foreign) / f64::from(found.words.max(foreign).max(1));
        let decision = match longest {
            Some(span) if span.words > self.options.max_foreign_span_words => Decision::Drop(Reason::new(
                "language.foreign_span",
                format!("{} in a text in {}", described(text, span), target.name()),
            )),
            Some(span) if fraction > self.options.max_foreign_fraction => Decision::Drop(Reason::new(
                "language.foreign_fraction",
                format!(
                    "{:.1} % of its words are foreign to a text in {}, in {} passages, among them {}",
                    fraction * 100.0,
                    target.name(),
                    found.spans.len(),
                    described(text, span)
                ),
            )),
            _ => Decision::Keep,
        };
        let scores = vec![
            ("foreign_spans", found.spans.len() as f64),
            ("foreign_words", f64::from(foreign)),
            ("longest_foreign_span", longest.map_or(0.0, |span| f64::from(span.words))),
            ("foreign_fraction", fraction),
            ("evidence", found.evidence),
        ];
        Judgement { decision, scores }
    }
}

/// What a prompt is written in, by what stands outside of quotation marks where there is enough of it.
fn prompt_language(problem: &str) -> tally::Tally {
    let tally = |text: &str| tally::evidence(text, &mask::pieces(text, &classes(text)));
    let outside = tally(&without_quotes(problem));
    if outside.words() >= 3 { outside } else { tally(problem) }
}

/// The text with quoted passages blanked; a mark that is not closed within its line quotes nothing.
fn without_quotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        while let Some((at, open)) =
            rest.char_indices().find(|(_, c)| matches!(c, '"' | '“' | '„' | '«' | '「' | '『' | '《'))
        {
            let close: &[char] = match open {
                '"' => &['"'],
                '“' => &['”'],
                '„' => &['“', '”'],
                '«' => &['»'],
                '「' => &['」'],
                '『' => &['』'],
                _ => &['》'],
            };
            let inside = &rest[at + open.len_utf8()..];
            let Some(end) = inside.find(close) else { break };
            out.push_str(&rest[..at]);
            out.push(' ');
            let mark = inside[end..].chars().next().map_or(0, char::len_utf8);
            rest = &inside[end + mark..];
        }
        out.push_str(rest);
    }
    out
}

/// A span for a person: how long, in which language, where, and how it begins.
fn described(text: &str, span: &Span) -> String {
    let passage = &text[span.range.clone()];
    let shown: String = passage.chars().take(60).collect();
    let more = if shown.len() < passage.len() { "…" } else { "" };
    let words = if span.words == 1 { "word" } else { "words" };
    format!(
        "{} {words} in {} at byte {}: \"{shown}{more}\"",
        span.words,
        span.language.name(),
        span.range.start
    )
}

/// The prose of a text as this filter reads it: its pieces without code, LaTeX and links.
pub fn prose(text: &str) -> impl Iterator<Item = &str> {
    mask::pieces(text, &classes(text))
        .into_iter()
        .filter(|piece| piece.kind == Kind::Prose)
        .map(|piece| &text[piece.range])
}

#[cfg(test)]
mod tests;
