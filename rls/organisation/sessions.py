"""Working as a person over the administrator's own connection, and what psql needs for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection

from rls.acting import SET_OPTION, become
from rls.errors import RowlockError
from rls.names import Installation
from rls.organisation.active import check_login

MAY_BECOME = "select pg_has_role(current_user, %s, %s)"


LIBPQ = {"dbname": "database"}
"""Connection parameter → its environment variable, where that is not simply PG and the name."""

CARRIED = ("host", "hostaddr", "port", "dbname", "user", "password", "sslmode", "sslrootcert", "sslcert", "sslkey")
"""The connection parameters handed on to psql."""


@dataclass(frozen=True)
class Result:
    """What one statement gave: rows, or only a status such as ``UPDATE 3``."""

    status: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()


def check_person(connection: Connection[Any], installation: Installation, login: str) -> None:
    """Refuse a login nobody works under.

    :raises InputError: no active person has it, or it is no database role.
    :raises RowlockError: the connected role may not become that person.
    """
    check_login(connection, installation, login)
    privilege = "set" if connection.info.server_version >= SET_OPTION else "member"
    row = connection.execute(MAY_BECOME, [login, privilege]).fetchone()
    if row is None or not row[0]:
        who = connection.info.user
        raise RowlockError(
            f'{who} may not become {login}: connect as a superuser, or `grant "{login}" to "{who}"` first'
        )


def query(connection: Connection[Any], login: str, text: str) -> list[Result]:
    """Run *text*, one statement or several, as the person *login*: one transaction, committed at its end.

    Check the person first.

    :raises psycopg.Error: what the person would get.
    """
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(become(login))
        cursor.execute(text.encode())
        results = [_result(cursor)]
        while cursor.nextset():
            results.append(_result(cursor))
    return results


def _result(cursor: psycopg.Cursor[Any]) -> Result:
    status = cursor.statusmessage or ""
    if cursor.description is None:
        return Result(status)
    return Result(status, tuple(column.name for column in cursor.description), tuple(cursor.fetchall()))


def psql_environment(connection: Connection[Any], login: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return *environment* with what makes psql open the same database as *login*.

    The password goes this way too, so that no command line shows it.
    """
    parameters = connection.info.get_parameters() | {"password": connection.info.password}
    variables = {
        "PG" + LIBPQ.get(name, name).upper(): value for name, value in parameters.items() if value and name in CARRIED
    }
    options = [parameters.get("options", ""), f"-c role={escaped(login)}"]
    return {**environment, **variables, "PGOPTIONS": " ".join(filter(None, options))}


def escaped(value: str) -> str:
    r"""Return *value* as one word of PGOPTIONS: white space and ``\`` each get a ``\``.

    Without it a name could carry a second ``-c role=``
    (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-OPTIONS).
    """
    return re.sub(r"([\s\\])", r"\\\1", value)
