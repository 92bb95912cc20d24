//! What of a text is prose: code fences, inline code, LaTeX, URLs and tags are masked. In: text. Out: its
//! pieces in order, which cover it. One pass, linear in the text; never looks at what the prose says.
//!
//! Numbers and names of variables are no pieces of their own: the readers of prose skip words that touch
//! a digit, an underscore or a bracket ([`is_name`]).

mod formula;
mod name;

use std::ops::Range;

use super::classes::{self, Block};
use super::wide::wide;
pub use formula::is_accented_greek;
pub use name::{is_likely_name, is_name};

/// What a piece of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words to be read.
    Prose,
    /// A fenced block of code, fences included; `closed` if its closing fence is there.
    Fence {
        /// The closing fence is there.
        closed: bool,
    },
    /// Code between backticks.
    Code,
    /// LaTeX, with its delimiters; one command with its arguments, where it stands outside of any.
    Math,
    /// A URL or an HTML-like tag.
    Link,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
}

/// Longest `$…$`, in bytes: of 8,300 in the MATH test solutions the longest that is one formula has 380.
const INLINE_MATH: usize = 600;
/// Longest display formula or environment, in bytes.
const DISPLAY_MATH: usize = 8_000;
/// Longest `…` in single or double backticks, in bytes.
const INLINE_CODE: usize = 600;
/// Longest inside of a tag, in bytes.
const TAG: usize = 60;
/// Most white space before a fence, in bytes.
const INDENT: usize = 64;
/// Longest argument of a LaTeX command outside a formula, in bytes.
const ARGUMENT: usize = 2_000;

/// The pieces of `text`, whose classes are `blocks`, in order; together they are the whole text, none is empty.
pub fn pieces(text: &str, blocks: &[Block]) -> Vec<Piece> {
    let mut scan = Scan {
        text,
        bytes: text.as_bytes(),
        blocks,
        // As many as chains of formulas and words have.
        out: Vec::with_capacity(text.len() / 24),
        prose: 0,
        angle: 0,
        dead: [0; SEARCHES],
        budget: 4 * text.len() + (1 << 16),
    };
    let read = &mut scan;
    wide!(Scan::run, read: &mut Scan<'_> => ());
    scan.out
}

/// The searches that may fail; each remembers up to where, so that none is made twice over the same text.
#[derive(Clone, Copy)]
enum Search {
    Dollar,
    Dollars,
    Paren,
    Bracket,
    Environment,
    Tick,
    Ticks,
    Asy,
}
const SEARCHES: usize = 8;

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    blocks: &'a [Block],
    out: Vec<Piece>,
    /// Where the prose that is not yet put out begins.
    prose: usize,
    /// Per search: it fails from any place before this one.
    dead: [usize; SEARCHES],
    /// The first `>` behind the last `<` that was looked at.
    angle: usize,
    /// Bytes that searches which lead to nothing may still read: what keeps the scan linear.
    budget: usize,
}

impl<'a> Scan<'a> {
    #[inline(always)]
    fn run(&mut self) {
        let mut at = 0;
        loop {
            at = classes::next(self.blocks, at..self.bytes.len(), |block| block.special);
            if at == self.bytes.len() {
                break;
            }
            match self.begins(at) {
                Some((kind, start, end)) => {
                    self.put(kind, start, end);
                    at = end;
                }
                None if self.bytes[at] == b'`' => at += self.run_length(at),
                None => at += 1,
            }
        }
        if self.prose < self.bytes.len() {
            self.out.push(Piece { kind: Kind::Prose, range: self.prose..self.bytes.len() });
        }
    }

    fn put(&mut self, kind: Kind, start: usize, end: usize) {
        if self.prose < start {
            self.out.push(Piece { kind: Kind::Prose, range: self.prose..start });
        }
        self.out.push(Piece { kind, range: start..end });
        self.prose = end;
    }

    /// What is no prose and begins at `at`, with its start and end.
    #[inline(always)]
    fn begins(&mut self, at: usize) -> Option<(Kind, usize, usize)> {
        match self.bytes[at] {
            b'`' | b'~' => self.code(at),
            b'$' => self.dollars(at),
            b'\\' => self.latex(at),
            b'[' => {
                let end = self.bytes[at..]
                    .starts_with(b"[asy]")
                    .then(|| self.find(Search::Asy, b"[/asy]", at + 5, DISPLAY_MATH))??;
                self.formula(at + 5, end - 6).then_some((Kind::Code, at, end))
            }
            b'<' => self.tag(at).map(|end| (Kind::Link, at, end)),
            _ => self.url(at),
        }
    }

