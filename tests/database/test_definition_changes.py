"""Entities, roles, stages and assignments come, change and go with the definitions file."""

from __future__ import annotations

import time
from typing import LiteralString

import psycopg
import pytest

from rls.plan import deploy, make_plan
from tests.database.company import (
    ENTITIES,
    assert_converged,
    assign,
    column,
    deals,
    definition,
    hire,
    open_company,
    standing,
)
from tests.fixtures.database import Database

MANAGER = "roles: {manager: {permissions: {deal: own}}}"
MEMBERS: LiteralString = """
select roleid::regrole || ': ' || member::regrole
from pg_auth_members
where roleid::regrole::text ~ '^crm_(?!everyone)' and member::regrole::text <> 'crm_rls_owner'
order by 1
"""


def test_an_entity_goes(database: Database) -> None:
    """Its policies, functions and privileges go; row security stays, so that the table does not open."""
    connection, _ = open_company(database)
    assign(connection, "director", "alice")
    fewer = definition("entities: {product: {table: crm.product}}\nroles: {director: {permissions: {'*': all}}}")
    deploy(connection, fewer)

    assert_converged(connection, fewer)
    assert column(
        connection,
        "select distinct proargtypes[0]::regtype::text from pg_proc where prosrc = '' and pronargs > 0"
        " and pronamespace = 'rls'::regnamespace and proname ~ 's$'",
    ) == ["crm.product"]
    assert column(connection, "select polname from pg_policy where polrelid = 'crm.deal'::regclass") == ["rls_owner"]
    assert column(connection, "select relrowsecurity and relforcerowsecurity from pg_class where relname = 'deal'")[0]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        deals(database.connect("alice"))
    connection.execute("alter table crm.lead add column anything text")
    deploy(connection, standing())
    assert_converged(connection, standing())
    assert len(deals(database.connect("alice"))) == 4


