"""Where a row's owner, open flag, stage and pipeline are read from.

An entity of its own reads them from its own columns; a child reads, for each
entity it may belong to, the columns it carries of that parent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from psycopg import sql

from rls.definition.levels import Cell, levels, of_parent
from rls.definition.model import Definition, Entity, Level, Operation, Owner, Role
from rls.names import QualifiedName

Levels = Mapping[Cell, tuple[Level, bool]]


@dataclass(frozen=True)
class Source:
    """One entity whose rights a table's rows obey.

    ``reference`` is the child's column that says a row belongs to *entity*;
    None for an entity's own table.
    """

    entity: Entity
    reference: str | None
    owner: Owner | None
    open: str | None
    stage: str | None
    pipeline: str | None

    @property
    def always_this(self) -> bool:
        """Whether every row of the table belongs to this source."""
        return self.reference is None


def sources(definition: Definition, entity: Entity) -> tuple[Source, ...]:
    """Return the sources of an entity's rows: itself, or its parents."""
    if not entity.parents:
        return (Source(entity, None, entity.owner, entity.open, entity.stage, entity.pipeline),)
    carries = entity.carries
    found = []
    for link in entity.parents:
        parent = definition.entity(link.entity)
        found.append(
            Source(
                entity=parent,
                reference=link.column,
                owner=Owner(carries.owner, parent.owner.holds) if carries and parent.owner else None,
                open=carries.open if carries and parent.open else None,
                stage=carries.stage if carries and parent.stage else None,
                pipeline=carries.pipeline if carries and parent.pipeline else None,
            )
        )
    return tuple(found)


def owner_of(sources: Sequence[Source]) -> Owner | None:
    """Return the owner of a table's rows: sources that have one agree on its column."""
    return next((source.owner for source in sources if source.owner), None)


def owner_column(sources: Sequence[Source], table: QualifiedName) -> sql.Composable | None:
    """Return the column that names a row's owner, if any does."""
    owner = owner_of(sources)
    return column(table, owner.column) if owner else None


def open_column(sources: Sequence[Source], table: QualifiedName) -> sql.Composable | None:
    """Return the column that says whether a row is open to everybody, if any does."""
    flag = next((source.open for source in sources if source.open), None)
    return column(table, flag) if flag else None


def operation_on(source: Source, operation: Operation) -> Operation:
    """Return the operation on the source's entity that decides about one on its rows."""
    return operation if source.always_this else of_parent(operation)


def source_levels(source: Source, role: Role, operation: Operation, fields: str | None = None) -> Levels:
    """Return the role's level for *operation* in each cell of the source's entity.

    :param fields: for that group of fields; where the source has none of that name, for the record.
    """
    return levels(role, source.entity, operation_on(source, operation), fields)


def cell_key(source: Source, cell: Cell) -> str:
    """Return the name of a cell as ``rls.permission`` keeps it: ``deal:sales/won``."""
    return f"{source.entity.name}:{cell.pipeline}/{cell.stage}"


@cache
def column(table: QualifiedName, name: str) -> sql.Composed:
    """Return a column of the row a predicate function is given."""
    return sql.SQL("{}.{}").format(sql.Identifier(table.name), sql.Identifier(name))
