"""Random companies on a real server: rows seen and writes accepted equal the oracle's.

``ROWLOCK_LONG=1`` tries many more companies.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import psycopg
from hypothesis import HealthCheck, given, note, settings

from tests.access.ground import dumped, install
from tests.access.judge import Judge, Verdict
from tests.fixtures.database import Database
from tests.property.companies import Trial, trials

EXAMPLES = 3000 if os.environ.get("ROWLOCK_LONG") == "1" else 40


def test_a_random_company_obeys_the_oracle(
    database: Database, tmp_path: Path, count_decisions: Callable[[int], None]
) -> None:
    """Reads, single and sweeping writes, creations and moves of every person on every entity.

    Each company lives in a transaction that is rolled back, database roles and all.
    """
    connection = database.connect()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    @given(trials())
    def tried(trial: Trial) -> None:
        note(story(trial))
        with connection.transaction(force_rollback=True):
            verdicts = judged(connection, trial, tmp_path)
        connection.execute("vacuum pg_catalog.pg_proc, pg_catalog.pg_policy, pg_catalog.pg_attribute")
        for verdict in verdicts:
            count_decisions(verdict.decisions)

            assert not verdict.differences, str(verdict)

    tried()


def judged(connection: psycopg.Connection, trial: Trial, directory: Path) -> list[Verdict]:
    """Install the company and try everything, as everybody."""
    install(connection, trial.company, directory)
    judges = [Judge(connection, trial.company, rows) for rows in trial.rows.values()]
    for judge in judges:
        judge.store()
    for person in trial.company.people:
        for (name, rows), judge in zip(trial.rows.items(), judges, strict=True):
            judge.everything(person, rows)
            judge.creations(person, rows)
            judge.moves(person, trial.moves[name])
            judge.one_by_one(person, rows[:1])
            judge.creations(person, rows[:1], returning=True)
    return [judge.verdict for judge in judges]


def story(trial: Trial) -> str:
    """Return a trial as a person would write it down: the file, the organisation, the records."""
    company = trial.company
    lines = [dumped(company.definition), "departments: " + ", ".join(sorted(company.departments)), "people:"]
    for person in company.people:
        groups = [*sorted(person.groups), *(f"project {name}" for name in sorted(person.project_groups))]
        words = [person.login, "dismissed" if person.dismissed else "", *sorted(person.departments), *groups]
        lines.append("  " + " ".join(filter(None, words)))
    lines.append("assignments:")
    for one in company.assignments:
        window = f"{one.valid_from or ''}..{one.valid_until or ''}" if one.valid_from or one.valid_until else ""
        lines.append(f"  {one.role} to {one.kind} {one.name or ''} {window}".rstrip())
    for name, rows in trial.rows.items():
        lines.append(f"{name}:")
        lines += [f"  {row.key} {row.record}" for row in rows]
    return "\n".join(lines)
