"""What a read budget costs: by key, a page, a scan; without a budget, with the right to export, counted.

``python -m bench.export [--rows 100000] [--repeat 30] [--bin DIR]``

One server with fsync on, since counting writes.  Medians, in milliseconds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo
from rich.console import Console
from rich.table import Table

from rls.definition.model import Budget, Definition, Entity, Level, Owner, Permission, Role
from rls.installation import install
from rls.names import QualifiedName
from rls.plan import deploy
from rls.server import EmbeddedServer

DEAL = Entity("deal", QualifiedName("crm", "deal"), owner=Owner("owner_id"))
METERED = replace(DEAL, read_budget=Budget(1_000_000_000, "day"))
ROLES = tuple(
    Role(name, permissions=(Permission("deal", "read", Level.department), Permission("deal", "export", export)))
    for name, export in (("exporter", Level.all), ("seller", Level.none))
)
QUERIES = {
    "by key": "select * from crm.deal where id = 4711",
    "page of 50": "select * from crm.deal order by created_at desc limit 50",
    "scan": "select count(title) from crm.deal",
}


def measure(connection: psycopg.Connection[Any], query: str, repeat: int) -> float:
    """Return the median time of a query, in milliseconds."""
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        connection.execute(query.encode(), prepare=False).fetchall()
        times.append(time.perf_counter() - begin)
    return 1000 * statistics.median(times)


def company(connection: psycopg.Connection[Any], rows: int) -> None:
    """Make two people of one department, who share the deals."""
    install(connection)
    for number, (login, role) in enumerate((("anna", "exporter"), ("sam", "seller")), 1):
        connection.execute(f"create role {login} login password '{login}'".encode())
        connection.execute("insert into crm.person (login, name) values (%s, %s)", [login, login])
        deploy(connection, Definition("highest", (DEAL,), ROLES))
        connection.execute(
            "insert into rls.assignment (role, principal_kind, principal_id) values (%s, 'person', %s)", [role, number]
        )
    connection.execute("insert into crm.department (name) values ('North')")
    connection.execute("insert into crm.department_member values (1, 1), (1, 2)")
    connection.execute(
        "insert into crm.deal (owner_id, title) select 1 + n %% 2, 'deal ' || n from generate_series(1, %s) n", [rows]
    )
    connection.execute("vacuum analyze crm.deal")


def main() -> None:
    """Measure, and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--repeat", type=int, default=30)
    arguments.add_argument("--bin", type=Path)
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="rowlock-bench-") as directory:
        Path(directory).chmod(0o755)
        server = EmbeddedServer(Path(directory) / "postgres", wanted.bin)
        server.start(foreground_child=True)
        try:
            with psycopg.connect(server.url(), autocommit=True) as connection:
                company(connection, wanted.rows)
                compare(connection, server.url(), wanted.rows, wanted.repeat)
        finally:
            server.stop()


def compare(administrator: psycopg.Connection[Any], url: str, rows: int, repeat: int) -> None:
    """Measure each query for who exports and who does not, without and with a budget."""
    found: dict[tuple[str, str], float] = {}
    for name, entity in (("no budget", DEAL), ("metered", METERED)):
        deploy(administrator, Definition("highest", (entity,), ROLES))
        for login in ("anna", "sam"):
            with psycopg.connect(conninfo.make_conninfo(url, user=login, password=login), autocommit=True) as person:
                person.execute("set jit = off; set max_parallel_workers_per_gather = 0")
                for query, text in QUERIES.items():
                    found[query, f"{name} {login}"] = measure(person, text, repeat)
    drawn = Table("query", "no budget", "with export", "counted", "for each row")
    for query, count in zip(QUERIES, (1, 50, rows), strict=True):
        plain, export, counted = (found[query, key] for key in ("no budget sam", "metered anna", "metered sam"))
        more = 1_000_000 * (counted - plain) / count
        drawn.add_row(query, f"{plain:.2f}", f"{export:.2f}", f"{counted:.2f}", f"{more:.0f} ns")
    Console().print(drawn)


if __name__ == "__main__":
    main()
