//! Talks to a sandboxed process. In: messages, and limits. Out: its replies and its output, both
//! bounded. Never: a wait beyond a limit, or a pipe that fills while another is waited for.
//!
//! CPU time decides. Wall time, counted only while this process is waited for, caps what waits: time in
//! which any of its tree wanted a CPU and got none does not count, up to [`STARVED`] times the limits.

use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::usage::{self, Usage};
use super::zygote::{Exit, Role, Started, Zygotes};

/// Most bytes of one reply.
const MAX_REPLY: usize = 16 << 20;
/// How often the use of a running process is looked at. A program that fills memory at 4 GB/s gets
/// 80 MB further in that time.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// No program is waited for longer than this many times its limits, unless those are very short.
const STARVED: u32 = 10;
/// How long a program with the shortest limits is waited for: with five other programs on each core, one with a
/// second of CPU time was not done in ten.
const STARVED_AFTER: Duration = Duration::from_secs(60);

/// What a process may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// CPU time of the tree.
    pub(super) cpu: Duration,
    /// Time it may pass without using a CPU.
    pub(super) wall: Duration,
    /// Resident memory of the tree.
    pub(super) memory_bytes: u64,
    /// Bytes on standard output.
    pub(super) output_bytes: usize,
}

/// Why a process gives no more replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// It used its CPU time.
    Cpu,
    /// It waited too long.
    Wall,
    /// It wanted a CPU and got none for so long that nothing can be said.
    Starved,
    /// Its tree filled more memory than it may.
    Memory,
    /// Too much was printed.
    Output,
    /// Too much was returned.
    Reply,
    /// It ended by itself.
    Gone,
}

/// A process that is killed when dropped.
pub(super) struct Session {
    process: Started,
    limits: Limits,
    /// Time spent waiting for it.
    waited: Duration,
    /// The part of it in which nothing in it wanted a CPU when looked at.
    idle: Duration,
    last_look: Duration,
    next_look: Duration,
    /// CPU time at the start: what the sandbox cost.
    before: Duration,
    seen: Usage,
    peak_bytes: u64,
    exit: Option<Exit>,
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
    /// How many of them were given on.
    taken: usize,
    closed: bool,
}

