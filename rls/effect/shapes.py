"""What predicates read of a row: rows alike in that are reached alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rls.effect.sides import Side
from rls.names import QualifiedName
from rls.state.facts import Column, Table


@dataclass(frozen=True)
class Shape:
    """What the predicates of one entity read of a row of its table.

    ``owner_type``: in which owners are compared; ``keyed``: they are named by
    person.key.  ``flags``: boolean columns.  ``references``: columns of which
    only matters whether they are null.  ``values``: columns of stages and
    pipelines, with the types to cast text to.
    """

    table: QualifiedName
    owner: str | None
    owner_type: str
    keyed: bool
    flags: tuple[str, ...]
    references: tuple[str, ...]
    values: tuple[tuple[str, str], ...]


def shape_of(side: Side, entity: str) -> Shape:
    """Return the shape of an entity's rows on one side."""
    sources, table, owner = side.sources(entity), side.table(entity), side.owner(entity)
    values = _distinct(name for source in sources for name in (source.stage, source.pipeline))
    column = _column(table, owner.column) if owner else None
    return Shape(
        table=table.name,
        owner=column.name if column else None,
        owner_type=(column.compared_as or column.type) if column else "integer",
        keyed=owner is not None and owner.holds == "key",
        flags=_distinct(source.open for source in sources),
        references=_distinct(source.reference for source in sources),
        values=tuple((name, _uncut(_column(table, name).type)) for name in values),
    )


def _distinct(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _column(table: Table, name: str) -> Column:
    found = table.column(name)
    assert found is not None, f"{table.name}.{name} fits the database"
    return found


def _uncut(kind: str) -> str:
    """Return the type to cast text to: ``character`` without a length is one letter."""
    return "pg_catalog.bpchar" if kind == "character" else kind
