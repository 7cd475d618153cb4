"""Whom a transaction runs as."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, sql

SET_OPTION = 160_000
"""From this version on a member may only SET ROLE where the membership says so, and people never may."""


def become(role: str | None) -> sql.Composed:
    """Return the statement that makes the rest of the transaction run as *role*; None: as who is logged in."""
    return sql.SQL("set local role {}").format(sql.SQL("none") if role is None else sql.Identifier(role))


@contextmanager
def acting_as(connection: Connection[Any], role: str) -> Iterator[None]:
    """Do what is inside as *role*, all of it or nothing: in a transaction, or in a savepoint of the one there is."""
    with connection.transaction():
        connection.execute(become(role))
        yield
        connection.execute("reset role")
