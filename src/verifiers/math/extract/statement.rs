//! Finds what a sentence states as the answer. In: text, and where to look. Out: the range of the stated
//! answer after "the answer is", `Answer:`, `####`, 答案. Linear in the text. Never: a statement that is
//! negated, or the words of the next sentence.

use std::ops::Range;

/// Statements looked at before giving up, from the last to the first.
const ATTEMPTS: usize = 32;
/// Longest stated answer, in bytes. Longer ones are boxed or displayed.
const LONGEST: usize = 2_000;

/// The last explicit statement of an answer in `text`.
pub(super) fn last(text: &str) -> Option<Range<usize>> {
    let found = occurrences(text.as_bytes());
    found.iter().rev().take(ATTEMPTS).find_map(|&(start, end)| after(text, start, end))
}

/// Every place where `answer` stands, in any case, or 答案 or 答 with a colon. One pass for all of them.
fn occurrences(bytes: &[u8]) -> Vec<(usize, usize)> {
    const WORD: &[u8] = b"answer";
    let chinese = ["答案", "答：", "答:"];
    let first = chinese[0].as_bytes()[0];
    let mut found = Vec::new();
    for (at, &byte) in bytes.iter().enumerate() {
        let rest = &bytes[at..];
        if byte | 0x20 == WORD[0] {
            if rest.get(..WORD.len()).is_some_and(|word| word.eq_ignore_ascii_case(WORD)) {
                found.push((at, at + WORD.len()));
            }
        } else if byte == first
            && let Some(mark) = chinese.iter().find(|mark| rest.starts_with(mark.as_bytes()))
        {
            found.push((at, at + mark.len()));
        }
    }
    found
}

/// What is stated after the word that ends at `end`.
fn after(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    // `unanswered`, `answers`: other words, but for the plural of lists.
    if text[..start].ends_with(|char: char| char.is_alphanumeric()) && text.as_bytes()[start].is_ascii() {
        return None;
    }
    let mut at = end;
    let rest = |at: usize| &text[at..];
    // `<answer>7</answer>`: the tags of R1's prompt.
    if text[..start].ends_with('<') && rest(at).starts_with('>') {
        let inside = &rest(at)[1..];
        let length = inside.find("</").filter(|length| *length <= LONGEST)?;
        let closed = inside[length..].get(..9).is_some_and(|tag| tag.eq_ignore_ascii_case("</answer>"));
        let stated = inside[..length].trim();
        let from = at + 1 + (inside[..length].len() - inside[..length].trim_start().len());
        return (closed && !stated.is_empty()).then(|| from..from + stated.len());
    }
    if rest(at).starts_with(['s', 'S']) {
        at += 1;
    }
    // `answer to the question`, `answer (in cm)`, `answer choice`: a few words that state nothing.
    let line = &rest(at)[..rest(at).find('\n').unwrap_or(rest(at).len())];
    let head: &str = &line[..line.char_indices().nth(60).map_or(line.len(), |(at, _)| at)];
    let mark = marks(head)?;
    at += mark;
    at += skipped(rest(at));
    let stated = &rest(at)[..span(rest(at))];
    let stated_trimmed = stated.trim_end();
    let negated = ["not ", "n't", "no longer", "unknown", "wrong", "incorrect"]
        .iter()
        .any(|word| stated_trimmed.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)));
    let boxed = stated_trimmed.contains("\\boxed") || stated_trimmed.contains("\\fbox");
    (!negated
        && !boxed
        && !stated_trimmed.trim_matches(|c: char| c.is_whitespace() || "$*:\"'`.".contains(c)).is_empty())
    .then(|| at..at + stated_trimmed.len())
}

