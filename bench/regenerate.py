"""What regenerating rights costs, beside psql running the same final SQL.

``python -m bench.regenerate [--roles 50] [--entities 30] [--people 5000] [--rounds 3] [--json FILE]``

Everything runs in one embedded PostgreSQL, interleaved; figures are medians of
the rounds, in seconds, and ratios against psql.  *everything* is all rights
from nothing, *one cell* one level of one role, *nothing* a plan that is empty.
*database* is the part spent waiting for the server.  The people have logins,
are in 300 departments, and each holds a role.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import psycopg
from rich.console import Console
from rich.progress import track
from rich.table import Table

from rls.definition.model import OPERATIONS, Assignment, Definition, Entity, Level, Owner, Permission, Role
from rls.installation import install
from rls.names import Installation, QualifiedName
from rls.plan import Plan, apply_in_phases, compiled, make_plan
from rls.server import EmbeddedServer
from rls.server.binaries import find

DATABASE = "bench"


def main() -> None:
    """Measure and print the table."""
    wanted = _arguments()
    with tempfile.TemporaryDirectory(prefix="rowlock-bench-") as directory:
        Path(directory).chmod(0o755)
        server = EmbeddedServer(Path(directory) / "postgres")
        server.start(foreground_child=True)
        try:
            server.ensure_database(DATABASE)
            with psycopg.connect(server.url(DATABASE), autocommit=True, cursor_factory=Waiting) as connection:
                figures = _measure(connection, server, wanted)
                version = connection.info.parameter_status("server_version")
        finally:
            server.stop(immediately=True)
    _print(figures, wanted, str(version))
    if wanted.json:
        wanted.json.write_text(json.dumps({"server_version": version, "seconds": figures}, indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("roles", 50), ("entities", 30), ("people", 5000), ("rounds", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _measure(
    connection: psycopg.Connection[Any], server: EmbeddedServer, wanted: argparse.Namespace
) -> dict[str, list[float]]:
    install(connection, Installation(organisation="staff"), crm=False)
    _hire(connection, wanted.people)
    fill(connection, wanted)
    rights = definition(wanted.roles, wanted.entities)
    nothing = Definition()
    other = _one_cell(rights)
    figures: dict[str, list[float]] = {}

    def timed(name: str, action: Callable[[], Plan | None]) -> Plan | None:
        waited = Waiting.seconds
        begin = time.perf_counter()
        plan = action()
        figures.setdefault(name, []).append(time.perf_counter() - begin)
        if not name.startswith("psql"):
            figures.setdefault(f"{name}, database", []).append(Waiting.seconds - waited)
        return plan

    def planned_and_applied(name: str, of: Definition) -> None:
        plan = timed(f"plan: {name}", lambda: make_plan(connection, of))
        assert plan is not None, "make_plan returns one"
        timed(f"apply: {name}", lambda: apply_in_phases(connection, plan))

    script = compiled(connection, rights)
    for _ in track(range(wanted.rounds), description="rounds", console=Console(stderr=True), transient=True):
        timed("psql: everything", lambda: _psql(server, script))
        _forget(connection, wanted)
        planned_and_applied("everything", rights)
        planned_and_applied("nothing to do", rights)
        planned_and_applied("one cell", other)
        apply_in_phases(connection, make_plan(connection, nothing))
    return figures


class Waiting(psycopg.Cursor[Any]):
    """A cursor that adds up how long the server takes to answer."""

    seconds = 0.0

    def execute(self, *args: Any, **kwargs: Any) -> Self:
        """Run a statement and count the time until its answer."""
        begin = time.perf_counter()
        try:
            return super().execute(*args, **kwargs)
        finally:
            Waiting.seconds += time.perf_counter() - begin

    def executemany(self, *args: Any, **kwargs: Any) -> None:
        """Run a statement many times and count the time until the last answer."""
        begin = time.perf_counter()
        super().executemany(*args, **kwargs)
        Waiting.seconds += time.perf_counter() - begin


def fill(connection: psycopg.Connection[Any], wanted: argparse.Namespace) -> None:
    """Make the entities' tables."""
    connection.execute("create schema shop")
    for number in range(wanted.entities):
        connection.execute(
            f"create table shop.entity_{number} (id bigint generated always as identity primary key,"
            " owner_id int, is_open boolean not null default false, stage text, name text, amount numeric)"
        )


