"""What was loaded and read in bulk: kept in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from rls.plan.plan import installed


@dataclass(frozen=True)
class Entry:
    """So many rows, at once; ``done_by`` had logged in, ``login`` is under whose rights."""

    id: int
    at: datetime
    done_by: str
    login: str
    entity: str
    kind: str
    rows: int
    what: str


def bulk_log(connection: Connection[Any]) -> list[Entry]:
    """Return all entries, the latest first.

    :raises RowlockError: Rowlock is not installed.
    """
    installed(connection)
    query = "select id, at, done_by::text, login::text, entity, kind, rows, what from rls.bulk_log order by id desc"
    with connection.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(query).fetchall()
