//! Reads numbers as they are written. In: text that begins with one. Out: its digits, and how many bytes it takes:
//! separators of thousands, decimal commas, repeating digits, powers of ten. Never: a value.

use super::{Comma, Literal};

/// Longest block of digits that is seen to repeat before an ellipsis: of sevenths.
const MAX_BLOCK: usize = 6;

/// The number that `text` begins with and its length in bytes.
pub(super) fn number(text: &str, comma: Comma) -> (Literal, usize) {
    let bytes = text.as_bytes();
    let digits = |at: usize| bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let first = digits(0);
    let mut whole = text[..first].to_owned();
    let mut at = first;
    if comma == Comma::Lakh
        && let Some((whole, length)) = lakhs(text)
    {
        return (Literal { whole, fraction: None, repeating: None, exponent: None }, length);
    }
    // Groups of three digits, all parted alike.
    if (1..=3).contains(&first) && !(text.starts_with('0') && first == 1) {
        let mut kind: Option<&str> = None;
        while let Some((separator, length)) = separator(&text[at..], comma) {
            let group = digits(at + length);
            if group != 3 || kind.is_some_and(|kind| kind != separator) {
                break;
            }
            kind = Some(separator);
            whole.push_str(&text[at + length..at + length + 3]);
            at += length + 3;
        }
        // `1,234,56`: no grouping after all.
        if at > first
            && bytes.get(at) == Some(&b',')
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
            && kind == Some(",")
        {
            whole.truncate(first);
            at = first;
        }
    }
    // `1.234,5`: points part groups where the comma is a decimal one.
    if comma == Comma::Decimal && at == first && (1..=3).contains(&first) {
        let mut end = at;
        while bytes.get(end) == Some(&b'.') && digits(end + 1) == 3 {
            end += 4;
        }
        if end > at && bytes.get(end) == Some(&b',') && digits(end + 1) > 0 {
            whole.extend(text[at..end].chars().filter(|char| *char != '.'));
            at = end;
        }
    }
    let mut literal = Literal { whole, fraction: None, repeating: None, exponent: None };
    let point = match bytes.get(at) {
        Some(b'.') => 1,
        Some(b',') if comma == Comma::Decimal && digits(at + 1) > 0 => 1,
        Some(b'{') if comma == Comma::Decimal && text[at..].starts_with("{,}") && digits(at + 3) > 0 => 3,
        _ => 0,
    };
    if point > 0 && !text[at..].starts_with("..") {
        let mut fraction = at + point;
        let mut count = digits(fraction);
        let mut written = text[fraction..fraction + count].to_owned();
        // `3.141\,592\,653` and `0.123 456`.
        while count > 0
            && count % 3 == 0
            && (text[fraction + count..].starts_with("\\,") || text[fraction + count..].starts_with("\\;"))
            && digits(fraction + count + 2) == 3
        {
            written.push_str(&text[fraction + count + 2..fraction + count + 5]);
            fraction += 5;
        }
        if count > 0
            || text[at + 1..].starts_with("\\overline")
            || text[at + 1..].starts_with("\\bar")
            || text[at + 1..].starts_with("\\dot")
            || text[at + 1..].starts_with('(')
            || text[at + 1..].starts_with("\\left(")
            || !bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic)
        {
            at = fraction + count;
            count = written.len();
            literal.fraction = Some(written);
        }
        // `1.000.000`: points as separators.
        if count == 3
            && point == 1
            && bytes.get(at) == Some(&b'.')
            && digits(at + 1) == 3
            && (1..=3).contains(&first)
        {
            let mut joined = literal.whole.clone() + literal.fraction.as_deref().unwrap_or("");
            while bytes.get(at) == Some(&b'.') && digits(at + 1) == 3 {
                joined.push_str(&text[at + 1..at + 4]);
                at += 4;
            }
            return (Literal { whole: joined, fraction: None, repeating: None, exponent: None }, at);
        }
        if let Some((repeating, length)) = repeating(&text[at..], count) {
            literal.repeating = Some(repeating);
            return (literal, at + length);
        }
        // `0.333…`: the last digits repeat.
        let fraction = literal.fraction.clone().unwrap_or_default();
        let more = ["...", "\\ldots", "\\dots", "\\cdots"]
            .into_iter()
            .find(|dots| text[at..].trim_start().starts_with(dots));
        if let Some(dots) = more
            && let Some(block) = block(&fraction)
        {
            let skipped = text[at..].len() - text[at..].trim_start().len();
            literal.repeating = Some(block.to_owned());
            return (literal, at + skipped + dots.len());
        }
    }
    // `21st`: which one, as a number.
    if literal.fraction.is_none()
        && let Some(length) = ordinal(&literal.whole, &text[at..])
    {
        return (literal, at + length);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent > 0 && !bytes.get(at + 1 + sign + exponent).is_some_and(u8::is_ascii_alphabetic) {
            // An exponent too long for a number is as good as the largest.
            let value: i64 = text[at + 1..at + 1 + sign + exponent].parse().unwrap_or(i64::MAX);
            literal.exponent = Some(value);
            return (literal, at + 1 + sign + exponent);
        }
    }
    (literal, at)
}

