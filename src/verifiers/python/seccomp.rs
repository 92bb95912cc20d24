//! The system calls that a sandboxed program does not get. In: whether it may start processes. Out: a
//! seccomp filter that refuses them with an error: network sockets, memory that no limit counts, what a
//! whole machine shares, and whatever reaches into the kernel, into namespaces or into other processes. A
//! deny list: it narrows what namespaces already hold, it does not replace them. Calls that are newer than
//! the list are refused.
//!
//! The filter is a tree, not a list: the kernel runs it for every number there is when it is installed,
//! which is once for every program.

use nix::libc;
use nix::libc::sock_filter;

#[cfg(target_arch = "x86_64")]
const ARCH: u32 = 0xc000_003e; // AUDIT_ARCH_X86_64
#[cfg(target_arch = "aarch64")]
const ARCH: u32 = 0xc000_00b7; // AUDIT_ARCH_AARCH64

/// Refused with `EPERM`.
const DENIED: &[libc::c_long] = &[
    libc::SYS_socket,
    // Memory of which the limits know nothing.
    libc::SYS_memfd_create,
    libc::SYS_landlock_create_ruleset,
    libc::SYS_landlock_add_rule,
    libc::SYS_landlock_restrict_self,
    // Of these a machine, or a user, has one supply for all: requests, watches (which also tell what others
    // do), locks and cached pages of files that are shown.
    libc::SYS_io_setup,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_inotify_init,
    libc::SYS_inotify_init1,
    libc::SYS_flock,
    libc::SYS_fadvise64,
    // Who stands last in the queue for a CPU is never over its limit of CPU time.
    libc::SYS_setpriority,
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setattr,
    libc::SYS_ioprio_set,
    libc::SYS_memfd_secret,
    libc::SYS_shmget,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
    libc::SYS_mbind,
    libc::SYS_set_mempolicy,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_fanotify_init,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
    libc::SYS_vhangup,
    libc::SYS_clock_settime,
    libc::SYS_settimeofday,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_fsconfig,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kcmp,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_bpf,
    libc::SYS_seccomp,
    libc::SYS_userfaultfd,
    libc::SYS_perf_event_open,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_personality,
    libc::SYS_syslog,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
];

/// Refused to programs that may start no processes.
const FORKS: &[libc::c_long] = &[
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
];
/// Flags of `clone` that make namespaces.
const NAMESPACES: u32 = 0x7e02_0000;
/// `ioctl` requests that type into a terminal.
const TYPING: [u32; 2] = [0x5412, 0x541c]; // TIOCSTI, TIOCLINUX

/// Done by doing nothing: they wait for all disks of the machine.
const NOTHING: &[libc::c_long] = &[libc::SYS_sync, libc::SYS_syncfs];
/// The first number of which nothing is known here; the architectures have had the same ones since 424.
/// Libraries take `ENOSYS` for an older kernel.
const UNKNOWN: u32 = 451;

/// What is done with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Allow,
    /// Not done; this error number is given, and 0 is success.
    Give(i32),
    /// Allowed unless it types into a terminal.
    Ioctl,
    /// Allowed unless it makes namespaces, or a process where `processes` is false.
    Clone {
        processes: bool,
    },
}

fn action(number: u32, processes: bool) -> Action {
    let among = |numbers: &[libc::c_long]| numbers.contains(&libc::c_long::from(number));
    match libc::c_long::from(number) {
        _ if number >= UNKNOWN => Action::Give(libc::ENOSYS),
        // It hides its flags behind a pointer: without it, libraries fall back to clone.
        libc::SYS_clone3 => Action::Give(libc::ENOSYS),
        libc::SYS_ioctl => Action::Ioctl,
        libc::SYS_clone => Action::Clone { processes },
        _ if among(DENIED) || !processes && among(FORKS) => Action::Give(libc::EPERM),
        _ if among(NOTHING) => Action::Give(0),
        _ => Action::Allow,
    }
}

/// The filter as the kernel takes it: an array of `struct sock_filter`.
pub(super) fn filter(processes: bool) -> Vec<u8> {
    let bytes = |step: &sock_filter| {
        let [a, b] = step.code.to_ne_bytes();
        let [c, d, e, f] = step.k.to_ne_bytes();
        [a, b, step.jt, step.jf, c, d, e, f]
    };
    program(processes).iter().flat_map(bytes).collect()
}

fn program(processes: bool) -> Vec<sock_filter> {
    // Where the action changes, and to what. x32 calls have numbers of their own, all above.
    let mut runs: Vec<(u32, Action)> = Vec::new();
    for number in 0..=UNKNOWN {
        let action = action(number, processes);
        if runs.last().is_none_or(|(_, last)| *last != action) {
            runs.push((number, action));
        }
    }
    // `struct seccomp_data`: the number at 0, the architecture at 4, the low half of the first
    // argument at 16 and of the second at 24 (both architectures are little-endian).
    let mut code = vec![load(4), equal(ARCH, 1, 0), errno(libc::EPERM), load(0)];
    code.extend(tree(&runs));
    code
}

/// Finds the run that a number is in.
fn tree(runs: &[(u32, Action)]) -> Vec<sock_filter> {
    if let [(_, action)] = runs {
        return leaf(*action);
    }
    let (below, from) = runs.split_at(runs.len() / 2);
    let (low, high) = (tree(below), tree(from));
    // A jump is one byte; the whole filter has fewer than 400 steps, of which half are below.
    let far = u8::try_from(low.len()).expect("a filter of less than 512 steps");
    let mut code = vec![at_least(from[0].0, far, 0)];
    code.extend(low);
    code.extend(high);
    code
}

