//! Zygotes: asks a warmed interpreter to fork a process for one role. In: the role. Out: a confined
//! process that has not yet seen a program, and the pipes to it; on drop its whole tree is dead. Never:
//! a program, a test or an answer inside a zygote.
//!
//! A zygote that was killed is replaced; a fork that the machine refuses is tried again for a while.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, recvmsg, sendmsg,
    socketpair,
};
use nix::sys::wait::WaitStatus;
use nix::unistd::{Pid, pipe2};

use super::batch;
use super::sandbox::{Launcher, Server};

/// How long a fork may take, on however loaded a machine.
const FORK_PATIENCE: Duration = Duration::from_secs(60);
/// Forks that the machine refuses are tried again after 5, 10, 20 … milliseconds: 5 seconds in all.
const ATTEMPTS: u32 = 10;

/// The role that the harness plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The program on standard input and output.
    Script,
    /// The program as functions to be called.
    Program,
    /// The test code.
    Tests,
}

/// How a process ended and what it and the children it waited for used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Exit {
    pub(super) status: Option<WaitStatus>,
    pub(super) cpu: Duration,
    /// The largest resident set of any of its processes.
    pub(super) peak_bytes: u64,
}

/// A started process and the caller's ends of its pipes, which do not block.
#[derive(Debug)]
pub(super) struct Started {
    /// Its number as this process sees it.
    pub(super) pid: i32,
    /// Readable once the process, and with it its whole tree, has ended.
    pub(super) pidfd: OwnedFd,
    /// Only a script has one.
    pub(super) stdin: Option<OwnedFd>,
    pub(super) stdout: OwnedFd,
    pub(super) requests: OwnedFd,
    pub(super) replies: OwnedFd,
    status: OwnedFd,
}

impl Started {
    /// How it ended; only after it has. `None` if its zygote was killed.
    pub(super) fn exit(&self) -> Option<Exit> {
        let (message, _) = receive(&self.status, Duration::from_secs(10)).ok()?;
        let [b'E', message @ ..] = &message[..] else { return None };
        let status = i32::from_ne_bytes(*message.first_chunk()?);
        let micros = u64::from_ne_bytes(*message.get(4..)?.first_chunk()?);
        let kibibytes = u64::from_ne_bytes(*message.get(12..)?.first_chunk()?);
        Some(Exit {
            status: WaitStatus::from_raw(Pid::from_raw(self.pid), status).ok(),
            cpu: Duration::from_micros(micros),
            peak_bytes: kibibytes << 10,
        })
    }
}

impl Started {
    /// Ends the process and everything in it, and waits until it is gone.
    pub(super) fn end(&self) {
        let none = std::ptr::null::<libc::siginfo_t>();
        // SAFETY: sends a signal to the process that the descriptor stands for.
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, self.pidfd.as_raw_fd(), libc::SIGKILL, none, 0) };
        readable(self.pidfd.as_fd(), FORK_PATIENCE);
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.end();
    }
}

/// Zygotes, one for each core, started when first needed.
pub(super) struct Zygotes {
    launcher: Launcher,
    servers: Vec<Mutex<Option<Arc<Server>>>>,
    next: AtomicUsize,
}

/// Why there is no process.
enum Failed {
    /// The zygote does not answer.
    Server,
    /// The machine lacks something for the moment.
    Busy(String),
    /// It will not go.
    Never(String),
}

impl Zygotes {
    /// For `count` zygotes.
    pub(super) fn new(launcher: Launcher, count: usize) -> Self {
        let servers = (0..count.max(1)).map(|_| Mutex::new(None)).collect();
        Self { launcher, servers, next: AtomicUsize::new(0) }
    }

