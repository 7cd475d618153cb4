"""What reading through a view of fields costs, beside the table itself.

``python -m bench.fields [--rows 200000] [--rounds 9]``

Everything runs in one embedded PostgreSQL, table and view interleaved; figures
are medians of the rounds, in milliseconds, and how many times as long the view
takes.  Each person reads their *own* records, those of their department
(*head*, 60 people) or *all*, and sees the group of fields *everywhere*,
*nowhere*, or in their own records alone (*by row*).  On the table they have the
rows and every column, as if nothing were confidential; *fenced* is the same
view with ``barrier: true``.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from rls.definition.loading import loads
from rls.installation import install
from rls.plan import deploy
from rls.server import EmbeddedServer

DATABASE = "bench"
PEOPLE = 500
DEPARTMENT = 60

ENTITY = "{{table: shop.{}, owner: owner_id, fields: {{finance: [amount, margin]}}{}}}"
LEVELS = {"own": "own", "head": "department", "all": "all"}
FIELDS = {"everywhere": "", "nowhere": ", fields: {finance: none}", "by row": ", fields: {finance: own}"}
CASES = [(level, fields) for level in LEVELS for fields in FIELDS if (level, fields) != ("own", "by row")]

QUERIES: dict[str, LiteralString] = {
    "by key": "select * from {} where id = 4242",
    "newest 50": "select * from {} order by created_at desc limit 50",
    "sum by stage": "select stage, count(*), sum(amount) from {} group by stage",
    "every row": "select count(title), max(created_at), sum(margin) from {}",
}

DEALS = """
create schema shop;
create table shop.deal (
  id int primary key, owner_id int not null, stage text, title text, amount numeric, margin int, created_at timestamptz
);
insert into shop.deal
select i, 1 + i % 500, (array['new', 'won', 'lost', 'talk'])[1 + i % 4], 'deal ' || i, i % 30000, i % 1000,
  timestamptz '2025-01-01' + (i::bigint * 7919 % 300000) * interval '1 minute'
from generate_series(1, %s) as i;
create table shop.safe (like shop.deal);
insert into shop.safe select * from shop.deal;
create table shop.open (like shop.deal);
insert into shop.open select * from shop.deal;
"""


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.fields", description="What a view of fields costs.")
    parser.add_argument("--rows", type=int, default=200_000, help="deals")
    parser.add_argument(
        "--rounds", type=int, default=9, help="of each query; a query by key runs twenty times as often"
    )
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rowlock-bench-") as directory:
        Path(directory).chmod(0o755)
        server = EmbeddedServer(Path(directory) / "postgres", settings={"fsync": "off", "shared_buffers": "512MB"})
        server.start(foreground_child=True)
        try:
            server.ensure_database(DATABASE)
            with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
                _found(connection, wanted.rows)
                _print(connection.info.parameter_status("server_version") or "", server.url(DATABASE), wanted.rounds)
        finally:
            server.stop(immediately=True)


def _roles() -> Iterator[str]:
    for level, fields in CASES:
        said = f"{{read: {LEVELS[level]}{FIELDS[fields]}}}"
        yield f"  {_login(level, fields)}_role: {{permissions: {{deal: {said}, safe: {said}, open: {LEVELS[level]}}}}}"


def _login(level: str, fields: str) -> str:
    return f"{level}_{fields}".replace(" ", "_")


def _found(connection: psycopg.Connection, rows: int) -> None:
    install(connection)
    connection.execute("insert into crm.department (name) values ('East')")
    people = "insert into crm.person (name, login) select 'p' || i, null from generate_series(1, %s) as i"
    connection.execute(people, [PEOPLE])
    connection.execute("insert into crm.department_member select 1, i from generate_series(1, %s) as i", [DEPARTMENT])
    for number, case in enumerate(CASES, start=1):
        login = _login(*case)
        connection.execute(sql.SQL("create role {0} login password 'x'").format(sql.Identifier(login)))
        connection.execute("update crm.person set login = %s where id = %s", [login, number])
    connection.execute(DEALS.replace("%s", str(rows)).encode())
    for table in ("deal", "safe", "open"):
        name = sql.Identifier("shop", table)
        connection.execute(sql.SQL("create unique index on {} (id)").format(name))
        connection.execute(sql.SQL("create index on {} (owner_id, created_at desc)").format(name))
        connection.execute(sql.SQL("create index on {} (created_at)").format(name))
    entities = [
        f"  deal: {ENTITY.format('deal', '')}",
        f"  safe: {ENTITY.format('safe', ', barrier: true, key: [id]')}",
    ]
    entities.append("  open: {table: shop.open, owner: owner_id, key: [id]}")
    deploy(connection, loads("\n".join(["entities:", *entities, "roles:", *_roles()]) + "\n", "bench"))
    for number, case in enumerate(CASES, start=1):
        connection.execute(
            "insert into rls.assignment (role, principal_kind, principal_id) values (%s, 'person', %s)",
            [f"{_login(*case)}_role", number],
        )
    connection.execute("vacuum analyze")


def _print(version: str, url: str, rounds: int) -> None:
    table = Table("reads", "sees fields", *(f"{query}{what}" for query in QUERIES for what in ("", ", fenced")))
    for level, fields in CASES:
        with psycopg.connect(url, user=_login(level, fields), password="x", autocommit=True) as connection:  # noqa: S106
            connection.prepare_threshold = None
            table.add_row(level, fields, *(text for query in QUERIES for text in _ratios(connection, query, rounds)))
    console = Console(width=160)
    console.print(f"PostgreSQL {version}; milliseconds of the view, and how many times as long as the table")
    console.print(table)


def _ratios(connection: psycopg.Connection, query: str, rounds: int) -> Iterator[str]:
    relations: tuple[LiteralString, ...] = ("shop.open", "crm_read.deal", "crm_read.safe")
    times: dict[str, list[float]] = {relation: [] for relation in relations}
    for _ in range(rounds * (20 if query in ("by key", "newest 50") else 1)):
        for relation in relations:
            start = time.perf_counter()
            connection.execute(QUERIES[query].replace("{}", relation)).fetchall()
            times[relation].append(time.perf_counter() - start)
    medians = {relation: statistics.median(found) * 1000 for relation, found in times.items()}
    for relation in relations[1:]:
        yield f"{medians[relation]:.2f} ({medians[relation] / medians['shop.open']:.2f}x)"


if __name__ == "__main__":
    main()
