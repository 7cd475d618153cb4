"""An organisation as plain sets, changes made to it and to the database alike, and the comparison of the two."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import psycopg
import pytest
from psycopg import sql

PEOPLE, DEPARTMENTS, GROUPS = 6, 5, 2
ROLES = ("manager", "auditor")


@dataclass
class Company:
    """An organisation as plain sets; numbers count from 1, as the database's keys do."""

    active: dict[int, bool] = field(default_factory=dict)
    without_login: frozenset[int] = frozenset()
    parent: dict[int, int | None] = field(default_factory=dict)
    members: dict[str, set[tuple[int, int]]] = field(
        default_factory=lambda: {"department": set(), "group": set(), "project_group": set()}
    )
    assignments: set[tuple[str, str, int | None]] = field(default_factory=set)

    def above(self, department: int) -> list[int]:
        """Return the department and those above it, nearest first."""
        path = [department]
        while (parent := self.parent[path[-1]]) is not None and parent not in path:
            path.append(parent)
        return path

    def circular(self) -> bool:
        """Whether some department is below itself."""
        return any(self.parent[self.above(department)[-1]] is not None for department in self.parent)

    def asking(self) -> list[int]:
        """Return those who have a reach."""
        return [person for person, active in self.active.items() if active and person not in self.without_login]

    def of(self, person: int) -> set[int]:
        """Return the departments of a person."""
        return {department for department, member in self.members["department"] if member == person}

    def near(self, me: int) -> set[int]:
        """Return the owners at level department."""
        return {me} | {person for person in self.active if self.of(person) & self.of(me)}

    def below(self, me: int) -> set[int]:
        """Return the owners at level subdepartments."""
        reached = {department for department in self.parent if set(self.above(department)) & self.of(me)}
        return {me} | {person for person in self.active if self.of(person) & reached}

    def holds(self, person: int, role: str) -> bool:
        """Whether a person holds a role, by any assignment."""
        above = {over for department in self.of(person) for over in self.above(department)}
        return person in self.asking() and any(
            kind == "everyone"
            or (kind == "person" and principal == person)
            or (kind == "subdepartments" and principal in above)
            or (kind in self.members and (principal, person) in self.members[kind])
            for assigned, kind, principal in self.assignments
            if assigned == role
        )


TABLES = {
    "department": ("department_member", "department_id"),
    "group": ("person_group_member", "person_group_id"),
    "project_group": ("project_group_member", "project_group_id"),
}
SIZES = {
    "person": PEOPLE,
    "department": DEPARTMENTS,
    "subdepartments": DEPARTMENTS,
    "group": GROUPS,
    "project_group": GROUPS,
}


def key_of(person: int) -> str | None:
    """People with an even number have a key."""
    return None if person % 2 else f"key-{person}"


def found(connection: psycopg.Connection, company: Company, without_login: frozenset[int]) -> None:
    """Make the company's people, departments and groups; nobody belongs anywhere yet."""
    company.without_login = without_login
    for person in range(1, PEOPLE + 1):
        company.active[person] = True
        login = None if person in without_login else f"h{person}"
        connection.execute(f"create role h{person} login")
        connection.execute(
            "insert into crm.person (login, name, key) values (%s, %s, %s)", [login, f"Person {person}", key_of(person)]
        )
    for department in range(1, DEPARTMENTS + 1):
        company.parent[department] = None
        connection.execute("insert into crm.department (name) values (%s)", [f"Department {department}"])
    connection.execute("insert into crm.person_group (name) values ('One'), ('Two')")
    connection.execute("insert into crm.project_group (name) values ('One'), ('Two')")
    connection.execute(
        "set local role crm_rls_owner; create role crm_manager; create role crm_auditor; set local role none"
    )
    connection.execute(
        "insert into rls.role values ('manager', 'crm_manager', false), ('auditor', 'crm_auditor', false)"
    )


