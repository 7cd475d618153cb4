"""The files of PgBouncer: written whole, readable by their owner only."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
from pathlib import Path

from rls.errors import RowlockError
from rls.pgbouncer.asking import version_of
from rls.pgbouncer.configuration import Configuration

OLDEST = (1, 18)
"""What is written for where no PgBouncer is found: the oldest one that was tried."""

LINE = re.compile(r'^"([^"]+)" "([^"]+)"$', re.MULTILINE)


def write(configuration: Configuration) -> None:
    """Write pgbouncer.ini and userlist.txt, mode 0600, in place of what was there.

    :raises RowlockError: the directory cannot be written to.
    """
    texts = {"userlist.txt": configuration.userlist(), "pgbouncer.ini": configuration.ini()}
    for name, text in texts.items():
        _replace(configuration.directory / name, text)


def refuse_foreign(directory: Path) -> None:
    """Refuse a directory with a pgbouncer.ini that is not ours.

    :raises RowlockError: says so.
    """
    ini = directory / "pgbouncer.ini"
    if not directory.is_dir():
        raise RowlockError(f"{directory} is no directory: make it, and give it to the account PgBouncer runs as")
    if ini.exists() and "rls_pgbouncer.password" not in ini.read_text(encoding="utf-8"):
        raise RowlockError(f"{ini} is not Rowlock's: name another directory")


def secret_of(directory: Path, name: str) -> str:
    """Return the password of PgBouncer's own user *name*: that of the files there, or a new one."""
    try:
        text = (directory / "userlist.txt").read_text(encoding="utf-8")
    except OSError:
        text = ""
    return dict(LINE.findall(text)).get(name) or secrets.token_urlsafe(24)


def installed_version() -> tuple[int, ...]:
    """Return the version of the PgBouncer on the PATH; where there is none, the oldest."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        return OLDEST
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return version_of(done.stdout) or OLDEST


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.new")
    try:
        part.unlink(missing_ok=True)
        owner = path.parent.stat()
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        if os.geteuid() == 0:
            os.chown(part, owner.st_uid, owner.st_gid)
        part.replace(path)
    except OSError as error:
        raise RowlockError(f"{path} cannot be written: {error.strerror}") from error
