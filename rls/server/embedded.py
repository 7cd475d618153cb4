"""One PostgreSQL server in one directory, ours alone: made, started, stopped."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import conninfo, sql

from rls.server import account, binaries, process
from rls.server.binaries import Binaries
from rls.server.errors import ServerError
from rls.server.process import HOST, Postmaster

ADMINISTRATOR = "postgres"

ATTEMPTS = 5
"""How often to try another port; each try finds a free one, somebody may take it first."""


@dataclass(frozen=True)
class Status:
    """What there is to know of a server without asking it."""

    directory: Path
    running: bool
    version: str | None = None
    pid: int | None = None
    port: int | None = None


class EmbeddedServer:
    """A PostgreSQL server whose data, password and log are below *directory*.

    It listens on 127.0.0.1 at a port of its own, with SCRAM passwords and no
    Unix socket, so it never meets another PostgreSQL of the machine.

    :param bindir: the programs to run; by default :func:`rls.server.binaries.find` chooses.
    :param settings: server settings for this start, for instance ``{"fsync": "off"}``.
    """

    def __init__(self, directory: Path, bindir: Path | None = None, settings: Mapping[str, str] | None = None) -> None:
        self.directory = directory.absolute()
        self.data = self.directory / "data"
        self.log = self.directory / "server.log"
        self.password_file = self.directory / "password"
        self._port_file = self.directory / "port"
        self._bindir = bindir
        self._settings = dict(settings or {})
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, *, foreground_child: bool = False) -> bool:
        """Start the server, making it first where there is none; return False where it ran already.

        :param foreground_child: end it when this process ends, also by ``kill -9`` (Linux);
            without it the server goes on until :meth:`stop`.
        :raises ServerError: it cannot be made or started, or the data are another major version's.
        """
        programs, user = binaries.find(self._bindir), account.unprivileged()
        self._make_directory(user)
        programs = Binaries(account.reachable_tree(programs.tree, user) / "bin", programs.version)
        with self._locked():
            if self._postmaster() is not None:
                return False
            self._make_data(programs, user)
            self._check_version(programs)
            self._launch(programs, user, child=foreground_child)
        self._check_identity()
        return True

    def stop(self, *, immediately: bool = False) -> bool:
        """Stop the server, ending its sessions; return False where none ran.

        :param immediately: without a checkpoint, for data nobody needs again.
        :raises ServerError: it does not stop.
        """
        postmaster = self._postmaster()
        if postmaster is not None and not self._end(postmaster, immediately=immediately):
            raise ServerError(f"process {postmaster.pid} does not stop; see {self.log}")
        if self._child is not None:
            self._child.wait()
            self._child = None
        return postmaster is not None

    def status(self) -> Status:
        """Return whether the server runs, and where."""
        postmaster = self._postmaster()
        if postmaster is None:
            return Status(self.directory, running=False, version=self._data_version())
        return Status(
            self.directory,
            running=True,
            version=self._data_version(),
            pid=postmaster.pid,
            port=postmaster.port,
        )

    def connection_info(self) -> dict[str, str]:
        """Return host, port, user and password, as :func:`psycopg.connect` takes them.

        :raises ServerError: the server does not run.
        """
        postmaster = self._postmaster()
        if postmaster is None:
            raise ServerError(f"the embedded server of {self.directory} does not run: rowlock server start")
        password = self.password_file.read_text(encoding="utf-8").strip()
        return {"host": HOST, "port": str(postmaster.port), "user": ADMINISTRATOR, "password": password}

    def url(self, dbname: str = "postgres") -> str:
        """Return the administrator's URL of the database *dbname*, password included."""
        info = self.connection_info()
        return f"postgresql://{info['user']}:{info['password']}@{info['host']}:{info['port']}/{quote(dbname, safe='')}"

    def ensure_database(self, name: str) -> None:
        """Create the database *name* unless it is there.

        :raises ServerError: the server does not run.
        """
        with psycopg.connect(self.url(), autocommit=True) as connection:
            if connection.execute("select from pg_database where datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))

    def _postmaster(self) -> Postmaster | None:
        return process.running(self.data)

    def _end(self, postmaster: Postmaster, *, immediately: bool) -> bool:
        try:
            return process.stop(postmaster, self.data, immediately=immediately)
        except PermissionError as error:
            message = f"process {postmaster.pid} belongs to another account; stop it as the one that started it"
            raise ServerError(message) from error

    def _make_directory(self, user: account.Account | None) -> None:
        try:
            self.directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError as error:
            raise ServerError(f"{self.directory} cannot be made: {error.strerror}; choose another directory") from error
        if user is not None and not user.may_enter(self.directory):
            message = (
                f"{self.directory} cannot be reached by the account {user.name}, which runs PostgreSQL for root; "
                f"choose a directory below {account.SYSTEM_DIRECTORY}"
            )
            raise ServerError(message)
        account.hand_over(self.directory, user)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time make or start this server."""
        try:
            lock = os.open(self.directory / "lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ServerError(f"{self.directory} cannot be used: {error.strerror}; choose another directory") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _make_data(self, programs: Binaries, user: account.Account | None) -> None:
        if self._data_version() is not None:
            return
        if self.data.exists() and any(self.data.iterdir()):
            raise ServerError(f"{self.data} holds something that is not a PostgreSQL data directory; move it away")
        self._make_password(user)
        part = self.directory / "data.part"
        for locale in ("--locale=C.UTF-8", "--no-locale"):
            shutil.rmtree(part, ignore_errors=True)
            done, output = process.run(self._initdb(programs, part, locale), programs, user, self.directory)
            if done:
                break
        else:
            raise ServerError(f"initdb failed: {_last_line(output)}")
        part.replace(self.data)

    def _initdb(self, programs: Binaries, data: Path, locale: str) -> list[str]:
        command = [programs.program("initdb"), f"--pgdata={data}", f"--username={ADMINISTRATOR}"]
        return [*command, "--auth=scram-sha-256", f"--pwfile={self.password_file}", "--encoding=UTF8", locale]

    def _make_password(self, user: account.Account | None) -> None:
        self.password_file.unlink(missing_ok=True)
        descriptor = os.open(self.password_file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(24) + "\n")
        account.hand_over(self.password_file, user)

    def _data_version(self) -> str | None:
        try:
            return (self.data / "PG_VERSION").read_text(encoding="utf-8").strip()
        except OSError:
            return None

    def _check_version(self, programs: Binaries) -> None:
        version = self._data_version()
        if version != programs.major:
            message = (
                f"{self.data} was made by PostgreSQL {version}, the programs in {programs.directory} are "
                f"{programs.version}: set {binaries.VARIABLE} to the programs of {version}, or choose another directory"
            )
            raise ServerError(message)

    def _launch(self, programs: Binaries, user: account.Account | None, *, child: bool) -> None:
        process.remove_stale_pid_file(self.data)
        self.log.touch(mode=0o600)
        account.hand_over(self.log, user)
        for _ in range(ATTEMPTS):
            port = self._choose_port()
            begin = self.log.stat().st_size
            settings = self._settings | {"listen_addresses": HOST, "port": str(port), "unix_socket_directories": ""}
            if child:
                self._child = process.start_child(programs, user, self.data, self.log, settings)
            if self._child or (not child and process.start_detached(programs, user, self.data, self.log, settings)):
                self._port_file.write_text(f"{port}\n", encoding="utf-8")
                return
            complaint = self._logged_since(begin)
            if "could not bind" not in complaint:
                break
        raise ServerError(f"PostgreSQL did not start: {_last_line(complaint)}; see {self.log}")

    def _choose_port(self) -> int:
        """Return the port of the last start where it is free, so that URLs stay good, else any free one."""
        with contextlib.suppress(OSError, ValueError):
            port = int(self._port_file.read_text(encoding="utf-8"))
            if process.is_free(port):
                return port
        return process.free_port()

    def _logged_since(self, position: int) -> str:
        with self.log.open("rb") as log:
            log.seek(position)
            return log.read().decode(errors="replace")

    def _check_identity(self) -> None:
        """Make sure that who answers at the port is our server, not one that took the port meanwhile."""
        try:
            with psycopg.connect(conninfo.make_conninfo(**self.connection_info(), dbname="postgres")) as connection:
                row = connection.execute("show data_directory").fetchone()
        except psycopg.Error as error:
            raise ServerError(f"the server just started does not answer: {_last_line(str(error))}") from error
        if row is None or Path(row[0]) != self.data.resolve():
            raise ServerError(f"another server answers at port {self.connection_info()['port']}: {row and row[0]}")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
