//! Finds the answer of a completion. In: the text after the think block, and the ways to look in order. Out:
//! the answer's text, where it stands, how it was found and how sure that is. Linear in the text. Never: an
//! earlier box where the last one is cut off; a number that the text denies.

mod boxes;
mod closing;
mod number;
mod statement;

use serde::{Deserialize, Serialize};

/// A way to find the answer, tried in the configured order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extractor {
    /// The last `\boxed{…}` or `\fbox{…}`; boxes joined by commas or "and" are one list.
    Boxed,
    /// What follows the last "the answer is", `Answer:`, 答案.
    Statement,
    /// What follows the last `####` on its line (GSM8K).
    Hashes,
    /// The whole text, where it is nothing but an answer.
    Whole,
    /// The last display formula: `\[…\]`, `$$…$$`, an environment's last line.
    Display,
    /// The last inline formula of the closing sentences.
    Formula,
    /// The last number of the closing sentences.
    Number,
    /// A letter of a choice that stands alone; only where the reference is one.
    Letter,
}

impl Extractor {
    /// All of them, the surest first: the default.
    pub const ALL: [Self; 8] = [
        Self::Boxed,
        Self::Hashes,
        Self::Statement,
        Self::Whole,
        Self::Display,
        Self::Formula,
        Self::Number,
        Self::Letter,
    ];

    /// The name in the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Boxed => "boxed",
            Self::Statement => "statement",
            Self::Hashes => "hashes",
            Self::Whole => "whole",
            Self::Display => "display",
            Self::Formula => "formula",
            Self::Number => "number",
            Self::Letter => "letter",
        }
    }

    /// How sure it is that this is the answer: `high` where the text says so, `medium` where its form does,
    /// `low` where only the place does.
    pub fn confidence(self) -> &'static str {
        match self {
            Self::Boxed | Self::Statement | Self::Hashes => "high",
            Self::Whole | Self::Display => "medium",
            Self::Formula | Self::Number | Self::Letter => "low",
        }
    }
}

/// The answer as it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extracted {
    /// The answer's text; several boxes are parted by commas.
    pub text: String,
    /// Where it begins, in bytes from the start of the text that was searched.
    pub offset: usize,
    /// How it was found.
    pub by: Extractor,
    /// An explicit statement that follows the box.
    pub later: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// The last box is never closed.
    Unclosed,
    /// The last box is empty.
    EmptyBox,
    /// None of the ways found one.
    Nothing,
}

/// Longest text that can be an answer as a whole, in bytes.
const WHOLE: usize = 400;

/// The answer in `text`. `is_answer` says whether a text reads as an answer by itself; `wants_letter` that the
/// reference is a choice.
pub(super) fn extract(
    text: &str,
    ways: &[Extractor],
    wants_letter: bool,
    is_answer: impl Fn(&str) -> bool,
) -> Result<Extracted, Missing> {
    let found = |range: std::ops::Range<usize>, by| Extracted {
        text: text[range.clone()].to_owned(),
        offset: range.start,
        by,
        later: None,
    };
    for (at, &way) in ways.iter().enumerate() {
        let answer = match way {
            Extractor::Boxed => {
                let boxes = boxes::find(text).map_err(|boxes::Unclosed| Missing::Unclosed)?;
                let full: Vec<boxes::Boxed> = boxes.into_iter().collect();
                let Some(last) = full.last() else { continue };
                if text[last.inner.clone()].trim().is_empty() {
                    return Err(Missing::EmptyBox);
                }
                let group = boxes::last_group(text, &full);
                let joined: Vec<String> =
                    group.iter().map(|found| signed(text, found)).filter(|inner| !inner.is_empty()).collect();
                let rest = &text[last.outer.end..];
                let later = statement::last(rest).map(|range| rest[range].to_owned());
                return Ok(Extracted {
                    text: joined.join(", "),
                    offset: group[0].inner.start,
                    by: way,
                    later,
                });
            }
            Extractor::Statement => statement::last(text),
            Extractor::Hashes => statement::hashes(text),
            Extractor::Whole => {
                let end = closing::end(text);
                let whole = text[..end].trim();
                let start = text[..end].len() - text[..end].trim_start().len();
                (whole.len() <= WHOLE && !whole.is_empty() && is_answer(whole))
                    .then(|| start..start + whole.len())
            }
            Extractor::Display => closing::display(text),
            // Whichever of the two stands last.
            Extractor::Formula => closing::last(text, true, ways[at..].contains(&Extractor::Number)),
            Extractor::Number => closing::last(text, false, true),
            Extractor::Letter => {
                if wants_letter {
                    letter(text)
                } else {
                    None
                }
            }
        };
        if wants_letter
            && matches!(way, Extractor::Number | Extractor::Formula)
            && ways.contains(&Extractor::Letter)
        {
            // Where a letter is asked for, a number is no answer, unless no letter stands there.
            if let Some(letter) = letter(text) {
                return Ok(found(letter, Extractor::Letter));
            }
        }
        if let Some(range) = answer {
            let formula = text[range.clone()].ends_with(['$', ')']);
            let way = if way == Extractor::Formula && !formula { Extractor::Number } else { way };
            return Ok(found(range, way));
        }
    }
    Err(Missing::Nothing)
}

