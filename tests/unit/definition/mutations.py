"""Ways to break a YAML text: by bytes, by lines, by words and by nodes."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from ruamel.yaml import YAML

WORDS = [
    "own",
    "none",
    "all",
    "open",
    "deal",
    "manager",
    "read",
    "stages",
    "pipelines",
    "owner",
    "table",
    "extends",
    "permissions",
    "everyone",
    "crm.deal",
    "*",
    "~",
    "null",
    "true",
    "no",
    "1",
    "1.5",
    "2024-01-01",
    "[]",
    "{}",
    "-",
    "&",
    "*",
    "<<",
    "<<:",
    "?",
    ":",
    "!!int",
    "!x",
    "&a",
    "*a",
    "|",
    ">",
    "---",
    "...",
    "%YAML",
    '"\'"',
    '"\\0"',
    '"\\ud800"',
    "''",
    "#",
    "\t",
]
VALUES: list[Any] = [None, True, 1, 1.5, "", "own", "*", "deal", "x" * 70, "ä\n", [], {}, ["own"], {"own": "own"}]


def mutated(text: str, random: Random) -> bytes:
    """Return *text* broken in one to three places."""
    ways: list[Callable[[bytes, Random], bytes]] = [_bytes, _lines, _words, _words, _nodes, _nodes, _nodes]
    broken = text.encode()
    for _ in range(random.randint(1, 3)):
        broken = random.choice(ways)(broken, random)
    return broken


def _bytes(text: bytes, random: Random) -> bytes:
    """Insert, overwrite or cut bytes."""
    at = random.randrange(len(text) + 1)
    some = bytes(random.randrange(256) for _ in range(random.randint(0, 3)))
    return text[:at] + some + text[at + random.randint(0, 5) :]


def _lines(text: bytes, random: Random) -> bytes:
    """Delete, repeat, swap or indent a line."""
    lines = text.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    way = random.randrange(4)
    if way == 0:
        del lines[one]
    elif way == 1:
        lines.insert(other, lines[one])
    elif way == 2:
        lines[one], lines[other] = lines[other], lines[one]
    else:
        lines[one] = random.choice([b" ", b"  ", b"\t", b"- "]) + lines[one]
    return b"\n".join(lines)


def _words(text: bytes, random: Random) -> bytes:
    """Put another word, of the text or not, in place of one."""
    words = text.split(b" ")
    other = random.choice([random.choice(words), random.choice(WORDS).encode()])
    words[random.randrange(len(words))] = other
    return b" ".join(words)


def _nodes(text: bytes, random: Random) -> bytes:
    """Delete, rename, repeat or replace a node; a text that is no YAML any more stays as it is."""
    try:
        tree = YAML(typ="safe", pure=True).load(text)
    except Exception:  # noqa: BLE001 - whatever the YAML library says to a broken text
        return text
    places = list(_places(tree))
    if not places:
        return text
    holder, key = random.choice(places)
    way = random.randrange(4)
    if way == 0:
        del holder[key]
    elif way == 1:
        holder[key] = random.choice(VALUES)
    elif way == 2:
        other, other_key = random.choice(places)
        holder[key] = json.loads(_json(other.get(other_key) if isinstance(other, dict) else None))
    elif isinstance(holder, dict):
        holder[random.choice(WORDS)] = holder.pop(key)
    else:
        holder.append(holder[key])
    return _json(tree).encode()


def _json(tree: object) -> str:
    """Return *tree* as JSON, which is YAML, with a line for every value."""
    try:
        return json.dumps(tree, default=str, indent=1, ensure_ascii=False, skipkeys=True)
    except ValueError:
        return "{}"


def _places(tree: object) -> list[tuple[Any, Any]]:
    """Return (holder, key) of every node."""
    found: list[tuple[Any, Any]] = []
    if isinstance(tree, dict | list):
        keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
        for key in keys:
            found += [(tree, key), *_places(tree[key])]
    return found
