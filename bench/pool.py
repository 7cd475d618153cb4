"""What it costs a pool's connection to become a person, by how many people there are.

``python -m bench.pool [--people 1000,10000,100000] [--slice 1000] [--rounds 3] [--without ROAD] [--json FILE]``

Everything runs in one embedded PostgreSQL, whose programs ROWLOCK_PG_BIN names.
Figures are milliseconds; those of transactions are of the processor, in the
connection's server process, so that they hold on a busy machine, too (Linux).
*first* is the first transaction of a new connection, *after a GRANT* the first one after any
membership of the cluster changed, *then* those that follow; a transaction is
BEGIN, becoming a person, ``select 1``, COMMIT.  The roads:

* one login: a member of all people;
* a group between: a member of a group that is a member of all people;
* slices: a login for each slice of the people, of which one is measured;
* own login: the person connects, and becomes nobody else.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.processor import seconds
from rls.installation import install
from rls.names import Installation
from rls.organisation.pools import add
from rls.pools import slice_of
from rls.server import EmbeddedServer

DATABASE = "bench"

PASSWORD = "bench-secret"  # noqa: S105 - of logins in a server that is gone afterwards

SETTINGS = {"fsync": "off", "max_wal_size": "4GB", "max_locks_per_transaction": "8192"}
"""A transaction that makes or grants a role locks it."""

NAMES = Installation(organisation="staff")

PEOPLE = """
do $$
declare
  added constant int[] := array(select n from generate_series({first}, {last}) as n);
begin
  for i in {first}..{last} loop
    execute 'create role person_' || i || ' login';
  end loop;
  insert into staff.person (login, name) select 'person_' || n, 'Person ' || n from unnest(added) as n;
end $$
"""

BETWEEN = """
do $$
begin
  execute 'grant '
    || (select string_agg(login, ', ') from staff.person)
    || ' to between'
    || case when current_setting('server_version_num')::int >= 160000 then ' with set true' else '' end;
