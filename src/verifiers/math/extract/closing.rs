//! Finds the answer that a text ends with, where none is boxed or stated. In: the text. Out: the last
//! display formula, or the last formula or number of the closing sentences. Looks at the end of the text
//! only. Never: the end of a text that is cut off inside a calculation, a number that is denied
//! ("not 5", "less than 5").

use std::ops::Range;

use super::{number, statement};

/// Bytes of the text's end that are looked at.
const WINDOW: usize = 6_000;
/// Closing sentences looked at: a courtesy often follows the answer.
const SENTENCES: usize = 3;

/// Courtesies and special tokens that are passed over at the end.
const MAX_COURTESIES: usize = 100;

/// What comes after the answer and says nothing.
const COURTESIES: [&str; 4] =
    ["I hope it is correct.", "I hope it is correct", "I hope this helps!", "I hope this helps."];

/// Where the text ends without courtesies and special tokens.
pub(super) fn end(text: &str) -> usize {
    let mut rest = text.trim_end();
    for _ in 0..MAX_COURTESIES {
        let before = rest.len();
        // `<|im_start|>user`: the model goes on with a turn that is not its own.
        let tail_at = rest.floor_char_boundary(rest.len().saturating_sub(60));
        if let Some(at) = rest[tail_at..].find("<|") {
            rest = rest[..tail_at + at].trim_end();
        }
        for courtesy in COURTESIES {
            rest = rest.strip_suffix(courtesy).unwrap_or(rest).trim_end();
        }
        if rest.len() == before {
            break;
        }
    }
    rest.len()
}

/// Whether the text stops in the middle of a calculation.
pub(super) fn is_cut_off(text: &str) -> bool {
    let text = text.trim_end();
    text.ends_with([
        '+', '-', '=', '*', '/', '(', '{', '[', '\\', '^', '_', '&', '<', '>', ',', ':', '×', '÷', '≈',
    ])
}

/// The last display formula: `\[…\]`, `$$…$$`, or the last line of an environment.
pub(super) fn display(text: &str) -> Option<Range<usize>> {
    let start = text.floor_char_boundary(end(text).saturating_sub(WINDOW));
    let text = &text[..end(text)];
    let window = &text[start..];
    let mut best: Option<Range<usize>> = None;
    let mut consider = |range: Range<usize>| {
        if best.as_ref().is_none_or(|best| range.start > best.start) && !text[range.clone()].trim().is_empty()
        {
            best = Some(range);
        }
    };
    if let Some(close) = window.rfind("\\]")
        && let Some(open) = window[..close].rfind("\\[")
    {
        consider(start + open + 2..start + close);
    }
    if let Some(close) = window.rfind("$$")
        && let Some(open) = window[..close].rfind("$$")
        // An even number before: this pair opens and closes.
        && text[..start + open].matches("$$").count().is_multiple_of(2)
    {
        consider(start + open + 2..start + close);
    }
    for name in ["align*", "align", "equation*", "equation", "gather*", "gather", "aligned"] {
        let (begin, finish) = (format!("\\begin{{{name}}}"), format!("\\end{{{name}}}"));
        if let Some(close) = window.rfind(&finish)
            && let Some(open) = window[..close].rfind(&begin)
        {
            let from = start + open + begin.len();
            // The last line, unless it is empty.
            let body = text[from..start + close].trim_end();
            let line = body.rfind("\\\\").map_or(0, |at| at + 2);
            consider(from + line..from + body.len());
        }
    }
    best
}

/// The last inline formula or number of the closing sentences.
pub(super) fn last(text: &str, formulas: bool, numbers: bool) -> Option<Range<usize>> {
    let text = &text[..end(text)];
    if is_cut_off(text) {
        return None;
    }
    let mut finish = text.len();
    for _ in 0..SENTENCES {
        let start = sentence_start(text, finish);
        let sentence = &text[start..finish];
        if let Some(found) = in_sentence(sentence, formulas, numbers) {
            return Some(start + found.start..start + found.end);
        }
        finish = text[..start].trim_end().len();
        if finish == 0 {
            break;
        }
    }
    None
}

