//! Runs a program against the tests of a prompt. In: a program's text and a prompt. Out: every test's
//! result, and what the program used. Never: trust in what the program's process sends beyond its
//! being a value, or more programs at one time than the machine has room for.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::wait::WaitStatus;

use super::calls::{Plain, plain_tests};
use super::compare::Comparator;
use super::reasons::{self, NotPassed, fail, short, unknown};
use super::sandbox::{self, Launcher};
use super::session::{Ended, Limits, Session};
use super::tally::Tally;
use super::zygote::{Role, Zygotes};
use super::{Python, Sandbox, interpreter};
use crate::record::{Prompt, TestCase, Verdict};

/// Time to run an empty program, on however loaded a machine.
const PROBE_PATIENCE: Duration = Duration::from_secs(60);
/// Most bytes that a program may print where nothing is expected of its output.
const OUTPUT_BYTES: usize = 8 << 20;

/// The zygotes and the limits.
pub(super) struct Judge {
    zygotes: Zygotes,
    pub(super) limits: Limits,
    pub(super) comparator: Comparator,
    pub(super) float_tolerance: f64,
    isolated: bool,
    room: Room,
}

/// One run of a program against all its tests.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) tally: Tally,
    /// CPU time of the program, test code excluded.
    pub(super) cpu: Duration,
    /// The most memory of the program's processes at one time, as far as was seen.
    pub(super) peak_bytes: u64,
}

impl Run {
    fn add_use(&mut self, session: Session) {
        let (cpu, peak) = session.used();
        self.cpu += cpu;
        self.peak_bytes = self.peak_bytes.max(peak);
    }
}

/// Places for programs that run at one time. A program's clock starts once it has one.
struct Room {
    free: Mutex<usize>,
    freed: Condvar,
}

impl Room {
    fn take(&self) -> Place<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Place(self)
    }
}

struct Place<'a>(&'a Room);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

impl Judge {
    /// Finds the interpreter, prepares the sandbox and tries it once.
    pub(super) fn new(options: &Python) -> Result<Self, String> {
        let interpreter = interpreter::find(&options.interpreter)?;
        let isolated = options.sandbox == Sandbox::Required;
        let limits = Limits {
            cpu: Duration::from_secs_f64(options.timeout_secs),
            wall: Duration::from_secs_f64(options.wall_secs),
            memory_bytes: options.memory_mib << 20,
            output_bytes: OUTPUT_BYTES,
        };
        // What the caller sees comes first; this ends what a stopped caller leaves behind. The kernel counts
        // it in whole ticks: on a loaded virtual machine one at 4.3 seconds was killed for 6.
        let cpu_secs = 4 * options.timeout_secs.ceil() as u64 + 10;
        let launcher = Launcher::new(&interpreter, isolated, limits.memory_bytes, cpu_secs)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let patient = Limits { cpu: PROBE_PATIENCE, wall: PROBE_PATIENCE, ..limits };
        let trial = Self {
            zygotes: Zygotes::new(launcher, cores),
            limits: patient,
            comparator: options.compare,
            float_tolerance: options.float_tolerance,
            isolated,
            // Twice the cores, since a program may wait; at most 512 MiB each is a machine's memory.
            room: Room { free: Mutex::new(2 * cores), freed: Condvar::new() },
        };
        if let Some(reason) = trial.run_with(&nothing_asked(), &[], "", "pass").tally.verdict().reason() {
            return Err(if isolated {
                format!(
                    "python: programs cannot be isolated on this machine ({}): allow user namespaces \
                     (`sysctl user.max_user_namespaces=15000`, on Ubuntu also `sysctl \
                     kernel.apparmor_restrict_unprivileged_userns=0`, in Docker `--security-opt \
                     seccomp=unconfined --security-opt systempaths=unconfined`) on Linux 5.14 or newer, or \
                     set `sandbox = \"off\"`, which runs programs without isolation",
                    reason.detail
                )
            } else {
                format!("python: the interpreter does not run a program ({})", reason.detail)
            });
        }
        Ok(Self { limits, ..trial })
    }

    /// What of the sandbox's layers this machine has and lacks, for a person.
    pub(super) fn layers(&self) -> String {
        if !self.isolated {
            return "NO isolation: programs run as you, with limits and a system call filter alone"
                .to_owned();
        }
        let landlock = match sandbox::landlock_version() {
            version @ 1.. => format!("landlock (version {version})"),
            _ => "no landlock in this kernel".to_owned(),
        };
        format!(
            "isolated by namespaces, seccomp and {landlock}; memory of a tree watched every 20 ms, without cgroups"
        )
    }

    /// One run of `program` against `tests` (without any, it only has to come to its end), with `prelude`
    /// defining what test code may use besides the program.
    pub(super) fn run_with(&self, prompt: &Prompt, tests: &[TestCase], prelude: &str, program: &str) -> Run {
        let _place = self.room.take();
        // A program that something outside killed is given a second chance, not a verdict.
        let mut run = self.attempt(prompt, tests, prelude, program);
        let outside = ["python.sandbox_failed", "python.killed", "python.starved"];
        if matches!(run.tally.verdict(), Verdict::Unknown(reason) if outside.contains(&&*reason.name)) {
            run = self.attempt(prompt, tests, prelude, program);
        }
        run
    }

