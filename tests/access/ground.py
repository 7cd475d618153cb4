"""Build a company of the oracle's on a real database: tables, people, rights."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from ruamel.yaml import YAML

from rls.definition.loading import load
from rls.definition.model import Definition
from rls.plan import deploy
from tests.access.rows import key_of
from tests.access.tables import create_tables
from tests.oracle.company import Company, Person


def dumped(definition: Mapping[str, Any]) -> str:
    """Return a definition as YAML."""
    stream = io.StringIO()
    writer = YAML(typ="safe")
    writer.width = 120
    writer.dump(dict(definition), stream)
    return stream.getvalue()


def install(connection: psycopg.Connection, company: Company, directory: Path) -> Definition:
    """Make the company's tables, people, rights and assignments; return the definition deployed."""
    create_tables(connection, company.definition)
    hire(connection, company)
    deployed = establish(connection, company.definition, directory)
    assign(connection, company)
    return deployed


def establish(connection: psycopg.Connection, definition: Mapping[str, Any], directory: Path) -> Definition:
    """Deploy the definition through the program's own front door, a file, and return it."""
    path = directory / "definition.yaml"
    path.write_text(dumped(definition), encoding="utf-8")
    loaded = load([path])
    deploy(connection, loaded)
    return loaded


def hire(connection: psycopg.Connection, company: Company) -> None:
    """Make login roles, people, departments, groups and their members."""
    with connection.transaction(), connection.cursor() as cursor:
        for person in company.people:
            cursor.execute(
                sql.SQL("create role {} login password {}").format(
                    sql.Identifier(person.login), sql.Literal(f"{person.login}-secret")
                )
            )
        departments(cursor, company)
        people(cursor, company.people)
        employ(cursor, company.people)
        groups(cursor, company.people, "person_group", "groups")
        groups(cursor, company.people, "project_group", "project_groups")
        members(cursor, company.people)


def people(cursor: psycopg.Cursor, staff: Iterable[Person]) -> None:
    """Insert the people; the dismissed ones as dismissed."""
    staff = list(staff)
    cursor.execute(
        """
        insert into crm.person (login, key, name, is_active, dismissed_at)
        select login, key, initcap(login), not dismissed, case when dismissed then now() end
        from unnest(%s::text[], %s::text[], %s::bool[]) as hired (login, key, dismissed)
        """,
        ([who.login for who in staff], [key_of(who.login) for who in staff], [who.dismissed for who in staff]),
    )


def departments(cursor: psycopg.Cursor, company: Company) -> None:
    """Insert the tree from the top down; a path ends with the department's own name.

    Every change of the organisation refreshes everybody's reach, so people come after it.
    """
    numbers: dict[str, int] = {}
    for path in sorted(company.departments, key=lambda path: len(company.above(path))):
        parent = company.departments[path]
        cursor.execute(
            "insert into crm.department (parent_id, name) values (%s, %s) returning id",
            (numbers[parent] if parent else None, path.rsplit("/", 1)[-1]),
        )
        numbers[path] = only(cursor)


EMPLOY = """
with recursive path as (
  select id, name as path from crm.department where parent_id is null
  union all
  select department.id, path.path || '/' || department.name
  from crm.department
  join path on path.id = department.parent_id
)
insert into crm.department_member (department_id, person_id)
select path.id, person.id
from unnest(%s::text[], %s::text[]) as listed (path, login)
join path on path.path = listed.path
join crm.person on person.login = listed.login
"""


def employ(cursor: psycopg.Cursor, staff: Iterable[Person]) -> None:
    """Insert who is in which department, all at once."""
    rows = [(path, who.login) for who in staff for path in sorted(who.departments)]
    cursor.execute(EMPLOY, ([path for path, _ in rows], [login for _, login in rows]))


def groups(cursor: psycopg.Cursor, staff: Iterable[Person], table: str, attribute: str) -> None:
    """Insert the groups of one kind that anybody is in."""
    for name in sorted({name for who in staff for name in getattr(who, attribute)}):
        cursor.execute(sql.SQL("insert into crm.{} (name) values (%s)").format(sql.Identifier(table)), (name,))


def members(cursor: psycopg.Cursor, staff: Iterable[Person]) -> None:
    """Insert who is in which group."""
    for who in staff:
        for table, names in (("person_group", who.groups), ("project_group", who.project_groups)):
            for name in sorted(names):
                cursor.execute(
                    sql.SQL(
                        "insert into crm.{} ({}, person_id) select g.id, p.id from crm.{} g, crm.person p"
                        " where g.name = %s and p.login = %s"
                    ).format(sql.Identifier(f"{table}_member"), sql.Identifier(f"{table}_id"), sql.Identifier(table)),
                    (name, who.login),
                )


def only(cursor: psycopg.Cursor) -> Any:
    """Return the one value of the one row."""
    row = cursor.fetchone()
    assert row is not None
    return row[0]


ASSIGN = """
with recursive path as (
  select id, name as path from crm.department where parent_id is null
  union all
  select department.id, path.path || '/' || department.name
  from crm.department
  join path on path.id = department.parent_id
)
insert into rls.assignment (role, principal_kind, principal_id, valid_from, valid_until)
select role, kind, case
    when kind = 'person' then (select id from crm.person where login = given.name)
    when kind in ('department', 'subdepartments') then (select id from path where path.path = given.name)
    when kind = 'group' then (select id from crm.person_group where person_group.name = given.name)
    when kind = 'project_group' then (select id from crm.project_group where project_group.name = given.name)
  end, valid_from, valid_until
from unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
  as given (role, kind, name, valid_from, valid_until)
on conflict do nothing
"""


def assign(connection: psycopg.Connection, company: Company) -> None:
    """Insert the assignments, in one statement."""
    given = company.assignments
    connection.execute(
        ASSIGN,
        (
            [one.role for one in given],
            [one.kind for one in given],
            [one.name for one in given],
            [one.valid_from for one in given],
            [one.valid_until for one in given],
        ),
    )


EVERYBODY = "(select array_agg(person.id) from crm.person)"


def mislead(connection: psycopg.Connection) -> None:
    """Have statements planned with everybody as an owner, or as a wide team's people: what is live must hold alone.

    A plan may have outlived its constants (decision 0023).
    """
    connection.execute("update rls.team set department_wide = id % 2 = 0, subtree_wide = id % 2 = 0")
    for reach in ("department", "subtree"):
        _fold(connection, reach, f"team.{reach}_owners", EVERYBODY)


def lead_back(connection: psycopg.Connection) -> None:
    """Undo :func:`mislead`."""
    for reach in ("department", "subtree"):
        _fold(connection, reach, EVERYBODY, f"team.{reach}_owners")
    connection.execute("select rls.refresh()")


def _fold(connection: psycopg.Connection, reach: str, old: str, new: str) -> None:
    """Replace what a plan is given as whom a team reaches."""
    query = "select pg_get_functiondef(format('rls.folded_%%s_owners', %s::text)::regproc)"
    row = connection.execute(query, [reach]).fetchone()
    assert row is not None
    assert old in row[0], row[0]
    connection.execute(row[0].replace(old, new))
