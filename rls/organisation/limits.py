"""Limits of logins: connections and timeouts, said of roles, kept on every person's login.

PostgreSQL applies ``alter role … set`` and CONNECTION LIMIT of the login
alone, never of roles it is a member of
(https://www.postgresql.org/docs/current/sql-alterrole.html).  So they are
written on the database roles of the definition, where they only say what is
wanted, and copied to the logins (docs/decisions/0020-limits-stand-on-roles.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row

from rls.definition.wording import unknown
from rls.errors import InputError, Problem
from rls.names import Installation
from rls.resources import sql_text, template
from rls.sending import send

EVERYONE = "everyone"
"""Whose limits count for people none of whose roles says any."""

CONNECTIONS = "connections"

TIMEOUTS = ("statement_timeout", "idle_in_transaction_session_timeout")

LIMITS = (CONNECTIONS, *TIMEOUTS)

UNITS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
"""As PostgreSQL spells them, in milliseconds."""

DURATION = re.compile(r"(\d{1,9})\s*(ms|s|min|h|d)?")

AT_ONCE = 1000
"""Limits changed in one message, which is a transaction."""

LONGEST = 2**31 - 1
"""Milliseconds a timeout may have."""


@dataclass(frozen=True)
class Limit:
    """One limit of one login: connections or milliseconds; None: not limited."""

    login: str
    limit: str
    wanted: Decimal | None
    actual: Decimal | None

    @property
    def right(self) -> bool:
        """Whether the login has it."""
        return self.wanted == self.actual

    def __str__(self) -> str:
        return f"{self.login}: {self.limit} {written(self.limit, self.actual)} → {written(self.limit, self.wanted)}"


def written(limit: str, value: Decimal | None) -> str:
    """Return a value as one writes it: ``5``, ``30s``, ``none``; 0 is no limit."""
    if value is None:
        return "none"
    if value.is_infinite():
        return "0"
    number = int(value)
    if limit == CONNECTIONS:
        return str(number)
    unit, size = max((pair for pair in UNITS.items() if number % pair[1] == 0), key=lambda pair: pair[1])
    return f"{number // size}{unit}"


def milliseconds(text: str) -> int:
    """Return a duration in milliseconds: ``30s``, ``5min``, ``0``; without a unit it is milliseconds.

    :raises InputError: it is none, or longer than 24 days.
    """
    match = DURATION.fullmatch(text.strip())
    value = int(match[1]) * UNITS[match[2] or "ms"] if match else LONGEST + 1
    if value > LONGEST:
        raise InputError([Problem("", text, "is no duration up to 24 days: write it as 30s, 5min, 2h or 0")])
    return value


def limits(connection: Connection[Any], installation: Installation) -> list[Limit]:
    """Return every limit that some role states, for every active person's login."""
    query = template("organisation/limits.sql", organisation=installation.organisation)
    with connection.cursor(row_factory=class_row(Limit)) as cursor:
        return cursor.execute(query, {"everyone": installation.everyone}).fetchall()


def wrong(connection: Connection[Any], installation: Installation) -> list[Limit]:
    """Return the limits that logins do not have as they should."""
    return [limit for limit in limits(connection, installation) if not limit.right]


def stated(connection: Connection[Any], installation: Installation) -> dict[str, dict[str, str]]:
    """Return role → limit → value as it stands there; everyone first."""
    found: dict[str, dict[str, str]] = {}
    query = sql_text("organisation/stated_limits.sql")
    for role, connections, settings in connection.execute(query, {"everyone": installation.everyone}):
        kept = {name: value for name, value in (settings or {}).items() if name in TIMEOUTS}
        found[role] = ({CONNECTIONS: str(connections)} if connections is not None else {}) | kept
    return found


def mend(connection: Connection[Any], installation: Installation) -> list[Limit]:
    """Give every login its limits; return those that it had not.

    :param connection: outside a transaction: a login that is altered takes a lock, so it is a slice of them at a time.
    :raises psycopg.errors.InsufficientPrivilege: who is connected may not alter one of the logins.
    """
    changes = wrong(connection, installation)
    _alter(connection, changes)
    return changes


def _alter(connection: Connection[Any], changes: list[Limit]) -> None:
    send(connection, (statement(change.login, change.limit, change.wanted) for change in changes), AT_ONCE)


def state(
    connection: Connection[Any], installation: Installation, role: str, wanted: Mapping[str, int | None]
) -> list[Limit]:
    """Say what limits a role has, and give them to its people; return what changed on logins.

    :param role: of the definition, or ``everyone``.
    :param wanted: limit → value; None takes it away.
    :raises InputError: there is no such role.
    """
    roles = stated(connection, installation)
    if role not in roles:
        raise InputError([Problem("", "", unknown("role", role, sorted(roles)))])
    name = installation.everyone if role == EVERYONE else f"{installation.prefix}{role}"
    with connection.transaction():
        before = limits(connection, installation)
        for limit, value in wanted.items():
            connection.execute(statement(name, limit, None if value is None else Decimal(value)))
    return [*_given_up(connection, installation, before), *mend(connection, installation)]


def _given_up(connection: Connection[Any], installation: Installation, before: Iterable[Limit]) -> list[Limit]:
    """Take away limits that no role states any more, where the login has what was stated."""
    kept = {limit.limit for limit in limits(connection, installation)}
    gone = [
        Limit(limit.login, limit.limit, None, limit.actual)
        for limit in before
        if limit.limit not in kept and limit.right and limit.actual is not None
    ]
    _alter(connection, gone)
    return gone


def statement(role: str, limit: str, value: Decimal | None) -> sql.Composed:
    """Return the statement that gives a database role a limit, or takes it away."""
    name = sql.Identifier(role)
    if limit == CONNECTIONS:
        return sql.SQL("alter role {} connection limit {}").format(name, -1 if value is None else int(value))
    if value is None:
        return sql.SQL("alter role {} reset {}").format(name, sql.Identifier(limit))
    number = 0 if value.is_infinite() else int(value)
    return sql.SQL("alter role {} set {} = {}").format(name, sql.Identifier(limit), sql.Literal(f"{number}ms"))
