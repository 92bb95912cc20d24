//! Tables of programs and verdicts, and what the other test files share.

mod attacks;
mod datasets;
mod faults;
mod hostile;
mod kinds;

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
fn call_table() {
    for (code, args, expected, result) in [
        ("def f(x): return x + 1", json!([1]), json!(2), "pass"),
        ("def f(x): return x + 1", json!([1]), json!(3), "python.wrong_answer"),
        ("def f(x): return True", json!([1]), json!(1), "python.wrong_answer"),
        ("def f(x): return 1", json!([1]), json!(true), "python.wrong_answer"),
        ("def f(x): return 2.0", json!([1]), json!(2), "python.wrong_answer"),
        ("def f(x): return 0.1 + 0.2", json!([1]), json!(0.3), "pass"),
        ("def f(x): return x[0], x[1]", json!([[1, 2]]), json!([1, 2]), "pass"),
        ("def f(x): return {1, 2}", json!([1]), json!([1, 2]), "python.wrong_answer"),
        ("def f(x): return (i for i in (1, 2))", json!([1]), json!([1, 2]), "python.wrong_answer"),
        ("def f(x): return {'a': x}", json!([null]), json!({"a": null}), "pass"),
        ("def f(x): return x * 10 ** 5000", json!([1]), json!(1), "python.wrong_answer"),
        ("def f(x): return x", json!(["ä\u{0}☃\n"]), json!("ä\u{0}☃\n"), "pass"),
        ("def f(x): return '\\ud800'", json!([1]), json!("x"), "python.wrong_answer"),
        ("def f(x): return -x", json!([i64::MAX]), json!(-i64::MAX), "pass"),
        (
            "import collections\ndef f(x): return collections.Counter(x)",
            json!(["aab"]),
            json!({"a": 2, "b": 1}),
            "pass",
        ),
        ("def f(x): return f", json!([1]), json!(1), "python.wrong_answer"),
        ("def f(x): return x", json!([1, 2]), json!(1), "python.error"),
        ("def f(x): print(x); return x", json!([1]), json!(1), "pass"),
        ("def f(x): raise ValueError('no')", json!([1]), json!(1), "python.error"),
        ("def f(x): return f(x)", json!([1]), json!(1), "python.error"),
        ("def g(x): return x", json!([1]), json!(1), "python.missing_function"),
        ("f = 1", json!([1]), json!(1), "python.missing_function"),
        ("def f(x) return x", json!([1]), json!(1), "python.syntax_error"),
        ("1/0\ndef f(x): return x", json!([1]), json!(1), "python.error"),
        ("import sys\ndef f(x): return x\nsys.exit(0)", json!([1]), json!(1), "python.error"),
        ("def f(x): return x\nif __name__ == '__main__': input()", json!([1]), json!(1), "pass"),
        ("class C:\n    def f(self, x): return x\nf = C().f", json!([1]), json!(1), "pass"),
        ("n = 0\ndef f(x):\n    global n\n    n += x\n    return n", json!([1]), json!(1), "pass"),
        (
            "import re, math, typing, itertools, functools, heapq, bisect, string, random, datetime, decimal, fractions, json\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\ndef f(x): return P(x).x",
            json!([1]),
            json!(1),
            "pass",
        ),
        (
            "import threading\ndef f(x):\n    r = []\n    t = threading.Thread(target=r.append, args=(x,))\n    t.start(); t.join()\n    return r[0]",
            json!([1]),
            json!(1),
            "pass",
        ),
    ] {
        check(code, json!([call(args, expected)]), result);
    }
}

