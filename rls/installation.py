"""Install, upgrade and remove Rowlock in a database; runs Alembic.

There is one line of revisions with one head, so that ``alembic upgrade head``
works.  Those called ``support_…`` install schema ``rls`` and the organisation
tables, those called ``crm_…`` the CRM's tables, those called ``rights_…`` the
shipped roles; without the CRM an upgrade stops at the last ``support_…``,
without the roles at the last ``crm_…``.  A support revision made after a CRM revision
forks from the support revision before it, and a ``crm_…`` revision merges the
two.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.exc import DBAPIError

from rls.errors import RowlockError
from rls.installed import installed, read
from rls.names import COUNTERS_SCHEMA, RIGHTS_SCHEMA, Installation
from rls.resources import directory, sql_text
from rls.shipped import CRM

VERSION_TABLE = "rowlock_version"
"""In schema public: which revisions are installed."""

MINIMUM_VERSION = 150000
"""PostgreSQL 15: views with the rights of who asks, ``unique nulls not distinct``, no CREATE in schema public."""


def install(
    connection: psycopg.Connection[Any],
    installation: Installation | None = None,
    *,
    crm: bool = True,
    rights: bool = False,
) -> None:
    """Install Rowlock, in one transaction; do nothing where it is installed already.

    :param connection: outside a transaction, as a superuser, or as the
        database's owner with CREATEROLE.
    :param installation: the prefix of database roles and the organisation's schema.
    :param crm: whether to install the CRM's tables, too.
    :param rights: whether to apply the shipped definition, too, which is for the CRM's tables.
    :raises RowlockError: the server is too old, a name cannot be used, roles
        with the prefix belong to another database, or Rowlock is installed
        under other names.
    """
    wanted = installation or Installation()
    _check(connection, wanted)
    present = read(connection)
    if present is not None and present != wanted:
        raise RowlockError(
            f'Rowlock is installed with prefix "{present.prefix}" and the organisation in schema'
            f' "{present.organisation}": use these, or uninstall first'
        )
    last = ("rights" if rights else "crm") if crm else "support"
    _run(connection, wanted, lambda config: command.upgrade(config, _last(config, last)))


def upgrade(connection: psycopg.Connection[Any]) -> None:
    """Bring an installation up to date: of the organisation, the CRM and the shipped roles what is installed.

    :raises RowlockError: Rowlock is not installed.
    """
    installation = installed(connection)
    kind = _kind(connection)
    _run(connection, installation, lambda config: command.upgrade(config, _last(config, kind)))


def uninstall(connection: psycopg.Connection[Any]) -> None:
    """Remove Rowlock, the CRM's tables with all they hold, and the database roles; people's logins stay.

    Tables that are not Rowlock's own lose the rights it gave on them.

    :raises RowlockError: Rowlock is not installed, or one of its database roles
        is used in another database.
    :raises psycopg.errors.ConfigurationLimitExceeded: the server has no room for the locks it takes.
    """
    names = installed(connection)
    schemas = [*names.view_owners, names.imports, names.organisation, RIGHTS_SCHEMA, COUNTERS_SCHEMA]
    if _kind(connection) != "support":
        schemas.append(CRM)
    going = {"schemas": schemas, "owners": [*names.owners, names.everyone]}

    def remove(config: Config) -> None:
        connection.execute(sql_text("state/require_room_to_uninstall.sql"), going)
        command.downgrade(config, "base")

    _run(connection, names, remove)


def environment() -> None:
    """Run migrations on the connection at hand: what ``migrations/env.py`` does.

    :raises CommandError: started by ``alembic`` itself and refused; Alembic prints it in one line.
    """
    handed = context.config.attributes.get("connection")
    if handed is not None:
        _migrate(handed)
        return
    if context.is_offline_mode():
        raise CommandError("migrations look at the database: run them without --sql")
    try:
        _migrate_alone()
    except RowlockError as error:
        raise CommandError(str(error)) from error


def _migrate_alone() -> None:
    with psycopg.connect(os.environ.get("ROWLOCK_URL", "")) as connection:
        given = context.get_x_argument(as_dictionary=True)
        names = {key: str(given[key]) for key in ("prefix", "organisation") if key in given}
        installation = read(connection) or Installation(**names)
        _check(connection, installation)
        connection.commit()
        context.config.attributes["installation"] = installation
        with _alembic_connection(connection) as bound:
            _migrate(bound)


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, version_table=VERSION_TABLE, version_table_schema="public")
    with context.begin_transaction():
        context.run_migrations()
        if not context.get_context().get_current_heads():
            connection.exec_driver_sql(f"drop table if exists public.{VERSION_TABLE}")


def _run(connection: psycopg.Connection[Any], installation: Installation, action: Any) -> None:
    if connection.info.transaction_status is not TransactionStatus.IDLE:
        raise RowlockError("the connection is inside a transaction: commit or roll back first")
    autocommit = connection.autocommit
    connection.autocommit = False
    try:
        with _alembic_connection(connection) as bound:
            action(configuration(bound, installation))
        connection.commit()
    except BaseException as error:
        connection.rollback()
        refused = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(refused, psycopg.errors.InsufficientPrivilege):
            advice = "be a superuser, or own the database and have CREATEROLE"
            raise RowlockError(f"{refused.diag.message_primary}: {advice}") from error
        if isinstance(refused, psycopg.errors.DependentObjectsStillExist):
            raise RowlockError(f"{refused.diag.message_primary}: {refused.diag.message_detail}") from error
        raise
    finally:
        connection.autocommit = autocommit


@contextmanager
def _alembic_connection(connection: psycopg.Connection[Any]) -> Iterator[Connection]:
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: connection, poolclass=pool.StaticPool, pool_reset_on_return=None
    )
    bound = engine.connect()
    try:
        yield bound
        bound.commit()
    finally:
        bound.detach()


def configuration(connection: Connection | None = None, installation: Installation | None = None) -> Config:
    """Return Alembic's configuration, without any file."""
    config = Config()
    config.set_main_option("script_location", str(directory("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, installation=installation)
    return config


def _last(config: Config, kind: str) -> str:
    scripts = ScriptDirectory.from_config(config)
    return next(script.revision for script in scripts.walk_revisions() if script.revision.startswith(kind))


def _kind(connection: psycopg.Connection[Any]) -> str:
    """Return what the last revision that is installed begins with."""
    query = "select pg_catalog.split_part(version_num, '_', 1) from public.rowlock_version"
    return str(_value(connection, query))


def _check(connection: psycopg.Connection[Any], installation: Installation) -> None:
    version = connection.info.server_version
    if version < MINIMUM_VERSION:
        raise RowlockError(f"the server is PostgreSQL {version // 10000}: Rowlock needs 15 or later")
    for name in (installation.prefix, installation.organisation):
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,30}", name) or name.startswith("pg_"):
            raise RowlockError(f'"{name}" cannot be used: up to 31 letters a-z, digits and _, not beginning with pg_')
    if installation.organisation in ("rls", "public", "information_schema"):
        raise RowlockError(f'schema "{installation.organisation}" cannot hold the organisation: choose another')


def _value(connection: psycopg.Connection[Any], query: Any) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
