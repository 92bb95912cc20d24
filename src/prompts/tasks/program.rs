//! Programs as short pipelines of steps: what the code families share. In: a [`Program`] (name,
//! argument, steps) and values to try it on. Out: the problem text with unit tests, and the expert's
//! chain with the Python source. Expected values come from the steps' Rust side.

pub mod facts;

use std::fmt::Write as _;

use super::step::{Operation, Step, Value};
use super::{Chain, Digits, Posed, text};
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

    /// The problem, with unit tests on `edge` and on five of `candidates`.
    pub fn posed(&self, edge: Value, candidates: Vec<Value>, words: &mut Rng) -> Posed {
        let inputs = self.telling(edge, candidates);
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

    /// The one of `examples` on which the most steps change something.
    fn liveliest(&self, examples: impl Iterator<Item = Value>) -> Option<Value> {
        let changes = |example: &Value| {
            let mut value = example.clone();
            let mut changes = 0;
            for step in &self.steps {
                let next = step.apply(&value);
                changes += usize::from(next != value);
                value = next;
            }
            changes
        };
        examples.max_by_key(changes)
    }

    /// `edge` and five of `candidates`, chosen so that a program that leaves out a step, swaps two or
    /// takes the next constant gives itself away where any candidate shows it.
    fn telling(&self, edge: Value, mut candidates: Vec<Value>) -> Vec<Value> {
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

    /// The expert's chain: the steps in words, as code, traced on the liveliest of `examples`, then on `edge`.
    pub fn chain(&self, examples: Vec<Value>, edge: &Value, rng: &mut Rng) -> Chain {
        let example = self.liveliest(examples.into_iter()).unwrap_or_else(|| edge.clone());
        let phrases = self.phrases();
        let count = self.steps.len();
        let slip = Slip::draw(&phrases, rng);
        let mut out = self.plan(&phrases, slip, rng);
        let style = rng.below(3);
        for (i, step) in self.steps.iter().enumerate() {
            let right = step.code(self.variable(i));
            let lead = match (count, style) {
                (1, _) => rng.pick(&["In Python: ", "As code: ", "The expression: "]).to_owned(),
                (_, 0) => format!("Step {}: ", i + 1),
                (_, 1) => format!("{}: ", capital(&phrases[i])),
                _ => format!("{}, {}: ", ["First", "Second", "Third", "Fourth"][i.min(3)], phrases[i]),
            };
            let _ = match slip {
                Slip::Code(at) if at == i => {
                    let (wrong, why) = step.slip(self.variable(i));
                    let fix = rng.pick(&["It must be", "The right code is", "So I need", "I have to write"]);
                    writeln!(out, "{lead}`{wrong}`. {} `{wrong}` {why}. {fix} `{right}`.", text::wait(rng))
                }
                Slip::Trace(at) if at == i => writeln!(out, "{lead}`{}`.", step.slip(self.variable(i)).0),
                _ => writeln!(out, "{lead}`{right}`."),
            };
        }
        self.trace(&phrases, slip, &example, rng, &mut out);
        self.edge(edge, rng, &mut out);
        out.push_str(rng.pick(&[
            "So the function is ready.",
            "Now I can write the function.",
            "That is all the function needs.",
            "I am sure of the steps, so I write the function down.",
            "Everything fits, so this is the function.",
        ]));
        let lead = match rng.below(5) {
            0 if count > 1 => {
                format!("The function `{}` does the steps in the order of the task:", self.name)
            }
            1 if count > 1 => {
                "Each line does one step of the task, and the last value is returned:".to_owned()
            }
            2 => format!("Here `{}` is the input, and the result is returned at the end:", self.argument),
            3 => format!("This function has to {}:", in_sequence(&phrases)),
            _ => "This function does what the task asks:".to_owned(),
        };
        let source = self.source(rng.chance(0.5));
        Chain { reasoning: out, solution: format!("{lead}\n\n```python\n{source}\n```") }
    }

    /// Opening and plan.
    fn plan(&self, phrases: &[String], slip: Slip, rng: &mut Rng) -> String {
        let (name, argument, takes) = (&self.name, self.argument, self.takes);
        let mut out = match rng.below(5) {
            0 => format!("I have to write `{name}({argument})`, where `{argument}` is {takes}."),
            1 => format!("The function is called `{name}` and its argument `{argument}` is {takes}."),
            2 => format!("Let me write `{name}`. It takes {takes} as `{argument}`."),
            3 => format!("Okay, I need a function `{name}` with one argument `{argument}`, {takes}."),
            _ => format!("So `{name}({argument})` gets {takes} and returns a result."),
        };
        out.push(' ');
        if let Slip::Order(at) = slip {
            let (early, late) = (&phrases[at], &phrases[at + 1]);
            let _ = match rng.below(3) {
                0 => write!(out, "I could {late} and after that {early}."),
                1 => write!(out, "At one point it has to {late} and then {early}."),
                _ => write!(out, "My first idea: {late}, then {early}."),
            };
            let _ = match rng.below(3) {
                0 => write!(
                    out,
                    " {} The order is the other way round: {early}, then {late}.",
                    text::wait(rng)
                ),
                1 => write!(
                    out,
                    " {} The task says to {early} first and to {late} after that.",
                    text::wait(rng)
                ),
                _ => write!(out, " {} First I must {early}, and only then {late}.", text::wait(rng)),
            };
            out.push(' ');
        }
        let lead = match phrases.len() {
            1 => rng.pick(&[
                "The task: ",
                "What it has to do: ",
                "There is one step: ",
                "It must do one thing: ",
            ]),
            _ => rng.pick(&[
                "The steps in order: ",
                "The task says: ",
                "What it has to do: ",
                "In this order: ",
            ]),
        };
        let _ = writeln!(out, "{lead}{}.\n", numbered(phrases));
        out
    }

    /// The trace of an example, with the correction of a slip that shows only here.
    fn trace(&self, phrases: &[String], slip: Slip, example: &Value, rng: &mut Rng, out: &mut String) {
        let shown = example.python();
        let _ = match rng.below(4) {
            0 => writeln!(out, "\nLet me trace it on {shown}."),
            1 => writeln!(out, "\nLet me try an example: `{}` is {shown}.", self.argument),
            2 => writeln!(out, "\nNow I test it by hand with {shown}."),
            _ => writeln!(out, "\nHere is an example to check the code: {shown}."),
        };
        let mut value = example.clone();
        let style = rng.below(3);
        for (i, step) in self.steps.iter().enumerate() {
            let next = step.apply(&value);
            let _ = match style {
                0 => write!(out, "Step {}, {}: ", i + 1, phrases[i]),
                1 => write!(out, "{}: ", capital(&phrases[i])),
                _ => write!(out, "From {} I {}: ", value.python(), phrases[i]),
            };
            if slip == Slip::Trace(i) {
                let (wrong, why) = step.slip(self.variable(i));
                let right = step.code(self.variable(i));
                let _ = write!(out, "I wrote `{wrong}`. {} `{wrong}` {why}. ", text::wait(rng));
                let _ = match rng.below(2) {
                    0 => write!(out, "The right code is `{right}`. So: "),
                    _ => write!(out, "I change it to `{right}`. Then: "),
                };
            }
            let detail = step.trace(&value);
            let _ = match detail.is_empty() {
                true => writeln!(
                    out,
                    "{} {}.",
                    rng.pick(&["the result is", "I get", "this gives"]),
                    next.python()
                ),
                false => {
                    let so = rng.pick(&["so I get", "which gives", "that is"]);
                    writeln!(out, "{detail}, {so} {}.", next.python())
                }
            };
            value = next;
        }
        let _ = match rng.below(3) {
            0 => writeln!(out, "So `{}({shown})` returns {}.\n", self.name, value.python()),
            1 => writeln!(out, "The result is {}, as the task wants.\n", value.python()),
            _ => writeln!(out, "So the answer for {shown} is {}.\n", value.python()),
        };
    }

    /// What becomes of an edge case.
    fn edge(&self, edge: &Value, rng: &mut Rng, out: &mut String) {
        let lead = match rng.below(3) {
            0 => "Edge case",
            1 => "An edge case",
            _ => "What about an edge case? I take",
        };
        let mark = if lead.ends_with("take") { "" } else { ":" };
        let _ = write!(out, "{lead}{mark} {}.", edge.python());
        let mut value = edge.clone();
        for (i, step) in self.steps.iter().enumerate() {
            value = step.apply(&value);
            let _ = match self.steps.len() {
                1 => write!(out, " The result is {}.", value.python()),
                _ => write!(out, " Step {} gives {}.", i + 1, value.python()),
            };
        }
        let _ = match rng.below(3) {
            0 => writeln!(out, " No error, so this works too.\n"),
            1 => writeln!(out, " That is fine.\n"),
            _ => writeln!(out, " So it needs no special case.\n"),
        };
    }
}

/// What `steps` make of `input`.
fn run<O: Operation>(steps: &[Step<O>], input: &Value) -> Value {
    steps.iter().fold(input.clone(), |value, step| step.apply(&value))
}

/// Where the expert errs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slip {
    /// Nowhere.
    No,
    /// Writes the wrong code for this step and sees it at once.
    Code(usize),
    /// Writes the wrong code for this step and sees it in the trace.
    Trace(usize),
    /// Plans this step after the next one.
    Order(usize),
}

impl Slip {
    fn draw(phrases: &[String], rng: &mut Rng) -> Self {
        let at = rng.below(phrases.len() as u64) as usize;
        match rng.below(100) {
            0..12 => Slip::Code(at),
            12..25 => Slip::Trace(at),
            25..33 if at + 1 < phrases.len() && phrases[at] != phrases[at + 1] => Slip::Order(at),
            _ => Slip::No,
        }
    }
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
