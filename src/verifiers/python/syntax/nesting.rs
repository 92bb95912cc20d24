//! How deep a text nests, before it is parsed. In: any text. Out: an upper bound of the depth of its syntax
//! tree, in time linear in its length. Never: a bound that is too low, which would let a parser overflow
//! its stack.

/// An upper bound of how deep the syntax tree of `source` is: brackets that are open at one time,
/// operators and words in one chain, and levels of indentation. Linear. Strings and comments do not count,
/// unless there are strings that hold code: then all text counts as code.
pub(in super::super) fn depth(source: &str) -> usize {
    let bytes = source.as_bytes();
    let skips = !has_formatted_string(bytes);
    // What each open bracket has gathered in its current item; the first is the line's.
    let mut chains = vec![0usize];
    let (mut sum, mut most, mut at) = (0usize, 0usize, 0);
    let mut line_start = true;
    let mut indents = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if line_start {
            let blanks = bytes[at..].iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
            indents = blanks;
            line_start = false;
        }
        match byte {
            b'#' if skips => {
                at += bytes[at..].iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len() - at);
                continue;
            }
            b'"' | b'\'' if skips => {
                at = after_string(bytes, at);
                continue;
            }
            b'(' | b'[' | b'{' => {
                chains.push(0);
                sum += 1;
            }
            b')' | b']' | b'}' => {
                if chains.len() > 1 {
                    sum -= chains.pop().unwrap_or(0);
                } else {
                    sum += 1;
                }
                // A bracket after a bracket is one more link of the outer chain: it stays counted.
                if let Some(chain) = chains.last_mut() {
                    *chain += 1;
                }
            }
            b',' | b';' | b'\n' => {
                line_start = byte == b'\n';
                if byte == b',' || chains.len() == 1 {
                    let chain = chains.last_mut().map_or(0, std::mem::take);
                    sum -= chain;
                }
            }
            // The line goes on.
            b'\\' if matches!(bytes.get(at + 1), Some(b'\n')) => at += 1,
            b'\\' if bytes[at..].starts_with(b"\\\r\n") => at += 2,
            b' ' | b'\t' | b'\r' | b'\\' => {}
            _ if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 => {
                let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
                at += bytes[at..].iter().take_while(|&&byte| word(byte)).count();
                if let Some(chain) = chains.last_mut() {
                    *chain += 1;
                    sum += 1;
                }
                most = most.max(sum + indents);
                continue;
            }
            _ => {
                if let Some(chain) = chains.last_mut() {
                    *chain += 1;
                    sum += 1;
                }
            }
        }
        most = most.max(sum + indents);
        at += 1;
    }
    most
}

/// Whether some quote may open an f-string or a t-string.
fn has_formatted_string(bytes: &[u8]) -> bool {
    bytes.windows(2).enumerate().any(|(at, pair)| {
        let before = pair[0].to_ascii_lowercase();
        matches!(pair[1], b'"' | b'\'')
            && (matches!(before, b'f' | b't')
                || before == b'r' && at > 0 && matches!(bytes[at - 1].to_ascii_lowercase(), b'f' | b't'))
    })
}

/// Where the string literal that opens at `at` ends.
fn after_string(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let triple = bytes[at..].starts_with(&[quote; 3]);
    let mut here = at + if triple { 3 } else { 1 };
    while here < bytes.len() {
        match bytes[here] {
            b'\\' => here += 2,
            b'\n' | b'\r' if !triple => return here,
            byte if byte == quote => {
                if !triple {
                    return here + 1;
                }
                if bytes[here..].starts_with(&[quote; 3]) {
                    return here + 3;
                }
                here += 1;
            }
            _ => here += 1,
        }
    }
    bytes.len()
}
