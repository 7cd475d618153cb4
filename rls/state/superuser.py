"""Who is a superuser, and statements that are one's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import Connection

from rls.errors import RowlockError


def is_superuser(connection: Connection[Any]) -> bool:
    """Return whether who asks is a superuser."""
    query = "select rolsuper from pg_catalog.pg_roles where rolname = current_user"
    return connection.execute(query).fetchone() == (True,)


def run(connection: Connection[Any], statements: Iterable[str], what: str) -> None:
    """Run statements in one transaction.

    :param statements: none asks for no superuser.
    :param what: what they change, such as ``functions of the server``.
    :raises RowlockError: who asks is no superuser.
    """
    script = tuple(statements)
    if script and not is_superuser(connection):
        raise RowlockError(f"{what} are a superuser's: log in as one (--url), or hand one what --check prints")
    with connection.transaction():
        for statement in script:
            connection.execute(statement.encode())
