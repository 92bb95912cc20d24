//! The math verifier: is the answer the reference answer?
//!
//! In: a prompt with a reference answer, and the assistant's text. Only what follows a closed think block is
//! read. `extract` finds the answer there, `read` reads both sides as every kind of answer they can be,
//! `judge` compares them by kind, `algebra` decides whether expressions are equal. Out: pass where a rule
//! shows the same value, fail where the values are shown to differ, unknown where neither is shown; with what
//! was extracted, what was read and which rule decided. All work is counted, none is timed. Never: a float in a
//! decision, a tolerance that nobody asked for, a pass for an integral or a limit that is not evaluated.

mod algebra;
mod expr;
mod extract;
mod judge;
mod read;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::command::Command;
use crate::format::think;
use crate::record::{Finding, Prompt, Reason, Verdict};
use algebra::rational::Rational;
use expr::Expr;
pub use extract::Extractor;
use extract::Missing;
use judge::{Match, Settings};
use read::{Answer, Read};

/// `math = {}`: compares the answer with the reference answer, exactly.
///
/// ```toml
/// [[verifiers]]
/// math = { extractors = ["boxed", "statement"], decimals = 2, on_unknown = { program = ["python3", "judge.py"] } }
/// ```
///
/// What a comparison may cost is fixed and counted (steps of algebra, digits, nesting, tokens), so that a
/// verdict is the same on every machine; past it the verdict is unknown, `math.budget` or `math.too_long`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Math {
    /// How the answer is found, in this order; the first that finds one decides. By default all:
    /// `boxed`, `hashes` (`####`), `statement` ("the answer is …"), `whole`, `display`, `formula`, `number`,
    /// `letter`.
    pub extractors: Vec<Extractor>,
    /// Numbers that agree to this many decimals are the same, from 0 to 100. By default they are compared
    /// exactly, save that a reference of six significant digits or more and with a decimal point is taken for a
    /// rounded value.
    pub decimals: Option<u32>,
    /// Numbers that differ from the reference by at most this part of it are the same, from 0 to 1.
    pub relative_tolerance: Option<f64>,
    /// `f(x)` and `f(y)` are the same answer.
    pub rename_variables: bool,
    /// An external program that is asked where the verdict would be unknown, as [`Command`] describes.
    pub on_unknown: Option<Command>,
}

impl Default for Math {
    fn default() -> Self {
        Self {
            extractors: Extractor::ALL.to_vec(),
            decimals: None,
            relative_tolerance: None,
            rename_variables: false,
            on_unknown: None,
        }
    }
}

impl super::Verifier for Math {
    fn name(&self) -> &'static str {
        "math"
    }

    fn applies(&self, prompt: &Prompt) -> bool {
        prompt.answer.is_some()
    }

    fn verify(&self, prompt: &Prompt, text: &str) -> Finding {
        let mut details = Map::new();
        let verdict = self.verdict(prompt, text, &mut details);
        Finding { verdict, details, measured: Map::new() }
    }
}

impl Math {
    /// Checks the options.
    ///
    /// # Errors
    /// A sentence that names the option that is out of range.
    pub fn checked(self) -> Result<Self, String> {
        if self.extractors.is_empty() {
            return Err("math: extractors = [] finds no answer: leave it out for all of them".into());
        }
        if self.decimals.is_some_and(|decimals| decimals > 100) {
            return Err("math: decimals is more than 100".into());
        }
        if self.relative_tolerance.is_some_and(|tolerance| !(0.0..=1.0).contains(&tolerance)) {
            return Err("math: relative_tolerance is not between 0 and 1".into());
        }
        Ok(self)
    }

