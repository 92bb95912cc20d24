//! Finds fixed phrases in a text, all at once. In: phrases in lower case, text. Out: where each stands as whole words.
//! Case of ASCII letters and of a phrase's first letter does not count, nor which apostrophe is written. Linear in the
//! text.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// A set of phrases, each with the number that it was given.
pub struct Phrases {
    automaton: AhoCorasick,
    numbers: Vec<u32>,
}

impl Phrases {
    /// From `(number, phrase)`.
    pub fn new<'a>(phrases: impl IntoIterator<Item = (u32, &'a str)>) -> Self {
        let (mut written, mut numbers) = (Vec::new(), Vec::new());
        for (number, phrase) in phrases {
            let mut ways = vec![phrase.to_owned()];
            let mut rest = phrase.chars();
            if let Some(first) = rest.next().filter(|first| !first.is_ascii()) {
                ways.push(first.to_uppercase().chain(rest).collect());
            }
            for way in ways {
                if way.contains('\'') {
                    written.push(way.replace('\'', "’"));
                    numbers.push(number);
                }
                written.push(way);
                numbers.push(number);
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&written)
            .expect("a few hundred phrases make an automaton");
        Self { automaton, numbers }
    }

    /// The phrases of `text` as whole words, in order: number, start and end in bytes.
    pub fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (u32, usize, usize)> + 'a {
        self.automaton.find_iter(text).filter_map(move |found| {
            let whole = stands(text, found.start(), found.end());
            whole.then(|| (self.numbers[found.pattern().as_usize()], found.start(), found.end()))
        })
    }
}

/// True if what stands between `start` and `end` does not begin or end within a word. Scripts without spaces have no
/// words to be within.
fn stands(text: &str, start: usize, end: usize) -> bool {
    let letter = |c: char| {
        c.is_alphanumeric()
            && !matches!(c, '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
    };
    let (found, before, after) =
        (&text[start..end], text[..start].chars().next_back(), text[end..].chars().next());
    let begins = found.chars().next().is_some_and(letter) && before.is_some_and(letter);
    let ends = found.chars().next_back().is_some_and(letter) && after.is_some_and(letter);
    !begins && !ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_table() {
        let phrases = Phrases::new([(1, "i can't"), (2, "wait,"), (3, "warte"), (3, "подожди"), (4, "等等")]);
        let numbers = |text| phrases.find(text).map(|found| found.0).collect::<Vec<_>>();
        for (text, expected) in [
            ("", &[][..]),
            ("I can't. I CAN’T.", &[1, 1]),
            ("Hi can't", &[]),
            ("Await, wait, Wait,x", &[2, 2]),
            ("Warten, warte.", &[3]),
            ("Подожди, подождите", &[3]),
            ("不对，等等，我们", &[4]),
        ] {
            assert_eq!(numbers(text), expected, "{text:?}");
        }
    }
}