    fn attempt(&self, prompt: &Prompt, tests: &[TestCase], prelude: &str, program: &str) -> Run {
        let total = if tests.is_empty() { 1 } else { tests.iter().map(parts).sum() };
        let mut run = Run { tally: Tally::of(total), cpu: Duration::ZERO, peak_bytes: 0 };
        if tests.is_empty() {
            let result = self.ran_to_its_end(program, &mut run);
            run.tally.add(result);
            return run;
        }
        let is_script = |test: &&TestCase| matches!(test, TestCase::Stdio { .. });
        let called: Vec<_> = tests.iter().filter(|test| !is_script(test)).collect();
        if !called.is_empty() {
            let plain = plain_tests(prompt, &called, prelude);
            let mut result = self.call_all(prompt, &called, prelude, program, plain.as_deref(), &mut run);
            if result == Ok(false) {
                // Only Python knows what to say of some result: all again, in a fresh process.
                run = Run { tally: Tally::of(total), cpu: Duration::ZERO, peak_bytes: 0 };
                result = self.call_all(prompt, &called, prelude, program, None, &mut run);
            }
            if let Err(stop) = result {
                run.tally.add(Err(stop));
                return run;
            }
        }
        for test in tests {
            if let TestCase::Stdio { input, output } = test {
                let result = self.printed(program, input, output, &mut run);
                let slow = ["python.cpu_limit", "python.wall_limit", "python.starved"];
                let stop = result.as_ref().err().and_then(Verdict::reason);
                let stop = stop.is_some_and(|reason| slow.contains(&&*reason.name));
                run.tally.add(result);
                if stop {
                    break; // The rest would cost as much and change nothing.
                }
            }
        }
        run
    }

    fn ran_to_its_end(&self, program: &str, run: &mut Run) -> Result<(), NotPassed> {
        match self.script(program, "", OUTPUT_BYTES, run)? {
            (true, _) => Ok(()),
            (false, _) => Err(fail("python.crashed", "the program ended its process before its end")),
        }
    }

    fn printed(&self, program: &str, input: &str, expected: &str, run: &mut Run) -> Result<(), NotPassed> {
        let output_bytes = OUTPUT_BYTES.max(expected.len().saturating_mul(2));
        let (_, output) = self.script(program, input, output_bytes, run)?;
        if self.comparator.same_output(expected, &output, self.float_tolerance) {
            return Ok(());
        }
        let (expected, output) = (short(expected), short(&String::from_utf8_lossy(&output)));
        Err(fail("python.wrong_answer", format!("printed {output} for {expected}")))
    }

    /// Runs `program` on `input`: whether it came to its end (or called `os._exit(0)`), and its output.
    fn script(
        &self,
        program: &str,
        input: &str,
        output_bytes: usize,
        run: &mut Run,
    ) -> Result<(bool, Vec<u8>), NotPassed> {
        let limits = Limits { output_bytes, ..self.limits };
        let mut session = self.session(Role::Script, limits)?;
        session.send(program.as_bytes());
        session.feed(input);
        let result = scripted(&mut session, &limits);
        run.add_use(session);
        result
    }

    /// Runs all tests that call functions, in one process of the program; test code that is not `plain`
    /// in another. False where plain test code does not decide.
    fn call_all(
        &self,
        prompt: &Prompt,
        tests: &[&TestCase],
        prelude: &str,
        program: &str,
        plain: Option<&[Plain]>,
        run: &mut Run,
    ) -> Result<bool, NotPassed> {
        let mut callee = self.session(Role::Program, self.limits)?;
        callee.send(program.as_bytes());
        let mut result = self.calls(&mut callee, prompt, tests, (prelude, plain), &mut run.tally);
        if result.is_ok() && callee.over_cpu() {
            result = Err(reasons::ended(Ended::Cpu, &mut callee, &self.limits));
        }
        run.add_use(callee);
        result
    }

    pub(super) fn session(&self, role: Role, limits: Limits) -> Result<Session, NotPassed> {
        Session::start(&self.zygotes, role, limits).map_err(|error| unknown("python.sandbox_failed", error))
    }

    /// The zygotes, for tests that kill them.
    #[cfg(test)]
    pub(super) fn zygotes(&self) -> &Zygotes {
        &self.zygotes
    }
}

/// A prompt without tests.
fn nothing_asked() -> Prompt {
    Prompt {
        id: String::new(),
        source: String::new(),
        domain: "code".to_owned(),
        problem: String::new(),
        answer: None,
        entry_point: None,
        tests: Vec::new(),
        difficulty: None,
    }
}

/// A script's end, as [`Judge::script`] says.
fn scripted(session: &mut Session, limits: &Limits) -> Result<(bool, Vec<u8>), NotPassed> {
    let at_end = match session.reply() {
        Ok(reply) if reply.first() == Some(&b'e') => true,
        Ok(reply) => return Err(reasons::not_loaded(&reply)),
        Err(Ended::Gone) => false,
        Err(ended) => return Err(reasons::ended(ended, session, limits)),
    };
    match session.finish().map(<[u8]>::to_vec) {
        Ok(_) if session.exit().is_some() && session.over_cpu() => {
            Err(reasons::ended(Ended::Cpu, session, limits))
        }
        Ok(output) => match session.exit().and_then(|exit| exit.status) {
            Some(WaitStatus::Exited(_, 0)) => Ok((at_end, output)),
            _ => Err(reasons::ended(Ended::Gone, session, limits)),
        },
        Err(ended) => Err(reasons::ended(ended, session, limits)),
    }
}

/// How many tests a case counts for.
pub(super) fn parts(test: &TestCase) -> usize {
    match test {
        TestCase::Asserts { code, .. } => code.len(),
        _ => 1,
    }
}
