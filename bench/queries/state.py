"""What was measured so far, a line a cell, so that an interrupted run goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.queries.contenders import HAND, ROWLOCK
from bench.queries.targets import MISSED, Spread, mark


@dataclass(frozen=True)
class Place:
    """Which cell: whose query, how sent, with how many parallel workers."""

    person: str
    query: str
    form: str
    workers: int


@dataclass(frozen=True)
class Measured:
    """A cell: contender → milliseconds passed and computed, run by run; what is wrong with the plan; why it is missed.

    Who took longer than *patience*, in milliseconds, was cancelled and has no runs.
    *reasons* are letters of :data:`bench.queries.reasons.LEGEND`; None: nobody asked.
    """

    place: Place
    patience: float
    runs: dict[str, list[tuple[float, float | None]]]
    objections: list[str] = field(default_factory=list)
    reasons: list[str] | None = None

    def spread(self, contender: str, clock: str) -> Spread | None:
        """Return what a contender takes; None where it was cancelled.

        :param clock: ``wall``, or ``processor``: of the server's process, where
            it is known of all and no parallel worker has a part in it.
        """
        runs = self.runs.get(contender)
        if not runs:
            return None
        if self._clock(contender, clock) == "wall":
            return Spread.of([passed for passed, _ in runs])
        return Spread.of([computed for _, computed in runs if computed is not None])

    def both(self, clock: str) -> tuple[Spread, Spread]:
        """Return what the query takes by hand and under Rowlock."""
        base, own = (self.spread(each.name, clock) for each in (HAND, ROWLOCK))
        assert base is not None, "nobody cancels the hand-written WHERE"
        assert own is not None, "nobody cancels Rowlock"
        return base, own

    def verdict(self, clock: str) -> str:
        """Return whether Rowlock meets its target: see :func:`bench.queries.targets.mark`."""
        return mark(*self.both(clock))

    def why(self, clock: str) -> list[str]:
        """Return the reasons where the target is missed."""
        return self.reasons or [] if self.verdict(clock) == MISSED else []

    def times(self, contender: str, base: str, clock: str) -> tuple[float, bool]:
        """Return how many times as long as *base* a contender takes, and whether it was cancelled after that.

        Both by the same clock.
        """
        used = self._clock(contender, clock)
        spread, other = self.spread(contender, used), self.spread(base, used)
        assert other is not None, "nobody cancels what others are compared with"
        return (spread.median if spread else self.patience) / other.median, spread is None

    def _clock(self, contender: str, clock: str) -> str:
        runs = self.runs[contender]
        known = runs and all(computed is not None for _, computed in runs)
        return clock if known and not self.place.workers else "wall"


class State:
    """The file of cells measured with one set of policies."""

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._path, self._fingerprint = path, fingerprint
        self.cells: dict[Place, Measured] = dict(self._read())

    def add(self, cell: Measured) -> None:
        """Keep a cell, on disk too."""
        self.cells[cell.place] = cell
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"policies": self._fingerprint, **asdict(cell)}) + "\n")

    def _read(self) -> Iterator[tuple[Place, Measured]]:
        if not self._path.exists():
            return
        for line in self._path.read_text(encoding="utf-8").splitlines():
            cell = _whole(line)
            if cell and cell.pop("policies") == self._fingerprint:
                place = Place(**cell.pop("place"))
                yield place, Measured(place, **cell)


def _whole(line: str) -> dict[str, Any] | None:
    """Return what a line says; None where writing it was interrupted."""
    try:
        found: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        return None
    return found
