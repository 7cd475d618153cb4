"""Plain data → the models of schema.py, every problem worded for people.

What is wrong is cut out and the rest validated again, so that the
whole-definition rules can speak about the rest in the same run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rls.definition import schema
from rls.definition.located import Data, Located
from rls.definition.nodes import Number
from rls.definition.short import LEVELS
from rls.definition.wording import Path, one_of, shown, unknown
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

    def damaged(self, path: Path) -> bool:
        """Whether something at *path* of ``file`` is wrong, so that nothing should be concluded from it."""
        original = _original(path, self.kept)
        return any(wrong[: len(original)] == original for wrong in self.located.damage)


def validate(located: Located) -> Document:
    """Return what *located* says; what is wrong is added to its problems."""
    kept: dict[Path, list[int]] = {}
    cut = set(located.empty)
    first = True
    while True:
        data = {} if () in cut or located.data is None else _without(located.data, cut, (), kept)
        try:
            return Document(located, schema.File.model_validate(data), kept)
        except ValidationError as error:
            details = error.errors(include_url=False)
        for detail in details:
            path = _original(_written(detail["loc"], data), kept)
            cut.add(path)
            if first and not (detail["type"] == "missing" and _original(detail["loc"], kept) in located.empty):
                located.wrong(path, _message(detail))
        first = False


def _written(loc: Path, data: Data) -> Path:
    """Return the part of *loc* that exists in *data*: short forms and missing keys are not written there."""
    for depth, part in enumerate(loc):
        if isinstance(data, list) and isinstance(part, int):
            data = data[part]
        elif isinstance(data, dict) and part in data:
            data = data[str(part)]
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


def _without(data: Data, cut: set[Path], path: Path, kept: dict[Path, list[int]]) -> Data:
    """Return *data* without the places in *cut*, noting in *kept* which list items are left."""
    if isinstance(data, dict):
        left = [key for key in data if (*path, key) not in cut]
        return {key: _without(data[key], cut, (*path, key), kept) for key in left}
    if isinstance(data, list):
        kept[path] = [item for item in range(len(data)) if (*path, item) not in cut]
        return [_without(data[item], cut, (*path, item), kept) for item in kept[path]]
    return data


def _message(detail: ErrorDetails) -> str:
    """Return pydantic's error in our words: what is wrong, what is allowed, the nearest right word."""
    if detail["loc"] == ():
        return "a definition is a mapping, with keys entities, roles and assignments"
    words = MESSAGES.get(detail["type"])
    return words(detail) if words else detail["msg"]


def _missing(detail: ErrorDetails) -> str:
    return f"{shown(detail['loc'][-1])} is missing"


def _unknown_key(detail: ErrorDetails) -> str:
    *path, key = detail["loc"]
    return unknown("key", str(key), _keys(tuple(path)))


def _empty(_: ErrorDetails) -> str:
    return "is empty: give it a value or remove it"


def _bad_name(detail: ErrorDetails) -> str:
    """Say what a name is like; the nearest right word is the same in lower case and underscores."""
    name = str(detail["input"])
    better = re.sub(r"[^a-z0-9]+", "_", name.lower()).lstrip("_0123456789").rstrip("_")
    meant = f"; did you mean {shown(better)}?" if better else ""
    return f"name {shown(name)}: a name is lower-case letters, digits and _, a letter first{meant}"


def _not_listed(detail: ErrorDetails) -> str:
    value = detail["input"]
    words = [quoted or plain.lower() for quoted, plain in re.findall(r"'([^']*)'|(True)", detail["ctx"]["expected"])]
    kind = "level" if words == list(LEVELS) else "value"
    if isinstance(value, dict | list):
        return f"must be {one_of(words)}, not {_kind(value)}"
    return unknown(kind, _kind(value).strip('"'), words)


def _must_be(what: str) -> Callable[[ErrorDetails], str]:
    return lambda detail: f"must be {what}, not {_kind(detail['input'])}"


def _must_be_text(detail: ErrorDetails) -> str:
    kind = _kind(detail["input"])
    quotes = f': write "{kind}" in quotes' if isinstance(detail["input"], bool | Number) else ""
    return f"must be text, not {kind}{quotes}"


MESSAGES: dict[str, Callable[[ErrorDetails], str]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "literal_error": _not_listed,
    "string_pattern_mismatch": _bad_name,
    "string_too_short": _empty,
    "string_type": _must_be_text,
    "short_form": lambda detail: f"must be {detail['msg']}, not {_kind(detail['input'])}",
    "bool_type": _must_be("true or false"),
    "list_type": _must_be("a list"),
    "dict_type": _must_be("a mapping"),
    "model_type": _must_be("a mapping"),
}


def _kind(value: object) -> str:
    """Return what *value* is, or how it is written."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Number):
        return value.text
    return shown(value)


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
