//! A text as dedup sees it: in comes a text, out come the hashes of its words and one 128-bit hash of
//! all of it up to case and white space, in one pass over the bytes. Words are runs of letters, digits
//! and `_`, lower-cased; in scripts that put no space between words each character is a word. It never
//! looks at what the words say, allocates per text only when the buffers must grow, and takes time
//! linear in the text.

use xxhash_rust::xxh3::xxh3_128;

use super::blocks::{BLOCK, classify, collapse};

/// Multipliers of the hashes: the fractional digits of pi, as in wyhash and its relatives.
const PI: [u64; 8] = [
    0x243f_6a88_85a3_08d3,
    0x1319_8a2e_0370_7344,
    0xa409_3822_299f_31d0,
    0x082e_fa98_ec4e_6c89,
    0x4528_21e6_38d0_1377,
    0xbe54_66cf_34e9_0c6c,
    0xc0ac_29b7_c97c_50dd,
    0x3f84_d5b5_b547_0917,
];
/// Bytes of whose words the places are found before the words are looked at.
const PIECE: usize = 16 * BLOCK;

/// The product of two words, its halves folded into one.
#[inline(always)]
pub(crate) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ (product >> 64) as u64
}

/// Buffers that are used again for each text.
#[derive(Debug, Default)]
pub struct Tokens {
    /// A hash for each word, in order.
    pub words: Vec<u64>,
    /// After [`read_masked`](Self::read_masked), the same with the numbers' own hashes.
    pub values: Vec<u64>,
    /// The text in lower case, and room for reading past its end.
    lower: Vec<u8>,
    /// Where words begin and end in a piece of the text.
    edges: Vec<usize>,
    /// Of a text that is not all ASCII: the characters that count for the hash of all of it …
    collapsed: Vec<u8>,
    /// … and its words.
    spaced: Vec<u8>,
}

impl Tokens {
    /// Reads `text`: fills [`words`](Self::words) and gives the hash of all of it, which does not
    /// depend on case and on how much white space stands where there is some.
    pub fn read(&mut self, text: &str) -> u128 {
        self.read_words(text);
        self.hash_again(text)
    }

    /// As [`read`](Self::read), without the hash.
    pub fn read_words(&mut self, text: &str) {
        let mut words = std::mem::take(&mut self.words);
        words.clear();
        self.each(text, |piece| words.extend(piece.places.iter().map(|place| piece.hash(place))));
        self.words = words;
    }

    /// As [`read_words`](Self::read_words), with every number as [`NUMBER`], and numbers in a row as one: `1,200` and
    /// `950` are the same then.
    pub fn read_masked(&mut self, text: &str) {
        let (mut words, mut values) = (std::mem::take(&mut self.words), std::mem::take(&mut self.values));
        words.clear();
        values.clear();
        self.each(text, |piece| {
            let from = words.len();
            words.extend(piece.places.iter().map(|place| piece.hash(place)));
            values.extend_from_slice(&words[from..]);
            // What is left behind a number that was added to the one before it moves up.
            let mut to = from;
            for (at, place) in (from..).zip(piece.places) {
                let hash = words[at];
                (words[to], values[to]) = (hash, hash);
                if is_number(piece.bytes(place)) {
                    words[to] = NUMBER;
                    if to > 0 && words[to - 1] == NUMBER {
                        to -= 1;
                        values[to] = fold(values[to] ^ PI[2], hash | 1);
                    }
                }
                to += 1;
            }
            words.truncate(to);
            values.truncate(to);
        });
        (self.words, self.values) = (words, values);
    }

    /// The hash of all of `text`, as [`read`](Self::read) gives it.
    pub fn hash(&mut self, text: &str) -> u128 {
        if text.is_ascii() {
            self.lower.clear();
            self.lower.extend_from_slice(text.as_bytes());
            self.lower.make_ascii_lowercase();
        } else {
            self.spell(text);
        }
        self.hash_again(text)
    }

    /// The same of the text that was read last: it is still in the buffers, once.
    pub fn hash_again(&mut self, text: &str) -> u128 {
        let bytes = if text.is_ascii() {
            &mut self.lower[..text.len()]
        } else {
            self.collapsed.make_ascii_lowercase();
            &mut self.collapsed[..]
        };
        let length = collapse(bytes);
        xxh3_128(&bytes[..length])
    }

