//! Options, findings and machines; and what the other test files share.

mod attacks;
mod datasets;
mod faults;
mod hostile;
mod kinds;
mod tables;

use std::path::Path;
use std::process::Command;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use super::*;

/// Without namespaces the tests would say nothing: then they fail, and say what is missing.
static PATIENT: LazyLock<Checked> =
    LazyLock::new(|| Python { timeout_secs: 60.0, wall_secs: 60.0, ..Python::default() }.checked().unwrap());
static HASTY: LazyLock<Checked> =
    LazyLock::new(|| Python { timeout_secs: 1.0, wall_secs: 1.0, ..Python::default() }.checked().unwrap());

fn prompt(entry_point: Option<&str>, tests: serde_json::Value) -> Prompt {
    Prompt {
        id: "t".into(),
        source: "t".into(),
        domain: "code".into(),
        problem: String::new(),
        answer: None,
        entry_point: entry_point.map(str::to_owned),
        tests: serde_json::from_value(tests).unwrap(),
        difficulty: None,
    }
}

fn answer(code: &str) -> String {
    format!("<think>\nhm\n</think>\n\nSo:\n\n```python\n{code}\n```\n")
}

fn judge(code: &str, entry_point: Option<&str>, tests: serde_json::Value) -> Verdict {
    PATIENT.verdict(&prompt(entry_point, tests), &answer(code))
}

/// `pass`, or the reason's name.
fn name(verdict: &Verdict) -> &str {
    verdict.reason().map_or("pass", |reason| &reason.name)
}

#[track_caller]
fn check(code: &str, tests: serde_json::Value, expected: &str) {
    let verdict = judge(code, Some("f"), tests);
    assert_eq!(name(&verdict), expected, "{code}\n{verdict:?}");
    let is_unknown = matches!(verdict, Verdict::Unknown(_));
    let undecided = ["python.not_plain_value", "python.tests_failed", "python.no_tests", "python.not_read"];
    assert_eq!(is_unknown, undecided.contains(&expected), "{verdict:?}");
}

fn call(args: serde_json::Value, expected: serde_json::Value) -> serde_json::Value {
    json!({"call": {"args": args, "expected": expected}})
}

fn stdio(input: &str, output: &str) -> serde_json::Value {
    json!({"stdio": {"input": input, "output": output}})
}

fn asserts(lines: &[&str]) -> serde_json::Value {
    json!({"asserts": {"code": lines}})
}

/// Every kind of test for a function `f` that gives 2 for 1 and 3 for 2.
fn successor() -> serde_json::Value {
    json!([
        call(json!([1]), json!(2)),
        {"check": {"code": "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 3"}},
        asserts(&["assert f(1) == 2", "assert f(2) == 3"]),
    ])
}

/// The same tests where none is plain enough to be judged without Python.
fn in_python(mut tests: serde_json::Value) -> serde_json::Value {
    for test in tests.as_array_mut().unwrap() {
        if let Some(code) = test.get_mut("check").and_then(|check| check.get_mut("code")) {
            *code = format!("import math\n{}", code.as_str().unwrap()).into();
        }
        if let Some(asserts) = test.get_mut("asserts") {
            asserts["setup"] = "import math".into();
        }
    }
    tests
}

#[test]
fn the_recipes_own_example() {
    let tests = json!([
        call(json!([[3, 1, 2]]), json!([42, 1, 2, 3])),
        call(json!([[]]), json!([42])),
        asserts(&["assert f([5, 4]) == [42, 4, 5]"]),
    ]);
    check("def f(numbers):\n    return [42] + sorted(numbers)", tests.clone(), "pass");
    check("def f(numbers):\n    return sorted(numbers)", tests.clone(), "python.wrong_answer");
    check("def f(numbers):\n    return sorted([42] + numbers)", tests.clone(), "python.wrong_answer");
    let verdict = judge("f = lambda x: [42] + sorted(x, reverse=True)", Some("f"), tests);
    let detail = &verdict.reason().unwrap().detail;
    assert!(detail.starts_with("passed 1 of 3; first failed: test 1: returned"), "{detail}");
}

