"""The CRM's own tables with the definition that ships: every standard role, alone and with another."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from psycopg import sql
from ruamel.yaml import YAML

import rls.definition
from tests.access.enumeration import ME, OWNERS, numbered, staffed
from tests.access.ground import assign, establish, hire
from tests.access.judge import Judge
from tests.access.rows import Columns, Row
from tests.database.company import assert_converged
from tests.fixtures.database import Database
from tests.oracle.company import Company, Person, Record

STANDARD = Path(rls.definition.__file__).parent / "standard"
ROWS = 30

REQUIRED = """
select table_name, column_name, data_type
from information_schema.columns
where table_schema = 'crm' and is_nullable = 'NO' and column_default is null and is_identity = 'NO'
"""

IDENTITIES = """
select table_name
from information_schema.columns
where table_schema = 'crm' and column_name = 'id' and data_type = 'bigint' and is_identity = 'YES'
"""

SOMETHING = {"text": "in", "integer": 1, "bigint": 1, "numeric": 1, "date": "2026-06-01"}
"""A value for a column that must have one, by type; a call's direction may be ``in``, and any text."""


class CrmColumns(Columns):
    """How a record is written into the CRM's tables: they make their keys themselves, and require other columns."""

    def __init__(self, connection: psycopg.Connection, company: Company) -> None:
        super().__init__(connection, company)
        self._required: dict[str, dict[str, Any]] = {}
        for table, column, kind in connection.execute(REQUIRED):
            self._required.setdefault(table, {})[column] = SOMETHING.get(kind, "2026-06-01")
        for (table,) in connection.execute(IDENTITIES).fetchall():
            leave_room = sql.SQL("alter table crm.{} alter id restart with 100000").format(sql.Identifier(table))
            connection.execute(leave_room)

    def values(self, record: Record, parent: Row | None = None) -> dict[str, Any]:
        """Return the columns a person writes, those that are required among them."""
        return self._required.get(self._name(record.entity), {}) | super().values(record, parent)

    def note(self, entity: str) -> str:
        """Return a column of text that is required and decides nothing."""
        required = self._required[self._name(entity)]
        return next(column for column in ("subject", "title", "name", "phone", "channel") if column in required)

    def store(self, row: Row) -> Any:
        """Return the superuser's INSERT, which gives the key."""
        values = {"id": row.key} | self.values(row.record, row.parent)
        return self._insert(row, values, "overriding system value", returning=False)

    def insert(self, row: Row, *, returning: bool = False) -> Any:
        """Return a person's INSERT: the key is not theirs to choose."""
        return self._insert(row, self.values(row.record, row.parent), returning=returning)

    def _name(self, entity: str) -> str:
        return str(self._definition["entities"][entity]["table"]).partition(".")[2]


def standard() -> dict[str, Any]:
    """Return the definition that ships, all files as one."""
    merged: dict[str, Any] = {"entities": {}, "roles": {}}
    for path in sorted(STANDARD.glob("*.yaml")):
        for part, said in YAML(typ="safe").load(path).items():
            if isinstance(said, dict):
                merged[part].update(said)
            else:
                merged[part] = said
    return merged


def places(entity: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    """Return the (pipeline, stage) a record may be in."""
    if entity.get("pipelines"):
        return [(pipeline, stage) for pipeline, stages in entity["pipelines"].items() for stage in stages]
    return [(None, stage) for stage in entity.get("stages", [None])]


def rows_of(name: str, entity: dict[str, Any], draw: Random) -> list[Row]:
    """Return a row for each stage and owner, as many as are wanted; the person's own first."""
    every = [
        Record(name, owner, flag, stage, pipeline)
        for owner, flag, (pipeline, stage) in itertools.product((*OWNERS, None), (False, True), places(entity))
    ]
    mine = [record for record in every if record.owner == ME]
    return numbered(iter([*draw.sample(mine, min(len(mine), 8)), *draw.sample(every, min(len(every), ROWS))]))


def children_of(name: str, entity: dict[str, Any], rows: dict[str, list[Row]]) -> list[Row]:
    """Return a child of the first rows of each of an entity's parents."""
    parents = [row for parent in entity["parents"].values() for row in rows[parent][:12]]
    return [Row(str(number), Record(name, parent=row.record), row) for number, row in enumerate(parents, 1)]


def holders(roles: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield every role that can be held, and pairs of neighbours."""
    held = sorted(name for name, role in roles.items() if not (role or {}).get("abstract"))
    yield from ((name,) for name in held)
    yield from itertools.pairwise(held)


def test_the_standard_roles_on_the_crm(
    database: Database, tmp_path: Path, count_decisions: Callable[[int], None]
) -> None:
    """Records, then what hangs on them: activities and line items, whose columns triggers keep."""
    definition, draw = standard(), Random(2026)
    company, viewers = staffed(definition, list(holders(definition["roles"])))
    connection = database.connect()
    hire(connection, company)
    deployed = establish(connection, definition, tmp_path)
    assign(connection, company)
    columns = CrmColumns(connection, company)
    owned = {name: entity for name, entity in definition["entities"].items() if entity.get("owner")}
    rows = {name: rows_of(name, entity, draw) for name, entity in owned.items()}
    for found in rows.values():
        count_decisions(tried(Judge(connection, company, found, ME, columns), viewers, draw))
    for name, entity in definition["entities"].items():
        if entity.get("parents"):
            found = children_of(name, entity, rows)
            count_decisions(tried(Judge(connection, company, found, ME, columns), viewers, draw))
    assert_converged(connection, deployed)


def tried(judge: Judge, viewers: list[Person], draw: Random) -> int:
    """Try everything as everybody; return how many decisions were compared."""
    judge.store()
    for viewer in viewers:
        with judge.handed_to(viewer) as here:
            judge.everything(viewer, here)
            judge.creations(viewer, here[draw.randrange(3) :: 3])
            judge.moves(viewer, [(draw.choice(here), draw.choice(here)) for _ in range(6)])
            judge.one_by_one(viewer, here[:2])
        judge.tidy()

    assert not judge.verdict.differences, str(judge.verdict)
    return judge.verdict.decisions
