# The fork server, below values.py and harness.py in one source: an interpreter that has imported what programs
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
import resource
import select
import signal
import struct

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x8000000, 0x10000000, 0x20000000
MS_NOSUID, MS_NODEV = 2, 4
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS = 1, 4, 8
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
CAP_SYS_ADMIN = 21
# The caller's socket, and in a child its status socket; the caller's /proc, which the root does not show;
# the pid namespace to come back to; what landlock lets a program read, and write.
CONTROL, STATUS, PROC, OWN_PIDS, ROOT, DEVICES = 3, 5, 6, 7, 8, 9
NOBODY = 65534
# Limits that the server keeps too, so that each child has them by birth.
BY_BIRTH = (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)
WARM = (
    "__future__ abc array bisect cmath collections.abc contextlib copy dataclasses datetime decimal enum "
    "fractions functools heapq io itertools json math numbers operator os.path random re statistics string "
    "threading time typing warnings"
).split()

LIBC = ctypes.CDLL(None, use_errno=True)


def prepared(name, *args):
    """A call of the C library with its arguments converted; the fewer objects a child touches after the
    fork, the fewer pages are copied for it."""
    function = getattr(LIBC, name)
    args = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]

    def call():
        result = function(*args)
        if result < 0:
            raise OSError(ctypes.get_errno(), name)
        return result

    return call


def syscall(name, *args):
    return prepared("syscall", CONFIG[name], *args)


def write_proc(name, text):
    fd = os.open("self/" + name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=PROC)
    os.write(fd, text.encode())
    os.close(fd)


