//! Takes the program out of an answer. In: the text after the think block, and the prompt. Out: the
//! last fenced block marked as Python, or, where none is marked so, the last one without a mark, or the
//! bare code of a text without blocks; completed by what the prompt's own code gives. Never: a block
//! that is cut off, or prose.
//!
//! - Of several blocks, the last that defines the function asked for; an example of its use may follow.
//! - A body without its head, as completion models write it, follows the stub that the problem ends in.
//! - Imports and helpers that the problem shows and the program uses without defining them go before it.

use super::syntax::{self, Syntax};
use crate::record::Prompt;

/// Why there is no program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// No code that may be Python.
    NoBlock,
    /// The text ends inside a fenced block.
    Unclosed,
}

/// A program, and what was read in it.
#[derive(Debug, Clone)]
pub(super) struct Program {
    pub(super) text: String,
    pub(super) syntax: Syntax,
}

impl Program {
    fn new(text: String) -> Self {
        Self { syntax: syntax::read(&text), text }
    }

    fn defines(&self, entry: &str) -> bool {
        self.syntax.defined.contains(entry)
    }
}

/// The problem's own code.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    text: String,
    syntax: Syntax,
}

impl Given {
    /// What the problem of `prompt` shows of code: its blocks, or all of it where it is code.
    pub(super) fn of(prompt: &Prompt) -> Self {
        let mut text = match blocks(&prompt.problem) {
            Ok(blocks) => blocks
                .into_iter()
                .filter(|block| block.language != Language::Other)
                .map(|block| block.body)
                .collect(),
            Err(_) => String::new(),
        };
        if text.is_empty() && (prompt.problem.contains("def ") || prompt.problem.contains("import ")) {
            text.clone_from(&prompt.problem);
        }
        let syntax = syntax::read(&text);
        if syntax.is_python() {
            return Self { text, syntax };
        }
        // A stub without a body is none until it has one.
        let with_body = format!("{}\n    pass\n", text.trim_end());
        let syntax = syntax::read(&with_body);
        if syntax.is_python() { Self { text, syntax } } else { Self::default() }
    }

    /// Imports, helpers and constants beside the function asked for, as code.
    pub(super) fn prelude(&self, entry: Option<&str>) -> String {
        self.only(|name| Some(name) != entry)
    }

    fn only(&self, wanted: impl Fn(&str) -> bool) -> String {
        let wanted = self
            .syntax
            .definitions
            .iter()
            .filter(|definition| !definition.is_stub && definition.names.iter().all(|name| wanted(name)));
        wanted.map(|definition| definition.text.clone() + "\n").collect()
    }

    /// The part up to the head and docstring of the function, to be followed by its body.
    fn stub(&self, entry: &str) -> Option<&str> {
        // Only where it comes last: the body goes right after it.
        let last = self.syntax.definitions.last()?;
        (last.is_stub && last.names == [entry]).then_some(&self.text)
    }
}

/// The program in `text`.
///
/// # Errors
/// [`Missing`] says why there is none.
pub(super) fn program(text: &str, prompt: &Prompt, given: &Given) -> Result<Program, Missing> {
    let entry = prompt.entry_point.as_deref().map(str::trim).filter(|entry| !entry.is_empty());
    let blocks = blocks(text)?;
    let last = |language| {
        let found = || blocks.iter().rev().filter(move |block| block.language == language);
        let programs = found().map(|block| Program::new(block.body.clone()));
        match entry {
            Some(entry) if found().count() > 1 => programs
                .take(MAX_BLOCKS)
                .find(|program| program.defines(entry))
                .or_else(|| found().next().map(|block| Program::new(block.body.clone()))),
            _ => { programs }.next(),
        }
    };
    let found = last(Language::Python).or_else(|| last(Language::Unmarked));
    let program = match found {
        Some(program) => completed(program, entry, given),
        None if blocks.is_empty() => bare(text, entry, given).ok_or(Missing::NoBlock)?,
        None => return Err(Missing::NoBlock),
    };
    Ok(with_given(program, given))
}

