//! Reads vectors by their basis: `2\mathbf{i} - \mathbf{j}`, `3\hat{i} + \hat{k}`. In: the tokens of an answer of
//! which i, j and k are set as vectors. Out: the tuple of components. Never: a complex number.

use super::super::super::expr::Expr;
use super::super::lex::{Tok, Token};
use super::super::parse::{self, Signs};
use super::super::{Answer, Value};
use super::split;

/// Whether the LaTeX sets a basis vector apart from a variable.
pub(in super::super) fn is_marked(text: &str) -> bool {
    [
        "\\mathbf{j}",
        "\\hat{j}",
        "\\vec{j}",
        "\\hat{\\jmath}",
        "\\boldsymbol{j}",
        "\\mathbf{k}",
        "\\hat{k}",
        "\\mathbf j",
    ]
    .iter()
    .any(|mark| text.contains(mark))
}

/// The tuples that the sum may be: without k, in the plane or in space.
pub(in super::super) fn read(tokens: &[Token]) -> Vec<Answer> {
    let Some(components) = components(tokens) else { return Vec::new() };
    let tuple = |parts: &[Expr]| Answer::Bracketed {
        open: '(',
        close: ')',
        items: parts.iter().map(|part| Answer::Value(Value::bare(part.clone()))).collect(),
    };
    let zero = Expr::integer(0);
    if components[2] == zero {
        vec![tuple(&components[..2]), tuple(&components)]
    } else {
        vec![tuple(&components)]
    }
}

fn components(tokens: &[Token]) -> Option<[Expr; 3]> {
    let basis = |token: &Token| match &token.tok {
        Tok::Letter(letter) => "ijk".find(*letter),
        Tok::Accented(name) => {
            let last = name
                .strip_prefix("hat ")
                .or_else(|| name.strip_prefix("vec "))
                .or(name.strip_prefix("hat"))?;
            ["i", "j", "k"]
                .iter()
                .position(|known| *known == last.trim_start_matches('\\').trim_end_matches("math"))
        }
        _ => None,
    };
    let mut found: [Option<Expr>; 3] = [None, None, None];
    let mut negative = false;
    for (at, (term, sign)) in split(tokens, |tok| matches!(tok, Tok::Op('+' | '-')))?.iter().enumerate() {
        let minus = std::mem::replace(&mut negative, *sign == Some(&Tok::Op('-')));
        let [scale @ .., last] = term else {
            if at == 0 {
                continue;
            }
            return None;
        };
        let place = &mut found[basis(last)?];
        if place.is_some() {
            return None;
        }
        let scale = match scale {
            [] => Expr::integer(1),
            scale => parse::whole(scale, Signs::default()).ok()?,
        };
        *place = Some(if minus { scale.negated() } else { scale });
    }
    // One vector alone is more likely a name.
    (found.iter().flatten().count() >= 2).then(|| found.map(|part| part.unwrap_or(Expr::integer(0))))
}