fn leaf(action: Action) -> Vec<sock_filter> {
    let allow = give(libc::SECCOMP_RET_ALLOW);
    match action {
        Action::Allow => vec![allow],
        Action::Give(number) => vec![errno(number)],
        Action::Ioctl => {
            vec![load(24), equal(TYPING[0], 1, 0), equal(TYPING[1], 0, 1), errno(libc::EPERM), allow]
        }
        Action::Clone { processes: true } => {
            vec![load(16), any_bit(NAMESPACES, 0, 1), errno(libc::EPERM), allow]
        }
        Action::Clone { processes: false } => vec![
            load(16),
            any_bit(NAMESPACES, 1, 0),
            any_bit(libc::CLONE_THREAD as u32, 1, 0),
            errno(libc::EPERM),
            allow,
        ],
    }
}

fn errno(number: i32) -> sock_filter {
    give(libc::SECCOMP_RET_ERRNO | number as u32)
}

fn instruction(code: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code: code as u16, jt, jf, k }
}

fn load(offset: u32) -> sock_filter {
    instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset, 0, 0)
}

fn equal(value: u32, jt: u8, jf: u8) -> sock_filter {
    instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, value, jt, jf)
}

fn at_least(value: u32, jt: u8, jf: u8) -> sock_filter {
    instruction(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, value, jt, jf)
}

fn any_bit(value: u32, jt: u8, jf: u8) -> sock_filter {
    instruction(libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K, value, jt, jf)
}

fn give(value: u32) -> sock_filter {
    instruction(libc::BPF_RET | libc::BPF_K, value, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the kernel does with a call: 0 and the action's data, and how many steps it took.
    fn run(code: &[sock_filter], number: u32, arch: u32, args: [u32; 2]) -> (u32, usize) {
        let (mut at, mut held, mut steps) = (0, 0, 0);
        loop {
            let step = code[at];
            (at, steps) = (at + 1, steps + 1);
            let jump = |is: bool| usize::from(if is { step.jt } else { step.jf });
            match u32::from(step.code) & 0xff {
                0x20 => {
                    held = match step.k {
                        0 => number,
                        4 => arch,
                        16 => args[0],
                        24 => args[1],
                        other => panic!("no field at {other}"),
                    }
                }
                0x15 => at += jump(held == step.k),
                0x35 => at += jump(held >= step.k),
                0x45 => at += jump(held & step.k != 0),
                0x06 => return (step.k, steps),
                other => panic!("no step {other:x}"),
            }
        }
    }

    #[test]
    fn every_number_gets_its_action() {
        let (allow, refused) = (libc::SECCOMP_RET_ALLOW, libc::SECCOMP_RET_ERRNO);
        for processes in [true, false] {
            let code = program(processes);
            assert!(code.len() < 400, "{}", code.len());
            for number in (0..2000).chain([0x4000_0000, 0x4000_0000 + 39, u32::MAX]) {
                let among = |list: &[libc::c_long]| list.contains(&libc::c_long::from(number));
                let is = |call: libc::c_long| libc::c_long::from(number) == call;
                let (got, steps) = run(&code, number, ARCH, [0, 0]);
                let expected = if number >= UNKNOWN || is(libc::SYS_clone3) {
                    refused | libc::ENOSYS as u32
                } else if among(DENIED) || !processes && (among(FORKS) || is(libc::SYS_clone)) {
                    refused | libc::EPERM as u32
                } else if among(NOTHING) {
                    refused
                } else {
                    allow
                };
                assert_eq!(got, expected, "{number}");
                assert!(steps < 20, "{number}: {steps} steps");
                assert_eq!(run(&code, number, ARCH ^ 1, [0, 0]).0, refused | libc::EPERM as u32);
            }
        }
    }

    #[test]
    fn arguments_decide_where_they_must() {
        let (allow, refused) = (libc::SECCOMP_RET_ALLOW, libc::SECCOMP_RET_ERRNO | libc::EPERM as u32);
        let signal = libc::SIGCHLD as u32;
        let thread = (libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND) as u32;
        for (call, processes, args, expected) in [
            (libc::SYS_clone, true, [signal, 0], allow),
            (libc::SYS_clone, true, [thread, 0], allow),
            (libc::SYS_clone, true, [signal | libc::CLONE_NEWUSER as u32, 0], refused),
            (libc::SYS_clone, true, [thread | libc::CLONE_NEWCGROUP as u32, 0], refused),
            (libc::SYS_clone, true, [libc::CLONE_NEWNS as u32, 0], refused),
            (libc::SYS_clone, false, [signal, 0], refused),
            (libc::SYS_clone, false, [thread, 0], allow),
            (libc::SYS_clone, false, [thread | libc::CLONE_NEWPID as u32, 0], refused),
            (libc::SYS_ioctl, true, [0, 0x5401], allow),
            (libc::SYS_ioctl, true, [0, TYPING[0]], refused),
            (libc::SYS_ioctl, true, [0, TYPING[1]], refused),
        ] {
            let code = program(processes);
            assert_eq!(run(&code, call as u32, ARCH, args).0, expected, "{call} {args:x?}");
        }
    }
}
