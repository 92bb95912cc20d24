//! Brings tokens into the order and the meaning that what stands beside them gives them. In: the tokens of an answer. Out:
//! the same in place. Never: a token more or less.

use super::{Tok, Token};

/// Puts an index before the exponent: `v^2_0` is `v_0^2`.
pub(super) fn index_first(tokens: &mut [Token]) {
    for at in 1..tokens.len() {
        if tokens[at].tok != Tok::Op('^') || !matches!(tokens[at - 1].tok, Tok::Letter(_)) {
            continue;
        }
        let exponent = script(&tokens[at + 1..]);
        let middle = at + 1 + exponent;
        if exponent == 0 || tokens.get(middle).map(|token| &token.tok) != Some(&Tok::Op('_')) {
            continue;
        }
        let index = script(&tokens[middle + 1..]);
        if index > 0 {
            tokens[at..middle + 1 + index].rotate_left(1 + exponent);
        }
    }
}

/// How many tokens make up the script at the front: one, or a group without another inside.
fn script(tokens: &[Token]) -> usize {
    match tokens.first().map(|first| &first.tok) {
        Some(Tok::Number(_) | Tok::Letter(_)) => 1,
        Some(Tok::Group) => {
            let end = tokens.iter().skip(1).position(|token| matches!(token.tok, Tok::Group | Tok::EndGroup));
            end.filter(|&end| tokens[end + 1].tok == Tok::EndGroup).map_or(0, |end| end + 2)
        }
        _ => 0,
    }
}

/// `∧` and `∨` between conditions join them as `and` and `or` do; between letters they are operations.
pub(super) fn join_conditions(tokens: &mut [Token]) {
    if !tokens.iter().any(|token| matches!(token.tok, Tok::Rel(_))) {
        return;
    }
    for token in tokens {
        match &token.tok {
            Tok::Unknown(name) if matches!(name.as_str(), "land" | "wedge") => token.tok = Tok::And,
            Tok::Unknown(name) if matches!(name.as_str(), "lor" | "vee") => token.tok = Tok::Or,
            _ => {}
        }
    }
}
