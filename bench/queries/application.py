"""What an application does that decides by itself, with the rights of all: the ways of authorization libraries.

Either it asks whose rows somebody may see and hands them to the query, or it
fetches rows in order and keeps those it finds allowed.  Finding that out is
here a look into a set, which is far less than any library needs for a row.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping

from bench.queries.asking import Asking, Figures, TooSlowError
from bench.queries.people import OWNER
from bench.queries.queries import Query

CHUNK = 2000
"""How many rows are fetched at a time."""

PAGE = 50

REACHED = """
select level.level = 'all', array(select owner_id from guide.colleague where viewer_id = {person}) || {person}
from guide.person_level as level
where level.person_id = {person}
"""
"""How an application asks whose rows somebody may see."""


class Applying(Asking):
    """A session of an application that decides by itself."""

    _milliseconds = 0
    _values: Mapping[str, str] = {}

    def patience(self, milliseconds: int) -> None:
        """Cancel what takes longer."""
        super().patience(milliseconds)
        self._milliseconds = milliseconds

    def prepare(self, query: Query, values: Mapping[str, str], form: str, workers: int) -> str:
        """Remember the values; the statement depends on what is found first."""
        self._values = values
        return super().prepare(query, values, form, workers)

    def timed(self, query: Query, statement: str) -> Figures:
        """Decide and fetch once.

        :raises TooSlowError: it took longer than :meth:`patience`.
        """
        act = self._by_ids if self.contender.application == "ids" else self._by_filtering
        self.run("begin")
        try:
            passed, _ = self.measured(lambda: act(query))
        finally:
            self.run("rollback")
        return passed, None

    def _reached(self) -> bytes | None:
        """Return the owners as an array's text; None: everybody."""
        result = self.run(REACHED.format(person=self.viewer.number))
        return None if result.get_value(0, 0) == b"t" else result.get_value(0, 1)

    def _by_ids(self, query: Query) -> None:
        reached = self._reached()
        among = None if reached is None else f"= any ('{reached.decode()}')"
        self.run(query.filled(query.text(lambda table: among and f"{table}.{OWNER[table]} {among}"), self._values))

    def _by_filtering(self, query: Query) -> None:
        deadline = time.perf_counter() + self._milliseconds / 1000
        reached = self._reached()
        owners = None if reached is None else frozenset(reached.strip(b"{}").split(b","))
        wanted = PAGE + (int(self._values["offset"]) if "offset" in query.values else 0)
        found: Counter[bytes | None] = Counter()
        self.run(f"declare asked no scroll cursor for {query.filled(query.all_rows() or '', self._values)}")
        while query.raw or found.total() < wanted:
            if time.perf_counter() > deadline:
                raise TooSlowError(query.name)
            rows = self.run(f"fetch {CHUNK} from asked")
            for row in range(rows.ntuples):
                if owners is None or rows.get_value(row, 1) in owners:
                    found[rows.get_value(row, 0)] += 1
            if rows.ntuples < CHUNK:
                break
