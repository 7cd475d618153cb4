"""rowlock doctor: what is wrong with a server and a database that hold rights."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import psycopg

from rls.commands.connection import with_connection
from rls.commands.options import as_json
from rls.report import console

if TYPE_CHECKING:
    from rls.doctor import Diagnosis


@click.command()
@click.option("--only", multiple=True, metavar="CHECK", help="Only this check; may be repeated.")
@click.option("--skip", multiple=True, metavar="CHECK", help="Not this check; may be repeated.")
@click.option("--notes", is_flag=True, help="Show what is only worth knowing, too.")
@click.option("--thorough", is_flag=True, help="Read rows, too: look for children without a parent.")
@click.option("--fix", is_flag=True, help="Print the statements as one script for psql.")
@click.option("--apply", "applies", is_flag=True, help="Run those that are safe to run, in one transaction.")
@click.option("--yes", is_flag=True, help="Do not ask before --apply.")
@as_json
@with_connection
def doctor(
    connection: psycopg.Connection,
    *,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    notes: bool,
    thorough: bool,
    fix: bool,
    applies: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Look for what leads past the rights.

    In the server, the database, its tables, people's logins, pools.  Holes of
    the server are tried out, in a transaction that is rolled back.  For each
    finding: what, why it matters, and the statement that mends it.  What could
    not be seen is said.

    Critical: somebody may reach more than the definition says.  Warning: one
    more slip, and somebody does.  Exit 1: there is one of either.

    \b
    Examples:
      rowlock doctor --notes
      rowlock doctor --fix > mend.sql         for review; notes only with --notes
      rowlock doctor --apply                  shows it, asks, runs it, looks again
      rowlock doctor --skip version           until the server is upgraded
    """
    if applies and (as_json or fix):
        raise click.UsageError("--apply asks and talks; --json and --fix are for programs: say one")
    from rls.doctor import chosen, examine, script
    from rls.report.diagnoses import diagnosis_data, diagnosis_parts

    names = chosen(only, skip, thorough=thorough)

    def look() -> Diagnosis:
        found = examine(connection, names)
        return found if notes or as_json or not (fix or applies) else found.without_notes()

    found = look()
    if applies:
        found = look() if _mended(connection, found, yes=yes) else found
    if as_json:
        console.json(diagnosis_data(found) | ({"script": script(found)} if fix else {}))
    elif fix:
        console.data(script(found))
    else:
        console.data(*diagnosis_parts(found, notes=notes))
    if not found.is_healthy:
        raise click.exceptions.Exit(1)


def _mended(connection: psycopg.Connection, found: Diagnosis, *, yes: bool) -> bool:
    """Show the statements that are safe, ask, run them; return whether there were any."""
    from rls.doctor import mend, safe

    statements = safe(found)
    if not statements:
        return False
    for each in statements:
        console.say(f"{each.statement};")
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("nobody is there to confirm: say --yes to do it, or --fix to only look")
        click.confirm(f"Run these {len(statements)}?", abort=True, err=True)
    mend(connection, statements)
    console.say(f"done: {len(statements)} run; looking again")
    return True
