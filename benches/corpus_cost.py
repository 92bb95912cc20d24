#!/usr/bin/env python3
"""Draws what a sample costs the last stages over their number, from measured rows.

usage: corpus_cost.py TABLES.md [CORPUS_COST.svg]        docs/performance.md docs/corpus-cost.svg

TABLES.md holds Markdown tables, among them at least one with the columns `samples` and `a sample` (µs of CPU), as
benches/whole_corpus.py prints them; other tables are passed over. Each such table is a line of the picture, named
by the Markdown heading above it where there are several. Without the second argument the picture goes to standard
output. The same rows give the same bytes. The horizontal axis is logarithmic, the vertical one begins at 0.
"""
import math, sys
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 360, 70, 20, 40, 50
COLOURS = ["#1f5fa8", "#b5502a", "#3f7d3a", "#6d4a9c"]


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def number(text):
    """The first number of a cell, e.g. 1,040 of `1,040 µs`."""
    return float(text.split()[0].replace(",", ""))


def tables(lines):
    """(heading, [(samples, µs)]) for each table with both columns."""
    heading, header, found = "", None, []
    for line in lines:
        if line.startswith("#"):
            heading = line.lstrip("#").strip()
        if not line.lstrip().startswith("|"):
            header = None
            continue
        row = cells(line)
        if header is None:
            header = row
            if {"samples", "a sample"} <= set(header):
                found.append((heading, []))
            continue
        if not {"samples", "a sample"} <= set(header) or set("".join(row)) <= set("-: "):
            continue
        if len(row) != len(header):
            sys.exit(f"this row has {len(row)} cells and its table {len(header)} columns: {line.strip()}")
        cost = row[header.index("a sample")]
        if "µs" not in cost:
            sys.exit(f"`a sample` is not in µs: {line.strip()}")
        found[-1][1].append((number(row[header.index("samples")]), number(cost)))
    return [(heading, sorted(rows)) for heading, rows in found if rows]


def draw(lines):
    most = max(cost for _, rows in lines for _, cost in rows)
    step = next(step for step in (10**power * part for power in range(9) for part in (1, 2, 5)) if most / step <= 6)
    top = step * math.ceil(most / step)
    counts = [count for _, rows in lines for count, _ in rows]
    low, high = (math.log10(min(counts)) - 0.1, math.log10(max(counts)) + 0.1)
    x = lambda count: LEFT + (math.log10(count) - low) / (high - low) * (WIDTH - LEFT - RIGHT)
    y = lambda cost: HEIGHT - BOTTOM - cost / top * (HEIGHT - TOP - BOTTOM)
    text = lambda x, y, what, more="": f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(what)}</text>'
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        text(LEFT, 22, "The last stages: CPU time of a sample, in µs, over the number of samples", 'font-size="14"'),
    ]
    for part in range(round(top / step) + 1):
        at = y(part * step)
        out.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        out.append(text(LEFT - 8, at + 4, f"{part * step:,}", 'text-anchor="end"'))
    for count in sorted(set(counts)):
        out.append(f'<path d="M{x(count):.1f} {HEIGHT - BOTTOM}v5" stroke="#555"/>')
        out.append(text(x(count), HEIGHT - BOTTOM + 20, f"{count:,.0f}", 'text-anchor="middle"'))
    out.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "samples (logarithmic)", 'text-anchor="middle"'))
    out.append(f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" fill="none" stroke="#555"/>')
    for at, (heading, rows) in enumerate(lines):
        colour = COLOURS[at % len(COLOURS)]
        path = "L".join(f"{x(count):.1f} {y(cost):.1f}" for count, cost in rows)
        out.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for count, cost in rows:
            out.append(f'<circle cx="{x(count):.1f}" cy="{y(cost):.1f}" r="4" fill="{colour}"/>')
            out.append(text(x(count), y(cost) - 10, f"{cost:,.0f}", f'text-anchor="middle" fill="{colour}"'))
        if len(lines) > 1:
            out.append(text(WIDTH - RIGHT, HEIGHT - BOTTOM - 10 - 16 * at, heading, f'text-anchor="end" fill="{colour}"'))
    return "\n".join([*out, "</svg>", ""])


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = tables(file)
    if not lines:
        sys.exit(f"{sys.argv[1]}: no table has the columns `samples` and `a sample`")
    picture = draw(lines)
    if len(sys.argv) == 3:
        with open(sys.argv[2], "w", encoding="utf-8") as file:
            file.write(picture)
    else:
        sys.stdout.write(picture)


main()
