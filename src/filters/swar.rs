//! Eight bytes at a time: where a run of letters or of anything but white space ends. In: bytes. Out: counts. Words end
//! where no branch predictor expects it, so that a loop over bytes is the slowest part of reading a text.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;
const LOW: u64 = 0x7f * ONES;

/// The eight bytes at `at`, the first in the lowest place; zeros behind the end.
#[inline]
pub fn load(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..at + 8) {
        Some(eight) => u64::from_le_bytes([
            eight[0], eight[1], eight[2], eight[3], eight[4], eight[5], eight[6], eight[7],
        ]),
        None => {
            bytes.get(at..).unwrap_or_default().iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
        }
    }
}

/// The lowest `count` bytes, the others zero.
#[inline]
pub fn keep(eight: u64, count: usize) -> u64 {
    if count >= 8 { eight } else { eight & ((1 << (8 * count)) - 1) }
}

/// How many of the bytes, from the first on, are ASCII letters.
#[inline]
pub fn letters(eight: u64) -> usize {
    let low = (eight | (0x20 * ONES)) & LOW;
    // Sums of seven bits never carry into the next byte.
    let from_a = low + (0x80 - 0x61) * ONES;
    let behind_z = low + (0x80 - 0x7b) * ONES;
    leading(from_a & !behind_z & !eight)
}

/// How many of the bytes, from the first on, are ASCII and above the space.
#[inline]
pub fn printed(eight: u64) -> usize {
    leading(((eight & LOW) + (0x80 - 0x21) * ONES) & !eight)
}

/// How many of the bytes, from the first on, are ASCII digits.
#[inline]
pub fn digits(eight: u64) -> usize {
    let low = eight & LOW;
    leading((low + (0x80 - 0x30) * ONES) & !(low + (0x80 - 0x3a) * ONES) & !eight)
}

/// True if one of the bytes is an ASCII digit.
#[inline]
pub fn has_digit(eight: u64) -> bool {
    let low = eight & LOW;
    (low + (0x80 - 0x30) * ONES) & !(low + (0x80 - 0x3a) * ONES) & !eight & HIGH != 0
}

/// True if all bytes are ASCII without control characters.
#[inline]
pub fn is_plain(eight: u64) -> bool {
    let low = eight & LOW;
    (low + (0x80 - 0x20) * ONES) & !(low + ONES) & !eight & HIGH == HIGH
}

/// How many words begin among the bytes, behind white space or, unless a word is `inside`, with the first of them.
/// `None` where not all are ASCII above the control characters, or line ends and tabs.
#[inline]
pub fn words_begin(eight: u64, inside: bool) -> Option<usize> {
    let low = eight & LOW;
    let printed = (low + (0x80 - 0x21) * ONES) & !eight & HIGH;
    let before = printed << 8 | if inside { 0x80 } else { 0 };
    // Of the control characters only 0x09 to 0x0d are white space.
    let control = !(low + (0x80 - 0x20) * ONES) & HIGH;
    let white = (low + (0x80 - 0x09) * ONES) & !(low + (0x80 - 0x0e) * ONES) & HIGH;
    (eight & HIGH == 0 && control & !white == 0).then(|| (printed & !before).count_ones() as usize)
}

/// The high bits of the bytes with which a word may start: ASCII letters behind something else, `before` the first of
/// them, and the first bytes of characters beyond ASCII.
#[inline]
pub fn words_start(eight: u64, before: u8) -> u64 {
    let low = (eight | (0x20 * ONES)) & LOW;
    let letters = (low + (0x80 - 0x61) * ONES) & !(low + (0x80 - 0x7b) * ONES) & !eight & HIGH;
    let first = eight & (eight << 1) & HIGH;
    letters & !(letters << 8 | if before.is_ascii_alphabetic() { 0x80 } else { 0 }) | first
}

#[inline]
fn leading(marks: u64) -> usize {
    (!marks & HIGH).trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_a_loop_over_bytes_for_every_byte_at_every_place() {
        for place in 0..8 {
            for byte in 0..=255u8 {
                let mut bytes = *b"aZzAmkbY";
                bytes[place] = byte;
                let eight = load(&bytes, 0);
                let run = |test: &dyn Fn(&u8) -> bool| bytes.iter().take_while(|byte| test(byte)).count();
                assert_eq!(letters(eight), run(&|byte| byte.is_ascii_alphabetic()), "{place} {byte}");
                assert_eq!(printed(eight), run(&|byte| (0x21..0x80).contains(byte)), "{place} {byte}");
                let number = load(&bytes.map(|byte| if byte.is_ascii_lowercase() { b'7' } else { byte }), 0);
                let first = bytes.map(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
                assert_eq!(digits(number), first.iter().take_while(|digit| **digit).count());
                assert_eq!(has_digit(eight), byte.is_ascii_digit(), "{place} {byte}");
                assert_eq!(is_plain(eight), (0x20..0x7f).contains(&byte), "{place} {byte}");
                for before in [b' ', b'a', 0xc3] {
                    let starts = (0..8).filter(|at| {
                        let before = if *at == 0 { before } else { bytes[at - 1] };
                        let letter = bytes[*at].is_ascii_alphabetic() && !before.is_ascii_alphabetic();
                        letter || bytes[*at] >= 0xc0
                    });
                    let marks = starts.fold(0, |marks, at| marks | 0x80 << (8 * at));
                    assert_eq!(words_start(eight, before), marks, "{place} {byte} {before}");
                }
            }
        }
        for (text, inside, expected) in [
            (b"ab cd ef", false, Some(3)),
            (b"ab cd ef", true, Some(2)),
            (b" \n\t\r\x0b\x0c  ", false, Some(0)),
            (b"a\x01 b c d", false, None),
            (b"ab\x80 c d ", false, None),
        ] {
            assert_eq!(words_begin(load(text, 0), inside), expected, "{text:?}");
        }
        assert_eq!(load(b"abc", 1), u64::from_le_bytes(*b"bc\0\0\0\0\0\0"));
        assert_eq!((load(b"abc", 3), load(b"abc", 9), keep(u64::MAX, 2)), (0, 0, 0xffff));
    }
}
