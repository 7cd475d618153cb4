"""YAML text → a tree of nodes that know their lines.

Only YAML's events are taken from ruamel.yaml; the tree is built here, because
a definitions file needs more than a loader gives: the line of every key,
duplicate keys, aliases that cannot blow up, and words as they were written
(``no`` stays "no").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from rls.definition.wording import shown

DEEPEST = 32
LARGEST = 100_000

NULL = re.compile(r"null|Null|NULL|~|")
TRUE = re.compile(r"true|True|TRUE")
FALSE = re.compile(r"false|False|FALSE")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)")
STORABLE = re.compile(r"[^\x00\ud800-\udfff]*")
CORE_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "str")} | {"!"}


@dataclass(frozen=True)
class Number:
    """An unquoted number, as it was written: nothing in a definition is a number."""

    text: str

    def __str__(self) -> str:
        return self.text


Scalar = str | bool | Number | None


@dataclass
class Node:
    """One value of the YAML tree; ``size`` and ``depth`` count aliases as if written out.

    A mapping has ``pairs``, a sequence has ``items``, a scalar has neither.
    """

    line: int
    value: Scalar = None
    items: list[Node] | None = None
    pairs: list[tuple[Node, Node]] | None = None
    size: int = 1
    depth: int = 1

    @property
    def empty(self) -> bool:
        """Nothing was written where a value belongs."""
        return self.value is None and self.items is None and self.pairs is None


class UnreadableError(Exception):
    """The file cannot be read on: the line and why."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def tree(text: str) -> Node:
    """Return the root of the one document in *text*; of an empty text an empty node.

    :raises UnreadableError: not YAML, or YAML no definition needs.
    """
    try:
        return _Builder().build(YAML(typ="safe", pure=True).parse(text))
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UnreadableError(line, "a control character: remove it, or write it as an escape in quotes") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableError(mark.line + 1 if mark else 1, _syntax(error)) from None
    except YAMLError as error:
        raise UnreadableError(1, f"not YAML: {shown(error)}") from None


def _syntax(error: MarkedYAMLError) -> str:
    """Return ruamel.yaml's words on one line."""
    words = " ".join(f"{error.problem or error.context}".replace("\\x00", "end of file").split())
    advice = "; YAML is indented with spaces, not tabs" if "'\\t'" in words else ""
    context = f" {error.context}" if error.problem and error.context else ""
    if context and error.context_mark and error.problem_mark and error.context_mark.line < error.problem_mark.line:
        context += f" begun on line {error.context_mark.line + 1}"
    return f"not YAML: {words}{context}{advice}"


class _Builder:
    """Events → nodes, without recursion."""

    def __init__(self) -> None:
        self.open: list[tuple[Node, bool, str | None]] = []
        self.anchors: dict[str, Node | None] = {}
        self.parts: list[list[Node]] = [[]]

    def build(self, events: Iterator[Any]) -> Node:
        """Return the root node; an empty document is an empty scalar."""
        documents = 0
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise UnreadableError(line, "a second document (---): one file holds one document")
            elif isinstance(event, CollectionEndEvent):
                self._close()
            elif isinstance(event, NodeEvent):
                self._add(event, line)
        return self.parts[0][0] if self.parts[0] else Node(1)

    def _add(self, event: NodeEvent, line: int) -> None:
        if isinstance(event, AliasEvent):
            self.parts[-1].append(self._alias(event.anchor, line))
            return
        tag = getattr(event, "tag", None)
        if tag is not None and tag not in CORE_TAGS:
            raise UnreadableError(line, f"tag {shown(tag)}: a definition uses no YAML tags; remove it")
        if isinstance(event, ScalarEvent):
            node = Node(line, _scalar(event, line))
            self.parts[-1].append(node)
            if event.anchor:
                self.anchors[event.anchor] = node
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            if len(self.open) >= DEEPEST:
                raise UnreadableError(line, f"nested more than {DEEPEST} deep: no definition needs that")
            if event.anchor:
                self.anchors[event.anchor] = None
            self.open.append((Node(line), isinstance(event, MappingStartEvent), event.anchor))
            self.parts.append([])

    def _alias(self, anchor: str, line: int) -> Node:
        if anchor not in self.anchors:
            raise UnreadableError(line, f"alias {shown('*' + anchor)} has no anchor {shown('&' + anchor)} before it")
        node = self.anchors[anchor]
        if node is None:
            raise UnreadableError(line, f"alias {shown('*' + anchor)} stands inside its own anchor")
        return node

    def _close(self) -> None:
        node, mapping, anchor = self.open.pop()
        parts = self.parts.pop()
        if mapping:
            node.pairs = list(zip(parts[::2], parts[1::2], strict=True))
        else:
            node.items = parts
        node.size += sum(part.size for part in parts)
        node.depth += max((part.depth for part in parts), default=0)
        if node.size > LARGEST:
            raise UnreadableError(node.line, f"more than {LARGEST} values once its aliases are written out")
        if node.depth > DEEPEST:
            raise UnreadableError(node.line, f"nested more than {DEEPEST} deep once its aliases are written out")
        if anchor:
            self.anchors[anchor] = node
        self.parts[-1].append(node)


def _scalar(event: ScalarEvent, line: int) -> Scalar:
    """Return the value of a scalar by YAML 1.2's core schema; dates are text."""
    text: str = event.value
    if not STORABLE.fullmatch(text):
        raise UnreadableError(line, f"{shown(text)} has a character PostgreSQL cannot store")
    if event.style is not None or event.tag is not None:
        return text
    if NULL.fullmatch(text):
        return None
    if TRUE.fullmatch(text) or FALSE.fullmatch(text):
        return bool(TRUE.fullmatch(text))
    return Number(text) if NUMBER.fullmatch(text) else text
