//! The frame of a worked chain: opening, steps, check, closing.
//!
//! In comes a plan (what is given, the [`Move`]s that lead to the result, ways to check it), out
//! comes the text of a chain in which the expert sometimes errs and notices, at once or by the
//! check. It never computes anything of the problem itself and leaves no wrong line uncorrected.

use super::arithmetic::{Step, Working, slip};
use super::space::Digits;
use super::text::{agrees, check as open_check, wait};
use crate::rng::Rng;
use std::fmt::Display;

/// First names for stories: a digit of a family's parameters.
pub const NAMES: [&str; 40] = [
    "Anna", "Ben", "Clara", "David", "Emma", "Felix", "Grace", "Henry", "Ida", "Jack", "Kate", "Liam", "Mia",
    "Noah", "Olivia", "Paul", "Quinn", "Rosa", "Sam", "Tara", "Uma", "Victor", "Wendy", "Xavier", "Yara",
    "Zoe", "Alex", "Bella", "Carl", "Diana", "Ethan", "Fiona", "George", "Hana", "Ivan", "Julia", "Kevin",
    "Lena", "Max", "Nina",
];

/// Share of chains with a mistake that is noticed in the next sentence.
const EARLY_SLIP: f64 = 0.2;
/// Share of chains with a mistake in the last step that the check brings to light.
const LATE_SLIP: f64 = 0.15;
/// Equations of last step and check together up to which a chain may err in its last step.
const LATE_SLIP_STEPS: usize = 7;

/// Values for the `{name}` fields of a template.
pub type Fields<'a> = &'a [(&'a str, &'a dyn Display)];

/// One of `templates`, each `{name}` in it replaced by its field.
pub fn phrase(rng: &mut Rng, templates: &[&str], fields: Fields) -> String {
    fill(rng.pick(templates), fields)
}

/// `template` with each `{name}` replaced by its field; unknown names stay as they are.
pub fn fill(template: &str, fields: Fields) -> String {
    let (mut out, mut rest) = (String::with_capacity(template.len() + 32), template);
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|c| c + open) else { break };
        out.push_str(&rest[..open]);
        match fields.iter().find(|(name, _)| *name == &rest[open + 1..close]) {
            Some((_, value)) => out.push_str(&value.to_string()),
            None => out.push_str(&rest[open..=close]),
        }
        rest = &rest[close + 1..];
    }
    out + rest
}

/// The sentence that asks for the answer in `\boxed{}`, with its form, e.g. `as an integer`.
pub fn ask_box(words: &mut Rng, form: &str) -> String {
    phrase(
        words,
        &[
            "Give the answer {form} in \\boxed{}.",
            "Write your answer {form} in \\boxed{}.",
            "Put the final answer {form} in \\boxed{}.",
            "Answer {form} inside \\boxed{}.",
            "The answer should be given {form} in \\boxed{}.",
        ],
        &[("form", &form)],
    )
}

/// The answer as the reader's solution ends with it.
pub fn boxed(answer: &dyn Display) -> String {
    format!("\\boxed{{{answer}}}")
}

/// Reads one of several unlike spaces of the given sizes off one digit: which, and digits inside it.
pub fn piece(digits: &mut Digits, sizes: &[u64]) -> (usize, Digits) {
    let mut rest = digits.below(sizes.iter().sum());
    for (i, size) in sizes.iter().enumerate() {
        if rest < *size {
            return (i, Digits::new(u128::from(rest)));
        }
        rest -= size;
    }
    (0, Digits::new(0))
}

/// A working of one equation that the reader is expected to know, like a division by ten.
pub fn known(expr: String, value: i64) -> Working {
    let steps = vec![Step { expr: expr.clone(), value }];
    Working { head: expr, rewritten: None, steps, value, remainder: 0 }
}

/// One step of a plan: a sentence, and the computation that it leads to.
#[derive(Debug, Clone)]
pub struct Move {
    lead: String,
    working: Option<Working>,
    misstep: Option<(Working, String)>,
}

impl Move {
    /// A computation after a sentence that says why.
    pub fn new(lead: String, working: Working) -> Self {
        Self { lead, working: Some(working), misstep: None }
    }

