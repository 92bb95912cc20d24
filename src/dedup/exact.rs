//! Exact duplicates on normalised text: case and white space do not count.

use xxhash_rust::xxh3::Xxh3;

/// A 128-bit hash of the problem and the completion, lower-cased, each run of white space one space.
/// Two different texts among a billion share one with a probability of about 1e-21.
pub fn key(problem: &str, completion: &str) -> u128 {
    let mut hash = Xxh3::new();
    for text in [problem, completion] {
        for word in text.split_whitespace() {
            hash.update(word.to_lowercase().as_bytes());
            hash.update(b" ");
        }
        hash.update(&[0]);
    }
    hash.digest128()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_up_to_case_and_white_space_table() {
        for (a, b, equal) in [
            (("p", "a b"), ("P", " a\n\n B "), true),
            (("p", "ab"), ("p", "a b"), false),
            (("p a", "b"), ("p", "a b"), false),
            (("", ""), ("", "\u{a0}\t"), true),
            (("p", "4"), ("p", "5"), false),
        ] {
            assert_eq!(key(a.0, a.1) == key(b.0, b.1), equal, "{a:?} {b:?}");
        }
    }

    proptest! {
        #[test]
        fn white_space_never_counts_and_words_always_do(words in proptest::collection::vec("[a-zäß0-9]{1,5}", 1..9)) {
            prop_assert_eq!(key("p", &words.join(" ")), key("p", &words.join("\n\t ")));
            let longer = format!("{} x", words.join(" "));
            prop_assert_ne!(key("p", &words.join(" ")), key("p", &longer));
        }
    }
}
