"""Which definitions were in force, and when: kept in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from rls.definition.model import Definition
from rls.errors import PlanError, Problem, RowlockError
from rls.installed import installed, stored
from rls.plan.plan import Plan


@dataclass(frozen=True)
class Entry:
    """One definition that was put in force; times are the server's."""

    id: int
    applied_at: datetime
    applied_by: str
    digest: str
    source: str | None
    created: int
    altered: int
    dropped: int


def history(connection: Connection[Any]) -> list[Entry]:
    """Return all entries, the latest first.

    :raises RowlockError: Rowlock is not installed.
    """
    installed(connection)
    query = (
        "select id, applied_at, applied_by::text, digest, source, created, altered, dropped"
        " from rls.history order by id desc"
    )
    with connection.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(query).fetchall()


def definition_at(connection: Connection[Any], number: int) -> Definition:
    """Return the definition of one entry.

    :raises RowlockError: there is no such entry, or another version of Rowlock wrote it.
    """
    installed(connection)
    row = connection.execute("select definition from rls.history where id = %s", [number]).fetchone()
    if row is None:
        raise RowlockError(f"the history has no entry {number}: `rowlock history` lists them")
    return stored(row[0])


def refuse_older(connection: Connection[Any], plan: Plan) -> None:
    """Return nothing unless the plan's definition was in force before and has been replaced since.

    Two people deploy from two checkouts: the older file must not undo the
    newer one without anybody noticing.

    :raises PlanError: it was; with who replaced it, when.
    """
    wanted = plan.digest
    entries = history(connection)
    if not entries or entries[0].digest == wanted:
        return
    older = next((entry for entry in entries if entry.digest == wanted), None)
    if older is not None:
        latest = entries[0]
        message = (
            f"this is the definition of entry {older.id} ({older.applied_at:%Y-%m-%d %H:%M}), which "
            f"{latest.applied_by} replaced by entry {latest.id} on {latest.applied_at:%Y-%m-%d %H:%M}: "
            f"bring the file up to date, or say --force (or `rowlock rollback {older.id}`) to undo what came after"
        )
        raise PlanError([Problem("", "definitions", message)])
