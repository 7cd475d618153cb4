"""rowlock refer: the SQL that holds references between tables of yours to what their author sees."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import click
import psycopg

from rls.commands.connection import with_connection
from rls.commands.options import definition_of
from rls.definition import Definition
from rls.installed import installed
from rls.names import Installation, QualifiedName, checked
from rls.referring import Reference, holding
from rls.report import console
from rls.resources import sql_text
from rls.shipped import CRM_TABLES
from rls.state.reading import names_of, rows_of


@click.command()
@click.argument("definitions", nargs=-1, required=True, type=click.Path(path_type=Path))
@with_connection
def refer(connection: psycopg.Connection, definitions: tuple[Path, ...]) -> None:
    """Print the SQL that keeps foreign keys from telling what is hidden.  Runs nothing.

    A foreign key accepts the id of a hidden record and refuses that of an
    absent one.  For each table of the DEFINITIONS that refers to another, this
    prints a trigger that refuses both alike.  Rowlock's own tables have theirs,
    parents of children need none.  To be run by the owner of the tables, as a
    superuser or a member of the owner of schema rls; again when a foreign key
    comes or goes.

    \b
    Example:
      rowlock refer rights.yaml > refer.sql
      psql -1 -v ON_ERROR_STOP=1 -f refer.sql
    """
    definition, installation = definition_of(definitions), installed(connection)
    texts = list(_statements(connection, definition, installation))
    if not texts:
        console.say("no table of yours refers to another one of the definition")
    else:
        console.data("\n\n".join(texts))


def _statements(
    connection: psycopg.Connection[Any], definition: Definition, installation: Installation
) -> Iterator[str]:
    parents = {(entity.table, parent.column) for entity in definition.entities for parent in entity.parents}
    values = names_of(entity.table for entity in definition.entities)
    rows = rows_of(connection, sql_text("catalog/references.sql"), values)
    for (schema, name, owner), found in groupby(rows, lambda row: (row["schema"], row["name"], row["owner"])):
        table = QualifiedName(schema, name)
        references = [
            Reference(row["column"], QualifiedName(row["target_schema"], row["target_name"]), row["target_key"])
            for row in found
            if (table, row["column"]) not in parents
        ]
        if references and not (schema == "crm" and name in CRM_TABLES):
            function = checked(f"see_{schema}_{name}")
            yield holding(table, references, function, owner, installation).as_string(None).strip() + ";"
