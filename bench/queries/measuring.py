"""Runs of all contenders in turn, until the figures are good enough."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

from bench.queries.asking import Asking, Figures, TooSlowError
from bench.queries.contenders import HAND, ROWLOCK
from bench.queries.queries import Query

SLOW = 5
SOME = 2
"""Who takes so many times as long as the hand-written WHERE runs but so many rounds."""

PATIENT = 10
"""Nobody is cancelled before so many times as long."""

Cell = dict[str, list[Figures]]
"""Contender → the figures of its runs."""


@dataclass(frozen=True)
class Effort:
    """How long to measure: *seconds* a cell, at least and at most so many rounds, *patience* a statement."""

    seconds: float = 1.0
    least: int = 5
    most: int = 200
    patience: float = 2.0


def measure(sessions: list[Asking], query: Query, statements: Mapping[str, str], effort: Effort) -> tuple[Cell, float]:
    """Run a query by everyone in turn; the first run of each warms up and is not counted.

    :param sessions: that of the hand-written WHERE first.
    :return: contender → the figures of its runs, empty where it was cancelled; and after how many milliseconds that is.
    """
    found: Cell = {session.contender.name: [] for session in sessions}
    racing, patience = [], effort.patience * 1000
    for session in sessions:
        unhurried = session.contender in (HAND, ROWLOCK)
        session.patience(0 if unhurried else int(patience))
        try:
            passed, _ = session.timed(query, statements[session.contender.name])
        except TooSlowError:
            continue
        if session.contender is HAND:
            patience = max(patience, PATIENT * passed)
        racing.append(session)
    begin = time.perf_counter()
    for number in range(effort.most):
        if number >= effort.least and time.perf_counter() - begin > effort.seconds:
            break
        if number == SOME:
            racing = [session for session in racing if _fast(found, session.contender.name)]
        for session in racing[number % len(racing) :] + racing[: number % len(racing)]:
            name = session.contender.name
            try:
                found[name].append(session.timed(query, statements[name]))
            except TooSlowError:
                racing = [other for other in racing if other is not session]
    return found, patience


def _fast(found: Mapping[str, list[Figures]], name: str) -> bool:
    if name in (HAND.name, ROWLOCK.name):
        return True
    base, own = (statistics.median(passed for passed, _ in found[each]) for each in (HAND.name, name))
    return own < SLOW * base
