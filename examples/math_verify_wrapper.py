#!/usr/bin/env python3
"""Math-Verify as a `command` verifier: answers on standard input, verdicts on standard output, a line each.

    pip install 'math-verify[antlr4_13_2]'

    [[verifiers]]
    math = { on_unknown = { program = ["python3", "examples/math_verify_wrapper.py"], timeout_secs = 10 } }

Each line in is {"id", "problem", "answer", "completion"}; each line out is {"verdict", "reason"}. What the wrapped
grader calls wrong is a fail only if it read both sides; otherwise nothing was decided. Its own limits are off, since
datagen ends a process that takes too long.
"""
import json
import sys

from math_verify import parse, verify


def judged(row):
    text = row["completion"].rsplit("</think>", 1)[-1]
    reference = parse(f"${row['answer']}$", parsing_timeout=None)
    answer = parse(text, parsing_timeout=None)
    if not reference or not answer:
        return {"verdict": "unknown", "reason": "a side is not read"}
    if verify(reference, answer, timeout_seconds=None):
        return {"verdict": "pass", "reason": f"{reference[-1]} and {answer[-1]}"}
    return {"verdict": "fail", "reason": f"{reference[-1]} and {answer[-1]}"}


def main():
    for line in sys.stdin:
        try:
            reply = judged(json.loads(line))
        except Exception as error:  # The grader's parser raises whatever it likes.
            reply = {"verdict": "unknown", "reason": repr(error)[:300]}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
