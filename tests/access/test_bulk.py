"""Export and import: every level and stage override of reading with each of export, of creating with each of import.

Row by row: what is counted, where a budget ends, what an import takes; for one
role, two that share the rights, and several that each have some of them, the
clock's among them.  ``ROWLOCK_LONG=1`` tries all, a short run a draw of the
day's in which any two levels meet.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.access.bulk import Teller
from tests.access.enumeration import COMBINATIONS, DAY, ME, first_to_meet, mixed, numbered, records, staffed
from tests.access.ground import install, mislead
from tests.access.test_exhaustive import RULES, Holders
from tests.fixtures.database import Database
from tests.oracle.company import Assignment, Company
from tests.oracle.roles import LEVELS

LONG = os.environ.get("ROWLOCK_LONG") == "1"
BULK = ("read", "export", "create", "import")
SIZE = len(COMBINATIONS)
CHUNK = 240
"""People to a database; each role is a policy for everybody's statements to be planned with."""
SHORT = {"apart": 6, "several": 12}
"""How many sets of roles a short run tries beside those of one role."""
TRIPLES = 400
OFFERED = 81 if LONG else 20
"""How many rows are created and imported."""
HOUR = timedelta(hours=1)
WINDOWS = ((-HOUR, HOUR), (-2 * HOUR, -HOUR), (HOUR, 2 * HOUR))
"""A timed role counts now, no more, not yet."""


def alone(number: int) -> list[int]:
    """Return which combination a role has for each right: any two for the first pair of them, any two for the other."""
    first, second = divmod(number, SIZE)
    return [first, second, (first + second) % SIZE, (first + 2 * second) % SIZE]


def node(name: str) -> dict[str, Any]:
    """Return what the role of this name says."""
    kind, _, text = name.partition("_")
    number = int(text)
    match kind:
        case "alone":
            return mixed([COMBINATIONS[one] for one in alone(number)], BULK)
        case "has":
            return mixed([COMBINATIONS[number], COMBINATIONS[(number + 11) % SIZE]], BULK[::2])
        case "carries":
            return mixed([COMBINATIONS[number], COMBINATIONS[(number + 23) % SIZE]], BULK[1::2])
    return mixed([COMBINATIONS[(number + shift) % SIZE] for shift in (0, 11, 23, 31)], BULK)


def timed(name: str) -> bool:
    """Say whether a role follows the clock: some of those that are held with others do."""
    kind, _, number = name.partition("_")
    return kind == "some" and int(number) % 6 == 5


def definition(rule: str, roles: list[str]) -> dict[str, Any]:
    """Return the definition of these roles; where levels are explicit, owners are named by their keys."""
    full = {
        "table": "t.full",
        "owner": {"column": "owner_key", "holds": "key"} if rule == "explicit" else "owner_id",
        "open": "is_open",
        "stage": "stage",
        "stages": ["new", "won"],
        "read_budget": "1000000 per week",
        "create_budget": "1000000 per week",
    }
    said = {name: {"permissions": {"full": node(name)}} | ({"timed": True} if timed(name) else {}) for name in roles}
    return {"several_roles": rule, "entities": {"full": full}, "roles": said}


def holders(day: str = DAY) -> dict[str, Holders]:
    """Return the sets of roles somebody holds, by family, in an order of the day's."""
    draw = Random(f"bulk {day}")
    some = [f"some_{number}" for number in range(SIZE)]
    triples = list(itertools.combinations(some, 3))
    found: dict[str, Holders] = {
        "alone": [(f"alone_{number}",) for number in range(SIZE * SIZE)],
        "apart": [(f"has_{one}", f"carries_{other}") for one, other in itertools.product(range(SIZE), repeat=2)],
        "several": [*itertools.combinations(some, 2), *draw.sample(triples, TRIPLES)],
    }
    return {family: draw.sample(sets, len(sets)) for family, sets in found.items()}


def meetings(roles: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Return which levels meet in a role held alone: of reading and export, of creating and import."""
    levels = [COMBINATIONS[one][0] for one in alone(int(roles[0].partition("_")[2]))]
    return {("read", *levels[:2]), ("create", *levels[2:])}


def short(rule: str, day: str = DAY) -> Holders:
    """Return what a short run tries by a rule: half of the roles held alone, which no rule decides about."""
    every = holders(day)
    rest = [roles for family, number in SHORT.items() for roles in every[family][:number]]
    return first_to_meet(every["alone"], meetings)[RULES.index(rule) :: 2] + rest


def chunks() -> Iterator[tuple[str, Holders]]:
    """Yield a rule and the sets of roles of one database after another."""
    for rule in RULES:
        every = list(itertools.chain(*holders().values())) if LONG else short(rule)
        for start in range(0, len(every), CHUNK):
            yield rule, every[start : start + CHUNK]


def in_windows(company: Company) -> Company:
    """Return the company with roles that follow the clock given for the windows in turn."""
    roles, now = company.definition["roles"], datetime.now(UTC)
    turns = itertools.cycle(WINDOWS)

    def given(one: Assignment) -> Assignment:
        if not roles[one.role].get("timed"):
            return one
        start, end = next(turns)
        return replace(one, valid_from=now + start, valid_until=now + end)

    return replace(company, assignments=tuple(map(given, company.assignments)), now=now)


@pytest.mark.parametrize("rule, chunk", [pytest.param(*one, id=f"{one[0]}-{at}") for at, one in enumerate(chunks())])
def test_what_is_carried_away_and_what_is_loaded(
    database: Database, tmp_path: Path, count_decisions: Callable[[int], None], rule: str, chunk: Holders
) -> None:
    """Every cell, for people who are in two departments."""
    company, viewers = staffed(definition(rule, sorted({role for roles in chunk for role in roles})), chunk)
    company = in_windows(company)
    connection = database.connect()
    install(connection, company, tmp_path)
    if rule == "explicit":
        mislead(connection)
    rows = numbered(records("full", stages=("new", "won", "undeclared")), keyed=rule == "explicit")
    teller = Teller(connection, company, rows, ME)
    teller.store()
    draw = Random(f"{DAY} {chunk}")
    for viewer in viewers:
        with teller.handed_to(viewer) as here:
            teller.carried_away(viewer, here)
            teller.looked_at(viewer, here, "won")
            teller.exported(viewer, here)
            offered = draw.sample(here, min(OFFERED, len(here)))
            teller.created(viewer, offered)
            teller.imported(viewer, offered)
    count_decisions(teller.verdict.decisions)

    assert not teller.verdict.differences, f"ROWLOCK_DAY={DAY}\n{teller.verdict}"
    assert teller.verdict.decisions >= len(viewers) * OFFERED


@pytest.mark.parametrize("day", [DAY, "2026-02-28", "2030-12-24"])
def test_a_short_run_leaves_out_no_class(day: str) -> None:
    """Any two levels meet in a role, some rights are shared by two, some roles follow the clock."""
    tried = [roles for rule in RULES for roles in short(rule, day)]
    met = set().union(*(meetings(roles) for roles in tried if roles[0].startswith("alone")))

    assert met == {(right, *levels) for right in ("read", "create") for levels in itertools.product(LEVELS, repeat=2)}
    assert sum(roles[0].startswith("has") for roles in tried) >= SHORT["apart"]
    assert sum(any(map(timed, roles)) for roles in tried) >= 2
