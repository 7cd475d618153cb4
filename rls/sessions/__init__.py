"""Sessions of a person, for applications that share a pool of connections.

::

    from rls.sessions import as_person

    with as_person(pool, "alice") as connection:
        connection.execute("select … from crm.deal")

A session is a transaction in which PostgreSQL takes the connection for
``alice``; at its end, whatever way it ends, the connection is nobody's.
:func:`as_person` has the kinds of pools, engines and sessions it takes.

This package imports psycopg, and SQLAlchemy only where the application does.
"""

from rls.sessions.entrance import as_person
from rls.sessions.errors import MisuseError, NotAPersonError, PoolLoginError, SessionError
from rls.sessions.statements import become

__all__ = ["MisuseError", "NotAPersonError", "PoolLoginError", "SessionError", "as_person", "become"]
