"""Commands against a server: how they find it, what they say when they cannot, init and its way back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from rls.commands import connection as connecting
from rls.commands.connection import UnreachableError, connect
from rls.server import EmbeddedServer
from tests.fixtures.database import PG_VARIABLES, Database
from tests.fixtures.server import data_directory

BINDIR = os.environ.get("ROWLOCK_TEST_PG_BIN")


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Take away every hint of a server; give the directory of the embedded one, which does not run."""
    for variable in (*PG_VARIABLES.values(), "PGSERVICE", "PGSERVICEFILE", "PGHOSTADDR", "ROWLOCK_URL"):
        monkeypatch.delenv(variable, raising=False)
    with data_directory() as directory:
        monkeypatch.setenv("ROWLOCK_SERVER_DIRECTORY", str(directory))
        if BINDIR:
            monkeypatch.setenv("ROWLOCK_PG_BIN", BINDIR)
        yield directory


def rowlock(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``rowlock`` with this process's environment."""
    return subprocess.run([sys.executable, "-m", "rls", *arguments], capture_output=True, text=True, check=False)


def database_of(connection: psycopg.Connection) -> str:
    """Return where *connection* leads, and close it."""
    with connection:
        return connection.info.dbname


def test_a_url_comes_first(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says."""
    monkeypatch.setenv("PGHOST", "nowhere.invalid")

    assert database_of(connect(empty_database.url)) == empty_database.name


def test_libpq_variables_name_the_server(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """No option is needed where psql needs none."""
    for variable, value in empty_database.environment().items():
        monkeypatch.setenv(variable, value)

    assert database_of(connect()) == empty_database.name


def test_a_service_names_the_server(empty_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The connection service file works, as in psql."""
    lines = [f"{key}={value}" for key, value in conninfo.conninfo_to_dict(empty_database.url).items()]
    (tmp_path / "services").write_text("\n".join(["[company]", *lines, ""]))
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    monkeypatch.setenv("PGSERVICE", "company")

    assert database_of(connect()) == empty_database.name


def test_nothing_names_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line says every way to name one."""
    monkeypatch.setattr(connecting, "target", lambda _: "host=/no/such/directory")

    with pytest.raises(UnreachableError, match="name a server by --url, ROWLOCK_URL or PGHOST, or start one"):
        connect()


def test_a_wrong_password(empty_database: Database) -> None:
    """It is named as the cause, and not repeated."""
    url = conninfo.make_conninfo(empty_database.url, password="secret-guess")

    result = rowlock("init", "--url", url)

    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert "password authentication failed" in result.stderr
    assert "check the user and the password" in result.stderr
    assert "secret-guess" not in result.stderr


def test_a_missing_database(empty_database: Database) -> None:
    """The server answers, the database is not there."""
    result = rowlock("init", "--url", conninfo.make_conninfo(empty_database.url, dbname="nosuch"))

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith('database "nosuch" does not exist; create it, or name another one\n')


def test_nobody_listens() -> None:
    """The advice is to start one."""
    result = rowlock("init", "--url", "postgresql://me@127.0.0.1:1/x")

    assert result.returncode == 2
    assert "Connection refused; is a server running there? `rowlock server start`" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_url_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it should look like, without repeating what may hold a password."""
    monkeypatch.setenv("ROWLOCK_URL", "mysql://me:secret@host/x")

    result = rowlock("init")

    assert result.returncode == 2
    assert result.stderr == ("Error: the URL cannot be read; it is written postgresql://user@host:port/database\n")


def test_a_server_that_is_too_old(empty_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said before anything is tried."""
    monkeypatch.setattr(connecting, "OLDEST", 99)

    with pytest.raises(UnreachableError, match=r"the server is PostgreSQL 1\d.*; Rowlock needs 99 or newer"):
        connect(empty_database.url)


def test_the_embedded_server_is_found_when_it_runs(nowhere: Path) -> None:
    """Start, use, ask, stop: the walk of the help."""
    assert rowlock("server", "status").returncode == 1
    try:
        started = json.loads(rowlock("server", "start", "--json").stdout)
        again = rowlock("server", "start")
        status = json.loads(rowlock("server", "status", "--json").stdout)
        url = rowlock("server", "url").stdout.strip()
        installed = rowlock("init", "--no-crm")
    finally:
        stopped = rowlock("server", "stop")

    assert started == status
    assert again.stderr.startswith("already running: PostgreSQL ")
    assert status["running"]
    assert conninfo.conninfo_to_dict(url)["dbname"] == "crm"
    assert installed.stderr == "using the embedded server\ninstalled in database crm\n"
    assert stopped.stderr == "stopped\n"
    assert rowlock("server", "stop").stderr == "it was not running\n"
    assert "does not run: rowlock server start" in rowlock("server", "url").stderr
    assert not EmbeddedServer(nowhere).status().running


def test_init_upgrade_uninstall(empty_database: Database) -> None:
    """Every step may be repeated; the last leaves the database as it was."""
    before = contents(empty_database)

    assert empty_database.invoke(["init"]).stderr.startswith("installed in database")
    assert empty_database.invoke(["init"]).stderr.startswith("up to date in database")
    assert empty_database.invoke(["upgrade"]).stderr.startswith("up to date in database")
    assert contents(empty_database) != before

    kept = empty_database.invoke(["uninstall"], stdin="n\n")
    assert kept.stderr.splitlines()[-1] == "Error: given up; nothing was done"
    assert kept.exit_code == 2
    assert empty_database.invoke(["uninstall", "--yes"]).exit_code == 0
    assert contents(empty_database) == before

    for command in (["uninstall", "--yes"], ["upgrade"]):
        missing = empty_database.invoke(command)
        assert "is not installed" in missing.stderr
        assert missing.exit_code == 2


def test_init_beside_tables_of_others(empty_database: Database) -> None:
    """Only what the rights need, under names of one's choosing."""
    result = empty_database.invoke(["init", "--no-crm", "--organisation", "staff", "--prefix", "acme_"])

    assert result.exit_code == 0
    query = "select nspname from pg_namespace where nspname in ('crm', 'rls', 'staff') order by 1"
    assert empty_database.connect().execute(query).fetchall() == [("rls",), ("staff",)]


def contents(database: Database) -> list[tuple[object, ...]]:
    """Return the schemas, relations and roles there are."""
    query = """
        select 'schema', nspname::text from pg_namespace where nspname !~ '^pg_'
        union select 'relation', c.oid::regclass::text from pg_class c where c.relnamespace = 'public'::regnamespace
        union select 'role', rolname from pg_roles
        order by 1, 2
    """
    return database.connect().execute(query).fetchall()
