"""The matrix as a table for people and as data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.table import Table

from rls.definition.matrix import Row
from rls.definition.model import OPERATIONS, Level

SCHEMA_VERSION = 2
"""Version of the JSON; it grows when a key changes its meaning or goes."""


def matrix_tables(
    rows: Iterable[Row], follows: dict[str, tuple[str, ...]], unfiltered: Mapping[str, Sequence[str]]
) -> list[Table | str]:
    """Return a table for each role, entities and groups of fields down, operations across.

    Then what has no rights of its own, and who reads what by views without policies.
    """
    tables: list[Table | str] = []
    for role, of_role in groupby(rows, key=lambda row: row.role):
        table = Table("entity", *OPERATIONS, title=role, title_justify="left", title_style="bold")
        for what, cells in groupby(of_role, key=lambda row: row.what):
            by_operation = {row.operation: row for row in cells}
            table.add_row(what, *(_cell(by_operation.get(operation)) for operation in OPERATIONS))
        tables.append(table)
    notes = [f"{child} follows {', '.join(parents)}" for child, parents in sorted(follows.items())]
    notes += [f"{role} reads {', '.join(views)} without policies" for role, views in unfiltered.items() if views]
    return [*tables, *notes]


def matrix_data(rows: Sequence[Row], unfiltered: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the matrix for a program."""
    return {
        "schema_version": SCHEMA_VERSION,
        "unfiltered": {role: list(views) for role, views in unfiltered.items()},
        "rows": [
            {
                "role": row.role,
                "entity": row.entity,
                "fields": row.fields,
                "operation": row.operation,
                "level": row.level.name,
                "overrides": [
                    {"pipeline": one.pipeline, "stage": one.stage, "level": one.level.name} for one in row.overrides
                ],
            }
            for row in rows
        ],
    }


def _cell(row: Row | None) -> str:
    if row is None:
        return ""
    level = "-" if row.level is Level.none else row.level.name
    return "\n".join([level, *(f"{one.place}: {one.level.name}" for one in row.overrides)])
