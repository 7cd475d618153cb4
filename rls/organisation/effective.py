"""What one person may do, all their roles together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from psycopg import Connection

from rls.definition.combining import combined
from rls.definition.matrix import Row, matrix
from rls.definition.model import Definition
from rls.definition.wording import nearest, shown
from rls.errors import RowlockError
from rls.resources import sql_text


def held_roles(connection: Connection[Any], login: str) -> tuple[str, ...]:
    """Return the names of the roles the person holds now, through whatever assignment.

    :raises RowlockError: nobody active has that login.
    """
    logins = [name for (name,) in connection.execute("select login::text from rls.person_login order by 1")]
    if login not in logins:
        raise RowlockError(f"no active person has the login {shown(login)}{nearest(login, logins)}")
    with connection.transaction():
        # Compiled, the query takes 0.2 s where it takes a millisecond (PostgreSQL 15 of Debian).
        connection.execute("set local jit = off")
        return tuple(name for (name,) in connection.execute(sql_text("organisation/held_roles.sql"), {"login": login}))


def effective(definition: Definition, held: Collection[str], login: str) -> tuple[Row, ...]:
    """Return the matrix of one person: a row for every entity and operation, with their login as the role.

    :param held: the names of the roles the person holds.
    """
    roles = [role for role in definition.roles if role.name in held]
    return matrix(replace(definition, roles=(combined(definition, roles, login),)))
