"""What is installed in a database: under which names, and which definition is in force there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import Connection, errors

from rls.definition.model import Definition
from rls.definition.storing import parse
from rls.errors import RowlockError
from rls.names import Installation


def read(connection: Connection[Any]) -> Installation | None:
    """Return what is installed, or None."""
    row = connection.execute("select pg_catalog.to_regclass('rls.installation')").fetchone()
    if row is None or row[0] is None:
        return None
    row = connection.execute("select prefix, organisation::text from rls.installation").fetchone()
    return Installation(*row) if row else None


def installed(connection: Connection[Any]) -> Installation:
    """Return the installation of the connected database.

    :raises RowlockError: there is none, or who is logged in may not look.
    """
    try:
        found = read(connection)
    except errors.InsufficientPrivilege as error:
        advice = "connect as a superuser, or as a member of the owner of schema rls"
        raise RowlockError(f"{error.diag.message_primary}: {advice}") from error
    if found is None:
        raise RowlockError(
            f'Rowlock is not installed in database "{connection.info.dbname}": run `rowlock init` there first'
        )
    return found


def applied_definition(connection: Connection[Any]) -> Definition:
    """Return the definition that was applied last; the database keeps it.

    :raises RowlockError: none was, or another version of Rowlock wrote it.
    """
    found = definition_in_force(connection)
    if found is None:
        raise RowlockError("no definition was applied to this database yet: run `rowlock apply`")
    return found


def definition_in_force(connection: Connection[Any]) -> Definition | None:
    """Return the definition that was applied last, or None where none was.

    :raises RowlockError: Rowlock is not installed, or another version of it wrote the definition.
    """
    installed(connection)
    row = connection.execute("select definition from rls.installation").fetchone()
    return stored(row[0]) if row and row[0] is not None else None


def stored(data: Mapping[str, Any]) -> Definition:
    """Return a definition the database kept.

    :raises RowlockError: another version of Rowlock wrote it.
    """
    try:
        return parse(data)
    except ValueError as error:
        raise RowlockError(f"{error}: apply the definitions file again") from error