/// Where the sentence that ends at `finish` starts.
fn sentence_start(text: &str, finish: usize) -> usize {
    let floor = text.floor_char_boundary(finish.saturating_sub(WINDOW));
    let bytes = text.as_bytes();
    // The closing mark itself belongs to the sentence.
    let mut at = text[..finish].char_indices().next_back().map_or(0, |(at, _)| at);
    while at > floor {
        at -= 1;
        match bytes[at] {
            b'\n' if !inside_formula(&text[floor..at]) => return at + 1,
            b'.' | b'?' | b'!' if statement::ends(text, at, 0) && !inside_formula(&text[floor..at]) => {
                return at + 1;
            }
            0xE3 if text[at..].starts_with('。') => return at + 3,
            _ => {}
        }
    }
    floor
}

/// Whether the text ends inside `$…$`; only asked for the few places where a sentence may end.
fn inside_formula(text: &str) -> bool {
    let line = text.rfind('\n').map_or(0, |at| at + 1);
    let line = &text[line..];
    let escaped = line.matches("\\$").count();
    let dollars = line.matches('$').count() - escaped;
    // A lone dollar before a digit is money.
    let money = line
        .match_indices('$')
        .filter(|(at, _)| line[at + 1..].starts_with(|c: char| c.is_ascii_digit()))
        .count();
    dollars % 2 == 1 && money != dollars
}

/// The last formula or number in one sentence.
fn in_sentence(sentence: &str, formulas: bool, numbers: bool) -> Option<Range<usize>> {
    let mut found: Option<Range<usize>> = None;
    let mut outside = Vec::new(); // Ranges that are no formula.
    let mut from = 0;
    for formula in inline(sentence) {
        outside.push(from..formula.start);
        let between = sentence[from..formula.start].trim();
        from = formula.end;
        if formulas && !denied(&sentence[..formula.start]) && !denied_behind(&sentence[formula.end..]) {
            // `$x = 1$ and $x = 2$` is one list.
            let joins = matches!(between, "," | "and" | "or" | ", and" | ", or" | "和" | "或");
            found = match found {
                Some(list) if joins => Some(list.start..formula.end),
                _ => Some(formula),
            };
        } else if formulas {
            found = None;
        }
    }
    outside.push(from..sentence.len());
    if numbers {
        let number = outside.iter().rev().find_map(|range| number::last(sentence, range.clone()));
        if let Some(number) = number
            && found.as_ref().is_none_or(|found| number.start > found.start)
        {
            let taken_back = denied(&sentence[..number.start]) || denied_behind(&sentence[number.end..]);
            return (!taken_back).then_some(number);
        }
    }
    found
}

