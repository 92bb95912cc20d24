//! Compares what a program gave with what was expected. In: an expected JSON value and a plain value,
//! or an expected output and printed bytes. Out: the same or not. Never: a float compared without its
//! tolerance, or a comparison that the program's process has a hand in.
//!
//! Types count: `True` is not 1, an expected int needs an int, an expected string a string. JSON has
//! one kind of sequence and only text keys: an array takes a list or a tuple, an object takes a dict
//! whose keys are strings. An expected float takes a float within the tolerance, or an int of exactly
//! that value.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::wire::Value;

/// Relative tolerance of expected floats: room for another order of summation, and far above the 1e-16
/// of one operation.
pub(super) const TOLERANCE: f64 = 1e-9;
/// Longer arrays in any order are not compared: each item may be compared with each.
const MAX_UNORDERED: usize = 2000;

/// How results are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparator {
    /// Output line by line without trailing white space and without empty lines at the end; where the
    /// text of lines differs, word by word with decimals within the tolerance. Values with floats
    /// within the tolerance.
    #[default]
    Float,
    /// Output to the byte, but for white space at its end; floats to the bit.
    Exact,
    /// Output word by word, whatever white space is between; values as with `float`.
    Whitespace,
    /// Output lines, and the items of an expected array, in any order; otherwise as with `float`.
    Unordered,
}

impl Comparator {
    /// Whether `got` is `expected`; `None` where that cannot be said: JSON has lost the digits that
    /// would decide, or too many items may be in any order.
    pub(super) fn same(self, expected: &Json, got: &Value, tolerance: f64) -> Option<bool> {
        match (self, expected, got) {
            (Comparator::Exact, ..) => same(expected, got, 0.0),
            (Comparator::Unordered, Json::Array(a), Value::List(b) | Value::Tuple(b)) => {
                if a.len() != b.len() {
                    return Some(false);
                }
                if a.len() > MAX_UNORDERED {
                    return same(expected, got, tolerance).filter(|&same| same);
                }
                let mut left: Vec<&Value> = b.iter().collect();
                for item in a {
                    let Some(at) = left.iter().position(|got| same(item, got, tolerance) == Some(true))
                    else {
                        return Some(false);
                    };
                    left.swap_remove(at);
                }
                Some(true)
            }
            _ => same(expected, got, tolerance),
        }
    }

    /// Whether `got` is the expected output.
    pub(super) fn same_output(self, expected: &str, got: &[u8], tolerance: f64) -> bool {
        match self {
            Comparator::Float => same_lines(&lines(expected.as_bytes()), &lines(got), tolerance),
            Comparator::Exact => expected.as_bytes().trim_ascii_end() == got.trim_ascii_end(),
            Comparator::Whitespace => {
                let (Ok(expected), Ok(got)) =
                    (std::str::from_utf8(expected.as_bytes()), std::str::from_utf8(got))
                else {
                    return false;
                };
                same_words(expected.split_whitespace(), got.split_whitespace(), tolerance)
            }
            Comparator::Unordered => {
                let (mut expected, mut got) = (lines(expected.as_bytes()), lines(got));
                expected.sort_unstable();
                got.sort_unstable();
                same_lines(&expected, &got, tolerance)
            }
        }
    }
}

/// Whether `got` is `expected`; `None` where JSON has already lost the digits that would decide.
fn same(expected: &Json, got: &Value, tolerance: f64) -> Option<bool> {
    let (pairs, same_size): (Vec<(&Json, &Value)>, bool) = match (expected, got) {
        (Json::Null, Value::None) => return Some(true),
        (Json::Bool(a), Value::Bool(b)) => return Some(a == b),
        (Json::String(a), Value::Str(b)) => return Some(a.as_bytes() == b.as_slice()),
        (Json::Number(number), got) => return number_is(number, got, tolerance),
        (Json::Array(a), Value::List(b) | Value::Tuple(b)) => (a.iter().zip(b).collect(), a.len() == b.len()),
        (Json::Object(a), Value::Dict(b)) => {
            let mut pairs = Vec::with_capacity(b.len());
            for (key, value) in b {
                let Some(expected) = key_text(key).and_then(|key| a.get(key)) else { return Some(false) };
                pairs.push((expected, value));
            }
            // Python's keys are unique, a forged reply's need not be.
            let mut keys: Vec<_> = b.iter().filter_map(|(key, _)| key_text(key)).collect();
            keys.sort_unstable();
            keys.dedup();
            (pairs, keys.len() == a.len() && b.len() == a.len())
        }
        _ => return Some(false),
    };
    if !same_size {
        return Some(false);
    }
    let mut decided = true;
    for (expected, got) in pairs {
        match same(expected, got, tolerance) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => decided = false,
        }
    }
    decided.then_some(true)
}

