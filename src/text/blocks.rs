//! Bytes of a text, 64 at a time: which belong to words, and where white space is. In: bytes. Out: a bit for each, and
//! the bytes in lower case or without superfluous white space. It never looks at characters beyond ASCII.

/// Bytes that are classified at a time: one bit each in a machine word.
pub const BLOCK: usize = 64;

/// Makes each run of white space one space, takes it off both ends, and says how many bytes are left.
pub fn collapse(bytes: &mut [u8]) -> usize {
    // The run before the first byte counts as begun: nothing of it stays.
    let (mut out, mut before, mut at) = (0, 1u64, 0);
    while at < bytes.len() {
        let count = BLOCK.min(bytes.len() - at);
        let spaces = match bytes[at..].first_chunk_mut::<BLOCK>() {
            Some(block) => whiten(block),
            None => {
                let mut block = [0; BLOCK];
                block[..count].copy_from_slice(&bytes[at..]);
                let spaces = whiten(&mut block);
                bytes[at..].copy_from_slice(&block[..count]);
                spaces
            }
        };
        let mut extra = spaces & (spaces << 1 | before);
        before = spaces >> (count - 1) & 1;
        let mut from = 0;
        while extra != 0 {
            let to = extra.trailing_zeros() as usize;
            bytes.copy_within(at + from..at + to, out);
            out += to - from;
            let run = (!(extra >> to)).trailing_zeros() as usize;
            from = to + run;
            extra = if from < BLOCK { extra >> from << from } else { 0 };
        }
        if from == 0 && count == BLOCK {
            // Of a length that is known the copy is two moves.
            bytes.copy_within(at..at + BLOCK, out);
        } else {
            bytes.copy_within(at + from..at + count, out);
        }
        out += count - from;
        at += count;
    }
    out - usize::from(out > 0 && bytes[out - 1] == b' ')
}

/// Writes the block in lower case and says which bytes belong to words: ASCII letters, digits and `_`,
/// and every byte of a character that is not ASCII.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn classify(block: &[u8; BLOCK], lower: &mut [u8]) -> u64 {
    use std::arch::x86_64::{
        __m128i, _mm_add_epi8, _mm_and_si128, _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_loadu_si128,
        _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8, _mm_setzero_si128, _mm_storeu_si128,
    };
    assert!(lower.len() >= BLOCK);
    let mut bits = 0;
    for part in 0..BLOCK / 16 {
        // SAFETY: SSE2 belongs to every x86-64; 16 bytes from 16 * part lie inside both blocks, of 64
        // bytes each; unaligned access is what these instructions are for.
        let mask = unsafe {
            let range = |bytes: __m128i, first: u8, count: i8| {
                let moved = _mm_add_epi8(bytes, _mm_set1_epi8(0x80u8.wrapping_sub(first) as i8));
                _mm_cmplt_epi8(moved, _mm_set1_epi8(-128 + count))
            };
            let bytes = _mm_loadu_si128(block.as_ptr().add(16 * part).cast());
            let capital = range(bytes, b'A', 26);
            let small = _mm_or_si128(bytes, _mm_and_si128(capital, _mm_set1_epi8(0x20)));
            _mm_storeu_si128(lower.as_mut_ptr().add(16 * part).cast(), small);
            let letter = range(small, b'a', 26);
            let digit = range(bytes, b'0', 10);
            let bar = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'_' as i8));
            let other = _mm_cmplt_epi8(bytes, _mm_setzero_si128());
            _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letter, digit), _mm_or_si128(bar, other)))
        };
        bits |= u64::from(mask as u32 & 0xffff) << (16 * part);
    }
    bits
}

/// Makes all white space of the block spaces, and says where it is.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn whiten(block: &mut [u8; BLOCK]) -> u64 {
    use std::arch::x86_64::{
        _mm_add_epi8, _mm_and_si128, _mm_andnot_si128, _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_loadu_si128,
        _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8, _mm_storeu_si128,
    };
    let mut bits = 0;
    for part in 0..BLOCK / 16 {
        // SAFETY: as in `classify`.
        let mask = unsafe {
            let place = block.as_mut_ptr().add(16 * part);
            let bytes = _mm_loadu_si128(place.cast());
            let blank = _mm_set1_epi8(b' ' as i8);
            let moved = _mm_add_epi8(bytes, _mm_set1_epi8(0x80u8.wrapping_sub(b'\t') as i8));
            let other = _mm_cmplt_epi8(moved, _mm_set1_epi8(-128 + 5));
            let white = _mm_or_si128(_mm_andnot_si128(other, bytes), _mm_and_si128(other, blank));
            _mm_storeu_si128(place.cast(), white);
            _mm_movemask_epi8(_mm_cmpeq_epi8(white, blank))
        };
        bits |= u64::from(mask as u32 & 0xffff) << (16 * part);
    }
    bits
}

/// As above, a byte at a time.
#[cfg(not(target_arch = "x86_64"))]
fn whiten(block: &mut [u8; BLOCK]) -> u64 {
    let mut bits = 0;
    for (at, byte) in block.iter_mut().enumerate() {
        if *byte == b' ' || (b'\t'..=b'\r').contains(byte) {
            *byte = b' ';
            bits |= 1 << at;
        }
    }
    bits
}

/// As above, a byte at a time.
#[cfg(not(target_arch = "x86_64"))]
pub fn classify(block: &[u8; BLOCK], lower: &mut [u8]) -> u64 {
    let mut bits = 0;
    for (at, (&byte, lower)) in block.iter().zip(lower).enumerate() {
        *lower = byte.to_ascii_lowercase();
        bits |= u64::from(byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80) << at;
    }
    bits
}