    /// Hands all words to `take`, a piece of the text at a time.
    #[inline(always)]
    fn each(&mut self, text: &str, take: impl FnMut(Piece<'_>)) {
        if text.is_ascii() {
            return scan(text.as_bytes(), &mut self.lower, &mut self.edges, take);
        }
        self.spell(text);
        scan(&self.spaced, &mut self.lower, &mut self.edges, take);
    }

    /// Puts what is not ASCII into a form that can be read byte by byte.
    fn spell(&mut self, text: &str) {
        let Self { collapsed, spaced, .. } = self;
        collapsed.clear();
        spaced.clear();
        let mut rest = text;
        while !rest.is_empty() {
            let plain = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
            let (ascii, other) = rest.split_at(plain);
            collapsed.extend_from_slice(ascii.as_bytes());
            spaced.extend_from_slice(ascii.as_bytes());
            let mut chars = other.chars();
            let mut after = chars.as_str();
            while let Some(c) = chars.next().filter(|c| !c.is_ascii()) {
                after = chars.as_str();
                if c.is_whitespace() {
                    collapsed.push(b' ');
                    spaced.push(b' ');
                    continue;
                }
                let alone = is_unspaced(c);
                let counts = alone || c.is_alphanumeric();
                if alone || !counts {
                    spaced.push(b' ');
                }
                for lower in c.to_lowercase() {
                    let mut bytes = [0; 4];
                    let bytes = lower.encode_utf8(&mut bytes).as_bytes();
                    collapsed.extend_from_slice(bytes);
                    if counts {
                        spaced.extend_from_slice(bytes);
                    }
                }
                if alone {
                    spaced.push(b' ');
                }
            }
            rest = after;
        }
    }
}

/// The word that stands for any number.
pub const NUMBER: u64 = 0x2323_2323_2323_2323;

/// Whether a word is a number: nothing but numeric characters.
fn is_number(word: &[u8]) -> bool {
    let plain = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // Few words get further than their first byte here.
    plain == word.len()
        || word[plain] >= 0x80
            && std::str::from_utf8(word).is_ok_and(|word| word.chars().all(char::is_numeric))
}

/// Where each word of a text lies, in order: a slower way to the same words, character by character.
pub fn spans(text: &str, mut take: impl FnMut(std::ops::Range<usize>)) {
    let mut from = None;
    for (at, c) in text.char_indices() {
        let alone = is_unspaced(c);
        if !alone && (c.is_alphanumeric() || c == '_') {
            from.get_or_insert(at);
            continue;
        }
        if let Some(from) = from.take() {
            take(from..at);
        }
        if alone {
            take(at..at + c.len_utf8());
        }
    }
    if let Some(from) = from {
        take(from..text.len());
    }
}

/// As [`spans`], of the words of [`Tokens::read_masked`].
pub fn masked_spans(text: &str) -> Vec<std::ops::Range<usize>> {
    let (mut all, mut after_number) = (Vec::<std::ops::Range<usize>>::new(), false);
    spans(text, |span| {
        let number = text[span.clone()].chars().all(|c| c.is_numeric());
        match all.last_mut().filter(|_| number && after_number) {
            Some(last) => last.end = span.end,
            None => all.push(span),
        }
        after_number = number;
    });
    all
}

/// Characters of scripts that put no space between words: Han, kana, Thai, Lao, Myanmar, Khmer.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0e01..=0x0e4e | 0x0e80..=0x0ece | 0x1000..=0x1049 | 0x1780..=0x17d3
        | 0x3005..=0x3007 | 0x3041..=0x30ff | 0x31f0..=0x31ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff
        | 0xf900..=0xfaff | 0xff66..=0xff9d | 0x20000..=0x323af)
}

/// Two texts equal up to case and white space, character by character: what equal hashes are checked
/// against.
pub fn same(a: &str, b: &str) -> bool {
    fn collapsed(text: &str) -> impl Iterator<Item = char> {
        let words = text.split_whitespace().enumerate();
        words
            .flat_map(|(at, word)| (at > 0).then_some(' ').into_iter().chain(word.chars()))
            .flat_map(char::to_lowercase)
    }
    collapsed(a).eq(collapsed(b))
}

/// Words of a text, in order.
#[derive(Clone, Copy)]
struct Piece<'a> {
    /// The text in lower case, and room behind it.
    lower: &'a [u8],
    /// Where each word begins and ends.
    places: &'a [[usize; 2]],
}

