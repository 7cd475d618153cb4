"""An application server does not carry the command line."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("alembic", "click", "pydantic", "rich", "ruamel", "sqlalchemy", "psycopg_pool")


@pytest.mark.parametrize("before", ["", "import psycopg_pool; "])
def test_sessions_import_little(before: str) -> None:
    """Only psycopg, and of ours errors and the reader of SQL files."""
    program = f"{before}import rls.sessions, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()

    allowed = {"psycopg_pool"} if before else set()
    assert {name.partition(".")[0] for name in loaded} & set(HEAVY) == allowed
    ours = {name for name in loaded if name.startswith("rls.") and not name.startswith("rls.sessions")}
    assert ours == {"rls.errors", "rls.resources"}


def test_what_is_no_source_is_refused() -> None:
    """With a message that says what is one."""
    from rls.sessions import MisuseError, as_person

    for source in (None, "postgresql://", object()):
        with pytest.raises(MisuseError, match=r"not (NoneType|str|object)"):
            as_person(source, "alice")  # type: ignore[call-overload]


def test_an_engine_without_await_needs_no_greenlet() -> None:
    """SQLAlchemy 2.1 brings greenlet only where it is asked for, as sqlalchemy[asyncio]."""
    program = (
        "import sys; sys.modules['greenlet'] = None\n"
        "from sqlalchemy import create_engine\n"
        "from rls.sessions.alchemy import opener\n"
        "print(opener(create_engine('postgresql+psycopg://')).__name__)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (found.stdout.strip(), found.stderr) == ("from_engine", "")