fn key_text(key: &Value) -> Option<&str> {
    match key {
        Value::Str(text) => std::str::from_utf8(text).ok(),
        _ => None,
    }
}

fn number_is(expected: &serde_json::Number, got: &Value, tolerance: f64) -> Option<bool> {
    if let (Value::Int(expected), got) = (Value::from_json(&Json::Number(expected.clone())), got) {
        return Some(matches!(got, Value::Int(got) if *got == expected));
    }
    let expected = expected.as_f64()?;
    match got {
        Value::Float(got) => Some(close(expected, *got, tolerance)),
        // Beyond 64 bits, an int in a JSON file was rounded to this float when it was read.
        Value::Int(_) if expected.abs() >= 9.2e18 => None,
        Value::Int(digits) => {
            let (sign, digits) =
                digits.strip_prefix('-').map_or((1.0, digits.as_str()), |digits| (-1.0, digits));
            // An int of 2^53 or less is exact as a float.
            let int = u64::from_str_radix(digits, 16).ok().filter(|&int| int <= 1 << 53);
            Some(int.is_some_and(|int| sign * int as f64 == expected))
        }
        _ => Some(false),
    }
}

fn close(expected: f64, got: f64, tolerance: f64) -> bool {
    expected == got || (got.is_finite() && (expected - got).abs() <= tolerance * expected.abs())
}

fn same_lines(expected: &[&[u8]], got: &[&[u8]], tolerance: f64) -> bool {
    let same = |expected: &[u8], got: &[u8]| {
        let (Ok(expected), Ok(got)) = (std::str::from_utf8(expected), std::str::from_utf8(got)) else {
            return false;
        };
        same_words(expected.split(' '), got.split(' '), tolerance)
    };
    expected.len() == got.len()
        && expected.iter().zip(got).all(|(expected, got)| expected == got || same(expected, got))
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<_> = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end).collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

