# Runs inside the sandbox, in one of three roles:
#
#   script   run a program as __main__ on standard input and output, then report how it ended
#   program  load a program and answer calls to its functions
#   tests    run test code whose calls are answered by the program in another process
#
# Requests come in on descriptor 3, replies go out on 4: four bytes of length, one byte that says
# what it is, then a value. Only plain values cross: an object that calls itself equal to everything
# stays where it was made. The program's process never sees tests, expected values or verdicts;
# nothing that runs beside the program is trusted. One source with values.py, above it, and zygote.py, below,
# which calls it and imports what does something after each fork (`random`, `threading`).
import atexit
import posix
import sys


def receive():
    size = int.from_bytes(exactly(4), "little")
    return exactly(size)


def exactly(size):
    parts = []
    while size:
        part = posix.read(3, min(size, 1 << 20))
        if not part:
            STOP(0)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def send(kind, *values):
    out = [kind]
    for value in values:
        put(value, out, 0)
    write(out)


def write(parts):
    if posix.getpid() != OWNER:
        return  # A child that the program forked, and that came back from it.
    data = b"".join(parts)
    data = memoryview(len(data).to_bytes(4, "little") + data)
    while data:
        data = data[posix.write(4, data):]


def described(error):
    """The type's name, a short message, the nearest built-in type and an error number; all may be hostile."""
    kind = type(error)
    try:
        message = str(error)[:300]
    except BaseException:
        message = ""
    base = next((base.__name__ for base in kind.__mro__ if base.__module__ == "builtins"), "")
    number = OSError.errno.__get__(error) if issubclass(kind, OSError) else None
    return [str(kind.__name__)[:100], message, str(base)[:100], str(number) if type(number) is int else ""]


def begin(source):
    """A process of its own from here on, with random numbers of its own where `source` may ask for them."""
    global OWNER
    OWNER = posix.getpid()
    if b"random" in source:
        random.seed()


def load(name):
    """Runs the program as the module `name`: its module, whether it came to its end, and its exit code."""
    source = receive()
    begin(source)
    try:
        code = compile(source, "program.py", "exec", dont_inherit=True)
    except BaseException as error:
        kind = b"x" if isinstance(error, MemoryError) else b"y"
        send(kind, described(error) + [getattr(error, "lineno", None) or 0])
        return None, False, 1
    module = type(sys)(name)
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except SystemExit as error:
        if name == "__main__" and (error.code is None or error.code is False or error.code == 0):
            return module, True, 0
        send(b"x", ["SystemExit"] + described(error)[1:] + [0])
        return module, False, 1
    except BaseException as error:
        trace, line = error.__traceback__, 0
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == "program.py":
                line = trace.tb_lineno
            trace = trace.tb_next
        send(b"x", described(error) + [line])
        return module, False, 1
    return module, True, 0


def script():
    module, ended, code = load("__main__")
    # What the interpreter does at its end, but for taking itself apart object by object, which would
    # cost more than most programs.
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
        if module is not None:
            space = module.__dict__
            for name in [name for name in space if name != "__builtins__"]:
                space[name] = None
        for stream in (sys.stdout, sys.__stdout__):
            if stream is not None and not getattr(stream, "closed", False):
                stream.flush()
        if ended:
            send(b"e")
    except BaseException as error:
        send(b"x", described(error) + [0])
        code = 1
    posix._exit(code)


def program():
    module, ended, _ = load("program")
    if not ended:
        posix._exit(1)
    items = module.__dict__.items()
    send(b"l", [name for name, value in items if type(name) is str and callable(value)])
    while True:
        request = receive()
        (name, args, kwargs), _ = get(request, 1)
        before = []
        # Test code sees what a call does to its arguments.
        watched = request[:1] == b"c" and any(map(holds_mutable, args + tuple(kwargs.values())))
        if watched:
            put((args, kwargs), before, 0)
        try:
            result, out = module.__dict__[name](*args, **kwargs), [b"v"]
            put(result, out, 0)
            if watched:
                after = []
                put((args, kwargs), after, 0)
                if len(out) + len(after) > MAX_VALUES:
                    raise NotPlain("values too large")
                if before != after:
                    out[0] = b"wU2;"
                    out += after
        except NotPlain as error:
            send(b"n", str(error))
        except BaseException as error:
            send(b"r", described(error))
        else:
            write(out)


def holds_mutable(value):
    return isinstance(value, (list, dict, set, collections.deque)) or (
        isinstance(value, tuple) and any(map(holds_mutable, value))
    )


def renewed(old, new):
    """The old object with what the new one holds, where it can be changed; else the new one."""
    if isinstance(old, list) and isinstance(new, list):
        old[:] = [renewed(a, b) for a, b in zip(old, new)] + new[len(old):]
    elif isinstance(old, dict) and isinstance(new, dict):
        items = {key: renewed(old[key], value) if key in old else value for key, value in new.items()}
        old.clear()
        old.update(items)
    elif isinstance(old, set) and isinstance(new, set):
        old.clear()
        old.update(new)
    elif isinstance(old, collections.deque) and isinstance(new, collections.deque):
        old.clear()
        old.extend(new)
    elif isinstance(old, tuple) and isinstance(new, tuple) and len(old) == len(new):
        for a, b in zip(old, new):
            renewed(a, b)
    else:
        return new
    return old


class Raised(Exception):
    """What the program raised, where that is not a built-in exception."""


RAISED = []
# Set once a value could not cross, so that no `except:` in a test makes a pass of it.
OPAQUE = []


