"""What is said to the server, whatever the driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from rls.resources import sql_text
from rls.sessions.errors import has_rights, may_not_become, not_a_person

if TYPE_CHECKING:
    from typing import LiteralString

BECOME: LiteralString = sql_text("sessions/become.sql")
"""Takes ``login``; gives one row, or none if that is no active person's."""

OWN_RIGHTS: LiteralString = sql_text("sessions/own_rights.sql")
"""Gives a row where the login may do something without being anybody."""

CLEAN: LiteralString = "close all; discard temp; reset role"
"""Takes back what outlives a transaction and is a person's: cursors WITH HOLD, temporary tables, a typed SET ROLE.

DISCARD ALL would take the prepared statements too, which are nobody's.
"""

LONGEST_NAME = 63
"""NAMEDATALEN - 1; said once more in rls.names, which applications do not need."""

DENIED = "42501"
"""SQLSTATE of insufficient_privilege."""

known: WeakSet[Any] = WeakSet()
"""Connections whose login was found to have no rights."""


def check_name(login: object) -> str:
    """Return *login* unless no server could have such a role.

    :raises NotAPersonError: it is no text, is empty, is longer than a name, or holds what PostgreSQL cannot store.
    """
    if not isinstance(login, str) or not login or "\0" in login:
        raise not_a_person(login)
    try:
        size = len(login.encode())
    except UnicodeEncodeError:
        raise not_a_person(login) from None
    if size > LONGEST_NAME:
        raise not_a_person(login)
    return login


def check_answers(login: str, became: tuple[Any, ...] | None, rights: tuple[Any, ...] | None) -> None:
    """Judge what BECOME and OWN_RIGHTS gave.

    :raises NotAPersonError: no active person has the login.
    :raises PoolLoginError: the login of the connection has rights of its own.
    """
    if rights is not None:
        raise has_rights(rights[0])
    if became is None or became[0] != login:
        raise not_a_person(login)


def explained(error: Exception, login: str) -> Exception:
    """Return what to raise for an exception of the driver's while becoming *login*."""
    if isinstance(error, UnicodeEncodeError):
        return not_a_person(login)
    state = getattr(getattr(error, "orig", None) or error, "sqlstate", None)
    return may_not_become(login) if state == DENIED else error


def become(cursor: Any, login: str) -> None:
    """Make the transaction of a DB-API *cursor* the person's; for frameworks that keep transactions themselves.

    The transaction must be open, and end with the person's work: Django's
    ``transaction.atomic()`` around a request does that.  Everything else
    should use :func:`rls.sessions.as_person`.

    :param cursor: with parameters in the form ``%(name)s``, such as psycopg's or Django's.
    :raises NotAPersonError: no active person has the login; the transaction is as it was.
    :raises PoolLoginError: the login of the connection has rights of its own, or may not become the person.
    """
    name = check_name(login)
    connection = cursor.connection
    rights = None
    if connection not in known:
        cursor.execute(OWN_RIGHTS)
        rights = cursor.fetchone()
    if rights is None:
        try:
            cursor.execute(BECOME, {"login": name})
        except Exception as error:  # noqa: BLE001  whatever the driver raises
            found = explained(error, login)
            raise found from (None if found is not error else error.__cause__)
    check_answers(login, None if rights else cursor.fetchone(), rights)
    known.add(connection)