#[test]
fn test_code_table() {
    let no_argument_is_shared = "def f(x):\n    x.append(1)\n    return x";
    for (code, tests, result) in [
        ("def f(x): return x + 1", successor(), "pass"),
        ("def f(x): return 2", successor(), "python.wrong_answer"),
        ("def f(x): raise KeyError(x)", json!([asserts(&["assert f(1) == 2"])]), "python.error"),
        (
            "def f(x): raise KeyError(x)",
            json!([asserts(&["try:\n    f(1)\n    assert False\nexcept KeyError: pass"])]),
            "pass",
        ),
        ("class E(Exception): pass\ndef f(x): raise E", json!([asserts(&["f(1)"])]), "python.error"),
        ("def g(x): return x\nf = g", json!([asserts(&["assert h(1) == 1"])]), "python.missing_function"),
        (
            "def f(x): return x",
            json!([asserts(&[
                "assert f(1.5) == 1.5",
                "assert f((1, 'a', None, True, {2: {3}})) == (1, 'a', None, True, {2: {3}})",
                "assert f(b'x') == b'x' and f(1j) == 1j and f(range(3)) == range(3)",
                "assert f(2 ** 100000) == 2 ** 100000"
            ])]),
            "pass",
        ),
        ("def f(x): return map(abs, x)", json!([asserts(&["assert list(f([-1])) == [1]"])]), "pass"),
        ("def f(x): return {'a': 1}.keys()", json!([asserts(&["assert f(1) == {'a'}"])]), "pass"),
        ("import math\ndef f(x): return x", json!([asserts(&["assert math.isclose(f(1), 1)"])]), "pass"),
        (
            "import cmath as math\ndef f(x): return 0",
            json!([asserts(&["assert math.isclose(f(1), 1)"])]),
            "python.wrong_answer",
        ),
        (no_argument_is_shared, json!([asserts(&["assert f([]) == [1]"])]), "pass"),
        (
            "def f(x, y=2): return x * y",
            json!([asserts(&["assert f(3, y=4) == 12 and f(x=3) == 6"])]),
            "pass",
        ),
        ("def f(x): x.sort()", json!([asserts(&["x = [2, 1]\nf(x)\nassert x == [1, 2]"])]), "pass"),
        (
            "def f(x, y):\n    x['a'].append(1); y.add(2); x['b'] = []",
            json!([asserts(&[
                "a = []\nx, y = {'a': a}, set()\nf(x, y=y)\nassert a == [1] and y == {2} and x == {'a': [1], 'b': []}"
            ])]),
            "pass",
        ),
        (
            "def f(x): pass",
            json!([asserts(&["x = [2, 1]\nf(x)\nassert x == [1, 2]"])]),
            "python.wrong_answer",
        ),
        (
            "import re\ndef f(x): return re.search('a(b)?(?P<c>c)', x)",
            json!([asserts(&[
                "m = f('xac')\nassert m and m.group('c') == 'c' and m.groups() == (None, 'c') and m.span() == (1, 3) and m[0] == 'ac'",
                "assert not f('y')"
            ])]),
            "pass",
        ),
        (
            "from fractions import Fraction\nfrom decimal import Decimal\nimport datetime, collections\ndef f(x): return {'f': Fraction, 'd': Decimal, 't': datetime.date.fromisoformat, 'q': collections.deque}[x[0]](x[1:])",
            json!([asserts(&[
                "from fractions import Fraction\nassert f('f1/3') == Fraction(1, 3)",
                "from decimal import Decimal\nassert f('d1.10') == Decimal('1.1')",
                "import datetime\nassert f('t2024-02-29') == datetime.date(2024, 2, 29)",
                "from collections import deque\nassert f('qab') == deque('ab') and f('qab') != ['a', 'b']",
            ])]),
            "pass",
        ),
        (
            "class MyError(ValueError): pass\ndef f(x): raise MyError('no')",
            json!([asserts(&[
                "try:\n    f(1)\n    assert False\nexcept ValueError as e: assert str(e) == 'no'"
            ])]),
            "pass",
        ),
        ("def f(x): return object()", json!([asserts(&["f(1)"])]), "python.not_plain_value"),
        ("def f(x): return x", json!([asserts(&["f(print)"])]), "python.not_plain_value"),
        ("def f(x): return 1", json!([asserts(&["try: f(print)\nexcept: pass"])]), "python.not_plain_value"),
        (
            "def f(x): return object()",
            json!([asserts(&["try: f(1)\nexcept: pass"])]),
            "python.not_plain_value",
        ),
        (
            "def f(x): raise StopIteration",
            json!([asserts(&["assert all(map(lambda x: f(x) == 2, [1]))"])]),
            "python.error",
        ),
        ("def f(x): raise StopIteration", json!([asserts(&["assert [*map(f, [1])] == []"])]), "python.error"),
        ("def f(x): return x", json!([asserts(&["f("])]), "python.tests_failed"),
        ("def f(x): return x", json!([{"check": {"code": "x = 1"}}]), "python.tests_failed"),
        ("def f(x): return x", json!([asserts(&[])]), "python.no_tests"),
        (
            "def f(x): return x",
            json!([{"asserts": {"code": ["assert f(g) == 2"], "setup": "import math\ng = 2"}}]),
            "pass",
        ),
    ] {
        check(code, tests, result);
    }
}