    /// Words alone.
    pub fn words(lead: String) -> Self {
        Self { lead, working: None, misstep: None }
    }

    /// Another computation that a hasty solver might take here, and the sentence that says why it
    /// is wrong.
    pub fn tempting(mut self, wrong: Working, why: &str) -> Self {
        self.misstep = Some((wrong, why.to_owned()));
        self
    }

    /// The number of equations.
    fn size(&self) -> usize {
        self.working.as_ref().map_or(0, |w| w.steps.len())
    }

    /// The sentence and the computation; `slips`: with an error that is taken back at once.
    pub fn tell(&self, slips: bool, rng: &mut Rng) -> String {
        let Some(working) = &self.working else { return self.lead.clone() };
        let said = match &self.misstep {
            Some((wrong, why)) if slips && wrong.steps.len() <= 4 && rng.chance(0.6) => {
                format!("{}. {} {why} {}", wrong.say(rng), wait(rng), working.say(rng))
            }
            _ if slips => working.say_with_slip(rng),
            _ => working.say(rng),
        };
        format!("{} {said}.", self.lead)
    }

    /// The step with a wrong last digit somewhere, and the wrong value, where that can be told.
    fn spoilt(&self, rng: &mut Rng) -> Option<(Self, i64)> {
        let mut working = self.working.clone()?;
        let last = working.steps.last_mut()?;
        if last.value != working.value || working.value < 1 || working.remainder != 0 {
            return None;
        }
        let wrong = slip(working.value, rng);
        (last.value, working.value) = (wrong, wrong);
        Some((Self { working: Some(working), ..self.clone() }, wrong))
    }
}

/// A check of a result: steps whose last value should be `expected`.
#[derive(Debug, Clone)]
pub struct Check {
    /// The steps; the last one has a computation.
    pub moves: Vec<Move>,
    /// What the last computation should give.
    pub expected: i64,
    /// What the expected number is, e.g. `the price at the start`.
    pub meaning: &'static str,
}

impl Check {
    /// The whole check of a right result, with its verdict.
    pub fn told(&self, rng: &mut Rng) -> String {
        let (said, got) = self.tell(rng);
        format!("{} {said}\n{}", open_check(rng), verdict(self, &got, rng))
    }

    fn tell(&self, rng: &mut Rng) -> (String, String) {
        let lines: Vec<String> = self.moves.iter().map(|m| m.tell(false, rng)).collect();
        let got = self.moves.iter().rev().find_map(|m| m.working.as_ref()).map(Working::result);
        (lines.join(" "), got.unwrap_or_default())
    }
}

impl Check {
    /// The check after a correction: only from the first step that comes out differently.
    fn tell_again(&self, first: &Self, rng: &mut Rng) -> (String, String) {
        let same = self.moves.iter().zip(&first.moves).take_while(|(a, b)| a.working == b.working).count();
        let last = self.moves.last().and_then(|m| m.working.clone());
        match last {
            Some(working) if same == self.moves.len() => {
                (format!("As before, {}.", working.short()), working.result())
            }
            _ => Self { moves: self.moves[same..].to_vec(), ..*self }.tell(rng),
        }
    }
}

