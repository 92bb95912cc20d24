//! The chain of a program: the steps in words, as code, traced on an example and on an edge case.
//!
//! In come the program and values to try it on, out comes the expert's chain, sometimes with one slip
//! in a step's code or in the order of two steps, which it mends. It runs no Python.

use std::fmt::Write as _;

use super::{Program, capital, in_sequence, numbered};
use crate::prompts::tasks::step::{Operation, Value};
use crate::prompts::tasks::{Chain, text};
use crate::rng::Rng;

impl<O: Operation> Program<O> {
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
    pub(super) fn plan(&self, phrases: &[String], slip: Slip, rng: &mut Rng) -> String {
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
    pub(super) fn trace(
        &self,
        phrases: &[String],
        slip: Slip,
        example: &Value,
        rng: &mut Rng,
        out: &mut String,
    ) {
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
    pub(super) fn edge(&self, edge: &Value, rng: &mut Rng, out: &mut String) {
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

/// Where the expert errs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
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
