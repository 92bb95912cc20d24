//! Programs that try to pass without computing anything, or to reach out of the sandbox. None passes,
//! every one ends, and nothing of it is left.

use super::*;

/// Each defines `f` in its own way, and is judged by every kind of test for a successor.
#[rustfmt::skip]
const FORGERIES: &[&str] = &[
    // Frames, the garbage collector, and memory.
    "import sys\nfor fr in sys._current_frames().values():\n    while fr:\n        fr.f_locals.clear() if False else None\n        for k, v in list(fr.f_globals.items()):\n            if callable(v): fr.f_globals[k] = lambda *a, **k: True\n        fr = fr.f_back\ndef f(x): return 0",
    "import gc, types\nfor o in gc.get_objects():\n    if isinstance(o, types.FunctionType) and o.__name__ in ('put', 'send', 'write', 'outcome', 'receive'):\n        o.__code__ = (lambda *a: None).__code__\ndef f(x): return 0",
    "import gc, types\nfor o in gc.get_objects():\n    if isinstance(o, types.FunctionType) and o.__name__ == 'put':\n        o.__code__ = (lambda value, out, depth: out.append(b'T')).__code__\ndef f(x): return 0",
    "import ctypes\nx = 2\nctypes.memset(id(1) + 24, 0, 4)\ndef f(x): return 1",
    "import ctypes\nfor n in range(1, 9): ctypes.c_uint32.from_address(id(n) + 24).value = 2\ndef f(x): return 1",
    "open('/proc/self/mem', 'r+b').write(b'x')\ndef f(x): return 0",
    "import mmap\nm = mmap.mmap(-1, 4096)\nm[:] = b'vT' * 2048\ndef f(x): return m",
    // The pipes.
    "import os\nfor fd in range(256):\n    try: os.write(fd, b'\\x02\\0\\0\\0vT' * 50)\n    except OSError: pass\ndef f(x): return 0",
    "import os\ndef f(x):\n    for fd in range(256):\n        try: os.write(fd, b'd\\n' * 1000)\n        except OSError: pass\n    return 0",
    "import os\nr = b'dL2;L3;S2;okS0;S0;L3;S2;okS0;S0;'\ndef f(x):\n    os.write(4, len(r).to_bytes(4, 'little') + r)\n    os._exit(0)",
    "import os\nos.dup2(1, 4)\ndef f(x): return 0",
    "import os\nos.dup2(4, 3)\ndef f(x): return 0",
    "import os\nos.closerange(0, 100)\ndef f(x): return 0",
    "import os\nd = os.read(3, 10000)\ndef f(x): return 0",
    "import os, fcntl\nfcntl.fcntl(4, fcntl.F_SETFL, os.O_NONBLOCK)\ndef f(x): return 'x' * 10**7",
    // Ends and handlers.
    "import atexit, os\natexit.register(lambda: os._exit(0))\ndef f(x): raise SystemExit(0)",
    "import signal, os\nfor s in range(1, 64):\n    try: signal.signal(s, lambda *a: os._exit(0))\n    except (OSError, ValueError): pass\ndef f(x): os.kill(os.getpid(), signal.SIGUSR1); return 0",
    "import signal, os\nsignal.signal(signal.SIGALRM, lambda *a: os._exit(0))\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\ndef f(x):\n    while True: pass",
    "import sys\nsys.exit = sys.excepthook = lambda *a: None\ndef f(x): raise KeyboardInterrupt",
    "import sys\nsys.settrace(lambda fr, ev, arg: fr.f_locals.update(result=2))\ndef f(x):\n    result = 0\n    return result",
    "import sys, threading\nsys.setprofile(lambda *a: None)\nthreading.settrace(lambda *a: None)\ndef f(x): return 0",
    "def f(x):\n    try: return 0\n    finally: raise GeneratorExit",
    "import os\nif os.fork(): os._exit(0)\ndef f(x): return x + 1 if x > 99 else 0",
    // Patches.
    "import builtins\nfor n in ('isinstance', 'issubclass', 'type', 'len', 'list', 'callable', 'int', 'str', 'map', 'any', 'memoryview', 'getattr'):\n    setattr(builtins, n, lambda *a, **k: True)\ndef f(x): return 0",
    "import builtins\nbuiltins.__import__ = lambda *a, **k: None\nbuiltins.print = builtins.open = None\ndef f(x): return 0",
    "import builtins, sys\nclass D(dict):\n    def __missing__(self, k): return 2\nsys.modules['__main__'].__builtins__ = D(vars(builtins))\ndef f(x): return None",
    "import sys\nclass L:\n    def find_spec(self, *a): sys.exit(0)\nsys.meta_path.insert(0, L())\ndef f(x): import nothing_at_all",
    "import sys, types\nfor n in ('math', 'unittest', 'time', 'posix', 're'): sys.modules[n] = types.ModuleType(n)\ndef f(x): return 0",
    "import posix\nposix._exit = posix.write = lambda *a: len(a[-1]) if a else 0\ndef f(x): return 0",
    "import time, unittest\ntime.time = time.monotonic = lambda: 0\nunittest.TestCase.assertEqual = lambda *a: None\ndef f(x): return 0",
    "__name__ = 'tests'\nAssertionError = Exception\n__builtins__['AssertionError'] = Exception\ndef f(x): return 0",
    "def check(candidate): pass\ndef assert_(x): pass\ndef f(x): return 0",
    "check = candidate = caller = outcome = lambda *a, **k: ['ok', '', '']\ndef f(x): return 0",
    "class f:\n    def __new__(cls, x): return object.__new__(cls)\n    def __eq__(self, o): return True\n    __hash__ = None",
    // Values that lie.
    "class I(int):\n    __eq__ = __ge__ = __le__ = lambda s, o: True\n    __ne__ = lambda s, o: False\n    __hash__ = lambda s: hash(2)\n    __index__ = __int__ = lambda s: 2\n    def __sub__(s, o): return 0\ndef f(x): return I(0)",
    "class S(str):\n    __eq__ = lambda s, o: True\n    __hash__ = str.__hash__\n    encode = lambda s, *a: b'2'\ndef f(x): return S('')",
    "class F(float):\n    __eq__ = lambda s, o: True\n    __hash__ = float.__hash__\n    __repr__ = __str__ = lambda s: '2'\ndef f(x): return F(0)",
    "class L(list):\n    __eq__ = lambda s, o: True\n    __len__ = lambda s: 0\n    __iter__ = lambda s: iter([2])\ndef f(x): return L([0])",
    "class D(dict):\n    __eq__ = lambda s, o: True\n    __missing__ = lambda s, k: 2\n    items = lambda s: [(1, 2)]\ndef f(x): return D()",
    "class T(tuple):\n    __eq__ = lambda s, o: True\n    __iter__ = lambda s: iter((2,))\ndef f(x): return T()",
    "class M(type):\n    __instancecheck__ = __subclasscheck__ = lambda c, o: True\n    mro = lambda c: [c, int, object]\nclass I(int, metaclass=M):\n    __eq__ = lambda s, o: True\n    __hash__ = int.__hash__\ndef f(x): return I()",
    "class B:\n    __bool__ = lambda s: True\n    __class__ = int\n    __eq__ = lambda s, o: True\ndef f(x): return B()",
    "from unittest.mock import ANY\ndef f(x): return ANY",
    "from unittest.mock import MagicMock\nf = MagicMock()\nf.return_value.__eq__ = lambda s, o: True",
    "from decimal import Decimal\nclass D(Decimal):\n    __eq__ = lambda s, o: True\n    __hash__ = Decimal.__hash__\ndef f(x): return D(0)",
    "from fractions import Fraction\nclass Fr(Fraction):\n    __eq__ = lambda s, o: True\n    __hash__ = Fraction.__hash__\ndef f(x): return Fr(0)",
    "from collections import deque\nclass Q(deque):\n    __eq__ = lambda s, o: True\ndef f(x): return Q()",
    "import enum\nclass E(enum.IntEnum):\n    A = 0\n    def __eq__(s, o): return True\n    __hash__ = int.__hash__\ndef f(x): return E.A",
    "def f(x):\n    while True: yield 2",
    "class P:\n    def __reduce__(self): return (exec, ('import os; os._exit(0)',))\n    def __eq__(self, o): return True\ndef f(x): return P()",
    "def f(x): return float('nan')",
    "f = NotImplemented\ndef f(x): return NotImplemented",
    "import sys\ndef f(x):\n    v = []\n    for _ in range(10**6): v = [v]\n    return v",
    "def f(x):\n    v = []\n    v.append(v)\n    return v",
    "def f(x): return [0] * 10**7",
    "def f(x): return 'x' * 10**8",
    "def f(x): return 10 ** 10**6",
    "import sys\nsys.setrecursionlimit(10**9)\ndef f(x): return f(x)",
    // Errors that lie.
    "class E(Exception):\n    __str__ = __repr__ = lambda s: 1 / 0\ndef f(x): raise E",
    "class E(Exception):\n    def __str__(s):\n        while True: pass\ndef f(x): raise E",
    "class E(Exception):\n    __str__ = lambda s: 'x' * 10**8\ndef f(x): raise E",
    "E = type('AssertionError\\n', (AssertionError,), {'__module__': 'builtins'})\ndef f(x): raise E('ok')",
    "class E(OSError):\n    errno = property(lambda s: [1] * 10**6)\ndef f(x): raise E",
    "E = type('E' * 10**7, (Exception,), {})\ndef f(x): raise E",
    "def f(x): raise StopIteration(2)",
    "class E(BaseException): pass\ndef f(x): raise E",
    // Classes that pose as those that may cross, and values of those that lie.
    "import datetime\nclass M(type):\n    __eq__ = lambda c, o: True\n    __hash__ = lambda c: hash(datetime.date)\n    __name__ = 'Match'\nclass D(metaclass=M):\n    year = month = day = 2\n    __eq__ = lambda s, o: True\ndef f(x): return D()",
    "import re\ndef f(x): return re.match('2', '2')",
    "import decimal\ndef f(x): return decimal.Decimal('sNaN')",
    "import collections\ndef f(x): return collections.deque([x + 1], 1)",
    // Requests taken away, answers in advance, twice, without end, and in forms that nobody asked for.
    "import os\ndef f(x):\n    d = os.read(3, 65536)\n    r = b'vI2;' if x == 2 else b'vI1;'\n    os.write(4, (len(r).to_bytes(4, 'little') + r) * 3)\n    return 0",
    "import os, posix\nposix.getpid = lambda: 1\ndef f(x):\n    os.fork()\n    return x",
    "import os\ntry: os.write(4, b'\\x01\\0\\0\\0v' * 10**6)\nexcept OSError: pass\ndef f(x): return 0",
    "import os\ndef f(x):\n    d = b'vL15000000;' + b'N' * 15000000\n    d = len(d).to_bytes(4, 'little') + d\n    while d: d = d[os.write(4, d):]",
    "import os\nd = b'wU2;I2;U2;U1;I1;M0;'\ndef f(x):\n    os.write(4, len(d).to_bytes(4, 'little') + d)\n    return 0",
    "import os\nd = b'vX' + b'U2;S8;FractionI2;'\ndef f(x):\n    os.write(4, len(d).to_bytes(4, 'little') + d)\n    return 0",
    "import os\ndef f(x): os.write(4, b'\\xff\\0\\0\\0vI2;')\n",
    // Names that test code counts on.
    "__builtins__ = lambda *a: 2\n__import__ = __build_class__ = abs = len = lambda *a: 0\ndef f(x): return 0",
    "math = candidate = check = lambda *a, **k: True\nclass AssertionError(Exception): pass\ndef f(x): raise AssertionError",
];