/// Writes a chain. `moves` lead to the result, the value of the last one's computation; `check`
/// gives a check of any claimed result; `closing` ends the chain.
pub fn chain(
    rng: &mut Rng,
    opening: &str,
    moves: &[Move],
    check: &dyn Fn(&mut Rng, i64) -> Check,
    closing: &str,
) -> String {
    let right = moves.last().and_then(|m| m.working.as_ref()).map_or(0, |w| w.value);
    let draw = rng.uniform();
    // A late slip has the last step and the check told twice: only where they are short.
    let again = check(&mut rng.clone(), right).moves.iter().map(Move::size).sum::<usize>();
    let short = moves.last().map_or(0, Move::size) + again <= LATE_SLIP_STEPS
        && moves.iter().map(Move::size).sum::<usize>() <= 3 * LATE_SLIP_STEPS;
    let late = draw < LATE_SLIP && short;
    let spoilt = if late { moves.last().and_then(|m| m.spoilt(rng)) } else { None };
    let computing: Vec<usize> = (0..moves.len()).filter(|&i| moves[i].working.is_some()).collect();
    let early = if spoilt.is_none() && draw < LATE_SLIP + EARLY_SLIP {
        computing.get(rng.below(computing.len() as u64) as usize).copied()
    } else {
        None
    };
    let mut lines = vec![format!("{} {opening}", opener(rng))];
    for (i, step) in moves.iter().enumerate() {
        let told = match &spoilt {
            Some((wrong, _)) if i + 1 == moves.len() => wrong.tell(false, rng),
            _ => step.tell(early == Some(i), rng),
        };
        lines.push(told);
    }
    let check_of = rng.clone();
    let claimed = spoilt.as_ref().map_or(right, |(_, wrong)| *wrong);
    // The same kind of check again after a correction: it draws from the same stream.
    let first = check(&mut check_of.clone(), claimed);
    let (told, got) = first.tell(rng);
    lines.push(String::new());
    lines.push(format!("{} {told}", open_check(rng)));
    if let (Some(_), Some(last)) = (&spoilt, moves.last()) {
        lines.push(phrase(
            rng,
            &[
                "Wait, I get {got}, but {meaning} is {expected}. So {claimed} is wrong. I redo the last step.",
                "Hmm, {got} is not {expected}, and {meaning} is {expected}. Wait, so {claimed} cannot be right. Let me redo that step.",
                "That gives {got}. Wait, it should be {expected}: {meaning} is {expected}. There is a slip in {claimed}. Once more.",
                "No, wait: {got}, but {expected} is {meaning}. My {claimed} must be wrong. Again, the last step.",
            ],
            &[
                ("got", &got),
                ("meaning", &first.meaning),
                ("expected", &first.expected),
                ("claimed", &claimed),
            ],
        ));
        lines.push(last.tell(false, rng));
        let second = check(&mut check_of.clone(), right);
        let (told, got) = second.tell_again(&first, rng);
        let lead = rng.pick(&["Check again.", "I check again.", "Once more the check."]);
        let verdict = verdict(&second, &got, rng);
        lines.push(format!("{lead} {told} {verdict}"));
    } else {
        lines.push(verdict(&first, &got, rng));
    }
    lines.push(String::new());
    lines.push(closing.to_owned());
    lines.join("\n").replace("\n\n\n", "\n\n")
}

fn verdict(check: &Check, got: &str, rng: &mut Rng) -> String {
    let seen = phrase(
        rng,
        &[
            "{got} is {meaning}.",
            "This is {got}, and {meaning} is {got}.",
            "We get {got}, which is {meaning}.",
        ],
        &[("got", &got), ("meaning", &check.meaning)],
    );
    format!("{seen} {}", agrees(rng))
}

fn opener(rng: &mut Rng) -> &'static str {
    rng.pick(&[
        "Let me work this out step by step.",
        "Okay, first what is given.",
        "Let me think about this.",
        "I start with what is known.",
        "Let me read this carefully.",
        "Let me see.",
    ])
}

/// The last line of a chain: the answer again.
pub fn closing(rng: &mut Rng, answer: &dyn Display) -> String {
    phrase(
        rng,
        &[
            "So the answer is {a}.",
            "The answer is {a}.",
            "Therefore the answer is {a}.",
            "I am done: the answer is {a}.",
            "That gives the final answer {a}.",
        ],
        &[("a", answer)],
    )
}

/// What the tests of every family written with this module ask of it.
#[cfg(test)]
pub mod proof {
    use crate::prompts::tasks::{Digits, Family, space::permuted};
    use crate::rng::Rng;
    use std::collections::HashSet;

