//! Is a word a name in code or in a formula? In: the bytes around it. Out: yes or no.

use std::ops::Range;

/// What the bytes around a word may make of it.
const BEFORE: u8 = 1;
const BEHIND: u8 = 2;
const OPERATES: u8 = 4;
const QUOTES: u8 = 8;
const JOINS: u8 = 16;
const SIGNS: [u8; 256] = {
    let mut signs = [0u8; 256];
    let mut at = 0usize;
    while at < 256 {
        let b = at as u8;
        let joins = b.is_ascii_digit()
            || matches!(
                b,
                b'_' | b'='
                    | b'^'
                    | b'\\'
                    | b'@'
                    | b'#'
                    | b'~'
                    | b'+'
                    | b'<'
                    | b'>'
                    | b'|'
                    | b'&'
                    | b'*'
                    | b'/'
            );
        if joins {
            signs[at] |= BEFORE | BEHIND;
        }
        if matches!(b, b'[' | b'{' | b'(') {
            signs[at] |= BEHIND;
        }
        if matches!(b, b'=' | b'+' | b'<' | b'>' | b'|' | b'&' | b'*' | b'%') {
            signs[at] |= OPERATES;
        }
        if matches!(b, b'\'' | b'"') {
            signs[at] |= QUOTES;
        }
        if b.is_ascii_alphanumeric() || b == b'_' {
            signs[at] |= JOINS;
        }
        at += 1;
    }
    signs
};

/// As [`is_name`], for most words by a look at two bytes before and behind them, without a branch.
#[inline]
pub fn is_likely_name(bytes: &[u8], range: &Range<usize>) -> bool {
    let at = |at: usize| bytes.get(at).copied().unwrap_or(b' ');
    let [two, one] = [2, 1].map(|back| at(range.start.wrapping_sub(back)));
    let [first, second] = [at(range.end), at(range.end + 1)];
    let signs = |byte: u8| SIGNS[byte as usize];
    let point = |point: u8, beside: u8| u8::from(point == b'.') & (signs(beside) / JOINS);
    let may = signs(one) & BEFORE
        | signs(first) & BEHIND
        | (signs(two) | signs(second)) & OPERATES
        | signs(one) & signs(first) & QUOTES
        | point(one, two)
        | point(first, second);
    may != 0 && is_name(bytes, range)
}

/// True if the word at `range` is a name in code or a formula rather than a word of a sentence: it touches a
/// digit, an underscore, an opening bracket, hangs at a dot, stands alone in quotation marks, or an operator is
/// beside it.
#[inline]
pub fn is_name(bytes: &[u8], range: &Range<usize>) -> bool {
    let at = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    let (before, after) = (at(range.start.checked_sub(1)), at(Some(range.end)));
    let joins = |b: u8| {
        b.is_ascii_digit()
            || matches!(
                b,
                b'_' | b'=' | b'^' | b'\\' | b'@' | b'#' | b'~' | b'+' | b'<' | b'>' | b'|' | b'&' | b'*'
            )
    };
    let operates = |b: u8| matches!(b, b'=' | b'+' | b'<' | b'>' | b'|' | b'&' | b'*' | b'%');
    if matches!(before, b' ' | b'\n') && matches!(after, b' ' | b',' | b'\n') {
        return (after == b' ' && operates(at(Some(range.end + 1))))
            // "30 % of them" has no operator.
            || (before == b' ' && at(range.start.checked_sub(2)) != b'%' && operates(at(range.start.checked_sub(2))));
    }
    // Stars are emphasis, too: **word**.
    let emphasis = |b: u8| b == b'*' || b == b'_';
    (joins(before) && !emphasis(before))
        || (joins(after) && !emphasis(after))
        || (emphasis(before) && at(range.start.checked_sub(2)).is_ascii_alphanumeric())
        || (emphasis(after) && at(Some(range.end + 1)).is_ascii_alphanumeric())
        || matches!(after, b'[' | b'{' | b'/')
        || before == b'/'
        || (after == b'(' && before != b'(')
        || (after == b'.'
            && (at(Some(range.end + 1)).is_ascii_alphanumeric() || at(Some(range.end + 1)) == b'_'))
        || (before == b'.' && at(range.start.checked_sub(2)).is_ascii_alphanumeric())
        || (matches!(before, b'\'' | b'"') && before == after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_at_two_bytes_says_the_same() {
        for (at, before) in (0..=255u8).flat_map(|two| (0..=255).map(move |one| [two, one])).enumerate() {
            // Each pair before a word with some pairs behind it, and the other way round.
            for behind in [
                [b' ', b' '],
                *b"= ",
                *b" =",
                *b". ",
                *b".a",
                *b"\" ",
                *b"' ",
                *b"( ",
                [(at % 251) as u8, b' '],
            ] {
                let swapped = [behind, before];
                for [before, behind] in [[before, behind], swapped] {
                    let text = [&before[..], b"word", &behind].concat();
                    assert_eq!(is_likely_name(&text, &(2..6)), is_name(&text, &(2..6)), "{text:?}");
                }
            }
        }
        for text in ["word", "word=", "1word", "word."] {
            let range = text.find('w').expect("a word")..text.find('d').expect("a word") + 1;
            assert_eq!(is_likely_name(text.as_bytes(), &range), is_name(text.as_bytes(), &range), "{text}");
        }
    }
}