    /// A process that plays `role`.
    ///
    /// # Errors
    /// The step that failed and the system's error.
    pub(super) fn start(&self, role: Role) -> Result<Started, String> {
        let mut said = String::new();
        for attempt in 0..ATTEMPTS {
            let at = self.next.fetch_add(1, Ordering::Relaxed) % self.servers.len();
            let server = match self.server(at) {
                Ok(server) => server,
                // Without memory or processes for the moment, or never; the first is worth waiting for.
                Err(error) if attempt == 0 || attempt + 1 < ATTEMPTS => {
                    said = error;
                    std::thread::sleep(Duration::from_millis(5 << attempt));
                    continue;
                }
                Err(error) => return Err(error),
            };
            match fork(&server, role) {
                Ok(started) => return Ok(started),
                Err(Failed::Never(error)) => return Err(error),
                Err(Failed::Busy(error)) => {
                    said = error;
                    std::thread::sleep(Duration::from_millis(5 << attempt));
                }
                Err(Failed::Server) => {
                    said = "the zygote was killed".to_owned();
                    let mut slot = self.servers[at].lock().unwrap_or_else(PoisonError::into_inner);
                    if slot.as_ref().is_some_and(|found| Arc::ptr_eq(found, &server)) {
                        *slot = None;
                    }
                }
            }
        }
        Err(said)
    }

    fn server(&self, at: usize) -> Result<Arc<Server>, String> {
        let mut slot = self.servers[at].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = &*slot {
            return Ok(server.clone());
        }
        let mut server = self.launcher.start()?;
        let said = receive(&server.control, FORK_PATIENCE).map(|(message, _)| message);
        match said.as_ref().map(|message| String::from_utf8_lossy(message)) {
            Ok(message) if message.starts_with("ready\n") => {
                server.steps = message.lines().skip(1).map(str::to_owned).collect();
            }
            Ok(message) if !message.is_empty() => return Err(format!("preparing programs: {message}")),
            _ => {
                return Err("the interpreter does not run the harness (it needs Python's own modules, \
                            `ctypes` among them)"
                    .to_owned());
            }
        }
        let server = Arc::new(server);
        *slot = Some(server.clone());
        Ok(server)
    }

    /// The zygotes' processes, for tests that kill them.
    #[cfg(test)]
    pub(super) fn pids(&self) -> Vec<i32> {
        let pid = |slot: &Mutex<Option<Arc<Server>>>| slot.lock().unwrap().as_ref().map(|s| s.pid());
        self.servers.iter().filter_map(pid).collect()
    }
}

