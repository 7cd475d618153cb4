"""Checked files → Definition: defaults filled in, wildcards and extended roles written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import NamedTuple

from rls.definition import model, schema
from rls.definition.wording import Path
from rls.names import QualifiedName


class Key(NamedTuple):
    """What one permission speaks of."""

    entity: str
    operation: model.Operation
    pipeline: str | None = None
    stage: str | None = None
    fields: str | None = None


class Mention(NamedTuple):
    """A level: where it is written below its entity, and what it speaks of there."""

    path: Path
    operation: model.Operation
    level: model.Level
    pipeline: str | None = None
    stage: str | None = None
    fields: str | None = None


Levels = dict[Key, model.Level]
WILDCARD = "*"


def entity(name: str, raw: schema.Entity) -> model.Entity:
    """Return the resolved entity *name*."""
    owner = model.Owner(raw.owner.column, raw.owner.holds) if raw.owner else None
    pipelines = {name: tuple(stages) for name, stages in (raw.pipelines or {}).items()}
    return model.Entity(
        name=name,
        table=QualifiedName(raw.table.schema_, raw.table.name),
        owner=owner,
        open=raw.open,
        stage=raw.stage,
        pipeline=raw.pipeline,
        stages=tuple(raw.stages or ()),
        pipelines=tuple(sorted(model.Pipeline(name, stages) for name, stages in pipelines.items())),
        parents=tuple(sorted(model.Parent(column, parent) for column, parent in (raw.parents or {}).items())),
        carries=_carries(raw.carries),
        key=None if raw.key is None else tuple(raw.key),
        columns=None if raw.columns is None else tuple(sorted(raw.columns)),
        description=raw.description,
        fields=tuple(sorted(model.FieldGroup(name, tuple(columns)) for name, columns in (raw.fields or {}).items())),
        read_budget=None if raw.read_budget == "none" else _budget(raw.read_budget),
        unmetered=raw.read_budget == "none",
        create_budget=_budget(raw.create_budget),
        barrier=raw.barrier,
    )


def _budget(raw: schema.Budget | None) -> model.Budget | None:
    return None if raw is None else model.Budget(**dict(raw))


def _carries(raw: schema.Carries | None) -> model.Carries | None:
    if raw is None or raw.owner is None:
        return None
    return model.Carries(owner=raw.owner, open=raw.open, stage=raw.stage, pipeline=raw.pipeline)


def principal(raw: schema.Principal) -> tuple[model.PrincipalKind, str | None]:
    """Return kind and name of the principal."""
    if raw.department is not None:
        return ("subdepartments" if raw.subdepartments else "department"), raw.department
    if raw.person is not None:
        return "person", raw.person
    if raw.group is not None:
        return "group", raw.group
    return ("everyone", None) if raw.project_group is None else ("project_group", raw.project_group)


def mentions(raw: schema.Permissions) -> Iterator[Mention]:
    """Yield every level that *raw* says."""
    yield from _of_pipeline((), None, raw)
    for pipeline, inner in (raw.pipelines or {}).items():
        yield from _of_pipeline(("pipelines", pipeline), pipeline, inner)
    for group, said in (raw.fields or {}).items():
        for operation in model.FIELD_OPERATIONS:
            level = getattr(said, operation)
            if level is not None:
                yield Mention(("fields", group, operation), operation, model.Level[level], fields=group)


def _of_pipeline(path: Path, pipeline: str | None, raw: schema.PipelinePermissions) -> Iterator[Mention]:
    for operation, level in _said(raw):
        yield Mention((*path, operation), operation, level, pipeline)
    for stage, inner in (raw.stages or {}).items():
        for operation, level in _said(inner):
            yield Mention((*path, "stages", stage, operation), operation, level, pipeline, stage)


def _said(raw: schema.Operations) -> Iterator[tuple[model.Operation, model.Level]]:
    by_operation = {
        "read": raw.read,
        "create": raw.create,
        "update": raw.update,
        "delete": raw.delete,
        "export": raw.export,
        "import": raw.import_,
    }
    for operation in model.OPERATIONS:
        level = by_operation[operation]
        if level is not None:
            yield operation, model.Level[level]


def applicable(level: model.Level, entity: model.Entity) -> bool:
    """Return whether *level* can mean anything on *entity*: see the table in docs/definitions.md."""
    if entity.parents:
        return False
    if level in (model.Level.none, model.Level.all):
        return True
    return entity.owner is not None and (level != model.Level.open or entity.open is not None)


def own_levels(raw: schema.Role, entities: Mapping[str, model.Entity]) -> Levels:
    """Return what a role says itself: ``*`` written out, a named entity before it, operation by operation.

    ``*`` speaks of no group of fields.
    """
    said: Levels = {}
    permissions = raw.permissions or {}
    if WILDCARD in permissions:
        for one in mentions(permissions[WILDCARD]):
            fitting = (name for name, entity in entities.items() if applicable(one.level, entity))
            said |= {Key(name, one.operation): one.level for name in fitting}
    for name, inner in permissions.items():
        if name != WILDCARD:
            for _, operation, level, *place in mentions(inner):
                said[Key(name, operation, *place)] = level
    return said


def roles(raw: Mapping[str, schema.Role], entities: Mapping[str, model.Entity]) -> Iterator[model.Role]:
    """Yield every role resolved: of what it extends the highest level, then its own instead."""
    levels: dict[str, Levels] = {}
    for name in TopologicalSorter({name: role.extends or () for name, role in raw.items()}).static_order():
        inherited: Levels = {}
        for base in raw[name].extends or ():
            for key, level in levels[base].items():
                inherited[key] = max(level, inherited.get(key, level))
        levels[name] = inherited | own_levels(raw[name], entities)
        yield _role(name, raw[name], levels[name])


def _role(name: str, raw: schema.Role, levels: Levels) -> model.Role:
    permissions = [
        model.Permission(entity, operation, level, *place) for (entity, operation, *place), level in levels.items()
    ]
    return model.Role(
        name=name,
        description=raw.description,
        abstract=raw.abstract,
        timed=raw.timed,
        permissions=tuple(sorted(permissions, key=lambda permission: permission.order)),
    )
