"""What goes wrong with a session.

What PostgreSQL says to a person (``permission denied for table …``) is not
among it: that arrives as the driver's own exception.
"""

from __future__ import annotations

from rls.errors import RowlockError


class SessionError(RowlockError):
    """A person's session cannot be opened, or not be used so."""


class NotAPersonError(SessionError):
    """No active person has this login; nothing was done."""


class PoolLoginError(SessionError):
    """The login of the pool is not what a pool's login must be: nobody by itself, and allowed to become people."""


class MisuseError(SessionError):
    """The application does with a session what would take it out of the person's hands."""


def not_a_person(login: object) -> NotAPersonError:
    """Return what to raise for a name nobody works under."""
    return NotAPersonError(
        f"no active person has the login {shown(login)}: give a login of the company's people, exactly as it is written"
    )


def may_not_become(login: object) -> PoolLoginError:
    """Return what to raise where the pool's login was not granted the person."""
    return PoolLoginError(
        f"the pool's login may not become {shown(login)}: `rowlock pool list` shows whom; a slice has a pool of its own"
    )


def has_rights(table: str) -> PoolLoginError:
    """Return what to raise for a login that is somebody already."""
    return PoolLoginError(f"the pool's login may touch {table} by itself: connect as one that `rowlock pool add` made")


def shown(login: object) -> str:
    """Return a name for a message: control characters escaped, not longer than a name can be."""
    text = repr(login)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


LONGEST = 65
"""Characters of a name that are shown: 63, and the quotes."""
