"""rowlock harden: no condition of a person's own before the policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import psycopg

from rls.commands.connection import with_connection
from rls.commands.options import as_json
from rls.installed import installed
from rls.report import console

if TYPE_CHECKING:
    from rls.hardening import Hardening

SCHEMA_VERSION = 1
"""Version of the JSON; it grows when a key changes its meaning or goes."""


@click.command()
@click.option("--keys", is_flag=True, help="Numbers and uuids of keys and references, too.")
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 when anything would change.")
@click.option("--undo", is_flag=True, help="Give back what harden took.")
@as_json
@with_connection
def harden(connection: psycopg.Connection, *, keys: bool, check: bool, undo: bool, as_json: bool) -> None:
    """Let no condition of a person's own run before the policies.

    PostgreSQL compares texts, dates and whole numbers before it asks whether
    somebody may see the row, and looks them up in indexes and statistics of
    all rows: EXPLAIN and the clock tell what hidden rows hold.  This marks
    the functions that do so, for the types of the columns under rights, as not
    leakproof; prints the statements, and runs them.  Needs a superuser.

    It costs: a condition on such a column finds no index and no statistics but
    for those who may see every row.  With --keys so does a row's key: it is
    looked for among all rows somebody may see.  That closes which keys exist.

    It holds for this database until the server is upgraded or a dump restored;
    `rowlock doctor` says so.  Run again, it changes nothing.

    \b
    Examples:
      rowlock harden --check                   what would change; exit 1 when anything would
      rowlock harden
      rowlock harden --check > harden.sql      for whoever is a superuser
      rowlock harden --undo
    """
    from rls.hardening import harden as put_in_force
    from rls.hardening import hardening_script, read_hardening, soften, softening_script

    if undo and keys:
        raise click.UsageError("--undo gives back everything: leave out --keys")
    installed(connection)
    before = read_hardening(connection, keys=keys)
    statements = softening_script(before) if undo else hardening_script(before)
    if not check:
        (soften if undo else put_in_force)(connection, before)
    if as_json:
        now = before if check else read_hardening(connection, keys=keys)
        console.json(_data(now, statements))
    else:
        console.data(*(f"{statement};" for statement in statements))
        console.say(_summary(before, check=check, undo=undo))
    if check and statements:
        raise click.exceptions.Exit(1)


def _summary(before: Hardening, *, check: bool, undo: bool) -> str:
    changed = [each for each in before.hardened if not each.is_leakproof] if undo else before.open
    if not changed:
        return "nothing to give back" if undo and not before.hardened else "nothing to do"
    types = sorted({name for each in changed for name in each.types})
    are = "would be" if check else "are"
    said = "leakproof again" if undo else "no longer leakproof"
    return f"{len(changed)} functions {are} {said}: what takes {', '.join(types)}"


def _data(found: Hardening, statements: list[str]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "in_force": bool(found.hardened) and not found.open,
        "half": found.is_half,
        "statements": statements,
        "functions": [
            {
                "name": each.name,
                "types": each.types,
                "leakproof": each.is_leakproof,
                "hardened": each.was_leakproof,
            }
            for each in found.comparisons
        ],
    }
