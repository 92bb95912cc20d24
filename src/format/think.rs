//! The think block: `<think>\n…\n</think>\n\n…`, split and joined. The one place that knows the tags.

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
    let Some(open) = text.find(OPEN) else {
        return Err(if text.contains(CLOSE) { Malformed::Repeated } else { Malformed::Missing });
    };
    let inside = &text[open + OPEN.len()..];
    if text[..open].contains(CLOSE) {
        return Err(Malformed::Repeated);
    }
    if !text[..open].trim().is_empty() {
        return Err(Malformed::TextBefore);
    }
    let Some(close) = inside.find(CLOSE) else {
        return Err(if inside.contains(OPEN) { Malformed::Repeated } else { Malformed::Unclosed });
    };
    let (reasoning, rest) = (&inside[..close], &inside[close + CLOSE.len()..]);
    if reasoning.contains(OPEN) || rest.contains(OPEN) || rest.contains(CLOSE) {
        return Err(Malformed::Repeated);
    }
    Ok(Parts { reasoning: reasoning.trim(), solution: rest.trim() })
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
    fn join_then_split_gives_the_parts_back() {
        let text = join(" step one\nstep two ", "\\boxed{4}");
        assert_eq!(text, "<think>\nstep one\nstep two\n</think>\n\n\\boxed{4}");
        assert_eq!(split(&text), Ok(Parts { reasoning: "step one\nstep two", solution: "\\boxed{4}" }));
    }
}
