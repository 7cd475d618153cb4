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


@dataclass(frozen=True)
class Effort:
    """How long to measure: *seconds* a cell, at least and at most so many rounds, *patience* a statement."""

    seconds: float = 1.0
    least: int = 5
    most: int = 200
    patience: float = 2.0


def measure(sessions: list[Asking], query: Query, statements: Mapping[str, str], effort: Effort) -> Cell:
    """Run a query by everyone in turn; the first run of each warms up and is not counted.

    :return: contender → the figures of its runs; empty where it was cancelled.
    """
    found: dict[str, list[Figures]] = {}
    racing = []
    for session in sessions:
        name = session.contender.name
        unhurried = session.contender in (HAND, ROWLOCK)
        session.patience(0 if unhurried else int(effort.patience * 1000))
        found[name] = []
        try:
            session.timed(query, statements[name])
            racing.append(session)
        except TooSlowError:
            continue
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
    return found


def _fast(found: Mapping[str, list[Figures]], name: str) -> bool:
    if name in (HAND.name, ROWLOCK.name):
        return True
    base, own = (statistics.median(passed for passed, _ in found[each]) for each in (HAND.name, name))
    return own < SLOW * base


Cell = dict[str, list[Figures]]
"""Contender → the figures of its runs."""
