"""What a new definition changes in the rights of roles: pure, no database.

Under ``several_roles: highest`` a person reaches the highest of their roles'
levels, so that a higher level opens and a lower one closes.  Under
``explicit`` a level said for a stage silences other roles' inherited ones
(semantics, "Several roles"): less of one role can be more for a person.  What
can go either way is ``changes``, and counts as widening.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rls.definition.levels import OTHER, Cell, cells, deciding, levels
from rls.definition.model import (
    FIELD_ACCESS,
    OPERATIONS,
    Assignment,
    Definition,
    Entity,
    Level,
    Operation,
    Pipeline,
    Role,
)
from rls.effect.changes import LevelChange, widens
from rls.effect.entities import entity_changes
from rls.effect.places import place
from rls.plan.changes import Risk

__all__ = ["LevelChange", "level_changes", "widens"]

At = tuple[Level, bool]
"""A level, and whether it was said for the very stage."""


def level_changes(before: Definition, after: Definition) -> tuple[LevelChange, ...]:
    """Return every difference in rights between two definitions: the rule, entities, roles, levels, assignments."""
    explicit = "explicit" in (before.several_roles, after.several_roles)
    return (
        *_rule(before, after),
        *entity_changes(before, after),
        *_roles(before, after, explicit=explicit),
        *_levels(before, after, explicit=explicit),
        *_assignments(before, after, explicit=explicit),
    )


def _rule(before: Definition, after: Definition) -> Iterator[LevelChange]:
    """Explicit levels only are never more than all levels: the highest of fewer."""
    if before.several_roles != after.several_roles and before.roles:
        risk = Risk.closes if after.several_roles == "explicit" else Risk.opens
        yield LevelChange("rule", "several_roles", risk, before=before.several_roles, after=after.several_roles)


def _concrete(definition: Definition) -> dict[str, Role]:
    return {role.name: role for role in definition.roles if not role.abstract}


def _roles(before: Definition, after: Definition, *, explicit: bool) -> Iterator[LevelChange]:
    was, becomes = _concrete(before), _concrete(after)
    for name in sorted(was.keys() | becomes.keys()):
        old, new = was.get(name), becomes.get(name)
        if old is None and new is not None:
            risk = Risk.changes if explicit and _says_stages(new) else Risk.opens
            yield LevelChange("role", name, risk, after=_reach(new))
        elif new is None and old is not None:
            yield LevelChange("role", name, _removal(old, explicit=explicit), before=_reach(old))
        elif old is not None and new is not None and old.timed != new.timed:
            timed = ["yes" if role.timed else "no" for role in (old, new)]
            yield LevelChange("role", name, Risk.changes, place="timed", before=timed[0], after=timed[1])


def _reach(role: Role) -> str:
    entities = sorted({one.entity for one in role.permissions if one.level > Level.none})
    return f"with rights on {', '.join(entities)}" if entities else "without rights"


def _says_stages(role: Role) -> bool:
    return any(permission.stage is not None for permission in role.permissions)


def _removal(role: Role | None, *, explicit: bool) -> Risk:
    """Return what taking a role away does: where its explicit levels silenced others, those speak again."""
    return Risk.changes if explicit and (role is None or _says_stages(role)) else Risk.closes


def _levels(before: Definition, after: Definition, *, explicit: bool) -> Iterator[LevelChange]:
    was, becomes = _concrete(before), _concrete(after)
    entities, groups = _merged(before, after), (_groups(before), _groups(after))
    for name in sorted(was.keys() & becomes.keys()):
        for entity in entities:
            for operation in OPERATIONS:
                yield from _steps(was[name], becomes[name], entity, operation, explicit=explicit)
            for group in entity.fields:
                declared = [(entity.name, group.name) in side for side in groups]
                steps = _field_steps(was[name], becomes[name], entity, group.name)
                # Who sees fields that are in no group sees them in every record they read, by whatever role.
                beside = {(False, True): Risk.opens, (True, False): Risk.closes}.get((declared[0], declared[1]))
                yield from (step for step in steps if step.risk != beside)


def _groups(definition: Definition) -> set[tuple[str, str]]:
    return {(entity.name, group.name) for entity in definition.entities for group in entity.fields}


def _merged(before: Definition, after: Definition) -> list[Entity]:
    """Return each entity with the stages, pipelines and groups of both sides, so that both have the same cells."""
    found: dict[str, list[Entity]] = {}
    for entity in (*after.entities, *before.entities):
        found.setdefault(entity.name, []).append(entity)
    return [_with_cells(sides) for _, sides in sorted(found.items()) if not any(side.parents for side in sides)]


def _with_cells(sides: list[Entity]) -> Entity:
    every = [cell for side in sides for cell in cells(side)]
    stages = dict.fromkeys(cell.stage for cell in every if cell.stage != OTHER)
    pipelines = dict.fromkeys(cell.pipeline for cell in every if cell.pipeline != OTHER)
    groups = {group.name: group for side in reversed(sides) for group in side.fields}
    return replace(
        sides[0], stages=tuple(stages), pipelines=tuple(map(Pipeline, pipelines)), fields=tuple(groups.values())
    )


def _field_steps(before: Role, after: Role, entity: Entity, group: str) -> Iterator[LevelChange]:
    """Yield what changes in a group's fields, unless they are as the record before and after."""
    for operation in FIELD_ACCESS:
        said = (deciding(role, entity, operation, group) for role in (before, after))
        if any(one.fields is not None for side in said for one in side):
            yield from _steps(before, after, entity, operation, explicit=False, fields=group)


