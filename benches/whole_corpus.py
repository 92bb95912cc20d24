#!/usr/bin/env python3
"""The last stages at size: journal read, dedup, decontamination, format, Parquet written, beside a copy of the result.

usage: whole_corpus.py DATAGEN FOLDER [EXAMPLES,… [BYTES [BENCHMARK]]]    600000 20000 and no benchmark by default

Completions of BYTES bytes are made on the fly by a server on loopback in this process, drawn by `datagen run` through
[engine.openai] and journalled; one in fifty repeats another with a few words changed. Then `datagen run --as-is` makes
the corpus again from the journal alone, which is what is measured and must give the same bytes, and pyarrow copies the
corpus (row group by row group, the same compression) for comparison: beside it where there are four cores, else after it.
BENCHMARK is a JSONL of problems that prompts and completions are compared with. FOLDER needs room for four times the
text. Needs pyarrow. Prints one row of a Markdown table for each number of examples (corpus_cost.py draws them); times are
wall and CPU seconds of the whole command, memory is its peak resident set. What is measured runs on two cores.
"""
import asyncio, filecmp, json, multiprocessing, os, random, shutil, socket, subprocess, sys, threading, time
from pathlib import Path

SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is", "or")]
COPY = """
import sys, pathlib, pyarrow.parquet as parquet
source, target = map(pathlib.Path, sys.argv[1:])
for path in sorted(source.rglob("*.parquet")):
    file = parquet.ParquetFile(path)
    out = target / path.relative_to(source)
    out.parent.mkdir(parents=True, exist_ok=True)
    with parquet.ParquetWriter(out, file.schema_arrow, compression="zstd", compression_level=3, use_dictionary=False,
                               write_page_index=True) as writer:
        for group in range(file.num_row_groups):
            writer.write_table(file.read_row_group(group))
    # Room for the next one; what was written is counted.
    print(out.stat().st_size, flush=True)
    out.unlink()
"""


class Texts:
    """Completions by number: the same for a number whatever was asked before."""

    def __init__(self, size):
        dice = random.Random(1)
        words = ["".join(dice.choices(SYLLABLES, k=dice.choice((1, 2, 2, 3)))) for _ in range(20_000)]
        # Two words to a piece: no five words in a row come from one.
        self.pieces = [" ".join(dice.choices(words, k=2)) + dice.choice(("", "", "", ",", ".")) for _ in range(200_000)]
        self.count = size // 13

    def of(self, number):
        dice = random.Random(number)
        if number % 50 == 49:
            pieces = self.pieces_of(number - 1 - dice.randrange(40))
            pieces[dice.randrange(len(pieces))] = "and so on"
        else:
            pieces = self.pieces_of(number)
        lines = (" ".join(pieces[at : at + 40]) for at in range(0, len(pieces), 40))
        return "<think>\\n" + ".\\n\\n".join(lines) + f".\\n</think>\\n\\nThe answer is \\\\boxed{{{number + 7}}}."

    def pieces_of(self, number):
        dice = random.Random(-number)
        return dice.choices(self.pieces, k=int(self.count * dice.uniform(0.5, 1.5)))


