"""Groups of fields of one company, in which every level of a group is narrower than the record for somebody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.access.fields import Examiner
from tests.access.ground import install
from tests.access.rows import Row
from tests.fixtures.database import Database
from tests.oracle.company import Assignment, Company, Person, Record

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
}
HELD = {
    "chief": ["chief"],
    "seller": ["seller"],
    "clerk": ["clerk"],
    "guest": ["guest"],
    "both": ["seller", "guest"],
    "two": ["clerk", "guest"],
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
