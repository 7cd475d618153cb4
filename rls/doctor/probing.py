"""Holes of the server itself, tried out: in a transaction that is rolled back, with roles and tables of its own."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, Error, Rollback, errors, sql
from psycopg.rows import tuple_row

from rls.resources import sql_text

PREPARED = "select from pg_catalog.pg_prepared_statements where name = 'rowlock_probe'"

MAKES_NOTHING = ("statistics_view",)
"""Probes that only read."""


@dataclass(frozen=True)
class Outcome:
    """What a probe found: whether the hole is open, or why that could not be tried."""

    is_open: bool = False
    obstacle: str = ""


def probe(connection: Connection[Any], names: Collection[str]) -> dict[str, Outcome]:
    """Try the holes called *names*, files below ``sql/doctor/probes``.

    Nothing lasts: roles, schema and tables are made under names nobody else
    uses, each in a transaction of its own that is rolled back.  Where that
    is not possible (a standby, no CREATEROLE) the outcome says so.

    :param connection: not in a transaction.
    """
    return {name: _tried(connection, name) for name in sorted(names)}


def _tried(connection: Connection[Any], name: str) -> Outcome:
    place = _place(connection)
    *before, question = sql_text(f"doctor/probes/{name}.sql").split("\n\n")
    try:
        with _nothing_lasts(connection):
            if name not in MAKES_NOTHING:
                connection.execute(sql.SQL(sql_text("doctor/probes/setup.sql")).format(**place))
            for text in before:
                connection.execute(sql.SQL(text).format(**place))
            return Outcome(_answer(connection, sql.SQL(question).format(**place)))
    except Error as error:
        return Outcome(obstacle=error.diag.message_primary or str(error))
    raise AssertionError("either of them returned")


@contextmanager
def _nothing_lasts(connection: Connection[Any]) -> Iterator[None]:
    try:
        with connection.transaction():
            yield
            raise Rollback
    finally:
        # Prepared statements are no part of a transaction.
        if connection.execute(PREPARED).rowcount:
            connection.execute("deallocate rowlock_probe")


def _answer(connection: Connection[Any], question: sql.Composed) -> bool:
    """Return whether the hole is open: the statement says so, or is not refused where it should be."""
    try:
        with connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(question, prepare=False)
            row = cursor.fetchone() if cursor.description else None
    except errors.InsufficientPrivilege:
        return False
    return row is None or bool(row[0])


def _place(connection: Connection[Any]) -> dict[str, sql.Composable]:
    stem = f"rowlock_probe_{secrets.token_hex(6)}"
    (me,) = connection.execute("select session_user::text").fetchone() or ("",)
    return {
        "schema": sql.Identifier(stem),
        "one": sql.Identifier(f"{stem}_1"),
        "one_name": sql.Literal(f"{stem}_1"),
        "two": sql.Identifier(f"{stem}_2"),
        "me": sql.Identifier(me),
    }
