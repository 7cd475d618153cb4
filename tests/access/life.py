"""A company that changes while people are at work, and the same changes in its database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from rls.definition.model import Definition
from tests.access.enumeration import DEPARTMENTS, node
from tests.access.ground import PATHS, establish
from tests.oracle.company import Assignment, Company, Person
from tests.oracle.roles import LEVELS

STAFF = tuple(f"person_{number}" for number in range(6))
PLACES = sorted(DEPARTMENTS)
ROLES = ("first", "second", "third")

IDS = "select path, id from path"


def random_definition(draw: Random, rule: str) -> dict[str, Any]:
    """Return a definition of three roles at random levels."""

    def drawn() -> dict[str, Any]:
        said = node(draw.choice(LEVELS), draw.choice(("inherit", *LEVELS)), ["read"])
        return {"permissions": {"full": said | {"update": draw.choice(LEVELS)}}}

    full = {"table": "t.full", "owner": "owner_id", "open": "is_open", "stage": "stage", "stages": ["new", "won"]}
    return {"several_roles": rule, "entities": {"full": full}, "roles": {name: drawn() for name in ROLES}}


def founded(draw: Random, rule: str) -> Company:
    """Return a company at its beginning."""
    people = tuple(
        Person(
            login, frozenset(draw.sample(PLACES, draw.randrange(3))), frozenset({"night"} if login < STAFF[2] else ())
        )
        for login in STAFF
    )
    given = tuple(Assignment(draw.choice(ROLES), "person", login) for login in STAFF)
    return Company(random_definition(draw, rule), DEPARTMENTS, people, given)


@dataclass
class Life:
    """A company and its database, changed together.

    ``company`` is what it has become, ``deployed`` the definition now in force.
    """

    connection: psycopg.Connection
    company: Company
    draw: Random
    directory: Path
    deployed: Definition
    departments: dict[str, int] = field(init=False)
    people: dict[str, int] = field(init=False)
    groups: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.departments = dict(self.connection.execute(PATHS + IDS).fetchall())
        self.people = dict(self.connection.execute("select login, id from crm.person").fetchall())
        self.groups = dict(self.connection.execute("select name, id from crm.person_group").fetchall())

    def step(self) -> str:
        """Make one random change; return what it was."""
        changes: list[Callable[[], object]] = [self.move, self.assign, self.unassign] * 2
        changes += [self.dismiss_or_reinstate, self.reparent, self.join_or_leave, self.redefine]
        change = self.draw.choice(changes)
        return f"{getattr(change, '__name__', '')}: {change()}"

    def move(self) -> Person:
        """Give somebody other departments, in one transaction."""
        places = frozenset(self.draw.sample(PLACES, self.draw.randrange(3)))
        person = self._become(replace(self._someone(), departments=places))
        number = self.people[person.login]
        with self.connection.transaction():
            self.connection.execute("delete from crm.department_member where person_id = %s", (number,))
            for path in sorted(places):
                self.connection.execute(
                    "insert into crm.department_member (department_id, person_id) values (%s, %s)",
                    (self.departments[path], number),
                )
        return person

    def dismiss_or_reinstate(self) -> Person:
        """Dismiss somebody, or take them back."""
        person = self._someone()
        person = self._become(replace(person, dismissed=not person.dismissed))
        self.connection.execute(
            "update crm.person set is_active = not %(gone)s, dismissed_at = case when %(gone)s then now() end"
            " where login = %(login)s",
            {"gone": person.dismissed, "login": person.login},
        )
        return person

    def join_or_leave(self) -> Person:
        """Let somebody into the group, or out of it."""
        person = self._someone()
        leaving = bool(person.groups)
        person = self._become(replace(person, groups=frozenset() if leaving else frozenset({"night"})))
        values = (self.groups["night"], self.people[person.login])
        if leaving:
            self.connection.execute(
                "delete from crm.person_group_member where person_group_id = %s and person_id = %s", values
            )
        else:
            self.connection.execute(
                "insert into crm.person_group_member (person_group_id, person_id) values (%s, %s)", values
            )
        return person

    def reparent(self) -> str:
        """Hang a department under another one that is not below it."""
        path = self.draw.choice([path for path in PLACES if path != "Company"])
        above = self.draw.choice([other for other in PLACES if path not in self.company.above(other)])
        self.company = replace(self.company, departments={**self.company.departments, path: above})
        self.connection.execute(
            "update crm.department set parent_id = %s where id = %s", (self.departments[above], self.departments[path])
        )
        return f"{path} under {above}"

    def assign(self) -> Assignment:
        """Give a role to a person, a department, a tree, a group or everyone."""
        kind = self.draw.choice(["person", "person", "department", "subdepartments", "group", "everyone"])
        names: dict[str, list[str]] = {"person": [*STAFF], "group": ["night"]}
        name = None if kind == "everyone" else self.draw.choice(names.get(kind, PLACES))
        given = Assignment(self.draw.choice(ROLES), kind, name)
        if given not in self.company.assignments:
            self.company = replace(self.company, assignments=(*self.company.assignments, given))
            self.connection.execute(
                "insert into rls.assignment (role, principal_kind, principal_id) values (%s, %s, %s)",
                (given.role, given.kind, self._principal(given)),
            )
        return given

    def unassign(self) -> Assignment | None:
        """Take an assignment back."""
        if not self.company.assignments:
            return None
        given = self.draw.choice(self.company.assignments)
        rest = tuple(one for one in self.company.assignments if one != given)
        self.company = replace(self.company, assignments=rest)
        self.connection.execute(
            "delete from rls.assignment"
            " where role = %s and principal_kind = %s and principal_id is not distinct from %s",
            (given.role, given.kind, self._principal(given)),
        )
        return given

    def redefine(self) -> object:
        """Deploy other levels for the same roles."""
        definition = random_definition(self.draw, self.company.definition["several_roles"])
        self.company = replace(self.company, definition=definition)
        self.deployed = establish(self.connection, definition, self.directory)
        return definition["roles"]

    def _someone(self) -> Person:
        return self.draw.choice(self.company.people)

    def _become(self, person: Person) -> Person:
        people = tuple(person if old.login == person.login else old for old in self.company.people)
        self.company = replace(self.company, people=people)
        return person

    def _principal(self, given: Assignment) -> int | None:
        if given.name is None:
            return None
        return {"person": self.people, "group": self.groups}.get(given.kind, self.departments)[given.name]
