#!/usr/bin/env python3
"""Near-duplicate engines side by side on one corpus of planted pairs.

usage: dedup_peers.py CORPUS_FOLDER DATAGEN_BINARY [ENGINE…]

CORPUS_FOLDER holds corpus.jsonl ({"id", "text"}, ids are line numbers from 0) and truth.jsonl ({"a", "b", "j"}:
planted pairs with their real Jaccard similarity). Needs: pip install datasketch rensa text-dedup
"datatrove[processing]" spacy pyarrow. Word 5-grams, 14 bands of 8 rows for the peers (112 permutations); datagen
derives its own bands from the threshold 0.8. Without names all engines run, one after another.

For each engine: MB of text per CPU-second of all threads (user and system, children too), recall of the
planted pairs at J >= 0.8 (both rows in one cluster), and the share of its direct pairs at J >= 0.7.
datagen's time is that of the whole command, which also writes the rows that stay as Parquet; text-dedup's too, which
writes them as Arrow; datatrove's that of signatures, buckets and clusters, without writing a row.
"""
import json, os, pickle, re, resource, struct, subprocess, sys, tempfile

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


def text_dedup(path):
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "text_dedup.minhash", "--path", "json", "--data_files", path, "--split", "train"]
        command += ["--cache_dir", f"{folder}/cache", "--output", f"{folder}/out", "--column", "text", "--debug"]
        command += ["--ngram", "5", "--min_length", "1", "--num_perm", str(BANDS * ROWS), "--num_proc", "1"]
        command += ["--b", str(BANDS), "--r", str(ROWS), "--hash_func", "xxh3", "--hash_bits", "32"]
        environment = dict(os.environ, HF_HUB_OFFLINE="1", HF_DATASETS_CACHE=f"{folder}/cache")
        subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment)
        with open(f"{folder}/out/uf.pkl", "rb") as file:
            clusters = pickle.load(file)
        return [(clusters.find(row), row) for row in list(clusters.parent) if clusters.find(row) != row]


def datatrove(path):
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.utils.hashing import HashConfig
    from datatrove.utils.logging import logger

    logger.remove()
    config = MinhashConfig(
        n_grams=5, num_buckets=BANDS, hashes_per_bucket=ROWS, hash_config=HashConfig(precision=64)
    )
    with tempfile.TemporaryDirectory() as folder:
        steps = [
            ([JsonlReader(os.path.dirname(path), glob_pattern=os.path.basename(path)),
              MinhashDedupSignature(f"{folder}/signatures", config=config)], 1),
            ([MinhashDedupBuckets(f"{folder}/signatures", f"{folder}/buckets", config=config)], BANDS),
            ([MinhashDedupCluster(f"{folder}/buckets", f"{folder}/clusters", config=config)], 1),
        ]
        for number, (step, tasks) in enumerate(steps):
            LocalPipelineExecutor(step, tasks=tasks, workers=1, logging_dir=f"{folder}/logs{number}").run()
        pairs = []
        for name in os.listdir(f"{folder}/buckets"):
            with open(f"{folder}/buckets/{name}", "rb") as file:
                pairs += [(pair[1], pair[3]) for pair in struct.iter_unpack("<4I", file.read())]
        return sorted(set(pairs))


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
    engines = (datagen, rensa, datasketch, text_dedup, datatrove)
    for engine in [engine for engine in engines if engine.__name__ in (sys.argv[3:] or [e.__name__ for e in engines])]:
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
