//! Normalises the spelling of an answer. In: LaTeX or plain text as models write it. Out: the same
//! answer without typography: no `$`, no `\left`, one kind of minus, one kind of fraction, `\text{…}`
//! opened. One pass over the input. Never: a change of digits, order or of what is nested in what.

/// A separator that only typography puts between digits: `\,`, `\!`, `{,}`, a thin space.
pub(super) const THIN: char = '\u{2009}';

/// Commands that change the look alone.
const DROPPED: [&str; 9] =
    ["left", "right", "displaystyle", "textstyle", "big", "Big", "bigl", "bigr", "limits"];
/// Spaces that stand between things, unlike [`THIN`].
const SPACES: [&str; 2] = ["quad", "qquad"];
/// Commands whose argument stands for itself.
const OPENED: [&str; 8] = ["text", "textbf", "textit", "textrm", "mathrm", "mathbf", "mbox", "operatorname"];

/// The normalised text of `raw`.
pub(super) fn clean(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut kept = Vec::new(); // For every open brace: is it written out?
    let mut rest = raw;
    while let Some(char) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("{,}") {
            out.push(',');
            rest = after;
            continue;
        }
        rest = &rest[char.len_utf8()..];
        match char {
            '\\' => rest = command(rest, &mut out, &mut kept),
            '{' => {
                kept.push(true);
                out.push('{');
            }
            '}' => {
                if kept.pop().unwrap_or(true) {
                    out.push('}');
                }
            }
            // A space, since `$1$$2$` is not 12.
            '$' => out.push(' '),
            '−' | '–' | '﹣' | '－' => out.push('-'),
            '\u{202f}' | '\u{2009}' => out.push(THIN),
            '~' => out.push(' '),
            char if char.is_whitespace() => out.push(' '),
            char => out.push(char),
        }
    }
    let mut text = spaced(&out);
    if text.ends_with('.') && !text.ends_with("..") {
        text.pop();
    }
    let mut text = unbraced(text.trim_end());
    // A box in the box; a few deep, since each costs a pass.
    for _ in 0..4 {
        let Some(argument) = text.strip_prefix("\\boxed").filter(|argument| argument.starts_with('{')) else {
            break;
        };
        text = match unbraced(argument) {
            inside if inside.len() < argument.len() => inside,
            _ => break,
        };
    }
    text.to_owned()
}

/// Reads one command after its backslash; returns what follows it.
fn command<'a>(rest: &'a str, out: &mut String, kept: &mut Vec<bool>) -> &'a str {
    let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (name, after) = rest.split_at(length);
    if name.is_empty() {
        let Some(char) = rest.chars().next() else {
            out.push('\\');
            return rest;
        };
        match char {
            // `1,\!234`: a negative space takes back the space after a comma.
            '!' if out.ends_with(',') => {}
            ',' | '!' => out.push(THIN),
            ';' | ':' | ' ' => out.push(' '),
            '(' | ')' | '[' | ']' | '$' => out.push(' '),
            '%' | '&' | '#' | '_' => out.push(char),
            // `\{`, `\}`, `\\` and the rest mean something of their own.
            char => out.extend(['\\', char]),
        }
        return &rest[char.len_utf8()..];
    }
    if DROPPED.contains(&name) {
        return after;
    }
    if SPACES.contains(&name) {
        out.push(' ');
        return after;
    }
    if OPENED.contains(&name)
        && let Some(inside) = after.trim_start().strip_prefix('{')
    {
        kept.push(false);
        return inside;
    }
    out.push('\\');
    out.push_str(match name {
        "dfrac" | "tfrac" | "cfrac" => "frac",
        name => name,
    });
    // Without the space, `\pi r` would become another command.
    if after.starts_with(char::is_whitespace) {
        out.push(' ');
    }
    after
}

/// White space collapsed, and removed where it does not part two words or numbers.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut pending = false;
    let mut chars = text.trim().chars().peekable();
    while let Some(char) = chars.next() {
        let digit = |char: Option<&char>| char.is_some_and(char::is_ascii_digit);
        let grouping = char == THIN && digit(chars.peek()) && digit(out.chars().next_back().as_ref());
        if char == ' ' || (char == THIN && !grouping) {
            pending = true;
            continue;
        }
        let solid = |char: char| char.is_alphanumeric() || char == '.';
        // A comma keeps its space: `1,234` is one number, `1, 234` two.
        let parts = |last: char| (solid(last) && (solid(char) || char == '\\')) || last == ',';
        if pending && out.chars().next_back().is_some_and(parts) {
            out.push(' ');
        }
        pending = false;
        out.push(char);
    }
    out
}

/// `text` without the pairs of plain braces around the whole of it.
pub(super) fn unbraced(text: &str) -> &str {
    let leading = text.bytes().take_while(|&byte| byte == b'{').count();
    if leading == 0 {
        return text;
    }
    let mut closed = vec![usize::MAX; leading]; // Where each leading brace closes.
    let (mut open, mut escaped) = (Vec::new(), false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'{' => open.push(at),
            b'}' => match open.pop() {
                Some(start) if start < leading => closed[start] = at,
                Some(_) => {}
                None => return text,
            },
            _ => {}
        }
    }
    let around = |&(start, &end): &(usize, &usize)| end == text.len() - 1 - start;
    let pairs = closed.iter().enumerate().take_while(around).count();
    &text[pairs..text.len() - pairs]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_table() {
        for (raw, expected) in [
            (" 3 ", "3"),
            ("$3$.", "3"),
            (r"\$3", "3"),
            (r"\left( 1 , 2 \right)", "(1, 2)"),
            (r"\dfrac{ 1 }{2}", r"\frac{1}{2}"),
            ("− 3", "-3"),
            (r"\text{ not  true }", "not true"),
            (r"3\text{ cm}", "3 cm"),
            (r"\text{a {b}}", "a{b}"),
            ("1{,}234", "1,234"),
            (r"1\,234", "1\u{2009}234"),
            ("1 2", "1 2"),
            (r"\pi r", r"\pi r"),
            (r"5\,\text{cm}", "5 cm"),
            (r"(1,\,2)", "(1, 2)"),
            (r"1,\!234", "1,234"),
            ("x + 1", "x+1"),
            ("{{3}}", "3"),
            ("{1}{2}", "{1}{2}"),
            ("{{1}{2}}", "{1}{2}"),
            ("{", "{"),
            ("}{", "}{"),
            (r"{\}}", r"\}"),
            (r"{3\}", r"{3\}"),
            (r"\{1,2\}", r"\{1,2\}"),
            (r"\boxed{4}", "4"),
            (r"\boxed{\boxed{4}}", "4"),
            (r"\boxed{1}2", r"\boxed{1}2"),
            ("$1$$2$", "1 2"),
            ("-$5$", "-5"),
            ("\\", "\\"),
            ("", ""),
            ("1...", "1..."),
        ] {
            assert_eq!(clean(raw), expected, "{raw}");
        }
    }
}
