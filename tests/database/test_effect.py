"""What a new definition does to people's rows: counted beforehand, and seen by themselves afterwards."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from rls.definition.model import OPERATIONS, Definition
from rls.effect import Effect, Limits, effect
from rls.plan import applied_definition, deploy, installed
from tests.database.company import ENTITIES, definition, hire
from tests.fixtures.database import Database

NOTES = """
entities:
  note: {table: public.note, owner: {column: author, holds: key}}
"""

TABLES = {
    "deal": ("crm", "deal", "comment"),
    "lead": ("crm", "lead", "comment"),
    "product": ("crm", "product", "name"),
    "activity": ("crm", "activity", "subject"),
    "note": ("public", "note", "body"),
}
"""Entity → schema, table, a column to update."""

PEOPLE = {"alice": ("East",), "bob": ("East", "West"), "carol": ("Company",), "dave": ("West",), "eve": ()}

STAGES = {"deal": ("prospecting", "engaging", "won", "lost"), "lead": ("new", "in_process", "converted", "junk")}

FILL = """
create table public.note (id int generated always as identity primary key, author uuid, body text);
update crm.person set key = gen_random_uuid() where login <> 'eve';
insert into public.note (author, body)
select (select key::uuid from crm.person where id = n % 7), n::text from generate_series(1, 90) as n;
insert into crm.deal (owner_id, is_open, pipeline, stage, title)
select
  (select id from crm.person where id = n % 7), n % 5 = 0, stage.pipeline, stage.code, n::text
from generate_series(1, 40) as n
cross join crm.stage;
insert into crm.lead (owner_id, is_open, stage, title)
select (select id from crm.person where id = n % 7), n % 3 = 0, stage, n::text
from generate_series(1, 40) as n
cross join unnest(array['new', 'in_process', 'converted', 'junk']) as stage;
insert into crm.product (name) values ('one'), ('two');
insert into crm.activity (deal_id, subject) select id, id from crm.deal where id % 3 = 0;
insert into crm.activity (lead_id, subject) select id, id from crm.lead where id % 2 = 0;
"""


@pytest.fixture
def company(database: Database) -> psycopg.Connection:
    """Give the administrator's connection to a company with people, records and no rights."""
    connection = database.connect()
    hire(connection, PEOPLE)
    connection.execute(FILL)
    return connection


@contextmanager
def being(connection: psycopg.Connection, login: str) -> Iterator[None]:
    """Be somebody, without triggers and foreign keys, until everything done meanwhile is undone."""
    with connection.transaction(force_rollback=True):
        connection.execute("set local session_replication_role = replica")
        connection.execute(sql.SQL("set session authorization {}").format(sql.Identifier(login)))
        yield
    connection.execute("reset session authorization")


def reached(connection: psycopg.Connection, login: str, entity: str, operation: str) -> int:
    """Return how many rows somebody reaches, by trying."""
    schema, name, column = TABLES[entity]
    table, changed = sql.Identifier(schema, name), sql.Identifier(column)
    statements = {
        "read": sql.SQL("select from {}").format(table),
        "update": sql.SQL("update {} set {} = 'x'").format(table, changed),
        "delete": sql.SQL("delete from {}").format(table),
    }
    try:
        with being(connection, login):
            return connection.execute(statements[operation]).rowcount
    except errors.InsufficientPrivilege:
        return 0
    finally:
        connection.execute("reset session authorization")


Seen = dict[tuple[str, str, str], int]


def everything(connection: psycopg.Connection) -> Seen:
    """Return what everybody reaches, by login, entity and operation."""
    return {
        (login, entity, operation): reached(connection, login, entity, operation)
        for login in PEOPLE
        for entity in TABLES
        for operation in ("read", "update", "delete")
    }


def foretold(connection: psycopg.Connection, before: Definition, after: Definition, **limits: Any) -> Effect:
    """Count what *after* changes."""
    return effect(connection, before, after, installed(connection), limits=Limits(**limits))


def assert_as_seen(found: Effect, before: Seen, after: Seen) -> None:
    """Every difference was foretold, with its numbers, and nothing else."""
    assert found.notes == ()
    assert {(one.login, one.entity, one.operation): (one.before, one.after) for one in found.people} == {
        key: (before[key], after[key]) for key in before if before[key] != after[key]
    }


def random_rights(draw: random.Random) -> str:
    """Return a definition's rule, roles and assignments, drawn."""
    roles = []
    for role in ("manager", "head", "auditor", "guest")[: draw.randint(2, 4)]:
        permissions = [f"{name}: {{{random_levels(draw, name)}}}" for name in ("deal", "lead", "note", "product")]
        timed = draw.choice(("true", "false"))
        roles.append(f"  {role}: {{timed: {timed}, permissions: {{{', '.join(permissions)}}}}}")
    principals = ("everyone", "{department: Company/West}", "{department: Company, subdepartments: true}")
    names = [role.strip().partition(":")[0] for role in roles]
    given = [f"  - {{role: {draw.choice(names)}, to: {draw.choice(principals)}}}" for _ in range(3)]
    given += [f"  - {{role: {draw.choice(names)}, to: {{person: {draw.choice(list(PEOPLE))}}}}}" for _ in range(4)]
    rule = draw.choice(("highest", "explicit"))
    listed = sorted(set(given))
    return "\n".join([f"several_roles: {rule}", "roles:", *roles, "assignments:", *listed])


def random_levels(draw: random.Random, entity: str) -> str:
    """Return the levels of some operations, and for some stages."""
    levels = {
        "product": ("none", "all"),
        "note": ("none", "own", "department", "subdepartments", "all"),
    }.get(entity, ("none", "own", "department", "subdepartments", "open", "all"))
    said = [f"{operation}: {draw.choice(levels)}" for operation in OPERATIONS[:4] if draw.random() < 0.8]
    stages = [
        f"{stage}: {{{draw.choice(('read', 'update', 'delete'))}: {draw.choice(levels)}}}"
        for stage in STAGES.get(entity, ())
        if draw.random() < 0.3
    ]
    return ", ".join([*said, f"stages: {{{', '.join(stages)}}}"] if stages else said)


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_what_people_see(company: psycopg.Connection, seed: int) -> None:
    """Random rights, replaced three times: several roles, stages, both rules, children, keys, timed roles."""
    draw = random.Random(seed)
    before, seen = Definition(), everything(company)
    for _ in range(3):
        after = definition(ENTITIES, NOTES, random_rights(draw))
        found = foretold(company, before, after)
        deploy(company, after)
        company.execute("select rls.refresh_memberships()")
        now = everything(company)

        assert_as_seen(found, seen, now)
        before, seen = applied_definition(company), now
