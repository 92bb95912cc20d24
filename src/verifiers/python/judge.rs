//! Runs a program against the tests of a prompt. In: a program's text and a prompt. Out: a verdict
//! over all tests. Never: trust in what the program's process sends beyond its being a value.

use std::time::Duration;

use nix::sys::wait::WaitStatus;
use serde_json::Value as Json;

use super::sandbox::{Launcher, Role};
use super::session::{Ended, Session};
use super::wire::Value;
use super::{Python, Sandbox, compare, interpreter};
use crate::record::{Prompt, Reason, TestCase, Verdict};

/// Time to run an empty program, on however loaded a machine.
const PROBE_PATIENCE: Duration = Duration::from_secs(60);

/// The launcher and the limit of time.
pub(super) struct Judge {
    launcher: Launcher,
    patience: Duration,
}

/// A test that is not passed: [`Verdict::Fail`] or [`Verdict::Unknown`].
type NotPassed = Verdict;

fn fail(name: &'static str, detail: impl AsRef<str>) -> NotPassed {
    Verdict::Fail(Reason::new(name, brief(detail.as_ref())))
}

fn unknown(name: &'static str, detail: impl AsRef<str>) -> NotPassed {
    Verdict::Unknown(Reason::new(name, brief(detail.as_ref())))
}

/// `text` on one line, cut to what a reason can hold.
fn brief(text: &str) -> String {
    text.chars().take(300).map(|char| if char.is_control() { ' ' } else { char }).collect()
}

