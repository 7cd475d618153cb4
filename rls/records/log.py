"""What was loaded and read in bulk: kept in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from rls.acting import acting_as
from rls.errors import RowlockError
from rls.installed import installed
from rls.names import Installation
from rls.resources import sql_text

Kind = Literal["export", "import", "update"]

FINISHED, BROKEN_OFF = "finished", "broken off"
"""How an export ended; one whose connection was lost has no end in the log."""


@dataclass(frozen=True)
class Entry:
    """So many rows, at once; ``done_by`` had logged in, ``login`` is under whose rights.

    ``rows`` and ``ended`` are None for an export of which nobody knows how it ended.
    """

    id: int
    at: datetime
    done_by: str
    login: str
    entity: str
    kind: str
    rows: int | None
    what: str
    ended: str | None


def bulk_log(connection: Connection[Any]) -> list[Entry]:
    """Return all entries, the latest first, an export's end with its beginning.

    :raises RowlockError: Rowlock is not installed.
    """
    installed(connection)
    with connection.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(sql_text("records/log.sql")).fetchall()


@dataclass(frozen=True)
class Draft:
    """What an entry is to say; no ``login``: whoever is logged in.  ``ends``: the entry whose end it is."""

    login: str | None
    entity: str
    kind: Kind
    rows: int | None
    what: str
    ends: int | None = None


def check_may_enter(connection: Connection[Any], installation: Installation) -> None:
    """Refuse who may not write the log: what cannot be logged is not done.

    :raises RowlockError: the connected role may not.
    """
    with _entering(connection, installation):
        pass


@contextmanager
def _entering(connection: Connection[Any], installation: Installation) -> Iterator[None]:
    try:
        with acting_as(connection, installation.rls_owner):
            yield
    except psycopg.errors.InsufficientPrivilege as error:
        who = connection.info.user
        raise RowlockError(
            f"{who} may not write rls.bulk_log ({error.diag.message_primary}): "
            f'connect as a superuser, or `grant "{installation.rls_owner}" to "{who}"` first'
        ) from error


def enter(connection: Connection[Any], installation: Installation, draft: Draft) -> int:
    """Write an entry, within the transaction there is; return its number.

    :raises RowlockError: the connected role may not.
    """
    with _entering(connection, installation):
        row = connection.execute(sql_text("records/enter.sql"), asdict(draft)).fetchone()
    assert row is not None
    return int(row[0])
