//! The values that cross between the verifier and the sandboxed interpreters. In: bytes that a
//! hostile process wrote. Out: a Python value in plain form, or nothing. Never: deep recursion, or
//! an allocation larger than the bytes that came. `harness.py` holds the other half.

/// Deeper values are refused; the harness sends none beyond 100.
const MAX_DEPTH: usize = 128;
/// Most values in one reply. A reply's size alone does not bound memory: 16 MiB hold as many values of one byte,
/// which take 32 bytes each here. `values.py` sends no more.
const MAX_VALUES: usize = 2_000_000;

/// A plain Python value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    None,
    Bool(bool),
    /// Hexadecimal digits in lower case, with a minus where negative: any size, exact.
    Int(String),
    Float(f64),
    /// UTF-8, except that lone surrogates may occur.
    Str(Vec<u8>),
    List(Vec<Value>),
    Tuple(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    /// A set or a frozenset.
    Set(Vec<Value>),
    /// Anything else that JSON cannot say: bytes, complex numbers, ranges, iterators, dates.
    Other(&'static str),
}

impl Value {
    /// A string.
    pub(super) fn text(text: &str) -> Self {
        Value::Str(text.as_bytes().to_vec())
    }

    /// The value of a JSON text; numbers without fraction or exponent are ints.
    pub(super) fn from_json(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Value::None,
            Json::Bool(bool) => Value::Bool(*bool),
            Json::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(int), _) => Value::Int(format!("{int:x}")),
                (_, Some(int)) => Value::Int(format!("-{:x}", int.unsigned_abs())),
                _ => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Value::text(text),
            Json::Array(items) => Value::List(items.iter().map(Value::from_json).collect()),
            Json::Object(items) => Value::Dict(
                items.iter().map(|(key, item)| (Value::text(key), Value::from_json(item))).collect(),
            ),
        }
    }

    /// Writes the value in the form that `harness.py` reads.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let sized = |out: &mut Vec<u8>, tag: char, size: usize| out.extend(format!("{tag}{size};").bytes());
        match self {
            Value::None | Value::Other(_) => out.push(b'N'),
            Value::Bool(bool) => out.push(if *bool { b'T' } else { b'F' }),
            Value::Int(digits) => out.extend(format!("I{digits};").bytes()),
            Value::Float(float) => out.extend(format!("D{float:?};").bytes()),
            Value::Str(text) => {
                sized(out, 'S', text.len());
                out.extend(text);
            }
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                let tag = match self {
                    Value::List(_) => 'L',
                    Value::Tuple(_) => 'U',
                    _ => 'E',
                };
                sized(out, tag, items.len());
                items.iter().for_each(|item| item.encode(out));
            }
            Value::Dict(items) => {
                sized(out, 'M', items.len());
                items.iter().for_each(|(key, item)| {
                    key.encode(out);
                    item.encode(out);
                });
            }
        }
    }

    /// The one value that `data` holds.
    pub(super) fn decode(data: &[u8]) -> Option<Self> {
        let (mut rest, mut left) = (data, MAX_VALUES);
        let value = take(&mut rest, 0, &mut left)?;
        rest.is_empty().then_some(value)
    }

    /// The texts of a list or tuple of strings; other items are left out.
    pub(super) fn texts(&self) -> Vec<String> {
        match self {
            Value::List(items) | Value::Tuple(items) => items.iter().filter_map(Value::as_text).collect(),
            _ => Vec::new(),
        }
    }

    /// The value as a person reads it, cut.
    pub(super) fn shown(&self) -> String {
        match self {
            Value::Int(digits) => match i128::from_str_radix(digits, 16) {
                Ok(int) => int.to_string(),
                Err(_) => "a long int".to_owned(),
            },
            Value::Str(text) => format!("{:?}", String::from_utf8_lossy(&text[..text.len().min(200)])),
            Value::None => "None".to_owned(),
            Value::Bool(bool) => if *bool { "True" } else { "False" }.to_owned(),
            Value::Float(float) => format!("{float:?}"),
            Value::List(items) => format!("a list of {}", items.len()),
            Value::Tuple(items) => format!("a tuple of {}", items.len()),
            Value::Dict(items) => format!("a dict of {}", items.len()),
            Value::Set(items) => format!("a set of {}", items.len()),
            Value::Other(kind) => format!("a {kind} object"),
        }
    }

    /// The text of a string.
    pub(super) fn as_text(&self) -> Option<String> {
        match self {
            Value::Str(text) => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        }
    }
}