/// Formulas in `$…$` and `\(…\)`, delimiters included. None of them holds a line break.
fn inline(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if bytes.get(at + 1) == Some(&b'(') => {
                let Some(close) = text[at..].find("\\)") else { break };
                if !text[at..at + close].contains('\n') {
                    found.push(at..at + close + 2);
                }
                at += close + 2;
                continue;
            }
            b'\\' => at += 1,
            b'$' => {
                let mut close = at + 1;
                while close < bytes.len() && bytes[close] != b'$' {
                    close += if bytes[close] == b'\\' { 2 } else { 1 };
                }
                if close >= bytes.len() {
                    break;
                }
                let inside = &text[at + 1..close];
                // `$5 and $6`: money, not a formula.
                let money = inside.starts_with(|char: char| char.is_ascii_digit())
                    && inside.ends_with(' ')
                    && bytes.get(close + 1).is_some_and(u8::is_ascii_digit);
                if money {
                    at = close;
                    continue;
                }
                if !inside.contains('\n') && !inside.trim().is_empty() {
                    found.push(at..close + 1);
                }
                at = close;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Whether what stands before a value takes it back: `not`, `less than`.
pub(super) fn denied(before: &str) -> bool {
    let tail = &before[before.floor_char_boundary(before.len().saturating_sub(60))..];
    // What an earlier sentence denies is none of this one.
    let start = [". ", "! ", "? ", "; ", "\n", "。"]
        .iter()
        .filter_map(|end| tail.rfind(end).map(|at| at + end.len()))
        .max()
        .unwrap_or(0);
    let tail = &tail[start..];
    // `不是4`, `小于4`, `至少4`: the last characters of Chinese.
    let close = &tail[tail.floor_char_boundary(tail.len().saturating_sub(12))..];
    if [
        "不", "非", "没", "小于", "大于", "少于", "多于", "低于", "高于", "超过", "至少", "至多", "最多",
        "最少",
    ]
    .iter()
    .any(|denial| close.contains(denial))
    {
        return true;
    }
    let words: Vec<String> = tail
        .rsplit(|char: char| char.is_whitespace() || char == ',')
        .filter(|word| !word.is_empty())
        .take(3)
        .map(|word| word.to_lowercase())
        .collect();
    let near = |words: &[String]| {
        words.iter().any(|word| {
            matches!(
                word.as_str(),
                "not"
                    | "never"
                    | "cannot"
                    | "than"
                    | "least"
                    | "most"
                    | "except"
                    | "nor"
                    | "neither"
                    | "without"
                    | "unlike"
                    | "between"
                    | "if"
            ) || word.ends_with("n't")
        })
    };
    near(&words[..words.len().min(2)])
}

/// Whether what stands behind a value takes it back: `3 is not the answer`.
pub(super) fn denied_behind(after: &str) -> bool {
    let after = after.trim_start();
    [
        "is not",
        "isn't",
        "is wrong",
        "is incorrect",
        "is too",
        "cannot",
        "can't",
        "does not",
        "doesn't",
        "was not",
    ]
    .iter()
    .any(|denial| after.get(..denial.len()).is_some_and(|head| head.eq_ignore_ascii_case(denial)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_table() {
        for (text, expected) in [
            ("So it is 5.", Some("5")),
            ("so she has 1,000.99€", Some("1,000.99€")),
            ("it's 1,000.99m²", Some("1,000.99m²")),
            ("she has 1 000", Some("1 000")),
            ("Soucis : 2,74 $ a..", Some("2,74")),
            ("AZYUK2A", None),
            ("So 16 people think that horse #12 will win.", Some("16")),
            ("the 3rd", None),
            ("It is 42, by Step 2.", Some("42")),
            ("Case 1", None),
            ("综上所述，x=4。", Some("4")),
            ("所以一共有4个苹果。", Some("4")),
            ("答案不是4。", None),
            ("至少有4个。", None),
            ("The roots are 1, 2 and 3.", Some("1, 2 and 3")),
            ("It is not 5.", None),
            ("It is less than 5.", None),
            ("It is -5.", Some("-5")),
            ("It is negative 5.", Some("negative 5")),
            ("3 is not the answer.", None),
            ("The roots are $x=1$ and $x=2$.", Some("$x=1$ and $x=2$")),
            // A difference is no number: what stands is the number behind the sign.
            ("10-5 is the range", Some("5")),
            ("We get $x = 5$.", Some("$x = 5$")),
            ("The points in $f(x)$ is 19.", Some("19")),
            ("Thus 12 = 3 +", None),
            ("It is 2/3. <|im_start|>user", Some("2/3")),
            ("12 sequences that meet the conditions. I hope it is correct.", Some("12")),
            ("It costs $7.78 for her fudge.", Some("$7.78")),
            ("It is 28 percent.", Some("28 percent")),
            ("It is \\$5.", Some("$5")),
            ("net change of -$40", Some("-$40")),
            ("After simplifying we get\n\\frac{1}{2}", Some("\\frac{1}{2}")),
            ("so it is 2\\sqrt{3}.", Some("2\\sqrt{3}")),
            ("the area is 5\\text{ square cm}.", Some("5\\text{ square cm}")),
            ("It is 3 out of 5.", Some("3 out of 5")),
            ("The probability is 1 in 5.", Some("1 in 5")),
            ("There are 4 in 2 boxes", Some("2")),
            ("", None),
        ] {
            assert_eq!(last(text, true, true).map(|range| &text[range]), expected, "{text}");
        }
    }

    #[test]
    fn display_table() {
        for (text, expected) in [
            (r"so \[ x = 5 \] done", Some(" x = 5 ")),
            ("a $$1$$ b $$2$$", Some("2")),
            ("a $$1$$ b", Some("1")),
            (r"\begin{align*} x &= 1 \\ &= 2 \end{align*}", Some(" &= 2")),
            ("none", None),
        ] {
            assert_eq!(display(text).map(|range| &text[range]), expected, "{text}");
        }
    }
}
