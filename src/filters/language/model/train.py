"""Trains the model of words that `identify.rs` reads: `python train.py TEXTS latin 14 3000` writes `latin.bin`.

TEXTS holds one file a language, `de.txt`, one sentence or message a line. `docs/filters.md` says which texts the
committed models were trained on; every twentieth line is held out. Needs numpy and scipy. The features and their
hashes are those of `Letters::latin` and `Letters::cyrillic` in `identify.rs`: change both or neither.
"""

import random
import sys
import unicodedata

import numpy as np
import scipy.sparse as sp

TEXTS, GROUP, BITS = sys.argv[1], sys.argv[2], int(sys.argv[3])
STEPS = int(sys.argv[4]) if len(sys.argv) > 4 else 3000
LANGUAGES = {
    "latin": "en de es fr it pt nl sv pl cs hu fi ro tr vi id".split(),
    "cyrillic": "ru uk bg".split(),
}[GROUP]
BUCKETS, MASK = 1 << BITS, 0xFFFFFFFF
LONGEST = 24
SCALE = 32  # 1/32 nat

np.random.seed(1)
random.seed(1)


def is_letter(c):
    if GROUP == "latin":
        o = ord(c)
        return "a" <= c <= "z" or (0xDF <= o <= 0x24F and c != "÷") or 0x1E00 <= o <= 0x1EFF
    return 0x400 <= ord(c) <= 0x52F


def words(line):
    """Words in lower case; an apostrophe ends its word, `l'`."""
    line = unicodedata.normalize("NFC", line).replace("’", "'").replace("İ", "i").lower().replace("i̇", "i")
    found, word = [], ""
    for c in line + " ":
        if is_letter(c):
            word += c
        elif word:
            found.append(word + "'" if c == "'" else word)
            word = ""
    return found


def mix(h):
    return ((h * 0x9E3779B1) & MASK) >> (32 - BITS)


def features(word):
    """The word, its letters beyond ASCII, its trigrams and tetragrams with its edges, hashed."""
    letters = [1, *map(ord, word[:LONGEST]), 1]
    h = 7
    for x in letters[1:-1]:
        h = ((h ^ x) * 0x01000193) & MASK
    found = [mix(h ^ 0x5BD1E995)]
    found += [mix((x + 0x2000005) & MASK) for x in letters[1:-1] if x > 127]
    for i in range(len(letters) - 2):
        three = (((letters[i] * 0x1F35) ^ letters[i + 1]) * 0x1F35 ^ letters[i + 2]) & MASK
        found.append(mix((three + 0x3000001) & MASK))
    for i in range(len(letters) - 3):
        three = ((letters[i] * 0x1F35) ^ letters[i + 1]) * 0x1F35 ^ letters[i + 2]
        found.append(mix(((three * 0x1F35 ^ letters[i + 3]) + 0x4000003) & MASK))
    return found


vocabulary, lines = {}, []
for language in LANGUAGES:
    with open(f"{TEXTS}/{language}.txt", encoding="utf-8") as file:
        runs = [[vocabulary.setdefault(w, len(vocabulary)) for w in words(line[:600])] for line in file]
    lines.append([run for run in runs if len(run) >= 2])
pairs = [(at, f) for word, at in vocabulary.items() if len(word) > 1 for f in features(word)]
rows, columns = zip(*pairs)
table = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(vocabulary), BUCKETS))
table.sum_duplicates()


def sample(count, lengths, held_out):
    """Passages of a few words in a row, with the number of their language."""
    found, ends = [], [0]
    languages = np.random.randint(len(LANGUAGES), size=count)
    for language in languages:
        length, own = random.choice(lengths), lines[language]
        while True:
            at = random.randrange(len(own))
            if (at % 20 == 0) == held_out:
                break
        start = random.randrange(max(1, len(own[at]) - length + 1))
        found += own[at][start : start + length]
        ends.append(len(found))
    passages = sp.csr_matrix((np.ones(len(found), np.float32), found, ends), shape=(count, len(vocabulary)))
    return passages @ table, languages


weights = np.zeros((BUCKETS, len(LANGUAGES)), np.float32)
first, second = np.zeros_like(weights), np.zeros_like(weights)
for step in range(1, STEPS + 1):
    x, y = sample(1024, [1, 1, 2, 2, 3, 4, 6], False)
    p = x @ weights
    p = np.exp(p - p.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    gradient = (x.T @ p) / len(y) + 1e-6 * weights
    first = 0.9 * first + 0.1 * gradient
    second = 0.999 * second + 0.001 * gradient * gradient
    rate = 0.02 * min(1, step / 100) * (0.5 * (1 + np.cos(np.pi * step / STEPS)) + 0.01)
    weights -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
weights -= weights.mean(1, keepdims=True)
whole = np.clip(np.round(weights * SCALE), -127, 127).astype(np.int8)
for length in (1, 2, 3, 6, 10):
    x, y = sample(4000, [length], True)
    print(length, "words:", (np.argmax(x @ whole.astype(np.float32), 1) == y).mean())
out = np.zeros((BUCKETS, 16 if len(LANGUAGES) == 16 else 4), np.int8)
out[:, : len(LANGUAGES)] = whole
out.tofile(f"{GROUP}.bin")
