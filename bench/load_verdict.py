"""What the sessions of a load saw, held against the oracle: every result, and every wait."""

from __future__ import annotations

import statistics
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.load_company import Answers
from bench.load_session import Seen

OVERTAKEN = ("permission denied for function", "violates row-level security")
"""What the server says to a statement that was being planned while rights changed: half of it is old."""


class InForce(NamedTuple):
    """A definition of the pool and when it came into force: not before ``begin``, certainly from ``end`` on."""

    begin: float
    end: float
    rights: int


@dataclass(frozen=True)
class Wait:
    """How long one kind of session's statements took, in seconds: the median, all but one in 100, the longest."""

    statements: int
    median: float
    most: float
    longest: float


@dataclass
class Findings:
    """What came of a load."""

    changes: int = 0
    statements: int = 0
    refused: int = 0
    overtaken: int = 0
    """Statements refused because rights changed while they were planned; repeated, they work."""
    longest_apply: float = 0.0
    failed: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    """Results with a record neither the old nor the new definition allows."""
    short: list[str] = field(default_factory=list)
    """Results of single statements without a record both allow."""
    less: int = 0
    """The same inside a transaction that was open when rights changed."""
    of_both: int = 0
    """Results that equal neither definition's, though each record is allowed by one of them."""
    switch_locks: set[str] = field(default_factory=set)
    """Locks on managed tables the switch held, seen from inside its transaction."""
    seen_locks: set[str] = field(default_factory=set)
    """The same in any phase, seen by another session in pg_locks."""
    seen_waiting: int = 0
    """How often that session saw one of the load's wait for a lock."""
    quiet: dict[str, Wait] = field(default_factory=dict)
    loaded: dict[str, Wait] = field(default_factory=dict)

    @property
    def longest(self) -> float:
        """The longest a statement took while rights changed."""
        return max((wait.longest for wait in self.loaded.values()), default=0.0)

    @property
    def longest_quiet(self) -> float:
        """The longest a statement took before."""
        return max((wait.longest for wait in self.quiet.values()), default=0.0)

    @property
    def wrong(self) -> list[str]:
        """What must not be."""
        return [*self.failed, *self.beyond]


def judge(findings: Findings, seen: Sequence[Seen], history: Sequence[InForce], answers: Answers) -> None:
    """Compare every result with what was in force while the statement ran, or since its transaction began."""
    begins = [one.begin for one in history]
    ends = [one.end for one in history]
    for one in seen:
        if one.failure and not one.refused:
            findings.failed.append(f"{_described(one)}: {one.failure}")
            continue
        first, last = bisect_right(ends, one.since) - 1, bisect_right(begins, one.end) - 1
        possible = {version.rights for version in history[first : last + 1]}
        _compare(findings, one, [answers(which, one.login, one.operation, one.entity) for which in sorted(possible)])
    findings.statements = len(seen)


def _compare(findings: Findings, one: Seen, allowed: list[int]) -> None:
    if one.keys is None:
        findings.refused += 1
        # The server refuses who has no right on the table at all, and a record that may not be made.
        if all(mask & one.scope if one.operation == "create" else mask for mask in allowed):
            if len(allowed) > 1 and any(text in one.failure for text in OVERTAKEN):
                findings.overtaken += 1
            else:
                findings.failed.append(f"{_described(one)}: {one.failure}, which every definition in force allows")
        return
    masks = [mask & one.scope for mask in allowed]
    either, both = 0, -1
    for mask in masks:
        either, both = either | mask, both & mask
    if one.keys & ~either:
        findings.beyond.append(f"{_described(one)}: saw {_listed(one.keys & ~either)}, which no definition allows")
    elif both & ~one.keys and one.since < one.begin:
        findings.less += 1
    elif both & ~one.keys:
        findings.short.append(
            f"{_described(one)}: did not see {_listed(both & ~one.keys)}, which every definition allows"
        )
    elif one.keys not in masks:
        findings.of_both += 1


def _described(one: Seen) -> str:
    inside = f", {one.begin - one.since:.3f} s into its transaction" if one.since < one.begin else ""
    return f"{one.kind}: {one.login} {one.operation} {one.entity}{inside}"


def _listed(mask: int) -> str:
    keys = [str(key) for key in range(mask.bit_length()) if mask >> key & 1]
    return f"{len(keys)} records ({', '.join(keys[:5])})"


def waits(seen: Iterable[Seen]) -> dict[str, Wait]:
    """Return how long statements took, by kind of session."""
    took: dict[str, list[float]] = defaultdict(list)
    for one in seen:
        took[one.kind].append(one.end - one.begin)
    return {
        kind: Wait(len(all_of), statistics.median(all_of), sorted(all_of)[int(len(all_of) * 0.99)], max(all_of))
        for kind, all_of in sorted(took.items())
    }
