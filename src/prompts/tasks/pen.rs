//! How the experts of several families write: where they slip, how they ask for the boxed answer,
//! how they close.
//!
//! In come workings and answers, out come sentences. It knows no family and computes nothing.

use std::borrow::Cow;

use super::arithmetic::{Step, Working, slip};
use crate::rng::Rng;

/// Share of chains in which one equation goes wrong and is redone at once.
const AT_ONCE: f64 = 0.2;
/// Share of the other chains in which the result is wrong until the check finds it.
const LATE: f64 = 0.12;

/// Writes workings down and, in some chains, slips once.
#[derive(Debug, Clone)]
pub struct Pen {
    slip_at: Option<u64>,
    late: bool,
    said: u64,
}

impl Pen {
    /// Decides whether a chain of about `workings` workings has a slip, and where.
    pub fn new(workings: u64, rng: &mut Rng) -> Self {
        let slip_at = rng.chance(AT_ONCE).then(|| rng.below(workings));
        let late = slip_at.is_none() && rng.chance(LATE);
        Self { slip_at, late, said: 0 }
    }

    /// Slips in working number `slip_at`, if that is given, and never late.
    pub fn slipping(slip_at: Option<u64>) -> Self {
        Self { slip_at, late: false, said: 0 }
    }

    /// For chains that have no late slip: one that was to be late happens in a working instead.
    pub fn at_once(mut self, workings: u64, rng: &mut Rng) -> Self {
        if self.late {
            (self.late, self.slip_at) = (false, Some(rng.below(workings)));
        }
        self
    }

    /// True if the result is to be wrong at first, for the check to find; such a chain has no other slip.
    pub fn is_late(&self) -> bool {
        self.late
    }

    /// The working in words, with the slip if this is its place.
    pub fn say(&mut self, working: &Working, rng: &mut Rng) -> String {
        self.said += 1;
        if self.slip_at == Some(self.said - 1) {
            plain(working).say_with_slip(rng)
        } else {
            say(working, rng)
        }
    }
}

/// The working in words, without a slip.
pub fn say(working: &Working, rng: &mut Rng) -> String {
    plain(working).say(rng)
}

/// Up to this size signed operands need no detour: the times table, and steps on the number line.
const KNOWN: i64 = 12;

/// `working`, in one equation where it has signs and small operands: `5 * (-3) = -15`.
fn plain(working: &Working) -> Cow<'_, Working> {
    let small = |step: &Step| step.expr.split(' ').filter_map(|w| w.parse::<i64>().ok()).all(|n| n <= KNOWN);
    if working.rewritten.is_none() || working.steps.len() != 1 || !working.steps.iter().all(small) {
        return Cow::Borrowed(working);
    }
    let step = Step { expr: working.head.clone(), value: working.value };
    Cow::Owned(Working { rewritten: None, steps: vec![step], ..working.clone() })
}

/// `working` with a wrong last equation and result, for a check to find. Not for remainders.
pub fn mistaken(working: &Working, rng: &mut Rng) -> Working {
    let value = slip(working.value, rng);
    let mut wrong = Working { value, ..working.clone() };
    if let Some(last) = wrong.steps.last_mut() {
        last.value = value.abs();
    }
    wrong
}

/// Asks for the answer in a box; `form` says how it is written, e.g. `as an integer`, or is empty.
pub fn ask(form: &str, rng: &mut Rng) -> String {
    let space = if form.is_empty() { "" } else { " " };
    match rng.below(5) {
        0 => format!("Give the answer{space}{form} in \\boxed{{}}."),
        1 => format!("Put your final answer{space}{form} inside \\boxed{{}}."),
        2 => format!("Write the answer{space}{form} in \\boxed{{}} at the end."),
        3 => format!("State the final result{space}{form} in \\boxed{{}}."),
        _ => format!("Finish with the answer{space}{form} in \\boxed{{}}."),
    }
}

/// The last sentence of a chain.
pub fn conclude(answer: &str, rng: &mut Rng) -> String {
    match rng.below(5) {
        0 => format!("So the answer is {answer}."),
        1 => format!("The answer is {answer}."),
        2 => format!("I am confident that the answer is {answer}."),
        3 => format!("Done: the result is {answer}."),
        _ => format!("That settles it: {answer}."),
    }
}

/// People of whom problems speak, where a family needs a larger space.
pub const NAMES: &[&str] = &[
    "Anna", "Ben", "Clara", "David", "Elena", "Felix", "Grace", "Hugo", "Ines", "Jonas", "Kira", "Leo",
    "Maya", "Nils", "Olga", "Paul", "Rosa", "Sam", "Tara", "Victor",
];
