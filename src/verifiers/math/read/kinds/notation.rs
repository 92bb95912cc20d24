//! Notations of other schools, brought to the common one. In: tokens. Out: the same with `]0,1[` as `(0,1)`, a `U`
//! between intervals as a union, `ℝ - {0}` as a difference of sets, `negative 5` as -5. Never: a change where the common notation reads.

use super::super::lex::{Tok, Token};
use super::split;

/// The tokens in the common notation; `None` where they are in it.
pub(super) fn common(tokens: &[Token]) -> Option<Vec<Token>> {
    let mut changed = None;
    if split(tokens, |_| false).is_none() {
        changed = outward(tokens);
    }
    let current = changed.as_deref().unwrap_or(tokens);
    let mut joined = Vec::new();
    for (at, window) in current.windows(3).enumerate() {
        let opens = matches!(window[2].tok, Tok::Open('(' | '[' | '{'));
        match (&window[0].tok, &window[1].tok) {
            (Tok::Close(')' | ']' | '}'), Tok::Letter('U' | 'u')) if opens => joined.push((at + 1, '∪')),
            (Tok::NumberSet(_), Tok::Op('-')) if opens => joined.push((at + 1, '∖')),
            _ => {}
        }
    }
    let negative = matches!(current, [Token { tok: Tok::Word(word), .. }, Token { tok: Tok::Number(_), .. }, ..] if word.eq_ignore_ascii_case("negative") || word.eq_ignore_ascii_case("minus"));
    if joined.is_empty() && !negative {
        return changed;
    }
    let mut tokens = current.to_vec();
    if negative {
        tokens[0].tok = Tok::Op('-');
    }
    for (at, op) in joined {
        tokens[at].tok = Tok::Op(op);
    }
    Some(tokens)
}

/// Intervals whose open ends are brackets turned outward: `]0,1[`, `[0,1[ ∪ ]2,3]`.
fn outward(tokens: &[Token]) -> Option<Vec<Token>> {
    // Open brackets, each with whether a comma stood in it: a square bracket behind it closes an interval.
    let mut open: Vec<bool> = Vec::new();
    let mut found = Vec::with_capacity(tokens.len());
    for token in tokens {
        let mut token = token.clone();
        let inside = open.last().copied();
        match token.tok {
            Tok::Op(',' | ';') => open.last_mut().into_iter().for_each(|comma| *comma = true),
            Tok::Open('[') if inside == Some(true) => {
                token.tok = Tok::Close(')');
                open.pop();
            }
            Tok::Close(']') if inside.is_none() => {
                token.tok = Tok::Open('(');
                open.push(false);
            }
            Tok::Open(_) => open.push(false),
            Tok::Close(_) => open.pop().map(|_| ())?,
            _ => {}
        }
        found.push(token);
    }
    open.is_empty().then_some(found)
}