def _steps(
    before: Role, after: Role, entity: Entity, operation: Operation, *, explicit: bool, fields: str | None = None
) -> Iterator[LevelChange]:
    """Yield a line for every pair of levels that differ, with the cells it holds for."""
    was, becomes = levels(before, entity, operation, fields), levels(after, entity, operation, fields)
    groups: dict[tuple[At, At], list[Cell]] = {}
    for cell, now in becomes.items():
        pair = (was[cell], now) if explicit else ((was[cell][0], False), (now[0], False))
        groups.setdefault(pair, []).append(cell)
    for (old, new), found in groups.items():
        if old == new:
            continue
        yield LevelChange(
            "level",
            after.name,
            _risk(old, new),
            entity=entity.name,
            operation=operation,
            place=place(found, tuple(becomes)),
            before=_level(old, new),
            after=_level(new, old),
            fields=fields,
        )


def _risk(old: At, new: At) -> Risk:
    if old[1] != new[1]:
        return Risk.changes
    return Risk.opens if new[0] > old[0] else Risk.closes


def _level(shown: At, other: At) -> str:
    """Return the level; where only one side is said for the stage, which."""
    if shown[1] == other[1]:
        return shown[0].name
    return f"{shown[0].name} ({'explicit' if shown[1] else 'inherited'})"


def _assignments(before: Definition, after: Definition, *, explicit: bool) -> Iterator[LevelChange]:
    was, becomes = set(before.assignments), set(after.assignments)
    roles = _concrete(before)
    for assignment in sorted(was ^ becomes, key=lambda one: (one.role, one.kind, one.name or "")):
        added = assignment in becomes
        text = f"to {_principal(assignment)}"
        removal = _removal(roles.get(assignment.role), explicit=explicit)
        # One more role with explicit levels also silences others; that it opens is what counts.
        risk = Risk.opens if added else removal
        sides = (None, text) if added else (text, None)
        yield LevelChange("assignment", assignment.role, risk, before=sides[0], after=sides[1])


def _principal(assignment: Assignment) -> str:
    if assignment.kind == "everyone":
        return "everyone"
    if assignment.kind == "subdepartments":
        return f"department {assignment.name} and those below"
    return f"{assignment.kind.replace('_', ' ')} {assignment.name}"
