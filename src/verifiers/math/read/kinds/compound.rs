//! Reads quantities of several units: `5 ft 3 in`, `2 hours and 30 minutes`, `5'3"`, `30°15'`. In: the tokens of an
//! answer. Out: one value in its first unit. Never: units of different kinds, or ones that do not get smaller.

use super::super::super::algebra::rational::Rational;
use super::super::super::expr::Expr;
use super::super::lex::{Tok, Token};
use super::super::parse::{self, Signs};
use super::super::units::{self, Unit};
use super::super::{Answer, Value};

/// Parts that a quantity may have.
const MAX_PARTS: usize = 4;

/// The quantity that all of `tokens` are; `None` if they are none of several units.
pub(super) fn read(tokens: &[Token], plain: bool) -> Option<Answer> {
    let (negative, tokens) = match tokens {
        [Token { tok: Tok::Op('-'), .. }, rest @ ..] => (true, rest),
        tokens => (false, tokens),
    };
    let is_number = |token: &Token| matches!(token.tok, Tok::Number(_));
    let starts: Vec<usize> = tokens
        .iter()
        .enumerate()
        .filter(|(at, token)| is_number(token) && !tokens.get(at.wrapping_sub(1)).is_some_and(joins))
        .map(|(at, _)| at)
        .collect();
    if starts.first() != Some(&0) || !(2..=MAX_PARTS).contains(&starts.len()) {
        return None;
    }
    let marks = tokens.iter().any(|token| matches!(token.tok, Tok::Op('\'' | '"')));
    let of_angle = tokens.iter().any(|token| token.tok == Tok::Degree);
    let mut total = Rational::zero();
    let mut first: Option<Unit> = None;
    let mut before: Option<Rational> = None;
    for (index, &start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(tokens.len());
        let part = &tokens[start..end];
        let Tok::Number(_) = part[0].tok else { return None };
        let number_length =
            if matches!(part.get(1).map(|token| &token.tok), Some(Tok::Op('/'))) { 3 } else { 1 };
        let (number, mut rest) = part.split_at_checked(number_length)?;
        // `2 hours, 30 minutes`, `2 hours and 30 minutes`.
        while let [inside @ .., Token { tok: Tok::And | Tok::Op(','), .. }] = rest {
            rest = inside;
        }
        let Expr::Number(count) = parse::whole(number, Signs::default()).ok()? else { return None };
        let unit = if marks { marked(rest, of_angle)? } else { units::read(rest, plain)? };
        if !unit.known || unit.weak || !matches!(unit.bases[..], [(_, 1..)]) {
            return None;
        }
        let size = count.times(&unit.factor);
        if let (Some(first), Some(before)) = (&first, &before) {
            // 5 ft 13 in is no height, and 3 in 5 ft no length.
            if first.bases != unit.bases || size >= *before {
                return None;
            }
        }
        total = total.plus(&size);
        before = Some(unit.factor.clone());
        first.get_or_insert(unit);
    }
    let unit = first?;
    let total = total.over(&unit.factor);
    let expr = Expr::Number(if negative { -total } else { total });
    Some(Answer::Value(Value { unit: Some(unit), ..Value::bare(expr) }))
}

/// Whether a number behind `token` goes on with what stands there: `1/2`, `cm^2`, `x_1`.
fn joins(token: &Token) -> bool {
    matches!(token.tok, Tok::Op('/' | '^' | '_' | '-' | '+' | '*' | ':') | Tok::Group | Tok::Open(_))
}

/// The unit of `'` and `"`: minutes and seconds of an angle, or feet and inches.
fn marked(tokens: &[Token], of_angle: bool) -> Option<Unit> {
    let unit = |base: &str, factor: Rational| {
        Some(Unit { bases: vec![(base.to_owned(), 1)], factor, known: true, weak: false })
    };
    let marks: Vec<&Tok> = tokens.iter().map(|token| &token.tok).collect();
    match (&marks[..], of_angle) {
        ([Tok::Degree] | [Tok::Op('^'), Tok::Degree], true)
        | ([Tok::Op('^'), Tok::Group, Tok::Degree, Tok::EndGroup], true) => unit("°", Rational::one()),
        ([Tok::Op('\'')], true) => unit("°", Rational::new(1, 60)),
        ([Tok::Op('"')] | [Tok::Op('\''), Tok::Op('\'')], true) => unit("°", Rational::new(1, 3600)),
        ([Tok::Op('\'')], false) => unit("m", Rational::new(3048, 10_000)),
        ([Tok::Op('"')] | [Tok::Op('\''), Tok::Op('\'')], false) => unit("m", Rational::new(254, 10_000)),
        _ => None,
    }
}
