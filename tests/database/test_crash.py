"""Whatever ends an apply or its server: rights are the old ones or the new ones, and the next apply goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from rls.installation import install
from rls.plan import apply_in_phases, make_plan
from rls.plan.changes import Phase
from rls.server import EmbeddedServer
from tests.database.three_people import AFTER, BEFORE, NEW, OLD, Company, applied, found, rights
from tests.fixtures.database import Database
from tests.fixtures.server import FAST, data_directory

BINDIR = os.environ.get("ROWLOCK_TEST_PG_BIN")

INTERRUPTED = 130


class Crashing(psycopg.Connection[Any]):
    """A connection that notes the phase of each statement, and stops the server at once before the n-th."""

    phases: list[Phase | None]
    phase: Phase | None = None
    at: int | None = None
    server: EmbeddedServer

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Count, and stop the server when it is time."""
        if self.at == len(self.phases):
            self.server.stop(immediately=True)
        self.phases.append(self.phase)
        return super().execute(*args, **kwargs)

    def report(self, phase: Phase, *_: object) -> None:
        """Note the phase."""
        self.phase = phase


@pytest.fixture(scope="module")
def mortal() -> Iterator[EmbeddedServer]:
    """Give a server of this module's own with the company in it; what it says is committed survives it."""
    with data_directory() as directory:
        settings = FAST | {"synchronous_commit": "on"}
        server = EmbeddedServer(directory, Path(BINDIR) if BINDIR else None, settings)
        server.start(foreground_child=True)
        try:
            with psycopg.connect(server.url(), autocommit=True) as connection:
                install(connection)
                found(connection)
            yield server
        finally:
            server.stop(immediately=True)


def interrupted(server: EmbeddedServer, at: int | None) -> list[Phase | None]:
    """Apply the new definition, and stop the server before a statement; return the phase of each statement."""
    with Crashing.connect(server.url(), autocommit=True) as connection:
        connection.phases, connection.server = [], server
        plan = make_plan(connection, NEW)
        connection.phases.clear()
        connection.at = at
        if at is None:
            apply_in_phases(connection, plan, report=connection.report)
        else:
            with pytest.raises(psycopg.OperationalError):
                apply_in_phases(connection, plan, report=connection.report)
        return connection.phases


def test_the_server_stops_at_once(mortal: EmbeddedServer) -> None:
    """Before the middle and the last statement of each phase (ROWLOCK_LONG: of all), and is started again."""
    phases = interrupted(mortal, None)
    with psycopg.connect(mortal.url(), autocommit=True) as connection:
        applied(connection, OLD)
    outcomes = set()
    for at in points(phases):
        interrupted(mortal, at)
        mortal.start(foreground_child=True)
        with psycopg.connect(mortal.url(), autocommit=True) as connection:
            now = rights(connection)
            assert now in (BEFORE, AFTER), f"a mixture before statement {at}, {phases[at]}"
            outcomes.add(now == AFTER)
            applied(connection, NEW)
            assert rights(connection) == AFTER
            assert make_plan(connection, NEW).empty
            applied(connection, OLD)
            assert rights(connection) == BEFORE

    assert outcomes == {False, True}


def points(phases: list[Phase | None]) -> list[int]:
    """Return the numbers of the statements before which to stop the server."""
    if os.environ.get("ROWLOCK_LONG"):
        return list(range(len(phases)))
    found = []
    for phase in Phase:
        numbers = [number for number, one in enumerate(phases) if one is phase]
        assert numbers, f"nothing to do in {phase}"
        found += [numbers[len(numbers) // 2], numbers[-1]]
    return sorted(set(found))


ENTITIES = """
entities:
  company: {table: crm.company, owner: owner_id, open: is_open}
  deal: {table: crm.deal, owner: owner_id, open: is_open}
"""

AFTERWARDS = f"""{ENTITIES}
roles:
  coming: {{permissions: {{"*": {{read: own, update: own, delete: own}}}}}}
  staying: {{permissions: {{"*": {{read: department, update: department, delete: department}}}}}}
assignments:
  - {{role: coming, to: everyone}}
  - {{role: staying, to: everyone}}
"""


@pytest.fixture
def company(database: Database) -> Company:
    """Return the company under the old definition."""
    connection = database.connect()
    found(connection)
    return Company(database, connection)


@pytest.fixture
def applying(company: Company, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Give a process of ``rowlock apply`` that stands in the middle of its switch, asleep."""
    company.administrator.execute("""
        create function public.doze() returns trigger language plpgsql as $$ begin
          if new.source like '%rights.yaml' then perform pg_sleep(600); end if;
          return new;
        end $$;
        create trigger doze before insert on rls.history for each row execute function public.doze()
    """)
    rights_file = tmp_path / "rights.yaml"
    rights_file.write_text(AFTERWARDS, "utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "ROWLOCK_"))}
    # A shell starts what it runs in the background with SIGINT ignored, and that is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        [sys.executable, "-m", "rls", "apply", str(rights_file), "--allow-widening"],
        env=environment | company.database.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            asleep(company)
            yield process
        finally:
            process.kill()


ASLEEP = "select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"


def asleep(company: Company) -> int:
    """Return the server process of the sleeping apply, as soon as there is one."""
    for _ in range(1000):
        row = company.administrator.execute(ASLEEP).fetchone()
        if row is not None:
            return int(row[0])
        time.sleep(0.02)
    raise TimeoutError("apply did not reach the switch")


def goes_on(company: Company) -> None:
    """Make sure that rights are the old ones, and that apply brings the new ones about."""
    assert company.rights() == BEFORE
    company.administrator.execute("drop trigger doze on rls.history")
    applied(company.administrator, NEW)
    assert company.rights() == AFTER
    assert make_plan(company.administrator, NEW).empty


def test_ctrl_c(company: Company, applying: subprocess.Popen[str]) -> None:
    """It ends at once, says so, and leaves no session behind."""
    applying.send_signal(signal.SIGINT)
    _, said = applying.communicate(timeout=60)

    assert (applying.returncode, said) == (INTERRUPTED, "interrupted\n")
    goes_on(company)


def test_killed(company: Company, applying: subprocess.Popen[str]) -> None:
    """The server finds out by itself, long before the statement ends, undoes the transaction, and lets the next in."""
    applying.kill()
    applying.wait(timeout=60)
    for _ in range(1000):
        if company.administrator.execute(ASLEEP).fetchone() is None:
            break
        time.sleep(0.02)
    else:
        raise TimeoutError("the server did not notice")

    goes_on(company)


def test_a_lost_connection(company: Company, applying: subprocess.Popen[str]) -> None:
    """One line, exit code 2."""
    company.administrator.execute("select pg_terminate_backend(%s, 10000)", [asleep(company)])
    _, said = applying.communicate(timeout=60)

    assert applying.returncode == 2, said
    assert said == "Error: terminating connection due to administrator command\n"
    goes_on(company)