def serve(port, size):
    texts = Texts(size)

    async def client(reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                body = json.loads(await reader.readexactly(length))
                number = int(body["messages"][-1]["content"].split("Sum ", 1)[1].split(":", 1)[0])
                text = texts.of(number)
                body = (
                    f'{{"choices":[{{"index":0,"finish_reason":"stop","message":{{"role":"assistant","content":"{text}"}}}}],'
                    f'"usage":{{"prompt_tokens":9,"completion_tokens":{len(text) // 4}}}}}'
                ).encode()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run():
        server = await asyncio.start_server(client, "127.0.0.1", port, reuse_port=True)
        await server.serve_forever()

    asyncio.run(run())


def resident(pid):
    """The most MiB that a process has held so far."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return max((int(line.split()[1]) for line in lines if line.startswith(("VmHWM:", "VmRSS:"))), default=0) / 1024


def timed(command, cores=None):
    """Wall and CPU seconds, MiB of peak memory, and what was printed."""
    begun, most = time.time(), 0
    few = ["taskset", "-c", ",".join(map(str, cores))] if cores else []
    process = subprocess.Popen([*few, *command], stdout=subprocess.PIPE, text=True)
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(process.stdout))
    reader.start()
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        most = max(most, resident(process.pid))
        time.sleep(0.05)
    reader.join()
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"failed: {command}")
    return time.time() - begun, usage.ru_utime + usage.ru_stime, max(most, usage.ru_maxrss / 1024), lines


def main():
    datagen, folder = os.path.realpath(sys.argv[1]), Path(sys.argv[2])
    sizes = [int(size) for size in (sys.argv[3] if len(sys.argv) > 3 else "600000").split(",")]
    size = int(sys.argv[4]) if len(sys.argv) > 4 else 20_000
    benchmark = os.path.realpath(sys.argv[5]) if len(sys.argv) > 5 else None
    print("| samples | journal | corpus | examples | drawn in | made in | CPU | a sample | peak memory | copied in | CPU | times the copy |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for examples in sizes:
        work = folder / f"{examples}-samples"
        shutil.rmtree(work, ignore_errors=True)
        measure(datagen, work, examples, size, benchmark)
        shutil.rmtree(work)


def measure(datagen, folder, examples, size, benchmark):
    folder.mkdir(parents=True, exist_ok=True)
    cores = sorted(os.sched_getaffinity(0))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    servers = [
        multiprocessing.Process(target=serve, args=(port, size), daemon=True) for _ in range(max(1, len(cores) // 3))
    ]
    for server in servers:
        server.start()
    with open(folder / "prompts.jsonl", "w") as prompts:
        for number in range(examples):
            problem = f"Sum {number}: what is {number} plus 7, as plain digits?"
            prompts.write(json.dumps({"id": f"p{number}", "problem": problem, "answer": str(number + 7)}) + "\n")
    pipeline = folder / "pipeline.toml"
    pipeline.write_text(
        f"""[run]
output = {json.dumps(str(folder / "run"))}
[[prompts]]
jsonl = {{ path = {json.dumps(str(folder / "prompts.jsonl"))}, problem = "problem", answer = "answer", id = "id" }}
[engine.openai]
base_url = "http://127.0.0.1:8000/v1"
model = "made-up"
[draws]
per_round = 1
max_per_prompt = 1
[[filters]]
truncated = {{}}
[[filters]]
format = {{}}
[[verifiers]]
math = {{}}
[dedup]
exact = true
"""
        + (f"[decontaminate]\nbenchmarks = [{json.dumps(benchmark)}]\ncompletions = true\n" if benchmark else "")
    )
    # The address is not part of the run: what is drawn does not depend on it.
    address = ["--set", f"engine.openai.base_url=http://127.0.0.1:{port}/v1"]
    run = [datagen, "run", str(pipeline), "--quiet", *address, "--set", "dedup.minhash.jaccard_threshold=0.8",
           "--set", "dedup.minhash.problems=1.0"]
    drawn = timed(run)
    for server in servers:
        server.terminate()
    journal = sum(path.stat().st_size for path in (folder / "run/journal").glob("*.jsonl"))
    corpus, first = folder / "run/corpus", folder / "first"
    corpus.rename(first)
    copied = []
    copy = threading.Thread(
        target=lambda: copied.extend(timed([sys.executable, "-c", COPY, str(first), str(folder / "copy")], cores[-2:]))
    )
    if len(cores) >= 4:
        copy.start()
    made = timed([*run, "--as-is"], cores[:2])
    if len(cores) < 4:
        copy.start()
    copy.join()
    assert copied, "the copy failed"
    files = sorted(path.relative_to(first) for path in first.rglob("*.parquet"))
    _, different, lacking = filecmp.cmpfiles(first, corpus, files, shallow=False)
    assert not different and not lacking, f"not the same corpus: {different} {lacking}"
    import pyarrow.parquet as parquet

    card = (corpus / "README.md").read_text()
    rows = sum(parquet.ParquetFile(path).metadata.num_rows for path in (corpus / "data").glob("*.parquet"))
    assert rows and f"{rows:,}" in card or str(rows) in card, "the card does not say how many rows there are"
    written = sum((corpus / path).stat().st_size for path in files)
    print(
        f"| {examples:,} | {journal / 1e9:.2f} GB | {written / 1e9:.2f} GB | {rows:,} | {drawn[0]:.0f} s, {drawn[1]:.0f} s CPU, "
        f"{drawn[2]:.0f} MiB | {made[0]:.1f} s | {made[1]:.1f} s | {1e6 * made[1] / examples:.0f} µs | {made[2]:.0f} MiB "
        f"| {copied[0]:.1f} s | {copied[1]:.1f} s | {made[0] / copied[0]:.2f} (CPU {made[1] / copied[1]:.2f}) |",
        flush=True,
    )
    print(f"the copy has {sum(map(int, copied[3])) / 1e9:.2f} GB", file=sys.stderr, flush=True)


main()
