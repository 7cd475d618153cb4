"""rowlock carry: the SQL that makes a child table of yours follow its parents."""

from __future__ import annotations

from pathlib import Path

import click
import psycopg

from rls.carrying import Carried, Child, Followed, carrying, filling
from rls.commands.connection import with_connection
from rls.definition import Carries, Definition, Entity, load
from rls.errors import InputError, Problem
from rls.names import Installation
from rls.plan import installed
from rls.report import console
from rls.state.catalog import read_facts
from rls.state.facts import Facts


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
    definition = load(list(definitions))
    child = next((one for one in definition.entities if one.name == entity and one.carries), None)
    if child is None:
        known = ", ".join(one.name for one in definition.entities if one.carries) or "none"
        raise InputError([Problem("", "ENTITY", f'"{entity}" is not an entity with `carries`; these are: {known}')])
    installation = installed(connection)
    facts = read_facts(connection, (one.table for one in definition.entities), installation)
    console.data(_script(_child(definition, child, facts), installation))


def _script(child: Child, installation: Installation) -> str:
    texts = [statement.as_string(None).strip() for statement in (*carrying(child, installation), *filling(child))]
    return "\n\n".join(text if text.endswith(";") else f"{text};" for text in texts)


def _child(definition: Definition, entity: Entity, facts: Facts) -> Child:
    carries = entity.carries or Carries("")
    carried = Carried(carries.owner, carries.open, carries.stage, carries.pipeline)
    return Child(
        entity.table,
        carried,
        tuple(_followed(definition.entity(link.entity), link.column, facts) for link in entity.parents),
    )


def _followed(parent: Entity, reference: str, facts: Facts) -> Followed:
    known = facts.tables.get(parent.table)
    key = parent.key or (known.key if known else ())
    if len(key) != 1:
        message = f"table {parent.table} needs a key of one column, to be referred to by {reference}"
        raise InputError([Problem("", f"entities.{parent.name}.key", message)])
    has = Carried(parent.owner.column if parent.owner else None, parent.open, parent.stage, parent.pipeline)
    return Followed(reference, parent.table, has, key[0])
