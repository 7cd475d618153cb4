"""Values as the Python text of a revision's file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from rls.names import QualifiedName
from rls.revising.revision import StatedChange
from rls.state.objects import Function, Grant

_WIDTH = 110
_WIDE = 2000
_STEP = "    "
_LONG = 60


class Literals:
    """Writes values, with the names of :mod:`rls.revising` imported as ``rights``.

    :param constants: what is called by a name: value → name.
    """

    def __init__(self, constants: Mapping[object, str] | None = None) -> None:
        self._constants = constants or {}
        self._width = _WIDTH

    def value(self, value: Any, indent: str = "") -> str:
        """Return the expression that gives *value*."""
        if isinstance(value, QualifiedName):
            return f"rights.QualifiedName({value.schema!r}, {value.name!r})"
        if is_dataclass(value) and not isinstance(value, type):
            said = [field.name for field in fields(value) if not _is_default(field, value)]
            return self._call(f"rights.{type(value).__name__}", [(name, getattr(value, name)) for name in said], indent)
        if isinstance(value, tuple):
            return self._constants.get(value) or self._tuple(value, indent)
        if isinstance(value, str) and len(value) + len(indent) > self._width:
            pieces = [_quoted(piece) for piece in _pieces(value, self._width - len(indent) - len(_STEP))]
            return "(\n" + "".join(f"{indent}{_STEP}{piece}\n" for piece in pieces) + indent + ")"
        return _quoted(value) if isinstance(value, str) else repr(value)

    def change(self, change: StatedChange, indent: str) -> str:
        """Return the expression for a change: create, alter with what was otherwise, drop.

        What says nothing that its names do not say is one line, however long.
        """
        before, after = change.before, change.after
        self._width = _WIDTH if _worth_reading(change) else _WIDE
        if after is None:
            return self._call("rights.drop", [("", before)], indent)
        if before is None:
            return self._call("rights.create", [("", after)], indent)
        other = [field.name for field in fields(after) if getattr(before, field.name) != getattr(after, field.name)]
        return self._call("rights.alter", [("", after), *((name, getattr(before, name)) for name in other)], indent)

    def _tuple(self, value: tuple[Any, ...], indent: str) -> str:
        if len(value) == 1:
            return f"({self.value(value[0], indent)},)"
        return self._call("", [("", one) for one in value], indent)

    def _call(self, name: str, arguments: list[tuple[str, Any]], indent: str) -> str:
        """Return the call on one line where it fits, else an argument a line."""
        words = [f"{word}=" if word else "" for word, _ in arguments]
        flat = [word + self.value(value) for word, (_, value) in zip(words, arguments, strict=True)]
        line = f"{name}({', '.join(flat)})"
        if len(line) + len(indent) <= self._width and "\n" not in line:
            return line
        inner = indent + _STEP
        lines = (word + self.value(value, inner) for word, (_, value) in zip(words, arguments, strict=True))
        return f"{name}(\n" + "".join(f"{inner}{line},\n" for line in lines) + f"{indent})"


def constants(changes: Iterable[StatedChange]) -> dict[object, str]:
    """Return names for the long lists of arguments and columns that several changes have."""
    found: Counter[tuple[str, Any]] = Counter()
    for change in changes:
        for thing in {change.before, change.after}:
            if isinstance(thing, Function):
                found["ARGUMENTS", thing.arguments] += 1
            elif isinstance(thing, Grant) and thing.columns is not None:
                found["COLUMNS", thing.columns] += 1
    names: dict[object, str] = {}
    for (kind, value), times in found.items():
        if times > 1 and len(repr(value)) > _LONG:
            names[value] = f"{kind}_{1 + sum(name.startswith(kind) for name in names.values())}"
    return names


def _quoted(text: str) -> str:
    """Return SQL in quotes that leave its own as they are."""
    plain = text.isprintable() and "\\" not in text
    awkward = "'" not in text or '"' not in text or "'''" in text or text[0] == "'" or text[-1] == "'"
    return f"'''{text}'''" if plain and not awkward else repr(text)


def _worth_reading(change: StatedChange) -> bool:
    """Return whether a reviewer wants to see the parts: what becomes otherwise, what a function says."""
    thing = change.after or change.before
    alters = change.before is not None and change.after is not None
    return alters or (isinstance(thing, Function) and thing.body != "false")


def _pieces(text: str, width: int) -> list[str]:
    """Cut SQL where one breaks lines: after a comma, before ``and`` and ``or``."""
    pieces = [""]
    for part in re.split(r"(?<=, )|(?<= )(?=and |or )", text):
        if len(pieces[-1]) + len(part) > width and pieces[-1]:
            pieces.append("")
        pieces[-1] += part
    return pieces


def _is_default(field: Field[Any], value: object) -> bool:
    return field.default is not MISSING and getattr(value, field.name) == field.default
