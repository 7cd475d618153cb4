"""What a revision in ``migrations/`` may do: run shipped SQL, as one of Rowlock's database roles or another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from alembic import context, op
from psycopg import sql

from rls.acting import become
from rls.names import Installation
from rls.resources import template
from rls.shipped import placeholders


class Migration:
    """A running migration: its psycopg connection and what is being installed."""

    def __init__(self) -> None:
        connection = op.get_bind().connection.driver_connection
        assert isinstance(connection, psycopg.Connection)
        self.connection: psycopg.Connection[Any] = connection
        self.installation: Installation = context.config.attributes["installation"]

    def execute(self, statement: sql.SQL | sql.Composed) -> None:
        """Run statements without parameters."""
        self.connection.execute(statement, prepare=False)

    def run(self, path: str, **values: str | sql.Composable) -> None:
        """Run a shipped SQL file; the names of an installation are filled in."""
        self.execute(template(path, **placeholders(self.installation) | values))

    @contextmanager
    def acting_as(self, role: str) -> Iterator[None]:
        """Run statements as *role*, which then owns what they make."""
        before = self.value("select pg_catalog.current_setting('role')")
        self.execute(become(role))
        yield
        self.execute(sql.SQL("set local role {}").format(sql.Identifier(before)))

    def value(self, query: str, *parameters: object) -> Any:
        """Return the first column of the first row, or None."""
        row = self.connection.execute(query, parameters).fetchone()
        return row[0] if row else None

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return all rows."""
        return self.connection.execute(query, parameters).fetchall()

    def column(self, query: str, *parameters: object) -> list[Any]:
        """Return the first column of all rows."""
        return [row[0] for row in self.rows(query, *parameters)]
