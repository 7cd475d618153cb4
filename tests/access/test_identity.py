"""Who is asking: the login, and nothing anybody can say of themselves."""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest

from rls.plan import deploy
from tests.database.company import assert_converged, assign, column, deals, open_company, person, standing, unassign
from tests.fixtures.database import Database

ROLES = """
roles:
  manager: {permissions: {deal: own, lead: own, product: {read: all}}}
  director: {permissions: {"*": all}}
  stand_in: {timed: true, permissions: {deal: all}}
"""

DENIED = psycopg.errors.InsufficientPrivilege
MODERN = 160000
"""The version from which a membership may come without SET ROLE."""


def company(database: Database) -> psycopg.Connection:
    """Open a company: alice and bob manage their own deals, carol directs."""
    connection, _ = open_company(database, ROLES)
    for login, role in (("alice", "manager"), ("bob", "manager"), ("carol", "director")):
        assign(connection, role, login)
    return connection


def test_a_login_nobody_knows(database: Database) -> None:
    """No person, no rows; a role granted by hand does not make them one."""
    connection = company(database)
    connection.execute("create role mallory login password 'mallory-secret'")
    mallory = database.connect("mallory")

    with pytest.raises(DENIED):
        deals(mallory)
    connection.execute("grant crm_manager to mallory")
    assert deals(mallory) == []
    with pytest.raises(DENIED, match="row-level security"):
        mallory.execute("insert into crm.deal (title) values ('mine')")
    with pytest.raises(DENIED, match="row-level security"):
        mallory.execute("insert into crm.deal (title, owner_id) values ('mine', 1)")
    connection.execute("grant crm_stand_in to mallory")
    assert deals(mallory) == []


def test_the_role_itself_is_nobody(database: Database) -> None:
    """From 16 on a person cannot become the role; before that, as the role they are no person and see nothing."""
    connection = company(database)
    assign(connection, "stand_in", "alice")
    alice = database.connect("alice")

    if alice.info.server_version >= MODERN:
        for role in ("crm_manager", "crm_everyone", "crm_stand_in"):
            with pytest.raises(DENIED):
                alice.execute(f"set role {role}".encode())
        return
    for role in ("crm_manager", "crm_stand_in"):
        alice.execute(f"set role {role}".encode())
        assert deals(alice) == []
        with pytest.raises(DENIED, match="row-level security"):
            alice.execute("insert into crm.deal (title, owner_id) values ('mine', 1)")


def test_reach_shows_ones_own_row_only(database: Database) -> None:
    """Even to somebody who is let into the schema."""
    connection = company(database)
    connection.execute("grant usage on schema rls to alice")
    alice = database.connect("alice")

    assert column(alice, "select login::text from rls.reach") == ["alice"]
    for call in ("select rls.refresh()", "select * from rls.assignment", "update rls.reach set person_id = 2"):
        with pytest.raises(DENIED):
            alice.execute(call)


def test_a_function_reads_with_its_owners_reach(database: Database) -> None:
    """A colleague's SECURITY DEFINER function shows nobody more than the colleague: neither roles nor people mix."""
    connection = company(database)
    connection.execute("insert into crm.deal (title, owner_id) values ('of alice', 1), ('of bob', 2), ('of carol', 3)")
    connection.execute("create schema lent; grant usage on schema lent, rls to alice, bob")
    connection.execute(
        "create function lent.titles() returns setof text language sql security definer"
        " begin atomic select title from crm.deal; end"
    )
    connection.execute("alter function lent.titles() owner to alice")
    alice, bob = database.connect("alice"), database.connect("bob")
    held = alice.execute("select lent.titles() order by 1").fetchall()

    assert ("of alice",) in held
    assert set(bob.execute("select lent.titles()").fetchall()) <= set(held)
    # Statements of bob's own go on with bob's rights.
    assert column(bob, "select title from crm.deal where title like 'of %'") == ["of bob"]


def test_dismissed_at_once(database: Database) -> None:
    """In the session that is open and the statement that is prepared."""
    connection = company(database)
    sessions = [database.connect("alice"), database.connect("carol")]
    for session in sessions:
        session.execute("set plan_cache_mode = force_generic_plan")
        session.execute("prepare seen as select title from crm.deal")
        assert session.execute("execute seen").fetchall()
    connection.execute("update crm.person set is_active = false where login in ('alice', 'carol')")

    for session in sessions:
        with pytest.raises(DENIED):
            session.execute("execute seen")
    connection.execute("update crm.person set is_active = true where login = 'alice'")
    assert sessions[0].execute("execute seen").fetchall() == [("alice",)]


def test_dismissed_in_the_middle_of_a_transaction(database: Database) -> None:
    """Reach goes at once.  Of privileges and levels a transaction hears when it locks something it had not before.

    PostgreSQL reads what others invalidated when a transaction begins or takes
    a new lock (AcceptInvalidationMessages); a prepared statement that only needs
    locks it holds does neither, so that at level ``all`` it goes on until then.
    That is why dismissing somebody ends their sessions.
    """
    connection = company(database)
    sessions = {login: database.connect(login, autocommit=False) for login in ("alice", "carol")}
    for session in sessions.values():
        session.execute("prepare seen as select title from crm.deal")
        assert session.execute("execute seen").fetchall()
    connection.execute("update crm.person set is_active = false where login in ('alice', 'carol')")

    assert sessions["alice"].execute("execute seen").fetchall() == []
    for session in sessions.values():
        with pytest.raises(DENIED):
            session.execute("select title from crm.deal")
        session.rollback()


