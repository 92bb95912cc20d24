//! Talks to a sandboxed process. In: messages, and a moment at which patience ends. Out: its replies
//! and its output, both bounded. Never: a wait beyond the deadline, or a pipe that fills while
//! another is waited for.

use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use super::sandbox::{Launcher, Role, Started};

/// Most bytes of standard output, and of one reply.
const MAX_OUTPUT: usize = 1 << 20;
const MAX_REPLY: usize = 8 << 20;

/// Why a process gives no more replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The deadline passed.
    Timeout,
    /// Too much was printed or returned.
    Output,
    /// It ended by itself.
    Gone,
}

/// A process that is killed when dropped.
pub(super) struct Session {
    process: Started,
    deadline: Instant,
    /// What is still to be written, and from where on.
    requests: (Vec<u8>, usize),
    input: (Vec<u8>, usize),
    replies: Incoming,
    output: Incoming,
}

/// What came over a pipe so far.
#[derive(Default)]
struct Incoming {
    bytes: Vec<u8>,
    closed: bool,
}

impl Session {
    /// Starts a process; the clock starts when it does.
    ///
    /// # Errors
    /// Why the sandbox could not be made.
    pub(super) fn start(launcher: &Launcher, role: Role, patience: Duration) -> Result<Self, String> {
        let process = launcher.start(role)?;
        Ok(Self {
            process,
            deadline: Instant::now() + patience,
            requests: (Vec::new(), 0),
            input: (Vec::new(), 0),
            replies: Incoming::default(),
            output: Incoming::default(),
        })
    }

    /// Gives the process its standard input, whole.
    pub(super) fn feed(&mut self, input: &str) {
        self.input = (input.as_bytes().to_vec(), 0);
    }

    /// Queues a message.
    pub(super) fn send(&mut self, message: &[u8]) {
        let (pending, at) = &mut self.requests;
        pending.drain(..*at);
        *at = 0;
        pending.extend((message.len() as u32).to_le_bytes());
        pending.extend(message);
    }

    /// The next reply.
    ///
    /// # Errors
    /// [`Ended`] says why there is none.
    pub(super) fn reply(&mut self) -> Result<Vec<u8>, Ended> {
        let mut ended = false;
        loop {
            let bytes = &mut self.replies.bytes;
            if let Some(head) = bytes.first_chunk::<4>() {
                let size = u32::from_le_bytes(*head) as usize;
                if size > MAX_REPLY {
                    return Err(Ended::Output);
                }
                if bytes.len() >= 4 + size {
                    let rest = bytes.split_off(4 + size);
                    let mut reply = std::mem::replace(bytes, rest);
                    reply.drain(..4);
                    return Ok(reply);
                }
            }
            if ended {
                return Err(Ended::Gone);
            }
            ended = self.step()?;
        }
    }

    /// Waits for the end of the process and returns what it printed.
    ///
    /// # Errors
    /// [`Ended::Timeout`] or [`Ended::Output`].
    pub(super) fn finish(&mut self) -> Result<&[u8], Ended> {
        while !self.step()? {}
        Ok(&self.output.bytes)
    }

    /// How the process ended; only after it has.
    pub(super) fn status(&self) -> Option<WaitStatus> {
        let id = Id::Pid(Pid::from_raw(self.process.pid));
        waitid(id, WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT | WaitPidFlag::WNOHANG).ok()
    }

