//! Python's `==` on plain values. In: the value of a literal and a result. Out: whether they are equal, or
//! nothing where only Python can say it. Never: more than [`MAX_PAIRS`](super::MAX_PAIRS) comparisons for one
//! dict or set.

use super::MAX_PAIRS;
use crate::verifiers::python::wire::Value;

/// Whether Python's `==` says that the values are equal; `expected` holds no key or member twice.
pub(super) fn equal(expected: &Value, got: &Value) -> Option<bool> {
    use Value::{Dict, List, None as Nothing, Other, Set, Str, Tuple};
    match (expected, got) {
        (_, Other(_)) | (Other(_), _) => None,
        (Nothing, Nothing) => Some(true),
        (Str(a), Str(b)) => Some(a == b),
        (List(a), List(b)) | (Tuple(a), Tuple(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            all(a.iter().zip(b).map(|(a, b)| equal(a, b)))
        }
        (Set(a), Set(b)) if a.len() == b.len() => {
            within_bounds(a.len())?;
            all(a.iter().map(|item| contains(b, item)))
        }
        (Dict(a), Dict(b)) if a.len() == b.len() => {
            within_bounds(a.len())?;
            all(a.iter().map(|(key, value)| {
                let mut undecided = false;
                for (other, got) in b {
                    match equal(key, other) {
                        Some(true) => return equal(value, got),
                        Some(false) => {}
                        None => undecided = true,
                    }
                }
                (!undecided).then_some(false)
            }))
        }
        (a, b) => match (number(a), number(b)) {
            (Some(a), Some(b)) => same_number(&a, &b),
            _ => Some(false),
        },
    }
}

fn within_bounds(items: usize) -> Option<()> {
    (items.saturating_mul(items) <= MAX_PAIRS).then_some(())
}

/// All true, or one false; of what is undecided besides a false one, nothing need be known.
fn all(results: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut decided = true;
    for result in results {
        match result {
            Some(true) => {}
            Some(false) => return Some(false),
            None => decided = false,
        }
    }
    decided.then_some(true)
}

pub(super) fn contains(items: &[Value], item: &Value) -> Option<bool> {
    let mut undecided = false;
    for other in items {
        match equal(item, other) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => undecided = true,
        }
    }
    (!undecided).then_some(false)
}

enum Numeric<'a> {
    /// Sign and hexadecimal digits without zeros before them.
    Int(bool, &'a str),
    Float(f64),
}

fn number(value: &Value) -> Option<Numeric<'_>> {
    Some(match value {
        Value::Bool(bool) => Numeric::Int(false, if *bool { "1" } else { "" }),
        Value::Int(digits) => {
            let rest = digits.strip_prefix('-').unwrap_or(digits).trim_start_matches('0');
            Numeric::Int(digits.starts_with('-') && !rest.is_empty(), rest)
        }
        Value::Float(float) => Numeric::Float(*float),
        _ => return None,
    })
}

fn same_number(a: &Numeric<'_>, b: &Numeric<'_>) -> Option<bool> {
    match (a, b) {
        (Numeric::Int(minus, digits), Numeric::Int(other_minus, others)) => {
            Some(minus == other_minus && digits == others)
        }
        #[allow(clippy::float_cmp)]
        (Numeric::Float(a), Numeric::Float(b)) => Some(a == b),
        (Numeric::Int(minus, digits), Numeric::Float(float))
        | (Numeric::Float(float), Numeric::Int(minus, digits)) => {
            if !float.is_finite() || float.fract() != 0.0 {
                return Some(false);
            }
            // 16 digits hold every number below 2^64; floats beyond are left to Python.
            if digits.len() > 16 || float.abs() >= 18_446_744_073_709_551_616.0 {
                return None;
            }
            let int = if digits.is_empty() { 0 } else { u64::from_str_radix(digits, 16).ok()? };
            // A float that is a whole number below 2^64 is exactly the integer it is cast to.
            Some(float.abs() as u64 == int && (int == 0 || *minus == (*float < 0.0)))
        }
    }
}
