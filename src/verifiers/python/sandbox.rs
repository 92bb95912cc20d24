//! Starts a zygote: an interpreter behind namespaces that forks programs. In: where the interpreter
//! lives. Out: a running server and the socket to it, ended with all that it forked when dropped.
//! Never: a fallback to less than was asked for.
//!
//! Two layers hold a program. The zygote gets new user, pid, mount, network, ipc and uts namespaces
//! and a root that shows the interpreter and the system's libraries read-only, a few devices and no
//! `/proc`; it is process 1 of its pid namespace, so whatever it forked ends with it. (It has a second
//! process, from which it forks: `zygote.py` says why.) Each program it
//! forks gets user, pid, mount and ipc namespaces of its own within those, an empty, small, writable
//! `/tmp`, user 65534 without capabilities (also where the caller is root), no descriptor but its
//! pipes, no environment but a fixed hash seed, a session of its own, resource limits, landlock where
//! the kernel has it, and the filter of [`super::seccomp`]. It is process 1 of its pid namespace:
//! killing it kills everything in it, and waiting for it waits for everything. That needs Linux 5.14
//! (limits per user namespace).

use std::ffi::CString;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::{self, c_int, c_long};
use nix::sys::signal::{SigSet, SigmaskHow};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::unistd::pipe2;

use super::batch;
use super::child::{self, Plan, STEPS};
use super::interpreter::Interpreter;
use super::root::{self, Step};
use super::seccomp;

/// The user and group that programs run as: `nobody` by custom.
const NOBODY: u32 = 65_534;
/// Processes and threads of a program at one time.
pub(super) const MAX_TASKS: u64 = 64;
/// Timers and queued signals at one time.
const MAX_SIGNALS: u64 = 1024;
/// Open files at one time.
pub(super) const MAX_FILES: u64 = 64;
/// Size of the scratch folder and of the largest file in it, in MiB, and its most files.
pub(super) const SCRATCH_MIB: u64 = 64;
pub(super) const SCRATCH_FILES: u64 = 4096;

/// A running zygote.
#[derive(Debug)]
pub(super) struct Server {
    pid: c_int,
    /// Requests go in here; its end is the server's end.
    pub(super) control: OwnedFd,
    /// What a forked process does until it is ready, by the number that it reports where one fails.
    pub(super) steps: Vec<String>,
}

#[cfg(test)]
impl Server {
    /// Its number.
    pub(super) fn pid(&self) -> c_int {
        self.pid
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SAFETY: the process is our child and not yet waited for, so its number is still its own.
        unsafe { libc::kill(self.pid, libc::SIGKILL) };
        // A child that another part of the program has waited for is gone, too.
        while matches!(nix::sys::wait::waitpid(nix::unistd::Pid::from_raw(self.pid), None), Err(Errno::EINTR))
        {
        }
    }
}

/// All that a zygote needs, prepared.
pub(super) struct Launcher {
    program: CString,
    environment: [CString; 2],
    arguments: Vec<CString>,
    /// `None`: no namespaces.
    root: Option<Vec<Step>>,
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
    /// Prepares zygotes: isolated by namespaces, or (for machines without them) by limits alone.
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
        let mut limits = vec![
            (libc::RLIMIT_CPU, cpu_secs),
            (libc::RLIMIT_AS, memory_bytes),
            (libc::RLIMIT_FSIZE, SCRATCH_MIB << 20),
            (libc::RLIMIT_NOFILE, MAX_FILES),
            // Not 0: a handler to which the machine pipes dumps would still be started, as its root.
            (libc::RLIMIT_CORE, 1),
            (libc::RLIMIT_RTPRIO, 0),
            (libc::RLIMIT_NICE, 0),
            // Timers and queued signals, which a user's processes share.
            (libc::RLIMIT_SIGPENDING, MAX_SIGNALS),
        ];
        if isolated {
            // Without a user namespace this would count all processes of the caller.
            limits.push((libc::RLIMIT_NPROC, MAX_TASKS));
        }
        let limits: Vec<_> = limits.iter().map(|(resource, value)| format!("{resource}={value}")).collect();
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let code = format!("{},{}", hex(&seccomp::filter(isolated)), hex(batch::instructions()));
        let (root, scratch) =
            if isolated { (Some(root::steps(interpreter)?), None) } else { (None, Some(scratch_folder()?)) };
        let folder = match &scratch {
            Some(path) => path.as_os_str().as_encoded_bytes().to_vec(),
            None => format!("mode=1777,size={SCRATCH_MIB}m,nr_inodes={SCRATCH_FILES}").into_bytes(),
        };
        let config = config(isolated);
        // `-I` would ignore the hash seed as well. What it does besides is done otherwise: `-s`, an
        // environment of our own, and a harness that takes the working folder off the path.
        let source =
            concat!(include_str!("values.py"), include_str!("harness.py"), include_str!("zygote.py"));
        let layout = include_str!("layout.py");
        let fixed = ["-s", "-S", "-B", "-X", "utf8", "-c", layout, source, &config, &limits.join(","), &code];
        let arguments = std::iter::once(Ok(program.clone()))
            .chain(fixed.iter().map(|text| c_string(text.as_bytes())))
            .chain(std::iter::once(c_string(&folder)))
            .collect::<Result<_, _>>()?;
        // Symbols bound at the start are not bound, page by page, in each child; `zygote.py` takes the name out.
        let environment = [c_string(b"PYTHONHASHSEED=0")?, c_string(b"LD_BIND_NOW=1")?];
        Ok(Self { environment, program, arguments, root, scratch })
    }

    /// Starts a zygote; returns when the interpreter has taken the child's place.
    ///
    /// # Errors
    /// The step that failed and the system's error.
    pub(super) fn start(&self) -> Result<Server, String> {
        let pipe = || pipe2(OFlag::O_CLOEXEC).map_err(|error| format!("pipe: {}", error.desc()));
        let open = |path: &str, write| {
            let file = File::options().read(true).write(write).open(path);
            file.map(OwnedFd::from).map_err(|error| format!("{path}: {error}"))
        };
        // Pipes, as programs will have, so that the interpreter takes its streams for what they will be.
        let (stdin, _) = pipe()?;
        let (_, stdout) = pipe()?;
        let (stderr, proc) = (open("/dev/null", true)?, open("/proc", false)?);
        let (control, theirs) =
            socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
                .map_err(|error| format!("socketpair: {}", error.desc()))?;
        let (go, go_writer) = pipe()?;
        let (status_reader, status) = pipe()?;
        let inherited = [&stdin, &stdout, &stderr, &theirs, &proc, &go, &status].map(AsRawFd::as_raw_fd);
        let end = std::iter::once(std::ptr::null());
        let argv: Vec<_> = self.arguments.iter().map(|text| text.as_ptr()).chain(end).collect();
        let plan = Plan {
            inherited,
            program: &self.program,
            argv: &argv,
            envp: &[self.environment[0].as_ptr(), self.environment[1].as_ptr(), std::ptr::null()],
            root: self.root.as_deref(),
        };
        let server = Server { pid: clone(&plan)?, control, steps: Vec::new() };
        drop((stdin, stdout, stderr, theirs, proc, go, status));
        if self.root.is_some() {
            map_users(server.pid)?;
        }
        let failed = |error: std::io::Error| format!("starting the sandbox: {error}");
        File::from(go_writer).write_all(b"g").map_err(failed)?;
        let mut report = Vec::new();
        File::from(status_reader).read_to_end(&mut report).map_err(failed)?;
        if let [step, a, b, c, d, ..] = report[..] {
            let step = STEPS.get(usize::from(step)).unwrap_or(&"starting the sandbox");
            return Err(format!("{step}: {}", Errno::from_raw(i32::from_le_bytes([a, b, c, d])).desc()));
        }
        Ok(server)
    }
}

