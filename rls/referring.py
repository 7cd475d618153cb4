"""References between records: who makes one must see what it refers to, or foreign keys would tell what is hidden."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg import sql

from rls.names import Installation, QualifiedName, checked
from rls.resources import template


def seeing(table: QualifiedName, references: Mapping[str, QualifiedName], installation: Installation) -> sql.Composed:
    """Return the statements that hold *table*'s references to what their author sees; each may be run again.

    :param references: column → the table whose ``id`` it holds.
    """
    return template(
        "templates/see_references.sql",
        function=function_name(table),
        table=sql.Identifier(table.schema, table.name),
        columns=sql.SQL(", ").join(map(sql.Identifier, references)),
        branches=sql.SQL("  ").join(
            template(
                "templates/see_branch.sql",
                column=column,
                column_name=sql.Literal(column),
                target=sql.Identifier(target.schema, target.name),
                target_name=sql.Literal(str(target)),
            )
            for column, target in references.items()
        ),
        rls_owner=installation.rls_owner,
        owner_name=sql.Literal(installation.owner),
    )


def function_name(table: QualifiedName) -> str:
    """Return the name of the trigger function in schema ``rls``."""
    return checked(f"see_{table.name}")
