"""A person's session on psycopg's connections and pools."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg.rows import tuple_row

from rls.sessions.ending import (
    COMMIT,
    PATIENCE,
    ROLLBACK,
    abandon,
    begin_statement,
    check_idle,
    check_usable,
    defaults,
    is_usable,
)
from rls.sessions.guard import SyncGuard
from rls.sessions.statements import BECOME, OWN_RIGHTS, check_answers, check_name, explained, known

if TYPE_CHECKING:
    from typing import LiteralString

    from psycopg_pool import ConnectionPool


@contextmanager
def from_pool(pool: ConnectionPool[Any], login: str) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection of the pool that is the person's for the block."""
    check_name(login)
    with pool.connection() as connection, on_connection(connection, login) as guarded:
        yield guarded


@contextmanager
def on_connection(connection: psycopg.Connection[Any], login: str) -> Iterator[psycopg.Connection[Any]]:
    """Give the connection itself for the block, as the person's."""
    check_name(login)
    check_idle(connection, login)
    before, autocommit = defaults(connection), connection.autocommit
    guard = SyncGuard(connection, login)
    try:
        connection.autocommit = True
        begin(connection, login, whole=True)
        yield cast("psycopg.Connection[Any]", guard)
        guard.revoke()
        check_usable(connection, login)
        _end(connection, COMMIT)
    except BaseException as error:
        guard.revoke()
        _give_up(connection, error)
        raise
    finally:
        for name, value in before.items():
            setattr(connection, name, value)
        if not connection.closed:
            connection.autocommit = autocommit


def begin(connection: psycopg.Connection[Any], login: str, *, whole: bool = False) -> None:
    """Become the person in a transaction.

    :param whole: begin it, too, all in one round trip where libpq can; the
        connection is in autocommit then, since psycopg's own BEGIN waits for
        the server once more.
    :raises NotAPersonError: no active person has the login.
    :raises PoolLoginError: the connection's login has rights of its own, or may not become the person.
    """
    rights = None
    try:
        with connection.pipeline() if whole and psycopg.Pipeline.is_supported() else nullcontext():
            if whole:
                _cursor(connection).execute(begin_statement(connection))
            if connection not in known:
                rights = _cursor(connection).execute(OWN_RIGHTS)
            became = _cursor(connection).execute(BECOME, {"login": login}, prepare=True)
    except (psycopg.Error, UnicodeEncodeError) as error:
        found = explained(error, login)
        raise found from (None if found is not error else error.__cause__)
    check_answers(login, became.fetchone(), None if rights is None else rights.fetchone())
    known.add(connection)


def _cursor(connection: psycopg.Connection[Any]) -> psycopg.Cursor[tuple[Any, ...]]:
    """Return a plain cursor: the connection's own factory may bind parameters another way."""
    return psycopg.Cursor(connection, row_factory=tuple_row)


def _end(connection: psycopg.Connection[Any], last: LiteralString) -> None:
    _cursor(connection).execute(last, prepare=False)


def _give_up(connection: psycopg.Connection[Any], reason: BaseException) -> None:
    """Roll back; close what cannot be rolled back.  What failed first is what the application hears of."""
    try:
        if not is_usable(connection):
            _interrupt(connection)
        if is_usable(connection):
            _end(connection, ROLLBACK)
        else:
            abandon(connection, reason)
    except BaseException as error:  # noqa: BLE001  also a second Ctrl-C: nothing may keep the connection open
        abandon(connection, error)


def _interrupt(connection: psycopg.Connection[Any]) -> None:
    """Stop what another thread still does in the session."""
    connection.cancel_safe(timeout=PATIENCE)
    if connection.lock.acquire(timeout=PATIENCE):
        connection.lock.release()
