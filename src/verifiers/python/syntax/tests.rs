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
        "def f():\n    a, b = g()\n    return a\ndef g(): return 1, 2",
        "__all__ = ['os']\nimport os",
    ] {
        assert_eq!(warnings(clean), (vec![], 1.0), "{clean}");
    }
    let broken = read("def f(:");
    assert_eq!((broken.error.as_ref().unwrap().line, broken.score()), (1, 0.0));
    assert_eq!(read("x\n  y").error.unwrap().line, 2);
    assert!(read("a = b = c\nd").first().unwrap().message.contains("`c`"));
}

/// Thirty programs: what is said first, and the score, by hand: 1 - (5 undefined + unused) / statements.
#[test]
fn scores_table() {
    for (source, first, score) in [
        ("print(1)", None, 1.0),
        ("import os", Some("line 1: import `os` is never used"), 0.0),
        ("import os\nimport sys\nprint(sys.path)", Some("line 1: import `os` is never used"), 2.0 / 3.0),
        ("from math import pi, e\nprint(pi)", Some("line 1: import `e` is never used"), 0.5),
        ("import numpy as np\nprint(1)", Some("line 1: import `np` is never used"), 0.5),
        ("import os.path\nprint(os.sep)", None, 1.0),
        ("try:\n    import json\nexcept ImportError:\n    json = None\nprint(json)", None, 1.0),
        ("def f():\n    import os\n    return 1", Some("line 2: import `os` is never used"), 2.0 / 3.0),
        ("print(x)", Some("line 1: undefined name `x`"), 0.0),
        (
            "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\ng = 7\nh = 8\ni = 9\nprint(x)",
            Some("line 10: undefined name `x`"),
            0.5,
        ),
        (
            "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\ng = 7\nh = 8\ni = 9\nprint(x, x)",
            Some("line 10: undefined name `x`"),
            0.5,
        ),
        ("def f(n):\n    return sqr(n)\nprint(f(2))", Some("line 2: undefined name `sqr`"), 0.0),
        ("def f(xs: List[int]) -> int:\n    return sum(xs)", Some("line 1: undefined name `List`"), 0.0),
        ("from typing import List\ndef f(xs: List[int]) -> int:\n    return sum(xs)", None, 1.0),
        ("def f(n):\n    m = n\n    return n", Some("line 2: variable `m` is never used"), 2.0 / 3.0),
        ("def f(n):\n    m = n\n    return m", None, 1.0),
        ("def f():\n    a, b = 1, 2\n    return a", Some("line 2: variable `b` is never used"), 2.0 / 3.0),
        ("def f(p):\n    a, b = p\n    return a", None, 1.0),
        ("def f(p):\n    for i in range(p): pass", None, 1.0),
        (
            "def f(p):\n    try:\n        return p()\n    except ValueError as e:\n        return 0",
            Some("line 4: variable `e` is never used"),
            0.75,
        ),
        ("def f(p):\n    with p as q:\n        return 1", None, 1.0),
        ("class C:\n    def f(self): return g(self)", Some("line 2: undefined name `g`"), 0.0),
        ("class C:\n    x = 1\n    def f(self): return self.x", None, 1.0),
        ("x = [y for y in range(3)]\nprint(y)", Some("line 2: undefined name `y`"), 0.0),
        ("global_total = 0\ndef f():\n    global global_total\n    global_total += 1", None, 1.0),
        // Order is not looked at: what is bound anywhere counts as bound.
        ("def f():\n    total += 1", None, 1.0),
        ("from os import *\nprint(getcwd())", None, 1.0),
        ("def f(:\n    pass", Some("line 1: "), 0.0),
        ("print('a)\n", Some("line 1: "), 0.0),
        ("if True:\nprint(1)", Some("line 2: "), 0.0),
    ] {
        let syntax = read(source);
        let said = syntax.first().map(|finding| format!("line {}: {}", finding.line, finding.message));
        match (&said, first) {
            (Some(said), Some(first)) => assert!(said.starts_with(first), "{source}: {said}"),
            (said, first) => assert_eq!(said.as_deref(), first, "{source}"),
        }
        assert!((syntax.score() - score).abs() < 1e-9, "{source}: {}", syntax.score());
    }
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

/// What is said of the programs of the data sets, against ruff's own linter (`pip install ruff`; its rules
/// F821, F401 and F841): the same lines.
#[test]
fn findings_are_those_of_ruff() {
    let shared = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/code");
    let ruff = |folder: &std::path::Path| {
        let mut command = std::process::Command::new("ruff");
        command.args(["check", "--isolated", "--no-cache", "--select", "F821,F401,F841", "--exit-zero"]);
        command.args(["--ignore-noqa", "--output-format", "json-lines"]).arg(folder).output()
    };
    let here = std::env::temp_dir();
    if !shared.exists() || ruff(&here.join("nothing")).is_err() {
        return eprintln!("SKIPPED: {} or the program `ruff` is not there", shared.display());
    }
    let rows = |name: &str| -> Vec<serde_json::Value> {
        let unpacked =
            std::process::Command::new("gzip").arg("-dcf").arg(shared.join(name)).output().unwrap();
        let lines =
            unpacked.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec);
        lines.map(|line| serde_json::from_slice(&line).unwrap()).collect()
    };
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let mut programs = Vec::new();
    for row in rows("HumanEval.jsonl.gz") {
        programs.push(text(&row["prompt"]) + &text(&row["canonical_solution"]));
        programs.push(text(&row["test"]));
    }
    for row in rows("mbpp_sanitized.jsonl") {
        programs.push(text(&row["canonical_solution"]));
    }
    for row in rows("codegen16b_humaneval_solutions.jsonl") {
        let samples = row["samples"].as_array().unwrap();
        programs.extend(samples.iter().map(|sample| text(&row["prompt"]) + &text(sample)));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut ours = BTreeSet::new();
    for (at, program) in programs.iter().enumerate() {
        let syntax = read(program);
        if syntax.error.is_some() {
            continue; // Ruff then says only that, and so do we.
        }
        std::fs::write(folder.path().join(format!("{at}.py")), program).unwrap();
        // Ruff tells every use of an undefined name, we tell the first: names of a program are compared.
        let name = |message: &str| message.split('`').nth(1).unwrap().to_owned();
        // It calls an import by the module's name, we by the name that it binds: lines are compared.
        ours.extend(syntax.undefined.iter().map(|(name, _)| (at, "F821".to_owned(), name.clone())));
        ours.extend(syntax.warnings.iter().map(|warning| {
            let is_import = warning.message.starts_with("import");
            let what = if is_import { warning.line.to_string() } else { name(&warning.message) };
            (at, if is_import { "F401" } else { "F841" }.to_owned(), what)
        }));
    }
    let output = ruff(folder.path()).unwrap();
    let mut theirs = BTreeSet::new();
    for line in output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let finding: serde_json::Value = serde_json::from_slice(line).unwrap();
        let file = std::path::PathBuf::from(text(&finding["filename"]));
        let at: usize = file.file_stem().unwrap().to_str().unwrap().parse().unwrap();
        let message = text(&finding["message"]);
        let code = text(&finding["code"]);
        let name = message.split('`').nth(1).unwrap().to_owned();
        let what = if code == "F401" { finding["location"]["row"].to_string() } else { name };
        theirs.insert((at, code, what));
    }
    let show = |these: &BTreeSet<(usize, String, String)>, those: &BTreeSet<_>| {
        these
            .difference(those)
            .map(|(at, code, name)| format!("{code} {name} in\n{}", programs[*at]))
            .collect::<Vec<_>>()
    };
    let (more, missed) = (show(&ours, &theirs), show(&theirs, &ours));
    eprintln!(
        "{} programs, {} findings of ruff, {} not told, {} more",
        programs.len(),
        theirs.len(),
        missed.len(),
        more.len()
    );
    for finding in more.iter().chain(["-------- missed".to_owned()].iter()).chain(&missed).take(40) {
        eprintln!("{finding}\n");
    }
    assert!(theirs.len() > 100);
    assert!(more.is_empty() && missed.is_empty());
}

proptest! {
    #[test]
    fn any_text_is_read(source in "[ \n\ta-c()\\[\\]{}:=+*'\"#.,@0-9\\\\]{0,80}|\\PC{0,40}") {
        let syntax = read(&source);
        prop_assert!((0.0..=1.0).contains(&syntax.score()));
    }
}