def caller(name):
    def call(*args, **kwargs):
        try:
            send(b"c", [name, args, kwargs])
        except NotPlain as error:
            OPAQUE.append(str(error))
            raise
        reply = receive()
        if reply[:1] == b"v":
            return get(reply, 1)[0]
        if reply[:1] == b"w":
            result, (args_after, kwargs_after) = get(reply, 1)[0]
            renewed(args, args_after)
            renewed(kwargs, kwargs_after)
            return result
        if reply[:1] == b"n":
            OPAQUE.append("the program returned " + get(reply, 1)[0])
            raise NotPlain(OPAQUE[0])
        described = kind, message, base, number = get(reply, 1)[0]
        known = BUILTINS.get(base)
        # The end of an iteration would end that of a test which maps the function over its cases.
        ends = (StopIteration, StopAsyncIteration)
        if not (isinstance(known, type) and issubclass(known, Exception)) or issubclass(known, ends):
            known, message = Raised, kind + ": " + message
        try:
            error = known(message)
        except Exception:
            error = Raised(kind + ": " + message)
        RAISED[:] = [error, described]
        raise error

    call.__name__ = call.__qualname__ = name
    return call


def outcome(run):
    """Runs one test: its state and, unless it passed, what was seen."""
    OPAQUE.clear()
    try:
        run()
    except NotPlain as error:
        return ["opaque", "", str(error)]
    except BaseException if OPAQUE else () as error:
        return ["opaque", "", OPAQUE[0]]
    except AssertionError as error:
        return ["wrong"] + described(error)
    except BaseException as error:
        if RAISED and error is RAISED[0]:
            return ["raised"] + RAISED[1]
        state = "missing" if isinstance(error, NameError) else "wrong"
        return [state] + described(error)
    return ["opaque", "", OPAQUE[0]] if OPAQUE else ["ok", "", ""]


def names_in(code):
    """The global names that compiled code reads or writes, nested functions included."""
    names, codes = set(), [code]
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        codes += [const for const in code.co_consts if type(const) is type(code)]
    return names


def tests():
    while True:
        request = receive()
        begin(request)
        (code, setup, prelude, entry, names), _ = get(request, 1)
        is_check = request[:1] == b"c"
        # No function of the program stands in for a built-in one: its `abs` could always be 0.
        space = {name: caller(name) for name in names if name == entry or name not in BUILTINS}
        space["__name__"] = "tests"
        try:
            sources = [prelude, setup] + ([code] if is_check else code)
            codes = [compile(source, "tests.py", "exec", dont_inherit=True) for source in sources]
            # Some test code counts on what the program imports: it gets its own.
            for name in set().union(*map(names_in, codes)):
                if name in STANDARD and name not in space:
                    space[name] = __import__(name)
            try:
                exec(codes[0], space)
            except Exception:
                pass  # What the problem shows need not run.
            space.pop(entry, None)
            if entry in names:
                space[entry] = caller(entry)
            exec(codes[1], space)
            if is_check:
                exec(codes[2], space)
                check, candidate = space["check"], caller(entry)
                # Test code whose `check` calls `check` means the program's function of that name.
                if "check" in names and "check" in names_in(check.__code__):
                    space["check"] = caller("check")
                runs = [lambda: check(candidate)]
            else:
                runs = [lambda code=code: exec(code, space) for code in codes[2:]]
        except BaseException as error:
            send(b"b", described(error))
            continue
        send(b"d", [outcome(run) for run in runs])


class Rehearsed(BaseException):
    """The end of the requests of a rehearsal."""


def rehearsed(_):
    raise Rehearsed


def rehearse(role, requests):
    """Plays a role on requests of nobody's, as it will be played, and keeps nothing of it."""
    global STOP
    STOP = rehearsed
    (reader, writer), (replies, out) = posix.pipe(), posix.pipe()
    for request in requests:
        posix.write(writer, len(request).to_bytes(4, "little") + request)
    posix.close(writer)
    posix.dup2(reader, 3)
    posix.dup2(out, 4)
    try:
        role()
    except Rehearsed:
        pass
    for fd in (reader, out, replies):
        posix.close(fd)
    sys.modules.pop("program", None)
    STOP = posix._exit


def warm_up():
    """The interpreter rewrites code as it first runs it, and fills caches; what is rewritten and filled here
    need not be copied for each child. Descriptors 3 and 4 must be taken, and are changed."""
    sample, lines = [1, -2.5, "a", b"b", None, True, [1], {"k": (2,)}, {3}], ["assert f(1) == [1, 2]"]
    encoded = []
    put(["f", (sample,), {}], encoded, 0)
    call = b"j" + b"".join(encoded)
    for source in (b"def f(x):\n    return [x, x + 1]\n", b"def f(x):\n    return x\n"):
        for _ in range(10):
            rehearse(program, [source, call, b"jL3;S1;fU1;I2;M0;", b"jL3;S1;fU1;I3;M0;", b"c" + call[1:]])
    encoded = []
    put([lines, "import math", "", "f", ["f"]], encoded, 0)
    for _ in range(20):
        rehearse(tests, [b"a" + b"".join(encoded), b"vL2;I1;I2;"])
        described(ValueError("no"))
        renewed([1], [2])


STOP = posix._exit
STANDARD = getattr(sys, "stdlib_module_names", sys.builtin_module_names)
BUILTINS = dict(vars(sys.modules["builtins"]))
ROLES = {ord("s"): script, ord("p"): program, ord("t"): tests}
while "" in sys.path:
    sys.path.remove("")