#[test]
fn helpers_of_the_problem_are_the_problems() {
    let problem = "def poly(xs, x):\n    return sum(c * x ** i for i, c in enumerate(xs))\n\ndef f(xs):\n    \"\"\" a zero \"\"\"\n";
    let tests = json!([{"check": {"code": "def check(candidate):\n    assert abs(poly([1, 2], candidate([1, 2]))) < 1e-6"}}]);
    let asked = Prompt { problem: problem.into(), ..prompt(Some("f"), tests) };
    for (code, expected) in [
        ("    return -0.5", "pass"),
        ("```python\ndef f(xs): return -0.5\n```", "pass"),
        ("```python\ndef f(xs): return -0.5 + poly([0], 1)\n```", "pass"),
        ("```python\ndef poly(xs, x): return 0\ndef f(xs): return 7\n```", "python.wrong_answer"),
    ] {
        let verdict = PATIENT.verdict(&asked, code);
        assert_eq!(name(&verdict), expected, "{code} {verdict:?}");
    }
}

#[test]
fn a_finding_carries_tests_time_and_memory() {
    let tests = json!([call(json!([1]), json!(2)), call(json!([2]), json!(9)), call(json!([3]), json!(4))]);
    let finding = PATIENT.finding(&prompt(Some("f"), tests), &answer("def f(x): return x + 1"));
    assert_eq!(finding.details["tests_passed"], 2);
    assert_eq!(finding.details["tests_total"], 3);
    assert_eq!(finding.details["test_outcomes"], json!(["pass", "python.wrong_answer", "pass"]));
    let busy = "x = bytearray(80 << 20)\nx[::4096] = b'1' * (len(x) // 4096)\ndef f(x):\n    n = 0\n    for i in range(3 * 10**6): n += i\n    return x + 1";
    let heavy = PATIENT.finding(&prompt(Some("f"), json!([call(json!([1]), json!(2))])), &answer(busy));
    assert_eq!(heavy.verdict, Verdict::Pass);
    let figure = |finding: &Finding, key: &str| finding.measured[key].as_f64().unwrap();
    assert!(figure(&heavy, "cpu_millis") > figure(&finding, "cpu_millis") + 20.0, "{heavy:?} {finding:?}");
    assert!(figure(&heavy, "peak_memory_mib") > figure(&finding, "peak_memory_mib") + 60.0, "{heavy:?}");
    // What stops a run leaves the rest not run.
    let stopped = HASTY.finding(
        &prompt(
            Some("f"),
            json!([call(json!([1]), json!(1)), call(json!([2]), json!(2)), call(json!([3]), json!(3))]),
        ),
        &answer("def f(x):\n    while x == 2: pass\n    return x"),
    );
    assert_eq!(stopped.details["test_outcomes"], json!(["pass", "python.cpu_limit", "not_run"]));
}

