#!/usr/bin/env python3
"""datagen's math verifier beside Math-Verify, on the same model outputs in one run.

usage: math_peers.py DATAGEN_BINARY ROWS.jsonl… [--disagreements FILE] [--times N]

Needs: pip install 'math-verify[antlr4_13_2]'. ROWS are JSON Lines with id, problem, answer, completion and, if known,
graded_by_source (a verdict that came with them).

Both judge every row in one process on one core. Math-Verify is used as its README says: `parse` of the reference as
LaTeX in dollars and `parse` of the completion, each with its time-out of 5 s, then `verify`, with its of 5 s; its time
of a row is CPU time. Ours is `datagen verify math`; its time is `micros`, the wall time that the verifier itself took.
There are N runs of ours (5 if not said), one before Math-Verify's and the rest after, and of each row the median
counts: a run in which the process had to wait for a CPU says nothing of the verifier. The CPU seconds of both are
printed beside.

Every row on which the verdicts differ, ours from Math-Verify's or from the source's, is printed, or written to FILE.
"""
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time


def percentile(times, part):
    return sorted(times)[int((len(times) - 1) * part)]


def cpu(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def ours(binary, path):
    """The rows with verdicts, and the CPU seconds of the command."""
    before = cpu(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.jsonl")
        command = [binary, "verify", "math", "--input", path, "--output", out]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(out, encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
    return rows, cpu(resource.RUSAGE_CHILDREN) - before


def theirs(rows):
    """Verdicts, seconds of each and the CPU seconds of all."""
    from math_verify import parse, verify

    verdicts, seconds = [], []
    # The first call builds the parsers.
    verify(parse("$1$"), parse("$1$"))
    before = cpu(resource.RUSAGE_SELF)
    for row in rows:
        start = time.process_time()
        try:
            reference = parse(f"${row['answer']}$")
            answer = parse(row["completion"])
            passes = bool(verify(reference, answer))
            read = (str(reference[0]) if reference else "-", str(answer[0]) if answer else "-")
        except Exception as error:
            passes, read = False, ("-", repr(error))
        seconds.append(time.process_time() - start)
        verdicts.append((passes, read))
    return verdicts, seconds, cpu(resource.RUSAGE_SELF) - before


def shown(name, seconds):
    rate = len(seconds) / sum(seconds)
    points = ", ".join(f"p{100 * part:g} {1000 * percentile(seconds, part):.3f} ms" for part in (0.5, 0.99, 0.999))
    print(f"{name:12} {rate:10.1f} verdicts/s, {points}, most {1000 * max(seconds):.3f} ms")
    return rate


def main():
    arguments = sys.argv[1:]
    options = {"--disagreements": None, "--times": "5"}
    for name in options:
        if name in arguments:
            at = arguments.index(name)
            options[name] = arguments[at + 1]
            del arguments[at : at + 2]
    if len(arguments) < 2:
        sys.exit(__doc__)
    binary, paths = arguments[0], arguments[1:]
    out = open(options["--disagreements"], "w", encoding="utf-8") if options["--disagreements"] else sys.stdout
    for path in paths:
        runs = [ours(binary, path)]
        rows = runs[0][0]
        verdicts, seconds, their_cpu = theirs(rows)
        runs += [ours(binary, path) for _ in range(int(options["--times"]) - 1)]
        totals = [sum(row["micros"] for row in run) for run, _ in runs]
        each = [statistics.median(times) / 1e6 for times in zip(*[[row["micros"] for row in run] for run, _ in runs])]
        print(f"{path}: {len(rows)} rows")
        our_rate = shown("datagen", each)
        their_rate = shown("Math-Verify", seconds)
        print(f"ratio {our_rate / their_rate:.0f}; our runs in ms: {[round(total / 1000, 1) for total in totals]}")
        our_cpu = statistics.median(spent for _, spent in runs)
        print(f"CPU seconds: Math-Verify {their_cpu:.2f}; the whole command, files read and written, {our_cpu:.3f}")
        counts = {}
        for row, (passes, read) in zip(rows, verdicts):
            graded = row.get("graded_by_source")
            key = (row["verdict"], passes, graded)
            counts[key] = counts.get(key, 0) + 1
            ours_passes = row["verdict"] == "pass"
            if ours_passes != passes or (graded is not None and ours_passes != graded):
                line = {
                    "id": row["id"],
                    "answer": row["answer"],
                    "datagen": row["verdict"],
                    "math_verify": passes,
                    "source": graded,
                    "extracted": row.get("extracted"),
                    "rule": row.get("rule") or row.get("reason"),
                    "math_verify_read": read,
                }
                print(json.dumps(line, ensure_ascii=False), file=out)
        for (verdict, passes, graded), count in sorted(counts.items(), key=str):
            print(f"  {count:5} rows: datagen {verdict}, Math-Verify {passes}, source {graded}")


if __name__ == "__main__":
    main()
