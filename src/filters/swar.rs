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

/// The two halves of a product as one: a hash of both factors, unless one is zero.
#[inline]
pub fn folded(one: u64, other: u64) -> u64 {
    let wide = u128::from(one) * u128::from(other);
    (wide as u64) ^ ((wide >> 64) as u64)
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

/// The `count` bytes with each run of ASCII digits made one byte, 1, and what follows it moved up, and how many are left.
/// A run that begins `behind` a digit is part of that one's.
#[inline]
pub fn one_mark_a_number(eight: u64, count: usize, behind: bool) -> (u64, usize) {
    let kept = keep(eight, count);
    let low = kept & LOW;
    let digits = ((low + (0x80 - 0x30) * ONES) & !(low + (0x80 - 0x3a) * ONES) & !kept & HIGH) >> 7;
    // A digit behind a digit goes.
    let gone = digits & (digits << 8 | u64::from(behind));
    let bytes = (kept & !(digits * 0xff)) | digits;
    // How many go before each byte and with it.
    let before = gone.wrapping_mul(ONES);
    (without(bytes & !(gone * 0xff), gone, before << 8), count - (before >> 56) as usize)
}

/// The bytes but for those that are `gone`, which are 1 there, moved up; `before` has how many go before each.
#[inline]
fn without(bytes: u64, gone: u64, before: u64) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("ssse3") {
        // The lowest bits of the bytes side by side, the first in the lowest place.
        let map = gone.wrapping_mul(0x0102_0408_1020_4080) >> 56;
        // SAFETY: the processor has the instruction.
        return unsafe { shuffled(bytes, STAYING[map as usize]) };
    }
    moved(bytes, before)
}

/// The same in many steps: each byte moves so many places, by one, two and four of them.
#[inline]
fn moved(mut bytes: u64, mut before: u64) -> u64 {
    for step in [1, 2, 4] {
        let moving = ((before >> (step as u32).trailing_zeros()) & ONES) * 0xff;
        bytes = (bytes & !moving) | ((bytes & moving) >> (8 * step));
        before = (before & !moving) | ((before & moving) >> (8 * step));
    }
    bytes
}

/// For each map of eight bytes, a bit each, the places of those that are not in it, one behind the other.
#[cfg(target_arch = "x86_64")]
static STAYING: [u64; 256] = {
    let mut all = [u64::MAX; 256];
    let mut map = 0;
    while map < 256 {
        let (mut place, mut filled) = (0, 0);
        while place < 8 {
            if map >> place & 1 == 0 {
                all[map] = all[map] & !(0xff << (8 * filled)) | place << (8 * filled);
                filled += 1;
            }
            place += 1;
        }
        map += 1;
    }
    all
};

/// The bytes at `places`, zero where there is none.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "ssse3")]
fn shuffled(bytes: u64, places: u64) -> u64 {
    use std::arch::x86_64::{_mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_shuffle_epi8};
    _mm_cvtsi128_si64(_mm_shuffle_epi8(_mm_cvtsi64_si128(bytes as i64), _mm_cvtsi64_si128(places as i64)))
        as u64
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

        #[test]
        fn bytes_move_over_those_that_go(bytes: u64, map: u8) {
            let gone = (0..8).map(|place| u64::from(map >> place & 1) << (8 * place)).sum::<u64>();
            let (staying, before) = (bytes & !(gone * 0xff), gone.wrapping_mul(ONES) << 8);
            let expected = (0..8).filter(|place| map >> place & 1 == 0).enumerate();
            let expected = expected.map(|(at, place)| (bytes >> (8 * place) & 0xff) << (8 * at)).sum::<u64>();
            prop_assert_eq!((without(staying, gone, before), moved(staying, before)), (expected, expected));
        }
    }
}
