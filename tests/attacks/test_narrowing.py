"""Where a role narrows what others give (`several_roles: explicit`), nobody leaves it behind by becoming another."""

from __future__ import annotations

import psycopg
import pytest

from rls.plan import deploy
from tests.database.company import ENTITIES, assign, definition, hire
from tests.fixtures.database import Database

ROLES = """
several_roles: explicit
roles:
  wide: {permissions: {lead: all}}
  narrow: {permissions: {lead: {read: all, stages: {junk: {read: none}}}}}
"""

JUNK = "select count(*) from crm.lead where stage = 'junk'"


def seen(connection: psycopg.Connection) -> int:
    """Return how much junk somebody sees; nothing where they are refused."""
    try:
        row = connection.execute(JUNK).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return 0
    return int(row[0]) if row else 0


def test_nobody_leaves_what_narrows(database: Database) -> None:
    """Alone the wide role shows everything; with the other one it does not, whoever one says to be."""
    connection = database.connect()
    hire(connection)
    deploy(connection, definition(ENTITIES, ROLES))
    for role, login in (("wide", "alice"), ("wide", "bob"), ("narrow", "bob")):
        assign(connection, role, login)
    connection.execute("insert into crm.lead (title, stage) values ('x', 'junk'), ('y', 'new')")
    alice, bob = database.connect("alice"), database.connect("bob")

    assert (seen(alice), seen(bob)) == (1, 0)
    try:
        bob.execute("set role crm_wide")
    except psycopg.errors.InsufficientPrivilege:
        assert connection.info.server_version >= 160000
    assert seen(bob) == 0
    bob.execute("reset role")
    if connection.info.server_version >= 160000:
        connection.execute("grant crm_wide to bob with set true")
        bob.execute("set role crm_wide")

        assert seen(bob) == 0


@pytest.mark.parametrize("way", ["set local role crm_wide", "select set_config('role', 'crm_wide', false)"])
def test_not_through_a_pool_either(database: Database, way: str) -> None:
    """A pool becomes people; before 16 it may become their roles, which hold nothing."""
    connection = database.connect()
    hire(connection)
    deploy(connection, definition(ENTITIES, ROLES))
    assign(connection, "wide", "bob")
    assign(connection, "narrow", "bob")
    connection.execute("insert into crm.lead (title, stage) values ('x', 'junk')")
    connection.execute("create role crm_app login noinherit password 'crm_app-secret'")
    connection.execute("insert into rls.pool (login) values ('crm_app')")
    pool = database.connect("crm_app")
    with pool.transaction(force_rollback=True):
        try:
            pool.execute(way.encode())
        except psycopg.errors.InsufficientPrivilege:
            return

        assert seen(pool) == 0
