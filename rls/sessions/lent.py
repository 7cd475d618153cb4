"""Cursors of the server that do nothing once they are closed.

psycopg's send ``CLOSE name``, or ``MOVE``, even then: from a session that is
over, in the transaction of the next person, which fails or loses a cursor of
its own by that name.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import psycopg


class Lent:
    """Put before a class of server cursors: asks whether it is closed before it says anything to the server."""

    closed: bool
    _idle: type[Any]

    def _alive(self, method: str) -> Any:
        if self.closed:
            raise psycopg.InterfaceError("the cursor is closed")
        return getattr(super(), method)

    def execute(self, *arguments: Any, **options: Any) -> Any:
        """Do what the class does, unless closed."""
        return self._alive("execute")(*arguments, **options)

    def scroll(self, *arguments: Any, **options: Any) -> Any:
        """Do what the class does, unless closed."""
        return self._alive("scroll")(*arguments, **options)

    def close(self) -> Any:
        """Close; a second time it is not the server's business."""
        return self._idle.close(self) if self.closed else super().close()  # type: ignore[misc]


class _SyncLent(Lent):
    _idle = psycopg.Cursor


class _AsyncLent(Lent):
    _idle = psycopg.AsyncCursor


@cache
def lent(factory: type[Any]) -> type[Any]:
    """Return the class of server cursors that *factory* is, made safe."""
    mixin = _AsyncLent if issubclass(factory, psycopg.AsyncCursor) else _SyncLent
    return type(factory.__name__, (mixin, factory), {"__module__": factory.__module__})
