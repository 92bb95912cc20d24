# The fork server, below values.py and harness.py in one source: an interpreter that has imported what programs
# commonly import and forks once for every process that is asked for, each into namespaces of its own.
#
# It is two processes. The *mould* is what is forked. To write to a page that is shared with a child costs more
# than all else that happens here, so the mould runs no Python: from the request to the confined child it goes
# through one table of system calls, by a few instructions of machine code (batch.rs). The *keeper* does the
# rest, in Python: it is process 1 of the namespace and parent of mould and children, says which they are and
# how they ended, and when it ends, all end.
#
# Requests come in on the socket at descriptor 3: one byte that says which role, and five descriptors
# (standard input and output, requests, replies, status). On the status socket the answers are
# P with a pidfd from the keeper, from the child R (ready) or F with a step and an error number, and at the end
# E with how the process ended and what it used. When the caller's end of the socket closes, all ends.
#
# It never sees a program, a test or an answer: those go straight to the forked process.
import _socket
import ctypes
import gc
import mmap
import os
import resource
import select
import signal
import struct

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x8000000, 0x10000000, 0x20000000
CLONE_PARENT, CLONE_CHILD_CLEARTID, CLONE_CHILD_SETTID = 0x8000, 0x200000, 0x1000000
MS_NOSUID, MS_NODEV = 2, 4
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_GET_TID_ADDRESS = 1, 8, 40
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
MSG_NOSIGNAL, MSG_CMSG_CLOEXEC, SOL_SOCKET, SCM_RIGHTS = 0x4000, 0x40000000, 1, 1
MADV_COLLAPSE = 25
O_PATH_CLOEXEC, AT_FDCWD = os.O_PATH | os.O_CLOEXEC, -100
CAP_SYS_ADMIN = 21
ALL = 0xFFFFFFFF
# The caller's socket, and in a child its status socket; the caller's /proc, which the root does not show;
# the socket between mould and keeper; what landlock lets a program read, and write. Descriptors that come
# with a request are those from FIRST on.
CONTROL, STATUS, PROC, KEEPER, ROOT, DEVICES, FIRST = 3, 5, 6, 7, 8, 9, 10
NOBODY = 65534
# Limits that are set in each child; the others the mould keeps too.
NOT_BY_BIRTH = (resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC)
WARM = (
    "__future__ abc array bisect cmath collections.abc contextlib copy dataclasses datetime decimal enum "
    "fractions functools heapq io itertools json math numbers operator os.path random re statistics string "
    "threading time typing warnings"
).split()

LIBC = ctypes.CDLL(None, use_errno=True)


def called(name, *args):
    """A call of the C library."""
    result = getattr(LIBC, name)(*[ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args])
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def syscall(name, *args):
    return called("syscall", CONFIG[name], *args)


def write_proc(name, text):
    fd = os.open("self/" + name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=PROC)
    os.write(fd, text.encode())
    os.close(fd)


def place(fd, at):
    """Moves a descriptor; what held its place is closed."""
    os.dup2(fd, at, inheritable=False)
    os.close(fd)


