"""The figures as a picture: a dot for every query of every person, how many times as long as by hand it takes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from bench.queries.contenders import HAND
from bench.queries.table import TIMES, Cells

LEFT, WIDTH, LINE = 190, 760, 34
DECADES = range(-1, 6)
COLOURS = {"all": "#7a7a7a", "own": "#1f77b4", "department": "#2ca02c", "subdepartments": "#d95f02"}


def svg(cells: Cells, levels: dict[str, str], title: str, clock: str) -> str:
    """Return an SVG picture of statements with literals.

    :param levels: person → their widest level, which gives a dot its colour.
    """
    chosen = [cell for place, cell in cells.items() if (place.form, place.workers) == ("simple", 0)]
    names = [name for name in dict.fromkeys(name for cell in chosen for name in cell.runs) if name != HAND.name]
    height = 60 + LINE * len(names) + 60
    parts = [f'<text x="10" y="22" font-size="15">{escape(title)}</text>', *_scale(len(names))]
    for position, name in enumerate(names):
        y = 70 + LINE * position
        parts.append(f'<text x="10" y="{y + 4}">{escape(name)}</text>')
        for number, cell in enumerate(chosen):
            if name not in cell.runs:
                continue
            times, cancelled = cell.times(name, HAND.name, clock)
            colour = COLOURS[levels[cell.place.person]]
            place = f'cx="{_x(times):.1f}" cy="{y + number * 7 % 19 - 9}" r="2.2"'
            look = f'fill="{colour}" fill-opacity="0.6"' if not cancelled else f'fill="none" stroke="{colour}"'
            said = f"{cell.place.person}, {cell.place.query}: {'over ' if cancelled else ''}{times:.2f}"
            parts.append(f"<circle {place} {look}><title>{escape(said)}</title></circle>")
    for position, (level, colour) in enumerate(COLOURS.items()):
        x = LEFT + 150 * position
        parts.append(f'<circle cx="{x}" cy="{height - 18}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{x + 9}" y="{height - 14}">{level}</text>')
    size = f'width="{LEFT + WIDTH + 20}" height="{height}"'
    body = "\n".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">\n{body}\n</svg>\n'


def _scale(lines: int) -> Iterator[str]:
    bottom = 60 + LINE * lines
    for decade in DECADES:
        x = _x(10.0**decade)
        colour = "#000" if decade == 0 else "#ccc"
        yield f'<line x1="{x:.1f}" y1="48" x2="{x:.1f}" y2="{bottom}" stroke="{colour}"/>'
        yield f'<text x="{x:.1f}" y="42" text-anchor="middle">{10.0**decade:g} {TIMES}</text>'


def _x(times: float) -> float:
    share = (math.log10(times) - DECADES[0]) / (DECADES[-1] - DECADES[0])
    return LEFT + WIDTH * min(max(share, 0), 1)
