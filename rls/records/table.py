"""The table of an entity, as a loader must know it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import dict_row

from rls.definition.model import Definition, Entity
from rls.definition.wording import unknown
from rls.errors import InputError, Problem
from rls.names import Installation, QualifiedName
from rls.resources import sql_text

CAN_WRITE = "select row_security_active(%s::regclass)"

NAMING = ("name", "title", "code")
"""Columns a record is called by, best first."""

PERSON_NAMING = ("login", "key", "name", "email")
"""The same of a person."""


@dataclass(frozen=True)
class Reference:
    """What a column's value is the key of.

    ``names``: the columns its records are called by, best first.
    ``governed``: who may see them is a matter of rights.
    """

    table: QualifiedName
    key: str
    names: tuple[str, ...]
    columns: tuple[str, ...]
    governed: bool = False


@dataclass(frozen=True)
class Column:
    """A column: what its values must be."""

    name: str
    type: str
    type_text: str
    required: bool = False
    has_default: bool = False
    is_made_by_server: bool = False
    reference: Reference | None = None


@dataclass(frozen=True)
class Target:
    """An entity, its table's columns, and those nobody may load."""

    entity: Entity
    columns: tuple[Column, ...]

    @property
    def identifier(self) -> sql.Identifier:
        """The table's name in SQL."""
        return sql.Identifier(self.entity.table.schema, self.entity.table.name)

    @property
    def carried(self) -> frozenset[str]:
        """The columns that triggers keep."""
        carries = self.entity.carries
        if carries is None:
            return frozenset()
        return frozenset(filter(None, (carries.owner, carries.open, carries.stage, carries.pipeline)))

    def column(self, name: str) -> Column | None:
        """Return the column called *name*."""
        return next((column for column in self.columns if column.name == name), None)


def entity_called(definition: Definition, name: str) -> Entity:
    """Return the entity of this name.

    :raises InputError: there is none.
    """
    try:
        return definition.entity(name)
    except KeyError:
        known = [entity.name for entity in definition.entities]
        raise InputError([Problem(name, "", unknown("entity", name, known))]) from None


def read_target(connection: Connection[Any], installation: Installation, definition: Definition, name: str) -> Target:
    """Return what is to be loaded into.

    :raises InputError: no such entity, or its table is gone.
    """
    entity = entity_called(definition, name)
    columns = _columns(connection, installation, definition, entity)
    if not columns:
        raise InputError([Problem(name, "", f"its table {entity.table} does not exist in this database")])
    return Target(entity, columns)


def bound_by_policies(connection: Connection[Any], table: QualifiedName) -> bool:
    """Return whether row security binds the connected role on *table*."""
    text = sql.Identifier(table.schema, table.name).as_string(connection)
    row = connection.execute(CAN_WRITE, [text]).fetchone()
    return row is not None and bool(row[0])


def _columns(
    connection: Connection[Any], installation: Installation, definition: Definition, entity: Entity
) -> tuple[Column, ...]:
    rows = _rows(connection, entity.table)
    governed = {one.table for one in definition.entities}
    person = QualifiedName(installation.organisation, "person")
    found = []
    for row in rows:
        reference = None
        if row["referenced_table"]:
            table = QualifiedName(row["referenced_schema"], row["referenced_table"])
            reference = _reference(connection, table, row["referenced_column"], person)
            reference = replace(reference, governed=table in governed)
        elif entity.owner is not None and entity.owner.column == row["name"]:
            reference = _reference(connection, person, entity.owner.holds, person)
        parts = {key: row[key] for key in ("name", "type", "type_text", "required", "has_default", "is_made_by_server")}
        found.append(Column(**parts, reference=reference))
    return tuple(found)


def _rows(connection: Connection[Any], table: QualifiedName) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        query = sql_text("records/columns.sql")
        return cursor.execute(query, {"schema": table.schema, "name": table.name}).fetchall()


def _reference(connection: Connection[Any], table: QualifiedName, key: str, person: QualifiedName) -> Reference:
    columns = tuple(row["name"] for row in _rows(connection, table))
    naming = PERSON_NAMING if table == person else NAMING
    return Reference(table, key, tuple(name for name in naming if name in columns), columns)
