//! Reads matrices and simple arithmetic on them. In: tokens with `\begin{pmatrix}` and the like. Out: rows
//! of expressions. Never: a matrix of uneven rows, one larger than 400 entries.

use super::super::expr::Expr;
use super::kinds::{split, ungrouped};
use super::lex::{Mark, Tok, Token};
use super::parse::{self, Signs};

/// Entries a matrix may have.
const MAX_ENTRIES: usize = 400;
/// Powers of a matrix that are multiplied out.
const MAX_POWER: u32 = 6;
/// Rows of a determinant: five have 120 terms.
const MAX_DETERMINANT: usize = 5;

type Rows = Vec<Vec<Expr>>;

/// A factor of a term.
enum Factor {
    Scalar(Expr),
    Matrix(Rows),
}

/// Whether a matrix begins at `at`. `\begin{vmatrix}`, a matrix in bars and one behind `\det` are determinants.
pub(super) fn begins(tokens: &[Token], at: usize) -> bool {
    let Tok::Begin(name) = &tokens[at].tok else { return false };
    let mut before = at.checked_sub(1).map(|before| &tokens[before].tok);
    if matches!(before, Some(Tok::Open('('))) && at > 1 {
        before = Some(&tokens[at - 2].tok).filter(|tok| **tok == Tok::Mark(Mark::Det)).or(before);
    }
    name != "vmatrix" && !matches!(before, Some(Tok::Op('|') | Tok::Mark(Mark::Det)))
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
        let bracket =
            matches!(tokens[at].tok, Tok::Open('(' | '[')) && at + 1 < tokens.len() && begins(tokens, at + 1);
        if begins(tokens, at) || bracket {
            if scalar < at {
                factors.push(Factor::Scalar(plain(&tokens[scalar..at])?));
            }
            let begin = at + usize::from(bracket);
            let end = begin + tokens[begin..].iter().position(|token| matches!(token.tok, Tok::End(_)))?;
            let rows = rows(&tokens[begin + 1..end])?;
            at = end + 1;
            if bracket {
                matches!(tokens.get(at).map(|token| &token.tok), Some(Tok::Close(_))).then_some(())?;
                at += 1;
            }
            let (rows, length) = raised(rows, &tokens[at..])?;
            factors.push(Factor::Matrix(rows));
            at += length;
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

/// `rows` with the exponent that `tokens` begin with, and its length: a transpose or a small power.
fn raised(rows: Rows, tokens: &[Token]) -> Option<(Rows, usize)> {
    if tokens.first().map(|token| &token.tok) != Some(&Tok::Op('^')) {
        return Some((rows, 0));
    }
    let (exponent, length) = match tokens {
        [_, Token { tok: Tok::Group, .. }, exponent, Token { tok: Tok::EndGroup, .. }, ..] => (exponent, 4),
        [_, exponent, ..] => (exponent, 2),
        _ => return None,
    };
    match &exponent.tok {
        Tok::Letter('T' | '⊤') => {
            let transposed = (0..rows[0].len())
                .map(|column| rows.iter().map(|row| row[column].clone()).collect())
                .collect();
            Some((transposed, length))
        }
        Tok::Number(power) if power.fraction.is_none() => {
            let power: u32 = power.whole.parse().ok().filter(|power| (1..=MAX_POWER).contains(power))?;
            let mut product = rows.clone();
            for _ in 1..power {
                product = multiplied(&product, &rows)?;
            }
            Some((product, length))
        }
        _ => None,
    }
}

/// The determinant of `rows`, by its first row. `None` unless they are a square of at most [`MAX_DETERMINANT`].
pub(super) fn determinant(rows: &[Vec<Expr>]) -> Option<Expr> {
    if rows.len() > MAX_DETERMINANT || rows.iter().any(|row| row.len() != rows.len()) {
        return None;
    }
    let [first, rest @ ..] = rows else { return Some(Expr::integer(1)) };
    if rest.is_empty() {
        return first.first().cloned();
    }
    let mut sum: Option<Expr> = None;
    for (column, entry) in first.iter().enumerate() {
        let minor: Rows = rest
            .iter()
            .map(|row| {
                row.iter().enumerate().filter(|(at, _)| *at != column).map(|(_, cell)| cell.clone()).collect()
            })
            .collect();
        let mut term = times(entry, &determinant(&minor)?);
        if column % 2 == 1 {
            term = term.negated();
        }
        sum = Some(sum.map_or(term.clone(), |sum| added(sum, term)));
    }
    sum
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
pub(super) fn rows(tokens: &[Token]) -> Option<Rows> {
    parted(tokens, &Tok::Row, &Tok::Cell)
}

/// The rows of `1, 2; 3, 4`.
pub(super) fn by_marks(tokens: &[Token]) -> Option<Rows> {
    parted(tokens, &Tok::Op(';'), &Tok::Op(','))
}

fn parted(tokens: &[Token], between_rows: &Tok, between_cells: &Tok) -> Option<Rows> {
    let mut rows: Rows = Vec::new();
    for (row, _) in split(tokens, |tok| tok == between_rows)? {
        if row.is_empty() {
            continue;
        }
        let cells: Option<Vec<Expr>> = split(row, |tok| tok == between_cells)?
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
