//! What kind each byte of a text is, as bit maps: 64 bytes to a block, a bit a byte, a map a kind. In: text. Out: its
//! blocks, one more than there is text for. Made once for all filters: where words begin and end no branch predictor
//! knows, so that a loop over bytes is the slowest part of reading a text, and a bit map has no such loop.

use std::ops::Range;

#[cfg(target_arch = "x86_64")]
use super::wide::is_wide;

/// 64 bytes of a text; the first in the lowest bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Block {
    /// ASCII letters.
    pub letters: u64,
    /// ASCII digits.
    pub digits: u64,
    /// Space, tab, line feed, carriage return.
    pub white: u64,
    /// Spaces.
    pub spaces: u64,
    /// Line feeds.
    pub newlines: u64,
    /// `.`, `!`, `?`.
    pub stops: u64,
    /// `'`.
    pub apostrophes: u64,
    /// `\`.
    pub backslashes: u64,
    /// `$`.
    pub dollars: u64,
    /// `<`.
    pub angles: u64,
    /// `[`.
    pub squares: u64,
    /// `{`.
    pub opens: u64,
    /// `}`.
    pub closes: u64,
    /// Bytes at which something other than prose may begin: `\`, `$`, `<`, `[`, `` ` ``, `~`, `:`.
    pub special: u64,
    /// All but ASCII without control characters, and the white space above: what is read character by character.
    pub odd: u64,
    /// All but letters, white space, `,`, `)`, `$` and full stops: what may make a word beside it a name in code or in a
    /// formula.
    pub signs: u64,
}

