"""Connection → facts: the tables a definition names, and the principals it may name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import Connection

from rls.names import Installation, QualifiedName
from rls.resources import sql_text, template
from rls.state.facts import Column, Facts, Table
from rls.state.reading import Row, names_of, rows_of

_KINDS = {"r": "table", "p": "table", "v": "view", "m": "materialized view", "f": "foreign table"}
"""What ``pg_class.relkind`` means."""


def read_facts(connection: Connection[Any], tables: Iterable[QualifiedName], installation: Installation) -> Facts:
    """Return the tables asked for, as far as they exist, and every principal."""
    wanted = set(tables)
    found: dict[QualifiedName, list[Row]] = {}
    for row in rows_of(connection, sql_text("catalog/tables.sql"), names_of(wanted)):
        found.setdefault(QualifiedName(row["schema"], row["name"]), []).append(row)
    drawn = sequences_of(connection, wanted)
    others = rows_of(connection, sql_text("catalog/table_names.sql")) if wanted - found.keys() else []
    principals = template("catalog/principals.sql", organisation=installation.organisation)
    return Facts(
        tables={name: _table(name, rows, drawn.get(name, ())) for name, rows in found.items()},
        principals={(row["kind"], row["name"]): row["id"] for row in rows_of(connection, principals)},
        others=tuple(QualifiedName(row["schema"], row["name"]) for row in others),
    )


def sequences_of(
    connection: Connection[Any], tables: Iterable[QualifiedName]
) -> dict[QualifiedName, tuple[QualifiedName, ...]]:
    """Return by table the sequences its defaults draw from."""
    found: dict[QualifiedName, tuple[QualifiedName, ...]] = {}
    for row in rows_of(connection, sql_text("catalog/sequences.sql"), names_of(tables)):
        table = QualifiedName(row["table_schema"], row["table_name"])
        found[table] = (*found.get(table, ()), QualifiedName(row["schema"], row["name"]))
    return found


def _table(name: QualifiedName, rows: list[Row], sequences: tuple[QualifiedName, ...]) -> Table:
    columns = tuple(
        Column(
            name=row["column"],
            type=row["type"],
            has_default=row["has_default"],
            identity=row["identity"],
            generated=row["generated"],
            compared_as=row["compared_as"],
            not_null=row["not_null"],
            computed_of=tuple(row["computed_of"]),
            default=row["default"],
            comment=row["comment"],
        )
        for row in rows
    )
    key = sorted((row["key_position"], row["column"]) for row in rows if row["key_position"])
    kind, comment = _KINDS[rows[0]["kind"]], rows[0]["table_comment"]
    return Table(name, columns, tuple(column for _, column in key), kind, sequences, comment)
