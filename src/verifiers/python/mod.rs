//! The Python verifier: does the program in the answer do what its tests ask?
//!
//! In: a prompt with tests (or of the domain `code`), and the assistant's text, in which `extract`
//! finds the program. Out: pass if every test passed, or, without tests, if the program ran to its end;
//! fail with the first failed test; unknown where tests or sandbox cannot decide; beside the verdict
//! every test's outcome, what a linter says, CPU time and peak memory. Never: a program run outside the
//! sandbox that the options ask for, or alive after its verdict.
//!
//! A program cannot forge a verdict, since nothing it holds decides one. It runs in a process that
//! knows neither tests nor expected values, and is sent arguments. `call` and `stdio` tests and plain
//! assertions are compared in this process; all other `check` and `asserts` code runs in a second
//! sandboxed process, whose calls are carried over and whose results come back as plain values of built-in types. So an object
//! that claims to be equal to everything, a patched `assert`, an early exit, and a reply written by
//! hand all come to nothing but wrong values. What stays open in this form:
//!
//! - Functions that test code calls and neither it nor the problem defines are the program's. Those
//!   named like a built-in are the built-in ones, unless the entry point has that name.
//! - Functions and objects of classes do not travel: unknown, `python.not_plain_value`.
//! - Programs get no network and 64 processes and threads.
//! - With `sandbox = "off"` none of this holds against a program that means harm.
//!
//! `docs/python-verifier.md` tells users what is accepted, and compares with other harnesses.

mod compare;
mod extract;
pub mod generate;
mod syntax;
mod wire;
pub mod written_tests;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod batch;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod calls;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod child;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod interpreter;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod judge;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod plain;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod reasons;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod root;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod sandbox;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod seccomp;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod session;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tally;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod usage;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod zygote;

/// Where there is no sandbox, there is no verifier.
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod judge {
    use crate::record::{Prompt, TestCase, Verdict};

    pub(super) enum Judge {}

    pub(super) struct Tally;

    pub(super) struct Run {
        pub(super) tally: Tally,
        pub(super) cpu: std::time::Duration,
        pub(super) peak_bytes: u64,
    }

    impl Tally {
        pub(super) fn verdict(&self) -> Verdict {
            Verdict::Pass
        }

        pub(super) fn details(&self) -> serde_json::Map<String, serde_json::Value> {
            serde_json::Map::new()
        }

        pub(super) fn outcome(&self, _: usize) -> Option<bool> {
            None
        }

        pub(super) fn is_cut_short(&self) -> bool {
            false
        }
    }

    impl Judge {
        pub(super) fn new(_: &super::Python) -> Result<Self, String> {
            Err("python: programs are only run on Linux (x86_64 or aarch64): remove the verifier from the pipeline".into())
        }

        pub(super) fn layers(&self) -> String {
            match *self {}
        }

        pub(super) fn run_with(&self, _: &Prompt, _: &[TestCase], _: &str, _: &str) -> Run {
            match *self {}
        }
    }
}

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::format::think;
use crate::record::{Finding, Prompt, Reason, Verdict};
pub use compare::Comparator;
use extract::{Given, Missing, Program};
use judge::Run;

/// A reference solution that takes less is taken for this slow: below, the clocks measure themselves.
const SHORTEST_REFERENCE: Duration = Duration::from_millis(10);

/// `python = { timeout_secs = 5 }`: runs the program of an answer against its tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Python {
    /// CPU time of one run of the program and all it starts, in seconds, from 0.1 to 3600. One run
    /// answers all `call`, `check` and `asserts` tests together; each `stdio` test is a run of its own.
    pub timeout_secs: f64,
    /// Time that one run may pass without using a CPU, in seconds, from 0.1 to 3600: it ends programs
    /// that sleep or wait. Time in which a loaded machine keeps a program from running does not count.
    pub wall_secs: f64,
    /// Memory of the program and all it starts, in MiB, from 64 to 65536: of address space for each
    /// process, of resident memory for all together.
    pub memory_mib: u64,
    /// Name or path of the Python interpreter, 3.8 or newer.
    pub interpreter: String,
    /// What to do on a machine that cannot isolate programs.
    pub sandbox: Sandbox,
    /// What reading the program without running it decides.
    pub lint: Lint,
    /// How results of `call` and `stdio` tests are compared; `check` and `asserts` compare themselves.
    pub compare: Comparator,
    /// Relative tolerance of expected floats, from 0 to 1.
    pub float_tolerance: f64,
    /// Runs of a program that passes, from 1 to 100: where one of them does not pass, the program is
    /// flaky, and its verdict unknown.
    pub repeat: u32,
    /// A program that takes more than this many times the CPU time of the reference solution fails, from 1
    /// up. The reference solution is the prompt's `answer`, where that passes the tests.
    pub time_limit_ratio: Option<f64>,
}

