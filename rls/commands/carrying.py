"""rowlock carry: the SQL that makes a child table of yours follow its parents."""

from __future__ import annotations

from pathlib import Path

import click
import psycopg

from rls.carrying import Child, carrying, child_of, filling
from rls.commands.connection import with_connection
from rls.commands.options import definition_of
from rls.errors import InputError, Problem
from rls.installed import installed
from rls.names import Installation
from rls.report import console
from rls.state.tables import read_facts


@click.command()
@click.argument("entity")
@click.argument("definitions", nargs=-1, required=True, type=click.Path(path_type=Path))
@with_connection
def carry(connection: psycopg.Connection, entity: str, definitions: tuple[Path, ...]) -> None:
    """Print the SQL that makes a child of yours follow its parents.  Runs nothing.

    ENTITY names `parents` and `carries` in the definitions file: columns of
    its table that hold its parent's owner, open flag, stage and pipeline.  Add
    the columns first; this prints the triggers that keep them current, and
    fills them for the rows that are there.  To be run once, by the owner of the
    tables, as a superuser or a member of the owner of schema rls.

    \b
    Example:
      rowlock carry invoice_line rights.yaml > carry.sql
      psql -1 -v ON_ERROR_STOP=1 -f carry.sql
    """
    definition = definition_of(definitions)
    child = next((one for one in definition.entities if one.name == entity and one.carries), None)
    if child is None:
        known = ", ".join(one.name for one in definition.entities if one.carries) or "none"
        raise InputError([Problem("", "ENTITY", f'"{entity}" is not an entity with `carries`; these are: {known}')])
    installation = installed(connection)
    facts = read_facts(connection, (one.table for one in definition.entities), installation)
    console.data(_script(child_of(definition, child, facts), installation))


def _script(child: Child, installation: Installation) -> str:
    texts = [statement.as_string(None).strip() for statement in (*carrying(child, installation), *filling(child))]
    return "\n\n".join(text if text.endswith(";") else f"{text};" for text in texts)