#[test]
fn no_forgery_passes() {
    let successor = successor();
    let alone = |at: usize| json!([successor[at]]);
    let kinds = [successor.clone(), alone(0), alone(1), alone(2), in_python(alone(1)), in_python(alone(2))];
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for part in FORGERIES.chunks(FORGERIES.len().div_ceil(3)) {
            let (kinds, wrong) = (&kinds, &wrong);
            scope.spawn(move || {
                for code in part {
                    for tests in kinds {
                        let verdict = HASTY.verdict(&prompt(Some("f"), tests.clone()), &answer(code));
                        if verdict == Verdict::Pass {
                            wrong.lock().unwrap().push((*code, tests.clone()));
                        }
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What a program that reaches out gets; each raises, or ends at a limit, unless it is let do what does
/// no harm.
#[rustfmt::skip]
#[test]
fn reaching_out_ends_in_an_error() {
    let syscall = |number: i64, args: &str| format!(
        "import ctypes\nl = ctypes.CDLL(None, use_errno=True)\nr = l.syscall({number}{args})\nif r < 0: raise OSError(ctypes.get_errno(), 'refused')"
    );
    use nix::libc::*;
    let mut programs: Vec<(String, &str)> = [
        (SYS_ptrace, ", 0, 0, 0, 0"), (SYS_mount, ", b'none', b'/tmp', b'tmpfs', 0, 0"), (SYS_unshare, ", 0x10000000"),
        (SYS_unshare, ", 0x20000"), (SYS_setns, ", 0, 0"), (SYS_io_uring_setup, ", 8, ctypes.create_string_buffer(200)"),
        (SYS_bpf, ", 0, ctypes.create_string_buffer(200), 120"), (SYS_keyctl, ", 0, 0"), (SYS_userfaultfd, ", 0"),
        (SYS_add_key, ", b'user', b'x', b'y', 1, -2"), (SYS_perf_event_open, ", 0, 0, 0, 0, 0"), (SYS_pivot_root, ", b'.', b'.'"),
        (SYS_chroot, ", b'/tmp'"), (SYS_memfd_create, ", b'x', 0"), (SYS_process_vm_readv, ", 1, 0, 0, 0, 0, 0"),
        (SYS_shmget, ", 0, 4096, 0o1777"), (SYS_mq_open, ", b'x', 66, 0o600, 0"), (SYS_open_by_handle_at, ", 0, 0, 0"),
        (SYS_clone3, ", 0, 88"), (SYS_clone, ", 0x10000000 | 17, 0, 0, 0, 0"), (SYS_clone, ", 0x40000000 | 17, 0, 0, 0, 0"),
        (SYS_kexec_load, ", 0, 0, 0, 0"), (SYS_init_module, ", 0, 0, b''"), (SYS_reboot, ", 0, 0, 0"), (SYS_personality, ", 8"),
        (SYS_seccomp, ", 1, 0, 0"), (SYS_socket, ", 2, 1, 0"), (SYS_socket, ", 1, 1, 0"), (SYS_socket, ", 16, 3, 0"), (SYS_socket, ", 40, 1, 0"),
        (SYS_sethostname, ", b'x', 1"), (SYS_settimeofday, ", 0, 0"), (SYS_pidfd_open, ", 1, 0"), (SYS_mknod, ", b'/tmp/sda', 0o60666, 0x800"),
    ].map(|(number, args)| (syscall(number, args), "python.error")).into();
    programs.extend([
        ("import os\nos.mkdir('/new')", "python.error"),
        ("import os\nos.chmod('/usr', 0o777)", "python.error"),
        ("import os\nos.chown('/tmp', 0, 0)", "python.error"),
        ("import os\nos.symlink('/etc/passwd', 'p'); open('p')", "python.error"),
        ("import os\nos.link('/bin/sh', 'sh')", "python.error"),
        ("import os\nos.rename('/tmp', '/tmp2')", "python.error"),
        ("import os\nos.unlink('/bin/sh')", "python.error"),
        ("open('/dev/mem', 'rb')", "python.error"),
        ("open('/dev/tty')", "python.error"),
        ("open('/dev/kmsg')", "python.error"),
        ("open('/proc/1/environ')", "python.error"),
        ("import glob\nassert glob.glob('/proc/*/environ') + glob.glob('/sys/*') + glob.glob('/root/*') == []", "pass"),
        ("import os\nos.setgid(0)", "python.error"),
        ("import os\nos.setgroups([0])", "python.error"),
        ("import os\nos.nice(-5)", "python.error"),
        ("import os\nos.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(9))", "python.error"),
        ("import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))", "python.error"),
        ("import resource\nresource.setrlimit(resource.RLIMIT_NPROC, (999, 999))", "python.error"),
        ("import os\nassert os.stat('/tmp').st_uid == 65534 and os.getgid() == 65534 and os.getgroups() in ([], [65534])", "pass"),
        ("import os, signal\nos.kill(-1, signal.SIGKILL)\nos.kill(1, signal.SIGKILL)", "python.error"),
        ("import os, signal\nos.kill(os.getppid(), signal.SIGTERM)\nos.killpg(0, signal.SIGKILL)\nassert True", "pass"),
        ("import os\nos.execv('/bin/true', ['true'])", "python.crashed"),
        ("import os\nos.execv('/bin/sh', ['sh', '-c', 'kill -9 -1; exit 3'])", "python.crashed"),
        ("import subprocess\nsubprocess.run(['sh', '-c', 'echo x > /usr/y || exit 5'], check=True)", "python.error"),
        ("import subprocess\nsubprocess.run(['mount', '-t', 'proc', 'proc', '/tmp'], check=True)", "python.error"),
        ("import shutil\nassert not shutil.which('sudo') or __import__('subprocess').run(['sudo', '-n', 'true']).returncode", "pass"),
        ("import socket\nsocket.create_connection(('127.0.0.1', 80), 1)", "python.error"),
        ("import urllib.request\nurllib.request.urlopen('http://example.com', timeout=2)", "python.error"),
        ("import socket\na, b = socket.socketpair()\na.send(b'x')\nassert b.recv(1) == b'x'", "pass"),
        ("import os\nd = '.'\nfor n in range(5000):\n    d += '/d'\n    os.mkdir(d)", "python."),
        ("f = open('/tmp/x', 'wb')\nf.truncate(1 << 40)", "python.disk_limit"),
        ("import os\nos.mkfifo('p')\nopen('p')", "python.wall_limit"),
        ("import os\nr, w = os.pipe()\nwhile True: os.write(w, b'x' * 4096)", "python.wall_limit"),
        ("import threading\nl = threading.Lock()\nl.acquire()\nl.acquire()", "python.wall_limit"),
        ("import time\ntry: time.sleep(99)\nexcept BaseException: pass\nfinally: time.sleep(99)", "python.wall_limit"),
        ("import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(600)\n    os._exit(0)", "pass"),
        ("import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()", "pass"),
        ("import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nimport os\nwhile True:\n    if os.fork() == 0:\n        for i in range(10**6): pass\n        os._exit(0)\n    try: os.wait()\n    except OSError: pass", "python."),
        ("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", "python."),
        ("import os\nos.system(':(){ :|:& };:')\nwhile True: pass", "python."),
        ("import ctypes\nctypes.CDLL(None).abort()", "python.crashed"),
        ("import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()", "python."),
        ("import re\nre.match('(a+)+$', 'a' * 40 + 'b')", "python.cpu_limit"),
        ("10 ** 10 ** 10", "python."),
        ("'x' * 10**11", "python.memory_limit"),
        ("x = [0] * 10**10", "python.memory_limit"),
        ("import os\nos.environ.clear()\nos.chdir('/')\nos.umask(0)", "pass"),
        ("import sys\nsys.stdout = None", "pass"),
        ("import sys\nsys.stdout.write('\\ud800')", "python.error"),
        ("import os\nos.write(1, b'\\xff\\x00')\nos.write(2, b'x' * 10**6)", "pass"),
        ("raise SystemExit('no')", "python.error"),
        ("import sys\nsys.exit(256)", "python.error"),
        ("class E(Exception):\n    def __str__(self): raise SystemExit(0)\nraise E", "python.error"),
    ].map(|(code, expected)| (code.to_owned(), expected)));
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for part in programs.chunks(programs.len().div_ceil(4)) {
            let wrong = &wrong;
            scope.spawn(move || {
                for (code, expected) in part {
                    let verdict = HASTY.verdict(&prompt(None, json!([])), &answer(code));
                    let (name, fits) = (name(&verdict).to_owned(), |name: &str| match *expected {
                        "python." => name.starts_with(expected),
                        expected => name == expected,
                    });
                    if !fits(&name) {
                        wrong.lock().unwrap().push((code, *expected, verdict));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for path in ["/new", "/usr/y", "/tmp/escaped", "/tmp/sda"] {
        assert!(!Path::new(path).exists(), "{path}");
    }
}

#[test]
fn a_killed_sandbox_gives_a_second_chance_and_no_wrong_verdict() {
    let checked = Python { timeout_secs: 60.0, wall_secs: 60.0, ..Python::default() }.checked().unwrap();
    let kill =
        |pid| nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
    // Every third run loses its zygotes in the middle, and the next one once more.
    let judge = |at: usize| {
        let code = format!("import time\ntime.sleep(0.2)\ndef f(x): return x + {}", 1 + at % 2);
        std::thread::scope(|scope| {
            if at.is_multiple_of(3) {
                scope.spawn(|| {
                    std::thread::sleep(Duration::from_millis(100));
                    assert!(checked.judge.zygotes().pids().into_iter().all(|pid| kill(pid).is_ok()));
                });
            }
            checked.verdict(&prompt(Some("f"), successor()), &answer(&code))
        })
    };
    let verdicts: Vec<Verdict> = (0..24).map(judge).collect();
    for (at, verdict) in verdicts.iter().enumerate() {
        match name(verdict) {
            "pass" => assert_eq!(at % 2, 0),
            "python.wrong_answer" => assert_eq!(at % 2, 1),
            other => assert!(matches!(verdict, Verdict::Unknown(_)), "{other}"),
        }
    }
    let decided = verdicts.iter().filter(|verdict| !matches!(verdict, Verdict::Unknown(_))).count();
    assert!(decided >= 16, "{decided} of 24");
}

/// Takes minutes: `STRESS=1 cargo test --release hostile_programs_at_once`.
#[test]
fn a_thousand_hostile_programs_at_once_and_ten_thousand_in_a_row_leave_nothing() {
    if std::env::var_os("STRESS").is_none() {
        return eprintln!("SKIPPED: set STRESS=1");
    }
    let fds = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let resident = || {
        let text = std::fs::read_to_string("/proc/self/statm").unwrap();
        text.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
    };
    // All that runs on the machine as the user that programs run as, or below us.
    let processes = || usage::of_tree(std::process::id() as i32, u64::MAX).processes;
    let checked = Python { timeout_secs: 0.5, wall_secs: 0.5, ..Python::default() }.checked().unwrap();
    // The samples, and all of our own kinds: a thousand programs, each with the outcome stated for it.
    let rows = rows(&shared("hostile_py/cases.jsonl").unwrap());
    let mut programs: Vec<(String, &[&str])> = rows
        .iter()
        .map(|row| {
            (row["code"].as_str().unwrap().to_owned(), hostile::stated(row["expect"].as_str().unwrap()))
        })
        .collect();
    programs.extend(kinds::programs());
    let (start, wrong) = (Instant::now(), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for at in 0..1000 {
            let (code, stated) = &programs[at % programs.len()];
            let wrong = &wrong;
            let run = move || {
                let ends = stated.iter().all(|name| !name.ends_with("_limit") && *name != "python.");
                let verifier = if ends { &PATIENT } else { &HASTY };
                let verdict = verifier.verdict(&prompt(None, json!([])), &answer(code));
                if !stated.iter().any(|stated| name(&verdict).starts_with(stated)) {
                    wrong.lock().unwrap().push((code, stated, verdict));
                }
            };
            std::thread::Builder::new().stack_size(256 << 10).spawn_scoped(scope, run).unwrap();
        }
    });
    eprintln!("1,000 hostile programs at once: {:.1} s", start.elapsed().as_secs_f64());
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of 1,000: {wrong:#?}", wrong.len());
    for verifier in [&PATIENT, &HASTY] {
        let left = faults::programs(verifier);
        assert!(left.is_empty(), "processes of programs: {left:?}");
    }
    for path in ["/tmp/escaped", "/usr/pwned", "/tmp/left", "/tmp/x"] {
        assert!(!Path::new(path).exists(), "{path}");
    }
    let count = std::env::var("STRESS").unwrap().parse().unwrap_or(1).max(1) * 10_000;
    let run = |at: usize| {
        let code = format!("def f(x): return x + {}", 1 + at % 2);
        let verdict = checked.verdict(&prompt(Some("f"), successor()), &answer(&code));
        assert_eq!(verdict == Verdict::Pass, at.is_multiple_of(2), "{verdict:?}");
    };
    (0..500).for_each(run);
    let (before, start) = ((fds(), processes(), resident()), Instant::now());
    (0..count).for_each(run);
    let after = (fds(), processes(), resident());
    eprintln!(
        "{count} in a row: {:.1}/s, {before:?} to {after:?}",
        count as f64 / start.elapsed().as_secs_f64()
    );
    assert_eq!((before.0, before.1), (after.0, after.1));
    assert!(after.2 < before.2 + (1 << 20), "{before:?} {after:?}");
}
