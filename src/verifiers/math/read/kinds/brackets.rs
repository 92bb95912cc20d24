//! Reads what stands in brackets or environments. In: tokens in brackets. Out: tuples, intervals, sets, matrices,
//! systems. Never: brackets that only group.

use super::super::lex::{Tok, Token};
use super::super::{Answer, matrix};
use super::{MAX_ITEMS, MAX_SIGNS, closes_at_end, item, items, split};

/// Items in brackets around the whole: tuples, intervals, sets. Several where an item holds a `±`.
pub(super) fn bracketed(tokens: &[Token], plain: bool, depth: usize) -> Option<Vec<Answer>> {
    let [Token { tok: Tok::Open(open), .. }, inside @ .., Token { tok: Tok::Close(close), .. }] = tokens
    else {
        return None;
    };
    let (open, close) = (*open, *close);
    if !closes_at_end(tokens) || matches!(open, '⌊' | '⌈') {
        return None;
    }
    if open == '{' && close == '}' {
        if inside.is_empty() {
            return Some(vec![Answer::Set(Vec::new())]);
        }
        // `{x | x > 5}`: the condition tells which.
        let condition = split(inside, |tok| matches!(tok, Tok::Op('|' | ':')))?;
        if let [_, (condition, _)] = condition[..] {
            return item(condition, plain, depth + 1);
        }
        return Some(vec![Answer::Set(items(inside, plain, depth + 1)?)]);
    }
    if open == '{' || close == '}' {
        return None;
    }
    // `[1, 2; 3, 4]`: a matrix by its rows.
    if open == '[' && close == ']' {
        let has = |op: char| inside.iter().any(|token| token.tok == Tok::Op(op));
        if has(';')
            && has(',')
            && let Some(rows) = matrix::by_marks(inside)
        {
            return Some(vec![Answer::Matrix(rows)]);
        }
    }
    let parts = split(inside, |tok| matches!(tok, Tok::Op(',' | ';')))?;
    if parts.len() == 1 && open != '⟨' {
        // Brackets around one thing group it, unless an expression goes on with them.
        let inner = items(inside, plain, depth + 1)?;
        return (!matches!(inner[..], [Answer::Value(_)])).then_some(inner);
    }
    if parts.len() > MAX_ITEMS {
        return None;
    }
    let mut choices: Vec<Vec<Answer>> = vec![Vec::new()];
    for (part, _) in parts {
        let values = item(part, plain, depth + 1)?;
        if choices.len() * values.len() > MAX_SIGNS {
            return None;
        }
        choices = choices
            .iter()
            .flat_map(|choice| {
                values.iter().map(|value| choice.iter().cloned().chain([value.clone()]).collect())
            })
            .collect();
    }
    Some(choices.into_iter().map(|items| Answer::Bracketed { open, close, items }).collect())
}

/// Matrices, and environments that only lay out.
pub(super) fn environment(tokens: &[Token], plain: bool, depth: usize) -> Option<Vec<Answer>> {
    if let [Token { tok: Tok::Begin(name), .. }, inside @ .., Token { tok: Tok::End(_), .. }] = tokens
        && (matches!(
            name.trim_end_matches('*'),
            "cases" | "align" | "aligned" | "gather" | "gathered" | "equation" | "split"
        ) || name == "array" && inside.iter().any(|token| matches!(token.tok, Tok::Rel(_))))
        && closes_at_end(tokens)
    {
        if (name.starts_with("cases") || name == "array")
            && let Some(pieces) = pieces(inside, plain, depth)
        {
            return Some(pieces);
        }
        let kept: Vec<Token> = inside.iter().filter(|token| token.tok != Tok::Cell).cloned().collect();
        let kept = match kept.split_last() {
            Some((last, rest)) if last.tok == Tok::Row => rest,
            _ => &kept,
        };
        return items(&joined_rows(kept), plain, depth + 1);
    }
    matrix::read(tokens).map(|rows| vec![Answer::Matrix(rows)])
}

/// The pieces of a function, each with where it holds: `x & \text{if } x > 0 \\\\ -x & \text{otherwise}`. `None` if a
/// row is no such pair.
fn pieces(inside: &[Token], plain: bool, depth: usize) -> Option<Vec<Answer>> {
    let bare = |tokens: &[Token]| -> Vec<Token> {
        let mut tokens = tokens;
        while let [Token { tok: Tok::Op(',' | ';'), .. }, rest @ ..]
        | [rest @ .., Token { tok: Tok::Op(',' | ';' | '.'), .. }] = tokens
        {
            tokens = rest;
        }
        match tokens {
            [Token { tok: Tok::Word(word), .. }, rest @ ..]
                if matches!(word.to_lowercase().as_str(), "if" | "when" | "for" | "where") =>
            {
                rest.to_vec()
            }
            tokens => tokens.to_vec(),
        }
    };
    let mut found = Vec::new();
    for (row, _) in split(inside, |tok| *tok == Tok::Row)? {
        if row.is_empty() {
            continue;
        }
        let [(value, _), (condition, _)] = &split(row, |tok| *tok == Tok::Cell)?[..] else { return None };
        let (value, condition) = (bare(value), bare(condition));
        // `x &= 3` is an equation set out.
        if matches!(condition.first().map(|first| &first.tok), Some(Tok::Rel(_))) {
            return None;
        }
        let value = super::answer(&value, plain, depth + 1)?;
        if matches!(value, Answer::Relation(_)) {
            return None;
        }
        let condition = super::answer(&condition, plain, depth + 1)
            .or_else(|| super::super::spelling::words(&condition, false).pop())?;
        found.push(Answer::Bracketed { open: '(', close: ')', items: vec![value, condition] });
    }
    (found.len() > 1).then_some(found)
}

/// The tokens without the ends of rows that go on with a relation: `x &= 40 + 2 \\ &= 42` is one chain.
pub(super) fn joined_rows(tokens: &[Token]) -> Vec<Token> {
    let goes_on = |at: usize| {
        let next = tokens[at + 1..].iter().find(|token| token.tok != Tok::Cell);
        matches!(next.map(|next| &next.tok), Some(Tok::Rel(_)))
    };
    tokens
        .iter()
        .enumerate()
        .filter(|(at, token)| token.tok != Tok::Row || !goes_on(*at))
        .map(|(_, token)| token.clone())
        .collect()
}
