"""Reach follows the organisation, compared with a plain reading of it."""

from __future__ import annotations

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from tests.database.organisations import (
    DEPARTMENTS,
    PEOPLE,
    ROLES,
    SIZES,
    Company,
    check,
    move,
    toggle_assignment,
    toggle_member,
    toggle_person,
)
from tests.database.organisations import found as found_any
from tests.database.small_company import assign, found, in_thread, managers, wait_for_lock
from tests.fixtures.database import Database

UNCHECKED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def _principal(draw: st.DrawFn) -> tuple[str, int | None]:
    kind = draw(st.sampled_from([*SIZES, "everyone"]))
    return kind, draw(st.integers(1, SIZES[kind])) if kind in SIZES else None


@given(data=st.data(), without_login=st.frozensets(st.integers(1, PEOPLE), max_size=2))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_company_after_any_change(database: Database, data: st.DataObject, without_login: frozenset[int]) -> None:
    """Whatever changes in whatever order, everything derived is what a plain reading of the organisation says."""
    connection = database.connect(autocommit=False)
    company = Company()
    with connection.transaction(force_rollback=True):
        _restart_keys(connection)
        found_any(connection, company, without_login)
        for _ in range(data.draw(st.integers(5, 14))):
            _change(connection, company, data)
            if data.draw(st.booleans()):
                check(connection, company)
        check(connection, company)
    connection.close()


def _restart_keys(connection: psycopg.Connection) -> None:
    for table in ("person", "department", "person_group", "project_group"):
        connection.execute(sql.SQL("alter table crm.{} alter column id restart").format(sql.Identifier(table)))


def _change(connection: psycopg.Connection, company: Company, data: st.DataObject) -> None:
    what = data.draw(
        st.sampled_from(["member", "member", "member", "assignment", "assignment", "person", "move", "move"])
    )
    if what == "member":
        kind = data.draw(st.sampled_from(["department", "department", "group", "project_group"]))
        principal = data.draw(st.integers(1, SIZES[kind]))
        toggle_member(connection, company, kind, principal, data.draw(st.integers(1, PEOPLE)))
    elif what == "assignment":
        kind, number = data.draw(st.composite(_principal)())
        toggle_assignment(connection, company, data.draw(st.sampled_from(ROLES)), kind, number)
    elif what == "person":
        toggle_person(connection, company, data.draw(st.integers(1, PEOPLE)))
    else:
        parent = data.draw(st.none() | st.integers(1, DEPARTMENTS))
        move(connection, company, data.draw(st.integers(1, DEPARTMENTS)), parent)


@pytest.fixture
def administrator(database: Database) -> psycopg.Connection:
    """Give an administrator's connection to the company of three."""
    return found(database)


def _reach(connection: psycopg.Connection, login: str) -> tuple[list[int], list[int]] | None:
    query = "select department_owners, subtree_owners from rls.reach join rls.team on team.id = team where login = %s"
    return connection.execute(query, [login]).fetchone()


def test_the_dismissed_stay_in_reach_and_have_none(administrator: psycopg.Connection) -> None:
    """Their records remain their department's; they themselves are nobody."""
    assign(administrator, "everyone")
    administrator.execute("update crm.person set is_active = false, dismissed_at = now() where login = 'carol'")
    assert _reach(administrator, "bob") == ([2, 3], [2, 3])
    assert _reach(administrator, "carol") is None
    assert managers(administrator) == {"alice", "bob"}


def test_a_department_that_moves_takes_its_reach_along(administrator: psycopg.Connection) -> None:
    """At once, over old records too, since records name people and not departments."""
    assert _reach(administrator, "alice") == ([1], [1, 2, 3])
    administrator.execute("update crm.department set parent_id = null where id = 2")
    assert _reach(administrator, "alice") == ([1], [1])


def test_several_departments(administrator: psycopg.Connection) -> None:
    """A person in two reaches both, and both reach that person."""
    administrator.execute("insert into crm.department_member values (1, 2)")
    assert _reach(administrator, "bob") == ([1, 2, 3], [1, 2, 3])
    assert _reach(administrator, "alice") == ([1, 2], [1, 2, 3])
    administrator.execute("delete from crm.department_member where person_id = 2")
    assert _reach(administrator, "bob") == ([2], [2])


def test_two_changes_at_once(administrator: psycopg.Connection, database: Database) -> None:
    """The second waits for the first and sees what it did."""
    first, second = database.connect(autocommit=False), database.connect()
    first.execute("delete from crm.department_member where person_id = 2")
    thread = in_thread(lambda: second.execute("insert into crm.department_member values (1, 3)"))
    wait_for_lock(administrator)
    first.commit()
    thread.join()
    assert _reach(administrator, "alice") == ([1, 3], [1, 3])
    assert _reach(administrator, "carol") == ([1, 3], [1, 3])
    assert _reach(administrator, "bob") == ([2], [2])


def test_changes_cannot_deadlock(administrator: psycopg.Connection, database: Database) -> None:
    """The lock is taken before the first row's."""
    first, second = database.connect(autocommit=False), database.connect()
    first.execute("update crm.person set is_active = false where id = 1")
    thread = in_thread(lambda: second.execute("update crm.person set is_active = false where id = 2"))
    wait_for_lock(administrator)
    first.execute("update crm.person set is_active = false where id = 2")
    first.commit()
    thread.join()
    assert administrator.execute("select login::text from rls.reach").fetchall() == [("carol",)]


def test_an_old_snapshot_cannot_decide(administrator: psycopg.Connection, database: Database) -> None:
    """Under REPEATABLE READ a change made meanwhile is an error, not a reach computed without it.

    The two changes touch different rows of reach: only together do they decide
    whether the head of West reaches carol.
    """
    administrator.execute("create role dan login; insert into crm.person (login, name) values ('dan', 'Dan')")
    administrator.execute(
        "insert into crm.department (name) values ('West'); insert into crm.department_member values (3, 4)"
    )
    administrator.execute("update crm.department set parent_id = null where id = 2")
    change = database.connect(autocommit=False)
    change.execute("set transaction isolation level repeatable read")
    change.execute("select 1")
    administrator.execute("delete from crm.department_member where person_id = 3")
    with pytest.raises(psycopg.errors.SerializationFailure):
        change.execute("update crm.department set parent_id = 3 where id = 2")


def test_nobody_reads_what_is_derived(administrator: psycopg.Connection, database: Database) -> None:
    """Schema rls is closed; a person with the privilege reads their own reach only."""
    administrator.execute("grant select on rls.reach to alice")
    alice = database.connect("alice")
    for query in ("select * from rls.reach", "select rls.caller()", "select rls.refresh()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            alice.execute(query)
    administrator.execute("grant usage on schema rls to alice")
    assert alice.execute("select login::text from rls.reach").fetchall() == [("alice",)]
    for function in ("refresh()", "refresh_memberships()", "repair_memberships()", "membership_drift()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            alice.execute(f"select rls.{function}")