    fn run_length(&self, at: usize) -> usize {
        let first = self.bytes[at];
        self.bytes[at..].iter().take_while(|byte| **byte == first).count()
    }

    fn code(&mut self, at: usize) -> Option<(Kind, usize, usize)> {
        let (mark, run) = (self.bytes[at], self.run_length(at));
        if run >= 3 {
            let before = &self.bytes[self.prose..at];
            let line =
                at - before.iter().rev().take(INDENT).take_while(|b| matches!(b, b' ' | b'\t')).count();
            let alone = line == 0 || self.bytes[line - 1] == b'\n';
            // A fence that a model opened behind a sentence ends its line after the language's name.
            let opens = self.bytes[at + run..].iter().take(20).any(|b| *b == b'\n');
            if alone || (mark == b'`' && opens) {
                // To the first line that begins with as long a run, or to the end.
                let mut from = at + run;
                while let Some(n) = self.bytes[from..].iter().position(|b| *b == b'\n') {
                    from += n + 1;
                    let indent = self.bytes[from..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
                    let fence = from + indent;
                    if fence < self.bytes.len() && self.bytes[fence] == mark {
                        let closing = self.run_length(fence);
                        if closing >= run {
                            return Some((Kind::Fence { closed: true }, line, fence + closing));
                        }
                        from = fence + closing;
                    }
                }
                return Some((Kind::Fence { closed: false }, line, self.bytes.len()));
            }
        }
        let (search, close): (_, &[u8]) = match (mark, run) {
            (b'`', 1) => (Search::Tick, b"`"),
            (b'`', 2) => (Search::Ticks, b"``"),
            (b'`', 3) => (Search::Ticks, b"```"),
            _ => return None,
        };
        let end = self.find(search, close, at + run, INLINE_CODE)?;
        (end > at + 2 * run).then_some((Kind::Code, at, end))
    }

    /// The end of the first `close` from `from` on, within `limit` bytes and the paragraph.
    fn find(&mut self, search: Search, close: &[u8], from: usize, limit: usize) -> Option<usize> {
        if from < self.dead[search as usize] {
            return None;
        }
        let end = self.bytes.len().min(from + limit);
        // Display formulas have blank lines.
        let lines = if limit < DISPLAY_MATH { u64::MAX } else { 0 };
        let may_end = |block: &Block| {
            let close = match close[0] {
                b'\\' => block.backslashes,
                b'$' => block.dollars,
                _ => block.special,
            };
            close | block.newlines & lines
        };
        let mut at = from;
        while at < end {
            at = classes::next(self.blocks, at..end, may_end);
            if at == end {
                break;
            }
            if self.bytes[at..].starts_with(close) {
                return Some(at + close.len());
            }
            if self.bytes[at] == b'\n' && self.bytes.get(at + 1) == Some(&b'\n') {
                break;
            }
            at += 1;
        }
        if matches!(search, Search::Environment) && self.spend(at - from) {
            return None;
        }
        self.dead[search as usize] = at;
        None
    }

    /// Takes `bytes` from the budget; false once it is used up.
    fn spend(&mut self, bytes: usize) -> bool {
        self.budget = self.budget.saturating_sub(bytes);
        self.budget > 0
    }

    #[inline(always)]
    fn dollars(&mut self, at: usize) -> Option<(Kind, usize, usize)> {
        if self.bytes.get(at + 1) == Some(&b'$') {
            let end = self.find(Search::Dollars, b"$$", at + 2, DISPLAY_MATH)?;
            return self.formula(at + 2, end - 2).then_some((Kind::Math, at, end));
        }
        // As in Markdown: no space after the opening dollar nor before the closing one, which is not
        // followed by a digit; so "$5 and $6" are prices.
        let inside = at + 1;
        if inside < self.dead[Search::Dollar as usize]
            || self.bytes.get(inside).is_none_or(u8::is_ascii_whitespace)
        {
            return None;
        }
        let end = self.bytes.len().min(inside + INLINE_MATH);
        let mut close = inside;
        loop {
            // An escaped character may stand at the end.
            if close >= end {
                break;
            }
            close = classes::next(self.blocks, close..end, |block| {
                block.dollars | block.backslashes | block.newlines
            });
            if close == end {
                break;
            }
            match self.bytes[close] {
                b'$' => {
                    let spaced = self.bytes[close - 1].is_ascii_whitespace();
                    let price = self.bytes.get(close + 1).is_some_and(u8::is_ascii_digit);
                    if spaced || price {
                        return None;
                    }
                    return self.formula(inside, close).then_some((Kind::Math, at, close + 1));
                }
                b'\n' if self.bytes.get(close + 1) == Some(&b'\n') => break,
                b'\\' => close += 2,
                _ => close += 1,
            }
        }
        self.dead[Search::Dollar as usize] = close.min(self.bytes.len());
        None
    }

    /// What begins with a backslash.
    fn latex(&mut self, at: usize) -> Option<(Kind, usize, usize)> {
        let next = *self.bytes.get(at + 1)?;
        let (search, close): (_, &[u8]) = match next {
            b'(' => (Search::Paren, b"\\)"),
            b'[' => (Search::Bracket, b"\\]"),
            b'a'..=b'z' | b'A'..=b'Z' => return Some((Kind::Math, at, self.command(at))),
            // An escaped character.
            _ if next.is_ascii() => return Some((Kind::Math, at, at + 2)),
            _ => return None,
        };
        match self.find(search, close, at + 2, DISPLAY_MATH) {
            Some(end) if self.formula(at + 2, end - 2) => Some((Kind::Math, at, end)),
            _ => Some((Kind::Math, at, at + 2)),
        }
    }

    /// The end of the command at `at` with its arguments, or of the environment that it begins.
    fn command(&mut self, at: usize) -> usize {
        let mut end = at + 1 + self.bytes[at + 1..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
        if &self.bytes[at..end] == b"\\begin" && self.bytes.get(end) == Some(&b'{') {
            let name = self.bytes[end..].iter().take(32).position(|b| *b == b'}').map(|n| end + n + 1);
            if let Some(name) = name {
                let close: Vec<u8> = [b"\\end", &self.bytes[end..name]].concat();
                if let Some(found) = self.find(Search::Environment, &close, name, DISPLAY_MATH)
                    && self.formula(name, found - close.len())
                {
                    return found;
                }
                return name;
            }
        }
        // Arguments, scripts and what is glued to them, `\frac{1}{2}`, `\sqrt[3]{x}`, `\sum_{i=1}^n`.
        loop {
            let group = match self.bytes.get(end) {
                Some(b'{' | b'[') => end,
                Some(b'_' | b'^') => match self.bytes.get(end + 1) {
                    Some(b'{') => end + 1,
                    Some(b) if b.is_ascii_alphanumeric() => {
                        end += 2;
                        continue;
                    }
                    _ => return end,
                },
                _ => return end,
            };
            match self.group(group) {
                Some(close) if self.is_argument(at, group, close) => end = close,
                _ => return end,
            }
        }
    }

    /// The end of the balanced group that opens at `at`.
    fn group(&mut self, at: usize) -> Option<usize> {
        if self.budget == 0 {
            return None;
        }
        let (open, close) = if self.bytes[at] == b'{' { (b'{', b'}') } else { (b'[', b']') };
        let mut depth = 0usize;
        for (n, byte) in self.bytes[at..].iter().take(ARGUMENT).enumerate() {
            if *byte == open {
                depth += 1;
            } else if *byte == close {
                depth -= 1;
                if depth == 0 {
                    return Some(at + n + 1);
                }
            }
        }
        self.spend(ARGUMENT);
        None
    }

    /// The end of the HTML-like tag or calculator note (`<<3+4=7>>`) that begins at `at`.
    fn tag(&mut self, at: usize) -> Option<usize> {
        let name = *self.bytes.get(at + 1)?;
        if !(name.is_ascii_alphabetic() || matches!(name, b'/' | b'<' | b'|' | b'!')) {
            return None;
        }
        if self.angle <= at {
            // Each byte is looked at once, however many tags begin.
            let rest = self.bytes[at + 1..].iter();
            self.angle = at + 1 + rest.take_while(|byte| **byte != b'>').count();
        }
        let n = self.angle - at - 1;
        if self.angle >= self.bytes.len() || n >= TAG {
            return None;
        }
        let inside = self.bytes[at + 1..].iter();
        let spaces = inside.take(n).filter(|b| b.is_ascii_whitespace()).count();
        (spaces <= 2).then_some(at + n + 2)
    }

    /// The URL whose scheme ends at the colon `at`, or a host name after `www.`.
    fn url(&self, at: usize) -> Option<(Kind, usize, usize)> {
        if !self.bytes[at..].starts_with(b"://") {
            return None;
        }
        let scheme =
            self.bytes[self.prose..at].iter().rev().take(8).take_while(|b| b.is_ascii_alphabetic()).count();
        if scheme < 3 {
            return None;
        }
        let length = self.bytes[at..]
            .iter()
            .take_while(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'>' | b'<' | b'`'))
            .count();
        Some((Kind::Link, at - scheme, at + length))
    }
}
