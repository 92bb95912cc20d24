//! Runs the tests that call a program's functions. In: the program's process and the tests. Out: each
//! test's result. Never: a test or an expected value in the program's process.
//!
//! `call` tests and plain assertions are compared here; all other test code runs in a process of its own,
//! whose calls are carried to the program and back.

use serde_json::Value as Json;

use super::judge::Judge;
use super::plain::{self, Assertion};
use super::reasons::{self, NotPassed, fail, short, unknown};
use super::session::{Ended, Limits, Session};
use super::syntax::BUILTINS;
use super::tally::Tally;
use super::wire::Value;
use super::zygote::Role;
use crate::record::{Prompt, TestCase};

/// What test code may use besides what the program may: it is somebody's test, not the answer.
const TESTER_MEMORY: u64 = 1 << 30;

impl Judge {
    pub(super) fn calls(
        &self,
        callee: &mut Session,
        prompt: &Prompt,
        tests: &[&TestCase],
        (prelude, plain): (&str, Option<&[Plain]>),
        tally: &mut Tally,
    ) -> Result<bool, NotPassed> {
        let has_code = tests.iter().any(|test| !matches!(test, TestCase::Call { .. }));
        let mut tester = match plain.is_none() && has_code {
            true => Some(self.session(
                Role::Tests,
                Limits { memory_bytes: self.limits.memory_bytes.max(TESTER_MEMORY), ..self.limits },
            )?),
            false => None,
        };
        let entry = prompt.entry_point.as_deref().map(str::trim);
        // Every wait costs two changes of process: what no result decides is asked at once.
        let mut ahead = 0;
        if tester.is_none() {
            let requests = requests(entry, tests, plain);
            requests.iter().for_each(|request| callee.send(request));
            ahead = requests.len();
        }
        let loaded = callee.reply().map_err(|ended| reasons::ended(ended, callee, &self.limits))?;
        let Some(names) = loaded.strip_prefix(b"l").and_then(Value::decode) else {
            return Err(reasons::not_loaded(&loaded));
        };
        let names = names.texts();
        if let Some(entry) = entry.filter(|entry| !names.iter().any(|name| name == entry)) {
            return Err(fail(
                "python.missing_function",
                format!("the program defines no function `{entry}`"),
            ));
        }
        let no_entry =
            || unknown("python.no_entry_point", "the prompt names no function for its tests to call");
        for (at, test) in tests.iter().enumerate() {
            if let Some(plain) = plain.and_then(|plain| plain.get(at)) {
                for assertions in plain {
                    let Some(result) = self.asserted(callee, entry, assertions, &names, &mut ahead)? else {
                        return Ok(false);
                    };
                    tally.add(result);
                }
            }
            match (test, tester.as_mut()) {
                (TestCase::Call { args, expected }, _) => {
                    let entry = entry.ok_or_else(no_entry)?;
                    tally.add(self.call(callee, entry, args, expected, &mut ahead)?);
                }
                (TestCase::Check { code }, Some(tester)) => {
                    let entry = entry.ok_or_else(no_entry)?;
                    let code = Value::text(code);
                    self.test_code(tester, callee, (b'c', code, "", prelude, entry), &names, tally)?;
                }
                (TestCase::Asserts { code, setup }, Some(tester)) => {
                    let code = Value::List(code.iter().map(|line| Value::text(line)).collect());
                    let entry = entry.unwrap_or("");
                    self.test_code(tester, callee, (b'a', code, setup, prelude, entry), &names, tally)?;
                }
                (TestCase::Stdio { .. }, _) | (_, None) => {}
            }
        }
        Ok(true)
    }

