"""What a check is, and what looking may come to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from rls.drift import Finding
from rls.drift.findings import Severity

Room = Literal["server", "database", "tables", "people", "pools"]

ROOMS: tuple[Room, ...] = ("server", "database", "tables", "people", "pools")


@dataclass(frozen=True)
class Check:
    """One thing that may be wrong.

    ``looks_for`` says what, ``why`` what it may lead to.  ``by_hand``: its
    statement moves or drops something, waits for others, or does not go into
    a transaction, so that ``--apply`` leaves it alone.  ``severity`` is the
    worst its findings may have.
    """

    name: str
    room: Room
    severity: Severity
    looks_for: str
    why: str
    by_hand: bool = False


@dataclass(frozen=True)
class Unseen:
    """What could not be looked at: by which check, why, and what would let it."""

    check: str
    why: str
    advice: str


@dataclass(frozen=True)
class Diagnosis:
    """What was found, the worst first, and what could not be seen; each finding's ``kind`` is its check's name.

    ``accepted`` are findings somebody looked at and means.
    """

    findings: tuple[Finding, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    checks: tuple[Check, ...] = ()
    accepted: tuple[Finding, ...] = ()

    @property
    def is_healthy(self) -> bool:
        """Whether nothing worse than a note was found."""
        return all(finding.severity == "note" for finding in self.findings)

    def without_notes(self) -> Diagnosis:
        """Return the same without what is only worth knowing."""
        return replace(self, findings=tuple(each for each in self.findings if each.severity != "note"))

    def is_by_hand(self, finding: Finding) -> bool:
        """Return whether a finding's statement is for people to run: it is no SQL, or needs care."""
        check = next(check for check in self.checks if check.name == finding.kind)
        return check.by_hand or finding.statement.startswith("--")
