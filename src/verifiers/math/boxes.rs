//! Finds the boxed answers. In: the text after the think block. Out: the content of every outermost
//! `\boxed{…}` and `\fbox{…}`, in order. One pass, no recursion. Never: an earlier box in place of
//! a last one that is cut off.

/// A box was opened and the text ends before it is closed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclosed;

/// What an open brace belongs to.
enum Brace {
    Plain,
    /// A box whose content starts at this byte.
    Box(usize),
}

/// The contents of the outermost boxes of `text`.
///
/// # Errors
/// [`Unclosed`] if the text ends inside a box.
pub(super) fn find(text: &str) -> Result<Vec<&str>, Unclosed> {
    let bytes = text.as_bytes();
    let (mut found, mut open) = (Vec::new(), Vec::new());
    let (mut boxes_open, mut at) = (0usize, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => {
                if let Some(start) = box_start(bytes, at) {
                    open.push(Brace::Box(start));
                    boxes_open += 1;
                    at = start;
                    continue;
                }
                at += 2; // The escaped byte: `\{` and `\}` do not nest.
                continue;
            }
            b'{' => open.push(Brace::Plain),
            b'}' => {
                if let Some(Brace::Box(start)) = open.pop() {
                    boxes_open -= 1;
                    if boxes_open == 0 {
                        found.push(&text[start..at]);
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    if boxes_open > 0 { Err(Unclosed) } else { Ok(found) }
}

/// Where the content starts, if a box opens at the backslash at `at`.
fn box_start(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    let name = [&b"\\boxed"[..], b"\\fbox"].into_iter().find(|name| rest.starts_with(name))?;
    let mut brace = at + name.len();
    while matches!(bytes.get(brace), Some(b' ' | b'\t' | b'\n')) {
        brace += 1;
    }
    (bytes.get(brace) == Some(&b'{')).then_some(brace + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            (r"\boxed3", Ok(vec![])),
            (r"\boxed{3} so \boxed{4", Err(Unclosed)),
            (r"\boxed{3} so \boxed{\frac{4}{5}", Err(Unclosed)),
            (r"\boxed{\", Err(Unclosed)),
        ] {
            assert_eq!(find(text), expected, "{text}");
        }
    }
}