def test_a_role_taken_at_once(database: Database) -> None:
    """One of two roles: what the other gives remains, in a prepared statement too."""
    connection = company(database)
    assign(connection, "director", "alice")
    alice = database.connect("alice")
    alice.execute("set plan_cache_mode = force_generic_plan")
    alice.execute("prepare seen as select title from crm.deal order by title")

    assert len(alice.execute("execute seen").fetchall()) == 4
    unassign(connection, "director", "alice")
    assert alice.execute("execute seen").fetchall() == [("alice",)]


def test_moved_to_another_department_at_once(database: Database) -> None:
    """Reach is read by every statement."""
    connection = company(database)
    deploy(connection, standing("roles: {manager: {permissions: {deal: department}}}"))
    alice = database.connect("alice")
    alice.execute("prepare seen as select title from crm.deal order by title")

    assert alice.execute("execute seen").fetchall() == [("alice",), ("bob",)]
    connection.execute("""
        update crm.department_member set department_id = (select id from crm.department where name = 'West')
        where person_id = (select id from crm.person where login = 'alice')
    """)
    assert alice.execute("execute seen").fetchall() == [("alice",), ("dave",)]


def test_a_pool_asks_as_the_person(database: Database) -> None:
    """SET LOCAL ROLE for a transaction: the person's rows, with their name on what they make."""
    connection = company(database)
    connection.execute("create role pool login noinherit password 'pool-secret'")
    options = b" with inherit false, set true" if connection.info.server_version >= MODERN else b""
    for login in ("alice", "bob", "carol"):
        connection.execute(b"grant " + login.encode() + b" to pool" + options)
    pool = database.connect("pool", autocommit=False)
    pool.execute("set plan_cache_mode = force_generic_plan")
    pool.execute("set local role alice")
    pool.execute("prepare seen as select title from crm.deal order by title")
    pool.commit()

    for login in ("alice", "bob", "carol", "alice"):
        pool.execute(b"set local role " + login.encode())
        expected = [("alice",), ("bob",), ("carol",), ("dave",)] if login == "carol" else [(login,)]
        assert pool.execute("execute seen").fetchall() == expected
        pool.commit()
        with pytest.raises(DENIED):
            pool.execute("select * from crm.deal")
        pool.rollback()
    pool.execute("set local role alice")
    pool.execute("insert into crm.deal (owner_id, title) select owner_id, 'by the pool' from crm.deal")
    pool.commit()
    assert column(connection, "select created_by::text from crm.deal where title = 'by the pool'") == ["alice"]


@pytest.mark.parametrize("login", ["alice", "carol"])
def test_keys_are_not_chosen(database: Database, login: str) -> None:
    """Neither when a record is made nor later; nor who made it and when."""
    company(database)
    session = database.connect(login)

    for statement in (
        "insert into crm.deal (id, owner_id, title) overriding system value values (999, 1, 'x')",
        "update crm.deal set id = 999",
        "insert into crm.activity (deal_id, subject, parent_owner_id) values (1, 'x', 1)",
        "update crm.activity set parent_owner_id = 1",
    ):
        with pytest.raises(psycopg.Error) as error:
            session.execute(statement.encode())
        assert error.value.sqlstate in ("42501", "428C9"), error.value
    session.execute(
        "insert into crm.deal (owner_id, title, created_by) select owner_id, 'x', 'bob' from crm.deal limit 1"
    )
    assert column(session, "select created_by::text from crm.deal where title = 'x'") == [login]


def test_another_login_of_the_same_name(database: Database) -> None:
    """A person without a login in the server gets nothing; one who gets it later does."""
    connection = company(database)
    connection.execute("insert into crm.person (login, name) values ('erin', 'Erin')")
    assign(connection, "director", "erin")
    person(connection, "frank", ["East"])
    connection.execute("create role erin login password 'erin-secret'")

    with pytest.raises(DENIED):
        deals(database.connect("erin"))
    connection.execute("select rls.refresh()")
    assert len(deals(database.connect("erin"))) == 4


@pytest.mark.parametrize("attribute", ["superuser", "bypassrls", "createrole", "replication"])
def test_a_login_above_row_security_is_no_person(database: Database, attribute: LiteralString) -> None:
    """Refused, since whatever it were granted would mean nothing."""
    connection = company(database)
    connection.execute(b"create role admin login " + attribute.encode())

    with pytest.raises(psycopg.errors.CheckViolation, match=attribute.upper()):
        connection.execute("insert into crm.person (login, name) values ('admin', 'Admin')")


def test_everybody_is_still_who_they_should_be(database: Database) -> None:
    """After all of that, nothing to do."""
    connection, wanted = open_company(database, ROLES)
    assign(connection, "director", "carol")
    unassign(connection, "director", "carol")

    assert_converged(connection, wanted)


def test_a_role_cannot_be_taken_without_the_others(database: Database) -> None:
    """Under ``explicit`` a role may narrow another: whoever becomes the wider one alone, as before 16, is nobody."""
    roles = """
several_roles: explicit
roles:
  wide: {permissions: {deal: {read: all, delete: all}}}
  narrow: {permissions: {deal: {read: none, stages: {won: {read: own, delete: own}}}}}
"""
    connection, _ = open_company(database, roles)
    assign(connection, "wide", "alice")
    assign(connection, "narrow", "alice")
    connection.execute("insert into crm.deal (title, stage) values ('nobody''s', 'won'), ('anybody''s', 'lost')")
    alice = database.connect("alice")

    assert "anybody's" in deals(alice)
    assert "nobody's" not in deals(alice)
    if alice.info.server_version < MODERN:
        alice.execute("set role crm_wide")
        assert "nobody's" not in deals(alice)
        assert alice.execute("delete from crm.deal where title = 'nobody''s'").rowcount == 0
