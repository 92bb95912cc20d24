//! A few instructions that go through a table of system calls, for the process that is forked for every
//! program. In: the table that `zygote.py` has built. Out: the calls made, in the order that their results
//! ask for. Never: a byte written but to the table's head, a function called, or a stack of its own.
//!
//! Why machine code: a fork shares all memory, and the first write to a page of it, by either side, copies the
//! page. Python cannot run without writing to hundreds of pages (it counts references), these instructions
//! write to one. In place of Python they took 403 page faults a program to 224.
//!
//! A record of the table is ten words: the call's number, its six arguments, and where to go on (in bytes
//! from the table's start) after an error, after 0, and after more than 0; 0 returns. The head is three words:
//! one that is not touched, where the record last done lies, and its result. `clone` is a call like others:
//! parent and child go on by their results.

/// Bytes before the first record, and of each record; `zygote.py` has the same numbers.
const HEAD: usize = 24;
const RECORD: usize = 80;

/// Which record lies at `at`, from 0.
pub(super) fn index(at: i64) -> Option<usize> {
    Some(usize::try_from(at).ok()?.checked_sub(HEAD)? / RECORD)
}

/// The instructions, which run at any address: `fn(table: *mut u8, first_record: usize)`.
pub(super) fn instructions() -> &'static [u8] {
    unsafe extern "C" {
        static datagen_batch_start: u8;
        static datagen_batch_end: u8;
    }
    let (start, end) = (&raw const datagen_batch_start, &raw const datagen_batch_end);
    // SAFETY: both are labels in the block below, the second after the first.
    unsafe { std::slice::from_raw_parts(start, end.offset_from_unsigned(start)) }
}

#[cfg(target_arch = "x86_64")]
std::arch::global_asm!(
    ".pushsection .rodata.datagen_batch, \"a\"",
    ".globl datagen_batch_start",
    ".globl datagen_batch_end",
    "datagen_batch_start:",
    "push rbx",
    "push r12",
    "push r13",
    "mov rbx, rdi",
    "mov r12, rsi",
    "2:",
    "lea r13, [rbx + r12]",
    "mov rax, [r13]",
    "mov rdi, [r13 + 8]",
    "mov rsi, [r13 + 16]",
    "mov rdx, [r13 + 24]",
    "mov r10, [r13 + 32]",
    "mov r8, [r13 + 40]",
    "mov r9, [r13 + 48]",
    "syscall",
    "mov [rbx + 8], r12",
    "mov [rbx + 16], rax",
    "test rax, rax",
    "js 3f",
    "jz 4f",
    "mov r12, [r13 + 72]",
    "jmp 5f",
    "3:",
    "mov r12, [r13 + 56]",
    "jmp 5f",
    "4:",
    "mov r12, [r13 + 64]",
    "5:",
    "test r12, r12",
    "jnz 2b",
    "pop r13",
    "pop r12",
    "pop rbx",
    "ret",
    "datagen_batch_end:",
    ".popsection",
);

// A system call leaves all registers but x0 as they were.
#[cfg(target_arch = "aarch64")]
std::arch::global_asm!(
    ".pushsection .rodata.datagen_batch, \"a\"",
    ".globl datagen_batch_start",
    ".globl datagen_batch_end",
    "datagen_batch_start:",
    "mov x9, x0",
    "mov x10, x1",
    "2:",
    "add x11, x9, x10",
    "ldr x8, [x11]",
    "ldp x0, x1, [x11, #8]",
    "ldp x2, x3, [x11, #24]",
    "ldp x4, x5, [x11, #40]",
    "svc #0",
    "str x10, [x9, #8]",
    "str x0, [x9, #16]",
    "ldp x12, x13, [x11, #56]",
    "ldr x10, [x11, #72]",
    "cmp x0, #0",
    "csel x10, x12, x10, lt",
    "csel x10, x13, x10, eq",
    "cbnz x10, 2b",
    "ret",
    "datagen_batch_end:",
    ".popsection",
);