impl Judge {
    /// Finds the interpreter, prepares the sandbox and tries it once.
    pub(super) fn new(options: &Python) -> Result<Self, String> {
        let interpreter = interpreter::find(&options.interpreter)?;
        let isolated = options.sandbox == Sandbox::Required;
        let patience = Duration::from_secs_f64(options.timeout_secs);
        // Wall time comes first; this ends what a killed caller leaves behind.
        let cpu_secs = options.timeout_secs.ceil() as u64 + 1;
        let launcher = Launcher::new(&interpreter, isolated, options.memory_mib << 20, cpu_secs)?;
        let trial = Self { launcher, patience: PROBE_PATIENCE };
        if let Some(reason) = trial.ran_to_its_end("pass").reason() {
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
        Ok(Self { patience, ..trial })
    }

    /// The verdict on `program`.
    pub(super) fn judge(&self, prompt: &Prompt, program: &str) -> Verdict {
        if prompt.tests.is_empty() {
            return self.ran_to_its_end(program);
        }
        let mut tally = Tally::default();
        let is_script = |test: &&TestCase| matches!(test, TestCase::Stdio { .. });
        let called: Vec<_> = prompt.tests.iter().filter(|test| !is_script(test)).collect();
        tally.total = prompt.tests.iter().map(parts).sum();
        if !called.is_empty()
            && let Err(stop) = self.call_all(prompt, &called, program, &mut tally)
        {
            tally.add(Err(stop));
            return tally.verdict();
        }
        for test in &prompt.tests {
            if let TestCase::Stdio { input, output } = test {
                let result = self.printed(program, input, output);
                let stop = matches!(&result, Err(Verdict::Fail(reason)) if reason.name == "python.timeout");
                tally.add(result);
                if stop {
                    break; // The rest would cost as much and change nothing.
                }
            }
        }
        tally.verdict()
    }

    fn ran_to_its_end(&self, program: &str) -> Verdict {
        match self.script(program, "") {
            Ok((true, _)) => Verdict::Pass,
            Ok((false, _)) => fail("python.crashed", "the program ended its process before its end"),
            Err(not_passed) => not_passed,
        }
    }

    fn printed(&self, program: &str, input: &str, expected: &str) -> Result<(), NotPassed> {
        let (_, output) = self.script(program, input)?;
        if compare::same_output(expected, &output) {
            return Ok(());
        }
        let (expected, output) = (short(expected), short(&String::from_utf8_lossy(&output)));
        Err(fail("python.wrong_answer", format!("printed {output} for {expected}")))
    }

    /// Runs `program` on `input`: whether it came to its end (or called `os._exit(0)`), and its output.
    fn script(&self, program: &str, input: &str) -> Result<(bool, Vec<u8>), NotPassed> {
        let mut session = self.session(Role::Script)?;
        session.send(program.as_bytes());
        session.feed(input);
        let at_end = match session.reply() {
            Ok(reply) if reply.first() == Some(&b'e') => true,
            Ok(reply) => return Err(not_loaded(&reply)),
            Err(Ended::Gone) => false,
            Err(ended) => return Err(self.ended(ended, &session)),
        };
        match session.finish() {
            Ok(output) => {
                let output = output.to_vec();
                match session.status() {
                    Some(WaitStatus::Exited(_, 0)) => Ok((at_end, output)),
                    _ => Err(self.ended(Ended::Gone, &session)),
                }
            }
            Err(ended) => Err(self.ended(ended, &session)),
        }
    }

    /// Runs all tests that call functions, in one process of the program.
    fn call_all(
        &self,
        prompt: &Prompt,
        tests: &[&TestCase],
        program: &str,
        tally: &mut Tally,
    ) -> Result<(), NotPassed> {
        let mut callee = self.session(Role::Program)?;
        callee.send(program.as_bytes());
        // After the program's process, so that its own limit of time is not the first to end.
        let mut tester = match tests.iter().any(|test| !matches!(test, TestCase::Call { .. })) {
            true => Some(self.session(Role::Tests)?),
            false => None,
        };
        let loaded = callee.reply().map_err(|ended| self.ended(ended, &callee))?;
        let Some(names) = loaded.strip_prefix(b"l").and_then(Value::decode) else {
            return Err(not_loaded(&loaded));
        };
        let names = names.texts();
        let entry = match prompt.entry_point.as_deref().map(str::trim) {
            Some(entry) if !names.iter().any(|name| name == entry) => {
                return Err(fail(
                    "python.missing_function",
                    format!("the program defines no function `{entry}`"),
                ));
            }
            entry => entry,
        };
        let no_entry =
            || unknown("python.no_entry_point", "the prompt names no function for its tests to call");
        for test in tests {
            match (test, tester.as_mut()) {
                (TestCase::Call { args, expected }, _) => {
                    let entry = entry.ok_or_else(no_entry)?;
                    tally.add(self.call(&mut callee, entry, args, expected)?);
                }
                (TestCase::Check { code }, Some(tester)) => {
                    let entry = entry.ok_or_else(no_entry)?;
                    let code = Value::text(code);
                    self.test_code(tester, &mut callee, (b'c', code, "", entry), &names, tally)?;
                }
                (TestCase::Asserts { code, setup }, Some(tester)) => {
                    let code = Value::List(code.iter().map(|line| Value::text(line)).collect());
                    self.test_code(
                        tester,
                        &mut callee,
                        (b'a', code, setup, entry.unwrap_or("")),
                        &names,
                        tally,
                    )?;
                }
                (TestCase::Stdio { .. }, _) | (_, None) => {}
            }
        }
        Ok(())
    }

    /// One call: `Err` ends all tests, `Ok(Err(_))` is this test's failure.
    fn call(
        &self,
        callee: &mut Session,
        entry: &str,
        args: &[Json],
        expected: &Json,
    ) -> Result<Result<(), NotPassed>, NotPassed> {
        let args = Value::Tuple(args.iter().map(Value::from_json).collect());
        callee.send(&message(b'c', &Value::List(vec![Value::text(entry), args, Value::Dict(vec![])])));
        let reply = callee.reply().map_err(|ended| self.ended(ended, callee))?;
        let (tag, value) = match reply.split_first() {
            Some((&tag, value)) => (tag, Value::decode(value)),
            None => (0, None),
        };
        Ok(match (tag, value) {
            (b'v', Some(value)) => match compare::same(expected, &value) {
                Some(true) => Ok(()),
                Some(false) => {
                    let expected = short(&expected.to_string());
                    Err(fail(
                        "python.wrong_answer",
                        format!("returned {} for {expected}", short(&value.shown())),
                    ))
                }
                None => Err(unknown("python.not_read", "the expected number has lost digits in JSON")),
            },
            (b'r', Some(raised)) => Err(raised_by(&raised.texts())),
            (b'n', Some(what)) => {
                Err(fail("python.wrong_answer", format!("returned {}", what.as_text().unwrap_or_default())))
            }
            _ => return Err(fail("python.crashed", "the program's process sent what is no value")),
        })
    }

    /// Test code in its own process; its calls are carried to the program and back.
    fn test_code(
        &self,
        tester: &mut Session,
        callee: &mut Session,
        (kind, code, setup, entry): (u8, Value, &str, &str),
        names: &[String],
        tally: &mut Tally,
    ) -> Result<(), NotPassed> {
        let names = Value::List(names.iter().map(|name| Value::text(name)).collect());
        tester.send(&message(kind, &Value::List(vec![code, Value::text(setup), Value::text(entry), names])));
        let broken = |why: &str| unknown("python.tests_failed", why);
        loop {
            let reply = tester.reply().map_err(|ended| match ended {
                Ended::Timeout => broken("the tests' own code did not end in time"),
                Ended::Output => broken("the tests' own code printed or passed too much"),
                Ended::Gone => broken("the tests' own process ended"),
            })?;
            match reply.split_first() {
                Some((b'c', _)) => {
                    callee.send(&reply);
                    let answer = callee.reply().map_err(|ended| self.ended(ended, callee))?;
                    if !matches!(answer.first(), Some(b'v' | b'r' | b'n'))
                        || Value::decode(&answer[1..]).is_none()
                    {
                        return Err(fail("python.crashed", "the program's process sent what is no value"));
                    }
                    tester.send(&answer);
                }
                Some((b'd', results)) => {
                    let Some(Value::List(results)) = Value::decode(results) else {
                        return Err(broken("the tests' own process sent no results"));
                    };
                    results.iter().for_each(|result| tally.add(tested(&result.texts())));
                    return Ok(());
                }
                Some((b'b', error)) => {
                    let error =
                        Value::decode(error).map(|error| error.texts().join(": ")).unwrap_or_default();
                    return Err(broken(&format!("the tests' own code does not run: {error}")));
                }
                _ => return Err(broken("the tests' own process sent what is no reply")),
            }
        }
    }

    fn session(&self, role: Role) -> Result<Session, NotPassed> {
        Session::start(&self.launcher, role, self.patience)
            .map_err(|error| unknown("python.sandbox_failed", error))
    }

    fn ended(&self, ended: Ended, session: &Session) -> NotPassed {
        match ended {
            Ended::Timeout => {
                fail("python.timeout", format!("no end within {} s", self.patience.as_secs_f64()))
            }
            Ended::Output => fail("python.output_limit", "more than 1 MiB printed or 8 MiB returned"),
            Ended::Gone => {
                let how = match session.status() {
                    Some(WaitStatus::Exited(_, code)) => format!("with exit code {code}"),
                    Some(WaitStatus::Signaled(_, signal, _)) => format!("by {signal}"),
                    _ => "in an unknown way".to_owned(),
                };
                fail("python.crashed", format!("the program ended its process {how}"))
            }
        }
    }
}

/// How many tests a case counts for.
fn parts(test: &TestCase) -> usize {
    match test {
        TestCase::Asserts { code, .. } => code.len(),
        _ => 1,
    }
}

fn message(kind: u8, value: &Value) -> Vec<u8> {
    let mut message = vec![kind];
    value.encode(&mut message);
    message
}

/// Why a program that reported an error did not load.
fn not_loaded(reply: &[u8]) -> NotPassed {
    let Some((&tag, value)) = reply.split_first() else {
        return fail("python.crashed", "the program's process sent an empty reply");
    };
    let Some(Value::List(items)) = Value::decode(value) else {
        return fail("python.crashed", "the program's process sent what is no reply");
    };
    let texts = Value::List(items.clone()).texts();
    let line = match items.get(2) {
        Some(Value::Int(digits)) => u64::from_str_radix(digits, 16).unwrap_or(0),
        _ => 0,
    };
    if tag == b'y' {
        return fail("python.syntax_error", format!("line {line}: {}", texts.join(": ")));
    }
    match raised_by(&texts) {
        Verdict::Fail(reason) => fail(
            if reason.name == "python.memory_limit" { "python.memory_limit" } else { "python.error" },
            format!("line {line}: {}", reason.detail),
        ),
        other => other,
    }
}

/// A raised exception, by its type and message.
fn raised_by(texts: &[String]) -> NotPassed {
    let detail = texts.join(": ");
    if texts.first().is_some_and(|kind| kind == "MemoryError") {
        return fail("python.memory_limit", detail);
    }
    fail("python.error", detail)
}

/// What one test's state, type and message say.
fn tested(texts: &[String]) -> Result<(), NotPassed> {
    let detail = || texts.get(1..).unwrap_or_default().join(": ");
    Err(match texts.first().map(String::as_str) {
        Some("ok") => return Ok(()),
        Some("wrong") => fail("python.wrong_answer", detail()),
        Some("missing") => fail("python.missing_function", detail()),
        Some("raised") => raised_by(&texts[1..]),
        Some("opaque") => unknown("python.not_plain_value", texts.last().map_or("", String::as_str)),
        _ => unknown("python.tests_failed", "the tests' own process sent no results"),
    })
}

/// `text` in backticks, cut.
fn short(text: &str) -> String {
    let text = text.trim();
    let head: String = text.chars().take(80).collect();
    let more = if head.len() < text.len() { "…" } else { "" };
    format!("`{head}{more}`")
}

/// The results so far.
#[derive(Default)]
struct Tally {
    total: usize,
    seen: usize,
    passed: usize,
    failed: Option<(usize, Reason)>,
    undecided: Option<(usize, Reason)>,
}

impl Tally {
    fn add(&mut self, result: Result<(), NotPassed>) {
        self.seen += 1;
        match result {
            Ok(()) | Err(Verdict::Pass) => self.passed += 1,
            Err(Verdict::Fail(reason)) => self.failed = self.failed.take().or(Some((self.seen, reason))),
            Err(Verdict::Unknown(reason)) => {
                self.undecided = self.undecided.take().or(Some((self.seen, reason)));
            }
        }
    }

    fn verdict(self) -> Verdict {
        let counted = |(at, reason): (usize, Reason)| Reason {
            detail: format!(
                "passed {} of {}; first failed: test {at}: {}",
                self.passed, self.total, reason.detail
            ),
            ..reason
        };
        match (self.failed, self.undecided) {
            (Some(failed), _) => Verdict::Fail(counted(failed)),
            (None, Some(undecided)) => Verdict::Unknown(counted(undecided)),
            (None, None) if self.total == 0 => unknown("python.no_tests", "the tests assert nothing"),
            (None, None) if self.passed == self.total => Verdict::Pass,
            (None, None) => unknown("python.tests_failed", "some tests gave no result"),
        }
    }
}
