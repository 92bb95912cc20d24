//! Programs as short pipelines of steps: what the code families share. In: a [`Program`] (name,
//! argument, steps) and values to try it on. Out: the problem text with unit tests, and the expert's
//! chain with the Python source. Expected values come from the steps' Rust side.

mod chain;
pub mod facts;

use std::fmt::Write as _;

use super::step::{Operation, Step, Value};
use super::{Digits, Posed};
use crate::record::TestCase;
use crate::rng::{Rng, mix};

/// A function to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program<O: 'static> {
    /// Name of the function.
    pub name: String,
    /// Name of its one argument.
    pub argument: &'static str,
    /// What the argument is, e.g. `a list of integers`.
    pub takes: &'static str,
    /// What it does, first step first; at least one.
    pub steps: Vec<Step<O>>,
    /// Chooses the wording of the steps, the same in the problem and in the chain.
    pub flavour: u64,
}

/// A function name of the form `verb_noun`.
pub fn read_name(verbs: &[&'static str], nouns: &[&'static str], digits: &mut Digits) -> String {
    format!("{}_{}", digits.pick(verbs), digits.pick(nouns))
}

impl<O: Operation> Program<O> {
    /// A program; the wording of its steps follows from its name and constants.
    pub fn new(name: String, argument: &'static str, takes: &'static str, steps: Vec<Step<O>>) -> Self {
        let salt = steps.iter().fold(0i64, |salt, step| salt.wrapping_mul(31) + step.k);
        let flavour = name.bytes().fold(salt as u64, |hash, byte| mix(hash ^ u64::from(byte)));
        Self { name, argument, takes, steps, flavour }
    }

    /// What the program returns for `input`.
    pub fn run(&self, input: &Value) -> Value {
        run(&self.steps, input)
    }

    /// The steps in words.
    fn phrases(&self) -> Vec<String> {
        self.steps
            .iter()
            .enumerate()
            .map(|(i, step)| step.phrase(mix(self.flavour ^ i as u64) >> 8))
            .collect()
    }

    /// The problem, with unit tests on `edge` and on five of `candidates`. Where the program returns one
    /// value for all of these, the last one is replaced by one of `spare` that gives another.
    pub fn posed(
        &self,
        edge: Value,
        candidates: Vec<Value>,
        spare: &mut dyn Iterator<Item = Value>,
        words: &mut Rng,
    ) -> Posed {
        let inputs = self.telling(edge, candidates, spare);
        let (name, argument, takes) = (&self.name, self.argument, self.takes);
        let phrases = self.phrases();
        let chain = in_sequence(&phrases);
        let problem = match words.below(7) {
            0 => format!(
                "Write a Python function `{name}({argument})` that takes {takes} and does the following: {}. \
                 It returns the result.",
                phrases.join("; then ")
            ),
            1 => format!(
                "I need a Python function `{name}({argument})`. Given {takes}, it should {chain}. \
                 Return the result."
            ),
            2 => format!(
                "Please write `{name}({argument})` in Python. The argument is {takes}. The function must \
                 {chain}, and return what comes out."
            ),
            3 => format!(
                "Implement `{name}({argument})` in Python: take {takes}, {chain}, and return the result."
            ),
            4 => format!(
                "Can you code a Python function named `{name}`? Its one argument `{argument}` is {takes}. \
                 It has to {chain}. The outcome is returned."
            ),
            5 => format!(
                "The Python function `{name}({argument})` gets {takes}. What it has to do: {}. \
                 Write the function; it returns the final value.",
                numbered(&phrases)
            ),
            _ => format!(
                "For a small tool I want a Python function called `{name}` with the parameter `{argument}`, \
                 which is {takes}. Let it {chain}, and return the result."
            ),
        };
        let tests = inputs
            .iter()
            .map(|input| TestCase::Call { args: vec![input.json()], expected: self.run(input).json() })
            .collect();
        Posed { problem, answer: String::new(), entry_point: Some(name.clone()), tests }
    }

    /// `edge` and five of `candidates`, chosen so that a program that leaves out a step, swaps two or
    /// takes the next constant gives itself away where any candidate shows it, and one that always returns
    /// the same value where the right one does not.
    fn telling(
        &self,
        edge: Value,
        mut candidates: Vec<Value>,
        spare: &mut dyn Iterator<Item = Value>,
    ) -> Vec<Value> {
        let mut wrong = Vec::new();
        for i in 0..self.steps.len() {
            let mut without = self.steps.clone();
            without.remove(i);
            wrong.push(without);
            if i + 1 < self.steps.len() {
                let mut swapped = self.steps.clone();
                swapped.swap(i, i + 1);
                wrong.push(swapped);
            }
            if self.steps[i].row.wordings[0].contains("{k}") {
                let mut next = self.steps.clone();
                next[i].k += if next[i].k == next[i].row.high { -1 } else { 1 };
                wrong.push(next);
            }
        }
        let (mut chosen, mut results) = (Vec::new(), Vec::new());
        let mut next = Some(edge);
        while let Some(input) = next {
            let right = self.run(&input);
            wrong.retain(|steps| run(steps, &input) == right);
            chosen.push(input);
            results.push(right);
            next = match chosen.len() {
                6.. => None,
                _ => {
                    let tells = |input: &Value| {
                        let right = self.run(input);
                        wrong.iter().any(|steps| run(steps, input) != right)
                    };
                    let differs = |input: &Value| !results.contains(&self.run(input));
                    let at = candidates.iter().position(tells);
                    let at = at.or_else(|| candidates.iter().position(differs)).unwrap_or(0);
                    (at < candidates.len()).then(|| candidates.remove(at))
                }
            };
        }
        if results.iter().all(|result| *result == results[0])
            && let Some(other) = candidates.into_iter().chain(spare).find(|x| self.run(x) != results[0])
            && let Some(last) = chosen.last_mut()
        {
            *last = other;
        }
        chosen
    }

