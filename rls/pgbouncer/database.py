"""The database's side of PgBouncer: a login that may ask for people's passwords, and nothing else.

Only a superuser can give the columns of ``pg_authid`` that the function reads.
They are given to a role that nobody logs in as, in this database alone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, LiteralString

from psycopg import Connection, sql

from rls.errors import RowlockError
from rls.names import Installation
from rls.organisation.applying import verifier
from rls.resources import template
from rls.state.superuser import is_superuser

SCHEMA = "rls_pgbouncer"

AUTH_QUERY = "select login, verifier from rls_pgbouncer.password($1)"

VERIFIERS = """
select role.rolname::text, role.rolpassword
from pg_catalog.pg_authid as role
join rls.pool on pool.login = role.rolname
where role.rolname = any (%s) and role.rolpassword like 'SCRAM-SHA-256$%%'
"""


def login_of(installation: Installation) -> str:
    """Return the name of the login that PgBouncer asks with."""
    return installation.database_role("pgbouncer")


def _roles(installation: Installation) -> dict[str, sql.Identifier]:
    reader = installation.database_role("pgbouncer_reader")
    return {"login": sql.Identifier(login_of(installation)), "reader": sql.Identifier(reader)}


def install(connection: Connection[Any], installation: Installation, password: str) -> None:
    """Make login and function anew, or only set the login's password where both are there.

    To be called in a transaction.

    :raises RowlockError: the connected role is no superuser.
    """
    _refuse_others(connection)
    roles = _roles(installation)
    if not installed(connection):
        for name, attributes in (("login", "login noinherit"), ("reader", "nologin")):
            _make_role(connection, roles[name], attributes)
        more = {"rls_owner": installation.rls_owner, "database": connection.info.dbname}
        connection.execute(template("pgbouncer/install.sql", **more, **roles), prepare=False)
    secret = sql.Literal(verifier(connection, login_of(installation), password))
    connection.execute(sql.SQL("alter role {} password {}").format(roles["login"], secret))


def installed(connection: Connection[Any]) -> bool:
    """Return whether the function is there."""
    row = connection.execute("select to_regnamespace(%s) is not null", [SCHEMA]).fetchone()
    return bool(row and row[0])


def remove(connection: Connection[Any], installation: Installation) -> None:
    """Drop function, login and reader.

    :raises RowlockError: the connected role is no superuser.
    """
    _refuse_others(connection)
    connection.execute(template("pgbouncer/remove.sql", **_roles(installation)), prepare=False)


def verifiers(connection: Connection[Any], logins: Collection[str]) -> dict[str, str]:
    """Return login → SCRAM verifier of pools' logins.

    :raises RowlockError: one is no pool's, or has no password.
    """
    _refuse_others(connection)
    found = dict(connection.execute(VERIFIERS, [list(logins)]).fetchall())
    for login in logins:
        if login not in found:
            raise RowlockError(f'"{login}" is no pool\'s login with a password: `rowlock pool add` makes one')
    return found


def _make_role(connection: Connection[Any], role: sql.Identifier, attributes: LiteralString) -> None:
    """Make *role*, or take over what an earlier installation left."""
    exists = connection.execute("select to_regrole(%s) is not null", [role.as_string(connection)]).fetchone() == (True,)
    verb: LiteralString = "alter" if exists else "create"
    connection.execute(sql.SQL(verb + " role {} " + attributes).format(role))


def _refuse_others(connection: Connection[Any]) -> None:
    if not is_superuser(connection):
        raise RowlockError("PgBouncer's function reads passwords, which only a superuser can allow: connect as one")