/// What reading the program decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lint {
    /// Nothing but whether it is Python, and that the interpreter decides; no score is kept.
    #[default]
    Syntax,
    /// A program that uses an undefined name fails, even where its tests do not come to it.
    Error,
    /// Nothing; the score and the first message are kept beside the verdict.
    Score,
}

/// How programs are held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sandbox {
    /// In namespaces of their own; refuses to start where the machine does not allow them.
    #[default]
    Required,
    /// With limits of time, memory and system calls, but as the caller, in sight of its files and of
    /// its other processes, that of the test code among them: for programs that are trusted.
    Off,
}

impl Default for Python {
    fn default() -> Self {
        Self {
            timeout_secs: 5.0,
            wall_secs: 10.0,
            memory_mib: 512,
            interpreter: "python3".into(),
            sandbox: Sandbox::Required,
            lint: Lint::Syntax,
            compare: Comparator::Float,
            float_tolerance: compare::TOLERANCE,
            repeat: 1,
            time_limit_ratio: None,
        }
    }
}

impl Python {
    /// Checks the options and the machine: finds the interpreter and runs an empty program.
    ///
    /// # Errors
    /// A sentence that names the option out of range, or what the machine lacks and the remedy.
    pub fn checked(self) -> Result<Checked, String> {
        for (key, value) in [("timeout_secs", self.timeout_secs), ("wall_secs", self.wall_secs)] {
            if !(0.1..=3600.0).contains(&value) {
                return Err(format!("python: {key} = {value} is not between 0.1 and 3600"));
            }
        }
        if !(64..=65_536).contains(&self.memory_mib) {
            return Err(format!("python: memory_mib = {} is not between 64 and 65536", self.memory_mib));
        }
        if !(0.0..=1.0).contains(&self.float_tolerance) {
            return Err(format!("python: float_tolerance = {} is not between 0 and 1", self.float_tolerance));
        }
        if !(1..=100).contains(&self.repeat) {
            return Err(format!("python: repeat = {} is not between 1 and 100", self.repeat));
        }
        if let Some(ratio) = self.time_limit_ratio.filter(|ratio| !(1.0..=1e6).contains(ratio)) {
            return Err(format!("python: time_limit_ratio = {ratio} is not between 1 and 1000000"));
        }
        Ok(Checked { judge: judge::Judge::new(&self)?, options: self })
    }
}

/// The verifier, with its interpreter found and its sandbox tried.
pub struct Checked {
    judge: judge::Judge,
    options: Python,
}

impl super::Verifier for Checked {
    fn name(&self) -> &'static str {
        "python"
    }

    fn applies(&self, prompt: &Prompt) -> bool {
        !prompt.tests.is_empty() || prompt.domain == "code"
    }

    fn on_this_machine(&self) -> Option<String> {
        Some(self.judge.layers())
    }

    fn waits(&self) -> bool {
        true
    }

    fn verify(&self, prompt: &Prompt, text: &str) -> Finding {
        self.finding(prompt, text)
    }
}

impl Checked {
    fn finding(&self, prompt: &Prompt, text: &str) -> Finding {
        let no_program =
            |detail: &str| Finding::from(Verdict::Fail(Reason::new("python.no_program", detail)));
        let Some(solution) = answer(text) else {
            return no_program("the think block is malformed or never closed");
        };
        let given = Given::of(prompt);
        match extract::program(solution, prompt, &given) {
            Ok(program) => self.judged(prompt, &program, &given),
            Err(Missing::NoBlock) => no_program("no Python code after the think block"),
            Err(Missing::Unclosed) => no_program("the last fenced block is never closed"),
        }
    }

