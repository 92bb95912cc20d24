#!/usr/bin/env python3
"""Loads a corpus with readers that are not ours and holds it against its card.

usage: read_corpus.py CORPUS_FOLDER

CORPUS_FOLDER holds README.md and a folder of Parquet files for each table. Needs: pip install datasets polars pyarrow
duckdb pyyaml. Every table of the card is loaded by `datasets` (by its config's name, as from the hub), polars, pyarrow
and DuckDB: number and order of columns, their types, the number of rows and the text of every cell must agree with the
card and with each other. What the card does not offer (a table without rows) must have none. Ends with 1 at the first
thing that does not.
"""

import hashlib
import json
import os
import re
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import datasets
import duckdb
import polars
import pyarrow
import pyarrow.parquet
import yaml

MESSAGES = "list of {role, content}"
CHAT = pyarrow.struct([("role", pyarrow.string()), ("content", pyarrow.string())])
TYPES = {
    "string": (pyarrow.string(), polars.String, "VARCHAR"),
    "int64": (pyarrow.int64(), polars.Int64, "BIGINT"),
    "uint64": (pyarrow.uint64(), polars.UInt64, "UBIGINT"),
    "float64": (pyarrow.float64(), polars.Float64, "DOUBLE"),
    MESSAGES: (
        pyarrow.list_(CHAT),
        polars.List(polars.Struct({"role": polars.String, "content": polars.String})),
        'STRUCT("role" VARCHAR, "content" VARCHAR)[]',
    ),
}


def fail(what):
    sys.exit(f"read_corpus: {what}")


def same(what, found, wanted):
    if found != wanted:
        fail(f"{what} is {found!r}, not {wanted!r}")


def front_matter(card):
    parts = card.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        fail("the card has no front matter")
    return yaml.safe_load(parts[1])


def features(info):
    """The card's columns, as (name, type)."""
    return [
        (feature["name"], MESSAGES if "list" in feature else feature["dtype"]) for feature in info["features"]
    ]


def counts(card):
    """Rows, files and bytes of each table by the card's own table of contents."""
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|", card, re.M)
    return {name: [int(number.replace(",", "")) for number in numbers] for name, *numbers in rows}


def digest(rows):
    """A hash of all cells: the same for the same values, whatever reader they came through."""
    found = hashlib.sha256()
    for row in rows:
        found.update(json.dumps(row, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return found.hexdigest()


def check(corpus, name, info, rows, files):
    folder = "data" if name == "messages" else name
    paths = sorted(str(path) for path in (corpus / folder).glob("*.parquet"))
    same(f"the number of files of {name}", len(paths), files)
    expected = [f"train-{number:05}-of-{files:05}.parquet" for number in range(files)]
    same(f"the names of {name}", [os.path.basename(path) for path in paths], expected)
    if info is None:
        same(f"the rows of {name}, which the card does not offer", rows, 0)
        same(f"rows of {name}", sum(pyarrow.parquet.read_metadata(path).num_rows for path in paths), 0)
        return 0
    columns = features(info)
    same(f"num_examples of {name}", info["splits"][0]["num_examples"], rows)
    digests = {}

    table = pyarrow.concat_tables([pyarrow.parquet.read_table(path) for path in paths])
    same(f"rows of {name} in pyarrow", table.num_rows, rows)
    same(f"columns of {name} in pyarrow", table.schema.names, [column for column, _ in columns])
    for column, kind in columns:
        found, wanted = table.schema.field(column).type, TYPES[kind][0]
        if kind == MESSAGES and pyarrow.types.is_list(found):
            # What the list's item is called, and whether it may be null, differs between writers.
            found = pyarrow.list_(pyarrow.struct([(field.name, field.type) for field in found.value_type]))
        same(f"the type of {name}.{column} in pyarrow", str(found), str(wanted))
    digests["pyarrow"] = digest(table.to_pylist())

    frame = polars.read_parquet(paths)
    same(f"rows of {name} in polars", frame.height, rows)
    same(f"columns of {name} in polars", list(frame.schema.items()), [(c, TYPES[kind][1]) for c, kind in columns])
    digests["polars"] = digest(frame.iter_rows(named=True))

    cursor = duckdb.connect().execute("SELECT * FROM read_parquet($1)", [paths])
    types = [(column[0], str(column[1])) for column in cursor.description]
    same(f"columns of {name} in DuckDB", types, [(column, TYPES[kind][2]) for column, kind in columns])
    names = [column for column, _ in columns]
    found = [dict(zip(names, row)) for row in cursor.fetchall()]
    same(f"rows of {name} in DuckDB", len(found), rows)
    digests["DuckDB"] = digest(found)

    # As from the hub: by the folder and the config's name, types as the card says.
    loaded = datasets.load_dataset(str(corpus), name, split="train")
    same(f"rows of {name} in datasets", loaded.num_rows, rows)
    same(f"columns of {name} in datasets", loaded.column_names, names)
    for column, kind in columns:
        feature = loaded.features[column]
        inside = getattr(feature, "feature", feature)
        text = datasets.Value("string")
        wanted = {"role": text, "content": text} if kind == MESSAGES else datasets.Value(kind)
        same(f"the type of {name}.{column} in datasets", inside, wanted)
    digests["datasets"] = digest(loaded)

    if len(set(digests.values())) != 1:
        fail(f"the cells of {name} differ between readers: {digests}")
    return rows


def main():
    corpus = Path(sys.argv[1]).resolve()
    card = (corpus / "README.md").read_text(encoding="utf-8")
    front = front_matter(card)
    offered = {info["config_name"]: info for info in front.get("dataset_info", [])}
    configs = [config["config_name"] for config in front.get("configs", [])]
    same("the configs", configs, list(offered))
    tables = counts(card)
    if not tables or not set(offered) <= set(tables):
        fail(f"the card offers {sorted(offered)} but describes {sorted(tables)}")
    total = 0
    for name, (rows, files, size) in tables.items():
        total += check(corpus, name, offered.get(name), rows, files)
        folder = "data" if name == "messages" else name
        same(f"the bytes of {name}", sum(path.stat().st_size for path in (corpus / folder).iterdir()), size)
        print(f"{name}: {rows} rows in {files} files, the same in pyarrow, polars, DuckDB and datasets")
    if total == 0:
        fail("the corpus has no rows: nothing was compared")


if __name__ == "__main__":
    main()
