//! What the filters count as a word. In: text. Out: its words, in order. One pass, no allocation.

use super::swar;

/// True for Han characters, kana and Hangul syllables, which are written with few spaces or none.
pub fn stands_alone(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{323af}')
}

/// The words of `text`: runs of anything but white space, where each Han character, kana or Hangul
/// syllable is a word of its own.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let end = if stands_alone(first) {
            first.len_utf8()
        } else {
            rest.find(|c: char| c.is_whitespace() || stands_alone(c)).unwrap_or(rest.len())
        };
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

/// How many words `text` has.
pub fn count(text: &str) -> usize {
    let space = |byte: u8| matches!(byte, b' ' | 0x09..=0x0d);
    let bytes = text.as_bytes();
    let (mut count, mut inside, mut at) = (0, false, 0);
    while at < bytes.len() {
        if let Some(begin) =
            (at + 8 <= bytes.len()).then(|| swar::words_begin(swar::load(bytes, at), inside)).flatten()
        {
            count += begin;
            inside = !space(bytes[at + 7]);
            at += 8;
            continue;
        }
        if bytes[at] < 0x80 {
            let word = !space(bytes[at]);
            count += usize::from(word && !inside);
            inside = word;
            at += 1;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        let (space, alone) = (c.is_whitespace(), stands_alone(c));
        count += usize::from(alone || (!space && !inside));
        inside = !space && !alone;
        at += c.len_utf8();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_table() {
        for (text, expected) in [
            ("", &[][..]),
            (" \n", &[]),
            (" a b\tc\n", &["a", "b", "c"]),
            ("3 + 4 = 7.", &["3", "+", "4", "=", "7."]),
            ("三加四", &["三", "加", "四"]),
            ("x是 7", &["x", "是", "7"]),
            ("カナ한글", &["カ", "ナ", "한", "글"]),
        ] {
            assert_eq!(words(text).collect::<Vec<_>>(), expected, "{text:?}");
            assert_eq!(count(text), expected.len(), "{text:?}");
        }
    }
}