impl Piece<'_> {
    /// The bytes of a word.
    #[inline(always)]
    fn bytes(&self, &[from, to]: &[usize; 2]) -> &[u8] {
        self.lower.get(from..to).unwrap_or_default()
    }

    /// The hash of a word.
    #[inline(always)]
    fn hash(&self, &[from, to]: &[usize; 2]) -> u64 {
        let length = to - from;
        let read = |at: usize| {
            self.lower.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
        };
        let mask = |bytes: usize| u64::MAX >> (64 - 8 * bytes);
        if length <= 8 {
            return fold((read(from) & mask(length)) ^ PI[0], PI[1] ^ length as u64);
        }
        let mut hash = PI[1] ^ length as u64;
        let mut at = from;
        while to - at > 8 {
            hash = fold(read(at) ^ PI[0], hash);
            at += 8;
        }
        fold((read(at) & mask(to - at)) ^ PI[2], hash)
    }
}

/// The pass over the words of a text.
#[inline(always)]
fn scan(text: &[u8], lower: &mut Vec<u8>, edges: &mut Vec<usize>, mut take: impl FnMut(Piece<'_>)) {
    let needed = text.len() + 2 * BLOCK;
    if lower.len() < needed {
        lower.resize(needed.next_power_of_two(), 0);
    }
    let lower = &mut lower[..needed];
    edges.resize(PIECE + 2 * BLOCK, 0);
    // Edges that wait: none, or the beginning of a word that goes on in the next piece.
    let (mut before, mut waiting, mut at) = (0u64, 0, 0);
    while at <= text.len() {
        let end = (at + PIECE).min(text.len() + 1);
        let mut count = waiting;
        while at < end {
            let bits = match text.get(at..at + BLOCK).and_then(|block| <&[u8; BLOCK]>::try_from(block).ok()) {
                Some(block) => classify(block, &mut lower[at..at + BLOCK]),
                None => {
                    // The end, filled up with spaces: the last word ends here.
                    let mut block = [b' '; BLOCK];
                    let rest = &text[at..];
                    block[..rest.len()].copy_from_slice(rest);
                    classify(&block, &mut lower[at..at + BLOCK])
                }
            };
            let found = bits ^ (bits << 1 | before);
            before = bits >> (BLOCK - 1);
            count += write_edges(found, at, &mut edges[count..count + BLOCK]);
            at += BLOCK;
        }
        let (places, rest) = edges[..count].as_chunks::<2>();
        take(Piece { lower, places });
        waiting = rest.len();
        if let [from] = *rest {
            edges[0] = from;
        }
    }
}

/// Writes the places of the bits that are set, counted from `at`; how many they are.
#[inline(always)]
fn write_edges(mut bits: u64, at: usize, edges: &mut [usize]) -> usize {
    let count = bits.count_ones() as usize;
    // Eight at a time, whether they are there or not: how many there are cannot be foretold, and each guess that
    // fails takes longer than eight that are not needed (Langdale and Lemire 2019, arXiv 1902.08318, section 3.2).
    for eight in edges.as_chunks_mut::<8>().0 {
        if bits == 0 {
            break;
        }
        for edge in eight {
            *edge = at + (bits | 1 << 63).trailing_zeros() as usize;
            bits &= bits.wrapping_sub(1);
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The words of a text by another way: character by character.
    pub(crate) fn plain_words(text: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        for c in text.chars() {
            if is_unspaced(c) {
                words.push(c.to_lowercase().collect());
                words.push(String::new());
            } else if c.is_alphanumeric() || c == '_' {
                let lower: String = c.to_lowercase().collect();
                words.last_mut().expect("never empty").push_str(&lower);
            } else {
                words.push(String::new());
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    fn read(text: &str) -> (u128, Vec<u64>) {
        let mut tokens = Tokens::default();
        let hash = tokens.read(text);
        (hash, tokens.words)
    }

    #[test]
    fn words_table() {
        for (text, expected) in [
            ("", vec![]),
            (" \n", vec![]),
            ("+-*", vec![]),
            ("Let x_1 = 2, then", vec!["let", "x_1", "2", "then"]),
            ("a", vec!["a"]),
            ("Überraschung: ÄÖ²", vec!["überraschung", "äö²"]),
            ("一共 18个", vec!["一", "共", "18", "个"]),
            ("π×r", vec!["π", "r"]),
            ("한국어 문장", vec!["한국어", "문장"]),
            ("a\u{a0}b\u{2028}c", vec!["a", "b", "c"]),
            ("\u{212a}elvin", vec!["kelvin"]),
        ] {
            assert_eq!(plain_words(text), expected, "{text}");
            let expected: Vec<u64> = expected.iter().map(|word| read(word).1[0]).collect();
            assert_eq!(read(text).1, expected, "{text}");
        }
    }

    #[test]
    fn equal_hashes_table() {
        for (a, b, equal) in [
            ("a b", " A\n\n b ", true),
            ("ab", "a b", false),
            ("a,b", "a, b", false),
            ("a , b", "a  ,\tb", true),
            ("a ,b", "a, b", false),
            ("", "\u{a0}\t", true),
            ("...", " ...\n", true),
            (". ..", "...", false),
            ("a+b", "a-b", false),
            ("a b", "a\u{a0}b", true),
            ("x × y", "x ÷ y", false),
            ("K", "\u{212a}", true),
            ("(a)", "( a)", false),
            ("(a", " (a", true),
            ("a)", "a) ", true),
        ] {
            assert_eq!(read(a).0 == read(b).0, equal, "{a:?} {b:?}");
            assert_eq!(same(a, b), equal, "{a:?} {b:?}");
        }
    }

    proptest! {
        #[test]
        fn hashes_agree_with_the_characters(
            a in "[aAbB ,.+\n×Ω数\u{a0}]{0,12}",
            b in "[aAbB ,.+\n×Ω数\u{a0}]{0,12}",
        ) {
            prop_assert_eq!(read(&a).0 == read(&b).0, same(&a, &b), "{:?} {:?}", a, b);
        }

        /// Long enough for blocks, with white space of any length across their ends.
        #[test]
        fn long_texts_are_equal_up_to_case_and_white_space(
            words in proptest::collection::vec("[a-zÄ.]{1,9}", 0..60),
            gaps in proptest::collection::vec("[ \n\t\u{2003}]{1,70}| ", 61),
        ) {
            let join = |gaps: &[String]| -> String {
                words.iter().zip(gaps).flat_map(|(word, gap)| [gap.as_str(), word.as_str()]).collect()
            };
            let (plain, spaced) = (words.join(" "), join(&gaps) + &gaps[60]);
            let mut tokens = Tokens::default();
            let hash = tokens.hash(&plain);
            prop_assert_eq!(tokens.read(&spaced), hash);
            prop_assert_eq!(tokens.hash(&spaced.to_uppercase()), hash);
            prop_assert_eq!(tokens.read(&plain), hash);
            if let Some(first) = words.first() {
                prop_assert_ne!(tokens.hash(&format!("{plain}{first}")), hash);
                prop_assert_ne!(tokens.hash(&format!("{plain} {first}")), hash);
            }
        }

        #[test]
        fn words_agree_with_the_characters(text in "([a-zA-Z]{1,30}|[ -~]{0,70}|[äΩ数の×\u{e01}] ?){0,12}") {
            let words = plain_words(&text);
            let expected: Vec<u64> = words.iter().map(|word| read(word).1[0]).collect();
            prop_assert_eq!(read(&text).1, expected);
            let mut distinct: Vec<_> = words.clone();
            distinct.sort();
            distinct.dedup();
            let mut hashes = read(&text).1;
            hashes.sort_unstable();
            hashes.dedup();
            prop_assert_eq!(hashes.len(), distinct.len(), "different words, different hashes");
        }

        #[test]
        fn masked_words_lie_where_they_are_said_to(text in "([a-z]{1,9}|[0-9]{1,3}|[ ,.]{1,2}|[äΩ数²½×]){0,20}") {
            let mut tokens = Tokens::default();
            tokens.read_masked(&text);
            let spans = masked_spans(&text);
            prop_assert_eq!(spans.len(), tokens.words.len());
            prop_assert_eq!(spans.len(), tokens.values.len());
            for (span, &word) in spans.iter().zip(&tokens.words) {
                let said = &text[span.clone()];
                if word == NUMBER {
                    prop_assert!(said.chars().all(|c| c.is_numeric() || !c.is_alphanumeric()), "{}", said);
                } else {
                    prop_assert_eq!(read(said).1, vec![word]);
                }
            }
        }

        #[test]
        fn any_text_is_read(text in any::<String>()) {
            prop_assert_eq!(read(&text).1.len(), plain_words(&text).len());
            prop_assert!(same(&text, &text));
        }
    }
}
