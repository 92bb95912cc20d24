//! Reads an answer as a value and compares two. In: the text of a box or of a reference. Out: exact
//! rationals, words, lists of them, or an expression that is known by its text alone; and of two
//! answers, whether they are the same. Never: a float, an evaluation, a guess between two readings.

use super::clean::{THIN, clean, unbraced};
use super::rational::Rational;

/// Longer texts are not read (about 2 ms of arithmetic at this length); they can still be equal.
const MAX_BYTES: usize = 10_000;
/// Lists longer than this are not read.
const MAX_ITEMS: usize = 256;
/// Lists nested deeper than this are not read.
const MAX_DEPTH: usize = 8;
/// Words that may name a number or nothing, so that they prove no difference to a number.
const NUMBER_WORDS: [&str; 17] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "half", "dozen", "none", "infinity",
];

/// What comparing two answers shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// The same value, or the same normalised text.
    Same,
    /// Both are read and are not the same.
    Differs,
    /// A side is not read and the texts differ.
    NotRead,
    /// The same under one reading of a side and not under another.
    Ambiguous,
    /// A side is too long to be read and the texts differ.
    TooLong,
}

/// An answer: its normalised text and what it reads as.
#[derive(Debug)]
pub(super) struct Answer {
    text: String,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Number(Rational),
    /// The number before the sign: 50 for `50%`.
    Percent(Rational),
    /// Letters and single spaces, in lower case.
    Word(String),
    /// Opening and closing bracket, empty for a bare list.
    List(&'static str, Vec<Value>),
    /// Known by its text alone.
    Expression(String),
    TooLong,
}

impl Answer {
    /// Whether it reads as several values.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.value, Value::List(..))
    }

    /// Reads `raw`, the content of a box or a reference answer.
    pub(super) fn read(raw: &str) -> Self {
        let text = clean(raw);
        let value = if text.len() > MAX_BYTES { Value::TooLong } else { read(&text, 0) };
        Self { text, value }
    }
}

/// Whether `answer` is `reference`.
pub(super) fn compare(reference: &Answer, answer: &Answer) -> Match {
    if reference.text == answer.text && !answer.text.is_empty() {
        return Match::Same;
    }
    // In half of the world `1,5` is one number.
    let comma = |side: &Answer, other: &Answer| match (&side.value, &other.value) {
        (Value::List("", items), Value::Number(other)) if items.len() == 2 => {
            number(&side.text.replace(',', ".")).is_some_and(|side| side == *other)
        }
        _ => false,
    };
    if comma(reference, answer) || comma(answer, reference) {
        return Match::Ambiguous;
    }
    compare_values(&reference.value, &answer.value)
}

fn compare_values(reference: &Value, answer: &Value) -> Match {
    use Value::{Expression, List, Number, Percent, TooLong, Word};
    match (reference, answer) {
        (TooLong, _) | (_, TooLong) => Match::TooLong,
        (Number(a), Number(b)) | (Percent(a), Percent(b)) => differs_unless(a == b),
        // 50 % is 50 to one asker and 0.5 to the next.
        (Percent(percent), Number(number)) | (Number(number), Percent(percent)) => {
            if percent == number || percent.percent() == *number { Match::Ambiguous } else { Match::Differs }
        }
        (Word(a), Word(b)) => differs_unless(a == b),
        (Expression(a), Expression(b)) if a == b && !a.is_empty() => Match::Same,
        (Expression(_), _) | (_, Expression(_)) => Match::NotRead,
        // A word in place of a number may be a unit, a name of the number, or the right remark.
        (Number(_) | Percent(_), Word(_)) => Match::NotRead,
        (Word(word), Number(_) | Percent(_)) if NUMBER_WORDS.contains(&word.as_str()) => Match::NotRead,
        (Word(_), Number(_) | Percent(_)) => Match::Differs,
        (List(a_kind, a), List(b_kind, b)) => compare_lists((a_kind, a), (b_kind, b)),
        (List(_, items), other) | (other, List(_, items)) => {
            if matches!(other, Word(_)) || items.iter().any(|item| !item.is_number()) {
                Match::NotRead
            } else {
                Match::Differs
            }
        }
    }
}

