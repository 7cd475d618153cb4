"""Findings that somebody looked at and means: kept in the database, with the reason.

A finding is accepted as it is: where what is the matter with the object
changes, it is back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from rls.drift.findings import Finding
from rls.resources import sql_text


@dataclass(frozen=True)
class Accepted:
    """A finding that is meant; the time is the server's."""

    kind: str
    object: str
    what: str
    because: str
    accepted_by: str
    accepted_at: datetime


def accepted(connection: Connection[Any]) -> list[Accepted]:
    """Return what was accepted, by kind and object."""
    with connection.cursor(row_factory=class_row(Accepted)) as cursor:
        return cursor.execute(sql_text("drift/accepted.sql")).fetchall()


def unaccepted(connection: Connection[Any], found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings nobody accepted as they are."""
    known = {(each.kind, each.object, each.what) for each in accepted(connection)}
    return tuple(each for each in found if (each.kind, each.object, each.what) not in known)


def accept(connection: Connection[Any], found: Sequence[Finding], because: str) -> None:
    """Accept findings, each as it is now; the reason of one accepted before is replaced."""
    values = [{"kind": each.kind, "object": each.object, "what": each.what, "because": because} for each in found]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(sql_text("drift/accept.sql"), values)


def withdraw(connection: Connection[Any], named: str) -> int:
    """Accept a finding no longer; return how many there were.

    :param named: kind and object, as ``view crm.totals``.
    """
    return connection.execute("delete from rls.accepted where kind || ' ' || object = %s", [named]).rowcount
