//! What the machine can do to a verification: kill any part of it, refuse forks, have no room, lack
//! Python. A right program is never failed by it, a wrong one never passed.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::*;

/// Set in the copies of this test program that a test starts.
const INNER: &str = "DATAGEN_TEST_INNER";

/// Children of a process, one level down.
fn children(pid: i32) -> Vec<i32> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    text.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

/// The programs that run on a verifier's zygotes: each zygote's first child is the mould that it forks from.
pub(super) fn programs(checked: &Checked) -> Vec<i32> {
    let of_one = |pid| children(pid).into_iter().skip(1).collect::<Vec<_>>();
    checked.judge.zygotes().pids().into_iter().flat_map(of_one).collect()
}

/// Waits until `done` says so, and fails if it never does.
#[track_caller]
fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn fresh() -> Checked {
    Python { timeout_secs: 60.0, wall_secs: 60.0, ..Python::default() }.checked().unwrap()
}

/// A program that can be killed while it is at work, and a right one if it is not.
const SLOW: &str = "import time\ntime.sleep(0.3)\ndef f(x): return x + 1";

#[test]
fn a_program_killed_from_outside_is_run_again_and_then_unknown() {
    let checked = fresh();
    for (kills, expected) in [(1, "pass"), (2, "python.killed")] {
        let verdict = std::thread::scope(|scope| {
            let judged = scope.spawn(|| checked.verdict(&prompt(Some("f"), successor()), &answer(SLOW)));
            let programs = || programs(&checked);
            let mut last = 0;
            for _ in 0..kills {
                wait_for("no program started", || programs().iter().any(|&pid| pid != last));
                last = programs().into_iter().find(|&pid| pid != last).unwrap();
                // It must be at work: a process that is killed before it is ready is simply replaced.
                std::thread::sleep(Duration::from_millis(100));
                kill(Pid::from_raw(last), Signal::SIGKILL).unwrap();
            }
            judged.join().unwrap()
        });
        assert_eq!(name(&verdict), expected, "{verdict:?}");
    }
}

#[test]
fn a_killed_process_of_the_tests_decides_nothing() {
    let checked = fresh();
    let tests = json!([{"asserts": {"code": ["assert f(1) == 2"], "setup": "import time\ntime.sleep(0.5)"}}]);
    let verdict = std::thread::scope(|scope| {
        let judged = scope.spawn(|| {
            let code = "def f(x): return x + 1";
            checked.verdict(&prompt(Some("f"), tests), &answer(code))
        });
        let programs = || programs(&checked);
        wait_for("two processes", || programs().len() == 2);
        std::thread::sleep(Duration::from_millis(150));
        // Whichever of them is the tests' own.
        for pid in programs() {
            kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
        }
        judged.join().unwrap()
    });
    assert!(matches!(verdict, Verdict::Unknown(_) | Verdict::Pass), "{verdict:?}");
}

/// Lets the zygotes start so many processes.
fn allow_processes(checked: &Checked, count: u64) {
    // Theirs is ours, as it was when they were started.
    let (_, most) = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NPROC).unwrap();
    let limit = nix::libc::rlimit { rlim_cur: count.min(most), rlim_max: most };
    for pid in checked.judge.zygotes().pids() {
        let pid = children(pid)[0];
        // SAFETY: reads one structure; no old limit is asked for.
        let set = unsafe {
            nix::libc::prlimit(pid, nix::libc::RLIMIT_NPROC, &raw const limit, std::ptr::null_mut())
        };
        assert_eq!(set, 0, "{}", std::io::Error::last_os_error());
    }
}

#[test]
fn refused_forks_are_tried_again_and_then_decide_nothing() {
    let checked = fresh();
    let verdict = |code: &str| checked.verdict(&prompt(Some("f"), successor()), &answer(code));
    // Both zygotes have to be there to be limited.
    (0..8).for_each(|_| assert_eq!(verdict("def f(x): return x + 1"), Verdict::Pass));
    for (code, expected) in
        [("def f(x): return x + 1", "pass"), ("def f(x): return x", "python.wrong_answer")]
    {
        allow_processes(&checked, 0);
        let found = std::thread::scope(|scope| {
            let judged = scope.spawn(|| verdict(code));
            std::thread::sleep(Duration::from_millis(300));
            assert!(!judged.is_finished(), "no fork was refused");
            allow_processes(&checked, nix::libc::RLIM_INFINITY);
            judged.join().unwrap()
        });
        assert_eq!(name(&found), expected, "{found:?}");
        allow_processes(&checked, 0);
        let found = verdict(code);
        assert_eq!(name(&found), "python.sandbox_failed", "{found:?}");
        assert!(found.reason().unwrap().detail.contains("fork"), "{found:?}");
        allow_processes(&checked, nix::libc::RLIM_INFINITY);
        assert_eq!(name(&verdict(code)), expected, "it recovers");
    }
}