    fn judged(&self, prompt: &Prompt, program: &Program, given: &Given) -> Finding {
        let (syntax, options) = (&program.syntax, &self.options);
        if options.lint == Lint::Error
            && let Some((_, finding)) = syntax.undefined.first()
        {
            let detail = format!("line {}: {}", finding.line, finding.message);
            let mut finding = Finding::from(Verdict::Fail(Reason::new("python.lint", detail)));
            self.add_lint(program, &mut finding);
            return finding;
        }
        let prelude = given.prelude(prompt.entry_point.as_deref().map(str::trim));
        let run = |text: &str| self.judge.run_with(prompt, &prompt.tests, &prelude, text);
        let first = run(&program.text);
        let (mut verdict, mut cpu, mut peak) = (first.tally.verdict(), first.cpu, first.peak_bytes);
        for at in 2..=options.repeat {
            if verdict != Verdict::Pass {
                break;
            }
            let again = run(&program.text);
            (cpu, peak) = (cpu.min(again.cpu), peak.max(again.peak_bytes));
            if let Some(reason) = again.tally.verdict().reason() {
                let detail = format!("passed, but not in run {at} of {}: {}", options.repeat, reason.detail);
                verdict = Verdict::Unknown(Reason::new("python.flaky", detail));
            }
        }
        let mut finding = Finding::from(verdict);
        finding.details = first.tally.details();
        self.add_lint(program, &mut finding);
        if finding.verdict == Verdict::Pass {
            self.compare_time(prompt, given, cpu, &run, &mut finding);
        }
        finding.measured.insert("cpu_millis".into(), millis(cpu));
        finding.measured.insert("peak_memory_mib".into(), rounded(peak as f64 / f64::from(1 << 20)));
        finding
    }

    fn add_lint(&self, program: &Program, finding: &mut Finding) {
        if self.options.lint == Lint::Syntax || program.syntax.unread {
            return;
        }
        finding.details.insert("lint_score".into(), rounded(program.syntax.score()));
        if let Some(first) = program.syntax.first() {
            let message = format!("line {}: {}", first.line, first.message);
            finding.details.insert("lint_message".into(), message.into());
        }
    }

    /// Fails a passing program that is too slow beside the reference solution.
    fn compare_time(
        &self,
        prompt: &Prompt,
        given: &Given,
        cpu: Duration,
        run: &dyn Fn(&str) -> Run,
        finding: &mut Finding,
    ) {
        let (Some(ratio), Some(answer)) = (self.options.time_limit_ratio, &prompt.answer) else { return };
        let Ok(reference) = extract::program(answer, prompt, given) else { return };
        let reference = run(&reference.text);
        if reference.tally.verdict() != Verdict::Pass {
            return;
        }
        finding.measured.insert("reference_cpu_millis".into(), millis(reference.cpu));
        let limit = reference.cpu.max(SHORTEST_REFERENCE).mul_f64(ratio);
        if cpu > limit {
            let detail = format!("more than {ratio} times the CPU time of the reference solution");
            finding.verdict = Verdict::Fail(Reason::new("python.too_slow", detail));
        }
    }

    #[cfg(test)]
    fn verdict(&self, prompt: &Prompt, text: &str) -> Verdict {
        self.finding(prompt, text).verdict
    }
}

/// What of an answer may hold the program, with the blanks its first line starts with.
fn answer(text: &str) -> Option<&str> {
    let part = think::answer_part(text)?;
    // The part is a piece of the text: where it starts there, blanks before it are its own.
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    let blanks = text[..start].bytes().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    text.get(start - blanks..start + part.len())
}

fn millis(time: Duration) -> Json {
    rounded(time.as_secs_f64() * 1e3)
}

fn rounded(value: f64) -> Json {
    ((value * 1000.0).round() / 1000.0).into()
}

#[cfg(all(test, target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tests;
