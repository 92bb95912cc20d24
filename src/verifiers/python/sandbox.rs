//! Starts an interpreter in a sandbox of its own. In: the role of the harness; all else is prepared
//! once and used from many threads. Out: a process whose whole tree ends with it, and the pipes to
//! it. Never: a fallback to less than was asked for.
//!
//! The process gets new user, pid, mount, network, ipc and uts namespaces; a root that shows the
//! interpreter and the system's libraries read-only, a few devices and an empty, small, writable
//! `/tmp`, and no `/proc`; user 65534 without capabilities, also where the caller is root; no
//! descriptor but its pipes; no environment but a fixed hash seed; a session of its own; resource
//! limits; and the filter of [`super::seccomp`]. It is process 1 of its pid namespace: killing it
//! kills everything in it, and waiting for it waits for everything. It needs Linux 5.14 (limits per
//! user namespace). Memory is limited per process, which is why there is only one.

use std::ffi::CString;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::PathBuf;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc::{self, c_int, c_long};
use nix::sys::signal::{SigSet, SigmaskHow};
use nix::unistd::pipe2;

use super::child::{self, NOBODY, Plan, STEPS};
use super::interpreter::Interpreter;
use super::root::{self, Step};
use super::seccomp::Filter;

/// Threads at one time.
const MAX_THREADS: u64 = 64;
/// Open files at one time.
const MAX_FILES: u64 = 64;
/// Size of the scratch folder and of the largest file in it, in bytes, and its most files.
const SCRATCH_BYTES: u64 = 64 << 20;
const SCRATCH_OPTIONS: &std::ffi::CStr = c"mode=1777,size=64m,nr_inodes=4096";

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

/// A started process and the caller's ends of its pipes, which do not block.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) pid: c_int,
    /// Readable once the process has ended.
    pub(super) pidfd: OwnedFd,
    /// Only a script has one.
    pub(super) stdin: Option<OwnedFd>,
    pub(super) stdout: OwnedFd,
    pub(super) requests: OwnedFd,
    pub(super) replies: OwnedFd,
}

impl Drop for Started {
    /// Ends the process and everything in it, and waits until it is gone.
    fn drop(&mut self) {
        // SAFETY: the process is our child and not yet waited for, so its number is still its own;
        // its group has the same number since it leads a session.
        unsafe {
            libc::kill(self.pid, libc::SIGKILL);
            libc::kill(-self.pid, libc::SIGKILL);
        }
        // A child that another part of the program has waited for is gone, too.
        while matches!(nix::sys::wait::waitpid(nix::unistd::Pid::from_raw(self.pid), None), Err(Errno::EINTR))
        {
        }
    }
}

/// All that a child needs, prepared.
pub(super) struct Launcher {
    program: CString,
    environment: CString,
    arguments: [Vec<CString>; 3],
    /// `None`: no namespaces.
    root: Option<Vec<Step>>,
    folder: CString,
    limits: Vec<(c_int, u64)>,
    filter: Filter,
    /// The working folder where there is no mount namespace, removed at the end.
    scratch: Option<PathBuf>,
}

