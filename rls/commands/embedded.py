"""The embedded server of the command line: one directory, one database."""

from __future__ import annotations

import os
from pathlib import Path

from rls.server import EmbeddedServer, ServerError, default_directory

VARIABLE = "ROWLOCK_SERVER_DIRECTORY"

DATABASE = "crm"
"""The database the embedded server is started with."""


def embedded_server(directory: Path | None = None) -> EmbeddedServer:
    """Return the server of *directory*, of ``ROWLOCK_SERVER_DIRECTORY``, or of the default place."""
    named = os.environ.get(VARIABLE)
    return EmbeddedServer(directory or (Path(named) if named else default_directory()))


def running_url() -> str | None:
    """Return the administrator's URL of the embedded server's database, or None where it does not run."""
    try:
        server = embedded_server()
        return server.url(DATABASE) if server.status().running else None
    except (ServerError, OSError):
        return None