/// What `zygote.py` must know of the machine: numbers of system calls, and what there is.
fn config(isolated: bool) -> String {
    let numbers = [
        ("capset", libc::SYS_capset),
        ("chdir", libc::SYS_chdir),
        ("clone", libc::SYS_clone),
        ("close", libc::SYS_close),
        ("close_range", libc::SYS_close_range),
        ("dup3", libc::SYS_dup3),
        ("exit_group", libc::SYS_exit_group),
        ("landlock_add_rule", libc::SYS_landlock_add_rule),
        ("landlock_create_ruleset", libc::SYS_landlock_create_ruleset),
        ("landlock_restrict_self", libc::SYS_landlock_restrict_self),
        ("mount", libc::SYS_mount),
        ("openat", libc::SYS_openat),
        ("pidfd_open", libc::SYS_pidfd_open),
        ("prctl", libc::SYS_prctl),
        ("prlimit64", libc::SYS_prlimit64),
        ("recvmsg", libc::SYS_recvmsg),
        ("sendmsg", libc::SYS_sendmsg),
        ("setsid", libc::SYS_setsid),
        ("unshare", libc::SYS_unshare),
        ("write", libc::SYS_write),
        ("isolated", c_long::from(isolated)),
        ("landlock", c_long::from(landlock_version())),
    ];
    numbers.map(|(name, value)| format!("{name}={value}")).join(",")
}

/// The version of landlock that the kernel has; 0 or less for none.
pub(super) fn landlock_version() -> i32 {
    // SAFETY: asks for the version, touches no memory.
    unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0, 1) as i32 }
}

/// Makes the child, which follows `plan`.
fn clone(plan: &Plan<'_>) -> Result<c_int, String> {
    let mut flags = libc::SIGCHLD;
    if plan.root.is_some() {
        flags |= libc::CLONE_NEWUSER | libc::CLONE_NEWPID | libc::CLONE_NEWNS;
        flags |= libc::CLONE_NEWNET | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;
    }
    // No handler of the caller may run in the child: signals wait until it has dropped them.
    let mask = SigSet::all()
        .thread_swap_mask(SigmaskHow::SIG_SETMASK)
        .map_err(|error| format!("signal mask: {}", error.desc()))?;
    // SAFETY: without CLONE_VM this is `fork` with namespaces. The child makes nothing but system
    // calls on the plan, which it has a copy of.
    let pid = unsafe {
        let pid = libc::syscall(libc::SYS_clone, c_long::from(flags), 0, 0, 0, 0);
        if pid == 0 {
            child::run(plan)
        }
        pid
    };
    let cloned = Errno::result(pid);
    let restored = mask.thread_set_mask();
    let pid = cloned.map_err(|error| format!("creating namespaces: {}", error.desc()))? as c_int;
    debug_assert!(restored.is_ok(), "a mask that was read can be set");
    Ok(pid)
}

/// Maps users of the zygote's namespace: for a privileged caller, root (which builds the file system
/// and forks) and nobody (which runs programs), both as they are outside; for others, root as the
/// caller.
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
    write("uid_map", &format!("0 {user} 1\n"))?;
    write("setgroups", "deny")?;
    write("gid_map", &format!("0 {group} 1\n"))
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
