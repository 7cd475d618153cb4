"""Regenerate at noon: rights change while sessions of every kind work.  The long form: python -m bench.under_load."""

from __future__ import annotations

from pathlib import Path

from bench.load_verdict import Findings, InForce, judge
from bench.under_load import Outcome, Wanted, run
from tests.fixtures.database import Database

KINDS = 11


def worked(outcome: Outcome) -> Findings:
    """Return the findings, once it is sure that there was work, and that somebody would have noticed."""
    findings = outcome.findings
    assert findings.changes > 1, "a slow machine changes less often than wanted"
    assert len(findings.loaded) == KINDS
    assert findings.statements > 10 * KINDS
    unaware = Findings()
    judge(unaware, outcome.seen, [InForce(0.0, 0.0, 0)], outcome.answers)
    assert unaware.beyond, "sessions that stayed at the first definition would have been found"
    return findings


def test_levels_change_at_noon(database: Database, tmp_path: Path) -> None:
    """Nothing fails or waits, nobody sees what neither definition allows, and no managed table is locked."""
    wanted = Wanted(seconds=3.0, changes=12, quiet=0.5, long=30.0)
    findings = worked(run(database.url, wanted, tmp_path))

    assert findings.wrong == []
    assert findings.switch_locks == set()
    assert findings.seen_locks == set()
    assert findings.seen_waiting == 0


def test_roles_come_and_go_at_noon(database: Database, tmp_path: Path) -> None:
    """Tables are locked for moments: a statement that waited longer than a try of the applier's would have failed."""
    wanted = Wanted(varied="roles", seconds=2.0, changes=3, quiet=0.5, long=0.6, rest=0.4, allowance=3)
    findings = worked(run(database.url, wanted, tmp_path))

    assert findings.wrong == []
    assert findings.switch_locks == set()
    assert findings.seen_locks, "preparing locks tables, and is seen to"
