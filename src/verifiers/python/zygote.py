# The fork server, below harness.py in one source: an interpreter that has imported what programs
# commonly import and forks once for every process that is asked for, each into namespaces of its own.
#
# Requests come in on the socket at descriptor 3: one byte that says which role, and five descriptors
# (standard input and output, requests, replies, status). On the status socket the answers are
# P with a pidfd, then from the child R (ready) or F with a step and an error number, and at the end
# E with how the process ended and what it used. When the caller's end of the socket closes, this
# process ends, and as it is process 1 of its namespace, everything that it forked ends with it.
#
# It never sees a program, a test or an answer: those go straight to the forked process.
import _socket
import ctypes
import gc
import os
import select
import signal
import struct

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x8000000, 0x10000000, 0x20000000
MS_NOSUID, MS_NODEV = 2, 4
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
# The caller's socket, and in a child its status socket; the caller's /proc, which the root does not show.
CONTROL, STATUS, PROC = 3, 5, 6
NOBODY = 65534
WARM = (
    "__future__ abc array bisect cmath collections.abc contextlib copy dataclasses datetime decimal enum "
    "fractions functools heapq io itertools json math numbers operator os.path random re statistics string "
    "threading time typing warnings"
).split()

LIBC = ctypes.CDLL(None, use_errno=True)


def syscall(name, *args):
    args = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    result = LIBC.syscall(ctypes.c_long(CONFIG[name]), *args)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def libc(name, *args):
    args = [ctypes.c_ulong(arg) if isinstance(arg, int) else arg for arg in args]
    if getattr(LIBC, name)(*args) < 0:
        raise OSError(ctypes.get_errno(), name)


def write_proc(name, text):
    fd = os.open("self/" + name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=PROC)
    os.write(fd, text.encode())
    os.close(fd)


def restrict_files():
    """Landlock: read everything that is shown, write below /tmp and to devices; no TCP."""
    version = CONFIG["landlock"]
    if version < 1:
        return
    every = 0x1FFF | (0x2000 if version >= 2 else 0) | (0x4000 if version >= 3 else 0)
    every |= 0x8000 if version >= 5 else 0
    attributes = struct.pack("QQQ", every, 3, 3)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    rules = syscall("landlock_create_ruleset", attributes, len(attributes), 0)
    of_files = 0x1 | 0x2 | 0x4 | (every & 0xC000)
    for path, allowed in (("/", 0x1 | 0x4 | 0x8), ("/dev", of_files | 0x8), ("/tmp", every)):
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        syscall("landlock_add_rule", rules, 1, struct.pack("=Qi", allowed, fd), 0)
        os.close(fd)
    syscall("landlock_restrict_self", rules, 0)
    os.close(rules)


