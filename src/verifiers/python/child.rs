//! The child's half of starting a zygote: from `clone` to `execve`. In: a plan made before `clone`. Out:
//! the interpreter in its place, or a step and an error on the status pipe. Never: an allocation, a lock
//! or a return; the child runs on a copy of a threaded caller's memory, where any lock may be held.

use std::ffi::CStr;

use nix::libc::{self, c_char, c_int, c_long, c_uint};

use super::root::{BASE, Step};

/// The child's end of the pipe on which it waits for its users to be mapped.
const GO: c_int = 5;
/// The child's end of the pipe on which it reports a failed step; closed by `execve`.
const STATUS: c_int = 6;

/// What can fail, in the words of the report; the index crosses the status pipe.
pub(super) const STEPS: [&str; 7] = [
    "arranging descriptors",
    "making mounts private",
    "building the root",
    "entering the root",
    "making the root read-only",
    "dropping signal handlers",
    "starting the interpreter",
];

/// What the child does; every pointer in it outlives the child's use.
pub(super) struct Plan<'a> {
    /// Standard input, output and error, the control socket, `/proc`, go, status.
    pub(super) inherited: [c_int; 7],
    pub(super) program: &'a CStr,
    /// Ends in null, as does the next.
    pub(super) argv: &'a [*const c_char],
    pub(super) envp: &'a [*const c_char],
    /// The new root; without one there are no namespaces.
    pub(super) root: Option<&'a [Step]>,
}

/// Ends the child with a report if `result` is an error.
fn check(step: usize, result: c_long) {
    if result < 0 {
        let errno = nix::errno::Errno::last_raw().to_le_bytes();
        let report = [step as u8, errno[0], errno[1], errno[2], errno[3]];
        // SAFETY: writes five bytes of the stack, then ends the process.
        unsafe {
            libc::write(STATUS, report.as_ptr().cast(), report.len());
            libc::_exit(127)
        }
    }
}

/// Becomes the interpreter.
///
/// # Safety
/// Only in a child made by `clone`, with all signals blocked and a plan as [`Plan`] says.
pub(super) unsafe fn run(plan: &Plan<'_>) -> ! {
    // SAFETY: system calls on the plan's strings and arrays, which the caller vouches for.
    unsafe {
        arrange(&plan.inherited);
        let mut byte = 0u8;
        if libc::read(GO, (&raw mut byte).cast(), 1) != 1 {
            libc::_exit(127); // The caller gave up and knows why.
        }
        libc::close(GO);
        if let Some(root) = plan.root {
            enter(root);
        }
        for signal in 1..=64 {
            libc::signal(signal, libc::SIG_DFL); // No handler of the caller runs here.
        }
        let none: u64 = 0;
        let set = libc::SIG_SETMASK;
        check(5, libc::syscall(libc::SYS_rt_sigprocmask, set, &raw const none, 0, size_of::<u64>()));
        libc::execve(plan.program.as_ptr(), plan.argv.as_ptr(), plan.envp.as_ptr());
        check(6, -1);
        libc::_exit(127)
    }
}

/// Puts the descriptors in their places and closes all others.
unsafe fn arrange(inherited: &[c_int; 7]) {
    let mut high = [0; 7];
    // SAFETY: system calls on numbers.
    unsafe {
        // All out of the way first: a target may be the source of another.
        for (high, &fd) in high.iter_mut().zip(inherited) {
            *high = libc::fcntl(fd, libc::F_DUPFD, 16);
        }
        // The status pipe before the others, so that they can report.
        for (at, &fd) in high.iter().enumerate().rev() {
            check(0, libc::dup2(fd, at as c_int).into());
        }
        check(0, libc::fcntl(STATUS, libc::F_SETFD, libc::FD_CLOEXEC).into());
        check(0, libc::syscall(libc::SYS_close_range, 7, c_uint::MAX, 0));
    }
}

/// Builds the new root and goes into it.
unsafe fn enter(root: &[Step]) {
    let (slash, none) = (c"/".as_ptr(), std::ptr::null::<c_char>());
    let mount =
        |step, from: *const c_char, at: *const c_char, kind: *const c_char, flags, options: *const c_char| {
            // SAFETY: the strings end in NUL, null stands for none.
            check(step, unsafe { libc::mount(from, at, kind, flags, options.cast()) }.into());
        };
    let closed = libc::MS_NOSUID | libc::MS_NODEV;
    mount(1, none, slash, none, libc::MS_REC | libc::MS_PRIVATE, none);
    let tmpfs = c"tmpfs".as_ptr();
    mount(2, tmpfs, BASE.as_ptr(), tmpfs, closed, c"mode=755,size=1m,nr_inodes=512".as_ptr());
    for step in root {
        // SAFETY: the paths end in NUL.
        unsafe {
            match step {
                Step::Folder(at) => check(2, libc::mkdir(at.as_ptr(), 0o755).into()),
                Step::File(at) => {
                    let fd = libc::open(at.as_ptr(), libc::O_CREAT | libc::O_WRONLY | libc::O_CLOEXEC, 0o644);
                    check(2, fd.into());
                    libc::close(fd);
                }
                Step::Link { to, at } => check(2, libc::symlink(to.as_ptr(), at.as_ptr()).into()),
                Step::Bind { from, at } => {
                    mount(2, from.as_ptr(), at.as_ptr(), none, libc::MS_BIND | libc::MS_REC, none);
                }
            }
        }
    }
    let attributes = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID,
        attr_clr: 0,
        propagation: 0,
        userns_fd: 0,
    };
    // SAFETY: as above; the structure outlives the call.
    unsafe {
        check(3, libc::chdir(BASE.as_ptr()).into());
        check(3, libc::syscall(libc::SYS_pivot_root, c".".as_ptr(), c".".as_ptr()));
        // The old root lies on top of the new one now.
        check(3, libc::umount2(c".".as_ptr(), libc::MNT_DETACH).into());
        check(3, libc::chdir(slash).into());
        let size = size_of::<libc::mount_attr>();
        let recursive = libc::AT_RECURSIVE as c_uint;
        let attributes = &raw const attributes;
        check(4, libc::syscall(libc::SYS_mount_setattr, libc::AT_FDCWD, slash, recursive, attributes, size));
    }
}