def toggle_member(connection: psycopg.Connection, company: Company, kind: str, principal: int, person: int) -> None:
    """Let a person join or leave."""
    table, column = (sql.Identifier(name) for name in TABLES[kind])
    pair = (principal, person)
    if pair in company.members[kind]:
        statement = sql.SQL("delete from crm.{} where {} = %s and person_id = %s")
    else:
        statement = sql.SQL("insert into crm.{} ({}, person_id) values (%s, %s)")
    connection.execute(statement.format(table, column), pair)
    company.members[kind] ^= {pair}


def toggle_assignment(
    connection: psycopg.Connection, company: Company, role: str, kind: str, principal: int | None
) -> None:
    """Assign a role, or take it away."""
    row = (role, kind, principal)
    if row in company.assignments:
        this = "role = %s and principal_kind = %s and principal_id is not distinct from %s"
        statement = f"delete from rls.assignment where {this}"  # noqa: S608 - no values in it
    else:
        statement = "insert into rls.assignment (role, principal_kind, principal_id) values (%s, %s, %s)"
    connection.execute(statement, row)
    company.assignments ^= {row}


def toggle_person(connection: psycopg.Connection, company: Company, person: int) -> None:
    """Dismiss a person, or take them back."""
    company.active[person] = not company.active[person]
    connection.execute("update crm.person set is_active = %s where id = %s", [company.active[person], person])


def move(connection: psycopg.Connection, company: Company, department: int, parent: int | None) -> None:
    """Put a department under another, which fails if it would be below itself."""
    before = company.parent[department]
    company.parent[department] = parent
    move = "update crm.department set parent_id = %s where id = %s"
    if not company.circular():
        connection.execute(move, [parent, department])
        return
    company.parent[department] = before
    with pytest.raises(psycopg.errors.CheckViolation, match="below itself"), connection.transaction():
        connection.execute(move, [parent, department])


def check(connection: psycopg.Connection, company: Company) -> None:
    """Compare everything the database derived with the plain reading."""
    keys = {person: key for person in company.active if (key := key_of(person))}
    expected = {
        f"h{me}": (
            me,
            company.near(me),
            company.below(me),
            keys.get(me),
            {keys[person] for person in company.near(me) & keys.keys()},
            {keys[person] for person in company.below(me) & keys.keys()},
        )
        for me in company.asking()
    }
    rows = connection.execute(
        "select reach.login::text, reach.person_id, department_owners, subtree_owners, person_key, department_keys,"
        " subtree_keys from rls.reach join rls.team on team.id = reach.team"
    ).fetchall()
    assert {row[0]: (row[1], set(row[2]), set(row[3]), row[4], set(row[5]), set(row[6])) for row in rows} == expected
    assert all(len(values) == len(set(values)) for row in rows for values in (row[2], row[3], row[5], row[6]))
    closure = {
        (over, department, depth)
        for department in company.parent
        for depth, over in enumerate(company.above(department))
    }
    assert set(connection.execute("select ancestor_id, descendant_id, depth from crm.department_closure")) == closure
    held = connection.execute(
        "select p.n, r.name from generate_series(1, %s) as p (n), rls.role as r"
        " where pg_has_role('h' || p.n, r.database_role, 'usage')",
        [PEOPLE],
    )
    wanted = {(person, role) for person, role in product(company.active, ROLES) if company.holds(person, role)}
    assert set(held) == wanted
    everyone = connection.execute(
        "select member::regrole::text from pg_auth_members where roleid = 'crm_everyone'::regrole"
    )
    assert {name for (name,) in everyone} - {"crm_rls_owner"} == set(expected)
    check_derived(connection)


def check_derived(connection: psycopg.Connection) -> None:
    """Compare what was kept up to date with what everything computed anew would be."""
    for drift in ("reach_drift", "team_drift", "closure_drift"):
        assert connection.execute(sql.SQL("table rls.{}").format(sql.Identifier(drift))).fetchall() == [], drift
    assert connection.execute("select * from rls.membership_drift()").fetchall() == []
    assert connection.execute("select id from rls.team where id not in (select team from rls.reach)").fetchall() == []
    leftover = (
        "select role from rls.existing_principal where not permanent except select role from rls.desired_principal"
    )
    assert connection.execute(leftover).fetchall() == []