end $$
"""

GRANT = "grant bench_a to bench_b"
REVOKE = "revoke bench_a from bench_b"

Figures = dict[str, float]

TALK = Console(stderr=True)


def main() -> None:
    """Measure and print the table."""
    wanted = _arguments()
    found: dict[int, dict[str, Figures]] = {}
    with tempfile.TemporaryDirectory(prefix="rowlock-bench-") as directory:
        Path(directory).chmod(0o755)
        server = EmbeddedServer(Path(directory) / "postgres", settings=SETTINGS)
        server.start(foreground_child=True)
        try:
            server.ensure_database(DATABASE)
            with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
                version = str(connection.info.parameter_status("server_version"))
                install(connection, NAMES, crm=False)
                connection.execute("create role bench_a; create role bench_b; create role between noinherit")
                for people in wanted.people:
                    _fill(connection, people)
                    found[people] = Bench(connection, server, wanted, people).run()
        finally:
            server.stop(immediately=True)
    _print(found, wanted, version)
    if wanted.json:
        wanted.json.write_text(json.dumps({"server_version": version, "milliseconds": found}, indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=lambda text: sorted(map(int, text.split(","))), default=[1000, 10000, 100000])
    parser.add_argument("--slice", type=int, default=1000, help="people in a slice")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without", action="append", default=[], metavar="ROAD")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _fill(connection: psycopg.Connection[Any], people: int) -> None:
    """Have *people* people with logins, and no pool."""
    connection.execute("delete from rls.pool")
    for (login,) in connection.execute("select rolname from pg_roles where rolname like 'crm_app%'").fetchall():
        connection.execute(f"drop role {login}".encode())
    (there,) = connection.execute("select count(*) from staff.person").fetchone() or (0,)
    connection.execute(PEOPLE.format(first=there + 1, last=people).encode())
    connection.execute(f"alter role person_1 password '{PASSWORD}'".encode())
    connection.execute("vacuum analyze")


class Bench:
    """The roads, measured with a number of people."""

    def __init__(
        self, connection: psycopg.Connection[Any], server: EmbeddedServer, wanted: argparse.Namespace, people: int
    ) -> None:
        self.connection, self.server, self.wanted, self.people = connection, server, wanted, people
        self.slices = max(1, -(-people // wanted.slice))

    def run(self) -> dict[str, Figures]:
        """Return road → what → milliseconds."""
        roads = {
            "one login": self._one,
            "a group between": self._between,
            "own login": self._own,
            f"slices of {self.wanted.slice:,}": self._sliced,
        }
        chosen = [(road, action) for road, action in roads.items() if road not in self.wanted.without]
        return {road: action() for road, action in track(chosen, f"{self.people:,}", console=TALK)}

    def _one(self) -> Figures:
        make = _milliseconds(lambda: self._add({"crm_app": (1, 1)}))
        figures = self._measured("crm_app", "person_1") | {"make": make, "a new person": self._new_person()}
        self.connection.execute("delete from rls.pool")
        return figures

    def _between(self) -> Figures:
        self.connection.execute("drop role if exists crm_app_between")
        self.connection.execute(f"create role crm_app_between login noinherit password '{PASSWORD}'".encode())
        self.connection.execute("grant between to crm_app_between")
        make = _milliseconds(lambda: self.connection.execute(BETWEEN))
        figures = self._measured("crm_app_between", "person_1") | {"make": make}
        self.connection.execute("drop role between; create role between noinherit")
        return figures

    def _sliced(self) -> Figures:
        logins = {f"crm_app_{part}": (part, self.slices) for part in range(1, self.slices + 1)}
        make = _milliseconds(lambda: self._add(logins))
        login = f"crm_app_{slice_of('person_1', self.slices)}"
        figures = self._measured(login, "person_1") | {"make": make, "a new person": self._new_person()}
        self.connection.execute("delete from rls.pool")
        return figures

    def _own(self) -> Figures:
        return self._measured("person_1", None) | {"a new person": self._new_person()}

    def _add(self, logins: dict[str, tuple[int, int]]) -> None:
        with self.connection.transaction():
            add(self.connection, NAMES, logins, dict.fromkeys(logins, PASSWORD))

    def _new_person(self) -> float:
        """Return what making a login and a person costs, pools included; undone."""
        with self.connection.transaction(force_rollback=True):
            self.connection.execute("create role somebody_new login")
            query = "insert into staff.person (login, name) values ('somebody_new', 'New')"
            return _milliseconds(lambda: self.connection.execute(query))

    def _measured(self, login: str, person: str | None) -> Figures:
        connects, firsts, agains, thens = [], [], [], []
        for _ in range(self.wanted.rounds):
            begin = time.perf_counter()
            info = self.server.connection_info() | {"user": login, "password": PASSWORD, "dbname": DATABASE}
            with psycopg.connect(**info, autocommit=True) as connection:
                connects.append((time.perf_counter() - begin) * 1000)
                firsts.append(_transaction(connection, person))
                thens.append(statistics.median(_transaction(connection, person) for _ in range(50)))
                self.connection.execute(GRANT)
                agains.append(_transaction(connection, person))
                self.connection.execute(REVOKE)
        return {
            "connect": min(connects),
            "first": min(firsts),
            "after a GRANT": min(agains),
            "then": min(thens),
        }


def _transaction(connection: psycopg.Connection[Any], person: str | None) -> float:
    begin = _processor(connection)
    connection.execute("begin")
    if person is not None:
        connection.execute("select set_config('role', %s, true)", [person])
    connection.execute("select 1")
    connection.execute("commit")
    return _processor(connection) - begin


def _processor(connection: psycopg.Connection[Any]) -> float:
    """Return how many milliseconds a connection's server process has computed."""
    return 1000 * seconds(connection.info.backend_pid)


def _milliseconds(action: Callable[[], object]) -> float:
    begin = time.perf_counter()
    action()
    return (time.perf_counter() - begin) * 1000


def _print(found: dict[int, dict[str, Figures]], wanted: argparse.Namespace, version: str) -> None:
    columns = ("connect", "first", "after a GRANT", "then", "make", "a new person")
    title = f"milliseconds; PostgreSQL {version}, {platform.machine()}, the quietest of {wanted.rounds} rounds"
    table = Table("people", "road", *columns, title=title, title_justify="left")
    for people, roads in found.items():
        for road, figures in roads.items():
            cells = (f"{figures[name]:,.1f}" if name in figures else "" for name in columns)
            table.add_row(f"{people:,}", road, *cells)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
