"""Which role says what, read straight from the definitions file's dictionaries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

LEVELS = ("none", "own", "department", "subdepartments", "open", "all")
OPERATIONS = ("read", "create", "update", "delete", "export", "import")

Cell = tuple[str, str, str | None, str | None]
"""(entity, operation, pipeline, stage): None where the file names no pipeline or stage."""

FieldCell = tuple[str, str, str]
"""(entity, group of fields, operation): a group's level knows no pipeline or stage."""


def applicable(entity: Mapping[str, Any], level: str) -> bool:
    """Say whether a wildcard's level means anything for this entity.

    Children follow their parent and have no rights of their own; without owner
    there is only none and all; open needs a flag.
    """
    if entity.get("parents"):
        return False
    if not entity.get("owner"):
        return level in ("none", "all")
    return level != "open" or bool(entity.get("open"))


def spoken(value: str | Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (operation, level) of one node: one word speaks for all six operations."""
    for operation in OPERATIONS:
        if isinstance(value, str):
            yield operation, value
        elif operation in value:
            yield operation, value[operation]


def said_of(entity: str, value: str | Mapping[str, Any]) -> Iterator[tuple[Cell, str]]:
    """Yield everything a role's node for one entity says, stages and pipelines included."""
    for operation, level in spoken(value):
        yield (entity, operation, None, None), level
    if isinstance(value, str):
        return
    for stage, node in value.get("stages", {}).items():
        for operation, level in spoken(node):
            yield (entity, operation, None, stage), level
    for pipeline, world in value.get("pipelines", {}).items():
        for operation, level in spoken(world):
            yield (entity, operation, pipeline, None), level
        if isinstance(world, str):
            continue
        for stage, node in world.get("stages", {}).items():
            for operation, level in spoken(node):
                yield (entity, operation, pipeline, stage), level


def permissions(definition: Mapping[str, Any], role: str) -> dict[Cell, str]:
    """Return what a role says after extension: its own words first, then the highest it extends."""
    node = definition["roles"][role] or {}
    inherited: dict[Cell, str] = {}
    bases = node.get("extends") or ()
    for base in [bases] if isinstance(bases, str) else bases:
        for key, level in permissions(definition, base).items():
            inherited[key] = max(level, inherited.get(key, "none"), key=LEVELS.index)
    return inherited | own_words(definition, node.get("permissions") or {})


def field_words(definition: Mapping[str, Any], role: str) -> dict[FieldCell, str]:
    """Return what a role says of groups of fields after extension: its own words first, then the highest it extends.

    One word speaks for reading and writing; the wildcard speaks of no group.
    """
    node = definition["roles"][role] or {}
    words: dict[FieldCell, str] = {}
    bases = node.get("extends") or ()
    for base in [bases] if isinstance(bases, str) else bases:
        for key, level in field_words(definition, base).items():
            words[key] = max(level, words.get(key, "none"), key=LEVELS.index)
    for entity, said in (node.get("permissions") or {}).items():
        groups = said.get("fields", {}) if not isinstance(said, str) else {}
        for group, levels in groups.items():
            both = dict.fromkeys(("read", "update"), levels) if isinstance(levels, str) else levels
            words.update({(entity, group, operation): level for operation, level in both.items()})
    return words


def own_words(definition: Mapping[str, Any], said: Mapping[str, Any]) -> dict[Cell, str]:
    """Return what a role says itself: the wildcard wherever it applies, a named entity over it."""
    words: dict[Cell, str] = {}
    for operation, level in spoken(said.get("*", {})):
        for name, entity in definition["entities"].items():
            if applicable(entity, level):
                words[name, operation, None, None] = level
    for name, value in said.items():
        if name != "*":
            words.update(said_of(name, value))
    return words


def declared(entity: Mapping[str, Any], pipeline: str | None, stage: str | None) -> tuple[str | None, str | None]:
    """Return the pipeline and the stage, None for those the entity does not declare.

    A stage that any pipeline declares is declared in all of them.
    """
    pipelines = entity.get("pipelines")
    if not pipelines:
        return None, stage if stage in entity.get("stages", ()) else None
    known = stage if any(stage in stages for stages in pipelines.values()) else None
    return pipeline if pipeline in pipelines else None, known


def effective(
    words: Mapping[Cell, str], entity: str, operation: str, pipeline: str | None, stage: str | None
) -> tuple[str, bool]:
    """Return a role's level at a declared pipeline and stage, and whether a stage entry says it.

    "the rights of one pipeline are independent of another's": a pipeline in
    which the role says anything about the operation is a world of its own, and
    what the role says of stages elsewhere does not count there.
    """
    general = words.get((entity, operation, None, None), "none")
    if pipeline is not None and not any(key[:3] == (entity, operation, pipeline) for key in words):
        pipeline = None
    if stage is not None and (entity, operation, pipeline, stage) in words:
        return words[entity, operation, pipeline, stage], True
    return words.get((entity, operation, pipeline, None), general), False
