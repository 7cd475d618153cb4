"""Counters of budgets that are not as shipped: sequences, who may use them, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Connection

from rls.names import COUNTERS_SCHEMA, Installation, QualifiedName
from rls.resources import sql_text
from rls.state.objects import Deviation
from rls.state.reading import rows_of


def miscounting(connection: Connection[Any], installation: Installation, step: int) -> Iterator[Deviation]:
    """Yield what is not as it should be; what somebody has used in this window is begun anew where a sequence is.

    How far a sequence has come is nobody's to know: whoever may set it, a
    superuser, does so unseen.
    """
    for row in rows_of(connection, sql_text("drift/counters.sql"), {"rls_owner": installation.rls_owner}):
        sequence = QualifiedName(COUNTERS_SCHEMA, row["sequence"]) if row["sequence"] else None
        yield Deviation("counter", row["name"], row["how"], tuple(row["statements"]), sequence, step + row["step"])
