//! Spellings: the normalised text of an answer, and words. In: tokens and text. Out: one spelling for
//! all typography of the same thing; words in lower case. Never: two different texts with one spelling.

use std::fmt::Write;

use super::super::expr::{Constant, Expr};
use super::lex::{Tok, Token};
use super::{Answer, Value, date, kinds, numerals, units};

/// The spelling of tokens; empty where there is no letter and no digit.
pub(super) fn of(tokens: &[Token]) -> String {
    let mut out = String::with_capacity(tokens.len() * 3);
    let mut content = false;
    let mut after_word = false;
    for token in super::kinds::ungrouped(tokens) {
        let word = matches!(token.tok, Tok::Word(_) | Tok::Number(_) | Tok::Letter(_));
        if after_word && word && token.spaced {
            out.push(' ');
        }
        after_word = word;
        content |= !matches!(
            token.tok,
            Tok::Op(_)
                | Tok::Open(_)
                | Tok::Close(_)
                | Tok::Group
                | Tok::EndGroup
                | Tok::Rel(_)
                | Tok::Cell
                | Tok::Row
        ) && !matches!(&token.tok, Tok::Unknown(sign) if sign.is_ascii());
        match &token.tok {
            Tok::Number(number) => {
                out.push_str(&number.whole);
                if let Some(fraction) = &number.fraction {
                    _ = write!(out, ".{fraction}");
                }
                if let Some(repeating) = &number.repeating {
                    _ = write!(out, "({repeating})");
                }
                if let Some(exponent) = number.exponent {
                    _ = write!(out, "e{exponent}");
                }
            }
            Tok::Letter(letter) => out.push(*letter),
            Tok::Word(word) => out.push_str(word),
            Tok::Accented(word) | Tok::Unknown(word) => _ = write!(out, "\\{word} "),
            Tok::Op(op) | Tok::Open(op) | Tok::Close(op) => out.push(*op),
            Tok::Group => out.push('«'),
            Tok::EndGroup => out.push('»'),
            other => _ = write!(out, "{other:?}"),
        }
    }
    if content { out } else { String::new() }
}

/// The spelling of a text that is too long for tokens: without white space.
pub(super) fn of_long(raw: &str) -> String {
    let content = raw.bytes().any(|byte| byte.is_ascii_alphanumeric() || byte >= 0x80);
    if content { raw.split_whitespace().collect() } else { String::new() }
}

/// The tokens as words in lower case, with single spaces.
pub(super) fn lower(tokens: &[Token]) -> String {
    let mut lower = String::new();
    for token in tokens {
        let piece = match &token.tok {
            Tok::Word(word) => word.to_lowercase(),
            Tok::Letter(letter) => letter.to_lowercase().collect(),
            Tok::Number(number) => {
                of(&[Token { tok: Tok::Number(number.clone()), spaced: false, text: false }])
            }
            Tok::And => "and".into(),
            Tok::Or => "or".into(),
            Tok::Op('-') if !token.spaced => " ".into(),
            Tok::Op('\'') => String::new(),
            Tok::Op(',' | ';' | ':') | Tok::Group | Tok::EndGroup => " ".into(),
            Tok::Infinity => "infinity".into(),
            _ => of(std::slice::from_ref(token)),
        };
        // Letters right after a letter belong to one word; everything else is set apart.
        let joins = matches!(token.tok, Tok::Letter(_) | Tok::Word(_)) && !token.spaced;
        if !joins && !lower.ends_with(' ') && !piece.starts_with(' ') {
            lower.push(' ');
        }
        if piece != " " || !lower.ends_with(' ') {
            lower.push_str(&piece);
        }
    }
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.join(" ")
}

