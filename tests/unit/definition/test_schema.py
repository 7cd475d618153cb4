"""The JSON Schema editors complete definitions by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from rls.definition import schema
from rls.definition.schema import json_schema

SCHEMA = json_schema()


def properties() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield definition, key and schema of every key."""
    for name, part in [("File", SCHEMA), *SCHEMA["$defs"].items()]:
        for key, described in part["properties"].items():
            yield name, key, described


@pytest.mark.parametrize("name,key,described", list(properties()))
def test_every_key_is_described(name: str, key: str, described: dict[str, Any]) -> None:
    """Editors show the description while one types."""
    assert described.get("description", "").endswith((".", ")")), f"{name}.{key}"


def test_no_other_keys_are_allowed() -> None:
    """As the loader does, an editor marks what is unknown."""
    parts = [SCHEMA, *SCHEMA["$defs"].values()]

    assert all(part["additionalProperties"] is False for part in parts if "properties" in part)


def test_short_forms_are_allowed_too() -> None:
    """One level, a table's name, a column, a role, everyone."""
    parts = SCHEMA["$defs"]
    levels = ["none", "own", "department", "subdepartments", "open", "all"]

    assert levels == parts["Role"]["properties"]["permissions"]["additionalProperties"]["anyOf"][0]["enum"]
    assert parts["Entity"]["properties"]["table"]["anyOf"][0]["type"] == "string"
    assert parts["Entity"]["properties"]["owner"]["anyOf"][0]["type"] == "string"
    assert parts["Role"]["properties"]["extends"]["anyOf"][0]["type"] == "string"
    assert parts["Assignment"]["properties"]["to"]["anyOf"][0]["const"] == "everyone"


def test_null_is_not_offered() -> None:
    """A key without a value is an error, so no editor should think otherwise."""
    assert "null" not in json.dumps(SCHEMA)


def test_every_reference_leads_somewhere() -> None:
    """The schema is whole."""
    text = json.dumps(SCHEMA)

    assert all(f'"$ref": "#/$defs/{name}"' in text for name in SCHEMA["$defs"])
    assert text.count("$ref") == sum(text.count(f'"#/$defs/{name}"') for name in SCHEMA["$defs"])


@pytest.mark.parametrize("model", [schema.Table, schema.Owner, schema.Carries, schema.Entity, schema.Role])
def test_examples_are_right(model: type[schema.Raw]) -> None:
    """What an editor proposes is accepted."""
    for field in model.model_fields.values():
        adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
        for example in field.examples or ():
            adapter.validate_python(example)
