"""What import costs: rows a second of plain COPY, of an import, and of INSERT as the person, in one run.

Then what a budget for creating adds to an INSERT of one record.

``python -m bench.imports [--rows N]``: a server of its own, the CRM with its indexes, references and triggers.  Seconds
are the server process's on a processor (Linux), so that what else the machine does hardly counts.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg

from bench.processor import seconds as used_seconds
from rls.definition.loading import load
from rls.definition.loading import standard as shipped
from rls.definition.model import Budget, Definition
from rls.installation import install
from rls.plan import deploy
from rls.server import EmbeddedServer, binaries

COLUMNS = "owner_id, stage, title, code, company_id, amount, probability, engaged_on, comment"
BATCH = 1000
ROUNDS = 2
SINGLE = 2000
SINGLE_ROUNDS = 5


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--pg-bin", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        server = EmbeddedServer(Path(directory), binaries.find(options.pg_bin).directory, {"fsync": "off"})
        server.start()
        try:
            _measure(server.url(), options.rows)
        finally:
            server.stop()


def _measure(url: str, count: int) -> None:
    standard = load([shipped()])
    with psycopg.connect(url, autocommit=True) as connection:
        install(connection)
        deploy(connection, standard)
        connection.execute("create role seller login")
        connection.execute("insert into crm.person (name, login) values ('Seller', 'seller')")
        connection.execute(
            "insert into rls.assignment (role, principal_kind, principal_id)"
            " select 'manager', 'person', id from crm.person"
        )
        (owner,) = connection.execute("select id from crm.person").fetchone() or (0,)
        connection.execute(
            "insert into crm.company (name, owner_id) select 'C' || i, %s from generate_series(1, 100) as i", [owner]
        )
        companies = [key for (key,) in connection.execute("select id from crm.company")]
        version = connection.info.parameter_status("server_version")
    rows = [
        (owner, "prospecting", f"Deal {i}", f"X{i}", companies[i % 100], i % 1000, 50, "2026-01-01", f"said of {i}")
        for i in range(count)
    ]
    ways: dict[str, tuple[str | None, Callable[[psycopg.Connection], None]]] = {
        "COPY without policies, superuser": (None, lambda connection: _copy(connection, "crm.deal", rows)),
        "import, person": ("seller", lambda connection: _copy(connection, "crm_import.deal", rows)),
        f"INSERT of {BATCH} rows each, person": ("seller", lambda connection: _insert(connection, rows)),
    }
    print(f"PostgreSQL {version}, {count:,} deals\n\n| | rows/s | of COPY |\n|---|---|---|")
    plain = 0.0
    for name, (person, way) in ways.items():
        seconds = min(_timed(url, person, way) for _ in range(ROUNDS))
        plain = plain or seconds
        print(f"| {name} | {count / seconds:,.0f} | {plain / seconds:.2f} |", flush=True)
    _measure_budget(url, standard, rows[:SINGLE])


def _measure_budget(url: str, standard: Definition, rows: list[tuple[object, ...]]) -> None:
    """Measure an INSERT of one record without a budget, with one, and with one against which it counts, in turn."""
    ways = {
        "no budget": standard,
        "budget, within the import level": _with_budget(standard),
        "budget, counted": _without_import(_with_budget(standard)),
    }
    found = dict.fromkeys(ways, float("inf"))
    for name, definition in [*ways.items()] * SINGLE_ROUNDS:
        with psycopg.connect(url, autocommit=True) as connection:
            deploy(connection, definition)
        used = _timed(url, "seller", lambda connection: _insert(connection, rows, 1))
        found[name] = min(found[name], used)
    print("\n| INSERT of one record, person | µs | of the first |\n|---|---|---|")
    for name, used in found.items():
        print(f"| {name} | {used / len(rows) * 1e6:,.0f} | {used / found['no budget']:.2f} |", flush=True)


def _with_budget(definition: Definition) -> Definition:
    entities = (
        replace(entity, create_budget=Budget(10**9, "week")) if entity.name == "deal" else entity
        for entity in definition.entities
    )
    return replace(definition, entities=tuple(entities))


def _without_import(definition: Definition) -> Definition:
    roles = (
        replace(role, permissions=tuple(one for one in role.permissions if one.operation != "import"))
        for role in definition.roles
    )
    return replace(definition, roles=tuple(roles))


def _timed(url: str, person: str | None, way: Callable[[psycopg.Connection], None]) -> float:
    with psycopg.connect(url) as connection:
        if person:
            connection.execute(f"set local role {person}".encode())
        before = used_seconds(connection.info.backend_pid)
        way(connection)
        used = used_seconds(connection.info.backend_pid) - before
        connection.rollback()
    return used


def _copy(connection: psycopg.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    with connection.cursor().copy(f"copy {table} ({COLUMNS}) from stdin".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _insert(connection: psycopg.Connection, rows: list[tuple[object, ...]], batch: int = BATCH) -> None:
    values = ", ".join([f"({', '.join(['%s'] * len(rows[0]))})"] * batch)
    for first in range(0, len(rows), batch):
        some = [value for row in rows[first : first + batch] for value in row]
        connection.execute(f"insert into crm.deal ({COLUMNS}) values {values}".encode(), some)  # noqa: S608


if __name__ == "__main__":
    main()
