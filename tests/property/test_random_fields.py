"""Random companies with groups of fields and budgets, compared with the oracle.

What reading views show, which fields may be written, which rows are counted, which an import takes.

``ROWLOCK_LONG=1`` tries many more companies.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, note, settings

from tests.access.bulk import Teller
from tests.access.fields import Examiner
from tests.access.ground import install
from tests.fixtures.database import Database
from tests.property.companies import Trial, trials
from tests.property.test_random_companies import story

EXAMPLES = 1000 if os.environ.get("ROWLOCK_LONG") == "1" else 5


def test_fields_of_a_random_company_obey_the_oracle(
    database: Database, tmp_path: Path, count_decisions: Callable[[int], None]
) -> None:
    """Reading, filtering, changing and filling in, on the table and through the view, of every person and entity."""
    connection = database.connect()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    @given(trials(fields=True))
    def tried(trial: Trial) -> None:
        note(story(trial))
        with connection.transaction(force_rollback=True):
            install(connection, trial.company, tmp_path)
            examiners = [Examiner(connection, trial.company, rows) for rows in trial.rows.values()]
            for examiner in examiners:
                examiner.store()
            tellers = [Teller(connection, trial.company, rows) for rows in trial.rows.values()]
            for person in trial.company.people:
                for examiner in examiners:
                    examiner.examine(person, examiner.rows[:2])
                for teller, rows in zip(tellers, trial.rows.values(), strict=True):
                    teller.carried_away(person, rows)
                    teller.created(person, rows[:6])
                    teller.imported(person, rows[:6])
        connection.execute("vacuum pg_catalog.pg_proc, pg_catalog.pg_policy, pg_catalog.pg_attribute")
        for verdict in [each.verdict for each in examiners] + [each.verdict for each in tellers]:
            count_decisions(verdict.decisions)

            assert not verdict.differences, str(verdict)

    tried()
