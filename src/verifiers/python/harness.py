# Runs inside the sandbox, in one of three roles (the first argument):
#
#   script   run a program as __main__ on standard input and output, then report how it ended
#   program  load a program and answer calls to its functions
#   tests    run test code whose calls are answered by the program in another process
#
# Requests come in on descriptor 3, replies go out on 4: four bytes of length, one byte that says
# what it is, then a value. Only plain values cross: an object that calls itself equal to everything
# stays where it was made. The program's process never sees tests, expected values or verdicts;
# nothing that runs beside the program is trusted.
import posix
import sys

MAX_DEPTH = 100
MAX_ITEMS = 200_000
ITERATORS = tuple(
    type(value)
    for value in (
        (None for _ in ()), map(str, ()), filter(None, ()), zip(), enumerate(()),
        reversed([]), iter([]), iter(()), iter({}), iter(set()), iter(range(0)), iter(""),
    )
)
VIEWS = tuple(type(value) for value in ({}.keys(), {}.values(), {}.items()))


class NotPlain(BaseException):
    """A value that cannot cross; not an Exception, so that no test swallows it."""


def receive():
    size = int.from_bytes(exactly(4), "little")
    return exactly(size)


def exactly(size):
    parts = []
    while size:
        part = posix.read(3, min(size, 1 << 20))
        if not part:
            posix._exit(0)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def send(kind, *values):
    out = [kind]
    for value in values:
        put(value, out, 0)
    write(out)


def write(parts):
    data = b"".join(parts)
    data = memoryview(len(data).to_bytes(4, "little") + data)
    while data:
        data = data[posix.write(4, data):]


def put(value, out, depth):
    kind = type(value)
    if depth > MAX_DEPTH or len(out) > 4 * MAX_ITEMS:
        raise NotPlain("a value too large or too deep")
    if value is None:
        out.append(b"N")
    elif kind is bool:
        out.append(b"T" if value else b"F")
    elif issubclass(kind, int):
        out.append(b"I%x;" % int.__index__(value))
    elif issubclass(kind, float):
        out.append(b"D%b;" % float.__repr__(value).encode())
    elif issubclass(kind, complex):
        out.append(b"C%b;" % complex.__repr__(value).encode())
    elif issubclass(kind, str):
        data = str.encode(value, "utf-8", "surrogatepass")
        out.append(b"S%d;%b" % (len(data), data))
    elif issubclass(kind, (bytes, bytearray)):
        data = bytes(memoryview(value))
        out.append(b"B%d;%b" % (len(data), data))
    elif issubclass(kind, dict):
        items = list(dict.items(value))
        out.append(b"M%d;" % len(items))
        for key, item in items:
            put(key, out, depth + 1)
            put(item, out, depth + 1)
    elif kind is range:
        out.append(b"R")
        put((value.start, value.stop, value.step), out, depth + 1)
    else:
        for base, tag in ((list, b"L"), (tuple, b"U"), (set, b"E"), (frozenset, b"Z")):
            if issubclass(kind, base):
                items = list(base.__iter__(value))
                break
        else:
            if kind not in ITERATORS and kind not in VIEWS:
                raise NotPlain("a value of type " + kind.__name__)
            tag, items = b"G", []
            for item in value:
                items.append(item)
                if len(items) > MAX_ITEMS:
                    raise NotPlain("an iterator that goes on and on")
            if kind is VIEWS[0]:
                tag = b"E"
        out.append(b"%b%d;" % (tag, len(items)))
        for item in items:
            put(item, out, depth + 1)


def get(data, at):
    """The value at `at` and where it ends."""
    tag = data[at:at + 1]
    at += 1
    if tag == b"N":
        return None, at
    if tag == b"T" or tag == b"F":
        return tag == b"T", at
    if tag == b"R":
        (start, stop, step), at = get(data, at)
        return range(start, stop, step), at
    end = data.index(b";", at)
    head = data[at:end].decode()
    at = end + 1
    if tag == b"I":
        return int(head, 16), at
    if tag == b"D":
        return float(head), at
    if tag == b"C":
        return complex(head), at
    size = int(head)
    if tag == b"S":
        return data[at:at + size].decode("utf-8", "surrogatepass"), at + size
    if tag == b"B":
        return data[at:at + size], at + size
    items = []
    for _ in range(2 * size if tag == b"M" else size):
        item, at = get(data, at)
        items.append(item)
    if tag == b"M":
        return dict(zip(items[::2], items[1::2])), at
    build = {b"L": list, b"U": tuple, b"E": set, b"Z": frozenset, b"G": iter}[tag]
    return build(items), at


