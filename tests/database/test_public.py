"""What an installation takes from PUBLIC, who keeps it, and that removing gives it back."""

from __future__ import annotations

from typing import LiteralString

import psycopg

from rls.installation import install, uninstall
from tests.fixtures.database import Database

HAS: LiteralString = """
select
  has_language_privilege(%(who)s, 'plpgsql', 'usage'),
  has_language_privilege(%(who)s, 'sql', 'usage'),
  has_function_privilege(%(who)s, 'pg_stat_get_xact_numscans(oid)', 'execute'),
  has_function_privilege(%(who)s, 'pg_stat_get_numscans(oid)', 'execute'),
  has_function_privilege(%(who)s, 'pg_stat_get_tuples_fetched(oid)', 'execute'),
  has_function_privilege(%(who)s, 'pg_stat_get_activity(int)', 'execute')
"""


def has(connection: psycopg.Connection, who: str) -> tuple[bool, ...]:
    """Return which of these a role has."""
    ((*found,),) = connection.execute(HAS, {"who": who}).fetchall()
    return tuple(found)


def test_languages_and_counters(empty_database: Database) -> None:
    """A stranger loses them, whoever owns something keeps the languages, who watches the server the counters."""
    connection = empty_database.connect()
    connection.execute("create role stranger; create role maker; create role watcher in role pg_monitor")
    connection.execute("create schema made authorization maker")
    install(connection)

    assert has(connection, "stranger") == (False, False, False, False, False, True)
    assert has(connection, "maker") == (True, True, False, False, False, True)
    assert has(connection, "crm_rls_owner")[:2] == (True, True)
    assert has(connection, "watcher") == (False, False, True, True, True, True)
    uninstall(connection)
    assert has(connection, "stranger") == (True,) * 6
    connection.execute("drop schema made; drop role maker, stranger, watcher")
