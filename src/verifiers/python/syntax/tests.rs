//! Tables of programs and what is said of them.

use super::*;
use proptest::prelude::*;

fn undefined(source: &str) -> Vec<String> {
    let syntax = read(source);
    assert_eq!(syntax.error, None, "{source}");
    syntax.undefined.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn undefined_names_are_told_and_no_others() {
    for (source, expected) in [
        ("print(x)", &["x"][..]),
        ("x = 1\nprint(x)", &[]),
        ("def f(): return g()\ndef g(): return f()", &[]),
        ("def f():\n    y = 1\nprint(y)", &["y"]),
        ("class C:\n    a = 1\n    b = a\n    def f(self): return a", &["a"]),
        ("class C:\n    def f(self): return __class__, super().f()", &[]),
        ("[i for i in range(3) if i]\nprint(i)", &["i"]),
        ("[j for i in a for j in i]", &["a"]),
        ("if any((m := i) for i in range(3)): print(m)", &[]),
        ("lambda a, *b, c=d, **e: (a, b, c, e)", &["d"]),
        ("import os.path as p, sys\np, sys\nfrom math import *\nprint(sqrt(2))", &[]),
        ("def f():\n    global n\n    n = 1\nprint(n)", &[]),
        ("def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    return g", &[]),
        ("try: pass\nexcept E as e: print(e)", &["E"]),
        ("with open('x') as (a, b): print(a, b)\nfor c, *d in []: print(c, d)", &[]),
        (
            "match 1:\n    case [a, *b]: print(a, b)\n    case {'k': c, **d}: print(c, d)\n    case C(): pass",
            &["C"],
        ),
        ("def f(x: 'List[int]') -> List[int]: pass", &["List"]),
        ("def f[T](x: T) -> T: return x\ntype A = int\nprint(A)", &[]),
        ("print(f'{x!r:{w}}')", &["w", "x"]),
        ("exec('x = 1')\nprint(x)", &[]),
        ("x += 1", &[]),
        ("del x", &["x"]),
        ("async def f():\n    async for a in b: await a", &["b"]),
        ("@dec\ndef f(): pass", &["dec"]),
    ] {
        let mut found = undefined(source);
        found.sort();
        assert_eq!(found, expected, "{source}");
    }
}

#[test]
fn unused_names_are_told_and_scored() {
    let warnings = |source: &str| {
        let syntax = read(source);
        let lines = syntax.warnings.iter().map(|w| format!("{}: {}", w.line, w.message));
        (lines.collect::<Vec<_>>(), syntax.score())
    };
    assert_eq!(warnings("import os\nprint(1)"), (vec!["1: import `os` is never used".into()], 0.5));
    assert_eq!(warnings("def f():\n    x = 1\n    y = 2\n    return y").0, ["2: variable `x` is never used"]);
    for clean in [
        "import os\nprint(os)",
        "import os.path\nos.getcwd()",
        "from __future__ import annotations\nx = 1",
        "def f():\n    x = 1\n    return lambda: x",
        "def f():\n    x = 1\n    return locals()",
        "def f():\n    a, b = 1, 2\n    return a",
        "__all__ = ['os']\nimport os",
    ] {
        assert_eq!(warnings(clean), (vec![], 1.0), "{clean}");
    }
    let broken = read("def f(:");
    assert_eq!((broken.error.as_ref().unwrap().line, broken.score()), (1, 0.0));
    assert_eq!(read("x\n  y").error.unwrap().line, 2);
    assert!(read("a = b = c\nd").first().unwrap().message.contains("`c`"));
}

#[test]
fn prose_that_parses_does_nothing() {
    for text in ["", "Yes", "42", "'x'", "a, b", "Answer: 42", "x == 2", "# hm", "[1, 2]", "math.pi"] {
        let syntax = read(text);
        assert!(syntax.is_python() && syntax.does_nothing, "{text}");
    }
    for text in ["print(1)", "x = 1", "import os", "def f(): pass", "pass", "a.b()"] {
        assert!(!read(text).does_nothing, "{text}");
    }
}

#[test]
fn hostile_depth_is_read_or_left_unread() {
    for (text, times) in [
        ("(", 1_000_000),
        ("[", 300),
        ("not ", 300_000),
        ("-", 1900),
        ("-", 1_000_000),
        ("a+", 1900),
        ("a+", 500_000),
        ("a.", 1900),
        ("a.", 400_000),
        ("lambda:", 100_000),
        ("a if b else ", 600),
        ("a if b else ", 60_000),
        ("a[", 100_000),
        ("f()", 1),
        ("()()", 200_000),
        ("a**", 1900),
        ("{1:", 900),
        ("f'{", 300),
        ("f'{(", 3000),
        ("f'{(('", 3000),
        ("'\r(", 5000),
        ("await ", 100_000),
        ("x:=", 1000),
        ("\"", 999),
        ("if a:\n ", 3000),
        ("(\n", 5000),
        ("a\n+", 100_000),
        ("a+\\\n", 100_000),
        ("a,", 100_000),
        ("a=", 1900),
        ("@", 5000),
        ("if a: pass\nel", 5000),
        ("(a,", 1000),
        ("**a,", 9000),
        ("\u{0}", 10),
        ("try:\n", 1000),
        ("case ", 1000),
    ] {
        let source = text.repeat(times);
        let started = std::time::Instant::now();
        for source in
            [source.clone(), source.clone() + "1", format!("x = {source}1"), format!("f({source}1)")]
        {
            read(&source);
        }
        assert!(started.elapsed().as_secs() < 30, "{text} {times}");
    }
    read(&("f'{".to_owned() + &"(".repeat(100_000)));
    read(&("rf'{".to_owned() + &"-".repeat(7000) + "1}'"));
    read(&("f''".to_owned() + &"+-1".repeat(100_000)));
    let chain = "(a + ".repeat(400) + "a" + &")".repeat(400);
    assert!(read(&chain).error.is_none());
    let nested =
        (0..90).map(|level| " ".repeat(level) + "if a:\n").collect::<String>() + &" ".repeat(90) + "b";
    assert!(read(&nested).is_python());
    assert!(read(&"x".repeat(MAX_BYTES + 1)).unread);
    let flat: String = (0..20_000).map(|n| format!("x{n} = [{n}, 'a' + \"b\", f(1).g]\n")).collect();
    assert!(!read(&flat).unread);
}

proptest! {
    #[test]
    fn any_text_is_read(source in "[ \n\ta-c()\\[\\]{}:=+*'\"#.,@0-9\\\\]{0,80}|\\PC{0,40}") {
        let syntax = read(&source);
        prop_assert!((0.0..=1.0).contains(&syntax.score()));
    }
}
