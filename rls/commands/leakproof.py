"""rowlock leakproof: conditions of a person's own that may use an index all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import psycopg

from rls.commands.connection import with_connection
from rls.commands.options import as_json
from rls.installed import installed
from rls.report import console

if TYPE_CHECKING:
    from rls.leakproof import Leakproof

SCHEMA_VERSION = 1
"""Version of the JSON; it grows when a key changes its meaning or goes."""


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 when anything would change.")
@click.option("--undo", is_flag=True, help="Drop the operators and their schema.")
@as_json
@with_connection
def leakproof(connection: psycopg.Connection, *, check: bool, undo: bool, as_json: bool) -> None:
    """Make operators whose indexes people can use under a policy that filters.

    PostgreSQL asks a policy first, of every row somebody may see, before it
    asks whether `amount >= 1000`, `title ilike '%x%'` or `attributes @> …`, and
    takes no index for these: their functions are not marked leakproof.  This
    makes a schema with operators of the same names that are, for numeric, enums,
    LIKE and ILIKE, tsvector and jsonb, lower() and upper(); prints the statements, and
    runs them.  Needs a superuser.  Run again, it makes what is missing, as after
    `create extension pg_trgm`.

    They are used by whoever finds them first, and by indexes made for them:

    \b
      alter role lena set search_path = crm_leakproof, pg_catalog, crm;
      create index concurrently on crm.deal (amount crm_leakproof.numeric_ops);
      create index concurrently on crm.deal using gin (title crm_leakproof.gin_trgm_ops);

    What they are asked of, EXPLAIN and the clock can tell of hidden rows, too, as
    of texts compared by =, of dates and whole numbers: make no index of them on what
    is a secret.  `rowlock harden` is the opposite; a database has one of both.

    \b
    Examples:
      rowlock leakproof --check                what would be made; exit 1 when anything would
      rowlock leakproof
      rowlock leakproof --check > make.sql     for whoever is a superuser
      rowlock leakproof --undo
    """
    from rls.leakproof import drop, dropping_script, make, making_script, read_leakproof

    installation = installed(connection)
    before = read_leakproof(connection, installation)
    statements = dropping_script(before) if undo else making_script(installation, before)
    if not check and undo:
        drop(connection, before)
    elif not check:
        make(connection, installation, before)
    if as_json:
        console.json(_data(before if check else read_leakproof(connection, installation), statements))
    else:
        console.data(*(f"{statement};" for statement in statements))
        console.say(_summary(before, statements, check=check, undo=undo))
    if check and statements:
        raise click.exceptions.Exit(1)


def _summary(before: Leakproof, statements: list[str], *, check: bool, undo: bool) -> str:
    if not statements:
        return "nothing to drop" if undo else "nothing to do"
    if undo:
        return f"schema {before.schema} {'would be' if check else 'is'} dropped"
    made = f"schema {before.schema} {'would be' if check else 'is'} {'completed' if before.is_there else 'made'}"
    return f"{made}; who has it before pg_catalog in search_path uses it, with indexes of its operator classes"


def _data(found: Leakproof, statements: list[str]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "schema": found.schema,
        "complete": found.is_there and not found.missing,
        "functions": found.functions,
        "dependents": found.dependents,
        "statements": statements,
    }
