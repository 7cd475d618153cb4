"""Roles, entities and operations: what a definition grants, for people to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from rls.definition.levels import deciding
from rls.definition.model import FIELD_ACCESS, OPERATIONS, Definition, Entity, Level, Operation, Role


@dataclass(frozen=True)
class Override:
    """A level of its own for a pipeline, a stage, or a stage of a pipeline."""

    pipeline: str | None
    stage: str | None
    level: Level

    @property
    def place(self) -> str:
        """``won``, ``partners:`` or ``partners: won``."""
        return f"{self.pipeline}: {self.stage or ''}".rstrip() if self.pipeline else self.stage or ""


@dataclass(frozen=True)
class Row:
    """One cell of the matrix: how far an operation reaches, and where it reaches differently.

    ``fields``: the group of fields it is about; None for the record.
    """

    role: str
    entity: str
    operation: Operation
    level: Level
    overrides: tuple[Override, ...] = ()
    fields: str | None = None

    @property
    def what(self) -> str:
        """``deal``, or ``deal.finance``."""
        return f"{self.entity}.{self.fields}" if self.fields else self.entity


def matrix(definition: Definition) -> tuple[Row, ...]:
    """Return a row for every role, entity and operation, in this order; after each entity its groups of fields.

    Abstract roles have none, nor have children: see :func:`following`.
    """
    return tuple(
        row
        for role in definition.roles
        if not role.abstract
        for entity in definition.entities
        if not entity.parents
        for row in _rows(role, entity)
    )


def _rows(role: Role, entity: Entity) -> Iterator[Row]:
    yield from (_row(role, entity, operation) for operation in OPERATIONS)
    for group in entity.fields:
        yield from (_row(role, entity, operation, group.name) for operation in FIELD_ACCESS)


def following(definition: Definition) -> dict[str, tuple[str, ...]]:
    """Return child → the entities whose rights it follows."""
    return {
        entity.name: tuple(sorted({parent.entity for parent in entity.parents}))
        for entity in definition.entities
        if entity.parents
    }


def _row(role: Role, entity: Entity, operation: Operation, fields: str | None = None) -> Row:
    said = deciding(role, entity, operation, fields)
    level = next((one.level for one in said if one.pipeline is None and one.stage is None), Level.none)
    order = [stage for pipeline in entity.pipelines for stage in pipeline.stages] or list(entity.stages)
    places = [one for one in said if one.pipeline or one.stage]
    places.sort(key=lambda one: (one.pipeline or "", order.index(one.stage) if one.stage else -1))
    overrides = tuple(Override(one.pipeline, one.stage, one.level) for one in places)
    return Row(role.name, entity.name, operation, level, overrides, fields)


def markdown(definition: Definition) -> str:
    """Return the matrix as Markdown: a section and a table for each role."""
    sections = [_section(definition, role) for role in definition.roles if not role.abstract]
    follows = [f"`{child}` follows {', '.join(parents)}" for child, parents in following(definition).items()]
    notes = [f"Without rights of their own: {'; '.join(follows)}."] if follows else []
    return "\n\n".join([*sections, *notes]) + "\n"


def _section(definition: Definition, role: Role) -> str:
    title = [f"## {role.name}", *([f"{role.description}."] if role.description else [])]
    rows = [row for row in matrix(definition) if row.role == role.name]
    lines = list(_lines(rows))
    if not lines:
        return "\n\n".join([*title, "No permission on anything."])
    header = [f"| entity | {' | '.join(OPERATIONS)} |", f"|---{'|---' * len(OPERATIONS)}|"]
    return "\n\n".join([*title, "\n".join([*header, *lines])])


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yield a line for each entity on which there is any right."""
    for _, of_entity in groupby(rows, key=lambda row: row.entity):
        written = {
            what: {row.operation: _cell(row) for row in cells}
            for what, cells in groupby(of_entity, lambda row: row.what)
        }
        if any(cell != NOTHING for cells in written.values() for cell in cells.values()):
            for what, cells in written.items():
                yield f"| {what} | {' | '.join(cells.get(operation, '') for operation in OPERATIONS)} |"


NOTHING = "-"


def _cell(row: Row) -> str:
    """Return ``own`` or ``own (won: none)``."""
    level = NOTHING if row.level == Level.none else row.level.name
    places = [f"{override.place.removesuffix(':')}: {override.level.name}" for override in row.overrides]
    return f"{level} ({', '.join(places)})" if places else level
