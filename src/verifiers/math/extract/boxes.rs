//! Finds the boxed answers. In: the text after the think block. Out: the content of every outermost
//! `\boxed{…}` and `\fbox{…}`, in order, and which of them stand together as one answer. One pass, no
//! recursion, no stack. Never: an earlier box in place of a last one that is cut off.

use std::ops::Range;

/// The last box is opened and the text ends before it is closed.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Unclosed;

/// One box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Boxed {
    /// From the backslash to behind the closing brace.
    pub outer: Range<usize>,
    /// What is inside.
    pub inner: Range<usize>,
}

/// The outermost boxes of `text`.
///
/// # Errors
/// [`Unclosed`] if the last box that is opened is not closed.
pub(in super::super) fn find(text: &str) -> Result<Vec<Boxed>, Unclosed> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    // The outermost open box, and the last box opened inside it.
    let (mut open, mut last_open): (Option<(usize, usize)>, usize) = (None, 0);
    let (mut depth, mut at) = (0usize, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => {
                match box_start(bytes, at) {
                    Some(Start::Braced(start)) => {
                        if open.is_none() {
                            open = Some((at, start));
                            depth = 0;
                        }
                        last_open = at;
                        depth += 1;
                        at = start;
                    }
                    Some(Start::Bare(inner)) if open.is_none() => {
                        at = inner.end;
                        found.push(Boxed { outer: at - inner.len()..at, inner });
                    }
                    // The escaped byte: `\{` and `\}` do not nest. A second backslash is looked at again,
                    // since `\\boxed` is a box in text that was escaped once too often.
                    _ => at += if bytes.get(at + 1) == Some(&b'\\') { 1 } else { 2 },
                }
                continue;
            }
            b'{' if open.is_some() => depth += 1,
            b'}' => {
                if let Some((outer, start)) = open {
                    depth -= 1;
                    if depth == 0 {
                        found.push(Boxed { outer: outer..at + 1, inner: start..at });
                        open = None;
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    match open {
        None => Ok(found),
        // An earlier box lacks its brace; the last one may be whole.
        Some((outer, _)) if last_open > outer => match find_one(text, last_open) {
            Some(last) => {
                found.push(last);
                Ok(found)
            }
            None => Err(Unclosed),
        },
        // `\boxed{185\}`: the answer ends with a stray backslash, and the text with the box.
        Some((outer, start)) if depth == 1 && !text[start..].contains("\\{") => {
            let end = text.trim_end_matches(['.', '$', ' ', '\n']).len();
            match text[start..end].strip_suffix("\\}") {
                Some(inner) => {
                    found.push(Boxed { outer: outer..end, inner: start..start + inner.len() });
                    Ok(found)
                }
                None => Err(Unclosed),
            }
        }
        Some(_) => Err(Unclosed),
    }
}

/// The box that opens at `at`, if it is closed.
fn find_one(text: &str, at: usize) -> Option<Boxed> {
    let bytes = text.as_bytes();
    let Some(Start::Braced(start)) = box_start(bytes, at) else { return None };
    let (mut depth, mut end) = (1usize, start);
    while end < bytes.len() {
        match bytes[end] {
            b'\\' => end += 1,
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(Boxed { outer: at..end + 1, inner: start..end });
                }
            }
            _ => {}
        }
        end += 1;
    }
    None
}

enum Start {
    /// The content starts here, behind the brace.
    Braced(usize),
    /// `\boxed 5`: the content itself.
    Bare(Range<usize>),
}

/// Where the content is, if a box opens at the backslash at `at`.
fn box_start(bytes: &[u8], at: usize) -> Option<Start> {
    let rest = &bytes[at..];
    let name = [&b"\\boxed"[..], b"\\fbox"].into_iter().find(|name| rest.starts_with(name))?;
    let mut start = at + name.len();
    while matches!(bytes.get(start), Some(b' ' | b'\t' | b'\n')) {
        start += 1;
    }
    if bytes.get(start) == Some(&b'{') {
        return Some(Start::Braced(start + 1));
    }
    let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    // A word of letters would be another command (`\boxedminipage`).
    (length > 0 && bytes[start].is_ascii_digit()).then_some(Start::Bare(start..start + length))
}

/// Longest text between two boxes of one answer, in bytes: `\quad \text{for part (b) and} \quad` is 34.
const BETWEEN: usize = 80;

/// The last answer: the last box, with those right before it that are joined to it by nothing but
/// commas, `and`, `or`, typography, or the name of the next value.
pub(in super::super) fn last_group<'b>(text: &str, boxes: &'b [Boxed]) -> &'b [Boxed] {
    let mut first = boxes.len().saturating_sub(1);
    // More are no answer that anyone reads.
    while first > 0
        && boxes.len() - first <= 400
        && joined(&text[boxes[first - 1].outer.end..boxes[first].outer.start])
    {
        first -= 1;
    }
    &boxes[first..]
}

