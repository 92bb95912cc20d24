//! Tables of programs, tests and verdicts.

use super::*;

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
        let folded =
            ["3 - 2", "2 * 1.25", "5 / 2", "2 ** 53 * 1.0", "(1 + 0, 4 / 2)", "'a' + ''", "-1 * 2 + 1"];
        code.extend(folded.map(|value| format!("assert f({at}) == {value}")));
        // How far a whole number beyond 53 bits is from another, only Python says.
        let long = |value: &&str| value.parse::<i128>().is_ok_and(|int| int.abs() > 1 << 53);
        if !values.get(at).is_some_and(long) && ![4, 5].contains(&at.wrapping_sub(values.len())) {
            let near =
                ["- 2) < 1", "- 2) <= 1", "- 2.5) < 1e-6", "- 2 / 3) < 0.5", "- -1) <= 1e400", "- 1) < 0"];
            code.extend(near.map(|claim| format!("assert abs(f({at}) {claim}")));
        }
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
