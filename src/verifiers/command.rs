//! A verifier of the user's own: an external program that reads answers and says whether they are right.
//!
//! In: a prompt and the assistant's text. Out: what the program said. It is started once for each thread that
//! verifies and stays alive: it reads one JSON object a line from its standard input (`id`, `problem`, `answer`,
//! `completion`) and writes one a line to its standard output (`verdict`: `pass`, `fail` or `unknown`; `reason`, if it
//! likes), flushed. A program that takes too long, says too much or ends is killed with all it started, the answer is
//! unknown, and the next one gets a new process. Never: a shell, a pass for a reply that is not understood.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::record::{Finding, Prompt, Reason, Verdict};
#[cfg(unix)]
use process::{Ended, Process};

/// Longest reply, in bytes: a verdict and a reason are far shorter.
const MAX_REPLY: usize = 64 << 10;
/// Characters of the program's reason that are kept.
const MAX_REASON: usize = 500;

/// `command = { program = ["python3", "examples/math_verify_wrapper.py"] }`: asks an external program.
///
/// ```toml
/// [[verifiers]]
/// command = { program = ["python3", "examples/math_verify_wrapper.py"], timeout_secs = 5 }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Command {
    /// The program and its arguments. No shell reads them. Relative paths are relative to the working directory.
    pub program: Vec<String>,
    /// Seconds one answer may take, from 0.01 to 3600; then the program is killed and the answer unknown.
    pub timeout_secs: f64,
    /// Seconds that a new process may take on top of its first answer, to load what it needs, from 0 to 3600.
    pub start_secs: f64,
    /// Whether prompts without a reference answer are left to other verifiers.
    pub needs_answer: bool,
}

impl Default for Command {
    fn default() -> Self {
        Self { program: Vec::new(), timeout_secs: 5.0, start_secs: 30.0, needs_answer: true }
    }
}

impl Command {
    /// Checks the options and starts the program once.
    ///
    /// # Errors
    /// A sentence that names the option that is out of range, or the program that does not start.
    pub fn checked(self) -> Result<Asker, String> {
        if self.program.first().is_none_or(String::is_empty) {
            return Err("command: program is empty: give the program and its arguments".into());
        }
        if !(0.01..=3600.0).contains(&self.timeout_secs) {
            return Err("command: timeout_secs is not between 0.01 and 3600".into());
        }
        if !(0.0..=3600.0).contains(&self.start_secs) {
            return Err("command: start_secs is not between 0 and 3600".into());
        }
        Asker::new(self)
    }
}

/// The program at work: processes that wait for the next answer.
#[cfg(unix)]
pub struct Asker {
    options: Command,
    idle: std::sync::Mutex<Vec<Process>>,
}

/// Where processes cannot be polled, there is no verifier.
#[cfg(not(unix))]
pub struct Asker {
    options: Command,
}

#[cfg(not(unix))]
impl Asker {
    fn new(_: Command) -> Result<Self, String> {
        Err("command: program runs on Unix alone: remove the verifier from the pipeline".into())
    }

    fn ask(&self, _: &[u8]) -> (Verdict, Option<String>) {
        (unknown("command.not_started", "no processes here"), None)
    }
}

#[cfg(unix)]
impl Asker {
    fn new(options: Command) -> Result<Self, String> {
        let first = Process::start(&options.program)
            .map_err(|error| format!("command: program `{}` does not start: {error}", options.program[0]))?;
        Ok(Self { options, idle: std::sync::Mutex::new(vec![first]) })
    }

    /// The processes at rest. A thread that panicked left none half-used among them.
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Process>> {
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn ask(&self, request: &[u8]) -> (Verdict, Option<String>) {
        let waiting = self.idle().pop();
        let mut process = match waiting.map_or_else(|| Process::start(&self.options.program), Ok) {
            Ok(process) => process,
            Err(error) => return (unknown("command.not_started", error.to_string()), None),
        };
        let mut limit = Duration::from_secs_f64(self.options.timeout_secs);
        if process.is_new() {
            limit += Duration::from_secs_f64(self.options.start_secs);
        }
        match process.ask(request, limit, MAX_REPLY) {
            Ok(reply) => {
                let said = understood(&reply);
                // A program that said what it should not is not asked again.
                if said.is_some() {
                    self.idle().push(process);
                }
                said.unwrap_or_else(|| {
                    (unknown("command.bad_reply", cut(&String::from_utf8_lossy(&reply))), None)
                })
            }
            Err(ended) => {
                let (name, detail) = match ended {
                    Ended::Timeout => ("command.timeout", format!("no reply within {limit:?}")),
                    Ended::TooLong => {
                        ("command.bad_reply", format!("a reply of more than {MAX_REPLY} bytes"))
                    }
                    Ended::Gone(how) => ("command.crashed", how),
                };
                (unknown(name, detail), None)
            }
        }
    }
}

impl super::Verifier for Asker {
    fn name(&self) -> &'static str {
        "command"
    }

