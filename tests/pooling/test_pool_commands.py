"""rowlock pool, as somebody types it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import psycopg
import pytest
from click.testing import Result

from rls.organisation.pools import pools
from tests.fixtures.database import Database

STAFF = "login,name,roles\nada,Ada,manager\nbo,Bo,\ncy,Cy,\n"


@pytest.fixture
def crm(standard_database: Database, tmp_path: Path) -> Database:
    """Give a database with three people."""
    (tmp_path / "staff.csv").write_text(STAFF, encoding="utf-8")
    assert standard_database.invoke(["people", "sync", "--yes", str(tmp_path / "staff.csv")]).exit_code == 0
    return standard_database


def listed(crm: Database) -> dict[str, tuple[str, int, list[str]]]:
    """Return login → slice, people, problems, as ``pool list --json`` says."""
    rows = json.loads(crm.invoke(["pool", "list", "--json"]).stdout)["pools"]
    return {row["login"]: (row["slice"], row["people"], row["problems"]) for row in rows}


def add(crm: Database, tmp_path: Path, *arguments: str) -> Result:
    """Run ``pool add``, passwords into ``new.csv``."""
    return crm.invoke(["pool", "add", *arguments, "--passwords", str(tmp_path / "new.csv")])


def test_a_pool_is_made_kept_and_taken_back(crm: Database, tmp_path: Path) -> None:
    """People sync keeps it; its password works; afterwards it is nobody."""
    assert add(crm, tmp_path, "crm_app").exit_code == 0
    secrets = dict(csv.reader((tmp_path / "new.csv").read_text(encoding="utf-8").splitlines()))
    connection = crm.connect("crm_app", secrets["crm_app"])
    connection.execute("set role ada")
    (tmp_path / "staff.csv").write_text("login,name\nada,Ada\nbo,Bo\ndi,Di\n", encoding="utf-8")
    assert crm.invoke(["people", "sync", "--yes", "--dismiss-missing", str(tmp_path / "staff.csv")]).exit_code == 0
    assert listed(crm) == {"crm_app": ("all", 3, [])}
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("set role cy")
    connection.execute("set role di")
    assert crm.invoke(["verify"]).exit_code == 0

    assert crm.invoke(["pool", "remove", "crm_app"]).exit_code == 0
    assert listed(crm) == {}
    with pytest.raises(psycopg.OperationalError):
        connection.execute("select 1")


def test_slices(crm: Database, tmp_path: Path) -> None:
    """All at once, one of another division, and what is missing."""
    assert add(crm, tmp_path, "crm_app", "--slices", "2").exit_code == 0
    found = listed(crm)
    assert {login: row[0] for login, row in found.items()} == {"crm_app_1": "1/2", "crm_app_2": "2/2"}
    assert sum(row[1] for row in found.values()) == 3
    assert crm.invoke(["pool", "list", "--check"]).exit_code == 0
    (tmp_path / "new.csv").unlink()

    assert crm.invoke(["pool", "add", "crm_app_2", "--slice", "1/2"]).exit_code == 0
    checked = crm.invoke(["pool", "list", "--check"])
    assert checked.exit_code == 1
    assert "no login has slice 2/2" in checked.stderr


REFUSED = {
    "ada": 'database role "ada" exists and is no pool',
    "crm_manager": "begins with",
    "postgres": "exists and is no pool",
    "Pool": "has capitals",
    "new --slice 3/2": "write one of 1/8 to 8/8",
    "new --slice 1/2 --slices 2": "say one",
}


def test_what_cannot_be_a_pool(crm: Database, tmp_path: Path) -> None:
    """Nothing is done, no file written."""
    for arguments, message in REFUSED.items():
        result = add(crm, tmp_path, *arguments.split())
        assert (result.exit_code, message in result.stderr) == (2, True), arguments

    assert listed(crm) == {}
    assert not (tmp_path / "new.csv").exists()


def test_a_password_nobody_would_see(crm: Database) -> None:
    """Said before anything is made."""
    result = crm.invoke(["pool", "add", "crm_app"])

    assert result.exit_code == 2
    assert "say --passwords FILE" in result.stderr


WRONG = {
    "alter role crm_app superuser": "is a superuser",
    "alter role crm_app inherit": "inherits",
    "alter role crm_app nologin": "may not log in",
    "alter role crm_app createdb": "may create databases",
    "create schema own authorization crm_app": "owns something",
    "revoke bo from crm_app": "1 people",
    "insert into rls.pool values ('nobody_there')": "there is no such database role",
}


def test_what_makes_a_pool_more_or_less_is_listed(crm: Database, tmp_path: Path) -> None:
    """And is exit code 1."""
    add(crm, tmp_path, "crm_app")
    connection = crm.connect(autocommit=False)
    for statement, message in WRONG.items():
        connection.execute(statement.encode())
        assert message in "; ".join(problem for pool in pools(connection) for problem in pool.problems), statement
        connection.rollback()
    crm.connect().execute("alter role crm_app inherit")

    result = crm.invoke(["pool", "list", "--check"])
    assert (result.exit_code, "inherits" in result.stdout) == (1, True)


def test_refresh_grants_what_is_missing(crm: Database, tmp_path: Path) -> None:
    """A login that was made after its person."""
    add(crm, tmp_path, "crm_app")
    crm.connect().execute("insert into crm.person (login, name) values ('dee', 'Dee')")
    crm.connect().execute("create role dee login")
    assert crm.invoke(["verify"]).exit_code == 1

    assert crm.invoke(["pool", "refresh"]).exit_code == 0
    assert listed(crm) == {"crm_app": ("all", 4, [])}


def test_whoever_installed_without_being_superuser_keeps_pools(empty_database: Database, tmp_path: Path) -> None:
    """CREATEROLE and the database are enough for the logins they make themselves."""
    administrator = empty_database.connect()
    administrator.execute("create role keeper login createrole password 'keeper-secret'")
    administrator.execute(f'alter database "{empty_database.name}" owner to keeper'.encode())
    (tmp_path / "staff.csv").write_text("login,name\nada,Ada\nbo,Bo\n", encoding="utf-8")
    try:
        for command in (
            ["init", "--no-crm"],
            ["people", "sync", "--yes", str(tmp_path / "staff.csv")],
            ["pool", "refresh"],
        ):
            assert empty_database.invoke(command, user="keeper").exit_code == 0
        new = str(tmp_path / "new.csv")
        assert empty_database.invoke(["pool", "add", "crm_app", "--passwords", new], user="keeper").exit_code == 0
        (tmp_path / "staff.csv").write_text("login,name\nada,Ada\ncy,Cy\n", encoding="utf-8")
        sync = ["people", "sync", "--yes", "--dismiss-missing", str(tmp_path / "staff.csv")]
        assert empty_database.invoke(sync, user="keeper").exit_code == 0
        assert listed(empty_database) == {"crm_app": ("all", 2, [])}
        assert empty_database.invoke(["uninstall", "--yes"], user="keeper").exit_code == 0
        members = "select count(*) from pg_auth_members where member = 'crm_app'::regrole"
        assert administrator.execute(members).fetchone() == (0,)
    finally:
        administrator.execute(f'alter database "{empty_database.name}" owner to current_user'.encode())
