"""How a command gets its connection: one decorator for all of them."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any, TypeVar

import click
import psycopg

from rls.errors import RowlockError
from rls.report import console

R = TypeVar("R")

OLDEST = 15
"""The oldest major version of PostgreSQL that Rowlock works on."""

TIMEOUT_SECONDS = 10

LIBPQ_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGSERVICEFILE", "PGDATABASE", "PGUSER")
"""Any of these set says that libpq knows where to go."""

ADVICE = {
    "password": "check the user and the password (PGPASSWORD, ~/.pgpass)",
    "does not exist": "create it, or name another one",
    "refused": "is a server running there? `rowlock server start` starts an embedded one",
    "No such file": "name a server by --url, ROWLOCK_URL or PGHOST, or start one: rowlock server start",
    "resolve": "check the host's name",
    "timeout": "check the host and the port",
}
"""What the message of a refused connection contains → what to do."""

url_option = click.option(
    "--url",
    envvar="ROWLOCK_URL",
    show_envvar=True,
    metavar="URL",
    help="The database, as postgresql://user@host:port/database. Without it: libpq's variables and service file "
    "(PGHOST, PGSERVICE…), else the embedded server where it runs. Keep the password in PGPASSWORD or ~/.pgpass.",
)


class UnreachableError(RowlockError):
    """The server cannot be reached, or will not have us."""


def with_connection(function: Callable[..., R]) -> Callable[..., R]:
    """Give the command an option ``--url`` and, as its first argument, an autocommit connection.

    Autocommit, because what belongs together in one transaction is for the
    called room to say (``with connection.transaction()``).
    """

    @functools.wraps(function)
    def command(*args: Any, url: str | None, **kwargs: Any) -> R:
        with connect(url) as connection:
            return function(connection, *args, **kwargs)

    return url_option(command)


def connect(url: str | None = None) -> psycopg.Connection:
    """Connect where *url* says, else libpq's variables, else to the embedded server where it runs.

    :raises UnreachableError: with one line that says what to do.
    """
    try:
        connection = psycopg.connect(
            target(url), autocommit=True, connect_timeout=TIMEOUT_SECONDS, application_name="rowlock"
        )
    except psycopg.ProgrammingError as error:
        # libpq repeats the whole URL, and with it the password.
        raise UnreachableError("the URL cannot be read; it is written postgresql://user@host:port/database") from error
    except psycopg.OperationalError as error:
        raise UnreachableError(_explained(error)) from error
    if connection.info.server_version < OLDEST * 10_000:
        version = connection.info.parameter_status("server_version")
        connection.close()
        raise UnreachableError(f"the server is PostgreSQL {version}; Rowlock needs {OLDEST} or newer")
    return connection


def target(url: str | None = None) -> str:
    """Return the connection string to use; an empty one leaves everything to libpq."""
    if url or any(os.environ.get(variable) for variable in LIBPQ_VARIABLES):
        return url or ""
    from rls.commands.embedded import running_url

    embedded = running_url()
    if embedded is not None:
        console.say("using the embedded server", style="dim")
    return embedded or ""


def _explained(error: psycopg.OperationalError) -> str:
    words = " ".join(str(error).split()).removeprefix("connection failed: ").removeprefix("connection is bad: ")
    message, _, _ = words.partition(" Is the server running")
    advice = (advice for sign, advice in ADVICE.items() if sign in message)
    return "; ".join([message, *list(advice)[:1]])
