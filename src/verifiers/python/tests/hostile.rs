//! Programs that attack the verdict or the machine, and the limits that they meet.

use super::*;

/// No program that does not compute the values may pass; each of these passes some harness.
#[test]
fn forged_verdicts_do_not_pass() {
    for code in [
        "class Y(int):\n    def __eq__(self, o): return True\n    __ne__ = lambda s, o: False\n    __hash__ = int.__hash__\ndef f(x): return Y()",
        "class Y:\n    def __eq__(self, o): return True\ndef f(x): return Y()",
        "class M(type):\n    def __eq__(self, o): return True\n    __hash__ = type.__hash__\nclass f(metaclass=M):\n    def __init__(self, x): pass",
        "import builtins\nbuiltins.AssertionError = Exception\nbuiltins.compile = lambda *a, **k: None\nbuiltins.exec = lambda *a: None\ndef f(x): return 0",
        "import os\ndef f(x): os._exit(0)",
        "import sys\ndef f(x): sys.exit(0)",
        "def f(x): raise SystemExit(0)",
        "def f(x): raise AssertionError",
        "def f(x):\n    print('ALL TESTS PASSED')\n    return None",
        // Replies written by hand: results, values, calls, and noise.
        "import os\nd = b'dL1;L3;S2;okS0;S0;'\ndef f(x):\n    os.write(4, len(d).to_bytes(4, 'little') + d)",
        "import os\nd = b'dL1;L3;S2;okS0;S0;'\nos.write(4, (len(d).to_bytes(4, 'little') + d) * 9)\ndef f(x): return 0",
        "import os\nd = b'vN'\nos.write(4, (len(d).to_bytes(4, 'little') + d) * 9)\ndef f(x): return 0",
        "import os\nd = b'lL1;S1;f'\nos.write(4, (len(d).to_bytes(4, 'little') + d))\nos._exit(0)",
        "import os\nos.write(4, b'\\xff' * 100)\ndef f(x): return 0",
        "import os\nfor fd in range(3, 100):\n    try: os.close(fd)\n    except OSError: pass\ndef f(x): return 0",
        // The caller's frames, the heap, the other processes.
        "import sys\nfr = sys._getframe()\nwhile fr:\n    for k in list(fr.f_globals):\n        if k in ('send', 'outcome', 'put'): fr.f_globals[k] = lambda *a, **k: None\n    fr = fr.f_back\ndef f(x): return 0",
        "import gc\ng = [o for o in gc.get_objects() if isinstance(o, dict) and 'check' in o]\ndef f(x): return g[0]['x']",
        "import os, signal\ndef f(x):\n    os.kill(-1, signal.SIGKILL)\n    os.kill(os.getppid(), signal.SIGKILL)",
        "def abs(x): return 0\ndef len(x): return 0\ndef f(x): return 0",
        "import sys\nsys.modules['__main__'].__dict__['put'] = None\ndef f(x): return 0",
    ] {
        let mut tests = successor();
        tests.as_array_mut().unwrap().push(asserts(&["assert abs(f(1) - 2) < 1e-6"]));
        let alone = |at: usize| json!([tests[at]]);
        for tests in [tests.clone(), alone(1), alone(2), alone(3), in_python(alone(1)), in_python(alone(2))] {
            let verdict = HASTY.verdict(&prompt(Some("f"), tests), &answer(code));
            assert_ne!(verdict, Verdict::Pass, "{code}");
        }
    }
}

