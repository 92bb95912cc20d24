//! What is read as plain, and what is left to Python. That both say the same is tested beside the verifier.

use super::*;

#[test]
fn plain_assertions_table() {
    for code in [
        "assert f(1, -2.5, 'a', None, True) == [1, (2, 'b'), {3, 4}, {'k': [5]}]",
        "assert f(x=1, y=(1,)) == 2",
        "assert 2 == f(1), 'two'",
        "assert f() is None",
        "assert f([]) is True",
        "assert f(0)",
        "assert not f(\"\")",
        "# a comment\nassert f('a' 'b') == \"\"\"ab\"\"\"",
        "assert f(18446744073709551615) == -18446744073709551615",
        "assert abs(f(1.33) - 0.33) < 1e-6",
        "assert abs(f(1) - -2) <= 1",
        "assert f(3 * 5 * 7, 2 - 9) == (3 + 5, 2 ** 10, 0 ** 0, 1 / 3, 2 * 1.5)",
        "assert f('abcde' + 'cade') == 18446744073709551614 + 1",
    ] {
        assert!(assertion(code).is_some(), "{code}");
    }
    for code in [
        "",
        "f(1) == 2",
        "assert f(1) == 2; f(3)",
        "assert f(1) == 2\nassert f(1) == 3",
        "assert f(1) != 2",
        "assert f(1) < 2",
        "assert 1 == f(1) == 1",
        "assert f(1) == 2 and f(2) == 3",
        "assert f(x) == 2",
        "assert f(g(1)) == 2",
        "assert f(*[1]) == 2",
        "assert f(**{'x': 1}) == 2",
        "assert f(x=1, x=2) == 2",
        "assert f(1) is 1",
        "assert f(1) == f(2)",
        "assert f(1)[0] == 2",
        "assert m.f(1) == 2",
        "assert abs(f(1) + 2) < 1e-6",
        "assert abs(2 - f(1)) < 1e-6",
        "assert abs(f(1) - 2, 3) < 1e-6",
        "assert abs(f(1) - x) < 1e-6",
        "assert abs(f(1) - 2) > 1e-6",
        "assert abs(f(1) - 9007199254740993) < 1",
        "assert fabs(f(1) - 2) < 1e-6",
        "assert f(1) == 2 ** 64",
        "assert f(1) == 2 ** -1",
        "assert f(1) == 10 ** 10 ** 10",
        "assert f(1) == 1 / 0",
        "assert f(1) == 1.0 / 0",
        "assert f(1) == 9007199254740993 / 2",
        "assert f(1) == 7 // 2",
        "assert f(1) == True + 1",
        "assert f(1) == 'a' * 3",
        "assert f(1) == 'a' + 1",
        "assert f(1) == 18446744073709551615 + 1",
        "assert f(1) == 2, print('x')",
        "assert f(1) == b'x'",
        "assert f(1) == 2j",
        "assert f(1) == 18446744073709551616",
        "assert f('\\ud800') == 1",
        "assert f(1) == {[1]}",
        "assert f(1) == {(1, [2]): 3}",
        "assert f(1) == {1: 2, True: 3}",
        "assert f(1) == {**{}}",
        "assert f(1) == f'x'",
        "assert f(1) == --1",
        "assert f(1) == -True",
        "assert True",
        " assert f(1) == 2",
        "assert f(1) ==",
    ] {
        assert_eq!(assertion(code), None, "{code}");
    }
    assert_eq!(assertion(&format!("assert f({}1{}) == 1", "[".repeat(5000), "]".repeat(5000))), None);
    assert_eq!(assertion(&format!("assert f({}) == 1", "-".repeat(100_000))), None);
}

#[test]
fn checks_table() {
    let count = |code: &str| check(code, "f").map(|found| found.len());
    for (code, expected) in [
        (
            "\n\nMETADATA = {\n 'author': 'jt'\n}\n\n\ndef check(candidate):\n    assert candidate(1) == 2\n    assert True, \"x\"\n    assert not candidate(2)",
            Some(2),
        ),
        ("def check(candidate):\n    'Tests.'\n    pass", Some(0)),
        ("def check(g):\n    assert g(1) == 2", Some(1)),
        // MBPP's own form, and any message.
        ("def check(candidate):\n    assert f(1) == 2\n    assert candidate(2) == 3, str(f(2))", Some(2)),
        ("f = 1\ndef check(candidate):\n    assert f(1) == 2", None),
        ("abs = 1\ndef check(candidate):\n    assert candidate(1) == 2", None),
        ("def check(abs):\n    assert abs(1) == 2", None),
        ("def check(candidate):\n    assert g(1) == 2", None),
        ("def check(candidate):\n    candidate(1)\n    assert candidate(1) == 2", None),
        ("def check(candidate):\n    assert candidate(1) == 2\n    return", None),
        ("def check(candidate, x=1):\n    assert candidate(1) == 2", None),
        ("def check(*candidate):\n    assert candidate(1) == 2", None),
        ("def check(candidate):\n    assert False", None),
        ("def check(candidate):\n    assert candidate(1) == 2\ncheck = print", None),
        ("def check(candidate):\n    assert candidate(1) == 2\ndef check(candidate): pass", None),
        ("@d\ndef check(candidate):\n    assert candidate(1) == 2", None),
        ("async def check(candidate):\n    assert candidate(1) == 2", None),
        ("import math\ndef check(candidate):\n    assert candidate(1) == 2", None),
        ("check = 1", None),
        ("", None),
    ] {
        assert_eq!(count(code), expected, "{code}");
    }
}

#[test]
fn a_result_that_only_python_can_judge_is_left_to_it() {
    let claim = |code: &str| assertion(code).unwrap();
    let other = || Value::Other("library");
    assert_eq!(claim("assert f() == 1").holds(&other()), None);
    assert_eq!(claim("assert f() == [1]").holds(&Value::List(vec![other()])), None);
    assert_eq!(claim("assert f()").holds(&other()), None);
    assert_eq!(claim("assert f() is None").holds(&other()), None);
    // Wrong whatever it is.
    assert_eq!(claim("assert f() == [1]").holds(&Value::List(vec![other(), other()])), Some(false));
    // Whole numbers beyond 64 bits beside floats.
    assert_eq!(claim("assert f() == 1e30").holds(&Value::Int("c9f2c9cd04674edea40000000".into())), None);
    // Replies that no Python value can have.
    let twice = Value::Dict(vec![(Value::text("a"), Value::None), (Value::text("a"), Value::None)]);
    assert_eq!(claim("assert f() == {'a': None, 'b': None}").holds(&twice), Some(false));
    let twice = Value::Set(vec![Value::text("a"), Value::text("a")]);
    assert_eq!(claim("assert f() == {'a', 'b'}").holds(&twice), Some(false));
}
