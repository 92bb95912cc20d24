//! Reads matrices and simple arithmetic on them. In: tokens with `\begin{pmatrix}` and the like. Out: rows
//! of expressions. Never: a matrix of uneven rows, one larger than 400 entries.

use super::super::expr::Expr;
use super::kinds::{split, ungrouped};
use super::lex::{Tok, Token};
use super::parse::{self, Signs};

/// Entries a matrix may have.
const MAX_ENTRIES: usize = 400;

type Rows = Vec<Vec<Expr>>;

/// A factor of a term.
enum Factor {
    Scalar(Expr),
    Matrix(Rows),
}

/// The matrix that `tokens` are, sums and products worked out.
pub(super) fn read(tokens: &[Token]) -> Option<Rows> {
    let mut sum: Option<Rows> = None;
    let terms = split(tokens, |tok| matches!(tok, Tok::Op('+' | '-')))?;
    let mut negative = false;
    for (at, (term, sign)) in terms.iter().enumerate() {
        let minus = negative;
        negative = *sign == Some(&Tok::Op('-'));
        if term.is_empty() && at == 0 {
            continue;
        }
        let mut rows = product(term)?;
        if minus {
            rows = scaled(rows, &Expr::integer(-1));
        }
        sum = Some(match sum {
            None => rows,
            Some(left) => {
                let same = left.len() == rows.len() && left[0].len() == rows[0].len();
                if !same {
                    return None;
                }
                left.into_iter()
                    .zip(rows)
                    .map(|(a, b)| a.into_iter().zip(b).map(|(a, b)| added(a, b)).collect())
                    .collect()
            }
        });
    }
    sum
}

fn product(tokens: &[Token]) -> Option<Rows> {
    let mut factors = Vec::new();
    let (mut at, mut scalar) = (0, 0);
    while at < tokens.len() {
        let bracket = matches!(tokens[at].tok, Tok::Open('(' | '['))
            && matches!(tokens.get(at + 1).map(|token| &token.tok), Some(Tok::Begin(_)));
        if matches!(tokens[at].tok, Tok::Begin(_)) || bracket {
            if scalar < at {
                factors.push(Factor::Scalar(plain(&tokens[scalar..at])?));
            }
            let begin = at + usize::from(bracket);
            let end = begin + tokens[begin..].iter().position(|token| matches!(token.tok, Tok::End(_)))?;
            factors.push(Factor::Matrix(rows(&tokens[begin + 1..end])?));
            at = end + 1;
            if bracket {
                matches!(tokens.get(at).map(|token| &token.tok), Some(Tok::Close(_))).then_some(())?;
                at += 1;
            }
            if tokens.get(at).map(|token| &token.tok) == Some(&Tok::Op('*')) {
                at += 1;
            }
            scalar = at;
        } else {
            at += 1;
        }
    }
    if scalar < tokens.len() {
        factors.push(Factor::Scalar(plain(&tokens[scalar..])?));
    }
    let mut result: Option<Rows> = None;
    let mut scale: Option<Expr> = None;
    for factor in factors {
        match factor {
            Factor::Scalar(factor) => scale = Some(scale.map_or(factor.clone(), |scale| scale.times(factor))),
            Factor::Matrix(rows) => {
                result = Some(match result {
                    None => rows,
                    Some(left) => multiplied(&left, &rows)?,
                });
            }
        }
    }
    let rows = result?;
    Some(match scale {
        Some(scale) => scaled(rows, &scale),
        None => rows,
    })
}

/// A scalar, without the `*` that may follow it.
fn plain(tokens: &[Token]) -> Option<Expr> {
    let tokens = match tokens {
        [rest @ .., Token { tok: Tok::Op('*'), .. }] => rest,
        tokens => tokens,
    };
    parse::whole(ungrouped(tokens), Signs::default()).ok()
}

/// The rows between `\begin` and `\end`.
fn rows(tokens: &[Token]) -> Option<Rows> {
    let mut rows: Rows = Vec::new();
    for (row, _) in split(tokens, |tok| *tok == Tok::Row)? {
        if row.is_empty() {
            continue;
        }
        let cells: Option<Vec<Expr>> = split(row, |tok| *tok == Tok::Cell)?
            .iter()
            .map(|(cell, _)| parse::whole(ungrouped(cell), Signs::default()).ok())
            .collect();
        rows.push(cells?);
        if rows.len() * rows[0].len() > MAX_ENTRIES {
            return None;
        }
    }
    let width = rows.first()?.len();
    rows.iter().all(|row| row.len() == width).then_some(rows)
}

fn added(a: Expr, b: Expr) -> Expr {
    match (a, b) {
        (Expr::Number(a), Expr::Number(b)) => Expr::Number(a.plus(&b)),
        (a, b) => a.plus(b),
    }
}

fn times(a: &Expr, b: &Expr) -> Expr {
    match (a, b) {
        (Expr::Number(a), Expr::Number(b)) => Expr::Number(a.times(b)),
        (a, b) => a.clone().times(b.clone()),
    }
}

fn scaled(rows: Rows, scale: &Expr) -> Rows {
    rows.into_iter().map(|row| row.iter().map(|entry| times(scale, entry)).collect()).collect()
}

fn multiplied(a: &Rows, b: &Rows) -> Option<Rows> {
    (a[0].len() == b.len() && a.len() * b[0].len() * b.len() <= MAX_ENTRIES).then_some(())?;
    let entry = |row: &Vec<Expr>, column: usize| {
        row.iter().zip(b).map(|(left, right)| times(left, &right[column])).reduce(added)
    };
    a.iter().map(|row| (0..b[0].len()).map(|column| entry(row, column)).collect()).collect()
}
