"""What a query may cost more than the hand-written WHERE, and whether it does."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

LONG, RATIO = 5.0, 1.05
"""From so many milliseconds by hand on, Rowlock may take so many times as long …"""

ADDED = 0.1
"""… and below that so many milliseconds more, …"""

WORTH, WORST = 1.0, 1.25
"""… but never, from so many milliseconds on, so many times as long."""

MISSED = "✗"


@dataclass(frozen=True)
class Spread:
    """The middle of some figures, in milliseconds, and the quartiles around it."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """Return what figures come to."""
        if len(figures) == 1:
            return cls(figures[0], figures[0], figures[0])
        low, median, high = statistics.quantiles(figures, n=4, method="inclusive")
        return cls(low, median, high)


def allowed(by_hand: float) -> float:
    """Return how many milliseconds Rowlock may take where the hand-written WHERE takes so many."""
    most = by_hand * RATIO if by_hand > LONG else by_hand + ADDED
    return min(most, by_hand * WORST) if by_hand > WORTH else most


def mark(by_hand: Spread, rowlock: Spread) -> str:
    """Return ``✓`` where the target is met, ``~`` where it is missed by less than the runs differ, else ``✗``."""
    if rowlock.median <= allowed(by_hand.median):
        return "✓"
    return "~" if rowlock.low <= allowed(by_hand.high) else MISSED