    fn applies(&self, prompt: &Prompt) -> bool {
        !self.options.needs_answer || prompt.answer.is_some()
    }

    fn on_this_machine(&self) -> Option<String> {
        Some(format!("asks `{}`, one process a thread", self.options.program.join(" ")))
    }

    fn waits(&self) -> bool {
        true
    }

    fn verify(&self, prompt: &Prompt, text: &str) -> Finding {
        let row = json!({
            "id": prompt.id, "problem": prompt.problem, "answer": prompt.answer, "completion": text,
        });
        let (verdict, said) = self.ask(format!("{row}\n").as_bytes());
        let mut details = Map::new();
        if let Some(said) = said {
            details.insert("command_said".to_owned(), said.into());
        }
        Finding { verdict, details, measured: Map::new() }
    }
}

/// The verdict in a reply, and the reason that the program gave.
fn understood(reply: &[u8]) -> Option<(Verdict, Option<String>)> {
    let reply: Json = serde_json::from_slice(reply).ok()?;
    let said = reply["reason"].as_str().filter(|said| !said.is_empty()).map(cut);
    let detail = said.clone().unwrap_or_default();
    let verdict = match reply["verdict"].as_str()? {
        "pass" => Verdict::Pass,
        "fail" => Verdict::Fail(Reason::new("command.fail", detail)),
        "unknown" => Verdict::Unknown(Reason::new("command.unknown", detail)),
        _ => return None,
    };
    Some((verdict, said))
}

fn unknown(name: &'static str, detail: impl Into<String>) -> Verdict {
    Verdict::Unknown(Reason::new(name, detail))
}

/// The head of `text` on one line.
fn cut(text: &str) -> String {
    text.chars().take(MAX_REASON).map(|char| if char.is_control() { ' ' } else { char }).collect()
}

#[cfg(unix)]
mod process {
    //! One process that is asked and answers, a line each. In: a line, a limit. Out: a line, or why there is none.
    //! Never: a wait past the limit; a child left behind.

    use std::io::{self, ErrorKind, Read, Write};
    use std::os::fd::AsFd;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
    use std::time::{Duration, Instant};

    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use nix::sys::signal::{Signal, killpg};
    use nix::unistd::Pid;

    /// Why there is no reply.
    pub(super) enum Ended {
        /// The limit.
        Timeout,
        /// More than a reply may hold.
        TooLong,
        /// It ended or closed its output.
        Gone(String),
    }

    pub(super) struct Process {
        child: Child,
        input: ChildStdin,
        output: ChildStdout,
        is_new: bool,
    }

    impl Process {
        /// Starts `program` in a process group of its own.
        pub(super) fn start(program: &[String]) -> io::Result<Self> {
            let mut child = Command::new(&program[0])
                .args(&program[1..])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .process_group(0)
                .spawn()?;
            let pipes = child.stdin.take().zip(child.stdout.take());
            let (input, output) = pipes.ok_or_else(|| io::Error::other("no pipes"))?;
            let process = Self { child, input, output, is_new: true };
            for pipe in [process.input.as_fd(), process.output.as_fd()] {
                fcntl(pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
            }
            Ok(process)
        }

        /// Whether it has not answered yet.
        pub(super) fn is_new(&self) -> bool {
            self.is_new
        }

        /// Sends `request` and reads a line of at most `longest` bytes within `limit`.
        pub(super) fn ask(
            &mut self,
            request: &[u8],
            limit: Duration,
            longest: usize,
        ) -> Result<Vec<u8>, Ended> {
            let deadline = Instant::now() + limit;
            let (mut sent, mut reply) = (0, Vec::new());
            let mut piece = [0u8; 4096];
            loop {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(Ended::Timeout);
                }
                // Rounded up, so that the last wait is no spin.
                let wait = PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX);
                let mut waits = vec![PollFd::new(self.output.as_fd(), PollFlags::POLLIN)];
                if sent < request.len() {
                    waits.push(PollFd::new(self.input.as_fd(), PollFlags::POLLOUT));
                }
                match poll(&mut waits, wait) {
                    Ok(_) | Err(nix::errno::Errno::EINTR) => {}
                    Err(error) => return Err(Ended::Gone(error.to_string())),
                }
                if sent < request.len() {
                    match self.input.write(&request[sent..]) {
                        Ok(count) => sent += count,
                        Err(error) if is_later(&error) => {}
                        Err(_) => return Err(Ended::Gone(self.end())),
                    }
                }
                match self.output.read(&mut piece) {
                    Ok(0) => return Err(Ended::Gone(self.end())),
                    Ok(count) => reply.extend_from_slice(&piece[..count]),
                    Err(error) if is_later(&error) => {}
                    Err(error) => return Err(Ended::Gone(error.to_string())),
                }
                if let Some(end) = reply.iter().position(|byte| *byte == b'\n') {
                    // Another line would be the answer to nothing: what follows is kept, and is no JSON.
                    if end + 1 == reply.len() {
                        reply.truncate(end);
                    }
                    self.is_new = false;
                    return Ok(reply);
                }
                if reply.len() > longest {
                    return Err(Ended::TooLong);
                }
            }
        }

