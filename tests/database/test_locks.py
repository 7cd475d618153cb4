"""A change of rights waits for no table, and every open session obeys it at once."""

from __future__ import annotations

import psycopg
import pytest

from rls.plan import deploy
from tests.database.company import assert_converged, assign, column, open_company, standing
from tests.fixtures.database import Database

BEFORE = """
roles:
  manager: {permissions: {deal: own}}
  head: {permissions: {deal: {read: own}}}
"""

HEAD = "head: {permissions: {deal: {read: own}}}"
EVERYBODYS = ["alice", "bob", "carol", "dave"]

CHANGES = {
    "levels": ("{permissions: {deal: {read: all, create: own, update: all, delete: own}}}", EVERYBODYS),
    "stages": ("{permissions: {deal: {read: own, update: own, stages: {prospecting: {read: all}}}}}", EVERYBODYS),
    "a stage closed": ("{permissions: {deal: {read: own, update: own, stages: {prospecting: {read: none}}}}}", []),
    "a role that follows the clock": ("{timed: true, permissions: {deal: own}}", ["alice"]),
}
"""What becomes of the role manager, and what alice sees from then on."""

RULES = {rule: f"several_roles: {rule}\n" for rule in ("highest", "explicit")}

TABLES_LOCKED = """
select distinct relation::regclass::text || ' ' || mode
from pg_locks
where locktype = 'relation' and pid = pg_backend_pid() and database = (
  select oid from pg_database where datname = current_database()
) and relation in (select oid from pg_class where relnamespace = 'crm'::regnamespace and relkind = 'r')
and mode <> 'AccessShareLock'
order by 1
"""
"""AccessShareLock is what a reader takes: it is in nobody's way but a lock on the whole table."""

IN_PLPGSQL = """
create function public.titles() returns setof text language plpgsql as
$$ begin return query select title from crm.deal order by title; end $$
"""


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("manager, seen", CHANGES.values(), ids=CHANGES)
def test_no_table_is_locked_and_sessions_obey(database: Database, manager: str, seen: list[str], rule: str) -> None:
    """A reader and a writer stand in the middle of their transactions; nobody waits for anybody."""
    after = f"{RULES[rule]}roles: {{manager: {manager}, {HEAD}}}"
    connection, _ = open_company(database, BEFORE)
    connection.execute(IN_PLPGSQL)
    assign(connection, "manager", "alice")
    assign(connection, "manager", "bob")
    alice, bob = database.connect("alice"), database.connect("bob", autocommit=False)
    alice.execute("set plan_cache_mode = force_generic_plan")
    alice.execute("prepare titles as select title from crm.deal order by title")
    ways = ("execute titles", "select public.titles()", "select title from crm.deal order by title")
    for way in ways:
        assert alice.execute(way).fetchall() == [("alice",)]
    bob.execute("select * from crm.deal")
    bob.execute("update crm.deal set title = title")
    connection.execute("set lock_timeout = '100ms'")

    with connection.transaction():
        deploy(connection, standing(after))
        assert column(connection, TABLES_LOCKED) == []
        for way in ways:
            assert alice.execute(way).fetchall() == [("alice",)]
    for way in ways:
        assert sorted(title for (title,) in alice.execute(way)) == seen
    bob.rollback()
    assert_converged(connection, standing(after))


def test_what_needs_a_lock_says_so(database: Database) -> None:
    """The test above can fail: a new role's policies do lock tables."""
    connection, _ = open_company(database, BEFORE)
    connection.execute("set lock_timeout = '100ms'")
    reader = database.connect(autocommit=False)
    reader.execute("select * from crm.deal")

    with pytest.raises(psycopg.errors.LockNotAvailable):
        deploy(connection, standing(BEFORE + "\n  newcomer: {permissions: {deal: own}}"))


def test_a_right_taken_in_the_middle_of_a_transaction(database: Database) -> None:
    """The next statement obeys, though the transaction began before."""
    connection, _ = open_company(database, BEFORE)
    assign(connection, "manager", "alice")
    alice = database.connect("alice", autocommit=False)

    assert alice.execute("select title from crm.deal").fetchall() == [("alice",)]
    deploy(connection, standing("roles: {manager: {permissions: {deal: {create: own}}}, head: {}}"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        alice.execute("select title from crm.deal")
