//! Finds the last number of a sentence with what belongs to it: its sign, its currency, its unit, the list that it ends.
//! In: text. Out: a range. Never: a number that is part of a name (`horse #12`, `Step 2`).

use std::ops::Range;

/// The last number of `range` in `text` with what belongs to it, and the list that it ends.
pub(super) fn last(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut finish = range.end;
    let mut found: Option<Range<usize>> = None;
    while let Some(at) = text[range.start..finish].rfind(|char: char| char.is_ascii_digit()) {
        let last = range.start + at;
        let mut first = last;
        let part = |at: usize| {
            let (byte, next) = (bytes[at], bytes[at + 1]);
            byte.is_ascii_digit()
                || (matches!(byte, b'.' | b',' | b'/' | b':') && next.is_ascii_digit())
                || (byte == b' ' && groups_before(bytes, at))
        };
        while first > range.start && part(first - 1) {
            first -= 1;
        }
        let before = text[..first].chars().next_back();
        let after = text[last + 1..].chars().next();
        let unit = unit_after(text, last + 1);
        // `horse #12` is a name, and so is `Step 2`.
        // Chinese has no spaces: `一共有4个苹果`.
        let joins = |char: char| char.is_alphanumeric() && char < '\u{2e80}';
        let word_before = before.is_some_and(|char| joins(char) || matches!(char, '_' | '^' | '#'))
            || is_numbered(&text[range.start..first]);
        let word_after =
            after.is_some_and(|char| joins(char) || char == '_' || char == '^') && unit == last + 1;
        if word_before || word_after {
            finish = first;
            if found.is_some() {
                break;
            }
            continue;
        }
        let mut start = first;
        if let Some(sign) = text[..first].strip_suffix(['-', '−', '–'])
            && !sign.ends_with(|char: char| char.is_alphanumeric() || char == ')')
        {
            start = sign.len();
        }
        // `negative 5`, `is minus 5`, but not `10 minus 5`.
        if let Some(before) = text[range.start..start].strip_suffix("negative ") {
            start = range.start + before.len();
        } else if let Some(before) = text[range.start..start].strip_suffix("minus ")
            && ["is ", "are ", "be ", "get ", "= "].iter().any(|verb| before.ends_with(verb))
        {
            start = range.start + before.len();
        }
        if let Some(currency) = text[..start].trim_end_matches('\\').strip_suffix(['$', '€', '£', '¥']) {
            start = currency.len();
        }
        match &found {
            None => found = Some(start..unit.max(last + 1)),
            // `1, 2 and 3` ends with three numbers, not with one.
            Some(list) => {
                let between = text[last + 1..list.start].trim();
                if matches!(between, "," | "and" | "or" | ", and" | ", or" | ";" | "to" | "、" | "和") {
                    found = Some(start..list.end);
                } else {
                    break;
                }
            }
        }
        finish = start.max(range.start);
    }
    found
}

/// Whether the word that `before` ends with has numbers for names: `Step 2`, `Case 1`.
fn is_numbered(before: &str) -> bool {
    let Some(before) = before.strip_suffix(' ') else { return false };
    let word = before.rsplit(|char: char| !char.is_ascii_alphabetic()).next().unwrap_or("");
    ["step", "case", "part", "question", "problem", "equation", "method", "figure", "example", "section"]
        .iter()
        .any(|name| word.eq_ignore_ascii_case(name))
}

/// Whether the space at `at` parts groups of three digits: `1 000`.
fn groups_before(bytes: &[u8], at: usize) -> bool {
    let after = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    after == 3 && at > 0 && bytes[at - 1].is_ascii_digit() && {
        let before = bytes[..at].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        before <= 3
    }
}

/// Where a unit, a percent sign or a number word right after a number ends; `at` if there is none.
fn unit_after(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let trimmed = rest.trim_start_matches([' ', '\\']);
    let skipped = rest.len() - trimmed.len();
    for unit in ["%", "percent", "million", "billion", "thousand", "°", "€", "£"] {
        if trimmed.starts_with(unit) {
            return at + skipped + unit.len();
        }
    }
    if skipped > 0 {
        return at;
    }
    let length = rest.find(|char: char| !char.is_alphabetic() && !"²³".contains(char)).unwrap_or(rest.len());
    let unit = &rest[..length];
    let known = matches!(
        unit.trim_end_matches(['²', '³']),
        "m" | "cm"
            | "mm"
            | "km"
            | "kg"
            | "g"
            | "mg"
            | "s"
            | "h"
            | "min"
            | "L"
            | "mL"
            | "ml"
            | "ft"
            | "in"
            | "mph"
            | "lb"
            | "oz"
    );
    if known { at + length } else { at }
}
