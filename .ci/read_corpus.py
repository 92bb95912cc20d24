"""Reads a corpus with pyarrow alone and verifies every row again, without the pipeline's code."""

import re
import subprocess
import sys
import json
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq

COLUMNS = [
    "uuid", "messages", "problem", "reasoning", "solution", "answer", "source", "domain", "num_tokens",
    "pass_rate", "model", "seed", "sample_index", "entry_point", "tests",
]


def value(text):
    """A number where it is one, else the text in small letters without spaces."""
    text = text.strip().strip("$").replace("\\,", "")
    text = re.sub(r"\\d?frac\{(-?\d+)\}\{(\d+)\}", r"\1/\2", text)
    try:
        return Fraction(text)
    except ValueError:
        return re.sub(r"\s+", "", text.lower())


def boxed(solution):
    start = solution.rindex("\\boxed{") + len("\\boxed{")
    depth, at = 1, start
    while depth:
        depth += {"{": 1, "}": -1}.get(solution[at], 0)
        at += 1
    return solution[start : at - 1]


def program_passes(row):
    code = re.findall(r"```python\n(.*?)```", row["solution"], re.S)[-1]
    lines = [code]
    for case in json.loads(row["tests"]):
        call = case["call"]
        lines.append(f"assert {row['entry_point']}(*{call['args']!r}) == {call['expected']!r}")
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], timeout=20, capture_output=True)
    return done.returncode == 0


def main(corpus):
    rows = []
    for path in sorted((corpus / "data").glob("train-*.parquet")):
        table = pq.read_table(path)
        missing = [name for name in COLUMNS if name not in table.column_names]
        assert not missing, f"{path} lacks {missing}"
        rows += table.to_pylist()
    assert len(rows) == 500, f"{len(rows)} rows, 500 were wanted"
    assert len({row["uuid"] for row in rows}) == len(rows), "a uuid occurs twice"
    for row in rows:
        roles = [message["role"] for message in row["messages"]]
        assert roles == ["user", "assistant"], roles
        assert row["messages"][0]["content"] == row["problem"]
        expected = f"<think>\n{row['reasoning']}\n</think>\n\n{row['solution']}"
        assert row["messages"][1]["content"] == expected, row["uuid"]
        assert row["reasoning"] and row["solution"] and 0 < row["pass_rate"] <= 1
        if row["tests"]:
            assert program_passes(row), f"{row['uuid']}: the program fails its tests"
        else:
            got, wanted = value(boxed(row["solution"])), value(row["answer"])
            assert got == wanted, f"{row['uuid']}: {got} instead of {wanted}"
    ledger = pq.read_table(sorted((corpus / "all_samples").glob("*.parquet")))
    assert ledger.num_rows >= len(rows)
    for view in ["prompt_completion", "preference"]:
        assert pq.read_table(sorted((corpus / view).glob("*.parquet"))).num_rows > 0, view
    print(f"{len(rows)} examples read and verified again, {ledger.num_rows} samples in the ledger")


main(Path(sys.argv[1]))
