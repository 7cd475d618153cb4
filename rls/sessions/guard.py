"""A connection on loan: it answers until its session is over, then never again.

Connections go back to the pool and on to the next person.  Whoever kept one (a
response that is still streaming, a task nobody waited for) would go on in the
next person's name; so what a session gives is not the connection but a
guard before it, and the cursors made through it are closed with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from inspect import ismethod
from typing import Any
from weakref import WeakSet

import psycopg

from rls.sessions.errors import MisuseError, shown
from rls.sessions.lent import lent

FORBIDDEN = frozenset({"commit", "rollback", "close", "set_autocommit"})
"""Methods that would end the transaction, and the person with it."""

OWN = frozenset({"_loaned", "_login", "_cursors"})


class Guard:
    """Everything psycopg's connection has, as long as the session lasts."""

    _loaned: Any
    _login: str
    _cursors: WeakSet[Any]

    def __init__(self, connection: Any, login: str) -> None:
        self._loaned = connection
        self._login = login
        self._cursors = WeakSet()
        connection.server_cursor_factory = lent(connection.server_cursor_factory)

    @property  # type: ignore[misc]
    def __class__(self) -> type[Any]:
        # psycopg itself asks isinstance(…, Connection).
        return type(self._connection())

    def __getattr__(self, name: str) -> Any:
        if name in FORBIDDEN:
            raise MisuseError(
                f"{name} inside the session of {shown(self._login)}: leave the block to commit, raise to roll back"
            )
        value = getattr(self._connection(), name)
        return partial(self._call, name) if ismethod(value) else value

    def _call(self, name: str, *arguments: Any, **options: Any) -> Any:
        """Call a method of the connection, if the session still lasts when it is called."""
        return getattr(self._connection(), name)(*arguments, **options)

    def __setattr__(self, name: str, value: object) -> None:
        if name in OWN:
            object.__setattr__(self, name, value)
        elif name == "autocommit":
            self.__getattr__("set_autocommit")
        else:
            setattr(self._connection(), name, value)

    def __repr__(self) -> str:
        return f"<session of {shown(self._login)}{' (over)' if self._loaned is None else ''}>"

    def cursor(self, *arguments: Any, **options: Any) -> Any:
        """Return a cursor that is closed at the end of the session."""
        cursor = self._connection().cursor(*arguments, **options)
        self._cursors.add(cursor)
        return cursor

    def _connection(self) -> Any:
        if self._loaned is None:
            raise MisuseError(
                f"the session of {shown(self._login)} is over: its connection may be somebody else's by now;"
                " use it inside the block"
            )
        return self._loaned

    def _revoked(self) -> Iterator[Any]:
        """End the loan and yield the cursors that are to be closed."""
        self._loaned = None
        yield from list(self._cursors)


class SyncGuard(Guard):
    """Before a :class:`psycopg.Connection`."""

    def execute(self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool = False) -> Any:
        """Run a query as :meth:`psycopg.Connection.execute` does."""
        return self.cursor(binary=binary).execute(query, params, prepare=prepare)

    def revoke(self) -> None:
        """End the loan.  Closes no cursor on the server: the transaction's end does."""
        for cursor in self._revoked():
            psycopg.Cursor.close(cursor)


class AsyncGuard(Guard):
    """Before a :class:`psycopg.AsyncConnection`."""

    async def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool = False
    ) -> Any:
        """Run a query as :meth:`psycopg.AsyncConnection.execute` does."""
        return await self.cursor(binary=binary).execute(query, params, prepare=prepare)

    async def revoke(self) -> None:
        """End the loan, without waiting for anything."""
        for cursor in self._revoked():
            await psycopg.AsyncCursor.close(cursor)
