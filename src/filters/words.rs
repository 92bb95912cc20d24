//! What the filters count as a word. In: text. Out: its words, in order. One pass, no allocation.

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
        }
    }
}