#[test]
fn limits_have_their_reasons() {
    for (code, expected) in [
        ("while True: pass", "python.cpu_limit"),
        ("import time\ntime.sleep(10**6)", "python.wall_limit"),
        (
            "import threading\nthreading.Thread(target=lambda: threading.Event().wait()).start()",
            "python.wall_limit",
        ),
        (
            "import os\nfor fd in range(9):\n    try: os.close(fd)\n    except OSError: pass\nwhile True: pass",
            "python.cpu_limit",
        ),
        ("while True: print('x' * 1000)", "python.output_limit"),
        ("import os\nos.write(4, b'\\xff\\xff\\xff\\x7f')\nwhile True: pass", "python.output_limit"),
        ("x = bytearray(10**10)", "python.memory_limit"),
        ("x = []\nwhile True: x.append(bytearray(1 << 20))", "python.memory_limit"),
        ("import ctypes\nctypes.string_at(0)", "python.crashed"),
        ("import os\nos.abort()", "python.crashed"),
        ("import os\nif os.fork() == 0: os._exit(0)\nos.wait()", "pass"),
        ("import subprocess\nsubprocess.run(['/bin/true'], check=True)", "pass"),
        ("import os\nwhile True: os.fork()", "python.process_limit"),
        ("import os\nwhile os.fork(): pass\nwhile True: pass", "python.process_limit"),
        ("import os\nn = [os.fork() for _ in range(3)]\nwhile True: pass", "python.cpu_limit"),
        (
            "import os, time\nfor i in range(16):\n    if os.fork() == 0:\n        b = bytearray(200 << 20)\n        b[::4096] = b'1' * (len(b) // 4096)\n        time.sleep(50); os._exit(0)\ntime.sleep(60)",
            "python.memory_limit",
        ),
        // Memory that processes share counts once.
        (
            "import os, time\nb = bytearray(b'x') * (60 << 20)\nfor i in range(12):\n    if os.fork() == 0:\n        time.sleep(0.5); os._exit(0)\nfor i in range(12): os.wait()",
            "pass",
        ),
        ("import os\nfds = [os.open('/dev/null', 0) for _ in range(100)]", "python.file_limit"),
        ("import socket\nsocket.socket()", "python.error"),
        ("open('/usr/x', 'w')", "python.error"),
        ("open('/x', 'w')", "python.error"),
        ("open('/etc/passwd')", "python.error"),
        ("import os\nos.listdir('/proc/1')", "python.error"),
        ("import os\nos.listdir('/root')\nos.listdir('/home')", "python.error"),
        ("import os\nos.setuid(0)", "python.error"),
        ("import os\nassert os.getuid() == 65534 and os.getpid() == 1 and os.listdir('.') == []", "pass"),
        ("import os\nassert set(os.environ) <= {'PYTHONHASHSEED', 'LC_CTYPE'}, os.environ", "pass"),
        (
            "import os\nfor fd in range(5, 200):\n    try: os.fstat(fd)\n    except OSError: continue\n    raise ValueError(fd)",
            "pass",
        ),
        ("open('x', 'w').write('y'); assert open('x').read() == 'y'", "pass"),
        ("f = open('x', 'wb')\nwhile True: f.write(b'x' * (1 << 20))", "python.disk_limit"),
        ("n = 0\nwhile True:\n    open(str(n), 'w').close()\n    n += 1", "python.disk_limit"),
        (
            "import threading, time\nfor n in range(20000): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
            "python.process_limit",
        ),
        ("x = '(' * 10**5", "pass"),
        (&("x = ".to_owned() + &"(".repeat(100_000)), "python.syntax_error"),
        ("import asyncio", "pass"),
    ] {
        let hasty = matches!(expected, "python.cpu_limit" | "python.wall_limit");
        let verifier = if hasty { &HASTY } else { &PATIENT };
        let verdict = verifier.verdict(&prompt(None, json!([])), &answer(code));
        assert_eq!(name(&verdict), expected, "{}\n{verdict:?}", &code[..code.len().min(200)]);
    }
}

/// The reasons under which a sample may end, by what the samples' own file expects.
pub(super) fn stated(expected: &str) -> &'static [&'static str] {
    match expected {
        "cpu_or_wall_limit" => &["python.cpu_limit"][..],
        "wall_limit" => &["python.wall_limit"],
        "mem_limit" => &["python.memory_limit"],
        "disk_limit" => &["python.disk_limit"],
        "eof" | "only_std_fds" => &["python.error"],
        // It forks, and no limit stops that; nothing is left of it.
        "no_orphans" => &["pass"],
        "output_limit" => &["python.output_limit"],
        "ok_full_output" | "ok_nonutf8" => &["pass"],
        "error_reported" => &["python.error", "python.syntax_error"],
        // They print what came of it; what matters is that nothing did.
        _ => &["pass", "python.error", "python.crashed"],
    }
}

#[test]
fn the_hostile_samples_end_as_stated() {
    let Some(bytes) = shared("hostile_py/cases.jsonl") else { return };
    for row in rows(&bytes) {
        let text = |key: &str| row[key].as_str().unwrap();
        let ends = !matches!(text("expect"), "cpu_or_wall_limit" | "wall_limit");
        let runs =
            if ends { &PATIENT } else { &HASTY }.verdict(&prompt(None, json!([])), &answer(text("code")));
        let tested = HASTY.verdict(&prompt(Some("f"), successor()), &answer(text("code")));
        assert_ne!(tested, Verdict::Pass, "{}", text("name"));
        let expected = stated(text("expect"));
        assert!(expected.contains(&name(&runs)), "{}: {runs:?}", text("name"));
        eprintln!(
            "{:22} {:18} {:22} {}",
            text("name"),
            text("expect"),
            name(&runs),
            runs.reason().map_or("", |r| &r.detail)
        );
    }
    assert!(!Path::new("/tmp/escaped").exists() && !Path::new("/usr/pwned").exists());
}