/// The answer as words: a number spelt out, a set that has a name, or the words themselves. `read` says
/// that it has another reading.
pub(super) fn words(tokens: &[Token], read: bool) -> Vec<Answer> {
    if tokens.is_empty() {
        return Vec::new();
    }
    if let Some(names) = kinds::names(tokens) {
        // `two, three`.
        let spelled = |name: &String| numerals::spelled(&name.split(' ').collect::<Vec<_>>());
        let numbers: Option<Vec<Expr>> = names.iter().map(spelled).collect();
        return vec![match numbers {
            Some(numbers) => {
                Answer::List(numbers.into_iter().map(|number| Answer::Value(Value::bare(number))).collect())
            }
            None => Answer::Names(names),
        }];
    }
    let letters_only = tokens
        .iter()
        .all(|token| matches!(token.tok, Tok::Word(_) | Tok::Letter(_) | Tok::Group | Tok::EndGroup));
    // One letter is a variable or a choice, and no word.
    if read && (!letters_only || matches!(tokens, [Token { tok: Tok::Letter(_), .. }])) {
        return Vec::new();
    }
    let lower = lower(tokens);
    let mut words: Vec<&str> = lower.split(' ').collect();
    if let ["there", "is" | "are" | "exists" | "exist", rest @ ..] = &words[..]
        && !rest.is_empty()
    {
        words = rest.to_vec();
    }
    // `a fifth` is a fraction, `the fifth` a place.
    let counted = words.clone();
    if words.len() > 1 && matches!(words[0], "the" | "a" | "an" | "on") {
        words.remove(0);
    }
    if words.is_empty() || !words.iter().any(|word| word.chars().any(char::is_alphanumeric)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let counted = if matches!(counted[0], "a" | "an") { counted } else { words.clone() };
    let (negative, unsigned) = match &counted[..] {
        ["negative" | "minus", unsigned @ ..] => (true, unsigned),
        words => (false, words),
    };
    if let Some(number) = numerals::spelled(unsigned) {
        let number = if negative { number.negated() } else { number };
        found.push(Answer::Value(Value::bare(number)));
    }
    if found.is_empty()
        && !negative
        && let Some(counted) = counted_things(tokens)
    {
        found.push(counted);
    }
    let joined = words.join(" ");
    if let Some(half) = half_line(&words) {
        found.push(half);
    }
    match joined.as_str() {
        "infinite" | "infinitely many" | "infinitely many solutions" | "positive infinity" => {
            found.push(Answer::Value(Value::bare(Expr::Constant(Constant::Infinity))))
        }
        "noon" | "midday" => found.push(Answer::Clock(12, 0, 0, Some(true))),
        "midnight" => found.push(Answer::Clock(12, 0, 0, Some(false))),
        "origin" => {
            let zero = || Answer::Value(Value::bare(Expr::integer(0)));
            found.push(Answer::Bracketed { open: '(', close: ')', items: vec![zero(), zero()] })
        }
        "all real numbers" | "all reals" | "real numbers" | "reals" | "all real x" | "any real number" => {
            found.push(kinds::reals())
        }
        "no solution" | "no solutions" | "empty set" | "no real solution" | "no real solutions" | "none"
        | "null set" | "无解" | "空集" => found.push(Answer::Set(Vec::new())),
        "negative infinity" | "minus infinity" => {
            found.push(Answer::Value(Value::bare(Expr::Constant(Constant::Infinity).negated())))
        }
        _ => {}
    }
    let text = match joined.as_str() {
        "dne" | "doesnt exist" | "not exist" => "does not exist".to_owned(),
        "no solutions" | "无解" => "no solution".to_owned(),
        "no real solutions" => "no real solution".to_owned(),
        "infinite" | "infinitely many solutions" => "infinitely many".to_owned(),
        word if let Some(name) = date::whole_name(word) => name.to_owned(),
        _ => joined,
    };
    if is_sentence(tokens) {
        found.push(Answer::Text(text));
    }
    found
}

/// Whether the tokens are words with what parts them, so that their words are all there is to compare. Formulas
/// that are not read are none: `v^2_0 + 1` and `v^2_0 - 1` have the same words.
fn is_sentence(tokens: &[Token]) -> bool {
    let word = |at: usize| matches!(tokens.get(at).map(|token| &token.tok), Some(Tok::Word(word)) if word.chars().count() > 1);
    let letters =
        |at: usize| matches!(tokens.get(at).map(|token| &token.tok), Some(Tok::Word(_) | Tok::Letter(_)));
    let bold = tokens.iter().filter(|token| token.tok == Tok::Op('^')).count() % 2 == 0;
    tokens.iter().enumerate().all(|(at, token)| match &token.tok {
        Tok::Op(',' | ';' | ':') => true,
        // `3!` is no exclamation.
        Tok::Op('!') => at > 0 && word(at - 1),
        // `don't`, `Vieta's`.
        Tok::Op('\'') => at > 0 && word(at - 1),
        // `x-axis`, `and/or`.
        Tok::Op('-' | '/') => at > 0 && (word(at - 1) && letters(at + 1) || letters(at - 1) && word(at + 1)),
        // `**Ben**`: bold marks, which would be powers.
        Tok::Op('^') => bold && (at > 0 && word(at - 1) || word(at + 1)),
        // A remark, but not `f(x)`.
        Tok::Open('(') => token.spaced || token.text,
        Tok::Close(')') => true,
        Tok::Unknown(name) => name.chars().all(|char| {
            matches!(char, '"' | '`' | '?' | '.' | '“' | '”' | '‘' | '’' | '–' | '—' | '#' | '&')
        }),
        Tok::Op(_)
        | Tok::Open(_)
        | Tok::Close(_)
        | Tok::Rel(_)
        | Tok::Mark(_)
        | Tok::Function(_)
        | Tok::Shape(_) => false,
        Tok::Begin(_) | Tok::End(_) | Tok::Cell | Tok::Row => false,
        _ => true,
    })
}

/// `positive real numbers`, `all nonnegative reals`.
fn half_line(words: &[&str]) -> Option<Answer> {
    let words: Vec<&str> = words.iter().copied().filter(|word| *word != "all").collect();
    let (sign, reals) = match &words[..] {
        ["non", sign, reals @ ..] => (format!("non{sign}"), reals),
        [sign, reals @ ..] => ((*sign).to_owned(), reals),
        [] => return None,
    };
    let (positive, closed) = match sign.as_str() {
        "positive" => (true, false),
        "negative" => (false, false),
        "nonnegative" => (true, true),
        "nonpositive" => (false, true),
        _ => return None,
    };
    matches!(reals, ["real", "numbers"] | ["reals"]).then(|| kinds::half_line(positive, closed))
}

/// `five students`, `twenty-five dollars`: a number in words and what it counts.
fn counted_things(tokens: &[Token]) -> Option<Answer> {
    let all_words = tokens
        .iter()
        .all(|token| matches!(token.tok, Tok::Word(_)) || token.tok == Tok::Op('-') && !token.spaced);
    let (thing, number) = tokens.split_last()?;
    let Tok::Word(noun) = &thing.tok else { return None };
    if !all_words
        || matches!(noun.as_str(), "more" | "less" | "fewer" | "each" | "only" | "or" | "plus" | "minus")
    {
        return None;
    }
    let expr = numerals::whole(&lower(number).split(' ').collect::<Vec<_>>())?;
    let unit = units::read(std::slice::from_ref(thing), true)?;
    Some(Answer::Value(Value { unit: Some(unit), ..Value::bare(expr) }))
}
