//! Which script a character belongs to. In: a character. Out: its script, or none for what all scripts
//! share. Ranges after the Unicode block table; never looks at neighbours.

/// A script, as far as the languages told apart need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Script {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Hebrew,
    Arabic,
    Devanagari,
    Bengali,
    Gurmukhi,
    Gujarati,
    Odia,
    Tamil,
    Telugu,
    Kannada,
    Malayalam,
    Sinhala,
    Thai,
    Lao,
    Tibetan,
    Burmese,
    Georgian,
    Hangul,
    Ethiopic,
    Khmer,
    Mongolian,
    Kana,
    Han,
}

/// The script of `c` if it is a letter of one, `None` for digits, punctuation, symbols, marks and emoji.
#[inline]
pub fn script(c: char) -> Option<Script> {
    use Script::*;
    let found = match c as u32 {
        0x41..=0x5a | 0x61..=0x7a => Latin,
        0..=0xbf => return None,
        0xd7 | 0xf7 => return None,
        0xc0..=0x24f | 0x1e00..=0x1eff => Latin,
        // Letters of phonetic alphabets are quoted, not read.
        0x250..=0x36f => return None,
        0x370..=0x3ff | 0x1f00..=0x1fff => Greek,
        0x400..=0x52f => Cyrillic,
        0x531..=0x58f => Armenian,
        0x5d0..=0x5ea => Hebrew,
        0x620..=0x64a | 0x66e..=0x6d3 | 0x6d5 | 0x6ee..=0x6ef | 0x6fa..=0x6ff | 0x750..=0x77f => Arabic,
        0xfb50..=0xfdff | 0xfe70..=0xfefc => Arabic,
        0x900..=0x963 | 0x970..=0x97f => Devanagari,
        0x980..=0x9e3 | 0x9f0..=0x9ff => Bengali,
        0xa00..=0xa65 | 0xa70..=0xa7f => Gurmukhi,
        0xa80..=0xae5 => Gujarati,
        0xb00..=0xb65 => Odia,
        0xb80..=0xbe5 => Tamil,
        0xc00..=0xc65 => Telugu,
        0xc80..=0xce5 => Kannada,
        0xd00..=0xd65 => Malayalam,
        0xd80..=0xdff => Sinhala,
        0xe01..=0xe3a | 0xe40..=0xe4e => Thai,
        0xe80..=0xece => Lao,
        0xf40..=0xfbc => Tibetan,
        0x1000..=0x103f => Burmese,
        0x10a0..=0x10ff => Georgian,
        0x1100..=0x11ff | 0x3131..=0x318e | 0xac00..=0xd7a3 => Hangul,
        0x1200..=0x135a => Ethiopic,
        0x1780..=0x17d3 => Khmer,
        0x1820..=0x1878 => Mongolian,
        0x3041..=0x3096
        | 0x309d..=0x309f
        | 0x30a1..=0x30fa
        | 0x30fd..=0x30ff
        | 0x31f0..=0x31ff
        | 0xff66..=0xff9d => Kana,
        0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x323af | 0x3005 => Han,
        _ => return None,
    };
    Some(found)
}

impl Script {
    /// True where words are written without spaces between them, so that a letter counts as a word.
    pub fn is_dense(self) -> bool {
        matches!(self, Script::Han | Script::Kana)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_table() {
        use Script::*;
        for (text, expected) in [
            ("azAZßéőŁữ", Some(Latin)),
            ("αβΔπς", Some(Greek)),
            ("Яжґў", Some(Cyrillic)),
            ("אש", Some(Hebrew)),
            ("بپگی", Some(Arabic)),
            ("कि", Some(Devanagari)),
            ("กำ", Some(Thai)),
            ("한글", Some(Hangul)),
            ("ひカﾊ", Some(Kana)),
            ("漢字龜", Some(Han)),
            // What is shared: digits of any script, punctuation, symbols, letter-like symbols, emoji.
            ("07٣๓।、。×÷ℵℝ∑𝑥🙂 \u{301}\u{200d}", None),
        ] {
            for c in text.chars() {
                assert_eq!(script(c), expected, "{c:?}");
            }
        }
    }
}
