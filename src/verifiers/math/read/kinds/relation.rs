//! Reads relations. In: the sides between `=`, `<` and the like. Out: chains of sides, each with the name it may
//! be. Never: a side that is neither read nor a name taken for a value.

use super::super::lex::{Rel, Tok, Token};
use super::super::parse;
use super::super::{Answer, Relation, Side};
use super::{MAX_SIGNS, item, step};

/// A chain of relations, once for each choice of signs on its last side.
pub(super) fn relation(
    parts: Vec<(&[Token], Option<&Tok>)>,
    plain: bool,
    depth: usize,
) -> Option<Vec<Answer>> {
    if parts.len() > 64 {
        return None;
    }
    let rels: Vec<Rel> = parts
        .iter()
        .filter_map(|(_, between)| match between {
            Some(Tok::Rel(rel)) => Some(*rel),
            _ => None,
        })
        .collect();
    let mut chains: Vec<Vec<Side>> = vec![Vec::new()];
    for (at, (part, _)) in parts.iter().enumerate() {
        let name = name(part);
        let answers = if part.is_empty() { None } else { item(part, plain, depth + 1) };
        let prose = part.iter().any(|token| matches!(token.tok, Tok::Word(_)));
        if answers.is_none() && name.is_none() && !part.is_empty() && (prose || at + 1 == parts.len()) {
            return None;
        }
        // What is neither read nor a name is passed over if later sides are read: `1 = \zzz = x = 0`.
        let answers: Vec<Option<Answer>> =
            answers.map_or(vec![None], |answers| answers.into_iter().map(Some).collect());
        if chains.len() * answers.len() > MAX_SIGNS {
            return None;
        }
        chains = chains
            .iter()
            .flat_map(|chain| {
                answers.iter().map(|answer| {
                    chain
                        .iter()
                        .cloned()
                        .chain([Side { answer: answer.clone(), name: name.clone() }])
                        .collect()
                })
            })
            .collect();
    }
    Some(chains.into_iter().map(|sides| Answer::Relation(Relation { sides, rels: rels.clone() })).collect())
}

/// The name that `tokens` are, if they name something and are no value of their own.
pub(super) fn name(tokens: &[Token]) -> Option<String> {
    let mut name = String::new();
    let mut letters = 0;
    // Brackets around digits or letters alone, as in `f(3)`, `P(A)`, `S_{n-1}`, `|AB|`, `(p,q,r)`.
    let mut depth = 0i32;
    let mut script = false;
    for token in tokens {
        depth += step(&token.tok);
        match &token.tok {
            Tok::Letter(letter) if *letter != 'π' => {
                letters += 1;
                name.push(*letter);
            }
            Tok::Accented(word) => {
                letters += 1;
                name.push_str(word);
            }
            Tok::Word(word) => {
                if parse::is_prose(word) {
                    return None;
                }
                letters += 1;
                name.push_str(word);
            }
            Tok::Shape => name.push('∠'),
            Tok::Op(op @ ('_' | '\'' | '|' | ':')) => {
                script |= *op == '_';
                name.push(*op);
            }
            Tok::Op(op @ (',' | '+' | '-')) if depth > 0 => name.push(*op),
            Tok::Number(number) if depth > 0 || script => name.push_str(&number.whole),
            Tok::Open(open) => name.push(*open),
            Tok::Close(close) => name.push(*close),
            Tok::Group | Tok::EndGroup => {}
            _ => return None,
        }
    }
    (letters > 0 && name.len() <= 80).then_some(name)
}
