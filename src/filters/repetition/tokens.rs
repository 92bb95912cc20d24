//! What repetition compares: tokens and words. In: text. Out: its tokens, each a run of letters, a run of digits or
//! one other character, and its words. White space only separates. One pass.

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its hash.
    pub exact: u64,
    /// Its hash with all numbers alike.
    pub masked: u64,
    /// Its characters.
    pub chars: u32,
    /// Where it begins, in bytes.
    pub at: u32,
}

/// Tokens and words of a text.
#[derive(Debug, Default)]
pub struct Tokens {
    /// In order.
    pub tokens: Vec<Token>,
    /// Words, each the hash and the characters of what stands between white space; each Han character, kana and
    /// Hangul syllable is a word of its own.
    pub words: Vec<(u64, u32)>,
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const NUMBER: u64 = 0x6e75_6d62_6572_0001;

#[inline]
fn step(hash: u64, byte: u64) -> u64 {
    (hash ^ byte).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Letter,
    Digit,
    Other,
}

const CLASS: [Class; 128] = {
    let mut table = [Class::Other; 128];
    let mut at = 0;
    while at < 128 {
        let byte = at as u8;
        if byte.is_ascii_alphabetic() {
            table[at] = Class::Letter;
        } else if byte.is_ascii_digit() {
            table[at] = Class::Digit;
        } else if byte <= b' ' {
            table[at] = Class::Space;
        }
        at += 1;
    }
    table
};

/// Reads a text.
pub fn tokens(text: &str) -> Tokens {
    let bytes = text.as_bytes();
    let mut out =
        Tokens { tokens: Vec::with_capacity(text.len() / 3), words: Vec::with_capacity(text.len() / 5) };
    let mut at = 0;
    // The word that is being read.
    let (mut word, mut chars) = (SEED, 0u32);
    while at < bytes.len() {
        let start = at;
        let byte = bytes[at];
        if byte < 0x80 {
            let class = CLASS[byte as usize];
            match class {
                Class::Space => {
                    if chars > 0 {
                        out.words.push((word, chars));
                        (word, chars) = (SEED, 0);
                    }
                    at += 1;
                    continue;
                }
                Class::Other => {
                    let hash = step(SEED, u64::from(byte));
                    out.tokens.push(Token { exact: hash, masked: hash, chars: 1, at: start as u32 });
                    word = step(word, u64::from(byte));
                    chars += 1;
                    at += 1;
                    continue;
                }
                Class::Letter | Class::Digit => {
                    let mut hash = SEED;
                    while at < bytes.len() && bytes[at] < 0x80 && CLASS[bytes[at] as usize] == class {
                        hash = step(hash, u64::from(bytes[at]));
                        at += 1;
                    }
                    // Letters beyond ASCII go on with the same token.
                    if class == Class::Letter && bytes.get(at).is_some_and(|byte| *byte >= 0x80) {
                        at = letters(text, at, &mut hash);
                    }
                    let count = text[start..at].chars().count() as u32;
                    let masked = if class == Class::Digit { NUMBER } else { hash };
                    out.tokens.push(Token { exact: hash, masked, chars: count, at: start as u32 });
                    word = step(word, hash);
                    chars += count;
                    continue;
                }
            }
        }
        let Some(c) = text[at..].chars().next() else { break };
        if c.is_whitespace() {
            if chars > 0 {
                out.words.push((word, chars));
                (word, chars) = (SEED, 0);
            }
            at += c.len_utf8();
            continue;
        }
        let mut hash = SEED;
        if super::super::words::stands_alone(c) || !c.is_alphabetic() {
            at += c.len_utf8();
            hash = step(hash, u64::from(c as u32));
        } else {
            at = letters(text, at, &mut hash);
        }
        let count = text[start..at].chars().count() as u32;
        out.tokens.push(Token { exact: hash, masked: hash, chars: count, at: start as u32 });
        if super::super::words::stands_alone(c) {
            if chars > 0 {
                out.words.push((word, chars));
                (word, chars) = (SEED, 0);
            }
            out.words.push((hash, 1));
        } else {
            word = step(word, hash);
            chars += count;
        }
    }
    if chars > 0 {
        out.words.push((word, chars));
    }
    out
}

/// Reads on over letters; where they end.
fn letters(text: &str, from: usize, hash: &mut u64) -> usize {
    for (at, c) in text[from..].char_indices() {
        if !c.is_alphabetic() || super::super::words::stands_alone(c) {
            return from + at;
        }
        *hash = step(*hash, u64::from(c as u32));
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<&str> {
        let tokens = tokens(text).tokens;
        let end = |at: usize| tokens.get(at + 1).map_or(text.len(), |next| next.at as usize);
        (0..tokens.len()).map(|at| text[tokens[at].at as usize..end(at)].trim()).collect()
    }

    #[test]
    fn tokens_table() {
        for (text, expected) in [
            ("", &[][..]),
            (" \n\t", &[]),
            ("n=17, n = 18.", &["n", "=", "17", ",", "n", "=", "18", "."]),
            ("x²é1", &["x", "²", "é", "1"]),
            ("naïve Über", &["naïve", "Über"]),
            ("三加 4", &["三", "加", "4"]),
            ("a三b", &["a", "三", "b"]),
            ("Привет, мир", &["Привет", ",", "мир"]),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_alike_when_masked_and_words_are_what_the_filters_call_words() {
        let read = tokens("n=17 n=18");
        assert_eq!(read.tokens[2].masked, read.tokens[5].masked);
        assert_ne!(read.tokens[2].exact, read.tokens[5].exact);
        for text in ["a b  c\n", "3 + 4 = 7.", "x是 7", "カナ한글 naïve, Über", "\u{301}a \u{a0}b"] {
            let words: Vec<u32> =
                crate::filters::words::words(text).map(|word| word.chars().count() as u32).collect();
            let read: Vec<u32> = tokens(text).words.iter().map(|word| word.1).collect();
            assert_eq!(read, words, "{text:?}");
        }
    }
}