def settle():
    """Gives up, once for all children, what the server itself does not need."""
    if not CONFIG["isolated"]:
        return
    # Where memory runs out, programs are the first to go: of those here the largest.
    write_proc("oom_score_adj", "1000")
    with open("self/uid_map", opener=lambda path, flags: os.open(path, flags, dir_fd=PROC)) as users:
        several_users = len(users.readlines()) > 1
    if several_users:
        os.setgroups([])
        called("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    rights = struct.pack("IIIIII", 1 << CAP_SYS_ADMIN, 1 << CAP_SYS_ADMIN, 0, 0, 0, 0)
    syscall("capset", struct.pack("Ii", 0x20080522, 0), rights)


class Table:
    """System calls for `batch.rs`, and what they point to, in memory that holds nothing else: a child copies
    the pages that it writes to. A record is a number, six arguments, and where to go on after an error,
    after 0 and after more than 0; 0 ends. Before them are a letter, the record that was last done, and its
    result."""

    HEAD, RECORD = struct.calcsize("qqq"), struct.calcsize("10q")
    DATA = 4096

    def __init__(self):
        self.memory = mmap.mmap(-1, 4 * 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.base = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        self.records, self.what, self.first, self.data = [], [], {}, self.DATA

    def hold(self, data):
        """Puts data beside the records: its address."""
        at, self.data = self.data, self.data + (len(data) + 15) // 16 * 16
        self.memory[at:at + len(data)] = data
        return self.base + at

    def add(self, what, call, *args, error="fail", zero="next", more="next"):
        self.first.setdefault(what, len(self.records))
        self.what.append(what)
        self.records.append((CONFIG[call], args + (0,) * (6 - len(args)), (error, zero, more)))

    def place(self, what):
        return self.HEAD + self.RECORD * self.first[what]

    def finish(self):
        at = self.HEAD
        for number, args, ways in self.records:
            known = {"next": at + self.RECORD, "return": 0}
            ways = [known[way] if way in known else self.place(way) for way in ways]
            struct.pack_into("10q", self.memory, at, number, *args, *ways)
            at += self.RECORD
        assert at <= self.DATA
        self.memory[0:1] = b"F"


def message(table, data, fds):
    """A `struct msghdr` with room for `fds` descriptors, which are those to send, if any."""
    rights = struct.pack("Nii%di" % len(fds), 16 + 4 * len(fds), SOL_SOCKET, SCM_RIGHTS, *fds)
    rights += bytes(-len(rights) % 8)
    parts = table.hold(struct.pack("PN", *data))
    return table.hold(struct.pack("PIPNPNi", 0, 0, parts, 1, table.hold(rights), len(rights), 0))


def tid_address():
    """Where the C library keeps the number of the thread, if that can be known."""
    at = ctypes.c_long(0)
    try:
        called("prctl", PR_GET_TID_ADDRESS, ctypes.byref(at), 0, 0, 0)
    except OSError:
        return 0
    return at.value if at.value and ctypes.c_int.from_address(at.value).value == threading.get_native_id() else 0


def moulded():
    """The table that the mould goes through, and where the role that is asked for will lie."""
    table, isolated = Table(), CONFIG["isolated"]
    role = table.hold(bytes(8)) - table.base
    asked = message(table, (table.base + role, 1), [0] * 5)
    told = message(table, (table.base + 16, 8), [FIRST + 4])
    flags = signal.SIGCHLD | CLONE_PARENT | (CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC if isolated else 0)
    number = tid_address()
    flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID if number else 0
    add = table.add
    add("receive", "recvmsg", CONTROL, asked, MSG_CMSG_CLOEXEC, error="end", zero="end")
    add("fork", "clone", flags, 0, 0, number, number, error="tell", zero="child", more="tell")
    add("tell", "sendmsg", KEEPER, told, MSG_NOSIGNAL, error="end")
    add("close", "close_range", FIRST, ALL, 0, error="end", zero="receive")
    add("end", "exit_group", 0)
    # The child. Its status socket first: without it, it cannot say what failed.
    add("child", "dup3", FIRST + 4, STATUS, os.O_CLOEXEC)
    for at, (source, target) in enumerate(((0, 0), (1, 1), (2, 3), (3, 4))):
        add("arranging descriptors", "dup3", FIRST + source, target, os.O_CLOEXEC if target > 1 else 0)
    add("arranging descriptors", "close_range", FIRST, ALL, 0)
    if isolated:
        tmpfs, tmp = table.hold(b"tmpfs\0"), table.hold(b"/tmp\0")
        options = table.hold(SCRATCH + b"\0")
        add("mounting the scratch folder", "mount", tmpfs, tmp, tmpfs, MS_NOSUID | MS_NODEV, options)
        add("entering the scratch folder", "chdir", tmp)
        # The scratch folder belongs to the server's namespace: no program can unmount it.
        add("making the program's users", "unshare", CLONE_NEWUSER)
    else:
        add("entering the scratch folder", "chdir", table.hold(SCRATCH + b"\0"))
        add("setting limits", "prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    add("setting limits", "setsid")
    for which, value in LIMITS:
        if which in NOT_BY_BIRTH:
            add("setting limits", "prlimit64", 0, which, table.hold(struct.pack("QQ", value, value)), 0)
    add("dropping privileges for good", "prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if isolated:
        file_rules(table, tmp)
        header = table.hold(struct.pack("Ii", 0x20080522, 0))
        add("dropping privileges for good", "capset", header, table.hold(bytes(24)))
    add("closing descriptors", "close_range", PROC, ALL, 0)
    program = table.hold(struct.pack("HP", len(FILTER) // 8, table.hold(FILTER)))
    add("installing the system call filter", "prctl", PR_SET_SECCOMP, 2, program, 0, 0)
    add("ready", "write", STATUS, table.hold(b"R"), 1)
    add("ready", "close", STATUS, error="return", zero="return", more="return")
    add("fail", "write", STATUS, table.base, 24, error="dead", zero="dead", more="dead")
    add("dead", "exit_group", 127)
    table.finish()
    return table, role


def file_rules(table, tmp):
    """Landlock: read everything that is shown, write below /tmp and to devices; no TCP."""
    version, what = CONFIG["landlock"], "restricting files"
    if version < 1:
        return
    every = 0x1FFF | (0x2000 if version >= 2 else 0) | (0x4000 if version >= 3 else 0)
    every |= 0x8000 if version >= 5 else 0
    attributes = struct.pack("QQQ", every, 3, 3)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    of_files = 0x1 | 0x2 | 0x4 | (every & 0xC000)
    for path, fd in (("/", ROOT), ("/dev", DEVICES)):
        place(os.open(path, os.O_PATH), fd)
    # The two descriptors that are the first free ones there.
    rules, scratch = FIRST, FIRST + 1
    table.add(what, "landlock_create_ruleset", table.hold(attributes), len(attributes), 0)
    table.add(what, "openat", AT_FDCWD, tmp, O_PATH_CLOEXEC, 0)
    for access, fd in ((0x1 | 0x4 | 0x8, ROOT), (of_files | 0x8, DEVICES), (every, scratch)):
        table.add(what, "landlock_add_rule", rules, 1, table.hold(struct.pack("=Qi", access, fd)), 0)
    table.add(what, "landlock_restrict_self", rules, 0)


def round_up():
    """Takes room up to the next boundary, so that the last piece of memory is whole."""
    LIBC.sbrk.restype = ctypes.c_size_t
    boundary = -(-LIBC.sbrk(ctypes.c_long(0)) // HUGE) * HUGE
    for _ in range(HUGE // 100_000 + 20):
        if LIBC.sbrk(ctypes.c_long(0)) >= boundary:
            break
        HELD.append(bytes(100_000))


def use_huge_pages():
    """Maps by huge pages what layout.py made room for. The mould's last act in Python: it writes to none of it
    later, so they stay whole."""
    for start, end, rights, name in list(mappings(PROC)):
        if rights == "rw-p" and name in ("", "[heap]"):
            for at in range(-(-start // HUGE) * HUGE, end // HUGE * HUGE, HUGE):
                # It may fail: there may be no huge pages, or none free.
                LIBC.madvise(ctypes.c_void_p(at), ctypes.c_size_t(HUGE), MADV_COLLAPSE)


def send_quietly(status, message, ancillary=()):
    try:
        status.sendmsg([message], ancillary, _socket.MSG_NOSIGNAL | _socket.MSG_DONTWAIT)
    except OSError:
        pass  # The caller has gone.


def keep(mould):
    """Says which processes the mould has forked, and how they end."""
    poller, running = select.poll(), {}
    poller.register(mould, select.POLLIN)
    while True:
        for ready, _ in poller.poll():
            if ready == mould.fileno():
                born, ancillary, _, _ = mould.recvmsg(8, 64)
                if not born:
                    os._exit(0)
                (pid,) = struct.unpack("q", born)
                (fd,) = struct.unpack("i", ancillary[0][2])
                status = _socket.socket(fileno=fd)
                if pid < 0:
                    send_quietly(status, struct.pack("=qqq", ord("F"), TABLE.place("fork"), pid))
                    status.close()
                    continue
                pidfd = syscall("pidfd_open", pid, 0)
                send_quietly(status, b"P", [(SOL_SOCKET, SCM_RIGHTS, struct.pack("i", pidfd))])
                poller.register(pidfd, select.POLLIN)
                running[pidfd] = pid, status
            else:
                pid, status = running.pop(ready)
                poller.unregister(ready)
                os.close(ready)
                _, how, used = os.wait4(pid, 0)
                micros = int((used.ru_utime + used.ru_stime) * 1e6)
                send_quietly(status, struct.pack("=ciQQ", b"E", how, micros, used.ru_maxrss))
                status.close()


CONFIG = {name: int(value) for name, value in (item.split("=") for item in sys.argv[1].split(","))}
LIMITS = [tuple(map(int, item.split("="))) for item in sys.argv[2].split(",")]
FILTER, MACHINE = map(bytes.fromhex, sys.argv[3].split(","))
SCRATCH = os.fsencode(sys.argv[4])
sys.argv = ["program.py"]
os.environ.pop("LD_BIND_NOW", None)
# What is typed at the caller's terminal is meant for the caller.
os.setsid()
for name in WARM:
    try:
        __import__(name)
    except ImportError:
        pass
import random
import threading

place(4, PROC)
os.dup2(0, 4, inheritable=False)
os.dup2(CONTROL, FIRST, inheritable=False)
warm_up()
place(FIRST, CONTROL)
for fd in (4, STATUS, KEEPER, ROOT, DEVICES):
    os.dup2(0, fd, inheritable=False)
try:
    settle()
    ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    TABLE, ROLE = moulded()
    code = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    code[: len(MACHINE)] = MACHINE
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    called("mprotect", ctypes.c_void_p(address), 4096, mmap.PROT_READ | mmap.PROT_EXEC)
    GO = ctypes.PYFUNCTYPE(ctypes.c_long, ctypes.c_long, ctypes.c_long)(address)
    for which, value in LIMITS:
        if which not in NOT_BY_BIRTH:
            resource.setrlimit(which, (value, value))
    round_up()
    gc.collect()
    gc.freeze()
    MOULD = os.fork()
except BaseException as error:
    os.write(CONTROL, str(error).encode()[:60])
    os._exit(1)
if MOULD:
    theirs.close()
    os.write(CONTROL, "\n".join(["ready"] + TABLE.what).encode())
    os.close(CONTROL)
    keep(_socket.socket(fileno=ours.detach()))
called("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
ours.close()
place(theirs.detach(), KEEPER)
use_huge_pages()
GO(TABLE.base, TABLE.HEAD)
ROLES[TABLE.memory[ROLE]]()