    /// One test made of plain assertions: `Err` ends all tests, `None` is for Python to decide. The next
    /// `ahead` calls were asked for already.
    #[allow(clippy::type_complexity)]
    fn asserted(
        &self,
        callee: &mut Session,
        entry: Option<&str>,
        assertions: &[Assertion],
        names: &[String],
        ahead: &mut usize,
    ) -> Result<Option<Result<(), NotPassed>>, NotPassed> {
        for assertion in assertions {
            let name = entry.unwrap_or(&assertion.name);
            if !names.iter().any(|known| known == name) {
                return Ok(None);
            }
            ask(callee, ahead, || asserted_call(name, assertion));
            let reply = callee.reply().map_err(|ended| reasons::ended(ended, callee, &self.limits))?;
            let (tag, value) = match reply.split_first() {
                Some((&tag, value)) => (tag, Value::decode(value)),
                None => (0, None),
            };
            let failed = match (tag, value) {
                (b'v', Some(value)) => match assertion.holds(&value) {
                    Some(true) => continue,
                    Some(false) => {
                        let (got, claimed) = (short(&value.shown()), short(&assertion.claimed()));
                        fail("python.wrong_answer", format!("returned {got} for {claimed}"))
                    }
                    None => return Ok(None),
                },
                (b'r', Some(raised)) => reasons::raised_in_test(&raised.texts()),
                (b'n', Some(what)) => {
                    let what = what.as_text().unwrap_or_default();
                    unknown("python.not_plain_value", format!("the program returned {what}"))
                }
                _ => return Err(fail("python.crashed", "the program's process sent what is no value")),
            };
            return Ok(Some(Err(failed)));
        }
        Ok(Some(Ok(())))
    }

