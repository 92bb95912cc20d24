//! The math verifier: is the boxed answer the reference answer?
//!
//! In: a prompt with a reference answer, and the assistant's text. Only what follows a closed think
//! block is read, and of it only `\boxed{…}` (or `\fbox{…}`). Out: pass where both sides read as
//! the same exact value, fail where both are read and differ, unknown where a side is not read.
//! Never: floats, rounding, evaluation of expressions, a pass for anything but the same value or
//! the same normalised text.

mod algebra;
mod boxes;
mod clean;
mod expr;
mod rational;
mod value;

use serde::{Deserialize, Serialize};

use crate::format::think;
use crate::record::{Finding, Prompt, Reason, Verdict};
use value::{Answer, Match};

/// `math = {}`: compares the boxed answer with the reference answer, exactly. No options.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Math {}

impl super::Verifier for Math {
    fn name(&self) -> &'static str {
        "math"
    }

    fn applies(&self, prompt: &Prompt) -> bool {
        prompt.answer.is_some()
    }

    fn verify(&self, prompt: &Prompt, text: &str) -> Finding {
        self.verdict(prompt, text).into()
    }
}

impl Math {
    fn verdict(&self, prompt: &Prompt, text: &str) -> Verdict {
        let Some(reference) = &prompt.answer else {
            return unknown("math.no_reference", "the prompt has no reference answer");
        };
        let Some(solution) = think::answer_part(text) else {
            return fail("math.no_answer", "the think block is malformed or never closed");
        };
        let boxes = match boxes::find(solution) {
            Ok(boxes) => boxes,
            Err(boxes::Unclosed) => return fail("math.no_box", "the last \\boxed{ is never closed"),
        };
        let Some((last, earlier)) = boxes.split_last() else {
            return fail("math.no_box", "no \\boxed{…} after the think block");
        };
        if last.trim().is_empty() {
            return fail("math.no_box", "the last box is empty");
        }
        let (reference_answer, answer) = (Answer::read(reference), Answer::read(last));
        // A solution that commits to two answers has none, whichever of them is right.
        let mut seen = *last;
        let mut undecided = false;
        for other in earlier.iter().filter(|other| !other.trim().is_empty()) {
            if *other == seen || other == last {
                continue;
            }
            seen = other;
            match value::compare(&answer, &Answer::read(other)) {
                Match::Same => {}
                // The answer may be a list, boxed item by item.
                Match::Differs if reference_answer.is_list() => {
                    return unknown("math.several_answers", sides("boxes", other, last));
                }
                Match::Differs => return fail("math.several_answers", sides("boxes", other, last)),
                Match::NotRead | Match::Ambiguous | Match::TooLong => undecided = true,
            }
        }
        match value::compare(&reference_answer, &answer) {
            Match::Same if undecided => {
                unknown("math.several_answers", format!("boxes that may differ, the last {}", shown(last)))
            }
            Match::Same => Verdict::Pass,
            Match::Differs => fail("math.wrong_answer", sides("answer and reference", last, reference)),
            Match::NotRead => unknown("math.not_read", sides("answer and reference", last, reference)),
            Match::Ambiguous => unknown("math.ambiguous", sides("answer and reference", last, reference)),
            Match::TooLong => unknown(
                "math.too_long",
                format!("{} bytes in the box, {} in the reference", last.len(), reference.len()),
            ),
        }
    }
}

fn fail(name: &'static str, detail: impl Into<String>) -> Verdict {
    Verdict::Fail(Reason::new(name, detail))
}

fn unknown(name: &'static str, detail: impl Into<String>) -> Verdict {
    Verdict::Unknown(Reason::new(name, detail))
}

fn sides(what: &str, left: &str, right: &str) -> String {
    format!("{what}: {} and {}", shown(left), shown(right))
}

/// `text` in backticks, cut so that a reason stays one short line.
fn shown(text: &str) -> String {
    const CHARS: usize = 80;
    let mut chars = text.trim().chars();
    let head: String = chars.by_ref().take(CHARS).collect();
    let more = if chars.next().is_some() { "…" } else { "" };
    format!("`{}{more}`", head.replace(['\n', '\r'], " "))
}

#[cfg(test)]
mod tests;
