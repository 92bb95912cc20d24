//! How much of a text is copied from the worked examples that its prompt showed? In: the text, the examples. Out: the
//! longest run of words that stands in both. One pass over each, whatever they repeat: the examples become an automaton
//! of all their runs of words (Blumer et al., "The smallest automaton recognizing the subwords of a text", 1985).

use std::collections::HashMap;
use std::ops::Range;

use crate::filters::words;

/// A run of words that stands in a text and in an example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copied {
    /// How many words. Each Han character, kana or Hangul syllable is one.
    pub words: u32,
    /// Where the run stands in the text, in bytes.
    pub range: Range<usize>,
}

/// The longest run of words of `text` that stands in one of the `examples`, the first of several.
pub fn longest(text: &str, examples: &[&str]) -> Copied {
    if examples.is_empty() {
        return Copied::default();
    }
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let mut runs = Runs::new();
    for example in examples {
        for word in words::words(example) {
            let next = numbers.len() as u32;
            runs.add(*numbers.entry(word).or_insert(next));
        }
        // No run reaches from one example into the next.
        runs.add(END);
    }
    let mut longest = Copied::default();
    let (mut state, mut length) = (0, 0u32);
    // Where the words of the run that is being followed begin: of the last `length`.
    let mut starts = Vec::new();
    for word in words::words(text) {
        let start = word.as_ptr().addr() - text.as_ptr().addr();
        starts.push(start);
        let Some(number) = numbers.get(word) else {
            (state, length) = (0, 0);
            continue;
        };
        while state != 0 && !runs.states[state].next.contains_key(number) {
            state = runs.states[state].shorter;
            length = runs.states[state].length;
        }
        if let Some(next) = runs.states[state].next.get(number) {
            (state, length) = (*next, length + 1);
        }
        if length > longest.words {
            longest =
                Copied { words: length, range: starts[starts.len() - length as usize]..start + word.len() };
        }
    }
    longest
}

/// The number of no word.
const END: u32 = u32::MAX;

/// All runs of a sequence of words.
struct Runs {
    states: Vec<State>,
    /// The state of the whole sequence so far.
    last: usize,
}

/// Runs that end at the same places.
#[derive(Clone, Default)]
struct State {
    /// By the word behind them.
    next: HashMap<u32, usize>,
    /// The state of the longest shorter ones that end at more places.
    shorter: usize,
    /// Words of the longest.
    length: u32,
}

impl Runs {
    /// Of no words.
    fn new() -> Self {
        Self { states: vec![State::default()], last: 0 }
    }

    /// Adds a word behind all others.
    fn add(&mut self, word: u32) {
        let whole = self.states.len();
        self.states.push(State { length: self.states[self.last].length + 1, ..State::default() });
        let mut before = Some(self.last);
        self.last = whole;
        while let Some(state) = before {
            if let Some(&next) = self.states[state].next.get(&word) {
                self.states[whole].shorter = self.of_length(state, next, word);
                return;
            }
            self.states[state].next.insert(word, whole);
            before = (state != 0).then_some(self.states[state].shorter);
        }
    }

    /// The state behind `word` from `state` whose longest run is just that word longer: `next`, or a part of it.
    fn of_length(&mut self, state: usize, next: usize, word: u32) -> usize {
        let length = self.states[state].length + 1;
        if self.states[next].length == length {
            return next;
        }
        let part = self.states.len();
        self.states.push(State { length, ..self.states[next].clone() });
        self.states[next].shorter = part;
        let mut before = Some(state);
        while let Some(state) = before {
            match self.states[state].next.get_mut(&word) {
                Some(to) if *to == next => *to = part,
                _ => break,
            }
            before = (state != 0).then_some(self.states[state].shorter);
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn longest_table() {
        for (text, examples, expected) in [
            ("", &[][..], ""),
            ("a b c", &[], ""),
            ("a b c", &[""], ""),
            ("a b c", &["x y z"], ""),
            ("so a  b\nc d", &["a b c"], "a  b\nc"),
            ("a b c", &["a b", "c"], "a b"),
            ("a b x b c d x", &["a b c d"], "b c d"),
            ("a a a b", &["a a b a a a"], "a a a"),
            ("三加四等于七", &["所以四等于七"], "四等于七"),
        ] {
            assert_eq!(&text[longest(text, examples).range], expected, "{text:?} {examples:?}");
        }
    }

    proptest! {
        #[test]
        fn as_long_as_the_longest_there_is(text in "([a-d] ){0,30}", one in "([a-d] ){0,30}", other in "([a-d] ){0,9}") {
            let found = longest(&text, &[&one, &other]);
            let of = |text: &str| -> Vec<String> { words::words(text).map(str::to_owned).collect() };
            let (all, examples) = (of(&text), [of(&one), of(&other)]);
            let stands = |run: &[String]| examples.iter().any(|example| example.windows(run.len()).any(|other| other == run));
            let best = (1..=all.len()).rev().find(|length| all.windows(*length).any(stands)).unwrap_or(0);
            prop_assert_eq!(found.words as usize, best);
            let run = of(&text[found.range]);
            prop_assert_eq!(run.len(), best);
            prop_assert!(best == 0 || stands(&run));
        }

        #[test]
        fn no_text_panics(text in "(?s).{0,200}", example in "(?s).{0,200}") {
            let found = longest(&text, &[&example, &text[..0]]);
            prop_assert!(text.get(found.range).is_some());
        }
    }
}
