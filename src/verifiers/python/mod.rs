//! The Python verifier: does the program in the answer do what its tests ask?
//!
//! In: a prompt with tests (or of the domain `code`), and the assistant's text. The last fenced block
//! after the think block is the program. Out: pass if every test passed, or, without tests, if the
//! program ran to its end; fail with the first failed test; unknown where tests or sandbox cannot
//! decide. Never: a program run outside the sandbox that the options ask for, or alive after its
//! verdict.
//!
//! A program cannot forge a verdict, since nothing it holds decides one. It runs in a process that
//! knows neither tests nor expected values, and is sent arguments. `call` and `stdio` tests are
//! compared in this process; `check` and `asserts` code runs in a second sandboxed process, whose
//! calls are carried over and whose results come back as plain values of built-in types. So an object
//! that claims to be equal to everything, a patched `assert`, an early exit, and a reply written by
//! hand all come to nothing but wrong values. What stays open in this form:
//!
//! - Functions that test code calls but does not define (helpers that the prompt gives) are the
//!   program's. Those named like a built-in are the built-in ones,
//!   unless the entry point has that name.
//! - Changes that a program makes to its arguments do not travel back: tests of in-place functions
//!   fail. Functions and objects of classes do not travel at all: unknown, `python.not_plain_value`.
//! - Programs get threads but no processes and no sockets.
//! - With `sandbox = "off"` none of this holds against a program that means harm.
//! - Wall time decides, so a heavily loaded machine turns slow programs into time-outs; there is no
//!   memory limit on what the scratch folder holds besides its size (64 MiB); flaky programs are not
//!   looked for.

mod compare;
mod extract;
mod wire;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod child;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod interpreter;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod judge;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod root;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod sandbox;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod seccomp;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod session;

/// Where there is no sandbox, there is no verifier.
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod judge {
    pub(super) enum Judge {}

    impl Judge {
        pub(super) fn new(_: &super::Python) -> Result<Self, String> {
            Err("python: programs are only run on Linux (x86_64 or aarch64): remove the verifier from the pipeline".into())
        }

        pub(super) fn judge(&self, _: &crate::record::Prompt, _: &str) -> crate::record::Verdict {
            match *self {}
        }
    }
}

use serde::{Deserialize, Serialize};

use crate::format::think;
use crate::record::{Finding, Prompt, Reason, Verdict};
use extract::Missing;

/// `python = { timeout_secs = 5 }`: runs the program of an answer against its tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Python {
    /// Wall time of one run of the program, in seconds, from 0.1 to 3600. One run answers all `call`,
    /// `check` and `asserts` tests together; each `stdio` test is a run of its own.
    pub timeout_secs: f64,
    /// Memory of the program, in MiB of address space, from 64 to 65536.
    pub memory_mib: u64,
    /// Name or path of the Python interpreter, 3.8 or newer.
    pub interpreter: String,
    /// What to do on a machine that cannot isolate programs.
    pub sandbox: Sandbox,
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
        Self { timeout_secs: 5.0, memory_mib: 512, interpreter: "python3".into(), sandbox: Sandbox::Required }
    }
}

impl Python {
    /// Checks the options and the machine: finds the interpreter and runs an empty program.
    ///
    /// # Errors
    /// A sentence that names the option out of range, or what the machine lacks and the remedy.
    pub fn checked(self) -> Result<Checked, String> {
        if !(0.1..=3600.0).contains(&self.timeout_secs) {
            return Err(format!("python: timeout_secs = {} is not between 0.1 and 3600", self.timeout_secs));
        }
        if !(64..=65_536).contains(&self.memory_mib) {
            return Err(format!("python: memory_mib = {} is not between 64 and 65536", self.memory_mib));
        }
        Ok(Checked { judge: judge::Judge::new(&self)? })
    }
}

/// The verifier, with its interpreter found and its sandbox tried.
pub struct Checked {
    judge: judge::Judge,
}

impl super::Verifier for Checked {
    fn name(&self) -> &'static str {
        "python"
    }

    fn applies(&self, prompt: &Prompt) -> bool {
        !prompt.tests.is_empty() || prompt.domain == "code"
    }

    fn verify(&self, prompt: &Prompt, text: &str) -> Finding {
        self.verdict(prompt, text).into()
    }
}

impl Checked {
    fn verdict(&self, prompt: &Prompt, text: &str) -> Verdict {
        let no_program = |detail: &str| Verdict::Fail(Reason::new("python.no_program", detail));
        let Some(solution) = think::answer_part(text) else {
            return no_program("the think block is malformed or never closed");
        };
        match extract::program(solution) {
            Ok(program) => self.judge.judge(prompt, &program),
            Err(Missing::NoBlock) => no_program("no fenced Python block after the think block"),
            Err(Missing::Unclosed) => no_program("the last fenced block is never closed"),
        }
    }
}

#[cfg(all(test, target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tests;
