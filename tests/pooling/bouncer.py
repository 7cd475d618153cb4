"""A real PgBouncer, started on a free port as an account that is not root, gone with the tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from rls.server import account, launch
from rls.server.process import HOST, free_port, wait_for
from tests.fixtures.database import Database

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/bin")


@dataclass(frozen=True)
class Bouncer:
    """A running PgBouncer; *directory* has its files."""

    port: int
    directory: Path
    database: str

    def connect(
        self, user: str, password: str | None = None, *, dbname: str | None = None, **options: Any
    ) -> psycopg.Connection:
        """Log in through it; people made in tests have the password ``<login>-secret``."""
        return psycopg.connect(
            host=HOST,
            port=self.port,
            dbname=dbname or self.database,
            user=user,
            password=password or f"{user}-secret",
            connect_timeout=10,
            **options,
        )

    @property
    def console(self) -> str:
        """The URL of its admin console, for who may look."""
        lines = (self.directory / "userlist.txt").read_text(encoding="utf-8").splitlines()
        secret = next(line.split('"')[3] for line in lines if line.startswith('"rowlock_check"'))
        return f"postgresql://rowlock_check:{secret}@{HOST}:{self.port}/pgbouncer"


@contextmanager
def directory_for_bouncer() -> Iterator[Path]:
    """Give an empty directory that the account of PgBouncer owns."""
    with tempfile.TemporaryDirectory(prefix="rowlock-pgbouncer-") as name:
        Path(name).chmod(0o755)
        account.hand_over(Path(name), account.unprivileged())
        yield Path(name)


def written(database: Database, directory: Path, *options: str) -> int:
    """Run ``rowlock pgbouncer write``; return the port it is for."""
    port = free_port()
    result = database.invoke(["pgbouncer", "write", str(directory), "--port", str(port), *options])
    assert result.exit_code == 0, result.stderr
    return port


@contextmanager
def running(database: Database, directory: Path, port: int) -> Iterator[Bouncer]:
    """Start PgBouncer with the files of *directory*; end it afterwards."""
    assert PROGRAM, "these tests need PgBouncer: apt-get install pgbouncer"
    user = account.unprivileged()
    order = {
        "parent": os.getpid(),
        "account": user and (user.uid, user.gid),
        "command": [PROGRAM, "-q", str(directory / "pgbouncer.ini")],
        "environment": {"PATH": "/usr/bin:/bin"},
    }
    with (directory / "output").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", launch.__file__, json.dumps(order)], stdout=output, stderr=output
        )
    bouncer = Bouncer(port, directory, database.name)
    try:
        assert wait_for(lambda: process.poll() is not None or _answers(bouncer), 20), bouncer.directory
        assert process.poll() is None, (directory / "output").read_text(encoding="utf-8")
        yield bouncer
    finally:
        process.terminate()
        process.wait()


def _answers(bouncer: Bouncer) -> bool:
    try:
        psycopg.connect(bouncer.console, autocommit=True).close()
    except psycopg.OperationalError:
        return False
    return True