#[cfg(test)]
mod tests {
    use super::*;
    use nix::libc;

    /// Runs a table from its first record; the record last done, and its result.
    fn run(records: &[[i64; 10]]) -> (usize, i64) {
        let mut table = vec![7, 0, 0];
        table.extend(records.as_flattened());
        let code = instructions();
        // SAFETY: a fresh mapping, written to before it is made executable, and not used after it is removed;
        // the function takes what it is given and returns.
        unsafe {
            let size = 4096;
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let at = libc::mmap(std::ptr::null_mut(), size, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
            assert_ne!(at, libc::MAP_FAILED);
            std::ptr::copy_nonoverlapping(code.as_ptr(), at.cast(), code.len());
            assert_eq!(libc::mprotect(at, size, libc::PROT_READ | libc::PROT_EXEC), 0);
            let go: extern "C" fn(*mut i64, usize) = std::mem::transmute(at);
            go(table.as_mut_ptr(), HEAD);
            libc::munmap(at, size);
        }
        assert_eq!(table[0], 7);
        (index(table[1]).unwrap(), table[2])
    }

    /// A call of `number`, and the records to go on with; -1 ends.
    fn record(number: i64, args: [i64; 6], ways: [i64; 3]) -> [i64; 10] {
        let way = |to: i64| if to < 0 { 0 } else { HEAD as i64 + to * RECORD as i64 };
        let [a, b, c, d, e, f] = args;
        let [error, zero, more] = ways.map(way);
        [number, a, b, c, d, e, f, error, zero, more]
    }

    #[test]
    fn results_decide_what_comes_next() {
        let close = |fd, ways| record(libc::SYS_close, [fd, 0, 0, 0, 0, 0], ways);
        let pid = |ways| record(libc::SYS_getpid, [0; 6], ways);
        let me = i64::from(std::process::id());
        // Process numbers are more than 0, a descriptor that is not open is an error, `sched_yield` gives 0.
        assert_eq!(run(&[pid([1, 1, -1]), close(-1, [-1; 3])]), (0, me));
        assert_eq!(run(&[close(-1, [2, 1, 1]), pid([-1; 3]), pid([-1; 3])]), (2, me));
        let bad = -i64::from(libc::EBADF);
        assert_eq!(run(&[close(-1, [-1, 1, 1]), pid([-1; 3])]), (0, bad));
        let idle = |ways| record(libc::SYS_sched_yield, [0; 6], ways);
        assert_eq!(run(&[idle([1, 2, 1]), close(-1, [-1; 3]), pid([-1; 3])]), (2, me));
    }

    #[test]
    fn all_six_arguments_arrive() {
        let (size, flags) = (4096, i64::from(libc::MAP_PRIVATE | libc::MAP_ANONYMOUS));
        let map = |offset| {
            record(libc::SYS_mmap, [0, size, i64::from(libc::PROT_READ), flags, -1, offset], [-1; 3])
        };
        // The sixth must be a multiple of a page.
        assert_eq!(run(&[map(1)]), (0, -i64::from(libc::EINVAL)));
        let (_, at) = run(&[map(0)]);
        assert!(at > 0, "{at}");
        assert_eq!(run(&[record(libc::SYS_munmap, [at, size, 0, 0, 0, 0], [-1; 3])]), (0, 0));
    }

    #[test]
    fn parent_and_child_go_on_by_their_results() {
        let clone = [i64::from(libc::SIGCHLD), 0, 0, 0, 0, 0];
        let (at, pid) = run(&[
            record(libc::SYS_clone, clone, [-1, 1, -1]),
            record(libc::SYS_exit_group, [42, 0, 0, 0, 0, 0], [-1; 3]),
        ]);
        assert!(at == 0 && pid > 0, "{at} {pid}");
        let pid = nix::unistd::Pid::from_raw(pid as i32);
        let ended = nix::sys::wait::waitpid(pid, None);
        assert_eq!(ended, Ok(nix::sys::wait::WaitStatus::Exited(pid, 42)));
    }
}