#[test]
fn options_decide() {
    let judge = |options: Python, prompt: &Prompt, code: &str| {
        options.checked().unwrap().finding(prompt, &answer(code))
    };
    let tests = json!([call(json!([1]), json!(2))]);
    let asked = prompt(Some("f"), tests.clone());
    // An undefined name in a branch that no test takes, and an unused import.
    let code = "import os\ndef f(x):\n    if x > 5: return nope\n    return x + 1";
    let lint = |lint| judge(Python { lint, ..Python::default() }, &asked, code);
    assert_eq!(name(&lint(Lint::Syntax).verdict), "pass");
    assert!(lint(Lint::Syntax).details.get("lint_score").is_none());
    assert_eq!(name(&lint(Lint::Error).verdict), "python.lint");
    let scored = lint(Lint::Score);
    assert_eq!(name(&scored.verdict), "pass");
    assert!(scored.details["lint_score"].as_f64().unwrap() < 0.5);
    assert_eq!(scored.details["lint_message"], "line 3: undefined name `nope`");

    let flaky = "import time\ndef f(x): return x + 1 if time.time_ns() // 1000 % 2 else 0";
    let repeated = (0..20).map(|_| judge(Python { repeat: 30, ..Python::default() }, &asked, flaky));
    let found: Vec<String> = repeated.map(|finding| name(&finding.verdict).to_owned()).collect();
    assert!(
        found.iter().any(|name| name == "python.flaky") && !found.iter().any(|name| name == "pass"),
        "{found:?}"
    );
    assert_eq!(
        name(&judge(Python { repeat: 5, ..Python::default() }, &asked, "def f(x): return x + 1").verdict),
        "pass"
    );

    let slow = "def f(x):\n    n = 0\n    for i in range(2 * 10**7): n += i\n    return x + 1";
    let ratio = Python { time_limit_ratio: Some(3.0), timeout_secs: 60.0, ..Python::default() };
    let with = |answer: &str| Prompt { answer: Some(answer.into()), ..asked.clone() };
    let reference = with("def f(x): return x + 1");
    assert_eq!(name(&judge(ratio.clone(), &reference, slow).verdict), "python.too_slow");
    assert_eq!(name(&judge(ratio.clone(), &reference, "def f(x): return 1 + x").verdict), "pass");
    assert_eq!(
        name(&judge(ratio.clone(), &with("def f(x): return 0"), slow).verdict),
        "pass",
        "a wrong reference"
    );
    assert_eq!(name(&judge(ratio, &with("42"), slow).verdict), "pass", "an answer that is no program");

    let unordered = Python { compare: Comparator::Unordered, ..Python::default() };
    let asked = prompt(Some("f"), json!([call(json!([1]), json!([1, 2, 3]))]));
    assert_eq!(name(&judge(unordered.clone(), &asked, "def f(x): return [3, 1, 2]").verdict), "pass");
    assert_eq!(name(&judge(unordered, &asked, "def f(x): return [3, 1, 1]").verdict), "python.wrong_answer");
}

#[test]
fn without_tests_a_program_runs_to_its_end() {
    for (code, expected) in [
        ("print(1)", "pass"),
        ("import sys; sys.exit(0)", "pass"),
        ("import sys; sys.exit(1)", "python.error"),
        ("import os; os._exit(0)", "python.crashed"),
        ("input()", "python.error"),
        ("1/0", "python.error"),
        ("x =", "python.syntax_error"),
        ("print(1)\0", "python.syntax_error"),
        ("", "pass"),
    ] {
        check(code, json!([]), expected);
    }
    for text in ["no code", "It prints nothing.", "<think>```python\npass\n```", "```python\npass"] {
        assert_eq!(name(&PATIENT.verdict(&prompt(None, json!([])), text)), "python.no_program", "{text}");
    }
}

#[test]
fn a_late_program_is_judged_at_its_limit() {
    for (code, expected) in
        [("while True: pass", "python.cpu_limit"), ("import time; time.sleep(99)", "python.wall_limit")]
    {
        let start = Instant::now();
        let verdict = HASTY.verdict(&prompt(None, json!([])), &answer(code));
        assert_eq!(name(&verdict), expected);
        assert!(start.elapsed() < Duration::from_secs(100), "{:?}", start.elapsed());
    }
}

#[test]
fn many_threads_at_once_leave_nothing_behind() {
    let fds = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    LazyLock::force(&PATIENT);
    let (wrong, before) = (Mutex::new(Vec::new()), fds());
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let wrong = &wrong;
            scope.spawn(move || {
                for round in 0..12 {
                    let right = (thread + round) % 2 == 0;
                    let code = format!("def f(x): return x + {}", if right { 1 } else { 2 });
                    let verdict = judge(&code, Some("f"), successor());
                    if (verdict == Verdict::Pass) != right {
                        wrong.lock().unwrap().push(verdict);
                    }
                }
            });
        }
    });
    assert_eq!(*wrong.lock().unwrap(), []);
    // Other tests of this process hold a few while they run.
    assert!(fds() < before + 60, "{} descriptors, {before} before", fds());
}

#[test]
fn without_isolation_limits_still_hold() {
    let checked = Python { sandbox: Sandbox::Off, timeout_secs: 1.0, ..Python::default() }.checked().unwrap();
    for (code, expected) in [
        ("def f(x): return x + 1", "pass"),
        ("def f(x): return x", "python.wrong_answer"),
        ("while True: pass", "python.cpu_limit"),
        ("import os\nos.fork()", "python.error"),
        ("x = bytearray(10**10)", "python.memory_limit"),
    ] {
        let verdict = checked.verdict(&prompt(Some("f"), successor()), &answer(code));
        assert_eq!(name(&verdict), expected, "{code} {verdict:?}");
    }
}