/// Assertions that are judged without Python, against Python itself (which any `setup` calls in): every
/// value equal to every other, and what counts as true.
#[test]
fn plain_assertions_are_judged_as_python_judges_them() {
    let values = [
        "None",
        "True",
        "False",
        "0",
        "1",
        "-1",
        "2",
        "0.0",
        "-0.0",
        "1.0",
        "2.5",
        "1e16",
        "10000000000000000",
        "10000000000000001",
        "9007199254740993",
        "9007199254740992.0",
        "1e400",
        "-1e400",
        "''",
        "'1'",
        "'a'",
        "'\u{e9}'",
        "'e\u{301}'",
        "'\\x00'",
        "[]",
        "[0]",
        "[1]",
        "[1.0]",
        "[True]",
        "()",
        "(1,)",
        "(1, 2)",
        "[1, 2]",
        "{1}",
        "{1, 2}",
        "{2.0, True}",
        "{1: 2}",
        "{1.0: 2.0}",
        "{True: 2, 'a': []}",
        "{'a': [], 1: 2}",
        "{'a': {}}",
        "{}",
        "[[1], {2: (3,)}]",
        "[[True], {2.0: (3,)}]",
        "{(1, 2), ()}",
        "{(), (1.0, 2)}",
        "18446744073709551615",
        "18446744073709551616.0",
        "-18446744073709551615",
        "0.1",
        "'None'",
    ];
    let program = format!(
        "import collections\nV = [{}]\nW = [set(), frozenset({{1, 2}}), collections.OrderedDict(a=[]), float('nan'), 2 ** 70, -2 ** 70, V[3:5]]\ndef f(n): return (V + W)[n]\ndef g(n): raise [AssertionError('no'), NameError('n'), KeyError(1), StopIteration][n]",
        values.join(", ")
    );
    let count = values.len() + 7;
    let mut code: Vec<String> = Vec::new();
    for at in 0..count {
        code.extend(values.iter().map(|value| format!("assert f({at}) == {value}")));
        code.extend(["", "not "].map(|not| format!("assert {not}f({at})")));
        code.extend(["None", "True", "False"].map(|value| format!("assert f({at}) is {value}")));
    }
    // Only Python can compare a whole number beyond 64 bits with a whole float.
    let large = values.iter().position(|value| *value == "18446744073709551616.0").unwrap();
    let beyond = |line: &String| {
        let big = [values.len() + 4, values.len() + 5].map(|at| format!("assert f({at}) =="));
        let float = ["1e16", "18446744073709551616.0", "1e400", "1.0", "2.0", "0.0"]
            .iter()
            .any(|it| line.ends_with(it));
        let large =
            line.ends_with("18446744073709551616.0") || line.starts_with(&format!("assert f({large}) =="));
        (big.iter().any(|start| line.starts_with(start)) && float) || large
    };
    code.retain(|line| !beyond(line));
    let finding = |setup: &str, entry: &str, code: &[String]| {
        let asked = prompt(Some(entry), json!([{"asserts": {"code": code, "setup": setup}}]));
        let finding = PATIENT.judge.run_with(&asked, &asked.tests, "", &program);
        (0..code.len()).map(|at| finding.tally.name(at).to_owned()).collect::<Vec<_>>()
    };
    let (plain, python) = (finding("", "f", &code), finding("pass", "f", &code));
    for ((line, plain), python) in code.iter().zip(&plain).zip(&python) {
        assert_eq!(plain, python, "{line}");
    }
    let passed = plain.iter().filter(|name| *name == "pass").count();
    assert!(passed > 100 && passed < code.len() / 4, "{passed} of {}", code.len());
    let raised: Vec<String> = (0..5).map(|at| format!("assert g({at}) == 1")).collect();
    assert_eq!(finding("", "g", &raised), finding("pass", "g", &raised));
    // Results that are left to Python come out as Python says, with all that came before them.
    for (result, claimed, expected) in [
        ("2 ** 70", "1180591620717411303424.0", "pass"),
        ("2 ** 70 + 1", "1180591620717411303424.0", "python.wrong_answer"),
        ("__import__('fractions').Fraction(1, 2)", "0.5", "pass"),
        ("range(3)", "[0, 1, 2]", "python.wrong_answer"),
        ("1 + 0j", "1", "pass"),
        ("b'a'", "'a'", "python.wrong_answer"),
        ("map(abs, [])", "[]", "python.wrong_answer"),
        ("object()", "1", "python.not_plain_value"),
    ] {
        let code = format!("n = 0\ndef f(x):\n    global n\n    n += 1\n    return n if x else {result}");
        check(&code, json!([asserts(&["assert f(1) == 1", &format!("assert f(0) == {claimed}")])]), expected);
    }
}

