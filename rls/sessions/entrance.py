"""The one function applications call."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar, overload

import psycopg

from rls.sessions import asynchronous, synchronous
from rls.sessions.errors import MisuseError

if TYPE_CHECKING:
    from psycopg_pool import AsyncConnectionPool, ConnectionPool
    from sqlalchemy import Connection, Engine
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker
    from sqlalchemy.orm import Session, sessionmaker

    Sync = TypeVar("Sync", bound=psycopg.Connection[Any])
    Async = TypeVar("Async", bound=psycopg.AsyncConnection[Any])
    OneSession = TypeVar("OneSession", bound=Session)
    OneAsyncSession = TypeVar("OneAsyncSession", bound=AsyncSession)


@overload
def as_person(source: ConnectionPool[Sync] | Sync, login: str) -> AbstractContextManager[Sync]: ...
@overload
def as_person(source: AsyncConnectionPool[Async] | Async, login: str) -> AbstractAsyncContextManager[Async]: ...
@overload
def as_person(source: Engine, login: str) -> AbstractContextManager[Connection]: ...
@overload
def as_person(source: AsyncEngine, login: str) -> AbstractAsyncContextManager[AsyncConnection]: ...
@overload
def as_person(source: sessionmaker[OneSession] | OneSession, login: str) -> AbstractContextManager[OneSession]: ...
@overload
def as_person(
    source: async_sessionmaker[OneAsyncSession] | OneAsyncSession, login: str
) -> AbstractAsyncContextManager[OneAsyncSession]: ...
def as_person(source: Any, login: str) -> Any:
    """Open a session of the person *login*: a transaction that is theirs, committed at the end of the block.

    ==========================================  =================================  ==============
    source                                      the block gets                     with
    ==========================================  =================================  ==============
    psycopg ``Connection``, ``ConnectionPool``  a connection                       ``with``
    ``AsyncConnection``, ``AsyncConnectionPool``  a connection                     ``async with``
    SQLAlchemy ``Engine``                       a ``Connection``                   ``with``
    ``AsyncEngine``                             an ``AsyncConnection``             ``async with``
    ``sessionmaker``, a new ``Session``         a ``Session``                      ``with``
    ``async_sessionmaker``, ``AsyncSession``    an ``AsyncSession``                ``async with``
    ==========================================  =================================  ==============

    An exception rolls back.  After the block the connection is nobody's, and
    what the block got refuses to work.

    :param source: connects as the pool's login, which has no rights and may become people.
    :param login: the person's, exactly; it may come from anybody.
    :raises NotAPersonError: no active person has the login.
    :raises PoolLoginError: the source's login has rights of its own, or may not become the person.
    :raises MisuseError: the source is in a transaction already, or nothing of the above.
    """
    return _opener(source)(source, login)


def _opener(source: object) -> Callable[[Any, str], Any]:
    if isinstance(source, psycopg.Connection):
        return synchronous.on_connection
    if isinstance(source, psycopg.AsyncConnection):
        return asynchronous.on_connection
    if "psycopg_pool" in sys.modules:
        import psycopg_pool

        if isinstance(source, psycopg_pool.ConnectionPool):
            return synchronous.from_pool
        if isinstance(source, psycopg_pool.AsyncConnectionPool):
            return asynchronous.from_pool
    if "sqlalchemy" in sys.modules:
        from rls.sessions import alchemy

        found = alchemy.opener(source)
        if found is not None:
            return found
    raise MisuseError(
        f"as_person takes a connection, pool, engine or session of psycopg or SQLAlchemy, not {type(source).__name__}"
    )
