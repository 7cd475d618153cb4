"""What a person's transaction costs, direct and through PgBouncer, on both roads.

``python -m bench.pgbouncer [--people 200] [--transactions 500] [--rounds 5] [--json FILE]``

Everything runs in one embedded PostgreSQL, whose programs ROWLOCK_PG_BIN names,
and in the PgBouncer of this machine.  Figures are milliseconds, of the quietest
round: a connection, and the median transaction (BEGIN, who is asking where the
login does not say it, ``select count(*)`` of a person's ten companies, COMMIT).
*without Rowlock* is the same query of a superuser with the person's condition
written into it.  *everybody in turn*: each transaction is another person's, over
connections of their own to PgBouncer, which has a tenth as many to the server.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.progress import track
from rich.table import Table

import rls.definition
from rls.definition.loading import load
from rls.installation import install
from rls.plan import deploy
from rls.server import EmbeddedServer
from tests.fixtures.database import Database
from tests.pooling.bouncer import Bouncer, directory_for_bouncer, running, written

DATABASE = "bench"

MAKE = """
do $$ begin for i in 1..{people} loop
  execute format('create role person%1$s login password %2$L', i, 'person' || i || '-secret');
end loop; end $$;
insert into crm.person (login, name) select 'person' || n, 'Person ' || n from generate_series(1, {people}) as n;
insert into rls.assignment (role, principal_kind) values ('manager', 'everyone');
insert into crm.company (name, owner_id) select person.login, person.id from crm.person, generate_series(1, 10);
create role crm_app login noinherit password 'crm_app-secret';
insert into rls.pool values ('crm_app');
analyze;
"""

QUERY = "select count(*) from crm.company"

BECOME = "select set_config('role', %s, true)"


@dataclass(frozen=True)
class Way:
    """A way to work: how to connect as a login, which logins, and whether they must say who is asking."""

    connect: Callable[[str], psycopg.Connection[Any]]
    login: str | None
    becomes: bool = False
    query: str = QUERY


def main() -> None:
    """Measure and print the table."""
    wanted = _arguments()
    with ExitStack() as stack:
        server = EmbeddedServer(
            Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rowlock-bench-"))) / "postgres",
            settings={"fsync": "off", "max_connections": "200"},
        )
        server.directory.parent.chmod(0o755)
        server.start(foreground_child=True)
        stack.callback(server.stop, immediately=True)
        server.ensure_database(DATABASE)
        with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
            version = str(connection.info.parameter_status("server_version"))
            install(connection)
            deploy(connection, load([Path(rls.definition.__file__).parent / "standard"]))
            connection.execute(MAKE.format(people=wanted.people).encode())
        figures = _measured(Database(DATABASE, server.url(DATABASE)), wanted, stack)
    _print(figures, wanted, version)
    if wanted.json:
        wanted.json.write_text(json.dumps({"server_version": version, "milliseconds": figures}, indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("people", 200), ("transactions", 500), ("rounds", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _measured(database: Database, wanted: argparse.Namespace, stack: ExitStack) -> dict[str, dict[str, float]]:
    few = str(wanted.people // 10)
    one, other = (stack.enter_context(directory_for_bouncer()) for _ in range(2))
    port = written(database, one, "--mode", "both", "--connections", few)
    # Whoever asks for passwords has one password; it is taken from the file that is there.
    shutil.copy2(one / "userlist.txt", other)
    pools_port = written(database, other, "--pool", "crm_app", "--connections", few)
    people = stack.enter_context(running(database, one, port))
    pools = stack.enter_context(running(database, other, pools_port))
    ways = dict(_ways(database, people, pools))
    found: dict[str, dict[str, list[float]]] = {name: {"connect": [], "transaction": []} for name in ways}
    for _ in track(range(wanted.rounds), "rounds", console=Console(stderr=True)):
        for name, way in ways.items():
            connect, transaction = _round(way, wanted)
            found[name]["connect"].append(connect)
            found[name]["transaction"].append(transaction)
    return {name: {what: min(values) for what, values in figures.items()} for name, figures in found.items()}


def _ways(database: Database, people: Bouncer, pools: Bouncer) -> Iterator[tuple[str, Way]]:
    def direct(login: str) -> psycopg.Connection[Any]:
        return psycopg.connect(database.url, user=login, password=f"{login}-secret")

    plain = "select count(*) from crm.company where owner_id = 1"
    session = f"{DATABASE}_session"
    yield "without Rowlock, direct", Way(lambda _: psycopg.connect(database.url), "postgres", query=plain)
    yield "own login, direct", Way(direct, "person1")
    yield "own login, PgBouncer, session", Way(lambda login: people.connect(login, dbname=session), "person1")
    yield "own login, PgBouncer, transaction", Way(people.connect, "person1")
    yield "own logins, PgBouncer, transaction, everybody in turn", Way(people.connect, None)
    yield "pool's login, direct", Way(direct, "crm_app", becomes=True)
    yield "pool's login, PgBouncer, transaction", Way(pools.connect, "crm_app", becomes=True)


def _round(way: Way, wanted: argparse.Namespace) -> tuple[float, float]:
    """Return what a connection and a transaction took."""
    logins = [way.login] if way.login else [f"person{number}" for number in range(1, wanted.people + 1)]
    with ExitStack() as stack:
        begin = time.perf_counter()
        connections = [stack.enter_context(way.connect(login)) for login in logins]
        connect = (time.perf_counter() - begin) / len(connections)
        for connection in connections:
            connection.prepare_threshold = None
        if way.login:
            _transaction(connections[0], way, 1)
        taken = [
            _transaction(connections[number % len(connections)], way, number % wanted.people + 1)
            for number in range(wanted.transactions)
        ]
        return connect * 1000, statistics.median(taken) * 1000


def _transaction(connection: psycopg.Connection[Any], way: Way, number: int) -> float:
    begin = time.perf_counter()
    if way.becomes:
        connection.execute(BECOME, [f"person{number}"])
    row = connection.execute(way.query.encode()).fetchone()
    connection.commit()
    assert row == (10,)
    return time.perf_counter() - begin


def _print(figures: dict[str, dict[str, float]], wanted: argparse.Namespace, version: str) -> None:
    server = f"{wanted.people:,} people, PostgreSQL {version}, {platform.machine()}"
    title = f"milliseconds; {server}, the quietest of {wanted.rounds} rounds"
    table = Table("way", "connect", "transaction", title=title, title_justify="left")
    for way, values in figures.items():
        table.add_row(way, f"{values['connect']:.1f}", f"{values['transaction']:.2f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