fn compare_lists((a_kind, a): (&str, &[Value]), (b_kind, b): (&str, &[Value])) -> Match {
    let mut result = Match::Same;
    if a.len() != b.len() {
        result = Match::Differs;
    } else {
        for (a, b) in a.iter().zip(b) {
            match compare_values(a, b) {
                Match::Same => {}
                Match::Differs => {
                    result = Match::Differs;
                    break;
                }
                undecided => result = undecided,
            }
        }
    }
    let unordered = |kind: &str| kind.is_empty() || kind == r"\{\}";
    match result {
        // `(0,1)` and `[0,1)` are two intervals, `1,2` may be either of `(1,2)` and `{1,2}`.
        Match::Same if a_kind == b_kind => Match::Same,
        Match::Same if a_kind.is_empty() || b_kind.is_empty() => Match::Ambiguous,
        Match::Same => Match::Differs,
        Match::Differs if unordered(a_kind) && unordered(b_kind) => {
            // As sets: the same if every element has its equal on the other side.
            let within = |a: &[Value], b: &[Value]| {
                a.iter().all(|a| b.iter().any(|b| compare_values(a, b) == Match::Same))
            };
            let undecided =
                || a.iter().chain(b).any(|item| matches!(item, Value::Expression(_) | Value::TooLong));
            match within(a, b) && within(b, a) {
                true if !a_kind.is_empty() && !b_kind.is_empty() => Match::Same,
                true => Match::Ambiguous,
                false if undecided() => Match::NotRead,
                false => Match::Differs,
            }
        }
        result => result,
    }
}

fn differs_unless(same: bool) -> Match {
    if same { Match::Same } else { Match::Differs }
}

impl Value {
    fn is_number(&self) -> bool {
        matches!(self, Value::Number(_) | Value::Percent(_))
    }
}

fn read(text: &str, depth: usize) -> Value {
    let text = unbraced(text.trim());
    if let Some(number) = number(text) {
        return Value::Number(number);
    }
    if let Some(number) = text.strip_suffix('%').and_then(|text| number(text.trim_end())) {
        return Value::Percent(number);
    }
    if let Some(list) = list(text, depth) {
        return list;
    }
    word(text).map_or_else(|| Value::Expression(text.to_owned()), Value::Word)
}

/// Letters, and single spaces, hyphens and apostrophes between them.
fn word(text: &str) -> Option<String> {
    let is_word = text
        .split([' ', '-', '\'', '’'])
        .all(|part| !part.is_empty() && part.chars().all(char::is_alphabetic));
    is_word.then(|| text.to_lowercase())
}

/// Items parted by commas, in brackets or bare.
fn list(text: &str, depth: usize) -> Option<Value> {
    if depth >= MAX_DEPTH {
        return None;
    }
    let (kind, inside) = bracketed(text).unwrap_or(("", text));
    let items = split(inside)?;
    if items.len() > MAX_ITEMS || items.iter().any(|item| item.trim().is_empty()) {
        return None;
    }
    if items.len() == 1 && kind != r"\{\}" {
        return None;
    }
    Some(Value::List(kind, items.into_iter().map(|item| read(item, depth + 1)).collect()))
}

/// The kind of the brackets around the whole text, and what is inside.
fn bracketed(text: &str) -> Option<(&'static str, &str)> {
    let (open, rest) =
        ["(", "[", r"\{"].into_iter().find_map(|open| Some((open, text.strip_prefix(open)?)))?;
    let (close, inside) =
        [r"\}", ")", "]"].into_iter().find_map(|close| Some((close, rest.strip_suffix(close)?)))?;
    let kind = match (open, close) {
        ("(", ")") => "()",
        ("[", "]") => "[]",
        ("(", "]") => "(]",
        ("[", ")") => "[)",
        (r"\{", r"\}") => r"\{\}",
        _ => return None,
    };
    split(inside).map(|_| (kind, inside))
}

