"""A team's Alembic project: find it, begin one, write a revision into it."""

from __future__ import annotations

import ast
import re
import tomllib
from argparse import Namespace
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import alembic
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError, rev_id

from rls.errors import InputError, Problem, RowlockError
from rls.revising.revision import Rights

IMPORTS = "from rls import revising as rights"
UPGRADE = "op.change_rights(RIGHTS)"
DOWNGRADE = "op.restore_rights(RIGHTS)"

_QUIET = Namespace(quiet=True)
"""What Alembic says of writing a file is not for stdout."""

_INI = """\
[alembic]
script_location = %(here)s
path_separator = os
"""
_ENV = '''\
"""Alembic's environment: the database `rowlock` connects to (ROWLOCK_URL, PGHOST, PGDATABASE, ...)."""

from rls.commands.connection import connect
from rls.revising import environment

environment(connect)
'''


def begin(directory: Path) -> None:
    """Make an Alembic project of nothing but rights in *directory*; what is there stays.

    :raises InputError: the directory cannot be written.
    """
    mako = Path(alembic.__file__).parent / "templates" / "generic" / "script.py.mako"
    files = {"alembic.ini": _INI, "env.py": _ENV, "script.py.mako": mako.read_text("utf-8")}
    try:
        (directory / "versions").mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            if not (directory / name).exists():
                (directory / name).write_text(content, "utf-8")
    except OSError as error:
        raise InputError([Problem(str(directory), "", f"cannot be written: {error.strerror}")]) from error


def project(directory: Path) -> Config:
    """Return the configuration of the Alembic project in *directory*: ``alembic.ini``, or ``pyproject.toml``.

    :raises InputError: there is none.
    """
    ini, toml = directory / "alembic.ini", directory / "pyproject.toml"
    if ini.is_file():
        return Config(str(ini.resolve()), cmd_opts=_QUIET)
    if toml.is_file() and "alembic" in tomllib.loads(toml.read_text("utf-8")).get("tool", {}):
        return Config(toml_file=str(toml.resolve()), cmd_opts=_QUIET)
    advice = "no alembic.ini there: name your project's directory by --dir, or begin one of its own with --begin"
    raise InputError([Problem(str(directory), "", advice)])


def last(directory: Path, head: str) -> Rights | None:
    """Return the last revision of rights up to *head*, or None where there is none."""
    with scripts(directory) as found:
        for script in found.walk_revisions(head=head):
            rights = getattr(script.module, "RIGHTS", None)
            if isinstance(rights, Rights):
                return rights
    return None


def new_id() -> str:
    """Return a name for a revision, as Alembic makes them."""
    return rev_id()


@contextmanager
def scripts(directory: Path) -> Iterator[ScriptDirectory]:
    """Give the project's scripts, in its directory: where its paths may begin.

    :raises RowlockError: what Alembic says is wrong.
    """
    config = project(directory)
    try:
        with chdir(directory):
            yield ScriptDirectory.from_config(config)
    except CommandError as error:
        raise RowlockError(f"{directory}: {error}") from error


def write(directory: Path, revision: str, message: str, summary: str, content: str, *, head: str = "head") -> Path:
    """Write a revision with the project's own template, and return the file.

    :param summary: what a reviewer reads first; becomes part of the docstring.
    :param content: the module's content below its functions.
    :raises RowlockError: Alembic refuses, or the project's template leaves no room for it.
    """
    with scripts(directory) as found:
        _refuse_without_room(Path(found.dir) / "script.py.mako")
        script = found.generate_revision(
            revision,
            message,
            head=head,
            imports=IMPORTS,
            upgrades=UPGRADE,
            downgrades=f"{DOWNGRADE}\n\n\n{content}",
            config=project(Path()),
        )
        assert script is not None, "a revision that was generated is one"
        path = Path(script.path).resolve()
    _describe(path, summary)
    return path


def _refuse_without_room(template: Path) -> None:
    text = template.read_text("utf-8")
    missing = [word for word in ("imports", "upgrades", "downgrades") if not re.search(rf"\$\{{{word}\b", text)]
    if missing:
        words = ", ".join(f"${{{word}}}" for word in missing)
        raise RowlockError(f"{template} has no {words}: take them over from Alembic's own template")


def _describe(path: Path, summary: str) -> None:
    """Add the summary to the module's docstring."""
    text = path.read_text("utf-8")
    said = summary.replace("\\", "\\\\").replace('"""', "'''")
    first = ast.parse(text).body[0]
    lines = text.splitlines(keepends=True)
    if not (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    ):
        path.write_text(f'"""{said}\n"""\n\n{text}', "utf-8")
        return
    end = (first.end_lineno or 1) - 1
    head = "".join(lines[:end]) + lines[end].rstrip()
    quotes = head[-3:]
    rest = "".join(lines[end + 1 :])
    path.write_text(f"{head[:-3].rstrip()}\n\n{said}\n{quotes}\n{rest}", "utf-8")
