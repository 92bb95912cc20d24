//! Tells products of letters from words among tokens: `by` in `ax+by=c`, `Rh` in `2\pi Rh`, `mg` in `2mg(h+r)` are
//! letters that stand for values. In: the tokens of an answer. Out: the same, such words cut into letters. Never: a
//! word of a sentence, or a unit behind its number, taken for a product.

use super::super::parse::{is_product, is_prose};
use super::super::units;
use super::{Mark, Tok, Token};

/// Longer runs of letters with a capital, or from the list of common words, are words.
const MAX_LETTERS: usize = 3;

/// What a neighbour says of a word.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    /// It is part of a formula.
    Formula,
    /// It is part of a sentence.
    Sentence,
    Nothing,
}

/// Cuts the words of `tokens` that are products of letters into letters.
pub(super) fn cut_products(tokens: Vec<Token>) -> Vec<Token> {
    let is_cut: Vec<bool> = (0..tokens.len()).map(|at| is_letters(&tokens, at)).collect();
    if !is_cut.contains(&true) {
        return tokens;
    }
    let mut cut = Vec::with_capacity(tokens.len() + 8);
    for (token, is_cut) in tokens.into_iter().zip(is_cut) {
        match &token.tok {
            Tok::Word(word) if is_cut => cut.extend(word.chars().enumerate().map(|(at, letter)| Token {
                tok: Tok::Letter(letter),
                spaced: at == 0 && token.spaced,
                text: false,
            })),
            _ => cut.push(token),
        }
    }
    cut
}

fn is_letters(tokens: &[Token], at: usize) -> bool {
    let Token { tok: Tok::Word(word), spaced, text: false } = &tokens[at] else { return false };
    if !word.bytes().all(|byte| byte.is_ascii_alphabetic()) || word.len() > MAX_LETTERS {
        return false;
    }
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    // `\frac ab`, `\binom nk`.
    if matches!(before.map(|before| &before.tok), Some(Tok::Mark(Mark::Frac | Mark::Binom))) {
        return word.len() == 2;
    }
    // Among words it is one: what most words of a sentence cost.
    let wordy =
        |token: Option<&Token>| token.is_none_or(|token| token.text || matches!(token.tok, Tok::Word(_)));
    if wordy(before) && wordy(tokens.get(at + 1)) {
        return false;
    }
    // Only the next letter is the exponent: `x^ny`.
    if before.is_some_and(|before| before.tok == Tok::Op('^')) && !spaced {
        return is_product(word);
    }
    if units::is_known(word) {
        let behind = matches!(
            tokens.get(at + 1).map(|token| &token.tok),
            Some(Tok::Op('+' | '-' | '!' | '\'') | Tok::Open('('))
        );
        let measured = |token: &Token| matches!(&token.tok, Tok::Word(word) if units::is_known(word));
        return behind && !spaced && at > 0 && !tokens[at + 1..].iter().any(measured);
    }
    let common = is_prose(&word.to_lowercase());
    // `\frac13 Sh`: the number is an argument.
    let argument = at > 1
        && matches!(tokens[at - 1].tok, Tok::Number(_))
        && matches!(tokens[at - 2].tok, Tok::Mark(_))
        && !common;
    // What reads as a product is one where the parser meets it, but behind a number.
    if is_product(word) {
        return argument;
    }
    let left = match before {
        Some(_) if argument => Says::Formula,
        Some(before) => says_before(before, *spaced, common),
        None => Says::Nothing,
    };
    let right = says_behind(&tokens[at + 1..], common);
    (left == Says::Formula || right == Says::Formula) && left != Says::Sentence && right != Says::Sentence
}

/// What the token before a word says of it; the word is set apart from it where `spaced`, and `common` in sentences.
fn says_before(before: &Token, spaced: bool, common: bool) -> Says {
    match &before.tok {
        _ if before.text => Says::Sentence,
        Tok::Op('+' | '-' | '*' | '/' | '_' | '±' | '∓') | Tok::Rel(_) => Says::Formula,
        // `\pi Rh`: the space ends the command.
        Tok::Letter(letter) if !letter.is_ascii() => Says::Formula,
        Tok::Number(_) | Tok::Letter(_) | Tok::EndGroup | Tok::Close(_) if !spaced => Says::Formula,
        Tok::Op('\'' | '!') if !spaced => Says::Formula,
        // `\sqrt2 Rh`, `\frac{1}{3} Sh`, but `5 at`, `(1,2) is`.
        Tok::EndGroup if !common => Says::Formula,
        Tok::Word(_) | Tok::Letter(_) => Says::Sentence,
        Tok::Number(_) | Tok::Close(_) | Tok::EndGroup if common => Says::Sentence,
        _ => Says::Nothing,
    }
}

/// What the tokens behind a word say of it.
fn says_behind(behind: &[Token], common: bool) -> Says {
    let Some(next) = behind.first() else { return Says::Nothing };
    let then = behind.get(1);
    match &next.tok {
        _ if next.text => Says::Sentence,
        Tok::Op('^' | '_' | '\'') => Says::Formula,
        Tok::Op('+' | '-') => {
            let signed = next.spaced && then.is_some_and(|then| !then.spaced);
            let hyphen = !next.spaced && then.is_some_and(|then| matches!(then.tok, Tok::Word(_)));
            // `at -1`, `x-axis`.
            if signed && common || hyphen { Says::Sentence } else { Says::Formula }
        }
        Tok::Op('*' | '/' | '±' | '∓') | Tok::Rel(_) => Says::Formula,
        Tok::Function(_) | Tok::Mark(_) | Tok::Open('(') if common && next.spaced => Says::Sentence,
        Tok::Function(_) | Tok::Mark(_) => Says::Formula,
        Tok::Open('(') | Tok::Letter(_) | Tok::Number(_) if !next.spaced => Says::Formula,
        Tok::Word(_) | Tok::Letter(_) | Tok::Number(_) => Says::Sentence,
        _ => Says::Nothing,
    }
}
