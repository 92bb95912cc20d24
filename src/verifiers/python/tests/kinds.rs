//! Kinds of hostile programs, one of each: what it tries, and what comes of it. Programs without tests: a
//! pass means that it was let do what does no harm.

use super::*;

/// Runs a raw system call; its number comes first.
const SYSCALL: &str = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\ndef call(n, *args):\n    r = libc.syscall(ctypes.c_long(n), *args)\n    if r < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))\n    return r\n";

/// What it tries; the program; how it ends (`python.` for any end but a pass, where several are right).
#[rustfmt::skip]
const KINDS: &[(&str, &str, &str)] = &[
    // Processes and signals.
    ("its own end hidden from its parent", "import os, time\nif os.fork(): os._exit(0)\ntime.sleep(600)", "python.crashed"),
    ("a double fork into a session of its own", "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(600)\n    os._exit(0)\nos.wait()", "pass"),
    ("children that it disowns", "import ctypes\nctypes.CDLL(None).prctl(36, 1, 0, 0, 0)\nimport os, time\nfor _ in range(5):\n    if os.fork() == 0: time.sleep(600)", "pass"),
    ("no death with its parent", "import ctypes, time\nctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\ntime.sleep(600)", "python.wall_limit"),
    ("deafness to every signal", "import signal\nfor n in signal.valid_signals():\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\nwhile True: pass", "python.cpu_limit"),
    ("a signal to its makers", "import os, signal\nfor pid in range(2, 40000):\n    try: os.kill(pid, signal.SIGKILL)\n    except ProcessLookupError: pass", "pass"),
    ("a signal to its group", "import os, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.killpg(os.getpgid(0), signal.SIGTERM)", "python.error"),
    // Process 1 of a namespace does not die of what it does not handle.
    ("an alarm that ends it", "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0.05)\ntime.sleep(600)", "python.wall_limit"),
    ("a stop instead of an end", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nwhile True: pass", "python."),
    ("forks as fast as they die", "import os\nwhile True:\n    if os.fork() == 0: os._exit(0)\n    os.wait()", "python.cpu_limit"),
    ("work in children alone", "import os\nfor _ in range(4):\n    if os.fork() == 0:\n        while True: pass\nfor _ in range(4): os.wait()", "python.cpu_limit"),
    ("threads that outlive the program", "import threading\ndef spin():\n    while True: pass\nfor _ in range(8): threading.Thread(target=spin, daemon=True).start()", "pass"),
    ("threads that it waits for", "import threading\ndef spin():\n    while True: pass\nthreading.Thread(target=spin).start()", "python.cpu_limit"),
    // Between two threads nothing runs; on a loaded machine that may be the longer part.
    ("a thread for each that ends", "import threading\nwhile True:\n    t = threading.Thread(target=int)\n    t.start()\n    t.join()", "python."),
    ("the sight of other processes", "import os\nassert os.getpid() == 1 and os.getppid() == 0\nassert not os.path.exists('/proc/self')", "pass"),
    ("ptrace of its child", "ptrace = 101\nimport os, time\npid = os.fork()\nif pid == 0: time.sleep(9)\ncall(ptrace, ctypes.c_long(16), ctypes.c_long(pid), ctypes.c_long(0), ctypes.c_long(0))", "python.error"),
    ("to be traced", "call(101, ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0))", "python.error"),
    ("another's memory", "call(310, ctypes.c_long(1), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0))", "python.error"),
    ("real-time priority", "import os\nos.sched_setscheduler(0, os.SCHED_RR, os.sched_param(50))", "python.error"),
    ("a CPU of its own", "import os\nos.sched_setaffinity(0, {0})\nwhile True: pass", "python.cpu_limit"),
    ("coredumps", "import resource, os\nassert resource.getrlimit(resource.RLIMIT_CORE) == (1, 1)\nos.abort()", "python.crashed"),
    // Memory.
    ("memory shared between children", "import mmap, os, time\nm = mmap.mmap(-1, 100 << 20)\nfor n in range(4):\n    if os.fork() == 0:\n        b = bytearray(b'x') * (200 << 20)\n        time.sleep(600)\ntime.sleep(600)", "python.memory_limit"),
    ("address space without memory", "import mmap\nmmap.mmap(-1, 1 << 40)", "python.memory_limit"),
    ("a stack without end", "import ctypes, sys\nsys.setrecursionlimit(10**9)\nf = lambda: [f()]\nf()", "python."),
    ("memory locked in place", "call(149, ctypes.c_void_p(id(call) & ~4095), ctypes.c_long(1 << 30))", "python."),
    ("a memory file", "import os\nos.memfd_create('x')", "python.error"),
    ("a shared-memory segment", "call(29, ctypes.c_long(0), ctypes.c_long(1 << 20), ctypes.c_long(0o1777))", "python.error"),
    ("a shared-memory segment of another", "for n in range(100):\n    if libc.shmat(n, None, 0) != -1: break\nelse: raise ValueError('none')", "python.error"),
    ("a message queue", "call(68, ctypes.c_long(0), ctypes.c_long(0o1666))", "python.error"),
    ("shared memory in files", "from multiprocessing import shared_memory\ns = shared_memory.SharedMemory(create=True, size=200 << 20)\ns.buf[::4096] = b'x' * len(s.buf[::4096])", "python."),
    ("a string that doubles", "s = 'x'\nwhile True: s += s", "python.memory_limit"),
    ("an integer that squares", "n = 3\nwhile True: n *= n", "python."),
    ("a format that pads", "'%*d' % (10**11, 1)", "python.memory_limit"),
    ("objects that count", "a = []\nwhile True: a.append([a])", "python."),
    ("a zip bomb", "import zlib\nd = zlib.compress(b'0' * 10**8, 9)\nx = [zlib.decompress(d) for _ in range(99)]", "python."),
    // Files.
    ("a sparse file", "f = open('x', 'wb')\nf.seek(1 << 45)\nf.write(b'x')\nf.flush()", "python.disk_limit"),
    ("space without writing", "import os\nfd = os.open('x', os.O_CREAT | os.O_RDWR)\nfor n in range(9): os.posix_fallocate(fd, 0, 60 << 20); fd = os.open(str(n), os.O_CREAT | os.O_RDWR)", "python.disk_limit"),
    ("a flood of names", "import os\nfor n in range(10**6): os.symlink('x', str(n))", "python.disk_limit"),
    ("a flood of folders", "import os\nfor n in range(10**6): os.mkdir(str(n))", "python.disk_limit"),
    ("links to links", "import os\nos.symlink('a', 'b'); os.symlink('b', 'a')\nopen('a')", "python.error"),
    ("a link out", "import os\nos.symlink('/../../../../etc/shadow', 's')\nopen('s')", "python.error"),
    ("the root above the root", "import os\nos.chdir('/')\nos.chdir('../../../..')\nassert 'etc' not in os.listdir('.') or os.listdir('etc') == ['ld.so.cache']", "pass"),
    ("a folder held open", "import os\nd = os.open('/', os.O_RDONLY)\nos.open('../etc/shadow', os.O_RDONLY, dir_fd=d)", "python.error"),
    ("a system folder's permissions", "import os\nos.chmod('/tmp/..', 0o777)", "python.error"),
    ("another's set-user-id program", "import subprocess\nsubprocess.run(['su', '-c', 'id'], check=True, stdin=subprocess.DEVNULL)", "python.error"),
    ("its own set-user-id program", "import os, shutil, subprocess\nshutil.copy('/usr/bin/id', 'id')\nos.chmod('id', 0o6777)\nassert subprocess.check_output(['./id', '-u']) == b'65534\\n'", "pass"),
    ("a device", "import os\nos.mknod('null', 0o20666, os.makedev(1, 3))", "python.error"),
    ("a mount of its own", "call(165, b'none', b'/tmp', b'tmpfs', ctypes.c_long(0), ctypes.c_long(0))", "python.error"),
    ("its scratch folder's unmounting", "call(166, b'/tmp', ctypes.c_long(2))", "python.error"),
    ("a new view of mounts", "call(272, ctypes.c_long(0x20000))", "python.error"),
    ("a user namespace", "call(272, ctypes.c_long(0x10000000))", "python.error"),
    ("a namespace by clone", "call(56, ctypes.c_long(0x10000000 | 17), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0))", "python.error"),
    ("files watched", "fd = call(253)\nassert call(254, ctypes.c_long(fd), b'/usr', ctypes.c_long(0xfff)) > 0", "python.error"),
    ("watches without end", "while True: call(294, ctypes.c_long(0))", "python.error"),
    ("a lock on a file of the machine", "import fcntl\nfcntl.flock(open('/usr/bin/env'), fcntl.LOCK_EX)", "python.error"),
    ("the machine's files out of its cache", "import os\nos.posix_fadvise(os.open('/usr/bin/env', 0), 0, 0, os.POSIX_FADV_DONTNEED)", "python.error"),
    ("all disks written, again and again", "import os, time\nt = time.monotonic()\nfor _ in range(1000): os.sync()\nassert time.monotonic() - t < 5", "pass"),
    ("a copy in the kernel without end", "import os\nz, n = os.open('/dev/zero', 0), os.open('/dev/null', 1)\nwhile True: os.sendfile(n, z, None, 1 << 30)", "python."),
    ("one read that fills memory", "import os\nos.read(os.open('/dev/urandom', 0), 1 << 30)", "python."),
    ("memory in the buffers of sockets", "import os, socket, time\nfor _ in range(6):\n    if os.fork() == 0: break\nkeep = []\ntry:\n    while True:\n        pair = socket.socketpair()\n        keep.append(pair)\n        for end in pair:\n            end.setblocking(False)\n            try:\n                while True: end.send(b'x' * 65536)\n            except BlockingIOError: pass\nexcept OSError: pass\ntime.sleep(600)", "python."),
    ("requests to the kernel ahead", "call(206, ctypes.c_long(65000), ctypes.create_string_buffer(8))", "python.error"),
    ("rules of its own for files", "call(444, ctypes.create_string_buffer(b'\\xff' * 8), ctypes.c_long(8), ctypes.c_long(0))", "python.error"),
    ("the last place in the queue", "import os\nos.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\nwhile True: pass", "python.error"),
    ("a low priority", "import os\nos.nice(19)\nwhile True: pass", "python.error"),
    ("real-time priority by limits", "import resource\nassert resource.getrlimit(resource.RLIMIT_RTPRIO) == (0, 0) and resource.getrlimit(resource.RLIMIT_NICE) == (0, 0)\nassert resource.getrlimit(resource.RLIMIT_SIGPENDING)[1] <= 1024", "pass"),
    ("a call newer than the filter", "call(451, ctypes.c_long(0), ctypes.create_string_buffer(16), ctypes.create_string_buffer(40), ctypes.c_long(0))", "python.error"),
    ("a child of vfork that never goes", "pid = libc.vfork()\nwhile pid == 0: pass", "python.cpu_limit"),
    ("signals as fast as they come", "import signal\nsignal.signal(signal.SIGALRM, lambda *_: None)\nsignal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)\nwhile True: pass", "python.cpu_limit"),
    ("timers of the kernel without end", "n = 0\nwhile True:\n    call(222, ctypes.c_long(1), None, ctypes.create_string_buffer(8))\n    n += 1", "python."),
    ("its source in another alphabet", "exec(b\"# -*- coding: utf-7 -*-\\nassert '+AGE-' == 'a'\")", "pass"),
    ("descriptors without end", "import os\nwhile True: os.dup(1)", "python.file_limit"),
    ("descriptors in flight", "import socket, array, os\na, b = socket.socketpair()\nfor n in range(10**5):\n    a.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [a.fileno(), b.fileno()]))])", "python."),
    ("timers without end", "while True: call(283, ctypes.c_long(0), ctypes.c_long(0))", "python.file_limit"),
    // The kernel.
    ("a key", "call(248, b'user', b'k', b'v', ctypes.c_long(1), ctypes.c_long(-3))", "python.error"),
    ("a filter program in the kernel", "call(321, ctypes.c_long(5), ctypes.create_string_buffer(200), ctypes.c_long(120))", "python.error"),
    ("a ring of requests", "call(425, ctypes.c_long(8), ctypes.create_string_buffer(256))", "python.error"),
    ("performance counters", "call(298, ctypes.create_string_buffer(128), ctypes.c_long(0), ctypes.c_long(-1), ctypes.c_long(-1), ctypes.c_long(0))", "python.error"),
    ("another seccomp filter", "call(317, ctypes.c_long(0), ctypes.c_long(0), ctypes.c_long(0))", "python.error"),
    ("the machine's name", "import socket\nsocket.sethostname('mine')", "python.error"),
    ("the machine's clock", "import time\ntime.clock_settime(time.CLOCK_REALTIME, 0)", "python.error"),
    ("the kernel's log", "call(103, ctypes.c_long(3), ctypes.create_string_buffer(99), ctypes.c_long(99))", "python.error"),
    ("root by setuid", "import os\nos.setresuid(0, 0, 0)", "python.error"),
    ("rights by capset", "call(126, ctypes.create_string_buffer(b'\\x22\\x05\\x08\\x20\\0\\0\\0\\0'), ctypes.create_string_buffer(b'\\xff' * 24))", "python.error"),
    ("calls of the 32-bit machine", "import mmap\nm = mmap.mmap(-1, 4096, prot=7)\nm.write(bytes.fromhex('b814000000cd80c3'))\nf = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))\nassert f() > 0, 'refused'", "python."),
    ("calls of the x32 machine", "call(0x40000000 + 39)", "python.error"),
    // Network.
    ("a name looked up", "import socket\nsocket.getaddrinfo('example.com', 80)", "python.error"),
    ("a packet socket", "call(41, ctypes.c_long(17), ctypes.c_long(3), ctypes.c_long(0))", "python.error"),
    ("a server", "import socketserver\nsocketserver.TCPServer(('127.0.0.1', 0), None)", "python.error"),
    ("a listening pipe by name", "call(41, ctypes.c_long(1), ctypes.c_long(1), ctypes.c_long(0))", "python.error"),
    // Output, and Python itself.
    ("one line without end", "import sys\nwhile True: sys.stdout.write('x' * 65536)", "python.output_limit"),
    ("output to the error stream", "import sys\nfor _ in range(1000): sys.stderr.write('x' * 65536)", "pass"),
    ("output from children", "import os\nfor _ in range(4):\n    if os.fork() == 0:\n        while True: os.write(1, b'x' * 65536)\nos.wait()", "python.output_limit"),
    ("a pipe that nobody reads", "import os\nr, w = os.pipe()\nwhile True: os.write(w, b'x' * 65536)", "python.wall_limit"),
    ("its own modules deleted", "import sys\nfor name in list(sys.modules): del sys.modules[name]", "pass"),
    ("the import system", "import sys\nsys.meta_path.clear(); sys.path_hooks.clear(); sys.path.clear()\nimport nothing", "python.error"),
    ("a compiler that recurses", "exec('+' * 10**5 + '1')", "python."),
    ("a pattern that explodes", "import re\nre.fullmatch('(x+x+)+y', 'x' * 40)", "python.cpu_limit"),
    ("hashes that collide", "d = {}\nclass H:\n    __hash__ = lambda s: 1\nwhile True: d[H()] = 1", "python."),
    ("a collector that never ends", "import gc\nclass C:\n    def __del__(self): C()\nC()\nwhile True: gc.collect()", "python.cpu_limit"),
    ("an exception that swallows the end", "while True:\n    try:\n        while True: pass\n    except BaseException: pass", "python.cpu_limit"),
    ("a hook at the end", "import atexit, time\natexit.register(time.sleep, 600)", "python.wall_limit"),
    ("an end in a destructor", "class C:\n    def __del__(self):\n        while True: pass\nc = C()", "python.cpu_limit"),
];

/// The programs, and under which names each may end.
pub(super) fn programs() -> impl Iterator<Item = (String, &'static [&'static str])> {
    let runs = |code: &str| !code.contains("call(") || cfg!(target_arch = "x86_64");
    let of_kind = |(_, code, expected): &'static (&str, &str, &str)| {
        (format!("{SYSCALL}{code}"), std::slice::from_ref(expected))
    };
    KINDS.iter().filter(move |(_, code, _)| runs(code)).map(of_kind)
}

