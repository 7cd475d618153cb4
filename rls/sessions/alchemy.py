"""A person's session on SQLAlchemy's engines and sessions."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import AdaptedConnection, Connection, Engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker
from sqlalchemy.pool import PoolResetState

from rls.sessions import asynchronous, synchronous
from rls.sessions.ending import check_idle
from rls.sessions.errors import MisuseError, shown
from rls.sessions.statements import BECOME, CLEAN, OWN_RIGHTS, check_answers, check_name, explained

if TYPE_CHECKING:
    # Needs greenlet, which applications without await do not have.
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

KNOWN = "rls.sessions"
"""Where a connection's ``info`` says that its login has no rights."""

_become = text(BECOME.replace("%(login)s", ":login"))


@contextmanager
def from_engine(engine: Engine, login: str) -> Iterator[Connection]:
    """Give a connection of the engine in a transaction that is the person's."""
    check_name(login)
    _keep_clean(engine)
    with engine.begin() as connection:
        _enter(connection, login)
        yield connection


@asynccontextmanager
async def from_async_engine(engine: AsyncEngine, login: str) -> AsyncIterator[AsyncConnection]:
    """Give a connection of the engine in a transaction that is the person's."""
    check_name(login)
    _keep_clean(engine.sync_engine)
    async with engine.begin() as connection:
        await connection.run_sync(_enter, login)
        yield connection


@contextmanager
def from_session(session: Session | Callable[[], Session], login: str) -> Iterator[Session]:
    """Give a session all of whose transactions are the person's; it is committed at the end, and closed."""
    session = session if isinstance(session, Session) else session()
    with _person_of(session, login), session:
        yield session
        session.commit()


@asynccontextmanager
async def from_async_session(
    session: AsyncSession | Callable[[], AsyncSession], login: str
) -> AsyncIterator[AsyncSession]:
    """Give a session all of whose transactions are the person's; it is committed at the end, and closed."""
    from sqlalchemy.ext.asyncio import AsyncSession

    session = session if isinstance(session, AsyncSession) else session()
    with _person_of(session.sync_session, login):
        async with session:
            yield session
            await session.commit()


@contextmanager
def _person_of(session: Session, login: str) -> Iterator[None]:
    """Make every transaction of the session begin as the person; afterwards, it begins none.

    :raises MisuseError: the session is in use, or was: what it holds is another person's.
    """
    check_name(login)
    if KNOWN in session.info or session.in_transaction() or session.identity_map or session.new:
        raise MisuseError(
            f"a session of {shown(login)} on an SQLAlchemy Session that is or was in use: begin with a new one"
        )
    session.info[KNOWN] = login
    over = False

    def after_begin(_: Session, transaction: SessionTransaction, connection: Connection) -> None:
        if over:
            connection.close()
            raise MisuseError(f"the session of {shown(login)} is over: use the Session inside the block")
        if not transaction.nested:
            _keep_clean(connection.engine)
            _enter(connection, login)

    event.listen(session, "after_begin", after_begin)
    try:
        yield
    finally:
        over = True


def _enter(connection: Connection, login: str) -> None:
    """Become the person in the transaction of the connection.

    :raises NotAPersonError: no active person has the login.
    :raises PoolLoginError: the engine's login has rights of its own, or may not become the person.
    :raises MisuseError: the connection commits every statement by itself, so that a role for a transaction is none.
    """
    adapted: Any = connection.connection.dbapi_connection
    driver: Any = connection.connection.driver_connection
    if getattr(adapted, "autocommit", False):
        raise MisuseError(
            f"a session of {shown(login)} in isolation level AUTOCOMMIT: a person is one for a transaction, so use an"
            " engine without it"
        )
    if isinstance(driver, psycopg.Connection):
        check_idle(driver, login)
        synchronous.begin(driver, login)
    elif isinstance(driver, psycopg.AsyncConnection) and isinstance(adapted, AdaptedConnection):
        check_idle(driver, login)
        adapted.run_async(lambda _: asynchronous.begin(driver, login))
    else:
        _ask(connection, login)


def _ask(connection: Connection, login: str) -> None:
    """Become the person with whatever driver there is."""
    rights = None if KNOWN in connection.info else connection.execute(text(OWN_RIGHTS)).fetchone()
    if rights is not None:
        check_answers(login, None, tuple(rights))
    try:
        became = connection.execute(_become, {"login": login}).fetchone()
    except (DBAPIError, UnicodeEncodeError) as error:
        found = explained(error, login)
        raise found from (None if found is not error else error.__cause__)
    check_answers(login, became and tuple(became), None)
    connection.info[KNOWN] = True


def _keep_clean(engine: Engine) -> None:
    """Have every connection cleaned that goes back to the engine's pool, from now on."""
    clean = _clean_at_once if engine.dialect.driver.startswith("psycopg") else _clean_singly
    if not event.contains(engine.pool, "reset", clean):
        event.listen(engine.pool, "reset", clean)


def _clean_at_once(connection: Any, _: object, state: PoolResetState) -> None:
    """Take back what outlives a transaction, in one message.  Where that fails, SQLAlchemy drops the connection."""
    if state.asyncio_safe and not state.terminate_only:
        connection.rollback()
        before, connection.autocommit = connection.autocommit, True
        connection.cursor().execute(CLEAN)
        connection.autocommit = before


def _clean_singly(connection: DBAPIConnection, _: object, state: PoolResetState) -> None:
    """Do the same with a driver that sends one statement at a time."""
    if state.asyncio_safe and not state.terminate_only:
        connection.rollback()
        cursor = connection.cursor()
        for statement in CLEAN.split("; "):
            cursor.execute(statement)
        cursor.close()
        connection.commit()


def opener(source: object) -> Callable[[Any, str], Any] | None:
    """Return what opens sessions on *source*, if that is SQLAlchemy's."""
    if isinstance(source, Engine):
        return from_engine
    if isinstance(source, Session | sessionmaker):
        return from_session
    return _async_opener(source) if "sqlalchemy.ext.asyncio" in sys.modules else None


def _async_opener(source: object) -> Callable[[Any, str], Any] | None:
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

    if isinstance(source, AsyncEngine):
        return from_async_engine
    return from_async_session if isinstance(source, AsyncSession | async_sessionmaker) else None