/// Where the statement begins in `head`, the text after `answer`.
fn marks(head: &str) -> Option<usize> {
    let lower = head.to_ascii_lowercase();
    let trimmed = lower.trim_start_matches(['*', '_', ' ', '\u{3000}']);
    let skipped = lower.len() - trimmed.len();
    for mark in [":", "：", "=", "是", "为", "為", "-->", "—", "- "] {
        if trimmed.starts_with(mark) {
            return Some(skipped + mark.len());
        }
    }
    for verb in ["is", "are", "would be", "should be", "must be", "will be", "was", "becomes", "equals"] {
        // ` is` at once, or after a few words of the same sentence without a number.
        if let Some(at) = lower.find(&format!(" {verb}")) {
            let (before, after) = (&lower[..at], &lower[at + 1 + verb.len()..]);
            let plain = !before.contains(['.', '!', '?', ';', ',', '$', '\\', '='])
                && !before.bytes().any(|byte| byte.is_ascii_digit())
                && before.split_whitespace().count() <= 7;
            if plain && !after.starts_with(|char: char| char.is_alphanumeric() || char == '\'' || char == '’')
            {
                return Some(at + 1 + verb.len());
            }
        }
    }
    // `answer $5$`, `answer \(5\)`, `answer **5**`.
    let opened = ["$", "\\(", "**"].iter().find_map(|mark| lower.strip_prefix(' ')?.strip_prefix(mark));
    // An inline formula holds no line break.
    if opened.is_some_and(|inside| !inside.trim_start_matches([' ', '$']).is_empty()) {
        return Some(1);
    }
    None
}

/// Bytes of what may stand between the verb and the answer.
fn skipped(text: &str) -> usize {
    let mut rest = text;
    loop {
        let before = rest.len();
        // `\text{Answer: } 5`: the brace that closes there.
        rest = rest.trim_start_matches(|char: char| char.is_whitespace() || "*_:：\"“‘'`}".contains(char));
        for word in
            ["that ", "simply ", "therefore ", "thus ", "indeed ", "option ", "choice ", "Option ", "Choice "]
        {
            rest = rest.strip_prefix(word).unwrap_or(rest);
        }
        // A quoting backslash before a quotation mark.
        if let Some(after) = rest.strip_prefix("\\\"") {
            rest = after;
        }
        if rest.len() == before {
            return text.len() - rest.len();
        }
    }
}

/// Bytes up to the end of the sentence that `text` begins with.
pub(super) fn span(text: &str) -> usize {
    let bytes = text.as_bytes();
    let limit = bytes.len().min(LONGEST);
    let (mut depth, mut dollars, mut display) = (0usize, 0usize, false);
    let mut at = 0;
    while at < limit {
        let rest = &bytes[at..];
        match bytes[at] {
            b'\\' => {
                match rest.get(1) {
                    Some(b'[' | b'(') => display = true,
                    Some(b']' | b')') => display = false,
                    _ => {}
                }
                at += 2;
                continue;
            }
            b'$' => dollars += 1,
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'\n' if !display && depth == 0 => {
                // A formula in dollars may go over lines, and end with them.
                if dollars % 2 == 0 {
                    return at;
                }
                let more = &text[at..text.floor_char_boundary(at + 300)];
                if rest.starts_with(b"\n\n") || !more.contains('$') {
                    return at;
                }
            }
            b'<' if rest.starts_with(b"<|") || rest.starts_with(b"</") => return at,
            b'.' | b'!' | b'?' if depth == 0 && !display && ends(text, at, dollars) => return at,
            // 。
            0xE3 if rest.starts_with("。".as_bytes()) => return at,
            0xEF if ["；", "，不是", "，而不是", "，因为"]
                .iter()
                .any(|end| rest.starts_with(end.as_bytes())) =>
            {
                return at;
            }
            b' ' | b',' if dollars % 2 == 0 && depth == 0 => {
                let reason = [
                    " because ",
                    " since ",
                    " (because ",
                    " (since ",
                    " (as ",
                    ", because ",
                    ", since ",
                    " I hope ",
                    ", so ",
                    ", where ",
                    ", which ",
                    ", not ",
                    " rather than ",
                    " instead of ",
                ];
                if reason.iter().any(|reason| rest.starts_with(reason.as_bytes())) {
                    return at;
                }
            }
            b'*' if rest.starts_with(b"**") && at > 0 && !bytes[at - 1].is_ascii_digit() => return at,
            b'*' if rest.starts_with(b"**") && !rest.get(2).is_some_and(u8::is_ascii_digit) => return at,
            _ => {}
        }
        at += 1;
    }
    text.floor_char_boundary(limit)
}

