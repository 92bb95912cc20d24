//! Prepares an answer's text for tokens. In: the text as it was written. Out: the same with Unicode spelt out,
//! backslashes halved that were escaped twice, and dollars that delimit formulas gone. Never: a loss of content.

use super::super::symbols;

/// Replaces what Unicode writes in one character, halves backslashes that were escaped twice, and drops
/// dollars that delimit formulas.
pub(in super::super) fn plain(raw: &str) -> String {
    let halved = if is_escaped_twice(raw) { raw.replace("\\\\", "\\") } else { String::new() };
    let raw = if halved.is_empty() { raw } else { &halved };
    let dollars = raw
        .bytes()
        .zip(std::iter::once(b' ').chain(raw.bytes()))
        .filter(|&(byte, before)| byte == b'$' && before != b'\\')
        .count();
    // A lone dollar before a digit is money; pairs are delimiters.
    let money = dollars == 1
        && raw.find('$').is_some_and(|at| {
            raw[at + 1..].trim_start().starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == '-')
        });
    let mut out = String::with_capacity(raw.len() + raw.len() / 8);
    let mut before = ' ';
    for char in raw.chars() {
        match char {
            '$' if before != '\\' => out.push_str(if money { "\\$" } else { " " }),
            '\u{200b}' | '\u{feff}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{fe0f}' => {}
            '\u{2009}' | '\u{202f}' | '\u{2006}' | '\u{2008}' => out.push_str("\\,"),
            '\u{0305}' | '\u{0304}' => {
                // A bar over the digit before: it repeats.
                if let Some(digit) = out.pop() {
                    out.push_str("\\overline{");
                    out.push(digit);
                    out.push('}');
                }
            }
            char if char.is_ascii() => out.push(char),
            char if char.is_whitespace() => out.push(' '),
            char => match symbols::unicode(char) {
                // `x¹²`: one exponent.
                Some(script)
                    if (script.starts_with("^{") || script.starts_with("_{"))
                        && out.ends_with('}')
                        && joins(&out, before) =>
                {
                    out.pop();
                    out.push_str(&script[2..]);
                }
                Some(plain) => out.push_str(plain),
                None => out.push(symbols::plain(char)),
            },
        }
        before = if before == '\\' && char == '\\' { ' ' } else { char };
    }
    out
}

/// Whether the script that `out` ends with came from the character before.
fn joins(out: &str, before: char) -> bool {
    !before.is_ascii()
        && symbols::unicode(before).is_some_and(|script| {
            (script.starts_with("^{") || script.starts_with("_{")) && out.ends_with(&script[2..])
        })
}

/// Whether every backslash is written twice, before commands too.
fn is_escaped_twice(raw: &str) -> bool {
    let bytes = raw.as_bytes();
    let (mut at, mut commands) = (0, false);
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let run = bytes[at..].iter().take_while(|&&byte| byte == b'\\').count();
        if run % 2 == 1 && (at + run != bytes.len()) {
            // `\n` is a line break that was escaped.
            return false;
        }
        at += run;
        let name = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let name = &raw[at..at + name];
        commands |= name.len() > 1
            && (symbols::command(name).is_some()
                || ["left", "begin", "text", "mathrm", "boxed"].contains(&name));
    }
    commands
}
