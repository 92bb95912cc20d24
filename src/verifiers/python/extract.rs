//! Takes the program out of an answer. In: the text after the think block. Out: the last fenced
//! block marked as Python, or, where none is marked so, the last fenced block without a mark. Never:
//! a block that is cut off, or an earlier one in its place.

/// Why there is no program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// No fenced block that may be Python.
    NoBlock,
    /// The text ends inside a fenced block.
    Unclosed,
}

/// The program in `text`.
///
/// # Errors
/// [`Missing`] says why there is none.
pub(super) fn program(text: &str) -> Result<String, Missing> {
    let (mut marked, mut unmarked) = (None, None);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(fence) = Fence::open(line) else { continue };
        let mut body = String::new();
        loop {
            let Some(line) = lines.next() else {
                return Err(if fence.language == Language::Other {
                    Missing::NoBlock
                } else {
                    Missing::Unclosed
                });
            };
            if fence.closes(line) {
                break;
            }
            body.push_str(fence.outdented(line));
            body.push('\n');
        }
        match fence.language {
            Language::Python => marked = Some(body),
            Language::Unmarked => unmarked = Some(body),
            Language::Other => {}
        }
    }
    marked.or(unmarked).ok_or(Missing::NoBlock)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Python,
    Unmarked,
    Other,
}

/// An opening fence: three or more backticks or tildes, then the mark.
struct Fence {
    indent: usize,
    char: char,
    length: usize,
    language: Language,
}

impl Fence {
    fn open(line: &str) -> Option<Self> {
        let trimmed = line.trim_start_matches([' ', '\t']);
        let char = trimmed.chars().next().filter(|char| matches!(char, '`' | '~'))?;
        let length = trimmed.bytes().take_while(|&byte| byte == char as u8).count();
        let mark = trimmed[length..].trim();
        // ```` ```x``` ```` on one line is code within a sentence.
        if length < 3 || (char == '`' && mark.contains('`')) {
            return None;
        }
        let word = mark.split([' ', '\t', '{', ',', ':']).find(|word| !word.is_empty());
        let language = match word.map(str::to_ascii_lowercase).as_deref() {
            None => Language::Unmarked,
            Some("python" | "py" | "python3" | ".python" | "python}") => Language::Python,
            Some(_) => Language::Other,
        };
        Some(Self { indent: line.len() - trimmed.len(), char, length, language })
    }

    fn closes(&self, line: &str) -> bool {
        let line = line.trim();
        line.len() >= self.length && line.chars().all(|char| char == self.char)
    }

    /// `line` without the indentation that the fence has, as in a list item.
    fn outdented<'a>(&self, line: &'a str) -> &'a str {
        let indent = line.bytes().take(self.indent).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        &line[indent..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_table() {
        let ok = |code: &str| Ok(code.to_owned());
        for (text, expected) in [
            ("", Err(Missing::NoBlock)),
            ("def f(): pass", Err(Missing::NoBlock)),
            ("```python\na\n```", ok("a\n")),
            ("x\n```Python3\r\na\r\nb\r\n```\r\ny", ok("a\nb\n")),
            ("```py\na\n```\n```python\nb\n```", ok("b\n")),
            ("```python\na\n```\nprints\n```\n3\n```", ok("a\n")),
            ("```\na\n```\n```\nb\n```", ok("b\n")),
            ("```bash\nls\n```", Err(Missing::NoBlock)),
            ("```bash\nls\n```\n```\na\n```", ok("a\n")),
            ("~~~python\n```\n~~~", ok("```\n")),
            ("````python\n```\n````", ok("```\n")),
            ("1. So:\n   ```python\n   if a:\n       b\n  c\n   ```", ok("if a:\n    b\nc\n")),
            ("```python\na\n```\n```python\nb", Err(Missing::Unclosed)),
            ("```python", Err(Missing::Unclosed)),
            ("```python\n```", ok("")),
            ("Use ```a``` here", Err(Missing::NoBlock)),
            ("```a```", Err(Missing::NoBlock)),
        ] {
            assert_eq!(program(text), expected, "{text:?}");
        }
    }
}