def confine():
    """The forked child's way from the server's rights to none; yields after each step."""
    if CONFIG["isolated"]:
        user, group = os.getuid(), os.getgid()
        # Where memory runs out, programs are the first to go.
        write_proc("oom_score_adj", "1000")
        if SEVERAL_USERS:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            user = group = NOBODY
        yield
        libc("unshare", CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC)
        libc("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0)
        write_proc("setgroups", "deny")
        write_proc("uid_map", "%d %d 1" % (NOBODY, user))
        write_proc("gid_map", "%d %d 1" % (NOBODY, group))
        yield
        libc("mount", b"tmpfs", b"/tmp", b"tmpfs", MS_NOSUID | MS_NODEV, SCRATCH)
        os.chdir("/tmp")
    else:
        yield
        yield
        os.chdir(os.fsdecode(SCRATCH))
    os.close(PROC)
    yield
    os.setsid()
    libc("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    for resource, value in LIMITS:
        syscall("prlimit64", 0, resource, struct.pack("QQ", value, value), None)
    yield
    libc("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if CONFIG["isolated"]:
        syscall("capset", struct.pack("Ii", 0x20080522, 0), bytes(24))
        restrict_files()
    yield
    code = ctypes.create_string_buffer(FILTER, len(FILTER))
    program = struct.pack("HP", len(FILTER) // 8, ctypes.addressof(code))
    libc("prctl", PR_SET_SECCOMP, 2, program, 0, 0)


def become(fds):
    """Puts the descriptors in their places, gives up all rights and says so."""
    # The server keeps 0 to 6 taken, so no source is a target of another.
    for fd, at in zip(fds, (0, 1, 3, 4, STATUS)):
        os.dup2(fd, at, inheritable=at < 2)
    os.closerange(PROC + 1, 1024)
    step = 0
    try:
        for _ in confine():
            step += 1
    except BaseException as error:
        os.write(STATUS, struct.pack("=cBi", b"F", step, getattr(error, "errno", None) or 0))
        os._exit(127)
    os.write(STATUS, b"R")
    os.close(STATUS)


def fork_apart():
    """Forks into a new pid namespace, of which the child is process 1."""
    if not CONFIG["isolated"]:
        return os.fork()
    libc("unshare", CLONE_NEWPID)
    try:
        pid = os.fork()
    except OSError:
        libc("setns", OWN_PIDS, CLONE_NEWPID)
        raise
    if pid:
        libc("setns", OWN_PIDS, CLONE_NEWPID)
    return pid


def fork(role, fds, poller, running):
    """In the server, nothing; in the child, the role."""
    status = _socket.socket(fileno=fds[4])
    try:
        pid = fork_apart()
    except OSError as error:
        send_quietly(status, struct.pack("=cBi", b"F", 255, error.errno or 0))
        status.close()
        pid = -1
    if not pid:
        become(fds)
        status.detach()
        return role
    for fd in fds[:4]:
        os.close(fd)
    if pid > 0:
        pidfd = syscall("pidfd_open", pid, 0)
        ancillary = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, struct.pack("i", pidfd))]
        send_quietly(status, b"P", ancillary)
        poller.register(pidfd, select.POLLIN)
        running[pidfd] = pid, status
    return None


def send_quietly(status, message, ancillary=()):
    try:
        status.sendmsg([message], ancillary, _socket.MSG_NOSIGNAL | _socket.MSG_DONTWAIT)
    except OSError:
        pass  # The caller has gone.


def serve():
    """Forks until the caller goes; returns only in the children."""
    control = _socket.socket(fileno=CONTROL)
    poller, running = select.poll(), {}
    poller.register(CONTROL, select.POLLIN)
    control.send(b"ready")
    while True:
        for ready, _ in poller.poll():
            if ready != CONTROL:
                pid, status = running.pop(ready)
                poller.unregister(ready)
                os.close(ready)
                _, how, used = os.wait4(pid, 0)
                micros = int((used.ru_utime + used.ru_stime) * 1e6)
                send_quietly(status, struct.pack("=ciQQ", b"E", how, micros, used.ru_maxrss))
                status.close()
                continue
            message, ancillary, _, _ = control.recvmsg(16, 256)
            if not message:
                os._exit(0)
            fds = [fd for _, _, data in ancillary for (fd,) in struct.iter_unpack("i", data)]
            role = fork(message.decode(), fds, poller, running)
            if role is not None:
                control.detach()
                running.clear()
                return role


CONFIG = {name: int(value) for name, value in (item.split("=") for item in sys.argv[1].split(","))}
LIMITS = [tuple(map(int, item.split("="))) for item in sys.argv[2].split(",")]
FILTER, SCRATCH = bytes.fromhex(sys.argv[3]), os.fsencode(sys.argv[4])
sys.argv = ["program.py"]
for name in WARM:
    try:
        __import__(name)
    except ImportError:
        pass
os.dup2(4, PROC, inheritable=False)
for fd in (4, STATUS):
    os.dup2(0, fd, inheritable=False)
if CONFIG["isolated"]:
    with open("self/uid_map", opener=lambda path, flags: os.open(path, flags, dir_fd=PROC)) as users:
        SEVERAL_USERS = len(users.readlines()) > 1
    OWN_PIDS = os.open("self/ns/pid", os.O_RDONLY | os.O_CLOEXEC, dir_fd=PROC)
gc.collect()
gc.freeze()
ROLES[serve()]()
