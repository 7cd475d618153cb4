"""One person's password: made or chosen, sent as a SCRAM verifier, good until some moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import dict_row

from rls.errors import InputError, Problem
from rls.names import Installation
from rls.organisation.active import check_login
from rls.organisation.applying import verifier
from rls.organisation.assignments import parse_moment
from rls.resources import sql_text

NEVER = "infinity"
"""What PostgreSQL calls the end of a password without one."""

POWERS = ("superuser", "bypasses", "replicates", "creates_roles")


def until(text: str | None) -> str | None:
    """Return when a password ends, as PostgreSQL reads it; ``never`` is for good, None leaves it.

    :raises InputError: neither a date nor a timestamp.
    """
    moment: datetime | None = None if text == "never" else parse_moment(text, "--valid-until", end=True)
    if moment is None:
        return NEVER if text else None
    return moment.isoformat()


def check(connection: Connection[Any], installation: Installation, login: str) -> None:
    """Refuse a login that is no active person's, has no database role, or is above the rights.

    :raises InputError: with what to do.
    """
    check_login(connection, installation, login)
    with connection.cursor(row_factory=dict_row) as cursor:
        (role,) = cursor.execute(sql_text("organisation/existing_roles.sql"), [[login]]).fetchall()
    if any(role[power] for power in POWERS):
        message = f"{login} is above the rights (superuser, BYPASSRLS, REPLICATION or CREATEROLE): no person's login"
        raise InputError([Problem("", "", message)])


def change(connection: Connection[Any], login: str, password: str | None, valid_until: str | None) -> None:
    """Give a login another password, another end of it, or both; check it first.

    A new password without an end is good for good, whatever the old one's end was.

    :param password: None leaves it; only its verifier is sent.
    :param valid_until: from :func:`until`.
    """
    parts = [sql.SQL("alter role {}").format(sql.Identifier(login))]
    if password is not None:
        parts.append(sql.SQL("password {}").format(sql.Literal(verifier(connection, login, password))))
        valid_until = valid_until or NEVER
    if valid_until is not None:
        parts.append(sql.SQL("valid until {}").format(sql.Literal(valid_until)))
    connection.execute(sql.SQL(" ").join(parts))
