"""The operating-system account the server runs as.

PostgreSQL refuses to run as root, so root starts it as ``postgres``, else
``nobody``; anybody else runs it as themselves.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rls.server.errors import ServerError

SYSTEM_DIRECTORY = Path("/var/lib/rowlock")
"""Where root keeps what the unprivileged account must reach."""


@dataclass(frozen=True)
class Account:
    """An unprivileged account that root hands the server to."""

    name: str
    uid: int
    gid: int

    def may_enter(self, path: Path) -> bool:
        """Tell whether every directory from the root to *path* lets this account through."""
        resolved = path.resolve()
        return all(self._may_execute(part) for part in (resolved, *resolved.parents) if part.exists())

    def _may_execute(self, path: Path) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def unprivileged() -> Account | None:
    """Return the account to drop to, or None where the caller's own will do.

    :raises ServerError: root, and neither ``postgres`` nor ``nobody`` exists.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise ServerError("PostgreSQL does not run as root, and there is no account postgres or nobody to run it as")


def hand_over(path: Path, account: Account | None) -> None:
    """Give *path* itself (not what is in it) to *account*."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def reachable_tree(tree: Path, account: Account | None) -> Path:
    """Return *tree*, or a copy of it where *account* cannot reach it.

    A virtual environment below ``/root`` is closed to everybody else.  The copy
    is made once and kept below ``/var/lib/rowlock/programs``.
    """
    if account is None or account.may_enter(tree):
        return tree
    digest = hashlib.sha256((tree / "bin" / "postgres").read_bytes()).hexdigest()
    copy = SYSTEM_DIRECTORY / "programs" / digest[:16]
    if not copy.exists():
        _copy(tree, copy)
    return copy


def _copy(tree: Path, copy: Path) -> None:
    copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=copy.parent) as temporary:
        part = Path(temporary) / "tree"
        shutil.copytree(tree, part, symlinks=True, ignore=shutil.ignore_patterns("include"))
        part.chmod(0o755)
        # A wheel keeps the libraries it brings beside the package; the programs look for them in lib too.
        for library in tree.parent.parent.glob(f"{tree.parent.name}.libs/*"):
            shutil.copy2(library, part / "lib")
        try:
            part.rename(copy)
        except OSError:
            # Somebody else finished the same copy first.
            if not copy.exists():
                raise
