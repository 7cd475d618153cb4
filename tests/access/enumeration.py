"""Every combination of level and stage override, as roles; every relation of an owner, as records."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from tests.access.rows import Row
from tests.oracle.company import Assignment, Company, Person, Record
from tests.oracle.roles import LEVELS

DAY = os.environ.get("ROWLOCK_DAY") or datetime.now(UTC).date().isoformat()
"""What short runs draw from, so that every day tries others; ``ROWLOCK_DAY=2026-11-22`` repeats one."""

Item = TypeVar("Item")
OPERATIONS = ("read", "create", "update", "delete")
INHERIT = "inherit"
Combination = tuple[str, str]
"""(level of the entity, level of the stage ``won`` or inherit)"""

COMBINATIONS: tuple[Combination, ...] = tuple(itertools.product(LEVELS, (INHERIT, *LEVELS)))

FIRST, SECOND = "Company/First", "Company/Second"
DEPARTMENTS: dict[str, str | None] = {
    "Company": None,
    FIRST: "Company",
    SECOND: "Company",
    "Company/Third": "Company",
    "Company/First/Team": FIRST,
    "Company/First/Team/Deep": "Company/First/Team",
    "Company/Second/Team": SECOND,
}

ME = "self"
"""Stands for whoever looks: their own records."""

OWNERS: dict[str, Person] = {
    person.login: person
    for person in (
        Person(ME),
        Person("same", frozenset({FIRST})),
        Person("second", frozenset({SECOND})),
        Person("both", frozenset({FIRST, "Company/Third"})),
        Person("below", frozenset({"Company/First/Team"})),
        Person("deep", frozenset({"Company/First/Team/Deep"})),
        Person("second_below", frozenset({"Company/Second/Team"})),
        Person("above", frozenset({"Company"})),
        Person("elsewhere", frozenset({"Company/Third"})),
        Person("loner"),
        Person("dismissed", frozenset({FIRST}), dismissed=True),
        Person("dismissed_elsewhere", frozenset({"Company/Third"}), dismissed=True),
    )
}
"""A person for every relation an owner can have to one who is in First and Second."""

PLACES: dict[str, frozenset[str]] = {
    "two": frozenset({FIRST, SECOND}),
    "one": frozenset({FIRST}),
    "none": frozenset(),
    "top": frozenset({"Company"}),
}
"""Where those who look are: in two departments, in one, in none, at the top."""


def node(level: str, override: str, operations: Sequence[str] = OPERATIONS) -> dict[str, Any]:
    """Return a role's node for an entity with the stage ``won``: one combination for these operations."""
    said: dict[str, Any] = dict.fromkeys(operations, level)
    if override != INHERIT:
        said["stages"] = {"won": dict.fromkeys(operations, override)}
    return said


def mixed(combinations: Sequence[Combination], operations: Sequence[str] = OPERATIONS) -> dict[str, Any]:
    """Return a node with a combination of its own for each operation."""
    said: dict[str, Any] = {}
    won: dict[str, str] = {}
    for operation, (level, override) in zip(operations, combinations, strict=True):
        said[operation] = level
        if override != INHERIT:
            won[operation] = override
    return said | ({"stages": {"won": won}} if won else {})


def records(
    entity: str, *, flags: Sequence[bool] = (False, True), stages: Sequence[str | None] = (None,),
    pipelines: Sequence[str | None] = (None,), owners: Sequence[str | None] = (*OWNERS, None),
) -> Iterator[Record]:  # fmt: skip
    """Yield a record for every owner, flag, stage and pipeline."""
    for owner, flag, stage, pipeline in itertools.product(owners, flags, stages, pipelines):
        yield Record(entity, owner, flag, stage, pipeline)


def numbered(found: Iterator[Record], *, keyed: bool = False) -> list[Row]:
    """Give the records keys: numbers, or uuids."""
    return [
        Row(f"00000000-0000-4000-8000-{number:012d}" if keyed else str(number), record)
        for number, record in enumerate(found, 1)
    ]


def staffed(
    definition: dict[str, Any], holders: Sequence[tuple[str, ...]], places: Sequence[str] = ("two",)
) -> tuple[Company, list[Person]]:
    """Return the company in which somebody in every place holds each set of roles, and those people."""
    viewers, assignments = [], []
    for (number, roles), place in itertools.product(enumerate(holders), places):
        viewer = Person(f"viewer_{number}_{place}", PLACES[place])
        viewers.append(viewer)
        assignments += [Assignment(role, "person", viewer.login) for role in roles]
    staff = (*OWNERS.values(), *viewers)
    return Company(definition, DEPARTMENTS, staff, tuple(assignments)), viewers


def first_to_meet(items: Iterable[Item], meetings: Callable[[Item], set[Any]]) -> list[Item]:
    """Return the first items in which anything meets, in their order."""
    met: set[Any] = set()
    found = []
    for item in items:
        if meetings(item) - met:
            met |= meetings(item)
            found.append(item)
    return found
