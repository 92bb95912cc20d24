//! Reads lists of plain words: `Ben, Zoe and Carl`. In: tokens. Out: the words of each item. Never: letters that
//! stand for values, sentences with commas.

use super::super::lex::{Tok, Token};
use super::super::spelling;
use super::{MAX_ITEMS, split, ungrouped};

/// Words that an item may have: more are a clause.
const MAX_WORDS: usize = 2;

/// The items, in lower case, if every item is one word or two.
pub(in super::super) fn names(tokens: &[Token]) -> Option<Vec<String>> {
    let parts = split(ungrouped(tokens), |tok| matches!(tok, Tok::Op(',' | ';') | Tok::And | Tok::Or))?;
    if !(2..=MAX_ITEMS).contains(&parts.len()) {
        return None;
    }
    let mut found = Vec::with_capacity(parts.len());
    let mut after_comma = false;
    for (part, separator) in parts {
        if part.is_empty() {
            // `Ben, Carl, and Zoe`.
            if !after_comma || !matches!(separator, Some(Tok::And | Tok::Or)) {
                return None;
            }
        } else {
            found.push(name(part)?);
        }
        after_comma = matches!(separator, Some(Tok::Op(',' | ';')));
    }
    // `yes, always`: an answer with its comment; `true, false` are two answers.
    let verdicts =
        found.iter().filter(|name| matches!(name.as_str(), "yes" | "no" | "true" | "false")).count();
    (found.len() > 1 && (verdicts == 0 || verdicts == found.len())).then_some(found)
}

fn name(part: &[Token]) -> Option<String> {
    let letters = |token: &Token| {
        matches!(token.tok, Tok::Word(_) | Tok::Letter(_) | Tok::Group | Tok::EndGroup)
            || token.tok == Tok::Op('-') && !token.spaced
    };
    if !part.iter().all(letters) {
        return None;
    }
    let name = spelling::lower(part);
    let words = name.split(' ').count();
    // Single letters are variables or choices; a Chinese one is a word.
    let long = |word: &str| {
        (word.chars().count() > 1 || word.starts_with(|first: char| first >= '\u{2e80}'))
            && word.chars().all(char::is_alphabetic)
    };
    (words <= MAX_WORDS && name.split(' ').all(long)).then_some(name)
}
