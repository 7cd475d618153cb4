"""Plain data → the models of schema.py, every problem worded for people.

What is wrong is cut out and the rest validated again, so that the
whole-definition rules can speak about the rest in the same run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rls.definition import schema
from rls.definition.located import Located, Number
from rls.definition.wording import Path, nearest, shown, unknown
from rls.errors import Problem

NAMELESS = {("several_roles",), ("assignments",)}
"""Parts of a file that declare no names."""


@dataclass(frozen=True)
class Document:
    """One file: what it says as far as it is right.

    ``kept`` maps a list's path to the positions of the items that were right.
    """

    located: Located
    file: schema.File
    kept: Mapping[Path, list[int]] = field(default_factory=dict)

    def problem(self, path: Path, message: str) -> Problem:
        """Return a problem at *path* of ``file``."""
        return self.located.problem(_original(path, self.kept), message)

    def names(self, part: str) -> list[str]:
        """Return the names under ``entities`` or ``roles``, the wrong ones too."""
        data = self.located.data
        section = data.get(part) if isinstance(data, dict) else None
        return list(section) if isinstance(section, dict) else []

    @property
    def usable(self) -> bool:
        """Whether all names it declares are known, so that the rest can be checked against them."""
        return self.located.readable and all(len(path) > 1 or path in NAMELESS for path in self.located.damage)

    def damaged(self, entity: str) -> bool:
        """Whether something about *entity* is wrong, so that nothing should be concluded from it."""
        return any(path[:2] == ("entities", entity) for path in self.located.damage)


def validate(located: Located) -> Document:
    """Return what *located* says; what is wrong is added to its problems."""
    data: Any = {} if located.data is None else located.data
    wrong: set[Path] = set()
    kept: dict[Path, list[int]] = {}
    while True:
        try:
            return Document(located, schema.File.model_validate(data), kept)
        except ValidationError as error:
            details = error.errors(include_url=False)
        found = [_original(_written(detail["loc"], data), kept) for detail in details]
        if not wrong:
            for path, detail in zip(found, details, strict=True):
                located.wrong(path, _message(detail))
        wrong.update(found)
        data = {} if () in wrong else _without(located.data, wrong, (), kept)


def _written(loc: Path, data: Any) -> Path:
    """Return the part of *loc* that exists in *data*: short forms and missing keys are not written there."""
    for depth, part in enumerate(loc):
        if isinstance(data, dict) and part in data:
            data = data[part]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return loc[:depth]
    return loc


def _original(path: Path, kept: Mapping[Path, list[int]]) -> Path:
    """Return *path* with the positions of list items as the file has them."""
    original: Path = ()
    for part in path:
        items = kept.get(original)
        original += (items[part] if items and isinstance(part, int) else part,)
    return original


def _without(data: Any, wrong: set[Path], path: Path, kept: dict[Path, list[int]]) -> Any:
    """Return *data* without the places in *wrong*, noting in *kept* which list items are left."""
    if isinstance(data, dict):
        left = [key for key in data if (*path, key) not in wrong]
        return {key: _without(data[key], wrong, (*path, key), kept) for key in left}
    if isinstance(data, list):
        kept[path] = [item for item in range(len(data)) if (*path, item) not in wrong]
        return [_without(data[item], wrong, (*path, item), kept) for item in kept[path]]
    return data


def _message(detail: ErrorDetails) -> str:
    """Return pydantic's error in our words: what is wrong, what is allowed, the nearest right word."""
    kind, value, loc = detail["type"], detail["input"], detail["loc"]
    if kind == "missing":
        return f"{shown(loc[-1])} is missing"
    if kind == "extra_forbidden":
        return unknown("key", str(loc[-1]), _keys(loc[:-1]))
    if kind == "literal_error":
        return _not_listed(value, re.findall(r"'([^']*)'|(True)", detail["ctx"]["expected"]))
    if kind == "string_pattern_mismatch":
        better = re.sub(r"^[^a-z]+", "", re.sub(r"[^a-z0-9]+", "_", str(value).lower())).strip("_")
        rule = "starts with a lower-case letter and has only lower-case letters, digits and _"
        return f"name {shown(value)}: a name {rule}{nearest(str(value), [better]) if better else ''}"
    if kind in ("string_too_short", "too_short"):
        return "is empty: give it a value or remove it"
    if kind in MUST_BE:
        return f"must be {MUST_BE[kind]}, not {_kind(value, quotes=kind == 'string_type')}"
    return detail["msg"]


MUST_BE = {
    "string_type": "text",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}


def _kind(value: Any, *, quotes: bool) -> str:
    """Return what *value* is, and how to make it text if that is wanted."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, Number | bool):
        text = str(value).lower()
        return f'{text}: write "{text}" in quotes' if quotes else text
    return shown(value)


def _not_listed(value: Any, expected: list[tuple[str, str]]) -> str:
    words = [quoted or plain.lower() for quoted, plain in expected]
    kind = "level" if words == list(schema.LEVELS) else "value"
    if isinstance(value, dict | list):
        return f"must be a {kind} ({', '.join(words)}), not {_kind(value, quotes=False)}"
    return unknown(kind, str(value).lower() if isinstance(value, bool) else str(value), words)


def _keys(path: Path) -> list[str]:
    """Return the keys allowed at *path* of a file."""
    here: Any = schema.File
    for part in path:
        if isinstance(here, type) and issubclass(here, BaseModel):
            here = next(f.annotation for name, f in here.model_fields.items() if part in (name, f.alias))
        else:
            here = get_args(here)[-1]
        here = _bare(here)
    return [model_field.alias or name for name, model_field in here.model_fields.items()]


def _bare(annotation: Any) -> Any:
    """Return *annotation* without Annotated and None."""
    while get_origin(annotation) in (Annotated, Union, UnionType):
        annotation = next(part for part in get_args(annotation) if part is not NoneType)
    return annotation
