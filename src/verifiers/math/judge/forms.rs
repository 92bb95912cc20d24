//! What expressions and answers look like, before any algebra. In: one of them. Out: its form. Never: a value.

use super::super::expr::{Expr, Form};
use super::super::read::Answer;

/// The expression as text, terms and factors sorted.
pub(super) fn spelled(expr: &Expr) -> String {
    let sorted = |parts: &[Expr], open: &str| {
        let mut parts: Vec<String> = parts.iter().map(spelled).collect();
        parts.sort();
        format!("{open}[{}]", parts.join(" "))
    };
    match expr {
        Expr::Sum(parts) => sorted(parts, "+"),
        Expr::Product(parts) => sorted(parts, "*"),
        Expr::Power(pair) => format!("({})^({})", spelled(&pair.0), spelled(&pair.1)),
        Expr::Apply(function, parts) => {
            let parts: Vec<String> = parts.iter().map(spelled).collect();
            format!("{function:?}({})", parts.join(", "))
        }
        Expr::Bound(bound) => {
            let ends: Vec<String> = bound.ends.iter().map(spelled).collect();
            format!("{:?}[{}, {}: {}]", bound.form, spelled(&bound.body), bound.variable, ends.join(".."))
        }
        other => format!("{other:?}"),
    }
}

/// Whether an integral or a limit occurs.
pub(super) fn unevaluated(expr: &Expr) -> bool {
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        match expr {
            Expr::Sum(parts) | Expr::Product(parts) | Expr::Apply(_, parts) => open.extend(parts),
            Expr::Power(pair) => open.extend([&pair.0, &pair.1]),
            Expr::Bound(bound) => {
                if matches!(bound.form, Form::Integral | Form::Limit) {
                    return true;
                }
                open.push(&bound.body);
                open.extend(&bound.ends);
            }
            _ => {}
        }
    }
    false
}

/// The conditions that an answer joins by `and`.
pub(super) fn conditions(answer: &Answer, found: &mut Vec<Answer>) {
    match answer {
        Answer::Both(pair) => {
            conditions(&pair.0, found);
            conditions(&pair.1, found);
        }
        single => found.push(single.clone()),
    }
}

/// The names that the empty set has beside its own.
pub(super) fn is_phi(expr: &Expr) -> bool {
    matches!(expr, Expr::Symbol(name) if matches!(&**name, "φ" | "ϕ" | "ø" | "Ø"))
}

/// Whether a set has one item, which may be written again.
pub(super) fn is_one_item(items: &[Answer]) -> bool {
    !items.is_empty() && items.iter().all(|item| *item == items[0])
}

pub(super) fn is_zero(expr: &Expr) -> bool {
    matches!(expr, Expr::Number(number) if number.is_zero())
}

pub(super) fn all_zero(answer: &Answer) -> bool {
    match answer {
        Answer::Matrix(rows) => rows.iter().flatten().all(is_zero),
        Answer::Bracketed { items, .. } => {
            items.iter().all(|item| matches!(item, Answer::Value(value) if is_zero(&value.expr)))
        }
        _ => false,
    }
}