    /// The Python source of the function. `plain` names the last result before it is returned.
    pub fn source(&self, plain: bool) -> String {
        let math = self.steps.iter().any(|step| step.row.code.contains("math."));
        let mut source = if math { "import math\n\n\n".to_owned() } else { String::new() };
        let _ = writeln!(source, "def {}({}):", self.name, self.argument);
        let last = self.steps.len() - 1;
        for (i, step) in self.steps.iter().enumerate() {
            let code = step.code(self.variable(i));
            let _ = match (i == last, plain) {
                (false, _) => writeln!(source, "    result = {code}"),
                (true, false) => write!(source, "    return {code}"),
                (true, true) => write!(source, "    result = {code}\n    return result"),
            };
        }
        source
    }

    /// The variable that step `i` starts from.
    fn variable(&self, i: usize) -> &str {
        if i == 0 { self.argument } else { "result" }
    }
}

/// What `steps` make of `input`.
fn run<O: Operation>(steps: &[Step<O>], input: &Value) -> Value {
    steps.iter().fold(input.clone(), |value, step| step.apply(&value))
}

/// `a`; `a and then b`; `first a, then b, and finally c`.
fn in_sequence(phrases: &[String]) -> String {
    match phrases {
        [one] => one.clone(),
        [one, two] => format!("first {one}, and then {two}"),
        [one, middle @ .., last] => {
            format!("first {one}, then {}, and finally {last}", middle.join(", then "))
        }
        [] => String::new(),
    }
}

/// `a`; `1) a; 2) b`.
fn numbered(phrases: &[String]) -> String {
    if let [one] = phrases {
        return one.clone();
    }
    phrases
        .iter()
        .enumerate()
        .map(|(i, phrase)| format!("{}) {phrase}", i + 1))
        .collect::<Vec<_>>()
        .join("; ")
}

/// The text with a capital first letter.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::HashSet;

    use super::super::step::Row;
    use super::super::{Entry, Family};
    use super::*;

    /// Counts, distinct texts, and the shape of problems and chains of a code family.
    pub fn check_family<F: Family>(counts: [u128; 4]) {
        let entry = Entry::of::<F>();
        let mut corrected = 0;
        for (difficulty, expected) in (1..=4).zip(counts) {
            let count = entry.count(difficulty);
            assert_eq!(count, expected, "difficulty {difficulty}");
            let mut texts = HashSet::new();
            for position in 0..5_000 {
                let index = super::super::space::permuted(position, count, 3);
                let prompt = entry.prompt(difficulty, index);
                assert!(texts.insert(prompt.problem.clone()), "{} twice: {}", prompt.id, prompt.problem);
                let length = prompt.problem.split_whitespace().count();
                assert!((12..=95).contains(&length), "{length} words: {}", prompt.problem);
                assert!((4..=6).contains(&prompt.tests.len()));
                assert!(prompt.problem.is_ascii() && !prompt.problem.contains('{'), "{}", prompt.problem);
            }
            for seed in 0..500 {
                let index = super::super::space::permuted(seed, count, 5);
                let name = entry.prompt(difficulty, index).entry_point.unwrap_or_default();
                let chain = entry.expert(difficulty, index, seed);
                let length = chain.reasoning.split_whitespace().count();
                assert!((45..=420).contains(&length), "{length} words:\n{}", chain.reasoning);
                assert!(!chain.reasoning.contains("```") && chain.reasoning.is_ascii());
                let code =
                    chain.solution.split("```python\n").nth(1).and_then(|rest| rest.strip_suffix("\n```"));
                assert!(
                    code.is_some_and(|code| code.contains(&format!("def {name}("))),
                    "{}",
                    chain.solution
                );
                let wait = ["Wait", "wait"].iter().any(|word| chain.reasoning.contains(word));
                corrected += usize::from(wait);
            }
        }
        assert!((300..1_000).contains(&corrected), "{corrected} of 2000 chains hold a correction");
    }

    /// No wording belongs to two operations, and every row is usable.
    pub fn check_wordings<O: Operation + std::fmt::Debug>(tables: &[&'static [Row<O>]]) {
        let mut seen = HashSet::new();
        for row in tables.iter().flat_map(|table| table.iter()) {
            let constant = row.wordings[0].contains("{k}");
            assert!(constant || row.high - row.low + 1 == row.wordings.len() as i64, "{row:?}");
            assert!(row.code != row.wrong && row.code.contains("{v}"), "{row:?}");
            for &wording in row.wordings {
                assert_eq!(wording.contains("{k}"), constant, "{wording}");
                assert!(seen.insert(wording), "{wording}");
            }
        }
    }
}
