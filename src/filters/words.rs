//! What the filters count as a word. In: text. Out: its words, in order. One pass, no allocation.

use std::ops::Range;

use super::classes::{self, Block};
use super::wide::wide;

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

/// How many words stand in `range` of `text`, whose classes are `blocks`.
pub fn count(text: &str, blocks: &[Block], range: Range<usize>) -> usize {
    wide!(count_in_blocks, text: &str, blocks: &[Block], range: Range<usize> => usize)
}

#[inline(always)]
fn count_in_blocks(text: &str, blocks: &[Block], range: Range<usize>) -> usize {
    let bytes = text.as_bytes();
    let (mut count, mut inside, mut at) = (0, false, range.start);
    while at < range.end {
        let (block, end) = (&blocks[at / 64], range.end.min((at / 64 + 1) * 64));
        let here = classes::between(at % 64, at % 64 + end - at);
        if block.odd & here == 0 {
            let words = !block.white & here;
            let before = words << 1 | u64::from(inside) << (at % 64);
            count += (words & !before).count_ones() as usize;
            inside = words >> ((end - 1) % 64) & 1 == 1;
            at = end;
            continue;
        }
        while at < end {
            let byte = bytes[at];
            if byte < 0x80 {
                let word = !matches!(byte, b' ' | 0x09..=0x0d);
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
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
            assert_eq!(count(text, &classes::classes(text), 0..text.len()), expected.len(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn as_many_are_counted_as_there_are(before in ".{0,70}", text in "([a-z \n\t\x0bé三 \u{3000}]|\\PC){0,150}", after in ".{0,9}") {
            let whole = format!("{before}{text}{after}");
            let range = before.len()..before.len() + text.len();
            prop_assert_eq!(count(&whole, &classes::classes(&whole), range), words(&text).count());
        }
    }
}
