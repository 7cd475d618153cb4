"""What goes wrong with the embedded server."""

from __future__ import annotations

from rls.errors import RowlockError


class ServerError(RowlockError):
    """The embedded server cannot be found, started, reached or stopped."""