    fn verdict(&self, prompt: &Prompt, text: &str, details: &mut Map<String, Json>) -> Verdict {
        let Some(reference_text) = &prompt.answer else {
            return unknown("math.no_reference", "the prompt has no reference answer");
        };
        let Some(solution) = think::answer_part(text) else {
            return fail("math.no_answer", "the think block is malformed or never closed");
        };
        let reference = reference_of(reference_text);
        let choice = reference.readings.iter().any(is_choice);
        let worded = reference.readings.iter().any(Answer::is_words);
        let only_words = reference.readings.iter().all(Answer::is_words);
        let extracted = extract::extract(solution, &self.extractors, choice, |text| {
            read::read(text).readings.iter().any(|reading| match reading {
                // Words are an answer by themselves only where words are asked for.
                Answer::Text(words) => {
                    worded
                        && !choice
                        && words.split(' ').count() <= 3
                        && !words.bytes().any(|byte| byte.is_ascii_digit())
                }
                Answer::Names(_) => worded && !choice,
                // `A triangle has three sides` is no choice of A.
                Answer::Value(value) => !choice || value.unit.as_ref().is_none_or(|unit| unit.known),
                _ => true,
            })
        });
        let extracted = match extracted {
            Ok(extracted) => extracted,
            Err(Missing::Unclosed) => return fail("math.no_box", "the last \\boxed{ is never closed"),
            Err(Missing::EmptyBox) => return fail("math.no_box", "the last box is empty"),
            Err(Missing::Nothing) => return fail("math.no_box", "no answer was found"),
        };
        let mut answer_text = extracted.text.as_str();
        let mut answer = read::read(answer_text);
        let prose = answer.readings.iter().all(|reading| match reading {
            Answer::Text(words) => words.contains(' '),
            Answer::Names(_) => true,
            _ => false,
        });
        if prose
            && !only_words
            && extracted.by != Extractor::Boxed
            && let Some(value) = extract::of_clause(&extracted.text)
        {
            answer_text = value;
            answer = read::read(value);
        }
        let offset = solution.as_ptr() as usize - text.as_ptr() as usize + extracted.offset;
        details.insert("extracted".into(), cut(answer_text, 200).into());
        details.insert("extracted_at".into(), offset.into());
        details.insert("extractor".into(), extracted.by.as_str().into());
        details.insert("confidence".into(), extracted.by.confidence().into());
        details.insert("answer_read".into(), shown_readings(&answer).into());
        details.insert("reference_read".into(), shown_readings(&reference).into());

        let settings = self.settings(prompt);
        if let Some(later) = &extracted.later {
            let later_read = read::read(later);
            let differs = matches!(judge::compare(&answer, &later_read, &settings), Match::Differs(_))
                && matches!(judge::compare(&later_read, &answer, &settings), Match::Differs(_));
            // Words may say the same as the box; another value does not.
            if differs && !later_read.readings.iter().all(Answer::is_words) {
                details.insert("rule".into(), "another answer follows the box".into());
                return fail(
                    "math.several_answers",
                    sides("the box and the answer after it", answer_text, later),
                );
            }
        }
        let found = judge::compare(&reference, &answer, &settings);
        let sides = || sides("answer and reference", answer_text, reference_text);
        match found {
            Match::Same(rule) => {
                details.insert("rule".into(), rule.into());
                Verdict::Pass
            }
            Match::Differs(rule) => {
                details.insert("rule".into(), rule.into());
                fail("math.wrong_answer", sides())
            }
            Match::Unknown(name, rule) => {
                details.insert("rule".into(), rule.into());
                unknown(name, sides())
            }
        }
    }

    /// The options and what the problem says, for the comparison.
    fn settings<'p>(&self, prompt: &'p Prompt) -> Settings<'p> {
        let tolerance = self.relative_tolerance.filter(|tolerance| *tolerance > 0.0).and_then(|tolerance| {
            // The decimal as it was written, not the float.
            let written = format!("{tolerance:.40}");
            let (whole, fraction) = written.split_once('.')?;
            Rational::decimal(whole, fraction.get(..30)?)
        });
        Settings {
            decimals: self.decimals.map(|decimals| decimals as usize),
            relative_tolerance: tolerance,
            rename_variables: self.rename_variables,
            problem: &prompt.problem,
        }
    }
}

/// What the reference is; of a whole solution, what it states.
fn reference_of(text: &str) -> Read {
    let marked = ["\\boxed", "\\fbox", "####"].iter().any(|mark| text.contains(mark));
    if marked && let Some(stated) = extract::of_solution(text) {
        return read::read(&stated);
    }
    let whole = read::read(text);
    let prose = whole
        .readings
        .iter()
        .all(|reading| matches!(reading, Answer::Text(words) if words.split(' ').count() > 8));
    if prose && let Some(stated) = extract::of_solution(text) {
        return read::read(&stated);
    }
    whole
}

/// Whether a reading is the letter of a choice.
fn is_choice(reading: &Answer) -> bool {
    matches!(reading, Answer::Value(value) if matches!(&value.expr, Expr::Symbol(name) if name.len() == 1 && matches!(name.as_bytes()[0], b'A'..=b'J')))
}

/// The first readings, for people.
fn shown_readings(read: &Read) -> String {
    let shown: Vec<String> =
        read.readings.iter().take(3).map(|reading| cut(&reading.to_string(), 120)).collect();
    if shown.is_empty() { "not read".to_owned() } else { shown.join(" | ") }
}

fn fail(name: &'static str, detail: impl Into<String>) -> Verdict {
    Verdict::Fail(Reason::new(name, detail))
}

fn unknown(name: &'static str, detail: impl Into<String>) -> Verdict {
    Verdict::Unknown(Reason::new(name, detail))
}

fn sides(what: &str, left: &str, right: &str) -> String {
    format!("{what}: `{}` and `{}`", cut(left, 80), cut(right, 80))
}

/// The first `length` characters of `text` on one line.
fn cut(text: &str, length: usize) -> String {
    let mut chars = text.trim().chars();
    let head: String = chars.by_ref().take(length).collect();
    let more = if chars.next().is_some() { "…" } else { "" };
    format!("{}{more}", head.replace(['\n', '\r'], " "))
}

#[cfg(test)]
mod tests;