/// Whether what stands between two boxes makes them one answer.
fn joined(between: &str) -> bool {
    if between.len() > BETWEEN || between.contains("\n\n") {
        return false;
    }
    let mut words = Vec::new();
    let mut rest = between;
    // `y_2 =` names the value of the next box.
    if let Some(named) = rest.trim_end().strip_suffix('=') {
        let name = named.rsplit([' ', '$', '(', ',']).find(|part| !part.is_empty()).unwrap_or("");
        if name.len() <= 12 && name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            rest = &named[..named.rfind(name).unwrap_or(named.len())];
        }
    }
    let mut last_ends = false;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if char == '\\' {
            let length = rest[at + 1..].bytes().take_while(u8::is_ascii_alphabetic).count();
            for _ in 0..length {
                chars.next();
            }
            if length == 0 {
                chars.next();
            }
            continue;
        }
        if char.is_alphabetic() {
            let end = rest[at..].find(|c: char| !c.is_alphabetic()).map_or(rest.len(), |length| at + length);
            words.push(rest[at..end].to_lowercase());
            while chars.peek().is_some_and(|&(next, _)| next < end) {
                chars.next();
            }
            last_ends = false;
            continue;
        }
        match char {
            '=' | '<' | '>' | '≈' | ':' => return false,
            '.' | '!' | '?' => last_ends = true,
            _ if last_ends && char.is_whitespace() => return false,
            _ => {}
        }
    }
    if words.is_empty() {
        return !last_ends;
    }
    let connects = |word: &String| matches!(word.as_str(), "and" | "or" | "und" | "et" | "y" | "和" | "或");
    let takes_back = |word: &String| {
        matches!(
            word.as_str(),
            "no" | "not" | "wait" | "actually" | "so" | "but" | "then" | "wrong" | "instead"
        )
    };
    words.last().is_some_and(connects) && words.len() <= 6 && !words.iter().any(takes_back)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inner(text: &str) -> Result<Vec<&str>, Unclosed> {
        find(text).map(|found| found.into_iter().map(|found| &text[found.inner]).collect())
    }

    #[test]
    fn find_table() {
        for (text, expected) in [
            ("no box", Ok(vec![])),
            (r"\boxed{3}", Ok(vec!["3"])),
            (r"\boxed {3} and \fbox{4}", Ok(vec!["3", "4"])),
            (r"\boxed{\frac{1}{2}}", Ok(vec![r"\frac{1}{2}"])),
            (r"\boxed{\{1,2\}}", Ok(vec![r"\{1,2\}"])),
            (r"\boxed{\}3}", Ok(vec![r"\}3"])),
            (r"\boxed{\boxed{3}}", Ok(vec![r"\boxed{3}"])),
            (r"{ \boxed{3}", Ok(vec!["3"])),
            (r"} \boxed{3}}", Ok(vec!["3"])),
            (r"\boxed{}", Ok(vec![""])),
            (r"\boxed{é\é}", Ok(vec![r"é\é"])),
            (r"\boxed3 is \boxed 42.", Ok(vec!["3", "42"])),
            (r"\boxed and \boxedminipage", Ok(vec![])),
            (r"\\boxed{004}", Ok(vec!["004"])),
            (r"\boxed{3} so \boxed{4", Err(Unclosed)),
            (r"\boxed{3} so \boxed{\frac{4}{5}", Err(Unclosed)),
            (r"\boxed{\frac{1}{2}$ so \boxed{4}.", Ok(vec!["4"])),
            (r"\boxed{\boxed{3}", Ok(vec!["3"])),
            (r"\boxed{\", Err(Unclosed)),
            (r"\boxed{185\}.", Ok(vec!["185"])),
            (r"\boxed{\{1,2\}", Err(Unclosed)),
        ] {
            assert_eq!(inner(text), expected, "{text}");
        }
    }

    #[test]
    fn joined_table() {
        for (text, expected) in [
            (r"\boxed{1}, \boxed{2}", vec!["1", "2"]),
            (r"\boxed{1}\boxed{2}", vec!["1", "2"]),
            (r"\(\boxed{1}\) and \(\boxed{-2}\)", vec!["1", "-2"]),
            (r"\boxed{1} \quad \text{and} \quad \boxed{2}", vec!["1", "2"]),
            (r"$y_1 = \boxed{3x}$ and $y_2 = \boxed{4x}$", vec!["3x", "4x"]),
            (r"\boxed{a} \text{ for part (a) and } \boxed{b}", vec!["a", "b"]),
            (r"\boxed{1}, \boxed{2}, \text{ or } \boxed{3}", vec!["1", "2", "3"]),
            (r"\boxed{1} no, \boxed{2}", vec!["2"]),
            (r"\boxed{1} no no no \boxed{2}", vec!["2"]),
            (r"\boxed{1}. Wait and \boxed{2}", vec!["2"]),
            (r"\boxed{1}. And \boxed{2}", vec!["2"]),
            (r"\boxed{1}. \boxed{2}", vec!["2"]),
            (r"\boxed{2+2} = \boxed{4}", vec!["4"]),
            ("\\boxed{1}\n\n\\boxed{2}", vec!["2"]),
        ] {
            let boxes = find(text).unwrap();
            let group: Vec<&str> =
                last_group(text, &boxes).iter().map(|found| &text[found.inner.clone()]).collect();
            assert_eq!(group, expected, "{text}");
        }
    }
}
