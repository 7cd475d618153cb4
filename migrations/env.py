"""Alembic's environment.

``rls.installation`` hands its connection over.  From a checkout
``alembic upgrade head`` works as well: the connection is ROWLOCK_URL's, or
libpq's PG* variables', and ``-x prefix=… -x organisation=…`` say what to
install the first time.
"""

from __future__ import annotations

from rls.installation import environment

environment()
