"""Whom a transaction runs as."""

from __future__ import annotations

from psycopg import sql

SET_OPTION = 160_000
"""From this version on a member may only SET ROLE where the membership says so, and people never may."""


def become(role: str | None) -> sql.Composed:
    """Return the statement that makes the rest of the transaction run as *role*; None: as who is logged in."""
    return sql.SQL("set local role {}").format(sql.SQL("none") if role is None else sql.Identifier(role))
