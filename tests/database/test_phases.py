"""Apply by phases: nobody waits, nobody sees a mixture, and what is interrupted goes on."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from rls.definition.model import Definition, Level
from rls.errors import PlanError
from rls.names import Installation
from rls.plan import apply_in_phases, executing, make_plan, phases
from rls.plan.changes import Change, Phase
from tests.database.three_people import AFTER, BEFORE, NEW, OLD, Company, applied, definition, found
from tests.fixtures.database import Database


@pytest.fixture
def company(database: Database) -> Company:
    """Return the company under the old definition."""
    connection = database.connect()
    found(connection)
    return Company(database, connection)


@contextmanager
def locked(database: Database, mode: str) -> Iterator[psycopg.Connection[Any]]:
    """Hold a lock on both tables as long as the context lasts."""
    connection = database.connect(autocommit=False)
    connection.execute(f"lock table crm.deal, crm.company in {mode} mode".encode())
    try:
        yield connection
    finally:
        connection.rollback()


def test_phases_bring_about_what_one_transaction_does(company: Company) -> None:
    """Roles come, change and go; nothing is left to do."""
    assert company.rights() == BEFORE

    applied(company.administrator, NEW)

    assert company.rights() == AFTER
    assert make_plan(company.administrator, NEW).empty
    roles = {name for (name,) in company.administrator.execute("select rolname from pg_roles where rolname ~ '^crm_'")}
    assert {"crm_coming", "crm_staying"} <= roles
    assert "crm_going" not in roles


def test_what_goes_goes_by_the_slice(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each function takes a lock until its transaction ends, and the server has room for so many."""
    dropped = []

    def noting(connection: psycopg.Connection[Any], changes: list[Change], installation: Installation) -> None:
        dropped.append(sum(change.phase is Phase.clean_up and not change.locks_table for change in changes))
        executing.execute(connection, changes, installation)

    monkeypatch.setattr(phases, "execute", noting)
    monkeypatch.setattr(phases, "AT_ONCE", 3)
    applied(company.administrator, NEW)

    assert max(dropped) == 3
    assert sum(dropped) > 6
    assert company.rights() == AFTER
    assert make_plan(company.administrator, NEW).empty


def test_a_change_of_levels_waits_for_nobody(company: Company) -> None:
    """Not even for whoever holds the strongest lock that readers do not wait for."""
    with locked(company.database, "exclusive"):
        applied(company.administrator, definition(going=Level.own, staying=Level.department), give_up_after=0)

    assert company.rights() == AFTER


class Listening(psycopg.Cursor[Any]):
    """A cursor that counts how often every policy was read."""

    readings = 0

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a statement, and count it where it prints policies."""
        Listening.readings += "pg_get_expr(policy.polqual" in str(query)
        return super().execute(query, *args, **kwargs)


def test_a_change_of_levels_does_not_read_policies_again(company: Company) -> None:
    """Planning reads them; applying what was planned just now trusts the versions of what it was made from."""
    wider = definition(going=Level.department, staying=Level.own)
    connection = company.administrator
    connection.cursor_factory = Listening
    Listening.readings = 0
    plan = make_plan(connection, wider)
    planning = Listening.readings
    assert planning > 0

    apply_in_phases(connection, plan)
    assert Listening.readings == planning
    assert company.rights()["ann", "deal"] == 4


def test_a_new_role_waits_for_a_long_reader_without_making_others_wait(company: Company) -> None:
    """Readers who come later go on reading while it tries; waiting for it once would be waiting for the long reader."""
    reader = company.database.connect()
    reads = 0
    with locked(company.database, "access share") as long_reader:
        done = threading.Thread(target=applied, args=(company.administrator, NEW), kwargs={"lock_timeout": 0.05})
        done.start()
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            reader.execute("select count(*) from crm.deal")
            reads += 1
        assert done.is_alive()
        assert company.rights() == BEFORE
        long_reader.rollback()
        done.join(timeout=60)

    assert not done.is_alive()
    assert company.rights() == AFTER
    assert reads > 2, "readers waited behind the applier"


def test_giving_up_leaves_rights_as_they_were(company: Company) -> None:
    """One line says which table, and that apply can be run again; which then goes on."""
    with (
        locked(company.database, "access share"),
        pytest.raises(PlanError, match=r"crm\.company: stayed locked by others .* rights are as before"),
    ):
        applied(company.administrator, NEW, lock_timeout=0.01, give_up_after=0.1)

    assert company.rights() == BEFORE
    applied(company.administrator, NEW)
    assert company.rights() == AFTER


def test_what_was_prepared_is_undone_by_applying_the_old_definition(company: Company) -> None:
    """Whoever gives up for good goes back the same way."""
    with locked(company.database, "access share"), pytest.raises(PlanError):
        applied(company.administrator, NEW, lock_timeout=0.01, give_up_after=0)

    applied(company.administrator, OLD)

    assert company.rights() == BEFORE
    assert make_plan(company.administrator, OLD).empty


def test_two_deployers_do_not_meet(company: Company) -> None:
    """The second is told so at once."""
    other = company.database.connect()
    plan = make_plan(company.administrator, NEW)
    met = []

    def report(phase: Phase, *_: object) -> None:
        if phase is Phase.switch:
            with pytest.raises(PlanError, match="somebody else is applying"):
                applied(other, NEW)
            met.append(phase)

    apply_in_phases(company.administrator, plan, report=report)

    assert met == [Phase.switch]


def test_a_stale_plan_is_refused(company: Company) -> None:
    """Somebody changed a right by hand since."""
    plan = make_plan(company.administrator, NEW)
    company.administrator.execute("grant select (title) on crm.deal to ann")

    with pytest.raises(PlanError, match="changed since the plan was made"):
        apply_in_phases(company.administrator, plan)

    assert company.rights() == BEFORE


class Killing(psycopg.Connection[Any]):
    """A connection whose server process is ended before its n-th statement."""

    left: int | None = None
    killer: psycopg.Connection[Any]

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Count, and end the process when it is time."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                self.killer.execute("select pg_terminate_backend(%s, 10000)", [self.info.backend_pid])
        return super().execute(*args, **kwargs)


def statements_of(company: Company, wanted: Definition) -> int:
    """Return how many statements applying takes."""
    with Killing.connect(company.database.url, autocommit=True) as connection:
        plan = make_plan(connection, wanted)
        connection.left = 1_000_000
        apply_in_phases(connection, plan)
        return 1_000_000 - connection.left


def test_killed_anywhere_rights_are_the_old_or_the_new_ones(company: Company) -> None:
    """Before every statement (ROWLOCK_LONG: of all; else of every eleventh); the next apply goes on."""
    count = statements_of(company, NEW)
    applied(company.administrator, OLD)
    assert count > 30
    outcomes = set()
    for number in range(0, count, 1 if os.environ.get("ROWLOCK_LONG") else 11):
        with Killing.connect(company.database.url, autocommit=True) as connection:
            plan = make_plan(connection, NEW)
            connection.killer = company.administrator
            connection.left = number
            with pytest.raises(psycopg.OperationalError):
                apply_in_phases(connection, plan)
        now = company.rights()
        assert now in (BEFORE, AFTER), f"a mixture after {number} statements"
        outcomes.add(now == AFTER)
        applied(company.administrator, NEW)
        assert company.rights() == AFTER
        applied(company.administrator, OLD)
        assert company.rights() == BEFORE
        assert make_plan(company.administrator, OLD).empty

    assert outcomes == {False, True}
