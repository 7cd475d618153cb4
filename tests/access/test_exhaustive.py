"""Every level, stage override, flag, owner relation and operation, for one, two and three roles, by both rules.

Each is tried for real as a person on a real server and compared with the
oracle.  ``ROWLOCK_LONG=1`` tries every pair and every triple of roles; a short
run tries every role, any two levels together, and of the rest a draw of the
day's.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.access.enumeration import (
    COMBINATIONS,
    DAY,
    INHERIT,
    ME,
    OPERATIONS,
    Combination,
    mixed,
    node,
    numbered,
    records,
    staffed,
)
from tests.access.ground import install, mislead
from tests.access.judge import Judge
from tests.access.rows import Row
from tests.fixtures.database import Database
from tests.oracle.company import Person, Record
from tests.oracle.roles import LEVELS

LONG = os.environ.get("ROWLOCK_LONG") == "1"
RULES = ("highest", "explicit")
CHUNK = 1200
"""People to a database; more only cost memory."""

SHORT = {"alike": 190, "apart": 60, "mixed": 70}
"""How many sets of roles of each family a short run tries."""

FULL = {"table": "t.full", "owner": "owner_id", "open": "is_open", "stage": "stage", "stages": ["new", "won"]}

Holders = list[tuple[str, ...]]


def names(prefix: str) -> list[str]:
    """Return the names of the roles of one kind: a role for each combination of level and override."""
    return [f"{prefix}_{level}_{override}" for level, override in COMBINATIONS]


def permissions(kind: str) -> Iterator[dict[str, Any]]:
    """Yield what the roles of a kind say, in the order of :data:`COMBINATIONS`.

    Every operation alike; only reading; all but reading; every operation different.
    """
    for number, combination in enumerate(COMBINATIONS):
        others = [COMBINATIONS[(number + shift) % len(COMBINATIONS)] for shift in (0, 11, 23, 31)]
        operations = {"reads": OPERATIONS[:1], "writes": OPERATIONS[1:]}.get(kind, OPERATIONS)
        yield mixed(others) if kind == "mixed" else node(*combination, operations)


def definition(rule: str, family: str) -> dict[str, Any]:
    """Return the definition of a family of roles."""
    kinds = {"apart": ("reads", "writes")}.get(family, (family,))
    roles = {
        name: {"permissions": {"full": said}}
        for kind in kinds
        for name, said in zip(names(kind), permissions(kind), strict=True)
    }
    return {"several_roles": rule, "entities": {"full": FULL}, "roles": roles}


def holders(family: str, day: str = DAY) -> Holders:
    """Return the sets of roles somebody holds, the most important ones first.

    Of ``alike`` and ``mixed`` every role, every pair, every triple; of
    ``apart`` a role to read with one to write, or with two.
    """
    draw = Random(f"{family} {day}")
    if family == "apart":
        reads, writes = names("reads"), names("writes")
        pairs: Holders = list(itertools.product(reads, writes))
        triples: Holders = [(draw.choice(reads), *pair) for pair in itertools.combinations(writes, 2)]
        return alternating(draw.sample(pairs, len(pairs)), draw.sample(triples, len(triples)))
    singles: Holders = [(name,) for name in names(family)]
    pairs = list(itertools.combinations(names(family), 2))
    triples = list(itertools.combinations(names(family), 3))
    pairs, triples = draw.sample(pairs, len(pairs)), draw.sample(triples, len(triples))
    if family == "mixed":
        return [*singles, *alternating(pairs, triples)]
    meetings = one_for_each_meeting(draw)
    rest = [pair for pair in pairs if pair not in set(meetings)]
    return [*singles, *meetings, *alternating(rest, triples)]


def meeting(first: Combination, second: Combination) -> tuple[frozenset[str], frozenset[str]]:
    """Return which levels meet when somebody holds these two: of the entity, and of the stage."""
    return frozenset({first[0], second[0]}), frozenset({first[1], second[1]})


def one_for_each_meeting(draw: Random) -> Holders:
    """Return pairs of roles in which any two levels meet, once of the entity and once of the stage."""
    wanted = [
        (part, frozenset(levels))
        for part, kinds in ((0, LEVELS), (1, (INHERIT, *LEVELS)))
        for levels in itertools.combinations_with_replacement(kinds, 2)
    ]
    pairs = list(itertools.combinations(COMBINATIONS, 2))
    found: dict[tuple[str, ...], None] = {}
    for part, levels in wanted:
        fitting = [pair for pair in pairs if meeting(*pair)[part] == levels]
        found[tuple(f"alike_{level}_{override}" for level, override in draw.choice(fitting))] = None
    return list(found)


def alternating(some: Holders, others: Holders) -> Holders:
    """Return one of these and one of those in turn, and what is left."""
    both = itertools.zip_longest(some, others)
    return [roles for pair in both for roles in pair if roles is not None]


def chunks() -> Iterator[tuple[str, int, int]]:
    """Yield (family, start, end): the sets of roles a test tries."""
    for family, short in SHORT.items():
        total = len(holders(family)) if LONG else short
        for start in range(0, total, CHUNK):
            yield family, start, min(start + CHUNK, total)


def rows() -> list[Row]:
    """Return a row for every owner relation, flag and stage, one not declared; a few at no stage."""
    found = itertools.chain(
        records("full", stages=("new", "won", "undeclared")), records("full", flags=[False], owners=[ME, "same", None])
    )
    return numbered(found)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("family, start, end", list(chunks()))
def test_one_two_and_three_roles(
    database: Database,
    tmp_path: Path,
    count_decisions: Callable[[int], None],
    rule: str,
    family: str,
    start: int,
    end: int,
) -> None:
    """Every cell of the model, for people who are in two departments."""
    company, viewers = staffed(definition(rule, family), holders(family)[start:end])
    connection = database.connect()
    install(connection, company, tmp_path)
    if rule == "explicit":
        mislead(connection)
    judge = Judge(connection, company, rows(), ME)
    judge.store()
    draw = Random(start)
    for number, viewer in enumerate(viewers):
        with judge.handed_to(viewer) as here:
            try_everything(judge, viewer, here, draw, every=1 if LONG or number < len(COMBINATIONS) else 3)
        if number % 4 == 3:
            judge.tidy()
    count_decisions(judge.verdict.decisions)

    assert not judge.verdict.differences, f"ROWLOCK_DAY={DAY}\n{judge.verdict}"
    assert judge.verdict.decisions >= len(viewers) * 3 * 81


@pytest.mark.parametrize("day", [DAY, "2026-02-28", "2030-12-24"])
def test_a_short_run_leaves_out_no_class(day: str) -> None:
    """Every level and override alone, every role of every family, any two levels together, and some of the rest."""
    tried = {family: holders(family, day)[:short] for family, short in SHORT.items()}
    by_name = dict(zip(names("alike"), COMBINATIONS, strict=True))
    meetings = [meeting(by_name[roles[0]], by_name[roles[1]]) for roles in tried["alike"] if len(roles) == 2]

    assert {roles[0] for roles in tried["alike"] if len(roles) == 1} == set(by_name)
    assert {roles[0] for roles in tried["mixed"] if len(roles) == 1} == set(names("mixed"))
    assert {levels for levels, _ in meetings} >= {
        frozenset(pair) for pair in itertools.combinations_with_replacement(LEVELS, 2)
    }
    assert {levels for _, levels in meetings} >= {
        frozenset(pair) for pair in itertools.combinations_with_replacement((INHERIT, *LEVELS), 2)
    }
    for family, sets in tried.items():
        assert sum(len(roles) == 3 for roles in sets) >= 10, family


def try_everything(judge: Judge, viewer: Person, here: list[Row], draw: Random, *, every: int) -> None:
    """Compare reading, updating and deleting every row, creating some; and a sample of what else can be done.

    :param every: create every so-many-th row, beginning anywhere.
    """
    judge.everything(viewer, here)
    judge.creations(viewer, here[draw.randrange(every) :: every])
    judge.moves(viewer, [(draw.choice(here), draw.choice(here)) for _ in range(6)])
    judge.creations(viewer, draw.sample(here, 3), returning=True)
    judge.one_by_one(viewer, draw.sample(here, 2))
    stage = draw.choice(("new", "won"))
    moved = [Record("full", row.record.owner, row.record.is_open, stage) for row in here]
    judge.sweeping_move(viewer, f"stage = '{stage}'", moved)
