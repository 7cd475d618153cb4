"""Statements that are a superuser's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import Connection

from rls.errors import RowlockError

IS_SUPERUSER = "select rolsuper from pg_catalog.pg_roles where rolname = current_user"


def run(connection: Connection[Any], statements: Iterable[str], what: str) -> None:
    """Run statements in one transaction.

    :param statements: none asks for no superuser.
    :param what: what they change, such as ``functions of the server``.
    :raises RowlockError: who asks is no superuser.
    """
    script = tuple(statements)
    if script and connection.execute(IS_SUPERUSER).fetchone() != (True,):
        raise RowlockError(f"{what} are a superuser's: log in as one (--url), or hand one what --check prints")
    with connection.transaction():
        for statement in script:
            connection.execute(statement.encode())
