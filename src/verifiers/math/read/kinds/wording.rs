//! Words around an answer: `7 (seven)`, `\frac{7}{12} or about 0.583`, `x = k\pi, k \in \mathbb{Z}`, `there are 7`. In:
//! tokens. Out: the answer without them, or what they add to it. Never: words that take the value back or change it
//! (`less than 7`, `not 7`, `7 or more`).

use super::super::lex::{Literal, Rel, Tok, Token};
use super::super::{Answer, Family, Value, numerals, spelling, units};
use super::{answer, readings, step};
use crate::verifiers::math::expr::Expr;

/// Words that introduce an answer and say nothing of it.
const LEADS: [&str; 42] = [
    "the",
    "a",
    "an",
    "final",
    "answer",
    "answers",
    "result",
    "value",
    "values",
    "total",
    "solution",
    "solutions",
    "set",
    "root",
    "roots",
    "point",
    "points",
    "interval",
    "ordered",
    "pair",
    "triple",
    "number",
    "is",
    "are",
    "was",
    "equals",
    "equal",
    "to",
    "there",
    "it",
    "they",
    "of",
    "about",
    "approximately",
    "approx",
    "roughly",
    "around",
    "exactly",
    "precisely",
    "only",
    "in",
    "year",
];

/// Words that say that a value is rounded.
const ROUNDING: [&str; 5] = ["approximately", "approx", "about", "roughly", "around"];

/// Words that tell which values a letter may have.
const QUALIFIERS: [&str; 27] = [
    "for",
    "for all",
    "all",
    "any",
    "every",
    "each",
    "some",
    "where",
    "with",
    "when",
    "is",
    "are",
    "be",
    "an",
    "a",
    "integer",
    "integers",
    "real",
    "reals",
    "number",
    "numbers",
    "natural",
    "positive",
    "whole",
    "arbitrary",
    "constant",
    "of",
];

/// Tokens that a condition on a letter may have: `where k is an arbitrary positive integer` has seven.
const MAX_CONDITION: usize = 40;

/// Words that a number may have: `nine hundred ninety-nine thousand nine hundred ninety-nine` has nine.
const MAX_WORDS: usize = 12;

fn word(token: &Token) -> Option<String> {
    match &token.tok {
        Tok::Word(word) => Some(word.to_lowercase()),
        Tok::Letter('a' | 'A') if token.text => Some("a".to_owned()),
        _ => None,
    }
}

/// Where the bracket that closes at the end of `tokens` opens.
fn last_bracket(tokens: &[Token]) -> Option<usize> {
    if tokens.last()?.tok != Tok::Close(')') {
        return None;
    }
    let mut depth = 0;
    let open = tokens.iter().rposition(|token| {
        depth -= step(&token.tok);
        depth == 0
    })?;
    (tokens[open].tok == Tok::Open('(') && open > 0).then_some(open)
}

/// `7/12 or about 0.583`, `\frac{7}{12} (\approx 0.583)`: the rounded value behind the exact one, set apart by `≈` alone.
pub(in super::super) fn rounded(tokens: &[Token]) -> Option<Vec<Token>> {
    let says = |token: &Token| {
        token.tok == Tok::Rel(Rel::Approx)
            || word(token).is_some_and(|word| ROUNDING.contains(&word.as_str()))
    };
    let approx = |token: &Token| Token { tok: Tok::Rel(Rel::Approx), ..token.clone() };
    if let Some(open) = last_bracket(tokens)
        && says(&tokens[open + 1])
    {
        let inside = &tokens[open + 2..tokens.len() - 1];
        return Some([&tokens[..open], &[approx(&tokens[open + 1])], inside].concat());
    }
    let joins = |tok: &Tok| matches!(tok, Tok::Or | Tok::And | Tok::Op(','));
    let at = tokens.windows(2).position(|pair| joins(&pair[0].tok) && says(&pair[1])).filter(|&at| at > 0)?;
    let before = tokens[..at].iter().rposition(|token| !joins(&token.tok))? + 1;
    Some([&tokens[..before], &[approx(&tokens[at + 1])], &tokens[at + 2..]].concat())
}

