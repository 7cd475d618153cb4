"""Where the shipped SQL and migrations are, and the only reader of SQL files.

In a wheel they lie inside the package (``rls/sql``, ``rls/migrations``), in a
checkout beside it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import LiteralString, cast

from psycopg import sql

PACKAGE = Path(__file__).resolve().parent


def directory(name: str) -> Path:
    """Return the shipped directory *name*: ``sql`` or ``migrations``."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


@cache
def sql_text(path: str) -> LiteralString:
    """Return the text of a shipped SQL file.

    :param path: below ``sql/``, such as ``catalog/tables.sql``.
    """
    # The files are part of the distribution, reviewed like code: this is the one place that says so.
    return cast("LiteralString", (directory("sql") / path).read_text("utf-8"))  # type: ignore[redundant-cast]


def template(path: str, **values: str | sql.Composable) -> sql.Composed:
    """Return a shipped SQL file with its ``{placeholders}`` filled in.

    :param path: below ``sql/``.
    :param values: by placeholder; text becomes a quoted identifier, anything of
        ``psycopg.sql`` stands as it is.
    """
    parts = {name: sql.Identifier(value) if isinstance(value, str) else value for name, value in values.items()}
    return sql.SQL(sql_text(path)).format(**parts)
