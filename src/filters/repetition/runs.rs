//! Where does a text go round in circles? In: its words. Out: its periodic stretches anywhere, their period, and how
//! often it fits; and how well it compresses. Words are compared with their numbers left out, so that a loop that
//! counts is found as one, and a few words may differ. One pass with a table of where each three words were last seen;
//! linear in the text.

use super::seen::LastSeen;
use super::words::Word;

/// A stretch of a text that repeats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Run {
    /// Words after which it repeats.
    pub period: usize,
    /// Its first word.
    pub start: usize,
    /// The word behind its last.
    pub end: usize,
    /// Share of its words that are the same a period earlier, numbers included.
    pub exact: f64,
}

impl Run {
    /// How often the period fits.
    pub fn repeats(&self) -> usize {
        (self.end - self.start) / self.period
    }
}

/// Words whose second coming starts a run.
const GRAM: usize = 3;
/// A run ends when more than one in this many of its words differ …
const DIFFER: usize = 12;
/// … and more than this many, or so many in a row.
const DIFFER_LEAST: usize = 2;
/// What a reference to an earlier place costs, in bytes, as `lz4` codes it.
const REFERENCE: isize = 3;

/// What of a text is copied from what stands before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Copied {
    /// Bytes of the text per byte of a greedy LZ77 over words.
    pub compression_ratio: f64,
    /// Bytes in n-grams of words that stand before as well, over the bytes of all words (Gopher's table A1, arXiv
    /// 2112.11446). They are followed from where their first three words were last seen, so that an n-gram whose
    /// beginning came again since counts from its next words on.
    pub ngram_fraction: f64,
}

/// The periodic stretches of `words` of at least two periods, by where they end; and what is copied, in n-grams of `n`
/// words, at least three.
pub fn runs(words: &[Word], n: usize, table: &mut LastSeen, mut found: impl FnMut(Run)) -> Copied {
    table.clear(words.len());
    let mut open: Option<Open> = None;
    // Bytes of the words, and what of them, with the space behind each, copies save.
    let (bytes, mut saved) = (words.iter().map(Word::len).sum::<usize>(), 0isize);
    // How far back the words now being read stand as well, and how many they are.
    let (mut copied, mut length): (Option<usize>, usize) = (None, 0);
    let (mut in_ngrams, mut counted) = (0usize, 0usize);
    // Words since the last one that has a number, before the third.
    let mut plain = words.iter().take(GRAM - 1).fold(0, plain_behind);
    let mut ends = GRAM - 1..words.len();
    'words: while let Some(mut at) = ends.next() {
        let mut word = &words[at];
        plain = plain_behind(plain, word);
        if copied.is_none() && open.is_none() {
            // Most words are new behind the two before them.
            while table.put(key(words, at), at as u32 | alone(plain)) {
                let Some(next) = ends.next() else { break 'words };
                (at, word) = (next, &words[next]);
                plain = plain_behind(plain, word);
            }
        }
        let (same, alike) = match table.replace_marked(key(words, at), at as u32 | alone(plain), at as u32) {
            None => (None, None),
            Some(before) if alone(plain) == 0 => (Some(before), None),
            Some(before) => numbered(words, before, at, table),
        };
        if copied.is_none() && open.is_none() && same.is_none() && alike.is_none() {
            continue;
        }
        match copied {
            Some(distance) if word.exact == words[at - distance].exact => {
                length += 1;
                saved += word.len() as isize + 1;
            }
            _ => {
                copied = same.map(|before| at - before as usize);
                length = match copied {
                    None => 0,
                    // The table goes by three words; those before them may be the same, too.
                    Some(distance) => (0..n)
                        .take_while(|back| {
                            at >= back + distance
                                && words[at - back].exact == words[at - back - distance].exact
                        })
                        .count(),
                };
                if length > 0 {
                    saved += word.len() as isize + 1 - REFERENCE;
                }
            }
        }
        if length >= n {
            let from = counted.max(at + 1 - n);
            in_ngrams += words[from..=at].iter().map(Word::len).sum::<usize>();
            counted = at + 1;
        }
        if let Some(run) = &mut open {
            let before = &words[at - run.period];
            if word.masked == before.masked {
                run.matched += 1;
                run.exact += usize::from(word.exact == before.exact);
                run.row = 0;
                run.last = at;
                continue;
            }
            run.differ += 1;
            run.row += 1;
            if run.row <= DIFFER_LEAST && run.differ <= DIFFER_LEAST + run.matched / DIFFER {
                continue;
            }
            run.close(words, &mut found);
            open = None;
        }
        if let Some(before) = same.or(alike) {
            let period = at - before as usize;
            let start = (at + 1 - GRAM).max(period);
            let exact = (start..=at).filter(|at| words[*at].exact == words[*at - period].exact).count();
            open = Some(Open {
                period,
                start: start - period,
                matched: at + 1 - start,
                exact,
                differ: 0,
                row: 0,
                last: at,
            });
        }
    }
    if let Some(run) = &open {
        run.close(words, &mut found);
    }
    let with_spaces = bytes + words.len();
    Copied {
        compression_ratio: with_spaces.max(1) as f64
            / with_spaces.saturating_add_signed(-saved).max(1) as f64,
        ngram_fraction: in_ngrams as f64 / bytes.max(1) as f64,
    }
}

/// How many words without a number end with `word`, behind so many.
#[inline]
fn plain_behind(plain: usize, word: &Word) -> usize {
    if word.exact == word.masked { plain + 1 } else { 0 }
}

