"""Where the embedded server of the command line keeps its data."""

from __future__ import annotations

import os
from pathlib import Path

from rls.server import account


def default_directory() -> Path:
    """Return ``~/.local/share/rowlock/postgres``, for root a directory that the server's account can reach.

    ``XDG_DATA_HOME`` moves it (https://specifications.freedesktop.org/basedir/latest).
    """
    home = os.environ.get("XDG_DATA_HOME")
    data = Path(home) if home and Path(home).is_absolute() else Path.home() / ".local" / "share"
    user = account.unprivileged()
    if user is not None and not user.may_enter(data):
        return account.SYSTEM_DIRECTORY / "postgres"
    return data / "rowlock" / "postgres"
