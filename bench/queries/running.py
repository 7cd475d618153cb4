"""All cells of a company, those measured before aside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from bench.queries import plans
from bench.queries.application import Applying
from bench.queries.asking import Asking
from bench.queries.contenders import HAND, ROWLOCK, Contender
from bench.queries.measuring import Effort, measure
from bench.queries.people import COMPARED, Person, Viewer, viewers
from bench.queries.queries import Query, values
from bench.queries.reasons import Miss, Side
from bench.queries.state import Measured, Place, State
from bench.queries.targets import MISSED

Connect = Callable[[], psycopg.Connection]


@dataclass(frozen=True)
class Wanted:
    """What to measure: whose, which, how sent, with how many workers, beside whom, for how long.

    ``contenders`` begin with the hand-written WHERE and Rowlock.
    """

    people: tuple[Person, ...]
    queries: tuple[Query, ...]
    forms: tuple[str, ...]
    workers: tuple[int, ...]
    contenders: tuple[Contender, ...]
    effort: Effort
    clock: str
    explain: Path | None = None

    def cells(self) -> Iterator[tuple[Person, Query, Place]]:
        """Yield what there is to measure, person by person.

        Where a query has no values, a custom plan is the generic one; workers
        have no part in a page or a write.
        """
        for person in self.people:
            for query in self.queries:
                for form in self.forms:
                    if form != "custom" or query.values:
                        for workers in self.workers:
                            if not workers or (form == "simple" and not query.page and not query.writes):
                                yield person, query, Place(person.name, query.name, form, workers)


class Runner:
    """Measures cell by cell; people's sessions are open one person at a time."""

    def __init__(self, connect: Connect, wanted: Wanted, state: State) -> None:
        self._connect, self._wanted, self._state = connect, wanted, state
        with connect() as connection:
            self._viewers = viewers(connection, {person.name: person for person in wanted.people})
        self._sessions: list[Asking] = []
        self._values: dict[str, str] = {}

    def run(self, done: Callable[[Place], None]) -> None:
        """Measure what is not measured yet; *done* hears of every cell."""
        whose: Person | None = None
        try:
            for person, query, place in self._wanted.cells():
                measured = self._is_measured(query, place)
                if not measured or self._is_unexplained(self._state.cells[place]):
                    if person is not whose:
                        self._become(self._viewers[person.name])
                        whose = person
                    self._state.add(self._cell(query, place, self._state.cells[place] if measured else None))
                done(place)
        finally:
            self._close()

    def _is_measured(self, query: Query, place: Place) -> bool:
        cell, viewer = self._state.cells.get(place), self._viewers[place.person]
        asked = (each for each in self._contenders(viewer) if each.can(query, viewer, place.form))
        return cell is not None and all(contender.name in cell.runs for contender in asked)

    def _contenders(self, viewer: Viewer) -> tuple[Contender, ...]:
        return self._wanted.contenders if viewer.person.name in COMPARED else self._wanted.contenders[:2]

    def _become(self, viewer: Viewer) -> None:
        self._close()
        with self._connect() as connection:
            connection.execute("set search_path = crm")
            self._values = values(connection, viewer)
            connection.execute("vacuum crm.deal")
        for contender in self._contenders(viewer):
            kind = Applying if contender.application else Asking
            self._sessions.append(kind(self._connect(), contender, viewer))

    def _close(self) -> None:
        for session in self._sessions:
            session.close()
        self._sessions = []

    def _cell(self, query: Query, place: Place, cell: Measured | None) -> Measured:
        """Measure a cell, where it is not; say why it is missed, where it is."""
        sessions = [session for session in self._sessions if session.contender.can(query, session.viewer, place.form)]
        statements = {
            session.contender.name: session.prepare(query, self._values, place.form, place.workers)
            for session in sessions
        }
        if cell is None:
            runs, patience = measure(sessions, query, statements, self._wanted.effort)
            cell = Measured(place, patience, runs, self._objections(query, sessions, statements))
        if self._is_unexplained(cell):
            cell = replace(cell, reasons=self._reasons(query, cell, _both(sessions), statements))
        if self._wanted.explain and (cell.objections or cell.verdict(self._wanted.clock) == MISSED):
            _explain(self._wanted.explain, cell, sessions, statements, self._wanted.clock)
        return cell

    def _reasons(
        self, query: Query, cell: Measured, sessions: Sequence[Asking], statements: dict[str, str]
    ) -> list[str]:
        spreads = cell.both(self._wanted.clock)
        by_hand, rowlock = (
            Side(session, statements[session.contender.name], spread)
            for session, spread in zip(sessions, spreads, strict=True)
        )
        with self._connect() as administrator:
            return Miss(query, self._values, cell.place.form, by_hand, rowlock).reasons(administrator)

    def _objections(self, query: Query, sessions: Sequence[Asking], statements: dict[str, str]) -> list[str]:
        by_hand, rowlock = (plans.plan(session, statements[session.contender.name]) for session in _both(sessions))
        sees_all = sessions[0].viewer.person.widest == "all"
        return plans.objections(query, by_hand, rowlock, sees_all=sees_all)

    def _is_unexplained(self, cell: Measured) -> bool:
        return cell.reasons is None and cell.verdict(self._wanted.clock) == MISSED


def _both(sessions: Sequence[Asking]) -> list[Asking]:
    return [session for wanted in (HAND, ROWLOCK) for session in sessions if session.contender.name == wanted.name]


def _explain(
    directory: Path, cell: Measured, sessions: Sequence[Asking], statements: dict[str, str], clock: str
) -> None:
    """Keep both plans of a cell that misses its target."""
    directory.mkdir(parents=True, exist_ok=True)
    place = cell.place
    name = re.sub(r"\W+", "-", f"{place.person} {place.query} {place.form} {place.workers}").strip("-")
    text = [f"{place}", *cell.objections]
    for session in _both(sessions):
        contender = session.contender.name
        statement = statements[contender]
        text += ["", f"{contender}: {cell.spread(contender, clock)}", statement]
        text.append(plans.plan(session, statement, analyze=True))
    (directory / f"{name}.txt").write_text("\n".join(text) + "\n", encoding="utf-8")
