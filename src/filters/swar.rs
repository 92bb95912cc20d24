//! Eight bytes at a time: where a run of letters or of anything but white space ends. In: bytes. Out: counts. Words end
//! where no branch predictor expects it, so that a loop over bytes is the slowest part of reading a text.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;
const LOW: u64 = 0x7f * ONES;

/// The eight bytes at `at`, the first in the lowest place; zeros behind the end.
#[inline]
pub fn load(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..).and_then(<[u8]>::first_chunk) {
        Some(eight) => u64::from_le_bytes(*eight),
        None => load_last(bytes, at),
    }
}

/// The same of less than eight bytes; not inlined, for nothing else then has to make room for it.
#[cold]
#[inline(never)]
fn load_last(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).unwrap_or_default().iter().take(8).rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// The first `count` of the sixteen bytes at `at`, the others zero, as those of [`load`].
#[inline]
pub fn load_two(bytes: &[u8], at: usize, count: usize) -> [u64; 2] {
    let [first, second] = match bytes.get(at..).and_then(<[u8]>::first_chunk::<16>) {
        Some(sixteen) => {
            let both = u128::from_le_bytes(*sixteen);
            [both as u64, (both >> 64) as u64]
        }
        None => [load_last(bytes, at), load_last(bytes, at + 8)],
    };
    let count = count.min(16);
    [first & LOWEST[count + 8], second & LOWEST[count]]
}

/// From the ninth on, the lowest none to eight bytes, and all.
const LOWEST: [u64; 25] = {
    let mut lowest = [u64::MAX; 25];
    let mut count = 0;
    while count < 16 {
        lowest[count] = if count < 8 { 0 } else { (1 << (8 * (count - 8))) - 1 };
        count += 1;
    }
    lowest
};

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

/// The `count` bytes with each run of ASCII digits made one byte, 1, and what follows it moved up, and how many are left.
/// A run that begins `behind` a digit is part of that one's.
#[inline]
pub fn one_mark_a_number(eight: u64, count: usize, behind: bool) -> (u64, usize) {
    let kept = keep(eight, count);
    let low = kept & LOW;
    let digits = ((low + (0x80 - 0x30) * ONES) & !(low + (0x80 - 0x3a) * ONES) & !kept & HIGH) >> 7;
    // A digit behind a digit goes.
    let gone = digits & (digits << 8 | u64::from(behind));
    let mut bytes = (kept & !(digits * 0xff)) | digits;
    bytes &= !(gone * 0xff);
    // How many go before each byte, which moves so many places, by one, two and four of them.
    let mut before = gone.wrapping_mul(ONES) << 8;
    for step in [1, 2, 4] {
        let moving = ((before >> (step as u32).trailing_zeros()) & ONES) * 0xff;
        bytes = (bytes & !moving) | ((bytes & moving) >> (8 * step));
        before = (before & !moving) | ((before & moving) >> (8 * step));
    }
    (bytes, count - gone.count_ones() as usize)
}

#[inline]
fn leading(marks: u64) -> usize {
    (!marks & HIGH).trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn agrees_with_a_loop_over_bytes_for_every_byte_at_every_place() {
        for place in 0..8 {
            for byte in 0..=255u8 {
                let mut bytes = *b"aZzAmkbY";
                bytes[place] = byte;
                let eight = load(&bytes, 0);
                let run = |test: &dyn Fn(&u8) -> bool| bytes.iter().take_while(|byte| test(byte)).count();
                assert_eq!(letters(eight), run(&|byte| byte.is_ascii_alphabetic()), "{place} {byte}");
            }
        }
        for (at, count) in (0..30).flat_map(|at| (0..30).map(move |count| (at, count))) {
            let text = b"abcdefghijklmnopqrstuv";
            let expected = [at, at + 8].map(|from| keep(load(text, from), (at + count).saturating_sub(from)));
            assert_eq!(load_two(text, at, count), expected, "{at} {count}");
        }
        assert_eq!(load(b"abc", 1), u64::from_le_bytes(*b"bc\0\0\0\0\0\0"));
        assert_eq!((load(b"abc", 3), load(b"abc", 9), keep(u64::MAX, 2)), (0, 0, 0xffff));
    }

    proptest! {
        #[test]
        fn numbers_become_one_mark(word in "[0-9a-z=]{0,8}", next in "[0-9a-z]{8}", behind: bool) {
            let bytes = format!("{word}{next}");
            let (shorter, count) = one_mark_a_number(load(bytes.as_bytes(), 0), word.len(), behind);
            let mut expected: Vec<u8> =
                word.bytes().map(|byte| if byte.is_ascii_digit() { 1 } else { byte }).collect();
            expected.dedup_by(|next, before| *next == 1 && *before == 1);
            if behind && expected.first() == Some(&1) {
                expected.remove(0);
            }
            prop_assert_eq!((&shorter.to_le_bytes()[..count], count), (&expected[..], expected.len()));
            prop_assert_eq!(shorter, keep(shorter, count));
        }
    }
}