fn same_words<'a>(
    mut expected: impl Iterator<Item = &'a str>,
    mut got: impl Iterator<Item = &'a str>,
    tolerance: f64,
) -> bool {
    loop {
        match (expected.next(), got.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => {
                // A decimal has a point: `1` takes no `1.0`, and `inf` is a word.
                let decimal = |word: &str| word.contains('.').then(|| word.parse::<f64>().ok()).flatten();
                if !matches!((decimal(a), decimal(b)), (Some(a), Some(b)) if close(a, b, tolerance)) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_table() {
        use Value::{Bool, Dict, Float, Int, List, None, Set, Tuple};
        let int = |digits: &str| Int(digits.into());
        let text = Value::text;
        for (expected, got, result) in [
            ("null", None, Some(true)),
            ("null", Bool(false), Some(false)),
            ("true", Bool(true), Some(true)),
            ("true", int("1"), Some(false)),
            ("1", Bool(true), Some(false)),
            ("1", int("1"), Some(true)),
            ("1", Float(1.0), Some(false)),
            ("1", text("1"), Some(false)),
            ("-31", int("-1f"), Some(true)),
            ("31", int("-1f"), Some(false)),
            ("18446744073709551615", int("ffffffffffffffff"), Some(true)),
            ("18446744073709551616", int("10000000000000000"), Option::None),
            ("100000000000000000001", int("56bc75e2d63100000"), Option::None),
            ("1.0", int("1"), Some(true)),
            ("1.5", int("1"), Some(false)),
            ("1.0", Bool(true), Some(false)),
            ("0.3", Float(0.1 + 0.2), Some(true)),
            ("0.3", Float(0.300001), Some(false)),
            ("0.0", Float(-0.0), Some(true)),
            ("0.0", Float(1e-300), Some(false)),
            ("1.0", Float(f64::NAN), Some(false)),
            ("1.0", Float(f64::INFINITY), Some(false)),
            ("[1, 2]", List(vec![int("1"), int("2")]), Some(true)),
            ("[1, 2]", Tuple(vec![int("1"), int("2")]), Some(true)),
            ("[1, 2]", List(vec![int("1")]), Some(false)),
            ("[1]", List(vec![int("1"), int("2")]), Some(false)),
            ("[]", Set(vec![]), Some(false)),
            ("[]", None, Some(false)),
            (r#"{"a": 1}"#, Dict(vec![(text("a"), int("1"))]), Some(true)),
            (r#"{"a": 1}"#, Dict(vec![(int("1"), int("1"))]), Some(false)),
            (r#"{"a": 1, "b": 1}"#, Dict(vec![(text("a"), int("1")), (text("a"), int("1"))]), Some(false)),
            (r#"{"a": 1}"#, Dict(vec![]), Some(false)),
        ] {
            let json: Json = serde_json::from_str(expected).unwrap();
            assert_eq!(Comparator::Float.same(&json, &got, TOLERANCE), result, "{expected} {got:?}");
        }
    }

    #[test]
    fn output_table() {
        for (expected, got, result) in [
            ("3", "3\n", true),
            ("3\n", "3", true),
            ("1\n2\n", "1 \r\n2\n\n", true),
            ("0.3", "0.30000000000000004", true),
            ("x 0.3 y", "x 0.30000000000000004 y", true),
            ("1\n2", "1", false),
            ("1", "1\n2", false),
            ("1 2", "1  2", false),
            ("1", "1.0", false),
            ("1.0", "1", false),
            ("0.3", "0.31", false),
            ("", "", true),
            ("", "x", false),
            ("a", "", false),
            ("\n\na", "a", false),
        ] {
            assert_eq!(
                Comparator::Float.same_output(expected, got.as_bytes(), TOLERANCE),
                result,
                "{expected:?} {got:?}"
            );
        }
        assert!(!Comparator::Float.same_output("a", b"\xff", TOLERANCE));
    }

    #[test]
    fn comparators_table() {
        use Comparator::{Exact, Float, Unordered, Whitespace};
        for (expected, got, passing) in [
            ("1 2\n", "1 2", &[Exact, Float, Whitespace, Unordered][..]),
            ("1 2", "1 2 \n", &[Exact, Float, Whitespace, Unordered]),
            ("1\n2", "1 \n2", &[Float, Whitespace, Unordered]),
            ("1 2", "1\n2", &[Whitespace]),
            ("1 2", "1  2", &[Whitespace]),
            ("a\nb", "b\na", &[Unordered]),
            ("a\na\nb", "a\nb\nb", &[]),
            ("0.3", "0.30000000000000004", &[Float, Whitespace, Unordered]),
            ("12", "1 2", &[]),
            ("1\n2", "1", &[]),
        ] {
            for comparator in [Exact, Float, Whitespace, Unordered] {
                let same = comparator.same_output(expected, got.as_bytes(), TOLERANCE);
                assert_eq!(same, passing.contains(&comparator), "{comparator:?} {expected:?} {got:?}");
            }
        }
        let (expected, list) = (serde_json::json!([1, [2, 3], 0.3]), |items: Vec<Value>| Value::List(items));
        let int = |digits: &str| Value::Int(digits.into());
        let inner = || list(vec![int("2"), int("3")]);
        for (got, passing) in [
            (list(vec![int("1"), inner(), Value::Float(0.3)]), &[Exact, Float, Whitespace, Unordered][..]),
            (list(vec![int("1"), inner(), Value::Float(0.1 + 0.2)]), &[Float, Whitespace, Unordered]),
            (list(vec![Value::Float(0.3), inner(), int("1")]), &[Unordered]),
            (list(vec![Value::Float(0.3), list(vec![int("3"), int("2")]), int("1")]), &[]),
            (list(vec![int("1"), int("1"), inner()]), &[]),
        ] {
            for comparator in [Exact, Float, Whitespace, Unordered] {
                let same = comparator.same(&expected, &got, TOLERANCE) == Some(true);
                assert_eq!(same, passing.contains(&comparator), "{comparator:?} {got:?}");
            }
        }
        assert_eq!(Float.same(&serde_json::json!(0.3), &Value::Float(0.301), 0.01), Some(true));
    }
}