#[test]
fn each_kind_ends_as_stated() {
    let before = std::fs::read_dir("/dev/shm").map_or(0, Iterator::count);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for part in KINDS.chunks(KINDS.len().div_ceil(4)) {
            let wrong = &wrong;
            scope.spawn(move || {
                for (what, code, expected) in part {
                    // The numbers are those of x86-64.
                    if code.contains("call(") && !cfg!(target_arch = "x86_64") {
                        eprintln!("SKIPPED: {what}");
                        continue;
                    }
                    let code = format!("{SYSCALL}{code}");
                    let verdict = HASTY.verdict(&prompt(None, json!([])), &answer(&code));
                    let name = name(&verdict).to_owned();
                    let fits = if *expected == "python." {
                        matches!(verdict, Verdict::Fail(_))
                    } else {
                        name == *expected
                    };
                    if !fits {
                        wrong.lock().unwrap().push((*what, *expected, verdict));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), KINDS.len());
    assert!(KINDS.len() >= 80, "{}", KINDS.len());
    assert_eq!(std::fs::read_dir("/dev/shm").map_or(0, Iterator::count), before);
}

/// What one program leaves, the next does not find: neither files nor memory nor patched modules, however
/// often, on whichever zygote.
#[test]
fn nothing_goes_from_one_program_to_the_next() {
    let leave = "import os, sys, math, builtins, collections, random, json, re\n\
        open('/tmp/left', 'w').write('x')\nopen('/dev/shm/left', 'w').write('x')\nos.mkfifo('/tmp/fifo')\n\
        builtins.left = 1\nmath.pi = 3\njson.dumps = None\nsys.modules['left'] = math\nos.environ['LEFT'] = '1'\n\
        sys.setrecursionlimit(99)\nos.umask(0o777)\nrandom.seed(7)\nre.compile('left')\nsys.path.append('/tmp')\n\
        for frame in sys._current_frames().values():\n    while frame:\n        frame.f_globals['LEFT'] = 1\n        frame = frame.f_back";
    let find = "import os, sys, math, builtins, json\n\
        assert os.listdir('/tmp') == [] and os.listdir('/dev/shm') == []\n\
        assert not hasattr(builtins, 'left') and math.pi > 3 and callable(json.dumps)\n\
        assert 'left' not in sys.modules and 'LEFT' not in os.environ and '/tmp' not in sys.path\n\
        assert sys.getrecursionlimit() > 99 and os.umask(0o22) != 0o777\n\
        for frame in sys._current_frames().values():\n    while frame:\n        assert 'LEFT' not in frame.f_globals\n        frame = frame.f_back";
    for _ in 0..6 {
        for code in [leave, find] {
            let verdict = PATIENT.verdict(&prompt(None, json!([])), &answer(code));
            assert_eq!(verdict, Verdict::Pass);
        }
    }
}
