"""A company of three by hand: alice in Company, bob and carol in East below it, and a role manager."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from time import sleep

import psycopg
from psycopg import sql

from tests.fixtures.database import Database


def found(database: Database) -> psycopg.Connection:
    """Make the company; return the administrator's connection."""
    connection = database.connect()
    for login in ("alice", "bob", "carol"):
        connection.execute(f"create role {login} login password '{login}-secret'")
        connection.execute("insert into crm.person (login, name) values (%s, %s)", [login, login.title()])
    connection.execute("insert into crm.department (name) values ('Company')")
    connection.execute("insert into crm.department (name, parent_id) values ('East', 1)")
    connection.execute("insert into crm.department_member values (1, 1), (2, 2), (2, 3)")
    connection.execute("set role crm_rls_owner; create role crm_manager; reset role")
    connection.execute("insert into rls.role values ('manager', 'crm_manager')")
    return connection


def assign(connection: psycopg.Connection, kind: str, principal: int | None = None, **more: object) -> None:
    """Assign role manager."""
    columns = sql.SQL(", ").join(map(sql.Identifier, ["role", "principal_kind", "principal_id", *more]))
    values = sql.SQL(", ").join(map(sql.Literal, ["manager", kind, principal, *more.values()]))
    connection.execute(sql.SQL("insert into rls.assignment ({}) values ({})").format(columns, values))


def managers(connection: psycopg.Connection) -> set[str]:
    """Return the logins that are members of role manager."""
    query = "select login from crm.person where pg_has_role(login, 'crm_manager', 'usage')"
    return {login for (login,) in connection.execute(query)}


def in_thread(action: Callable[[], object]) -> Thread:
    """Start doing something that will have to wait."""
    thread = Thread(target=action)
    thread.start()
    return thread


def wait_for_lock(connection: psycopg.Connection) -> None:
    """Return when somebody in this database waits for a lock.

    :raises TimeoutError: nobody does.
    """
    query = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    for _ in range(1000):
        if connection.execute(query).fetchone() is not None:
            return
        sleep(0.01)
    raise TimeoutError("nobody waits for a lock")
