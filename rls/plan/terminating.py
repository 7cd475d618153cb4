"""Transactions that do not obey new rights yet: who has them open, and ending them.

A statement that begins after the switch obeys it, with three exceptions: a
statement that is running, a snapshot that is kept (REPEATABLE READ,
SERIALIZABLE, an open cursor), and, inside an open transaction, a statement that
is repeated and needs no lock the transaction does not hold, since PostgreSQL
reads what others invalidated when it takes one (AcceptInvalidationMessages).
All of them end with their transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import Connection, errors
from psycopg.rows import class_row

from rls.acting import SET_OPTION
from rls.errors import RowlockError
from rls.names import Installation
from rls.resources import template

MAY = """
select
  rolsuper or pg_catalog.pg_has_role('pg_read_all_stats', 'usage'),
  rolsuper or pg_catalog.pg_has_role('pg_signal_backend', 'usage')
from pg_catalog.pg_roles
where rolname = current_user
"""

HELD = """
select person.rolname::text, role.database_role::text
from rls.reach
join pg_catalog.pg_roles as person on person.rolname = reach.login
cross join rls.role
join pg_catalog.pg_roles as held on held.rolname = role.database_role
where pg_catalog.pg_has_role(person.oid, held.oid, 'member')
"""

KINDS = {
    "active": "a statement is running",
    "snapshot": "keeps a snapshot or a cursor",
    "open": "idle in transaction",
    "session": "may have said SET ROLE to a role that was taken away",
}
"""What sql/state/open_transactions.sql calls a session → what is said of it."""

Held = frozenset[tuple[str, str]]
"""Logins with the database roles they could become."""


@dataclass(frozen=True)
class Open:
    """A session that goes on under rights from before: its login, since when, why, and whether it was ended."""

    pid: int
    login: str
    since: datetime
    kind: str
    ended: bool = False

    def __str__(self) -> str:
        return f"{self.login} since {self.since:%Y-%m-%d %H:%M:%S}: {KINDS[self.kind]} (process {self.pid})"


def may_see(connection: Connection[Any]) -> bool:
    """Return whether who is logged in sees other people's transactions."""
    return _may(connection)[0]


def refuse_to_end(connection: Connection[Any]) -> None:
    """Return nothing where who is logged in may see and end other people's sessions.

    :raises RowlockError: they may not.
    """
    if not all(_may(connection)):
        who = connection.info.user
        raise RowlockError(
            f"{who} may not end other people's sessions: connect as a superuser, or"
            f' `grant pg_signal_backend, pg_read_all_stats to "{who}"`; nothing was changed'
        )


def held(connection: Connection[Any]) -> Held:
    """Return who could become which role of ours; empty from PostgreSQL 16 on, where nobody can.

    Up to 15 a session that said SET ROLE to a role keeps it, and level ``all``
    with it, when the membership goes.
    """
    if connection.info.server_version >= SET_OPTION:
        return frozenset()
    return frozenset((login, role) for login, role in connection.execute(HELD))


def find(
    connection: Connection[Any],
    installation: Installation,
    before: datetime,
    *,
    losers: Collection[str] = (),
    ending: bool = False,
) -> list[Open]:
    """Return people's and pools' transactions in this database that began before a moment, the oldest first.

    Never those of superusers, of whoever is logged in, of replication.

    :param losers: logins whose sessions count even outside a transaction.
    :param ending: end the sessions, and wait for each up to five seconds.
    :raises RowlockError: one may not be ended.
    """
    privilege = "set" if connection.info.server_version >= SET_OPTION else "member"
    query = template("state/open_transactions.sql", organisation=installation.organisation)
    values = {"before": before, "losers": list(losers), "ending": ending, "privilege": privilege}
    try:
        with connection.cursor(row_factory=class_row(Open)) as cursor:
            return cursor.execute(query, values).fetchall()
    except errors.InsufficientPrivilege as error:
        raise RowlockError(f"{error.diag.message_primary}: connect as a superuser") from error


def clock(connection: Connection[Any]) -> datetime:
    """Return the server's time."""
    return _time(connection, "select pg_catalog.clock_timestamp()")


def last_switch(connection: Connection[Any]) -> datetime:
    """Return when an apply changed rights last; the server's time where none did."""
    return _time(connection, "select coalesce(max(applied_at), pg_catalog.clock_timestamp()) from rls.history")


def _time(connection: Connection[Any], query: LiteralString) -> datetime:
    row = connection.execute(query).fetchone()
    assert row is not None, "an aggregate has a row"
    found: datetime = row[0]
    return found


def _may(connection: Connection[Any]) -> tuple[bool, bool]:
    row = connection.execute(MAY).fetchone()
    return (bool(row[0]), bool(row[1])) if row else (False, False)
