"""rowlock as PERSON: what somebody sees and may do, from the administrator's connection."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click
import psycopg
from rich.table import Table

from rls.commands.connection import with_connection
from rls.errors import RowlockError
from rls.report import console

if TYPE_CHECKING:
    from rls.organisation.sessions import Result

SCHEMA_VERSION = 1
"""Version of the JSON."""


@click.command("as")
@click.argument("person")
@click.option("-c", "query", metavar="QUERY", help="Run this and print what comes back, instead of opening psql.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program, with a schema_version.")
@with_connection
def as_person(connection: psycopg.Connection, person: str, *, query: str | None, as_json: bool) -> None:
    """See the database as PERSON, a login.

    With -c, or with SQL on standard input, runs it in one transaction under
    the person's rights, prints the rows and commits.  Otherwise opens psql.

    It is your own session that takes the person's role: what the policies
    give is exact, but RESET ROLE gives your own rights back, and settings of
    the login (ALTER ROLE … SET) do not apply.  For people to use themselves
    there are their logins.

    \b
    Examples:
      rowlock as darcel_schlecht -c "select count(*), sum(amount) from crm.deal"
      rowlock as darcel_schlecht < report.sql
      rowlock as darcel_schlecht
    """
    from rls.installed import installed
    from rls.organisation.sessions import check_person
    from rls.organisation.sessions import query as run

    check_person(connection, installed(connection), person)
    if query is None and not sys.stdin.isatty():
        query = sys.stdin.read()
    if query is None:
        raise click.exceptions.Exit(_psql(connection, person))
    if not query.strip():
        raise click.UsageError("no SQL came on standard input: say -c QUERY")
    results = run(connection, person, query)
    if as_json:
        found = [{"status": one.status, "columns": one.columns, "rows": one.rows} for one in results]
        console.json({"schema_version": SCHEMA_VERSION, "person": person, "results": found})
    else:
        for one in results:
            _print(one)


def _print(result: Result) -> None:
    if result.columns:
        table = Table(*result.columns, box=None, pad_edge=False, header_style="bold")
        for row in result.rows:
            table.add_row(*("NULL" if value is None else str(value) for value in row))
        console.data(table)
    console.say(f"({len(result.rows)} row{'' if len(result.rows) == 1 else 's'})" if result.columns else result.status)


def _psql(connection: psycopg.Connection, person: str) -> int:
    """Open psql and return its exit code."""
    from rls.organisation.sessions import psql_environment

    program, environment = _program()
    console.say(f"psql as {person}, in a session of {connection.info.user}: RESET ROLE gives your own rights back")
    variables = psql_environment(connection, person, environment)
    connection.close()
    return subprocess.run([program], env=variables, check=False).returncode


def _program() -> tuple[str, Mapping[str, str]]:
    """Return psql and the environment it needs: the one on the PATH, else the embedded server's.

    :raises RowlockError: there is none.
    """
    from rls.server import ServerError
    from rls.server.binaries import find

    program = shutil.which("psql")
    if program is not None:
        return program, os.environ
    try:
        binaries = find()
    except ServerError:
        binaries = None
    if binaries is None or not os.access(binaries.program("psql"), os.X_OK):
        raise RowlockError("psql is not installed: install PostgreSQL's client programs, or run one query with -c")
    return binaries.program("psql"), {**os.environ, "LD_LIBRARY_PATH": binaries.environment()["LD_LIBRARY_PATH"]}
