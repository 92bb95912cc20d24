//! From what a process sent, or how it ended, to a reason. In: replies, errors and ends. Out: a test
//! that is not passed, under a stable name. Never: a pass.

use nix::libc;
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;

use super::sandbox::{MAX_FILES, MAX_TASKS, SCRATCH_FILES, SCRATCH_MIB};
use super::session::{Ended, Limits, Session};
use super::wire::Value;
use crate::record::{Reason, Verdict};

/// A test that is not passed: [`Verdict::Fail`] or [`Verdict::Unknown`].
pub(super) type NotPassed = Verdict;

/// A failed test.
pub(super) fn fail(name: &'static str, detail: impl AsRef<str>) -> NotPassed {
    Verdict::Fail(Reason::new(name, brief(detail.as_ref())))
}

/// A test that decides nothing.
pub(super) fn unknown(name: &'static str, detail: impl AsRef<str>) -> NotPassed {
    Verdict::Unknown(Reason::new(name, brief(detail.as_ref())))
}

/// `text` on one line, cut to what a reason can hold.
fn brief(text: &str) -> String {
    text.chars().take(300).map(|char| if char.is_control() { ' ' } else { char }).collect()
}

/// `text` in backticks, cut.
pub(super) fn short(text: &str) -> String {
    let text = text.trim();
    let head: String = text.chars().take(80).collect();
    let more = if head.len() < text.len() { "…" } else { "" };
    format!("`{head}{more}`")
}

/// Why a process gave no more replies.
pub(super) fn ended(ended: Ended, session: &mut Session, limits: &Limits) -> NotPassed {
    let (cpu, wall) = (limits.cpu.as_secs_f64(), limits.wall.as_secs_f64());
    let memory = limits.memory_bytes >> 20;
    match ended {
        Ended::Cpu => fail("python.cpu_limit", format!("more than {cpu} s of CPU time")),
        Ended::Wall => fail("python.wall_limit", format!("waited for more than {wall} s")),
        Ended::Starved => unknown("python.starved", "the machine gave the program no CPU to run on"),
        Ended::Memory => fail("python.memory_limit", format!("more than {memory} MiB in all processes")),
        Ended::Output => fail(
            "python.output_limit",
            format!("more than {:.1} MiB printed", limits.output_bytes as f64 / f64::from(1 << 20)),
        ),
        Ended::Reply => fail("python.output_limit", "too large a value returned"),
        Ended::Gone => gone(session, cpu),
    }
}

fn gone(session: &mut Session, cpu_secs: f64) -> NotPassed {
    let Some(exit) = session.exit() else {
        return unknown("python.sandbox_failed", "the sandbox was killed from outside");
    };
    let how = match exit.status {
        Some(WaitStatus::Signaled(_, Signal::SIGXCPU | Signal::SIGKILL, _)) if session.over_cpu() => {
            return fail("python.cpu_limit", format!("more than {cpu_secs} s of CPU time"));
        }
        // Process 1 of a namespace cannot be killed from inside it.
        Some(WaitStatus::Signaled(_, Signal::SIGKILL, _)) => {
            return unknown("python.killed", "the program was killed from outside, perhaps for its memory");
        }
        Some(WaitStatus::Exited(_, code)) => format!("with exit code {code}"),
        Some(WaitStatus::Signaled(_, signal, _)) => format!("by {signal}"),
        _ => "in an unknown way".to_owned(),
    };
    fail("python.crashed", format!("the program ended its process {how}"))
}

/// Why a program that reported an error did not load or come to its end.
pub(super) fn not_loaded(reply: &[u8]) -> NotPassed {
    let Some((&tag, value)) = reply.split_first() else {
        return fail("python.crashed", "the program's process sent an empty reply");
    };
    let Some(Value::List(items)) = Value::decode(value) else {
        return fail("python.crashed", "the program's process sent what is no reply");
    };
    let line = match items.get(4) {
        Some(Value::Int(digits)) => u64::from_str_radix(digits, 16).unwrap_or(0),
        _ => 0,
    };
    let texts = Value::List(items).texts();
    let place = if line > 0 { format!("line {line}: ") } else { String::new() };
    match raised_by(&texts) {
        Verdict::Fail(reason) if tag == b'y' && reason.name == "python.error" => {
            fail("python.syntax_error", place + &reason.detail)
        }
        Verdict::Fail(reason) => Verdict::Fail(Reason { detail: brief(&(place + &reason.detail)), ..reason }),
        other => other,
    }
}

/// A raised exception: its type, message, nearest built-in type and error number. Limits that a program
/// meets as an exception have their own reasons.
pub(super) fn raised_by(texts: &[String]) -> NotPassed {
    let text = |at: usize| texts.get(at).map_or("", String::as_str);
    let (kind, message, base, number) = (text(0), text(1), text(2), text(3).parse::<i32>().unwrap_or(0));
    let detail = if message.is_empty() { kind.to_owned() } else { format!("{kind}: {message}") };
    let limit = match (base, number) {
        ("MemoryError", _) | (_, libc::ENOMEM) => Some(("python.memory_limit", String::new())),
        ("BlockingIOError" | "OSError", libc::EAGAIN) => {
            Some(("python.process_limit", format!(" (at most {MAX_TASKS} processes and threads)")))
        }
        ("RuntimeError", _) if message == "can't start new thread" => {
            Some(("python.process_limit", format!(" (at most {MAX_TASKS} processes and threads)")))
        }
        (_, libc::EMFILE | libc::ENFILE) => {
            Some(("python.file_limit", format!(" (at most {MAX_FILES} open files)")))
        }
        (_, libc::ENOSPC | libc::EFBIG | libc::EDQUOT) => Some((
            "python.disk_limit",
            format!(" (at most {SCRATCH_MIB} MiB in {SCRATCH_FILES} files and folders)"),
        )),
        _ => None,
    };
    match limit {
        Some((name, note)) => fail(name, detail + &note),
        None => fail("python.error", detail),
    }
}

/// What test code says of what the program raised: of its `assert` what it says of its own.
pub(super) fn raised_in_test(texts: &[String]) -> NotPassed {
    match texts.get(2).map(String::as_str) {
        Some("AssertionError") => fail("python.wrong_answer", texts[..2].join(": ")),
        _ => raised_by(texts),
    }
}

/// What one test's state, type and message say.
pub(super) fn tested(texts: &[String]) -> Result<(), NotPassed> {
    let detail = || {
        let parts: Vec<&str> = texts.iter().skip(1).take(2).map(String::as_str).collect();
        parts.join(if parts.get(1).is_some_and(|text| text.is_empty()) { "" } else { ": " })
    };
    Err(match texts.first().map(String::as_str) {
        Some("ok") => return Ok(()),
        Some("wrong") => fail("python.wrong_answer", detail()),
        Some("missing") => fail("python.missing_function", detail()),
        Some("raised") => raised_by(texts.get(1..).unwrap_or_default()),
        Some("opaque") => unknown("python.not_plain_value", texts.get(2).map_or("", String::as_str)),
        _ => unknown("python.tests_failed", "the tests' own process sent no results"),
    })
}
