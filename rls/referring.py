"""References between records: who makes one must see what it refers to, or foreign keys would tell what is hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from psycopg import sql

from rls.names import Installation, QualifiedName, checked
from rls.resources import template


@dataclass(frozen=True)
class Reference:
    """A column that holds the *key* of a record of another table."""

    column: str
    table: QualifiedName
    key: str


def seeing(table: QualifiedName, references: Mapping[str, QualifiedName], installation: Installation) -> sql.Composed:
    """Return the statements that hold references of a table of the CRM to what their author sees.

    :param references: column → the table whose ``id`` it holds.
    """
    held = [Reference(column, target, "id") for column, target in references.items()]
    return holding(table, held, function_name(table), installation.owner, installation)


def holding(
    table: QualifiedName, references: Iterable[Reference], function: str, owner: str, installation: Installation
) -> sql.Composed:
    """Return the statements that hold *table*'s references to what their author sees; each may be run again.

    :param function: the name of the trigger function in schema ``rls``.
    :param owner: who owns the table, and may refer to what they like.
    """
    held = list(references)
    return template(
        "templates/see_references.sql",
        function=function,
        table=sql.Identifier(table.schema, table.name),
        columns=sql.SQL(", ").join(sql.Identifier(one.column) for one in held),
        branches=sql.SQL("  ").join(
            template(
                "templates/see_branch.sql",
                column=one.column,
                column_name=sql.Literal(one.column),
                target=sql.Identifier(one.table.schema, one.table.name),
                target_name=sql.Literal(str(one.table)),
                target_literal=sql.Literal(sql.Identifier(one.table.schema, one.table.name).as_string(None)),
                key=one.key,
                key_literal=sql.Literal(one.key),
                views=sql.Literal(sql.Identifier(installation.views).as_string(None)),
                unfiltered=sql.Literal(sql.Identifier(installation.unfiltered).as_string(None)),
            )
            for one in held
        ),
        rls_owner=installation.rls_owner,
        owner_name=sql.Literal(owner),
    )


def function_name(table: QualifiedName) -> str:
    """Return the name of the trigger function of a table of the CRM."""
    return checked(f"see_{table.name}")
