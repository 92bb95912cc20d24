//! Exact duplicates on normalised text: case and white space do not count. In: what examples consist of, and
//! which of it must be equal. Out: the earlier example that one repeats. Equal hashes are compared word for
//! word before anything goes.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::error::Result;
use crate::text::tokens::{self, Tokens};

/// A part of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The problem.
    Problem,
    /// The whole completion, think block and all.
    Completion,
    /// The text between the think tags.
    Reasoning,
    /// The text after the think block.
    Solution,
    /// The reference answer.
    Answer,
}

impl Part {
    /// The name in the config and in reasons.
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Problem => "problem",
            Part::Completion => "completion",
            Part::Reasoning => "reasoning",
            Part::Solution => "solution",
            Part::Answer => "answer",
        }
    }
}

/// What an example consists of; a part that it lacks is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The problem.
    pub problem: &'a str,
    /// The whole completion.
    pub completion: &'a str,
    /// The text between the think tags.
    pub reasoning: &'a str,
    /// The text after the think block.
    pub solution: &'a str,
    /// The reference answer.
    pub answer: &'a str,
}

impl<'a> Parts<'a> {
    fn get(&self, part: Part) -> &'a str {
        match part {
            Part::Problem => self.problem,
            Part::Completion => self.completion,
            Part::Reasoning => self.reasoning,
            Part::Solution => self.solution,
            Part::Answer => self.answer,
        }
    }
}

/// Parts that must all be equal for two examples to be duplicates. An example that lacks one of them is
/// nobody's duplicate by this key: two chains are not the same because neither has a think block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(pub Vec<Part>);

impl Key {
    /// Problem and completion: what repeats an example as a whole.
    pub fn whole() -> Self {
        Self(vec![Part::Problem, Part::Completion])
    }

    /// The reason of a drop by this key: `dedup.exact` for the whole example, else with the parts, as in
    /// `dedup.exact.problem_answer`.
    pub fn reason(&self) -> String {
        if *self == Self::whole() {
            return "dedup.exact".to_owned();
        }
        let parts: Vec<&str> = self.0.iter().map(|part| part.as_str()).collect();
        format!("dedup.exact.{}", parts.join("_"))
    }

    /// The 128-bit hash of an example's parts; `None` if it lacks one.
    pub fn hash(&self, parts: &Parts<'_>) -> Option<u128> {
        let texts = || self.0.iter().map(|&part| parts.get(part));
        texts().all(|text| !text.trim().is_empty()).then(|| hash(texts()))
    }

    /// Whether two examples are equal in all parts, up to case and white space.
    fn same(&self, a: &Parts<'_>, b: &Parts<'_>) -> bool {
        self.0.iter().all(|&part| tokens::same(a.get(part), b.get(part)))
    }
}

/// The hash of a problem alone.
pub fn of_problem(problem: &str) -> u128 {
    hash([problem].into_iter())
}

/// A 128-bit hash of texts up to case and white space. Two different texts among a billion share one with a
/// probability of about 1e-21.
fn hash<'a>(texts: impl Iterator<Item = &'a str>) -> u128 {
    let (mut tokens, mut hash) = (Tokens::default(), Xxh3::new());
    texts.for_each(|text| hash.update(&tokens.hash(text).to_le_bytes()));
    hash.digest128()
}

