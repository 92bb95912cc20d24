//! What a running process and everything it started use, read from `/proc`. In: a process that leads a
//! pid namespace, so that its descendants stay below it. Out: CPU time, memory, and time spent waiting
//! for a CPU. Never: trust in what the process says of itself, or work without bound (the limit of
//! tasks bounds the walk).
//!
//! Not counted: the CPU time of a dead child that nobody waited for before its parent asked the kernel
//! to forget it; wall time caps that.

use std::fs;
use std::time::Duration;

use nix::libc;

use super::sandbox::MAX_TASKS;

/// Use of a tree of processes at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Usage {
    /// User and system time, of dead children that were waited for too.
    pub(super) cpu: Duration,
    /// Resident memory; shared pages once where the sum alone would be over `limit`.
    pub(super) memory_bytes: u64,
    /// Processes alive.
    pub(super) processes: usize,
    /// Threads alive.
    pub(super) threads: u64,
    /// Whether some thread runs or waits for a CPU.
    pub(super) runnable: bool,
}

/// CPU time of one process alone, to the nanosecond.
pub(super) fn cpu_clock(pid: i32) -> Option<Duration> {
    let mut clock = 0;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: both calls write to the locals they are given.
    let read = unsafe {
        libc::clock_getcpuclockid(pid, &raw mut clock) == 0 && libc::clock_gettime(clock, &raw mut time) == 0
    };
    read.then(|| Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
}

/// Use of `pid` and its descendants now. Where the sum of resident memory is over `limit`, pages that
/// several processes share are counted in parts.
pub(super) fn of_tree(pid: i32, limit: u64) -> Usage {
    let mut usage = Usage::default();
    let mut pids = vec![pid];
    let mut at = 0;
    while at < pids.len() && pids.len() <= 4 * MAX_TASKS as usize {
        let pid = pids[at];
        at += 1;
        let Some(one) = one(pid) else { continue };
        usage.cpu += one.cpu;
        usage.memory_bytes += one.memory_bytes;
        usage.threads += one.threads;
        usage.processes += 1;
        usage.runnable |= one.runnable;
        for task in tasks(pid, one.threads) {
            if one.threads > 1 && !usage.runnable {
                let stat = fs::read(format!("/proc/{pid}/task/{task}/stat")).unwrap_or_default();
                usage.runnable = fields(&stat).is_some_and(|fields| fields.first() == Some(&"R"));
            }
            let children =
                fs::read_to_string(format!("/proc/{pid}/task/{task}/children")).unwrap_or_default();
            pids.extend(children.split_ascii_whitespace().filter_map(|pid| pid.parse::<i32>().ok()));
        }
    }
    if usage.memory_bytes > limit && pids.len() > 1 {
        let shares: Option<u64> = pids.iter().map(|&pid| proportional(pid)).sum();
        usage.memory_bytes = shares.unwrap_or(usage.memory_bytes);
    }
    usage
}

/// How long the threads of `pid` have been ready to run without a CPU to run on.
pub(super) fn waited_for_cpu(pid: i32) -> Duration {
    let waited = |task: i32| {
        let text = fs::read_to_string(format!("/proc/{pid}/task/{task}/schedstat")).ok()?;
        text.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()
    };
    Duration::from_nanos(tasks(pid, 2).into_iter().filter_map(waited).sum())
}

fn tasks(pid: i32, threads: u64) -> Vec<i32> {
    if threads == 1 {
        return vec![pid];
    }
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/task")) else { return vec![pid] };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn one(pid: i32) -> Option<Usage> {
    let text = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let fields = fields(&text)?;
    // Numbered from 3 on in proc(5): 3 is the state, 14 to 17 are times, 20 is threads, 24 is resident pages.
    let field = |number: usize| fields.get(number - 3).and_then(|text| text.parse::<u64>().ok());
    // SAFETY: asks for two constants.
    let (ticks, page) = unsafe { (libc::sysconf(libc::_SC_CLK_TCK), libc::sysconf(libc::_SC_PAGESIZE)) };
    let cpu: u64 = [14, 15, 16, 17].into_iter().map(field).sum::<Option<u64>>()?;
    Some(Usage {
        cpu: Duration::from_secs_f64(cpu as f64 / ticks.max(1) as f64),
        memory_bytes: field(24)? * page.max(1) as u64,
        processes: 1,
        threads: field(20)?,
        runnable: fields.first() == Some(&"R"),
    })
}

/// The fields of a `stat` file from the third on.
fn fields(text: &[u8]) -> Option<Vec<&str>> {
    // The second, the name, is the program's to choose.
    let after = text.iter().rposition(|&byte| byte == b')')? + 1;
    Some(std::str::from_utf8(&text[after..]).ok()?.split_ascii_whitespace().collect())
}

/// The share of `pid` in its resident pages, in bytes; nothing for one that has ended.
fn proportional(pid: i32) -> Option<u64> {
    let text = match fs::read_to_string(format!("/proc/{pid}/smaps_rollup")) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => return None,
        Err(_) => return Some(0),
    };
    let kibibytes = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(kibibytes.trim().split(' ').next()?.parse::<u64>().ok()? << 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    fn wait_until(done: impl Fn() -> bool) {
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        while !done() && std::time::Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(done());
    }

    #[test]
    fn a_tree_is_the_process_and_its_descendants() {
        let mut shell = Command::new("sh")
            .args(["-c", "(sleep 30 & sleep 30 & wait) & read line; kill 0"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let pid = shell.id() as i32;
        wait_until(|| of_tree(pid, 0).processes == 4);
        let usage = of_tree(pid, u64::MAX);
        assert_eq!(usage.processes, 4);
        wait_until(|| !of_tree(pid, u64::MAX).runnable);
        assert!(usage.memory_bytes > 4 << 16, "{usage:?}");
        // Pages of the C library are counted four times in the one and once in the other.
        let shared = of_tree(pid, 0);
        assert!(shared.memory_bytes < usage.memory_bytes, "{shared:?} {usage:?}");
        for pid in Command::new("pgrep").args(["-P", &pid.to_string()]).output().map(|o| o.stdout).iter() {
            for child in String::from_utf8_lossy(pid).split_whitespace() {
                let _ = Command::new("pkill").args(["-P", child]).status();
            }
        }
        shell.kill().unwrap();
        shell.wait().unwrap();
    }

    #[test]
    fn time_that_a_process_works_is_seen() {
        let me = std::process::id() as i32;
        let (before, clock) = (of_tree(me, u64::MAX), cpu_clock(me).unwrap());
        let mut sum = 0u64;
        while cpu_clock(me).unwrap() < clock + Duration::from_millis(60) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        // This thread at least.
        assert!(of_tree(me, u64::MAX).runnable);
        assert!(of_tree(me, u64::MAX).cpu >= before.cpu + Duration::from_millis(30));
        assert_eq!(of_tree(i32::MAX, 1), Usage::default());
        assert_eq!(waited_for_cpu(i32::MAX), Duration::ZERO);
    }
}
