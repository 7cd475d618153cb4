"""Calls of the helper functions in schema ``rls``."""

from __future__ import annotations

from functools import cache

from psycopg import sql

from rls.names import RIGHTS_SCHEMA


def called(function: str, *values: sql.Composable) -> sql.Composable:
    """Return a call of a helper."""
    return sql.SQL("{}({})").format(sql.Identifier(RIGHTS_SCHEMA, function), sql.SQL(", ").join(values))


@cache
def asked(function: str, *words: str) -> sql.Composable:
    """Return a sub-select that calls a helper once a statement."""
    return sql.SQL("(select {})").format(called(function, *map(sql.Literal, words)))