/// Looks at the parts of an example.
pub type Look<'a> = &'a mut dyn FnMut(&Parts<'_>);

/// Shows the parts of an earlier example, by its number, to what looks at them.
pub type Earlier<'a> = &'a mut dyn FnMut(u32, Look<'_>) -> Result<()>;

/// Examples that stayed, by the hashes of their keys.
#[derive(Debug)]
pub struct Seen {
    keys: Vec<Key>,
    /// For each key, the first example with a hash.
    first: Vec<HashMap<u128, u32>>,
}

impl Seen {
    /// None so far.
    pub fn new(keys: &[Key]) -> Self {
        Self { keys: keys.to_vec(), first: vec![HashMap::new(); keys.len()] }
    }

    /// What must be equal.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The example's hash for each key.
    pub fn hashes(&self, parts: &Parts<'_>) -> Vec<Option<u128>> {
        self.keys.iter().map(|key| key.hash(parts)).collect()
    }

    /// The examples that stayed and that an example repeats, each with the first key by which it does: with `every` all
    /// of them, else the first.
    ///
    /// # Errors
    /// Those of `earlier`.
    pub fn find(
        &self,
        parts: &Parts<'_>,
        hashes: &[Option<u128>],
        every: bool,
        earlier: Earlier<'_>,
    ) -> Result<Vec<(&Key, u32)>> {
        let mut found: Vec<(&Key, u32)> = Vec::new();
        for ((key, first), hash) in self.keys.iter().zip(&self.first).zip(hashes) {
            let Some(&number) = hash.as_ref().and_then(|hash| first.get(hash)) else { continue };
            if found.iter().any(|(_, known)| *known == number) {
                continue;
            }
            let mut same = false;
            earlier(number, &mut |other| same = key.same(parts, other))?;
            if same {
                found.push((key, number));
                if !every {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// The example with these hashes stays, as `number`.
    pub fn stays(&mut self, hashes: &[Option<u128>], number: u32) {
        for (first, hash) in self.first.iter_mut().zip(hashes) {
            if let Some(hash) = hash {
                first.entry(*hash).or_insert(number);
            }
        }
    }

    /// The example `number`, which has these hashes, does not stay after all.
    pub fn leaves(&mut self, hashes: &[Option<u128>], number: u32) {
        for (first, hash) in self.first.iter_mut().zip(hashes) {
            if let Some(hash) = hash
                && first.get(hash) == Some(&number)
            {
                first.remove(hash);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole<'a>(problem: &'a str, completion: &'a str) -> Parts<'a> {
        Parts { problem, completion, ..Parts::default() }
    }

    #[test]
    fn equal_up_to_case_and_white_space_table() {
        for (a, b, equal) in [
            (("p", "a b"), ("P", " a\n\n B "), true),
            (("p", "ab"), ("p", "a b"), false),
            (("p a", "b"), ("p", "a b"), false),
            (("p", "4"), ("p", "5"), false),
            // What is not there is equal to nothing.
            (("p", ""), ("p", "\u{a0}\t"), false),
        ] {
            let (a, b) = (whole(a.0, a.1), whole(b.0, b.1));
            let (x, y) = (Key::whole().hash(&a), Key::whole().hash(&b));
            assert_eq!(x.is_some() && x == y, equal, "{a:?} {b:?}");
            assert!(!equal || Key::whole().same(&a, &b));
        }
        assert_eq!(of_problem(" What\nIS it? "), of_problem("what is it?"));
        assert_ne!(of_problem("what is it"), of_problem("what is it?"));
    }

    #[test]
    fn each_key_drops_for_itself_and_says_so() {
        use Part::{Answer, Completion, Problem, Reasoning};
        let example = |problem, reasoning, answer| Parts {
            problem,
            completion: reasoning,
            reasoning,
            answer,
            ..Parts::default()
        };
        let first = example("one and one?", "count: one, two", "2");
        for (keys, other, reason) in [
            (vec![vec![Problem, Completion]], first, Some("dedup.exact")),
            (vec![vec![Problem, Completion]], example("one and one?", "two", "2"), None),
            (
                vec![vec![Reasoning]],
                example("how many?", "Count: one,  two", "3"),
                Some("dedup.exact.reasoning"),
            ),
            (vec![vec![Problem]], example("One and one?", "x", "3"), Some("dedup.exact.problem")),
            (
                vec![vec![Problem, Answer]],
                example("one and one?", "x", "2"),
                Some("dedup.exact.problem_answer"),
            ),
            (vec![vec![Problem, Answer]], example("one and one?", "x", "3"), None),
            (
                vec![vec![Answer], vec![Reasoning]],
                example("?", "count: one, two", "9"),
                Some("dedup.exact.reasoning"),
            ),
            (vec![vec![Reasoning], vec![Answer]], example("?", "y", "2"), Some("dedup.exact.answer")),
            (vec![vec![Reasoning]], example("one and one?", "", "2"), None),
            (vec![], first, None),
        ] {
            let keys: Vec<Key> = keys.into_iter().map(Key).collect();
            let mut seen = Seen::new(&keys);
            seen.stays(&seen.hashes(&first), 0);
            let hashes = seen.hashes(&other);
            let found = |seen: &Seen| -> Vec<String> {
                let mut earlier = |_: u32, look: &mut dyn FnMut(&Parts<'_>)| {
                    look(&first);
                    Ok(())
                };
                let found = seen.find(&other, &hashes, false, &mut earlier).expect("at hand");
                found.iter().map(|(key, _)| key.reason()).collect()
            };
            let reason: Vec<String> = reason.into_iter().map(str::to_owned).collect();
            assert_eq!(found(&seen), reason, "{keys:?} {other:?}");
            seen.leaves(&seen.hashes(&first), 1);
            assert_eq!(found(&seen), reason, "another one left");
            seen.leaves(&seen.hashes(&first), 0);
            assert_eq!(found(&seen), [""; 0]);
        }
    }

    /// Two examples with one hash and different words: made by letting another example stand at the hash.
    #[test]
    fn equal_hashes_of_different_texts_drop_nothing() {
        let mut seen = Seen::new(&[Key::whole()]);
        let (here, there) = (whole("p", "a"), whole("p", "b"));
        seen.stays(&seen.hashes(&here), 7);
        let mut asked = Vec::new();
        let found = seen
            .find(&here, &seen.hashes(&here), true, &mut |number, look| {
                asked.push(number);
                look(&there);
                Ok(())
            })
            .expect("at hand");
        assert_eq!((found, asked), (vec![], vec![7]));
    }

    proptest! {
        #[test]
        fn white_space_never_counts_and_words_always_do(words in proptest::collection::vec("[a-zäß0-9]{1,5}", 1..9)) {
            let key = |completion: &str| Key::whole().hash(&whole("p", completion));
            prop_assert_eq!(key(&words.join(" ")), key(&words.join("\n\t ")));
            let longer = format!("{} x", words.join(" "));
            prop_assert_ne!(key(&words.join(" ")), key(&longer));
        }
    }
}