    /// One call: `Err` ends all tests, `Ok(Err(_))` is this test's failure.
    fn call(
        &self,
        callee: &mut Session,
        entry: &str,
        args: &[Json],
        expected: &Json,
        ahead: &mut usize,
    ) -> Result<Result<(), NotPassed>, NotPassed> {
        ask(callee, ahead, || json_call(entry, args));
        let reply = callee.reply().map_err(|ended| reasons::ended(ended, callee, &self.limits))?;
        let (tag, value) = match reply.split_first() {
            Some((&tag, value)) => (tag, Value::decode(value)),
            None => (0, None),
        };
        Ok(match (tag, value) {
            (b'v', Some(value)) => match self.comparator.same(expected, &value, self.float_tolerance) {
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
            (b'r', Some(raised)) => Err(reasons::raised_by(&raised.texts())),
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
        (kind, code, setup, prelude, entry): (u8, Value, &str, &str, &str),
        names: &[String],
        tally: &mut Tally,
    ) -> Result<(), NotPassed> {
        let names = Value::List(names.iter().map(|name| Value::text(name)).collect());
        let [setup, prelude, entry] = [setup, prelude, entry].map(Value::text);
        tester.send(&message(kind, &Value::List(vec![code, setup, prelude, entry, names])));
        let broken = |why: &str| unknown("python.tests_failed", why);
        loop {
            let reply = tester.reply().map_err(|ended| match ended {
                Ended::Cpu | Ended::Wall | Ended::Starved => {
                    broken("the tests' own code did not end in time")
                }
                Ended::Memory => broken("the tests' own code filled too much memory"),
                Ended::Output | Ended::Reply => broken("the tests' own code printed or passed too much"),
                Ended::Gone => match tester.exit() {
                    Some(_) => broken("the tests' own process ended"),
                    None => unknown("python.sandbox_failed", "the sandbox was killed from outside"),
                },
            })?;
            match reply.split_first() {
                Some((b'c', _)) => {
                    callee.send(&reply);
                    let answer =
                        callee.reply().map_err(|ended| reasons::ended(ended, callee, &self.limits))?;
                    if !is_answer(&answer) {
                        return Err(fail("python.crashed", "the program's process sent what is no value"));
                    }
                    tester.send(&answer);
                }
                Some((b'd', results)) => {
                    let Some(Value::List(results)) = Value::decode(results) else {
                        return Err(broken("the tests' own process sent no results"));
                    };
                    results.iter().for_each(|result| tally.add(reasons::tested(&result.texts())));
                    return Ok(());
                }
                Some((b'b', error)) => {
                    let error = Value::decode(error).map(|error| error.texts()).unwrap_or_default();
                    let error = error.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(": ");
                    return Err(broken(&format!("the tests' own code does not run: {error}")));
                }
                _ => return Err(broken("the tests' own process sent what is no reply")),
            }
        }
    }
}

/// The calls that are asked for before any result is there: all up to a `check` that is not the last test,
/// since its first assertion that does not hold ends it.
fn requests(entry: Option<&str>, tests: &[&TestCase], plain: Option<&[Plain]>) -> Vec<Vec<u8>> {
    let mut requests = Vec::new();
    for (at, test) in tests.iter().enumerate() {
        let last = at + 1 == tests.len();
        match (test, entry, plain.and_then(|plain| plain.get(at))) {
            (TestCase::Call { args, .. }, Some(entry), _) => requests.push(json_call(entry, args)),
            (TestCase::Asserts { .. } | TestCase::Check { .. }, _, Some(plain))
                if last || plain.iter().all(|assertions| assertions.len() < 2) =>
            {
                let call = |assertion: &Assertion| asserted_call(entry.unwrap_or(&assertion.name), assertion);
                requests.extend(plain.iter().flatten().map(call));
            }
            _ => break,
        }
    }
    requests
}

fn json_call(entry: &str, args: &[Json]) -> Vec<u8> {
    let args = Value::Tuple(args.iter().map(Value::from_json).collect());
    message(b'j', &Value::List(vec![Value::text(entry), args, Value::Dict(vec![])]))
}

fn asserted_call(name: &str, assertion: &Assertion) -> Vec<u8> {
    message(b'j', &assertion.request(name))
}

/// Asks for a call, unless it is one of those that were asked for ahead.
fn ask(callee: &mut Session, ahead: &mut usize, request: impl Fn() -> Vec<u8>) {
    match ahead.checked_sub(1) {
        Some(left) => *ahead = left,
        None => callee.send(&request()),
    }
}

/// The assertions of each test of a case.
pub(super) type Plain = Vec<Vec<Assertion>>;

/// The assertions of each case (none for `call`), if all test code is plain and means the program's
/// functions by the names it calls.
pub(super) fn plain_tests(prompt: &Prompt, tests: &[&TestCase], prelude: &str) -> Option<Vec<Plain>> {
    let entry = prompt.entry_point.as_deref().map(str::trim);
    // What the problem defines comes before what the program does, and no function of the program stands
    // in for a built-in one; but for the entry point.
    let is_programs = |name: &str| match entry {
        Some(entry) => name == entry,
        None => prelude.is_empty() && !BUILTINS.contains(&name),
    };
    let of_case = |test: &&TestCase| match test {
        TestCase::Asserts { code, setup } if setup.trim().is_empty() => {
            let one = |line: &String| {
                plain::assertion(line).filter(|it| is_programs(&it.name)).map(|assertion| vec![assertion])
            };
            code.iter().map(one).collect()
        }
        TestCase::Check { code } => Some(vec![plain::check(code, entry?)?]),
        TestCase::Call { .. } => Some(Vec::new()),
        TestCase::Asserts { .. } | TestCase::Stdio { .. } => None,
    };
    let cases: Vec<Plain> = tests.iter().map(of_case).collect::<Option<_>>()?;
    // The problem, or the function that is asked for, may be named like what an assertion counts on.
    let own_abs = entry == Some("abs") || prelude.contains("abs");
    let uses_abs = |assertion: &Assertion| assertion.uses_abs();
    (!own_abs || !cases.iter().flatten().flatten().any(uses_abs)).then_some(cases)
}

/// Whether `reply` answers a call with a value, a value and changed arguments, or an error.
fn is_answer(reply: &[u8]) -> bool {
    let Some((tag, value)) = reply.split_first() else { return false };
    match (tag, Value::decode(value)) {
        (b'v' | b'n', Some(_)) => true,
        (b'r', Some(raised)) => raised.texts().len() == 4,
        (b'w', Some(Value::Tuple(items))) => matches!(
            &items[..],
            [_, Value::Tuple(after)] if matches!(&after[..], [Value::Tuple(_), Value::Dict(_)])
        ),
        _ => false,
    }
}

fn message(kind: u8, value: &Value) -> Vec<u8> {
    let mut message = vec![kind];
    value.encode(&mut message);
    message
}
