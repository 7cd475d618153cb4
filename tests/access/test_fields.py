"""Groups of fields: of one company with a child, and of every level of a group in every level of the record.

``ROWLOCK_LONG=1`` tries every role alone and many pairs by both rules, a short
run a draw of the day's, by one rule, in which any two levels meet.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.access.enumeration import COMBINATIONS, DAY, first_to_meet, mixed, numbered, records, staffed
from tests.access.fields import Examiner
from tests.access.ground import install
from tests.access.rows import Row
from tests.access.test_exhaustive import RULES, Holders
from tests.fixtures.database import Database
from tests.oracle.company import Assignment, Company, Person, Record
from tests.oracle.roles import LEVELS

LONG = os.environ.get("ROWLOCK_LONG") == "1"
CHUNK = 150
PAIRS = 300 if LONG else 8
SIZE = len(COMBINATIONS)
SAID = (None, *LEVELS)
"""What a role says of a group for one operation: nothing, or a level."""

ENTITIES: dict[str, Any] = {
    "deal": {
        "table": "t.deal",
        "owner": "owner_id",
        "stage": "stage",
        "stages": ["new", "won"],
        "fields": {"money": ["amount"], "terms": ["discount"]},
    },
    "line": {
        "table": "t.line",
        "parents": {"deal_id": "deal"},
        "carries": {"owner": "p_owner", "stage": "p_stage"},
        "fields": {"money": ["price"], "hours": ["spent"]},
    },
}
ALL = {"read": "all", "create": "all", "update": "all"}
ROLES: dict[str, Any] = {
    "chief": {"deal": ALL},
    "seller": {"deal": {**ALL, "fields": {"money": {"read": "department", "update": "own"}}}},
    "clerk": {"deal": {**ALL, "fields": {"money": "none"}}},
    "guest": {"deal": {"read": "own", "stages": {"won": {"read": "all"}}, "fields": {"money": {"read": "all"}}}},
    "adder": {"deal": {"fields": {"money": "own"}}},
}
HELD = {
    "chief": ["chief"],
    "seller": ["seller"],
    "clerk": ["clerk"],
    "guest": ["guest"],
    "both": ["seller", "guest"],
    "two": ["clerk", "guest"],
    "added": ["clerk", "adder"],
    "only": ["adder"],
}


def test_fields_obey_the_oracle(database: Database, tmp_path: Path, count_decisions: Callable[[int], None]) -> None:
    """Whoever holds one role, and who holds two of which one opens records and the other keeps fields."""
    people = tuple(Person(login, frozenset({"East"})) for login in HELD)
    definition = {"entities": ENTITIES, "roles": {role: {"permissions": said} for role, said in ROLES.items()}}
    given = tuple(Assignment(role, "person", login) for login, roles in HELD.items() for role in roles)
    company = Company(definition, {"East": None}, people, given)
    deals = [Record("deal", owner, stage=stage) for owner in (*HELD, None) for stage in ("new", "won")]
    rows = [Row(str(number), record) for number, record in enumerate(deals, 1)]
    lines = [Row(row.key, Record("line", parent=row.record), row) for row in rows]
    connection = database.connect()

    install(connection, company, tmp_path)
    for every in (rows, lines):
        examiner = Examiner(connection, company, every)
        examiner.store()
        for number, person in enumerate(people):
            examiner.examine(person, [every[2 * number], every[(2 * number + 2) % len(every)]])
        count_decisions(examiner.verdict.decisions)

        assert not examiner.verdict.differences, str(examiner.verdict)


def node(number: int) -> dict[str, Any]:
    """Return what a role says: a combination for each operation on the record, and levels for the group."""
    combination, said = divmod(number, len(SAID))
    shifts = (0, 5 * said + 7, 11 * said + 3)
    found = mixed([COMBINATIONS[(combination + shift) % SIZE] for shift in shifts], ("read", "update", "create"))
    levels = {"read": SAID[said], "update": SAID[(combination + said) % len(SAID)]}
    return found | {"fields": {"money": {key: level for key, level in levels.items() if level}}}


def meetings(number: int) -> set[tuple[str, Any, Any]]:
    """Return which levels of record and group meet in a role."""
    said = node(number)
    return {(key, said[key], said["fields"]["money"].get(key)) for key in ("read", "update")}


def alone(day: str = DAY) -> list[int]:
    """Return the roles somebody holds alone: all, or those of the day's in which any two levels meet."""
    numbers = Random(f"fields {day}").sample(range(SIZE * len(SAID)), SIZE * len(SAID))
    return numbers if LONG else first_to_meet(numbers, meetings)


def chunks() -> Iterator[tuple[str, Holders]]:
    """Yield a rule and the sets of roles of one database after another."""
    draw, numbers = Random(f"pairs {DAY}"), alone()
    held: Holders = [(f"role_{number}",) for number in numbers]
    held += [tuple(f"role_{number}" for number in draw.sample(numbers, 2)) for _ in range(PAIRS)]
    for rule in RULES if LONG else [draw.choice(RULES)]:
        for start in range(0, len(held), CHUNK):
            yield rule, held[start : start + CHUNK]


@pytest.mark.parametrize("rule, chunk", [pytest.param(*one, id=f"{one[0]}-{at}") for at, one in enumerate(chunks())])
def test_every_level_of_a_group(
    database: Database, tmp_path: Path, count_decisions: Callable[[int], None], rule: str, chunk: Holders
) -> None:
    """What view and table show of everybody's records, and which of some may be changed and filled in."""
    full = {"table": "t.full", "owner": "owner_id", "open": "is_open", "stage": "stage", "stages": ["new", "won"]}
    names = sorted({name for roles in chunk for name in roles})
    roles = {name: {"permissions": {"full": node(int(name.removeprefix("role_")))}} for name in names}
    definition = {"several_roles": rule, "entities": {"full": full | {"fields": {"money": ["amount"]}}}, "roles": roles}
    company, viewers = staffed(definition, chunk)
    mine = [Record("full", viewer.login, False, stage) for viewer in viewers for stage in ("new", "won")]
    rows = numbered(itertools.chain(mine, records("full", stages=("new", "won"))))
    connection = database.connect()
    install(connection, company, tmp_path)
    examiner, draw = Examiner(connection, company, rows), Random(f"{DAY} {chunk}")
    examiner.store()
    for number, viewer in enumerate(viewers):
        examiner.examine(viewer, [rows[2 * number + draw.randrange(2)], *draw.sample(rows[2 * len(viewers) :], 2)])
    count_decisions(examiner.verdict.decisions)

    assert not examiner.verdict.differences, f"ROWLOCK_DAY={DAY}\n{examiner.verdict}"


@pytest.mark.parametrize("day", [DAY, "2026-02-28", "2030-12-24"])
def test_any_levels_of_record_and_group_meet(day: str) -> None:
    """Also in a short run."""
    met = set().union(*map(meetings, alone(day)))

    assert met == {(key, level, said) for key in ("read", "update") for level in LEVELS for said in SAID}
