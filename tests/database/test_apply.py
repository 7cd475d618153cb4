"""Applying is all or nothing, against the state the plan was made for, and idle when nothing differs."""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest

from rls.errors import PlanError, RowlockError
from rls.installation import install
from rls.names import Installation
from rls.plan import apply, deploy, make_plan
from tests.database.company import (
    ROLES,
    assert_converged,
    assign,
    column,
    deals,
    hire,
    open_company,
    person,
    standing,
)
from tests.fixtures.database import Database

MORE = """
roles:
  manager: {permissions: {deal: all, lead: all, product: {read: all}}}
  newcomer: {permissions: {deal: {read: own}}}
  director: {permissions: {"*": all}}
"""

EVERYTHING: LiteralString = """
select 'role', rolname, to_jsonb(r) - 'oid' from pg_roles as r
union all
select 'member', roleid::regrole::text, to_jsonb(m) - '{oid,roleid}'::text[] from pg_auth_members as m
union all
select 'policy', polname, to_jsonb(p) - 'oid' from pg_policy as p
union all
select 'function', proname, to_jsonb(f) - 'oid' from pg_proc as f where pronamespace = 'rls'::regnamespace
union all
select 'table', relname, to_jsonb(c) - '{reltuples,relpages,relallvisible,relallfrozen,relfrozenxid,relminmxid}'::text[]
from pg_class as c where relnamespace in ('crm'::regnamespace, 'rls'::regnamespace)
union all
select 'column', attname, to_jsonb(a.attacl)
from pg_attribute as a join pg_class as c on c.oid = attrelid where relnamespace = 'crm'::regnamespace
union all
select 'row', '', to_jsonb(x) from rls.permission as x
union all
select 'row', '', to_jsonb(x) from rls.role as x
union all
select 'row', '', to_jsonb(x) from rls.assignment as x
union all
select 'row', '', to_jsonb(x) from rls.installation as x
union all
select 'row', '', to_jsonb(x) from rls.applied as x
order by 1, 2, 3
"""


