"""Who works in the office, what there is, and what the oracle says of it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from psycopg import conninfo
from sqlalchemy import URL

from tests.access.enumeration import DEPARTMENTS, OWNERS, PLACES, numbered, records
from tests.access.ground import assign, hire
from tests.access.rows import Row, table_of
from tests.access.test_crm import CrmColumns, children_of, places, standard
from tests.fixtures.database import Database
from tests.oracle.company import Assignment, Company, Person
from tests.oracle.oracle import exists_for, visible

PEOPLE = {"alice": "sales_representative", "bob": "department_head", "dave": "finance", "carol": None}
"""Login → role; carol has none."""

OWNED = ("lead", "deal")
CHILD = "activity"


@dataclass(frozen=True)
class Office:
    """A database, and the company in it as the oracle sees it."""

    database: Database
    company: Company
    rows: dict[str, list[Row]]

    def expected(self, login: str, entity: str) -> set[int]:
        """Return the keys of the records the oracle lets a person read."""
        person = self.company.person(login)
        assert person is not None
        seen = {id(record) for record in visible(self.company, person, [row.record for row in self.rows[entity]])}
        return {int(row.key) for row in self.rows[entity] if id(row.record) in seen}

    def tables(self, login: str) -> set[str]:
        """Return the tables of the entities that exist for a person, as the oracle says."""
        person = self.company.person(login)
        assert person is not None
        entities = self.company.definition["entities"]
        return {table_of(entities[name])[1] for name in entities if exists_for(self.company, person, name)}

    def parameters(self, login: str) -> dict[str, str]:
        """Return what libpq needs to connect as a person."""
        info = {key: str(value) for key, value in conninfo.conninfo_to_dict(self.database.url).items()}
        return info | {"user": login, "password": f"{login}-secret"}

    def url(self, login: str) -> URL:
        """Return SQLAlchemy's URL for a person."""
        info = self.parameters(login)
        return URL.create(
            "postgresql+psycopg", info["user"], info["password"], info["host"], int(info["port"]), info["dbname"]
        )


def open_office(database: Database) -> Office:
    """Make people, their roles of the standard definition, leads, deals and activities."""
    definition = standard()
    company = Company(definition, DEPARTMENTS, tuple(staff()), tuple(assignments()))
    connection = database.connect()
    hire(connection, company)
    assign(connection, company)
    columns = CrmColumns(connection, company)
    rows = {name: owned(name, definition["entities"][name]) for name in OWNED}
    every = rows | {parent: [] for parent in definition["entities"][CHILD]["parents"].values() if parent not in rows}
    rows[CHILD] = children_of(CHILD, definition["entities"][CHILD], every)
    with connection.transaction(), connection.pipeline():
        for row in itertools.chain.from_iterable(rows.values()):
            connection.execute(columns.store(row))
    # Clients ask the planner how large a table is.
    connection.execute("analyze")
    return Office(database, company, rows)


def staff() -> list[Person]:
    """Return those who own records, and those who look."""
    return [*OWNERS.values(), *(Person(login, PLACES["two"]) for login in PEOPLE)]


def assignments() -> list[Assignment]:
    """Return who holds which role."""
    return [Assignment(role, "person", login) for login, role in PEOPLE.items() if role]


def owned(name: str, entity: dict[str, Any]) -> list[Row]:
    """Return a record for every owner, flag and stage."""
    owners = (*PEOPLE, *OWNERS, None)
    found = [
        record
        for pipeline, stage in places(entity)
        for record in records(name, owners=owners, stages=[stage], pipelines=[pipeline])
    ]
    return numbered(iter(found))