#[test]
fn pythons_that_are_too_old_or_no_python_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let fake = |name: &str, says: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{says}\n")).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let refused = |interpreter: String| Python { interpreter, ..Python::default() }.checked().err().unwrap();
    let truth = std::fs::canonicalize("/bin/true").unwrap();
    for (says, expected) in [
        ("echo 3 7; echo /usr/bin/python3.7", "is Python 3.7, 3.8 or newer is needed"),
        ("echo 2 7; echo /usr/bin/python2.7", "is Python 2.7, 3.8 or newer is needed"),
        ("echo Unknown option: -I >&2; exit 2", "no working Python interpreter (Unknown option: -I)"),
        ("echo 3; echo x", "no working Python interpreter"),
        ("kill -9 $$", "no working Python interpreter"),
        ("echo 3 12; echo /nowhere/python3.12", "programs cannot be isolated on this machine"),
        (&format!("echo 3 12; echo {}", truth.display()), "the interpreter does not run the harness"),
    ] {
        let error = refused(fake("python", says));
        assert!(error.contains(expected), "{says}: {error}");
    }
    std::fs::write(folder.path().join("plain"), "").unwrap();
    let error = refused(folder.path().join("plain").to_str().unwrap().to_owned());
    assert!(error.contains("cannot start") && error.contains("install Python 3"), "{error}");
    for old in ["python2.7", "python3.6", "python3.7"] {
        if Command::new(old).arg("--version").output().is_ok_and(|output| output.status.success()) {
            let error = refused(old.to_owned());
            assert!(error.contains("or newer is needed") || error.contains("no working"), "{error}");
        } else {
            eprintln!("SKIPPED: no {old}");
        }
    }
}

/// Runs the test `name` of this program in a process of its own, started by `command`.
fn inner(mut command: Command, name: &str) -> Command {
    // A test's name is its path within the crate.
    let (_, module) = module_path!().split_once("::").unwrap();
    let test = format!("{module}::{name}");
    command.args(["--exact", &test, "--nocapture"]).env(INNER, "1");
    command
}

/// The machine's folder for temporary files is full, or not there: programs have their own. In a user
/// namespace whose root is the caller, so also: no privilege is needed.
#[test]
fn a_full_tmp_hinders_nobody() {
    if std::env::var_os(INNER).is_some() {
        let checked = Python::default().checked().unwrap();
        for (code, expected) in [
            ("def f(x): return x + 1", "pass"),
            ("def f(x): return x", "python.wrong_answer"),
            (
                "def f(x):\n    with open('/tmp/x', 'w') as file: file.write('y' * 100000)\n    return x + 1",
                "pass",
            ),
            (
                "import tempfile\ndef f(x):\n    with tempfile.TemporaryFile() as file: file.write(b'1')\n    return x + 1",
                "pass",
            ),
        ] {
            let verdict = checked.verdict(&prompt(Some("f"), successor()), &answer(code));
            assert_eq!(name(&verdict), expected, "{code} {verdict:?}");
        }
        let off = Python { sandbox: Sandbox::Off, ..Python::default() }.checked();
        let error = off.err().expect("no room for a working folder");
        return assert!(error.contains("cannot make a working folder"), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let full = folder.path().join("full");
    std::fs::create_dir(&full).unwrap();
    let mut shell = Command::new("unshare");
    shell.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
    shell.arg("mount -t tmpfs -o size=8k,nr_inodes=2 full \"$0\" && cat /dev/zero > \"$0/x\"; TMPDIR=\"$0\" exec \"$@\"");
    shell.arg(&full).arg(std::env::current_exe().unwrap());
    let output = match inner(shell, "a_full_tmp_hinders_nobody").output() {
        Ok(output) => output,
        Err(error) => return eprintln!("SKIPPED: no `unshare` ({error})"),
    };
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert!(said.contains("No space left"), "it was full: {said}");
}

/// Whatever ends `datagen`, even with SIGKILL, ends all that it runs.
#[test]
fn nothing_outlives_the_verifier() {
    if std::env::var_os(INNER).is_some() {
        let code = "import os, time\nfor _ in range(5):\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(600)\ntime.sleep(600)";
        PATIENT.verdict(&prompt(None, json!([])), &answer(code));
        return;
    }
    let mut command = inner(Command::new(std::env::current_exe().unwrap()), "nothing_outlives_the_verifier");
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).process_group(0);
    let mut verifier = command.spawn().unwrap();
    let pid = verifier.id() as i32;
    // Any thread of the verifier may have started a child.
    let tasks = || {
        let mut all: Vec<i32> = Vec::new();
        for task in std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
            let path = task.path().join("children");
            let text = std::fs::read_to_string(path).unwrap_or_default();
            all.extend(text.split_whitespace().map(|pid| pid.parse::<i32>().unwrap()));
        }
        let mut at = 0;
        while at < all.len() {
            all.extend(children(all[at]));
            at += 1;
        }
        all
    };
    // A zygote and its mould, the program and its five children at least.
    wait_for("the program runs", || tasks().len() >= 8);
    let running = tasks();
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    verifier.wait().unwrap();
    wait_for("something is left", || running.iter().all(|pid| !Path::new(&format!("/proc/{pid}")).exists()));
}
