"""From a migration that is running to a psycopg connection outside its transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from alembic.runtime.migration import MigrationContext
from psycopg import conninfo
from sqlalchemy import URL, Connection

from rls.errors import RowlockError


@contextmanager
def outside(context: MigrationContext) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection in autocommit; what the migration did before is committed.

    The migration's own where its driver is psycopg, else a second one to the
    same database.

    :raises RowlockError: the project opened a transaction of its own, works
        offline or on another database system, or there is no second connection.
    """
    if context.as_sql:
        raise RowlockError(
            "a revision of rights looks at the database before it changes it: run it without --sql; "
            "`rowlock plan FILE --sql` prints statements to read"
        )
    if context.dialect.name != "postgresql":
        raise RowlockError(f"rights are PostgreSQL's, this project migrates {context.dialect.name}")
    with ExitStack() as stack:
        try:
            stack.enter_context(context.autocommit_block())
        except AssertionError as error:
            raise RowlockError(
                "env.py began a transaction before context.configure(): rights change in phases, each with a "
                "transaction of its own; use connectable.connect(), not begin()"
            ) from error
        assert context.connection is not None, "what is not offline has a connection"
        driver = context.connection.connection.driver_connection
        if isinstance(driver, psycopg.Connection):
            yield driver
        else:
            yield stack.enter_context(_second(context.connection, driver))


@contextmanager
def _second(bound: Connection, driver: Any) -> Iterator[psycopg.Connection[Any]]:
    try:
        connection = psycopg.connect(_target(bound.engine.url, driver), autocommit=True, application_name="rowlock")
    except psycopg.Error as error:
        raise RowlockError(
            f"rights are changed over psycopg, and it cannot connect where {bound.dialect.driver} does: {error}"
        ) from error
    with connection:
        here, there = bound.exec_driver_sql(_DATABASE).fetchone(), connection.execute(_DATABASE).fetchone()
        if here is None or there is None or tuple(here) != tuple(there):
            raise RowlockError(f"psycopg connects to another database than {bound.dialect.driver}: put it into the URL")
        yield connection


_DATABASE = """
select database.oid::bigint, pg_catalog.pg_postmaster_start_time()::text
from pg_catalog.pg_database as database
where database.datname = pg_catalog.current_database()
"""


def _target(url: URL, driver: Any) -> str:
    """Return libpq's connection string; psycopg2's connection knows its own."""
    dsn = getattr(getattr(driver, "info", None), "dsn_parameters", None)
    if dsn is not None:
        return conninfo.make_conninfo(**dsn, password=driver.info.password)
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
    given = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    parts = {"host": url.host, "port": url.port, "user": url.username, "password": url.password, "dbname": url.database}
    values = {**parts, **{name: value for name, value in given.items() if name in known}}
    return conninfo.make_conninfo("", **{name: str(value) for name, value in values.items() if value is not None})