/// Every Python that the harness claims to run on, as far as it is on the path.
#[test]
fn each_python_there_is_runs_the_harness() {
    let mut ran = 0;
    for minor in 8..=14 {
        let interpreter = format!("python3.{minor}");
        if Command::new(&interpreter)
            .arg("--version")
            .output()
            .map_or(true, |output| !output.status.success())
        {
            eprintln!("SKIPPED: no {interpreter}");
            continue;
        }
        ran += 1;
        let limits = Python { timeout_secs: 60.0, wall_secs: 60.0, interpreter, ..Python::default() };
        let checked = limits.clone().checked().unwrap();
        let name = &limits.interpreter;
        let verdict =
            |code: &str, tests: serde_json::Value| checked.verdict(&prompt(Some("f"), tests), &answer(code));
        assert_eq!(verdict("def f(x): return x + 1", successor()), Verdict::Pass, "{name}");
        assert_eq!(verdict("def f(x): return x + 1", in_python(successor())), Verdict::Pass, "{name}");
        assert_eq!(self::name(&verdict("def f(x): return x", successor())), "python.wrong_answer", "{name}");
        // Threads, processes of its own, and random numbers that differ from run to run.
        let own = "import threading, os, random, subprocess, sys, multiprocessing\ndef f(x):\n    r = []\n    t = threading.Thread(target=r.append, args=(x,))\n    t.start(); t.join()\n    q, w = os.pipe()\n    if os.fork() == 0:\n        os.write(w, b'%d' % (threading.active_count() + x))\n        os._exit(0)\n    os.wait()\n    assert subprocess.run([sys.executable, '-c', 'print(7)'], capture_output=True).stdout == b'7\\n'\n    return int(os.read(q, 9))";
        assert_eq!(verdict(own, successor()), Verdict::Pass, "{name}");
        // What the zygote needs for itself fits into the least memory that the options allow.
        let small = Python { memory_mib: 64, ..limits.clone() }.checked().unwrap();
        let verdict_in_64 = small.verdict(&prompt(Some("f"), successor()), &answer("def f(x): return x + 1"));
        assert_eq!(verdict_in_64, Verdict::Pass, "{name}");
        let random = "import random\ndef f(x): return str(random.random())";
        let shown =
            || verdict(random, json!([call(json!([1]), json!("x"))])).reason().unwrap().detail.clone();
        assert_ne!(shown(), shown(), "{name}");
    }
    assert!(ran > 0, "no Python on the path");
}

#[test]
fn options_out_of_range_and_missing_interpreters_are_refused() {
    let refused = |options: Python| options.checked().err().expect("refused");
    let missing = refused(Python { interpreter: "no-such-python".into(), ..Python::default() });
    assert!(missing.contains("no-such-python") && missing.contains("install"), "{missing}");
    let wrong = refused(Python { interpreter: "true".into(), ..Python::default() });
    assert!(wrong.contains("no working Python"), "{wrong}");
    for timeout_secs in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(refused(Python { timeout_secs, ..Python::default() }).contains("timeout_secs"));
    }
    assert!(refused(Python { memory_mib: 1, ..Python::default() }).contains("memory_mib"));
    assert!(refused(Python { wall_secs: 0.0, ..Python::default() }).contains("wall_secs"));
    assert!(refused(Python { repeat: 0, ..Python::default() }).contains("repeat"));
    assert!(refused(Python { float_tolerance: 2.0, ..Python::default() }).contains("float_tolerance"));
    let time_limit_ratio = Some(0.5);
    assert!(refused(Python { time_limit_ratio, ..Python::default() }).contains("time_limit_ratio"));
}

/// A file of the shared data, which lies beside the repository where it is checked out.
fn shared(path: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(path);
    if !path.exists() {
        eprintln!("SKIPPED: {} is not there, so this test tests nothing", path.display());
        return None;
    }
    let unpacked = Command::new("gzip").args(["-dcf"]).arg(&path).output().expect("gzip");
    Some(unpacked.stdout)
}

fn rows(bytes: &[u8]) -> Vec<serde_json::Value> {
    bytes
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}
