"""Connection → the organisation as the database has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from rls.names import Installation
from rls.organisation.people import Login, Organisation, Path, Person
from rls.resources import template

PERSON = tuple(field.name for field in fields(Person))

READABLE = "select has_table_privilege('pg_catalog.pg_authid', 'select')"

PROTECTED = "select rolname from pg_catalog.pg_authid where rolpassword is not null"


def read(connection: Connection[Any], installation: Installation) -> Organisation:
    """Return everybody with a login, every department, and who holds which role directly."""
    departments = list(_rows(connection, "departments", installation))
    paths = {row["id"]: tuple(row["path"]) for row in departments}
    with_password = logins_with_password(connection)
    roles = list(_rows(connection, "direct_roles", installation))
    return Organisation(
        people=frozenset(
            Person(**{name: row[name] for name in PERSON}) for row in _rows(connection, "people", installation)
        ),
        departments=frozenset(paths.values()),
        heads=frozenset((paths[row["id"]], row["head"]) for row in departments if row["head"]),
        members=frozenset(
            (paths[row["department_id"]], row["login"]) for row in _rows(connection, "members", installation)
        ),
        groups=frozenset(row["name"] for row in _rows(connection, "groups", installation)),
        group_members=frozenset(
            (row["name"], row["login"]) for row in _rows(connection, "group_members", installation)
        ),
        roles=frozenset((row["role"], row["login"]) for row in roles),
        defined=frozenset((row["role"], row["login"]) for row in roles if row["from_definition"]),
        logins=frozenset(
            Login(row["name"], row["can_login"], with_password is None or row["name"] in with_password)
            for row in _rows(connection, "logins", installation)
        ),
    )


def department_ids(connection: Connection[Any], installation: Installation) -> dict[Path, int]:
    """Return path → id of every department."""
    return {tuple(row["path"]): row["id"] for row in _rows(connection, "departments", installation)}


def logins_with_password(connection: Connection[Any]) -> frozenset[str] | None:
    """Return the database roles that have a password; None when we may not know."""
    (readable,) = connection.execute(READABLE).fetchone() or (False,)
    if not readable:
        return None
    return frozenset(name for (name,) in connection.execute(PROTECTED))


def _rows(connection: Connection[Any], query: str, installation: Installation) -> Iterator[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        yield from cursor.execute(template(f"organisation/{query}.sql", organisation=installation.organisation))
