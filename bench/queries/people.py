"""Whose queries are measured: one person for every case that is known to be easy or nasty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg


@dataclass(frozen=True)
class Person:
    """Somebody whose queries are measured; *widest* is the level of the widest of their roles."""

    name: str
    roles: tuple[str, ...]
    widest: str

    @property
    def login(self) -> str:
        """Return the database role."""
        return re.sub(r"\W+", "_", self.name)


PEOPLE = (
    Person("executive", ("executive",), "all"),
    Person("head of 800", ("head",), "subdepartments"),
    Person("head of 50", ("head",), "subdepartments"),
    Person("head of 3", ("head",), "subdepartments"),
    Person("head, all old", ("head",), "subdepartments"),
    Person("head, thin", ("head",), "subdepartments"),
    Person("own, few", ("seller",), "own"),
    Person("own, many", ("seller",), "own"),
    Person("own, old", ("seller",), "own"),
    Person("own, spread", ("seller",), "own"),
    Person("two departments", ("colleague",), "department"),
    Person("two roles", ("seller", "head"), "subdepartments"),
    Person("three roles", ("seller", "colleague", "archivist"), "department"),
)
"""The person with id *n* stands at *n* - 1; sql/organisation.sql and sql/records.sql give them places and deals."""

COMPARED = ("executive", "head of 50", "own, many")
"""Whose queries are asked by all contenders, which takes long; the others' by Rowlock and by hand."""

OWNER = {"deal": "owner_id", "company": "owner_id", "contact": "owner_id", "activity": "parent_owner_id"}
"""Table → the column that says whose a row is."""

_OWNERS = """
select coalesce(
  array_agg(distinct other.person_id order by other.person_id),
  array[{person}]
)
from crm.department_member as mine
join crm.department_closure as closure on closure.ancestor_id = mine.department_id
join crm.department_member as other on other.department_id = closure.descendant_id
where mine.person_id = {person} and (closure.depth = 0 or {below})
"""


@dataclass(frozen=True)
class Viewer:
    """A person as the best hand-written condition knows them: with the owners they reach, as literals."""

    person: Person
    number: int
    owners: tuple[int, ...]

    def condition(self, table: str, alias: str | None = None) -> str | None:
        """Return what a row of *table* must fulfil for this person to see it; None where everything does."""
        if self.person.widest == "all":
            return None
        column = f"{alias or table}.{OWNER[table]}"
        listed = ", ".join(map(str, self.owners))
        reached = f"{column} = {listed}" if len(self.owners) == 1 else f"{column} in ({listed})"
        stage = {"deal": "stage", "activity": "parent_stage"}.get(table)
        if "archivist" in self.person.roles and stage:
            return f"({reached} or {alias or table}.{stage} = 'won')"
        return reached


def viewers(connection: psycopg.Connection, wanted: Mapping[str, Person]) -> dict[str, Viewer]:
    """Return name → the person with whom they reach, read from the organisation."""
    found = {}
    for number, person in enumerate(PEOPLE, 1):
        if person.name not in wanted:
            continue
        owners: tuple[int, ...] = (number,)
        if person.widest in ("department", "subdepartments"):
            query = _OWNERS.format(person=number, below="true" if person.widest == "subdepartments" else "false")
            (listed,) = connection.execute(query.encode()).fetchone() or ([],)
            owners = tuple(listed)
        found[person.name] = Viewer(person, number, owners)
    return found