/// The value at the start of `rest`, of at most `left` parts.
fn take(rest: &mut &[u8], depth: usize, left: &mut usize) -> Option<Value> {
    *left = left.checked_sub(1)?;
    let (&tag, after) = rest.split_first()?;
    *rest = after;
    match tag {
        _ if depth > MAX_DEPTH => return None,
        b'N' => return Some(Value::None),
        b'T' | b'F' => return Some(Value::Bool(tag == b'T')),
        b'R' | b'X' => {
            take(rest, depth + 1, left)?;
            return Some(Value::Other(if tag == b'R' { "range" } else { "library" }));
        }
        _ => {}
    }
    let end = rest.iter().position(|&byte| byte == b';')?;
    let head = std::str::from_utf8(&rest[..end]).ok()?;
    *rest = &rest[end + 1..];
    match tag {
        b'I' => {
            let digits = head.strip_prefix('-').unwrap_or(head);
            let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            return (!digits.is_empty() && digits.bytes().all(plain)).then(|| Value::Int(head.to_owned()));
        }
        b'D' => return head.parse().ok().map(Value::Float),
        b'C' => return Some(Value::Other("complex")),
        _ => {}
    }
    let size: usize = head.parse().ok()?;
    if size > rest.len() {
        return None;
    }
    if let b'S' | b'B' = tag {
        let (text, after) = rest.split_at(size);
        *rest = after;
        return Some(if tag == b'S' { Value::Str(text.to_vec()) } else { Value::Other("bytes") });
    }
    if tag == b'M' {
        let mut items = Vec::new();
        for _ in 0..size {
            items.push((take(rest, depth + 1, left)?, take(rest, depth + 1, left)?));
        }
        return Some(Value::Dict(items));
    }
    let mut items = Vec::new();
    for _ in 0..size {
        items.push(take(rest, depth + 1, left)?);
    }
    match tag {
        b'L' => Some(Value::List(items)),
        b'U' => Some(Value::Tuple(items)),
        b'E' | b'Z' => Some(Value::Set(items)),
        b'G' => Some(Value::Other("iterator")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_json_says_comes_back() {
        for json in
            ["null", "true", "-255", "0", "18446744073709551615", "1.5", r#"["a;é", {"k": [1, {}]}, []]"#]
        {
            let value = Value::from_json(&serde_json::from_str(json).unwrap());
            let mut bytes = Vec::new();
            value.encode(&mut bytes);
            assert_eq!(Value::decode(&bytes), Some(value), "{json}");
        }
    }

    #[test]
    fn hostile_bytes_are_refused() {
        for bytes in [
            &b""[..],
            b"X",
            b"I;",
            b"I-;",
            b"I0x1;",
            b"IA;",
            b"S5;abc",
            b"L99999999999999999999;",
            b"L3;NN",
            b"NN",
            b"S",
            b"L-1;",
            b"D1.5",
            b"Dx;",
            b"M1;N",
        ] {
            assert_eq!(Value::decode(bytes), None, "{bytes:?}");
        }
        assert_eq!(Value::decode("L1;".repeat(1_000_000).as_bytes()), None);
        let nothings = |count: usize| format!("L{count};{}", "N".repeat(count)).into_bytes();
        assert!(Value::decode(&nothings(MAX_VALUES - 1)).is_some());
        assert_eq!(Value::decode(&nothings(MAX_VALUES)), None);
        let pairs = MAX_VALUES / 2;
        assert_eq!(Value::decode(format!("M{pairs};{}", "NN".repeat(pairs)).as_bytes()), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(prop_oneof![
            proptest::sample::select(b"NTFIDCSBMLUEZGR;0123456789abcdef-.".to_vec()), any::<u8>(),
        ], 0..60)) {
            if let Some(value) = Value::decode(&bytes) {
                let mut again = Vec::new();
                value.encode(&mut again);
                prop_assert!(Value::decode(&again).is_some());
            }
        }
    }
}