impl Drop for Launcher {
    fn drop(&mut self) {
        if let Some(path) = &self.scratch {
            // Files left in the system's temporary folder are not worth a failure.
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

impl Launcher {
    /// Prepares launches: isolated by namespaces, or (for machines without them) by limits alone.
    ///
    /// # Errors
    /// A sentence about the path that cannot be used.
    pub(super) fn new(
        interpreter: &Interpreter,
        isolated: bool,
        memory_bytes: u64,
        cpu_secs: u64,
    ) -> Result<Self, String> {
        let c_string =
            |text: &[u8]| CString::new(text).map_err(|_| "python: a path holds a NUL byte".to_owned());
        let program = c_string(interpreter.path.as_os_str().as_encoded_bytes())?;
        let arguments = |role: &str| -> Result<Vec<CString>, String> {
            // `-I` would ignore the hash seed as well. What it does besides is done otherwise: `-s`,
            // an environment of our own, and a harness that takes the working folder off the path.
            let fixed = ["-s", "-S", "-B", "-X", "utf8", "-c", include_str!("harness.py"), role];
            let fixed = fixed.iter().map(|text| c_string(text.as_bytes()));
            std::iter::once(Ok(program.clone())).chain(fixed).collect()
        };
        let mut limits = vec![
            (libc::RLIMIT_CPU as c_int, cpu_secs),
            (libc::RLIMIT_AS as c_int, memory_bytes),
            (libc::RLIMIT_FSIZE as c_int, SCRATCH_BYTES),
            (libc::RLIMIT_NOFILE as c_int, MAX_FILES),
            (libc::RLIMIT_CORE as c_int, 0),
        ];
        let (root, scratch) = if isolated {
            // Without a user namespace this would count all processes of the caller.
            limits.push((libc::RLIMIT_NPROC as c_int, MAX_THREADS));
            (Some(root::steps(interpreter)?), None)
        } else {
            (None, Some(scratch_folder()?))
        };
        let folder = scratch.as_deref().unwrap_or(std::path::Path::new("/tmp"));
        Ok(Self {
            arguments: [arguments("script")?, arguments("program")?, arguments("tests")?],
            environment: c_string(b"PYTHONHASHSEED=0")?,
            folder: c_string(folder.as_os_str().as_encoded_bytes())?,
            filter: Filter::new(),
            program,
            root,
            limits,
            scratch,
        })
    }

    /// Starts the harness in `role`; returns when the interpreter has taken the child's place.
    ///
    /// # Errors
    /// The step that failed and the system's error.
    pub(super) fn start(&self, role: Role) -> Result<Started, String> {
        let pipe = || pipe2(OFlag::O_CLOEXEC).map_err(|error| format!("pipe: {}", error.desc()));
        let null = || {
            let file = File::options().read(true).write(true).open("/dev/null");
            file.map(OwnedFd::from).map_err(|error| format!("/dev/null: {error}"))
        };
        let (stdin, stdin_writer) = match role {
            Role::Script => pipe().map(|(reader, writer)| (reader, Some(writer)))?,
            Role::Program | Role::Tests => (null()?, None),
        };
        let (stdout_reader, stdout) = pipe()?;
        let stderr = null()?;
        let (requests, requests_writer) = pipe()?;
        let (replies_reader, replies) = pipe()?;
        let (go, go_writer) = pipe()?;
        let (status_reader, status) = pipe()?;
        let inherited = [&stdin, &stdout, &stderr, &requests, &replies, &go, &status].map(AsRawFd::as_raw_fd);
        let end = std::iter::once(std::ptr::null());
        let argv: Vec<_> =
            self.arguments[role as usize].iter().map(|text| text.as_ptr()).chain(end).collect();
        let filter = self.filter.program();
        let plan = Plan {
            inherited,
            program: &self.program,
            argv: &argv,
            envp: &[self.environment.as_ptr(), std::ptr::null()],
            root: self.root.as_deref(),
            scratch_options: SCRATCH_OPTIONS,
            folder: &self.folder,
            limits: &self.limits,
            filter: &filter,
        };
        let (pid, pidfd) = clone(&plan)?;
        drop((stdin, stdout, stderr, requests, replies, go, status));
        let started = Started {
            pid,
            pidfd,
            stdin: stdin_writer,
            stdout: stdout_reader,
            requests: requests_writer,
            replies: replies_reader,
        };
        self.hand_over(&started, go_writer.into(), status_reader.into())?;
        Ok(started)
    }

    /// Maps the child's users, lets it go on, and waits until it has become the interpreter.
    fn hand_over(&self, started: &Started, mut go: File, mut status: File) -> Result<(), String> {
        if self.root.is_some() {
            map_users(started.pid)?;
        }
        let failed = |error: std::io::Error| format!("starting the sandbox: {error}");
        go.write_all(b"g").map_err(failed)?;
        let mut report = Vec::new();
        status.read_to_end(&mut report).map_err(failed)?;
        if let [step, a, b, c, d, ..] = report[..] {
            let step = STEPS.get(usize::from(step)).unwrap_or(&"starting the sandbox");
            return Err(format!("{step}: {}", Errno::from_raw(i32::from_le_bytes([a, b, c, d])).desc()));
        }
        let pipes = [&started.stdout, &started.requests, &started.replies];
        for fd in pipes.into_iter().chain(&started.stdin) {
            fcntl(fd, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).map_err(|error| error.desc().to_owned())?;
        }
        Ok(())
    }
}

/// Makes the child, which follows `plan`.
fn clone(plan: &Plan<'_>) -> Result<(c_int, OwnedFd), String> {
    let mut flags = libc::CLONE_PIDFD | libc::SIGCHLD;
    if plan.root.is_some() {
        flags |= libc::CLONE_NEWUSER | libc::CLONE_NEWPID | libc::CLONE_NEWNS;
        flags |= libc::CLONE_NEWNET | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;
    }
    let mut pidfd: c_int = -1;
    // No handler of the caller may run in the child: signals wait until it has dropped them.
    let mask = SigSet::all()
        .thread_swap_mask(SigmaskHow::SIG_SETMASK)
        .map_err(|error| format!("signal mask: {}", error.desc()))?;
    // SAFETY: without CLONE_VM this is `fork` with namespaces. `pidfd` outlives the call, and the
    // child makes nothing but system calls on the plan, which it has a copy of.
    let pid = unsafe {
        let pid = libc::syscall(libc::SYS_clone, c_long::from(flags), 0, &raw mut pidfd, 0, 0);
        if pid == 0 {
            child::run(plan)
        }
        pid
    };
    let cloned = Errno::result(pid);
    let restored = mask.thread_set_mask();
    let pid = cloned.map_err(|error| format!("creating namespaces: {}", error.desc()))? as c_int;
    debug_assert!(restored.is_ok(), "a mask that was read can be set");
    // SAFETY: the kernel has just made this descriptor for us.
    Ok((pid, unsafe { OwnedFd::from_raw_fd(pidfd) }))
}

/// Maps users of the child's namespace: for a privileged caller, root (which builds the file system)
/// and nobody (which runs the program), both as they are outside; for others, nobody as the caller.
fn map_users(pid: c_int) -> Result<(), String> {
    let write = |file: &str, text: &str| {
        std::fs::write(format!("/proc/{pid}/{file}"), text)
            .map_err(|error| format!("mapping users ({file}): {error}"))
    };
    let (user, group) = (nix::unistd::geteuid(), nix::unistd::getegid());
    let both = format!("0 0 1\n{NOBODY} {NOBODY} 1\n");
    if user.is_root() && write("uid_map", &both).is_ok() {
        return write("gid_map", &both);
    }
    write("uid_map", &format!("{NOBODY} {user} 1\n"))?;
    write("setgroups", "deny")?;
    write("gid_map", &format!("{NOBODY} {group} 1\n"))
}

/// A new folder of our own, for programs that run without a mount namespace.
fn scratch_folder() -> Result<PathBuf, String> {
    use std::os::unix::fs::DirBuilderExt;
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let base = std::env::temp_dir();
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = base.join(format!("datagen-python-{}-{number}", std::process::id()));
        match std::fs::DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(format!("python: cannot make a working folder in {}: {error}", base.display()));
            }
        }
    }
}
