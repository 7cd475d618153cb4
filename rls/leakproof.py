"""Operators for conditions that PostgreSQL may ask, and look up in an index, before the policies.

Under row security it uses an index or statistics only for functions that are
marked leakproof (src/backend/optimizer/README, "Security-level constraints";
``statistic_proc_security_check`` in selfuncs.c).  Those that compare numbers
with decimals, look for a part of a text, a word or a key of jsonb are not, though
most of them could be.  Here are operators of the same names that are, and
operator classes for indexes, in a schema of their own: whoever has it before
``pg_catalog`` in their search path finds them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from rls.errors import InputError, Problem, RowlockError
from rls.names import Installation
from rls.resources import sql_text
from rls.state.catalog import pin
from rls.state.reading import Row, rows_of
from rls.state.superuser import run

STEPS = ("functions", "operators", "orders", "classes")
"""What is made, in this order: each rests on those before."""

WHOSE = "leakproof functions"


@dataclass(frozen=True)
class Leakproof:
    """The leakproof operators of a database.

    ``functions`` are the names of those that are there as they should be, ``missing`` the statements that make what is
    not, ``dependents`` what rests on them, such as indexes.
    """

    schema: str
    is_there: bool
    functions: tuple[str, ...]
    missing: tuple[str, ...]
    dependents: tuple[str, ...]


def has_operators(connection: Connection[Any], installation: Installation) -> bool:
    """Return whether somebody made leakproof operators, all of them or not."""
    query = "select from pg_catalog.pg_namespace where nspname = %s"
    return connection.execute(query, [installation.leakproof]).fetchone() is not None


def shipped_functions(connection: Connection[Any], installation: Installation) -> tuple[str, ...]:
    """Return the names of the leakproof functions that are there as they should be.

    :param connection: in a transaction that is pinned.
    """
    return _there(_rows(connection, "functions", installation.leakproof))


def read_leakproof(connection: Connection[Any], installation: Installation) -> Leakproof:
    """Return which leakproof operators a database has, and which it lacks."""
    schema = installation.leakproof
    with connection.transaction():
        pin(connection)
        is_there = has_operators(connection, installation)
        steps = {step: _rows(connection, step, schema) for step in STEPS}
        dependents = tuple(row["object"] for row in _rows(connection, "dependents", schema))
    missing = tuple(row["statement"] for step in STEPS for row in steps[step] if not row["here"])
    return Leakproof(schema, is_there, _there(steps["functions"]), missing, dependents)


def make(connection: Connection[Any], installation: Installation, found: Leakproof) -> None:
    """Make what is missing, in one transaction.

    :raises RowlockError: the database is hardened, or who asks is no superuser.
    """
    if connection.execute("select true from rls.hardened limit 1").fetchone():
        raise RowlockError("the database is hardened, which leakproof operators would undo: rowlock harden --undo")
    run(connection, making_script(installation, found), WHOSE)


def drop(connection: Connection[Any], found: Leakproof) -> None:
    """Drop the operators and their schema, in one transaction.

    :raises InputError: something rests on them.
    :raises RowlockError: who asks is no superuser.
    """
    if found.dependents:
        raise InputError(
            [Problem("", "", f"{each} rests on schema {found.schema}: drop it first") for each in found.dependents]
        )
    run(connection, dropping_script(found), WHOSE)


def making_script(installation: Installation, found: Leakproof) -> list[str]:
    """Return the statements that make what is missing."""
    return [*([] if found.is_there else _schema(installation)), *found.missing]


def dropping_script(found: Leakproof) -> list[str]:
    """Return the statement that drops what is there."""
    if not found.is_there:
        return []
    return [sql.SQL("drop schema {} cascade").format(sql.Identifier(found.schema)).as_string(None)]


def _schema(installation: Installation) -> list[str]:
    schema, everyone = sql.Identifier(installation.leakproof), sql.Identifier(installation.everyone)
    said = "Operators that may run before policies: rowlock leakproof"
    return [
        sql.SQL("create schema {}").format(schema).as_string(None),
        sql.SQL("comment on schema {} is {}").format(schema, said).as_string(None),
        sql.SQL("grant usage on schema {} to {}").format(schema, everyone).as_string(None),
    ]


def _there(functions: Iterable[Row]) -> tuple[str, ...]:
    return tuple(row["here"] for row in functions if row["here"])


def _rows(connection: Connection[Any], name: str, schema: str) -> list[Row]:
    query = sql_text("leakproof/common.sql") + sql_text(f"leakproof/{name}.sql")
    return rows_of(connection, query, {"schema": schema})