/// Splits at the commas outside all brackets; `None` if the brackets do not match.
fn split(text: &str) -> Option<Vec<&str>> {
    // With `, ` between items, a comma without space is inside a number: `1,234, 5`.
    let spaced = text.contains(", ");
    let (mut items, mut start, mut depth) = (Vec::new(), 0, 0usize);
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            b',' if depth == 0
                && (!spaced || bytes.get(at + 1) == Some(&b' ') || !grouped(&text[start..], at - start)) =>
            {
                items.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(&text[start..]);
    (depth == 0).then_some(items)
}

/// Whether the comma at `at` parts groups of three digits.
fn grouped(text: &str, at: usize) -> bool {
    let (before, after) = (&text.as_bytes()[..at], &text.as_bytes()[at + 1..]);
    let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    before.last().is_some_and(u8::is_ascii_digit) && digits == 3
}

/// A number in any of the spellings read here.
fn number(text: &str) -> Option<Rational> {
    let (negative, rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest.trim_start()),
        None => (false, text),
    };
    let magnitude = unsigned(unbraced(rest))?;
    Some(magnitude.negated(negative))
}

fn unsigned(text: &str) -> Option<Rational> {
    if let Some(number) = decimal(text) {
        return Some(number);
    }
    if let Some(at) = text.find("\\frac") {
        let (whole, fraction) = (text[..at].trim_end(), latex_fraction(&text[at..])?);
        return if whole.is_empty() { Some(fraction) } else { mixed(whole, &fraction) };
    }
    let (over, under) = text.split_once('/')?;
    let under = decimal(under.trim())?;
    let over = over.trim();
    if let Some(over) = decimal(over) {
        return over.over(&under);
    }
    let (whole, over) = over.split_once(' ')?;
    mixed(whole, &decimal(over)?.over(&under)?)
}

/// `1 1/2` and `1\frac{1}{2}`: a whole number and a proper fraction.
fn mixed(whole: &str, fraction: &Rational) -> Option<Rational> {
    let is_whole = whole.bytes().all(|byte| byte.is_ascii_digit());
    (is_whole && fraction.is_proper()).then_some(())?;
    Some(decimal(whole)?.plus(fraction))
}

/// `\frac{a}{b}`, `\frac ab`, `\frac12`; each side a decimal, the upper one with a sign if it has one.
fn latex_fraction(text: &str) -> Option<Rational> {
    let (over, rest) = argument(text.strip_prefix("\\frac")?)?;
    let (under, rest) = argument(rest)?;
    let (negative, over) = match over.strip_prefix('-') {
        Some(over) => (true, over),
        None => (false, over),
    };
    if !rest.is_empty() {
        return None;
    }
    Some(decimal(over.trim())?.over(&decimal(under.trim())?)?.negated(negative))
}

/// One argument of a command: what stands in braces, or a single digit.
fn argument(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    if let Some(inside) = text.strip_prefix('{') {
        // No braces inside: what is nested deeper is no plain number.
        let (inside, rest) = inside.split_once('}')?;
        return Some((inside.trim(), rest));
    }
    text.as_bytes().first()?.is_ascii_digit().then(|| text.split_at(1))
}

/// An unsigned decimal, with its digits in groups of three or without groups.
fn decimal(text: &str) -> Option<Rational> {
    if let Some(number) = Rational::decimal(text) {
        return Some(number);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let separator = if whole.contains(THIN) { THIN } else { ',' };
    let mut groups = whole.split(separator);
    let first = groups.next()?;
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    // `0,123` is no grouping: it would be a list, or a decimal comma.
    if !(1..=3).contains(&first.len()) || !digits(first) || first.starts_with('0') {
        return None;
    }
    if !whole.contains(separator) || !groups.all(|group| group.len() == 3 && digits(group)) {
        return None;
    }
    let mut plain = whole.replace(separator, "");
    if text.contains('.') {
        plain.push('.');
        plain.push_str(fraction);
    }
    Rational::decimal(&plain)
}