        /// How it ended, if it has.
        fn end(&mut self) -> String {
            match self.child.try_wait() {
                Ok(Some(status)) => format!("the program ended: {status}"),
                _ => "the program closed its input or output".to_owned(),
            }
        }
    }

    fn is_later(error: &io::Error) -> bool {
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
    }

    impl Drop for Process {
        /// Ends it and all it started.
        fn drop(&mut self) {
            if let Ok(id) = i32::try_from(self.child.id()) {
                // It may have ended by itself.
                _ = killpg(Pid::from_raw(id), Signal::SIGKILL);
            }
            _ = self.child.wait();
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::verifiers::Verifier;

    fn asker(script: &str, timeout_secs: f64) -> Asker {
        let program = ["sh", "-c", script].map(str::to_owned).to_vec();
        Command { program, timeout_secs, start_secs: 0.0, ..Command::default() }.checked().unwrap()
    }

    fn prompt() -> Prompt {
        Prompt {
            id: "t".into(),
            source: "t".into(),
            domain: "math".into(),
            problem: "1+1?".into(),
            answer: Some("2".into()),
            entry_point: None,
            tests: vec![],
            difficulty: None,
        }
    }

    /// The verdict's name, and its reason's.
    fn said(asker: &Asker, text: &str) -> (&'static str, String) {
        let verdict = asker.verify(&prompt(), text).verdict;
        (verdict.as_str(), verdict.reason().map_or_else(String::new, |reason| reason.name.to_string()))
    }

    #[test]
    fn replies_table() {
        for (reply, verdict, reason) in [
            (r#"{"verdict":"pass"}"#, "pass", ""),
            (r#"{"verdict":"pass","reason":"equal"}"#, "pass", ""),
            (r#"{"verdict":"fail","reason":"2 is not 3"}"#, "fail", "command.fail"),
            (r#"{"verdict":"unknown"}"#, "unknown", "command.unknown"),
            (r#"{"verdict":"PASS"}"#, "unknown", "command.bad_reply"),
            (r#"{"verdict":true}"#, "unknown", "command.bad_reply"),
            (r#"{"verdict":"pass"} {"verdict":"fail"}"#, "unknown", "command.bad_reply"),
            ("pass", "unknown", "command.bad_reply"),
            ("", "unknown", "command.bad_reply"),
        ] {
            let asker = asker(&format!("while read -r line; do echo '{reply}'; done"), 5.0);
            assert_eq!(said(&asker, "x"), (verdict, reason.to_owned()), "{reply}");
        }
    }

    #[test]
    fn what_goes_wrong_is_unknown_and_the_next_answer_gets_a_new_process() {
        // Each process answers once, and on its own terms.
        for (script, reason, limit) in [
            ("read -r line; exit 3", "command.crashed", 60.0),
            ("exit 0", "command.crashed", 60.0),
            ("read -r line; sleep 60", "command.timeout", 0.3),
            ("sleep 60 & read -r line; wait", "command.timeout", 0.3),
            ("yes | tr -d '\\n'", "command.bad_reply", 60.0),
            ("exec <&-; sleep 60", "command.timeout", 0.3),
        ] {
            let asker = asker(script, limit);
            let start = std::time::Instant::now();
            for _ in 0..2 {
                let (verdict, name) = said(&asker, "x");
                // A process that reads nothing may be seen gone before or after it was written to.
                let closed = script.contains("<&-") && name == "command.crashed";
                assert!(verdict == "unknown" && (name == reason || closed), "{script}: {verdict} {name}");
            }
            assert!(start.elapsed() < Duration::from_secs(30), "{script} was not ended");
        }
    }

    #[test]
    fn one_process_answers_many_and_a_megabyte_goes_through() {
        let script = r#"n=0; while read -r line; do n=$((n+1)); echo "{\"verdict\":\"fail\",\"reason\":\"$n ${#line}\"}"; done"#;
        let asker = asker(script, 60.0);
        for round in 1..=3 {
            let verdict = asker.verify(&prompt(), &"x".repeat(200_000)).verdict;
            let detail = &verdict.reason().unwrap().detail;
            assert!(detail.starts_with(&format!("{round} 2000")), "{detail}");
        }
        assert_eq!(asker.idle().len(), 1);
    }

    #[test]
    fn bad_options_are_named() {
        for (options, word) in [
            (Command::default(), "program"),
            (Command { program: vec!["/nonexistent/x".into()], ..Command::default() }, "program"),
            (Command { program: vec!["sh".into()], timeout_secs: 0.0, ..Command::default() }, "timeout_secs"),
            (
                Command { program: vec!["sh".into()], start_secs: f64::NAN, ..Command::default() },
                "start_secs",
            ),
        ] {
            let error = options.checked().err().expect("an error");
            assert!(error.contains(word), "{error}");
        }
    }
}
