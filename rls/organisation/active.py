"""Who works here under which login."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from rls.definition.wording import nearest, shown
from rls.errors import InputError, Problem
from rls.names import Installation
from rls.resources import template


def check_login(connection: Connection[Any], installation: Installation, login: str) -> None:
    """Refuse a login nobody works under.

    :raises InputError: no active person has it, or it is no database role.
    """
    query = template("organisation/active_logins.sql", organisation=installation.organisation)
    logins: dict[str, bool] = dict(connection.execute(query).fetchall())
    if login not in logins:
        message = f"no active person has the login {shown(login)}{nearest(login, list(logins))}"
        raise InputError([Problem("", "", message)])
    if not logins[login]:
        message = f"{login} has no database role: `rowlock people sync` makes it"
        raise InputError([Problem("", "", message)])