def _hire(connection: psycopg.Connection[Any], people: int) -> None:
    """Make people with logins, in departments of which ten are below each of thirty."""
    connection.execute("""
        insert into staff.department (name) select 'Region ' || n from generate_series(1, 30) n;
        insert into staff.department (name, parent_id)
          select 'Team ' || n, (select id from staff.department where name = 'Region ' || (1 + n % 30))
          from generate_series(1, 270) n
    """)
    for first in range(1, people + 1, 500):
        logins = [f"person_{number}" for number in range(first, min(first + 500, people + 1))]
        connection.execute(";".join(f"create role {login} login" for login in logins))
    connection.execute(
        "insert into staff.person (login, name) select 'person_' || n, 'Person ' || n from generate_series(1, %s) n",
        [people],
    )
    connection.execute("""
        insert into staff.department_member (department_id, person_id)
          select department.id, person.id
          from staff.person
          join staff.department on department.name = 'Team ' || (1 + person.id % 270)
    """)


def _forget(connection: psycopg.Connection[Any], wanted: argparse.Namespace) -> None:
    """Undo what psql did, which Rowlock does not know of."""
    connection.execute("drop schema shop cascade; delete from rls.assignment; truncate rls.role, rls.permission")
    roles = connection.execute("select rolname from pg_roles where rolname ~ '^crm_r[0-9]+$'").fetchall()
    for (name,) in roles:
        connection.execute(f"drop owned by {name}; drop role {name}")
    fill(connection, wanted)


def definition(roles: int, entities: int) -> Definition:
    """Return rights on every entity for every role, held by the people of a region."""
    tables = tuple(
        Entity(
            f"entity_{number}",
            QualifiedName("shop", f"entity_{number}"),
            owner=Owner("owner_id"),
            open="is_open",
            stage="stage",
            stages=("new", "won", "lost"),
        )
        for number in range(entities)
    )
    held = tuple(Assignment(f"r{number}", "subdepartments", f"Region {1 + number % 30}") for number in range(roles))
    return Definition("highest", tables, tuple(_role(number, tables) for number in range(roles)), held)


def _role(number: int, entities: tuple[Entity, ...]) -> Role:
    levels = list(Level)[1:]
    permissions = tuple(
        Permission(entity.name, operation, levels[number % len(levels)], stage=stage)
        for entity in entities
        for operation in OPERATIONS
        for stage in ((None, "won") if number % 3 == 0 else (None,))
    )
    return Role(f"r{number}", permissions=permissions)


def _one_cell(definition: Definition) -> Definition:
    first = definition.roles[0]
    cell = replace(first.permissions[0], level=Level.department)
    wider = replace(first, permissions=(cell, *first.permissions[1:]))
    return replace(definition, roles=(wider, *definition.roles[1:]))


def _psql(server: EmbeddedServer, script: str) -> None:
    psql = Path(find(None).program("psql"))
    subprocess.run(
        [str(psql), "-q", "-v", "ON_ERROR_STOP=1", "-d", server.url(DATABASE), "-f", "-"],
        input=script,
        text=True,
        check=True,
        capture_output=True,
    )


def _print(figures: dict[str, list[float]], wanted: argparse.Namespace, version: str) -> None:
    base = statistics.median(figures["psql: everything"])
    title = (
        f"{wanted.roles} roles x {wanted.entities} entities, {wanted.people:,} people; "
        f"PostgreSQL {version}, {platform.machine()}, median of {wanted.rounds}"
    )
    table = Table("what", "seconds", "of psql: everything", title=title, title_justify="left")
    for name, seconds in figures.items():
        median = statistics.median(seconds)
        table.add_row(name, f"{median:.2f}", f"{median / base:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
