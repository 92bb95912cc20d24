#!/usr/bin/env python3
"""The cost of a sample over their number, as a plot: reads the rows that whole_corpus.py printed, writes an SVG.

usage: corpus_cost.py ROWS.md OUT.svg

Dots are CPU microseconds a sample of `datagen run --as-is`, over samples on a logarithmic axis; crosses are those of the
pyarrow copy of the corpus that was made.
"""
import math, sys
from pathlib import Path

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 300, 64, 150, 16, 48


def rows(text):
    """(samples, µs a sample made, µs a sample copied) of each row, the fewest samples first."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 12 and cells[0].replace(",", "").isdigit():
            samples = int(cells[0].replace(",", ""))
            made, copied = (1e6 * float(cells[at].removesuffix(" s")) / samples for at in (6, 10))
            found.append((samples, made, copied))
    return sorted(found)


def main():
    points = rows(Path(sys.argv[1]).read_text())
    if not points:
        sys.exit(f"{sys.argv[1]}: no row of whole_corpus.py's table in it")
    low, high = math.log10(points[0][0]) - 0.1, math.log10(points[-1][0]) + 0.1
    top = 250 * math.ceil(max(max(point[1:]) for point in points) * 1.1 / 250)
    x = lambda samples: LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(samples) - low) / (high - low)
    y = lambda cost: TOP + (HEIGHT - TOP - BOTTOM) * (1 - cost / top)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for cost in range(0, top + 1, 250):
        out.append(f'<path d="M{LEFT} {y(cost):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 6}" y="{y(cost) + 4:.1f}" text-anchor="end">{cost:,}</text>')
    for samples, made, copied in points:
        at = x(samples)
        out.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{samples / 1000:g}k</text>')
        out.append(f'<circle cx="{at:.1f}" cy="{y(made):.1f}" r="4" fill="#1f5fa8"><title>{made:.0f} µs</title></circle>')
        out.append(f'<path d="M{at - 4:.1f} {y(copied) - 4:.1f}l8 8m0 -8l-8 8" stroke="#777" stroke-width="1.5"/>')
    for at, colour in ((1, "#1f5fa8"), (2, "#777")):
        line = " ".join(f"{x(point[0]):.1f},{y(point[at]):.1f}" for point in points)
        out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-opacity="0.5"/>')
    legend = WIDTH - RIGHT + 12
    out.append(f'<text x="{legend}" y="{y(points[-1][1]) + 4:.1f}" fill="#1f5fa8">corpus made</text>')
    out.append(f'<text x="{legend}" y="{y(points[-1][2]) + 4:.1f}" fill="#777">copied (pyarrow)</text>')
    out.append(f'<text x="{LEFT}" y="{HEIGHT - 8}">samples of 20 kB; CPU microseconds a sample</text>')
    out.append("</svg>")
    Path(sys.argv[2]).write_text("\n".join(out) + "\n")


main()
