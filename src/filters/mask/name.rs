//! Is a word a name in code or in a formula? In: the bytes around it. Out: yes or no.

use std::ops::Range;

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
