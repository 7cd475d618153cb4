"""Alembic's environment for a project of nothing but rights."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

import psycopg
from alembic import context
from alembic.util import CommandError
from sqlalchemy import create_engine, pool

from rls.errors import RowlockError

VERSION_TABLE = "rowlock_rights_version"
"""In schema public: which revisions of rights are in force."""


def environment(connect: Callable[[str | None], psycopg.Connection[Any]]) -> None:
    """Run migrations on the database of ``ROWLOCK_URL``, or of libpq's variables.

    :param connect: opens the connection.
    :raises CommandError: the server cannot be reached; Alembic prints it in one line.
    """
    logging.basicConfig(format="%(levelname)s [%(name)s] %(message)s")
    logging.getLogger("alembic").setLevel(logging.INFO)
    if context.is_offline_mode():
        raise CommandError("a revision of rights looks at the database: run it without --sql")
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: _manual(connect(os.environ.get("ROWLOCK_URL"))),
        poolclass=pool.NullPool,
    )
    try:
        connection = engine.connect()
    except RowlockError as error:
        raise CommandError(str(error)) from error
    with connection:
        context.configure(connection=connection, version_table=VERSION_TABLE, version_table_schema="public")
        with context.begin_transaction():
            context.run_migrations()


def _manual(connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    connection.autocommit = False
    return connection
