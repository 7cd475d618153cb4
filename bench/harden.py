"""``python -m bench.harden``: what `rowlock harden` costs people's queries, as ratios of what they took before."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg

from rls.hardening import harden, read_hardening, soften
from rls.plan import deploy
from rls.server import EmbeddedServer, binaries
from tests.database.company import ENTITIES, assign, definition, person
from tests.fixtures.database import Cluster, Database
from tests.fixtures.server import FAST, Server

ROWS, OWNERS, ROUNDS = 300_000, 200, 30
"""The fastest of so many rounds counts: whatever else the machine does only adds."""

ROLES = """
roles:
  agent: {permissions: {deal: own}}
  head: {permissions: {deal: subdepartments}}
  director: {permissions: {deal: all}}
"""

PEOPLE = {"own": "agent", "head": "head", "all": "director"}

RECORDS = """
insert into crm.deal (owner_id, title, code, stage, closed_on, amount, created_at)
select
  (select min(id) from crm.person) + n %% %(owners)s, 'deal ' || n, 'code ' || n,
  (array['prospecting', 'engaging', 'won', 'lost'])[1 + n %% 4],
  date '2020-01-01' + n %% 2000, n, timestamptz '2020-01-01' + n * interval '1 minute'
from generate_series(1, %(rows)s) as n
"""

QUERIES: dict[str, LiteralString] = {
    "a week of a date, indexed": "select count(*) from crm.deal where closed_on between '2024-03-01' and '2024-03-07'",
    "a text, not indexed": "select id from crm.deal where code = 'code 77'",
    "how many in each stage": "select stage, count(*) from crm.deal group by stage",
    "how many in one stage, indexed": "select count(*) from crm.deal where pipeline = 'sales' and stage = 'won'",
    "the newest 50": "select id, title from crm.deal order by created_at desc limit 50",
    "by key": "select title from crm.deal where id = %(key)s",
}


def main() -> None:
    """Measure, and print a table."""
    with _database(Path(sys.argv[1]) if len(sys.argv) > 1 else None) as database:
        admin = database.connect()
        _company(admin)
        before = _measured(database)
        harden(admin, read_hardening(admin))
        values = _measured(database)
        harden(admin, read_hardening(admin, keys=True))
        keys = _measured(database)
        soften(admin, read_hardening(admin))
    _print(before, values, keys)


def _company(admin: psycopg.Connection) -> None:
    for name, parent in (("Company", None), ("East", "Company"), ("West", "Company")):
        admin.execute(
            "insert into crm.department (name, parent_id) values (%s, (select id from crm.department where name = %s))",
            [name, parent],
        )
    for login in PEOPLE:
        person(admin, login, ("East",))
    admin.execute("insert into crm.person (name) select 'p' || n from generate_series(1, %s) as n", [OWNERS - 3])
    admin.execute(
        "insert into crm.department_member (department_id, person_id)"
        " select (select id from crm.department where name = case when id % 10 = 0 then 'East' else 'West' end), id"
        " from crm.person where login is null"
    )
    deploy(admin, definition(ENTITIES, ROLES))
    for login, role in PEOPLE.items():
        assign(admin, role, login)
    admin.execute(RECORDS, {"owners": OWNERS, "rows": ROWS})
    admin.execute("vacuum analyze crm.deal")


def _measured(database: Database) -> dict[tuple[str, str], float]:
    found = {}
    for login in PEOPLE:
        with database.connect(login) as session:
            row = session.execute("select min(id) from crm.deal").fetchone()
            values = {"key": row[0] if row else 0}
            for name, query in QUERIES.items():
                found[login, name] = min(_seconds(session, query, values) for _ in range(ROUNDS))
    return found


def _seconds(session: psycopg.Connection, query: LiteralString, values: dict[str, int]) -> float:
    begin = time.perf_counter()
    session.execute(query, values, prepare=False).fetchall()
    return time.perf_counter() - begin


def _print(*runs: dict[tuple[str, str], float]) -> None:
    before, values, keys = runs
    print("| query | who | before, ms | hardened | with --keys |\n|---|---|---|---|---|")
    for (login, name), took in sorted(before.items(), key=lambda each: list(QUERIES).index(each[0][1])):
        ratios = " | ".join(f"{run[login, name] / took:.1f}" for run in (values, keys))
        print(f"| {name} | {login} | {took * 1000:.1f} | {ratios} |")


@contextmanager
def _database(directory: Path | None) -> Iterator[Database]:
    programs = binaries.find(directory)
    with tempfile.TemporaryDirectory(prefix="rowlock-bench-", ignore_cleanup_errors=True) as data:
        Path(data).chmod(0o755)
        server = EmbeddedServer(Path(data), programs.directory, FAST)
        server.start(foreground_child=True)
        try:
            with Cluster(Server(server.url(), programs.version)).database("installed") as database:
                yield database
        finally:
            server.stop(immediately=True)


if __name__ == "__main__":
    main()
