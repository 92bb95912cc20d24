# The values that cross between the processes, in the form that wire.rs reads: a letter for the type, a size
# or digits, then what it holds. Exact built-in types and some immutable ones of the standard library; an
# object of any other class stays where it was made.
import collections
import datetime
import decimal
import fractions
import re

MAX_DEPTH = 100
MAX_ITEMS = 1_000_000
MAX_VALUES = 2_000_000 - 2  # Of one message, which wire.rs bounds.
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


def put(value, out, depth):
    kind = type(value)
    if depth > MAX_DEPTH or len(out) > MAX_VALUES:
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
    elif kind in CROSSING:
        out.append(b"X")
        put((kind.__name__,) + CROSSING[kind](value), out, depth + 1)
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
    if tag == b"X":
        (name, *parts), at = get(data, at)
        return rebuilt(name, parts), at
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


def date_parts(value):
    return value.year, value.month, value.day


def time_parts(value):
    if value.tzinfo is not None:
        raise NotPlain("a time with a zone")
    return value.hour, value.minute, value.second, value.microsecond


def match_parts(value):
    spans = [value.span(at) for at in range(value.re.groups + 1)]
    return value.string, spans, dict(value.re.groupindex)


class Match:
    """What tests may ask of a regular expression's match."""

    def __init__(self, string, spans, names):
        self.string, self.spans, self.names = string, spans, names

    def span(self, group=0):
        return self.spans[self.names.get(group, group)]

    def start(self, group=0):
        return self.span(group)[0]

    def end(self, group=0):
        return self.span(group)[1]

    def __getitem__(self, group):
        start, end = self.span(group)
        return None if start < 0 else self.string[start:end]

    def group(self, *groups):
        found = tuple(map(self.__getitem__, groups or (0,)))
        return found if len(found) > 1 else found[0]

    def groups(self, default=None):
        found = map(self.__getitem__, range(1, len(self.spans)))
        return tuple(default if text is None else text for text in found)


# Immutable types of the standard library that tests compare, and the plain parts they are made of.
CROSSING = {
    fractions.Fraction: lambda value: (value.numerator, value.denominator),
    decimal.Decimal: lambda value: (str(value),),
    datetime.date: date_parts,
    datetime.datetime: lambda value: date_parts(value) + time_parts(value),
    datetime.time: time_parts,
    datetime.timedelta: lambda value: (value.days, value.seconds, value.microseconds),
    collections.deque: lambda value: (list(value), value.maxlen),
    re.Match: match_parts,
}


def rebuilt(name, parts):
    if name == "Match":
        return Match(*parts)
    for kind in CROSSING:
        if kind.__name__ == name:
            return kind(*parts)
    raise NotPlain("a value of type " + name)
