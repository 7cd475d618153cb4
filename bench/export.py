"""What a read budget costs: by key, a page, a scan; without a budget, with the right to export, counted.

``python -m bench.export [--rows 100000] [--rounds 15] [--bin DIR]``

One server with fsync on, since counting writes.  Two tables alike, of which one
has a budget, are asked in turn; figures are medians of the rounds, in
milliseconds of the server process on a processor, for one statement.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo, sql
from rich.console import Console
from rich.table import Table

from bench.processor import seconds
from rls.definition.model import Budget, Definition, Entity, Level, Owner, Permission, Role
from rls.installation import install
from rls.names import QualifiedName
from rls.plan import deploy
from rls.server import EmbeddedServer

FREE = Entity("free", QualifiedName("crm", "free"), owner=Owner("owner_id"), key=("id",))
METERED = Entity("deal", QualifiedName("crm", "deal"), owner=Owner("owner_id"), read_budget=Budget(10**9, "day"))
EXPORTS = {"anna": Level.department, "pat": Level.own, "sam": Level.none}
"""Who reads the deals of their department, and how far they export them."""

QUERIES = {
    "by key": "select * from crm.{} where id = 4",
    "page of 50": "select * from crm.{} order by created_at desc limit 50",
    "scan": "select count(title) from crm.{}",
}
BATCHES = {"by key": 50, "page of 50": 20, "scan": 1}
COLUMNS = {
    "no budget": ("sam", FREE),
    "exports all": ("anna", METERED),
    "exports own": ("pat", METERED),
    "counted": ("sam", METERED),
}


def company(connection: psycopg.Connection[Any], rows: int) -> None:
    """Make a department, who share the deals."""
    install(connection)
    connection.execute("create table crm.free (like crm.deal including all)")
    connection.execute("insert into crm.department (name) values ('North')")
    for number, login in enumerate(EXPORTS, 1):
        connection.execute(f"create role {login} login password '{login}'".encode())
        connection.execute("insert into crm.person (login, name) values (%s, %s)", [login, login])
        connection.execute("insert into crm.department_member values (1, %s)", [number])
    roles = tuple(
        Role(
            f"{login}_role",
            permissions=tuple(
                permission
                for entity in (FREE, METERED)
                for permission in (
                    Permission(entity.name, "read", Level.department),
                    Permission(entity.name, "export", export),
                )
            ),
        )
        for login, export in EXPORTS.items()
    )
    deploy(connection, Definition("highest", (FREE, METERED), roles))
    for number, login in enumerate(EXPORTS, 1):
        connection.execute(
            "insert into rls.assignment (role, principal_kind, principal_id) values (%s, 'person', %s)",
            [f"{login}_role", number],
        )
    for entity in (FREE, METERED):
        connection.execute(
            sql.SQL(
                "insert into {} (owner_id, title) select 1 + n %% 3, 'deal ' || n from generate_series(1, %s) n"
            ).format(sql.Identifier(entity.table.schema, entity.table.name)),
            [rows],
        )
    connection.execute("vacuum analyze")


def main() -> None:
    """Measure, and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--bin", type=Path)
    wanted = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="rowlock-bench-") as directory:
        Path(directory).chmod(0o755)
        server = EmbeddedServer(Path(directory) / "postgres", wanted.bin)
        server.start(foreground_child=True)
        try:
            with psycopg.connect(server.url(), autocommit=True) as connection:
                company(connection, wanted.rows)
            compare(server.url(), wanted.rows, wanted.rounds)
        finally:
            server.stop()


def compare(url: str, rows: int, rounds: int) -> None:
    """Measure each query for everybody, and print what it took."""
    people = {
        login: psycopg.connect(conninfo.make_conninfo(url, user=login, password=login), autocommit=True)
        for login in EXPORTS
    }
    for person in people.values():
        person.execute("set jit = off; set max_parallel_workers_per_gather = 0")
    drawn = Table("query", *COLUMNS, "for each row")
    for name, prepared in _cases():
        found: dict[str, list[float]] = {column: [] for column in COLUMNS}
        for _ in range(rounds + 1):
            for column, (login, entity) in COLUMNS.items():
                text = QUERIES[name].format(entity.name)
                found[column].append(_measured(people[login], text, BATCHES[name], prepared=prepared))
        # The first round prepares, and fills caches.
        took = {column: statistics.median(times[1:]) for column, times in found.items()}
        more = (took["counted"] - took["no budget"]) / min(rows, {"by key": 1, "page of 50": 50}.get(name, rows))
        drawn.add_row(
            f"{name}, prepared" if prepared else name,
            *(f"{1e3 * value:.3f}" for value in took.values()),
            f"{1e9 * more:.0f} ns",
        )
    Console().print(drawn)


def _cases() -> Iterator[tuple[str, bool]]:
    yield from ((name, prepared) for name in QUERIES for prepared in (False, True))


def _measured(person: psycopg.Connection[Any], query: str, batch: int, *, prepared: bool) -> float:
    """Return the processor's seconds for one statement."""
    begin = seconds(person.info.backend_pid)
    for _ in range(batch):
        person.execute(query.encode(), prepare=prepared).fetchall()
    return (seconds(person.info.backend_pid) - begin) / batch


if __name__ == "__main__":
    main()