impl Session {
    /// Starts a process; the clocks start when it is ready.
    ///
    /// # Errors
    /// Why the sandbox could not be made.
    pub(super) fn start(zygotes: &Zygotes, role: Role, limits: Limits) -> Result<Self, String> {
        let process = zygotes.start(role)?;
        Ok(Self {
            before: usage::cpu_clock(process.pid).unwrap_or_default(),
            process,
            limits,
            waited: Duration::ZERO,
            idle: Duration::ZERO,
            last_look: Duration::ZERO,
            next_look: LOOK_EVERY,
            seen: Usage::default(),
            peak_bytes: 0,
            exit: None,
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
        if *at == pending.len() {
            pending.clear();
            *at = 0;
        }
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
            let bytes = &self.replies.bytes[self.replies.taken..];
            if let Some(head) = bytes.first_chunk::<4>() {
                let size = u32::from_le_bytes(*head) as usize;
                if size > MAX_REPLY {
                    return Err(Ended::Reply);
                }
                if let Some(reply) = bytes.get(4..4 + size) {
                    let reply = reply.to_vec();
                    self.replies.taken += 4 + size;
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
    /// [`Ended`], but not [`Ended::Gone`].
    pub(super) fn finish(&mut self) -> Result<&[u8], Ended> {
        while !self.step()? {}
        Ok(&self.output.bytes)
    }

    /// How the process ended; only after it has. `None` if that is not known.
    pub(super) fn exit(&mut self) -> Option<Exit> {
        if self.exit.is_none() {
            self.exit = self.process.exit();
        }
        self.exit
    }

    /// Ends the process, if it still runs, and says what it used: CPU time and the most memory.
    pub(super) fn used(mut self) -> (Duration, u64) {
        let (mut cpu, mut peak) = (self.seen.cpu, self.peak_bytes);
        self.process.end();
        if let Some(exit) = self.exit() {
            (cpu, peak) = (cpu.max(exit.cpu), peak.max(exit.peak_bytes));
        }
        (cpu.saturating_sub(self.before), peak)
    }

    /// CPU time so far, as exact as can be had while it waits for us.
    pub(super) fn over_cpu(&mut self) -> bool {
        let cpu = match self.exit {
            Some(exit) => exit.cpu,
            None => usage::cpu_clock(self.process.pid).unwrap_or_default().max(self.seen.cpu),
        };
        cpu.saturating_sub(self.before) > self.limits.cpu
    }

    /// Moves bytes wherever a pipe is ready; true once the process has ended and all is read.
    fn step(&mut self) -> Result<bool, Ended> {
        if self.waited >= self.next_look {
            self.look()?;
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
        let left = self.next_look.saturating_sub(self.waited);
        // Rounded up, so that the last wait does not spin.
        let millis = (left.as_millis() + 1).min(1000) as u16;
        let start = Instant::now();
        let polled = poll(&mut fds, PollTimeout::from(millis));
        self.waited += start.elapsed();
        match polled {
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
        self.output.read(&self.process.stdout, self.limits.output_bytes + 1);
        self.replies.read(&self.process.replies, MAX_REPLY + 4);
        if self.output.bytes.len() > self.limits.output_bytes {
            return Err(Ended::Output);
        }
        if ended && let Some(exit) = self.exit() {
            self.peak_bytes = self.peak_bytes.max(exit.peak_bytes);
        }
        Ok(ended)
    }

    /// Looks at what the tree uses.
    fn look(&mut self) -> Result<(), Ended> {
        self.seen = usage::of_tree(self.process.pid, self.limits.memory_bytes);
        self.peak_bytes = self.peak_bytes.max(self.seen.memory_bytes);
        if !self.seen.runnable {
            self.idle += self.waited.saturating_sub(self.last_look);
        }
        (self.last_look, self.next_look) = (self.waited, self.waited + LOOK_EVERY);
        if self.seen.memory_bytes > self.limits.memory_bytes {
            return Err(Ended::Memory);
        }
        let cpu = self.seen.cpu.saturating_sub(self.before);
        if cpu > self.limits.cpu {
            return Err(Ended::Cpu);
        }
        if self.waited > self.limits.wall {
            // The kernel's account is exact, but forgets processes and threads that have ended.
            let busy = cpu + usage::waited_for_cpu(self.process.pid);
            if self.idle > self.limits.wall && self.waited.saturating_sub(busy) > self.limits.wall {
                return Err(Ended::Wall);
            }
            if self.waited > STARVED_AFTER.max(STARVED * self.limits.wall.max(self.limits.cpu)) {
                return Err(Ended::Starved);
            }
        }
        Ok(())
    }
}

impl Incoming {
    /// Reads what is there, until `most` bytes are held.
    fn read(&mut self, fd: &OwnedFd, most: usize) {
        // Not for every reply: a program may send millions of empty ones ahead.
        if self.taken > 0 && self.taken >= self.bytes.len() / 2 {
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
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
    use nix::sys::wait::WaitStatus;
    use nix::unistd::Pid;

    use super::*;
    use crate::verifiers::python::interpreter;
    use crate::verifiers::python::sandbox::Launcher;

    fn zygotes() -> Zygotes {
        let interpreter = interpreter::find("python3").unwrap();
        Zygotes::new(Launcher::new(&interpreter, true, 512 << 20, 60).unwrap(), 1)
    }

    fn limits(millis: u64) -> Limits {
        let time = Duration::from_millis(millis);
        Limits { cpu: time, wall: time, memory_bytes: 512 << 20, output_bytes: 1 << 20 }
    }

    #[test]
    fn a_dropped_session_leaves_no_process() {
        let zygotes = zygotes();
        for program in [
            "while True: pass",
            "import time\nwhile True: time.sleep(9)",
            "import threading, time\nfor _ in range(9): threading.Thread(target=time.sleep, args=(99,)).start()",
            "import os, time\nfor _ in range(9):\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0: time.sleep(99)\n        os._exit(0)\ntime.sleep(99)",
            "import os, signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    \
             except (OSError, ValueError): pass\nwhile True: pass",
        ] {
            let mut session = Session::start(&zygotes, Role::Script, limits(300)).unwrap();
            session.send(program.as_bytes());
            let ended = session.finish().map(<[u8]>::to_vec);
            assert!(matches!(ended, Err(Ended::Cpu | Ended::Wall)), "{program}: {ended:?}");
            let pid = Pid::from_raw(session.process.pid);
            assert!(nix::sys::signal::kill(pid, None).is_ok());
            let (cpu, _) = session.used();
            assert!(cpu < Duration::from_secs(3), "{cpu:?}");
            assert_eq!(usage::of_tree(pid.as_raw(), 0).processes, 0, "{program}");
        }
    }

    #[test]
    fn a_reply_that_came_before_the_end_is_given() {
        let zygotes = zygotes();
        let mut session = Session::start(&zygotes, Role::Script, limits(30_000)).unwrap();
        session.send(b"import os\nos.write(4, b'\\1\\0\\0\\0x\\1\\0\\0\\0y\\9\\0\\0\\0z')\nos._exit(3)");
        assert_eq!(session.reply(), Ok(b"x".to_vec()));
        assert_eq!(session.reply(), Ok(b"y".to_vec()));
        assert_eq!(session.reply(), Err(Ended::Gone));
        assert!(matches!(session.exit().unwrap().status, Some(WaitStatus::Exited(_, 3))));
    }

    #[test]
    fn a_killed_zygote_is_replaced() {
        let zygotes = zygotes();
        for _ in 0..3 {
            let mut session = Session::start(&zygotes, Role::Script, limits(30_000)).unwrap();
            session.send(b"import time\ntime.sleep(60)");
            for pid in zygotes.pids() {
                nix::sys::signal::kill(Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL).unwrap();
            }
            assert_eq!(session.finish(), Ok(&[][..]), "it ends with its zygote");
            assert_eq!(session.exit(), None);
        }
    }
}
