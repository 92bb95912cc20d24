//! Facts of the program families: a step in words as code, a wrong expression and why it is wrong, a
//! step traced on a value, steps in words as a whole function, the first sentence of a plan.

use std::fmt::Write as _;

use super::chain::Slip;
use super::{Program, capital, in_sequence, numbered};
use crate::prompts::tasks::facts::{params, window};
use crate::prompts::tasks::step::{Operation, Value};
use crate::prompts::tasks::{Family, text};
use crate::rng::Rng;

/// A fact of family `F` of a kind chosen at random; `value` makes an input of the size of the
/// chains' examples.
pub fn fact<O: Operation, F: Family<Params = Program<O>>>(
    difficulty: u32,
    value: fn(&Program<O>, &mut Rng) -> Value,
    rng: &mut Rng,
) -> String {
    let program = params::<F>(difficulty, rng);
    match rng.below(20) {
        0..4 => coded::<O, F>(program, difficulty, rng),
        4 => program.wrong_code(rng),
        5..10 => program.one_trace(value, rng),
        10..13 => program.written(rng),
        13 | 14 => program.coded_and_written(rng),
        15 | 16 => program.planned(rng),
        17 => program.traced_slip(value, rng),
        18 => program.edge_case(value, rng),
        _ => window::<F>(difficulty, 2, rng),
    }
}

/// Steps in words and as code, of one program or of several.
fn coded<O: Operation, F: Family<Params = Program<O>>>(
    mut program: Program<O>,
    difficulty: u32,
    rng: &mut Rng,
) -> String {
    let mut lines = Vec::new();
    for _ in 0..rng.range(1, 3) {
        let at = rng.below(program.steps.len() as u64) as usize;
        let (phrase, code) = (&program.phrases()[at], program.steps[at].code(program.variable(at)));
        lines.push(match rng.below(3) {
            0 => format!("{}: `{code}`.", capital(phrase)),
            1 => format!("{}, {phrase}: `{code}`.", ["First", "Second"][at.min(1)]),
            _ => format!(
                "The task: {phrase}.\n{} `{code}`.",
                rng.pick(&["In Python:", "As code:", "The expression:"])
            ),
        });
        program = params::<F>(difficulty, rng);
    }
    lines.join("\n")
}

impl<O: Operation> Program<O> {
    /// A wrong expression for a step, and the right one.
    fn wrong_code(&self, rng: &mut Rng) -> String {
        let at = rng.below(self.steps.len() as u64) as usize;
        let v = self.variable(at);
        let (right, (wrong, why)) = (self.steps[at].code(v), self.steps[at].slip(v));
        let fix = rng.pick(&["It must be", "The right code is", "So I need", "I have to write"]);
        let lead = capital(&self.phrases()[at]);
        format!("{lead}: `{wrong}`. {} `{wrong}` {why}. {fix} `{right}`.", text::wait(rng))
    }

    /// A step on one or two values.
    fn one_trace(&self, value: fn(&Self, &mut Rng) -> Value, rng: &mut Rng) -> String {
        let at = rng.below(self.steps.len() as u64) as usize;
        let phrases = self.phrases();
        let mut lines = Vec::new();
        for _ in 0..rng.range(1, 2) {
            let before = super::run(&self.steps[..at], &value(self, rng));
            let after = self.steps[at].apply(&before);
            let lead = match rng.below(3) {
                0 => format!("From {} I {}: ", before.python(), phrases[at]),
                1 => format!("Let me trace it on {}.\n{}: ", before.python(), capital(&phrases[at])),
                _ => format!("The value is {}.\nStep {}, {}: ", before.python(), at + 1, phrases[at]),
            };
            let detail = self.steps[at].trace(&before);
            lines.push(match detail.is_empty() {
                true => {
                    format!(
                        "{lead}{} {}.",
                        rng.pick(&["the result is", "I get", "this gives"]),
                        after.python()
                    )
                }
                false => {
                    let so = rng.pick(&["so I get", "which gives", "that is"]);
                    format!("{lead}{detail}, {so} {}.", after.python())
                }
            });
        }
        lines.join("\n")
    }

    /// Steps in words, and the function.
    fn written(&self, rng: &mut Rng) -> String {
        let phrases = self.phrases();
        let lead = match rng.below(3) {
            0 => format!("`{}({})`: {}.", self.name, self.argument, numbered(&phrases)),
            1 => format!("The function `{}({})` has to {}:", self.name, self.argument, in_sequence(&phrases)),
            _ => format!(
                "So `{}({})` gets {}. The steps in order: {}.",
                self.name,
                self.argument,
                self.takes,
                numbered(&phrases)
            ),
        };
        format!("{lead}\n\n```python\n{}\n```", self.source(rng.chance(0.5)))
    }

    /// Steps as code, and the function.
    fn coded_and_written(&self, rng: &mut Rng) -> String {
        let mut out =
            format!("`{}({})`, where `{}` is {}.\n", self.name, self.argument, self.argument, self.takes);
        for (i, step) in self.steps.iter().enumerate() {
            let _ = writeln!(out, "Step {}: `{}`.", i + 1, step.code(self.variable(i)));
        }
        out + &format!("\n```python\n{}\n```", self.source(rng.chance(0.5)))
    }

    /// A sentence of a problem, and the plan; or the order of two steps mended.
    fn planned(&self, rng: &mut Rng) -> String {
        let phrases = self.phrases();
        if phrases.len() > 1 && phrases[0] != phrases[1] && rng.chance(0.25) {
            return self.plan(&phrases, Slip::Order(0), rng);
        }
        let (name, argument, takes) = (&self.name, self.argument, self.takes);
        let asked = match rng.below(3) {
            0 => format!(
                "Implement `{name}({argument})` in Python: take {takes}, {}, and return the result.",
                in_sequence(&phrases)
            ),
            1 => format!(
                "A function `{name}` gets {takes} as `{argument}`. It should {}.",
                in_sequence(&phrases)
            ),
            _ => format!(
                "The Python function `{name}({argument})` gets {takes}. What it has to do: {}.",
                numbered(&phrases)
            ),
        };
        format!("{asked}\n{}", self.plan(&phrases, Slip::No, rng))
    }

    /// A wrong expression that is seen in the trace.
    fn traced_slip(&self, value: fn(&Self, &mut Rng) -> Value, rng: &mut Rng) -> String {
        let phrases = self.phrases();
        let at = rng.below(phrases.len() as u64) as usize;
        let single = Program { steps: vec![self.steps[at]], name: self.name.clone(), ..*self };
        let example = super::run(&self.steps[..at], &value(self, rng));
        let mut out = format!("{}: `{}`.", capital(&phrases[at]), self.steps[at].slip(self.argument).0);
        single.trace(&phrases[at..=at], Slip::Trace(0), &example, rng, &mut out);
        out
    }

    /// An edge case.
    fn edge_case(&self, value: fn(&Self, &mut Rng) -> Value, rng: &mut Rng) -> String {
        let phrases = self.phrases();
        let edge = match value(self, rng) {
            some if rng.chance(0.3) => some,
            Value::List(_) => Value::List(Vec::new()),
            Value::Text(_) => Value::Text(String::new()),
            _ => Value::Int(rng.range(1, 2)),
        };
        let mut out = format!("The steps in order: {}.\n", numbered(&phrases));
        self.edge(&edge, rng, &mut out);
        out
    }
}
