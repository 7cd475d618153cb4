"""The level a role has at each cell of an entity."""

from __future__ import annotations

from typing import NamedTuple

from rls.definition.model import Entity, Level, Operation, Permission, Role

OTHER = "*"
"""The part of a cell that stands for every stage or pipeline not declared."""


class Cell(NamedTuple):
    """A pipeline and a stage a record may be in; ``*`` = any that is not declared."""

    pipeline: str = OTHER
    stage: str = OTHER


def cells(entity: Entity) -> tuple[Cell, ...]:
    """Return every cell of *entity*, in the order of the file, ``*`` last.

    Every pipeline is crossed with the stages of all: what a role says of a
    stage holds wherever a record is at it.
    """
    stages = entity.stages or tuple(dict.fromkeys(stage for pipeline in entity.pipelines for stage in pipeline.stages))
    pipelines = tuple(pipeline.name for pipeline in entity.pipelines)
    return tuple(Cell(pipeline, stage) for pipeline in (*pipelines, OTHER) for stage in (*stages, OTHER))


def levels(
    role: Role, entity: Entity, operation: Operation, fields: str | None = None
) -> dict[Cell, tuple[Level, bool]]:
    """Return cell → (level, explicit) of *operation* on *entity*; explicit = a stage's own level.

    A pipeline for which the role says anything about the operation is
    independent of the entity's stages; what it leaves out is the entity's
    level.  Children (entities with parents) have no levels: every cell is none.

    :param fields: a group of fields: what the role says of it, for ``create``
        what it says of ``update``; where it says nothing, or *entity* has no
        such group, what it may do with the record.
    """
    said = {(one.pipeline, one.stage): one.level for one in deciding(role, entity, operation, fields)}
    entity_level = said.get((None, None), Level.none)
    own_worlds = {pipeline for pipeline, _ in said}

    def level(cell: Cell) -> tuple[Level, bool]:
        world = cell.pipeline if cell.pipeline in own_worlds else None
        if (world, cell.stage) in said:
            return said[world, cell.stage], True
        return said.get((world, None), entity_level), False

    return {cell: level(cell) for cell in cells(entity)}


def of_parent(operation: Operation) -> Operation:
    """Return the parent's operation that an operation on a child follows.

    Changing what belongs to a record is changing the record (semantics,
    "Activities follow their parent"): create, update and delete follow the
    parent's update.
    """
    return "update" if operation in ("create", "delete") else operation


def deciding(role: Role, entity: Entity, operation: Operation, fields: str | None = None) -> tuple[Permission, ...]:
    """Return what *role* says that :func:`levels` come from: of the group of fields, else of the record."""
    updating: Operation = "update" if operation == "create" else operation
    places = ((operation, fields), (updating, fields), (operation, None))
    said = (role.said(entity.name, *place) for place in (places if fields is not None else places[-1:]))
    return next(filter(None, said), ())
