"""Build a company of the oracle's on a real database: tables, people, rights."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
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
        login = sql.SQL("create role {} login password {}")
        logins = (login.format(sql.Identifier(one.login), f"{one.login}-secret") for one in company.people)
        cursor.execute(sql.SQL(";").join(logins))
        departments(cursor, company)
        people(cursor, company.people)
        employ(cursor, company.people)
        for table, groups in (
            ("person_group", {one.login: one.groups for one in company.people}),
            ("project_group", {one.login: one.project_groups for one in company.people}),
        ):
            join(cursor, table, [(name, login) for login, names in groups.items() for name in sorted(names)])


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


PATHS = """
with recursive path as (
  select id, name as path from crm.department where parent_id is null
  union all
  select department.id, path.path || '/' || department.name
  from crm.department
  join path on path.id = department.parent_id
)
"""

DEPARTMENTS = """
insert into crm.department (parent_id, name)
select path.id, listed.name
from unnest(%s::text[], %s::text[]) with ordinality as listed (parent, name, number)
left join path on path.path = listed.parent
order by listed.number
"""


def departments(cursor: psycopg.Cursor, company: Company) -> None:
    """Insert the tree from the top down, a level by a statement; a path ends with the department's own name.

    Every change of the organisation refreshes everybody's reach, so people come after it.
    """

    def depth(path: str) -> int:
        return len(company.above(path))

    for _, level in groupby(sorted(company.departments, key=depth), depth):
        paths = list(level)
        parents, names = [company.departments[path] for path in paths], [path.rsplit("/", 1)[-1] for path in paths]
        cursor.execute(PATHS + DEPARTMENTS, (parents, names))


EMPLOY = """
insert into crm.department_member (department_id, person_id)
select path.id, person.id
from unnest(%s::text[], %s::text[]) as listed (path, login)
join path on path.path = listed.path
join crm.person on person.login = listed.login
"""


def employ(cursor: psycopg.Cursor, staff: Iterable[Person]) -> None:
    """Insert who is in which department, all at once."""
    rows = [(path, who.login) for who in staff for path in sorted(who.departments)]
    cursor.execute(PATHS + EMPLOY, ([path for path, _ in rows], [login for _, login in rows]))


JOIN = """
insert into crm.{member} ({group}, person_id)
select joined.id, person.id
from unnest(%s::text[], %s::text[]) as listed (name, login)
join crm.{table} as joined on joined.name = listed.name
join crm.person on person.login = listed.login
"""


def join(cursor: psycopg.Cursor, table: str, members: Sequence[tuple[str, str]]) -> None:
    """Insert the groups of one kind, and who is in which: pairs of a group and a login."""
    names = {"table": table, "member": f"{table}_member", "group": f"{table}_id"}
    statement = {key: sql.Identifier(name) for key, name in names.items()}
    groups, logins = [name for name, _ in members], [login for _, login in members]
    made = sql.SQL("insert into crm.{table} (name) select distinct unnest(%s::text[]) order by 1")
    cursor.execute(made.format(**statement), (groups,))
    cursor.execute(sql.SQL(JOIN).format(**statement), (groups, logins))


ASSIGN = """
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
        PATHS + ASSIGN,
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
