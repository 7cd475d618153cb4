"""Every level, stage override, flag, owner relation and operation, for one, two and three roles, by both rules.

Each is tried for real as a person on a real server and compared with the
oracle.  ``ROWLOCK_LONG=1`` tries every triple of roles instead of a sample.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.access.enumeration import COMBINATIONS, ME, OPERATIONS, mixed, node, numbered, records, staffed
from tests.access.ground import Row, install
from tests.access.judge import Judge
from tests.fixtures.database import Database
from tests.oracle.company import Person, Record

LONG = os.environ.get("ROWLOCK_LONG") == "1"
RULES = ("highest", "explicit")
CHUNK = 700
"""People to a database; more only cost memory."""

TRIPLES = 300
"""Triples of roles tried in a short run."""

FULL = {
    "table": "t.full", "owner": "owner_id", "open": "is_open", "stage": "stage", "stages": ["new", "won"]
}  # fmt: skip
STAGES = ("new", "won", "undeclared", None)


def names(prefix: str) -> list[str]:
    """Return the names of the roles of one family: a role for each combination."""
    return [f"{prefix}_{level}_{override}" for level, override in COMBINATIONS]


def roles() -> dict[str, Any]:
    """Return the roles: all operations alike, only reading, all but reading, and every operation different."""
    found = {}
    for number, combination in enumerate(COMBINATIONS):
        name = "_".join(combination)
        others = [COMBINATIONS[(number + shift) % len(COMBINATIONS)] for shift in (0, 11, 23, 31)]
        found[f"all_{name}"] = {"full": node(*combination)}
        found[f"reads_{name}"] = {"full": node(*combination, operations=["read"])}
        found[f"writes_{name}"] = {"full": node(*combination, operations=OPERATIONS[1:])}
        found[f"mixed_{name}"] = {"full": mixed(others)}
    return {name: {"permissions": permissions} for name, permissions in found.items()}


def definition(rule: str) -> dict[str, Any]:
    """Return the definition that enumerates every role."""
    return {"several_roles": rule, "entities": {"full": FULL}, "roles": roles()}


def holders() -> list[tuple[str, ...]]:
    """Return the sets of roles somebody holds: every single role, every pair, and triples."""
    singles = [(name,) for name in (*names("all"), *names("mixed"))]
    pairs = list(itertools.combinations(names("all"), 2))
    apart = list(itertools.product(names("reads"), names("writes")))
    triples: list[tuple[str, ...]] = list(itertools.combinations(names("all"), 3))
    if not LONG:
        draw = Random(2026)
        apart = draw.sample(apart, len(apart) // 3)
        triples = draw.sample(triples, TRIPLES)
        triples += [
            tuple(draw.choice(names(family)) for family in ("mixed", "reads", "writes")) for _ in range(TRIPLES)
        ]
    return [*singles, *pairs, *apart, *triples]


HOLDERS = holders()
CHUNKS = [HOLDERS[start :: len(HOLDERS) // CHUNK + 1] for start in range(len(HOLDERS) // CHUNK + 1)]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("chunk", range(len(CHUNKS)))
def test_one_two_and_three_roles(
    database: Database, tmp_path: Path, count_decisions: Callable[[int], None], rule: str, chunk: int
) -> None:
    """Every cell of the model, for people who are in two departments."""
    company, viewers = staffed(definition(rule), CHUNKS[chunk])
    connection = database.connect()
    install(connection, company, tmp_path)
    judge = Judge(connection, company, numbered(records("full", stages=STAGES)), ME)
    judge.store()
    draw = Random(chunk)
    for number, viewer in enumerate(viewers):
        with judge.handed_to(viewer) as rows:
            judge.everything(viewer, rows)
            more(judge, viewer, rows, draw)
        if number % 4 == 3:
            judge.tidy()
    count_decisions(judge.verdict.decisions)

    assert not judge.verdict.differences, str(judge.verdict)
    assert judge.verdict.decisions >= len(viewers) * 4 * 104


def more(judge: Judge, viewer: Person, rows: list[Row], draw: Random) -> None:
    """Compare a sample of what cannot be tried for all: moves, RETURNING, single rows, sweeping moves."""
    judge.moves(viewer, [(draw.choice(rows), draw.choice(rows)) for _ in range(10)])
    judge.creations(viewer, draw.sample(rows, 4), returning=True)
    judge.one_by_one(viewer, draw.sample(rows, 3))
    stage = draw.choice(("new", "won"))
    moved = [Record("full", row.record.owner, row.record.is_open, stage) for row in rows]
    judge.sweeping_move(viewer, f"stage = '{stage}'", moved)