/// The blocks of `text`, the last without anything.
pub fn classes(text: &str) -> Vec<Block> {
    let bytes = text.as_bytes();
    #[cfg(target_arch = "x86_64")]
    {
        // SAFETY: these instructions are used where they are; SSE2 is part of x86-64.
        unsafe {
            if is_wide() { blocks(bytes, |bytes| by_32(bytes)) } else { blocks(bytes, |bytes| by_16(bytes)) }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    blocks(bytes, byte_by_byte)
}

#[inline(always)]
fn blocks(bytes: &[u8], block: impl Fn(&[u8; 64]) -> Block) -> Vec<Block> {
    let mut blocks = Vec::with_capacity(bytes.len() / 64 + 2);
    let (whole, rest) = bytes.as_chunks::<64>();
    blocks.extend(whole.iter().map(&block));
    if !rest.is_empty() {
        // Spaces behind the end, taken away again.
        let mut padded = [b' '; 64];
        padded[..rest.len()].copy_from_slice(rest);
        let mut last = block(&padded);
        last.white &= (1 << rest.len()) - 1;
        last.spaces &= last.white;
        last.signs &= (1 << rest.len()) - 1;
        blocks.push(last);
    }
    blocks.push(Block::default());
    blocks
}

/// The block of 64 bytes, so many of them at a time.
#[cfg(target_arch = "x86_64")]
macro_rules! block_by {
    ($bytes:ident, $width:literal, $mask:ty, $vector:ty, $load:ident, $all:ident, $is:ident, $above:ident, $or:ident, $less:ident, $least:ident, $high:ident) => {{
        let mut block = Block::default();
        for (at, part) in $bytes.as_chunks::<$width>().0.iter().enumerate() {
            // SAFETY: as many bytes are read as there are.
            let text = unsafe { $load(part.as_ptr().cast::<$vector>()) };
            let is = |byte: u8| $is(text, $all(byte as i8));
            let within = |text, first: u8, count: u8| {
                let from = $less(text, $all(first as i8));
                $is($least(from, $all(count as i8 - 1)), from)
            };
            let either = |one, other| $or(one, other);
            let put = |map: &mut u64, is| *map |= u64::from($high(is) as $mask) << ($width * at);
            let (space, newline, backslash, dollar) = (is(b' '), is(b'\n'), is(b'\\'), is(b'$'));
            let (angle, square) = (is(b'<'), is(b'['));
            let white = either(either(space, newline), either(is(b'\t'), is(b'\r')));
            let begins = either(either(backslash, dollar), either(angle, square));
            put(&mut block.letters, within(either(text, $all(0x20)), b'a', 26));
            put(&mut block.digits, within(text, b'0', 10));
            put(&mut block.white, white);
            put(&mut block.spaces, space);
            put(&mut block.newlines, newline);
            put(&mut block.stops, either(is(b'.'), either(is(b'!'), is(b'?'))));
            put(&mut block.apostrophes, is(b'\''));
            put(&mut block.backslashes, backslash);
            put(&mut block.dollars, dollar);
            put(&mut block.angles, angle);
            put(&mut block.squares, square);
            put(&mut block.opens, is(b'{'));
            put(&mut block.closes, is(b'}'));
            put(&mut block.special, either(begins, either(is(b'`'), either(is(b'~'), is(b':')))));
            put(&mut block.signs, either(is(b','), is(b')')));
            // As signed numbers, bytes beyond ASCII are below all others.
            put(&mut block.odd, either($above($all(b' ' as i8), text), is(0x7f)));
        }
        block.odd &= !block.white;
        block.signs = !(block.signs | block.letters | block.white | block.dollars | block.stops);
        block
    }};
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse2")]
fn by_16(bytes: &[u8; 64]) -> Block {
    use std::arch::x86_64::*;
    block_by!(
        bytes,
        16,
        u16,
        __m128i,
        _mm_loadu_si128,
        _mm_set1_epi8,
        _mm_cmpeq_epi8,
        _mm_cmpgt_epi8,
        _mm_or_si128,
        _mm_sub_epi8,
        _mm_min_epu8,
        _mm_movemask_epi8
    )
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn by_32(bytes: &[u8; 64]) -> Block {
    use std::arch::x86_64::*;
    block_by!(
        bytes,
        32,
        u32,
        __m256i,
        _mm256_loadu_si256,
        _mm256_set1_epi8,
        _mm256_cmpeq_epi8,
        _mm256_cmpgt_epi8,
        _mm256_or_si256,
        _mm256_sub_epi8,
        _mm256_min_epu8,
        _mm256_movemask_epi8
    )
}

/// The same without instructions for many bytes at once.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn byte_by_byte(bytes: &[u8; 64]) -> Block {
    let mut block = Block::default();
    for (at, byte) in bytes.iter().enumerate() {
        let put = |map: &mut u64, is: bool| *map |= u64::from(is) << at;
        put(&mut block.letters, byte.is_ascii_alphabetic());
        put(&mut block.digits, byte.is_ascii_digit());
        put(&mut block.white, matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        put(&mut block.spaces, *byte == b' ');
        put(&mut block.newlines, *byte == b'\n');
        put(&mut block.stops, matches!(byte, b'.' | b'!' | b'?'));
        put(&mut block.apostrophes, *byte == b'\'');
        put(&mut block.backslashes, *byte == b'\\');
        put(&mut block.dollars, *byte == b'$');
        put(&mut block.angles, *byte == b'<');
        put(&mut block.squares, *byte == b'[');
        put(&mut block.opens, *byte == b'{');
        put(&mut block.closes, *byte == b'}');
        put(&mut block.special, matches!(byte, b'\\' | b'$' | b'<' | b'[' | b'`' | b'~' | b':'));
        put(&mut block.odd, !matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'));
        let plain = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b')' | b'$' | b'.' | b'!' | b'?');
        put(&mut block.signs, !(plain || byte.is_ascii_alphabetic()));
    }
    block
}

/// The bits from `start` to before `end`, of which at most 64 are at or behind 0.
#[inline]
pub fn between(start: usize, end: usize) -> u64 {
    let below = |bit: usize| if bit >= 64 { u64::MAX } else { (1 << bit) - 1 };
    below(end) & !below(start)
}

/// The first place within `range` that is in `map`, or its end.
#[inline]
pub fn next(blocks: &[Block], range: Range<usize>, map: impl Fn(&Block) -> u64) -> usize {
    let mut number = range.start / 64;
    let mut bits = blocks.get(number).map_or(0, &map) & !between(0, range.start % 64);
    while bits == 0 {
        number += 1;
        if 64 * number >= range.end {
            return range.end;
        }
        bits = blocks.get(number).map_or(0, &map);
    }
    range.end.min(64 * number + bits.trailing_zeros() as usize)
}

/// Where the bits of `map` are.
#[inline]
pub fn places(blocks: &[Block], map: impl Fn(&Block) -> u64) -> impl Iterator<Item = usize> {
    let (mut next, mut bits) = (0, 0u64);
    std::iter::from_fn(move || {
        while bits == 0 {
            bits = map(blocks.get(next)?);
            next += 1;
        }
        let bit = bits.trailing_zeros() as usize;
        bits &= bits - 1;
        Some(64 * (next - 1) + bit)
    })
}

/// The 64 bits of `map` from `at` on.
#[inline]
pub fn window(blocks: &[Block], at: usize, map: impl Fn(&Block) -> u64) -> u64 {
    let (block, bit) = (at / 64, at % 64);
    let low = blocks.get(block).map_or(0, &map) >> bit;
    // Two shifts, for one of 64 bits is none.
    let high = blocks.get(block + 1).map_or(0, &map) << 1 << (63 - bit);
    low | high
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_byte_at_every_place() {
        for (first, place) in (0..=255u8).flat_map(|first| (0..64).map(move |place| (first, place))) {
            let mut bytes = [b'a'; 64];
            bytes[place] = first;
            let expected = byte_by_byte(&bytes);
            #[cfg(target_arch = "x86_64")]
            // SAFETY: SSE2 is part of x86-64.
            assert_eq!(unsafe { by_16(&bytes) }, expected, "{first} {place}");
            let text = String::from_utf8_lossy(&bytes);
            if text.len() == 64 {
                assert_eq!(classes(&text)[0], expected, "{first} {place}");
            }
        }
        let counted: [u8; 64] = std::array::from_fn(|at| at as u8 + 32);
        let block = byte_by_byte(&counted);
        assert_eq!((block.letters.count_ones(), block.digits.count_ones()), (26, 10));
        assert_eq!((block.white, block.odd, block.stops), (1, 0, 1 << 1 | 1 << 14 | 1 << 31));
    }

    proptest! {
        #[test]
        fn blocks_are_those_of_the_bytes(text in "(?s).{0,200}") {
            let blocks = classes(&text);
            prop_assert_eq!(blocks.len(), text.len().div_ceil(64) + 1);
            for (at, byte) in text.bytes().enumerate() {
                let bit = |map: u64| map >> (at % 64) & 1 == 1;
                prop_assert_eq!(bit(blocks[at / 64].white), matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
                prop_assert_eq!(bit(blocks[at / 64].odd), !matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'));
                let letters = window(&blocks, at, |block| block.letters);
                for ahead in 0..64 {
                    let letter = text.as_bytes().get(at + ahead).is_some_and(u8::is_ascii_alphabetic);
                    prop_assert_eq!(letters >> ahead & 1 == 1, letter, "{} {}", at, ahead);
                }
            }
            for start in 0..text.len() {
                for end in [start, start + 1, (start + 70).min(text.len()), text.len()] {
                    let first = text.as_bytes()[start..end].iter().position(u8::is_ascii_digit);
                    prop_assert_eq!(next(&blocks, start..end, |block| block.digits), first.map_or(end, |at| start + at));
                }
            }
            // Nothing is behind the end.
            let last = blocks[text.len() / 64];
            prop_assert_eq!((last.white | last.signs | last.odd) >> (text.len() % 64), 0);
        }

        #[test]
        fn between_table(start in 0usize..200, end in 0usize..200) {
            let bits = (0..64).filter(|bit| (start..end).contains(bit)).fold(0, |bits, bit| bits | 1u64 << bit);
            prop_assert_eq!(between(start, end), bits);
        }
    }
}