def everything(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    """Return all an apply could touch."""
    return connection.execute(EVERYTHING).fetchall()


def test_a_failure_in_the_middle_changes_nothing(database: Database) -> None:
    """The server refuses the last policy of many: no role, function, grant or row is left of those before."""
    connection, wanted = open_company(database)
    connection.execute("""
        create function public.refuse() returns event_trigger language plpgsql as $$
        begin
          if exists (select from pg_event_trigger_ddl_commands() where object_identity like 'newcomer_updates%') then
            raise exception 'not this one';
          end if;
        end $$;
        create event trigger refuse on ddl_command_end when tag in ('CREATE POLICY') execute function public.refuse()
    """)
    before = everything(connection)

    with pytest.raises(psycopg.errors.RaiseException, match="not this one"):
        deploy(connection, standing(MORE))

    assert everything(connection) == before
    assert_converged(connection, wanted)
    connection.execute("drop event trigger refuse")
    deploy(connection, standing(MORE))
    assert_converged(connection, standing(MORE))


def test_a_table_somebody_locks(database: Database) -> None:
    """With a lock_timeout it fails as a whole, and can be tried again."""
    connection, _ = open_company(database)
    other = database.connect(autocommit=False)
    other.execute("lock table crm.lead in access share mode")
    connection.execute("set lock_timeout = '100ms'")
    before = everything(connection)

    with pytest.raises(psycopg.errors.LockNotAvailable):
        deploy(connection, standing(MORE))
    assert everything(connection) == before
    other.rollback()
    deploy(connection, standing(MORE))
    assert_converged(connection, standing(MORE))


@pytest.mark.parametrize(
    "meanwhile",
    [
        "drop policy manager_reads on crm.deal",
        "update rls.role set timed = true where name = 'head'",
        "grant delete on crm.product to crm_manager",
        "alter table crm.deal add column secret text",
    ],
)
def test_a_stale_plan_is_refused(database: Database, meanwhile: LiteralString) -> None:
    """What was looked at is what is applied, or nothing is."""
    connection, _ = open_company(database)
    plan = make_plan(connection, standing(MORE))
    connection.execute(meanwhile)
    before = everything(connection)

    with pytest.raises(PlanError, match="the database has changed since the plan was made: plan again"):
        apply(connection, plan)
    assert everything(connection) == before
    apply(connection, make_plan(connection, standing(MORE)))
    assert_converged(connection, standing(MORE))


def test_a_plan_that_still_holds_is_applied(database: Database) -> None:
    """Records and people may change meanwhile."""
    connection, _ = open_company(database)
    plan = make_plan(connection, standing(MORE))
    person(connection, "erin", ["East"])
    connection.execute("insert into crm.deal (title) values ('new')")
    apply(connection, plan)

    assert_converged(connection, standing(MORE))


def test_planning_writes_nothing(database: Database) -> None:
    """Also in a transaction that may not write."""
    connection, _ = open_company(database)
    connection.execute("set default_transaction_read_only = on")

    assert not make_plan(connection, standing(MORE)).empty


def test_nothing_to_do_does_nothing(database: Database) -> None:
    """Not even a transaction id is taken."""
    connection, wanted = open_company(database)
    before = everything(connection)
    with connection.transaction():
        plan = deploy(connection, wanted)

        assert plan.empty
        assert column(connection, "select pg_current_xact_id_if_assigned()") == [None]
    assert everything(connection) == before


def test_a_taken_database_role(database: Database) -> None:
    """Somebody else's role is not taken over; every one is named."""
    connection = database.connect()
    connection.execute("create role crm_head login; create role crm_manager")

    with pytest.raises(PlanError) as error:
        deploy(connection, standing())

    assert [line.partition(": ")[0] for line in str(error.value).splitlines()] == [
        "database role crm_head",
        "database role crm_manager",
    ]
    assert "exists in this cluster and is not this installation's: drop it, rename the role" in str(error.value)
    connection.execute("drop role crm_head, crm_manager")
    deploy(connection, standing())
    assert_converged(connection, standing())


def test_without_the_privilege(database: Database) -> None:
    """An ordinary person cannot apply, and learns what it takes in one line."""
    connection, _ = open_company(database)
    assign(connection, "director", "alice")

    for action in (deploy, make_plan):
        with pytest.raises(RowlockError) as error:
            action(database.connect("alice"), standing(MORE))
        assert len(str(error.value).splitlines()) == 1
        assert "permission denied" in str(error.value)


def test_rowlock_is_not_installed(empty_database: Database) -> None:
    """What to do first."""
    connection = empty_database.connect()

    with pytest.raises(RowlockError, match=r'is not installed in database "rowlock_test_.*": run `rowlock init` there'):
        make_plan(connection, standing())


def test_two_databases_of_a_server(database: Database) -> None:
    """Prefixes keep their roles apart; what one grants is nothing in the other."""
    first, wanted = open_company(database)
    assign(first, "director", "alice")
    first.execute("create database rowlock_test_other template template0")
    try:
        with psycopg.connect(database.url, dbname="rowlock_test_other", autocommit=True) as second:
            install(second, Installation(prefix="other_"))
            second.execute("insert into crm.person (login, name) values ('alice', 'Alice'), ('bob', 'Bob')")
            deploy(second, wanted)
            second.execute("insert into crm.deal (title, owner_id) values ('other', 2)")
            assign(second, "manager", "bob")

            assert deals(database.connect("alice")) == ["alice", "bob", "carol", "dave"]
            with (
                psycopg.connect(
                    database.url, dbname="rowlock_test_other", user="alice", password="alice-secret"
                ) as alice,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                alice.execute("select * from crm.deal")
            with psycopg.connect(database.url, dbname="rowlock_test_other", user="bob", password="bob-secret") as bob:
                assert deals(bob) == ["other"]
            assert_converged(second, wanted)
            assert_converged(first, wanted)
    finally:
        first.execute("drop database rowlock_test_other with (force)")


def test_hired_after_applying(database: Database) -> None:
    """Who comes later needs no apply."""
    connection, wanted = open_company(database)
    person(connection, "erin", ["West"])
    assign(connection, "head", "dave")
    connection.execute("insert into crm.deal (owner_id, title) select id, 'erin' from crm.person where login = 'erin'")

    assert deals(database.connect("dave")) == ["dave", "erin"]
    assert_converged(connection, wanted)


def test_applied_before_anybody_is_there(database: Database) -> None:
    """The order does not matter."""
    connection = database.connect()
    deploy(connection, standing(ROLES))
    hire(connection)
    assign(connection, "manager", "alice")

    assert deals(database.connect("alice")) == []
    assert_converged(connection, standing(ROLES))
