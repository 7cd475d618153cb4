"""Rights follow the organisation, the assignments and the definition as they are now.

"moving a person to another department moves the reach over all their old
records at once": people stay logged in, over the network and under their own
name, with prepared statements planned earlier, while things change around them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import psycopg
import pytest

from tests.access.enumeration import numbered, records
from tests.access.ground import install
from tests.access.judge import Difference, Judge, Verdict
from tests.access.life import STAFF, Life, founded
from tests.access.rows import Row
from tests.database.company import assert_converged
from tests.fixtures.database import Database
from tests.oracle.company import Company
from tests.oracle.oracle import allowed, roles_of

SEEDS = range(30 if os.environ.get("ROWLOCK_LONG") == "1" else 2)
STEPS = 40


def seen(connection: psycopg.Connection, statement: str) -> set[str]:
    """Return the keys a prepared statement gives; what is not permitted gives none."""
    try:
        with connection.transaction(force_rollback=True):
            return {str(key) for (key,) in connection.execute(statement.encode(), prepare=True).fetchall()}
    except psycopg.errors.InsufficientPrivilege:
        return set()


def compare(sessions: dict[str, psycopg.Connection], company: Company, rows: list[Row], verdict: Verdict) -> None:
    """Compare what every session reads and updates with the oracle."""
    for login, session in sessions.items():
        person = company.person(login)
        assert person is not None
        for operation, statement in (
            ("read", "select id from t.full"),
            ("update", "update t.full set note = 'touched' where id > 0 returning id"),
        ):
            found = seen(session, statement)
            for row in rows:
                verdict.decisions += 1
                oracle, server = allowed(company, person, operation, row.record), row.key in found
                if oracle is not server:
                    roles = tuple(roles_of(company, person))
                    verdict.differences.append(Difference(login, roles, statement, row.record, oracle, server))


@pytest.mark.parametrize("rule", ["highest", "explicit"])
@pytest.mark.parametrize("seed", SEEDS)
def test_sessions_follow_every_change_at_once(
    database: Database, tmp_path: Path, count_decisions: Callable[[int], None], rule: str, seed: int
) -> None:
    """After every change of anything, every open session sees exactly what it may."""
    draw = Random(f"{seed} {rule}")
    company = founded(draw, rule)
    connection = database.connect()
    deployed = install(connection, company, tmp_path)
    rows = numbered(records("full", stages=("new", "won"), owners=(*STAFF, None)))
    Judge(connection, company, rows).store()
    sessions = {login: database.connect(login) for login in STAFF}
    life, verdict = Life(connection, company, draw, tmp_path, deployed), Verdict()
    history = ["founded"]
    for _ in range(STEPS):
        compare(sessions, life.company, rows, verdict)

        assert not verdict.differences, "\n".join([*history, str(verdict)])
        history.append(life.step())
    count_decisions(verdict.decisions)

    assert_converged(connection, life.deployed)
