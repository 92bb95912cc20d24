"""Counts the trigrams of letters that `letters.rs` reads: `python train.py TEXTS` writes `letters.bin`.

TEXTS is as for `../language/model/train.py`. Minus the log probability of a letter after two others in 1/16 nat, 0 for
the end of a word, marks above letters left out; English counts four times, for most chains are in it.
"""

import re
import sys
import unicodedata

import numpy as np

PLAIN = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "ı": "i", "đ": "d"})
counts = np.full((27, 27, 27), 0.02)
for language in "en de es fr it pt nl sv pl cs hu fi ro tr vi id".split():
    read, most = 0, 300_000 if language == "en" else 150_000
    with open(f"{sys.argv[1]}/{language}.txt", encoding="utf-8") as file:
        for line in file:
            line = unicodedata.normalize("NFD", line.lower().translate(PLAIN))
            line = "".join(c for c in line if unicodedata.category(c) != "Mn")
            for word in re.findall("[a-z]{2,}", line):
                letters = [0, *(ord(c) - 96 for c in word), 0]
                before = 0
                for last, letter in zip(letters, letters[1:]):
                    counts[before, last, letter] += 4 if language == "en" else 1
                    before = last
            read += len(line)
            if read > most:
                break
costs = -np.log(counts / counts.sum(2, keepdims=True))
np.clip(np.round(costs * 16), 0, 255).astype(np.uint8).tofile("letters.bin")
