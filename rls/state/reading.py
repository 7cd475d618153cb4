"""Rows of a catalog query, by column name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from rls.names import QualifiedName

Row = Mapping[str, Any]


def names_of(tables: Iterable[QualifiedName]) -> dict[str, list[str]]:
    """Return the parameters ``schemas`` and ``names`` of a query that is about some tables."""
    ordered = sorted(tables)
    return {"schemas": [table.schema for table in ordered], "names": [table.name for table in ordered]}


def rows_of(connection: Connection[Any], query: Any, values: Mapping[str, Any] | None = None) -> list[Row]:
    """Return all rows of a query, each by column name."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return list(cursor.execute(query, values))
