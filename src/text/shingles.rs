//! Shingles: in come the hashes of a text's words, out come those of its word 5-grams, and of two such
//! sets the exact Jaccard similarity. A text of fewer words is one shingle, a text without words none.

use super::tokens::fold;

/// Words of a shingle. 5 is what datatrove, text-dedup and the RefinedWeb corpus (arXiv 2306.01116) use.
pub const WORDS: usize = 5;
/// An odd multiplier: the golden ratio's fraction.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Hands the hash of each shingle to `take`, repeated ones again.
#[inline(always)]
pub fn each(words: &[u64], mut take: impl FnMut(u64)) {
    let mixed = |sum: u64| fold(sum ^ 0x5851_f42d_4c95_7f2d, 0x1405_7b7e_f767_814f);
    let Some(before) = words.len().min(WORDS).checked_sub(1) else {
        return;
    };
    let (first, rest) = words.split_at(before);
    // A polynomial in STEP, so that the next shingle follows from this one.
    let mut sum = first.iter().fold(0u64, |sum, &word| sum.wrapping_mul(STEP).wrapping_add(word));
    let leave = STEP.wrapping_pow(WORDS as u32);
    let mut leaves = 0u64;
    for (&enters, &next) in rest.iter().zip(words) {
        sum = sum.wrapping_mul(STEP).wrapping_add(enters.wrapping_sub(leaves.wrapping_mul(leave)));
        leaves = next;
        take(mixed(sum));
    }
}

/// The distinct shingles of a text, sorted.
pub fn set(words: &[u64], set: &mut Vec<u64>) {
    set.clear();
    set.resize(words.len(), 0);
    let (mut all, mut count) = (set.iter_mut(), 0);
    each(words, |shingle| {
        if let Some(place) = all.next() {
            *place = shingle;
            count += 1;
        }
    });
    set.truncate(count);
    sort(set);
    set.dedup();
}

/// Sorts hashes. They are spread evenly, so that their highest bits put almost each into its place; where they do not,
/// the places that several share are sorted.
fn sort(hashes: &mut Vec<u64>) {
    // About as many places as hashes; a few hashes are sorted as they are.
    let bits = hashes.len().checked_ilog2().unwrap_or(0);
    if bits < 5 {
        return hashes.sort_unstable();
    }
    let place = |hash: u64| (hash >> (64 - bits)) as usize;
    let mut ends = vec![0usize; 1 << bits];
    hashes.iter().for_each(|&hash| ends[place(hash)] += 1);
    let mut end = 0;
    for count in &mut ends {
        // From here on the place's next free slot; in the end, where the place ends.
        (*count, end) = (end, end + *count);
    }
    let mut sorted = vec![0; hashes.len()];
    for &hash in hashes.iter() {
        let end = &mut ends[place(hash)];
        sorted[*end] = hash;
        *end += 1;
    }
    let mut from = 0;
    for to in ends {
        if to > from + 1 {
            sorted[from..to].sort_unstable();
        }
        from = to;
    }
    *hashes = sorted;
}

/// Shared shingles over all shingles of two sorted sets; 0 where neither has one.
pub fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let (mut i, mut j, mut shared) = (0, 0, 0usize);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        shared += usize::from(x == y);
        // Both advance without a branch that depends on the data.
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::text::tokens::Tokens;

    /// The same by sets of texts.
    pub(crate) fn brute_force(a: &str, b: &str) -> f64 {
        let set = |text: &str| -> HashSet<Vec<String>> {
            let lower = text.to_lowercase();
            let words: Vec<String> = lower
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect();
            match words.len() {
                0 => HashSet::new(),
                1..WORDS => HashSet::from([words]),
                _ => words.windows(WORDS).map(<[String]>::to_vec).collect(),
            }
        };
        let (a, b) = (set(a), set(b));
        let all = a.union(&b).count();
        if all == 0 { 0.0 } else { a.intersection(&b).count() as f64 / all as f64 }
    }

    fn of(text: &str) -> Vec<u64> {
        let mut tokens = Tokens::default();
        tokens.read(text);
        let mut found = Vec::new();
        set(&tokens.words, &mut found);
        found
    }

    #[test]
    fn jaccard_table() {
        for (a, b, expected) in [
            ("", "", 0.0),
            ("", "a", 0.0),
            ("a b", "A, b!", 1.0),
            ("a b", "b a", 0.0),
            ("a b c d e", "a b c d e f", 0.5),
            ("a a a a a a a a", "a a a a a", 1.0),
            ("a b c d e f", "b c d e f g", 1.0 / 3.0),
        ] {
            assert_eq!(jaccard(&of(a), &of(b)), expected, "{a:?} {b:?}");
            assert_eq!(brute_force(a, b), expected, "{a:?} {b:?}");
        }
    }

    proptest! {
        /// Also where many share their highest bits, or all of them.
        #[test]
        fn hashes_are_sorted(
            hashes in proptest::collection::vec(prop_oneof![any::<u64>(), 0u64..50, Just(u64::MAX), Just(7 << 60)], 0..300),
        ) {
            let (mut sorted, mut expected) = (hashes.clone(), hashes);
            sort(&mut sorted);
            expected.sort_unstable();
            prop_assert_eq!(sorted, expected);
        }

        #[test]
        fn jaccard_agrees_with_brute_force(
            words in proptest::collection::vec("[abAB]|[a-z]{1,12}", 0..40),
            edits in proptest::collection::vec((0usize..40, "[a-d]"), 0..6),
        ) {
            let a = words.join(" ");
            let mut other = words;
            for (at, word) in edits {
                if at < other.len() {
                    other[at] = word;
                }
            }
            let b = other.join(", ");
            prop_assert_eq!(jaccard(&of(&a), &of(&b)), brute_force(&a, &b));
        }
    }
}