fn fork(server: &Server, role: Role) -> Result<Started, Failed> {
    let busy = |what: &str, error: Errno| Failed::Busy(format!("{what}: {}", error.desc()));
    let pipe = || pipe2(OFlag::O_CLOEXEC).map_err(|error| busy("pipe", error));
    let (stdin, stdin_writer) = match role {
        Role::Script => pipe().map(|(reader, writer)| (reader, Some(writer)))?,
        Role::Program | Role::Tests => {
            let null = std::fs::File::open("/dev/null");
            (null.map_err(|error| Failed::Busy(format!("/dev/null: {error}")))?.into(), None)
        }
    };
    let (stdout_reader, stdout) = pipe()?;
    let (requests, requests_writer) = pipe()?;
    let (replies_reader, replies) = pipe()?;
    let (status, theirs) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
        .map_err(|error| busy("socketpair", error))?;
    for fd in [&stdout_reader, &requests_writer, &replies_reader].into_iter().chain(&stdin_writer) {
        fcntl(fd, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map_err(|error| busy("fcntl", error))?;
    }
    let fds = [&stdin, &stdout, &requests, &replies, &theirs].map(AsRawFd::as_raw_fd);
    let role = match role {
        Role::Script => b"s",
        Role::Program => b"p",
        Role::Tests => b"t",
    };
    let rights = [ControlMessage::ScmRights(&fds)];
    loop {
        let flags = MsgFlags::MSG_NOSIGNAL;
        match sendmsg::<()>(server.control.as_raw_fd(), &[IoSlice::new(role)], &rights, flags, None) {
            Ok(_) => break,
            Err(Errno::EINTR) => {}
            Err(error @ (Errno::ETOOMANYREFS | Errno::ENOBUFS | Errno::ENOMEM)) => {
                return Err(busy("sendmsg", error));
            }
            Err(_) => return Err(Failed::Server),
        }
    }
    drop((stdin, stdout, requests, replies, theirs));
    let deadline = Instant::now() + FORK_PATIENCE;
    let (mut pidfd, mut ready) = (None, false);
    while pidfd.is_none() || !ready {
        let left = deadline.saturating_duration_since(Instant::now());
        let (message, fd) = receive(&status, left).map_err(|_| Failed::Server)?;
        match &message[..] {
            b"P" if fd.is_some() => pidfd = fd,
            b"R" => ready = true,
            [b'F', rest @ ..] => {
                let word = |at: usize| rest.get(at..at + 8)?.first_chunk().map(|b| i64::from_ne_bytes(*b));
                let errno = Errno::from_raw(word(15).map_or(0, |result| -result as i32));
                let step = word(7).and_then(|at| server.steps.get(batch::index(at)?));
                let said = format!("{}: {}", step.map_or("forking", String::as_str), errno.desc());
                let passing = [Errno::EAGAIN, Errno::ENOMEM, Errno::ENOSPC, Errno::EUSERS, Errno::ENFILE];
                return Err(if passing.contains(&errno) { Failed::Busy(said) } else { Failed::Never(said) });
            }
            // Killed before it was ready, by the machine or by a person; or a server gone mad.
            _ => return Err(Failed::Server),
        }
    }
    let pidfd = pidfd.ok_or(Failed::Server)?;
    let pid = number_of(&pidfd).ok_or(Failed::Server)?;
    Ok(Started {
        pid,
        pidfd,
        stdin: stdin_writer,
        stdout: stdout_reader,
        requests: requests_writer,
        replies: replies_reader,
        status,
    })
}

/// The number, in our own pid namespace, of the process that `pidfd` stands for.
fn number_of(pidfd: &OwnedFd) -> Option<i32> {
    let text = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd())).ok()?;
    text.lines().find_map(|line| line.strip_prefix("Pid:"))?.trim().parse().ok()
}

/// One message from a zygote, with the descriptor that came with it; an empty one at the end.
fn receive(socket: &OwnedFd, patience: Duration) -> Result<(Vec<u8>, Option<OwnedFd>), Errno> {
    if !readable(socket.as_fd(), patience) {
        return Err(Errno::ETIMEDOUT);
    }
    let mut bytes = [0; 2048];
    let mut space = nix::cmsg_space!([RawFd; 1]);
    let mut parts = [IoSliceMut::new(&mut bytes)];
    let flags = MsgFlags::MSG_CMSG_CLOEXEC | MsgFlags::MSG_DONTWAIT;
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut space), flags)?;
    let mut fd = None;
    for part in message.cmsgs()? {
        if let ControlMessageOwned::ScmRights(fds) = part {
            for raw in fds {
                // SAFETY: the kernel has just made this descriptor for us.
                fd = Some(unsafe { OwnedFd::from_raw_fd(raw) });
            }
        }
    }
    let count = message.bytes;
    Ok((bytes[..count].to_vec(), fd))
}

/// Waits until `fd` is readable or closed; false when patience ends first.
fn readable(fd: BorrowedFd<'_>, patience: Duration) -> bool {
    let deadline = Instant::now() + patience;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let millis = left.as_millis().min(60_000) as u16;
        match poll(&mut [PollFd::new(fd, PollFlags::POLLIN)], PollTimeout::from(millis)) {
            Ok(0) if left.is_zero() => return false,
            Ok(0) | Err(Errno::EINTR) => {}
            Ok(_) => return true,
            Err(_) => return false,
        }
    }
}