/// What is in a box, with the sign right before it: `= -\boxed{256}`.
fn signed(text: &str, found: &boxes::Boxed) -> String {
    let inner = text[found.inner.clone()].trim();
    let before = &text[..found.outer.start];
    let negative = before.strip_suffix('-').is_some_and(|before| {
        before.trim_end_matches(' ').is_empty()
            || before.trim_end_matches(' ').ends_with(['=', '$', '(', '['])
    });
    let plain = inner.starts_with(|first: char| first.is_ascii_digit() || first == '\\' || first == '.')
        && !inner.contains(['+', '-', '±']);
    if negative && plain { format!("-{inner}") } else { inner.to_owned() }
}

/// The value that a clause states: its last formula or number.
pub(super) fn of_clause(clause: &str) -> Option<&str> {
    closing::last(clause, true, true).map(|range| &clause[range])
}

/// The statement of an answer in a reference that is a whole solution.
pub(super) fn of_solution(text: &str) -> Option<String> {
    extract(text, &[Extractor::Boxed, Extractor::Hashes, Extractor::Statement], false, |_| false)
        .ok()
        .map(|found| found.text)
}

/// Words that a chosen letter stands behind.
const CHOOSING: [&str; 9] = [
    "option is ",
    "choice is ",
    "answer is ",
    "answer: ",
    "option ",
    "choice ",
    "select ",
    "choose ",
    "choosing ",
];
/// Words that stand behind a chosen letter.
const CHOSEN: [&str; 5] = ["is correct", "is right", "is the answer", "is the correct", "is the right"];

/// The letter of a choice: at the front with a mark, one that is said to be chosen, or the only one of the last
/// sentence that has one. Of several letters that a sentence speaks of none is taken.
fn letter(text: &str) -> Option<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    // Chinese has no spaces: `故选B。`.
    let joins = |char: char| char.is_alphanumeric() && char < '\u{2e80}' || matches!(char, '\\' | '\'' | '’');
    let alone = |at: usize| {
        matches!(bytes.get(at), Some(b'A'..=b'J'))
            && !text[..at].chars().next_back().is_some_and(joins)
            && !text[at + 1..].chars().next().is_some_and(joins)
    };
    let marks = |char: char| matches!(char, '(' | ')' | '*' | '$' | '\\' | '{' | '}' | '"' | ' ');
    let behind = |at: usize| text[at + 1..].trim_start_matches(marks);
    let denied = |at: usize| {
        let before = text[..at].trim_end_matches(marks);
        let phrase = CHOOSING.iter().find_map(|phrase| before.strip_suffix(phrase.trim_end()));
        // "A common mistake is to choose A".
        let mistake = phrase.is_some_and(|head| head.ends_with("to ") && !head.ends_with("have to "));
        mistake
            || closing::denied(&text[..at])
            || phrase.is_some_and(closing::denied)
            || closing::denied_behind(behind(at))
    };
    let start = text.len() - text.trim_start().len();
    let first = start + usize::from(text[start..].starts_with('('));
    if alone(first) && matches!(bytes.get(first + 1), None | Some(b'.' | b')' | b':' | b',')) {
        return Some(first..first + 1);
    }
    let from = text.floor_char_boundary(text.len().saturating_sub(2_000));
    let lower = text[from..].to_ascii_lowercase();
    // "The correct option is B because A is wrong".
    let said = |phrase: &&'static str| {
        let length = phrase.len();
        lower.match_indices(*phrase).map(move |(at, _)| {
            let at = from + at + length;
            at + text[at..].len() - text[at..].trim_start_matches(marks).len()
        })
    };
    let chosen = |at: &usize| {
        let words = behind(*at).to_ascii_lowercase();
        CHOSEN.iter().any(|phrase| words.starts_with(phrase))
    };
    let claimed =
        CHOOSING.iter().flat_map(said).chain((from..text.len()).filter(|&at| alone(at)).filter(chosen));
    if let Some(at) = claimed.filter(|&at| alone(at) && !denied(at)).max() {
        return Some(at..at + 1);
    }
    // `A` and `I` are words too, unless a mark or a verb follows.
    let article = |at: usize| {
        matches!(bytes[at], b'A' | b'I')
            && text[at + 1..].starts_with(' ')
            && !["is", "was", "and", "or"].iter().any(|word| text[at + 1..].trim_start().starts_with(word))
    };
    let last = (from..text.len()).rev().find(|&at| alone(at) && !article(at) && !denied(at))?;
    let stops = ['.', '\n', '。', '!', '?'];
    let start = text[from..last].rfind(stops).map_or(from, |at| from + at + 1);
    let end = text[last..].find(stops).map_or(text.len(), |at| last + at);
    let others = (start..end).any(|at| alone(at) && bytes[at] != bytes[last] && !article(at) && !denied(at));
    (!others).then_some(last..last + 1)
}

#[cfg(test)]
mod tests;