def test_a_role_goes(database: Database) -> None:
    """With its database role and what was assigned; open sessions see nothing from then on."""
    connection, _ = open_company(database)
    assign(connection, "manager", "alice")
    assign(connection, "head", "alice")
    alice = database.connect("alice")
    alice.execute("prepare mine as select title from crm.deal")

    assert len(alice.execute("execute mine").fetchall()) == 2
    deploy(connection, standing(MANAGER))
    assert alice.execute("execute mine").fetchall() == [("alice",)]
    deploy(connection, standing("roles: {}"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        alice.execute("execute mine")
    assert column(connection, "select count(*) from rls.assignment") == [0]
    assert column(connection, "select rolname from pg_roles where rolname ~ '^crm_(manager|head|director)'") == []
    assert_converged(connection, standing("roles: {}"))


def test_a_role_that_owns_something_else(database: Database) -> None:
    """PostgreSQL will not drop it; nothing is changed, and the server says what it is."""
    connection, wanted = open_company(database)
    connection.execute("create table public.theirs (); grant select on public.theirs to crm_head")

    with pytest.raises(psycopg.errors.DependentObjectsStillExist) as error:
        deploy(connection, standing(MANAGER))
    assert error.value.diag.message_detail == "privileges for table public.theirs"
    assert_converged(connection, wanted)


def test_a_role_is_renamed(database: Database) -> None:
    """For the program that is one role less and another more: nobody holds the new one yet."""
    connection, _ = open_company(database)
    assign(connection, "manager", "alice")
    renamed = standing(MANAGER.replace("manager", "seller"))
    deploy(connection, renamed)

    assert_converged(connection, renamed)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        deals(database.connect("alice"))
    assign(connection, "seller", "alice")
    assert deals(database.connect("alice")) == ["alice"]


def test_a_stage_is_added(database: Database) -> None:
    """No table is locked for it."""
    connection, _ = open_company(database, MANAGER)
    assign(connection, "manager", "alice")
    connection.execute("insert into crm.stage (pipeline, code, name, position) values ('sales', 'gone', 'Gone', 9)")
    connection.execute("update crm.deal set stage = 'gone' where title = 'alice'")
    more = definition(
        ENTITIES.replace("won, lost]}", "won, lost, gone]}"),
        "roles: {manager: {permissions: {deal: {read: own, stages: {gone: none}}}}}",
    )
    plan = make_plan(connection, more)

    assert deals(database.connect("alice")) == ["alice"]
    assert not [change for change in plan.changes if change.locks_table]
    deploy(connection, more)
    assert deals(database.connect("alice")) == []
    assert_converged(connection, more)


def test_the_owner_column_becomes_another(database: Database) -> None:
    """By id, by key and back: functions of other types take the place of the old."""
    connection, _ = open_company(database, MANAGER)
    assign(connection, "manager", "alice")
    connection.execute("update crm.person set key = 'k-' || login")
    connection.execute("update crm.deal set code = 'k-alice' where title = 'bob'")
    keyed = definition(
        ENTITIES.replace("owner: owner_id", "owner: {column: code, holds: key}", 1).partition("  activity")[0], MANAGER
    )
    deploy(connection, keyed)

    assert_converged(connection, keyed)
    assert deals(database.connect("alice")) == ["bob"]
    deploy(connection, standing(MANAGER))
    assert_converged(connection, standing(MANAGER))
    assert deals(database.connect("alice")) == ["alice"]


def test_only_some_columns(database: Database) -> None:
    """A column that is not named, or came later, is closed."""
    connection, _ = open_company(database, MANAGER)
    assign(connection, "manager", "alice")
    narrow = definition(
        ENTITIES.replace("table: crm.deal", "table: crm.deal\n    columns: [id, title, owner_id]"), MANAGER
    )
    deploy(connection, narrow)
    alice = database.connect("alice")

    assert deals(alice) == ["alice"]
    shown = alice.execute("select * from crm_read.deal")
    assert [column.name for column in shown.description or ()] == ["id", "owner_id", "title"]
    for query in ("select * from crm.deal", "select amount from crm.deal", "update crm.deal set amount = 1"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            alice.execute(query)
    deploy(connection, standing(MANAGER))
    connection.execute("alter table crm.deal add column salary numeric")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        alice.execute("select salary from crm.deal")
    plan = make_plan(connection, standing(MANAGER))
    assert {str(change).split(" (")[0] for change in plan.changes} == {
        "~ grant insert",
        "~ grant select",
        "~ grant update",
        "~ import table crm_import.deal",
        "~ view crm_all.deal",
        "~ view crm_read.deal",
    }
    deploy(connection, standing(MANAGER))
    for query in ("select salary from crm.deal", "select salary from crm_read.deal"):
        assert alice.execute(query).fetchall() == [(None,)]


def test_a_column_a_policy_reads_cannot_be_dropped(database: Database) -> None:
    """PostgreSQL knows what the functions need."""
    connection, _ = open_company(database)

    for statement in (
        "alter table crm.deal drop column owner_id",
        "alter table crm.deal alter column stage type varchar(9)",
        "drop table crm.activity",
    ):
        with pytest.raises(psycopg.errors.Error, match=r"cannot (drop|alter)"):
            connection.execute(statement)


PRINCIPALS = {
    "everyone": ["alice", "bob", "carol", "dave"],
    "{person: alice}": ["alice"],
    "{department: Company/East}": ["alice", "bob"],
    "{department: Company}": ["carol"],
    "{department: Company, subdepartments: true}": ["alice", "bob", "carol", "dave"],
    "{group: Night}": ["bob", "dave"],
    "{project_group: Bridge}": ["alice", "dave"],
}


@pytest.mark.parametrize("principal, holders", PRINCIPALS.items())
def test_assignments_of_the_definition(database: Database, principal: str, holders: list[str]) -> None:
    """Given with it and taken back with it; what was assigned otherwise stays."""
    connection = database.connect()
    people = hire(connection)
    connection.execute("insert into crm.person_group (name) values ('Night')")
    connection.execute("insert into crm.project_group (name) values ('Bridge')")
    connection.execute(
        "insert into crm.person_group_member (person_group_id, person_id) select 1, id from crm.person"
        " where login in ('bob', 'dave')"
    )
    connection.execute(
        "insert into crm.project_group_member (project_group_id, person_id) select 1, id from crm.person"
        " where login in ('alice', 'dave')"
    )
    connection.execute("insert into crm.deal (owner_id, title) select id, login from crm.person")
    roles = "roles: {manager: {permissions: {deal: own}}, head: {permissions: {deal: all}}}\n"
    given = definition(ENTITIES, roles + f"assignments: [{{role: manager, to: {principal}}}]")
    deploy(connection, given)
    assert_converged(connection, given)

    for login in people:
        session = database.connect(login)
        if login in holders:
            assert deals(session) == [login]
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                deals(session)
    assign(connection, "head", "carol")
    taken = definition(ENTITIES, roles)
    deploy(connection, taken)
    assert_converged(connection, taken)
    assert column(connection, MEMBERS) == ["crm_head: carol"]


def test_an_assignment_by_hand_may_be_the_definitions_too(database: Database) -> None:
    """Whoever says it first."""
    connection, _ = open_company(database, MANAGER)
    assign(connection, "manager", "alice")
    given = standing(MANAGER + "\nassignments: [{role: manager, to: {person: alice}}]")
    deploy(connection, given)

    assert_converged(connection, given)
    assert deals(database.connect("alice")) == ["alice"]


def test_a_person_named_who_left(database: Database) -> None:
    """The plan stays empty, and they get nothing."""
    connection, _ = open_company(database, MANAGER)
    given = standing(MANAGER + "\nassignments: [{role: manager, to: {person: alice}}]")
    deploy(connection, given)
    connection.execute("update crm.person set is_active = false where login = 'alice'")

    assert_converged(connection, given)
    assert column(connection, MEMBERS) == []


TIMED = "roles: {manager: {timed: true, permissions: {deal: own}}, head: {permissions: {lead: own}}}"


def limited(connection: psycopg.Connection, login: str, since: str | None, until: str | None) -> None:
    """Assign the role manager for a time, given as distances from now."""
    connection.execute(
        "insert into rls.assignment (role, principal_kind, principal_id, valid_from, valid_until)"
        " select 'manager', 'person', id, now() + %s::interval, now() + %s::interval from crm.person where login = %s",
        (since, until, login),
    )


def test_a_role_for_a_time(database: Database) -> None:
    """The clock decides by itself, also in a session and a statement prepared before."""
    connection, wanted = open_company(database, TIMED)
    limited(connection, "alice", None, "1.5 seconds")
    limited(connection, "bob", "1.5 seconds", "1 hour")
    limited(connection, "carol", "-2 hours", "-1 hour")
    limited(connection, "dave", "-1 hour", None)
    sessions = {login: database.connect(login) for login in ("alice", "bob", "carol", "dave")}
    for login in ("alice", "bob", "dave"):
        sessions[login].execute("prepare mine as select title from crm.deal")

    def seen() -> dict[str, int]:
        return {
            login: len(session.execute("execute mine").fetchall())
            for login, session in sessions.items()
            if login != "carol"
        }

    assert seen() == {"alice": 1, "bob": 0, "dave": 1}
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        deals(sessions["carol"])
    time.sleep(1.6)
    assert seen() == {"alice": 0, "bob": 1, "dave": 1}
    assert sessions["alice"].execute("update crm.deal set title = 'mine'").rowcount == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        sessions["alice"].execute("insert into crm.deal (owner_id, title) values (1, 'too late')")
    connection.execute("select rls.refresh()")
    assert_converged(connection, wanted)
    assert column(connection, MEMBERS) == ["crm_manager: bob", "crm_manager: dave"]


def test_two_times_of_one_role(database: Database) -> None:
    """One of them is enough."""
    connection, _ = open_company(database, TIMED)
    limited(connection, "alice", None, "-1 hour")
    limited(connection, "alice", "-1 hour", "1 hour")
    limited(connection, "alice", "2 hours", None)

    assert deals(database.connect("alice")) == ["alice"]


def test_a_role_begins_to_follow_the_clock(database: Database) -> None:
    """What was assigned before goes on."""
    connection, _ = open_company(database, MANAGER)
    assign(connection, "manager", "alice")
    deploy(connection, standing(TIMED))

    assert deals(database.connect("alice")) == ["alice"]
    assert_converged(connection, standing(TIMED))
    deploy(connection, standing(MANAGER))
    assert deals(database.connect("alice")) == ["alice"]
    assert_converged(connection, standing(MANAGER))


def test_a_table_is_renamed(database: Database) -> None:
    """The definition follows; functions that called their row by the old name are made anew."""
    connection, _ = open_company(database, MANAGER)
    assign(connection, "manager", "alice")
    connection.execute("alter table crm.product rename to article")
    connection.execute("alter table crm.lead rename to prospect")
    renamed = definition(
        ENTITIES.replace("table: crm.product", "table: crm.article").replace("table: crm.lead", "table: crm.prospect"),
        "roles: {manager: {permissions: {deal: own, lead: own, product: all}}}",
    )
    deploy(connection, renamed)

    assert_converged(connection, renamed)
    alice = database.connect("alice")
    alice.execute("insert into crm.prospect (owner_id, title) select owner_id, 'mine' from crm.deal")
    assert column(alice, "select title from crm.prospect") == ["mine"]