/// The mark for three words that end with so many without a number.
#[inline]
fn alone(plain: usize) -> u32 {
    if plain >= GRAM { 0 } else { ALONE }
}

/// The hash of the three words that end at `at`, without their numbers.
#[inline]
fn key(words: &[Word], at: usize) -> u64 {
    let three: Option<&[Word; GRAM]> = words[..=at].last_chunk();
    three.map_or(0, |three| gram(three.map(|word| word.masked)))
}

/// Where the three words that end at `at`, of which one has a number, were last seen; and where but for their numbers,
/// which is `before`. Most are new but for their numbers, too: only what came again is put into the table with its numbers.
fn numbered(words: &[Word], before: u32, at: usize, table: &mut LastSeen) -> (Option<u32>, Option<u32>) {
    let exact = |at: usize| {
        words[..=at].last_chunk().map_or(0, |three: &[Word; GRAM]| gram(three.map(|word| word.exact)))
    };
    let alike = before & !ALONE;
    if before != alike {
        table.replace(exact(alike as usize), alike);
    }
    (table.replace(exact(at), at as u32), Some(alike))
}

/// Marks the position of three words that are in the table without their numbers alone.
const ALONE: u32 = 1 << 31;

#[inline]
fn gram([first, second, third]: [u32; GRAM]) -> u64 {
    let both = u64::from(first) << 32 | u64::from(second);
    (both.wrapping_mul(0xc2b2_ae3d_27d4_eb4f).rotate_left(29) ^ u64::from(third))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

struct Open {
    period: usize,
    start: usize,
    matched: usize,
    exact: usize,
    differ: usize,
    row: usize,
    last: usize,
}

impl Open {
    fn close(&self, words: &[Word], found: &mut impl FnMut(Run)) {
        let end = self.last + 1;
        if end - self.start < 2 * self.period {
            return;
        }
        // The run before may have taken its beginning. As far back as it is long at most, to stay linear.
        let same = |at: &usize| words[*at].exact == words[*at + self.period].exact;
        let earliest = self.start.saturating_sub(end - self.start);
        let back = (earliest..self.start).rev().take_while(same).count();
        let start = self.start - back;
        let exact = (self.exact + back) as f64 / (end - start - self.period).max(1) as f64;
        found(Run { period: self.period, start, end, exact });
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn runs_table() {
        let longest = |text: &str| {
            let mut longest: Option<Run> = None;
            let _ = runs(&words(text).words, 10, &mut LastSeen::default(), |run| {
                if longest.is_none_or(|other| other.end - other.start < run.end - run.start) {
                    longest = Some(run);
                }
            });
            longest.map(|run| (run.period, run.start, run.end, run.exact))
        };
        let repeated = |text: &str, times| text.repeat(times);
        for (text, expected) in [
            (String::new(), None),
            ("a b c d".to_owned(), None),
            (repeated("a b c ", 2), Some((3, 0, 6, 1.0))),
            (format!("x y {}z", repeated("a b c ", 4)), Some((3, 2, 14, 1.0))),
            (repeated("ha ", 9), Some((1, 0, 9, 1.0))),
            ("n = 1, n = 2, n = 3, n = 4,".to_owned(), Some((3, 0, 12, 6.0 / 9.0))),
        ] {
            assert_eq!(longest(&text), expected, "{text:?}");
        }
    }

    #[test]
    fn ngrams_table() {
        for (text, n, expected) in [
            ("", 3, 0.0),
            ("a b c", 3, 0.0),
            ("a b c a b c", 3, 0.5),
            // Overlapping repeats count each word once: all but the first of six.
            ("aa aa aa aa aa aa", 3, 5.0 / 6.0),
            ("one two three four one two three five", 3, 11.0 / 30.0),
            ("one two three four one two three five", 4, 0.0),
            ("a b c d x b c d y a b c d", 4, 4.0 / 13.0),
        ] {
            let found = runs(&words(text).words, n, &mut LastSeen::default(), |_| ()).ngram_fraction;
            assert!((found - expected).abs() < 1e-9, "{text:?} {n}: {found}");
        }
    }

    proptest! {
        #[test]
        fn ngrams_are_those_of_the_definition_or_fewer(text in "([a-d] ){0,60}", n in 3usize..6) {
            let words = words(&text).words;
            let seen_before = |end: usize| {
                let gram = &words[end - n..end];
                (n..end).any(|other| words[other - n..other].iter().zip(gram).all(|(a, b)| a.exact == b.exact))
            };
            let mut inside = vec![false; words.len()];
            for end in (n..=words.len()).filter(|end| seen_before(*end)) {
                inside[end - n..end].fill(true);
            }
            let expected = inside.iter().filter(|inside| **inside).count() as f64 / words.len().max(1) as f64;
            let found = runs(&words, n, &mut LastSeen::default(), |_| ()).ngram_fraction;
            prop_assert!(found <= expected + 1e-9, "{found} {expected}");
            // What is missed is where a beginning came again.
            prop_assert!(found >= expected - 0.5, "{found} {expected}");
        }
    }

    #[test]
    fn what_repeats_compresses() {
        let ratio =
            |text: &str| runs(&words(text).words, 10, &mut LastSeen::default(), |_| ()).compression_ratio;
        assert!(ratio("The quick brown fox jumps over a lazy dog") <= 1.01);
        assert!(ratio(&"the same words again ".repeat(500)) > 50.0);
        let varied: String = (0..300).map(|n| format!("{} ", n * n * 7919 % 1009)).collect();
        assert!(ratio(&varied) < 2.0, "{}", ratio(&varied));
    }
}
