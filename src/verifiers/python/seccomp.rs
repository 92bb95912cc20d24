//! The system calls that a sandboxed program does not get. In: whether it may start processes. Out: a
//! seccomp filter that refuses them with an error: network sockets, memory that no limit counts, and
//! whatever reaches into the kernel, into namespaces or into other processes. A deny list: it narrows
//! what namespaces already hold, it does not replace them.

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

/// The filter as the kernel takes it: an array of `struct sock_filter`.
pub(super) fn filter(processes: bool) -> Vec<u8> {
    let errno = |errno: i32| give(libc::SECCOMP_RET_ERRNO | errno as u32);
    // `struct seccomp_data`: the number at 0, the architecture at 4, the low half of the first
    // argument at 16 and of the second at 24 (both architectures are little-endian).
    let mut code = vec![load(4), equal(ARCH, 1, 0), errno(libc::EPERM), load(0)];
    // x32 calls have numbers of their own and would slip by.
    code.extend([at_least(0x4000_0000, 0, 1), errno(libc::EPERM)]);
    for &number in DENIED.iter().chain(if processes { &[] } else { FORKS }) {
        code.extend([equal(number as u32, 0, 1), errno(libc::EPERM)]);
    }
    // clone3 hides its flags behind a pointer: without it, libraries fall back to clone.
    code.extend([equal(libc::SYS_clone3 as u32, 0, 1), errno(libc::ENOSYS)]);
    code.extend([equal(libc::SYS_ioctl as u32, 0, 5), load(24)]);
    code.extend([equal(TYPING[0], 1, 0), equal(TYPING[1], 0, 1), errno(libc::EPERM)]);
    code.push(give(libc::SECCOMP_RET_ALLOW));
    code.extend([equal(libc::SYS_clone as u32, 1, 0), give(libc::SECCOMP_RET_ALLOW), load(16)]);
    code.extend([any_bit(NAMESPACES, 0, 1), errno(libc::EPERM)]);
    if !processes {
        code.extend([any_bit(libc::CLONE_THREAD as u32, 1, 0), errno(libc::EPERM)]);
    }
    code.push(give(libc::SECCOMP_RET_ALLOW));
    let bytes = |step: &sock_filter| {
        let [a, b] = step.code.to_ne_bytes();
        let [c, d, e, f] = step.k.to_ne_bytes();
        [a, b, step.jt, step.jf, c, d, e, f]
    };
    code.iter().flat_map(bytes).collect()
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
