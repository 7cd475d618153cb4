"""How many rows of a histogram one person reaches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from rls.effect.asking import Truth
from rls.effect.histogram import Histogram
from rls.effect.people import Owners
from rls.effect.sides import DEPARTMENT, ME, NOBODY, STRANGER, SUBTREE

Rows = Counter[int]
"""Rows by the number of their kind."""


@dataclass(frozen=True)
class Tally:
    """Sums over a histogram; what people of one department have in common is added up once."""

    histogram: Histogram
    _owned: dict[frozenset[str], Rows] = field(default_factory=dict, repr=False)

    def rows(self, truth: Truth, owners: Owners) -> int:
        """Return how many rows are reached: those for whose owner and kind the predicate is true."""
        me, department, subtree = map(self._of, (owners.me, owners.department, owners.subtree))
        nobody, total = self.histogram.by_owner.get(NOBODY, Counter()), self.histogram.total
        reached = 0
        for relation, kind in truth:
            if relation == ME:
                reached += me[kind]
            elif relation == DEPARTMENT:
                reached += department[kind] - me[kind]
            elif relation == SUBTREE:
                reached += subtree[kind] - department[kind]
            elif relation == STRANGER:
                reached += total[kind] - subtree[kind] - nobody[kind]
            else:
                reached += nobody[kind]
        return round(reached / self.histogram.fraction)

    def _of(self, owners: frozenset[str]) -> Rows:
        if owners not in self._owned:
            self._owned[owners] = self.histogram.owned(owners)
        return self._owned[owners]
