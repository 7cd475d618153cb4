"""A small company with rights of its own, and what the tests ask of its database."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from rls.definition.loading import load
from rls.definition.model import Definition
from rls.plan import deploy, make_plan
from tests.fixtures.database import Database

ENTITIES = """
entities:
  deal:
    table: crm.deal
    owner: owner_id
    open: is_open
    stage: stage
    pipeline: pipeline
    pipelines: {sales: [prospecting, engaging, won, lost]}
  lead:
    table: crm.lead
    owner: owner_id
    open: is_open
    stage: stage
    stages: [new, in_process, converted, junk]
  product: {table: crm.product}
  activity:
    table: crm.activity
    parents: {deal_id: deal, lead_id: lead}
    carries: {owner: parent_owner_id, open: parent_is_open, stage: parent_stage, pipeline: parent_pipeline}
"""

ROLES = """
roles:
  manager: {permissions: {deal: own, lead: own, product: {read: all}}}
  head: {permissions: {deal: {read: subdepartments, update: department}, lead: department}}
  director: {permissions: {"*": all}}
"""

TREE = (("Company", None), ("East", "Company"), ("West", "Company"))

PEOPLE = {"alice": ("East",), "bob": ("East",), "carol": ("Company",), "dave": ("West",)}
"""Login → departments."""


@cache
def definition(*texts: str) -> Definition:
    """Return the definition in these pieces of YAML, each a file."""
    with tempfile.TemporaryDirectory() as directory:
        for number, text in enumerate(texts):
            (Path(directory) / f"{number}.yaml").write_text(text, "utf-8")
        return load([Path(directory)])


def standing(roles: str = ROLES) -> Definition:
    """Return the definition of this company's entities and *roles*."""
    return definition(ENTITIES, roles)


def assert_converged(connection: psycopg.Connection, wanted: Definition) -> None:
    """Planning finds nothing to do."""
    plan = make_plan(connection, wanted)

    assert plan.empty, [*map(str, plan.changes), *plan.membership_drift]


def mended(connection: psycopg.Connection, wanted: Definition) -> list[str]:
    """Return the lines of a plan that has something to do, after applying it left nothing."""
    plan = make_plan(connection, wanted)

    assert not plan.empty
    deploy(connection, wanted)
    assert_converged(connection, wanted)
    return [*map(str, plan.changes), *plan.membership_drift]


def hire(connection: psycopg.Connection, people: Mapping[str, Sequence[str]] = PEOPLE) -> dict[str, int]:
    """Make the departments, the people with their logins; return person ids by login."""
    for name, parent in TREE:
        connection.execute(
            "insert into crm.department (name, parent_id)"
            " values (%s, (select id from crm.department where name = %s)) on conflict do nothing",
            (name, parent),
        )
    for login, departments in people.items():
        person(connection, login, departments)
    return dict(connection.execute("select login, id from crm.person").fetchall())


def person(connection: psycopg.Connection, login: str, departments: Sequence[str] = ()) -> int:
    """Make a login and its person; return the person's id."""
    connection.execute(
        sql.SQL("create role {} login password {}").format(sql.Identifier(login), sql.Literal(f"{login}-secret"))
    )
    ((made,),) = connection.execute(
        "insert into crm.person (login, name) values (%s, %s) returning id", (login, login.title())
    ).fetchall()
    connection.execute(
        "insert into crm.department_member (department_id, person_id)"
        " select id, %s from crm.department where name = any (%s)",
        (made, list(departments)),
    )
    return int(made)


def assign(connection: psycopg.Connection, role: str, login: str) -> None:
    """Give a role to a person."""
    connection.execute(
        "insert into rls.assignment (role, principal_kind, principal_id)"
        " select %s, 'person', id from crm.person where login = %s",
        (role, login),
    )


def unassign(connection: psycopg.Connection, role: str, login: str) -> None:
    """Take a role away from a person."""
    connection.execute(
        "delete from rls.assignment where role = %s and principal_kind = 'person'"
        " and principal_id = (select id from crm.person where login = %s)",
        (role, login),
    )


def open_company(database: Database, roles: str = ROLES) -> tuple[psycopg.Connection, Definition]:
    """Hire everybody, apply *roles*, give each person a deal; return the administrator's connection and the rights."""
    connection = database.connect()
    hire(connection)
    wanted = standing(roles)
    deploy(connection, wanted)
    connection.execute("insert into crm.deal (owner_id, title) select id, login from crm.person")
    return connection, wanted


def column(connection: psycopg.Connection, query: LiteralString, values: Any = None) -> list[Any]:
    """Return the first column of what *query* finds."""
    return [row[0] for row in connection.execute(query, values)]


def deals(connection: psycopg.Connection) -> list[str]:
    """Return the titles of the deals the connected person sees."""
    return column(connection, "select title from crm.deal order by title")
