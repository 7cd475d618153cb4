"""Read from tables people work with: briefly, for a limited time, and all rows or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, Error, errors, sql

from rls.acting import become
from rls.names import Installation
from rls.state.catalog import pin


@dataclass(frozen=True)
class Limits:
    """What counting may cost: rows read of a table, beyond which a sample does; seconds of a query and for a lock."""

    sample_above: int = 1_000_000
    seconds: float = 10.0
    lock_seconds: float = 2.0


@contextmanager
def reading(connection: Connection[Any], limits: Limits, installation: Installation | None = None) -> Iterator[None]:
    """Make a transaction that can only read and is rolled back; fails where row security would hide a row.

    :param installation: read the organisation, as the owner of schema ``rls``, for whom no row is hidden.
    """
    with connection.transaction(force_rollback=True):
        pin(connection)
        connection.execute("set local transaction_read_only = on")
        if installation:
            connection.execute(become(installation.rls_owner))
        connection.execute(sql.SQL("set local row_security = {}").format(sql.SQL("on" if installation else "off")))
        for name, seconds in (("statement_timeout", limits.seconds), ("lock_timeout", limits.lock_seconds)):
            connection.execute("select pg_catalog.set_config(%s, %s, true)", [name, f"{round(seconds * 1000)}ms"])
        yield


def reason(error: Error, limits: Limits) -> str:
    """Return why reading failed, and what to do."""
    if isinstance(error, errors.InsufficientPrivilege):
        return f"{error.diag.message_primary}; a superuser or a login with BYPASSRLS can count"
    if isinstance(error, errors.QueryCanceled):
        return f"it took longer than {limits.seconds:g} s"
    if isinstance(error, errors.LockNotAvailable):
        return f"somebody kept it locked for {limits.lock_seconds:g} s"
    return error.diag.message_primary or " ".join(str(error).split())
