//! Reads relations. In: the sides between `=`, `<` and the like. Out: chains of sides, each with the name it may
//! be. Never: a side that is neither read nor a name taken for a value.

use super::super::lex::{Mark, Rel, Tok, Token};
use super::super::parse;
use super::super::{Answer, Relation, Side, units};
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
        // `\text{Total cost} = 7`: a label, which names nothing that could be compared.
        if at == 0 && rels.first() == Some(&Rel::Eq) && name.is_none() && answers.is_none() && is_label(part)
        {
            chains = vec![vec![Side { answer: None, name: None }]];
            continue;
        }
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

/// Words of a label that take back what follows, or bound it.
const DENIALS: [&str; 22] = [
    "not",
    "no",
    "never",
    "wrong",
    "incorrect",
    "less",
    "more",
    "than",
    "least",
    "most",
    "if",
    "unless",
    "except",
    "isn",
    "false",
    "unlikely",
    "cannot",
    "but",
    "neither",
    "nor",
    "without",
    "fewer",
];

fn denies(word: &str) -> bool {
    DENIALS.contains(&word.to_lowercase().as_str()) || units::denies(word)
}

/// Whether `tokens` are words alone that say what a value is of.
fn is_label(tokens: &[Token]) -> bool {
    let word = |token: &Token| match &token.tok {
        Tok::Word(word) => !denies(word),
        Tok::Letter(_) => token.text,
        Tok::Group | Tok::EndGroup | Tok::Op('-' | '\'') => true,
        _ => false,
    };
    tokens.len() <= 12
        && tokens.iter().all(word)
        && tokens.iter().any(|token| matches!(token.tok, Tok::Word(_)))
}

/// `\frac{dy}{dx}`: a derivative by its differentials, as the name of what it is.
fn differentials(tokens: &[Token]) -> Option<String> {
    let letters: String = tokens
        .iter()
        .filter(|token| {
            !matches!(token.tok, Tok::Group | Tok::EndGroup | Tok::Mark(Mark::Frac) | Tok::Op('/'))
        })
        .map(|token| match &token.tok {
            Tok::Letter(letter) => letter.to_string(),
            Tok::Word(word) => word.clone(),
            _ => "?".to_owned(),
        })
        .collect();
    let quotient = tokens.iter().any(|token| matches!(token.tok, Tok::Mark(Mark::Frac) | Tok::Op('/')));
    let mut chars = letters.chars();
    let four = [chars.next()?, chars.next()?, chars.next()?, chars.next()?];
    let differential = quotient && chars.next().is_none() && four[0] == 'd' && four[2] == 'd';
    (differential && four[1].is_alphabetic() && four[3].is_alphabetic()).then(|| format!("{}'", four[1]))
}

/// The name that `tokens` are, if they name something and are no value of their own.
pub(super) fn name(tokens: &[Token]) -> Option<String> {
    if let Some(name) = differentials(tokens) {
        return Some(name);
    }
    let mut name = String::new();
    let mut letters = 0;
    // Brackets around digits or letters alone, as in `f(3)`, `P(A)`, `S_{n-1}`, `|AB|`, `(p,q,r)`.
    let mut depth = 0i32;
    let mut script = false;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        depth += step(&token.tok);
        // `f^{-1}(x)`.
        if token.tok == Tok::Op('^') && letters == 1 && depth == 0 {
            at += inverse(&tokens[at..])?;
            name.push_str("^-1");
            continue;
        }
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
                if parse::is_prose(word) || denies(word) {
                    return None;
                }
                letters += 1;
                name.push_str(word);
            }
            Tok::Shape(shape) => name.push(*shape),
            Tok::Op('‖') => name.push('‖'),
            Tok::Degree if depth > 0 => name.push('∘'),
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

/// The length of the exponent `-1` in front of a bracket.
fn inverse(tokens: &[Token]) -> Option<usize> {
    let tok = |at: usize| tokens.get(at).map(|token| &token.tok);
    let group = usize::from(tok(0) == Some(&Tok::Group));
    let minus = tok(group) == Some(&Tok::Op('-'));
    let one = matches!(tok(group + 1), Some(Tok::Number(number)) if number.whole == "1" && number.fraction.is_none());
    let length = 2 + 2 * group;
    let closed = group == 0 || tok(length - 1) == Some(&Tok::EndGroup);
    (minus && one && closed && tok(length) == Some(&Tok::Open('('))).then_some(length)
}