/// The tokens before a condition on a letter among them, and the letter, if any whole number may stand for it: `k\pi, k
/// \in \mathbb{Z}`, `2^n where n is a positive integer`, `\frac1x (x \ne 0)`.
pub(in super::super) fn unqualified(tokens: &[Token]) -> Option<(&[Token], Option<Family>)> {
    if let Some(open) = last_bracket(tokens) {
        let head = &tokens[..open];
        if tokens.len() - open <= MAX_CONDITION
            && let Some(family) = condition(&tokens[open + 1..tokens.len() - 1], head)
        {
            return Some((head, family));
        }
    }
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(1) {
        depth += step(&tokens[at - 1].tok);
        if tokens.len() - at > MAX_CONDITION {
            continue;
        }
        let parts = matches!(token.tok, Tok::Op(',' | ';'));
        let says = !parts
            && word(token).is_some_and(|word| matches!(word.as_str(), "for" | "for all" | "where" | "with"));
        if depth != 0 || !(parts || says) {
            continue;
        }
        let head = &tokens[..at];
        if let Some(family) = condition(&tokens[at + usize::from(parts)..], head) {
            return Some((head, family));
        }
    }
    None
}

/// What `tail` says of the letters of `head`, if it says no more than which values they may have.
fn condition(tail: &[Token], head: &[Token]) -> Option<Option<Family>> {
    let has = |letter: char, tokens: &[Token]| {
        tokens.iter().any(|token| match &token.tok {
            Tok::Letter(other) => *other == letter,
            Tok::Word(word) => word.len() <= 4 && word.contains(letter),
            _ => false,
        })
    };
    // `k > 2, k \ne 3`: what is left out of a range is part of the answer.
    let bounds = |token: &Token| {
        matches!(token.tok, Tok::Rel(Rel::Lt | Rel::Le | Rel::Gt | Rel::Ge | Rel::Ne | Rel::In))
    };
    if head.iter().any(bounds) {
        return None;
    }
    // `x = 5, x \ne 5`.
    let number = |token: &Token| match &token.tok {
        Tok::Number(number) => Some(number.clone()),
        _ => None,
    };
    let excluded: Vec<Literal> = tail.iter().filter_map(number).collect();
    let leaves_out = tail.iter().any(|token| token.tok == Tok::Rel(Rel::Ne));
    if leaves_out
        && head.iter().filter_map(number).any(|number| excluded.contains(&number))
        && head.iter().any(|token| matches!(token.tok, Tok::Rel(_)))
    {
        return None;
    }
    let mut letters: Vec<char> = Vec::new();
    let (mut whole, mut counted, mut set, mut bound) = (false, false, false, false);
    for token in tail {
        if let Some(word) = word(token) {
            if !QUALIFIERS.contains(&word.as_str()) {
                return None;
            }
            whole |= word.starts_with("integer");
            counted |= matches!(word.as_str(), "natural" | "positive" | "whole");
            set |=
                matches!(word.as_str(), "real" | "reals" | "for all" | "all" | "any" | "every" | "constant");
            continue;
        }
        match &token.tok {
            Tok::Letter(letter) if has(*letter, head) => {
                if !letters.contains(letter) {
                    letters.push(*letter);
                }
            }
            Tok::NumberSet(name) => {
                whole |= *name == 'Z';
                counted |= *name == 'N';
                set = true;
            }
            Tok::Rel(Rel::Ne) => set = true,
            Tok::Rel(Rel::Ge | Rel::Gt) => bound = true,
            // `\mathbb{Z}^+`.
            Tok::Op('+' | '*') if set => counted = true,
            Tok::Rel(Rel::In)
            | Tok::Number(_)
            | Tok::Op('-' | ',' | '^' | '_')
            | Tok::Group
            | Tok::EndGroup
            | Tok::And => {}
            _ => return None,
        }
    }
    // `x > 0` leaves out half of the values of a function; `n ≥ 1` is what every sequence says.
    let counts = letters.iter().all(|letter| matches!(letter, 'n' | 'k' | 'm'));
    let starts =
        excluded.iter().all(|number| matches!(number.whole.as_str(), "0" | "1") && number.fraction.is_none());
    let says = tail.iter().any(|token| matches!(token.tok, Tok::Word(_) | Tok::Rel(_)));
    if letters.is_empty() || !says || !(whole || counted || set || bound) || (bound && !counts) {
        return None;
    }
    let [letter] = letters[..] else { return Some(None) };
    // `a_n = 3n - 1`, `f(n) = 3n - 1`: the letter says which value, and stands for none.
    let index = head.windows(2).any(|pair| {
        matches!(pair[0].tok, Tok::Op('_') | Tok::Open('(')) && pair[1].tok == Tok::Letter(letter)
    }) || head
        .windows(3)
        .any(|three| three[0].tok == Tok::Op('_') && three[1].tok == Tok::Group && has(letter, &three[2..]));
    if bound && !(index || starts) {
        return None;
    }
    if index || !(whole || counted) {
        return Some(None);
    }
    Some(Some(Family { letter: letter.to_string(), all: whole && !counted && !bound }))
}

