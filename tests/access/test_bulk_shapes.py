"""Export and import of entities of every shape: children, pipelines, keys, groups of fields, barriers, no owner.

Roles, and in a short run the rule for several of them, are drawn anew each day, or for ``ROWLOCK_DAY``; some roles
follow the clock.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.access.bulk import Teller
from tests.access.enumeration import DAY, ME, staffed
from tests.access.ground import install
from tests.access.test_bulk import in_windows
from tests.access.test_exhaustive import RULES
from tests.access.test_shapes import ENTITIES, drawn, levels_of, rows
from tests.fixtures.database import Database
from tests.oracle.roles import OPERATIONS

LONG = os.environ.get("ROWLOCK_LONG") == "1"
SEEDS = range(20 if LONG else 1)
ROLES, PEOPLE = (24, 36) if LONG else (7, 6)
OFFERED = 40 if LONG else 14
TIMED = 6
"""Every so-many-th role follows the clock."""

GROUPS = {"keyed": {"money": ["amount"]}, "piped": {"money": ["amount"], "terms": ["discount"]}}
GROUPS |= {"child": {"money": ["price"], "hours": ["spent"]}}
BARRIERS = ("closed", "piped", "remark")


def entities() -> dict[str, Any]:
    """Return every shape with budgets, some with groups of fields, some behind a barrier."""
    found = {}
    for name, entity in ENTITIES.items():
        found[name] = entity | {"read_budget": "1000000 per week", "create_budget": "1000000 per week"}
        found[name] |= {"fields": GROUPS[name]} if name in GROUPS else {}
        found[name] |= {"barrier": True} if name in BARRIERS else {}
    return found


def definition(draw: Random, rule: str) -> dict[str, Any]:
    """Return a definition of random roles over every shape."""
    roles: dict[str, Any] = {}
    for number in range(ROLES):
        permissions = {}
        for name, entity in ENTITIES.items():
            if entity.get("parents") or draw.random() < 0.15:
                continue
            node = drawn(draw, entity, OPERATIONS)
            said = {group: draw.choice(levels_of(entity)) for group in GROUPS.get(name, ()) if draw.random() < 0.6}
            permissions[name] = node | ({"fields": said} if said else {})
        roles[f"role_{number}"] = {"permissions": {name: said for name, said in permissions.items() if said}}
        if number % TIMED == TIMED - 1:
            roles[f"role_{number}"]["timed"] = True
    return {"several_roles": rule, "entities": entities(), "roles": roles}


def holders(draw: Random) -> Iterator[tuple[str, ...]]:
    """Yield the roles of each person: one, two or three, every role at least once."""
    for number in range(PEOPLE):
        others = (f"role_{draw.randrange(ROLES)}" for _ in range(draw.randrange(3)))
        yield tuple(sorted({f"role_{number % ROLES}", *others}))


@pytest.mark.parametrize("rule", RULES if LONG else [Random(DAY).choice(RULES)])
@pytest.mark.parametrize("seed", SEEDS)
def test_bulk_rights_of_every_shape(
    database: Database, tmp_path: Path, count_decisions: Callable[[int], None], rule: str, seed: int
) -> None:
    """What reading shows and counts, what creating counts, what an import takes, with and without fields."""
    draw = Random(f"bulk {DAY} {seed} {rule}")
    said = definition(draw, rule)
    company, viewers = staffed(said, list(holders(draw)))
    company = in_windows(company)
    connection = database.connect()
    install(connection, company, tmp_path)
    tellers = {name: Teller(connection, company, found, ME) for name, found in rows().items()}
    for teller in tellers.values():
        teller.store()
    for viewer in viewers:
        for name, teller in tellers.items():
            with teller.handed_to(viewer) as here:
                teller.carried_away(viewer, here)
                offered = draw.sample(here, min(OFFERED, len(here)))
                teller.created(viewer, offered)
                for group in (None, *GROUPS.get(name, ())):
                    teller.imported(viewer, offered, group)
    for teller in tellers.values():
        count_decisions(teller.verdict.decisions)

        assert not teller.verdict.differences, f"ROWLOCK_DAY={DAY}\n{teller.verdict}"
