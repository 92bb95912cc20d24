#!/usr/bin/env python3
"""Near-duplicate engines side by side on one corpus of planted pairs.

usage: dedup_peers.py CORPUS_FOLDER DATAGEN_BINARY

CORPUS_FOLDER holds corpus.jsonl ({"id", "text"}) and truth.jsonl ({"a", "b", "j"}: planted pairs with their
real Jaccard similarity). Needs: pip install datasketch rensa. Word 5-grams, 14 bands of 8 rows for the
peers (112 permutations); datagen derives its own bands from the threshold 0.8.

For each engine: MB of text per CPU-second of all threads (user and system, children too), recall of the
planted pairs at J >= 0.8 (both rows in one cluster), and the share of its direct pairs at J >= 0.7.
datagen's time is that of the whole command, which also writes the rows that stay as Parquet.
"""
import json, os, re, resource, subprocess, sys, tempfile

WORD = re.compile(r"\w+")
BANDS, ROWS = 14, 8


def shingles(text):
    words = WORD.findall(text.lower())
    return {" ".join(words[i : i + 5]) for i in range(max(1, len(words) - 4))}


def cpu():
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def read(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def datasketch(path):
    from datasketch import MinHash, MinHashLSH

    index, pairs = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS)), []
    for row in read(path):
        sketch = MinHash(num_perm=BANDS * ROWS)
        sketch.update_batch([shingle.encode() for shingle in shingles(row["text"])])
        pairs += [(other, row["id"]) for other in index.query(sketch)]
        index.insert(row["id"], sketch)
    return pairs


def rensa(path):
    from rensa import RMinHash, RMinHashLSH

    index, pairs = RMinHashLSH(threshold=0.8, num_perm=BANDS * ROWS, num_bands=BANDS), []
    for row in read(path):
        sketch = RMinHash(num_perm=BANDS * ROWS, seed=42)
        sketch.update(list(shingles(row["text"])))
        pairs += [(other, row["id"]) for other in index.query(sketch)]
        index.insert(row["id"], sketch)
    return pairs


def datagen(path):
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.argv[2], "dedup", "--quiet", "--input", path, "--output", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        import pyarrow.parquet

        gone = pyarrow.parquet.read_table(os.path.join(folder, "duplicates.parquet")).to_pylist()
        return [(row["duplicate_of"], row["id"]) for row in gone]


def main():
    folder = sys.argv[1]
    path = os.path.join(folder, "corpus.jsonl")
    truth = list(read(os.path.join(folder, "truth.jsonl")))
    megabytes = sum(len(row["text"].encode()) for row in read(path)) / 1e6
    texts = None
    print(f"{'engine':12} {'MB/cpu-s':>9} {'recall J>=0.8':>14} {'pairs J>=0.7':>13}")
    for engine in (datagen, rensa, datasketch):
        before = cpu()
        pairs = engine(path)
        spent = cpu() - before
        parent = {}

        def find(row):
            while parent.setdefault(row, row) != row:
                row = parent[row]
            return row

        for a, b in pairs:
            parent[find(a)] = find(b)
        wanted = [pair for pair in truth if pair["j"] >= 0.8]
        found = sum(find(pair["a"]) == find(pair["b"]) for pair in wanted)
        texts = texts or {row["id"]: row["text"] for row in read(path)}
        good = 0
        for a, b in pairs:
            first, second = shingles(texts[a]), shingles(texts[b])
            good += len(first & second) >= 0.7 * len(first | second)
        print(
            f"{engine.__name__:12} {megabytes / spent:9.1f} {found / len(wanted):14.4f} "
            f"{good / max(1, len(pairs)):13.4f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