/// At most so many blocks are looked through for the one that defines the function.
const MAX_BLOCKS: usize = 50;
/// At most so many lines at the end of a bare text are left off to find code.
const MAX_CUT: usize = 40;

/// The body of the function asked for, put after its stub, where the program is one.
fn completed(program: Program, entry: Option<&str>, given: &Given) -> Program {
    let Some(stub) = entry.filter(|entry| !program.defines(entry)).and_then(|entry| given.stub(entry)) else {
        return program;
    };
    body_of(stub, &program.text).unwrap_or(program)
}

/// `stub` with `body`, indented where it is not, if that is Python.
fn body_of(stub: &str, body: &str) -> Option<Program> {
    let stub = stub.trim_end();
    let body = body.trim_matches(['\n', '\r']);
    let whole = Program::new(format!("{stub}\n{body}\n"));
    if whole.syntax.is_python() && body.starts_with([' ', '\t']) {
        return Some(whole);
    }
    let indent = |line: &str| if line.trim().is_empty() { String::new() } else { format!("    {line}") };
    let body: Vec<String> = body.lines().map(indent).collect();
    let whole = Program::new(format!("{stub}\n{}\n", body.join("\n")));
    (whole.syntax.is_python() && body.iter().any(|line| line.contains("return"))).then_some(whole)
}

/// A text without blocks that is code: a body after the stub, a whole program, or one with prose around.
fn bare(text: &str, entry: Option<&str>, given: &Given) -> Option<Program> {
    let text = text.trim_matches(['\n', '\r']);
    let is_body = text.starts_with([' ', '\t']) && !text.trim().is_empty();
    if let Some(stub) = entry.and_then(|entry| given.stub(entry)).filter(|_| is_body) {
        // As it is, even if it is not Python: a completion is what follows the stub.
        return Some(Program::new(format!("{}\n{text}\n", stub.trim_end())));
    }
    let whole = Program::new(text.to_owned());
    if whole.syntax.is_python() && !whole.syntax.does_nothing {
        return Some(whole);
    }
    let starts = |line: &str| {
        ["def ", "class ", "import ", "from ", "async def ", "@"].iter().any(|word| line.starts_with(word))
    };
    let mut lines: Vec<&str> = text.lines().skip_while(|line| !starts(line)).collect();
    if lines.is_empty() {
        return None;
    }
    let first = Program::new(lines.join("\n"));
    for _ in 0..MAX_CUT.min(lines.len()) {
        let program = Program::new(lines.join("\n"));
        if program.syntax.is_python() {
            return (!program.syntax.does_nothing).then_some(program);
        }
        lines.pop();
    }
    // Nothing of it is Python: let the interpreter say so of code, and of nothing else.
    let is_code = entry.is_some_and(|entry| first.text.contains(&format!("def {entry}")));
    is_code.then_some(first)
}

/// What the program uses and the problem shows, before it.
fn with_given(program: Program, given: &Given) -> Program {
    let missing = |name: &str| program.syntax.undefined.iter().any(|(undefined, _)| undefined == name);
    if !given.syntax.defined.iter().any(|name| missing(name)) {
        return program;
    }
    // What is given may build on what else is given.
    let prelude = given.only(|name| !program.syntax.defined.contains(name));
    if prelude.is_empty() {
        return program;
    }
    // A program's own `from __future__` must come first.
    let future = program.text.lines().take_while(|line| line.starts_with("from __future__")).count();
    let lines: Vec<&str> = program.text.lines().collect();
    let (first, rest) = lines.split_at(future);
    let whole = Program::new([&[first.join("\n").as_str(), &prelude], rest].concat().join("\n"));
    if whole.syntax.is_python() { whole } else { program }
}

struct Block {
    language: Language,
    body: String,
}

