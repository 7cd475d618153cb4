"""What regenerating rights costs, beside psql running the same final SQL.

``python -m bench.regenerate [--roles 50] [--entities 30] [--people 5000] [--rounds 3] [--json FILE]``

Everything runs in one embedded PostgreSQL, interleaved; figures are medians of
the rounds, in seconds, and ratios against psql.  *everything* is all rights
from nothing, *one cell* one level of one role, *nothing* a plan that is empty.
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
from typing import Any

import psycopg
from rich.console import Console
from rich.progress import track
from rich.table import Table

from rls.definition.model import OPERATIONS, Definition, Entity, Level, Owner, Permission, Role
from rls.installation import install
from rls.names import Installation, QualifiedName
from rls.plan import apply_in_phases, compiled, make_plan
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
            with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
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
    _fill(connection, wanted)
    definition = _definition(wanted.roles, wanted.entities)
    nothing = Definition()
    other = _one_cell(definition)
    figures: dict[str, list[float]] = {}

    def timed(name: str, action: Callable[[], object]) -> None:
        begin = time.perf_counter()
        action()
        figures.setdefault(name, []).append(time.perf_counter() - begin)

    def applied(of: Definition) -> None:
        apply_in_phases(connection, make_plan(connection, of))

    script = compiled(connection, definition)
    for _ in track(range(wanted.rounds), description="rounds", console=Console(stderr=True), transient=True):
        timed("psql: everything", lambda: _psql(server, script))
        _forget(connection, wanted)
        timed("apply: everything", lambda: applied(definition))
        timed("plan: nothing to do", lambda: make_plan(connection, definition))
        timed("apply: nothing to do", lambda: applied(definition))
        timed("plan: one cell", lambda: make_plan(connection, other))
        timed("apply: one cell", lambda: applied(other))
        applied(nothing)
    return figures


def _fill(connection: psycopg.Connection[Any], wanted: argparse.Namespace) -> None:
    connection.execute("create schema shop")
    for number in range(wanted.entities):
        connection.execute(
            f"create table shop.entity_{number} (id bigint generated always as identity primary key,"
            " owner_id int, is_open boolean not null default false, stage text, name text, amount numeric)"
        )
    connection.execute(
        "insert into staff.person (login, name) select 'person_' || n, 'Person ' || n from generate_series(1, %s) n",
        [wanted.people],
    )


def _forget(connection: psycopg.Connection[Any], wanted: argparse.Namespace) -> None:
    """Undo what psql did, which Rowlock does not know of."""
    connection.execute("drop schema shop cascade; delete from staff.person; truncate rls.role, rls.permission")
    roles = connection.execute("select rolname from pg_roles where rolname ~ '^crm_r[0-9]+$'").fetchall()
    for (name,) in roles:
        connection.execute(f"drop owned by {name}; drop role {name}")
    _fill(connection, wanted)


def _definition(roles: int, entities: int) -> Definition:
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
    return Definition("highest", tables, tuple(_role(number, tables) for number in range(roles)))


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
