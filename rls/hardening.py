"""Functions of the server that see hidden values before the policies do, because they are marked leakproof.

PostgreSQL runs a condition of a person's own before a policy, and looks at
statistics and indexes for it, where every function in it is leakproof: EXPLAIN
and the clock then tell what hidden rows hold.  A superuser may take the mark
away.  What had it is remembered in ``rls.hardened``: an upgrade of the server,
or a dump restored elsewhere, brings it back unasked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from rls.errors import RowlockError
from rls.installed import installed
from rls.leakproof import has_operators
from rls.resources import sql_text
from rls.state.catalog import managed_tables
from rls.state.reading import names_of, rows_of
from rls.state.superuser import run

WHOSE = "functions of the server"

PLAN_ANEW = "select rls.invalidate_plans()"
"""The server does not plan anew what was planned with functions of its own."""


@dataclass(frozen=True)
class Comparison:
    """A function of the server that takes values of columns under rights.

    ``types`` are those of its arguments that such columns hold.
    ``was_leakproof``: somebody hardened it.
    """

    name: str
    types: tuple[str, ...]
    is_leakproof: bool
    was_leakproof: bool


@dataclass(frozen=True)
class Hardening:
    """How hardened a server's database is."""

    comparisons: tuple[Comparison, ...]

    @property
    def open(self) -> tuple[Comparison, ...]:
        """Those that run before the policies."""
        return tuple(each for each in self.comparisons if each.is_leakproof)

    @property
    def hardened(self) -> tuple[Comparison, ...]:
        """Those that somebody hardened, in force or not."""
        return tuple(each for each in self.comparisons if each.was_leakproof)

    @property
    def is_half(self) -> bool:
        """Whether it was hardened, and something is open."""
        return bool(self.hardened and self.open)


def read_hardening(connection: Connection[Any], *, keys: bool = False) -> Hardening:
    """Return how hardened the database is.

    :param connection: to a database Rowlock is installed in.
    :param keys: whether keys and references count; they do where they were hardened before.
    """
    values = {**names_of(managed_tables(connection)), "keys": keys}
    rows = rows_of(connection, sql_text("hardening/functions.sql"), values)
    return Hardening(
        tuple(Comparison(row["name"], tuple(row["types"]), row["is_leakproof"], row["was_leakproof"]) for row in rows)
    )


def harden(connection: Connection[Any], found: Hardening) -> None:
    """Let nothing that is open run before the policies any more, in one transaction.

    :raises RowlockError: no table is under rights, there are leakproof operators, or who asks is no superuser.
    """
    if not managed_tables(connection):
        raise RowlockError("no table is under rights: apply a definition first")
    if has_operators(connection, installed(connection)):
        raise RowlockError("there are leakproof operators, which do what hardening prevents: rowlock leakproof --undo")
    run(connection, hardening_script(found), WHOSE)


def soften(connection: Connection[Any], found: Hardening) -> None:
    """Give back what hardening took, in one transaction.

    :raises RowlockError: who asks is no superuser.
    """
    run(connection, softening_script(found), WHOSE)


def hardening_script(found: Hardening) -> list[str]:
    """Return the statements that harden what is open."""
    if not found.open:
        return []
    return [
        *(f"alter function {each.name} not leakproof" for each in found.open),
        f"insert into rls.hardened (function) values\n  {_listed(found.open)}\non conflict do nothing",
        PLAN_ANEW,
    ]


def softening_script(found: Hardening) -> list[str]:
    """Return the statements that give back what hardening took."""
    if not found.hardened:
        return []
    return [
        *(f"alter function {each.name} leakproof" for each in found.hardened if not each.is_leakproof),
        "delete from rls.hardened",
        PLAN_ANEW,
    ]


def _listed(comparisons: Iterable[Comparison]) -> str:
    return ",\n  ".join(sql.SQL("({})").format(each.name).as_string(None) for each in comparisons)
