"""What changes of the organisation and of rights cost as a company grows.

``python -m bench.scale [--people 1000 10000 100000] [--departments N] [--roles 100] [--entities 50] [--json FILE]``

For each number of people one embedded PostgreSQL with ``--roles`` by ``--entities``
rights, every role held by a region's people; a department for every 17 people
unless ``--departments`` says how many.  Regions are divided into areas and
these into teams; a chief belongs to all regions, and so reaches everybody.
Figures are medians.  With ``--json`` a size that is in the file already, made
with the same options, is not measured again.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from bench.regenerate import definition, fill
from rls.installation import install
from rls.names import Installation
from rls.organisation import sync
from rls.plan import apply_in_phases, make_plan
from rls.server import EmbeddedServer

DATABASE = "bench"
PER_DEPARTMENT = 17
"""People of a department unless told otherwise: 300 departments for 5,000."""

REGIONS, AREAS = 30, 5
"""Regions, which the definition names, and areas of each."""

HIRED = 1000
MOVED = 500

Figures = dict[str, float]
"""What was done → seconds, or bytes where the name ends so."""


def main() -> None:
    """Measure size by size and print the table."""
    wanted = _arguments()
    known = _known(wanted)
    version = ""
    for people in wanted.people:
        if str(people) not in known["sizes"]:
            _say(f"{people:,} people")
            version, known["sizes"][str(people)] = _measure(people, wanted)
            known["server_version"] = version
            if wanted.json:
                wanted.json.write_text(json.dumps(known, indent=1) + "\n")
    _print(known, wanted)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--departments", type=int, help=f"default: one for {PER_DEPARTMENT} people")
    for name, default in (("roles", 100), ("entities", 50)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _known(wanted: argparse.Namespace) -> dict[str, Any]:
    options = {name: getattr(wanted, name) for name in ("departments", "roles", "entities")}
    if wanted.json and wanted.json.exists():
        found: dict[str, Any] = json.loads(wanted.json.read_text())
        if found["options"] == options:
            return found
    return {"options": options, "sizes": {}}


def _say(what: str) -> None:
    Console(stderr=True).print(f"{time.strftime('%H:%M:%S')} {what}")


def _measure(people: int, wanted: argparse.Namespace) -> tuple[str, Figures]:
    with tempfile.TemporaryDirectory(prefix="rowlock-bench-") as directory:
        Path(directory).chmod(0o755)
        server = EmbeddedServer(Path(directory) / "postgres", settings={"max_locks_per_transaction": "1024"})
        server.start(foreground_child=True)
        try:
            server.ensure_database(DATABASE)
            with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
                company = Company(connection, server.url(DATABASE), people, Path(directory))
                figures = company.measure(wanted)
                return str(connection.info.parameter_status("server_version")), figures
        finally:
            server.stop(immediately=True)


class Company:
    """A company of one size, and what is measured of it."""

    def __init__(self, connection: psycopg.Connection[Any], url: str, people: int, directory: Path) -> None:
        self.connection = connection
        self.url = url
        self.people = people
        self.directory = directory
        self.installation = Installation(organisation="staff")
        self.figures: Figures = {}

    def measure(self, wanted: argparse.Namespace) -> Figures:
        """Make the company with its rights and measure everything."""
        install(self.connection, self.installation, crm=False)
        departments = wanted.departments or max(self.people // PER_DEPARTMENT, REGIONS * (AREAS + 2))
        self._sync(departments)
        fill(self.connection, wanted)
        self._rights(wanted)
        self._organisation()
        self._sessions()
        self._sizes()
        return self.figures

    def timed(self, name: str, *actions: Callable[[], object]) -> None:
        """Do the same several times, or what undoes it, and keep the median."""
        _say(f"  {name}")
        seconds = []
        for action in actions:
            begin = time.perf_counter()
            action()
            seconds.append(time.perf_counter() - begin)
        self.figures[name] = statistics.median(seconds)

    def run(self, statement: str, *values: object) -> Callable[[], object]:
        """Return what runs a statement."""
        return lambda: self.connection.execute(statement, values)

    def value(self, query: str, *values: object) -> Any:
        """Return the first column of the first row."""
        row = self.connection.execute(query, values).fetchone()
        assert row, query
        return row[0]

    def _sync(self, departments: int) -> None:
        path = self.directory / "people.csv"
        path.write_text("\n".join(("login,name,department", *_rows(self.people, departments))) + "\n")
        for name in ("people sync: everybody", "people sync: nothing to do"):
            self.timed(name, lambda: self._sync_file(path))
        self.connection.execute("analyze")

    def _sync_file(self, path: Path) -> None:
        options = sync.Options()
        reading = sync.read_files([path], {}, self.installation)
        planned = sync.plan(self.connection, self.installation, reading, options)
        if planned.changes:
            sync.run(self.connection, self.installation, reading, options, planned)

    def _rights(self, wanted: argparse.Namespace) -> None:
        rights = definition(wanted.roles, wanted.entities)

        def apply() -> None:
            apply_in_phases(self.connection, make_plan(self.connection, rights))

        self.timed("apply: all rights", apply)
        self.timed("apply: nothing to do", apply)

    def _organisation(self) -> None:
        self.timed("full refresh", self.run("select rls.refresh()"))
        self._one_person()
        self._one_department()
        self._hire()
        self._assign()

    def _one_person(self) -> None:
        person = self.value("select id from staff.person where login = %s", f"person_{self.people // 2}")
        home = self.value("select department_id from staff.department_member where person_id = %s", person)
        other = self.value("select max(id) from staff.department where name like 'Team%%' and id <> %s", home)
        move = "update staff.department_member set department_id = %s where person_id = %s"
        there, back = self.run(move, other, person), self.run(move, home, person)
        self.timed("one person moves department", there, back, there, back, there, back)
        dismiss = "update staff.person set is_active = %s where id = %s"
        gone, again = self.run(dismiss, False, person), self.run(dismiss, True, person)  # noqa: FBT003 - a value
        self.timed("one person is dismissed or taken back", gone, again, gone, again)

    def _one_department(self) -> None:
        department, parent, _ = self.connection.execute(
            """
            select department.id, department.parent_id, count(*)
            from staff.department
            join staff.department_closure as closure on closure.ancestor_id = department.id
            join staff.department_member as member on member.department_id = closure.descendant_id
            where department.parent_id is not null
            group by department.id
            order by abs(count(*) - %s)
            limit 1
            """,
            [MOVED],
        ).fetchone() or (None, None, None)
        other = self.value("select max(id) from staff.department where parent_id is null and id <> %s", parent)
        move = "update staff.department set parent_id = %s where id = %s"
        there, back = self.run(move, other, department), self.run(move, parent, department)
        self.timed(f"a department of {MOVED} moves (or the nearest there is)", there, back, there, back)

    def _hire(self) -> None:
        team = self.value("select min(id) from staff.department where name like 'Team%%'")
        for prefix in ("batch", "single"):
            self.connection.execute(";".join(f"create role {prefix}_{number} login" for number in range(HIRED)))
        insert = (
            "insert into staff.person (login, name) select %s::text || n, 'N' from generate_series(%s::int, %s::int) n"
        )
        join = """
            insert into staff.department_member (department_id, person_id)
              select %s, person.id from staff.person where login = any (%s)
        """

        def hire(prefix: str, first: int, last: int) -> None:
            with self.connection.transaction():
                self.connection.execute(insert, [prefix, first, last])
                self.connection.execute(join, [team, [f"{prefix}{number}" for number in range(first, last + 1)]])

        self.timed(f"{HIRED:,} are hired at once", lambda: hire("batch_", 0, HIRED - 1))
        self.timed(
            f"{HIRED:,} are hired one by one, each",
            *(lambda number=number: hire("single_", number, number) for number in range(HIRED)),
        )

    def _assign(self) -> None:
        give = "insert into rls.assignment (role, principal_kind, principal_id) values ('r1', %s, %s)"
        take = "delete from rls.assignment where role = 'r1' and not from_definition"
        person = self.value("select min(id) from staff.person")
        department = self.value("select max(id) from staff.department where name like 'Team%%'")
        for name, kind, principal in (
            ("a person", "person", person),
            ("a department", "department", department),
            ("everyone", "everyone", None),
        ):
            given, taken = self.run(give, kind, principal), self.run(take)
            self.timed(f"a role is assigned to {name}, or taken", given, taken, given, taken)

    def _sessions(self) -> None:
        login = self.value("""
            select min(person.login)
            from staff.department
            join staff.department_closure as closure on closure.ancestor_id = department.id
            join staff.department_member as member on member.department_id = closure.descendant_id
            join staff.person on person.id = member.person_id
            where department.name = 'Region 1' and closure.depth = 2
        """)
        query = "select count(*) from shop.entity_1"

        def first() -> None:
            with psycopg.connect(self.url) as connection:
                connection.execute(sql.SQL("set role {}").format(sql.Identifier(login)))
                connection.execute(query)

        self.timed("connect and first query", *[first] * 5)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("set role {}").format(sql.Identifier(login)))
            connection.execute(query)
            self.timed("plan of a query", *[lambda: connection.execute("explain " + query)] * 20)

    def _sizes(self) -> None:
        schemas = {"catalog": "pg_catalog", "rls": "rls", "organisation": "staff"}
        for name, schema in schemas.items():
            self.figures[f"{name}, bytes"] = self.value(
                "select sum(pg_total_relation_size(oid))::bigint from pg_class"
                " where relkind = 'r' and relnamespace = %s::regnamespace",
                schema,
            )


def _rows(people: int, departments: int) -> Iterator[str]:
    """Yield the lines of a people file: chiefs of areas and regions, one of everything, and teams."""
    teams = departments - REGIONS * (AREAS + 1)
    everywhere = ";".join(f"Region {region}" for region in range(1, REGIONS + 1))
    yield f"chief,Chief,{everywhere}"
    for number in range(1, people):
        place = number if number <= REGIONS * (AREAS + 1) else number % teams
        region, area = 1 + place % REGIONS, 1 + place // REGIONS % AREAS
        path = f"Region {region}"
        if number > REGIONS:
            path += f"/Area {region}.{area}"
        if number > REGIONS * (AREAS + 1):
            path += f"/Team {place}"
        yield f"person_{number},Person {number},{path}"


def _print(known: dict[str, Any], wanted: argparse.Namespace) -> None:
    sizes = [str(people) for people in wanted.people]
    title = (
        f"{wanted.roles} roles x {wanted.entities} entities; "
        f"PostgreSQL {known.get('server_version')}, {platform.machine()}, ms unless it says otherwise"
    )
    table = Table("what", *(f"{int(size):,} people" for size in sizes), "grows", title=title, title_justify="left")
    for name in known["sizes"][sizes[0]]:
        row = [known["sizes"][size].get(name, 0.0) for size in sizes]
        shown = [f"{value / 2**20:,.0f} MB" if name.endswith("bytes") else f"{value * 1000:,.1f}" for value in row]
        table.add_row(name.removesuffix(", bytes"), *shown, f"{row[-1] / row[0]:.1f} x" if row[0] else "")
    Console().print(table)


if __name__ == "__main__":
    main()
