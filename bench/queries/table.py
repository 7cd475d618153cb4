"""The figures as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table

from bench.queries.contenders import HAND
from bench.queries.reasons import LEGEND
from bench.queries.state import Measured, Place
from bench.queries.targets import LONG, MISSED, WORTH, Spread

Cells = Mapping[Place, Measured]

TIMES = "\N{MULTIPLICATION SIGN}"

OFTEN, ROUGHLY = 2, 10
"""From so many times as long on, the ratio says more than the milliseconds; and more digits say nothing."""


def against_hand(cells: Cells, form: str, workers: int, clock: str) -> Table:
    """Return queries by people: times as long as by hand, or milliseconds more where that is short."""
    chosen = [cell for place, cell in cells.items() if (place.form, place.workers) == (form, workers)]
    people = list(dict.fromkeys(cell.place.person for cell in chosen))
    suffix = f", {workers} parallel workers" if workers else ""
    table = _table(f"Rowlock against the best WHERE by hand: {form}{suffix}", "query", *people)
    for query in dict.fromkeys(cell.place.query for cell in chosen):
        found = (cells.get(Place(person, query, form, workers)) for person in people)
        table.add_row(query, *(_compared(cell, clock) if cell else "" for cell in found))
    return table


def against_others(cells: Cells, person: str, clock: str) -> Table:
    """Return queries by contenders for one person: milliseconds by hand, and how many times as long the others take."""
    chosen = [
        cell for place, cell in cells.items() if (place.person, place.form, place.workers) == (person, "simple", 0)
    ]
    names = list(dict.fromkeys(name for cell in chosen for name in cell.runs))
    table = _table(f"{person}: times as long as by hand", "query", "by hand, ms", *names[1:])
    for cell in chosen:
        base = cell.spread(HAND.name, clock)
        if base:
            table.add_row(cell.place.query, f"{base.median:.2f}", *(_times(cell, name, clock) for name in names[1:]))
    return table


def missed(cells: Cells, clock: str) -> Table:
    """Return the cells that miss their target or whose plan is none they may have, the worst first."""
    table = _table("Targets missed", "who", "query", "sent", "by hand, ms", "Rowlock, ms", "times", "", "plan")
    found = []
    for place, cell in cells.items():
        base, own = cell.both(clock)
        if cell.verdict(clock) == MISSED or cell.objections:
            found.append((own.median / base.median, place, base, own, cell))
    for times, place, base, own, cell in sorted(found, key=lambda each: -each[0]):
        sent = place.form + (f", {place.workers} workers" if place.workers else "")
        spreads = [_quartiles(each) for each in (base, own)]
        objections = "; ".join(cell.objections)
        table.add_row(place.person, place.query, sent, *spreads, f"{times:.2f}", _marked(cell, clock), objections)
    return table


def summary(cells: Cells, clock: str) -> str:
    """Return how many cells meet their target."""
    marks = [cell.verdict(clock) for cell in cells.values()]
    plans = sum(bool(cell.objections) for cell in cells.values())
    return (
        f"{len(marks)} cells: {marks.count('✓')} meet their target, {marks.count('~')} miss it by less than the runs"
        f" differ, {marks.count(MISSED)} miss it; {plans} have a plan they should not have"
    )


def legend(cells: Cells, clock: str) -> str:
    """Return what the letters beside missed targets mean, and how many have none."""
    missed = [cell for cell in cells.values() if cell.verdict(clock) == MISSED]
    counts = Counter(letter for cell in missed for letter in cell.why(clock) or [""])
    said = {**LEGEND, "": "no reason found"}
    return "\n".join(f"{MISSED}{letter}, {counts[letter]} of them: {said[letter]}" for letter in said if counts[letter])


def as_json(cells: Cells, clock: str) -> Iterator[dict[str, Any]]:
    """Yield each cell with everybody's quartiles in milliseconds, null where a contender was cancelled."""
    for place, cell in cells.items():
        spreads = {name: cell.spread(name, clock) for name in cell.runs}
        yield {
            **vars(place),
            "milliseconds": {
                name: [each.low, each.median, each.high] if each else None for name, each in spreads.items()
            },
            "target": cell.verdict(clock),
            "reasons": cell.why(clock),
            "plan": cell.objections,
        }


def _table(title: str, *columns: str) -> Table:
    first, *others = columns
    table = Table(title=title, title_justify="left", box=box.MARKDOWN)
    table.add_column(first)
    for column in others:
        table.add_column(column, justify="right")
    return table


def _compared(cell: Measured, clock: str) -> str:
    base, own = cell.both(clock)
    times = own.median / base.median
    long = base.median > LONG or (own.median > WORTH and times > OFTEN)
    difference = f"{times:.2f} {TIMES}" if long else f"{own.median - base.median:+.2f}"
    marks: Sequence[str] = [_marked(cell, clock).replace("✓", ""), "!" if cell.objections else ""]
    return " ".join(filter(None, (difference, *marks)))


def _marked(cell: Measured, clock: str) -> str:
    """Return whether the target is met, and the letters of the reasons why not."""
    return cell.verdict(clock) + "".join(cell.why(clock))


def _times(cell: Measured, name: str, clock: str) -> str:
    if name not in cell.runs:
        return ""
    times, cancelled = cell.times(name, HAND.name, clock)
    text = f"{times:.2f}" if times < ROUGHLY else f"{times:,.0f}"
    return f"> {text}" if cancelled else text


def _quartiles(spread: Spread) -> str:
    return f"{spread.median:.2f} ({spread.low:.2f} … {spread.high:.2f})"
