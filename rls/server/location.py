"""Where the embedded server of the command line keeps its data."""

from __future__ import annotations

import os
from pathlib import Path

from rls.server import account


def default_directory() -> Path:
    """Return ``~/.local/share/rowlock/postgres`` (XDG base directories), for root one its server's account can reach."""
    home = os.environ.get("XDG_DATA_HOME")
    data = Path(home) if home and Path(home).is_absolute() else Path.home() / ".local" / "share"
    user = account.unprivileged()
    if user is not None and not user.may_enter(data):
        return account.SYSTEM_DIRECTORY / "postgres"
    return data / "rowlock" / "postgres"
