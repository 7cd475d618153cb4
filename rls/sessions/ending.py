"""How a session of psycopg's begins and ends, as far as it is the same with and without await."""

from __future__ import annotations

import logging
from typing import Any

from psycopg import IsolationLevel, sql
from psycopg.pq import PipelineStatus, TransactionStatus

from rls.sessions.errors import MisuseError, shown
from rls.sessions.statements import CLEAN

logger = logging.getLogger("rls.sessions")

COMMIT = f"commit; {CLEAN}"
"""One message, one round trip, as COMMIT alone would be."""

ROLLBACK = f"rollback; {CLEAN}"

DEFAULTS = ("row_factory", "cursor_factory", "server_cursor_factory", "prepare_threshold")
"""What an application may set on a connection for its own session only."""

PATIENCE = 1.0
"""Seconds that another task or thread gets to let go of the connection, once its statement is cancelled.

Closing a connection under somebody who waits for it would free what libpq is
working with.  A half-read ``stream()`` never lets go, but nobody waits in it.
"""

BUSY = (TransactionStatus.ACTIVE, TransactionStatus.UNKNOWN)


def check_idle(connection: Any, login: object) -> None:
    """Refuse a connection on which something is going on.

    A role set in somebody else's transaction would last as long as that, and
    ROLLBACK TO an older savepoint would take it back.

    :raises MisuseError: it is in a transaction or in pipeline mode.
    """
    status = connection.pgconn.transaction_status
    if status != TransactionStatus.IDLE or connection.pgconn.pipeline_status != PipelineStatus.OFF:
        raise MisuseError(
            f"a session of {shown(login)} on a connection that is in a transaction or a pipeline already: a session is"
            " a transaction of its own"
        )


def begin_statement(connection: Any) -> sql.Composed:
    """Return what begins a transaction as the connection's attributes have it."""
    parts = [sql.SQL("begin")]
    if connection.isolation_level is not None:
        level = IsolationLevel(connection.isolation_level).name.replace("_", " ").lower()
        parts.append(sql.SQL(f"isolation level {level}"))
    for value, word in (
        (connection.read_only, ("read only", "read write")),
        (connection.deferrable, ("deferrable", "not deferrable")),
    ):
        if value is not None:
            parts.append(sql.SQL(word[0] if value else word[1]))
    return sql.SQL(" ").join(parts)


def is_usable(connection: Any) -> bool:
    """Say whether a statement can be sent that ends the transaction."""
    pgconn = connection.pgconn
    return pgconn.transaction_status not in BUSY and pgconn.pipeline_status == PipelineStatus.OFF


def check_usable(connection: Any, login: str) -> None:
    """Refuse to commit what is not finished.

    :raises MisuseError: a statement, COPY or pipeline is still running.
    """
    if not connection.closed and not is_usable(connection):
        raise MisuseError(
            f"the session of {shown(login)} ended while a statement, COPY or pipeline of it was running: nothing was"
            " committed"
        )


def defaults(connection: Any) -> dict[str, Any]:
    """Return what is put back when the session is over."""
    return {name: getattr(connection, name) for name in DEFAULTS}


def abandon(connection: Any, reason: object) -> None:
    """Close a connection that may not go to anybody else: whatever pool it came from makes a new one.

    Not ``connection.close()``, which some pools take for a return.
    """
    if not connection.closed:
        logger.warning("closing a connection that a session left unusable: %s", reason)
        connection.pgconn.finish()