#[test]
fn stdio_table() {
    let sum = json!([stdio("1 2\n", "3\n"), stdio("5 6\n", "11")]);
    for (code, tests, result) in [
        ("a, b = map(int, input().split())\nprint(a + b)", sum.clone(), "pass"),
        (
            "import sys\ndef main():\n    print(sum(map(int, sys.stdin.buffer.read().split())))\nif __name__ == '__main__':\n    main()",
            sum.clone(),
            "pass",
        ),
        (
            "import os\na, b = map(int, open(0).read().split())\nos.write(1, str(a + b).encode())",
            sum.clone(),
            "pass",
        ),
        (
            "a, b = map(int, input().split())\nprint(a + b, flush=True)\nimport os; os._exit(0)",
            sum.clone(),
            "pass",
        ),
        ("a, b = map(int, input().split())\nprint(a + b)\nimport sys; sys.exit()", sum.clone(), "pass"),
        (
            "import threading\ndef main():\n    print(sum(map(int, input().split())))\nthreading.Thread(target=main).start()",
            sum.clone(),
            "pass",
        ),
        (
            "import sys, io, atexit\nout = io.StringIO()\nsys.stdout = out\natexit.register(lambda: sys.__stdout__.write(out.getvalue()))\nprint(sum(map(int, input().split())))",
            sum.clone(),
            "pass",
        ),
        (
            "out = open(1, 'w')\nout.write(str(sum(map(int, open(0)))) if False else str(sum(map(int, open(0).read().split()))))",
            sum.clone(),
            "pass",
        ),
        (
            "class A:\n    def __del__(self): print(self.x)\na = A()\na.x = sum(map(int, input().split()))",
            sum.clone(),
            "pass",
        ),
        (
            "import asyncio\nasync def main(): return sum(map(int, input().split()))\nprint(asyncio.run(main()))",
            sum.clone(),
            "pass",
        ),
        (
            "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', 'print(sum(map(int, input().split())))'], capture_output=True, text=True).stdout)",
            sum.clone(),
            "pass",
        ),
        (
            "from multiprocessing import Pool\nif __name__ == '__main__':\n    with Pool(2) as p: print(sum(p.map(int, input().split())))",
            sum.clone(),
            "pass",
        ),
        (
            "import sys, threading\nsys.setrecursionlimit(10**6)\nthreading.stack_size(2**27)\ndef d(n): return n and 1 + d(n - 1)\ndef main():\n    d(20000)\n    print(sum(map(int, input().split())))\nt = threading.Thread(target=main)\nt.start()\nt.join()",
            sum.clone(),
            "pass",
        ),
        (
            "import sys\nsys.stdout.write(str(sum(map(int, sys.stdin.readline().split()))))\nsys.stdout.close()",
            sum.clone(),
            "pass",
        ),
        (
            "from os import read, write\nwrite(1, b'%d' % sum(map(int, read(0, 99).split())))",
            sum.clone(),
            "pass",
        ),
        (
            "import fileinput\nfor line in fileinput.input(): print(sum(map(int, line.split())))",
            sum.clone(),
            "pass",
        ),
        (
            "import sys\nfor line in sys.stdin: print(sum(map(int, line.split())), file=sys.stdout)",
            sum.clone(),
            "pass",
        ),
        ("print(*[sum(map(int, input().split()))], sep='', end='')\nquit()", sum.clone(), "python.error"),
        ("a, b = map(int, input().split())\nprint(a * b)", sum.clone(), "python.wrong_answer"),
        ("print(3)", sum.clone(), "python.wrong_answer"),
        ("a, b = map(int, input().split())\nprint(a + b)\n1/0", sum.clone(), "python.error"),
        ("a, b = map(int, input().split())\nprint(a + b)\nraise SystemExit(3)", sum.clone(), "python.error"),
        ("input(); input()", sum.clone(), "python.error"),
        ("print(0.1 + 0.2)", json!([stdio("", "0.3")]), "pass"),
        ("raise ValueError", json!([stdio("", "")]), "python.error"),
        ("print(1)", json!([stdio("", "1\n2")]), "python.wrong_answer"),
        ("print('x' * 200000 + 'END')", json!([stdio("", &("x".repeat(200_000) + "END"))]), "pass"),
        ("pass", json!([stdio(&"x".repeat(1 << 20), "")]), "pass"),
        ("import sys\nprint(len(sys.stdin.read()))", json!([stdio(&"x".repeat(1 << 20), "1048576")]), "pass"),
    ] {
        check(code, tests, result);
    }
    let verdict = judge("print(3)", None, sum);
    assert!(verdict.reason().unwrap().detail.starts_with("passed 1 of 2; first failed: test 2: printed `3`"));
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
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
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
