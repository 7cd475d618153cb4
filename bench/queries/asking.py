"""A contender's session for one person, and the runs that are timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult

from bench.queries.contenders import HAND, Contender
from bench.queries.people import Viewer
from bench.queries.queries import VALUES, Query

Figures = tuple[float, float | None]
"""Milliseconds that passed, and milliseconds the server's process computed, where that is known."""


class TooSlowError(Exception):
    """The statement was cancelled after as long as it may take."""


class Asking:
    """One contender's session for one person."""

    def __init__(self, connection: psycopg.Connection, contender: Contender, viewer: Viewer) -> None:
        self.connection, self.contender, self.viewer = connection, contender, viewer
        self._clock = _clock(connection.info.backend_pid)
        login = contender.login or viewer.person.login
        connection.execute(sql.SQL("set session authorization {}").format(sql.Identifier(login)))
        connection.execute(
            "select set_config('guide.person_id', %s, false), set_config('search_path', %s, false)",
            [str(viewer.number), contender.schema],
        )
        connection.execute("set jit = off")

    def close(self) -> None:
        """End the session."""
        self.connection.close()

    def patience(self, milliseconds: int) -> None:
        """Cancel statements that take longer."""
        self.connection.execute(f"set statement_timeout = {milliseconds}".encode())

    def prepare(self, query: Query, values: Mapping[str, str], form: str, workers: int) -> str:
        """Make a query ready to be run again and again; return the statement that is run."""
        self.connection.execute(f"set max_parallel_workers_per_gather = {workers}".encode())
        self.connection.execute("deallocate all")
        text = query.text(self._condition)
        if form == "simple":
            return query.filled(text, values)
        self.connection.execute(f"set plan_cache_mode = force_{form}_plan".encode())
        types = f"({', '.join(VALUES[name][0] for name in query.values)})" if query.values else ""
        self.connection.execute(f"prepare asked {types} as {text}".encode())
        given = ", ".join(f"${position}" for position in range(1, len(query.values) + 1))
        return query.filled(f"execute asked ({given})" if given else "execute asked", values)

    def timed(self, query: Query, statement: str) -> Figures:
        """Run a prepared query once, undo what it wrote, and return what it took.

        :raises TooSlowError: it took longer than :meth:`patience`.
        """
        if not query.writes:
            return self.measured(lambda: self.run(statement))
        self.run("begin")
        try:
            return self.measured(lambda: self.run(statement))
        finally:
            self.run("rollback")

    def run(self, statement: str) -> PGresult:
        """Run a statement by libpq alone, so that Python adds as little as can be.

        :raises TooSlowError: it took longer than :meth:`patience`.
        """
        result = self.connection.pgconn.exec_(statement.encode())
        if result.status == ExecStatus.FATAL_ERROR:
            if result.error_field(DiagnosticField.SQLSTATE) == b"57014":
                raise TooSlowError(statement)
            message = result.error_message.decode().strip()
            raise RuntimeError(f"{self.contender.name}, {self.viewer.person.name}: {message}: {statement[:500]}")
        return result

    def measured(self, action: Callable[[], object]) -> Figures:
        """Do something and return what it took."""
        computed = self._computed()
        begin = time.perf_counter()
        action()
        passed = (time.perf_counter() - begin) * 1000
        after = self._computed()
        return passed, None if computed is None or after is None else after - computed

    def _computed(self) -> float | None:
        return None if self._clock is None else int(self._clock.read_text(encoding="ascii").split()[0]) / 1e6

    def _condition(self, table: str) -> str | None:
        return self.viewer.condition(table) if self.contender is HAND else None


def _clock(pid: int) -> Path | None:
    """Return where Linux says how long a server process has computed; None where the process is another machine's."""
    process = Path("/proc") / str(pid)
    try:
        is_server = (process / "comm").read_text(encoding="ascii").strip() == "postgres"
    except OSError:
        return None
    return process / "schedstat" if is_server else None
