"""A person's session on psycopg's connections and pools, with await.  Step by step as in rls.sessions.synchronous."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
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
from rls.sessions.guard import AsyncGuard
from rls.sessions.statements import BECOME, OWN_RIGHTS, check_answers, check_name, explained, known

if TYPE_CHECKING:
    from typing import LiteralString

    from psycopg_pool import AsyncConnectionPool


@asynccontextmanager
async def from_pool(pool: AsyncConnectionPool[Any], login: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """Give a connection of the pool that is the person's for the block."""
    check_name(login)
    async with pool.connection() as connection, on_connection(connection, login) as guarded:
        yield guarded


@asynccontextmanager
async def on_connection(
    connection: psycopg.AsyncConnection[Any], login: str
) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """Give the connection itself for the block, as the person's."""
    check_name(login)
    check_idle(connection, login)
    before, autocommit = defaults(connection), connection.autocommit
    guard = AsyncGuard(connection, login)
    try:
        await connection.set_autocommit(True)
        await begin(connection, login, whole=True)
        yield cast("psycopg.AsyncConnection[Any]", guard)
        await guard.revoke()
        check_usable(connection, login)
        await _end(connection, COMMIT)
    except BaseException as error:
        await guard.revoke()
        await _released(connection, error)
        raise
    finally:
        for name, value in before.items():
            setattr(connection, name, value)
        if not connection.closed:
            await connection.set_autocommit(autocommit)


async def begin(connection: psycopg.AsyncConnection[Any], login: str, *, whole: bool = False) -> None:
    """Become the person in a transaction.

    :param whole: begin it, too, all in one round trip where libpq can; the
        connection is in autocommit then, since psycopg's own BEGIN waits for
        the server once more.
    :raises NotAPersonError: no active person has the login.
    :raises PoolLoginError: the connection's login has rights of its own, or may not become the person.
    """
    rights = None
    try:
        async with connection.pipeline() if whole and psycopg.AsyncPipeline.is_supported() else nullcontext():
            if whole:
                await _cursor(connection).execute(begin_statement(connection))
            if connection not in known:
                rights = await _cursor(connection).execute(OWN_RIGHTS)
            became = await _cursor(connection).execute(BECOME, {"login": login}, prepare=True)
    except (psycopg.Error, UnicodeEncodeError) as error:
        found = explained(error, login)
        raise found from (None if found is not error else error.__cause__)
    check_answers(login, await became.fetchone(), None if rights is None else await rights.fetchone())
    known.add(connection)


def _cursor(connection: psycopg.AsyncConnection[Any]) -> psycopg.AsyncCursor[tuple[Any, ...]]:
    """Return a plain cursor: the connection's own factory may bind parameters another way."""
    return psycopg.AsyncCursor(connection, row_factory=tuple_row)


async def _end(connection: psycopg.AsyncConnection[Any], last: LiteralString) -> None:
    await _cursor(connection).execute(last, prepare=False)


async def _released(connection: psycopg.AsyncConnection[Any], reason: BaseException) -> None:
    """Give up completely, however often the task is cancelled meanwhile: anyio cancels every await of a scope."""
    task = asyncio.ensure_future(_give_up(connection, reason))
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled


async def _give_up(connection: psycopg.AsyncConnection[Any], reason: BaseException) -> None:
    """Roll back; close what cannot be rolled back.  What failed first is what the application hears of."""
    try:
        if not is_usable(connection):
            await _interrupt(connection)
        if is_usable(connection):
            await _end(connection, ROLLBACK)
        else:
            abandon(connection, reason)
    except BaseException as error:  # noqa: BLE001  also a second Ctrl-C: nothing may keep the connection open
        abandon(connection, error)


async def _interrupt(connection: psycopg.AsyncConnection[Any]) -> None:
    """Stop what another task still does in the session."""
    await connection.cancel_safe(timeout=PATIENCE)
    with suppress(TimeoutError):
        await asyncio.wait_for(connection.lock.acquire(), PATIENCE)
        connection.lock.release()
