//! Does what stands between delimiters read like a formula? In: its place. Out: yes, or no where words of a sentence
//! stand there. Linear in the text by the scan's budget.

use super::Scan;
use crate::filters::classes::{self, Block};
use crate::filters::language::{Script, script};

/// True for a command whose argument is words rather than a formula.
fn text_of(command: &[u8]) -> bool {
    command.starts_with(b"\\text")
        || matches!(
            command,
            b"\\mbox"
                | b"\\hbox"
                | b"\\mathrm"
                | b"\\operatorname"
                | b"\\begin"
                | b"\\end"
                | b"\\label"
                | b"\\ref"
                | b"\\color"
        )
}

/// True for a Greek letter as words have it and formulas do not.
pub fn is_accented_greek(c: char) -> bool {
    matches!(c, 'ς' | '\u{386}'..='\u{390}' | 'ά'..='ΰ' | 'ϊ'..='ώ' | '\u{1f00}'..='\u{1fff}')
}

/// Bytes of ASCII in which three words of three letters do not fit.
const SHORT: usize = 11;

/// Most spaces in words within a formula that are not read as prose: of 2,080 `\text{…}` in the MATH test solutions
/// all but a few are shorter.
const NOTE_WORDS: usize = 8;

impl Scan<'_> {
    /// True if the group from `start` to `end` belongs to the command at `command`.
    pub(super) fn is_argument(&mut self, command: usize, start: usize, end: usize) -> bool {
        if text_of(&self.bytes[command..start]) {
            self.says_little(start, end)
        } else {
            self.formula(start, end)
        }
    }

    /// True if the words within a formula, as in `\text{…}`, are a note: few, and in Latin or Greek letters.
    pub(super) fn says_little(&self, start: usize, end: usize) -> bool {
        let text = &self.text[start..end];
        let spaces = text.bytes().filter(|byte| *byte == b' ').count();
        let other = |c: &char| !matches!(script(*c), None | Some(Script::Latin | Script::Greek));
        spaces <= NOTE_WORDS && (text.is_ascii() || text.chars().filter(other).count() < 2)
    }

    /// True if what stands between delimiters reads like a formula: no run of words outside `\text{…}`,
    /// no letters of scripts that formulas do not use. A sentence between two dollars is no formula.
    #[inline(always)]
    pub(super) fn formula(&mut self, start: usize, end: usize) -> bool {
        let plain =
            self.budget > 0 && (self.is_short_of_words(start, end) || self.reads_like_a_formula(start, end));
        plain || {
            self.spend(end - start);
            false
        }
    }

    /// True if what stands there is ASCII, has no three words of three letters but commands, and no note that is long:
    /// seen on the bit maps, for most formulas.
    #[inline(always)]
    fn is_short_of_words(&self, start: usize, end: usize) -> bool {
        if end - start < SHORT {
            return classes::window(self.blocks, start, |block| block.odd) & classes::between(0, end - start)
                == 0;
        }
        let (mut words, mut spaces, mut commands) = (0u32, 0u32, false);
        let (mut letter, mut backslash) = (0u64, 0u64);
        for at in (start..end).step_by(64) {
            let here = classes::between(0, end - at);
            let window = |map: fn(&Block) -> u64| classes::window(self.blocks, at, map) & here;
            if window(|block| block.odd) != 0 {
                return false;
            }
            let (letters, backslashes) = (window(|block| block.letters), window(|block| block.backslashes));
            // Words at the end of a window may be longer than they look.
            let longer = if end - at > 64 { 1 << 63 } else { 0 };
            let two = letters & (letters >> 1 | longer);
            let three = two & (two >> 1 | longer);
            let mut begin = three & !(letters << 1 | letter) & !(backslashes << 1 | backslash);
            while begin != 0 {
                (begin, words) = (begin & (begin - 1), words + 1);
            }
            (letter, backslash) = (letters >> 63, backslashes >> 63);
            commands |= backslashes != 0;
            spaces += window(|block| block.white).count_ones();
        }
        words < 3 && (!commands || spaces <= NOTE_WORDS as u32)
    }

    pub(super) fn reads_like_a_formula(&mut self, start: usize, end: usize) -> bool {
        let inside = &self.bytes[start..end];
        // Words in a row; letters of a word, and whether it has one with a mark.
        let (mut words, mut letters, mut marked, mut other, mut at) = (0u32, 0u32, false, 0u32, 0usize);
        loop {
            let byte = inside.get(at).copied().unwrap_or(0);
            let (step, letter) = match byte {
                b'a'..=b'z' | b'A'..=b'Z' => (1, true),
                0..0x80 => (1, false),
                _ => {
                    let c = self.text[start + at..].chars().next().unwrap_or(' ');
                    match script(c) {
                        Some(Script::Latin) => {
                            marked = true;
                            (c.len_utf8(), true)
                        }
                        // Greek letters are symbols, with an accent they are words.
                        Some(Script::Greek) => {
                            other += 2 * u32::from(is_accented_greek(c));
                            (c.len_utf8(), false)
                        }
                        Some(_) => {
                            other += 1;
                            (c.len_utf8(), false)
                        }
                        None => (c.len_utf8(), false),
                    }
                }
            };
            if other >= 2 {
                return false;
            }
            if letter {
                letters += 1;
                at += step;
                continue;
            }
            // The end of a word: of three letters, or of two where one has a mark.
            words += u32::from(letters >= 3 || (letters == 2 && marked));
            if words >= 3 {
                return false;
            }
            (letters, marked) = (0, false);
            if at >= inside.len() {
                return true;
            }
            match byte {
                b' ' | b',' | b'\'' | b'.' => {}
                b'\\' => {
                    words = 0;
                    let name = inside[at + 1..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
                    let command = at;
                    at += 1 + name;
                    if text_of(&inside[command..at])
                        && inside.get(at) == Some(&b'{')
                        && let Some(close) = self.group(start + at)
                    {
                        if !self.says_little(start + at, close) {
                            return false;
                        }
                        at = (close - start).min(inside.len());
                    }
                    if name > 0 {
                        continue;
                    }
                    at -= 1;
                }
                0x80.. => {}
                _ => words = 0,
            }
            at += step;
        }
    }
}
