//! Notations of other schools, brought to the common one. In: tokens. Out: the same with `]0,1[` as `(0,1)`, a `U`
//! between intervals as a union, `ℝ - {0}` as a difference of sets, `negative 5` as -5. Never: a change where the common notation reads.

use super::super::Answer;
use super::super::lex::{Literal, Mark, Tok, Token};
use super::super::parse::{self, Signs};
use super::{split, ungrouped};
use crate::verifiers::math::expr::Expr;

/// The tokens in the common notation; `None` where they are in it.
pub(super) fn common(tokens: &[Token]) -> Option<Vec<Token>> {
    let mut changed = None;
    if split(tokens, |_| false).is_none() {
        changed = outward(tokens);
    }
    // `\left\{\begin{array}{l} … \end{array}\right.`: a system.
    if changed.is_none()
        && let [Token { tok: Tok::Open('{'), .. }, rest @ ..] = tokens
        && let [Token { tok: Tok::Begin(_), .. }, .., Token { tok: Tok::End(_), .. }] = rest
        && split(rest, |_| false).is_some()
    {
        changed = Some(rest.to_vec());
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
    if let Some(tokens) = all_but(current) {
        return Some(tokens);
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

/// `all real numbers except 3`: the real numbers without those. `all real numbers` alone are words.
fn all_but(tokens: &[Token]) -> Option<Vec<Token>> {
    let word = |token: &Token| match &token.tok {
        Tok::Word(word) => word.to_lowercase(),
        Tok::NumberSet('R') => "reals".to_owned(),
        Tok::Letter(_) => "x".to_owned(),
        _ => String::new(),
    };
    let at = tokens.iter().take(8).position(|token| word(token) == "except")?;
    let real =
        |word: &str| matches!(word, "all" | "real" | "reals" | "numbers" | "number" | "values" | "of" | "x");
    let names_reals = tokens[..at].iter().any(|token| word(token).starts_with("real"));
    if !names_reals || !tokens[..at].iter().all(|token| real(&word(token))) {
        return None;
    }
    let rest = match &tokens[at + 1..] {
        [first, rest @ ..] if word(first) == "for" => rest,
        rest => rest,
    };
    // `except x = 3`.
    let rest = match rest {
        [Token { tok: Tok::Letter(_), .. }, Token { tok: Tok::Rel(_), .. }, rest @ ..] => rest,
        rest => rest,
    };
    let token = |tok: Tok| Token { tok, spaced: false, text: false };
    let mut found = vec![token(Tok::NumberSet('R')), token(Tok::Op('∖'))];
    let braced = matches!(rest, [Token { tok: Tok::Open(_), .. }, ..]);
    if !braced {
        found.push(token(Tok::Open('{')));
    }
    found.extend_from_slice(rest);
    if !braced {
        found.push(token(Tok::Close('}')));
    }
    Some(found)
}

/// Other readings of the same signs: `C_8^3`, `8C3` and `A_8^3` count choices, and in `6 x 7` the letter is a cross.
pub(in super::super) fn others(tokens: &[Token]) -> Vec<Vec<Token>> {
    [choices(tokens), crosses(tokens)].into_iter().flatten().collect()
}

/// A number or a letter, in a group or not, and its length.
fn script(tokens: &[Token]) -> Option<(&Token, usize)> {
    match tokens {
        [Token { tok: Tok::Group, .. }, inside, Token { tok: Tok::EndGroup, .. }, ..] => Some((inside, 3)),
        [inside, ..] => Some((inside, 1)),
        [] => None,
    }
    .filter(|(inside, _)| matches!(inside.tok, Tok::Number(_) | Tok::Letter(_)))
}

/// A count of choices, from its first token on: its two numbers, whether their order counts, and its length.
fn choice(tokens: &[Token]) -> Option<(&Token, &Token, bool, usize)> {
    match tokens {
        // `8C3`.
        [
            n @ Token { tok: Tok::Number(_), .. },
            Token { tok: Tok::Letter(letter @ ('C' | 'P')), spaced: false, .. },
            k @ Token { tok: Tok::Number(_), spaced: false, .. },
            ..,
        ] => Some((n, k, *letter == 'P', 3)),
        // `C_8^3`, `C^3_8`, and `A_8^3` as Chinese and Russian books write the ordered ones.
        [
            Token { tok: Tok::Letter(letter @ ('C' | 'P' | 'A')), .. },
            Token { tok: Tok::Op(first @ ('_' | '^')), .. },
            rest @ ..,
        ] => {
            let (one, length) = script(rest)?;
            let [Token { tok: Tok::Op(second @ ('_' | '^')), .. }, rest @ ..] = &rest[length..] else {
                return None;
            };
            let (two, more) = script(rest)?;
            let (n, k) = if *first == '_' { (one, two) } else { (two, one) };
            (first != second).then_some((n, k, *letter != 'C', 3 + length + more))
        }
        _ => None,
    }
}

fn choices(tokens: &[Token]) -> Option<Vec<Token>> {
    if !tokens.iter().any(|token| matches!(token.tok, Tok::Letter('C' | 'P' | 'A'))) {
        return None;
    }
    let token = |tok: Tok| Token { tok, spaced: false, text: false };
    let (mut found, mut at, mut changed) = (Vec::new(), 0, false);
    while at < tokens.len() {
        let Some((n, k, ordered, length)) = choice(&tokens[at..]) else {
            found.push(tokens[at].clone());
            at += 1;
            continue;
        };
        changed = true;
        at += length;
        let group = |inside: &Token| [token(Tok::Group), inside.clone(), token(Tok::EndGroup)];
        found.push(token(Tok::Mark(Mark::Binom)));
        found.extend(group(n));
        found.extend(group(k));
        if ordered {
            found.push(token(Tok::Op('*')));
            found.extend(group(k));
            found.push(token(Tok::Op('!')));
        }
    }
    changed.then_some(found)
}

/// `6 x 7`, `3 x 10^8`: a cross between numbers.
fn crosses(tokens: &[Token]) -> Option<Vec<Token>> {
    let is_number = |token: Option<&Token>| matches!(token, Some(Token { tok: Tok::Number(_), .. }));
    let cross = |at: usize| {
        matches!(tokens[at].tok, Tok::Letter('x' | 'X'))
            && at > 0
            && is_number(tokens.get(at - 1))
            && is_number(tokens.get(at + 1))
    };
    let places: Vec<usize> = (0..tokens.len()).filter(|&at| cross(at)).collect();
    if places.is_empty() {
        return None;
    }
    let mut tokens = tokens.to_vec();
    for at in places {
        tokens[at].tok = Tok::Op('*');
    }
    Some(tokens)
}

/// `I`, `-2I`, `I_3`: a multiple of the identity matrix.
pub(in super::super) fn identity(tokens: &[Token]) -> Option<Answer> {
    let at = tokens.iter().position(|token| token.tok == Tok::Letter('I'))?;
    let rows = rows_of(&tokens[at + 1..])?;
    let scale = match &tokens[..at] {
        [] => Expr::integer(1),
        [Token { tok: Tok::Op('-'), .. }] => Expr::integer(-1),
        scale => {
            let scale = match scale {
                [rest @ .., Token { tok: Tok::Op('*'), .. }] => rest,
                scale => scale,
            };
            parse::whole(ungrouped(scale), Signs::default()).ok()?
        }
    };
    Some(Answer::Identity { scale, rows })
}

/// The number of rows behind `I`, if one is written; `None` if something else stands there.
fn rows_of(tokens: &[Token]) -> Option<Option<usize>> {
    let [Token { tok: Tok::Op('_'), .. }, script @ ..] = tokens else {
        return tokens.is_empty().then_some(None);
    };
    match ungrouped(script) {
        [Token { tok: Tok::Number(Literal { whole, fraction: None, .. }), .. }] => {
            whole.parse().ok().filter(|rows| (1..=20).contains(rows)).map(Some)
        }
        _ => None,
    }
}