    /// Moves bytes wherever a pipe is ready; true once the process has ended and all is read.
    fn step(&mut self) -> Result<bool, Ended> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Ended::Timeout);
        }
        if self.input.1 >= self.input.0.len() {
            self.process.stdin = None; // End of input.
        }
        let sending = self.requests.1 < self.requests.0.len();
        let mut fds = vec![PollFd::new(self.process.pidfd.as_fd(), PollFlags::POLLIN)];
        // A closed pipe is always ready: polling it would spin.
        if !self.output.closed {
            fds.push(PollFd::new(self.process.stdout.as_fd(), PollFlags::POLLIN));
        }
        if !self.replies.closed {
            fds.push(PollFd::new(self.process.replies.as_fd(), PollFlags::POLLIN));
        }
        if sending {
            fds.push(PollFd::new(self.process.requests.as_fd(), PollFlags::POLLOUT));
        }
        if let Some(stdin) = &self.process.stdin {
            fds.push(PollFd::new(stdin.as_fd(), PollFlags::POLLOUT));
        }
        // Rounded up, so that the last wait does not spin.
        let millis = (left.as_millis() + 1).min(60_000) as u16;
        match poll(&mut fds, PollTimeout::from(millis)) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return Err(Ended::Gone),
        }
        // Asked before reading: what an ended process wrote is all there.
        let ended = fds[0].revents().is_some_and(|flags| !flags.is_empty());
        drop(fds);
        if sending && !write_some(&self.process.requests, &mut self.requests) {
            self.requests = (Vec::new(), 0);
        }
        if let Some(stdin) = &self.process.stdin
            && !write_some(stdin, &mut self.input)
        {
            self.process.stdin = None; // It reads no more, which is its right.
        }
        // One byte over the limit is enough to know; a reply's own limit is checked at its head.
        self.output.read(&self.process.stdout, MAX_OUTPUT + 1);
        self.replies.read(&self.process.replies, MAX_REPLY + 4);
        if self.output.bytes.len() > MAX_OUTPUT {
            return Err(Ended::Output);
        }
        Ok(ended)
    }
}

impl Incoming {
    /// Reads what is there, until `most` bytes are held.
    fn read(&mut self, fd: &OwnedFd, most: usize) {
        let mut chunk = [0; 1 << 14];
        while !self.closed && self.bytes.len() < most {
            let room = chunk.len().min(most - self.bytes.len());
            match nix::unistd::read(fd, &mut chunk[..room]) {
                Ok(0) => self.closed = true,
                Ok(count) => self.bytes.extend(&chunk[..count]),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return,
                Err(_) => self.closed = true,
            }
        }
    }
}

/// Writes what fits; false if nobody reads any more.
fn write_some(fd: &OwnedFd, (bytes, at): &mut (Vec<u8>, usize)) -> bool {
    while *at < bytes.len() {
        match nix::unistd::write(fd, &bytes[*at..]) {
            Ok(count) => *at += count,
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) => return true,
            Err(_) => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verifiers::python::interpreter;

    #[test]
    fn a_dropped_session_leaves_no_process() {
        let interpreter = interpreter::find("python3").unwrap();
        let launcher = Launcher::new(&interpreter, true, 512 << 20, 60).unwrap();
        for program in [
            "while True: pass",
            "import threading, time\nfor _ in range(9): threading.Thread(target=time.sleep, args=(99,)).start()",
            "import os, signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    \
             except (OSError, ValueError): pass\nwhile True: pass",
        ] {
            let mut session = Session::start(&launcher, Role::Script, Duration::from_millis(300)).unwrap();
            session.send(program.as_bytes());
            assert_eq!(session.finish(), Err(Ended::Timeout));
            let pid = Pid::from_raw(session.process.pid);
            assert!(nix::sys::signal::kill(pid, None).is_ok());
            drop(session);
            assert_eq!(nix::sys::signal::kill(pid, None), Err(Errno::ESRCH));
        }
    }

    #[test]
    fn a_reply_that_came_before_the_end_is_given() {
        let interpreter = interpreter::find("python3").unwrap();
        let launcher = Launcher::new(&interpreter, true, 512 << 20, 60).unwrap();
        let mut session = Session::start(&launcher, Role::Script, Duration::from_secs(30)).unwrap();
        session.send(b"import os\nos.write(4, b'\\1\\0\\0\\0x\\1\\0\\0\\0y\\9\\0\\0\\0z')\nos._exit(3)");
        assert_eq!(session.reply(), Ok(b"x".to_vec()));
        assert_eq!(session.reply(), Ok(b"y".to_vec()));
        assert_eq!(session.reply(), Err(Ended::Gone));
        assert!(matches!(session.status(), Some(WaitStatus::Exited(_, 3))));
    }
}
