//! Which delimiter of LaTeX or code has no counterpart? In: a text in pieces. Out: the first kind that has none. One pass;
//! never looks at what stands between them.

use std::ops::Range;

use crate::filters::classes::{self, Block};
use crate::filters::mask::{Kind, Piece};
use crate::filters::reading::Reading;
use crate::filters::wide::wide;

/// The delimiter that has no counterpart, if there is one.
pub fn unbalanced(reading: &Reading<'_>) -> Option<&'static str> {
    wide!(unbalanced_of_pieces, reading: &Reading<'_> => Option<&'static str>)
}

#[inline(always)]
fn unbalanced_of_pieces(reading: &Reading<'_>) -> Option<&'static str> {
    let (bytes, blocks) = (reading.text().as_bytes(), reading.blocks());
    let mut open = Open::default();
    for Piece { kind, range } in reading.pieces() {
        match kind {
            Kind::Fence { closed: false } => return Some("a code fence"),
            Kind::Fence { .. } | Kind::Code | Kind::Link => {}
            // Braces of prose are sets and code, those of formulas must close.
            Kind::Math if range.len() > 2 || bytes[range.start] == b'\\' => {
                open.formula(bytes, blocks, range.clone());
            }
            Kind::Prose
                if open.dollar.is_some()
                    || classes::next(blocks, range.clone(), |block| block.dollars) < range.end =>
            {
                open.prose(bytes, range.clone());
            }
            Kind::Prose | Kind::Math => {}
        }
    }
    open.dollar(bytes, bytes.len());
    match open {
        Open { paren: 0, bracket: 0, dollars, braces: 0, environments: 0, half: false, .. }
            if dollars % 2 == 0 =>
        {
            None
        }
        Open { paren: 0, bracket: 0, dollars, braces: 0, environments: 0, .. } if dollars % 2 == 0 => {
            Some("`$`")
        }
        Open { paren: 0, bracket: 0, dollars, braces: 0, .. } if dollars % 2 == 0 => {
            Some("an environment of LaTeX")
        }
        Open { paren: 0, bracket: 0, dollars, .. } if dollars % 2 == 0 => Some("a brace of LaTeX"),
        Open { paren: 0, bracket: 0, .. } => Some("`$$`"),
        Open { paren: 0, .. } => Some("`\\[`"),
        _ => Some("`\\(`"),
    }
}

/// Delimiters that were opened and not closed.
#[derive(Default)]
struct Open {
    paren: i64,
    bracket: i64,
    dollars: u64,
    braces: i64,
    environments: i64,
    /// A formula begins with one dollar and does not end in its paragraph.
    half: bool,
    /// The dollar that may begin one, and where its first command is.
    dollar: Option<(usize, Option<usize>)>,
}

impl Open {
    #[inline(always)]
    fn formula(&mut self, bytes: &[u8], blocks: &[Block], range: Range<usize>) {
        if let Some((_, command)) = &mut self.dollar
            && bytes[range.start] == b'\\'
            && bytes[range.start + 1].is_ascii_alphabetic()
        {
            command.get_or_insert(range.start);
        }
        if !self.by_maps(bytes, blocks, range.clone()) {
            self.by_byte(bytes, blocks, range);
        }
    }

    /// A formula in which no backslash follows another one and no environment begins or ends, or false: of such ones braces
    /// are counted without a look at each.
    #[inline(always)]
    fn by_maps(&mut self, bytes: &[u8], blocks: &[Block], range: Range<usize>) -> bool {
        let (mut braces, mut others, mut carried) = (0, 0i64, 0);
        for at in range.clone().step_by(64) {
            let here = classes::between(0, range.end - at);
            let window = |map: fn(&Block) -> u64| classes::window(blocks, at, map) & here;
            let mut backslashes = window(|block| block.backslashes);
            let escaped = backslashes << 1 | carried;
            if backslashes & escaped != 0 {
                return false;
            }
            carried = backslashes >> 63;
            let count = |map: fn(&Block) -> u64| i64::from((window(map) & !escaped).count_ones());
            braces += count(|block| block.opens) - count(|block| block.closes);
            while backslashes != 0 {
                let next = at + backslashes.trailing_zeros() as usize + 1;
                backslashes &= backslashes - 1;
                let Some(byte) = bytes[..range.end].get(next) else { break };
                others += DELIMITERS[*byte as usize];
                if matches!(byte, b'b' | b'e') && is_environment(&bytes[next..]) != 0 {
                    return false;
                }
            }
        }
        let paren = i64::from(others as i32);
        (self.braces, self.paren) = (self.braces + braces, self.paren + paren);
        self.bracket += (others - paren) >> 32;
        true
    }

    /// Any formula.
    fn by_byte(&mut self, bytes: &[u8], blocks: &[Block], range: Range<usize>) {
        let mut at = range.start;
        loop {
            if at >= range.end {
                return;
            }
            at = classes::next(blocks, at..range.end, |block| block.backslashes | block.opens | block.closes);
            if at == range.end {
                return;
            }
            match bytes[at] {
                b'{' => self.braces += 1,
                b'}' => self.braces -= 1,
                _ => {
                    at += 1;
                    match bytes[..range.end].get(at) {
                        Some(b'(') => self.paren += 1,
                        Some(b')') => self.paren -= 1,
                        Some(b'[') => self.bracket += 1,
                        Some(b']') => self.bracket -= 1,
                        Some(b'b' | b'e') => self.environments += is_environment(&bytes[at..]),
                        // A line's end before it, or one backslash too many, as models write.
                        Some(b'\\') => self.environments += is_environment(&bytes[at + 1..]),
                        _ => {}
                    }
                }
            }
            at += 1;
        }
    }

    /// Ends what a dollar began, at `end` at the latest: it was a formula if a command follows before any word.
    fn dollar(&mut self, bytes: &[u8], end: usize) {
        if let Some((start, Some(command))) = self.dollar.take()
            && command < end
        {
            let before = &bytes[start..command];
            let word = |three: &[u8]| three.iter().all(u8::is_ascii_alphabetic);
            self.half |=
                before.len() < HALF_FORMULA && !before.contains(&b'\n') && !before.windows(3).any(word);
        }
    }

    /// `$$` before a figure or a space is money, or slang for it, and so is `$`.
    fn prose(&mut self, bytes: &[u8], range: Range<usize>) {
        let piece = &bytes[..range.end];
        let mut at = range.start;
        while at < range.end {
            match (piece[at], piece.get(at + 1)) {
                (b'$', Some(b'$')) => {
                    self.dollars += u64::from(opens(piece.get(at + 2)));
                    at += 1;
                }
                (b'$', _) if self.dollar.is_some() => self.dollar = None,
                (b'$', _) => {
                    let begins = |next: &&u8| next.is_ascii_lowercase() || **next == b'\\';
                    self.dollar = bytes.get(at + 1).filter(begins).map(|_| (at + 1, None));
                }
                (b'\n', Some(b'\n')) => self.dollar(bytes, at),
                _ => {}
            }
            at += 1;
        }
    }
}

/// What stands behind a backslash, for one that begins an environment 1, for one that ends it -1.
fn is_environment(behind: &[u8]) -> i64 {
    i64::from(behind.starts_with(b"begin{")) - i64::from(behind.starts_with(b"end{"))
}

/// By the byte behind a backslash: parentheses that open and close in the lower half, brackets in the upper one.
static DELIMITERS: [i64; 256] = {
    let mut delimiters = [0; 256];
    delimiters[b'(' as usize] = 1;
    delimiters[b')' as usize] = -1;
    delimiters[b'[' as usize] = 1 << 32;
    delimiters[b']' as usize] = -(1 << 32);
    delimiters
};

/// Bytes between a dollar and the first command of the formula that it begins.
const HALF_FORMULA: usize = 40;

/// True if a formula may begin with the byte, or ends the text.
fn opens(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'\\' | b'(' | b'-' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::classes::classes;
    use crate::filters::testing::completion;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn maps_say_what_bytes_say(before in "[a$]{0,70}", text in "(\\\\|[{}()\\[\\] ab]|begin\\{|end\\{|\\PC){1,90}") {
            let whole = format!("{before}{text}z");
            let (blocks, range) = (classes(&whole), before.len()..before.len() + text.len());
            let figures = |open: &Open| (open.paren, open.bracket, open.braces, open.environments);
            let (mut maps, mut each) = (Open::default(), Open::default());
            each.by_byte(whole.as_bytes(), &blocks, range.clone());
            if maps.by_maps(whole.as_bytes(), &blocks, range) {
                prop_assert_eq!(figures(&maps), figures(&each), "{:?}", text);
            } else {
                prop_assert_eq!(figures(&maps), (0, 0, 0, 0));
                let slow = ["\\\\", "\\begin{", "\\end{"].into_iter().any(|part| text.contains(part));
                prop_assert!(slow, "{:?}", text);
            }
        }
    }

    #[test]
    fn balance_table() {
        for (text, expected) in [
            ("", None),
            ("So $x + \\frac{1}{2}$ and \\(x\\) and \\[y\\] and $$z$$.", None),
            ("So $x + \\frac{1}{2} is the answer.", Some("`$`")),
            ("So $\\sqrt{2} is not rational.", Some("`$`")),
            ("So $x + \\frac{1}{2} is it.\n\nAnd $y$ is not.", Some("`$`")),
            // A space before the dollar that closes, which is no good LaTeX but balanced.
            ("So $x + \\frac{1}{2} $ is the answer.", None),
            // Money, a variable of a shell, and a command far from them.
            ("It costs $5 and \\frac{1}{2} more.", None),
            ("A pen costs $p and a box \\boxed{7} more.", None),
            ("Run $home/bin and see.\nSo \\boxed{7}.", None),
            ("It costs $$5, or US$4, so \\boxed{9}.", None),
            ("\\begin{align} x &= 1 \\end{align}", None),
            ("$$\\begin{array}{c} 1 \\end{array}$$", None),
            ("$$a \\\\begin{array}{c} 1 \\\\\\end{array}$$ \\\\begin{a} 1 \\\\end{a}", None),
            ("\\begin{align} x &= 1", Some("an environment of LaTeX")),
            ("x &= 1 \\end{align}", Some("an environment of LaTeX")),
            ("So $\\frac{1}{2 = x$ and on.", Some("a brace of LaTeX")),
            ("So \\(x = 3 and on.", Some("`\\(`")),
            ("So \\[x = 3 and on.", Some("`\\[`")),
            ("So $$x = 3 and on.", Some("`$$`")),
            ("```\nx", Some("a code fence")),
            ("```\n\\begin{a} $x \\frac \\(\n```", None),
        ] {
            let completion = completion(text);
            assert_eq!(unbalanced(&Reading::new(&completion)), expected, "{text:?}");
        }
    }
}
