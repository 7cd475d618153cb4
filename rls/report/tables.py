"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.table import Table


def cell(value: object) -> str:
    """Return *value* as a table shows it: yes and no, lists parted by ``;``, nothing for None."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


def table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Table:
    """Return a table of *columns*, each also the key of its values in the rows."""
    drawn = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        drawn.add_row(*(cell(row[column]) for column in columns))
    return drawn