/// The fenced blocks of `text`.
fn blocks(text: &str) -> Result<Vec<Block>, Missing> {
    let mut blocks = Vec::new();
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
        blocks.push(Block { language: fence.language, body });
    }
    Ok(blocks)
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
            Some("python" | "py" | "python3" | "py3" | ".python" | "python}" | "ipython") => Language::Python,
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

    fn prompt(problem: &str, entry: Option<&str>) -> Prompt {
        Prompt {
            id: "t".into(),
            source: "t".into(),
            domain: "code".into(),
            problem: problem.into(),
            answer: None,
            entry_point: entry.map(str::to_owned),
            tests: vec![],
            difficulty: None,
        }
    }

    fn found(text: &str, prompt: &Prompt) -> Result<String, Missing> {
        program(text, prompt, &Given::of(prompt)).map(|program| program.text)
    }

    #[test]
    fn program_table() {
        let ok = |code: &str| Ok(code.to_owned());
        for (text, expected) in [
            ("", Err(Missing::NoBlock)),
            ("no code", Err(Missing::NoBlock)),
            ("42", Err(Missing::NoBlock)),
            ("def f(): pass", ok("def f(): pass")),
            ("\nprint(1)\n", ok("print(1)")),
            ("Here you are:\ndef f():\n    return 1\nIt is good.", ok("def f():\n    return 1")),
            ("I import things.", Err(Missing::NoBlock)),
            ("import this mess.", Err(Missing::NoBlock)),
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
            ("```python\ndef f(): pass\n```\nso\n```python\nprint(f())\n```", ok("def f(): pass\n")),
            ("```python\ndef f(): pass\n```\nor\n```python\nf = 1\n```", ok("f = 1\n")),
            ("```python\na\n```\n```python\nb\n```", ok("b\n")),
        ] {
            assert_eq!(found(text, &prompt("", Some("f"))), expected, "{text:?}");
        }
    }

    #[test]
    fn what_the_problem_gives_is_used() {
        let stub = "from typing import List\n\ndef g(x):\n    return x\n\ndef f(a: List[int]) -> int:\n    \"\"\" Sum. \"\"\"\n";
        for (problem, text, expected) in [
            (stub, "    return sum(a)\n", "    \"\"\" Sum. \"\"\"\n    return sum(a)\n"),
            (stub, "```python\n    return sum(a)\n```", "\"\"\"\n    return sum(a)\n"),
            (stub, "```python\nreturn sum(a)\n```", "\"\"\"\n    return sum(a)\n"),
            ("def f(a):", "    return a", "def f(a):\n    return a\n"),
            (
                stub,
                "```python\ndef f(a: List[int]): return g(a)\n```",
                "return x\n\ndef f(a: List[int]): return g(a)",
            ),
            (
                stub,
                "```python\ndef g(x): return 0\ndef f(a: List): return g(a)\n```",
                "import List\n\ndef g(x): return 0\n",
            ),
            (
                "Use this:\n```python\nLIMIT = 3\n```\nWrite f.",
                "```python\ndef f(): return LIMIT\n```",
                "LIMIT = 3\n\ndef f(): return LIMIT",
            ),
        ] {
            let text = found(text, &prompt(problem, Some("f"))).unwrap();
            assert!(text.contains(expected), "{text:?} {expected:?}");
            assert!(syntax::read(&text).undefined.is_empty(), "{text}");
        }
        // Nothing is added that is not missed, and prose is not code.
        assert_eq!(
            found("```python\ndef f(a): return a\n```", &prompt(stub, Some("f"))).unwrap(),
            "def f(a): return a\n"
        );
        assert_eq!(found("The answer is 3.", &prompt(stub, Some("f"))), Err(Missing::NoBlock));
        assert_eq!(
            Given::of(&prompt(stub, None)).prelude(Some("f")),
            "from typing import List\ndef g(x):\n    return x\n"
        );
    }
}
