//! Finds broken Unicode. In: text. Out: how much is broken, and what first. One pass over what is odd in it.

use crate::filters::classes::Block;

/// What is broken in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Broken {
    /// Broken characters; text in a wrong encoding counts once per character that it once was.
    pub count: u32,
    /// The first, and where it stands, in bytes.
    pub first: Option<(&'static str, usize)>,
}

impl Broken {
    /// For a person.
    pub fn described(&self) -> String {
        match self.first {
            Some((what, at)) => format!("{} broken characters, the first {what} at byte {at}", self.count),
            None => String::new(),
        }
    }

    fn add(&mut self, what: &'static str, at: usize) {
        self.count += 1;
        self.first.get_or_insert((what, at));
    }
}

/// Reads a text, whose classes are `blocks`.
pub fn find(text: &str, blocks: &[Block]) -> Broken {
    let mut broken = Broken::default();
    let bytes = text.as_bytes();
    // Joiners and marks of direction are letters' neighbours in some scripts.
    let mut joining = None;
    // Where the character ends that was read last.
    let mut done = 0;
    for (number, block) in blocks.iter().enumerate() {
        let mut odd = block.odd;
        while odd != 0 {
            let at = 64 * number + odd.trailing_zeros() as usize;
            odd &= odd - 1;
            if at < done {
                continue;
            }
            done = at + 1;
            if bytes[at] < 0x80 {
                broken.add("a control character", at);
                continue;
            }
            let Some(c) = text[at..].chars().next() else { break };
            match c {
                '\u{fffd}' => broken.add("a replacement character", at),
                '\u{80}'..='\u{9f}' => broken.add("a control character", at),
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                    broken.add("a bidirectional control", at)
                }
                '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{200c}' | '\u{200d}'
                    if !*joining.get_or_insert_with(|| needs_joiners(text)) =>
                {
                    broken.add("a zero-width character", at);
                }
                '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{180e}' | '\u{ad}' => {
                    broken.add("a zero-width character", at);
                }
                '\u{feff}' if at > 0 => broken.add("a zero-width character", at),
                '\u{e000}'..='\u{f8ff}' => broken.add("a character for private use", at),
                '\u{c2}'..='\u{f4}' => {
                    if let Some(length) = misread(&text[at..]) {
                        broken.add("text in a wrong encoding", at);
                        done = at + length;
                        continue;
                    }
                }
                _ => {}
            }
            done = at + c.len_utf8();
        }
    }
    broken
}

/// True if the text has a script that is written with joiners or from the right, or emoji that are joined.
fn needs_joiners(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(c, '\u{590}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}')
    })
}

/// The length of a character that was written as UTF-8 and read as Latin-1 or Windows-1252 at the start of `text`.
fn misread(text: &str) -> Option<usize> {
    let mut chars = text.chars();
    let lead = chars.next()?;
    let following = match lead as u32 {
        0xc2..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf4 => 3,
        _ => return None,
    };
    let mut length = lead.len_utf8();
    let mut raw = true;
    for _ in 0..following {
        let c = chars.next()?;
        let high = matches!(c, '\u{80}'..='\u{bf}');
        if !high && !WINDOWS.contains(c) {
            return None;
        }
        // Quotation marks, dashes and guillemets follow letters in sound text.
        raw &= high && !matches!(c, '«' | '»' | '\u{a0}' | '°' | '·' | '²' | '³' | '¹' | '´' | '¨');
        length += c.len_utf8();
    }
    // Two characters are sure where the first is one that seldom ends a word.
    let sure = following >= 2 || raw || matches!(lead, 'Â' | 'Ã' | 'Ð' | 'Ñ');
    sure.then_some(length)
}

/// What Windows-1252 has where Latin-1 has control characters.
const WINDOWS: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::classes::classes;

    #[test]
    fn broken_table() {
        for (text, count) in [
            ("", 0),
            ("plain, naïve “text” — with é, ß” and «CAFÉ» 5°C ± 2", 0),
            ("Fuß” Ü“ MENÜ… × – SÃO Ângelo Â", 0),
            ("l\u{fffd}eau", 1),
            ("dâ€™accord, trÃ¨s", 2),
            ("Ð¿Ñ€Ð¸", 3),
            ("5Â°C", 1),
            ("å¤§å¦", 1),
            ("a\u{200b}b", 1),
            ("a\u{202e}b", 1),
            ("a\u{0}b\u{7f}", 2),
            ("a\tb\r\n", 0),
            ("\u{feff}a", 0),
            ("a\u{200d}b", 1),
            ("می\u{200c}خواهم", 0),
            ("👩\u{200d}🔬", 0),
        ] {
            assert_eq!(find(text, &classes(text)).count, count, "{text:?}");
        }
        assert_eq!(find("ab\u{fffd}", &classes("ab\u{fffd}")).first, Some(("a replacement character", 2)));
    }
}