/// A value with its unit in brackets: `12 (cm)`.
pub(in super::super) fn measured(tokens: &[Token], plain: bool) -> Option<Answer> {
    let open = last_bracket(tokens)?;
    let inside = &tokens[open + 1..tokens.len() - 1];
    inside.iter().any(|token| matches!(token.tok, Tok::Word(_))).then_some(())?;
    let unit =
        units::read(inside, plain).filter(|unit| unit.known && !unit.weak && !unit.bases.is_empty())?;
    match answer(&tokens[..open], plain, 0)? {
        Answer::Value(value) if value.unit.is_none() && !value.percent => {
            Some(Answer::Value(Value { unit: Some(unit), ..value }))
        }
        _ => None,
    }
}

/// A value with itself in brackets: `7 (seven)`, `5 (i.e. 5)`.
pub(in super::super) fn restated(tokens: &[Token], plain: bool) -> Option<Answer> {
    let open = last_bracket(tokens)?;
    let (head, mut inside) = (&tokens[..open], &tokens[open + 1..tokens.len() - 1]);
    let Some(Answer::Value(value)) = answer(head, plain, 0) else { return None };
    loop {
        inside = match inside {
            [Token { tok: Tok::Letter('i'), .. }, Token { tok: Tok::Letter('e'), .. }, rest @ ..]
            | [Token { tok: Tok::Or | Tok::Op(',') | Tok::Rel(Rel::Eq), .. }, rest @ ..] => rest,
            [first, rest @ ..] if word(first).is_some_and(|word| matches!(word.as_str(), "that" | "is")) => {
                rest
            }
            _ => break,
        };
    }
    let again = spelled(inside).or_else(|| answer(inside, plain, 0))?;
    matches!(again, Answer::Value(_)).then(|| Answer::Restated(vec![Answer::Value(value), again]))
}

/// A number in words alone: `one and a half`.
pub(in super::super) fn in_words(tokens: &[Token]) -> Option<Answer> {
    let letters =
        |token: &Token| matches!(token.tok, Tok::Word(_) | Tok::Letter(_) | Tok::And | Tok::Op('-'));
    (tokens.len() <= MAX_WORDS && tokens.iter().all(letters)).then(|| spelled(tokens)).flatten()
}

/// A number in words.
fn spelled(tokens: &[Token]) -> Option<Answer> {
    let lower = spelling::lower(tokens);
    let number: Expr = numerals::spelled(&lower.split(' ').collect::<Vec<_>>())?;
    Some(Answer::Value(Value::bare(number)))
}

/// What stands behind words that only introduce it: `there are 7 people`, `the answer is 7`, `about 7`.
pub(in super::super) fn introduced(tokens: &[Token], plain: bool) -> Vec<Answer> {
    let leads = tokens
        .iter()
        .take_while(|token| word(token).is_some_and(|word| LEADS.contains(&word.as_str())))
        .count();
    // `Answer: 5`.
    let (colon, rest) = match &tokens[leads..] {
        [Token { tok: Tok::Op(':'), .. }, rest @ ..] if leads > 0 => (true, rest),
        rest => (false, rest),
    };
    // `answer 9` states nothing: `the answer is 9` does.
    let named = leads > 0
        && word(&tokens[leads - 1]).is_some_and(|word| {
            ["answer", "result", "value", "solution", "root", "final"]
                .iter()
                .any(|name| word.starts_with(name))
        });
    if leads == 0 || leads > 8 || (named && !colon) || rest.is_empty() {
        return Vec::new();
    }
    match (spelled(rest), &rest[0].tok) {
        (Some(number), _) => vec![number],
        // `it is done`: more words.
        (None, Tok::Word(_)) => Vec::new(),
        _ => readings(rest, plain),
    }
}
