"""A Definition as JSON and back: what ``apply`` keeps in the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from rls.definition.model import (
    Assignment,
    Budget,
    Carries,
    Definition,
    Entity,
    FieldGroup,
    Level,
    Owner,
    Parent,
    Permission,
    Pipeline,
    Role,
)
from rls.names import QualifiedName

FORMAT = 1
"""Version of the JSON; a reader refuses another."""

SILENT: dict[str, Any] = {
    "fields": (),
    "read_budget": None,
    "create_budget": None,
    "barrier": False,
    "unmetered": False,
}
"""What is left out of an entity that does not say it: a definition without it has the digest it always had."""


def dump(definition: Definition) -> dict[str, Any]:
    """Return *definition* as JSON-ready data; :func:`parse` gives it back."""
    return {"format": FORMAT, **asdict(definition, dict_factory=_plain)}


def parse(data: Mapping[str, Any]) -> Definition:
    """Return the definition that :func:`dump` wrote.

    :raises ValueError: written by another version.
    """
    if data.get("format") != FORMAT:
        raise ValueError(f"stored definition has format {data.get('format')}, this version reads {FORMAT}")
    return Definition(
        several_roles=data["several_roles"],
        entities=tuple(_entity(entity) for entity in data["entities"]),
        roles=tuple(_role(role) for role in data["roles"]),
        assignments=tuple(Assignment(**assignment) for assignment in data["assignments"]),
    )


def digest(definition: Definition) -> str:
    """Return the SHA-256 of the definition's canonical JSON, in hexadecimal."""
    canonical = json.dumps(dump(definition), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(canonical.encode()).hexdigest()


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Write levels as their names and tuples as lists; leave out what is not said and need not be."""
    return {name: _value(value) for name, value in pairs if not (name in SILENT and value in (SILENT[name], None))}


def _value(value: Any) -> Any:
    if isinstance(value, Level):
        return value.name
    return list(value) if isinstance(value, tuple) else value


def _entity(data: Mapping[str, Any]) -> Entity:
    plain = {name: data[name] for name in ("name", "open", "stage", "pipeline", "description")}
    return Entity(
        **plain,
        table=QualifiedName(**data["table"]),
        owner=data["owner"] and Owner(**data["owner"]),
        stages=tuple(data["stages"]),
        pipelines=tuple(Pipeline(pipeline["name"], tuple(pipeline["stages"])) for pipeline in data["pipelines"]),
        parents=tuple(Parent(**parent) for parent in data["parents"]),
        carries=data["carries"] and Carries(**data["carries"]),
        key=None if data["key"] is None else tuple(data["key"]),
        columns=None if data["columns"] is None else tuple(data["columns"]),
        fields=tuple(FieldGroup(group["name"], tuple(group["columns"])) for group in data.get("fields", ())),
        read_budget=Budget(**data["read_budget"]) if "read_budget" in data else None,
        create_budget=Budget(**data["create_budget"]) if "create_budget" in data else None,
        barrier=data.get("barrier", False),
        unmetered=data.get("unmetered", False),
    )


def _role(data: Mapping[str, Any]) -> Role:
    permissions = [Permission(**{**one, "level": Level[one["level"]]}) for one in data["permissions"]]
    return Role(**{**data, "permissions": tuple(permissions)})
