"""Checked files → Definition: defaults filled in, wildcards and extended roles written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter

from rls.definition import model, schema
from rls.definition.wording import Path
from rls.names import QualifiedName

Key = tuple[str, model.Operation, str | None, str | None]
"""Entity, operation, pipeline, stage: what one permission speaks of."""

Mention = tuple[Path, model.Operation, str | None, str | None, model.Level]
"""Where a level is written below its entity, what it speaks of, and the level."""

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
    )


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
    """Yield every level that *raw* says: its path below the entity, operation, pipeline, stage, level."""
    yield from _of_pipeline((), None, raw)
    for pipeline, inner in (raw.pipelines or {}).items():
        yield from _of_pipeline(("pipelines", pipeline), pipeline, inner)


def _of_pipeline(path: Path, pipeline: str | None, raw: schema.PipelinePermissions) -> Iterator[Mention]:
    for operation, level in _said(raw):
        yield (*path, operation), operation, pipeline, None, level
    for stage, inner in (raw.stages or {}).items():
        for operation, level in _said(inner):
            yield (*path, "stages", stage, operation), operation, pipeline, stage, level


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
    """Return what a role says itself: ``*`` written out, a named entity before it, operation by operation."""
    said: Levels = {}
    permissions = raw.permissions or {}
    if WILDCARD in permissions:
        for _, operation, _, _, level in mentions(permissions[WILDCARD]):
            fitting = (name for name, entity in entities.items() if applicable(level, entity))
            said |= {(name, operation, None, None): level for name in fitting}
    for name, inner in permissions.items():
        if name != WILDCARD:
            for _, operation, pipeline, stage, level in mentions(inner):
                said[name, operation, pipeline, stage] = level
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
        model.Permission(entity, operation, level, pipeline, stage)
        for (entity, operation, pipeline, stage), level in levels.items()
    ]
    return model.Role(
        name=name,
        description=raw.description,
        abstract=raw.abstract,
        timed=raw.timed,
        permissions=tuple(sorted(permissions, key=lambda permission: permission.order)),
    )
