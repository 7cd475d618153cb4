"""Entities of every other shape: without stages, flag or owner; with pipelines; uuid keys; odd names; children.

Roles are drawn anew each day, or for ``ROWLOCK_DAY``; people hold one to three of them, and each role is somebody's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from tests.access.enumeration import DAY, ME, OPERATIONS, PLACES, numbered, records, staffed
from tests.access.ground import install, lead_back, mislead
from tests.access.judge import Judge
from tests.access.observer import Attempt, observe
from tests.access.rows import Row, table_of
from tests.database.company import assert_converged
from tests.fixtures.database import Database
from tests.oracle.company import Company, Person, Record
from tests.oracle.oracle import exists_for
from tests.oracle.roles import LEVELS

LONG = os.environ.get("ROWLOCK_LONG") == "1"
SEEDS = range(20 if LONG else 1)
ROLES, PEOPLE = (42, 42) if LONG else (24, 24)

ENTITIES: dict[str, Any] = {
    "plain": {"table": "t.plain", "owner": "owner_id", "open": "is_open"},
    "closed": {"table": "t.closed", "owner": "owner_id", "stage": "stage", "stages": ["new", "won"]},
    "bare": {"table": "t.bare", "stage": "stage", "stages": ["new", "won"]},
    "keyed": {
        "table": "t.keyed",
        "owner": {"column": "rep", "holds": "key"},
        "open": "shared",
        "stage": "phase",
        "stages": ["new", "won"],
    },
    "piped": {
        "table": "t.piped",
        "owner": "owner_id",
        "open": "is_open",
        "stage": "stage",
        "pipeline": "pipeline",
        "pipelines": {"sales": ["new", "won"], "partners": ["new", "won", "audit"]},
    },
    "odd": {
        "table": {"schema": "t", "name": "Sales Orders"},
        "owner": "Responsible",
        "open": "Open?",
        "stage": "select",
        "stages": ["it's new", "won"],
    },
    "child": {
        "table": "t.child",
        "parents": {"piped_id": "piped", "plain_id": "plain", "bare_id": "bare"},
        "carries": {
            "owner": "parent_owner_id",
            "open": "parent_is_open",
            "stage": "parent_stage",
            "pipeline": "parent_pipeline",
        },
    },
    "remark": {
        "table": "t.remark",
        "parents": {"about": "keyed"},
        "carries": {"owner": "about_rep", "open": "about_shared", "stage": "about_phase"},
    },
}
"""One entity for every shape a table can have; ``odd`` needs quoting everywhere."""


def levels_of(entity: dict[str, Any]) -> tuple[str, ...]:
    """Return the levels that mean something on an entity."""
    if not entity.get("owner"):
        return "none", "all"
    return LEVELS if entity.get("open") else tuple(level for level in LEVELS if level != "open")


def drawn(draw: Random, entity: dict[str, Any], every: Sequence[str] = OPERATIONS) -> dict[str, Any]:
    """Return a node of a role for an entity: a level for every operation, at random overrides below it."""
    levels = levels_of(entity)

    def operations(likely: float) -> dict[str, str]:
        return {operation: draw.choice(levels) for operation in every if draw.random() < likely}

    def stages(names: list[str], likely: float) -> dict[str, dict[str, str]]:
        found = {name: operations(likely) for name in names}
        return {name: said for name, said in found.items() if said}

    said: dict[str, Any] = operations(0.9)
    pipelines = entity.get("pipelines", {})
    names = entity.get("stages") or sorted({stage for listed in pipelines.values() for stage in listed})
    said["stages"] = stages(names, 0.3)
    said["pipelines"] = {}
    for pipeline, listed in pipelines.items():
        world: dict[str, Any] = operations(0.3) | {"stages": stages(listed, 0.2)}
        said["pipelines"][pipeline] = {key: value for key, value in world.items() if value}
    return {key: value for key, value in said.items() if value}


def definition(draw: Random, rule: str) -> dict[str, Any]:
    """Return a definition of random roles over every shape."""
    roles = {}
    for number in range(ROLES):
        permissions = {
            name: drawn(draw, entity)
            for name, entity in ENTITIES.items()
            if not entity.get("parents") and draw.random() < 0.8
        }
        roles[f"role_{number}"] = {"permissions": {name: said for name, said in permissions.items() if said}}
    return {"several_roles": rule, "entities": ENTITIES, "roles": roles}


def rows() -> dict[str, list[Row]]:
    """Return the rows of every entity, children last."""
    stages = ("new", "won", "undeclared", None)
    piped = list(
        records("piped", stages=("new", "won", "audit", "odd"), pipelines=("sales", "partners", "other", None))
    )
    found = {
        "plain": numbered(records("plain")),
        "closed": numbered(records("closed", flags=[False], stages=stages)),
        "bare": numbered(records("bare", flags=[False], stages=stages, owners=[None])),
        "keyed": numbered(records("keyed", stages=stages), keyed=True),
        "piped": numbered(iter(Random(1).sample(piped, 90))),
        "odd": numbered(records("odd", stages=("it's new", "won", "undeclared"))),
    }
    parents = [*found["piped"][:60], *found["plain"], *found["bare"]]
    found["child"] = [
        Row(str(number), Record("child", parent=parent.record), parent) for number, parent in enumerate(parents, 1)
    ]
    found["remark"] = [
        Row(str(number), Record("remark", parent=parent.record), parent)
        for number, parent in enumerate(found["keyed"][::2], 1)
    ]
    return found


def holders(draw: Random) -> Iterator[tuple[str, ...]]:
    """Yield the roles of each person: one, two or three, every role at least once."""
    for number in range(PEOPLE):
        others = (f"role_{draw.randrange(ROLES)}" for _ in range(draw.randrange(3)))
        yield tuple(sorted({f"role_{number % ROLES}", *others}))


@pytest.mark.parametrize("rule", ["highest", "explicit"])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_shape_of_entity(
    database: Database, tmp_path: Path, count_decisions: Callable[[int], None], rule: str, seed: int
) -> None:
    """People of every place, with one to three roles, on every shape of table."""
    draw = Random(f"{DAY} {seed} {rule}")
    company, viewers = staffed(definition(draw, rule), list(holders(draw)))
    connection = database.connect()
    deployed = install(connection, company, tmp_path)
    if rule == "explicit":
        mislead(connection)
    judges = [Judge(connection, company, found, ME) for found in rows().values()]
    for judge in judges:
        judge.store()
    for viewer in viewers:
        for judge in judges:
            with judge.handed_to(viewer) as here:
                judge.everything(viewer, here)
                judge.creations(viewer, here[draw.randrange(2) :: 2])
                judge.moves(viewer, [(draw.choice(here), draw.choice(here)) for _ in range(6)])
                judge.creations(viewer, draw.sample(here, 2), returning=True)
                judge.one_by_one(viewer, draw.sample(here, 2))
            judge.tidy()
    count_decisions(compare_existence(connection, company, viewers))
    for judge in judges:
        count_decisions(judge.verdict.decisions)

        assert not judge.verdict.differences, f"ROWLOCK_DAY={DAY}\n{judge.verdict}"
    if rule == "explicit":
        lead_back(connection)
    assert_converged(connection, deployed)


def compare_existence(connection: psycopg.Connection, company: Company, viewers: list[Person]) -> int:
    """Compare which tables exist for whom with the oracle; return the number of decisions."""
    listed = "select array_agg(table_name::text) from information_schema.tables where table_schema = 't'"
    outcomes = observe(connection, [Attempt(viewer.login, listed, returns=True) for viewer in viewers])
    tables = {name: table_of(entity)[1] for name, entity in ENTITIES.items()}

    assert {
        viewer.login: {table for name, table in tables.items() if exists_for(company, viewer, name)}
        for viewer in viewers
    } == {viewer.login: set(outcome.found) for viewer, outcome in zip(viewers, outcomes, strict=True)}
    return len(viewers) * len(tables)


@pytest.mark.parametrize("place", PLACES)
def test_where_a_person_is(
    database: Database, tmp_path: Path, count_decisions: Callable[[int], None], place: str
) -> None:
    """Every level for people in two departments, one, none, and at the top of the tree."""
    levels = {f"level_{level}": {"permissions": {"plain": level, "keyed": level}} for level in LEVELS}
    company, viewers = staffed(
        {"entities": {"plain": ENTITIES["plain"], "keyed": ENTITIES["keyed"]}, "roles": levels},
        [(name,) for name in levels],
        [place],
    )
    connection = database.connect()
    install(connection, company, tmp_path)
    for entity in ("plain", "keyed"):
        judge = Judge(connection, company, rows()[entity], ME)
        judge.store()
        for viewer in viewers:
            with judge.handed_to(viewer) as here:
                judge.everything(viewer, here)
                judge.creations(viewer, here)
        count_decisions(judge.verdict.decisions)

        assert not judge.verdict.differences, str(judge.verdict)
