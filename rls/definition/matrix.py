"""Roles, entities and operations: what a definition grants, for people to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from rls.definition.model import OPERATIONS, Definition, Entity, Level, Operation, Role


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
    """One cell of the matrix: how far an operation reaches, and where it reaches differently."""

    role: str
    entity: str
    operation: Operation
    level: Level
    overrides: tuple[Override, ...] = ()


def matrix(definition: Definition) -> tuple[Row, ...]:
    """Return a row for every role, entity and operation, in this order.

    Abstract roles have none, nor have children: see :func:`following`.
    """
    return tuple(
        _row(role, entity, operation)
        for role in definition.roles
        if not role.abstract
        for entity in definition.entities
        if not entity.parents
        for operation in OPERATIONS
    )


def following(definition: Definition) -> dict[str, tuple[str, ...]]:
    """Return child → the entities whose rights it follows."""
    return {
        entity.name: tuple(sorted({parent.entity for parent in entity.parents}))
        for entity in definition.entities
        if entity.parents
    }


def _row(role: Role, entity: Entity, operation: Operation) -> Row:
    key = (entity.name, operation, None)
    said = [one for one in role.permissions if (one.entity, one.operation, one.fields) == key]
    level = next((one.level for one in said if one.pipeline is None and one.stage is None), Level.none)
    order = [stage for pipeline in entity.pipelines for stage in pipeline.stages] or list(entity.stages)
    places = [one for one in said if one.pipeline or one.stage]
    places.sort(key=lambda one: (one.pipeline or "", order.index(one.stage) if one.stage else -1))
    overrides = tuple(Override(one.pipeline, one.stage, one.level) for one in places)
    return Row(role.name, entity.name, operation, level, overrides)


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
    for entity, operations in groupby(rows, key=lambda row: row.entity):
        written = [_cell(row) for row in operations]
        if any(cell != NOTHING for cell in written):
            yield f"| {entity} | {' | '.join(written)} |"


NOTHING = "-"


def _cell(row: Row) -> str:
    """Return ``own`` or ``own (won: none)``."""
    level = NOTHING if row.level == Level.none else row.level.name
    places = [f"{override.place.removesuffix(':')}: {override.level.name}" for override in row.overrides]
    return f"{level} ({', '.join(places)})" if places else level
