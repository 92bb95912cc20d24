# Runs before all else in the interpreter: sees to it that what is loaded comes to lie in few, whole, aligned
# pieces of memory. They can then be mapped by huge pages, of which a fork copies one entry and not 512. What
# cannot be had (another allocator, no huge pages) costs speed alone.
#
# Descriptor 4 is the caller's /proc.
import mmap
import posix
import sys

HUGE = 2 << 20
# Room for what is imported: 4 MiB of small objects and 4 MiB of others in Python 3.11.
ROOM = 6 << 20


def mappings(proc):
    """Start, end, rights and name of each of this process's mappings."""
    fd, text = posix.open("self/maps", posix.O_RDONLY | posix.O_CLOEXEC, dir_fd=proc), b""
    while True:
        part = posix.read(fd, 1 << 16)
        if not part:
            break
        text += part
    posix.close(fd)
    for line in text.decode("utf-8", "replace").splitlines():
        where, rights, *more = line.split(None, 5)
        start, end = where.split("-")
        yield int(start, 16), int(end, 16), rights, more[3] if len(more) > 3 else ""


def reserve():
    """Makes the allocators take aligned room, and returns what holds it."""
    heap = next((end for _, end, _, name in mappings(4) if name == "[heap]"), 0)
    # Others than small objects: past the next boundary. Nothing is written to these, so they cost no memory.
    held = [bytes(100_000) for _ in range((-heap % HUGE) // 100_032)]
    # Small objects are in arenas, which the kernel puts one below the other.
    lowest = min((start for start, *_ in mappings(4) if start > max(heap, HUGE)), default=HUGE)
    if lowest % HUGE:
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        held.append(mmap.mmap(-1, lowest % HUGE, flags=flags, prot=mmap.PROT_READ))
    # One in some is kept, so that no arena is given back.
    held += [bytes(470) for _ in range(ROOM // 512)][::500]
    return held


try:
    HELD = reserve()
except (OSError, ValueError):
    HELD = []
exec(compile(sys.argv.pop(1), "zygote.py", "exec"))
