//! Expressions made of literals, as most tests have for arguments and expected values. In: an expression.
//! Out: the value that Python gives it, or nothing where that is not certain. Never: a number beyond 64 bits.

use ruff_python_ast::{Expr, ExprBinOp, Number, Operator, UnaryOp};

use super::MAX_PAIRS;
use super::equality::{contains, equal};
use crate::verifiers::python::wire::Value;

/// Below this in size, whole numbers and floats are the same numbers.
const EXACT: i128 = 1 << 53;
/// Most bytes of a text that is put together.
const MAX_TEXT: usize = 1 << 16;

/// The value of an expression made of literals.
pub(super) fn literal(expr: &Expr) -> Option<Value> {
    Some(match expr {
        Expr::NoneLiteral(_) => Value::None,
        Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(int) => Value::Int(format!("{:x}", int.as_u64()?)),
            Number::Float(float) => Value::Float(*float),
            Number::Complex { .. } => return None,
        },
        Expr::UnaryOp(unary) if unary.op == UnaryOp::USub && unary.operand.is_number_literal_expr() => {
            match literal(&unary.operand)? {
                Value::Int(digits) if digits == "0" => Value::Int(digits),
                Value::Int(digits) => Value::Int(format!("-{digits}")),
                Value::Float(float) => Value::Float(-float),
                _ => return None,
            }
        }
        Expr::BinOp(operation) => folded(operation)?,
        // The parser puts this for lone surrogates, which it cannot hold.
        Expr::StringLiteral(text) if text.value.to_str().contains('\u{fffd}') => return None,
        Expr::StringLiteral(text) => Value::text(text.value.to_str()),
        Expr::List(list) => Value::List(literals(&list.elts)?),
        Expr::Tuple(tuple) => Value::Tuple(literals(&tuple.elts)?),
        Expr::Set(set) => {
            let mut items: Vec<Value> = Vec::new();
            for item in literals(&set.elts)? {
                if !hashable(&item) || items.len() * items.len() > MAX_PAIRS {
                    return None;
                }
                if !contains(&items, &item)? {
                    items.push(item);
                }
            }
            Value::Set(items)
        }
        Expr::Dict(dict) => {
            let mut items: Vec<(Value, Value)> = Vec::new();
            for item in &dict.items {
                let (key, value) = (literal(item.key.as_ref()?)?, literal(&item.value)?);
                if !hashable(&key) || items.len() * items.len() > MAX_PAIRS {
                    return None;
                }
                // Of equal keys the first stays, with the last value: which is which shows in the key.
                if items.iter().any(|(known, _)| equal(known, &key) != Some(false)) {
                    return None;
                }
                items.push((key, value));
            }
            Value::Dict(items)
        }
        _ => return None,
    })
}

fn literals(exprs: &[Expr]) -> Option<Vec<Value>> {
    exprs.iter().map(literal).collect()
}

pub(super) fn hashable(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Dict(_) | Value::Set(_) | Value::Other(_) => false,
        Value::Tuple(items) => items.iter().all(hashable),
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => true,
    }
}

/// What an operation on literals gives: `3 * 5`, `2.0 / 3.0`, `"a" + "b"`.
fn folded(operation: &ExprBinOp) -> Option<Value> {
    let (left, right) = (literal(&operation.left)?, literal(&operation.right)?);
    if let (Value::Str(a), Value::Str(b), Operator::Add) = (&left, &right, operation.op) {
        return (a.len() + b.len() <= MAX_TEXT).then(|| Value::Str([&a[..], b].concat()));
    }
    if let (Some(a), Some(b)) = (whole(&left), whole(&right)) {
        let result = match operation.op {
            Operator::Add => a.checked_add(b)?,
            Operator::Sub => a.checked_sub(b)?,
            Operator::Mult => a.checked_mul(b)?,
            Operator::Pow => a.checked_pow(u32::try_from(b).ok()?)?,
            Operator::Div if a.abs() <= EXACT && b.abs() <= EXACT && b != 0 => {
                return Some(Value::Float(a as f64 / b as f64));
            }
            _ => return None,
        };
        let digits = u64::try_from(result.unsigned_abs()).ok()?;
        return Some(Value::Int(format!("{}{digits:x}", if result < 0 { "-" } else { "" })));
    }
    let (a, b) = (float(&left)?, float(&right)?);
    let result = match operation.op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        _ => return None,
    };
    Some(Value::Float(result))
}

fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::Int(digits) => i128::from_str_radix(digits, 16).ok(),
        _ => None,
    }
}

/// The value as a float, where none of its digits are lost; not that of a bool.
pub(super) fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(float) => Some(*float),
        value => whole(value).filter(|int| int.abs() <= EXACT).map(|int| int as f64),
    }
}