/// Whether the mark at `at` ends the sentence.
pub(super) fn ends(text: &str, at: usize, dollars: usize) -> bool {
    let bytes = text.as_bytes();
    let next = bytes.get(at + 1);
    if bytes[at] == b'!' {
        // A factorial, unless a sentence goes on.
        return at > 0
            && bytes[at - 1].is_ascii_alphabetic()
            && next.is_none_or(|byte| byte.is_ascii_whitespace())
            && dollars.is_multiple_of(2);
    }
    let closes = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'*' | b']' | b'<');
    if dollars % 2 == 1 {
        // Inside a formula a full stop belongs to it.
        return false;
    }
    if bytes[at] == b'.' && text[..at].ends_with(|char: char| char.is_ascii_alphabetic()) && next.is_some() {
        // `p.m.`, `i.e.`, `a. m.`: a single letter before the stop.
        let one = at < 2 || !(bytes[at - 2].is_ascii_alphanumeric());
        let dotted = at >= 2 && bytes[at - 2] == b'.';
        if dotted || (one && bytes.get(at + 2) == Some(&b'.')) {
            return false;
        }
    }
    next.is_none_or(closes)
}

/// What stands after the last `####` on its line.
pub(super) fn hashes(text: &str) -> Option<Range<usize>> {
    for (at, _) in text.rmatch_indices("####").take(ATTEMPTS) {
        let start = at + 4;
        let line = &text[start..start + text[start..].find('\n').unwrap_or(text.len() - start)];
        let trimmed = line.trim_matches(|char: char| char.is_whitespace() || char == '*');
        if trimmed.is_empty() || trimmed.starts_with('#') || trimmed.len() > LONGEST {
            continue;
        }
        // `#### Step 3` is a heading: an answer begins with a digit, a sign, a formula or is one word.
        let heading = trimmed.ends_with(':')
            || (trimmed.starts_with(|char: char| char.is_alphabetic()) && trimmed.contains(' '));
        if heading {
            continue;
        }
        let from =
            start + (line.len() - line.trim_start_matches(|c: char| c.is_whitespace() || c == '*').len());
        return Some(from..from + trimmed.len());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_table() {
        for (text, expected) in [
            ("The answer is 18.", Some("18")),
            ("The answer is: $18$. I hope it is correct.", Some("$18$")),
            ("Final Answer: The final answer is $28 \\%$. I hope", Some("$28 \\%$")),
            ("**Answer:** 3.5\nNext", Some("3.5")),
            ("**Final Answer**: \\(x=2\\)", Some("\\(x=2\\)")),
            ("Answer: B", Some("B")),
            ("so <answer> $7$ </answer>", Some("$7$")),
            ("<answer>7", None),
            ("The answer is 7, not 8.", Some("7")),
            ("The correct answer is (C) 12 cm.", Some("(C) 12 cm")),
            ("the answer is A. Because", Some("A")),
            ("The answer is 4:30 p.m. on Friday.", Some("4:30 p.m. on Friday")),
            ("The answer to the question is 7", Some("7")),
            ("The answer is 3 because 1+2=3.", Some("3")),
            ("The answer is 5!", Some("5!")),
            ("The answer is yes!", Some("yes")),
            ("The answer is not 5.", None),
            ("The answer isn't 5.", None),
            ("I will answer this.", None),
            ("unanswered is 5", None),
            ("答案是 12。", Some("12")),
            ("答案：$\\frac{1}{2}$", Some("$\\frac{1}{2}$")),
            ("The answer is 16,\\!386.20. Here", Some("16,\\!386.20")),
            ("Answer $5$", Some("$5$")),
            ("The answer is", None),
            ("The answer is $.", None),
            ("The answer is 3. No, the answer is 4.", Some("4")),
        ] {
            assert_eq!(last(text).map(|range| &text[range]), expected, "{text}");
        }
    }

    #[test]
    fn hashes_table() {
        for (text, expected) in [
            ("so\n#### 18", Some("18")),
            ("#### 18\n#### 19 ", Some("19")),
            ("#### $5", Some("$5")),
            ("#### Step 3: go", None),
            ("#### **42**", Some("42")),
            ("####", None),
        ] {
            assert_eq!(hashes(text).map(|range| &text[range]), expected, "{text}");
        }
    }
}
