//! The think block: `<think>\n…\n</think>\n\n…`, split and joined. The one place that knows the tags.

use std::borrow::Cow;

/// Opens the reasoning.
pub const OPEN: &str = "<think>";
/// Closes the reasoning.
pub const CLOSE: &str = "</think>";

/// An assistant's text, split at its think block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Between the tags, trimmed.
    pub reasoning: &'a str,
    /// After the block, trimmed.
    pub solution: &'a str,
}

/// Why a text has no well-formed think block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// Text without any tag.
    Missing,
    /// Something other than white space stands before the opening tag.
    TextBefore,
    /// The block is never closed.
    Unclosed,
    /// A tag occurs twice, or the closing one comes first.
    Repeated,
}

/// Splits `text`, which must hold exactly one block, at its start.
///
/// # Errors
/// [`Malformed`] says what is wrong with the tags.
pub fn split(text: &str) -> Result<Parts<'_>, Malformed> {
    // All tags in one pass over the angle brackets: a search for each tag reads the text again and again.
    let tags = text.match_indices('<').filter_map(|(at, _)| {
        let rest = &text[at..];
        (rest.starts_with(OPEN) || rest.starts_with(CLOSE)).then_some((at, rest.starts_with(OPEN)))
    });
    let (mut open, mut close) = (None, None);
    for (at, opens) in tags {
        match (opens, open, close) {
            (true, None, None) => open = Some(at),
            (false, Some(_), None) => close = Some(at),
            // A second tag of a kind, or the closing one first.
            _ => {
                let text_before = open.is_some_and(|open| !text[..open].trim().is_empty());
                return Err(if text_before { Malformed::TextBefore } else { Malformed::Repeated });
            }
        }
    }
    let Some(open) = open else { return Err(Malformed::Missing) };
    if !text[..open].trim().is_empty() {
        return Err(Malformed::TextBefore);
    }
    let Some(close) = close else { return Err(Malformed::Unclosed) };
    let (reasoning, rest) = (&text[open + OPEN.len()..close], &text[close + CLOSE.len()..]);
    Ok(Parts { reasoning: reasoning.trim(), solution: rest.trim() })
}

/// As [`split`]; without a well-formed block all of the text is the solution.
pub fn parts(text: &str) -> Parts<'_> {
    split(text).unwrap_or(Parts { reasoning: "", solution: text.trim() })
}

/// What a verifier may read: the text after a closed think block, the whole text where there are no
/// tags at all, and nothing where the block is malformed.
pub fn answer_part(text: &str) -> Option<&str> {
    match split(text) {
        Ok(parts) => Some(parts.solution),
        Err(Malformed::Missing) => Some(text.trim()),
        Err(_) => None,
    }
}

/// The text with the opening tag that the chat template wrote: a closing tag without one shows that the template had
/// opened the block, so that the tag is no part of what the model said.
pub fn opened(text: &str) -> Cow<'_, str> {
    if text.contains(CLOSE) && !text.contains(OPEN) {
        Cow::Owned(format!("{OPEN}\n{}", text.trim_start()))
    } else {
        Cow::Borrowed(text)
    }
}

/// Joins reasoning and solution into the assistant's message.
pub fn join(reasoning: &str, solution: &str) -> String {
    format!("{OPEN}\n{}\n{CLOSE}\n\n{}", reasoning.trim(), solution.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_table() {
        use Malformed::*;
        let ok = |reasoning, solution| Ok(Parts { reasoning, solution });
        for (text, expected) in [
            ("<think>\na\n</think>\n\nb", ok("a", "b")),
            ("  <think></think>", ok("", "")),
            ("b", Err(Missing)),
            ("", Err(Missing)),
            ("Sure. <think>a</think>b", Err(TextBefore)),
            ("<think>a", Err(Unclosed)),
            ("a</think>b", Err(Repeated)),
            ("<think>a<think>b</think>c", Err(Repeated)),
            ("<think>a</think>b</think>c", Err(Repeated)),
            ("<think>a</think><think>b</think>", Err(Repeated)),
            ("</think><think>a</think>", Err(Repeated)),
        ] {
            assert_eq!(split(text), expected, "{text:?}");
        }
    }

    #[test]
    fn opened_table() {
        for (text, expected) in [
            ("a</think>b", "<think>\na</think>b"),
            (" \na\n</think>b", "<think>\na\n</think>b"),
            ("<think>a</think>b", "<think>a</think>b"),
            ("</think><think>", "</think><think>"),
            // Twice is no template's doing: it stays malformed.
            ("a</think>b</think>", "<think>\na</think>b</think>"),
            ("b", "b"),
            ("", ""),
        ] {
            assert_eq!(opened(text), expected, "{text:?}");
        }
        assert_eq!(split(&opened("a</think>b")), Ok(Parts { reasoning: "a", solution: "b" }));
        assert_eq!(split(&opened("a</think>b</think>")), Err(Malformed::Repeated));
    }

    #[test]
    fn join_then_split_gives_the_parts_back() {
        let text = join(" step one\nstep two ", "\\boxed{4}");
        assert_eq!(text, "<think>\nstep one\nstep two\n</think>\n\n\\boxed{4}");
        assert_eq!(split(&text), Ok(Parts { reasoning: "step one\nstep two", solution: "\\boxed{4}" }));
    }
}
