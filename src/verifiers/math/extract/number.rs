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
        if found.is_none()
            && let Some(formula) = formula(text, &range, first..last + 1)
        {
            return Some(formula);
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
            // `a change of -$40`.
            if let Some(sign) =
                text.get(range.start..start).and_then(|head| head.strip_suffix(['-', '−', '–']))
                && !sign.ends_with(|char: char| char.is_alphanumeric() || char == ')')
            {
                start = range.start + sign.len();
            }
        }
        // `3 out of 5`, `1 in 5`: two numbers that are one value.
        if found.is_none()
            && let Some(part) = text.get(range.start..start).and_then(share_of)
        {
            return Some(range.start + part..last + 1);
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

/// The formula without delimiters that the number at `number` belongs to: `\frac{1}{2}`, `2\pi`, up to white space
/// outside of braces.
fn formula(text: &str, range: &Range<usize>, number: Range<usize>) -> Option<Range<usize>> {
    let depth = |part: &str| {
        part.bytes().fold(0i32, |depth, byte| depth + i32::from(byte == b'{') - i32::from(byte == b'}'))
    };
    // Formulas that matter are short; what is longer is not looked through.
    let from = text.floor_char_boundary(number.start.saturating_sub(200).max(range.start));
    let to = text.floor_char_boundary((number.end + 200).min(range.end));
    if !text[from..to].contains('\\') {
        return None;
    }
    let spaces = |part: Range<usize>| {
        text[part.clone()]
            .char_indices()
            .filter(|(_, char)| char.is_whitespace())
            .map(move |(at, _)| part.start + at)
    };
    let start = spaces(from..number.start)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .find(|&at| depth(&text[from..at]) <= 0)
        .map_or(from, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let end = spaces(number.end..to).find(|&at| depth(&text[start..at]) == 0).unwrap_or(to);
    let chunk = text[start..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '*']);
    let command = chunk.char_indices().any(|(at, char)| {
        char == '\\' && chunk[at + 1..].starts_with(|next: char| next.is_ascii_alphabetic())
    });
    (command && depth(chunk) == 0 && !chunk.contains('$')).then(|| start..start + chunk.len())
}

/// Where the first number of `3 out of ` or `1 in ` at the end of `before` begins.
fn share_of(before: &str) -> Option<usize> {
    let head =
        before.strip_suffix(" out of ").or_else(|| before.strip_suffix(" in every ")).or_else(|| {
            before.strip_suffix(" in ").filter(|head| {
                let lower = head.to_ascii_lowercase();
                ["probability", "chance", "odds"].iter().any(|word| lower.contains(word))
            })
        })?;
    let digits = head.bytes().rev().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| head.len() - digits)
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
