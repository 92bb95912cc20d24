//! Compares matrices with matrices, with multiples of the identity and with tuples. In: rows of expressions. Out: a match.
//! Never: a matrix and its transpose taken for one.

use super::super::expr::Expr;
use super::super::read::{Answer, Value};
use super::Match::{self, Differs};
use super::{Judge, all};

impl Judge<'_> {
    pub(super) fn matrices(&mut self, a: &[Vec<Expr>], b: &[Vec<Expr>]) -> Match {
        if a.len() != b.len() || a[0].len() != b[0].len() {
            return Differs("matrices of different sizes");
        }
        let entries = a.iter().flatten().zip(b.iter().flatten());
        let found: Vec<Match> =
            entries.map(|(a, b)| self.near(&Value::bare(a.clone()), &Value::bare(b.clone()))).collect();
        all(found.into_iter(), "equal entries")
    }

    /// A matrix against a multiple of the identity, of so many rows if that is written.
    pub(super) fn identity(&mut self, matrix: &[Vec<Expr>], scale: &Expr, rows: Option<usize>) -> Match {
        let size = matrix.len();
        if matrix[0].len() != size || rows.is_some_and(|rows| rows != size) {
            return Differs("matrices of different sizes");
        }
        let entry = |row: usize, column: usize| if row == column { scale.clone() } else { Expr::integer(0) };
        let multiple: Vec<Vec<Expr>> =
            (0..size).map(|row| (0..size).map(|column| entry(row, column)).collect()).collect();
        self.matrices(matrix, &multiple)
    }

    /// A matrix of one row or column against a tuple.
    pub(super) fn vector(&mut self, rows: &[Vec<Expr>], items: &[Answer]) -> Match {
        // `[[1, 2], [3, 4]]`.
        let nested: Option<Vec<Vec<Expr>>> = items
            .iter()
            .map(|item| match item {
                Answer::Bracketed { items, .. } => items
                    .iter()
                    .map(|item| match item {
                        Answer::Value(value) => Some(value.expr.clone()),
                        _ => None,
                    })
                    .collect(),
                _ => None,
            })
            .collect();
        if let Some(nested) = nested.filter(|nested| !nested.is_empty() && !nested[0].is_empty()) {
            if nested.len() != rows.len() || nested.iter().zip(rows).any(|(a, b)| a.len() != b.len()) {
                return Differs("matrices of different sizes");
            }
            return self.matrices(rows, &nested);
        }
        if (rows.len() > 1 && rows[0].len() > 1) || rows.len() * rows[0].len() != items.len() {
            return Differs("a matrix and a tuple of another size");
        }
        let found: Vec<Match> = rows
            .iter()
            .flatten()
            .zip(items)
            .map(|(entry, item)| match item {
                Answer::Value(value) => self.equal(entry, &value.expr),
                _ => Differs("an entry that is no number"),
            })
            .collect();
        all(found.into_iter(), "equal components")
    }
}
