//! What kind each byte of a text is, as bit maps: 64 bytes to a block, a bit a byte, a map a kind. In: text. Out: its
//! blocks, one more than there is text for. Made once for all filters: where words begin and end no branch predictor
//! knows, so that a loop over bytes is the slowest part of reading a text, and a bit map has no such loop.

/// 64 bytes of a text; the first in the lowest bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Block {
    /// ASCII letters.
    pub letters: u64,
    /// ASCII digits.
    pub digits: u64,
    /// Space, tab, line feed, carriage return.
    pub white: u64,
    /// Line feeds.
    pub newlines: u64,
    /// `.`, `!`, `?`.
    pub stops: u64,
    /// `'`.
    pub apostrophes: u64,
    /// Bytes at which something other than prose may begin: `\`, `$`, `` ` ``, `~`, `<`, `[`, `:`.
    pub special: u64,
    /// `\`.
    pub backslashes: u64,
    /// All but ASCII without control characters, and the white space above: what is read character by character.
    pub odd: u64,
}

/// The kinds of a byte, a bit each, in the order of [`Block`]; a backslash is both special and a stop.
const KINDS: [u8; 256] = {
    let mut kinds = [0u8; 256];
    let mut byte = 0usize;
    while byte < 256 {
        let b = byte as u8;
        kinds[byte] = b.is_ascii_alphabetic() as u8
            | (b.is_ascii_digit() as u8) << 1
            | (matches!(b, b' ' | b'\t' | b'\n' | b'\r') as u8) << 2
            | ((b == b'\n') as u8) << 3
            | (matches!(b, b'.' | b'!' | b'?' | b'\\') as u8) << 4
            | ((b == b'\'') as u8) << 5
            | (matches!(b, b'\\' | b'$' | b'`' | b'~' | b'<' | b'[' | b':') as u8) << 6
            | (!matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r') as u8) << 7;
        byte += 1;
    }
    kinds
};

/// The blocks of `text`, the last without anything.
pub fn classes(text: &str) -> Vec<Block> {
    let bytes = text.as_bytes();
    let mut blocks = Vec::with_capacity(bytes.len() / 64 + 2);
    let mut whole = bytes.chunks_exact(64);
    for chunk in &mut whole {
        blocks.push(block(chunk.try_into().unwrap_or(&[0; 64])));
    }
    let rest = whole.remainder();
    if !rest.is_empty() {
        // Spaces behind the end, taken away again.
        let mut padded = [b' '; 64];
        padded[..rest.len()].copy_from_slice(rest);
        let mut last = block(&padded);
        last.white &= (1 << rest.len()) - 1;
        blocks.push(last);
    }
    blocks.push(Block::default());
    blocks
}

#[inline]
fn block(bytes: &[u8; 64]) -> Block {
    let mut maps = [[0u8; 8]; 8];
    for (group, eight) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let kinds = u64::from_le_bytes(eight.map(|byte| KINDS[byte as usize]));
        for (map, bits) in maps.iter_mut().zip(transposed(kinds).to_le_bytes()) {
            map[group] = bits;
        }
    }
    let [letters, digits, white, newlines, stops, apostrophes, special, odd] = maps.map(u64::from_le_bytes);
    let (stops, backslashes) = (stops & !special, stops & special);
    Block { letters, digits, white, newlines, stops, apostrophes, special, backslashes, odd }
}

/// Eight rows of eight bits with rows and columns changed for one another, in three steps of growing squares.
#[inline]
fn transposed(mut rows: u64) -> u64 {
    for (shift, squares) in
        [(7, 0x00aa_00aa_00aa_00aa_u64), (14, 0x0000_cccc_0000_cccc), (28, 0x0000_0000_f0f0_f0f0)]
    {
        let moved = (rows ^ (rows >> shift)) & squares;
        rows ^= moved ^ (moved << shift);
    }
    rows
}

/// The bits from `start` to before `end`, of which at most 64 are at or behind 0.
#[inline]
pub fn between(start: usize, end: usize) -> u64 {
    let below = |bit: usize| if bit >= 64 { u64::MAX } else { (1 << bit) - 1 };
    below(end) & !below(start)
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

    fn is_odd(byte: u8) -> bool {
        !(b' '..=b'~').contains(&byte) && !matches!(byte, b'\t' | b'\n' | b'\r')
    }

    proptest! {
        #[test]
        fn a_bit_is_what_its_byte_is(text in "(?s).{0,200}", ascii in "[\\x00-\\x7f]{0,200}") {
            for text in [text, ascii] {
                let blocks = classes(&text);
                prop_assert_eq!(blocks.len(), text.len().div_ceil(64) + 1);
                let byte = |at: usize| text.as_bytes().get(at).copied();
                for at in 0..blocks.len() * 64 {
                    let is = |test: &dyn Fn(u8) -> bool| byte(at).is_some_and(test);
                    let bit = |map: u64| map >> (at % 64) & 1 == 1;
                    let block = &blocks[at / 64];
                    prop_assert_eq!(bit(block.letters), is(&|b| b.is_ascii_alphabetic()), "{}", at);
                    prop_assert_eq!(bit(block.digits), is(&|b| b.is_ascii_digit()), "{}", at);
                    prop_assert_eq!(bit(block.white), is(&|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')), "{}", at);
                    prop_assert_eq!(bit(block.newlines), is(&|b| b == b'\n'), "{}", at);
                    prop_assert_eq!(bit(block.stops), is(&|b| matches!(b, b'.' | b'!' | b'?')), "{}", at);
                    prop_assert_eq!(bit(block.apostrophes), is(&|b| b == b'\''), "{}", at);
                    prop_assert_eq!(bit(block.special), is(&|b| b"\\$`~<[:".contains(&b)), "{}", at);
                    prop_assert_eq!(bit(block.backslashes), is(&|b| b == b'\\'), "{}", at);
                    prop_assert_eq!(bit(block.odd), is(&is_odd), "{}", at);
                    let letters = window(&blocks, at, |block| block.letters);
                    for ahead in 0..64 {
                        let letter = byte(at + ahead).is_some_and(|b| b.is_ascii_alphabetic());
                        prop_assert_eq!(letters >> ahead & 1 == 1, letter, "{} {}", at, ahead);
                    }
                }
            }
        }
    }
}