    /// Equations `a op b = c` in `text` that are false, and how many there are in all.
    pub fn false_equations(text: &str) -> (Vec<String>, usize) {
        let tokens: Vec<&str> = text.split_whitespace().collect();
        let number =
            |t: &str| t.trim_end_matches(['.', ',', ';', ':']).trim_matches(['(', ')']).parse::<i64>().ok();
        let (mut wrong, mut all) = (Vec::new(), 0);
        for (at, w) in tokens.windows(5).enumerate() {
            // `5 + (-3) = 5 - 3` goes on: no value stands alone on the right.
            if tokens.get(at + 5).is_some_and(|t| ["+", "-", "*", "/"].contains(t))
                && w[4].ends_with(|c: char| c.is_ascii_digit())
            {
                continue;
            }
            let (Some(a), Some(b), Some(c), "=") = (number(w[0]), number(w[2]), number(w[4]), w[3]) else {
                continue;
            };
            let value = match w[1] {
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "/" => a / b,
                _ => continue,
            };
            all += 1;
            if value != c {
                wrong.push(w.join(" "));
            }
        }
        (wrong, all)
    }

    /// Roughly the number of tokens: digits and marks are one each, so is a word.
    pub fn tokens(text: &str) -> usize {
        let marks = text.chars().filter(|c| !c.is_alphabetic() && *c != ' ').count();
        marks + text.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).count()
    }

    /// Runs every check that holds for all families; `answer` computes the answer anew.
    pub fn holds<F: Family>(counts: [u128; 4], answer: fn(&F::Params) -> String) {
        let mut slips = 0;
        let mut total = 0;
        for difficulty in 1..=4 {
            let mut digits = Digits::new(0);
            F::params(difficulty, &mut digits);
            let count = digits.count();
            assert_eq!(count, counts[difficulty as usize - 1], "difficulty {difficulty}");
            let read = |position| {
                let index = permuted(position, count, 5);
                (index, F::params(difficulty, &mut Digits::new(u128::from(index))))
            };
            let mut texts = HashSet::new();
            for position in 0..5_000.min(count as u64) {
                let (index, params) = read(position);
                let posed = F::pose(&params, &mut Rng::named(1, F::NAME, index));
                assert!(!posed.problem.replace("\\boxed{}", "").contains(['{', '}']), "{}", posed.problem);
                let words = posed.problem.split_whitespace().count();
                assert!((12..=75).contains(&words), "{words} words: {}", posed.problem);
                assert!(texts.insert(posed.problem.clone()), "twice: {}", posed.problem);
                assert_eq!(posed.answer, answer(&params), "{}", posed.problem);
            }
            let (mut longest, mut shortest, mut sum) = (0, usize::MAX, 0);
            for seed in 0..2_000 {
                let (index, params) = read(seed);
                let posed = F::pose(&params, &mut Rng::named(1, F::NAME, index));
                let chain = F::expert(&params, &mut Rng::named(seed, F::NAME, index));
                let all = format!("{}\n{}\n{}", posed.problem, chain.reasoning, chain.solution);
                assert!(
                    chain.solution.trim_end_matches('.').ends_with(&format!("\\boxed{{{}}}", posed.answer)),
                    "{all}"
                );
                assert!(!chain.reasoning.contains(['{', '}', '\\']), "{all}");
                assert!(all.is_ascii(), "{all}");
                assert!(!chain.reasoning.contains("..") && !chain.reasoning.contains("  "), "{all}");
                let waits = chain.reasoning.to_lowercase().contains("wait");
                slips += usize::from(waits);
                total += 1;
                let (wrong, _) = false_equations(&chain.reasoning);
                assert!(wrong.is_empty() || waits, "{wrong:?}\n{all}");
                let n = tokens(&chain.reasoning);
                (longest, shortest, sum) = (longest.max(n), shortest.min(n), sum + n);
                let most = if difficulty <= 2 { 600 } else { 950 };
                assert!((50..=most).contains(&n), "{n} tokens\n{all}");
                if seed < 3 && std::env::var_os("SHOW_CHAINS").is_some() {
                    println!("---- {} {difficulty}\n{all}\n", F::NAME);
                }
            }
            println!("{} {difficulty}: {shortest}..{longest}, mean {}", F::NAME, sum / 2_000);
            assert!(sum / 2_000 <= if difficulty <= 2 { 330 } else { 600 }, "too long at {difficulty}");
        }
        let share = slips as f64 / total as f64;
        assert!((0.15..0.5).contains(&share), "{share}");
    }
}
