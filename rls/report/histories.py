"""The history as a table for people and as data for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from rls.plan.history import Entry

SCHEMA_VERSION = 1
"""Version of the JSON; it grows when a key changes its meaning or goes."""


def history_table(entries: Sequence[Entry]) -> Table:
    """Return a row an entry, the latest first."""
    table = Table("entry", "applied", "by", "from", "created", "altered", "dropped", "digest")
    for entry in entries:
        when = f"{entry.applied_at:%Y-%m-%d %H:%M:%S %Z}"
        counts = (str(count) for count in (entry.created, entry.altered, entry.dropped))
        table.add_row(str(entry.id), when, entry.applied_by, entry.source or "", *counts, entry.digest[:12])
    return table


def history_data(entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the history for a program; times in ISO 8601."""
    rows = [{**asdict(entry), "applied_at": entry.applied_at.isoformat()} for entry in entries]
    return {"schema_version": SCHEMA_VERSION, "entries": rows}
