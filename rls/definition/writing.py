"""Definition → the text of a definitions file, resolved: a line for each entity, and for each of a role's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rls.definition.model import Assignment, Budget, Definition, Entity, Permission, Role

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MEANS_SOMETHING = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
"""What YAML takes for something else than text."""


def text(definition: Definition) -> str:
    """Return a definitions file that says the same, for people to compare line by line.

    Loading it gives *definition* again; extended roles and wildcards are
    written out.  A definition that says nothing is an empty text.
    """
    return "".join(f"{line}\n" for line in _lines(definition))


def _lines(definition: Definition) -> Iterator[str]:
    if definition.several_roles != "highest":
        yield f"several_roles: {definition.several_roles}"
    if definition.entities:
        yield "entities:"
        for entity in definition.entities:
            yield f"  {_flow(entity.name)}: {_flow(_entity(entity))}"
    if definition.roles:
        yield "roles:"
        for role in definition.roles:
            yield from _role(role)
    if definition.assignments:
        yield "assignments:"
        for assignment in definition.assignments:
            yield f"  - {_flow({'role': assignment.role, 'to': _principal(assignment)})}"


def _entity(entity: Entity) -> dict[str, Any]:
    owner, carries = entity.owner, entity.carries
    said = {
        "table": {"schema": entity.table.schema, "name": entity.table.name},
        "owner": owner and (owner.column if owner.holds == "id" else {"column": owner.column, "holds": owner.holds}),
        "open": entity.open,
        "stage": entity.stage,
        "stages": entity.stages or None,
        "pipeline": entity.pipeline,
        "pipelines": {pipeline.name: pipeline.stages for pipeline in entity.pipelines} or None,
        "parents": {parent.column: parent.entity for parent in entity.parents} or None,
        "carries": carries and {key: value for key, value in vars(carries).items() if value is not None},
        "key": entity.key,
        "columns": entity.columns,
        "fields": {group.name: group.columns for group in entity.fields} or None,
        "read_budget": "none" if entity.unmetered else entity.read_budget and _budget(entity.read_budget),
        "create_budget": entity.create_budget and _budget(entity.create_budget),
        "barrier": entity.barrier or None,
        "description": entity.description or None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _budget(budget: Budget) -> object:
    if budget.statement is None:
        return f"{budget.rows} per {budget.per}"
    return vars(budget)


def _role(role: Role) -> Iterator[str]:
    yield f"  {_flow(role.name)}:"
    if role.description:
        yield f"    description: {_flow(role.description)}"
    for key in ("abstract", "timed"):
        if getattr(role, key):
            yield f"    {key}: true"
    entities = list(dict.fromkeys(permission.entity for permission in role.permissions))
    yield "    permissions:" if entities else "    permissions: {}"
    for entity in entities:
        yield f"      {_flow(entity)}: {_flow(_places([one for one in role.permissions if one.entity == entity]))}"


def _places(permissions: list[Permission]) -> dict[str, Any]:
    """Return the levels of one entity: in general, at its stages, in each pipeline, of its groups of fields."""
    groups: dict[str, dict[str, str]] = {}
    for one in permissions:
        if one.fields is not None:
            groups.setdefault(one.fields, {})[one.operation] = one.level.name
    permissions = [one for one in permissions if one.fields is None]
    said = _levels(one for one in permissions if one.pipeline is None)
    pipelines = sorted({one.pipeline for one in permissions if one.pipeline is not None})
    if pipelines:
        said["pipelines"] = {name: _levels(one for one in permissions if one.pipeline == name) for name in pipelines}
    return {**said, "fields": groups} if groups else said


def _levels(permissions: Iterable[Permission]) -> dict[str, Any]:
    stages: dict[str | None, dict[str, Any]] = {}
    for one in permissions:
        stages.setdefault(one.stage, {})[one.operation] = one.level.name
    said = stages.pop(None, {})
    return {**said, "stages": stages} if stages else said


def _principal(assignment: Assignment) -> object:
    if assignment.kind == "everyone":
        return "everyone"
    if assignment.kind == "subdepartments":
        return {"department": assignment.name, "subdepartments": True}
    return {assignment.kind: assignment.name}


def _flow(value: object) -> str:
    """Return *value* as YAML on one line; JSON is YAML, so text that is not a plain word is quoted as JSON."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _MEANS_SOMETHING:
        return value
    return "".join(
        letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in json.dumps(value, ensure_ascii=False)
    )
