"""YAML text → plain data whose every value knows its line, with every problem of the file instead of the first."""

from __future__ import annotations

from dataclasses import dataclass, field

from rls.definition.nodes import Node, Scalar, UnreadableError, tree
from rls.definition.wording import Path, dotted, shown
from rls.errors import Problem

Data = dict[str, "Data"] | list["Data"] | Scalar


@dataclass
class Located:
    """The data of one file, the line of every path in it, and what is wrong with it so far.

    ``damage`` is where something is wrong, ``empty`` where a value is missing.
    """

    file: str
    data: Data = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    damage: set[Path] = field(default_factory=set)
    empty: set[Path] = field(default_factory=set)
    readable: bool = True

    def problem(self, path: Path, message: str) -> Problem:
        """Return a problem at *path*, or at the nearest place above it that is written in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return Problem(f"{self.file}:{self.lines.get(path, 1)}", dotted(path), message)

    def wrong(self, path: Path, message: str) -> None:
        """Note a problem, and that nothing should be concluded from what is at *path*."""
        self.problems.append(self.problem(path, message))
        self.damage.add(path)


def read(text: str, file: str) -> Located:
    """Return the data of YAML *text*; *file* is the name its problems carry.

    Never raises: a text that is not YAML gives data None and ``readable`` False.
    """
    located = Located(file)
    try:
        root = tree(text)
    except UnreadableError as error:
        located.readable = False
        located.problems.append(Problem(f"{file}:{error.line}", "", str(error)))
        return located
    located.lines[()] = root.line
    if root.empty:
        located.wrong((), "the file is empty: it needs entities, roles or assignments")
    else:
        located.data = _plain(root, (), located)
    return located


def _plain(node: Node, path: Path, located: Located) -> Data:
    """Return *node* as dicts, lists and scalars, noting every line and what is wrong on the way."""
    if node.pairs is not None:
        plain: dict[str, Data] = {}
        for key, (line, value) in _mapping(node, path, located).items():
            located.lines[*path, key] = line
            plain[key] = _plain(value, (*path, key), located)
        return plain
    if node.items is not None:
        for index, item in enumerate(node.items):
            located.lines[*path, index] = item.line
        return [_plain(item, (*path, index), located) for index, item in enumerate(node.items)]
    if node.value is None:
        located.wrong(path, "has no value: give it one or remove it")
        located.empty.add(path)
    return node.value


def _mapping(node: Node, path: Path, located: Located) -> dict[str, tuple[int, Node]]:
    """Return key → (line, value) of a mapping, its merge keys (``<<``) written out: what it says itself wins."""
    found: dict[str, tuple[int, Node]] = {}
    merged: list[Node] = []
    for key, value in node.pairs or ():
        text = key.value
        if text == "<<":
            merged += [value] if value.items is None else value.items
        elif not isinstance(text, str):
            _refuse(located, key, path, _not_a_key(key))
        elif text in found:
            _refuse(located, key, (*path, text), f"is here twice, first on line {found[text][0]}: remove one")
        else:
            found[text] = (key.line, value)
    for source in merged:
        if source.pairs is None:
            _refuse(located, source, path, "<< takes a mapping, or a list of mappings, to merge")
        else:
            found = _mapping(source, path, located) | found
    return found


def _not_a_key(key: Node) -> str:
    if key.items is not None or key.pairs is not None:
        return "a key is text, not a list or a mapping"
    if key.empty:
        return 'a key is empty: give it a name (in quotes, if it is "null")'
    return f"key {shown(key.value).lower()} is not text: write it in quotes"


def _refuse(located: Located, node: Node, path: Path, message: str) -> None:
    """Note a problem at the line of *node*, which is not the line of *path*."""
    located.problems.append(Problem(f"{located.file}:{node.line}", dotted(path), message))
    located.damage.add(path)