def described(error):
    """The type's name and a short message; both may be hostile."""
    try:
        message = str(error)[:300]
    except BaseException:
        message = ""
    return [str(type(error).__name__)[:100], message]


def load(name):
    """Runs the program as the module `name`; its module, or None after a report."""
    source = receive()
    try:
        code = compile(source, "program.py", "exec", dont_inherit=True)
    except BaseException as error:
        kind = b"x" if isinstance(error, MemoryError) else b"y"
        send(kind, described(error) + [getattr(error, "lineno", None) or 0])
        return None
    module = type(sys)(name)
    sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except SystemExit as error:
        if name == "__main__" and error.code in (None, 0):
            return module
        send(b"x", ["SystemExit", described(error)[1], 0])
        return None
    except BaseException as error:
        trace, line = error.__traceback__, 0
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == "program.py":
                line = trace.tb_lineno
            trace = trace.tb_next
        send(b"x", described(error) + [line])
        return None
    return module


def script():
    if load("__main__") is None:
        sys.exit(1)
    sys.stdout.flush()
    send(b"e")


def program():
    module = load("program")
    if module is None:
        return
    items = module.__dict__.items()
    send(b"l", [name for name, value in items if type(name) is str and callable(value)])
    while True:
        (name, args, kwargs), _ = get(receive(), 1)
        try:
            out = [b"v"]
            put(module.__dict__[name](*args, **kwargs), out, 0)
        except NotPlain as error:
            send(b"n", str(error))
        except BaseException as error:
            send(b"r", described(error))
        else:
            write(out)


class Raised(Exception):
    """What the program raised, where that is not a built-in exception."""


RAISED = []


def caller(name):
    def call(*args, **kwargs):
        send(b"c", [name, args, kwargs])
        reply = receive()
        if reply[:1] == b"v":
            return get(reply, 1)[0]
        if reply[:1] == b"n":
            raise NotPlain("the program returned " + get(reply, 1)[0])
        kind, message = get(reply, 1)[0]
        known = BUILTINS.get(kind)
        if not (isinstance(known, type) and issubclass(known, Exception)):
            known, message = Raised, kind + ": " + message
        try:
            error = known(message)
        except Exception:
            error = Raised(kind + ": " + message)
        RAISED[:] = [error, kind]
        raise error

    call.__name__ = call.__qualname__ = name
    return call


def outcome(run):
    """Runs one test: its state and, unless it passed, what was seen."""
    try:
        run()
    except NotPlain as error:
        return ["opaque", "", str(error)]
    except AssertionError as error:
        return ["wrong"] + described(error)
    except BaseException as error:
        if RAISED and error is RAISED[0]:
            return ["raised", RAISED[1], described(error)[1]]
        state = "missing" if isinstance(error, NameError) else "wrong"
        return [state] + described(error)
    return ["ok", "", ""]


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
        (code, setup, entry, names), _ = get(request, 1)
        is_check = request[:1] == b"c"
        # No function of the program stands in for a built-in one: its `abs` could always be 0.
        space = {name: caller(name) for name in names if name == entry or name not in BUILTINS}
        space["__name__"] = "tests"
        try:
            sources = [setup] + ([code] if is_check else code)
            codes = [compile(source, "tests.py", "exec", dont_inherit=True) for source in sources]
            # Some test code counts on what the program imports: it gets its own.
            for name in set().union(*map(names_in, codes)):
                if name in STANDARD and name not in space:
                    space[name] = __import__(name)
            exec(codes[0], space)
            if is_check:
                exec(codes[1], space)
                check, candidate = space["check"], caller(entry)
                runs = [lambda: check(candidate)]
            else:
                runs = [lambda code=code: exec(code, space) for code in codes[1:]]
        except BaseException as error:
            send(b"b", described(error))
            continue
        send(b"d", [outcome(run) for run in runs])


STANDARD = getattr(sys, "stdlib_module_names", sys.builtin_module_names)
BUILTINS = dict(vars(sys.modules["builtins"]))
while "" in sys.path:
    sys.path.remove("")
{"script": script, "program": program, "tests": tests}[sys.argv[1]]()