def file_rules():
    """Landlock: read everything that is shown, write below /tmp and to devices; no TCP. The child's half;
    /tmp is not yet what it will be there."""
    version = CONFIG["landlock"]
    if version < 1:
        return lambda: None
    every = 0x1FFF | (0x2000 if version >= 2 else 0) | (0x4000 if version >= 3 else 0)
    every |= 0x8000 if version >= 5 else 0
    attributes = struct.pack("QQQ", every, 3, 3)[: 24 if version >= 6 else 16 if version >= 4 else 8]
    of_files = 0x1 | 0x2 | 0x4 | (every & 0xC000)
    for path, fd in (("/", ROOT), ("/dev", DEVICES)):
        place(os.open(path, os.O_PATH), fd)
    root, devices = struct.pack("=Qi", 0x1 | 0x4 | 0x8, ROOT), struct.pack("=Qi", of_files | 0x8, DEVICES)
    create = syscall("landlock_create_ruleset", attributes, len(attributes), 0)

    def restrict():
        rules, scratch = create(), os.open("/tmp", os.O_PATH | os.O_CLOEXEC)
        for rule in (root, devices, struct.pack("=Qi", every, scratch)):
            syscall("landlock_add_rule", rules, 1, rule, 0)()
        syscall("landlock_restrict_self", rules, 0)()
        os.close(scratch)
        os.close(rules)

    return restrict


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
        prepared("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)()
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    rights = struct.pack("IIIIII", 1 << CAP_SYS_ADMIN, 1 << CAP_SYS_ADMIN, 0, 0, 0, 0)
    syscall("capset", struct.pack("Ii", 0x20080522, 0), rights)()


def confinement():
    """What a forked child calls, in this order, to get from the server's rights to none."""
    no_new_rights = prepared("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    die_with_server = prepared("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    limits = [(which, (value, value)) for which, value in LIMITS if which not in BY_BIRTH]
    program = struct.pack("HP", len(FILTER) // 8, ctypes.addressof(FILTER))
    install = prepared("prctl", PR_SET_SECCOMP, 2, program, 0, 0)

    def limit():
        os.setsid()
        die_with_server()
        for which, value in limits:
            resource.setrlimit(which, value)

    if not CONFIG["isolated"]:
        folder, nothing = os.fsdecode(SCRATCH), lambda: None
        return [nothing, lambda: os.chdir(folder), nothing, limit, no_new_rights, install]
    restrict_files = file_rules()
    no_rights = syscall("capset", struct.pack("Ii", 0x20080522, 0), bytes(24))
    mount = prepared("mount", b"tmpfs", b"/tmp", b"tmpfs", MS_NOSUID | MS_NODEV, SCRATCH)

    def scratch():
        mount()
        os.chdir("/tmp")

    def drop():
        no_new_rights()
        restrict_files()
        no_rights()

    # The scratch folder belongs to the server's namespace: no program can unmount it.
    mounts, users = CLONE_NEWNS | CLONE_NEWIPC, CLONE_NEWUSER
    return [prepared("unshare", mounts), scratch, prepared("unshare", users), limit, drop, install]


def place(fd, at):
    """Moves a descriptor; what held its place is closed."""
    os.dup2(fd, at, inheritable=False)
    os.close(fd)


def become(fds):
    """Puts the descriptors in their places, gives up all rights and says so."""
    # The server keeps 0 to 9 taken, so no source is a target of another.
    for fd, at in zip(fds, (0, 1, 3, 4, STATUS)):
        os.dup2(fd, at, inheritable=at < 2)
    os.closerange(DEVICES + 1, 1024)
    at = 0
    try:
        for at, step in enumerate(CONFINEMENT):
            if step is CONFINEMENT[-1]:
                os.closerange(PROC, DEVICES + 1)
            step()
    except BaseException as error:
        os.write(STATUS, struct.pack("=cBi", b"F", at, getattr(error, "errno", None) or 0))
        os._exit(127)
    # From here on a fork is the program's.
    for handlers in AT_FORK:
        REGISTER(**handlers)
    os.write(STATUS, b"R")
    os.close(STATUS)


def fork_apart():
    """Forks into a new pid namespace, of which the child is process 1."""
    if not CONFIG["isolated"]:
        return os.fork()
    UNSHARE_PIDS()
    try:
        pid = os.fork()
    except OSError:
        OWN_PIDS_AGAIN()
        raise
    if pid:
        OWN_PIDS_AGAIN()
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
        pidfd = syscall("pidfd_open", pid, 0)()
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


def serve(control):
    """Forks until the caller goes; returns only in the children."""
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
FILTER = ctypes.create_string_buffer(bytes.fromhex(sys.argv[3]), len(sys.argv[3]) // 2)
SCRATCH = os.fsencode(sys.argv[4])
sys.argv = ["program.py"]
os.environ.pop("LD_BIND_NOW", None)
# What modules do after a fork costs more than the fork (threads to forget, random numbers to seed): the
# children have no threads, and seed where they use random numbers. Kept for the forks of programs.
AT_FORK, REGISTER = [], os.register_at_fork
os.register_at_fork = lambda **handlers: AT_FORK.append(handlers)
for name in WARM:
    try:
        __import__(name)
    except ImportError:
        pass
import random
import threading

os.register_at_fork = REGISTER
place(4, PROC)
for fd in (4, STATUS, OWN_PIDS, ROOT, DEVICES):
    os.dup2(0, fd, inheritable=False)
CONTROLLED = _socket.socket(fileno=CONTROL)
try:
    settle()
    CONFINEMENT = confinement()
    if CONFIG["isolated"]:
        place(os.open("self/ns/pid", os.O_RDONLY, dir_fd=PROC), OWN_PIDS)
        UNSHARE_PIDS = prepared("unshare", CLONE_NEWPID)
        OWN_PIDS_AGAIN = prepared("setns", OWN_PIDS, CLONE_NEWPID)
    for which, value in LIMITS:
        if which in BY_BIRTH:
            resource.setrlimit(which, (value, value))
except BaseException as error:
    CONTROLLED.send(str(error).encode()[:60])
    os._exit(1)
# The interpreter rewrites code as it first runs it; what is rewritten here need not be copied for each child.
warm_up()
gc.collect()
gc.freeze()
ROLES[serve(CONTROLLED)]()
