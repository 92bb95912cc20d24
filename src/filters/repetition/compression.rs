//! How well a text compresses. In: bytes. Out: bytes per byte of a greedy LZ77, as `lz4` codes them: a literal costs
//! one, a match three. One pass with a table of where each four bytes were last seen; nothing is written.

/// Bits of the table: 16,384 places cover the 64 kB that a match may reach back.
const BITS: u32 = 14;
/// Shortest match, in bytes.
const MATCH: usize = 4;
/// How far back a match may be.
const REACH: usize = 1 << 16;

/// Bytes of the text per byte compressed, at least about 1; 1 for an empty text.
pub fn ratio(text: &[u8]) -> f64 {
    if text.len() < 2 * MATCH {
        return 1.0;
    }
    let bits = BITS.min(text.len().next_power_of_two().trailing_zeros());
    let mut table = vec![0u32; 1 << bits];
    let word = |at: usize| text[at..at + MATCH].iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte));
    let (mut at, mut cost) = (0, 0usize);
    let last = text.len() - MATCH;
    let mut missed = 0usize;
    while at <= last {
        let here = word(at);
        let slot = (here.wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize;
        let before = table[slot] as usize;
        table[slot] = at as u32;
        if before < at && at - before < REACH && word(before) == here {
            let mut length = MATCH;
            while at + length < text.len() && text[before + length] == text[at + length] {
                length += 1;
            }
            cost += 3 + length / 255;
            at += length;
            missed = 0;
        } else {
            // Faster where nothing matches.
            let step = 1 + missed / 32;
            cost += step;
            at += step;
            missed += 1;
        }
    }
    cost += text.len().saturating_sub(at);
    text.len() as f64 / cost.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_compresses() {
        assert_eq!(ratio(b""), 1.0);
        assert!(ratio(b"The quick brown fox jumps over a lazy dog") <= 1.01);
        assert!(ratio("ab".repeat(500).as_bytes()) > 50.0);
        let varied: String = (0..300).map(|n| format!("{} ", n * n * 7919 % 1009)).collect();
        assert!(ratio(varied.as_bytes()) < 2.0, "{}", ratio(varied.as_bytes()));
        for length in 0..40 {
            assert!(ratio(&vec![b'a'; length]) >= 1.0);
        }
    }
}
