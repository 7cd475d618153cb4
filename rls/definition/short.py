"""Short forms of the YAML: one level for six operations, a name for a list of one, ``schema.table``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from rls.definition.model import FIELD_OPERATIONS, OPERATIONS, Level
from rls.definition.nodes import Number
from rls.definition.wording import shown

LEVELS = tuple(level.name for level in Level)


@dataclass(frozen=True, eq=False)
class Short:
    """Accept text as a short form of a mapping or list: *expand* turns it into the long form.

    *schema* describes the short form to editors, *words* both forms to people.
    """

    expand: Callable[[str], object]
    schema: dict[str, Any]
    words: str

    def _expanded(self, value: object) -> object:
        if isinstance(value, str):
            return self.expand(value)
        if isinstance(value, list if self.words.endswith("list") else dict):
            return value
        raise PydanticCustomError("short_form", "{words}", {"words": self.words})

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Expand before validating."""
        return core_schema.no_info_before_validator_function(self._expanded, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe both forms."""
        return {"anyOf": [self.schema, handler(schema)]}


@dataclass(frozen=True, eq=False)
class OrNone:
    """Accept the word ``none`` instead of *other*, and keep it."""

    other: Any

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Ask about the other only where it is another: problems are then said of it alone."""
        return core_schema.no_info_wrap_validator_function(
            lambda value, validate: value if value == "none" else validate(value), handler.generate_schema(self.other)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe both."""
        return {"anyOf": [{"const": "none"}, *handler(schema)["anyOf"]]}


def _all_operations(level: str) -> object:
    return dict.fromkeys(OPERATIONS, level)


def _reading_and_writing(level: str) -> object:
    return dict.fromkeys(FIELD_OPERATIONS, level)


def _budget(text: str) -> object:
    """Split ``10000 per day``."""
    found = BUDGET.fullmatch(text)
    if found is None:
        message = f"budget {shown(text)}: write rows per minute, hour, day or week, like 10000 per day"
        raise PydanticCustomError("budget", "{text}", {"text": message})
    return {"rows": Number(found["rows"]), "per": found["per"]}


def _table(text: str) -> object:
    """Split ``schema.table``; quotes and further dots need the long form."""
    schema, _, name = text.partition(".")
    if not (schema and name):
        raise PydanticCustomError("table", "{text}", {"text": f"table {shown(text)}: write schema.table"})
    if "." in name or '"' in text:
        long = "{schema: …, name: …}"
        message = f"table {shown(text)}: write {long} when a name has dots or quotes"
        raise PydanticCustomError("table", "{text}", {"text": message})
    return {"schema": schema, "name": name}


def _principal(text: str) -> object:
    if text == "everyone":
        return {"everyone": True}
    kinds = "everyone, {person: …}, {department: …}, {group: …}, {project_group: …}"
    raise PydanticCustomError("principal", "{text}", {"text": f"unknown principal {shown(text)}: one of {kinds}"})


BUDGET = re.compile(r"(?P<rows>[0-9]+) per (?P<per>[a-z]+)")

TEXT: dict[str, Any] = {"type": "string"}
TABLE: dict[str, Any] = {"type": "string", "pattern": r'^[^."]+\.[^."]+$'}
LEVEL: dict[str, Any] = {"enum": list(LEVELS), "description": "One level for all six operations."}
FIELD_LEVEL: dict[str, Any] = {"enum": list(LEVELS), "description": "One level for reading and writing."}
ROWS_PER: dict[str, Any] = {"type": "string", "pattern": r"^[1-9][0-9]* per (minute|hour|day|week)$"}

OneLevel = Short(_all_operations, LEVEL, "a level or a mapping")
OneFieldLevel = Short(_reading_and_writing, FIELD_LEVEL, "a level or a mapping")
RowsPer = Short(_budget, ROWS_PER, "rows per minute, hour, day or week (10000 per day) or a mapping")
OneRole = Short(lambda role: [role], TEXT, "a role or a list")
OneColumn = Short(lambda column: [column], TEXT, "a column or a list")
OwnerColumn = Short(lambda column: {"column": column}, TEXT, "a column or a mapping")
TableName = Short(_table, TABLE, "schema.table or a mapping")
Everyone = Short(_principal, {"const": "everyone"}, "everyone or a mapping")
