"""Every level, stage override, flag, owner relation and operation, for one, two and three roles, by both rules.

Each is tried for real as a person on a real server and compared with the
oracle.  ``ROWLOCK_LONG=1`` tries every triple of roles instead of a sample.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.access.enumeration import COMBINATIONS, ME, OPERATIONS, mixed, node, numbered, records, staffed
from tests.access.ground import install
from tests.access.judge import Judge
from tests.access.rows import Row
from tests.fixtures.database import Database
from tests.oracle.company import Person, Record

LONG = os.environ.get("ROWLOCK_LONG") == "1"
RULES = ("highest", "explicit")
CHUNK = 1200
"""People to a database; more only cost memory."""

SHORT = {"alike": 1000, "apart": 300, "mixed": 200}
"""How many sets of roles of each family a short run tries: of the first, every pair."""

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


def holders(family: str) -> Holders:
    """Return the sets of roles somebody holds, the most important ones first.

    Of ``alike`` and ``mixed`` every role, every pair, every triple; of
    ``apart`` a role to read with one to write, or with two.
    """
    draw = Random(family)
    if family == "apart":
        reads, writes = names("reads"), names("writes")
        pairs: Holders = list(itertools.product(reads, writes))
        triples: Holders = [(draw.choice(reads), *pair) for pair in itertools.combinations(writes, 2)]
        return alternating(draw.sample(pairs, len(pairs)), draw.sample(triples, len(triples)))
    singles: Holders = [(name,) for name in names(family)]
    pairs = list(itertools.combinations(names(family), 2))
    triples = list(itertools.combinations(names(family), 3))
    pairs, triples = draw.sample(pairs, len(pairs)), draw.sample(triples, len(triples))
    return [*singles, *(alternating(pairs, triples) if family == "mixed" else [*pairs, *triples])]


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
    judge = Judge(connection, company, rows(), ME)
    judge.store()
    draw = Random(start)
    for number, viewer in enumerate(viewers):
        with judge.handed_to(viewer) as here:
            try_everything(judge, viewer, here, draw, every=1 if LONG or number < len(COMBINATIONS) else 3)
        if number % 4 == 3:
            judge.tidy()
    count_decisions(judge.verdict.decisions)

    assert not judge.verdict.differences, str(judge.verdict)
    assert judge.verdict.decisions >= len(viewers) * 3 * 81


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
