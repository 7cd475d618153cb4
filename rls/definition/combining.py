"""What several roles of one person come to: semantics, "Several roles"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rls.definition.levels import OTHER, Cell, cells, levels
from rls.definition.model import FIELD_ACCESS, OPERATIONS, Definition, Entity, Level, Operation, Permission, Role


def combined(definition: Definition, roles: Sequence[Role], name: str) -> Role:
    """Return one role called *name* that reaches what all of *roles* together reach.

    Per cell the highest level wins; under ``explicit``, where any role says a
    stage's own level, only such levels count.  Levels of groups of fields add
    up under both; here they may differ by cell, and creating from updating.
    """
    entities = [entity for entity in definition.entities if not entity.parents]
    records = (
        permission
        for entity in entities
        for operation in OPERATIONS
        for permission in _permissions(
            entity, operation, together(definition, [levels(role, entity, operation) for role in roles], entity)
        )
    )
    fields = (
        replace(permission, fields=group.name)
        for entity in entities
        for group in entity.fields
        if any((one.entity, one.fields) == (entity.name, group.name) for role in roles for one in role.permissions)
        for operation in FIELD_ACCESS
        for permission in _permissions(entity, operation, _field_levels(roles, entity, operation, group.name))
    )
    return Role(name, permissions=(*records, *fields))


def _field_levels(roles: Sequence[Role], entity: Entity, operation: Operation, group: str) -> dict[Cell, Level]:
    found = [levels(role, entity, operation, group) for role in roles]
    return {cell: max(one[cell][0] for one in found) for cell in cells(entity)}


def together(
    definition: Definition, found: Sequence[Mapping[Cell, tuple[Level, bool]]], entity: Entity
) -> dict[Cell, Level]:
    """Return the level at each cell of *entity* of whoever holds the roles whose levels were found."""
    combine = _explicit if definition.several_roles == "explicit" else _highest
    return {cell: combine([one[cell] for one in found]) for cell in cells(entity)}


def _highest(said: list[tuple[Level, bool]]) -> Level:
    return max((level for level, _ in said), default=Level.none)


def _explicit(said: list[tuple[Level, bool]]) -> Level:
    return _highest([one for one in said if one[1]] or said)


def _permissions(entity: Entity, operation: Operation, at: dict[Cell, Level]) -> Iterator[Permission]:
    """Yield the fewest permissions that say these levels: a pipeline only where it differs from the rest."""
    stages = [cell.stage for cell in at if cell.pipeline == OTHER]
    for pipeline in dict.fromkeys(cell.pipeline for cell in at):
        if pipeline != OTHER and all(at[Cell(pipeline, stage)] == at[Cell(OTHER, stage)] for stage in stages):
            continue
        name, base = (None if pipeline == OTHER else pipeline), at[Cell(pipeline, OTHER)]
        yield Permission(entity.name, operation, base, name)
        for stage in stages:
            if at[Cell(pipeline, stage)] != base:
                yield Permission(entity.name, operation, at[Cell(pipeline, stage)], name, stage)
