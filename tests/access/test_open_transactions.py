"""A transaction that was open while rights changed may stay at the old ones; it never sees a mixture of both.

A statement prepared before, repeated in the same transaction, needs no new
lock and so hears of nothing (tests/access/test_identity.py), but what its
functions look up in rls.permission is as new as any other row.
"""

from __future__ import annotations

import psycopg
import pytest

from rls.plan import deploy
from tests.database.company import assign, column, open_company, standing
from tests.fixtures.database import Database

EXPLICIT = "several_roles: explicit\n"

OVERRULED = (
    EXPLICIT
    + """
roles:
  first: {permissions: {deal: {read: all, update: own}}}
  second: {permissions: {deal: {stages: {won: {read: own}}}}}
""",
    EXPLICIT
    + """
roles:
  first: {permissions: {deal: {read: own, update: own}}}
  second: {permissions: {deal: {stages: {lost: {read: all}}}}}
""",
)
"""Both let alice read her own won deals; the first role's old function with the new rows would let her read all."""

TIMED = (
    """
roles:
  first: {timed: true, permissions: {deal: {read: all}}}
  second: {permissions: {deal: {read: own}}}
""",
    """
roles:
  first: {timed: true, permissions: {deal: {read: own}}}
  second: {permissions: {deal: {read: own}}}
""",
)
"""The first role's time comes with the change."""

BEYOND_READ = (
    """
roles:
  first: {permissions: {deal: {update: all}}}
  second: {permissions: {deal: {read: own, update: own}}}
""",
    """
roles:
  first: {permissions: {deal: {update: own}}}
  second: {permissions: {deal: {read: all, update: own}}}
""",
)
"""Both let alice change her own deals; the old right to update, as far as the new right to read, would be all."""

READ = "select title from crm.deal order by title"
WRITE = "update crm.deal set title = 'changed'"


def company(database: Database, roles: str) -> psycopg.Connection:
    """Open a company in which alice has both roles and every deal is won."""
    connection, _ = open_company(database, roles)
    connection.execute("update crm.deal set pipeline = 'sales', stage = 'won'")
    for role in ("first", "second"):
        assign(connection, role, "alice")
    return connection


def prepared(database: Database) -> psycopg.Connection:
    """Return alice's session inside a transaction, which prepares everything."""
    session = database.connect("alice", autocommit=False, prepare_threshold=0)
    session.execute("set plan_cache_mode = force_generic_plan")
    return session


def test_a_role_that_was_overruled(database: Database) -> None:
    """Explicit levels of other roles are looked up when running."""
    connection = company(database, OVERRULED[0])
    alice = prepared(database)
    assert column(alice, READ) == ["alice"]

    deploy(connection, standing(OVERRULED[1]))

    assert set(column(alice, READ)) <= {"alice"}
    alice.rollback()
    assert column(alice, READ) == ["alice"]


def test_a_role_whose_time_comes(database: Database) -> None:
    """The clock is looked at when running."""
    connection = company(database, TIMED[0])
    connection.execute("update rls.assignment set valid_until = now() - interval '1 day' where role = 'first'")
    connection.execute("grant crm_first to alice")
    alice = prepared(database)
    assert column(alice, READ) == ["alice"]

    with connection.transaction():
        deploy(connection, standing(TIMED[1]))
        connection.execute("update rls.assignment set valid_until = null where role = 'first'")

    assert set(column(alice, READ)) <= {"alice"}
    alice.rollback()
    assert column(alice, READ) == ["alice"]


def test_a_write_beyond_its_own_read(database: Database) -> None:
    """How far the caller may read is looked up when running."""
    connection = company(database, BEYOND_READ[0])
    alice = prepared(database)
    assert alice.execute(WRITE).rowcount == 1

    deploy(connection, standing(BEYOND_READ[1]))

    assert alice.execute(WRITE).rowcount <= 1
    alice.rollback()
    assert alice.execute(WRITE).rowcount == 1


@pytest.mark.parametrize("case", [OVERRULED, TIMED, BEYOND_READ], ids=["overruled", "timed", "beyond read"])
def test_the_next_transaction_obeys(database: Database, case: tuple[str, str]) -> None:
    """With what its functions look up."""
    connection = company(database, case[0])
    alice = prepared(database)
    alice.execute(READ)
    deploy(connection, standing(case[1]))
    alice.rollback()

    assert column(alice, READ) == (["alice"] if case is not BEYOND_READ else ["alice", "bob", "carol", "dave"])