/// `12,34,567`: groups of two digits before the last three, as in India. The digits and the length.
fn lakhs(text: &str) -> Option<(String, usize)> {
    let bytes = text.as_bytes();
    let digits =
        |at: usize| bytes[at.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = digits(0);
    if !(1..=2).contains(&at) || text.starts_with('0') {
        return None;
    }
    let first = at;
    while bytes.get(at) == Some(&b',') && digits(at + 1) == 2 {
        at += 3;
    }
    (at > first && bytes.get(at) == Some(&b',') && digits(at + 1) == 3)
        .then(|| (text[..at + 4].replace(',', ""), at + 4))
        .filter(|&(_, end)| bytes.get(end) != Some(&b','))
}

/// The length of what makes `digits` an ordinal: `1st`, `2nd`, `3^{rd}`, `4^{\text{th}}`, `11th`. `2^{nd}` is a power.
fn ordinal(digits: &str, text: &str) -> Option<usize> {
    let suffix = match digits.as_bytes() {
        [.., b'1', _] => "th",
        [.., b'1'] => "st",
        [.., b'2'] => "nd",
        [.., b'3'] => "rd",
        _ => "th",
    };
    const MARKS: [(&str, &str); 9] = [
        ("", ""),
        ("^{", "}"),
        ("^{\\text{", "}}"),
        ("^{\\textrm{", "}}"),
        ("^{\\mathrm{", "}}"),
        ("^\\text{", "}"),
        ("^\\mathrm{", "}"),
        ("^{\\rm ", "}"),
        ("\\textsuperscript{", "}"),
    ];
    MARKS.iter().filter(|(open, _)| *open != "^{" || suffix != "nd").find_map(|(open, close)| {
        let rest = text.strip_prefix(open)?.strip_prefix(suffix)?.strip_prefix(close)?;
        (!rest.starts_with(char::is_alphanumeric)).then_some(text.len() - rest.len())
    })
}

/// The digits that `fraction` ends with again and again: one of them three times, several twice.
fn block(fraction: &str) -> Option<&str> {
    (1..=MAX_BLOCK).find_map(|length| {
        let times = if length == 1 { 3 } else { 2 };
        let start = fraction.len().checked_sub(times * length)?;
        let tail = &fraction.as_bytes()[start..];
        let repeats = tail.chunks(length).all(|chunk| chunk == &tail[..length]);
        repeats.then(|| &fraction[fraction.len() - length..])
    })
}

/// What parts groups of digits at the start of `text`, and its length.
fn separator(text: &str, comma: Comma) -> Option<(&'static str, usize)> {
    if comma == Comma::Groups {
        for (spelling, kind) in [
            ("{,}\\!", ","),
            ("{,}", ","),
            (",\\!\\!", ","),
            (",\\! ", ","),
            (",\\!", ","),
            ("{, }", ","),
            (" {,}", ","),
            (" {, }", ","),
            (",", ","),
        ] {
            if let Some(after) = text.strip_prefix(spelling) {
                return after
                    .starts_with(|next: char| next.is_ascii_digit())
                    .then_some((kind, spelling.len()));
            }
        }
    }
    if comma != Comma::Parts {
        for spelling in ["\\,", "\\;", "\\:", "\\ ", "\\!", "~", " ", "'"] {
            if let Some(after) = text.strip_prefix(spelling) {
                return after
                    .starts_with(|next: char| next.is_ascii_digit())
                    .then_some((" ", spelling.len()));
            }
        }
    }
    None
}

/// Digits that repeat, behind a decimal point with `count` digits before them.
fn repeating(text: &str, count: usize) -> Option<(String, usize)> {
    for opening in ["\\overline{", "\\bar{", "\\overline "] {
        if let Some(inside) = text.strip_prefix(opening) {
            let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
            let closing = usize::from(inside[digits..].starts_with('}'));
            let braced = opening.ends_with('{');
            if digits > 0 && (!braced || closing == 1) {
                return Some((
                    inside[..digits].to_owned(),
                    opening.len() + digits + if braced { 1 } else { 0 },
                ));
            }
        }
    }
    // `0.\dot{3}1\dot{6}`: dots over the first and the last digit.
    if let Some((block, length)) = dotted(text) {
        return Some((block, length));
    }
    for (open, close) in [("(", ")"), ("\\left(", "\\right)")] {
        if count == 0
            && let Some(inside) = text.strip_prefix(open)
        {
            let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
            if digits > 0 && inside[digits..].starts_with(close) {
                return Some((inside[..digits].to_owned(), open.len() + digits + close.len()));
            }
        }
    }
    None
}

/// Digits of which the first and the last, or the only one, have a dot above.
fn dotted(text: &str) -> Option<(String, usize)> {
    let digit = |text: &str| {
        let inside = text.strip_prefix("\\dot")?;
        let (inside, closing) = match inside.strip_prefix('{') {
            Some(inside) => (inside, 1),
            None => (inside.trim_start(), 0),
        };
        let digit = inside.chars().next().filter(char::is_ascii_digit)?;
        let rest = &inside[1..];
        if closing == 1 && !rest.starts_with('}') {
            return None;
        }
        Some((digit, text.len() - rest.len() + closing))
    };
    let (first, length) = digit(text)?;
    let plain = text[length..].bytes().take_while(u8::is_ascii_digit).count();
    Some(match digit(&text[length + plain..]) {
        Some((last, more)) => {
            (format!("{first}{}{last}", &text[length..length + plain]), length + plain + more)
        }
        None => (first.to_string(), length),
    })
}
