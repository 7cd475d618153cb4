"""The fixtures keep tests apart: databases, roles, memberships, attributes."""

from __future__ import annotations

import psycopg
import pytest

from tests.fixtures.database import Cluster, Database
from tests.fixtures.roles import RolesBefore
from tests.fixtures.server import Server


def test_a_person_connects_with_the_password_of_tests(empty_database: Database) -> None:
    """Direct logins are how rights are tested."""
    connection = empty_database.connect()
    connection.execute("create role alice login password 'alice-secret'")

    alice = empty_database.connect("alice").execute("select current_user").fetchone()

    assert alice == ("alice",)


def test_nothing_is_left_of_the_test_before(empty_database: Database) -> None:
    """Roles made in a database do not outlive it."""
    rows = empty_database.connect().execute("select rolname from pg_roles where rolname !~ '^pg_'").fetchall()

    assert rows == [("postgres",)]


def test_roles_go_back_to_what_they_were(server: Server) -> None:
    """Members, options, attributes, settings and passwords of the template's roles survive a rude test."""
    with server.connect() as connection:
        bare = RolesBefore.of(connection)
        try:
            connection.execute("create role crm_a noinherit; create role crm_b login password 'b'; create role crm_c")
            connection.execute("alter role crm_b set statement_timeout = '5s'")
            connection.execute("grant crm_a to crm_b with admin option")
            connection.execute("grant crm_a to crm_c granted by crm_b")
            before = RolesBefore.of(connection)

            connection.execute("create role crm_new")
            connection.execute("grant crm_new to crm_c; grant crm_b to crm_new")
            connection.execute("alter role crm_a inherit createdb; alter role crm_b nologin password null")
            connection.execute("alter role crm_b reset all; revoke crm_a from crm_b cascade")
            before.restore(connection)

            assert RolesBefore.of(connection) == before
        finally:
            bare.restore(connection)

        assert RolesBefore.of(connection) == bare


def test_a_clone_has_the_privileges_of_its_template(server: Server) -> None:
    """REVOKE … ON DATABASE in a migration holds in the clones too."""
    with server.connect() as connection:
        try:
            connection.execute("create database rights_template")
            connection.execute("revoke temporary on database rights_template from public")
            Cluster(server)._create("rights_clone", "rights_template")

            row = connection.execute(
                "select has_database_privilege('pg_monitor', 'rights_clone', 'temporary'), "
                "has_database_privilege('pg_monitor', 'rights_clone', 'connect')"
            ).fetchone()
        finally:
            connection.execute("drop database if exists rights_clone")
            connection.execute("drop database if exists rights_template")

    assert row == (False, True)


def test_an_unknown_password_is_refused(empty_database: Database) -> None:
    """The suite's servers check passwords, or direct logins would prove nothing."""
    with pytest.raises(psycopg.OperationalError, match="password"):
        empty_database.connect("postgres", "wrong")
