"""Reading is counted as the oracle says, row for row: each level to read with each to export, alone and together."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.access.enumeration import records, staffed
from tests.access.ground import install
from tests.access.rows import Columns, Row
from tests.fixtures.database import Database
from tests.oracle.company import Person, Record
from tests.oracle.fields import metered
from tests.oracle.roles import LEVELS

PAIRS = list(product(LEVELS[1:], LEVELS))
STAGES = ("new", "won", None)
SEVERAL = 30
"""How many people hold two roles, or three."""


def definition(rule: str, *, keyed: bool) -> dict[str, Any]:
    """Return a role for every level to read and to export; some export less where a deal is won, one by the clock."""
    permissions = {
        f"{read}_{export}": {"read": read, "export": export, "update": "own"} for read, export in PAIRS
    } | {
        f"{read}_{export}_won": {"read": read, "export": "all", "stages": {"won": {"export": export}}}
        for read, export in PAIRS[::4]
    }  # fmt: skip
    roles: dict[str, Any] = {name: {"permissions": {"deal": said}} for name, said in permissions.items()}
    roles["timed"] = {"timed": True, "permissions": {"deal": {"read": "all", "export": "subdepartments"}}}
    deal = {
        "table": "t.deal",
        "owner": {"column": "owner_key", "holds": "key"} if keyed else "owner_id",
        "open": "is_open",
        "stage": "stage",
        "stages": ["new", "won"],
        "read_budget": "1000000 per week",
    }
    return {"several_roles": rule, "entities": {"deal": deal}, "roles": roles}


def holders(roles: list[str]) -> list[tuple[str, ...]]:
    """Return every role alone, and some sets of two and three."""
    draw = Random(6)
    return [*((role,) for role in roles), *(tuple(draw.sample(roles, 2 + number % 2)) for number in range(SEVERAL))]


def rows_of(viewers: list[Person]) -> list[Row]:
    """Return deals of everybody's colleagues, and two of each viewer's."""
    found = list(records("deal", stages=STAGES))
    found += [Record("deal", viewer.login, False, stage) for viewer in viewers for stage in ("new", "won")]
    return [Row(str(number), record) for number, record in enumerate(found, 1)]


def counted(administrator: psycopg.Connection[Any], login: str) -> int:
    """Return how many rows have been counted for somebody."""
    row = administrator.execute("select coalesce(used, 0) from rls.budget_use where login = %s", [login]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("rule,keyed", [("highest", False), ("explicit", True)])
def test_every_level(rule: str, keyed: bool, database: Database, tmp_path: Path) -> None:
    """Compare what is counted, and where a budget ends."""
    there = definition(rule, keyed=keyed)
    company, viewers = staffed(there, holders(sorted(there["roles"])))
    rows = [
        Row(f"00000000-0000-4000-8000-{int(row.key):012d}" if keyed else row.key, row.record)
        for row in rows_of(viewers)
    ]
    administrator = database.connect()
    install(administrator, company, tmp_path)
    columns = Columns(administrator, company)
    administrator.execute(sql.SQL(";").join(columns.store(row) for row in rows))
    administrator.execute("create index on t.deal (stage)")
    for number, viewer in enumerate(viewers):
        expected = sum(metered(company, viewer, row.record) for row in rows)
        assert read(administrator, viewer, "select * from t.deal") == expected, viewer
        won = sum(metered(company, viewer, row.record) for row in rows if row.record.stage == "won")
        # A leakproof condition on an index, and one besides, come before counting.
        assert read(administrator, viewer, "select note from t.deal where stage = 'won'") == won, viewer
        if number % 3 == 0:
            refused_at(administrator, viewer, expected)


def read(administrator: psycopg.Connection[Any], viewer: Person, query: str) -> int:
    """Return how many rows a query counts."""
    before = counted(administrator, viewer.login)
    ask(administrator, viewer, query)
    return counted(administrator, viewer.login) - before


def ask(administrator: psycopg.Connection[Any], viewer: Person, query: str) -> None:
    """Ask as the viewer."""
    administrator.execute(sql.SQL("set session authorization {}").format(sql.Identifier(viewer.login)))
    try:
        administrator.execute(query.encode())
    finally:
        administrator.execute("reset session authorization")


def refused_at(administrator: psycopg.Connection[Any], viewer: Person, expected: int) -> None:
    """Hold the viewer to a budget of just as many rows as they read, and then to one less."""
    for rows in (expected, expected - 1):
        administrator.execute("update rls.budget set rows = %s", [rows])
        administrator.execute("select rls.reset_budget(%s, 'deal', 'read', 'test')", [viewer.login])
        if rows >= expected or expected == 0:
            ask(administrator, viewer, "select * from t.deal")
        else:
            with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
                ask(administrator, viewer, "select * from t.deal")
    administrator.execute("update rls.budget set rows = 1000000")
