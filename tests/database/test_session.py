"""rowlock as PERSON: the person's own view, over the administrator's connection."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import Result

from rls.organisation.sessions import escaped, psql_environment
from tests.fixtures.database import Database

PSQL = shutil.which("psql")

STAFF = "login,name,roles\nada,Ada,manager\nbo,Bo,\n"


@pytest.fixture
def crm(standard_database: Database, tmp_path: Path) -> Database:
    """Give a database with two people and a company each."""
    (tmp_path / "staff.csv").write_text(STAFF, encoding="utf-8")
    assert standard_database.invoke(["people", "sync", "--yes", str(tmp_path / "staff.csv")]).exit_code == 0
    connection = standard_database.connect()
    connection.execute("insert into crm.company (name, owner_id) select login || '''s', id from crm.person")
    return standard_database


def run(database: Database, *arguments: str, stdin: str | None = None) -> Result:
    """Run ``rowlock as``."""
    return database.invoke(["as", *arguments], stdin=stdin)


def test_a_query_sees_what_the_person_sees(crm: Database) -> None:
    """As a table, with NULL told from nothing."""
    result = run(crm, "ada", "-c", "select name, vat_number from crm.company")

    assert [line.split() for line in result.stdout.splitlines()] == [["name", "vat_number"], ["ada's", "NULL"]]
    assert "(1 row)" in result.stderr


def test_a_person_without_a_role_sees_no_table(crm: Database) -> None:
    """In one line, as the server says it."""
    result = run(crm, "bo", "-c", "select from crm.company")

    assert result.exit_code == 2
    assert result.stderr.startswith("Error: permission denied")
    assert len(result.stderr.splitlines()) == 1


def test_several_statements_from_standard_input(crm: Database) -> None:
    """One transaction, committed; the role ends with it."""
    script = (
        "update crm.company set name = 'Mine'; select current_user, session_user = current_user; select 1 where false"
    )
    data = json.loads(run(crm, "ada", "--json", stdin=script).stdout)

    assert [result["status"] for result in data["results"]] == ["UPDATE 1", "SELECT 1", "SELECT 0"]
    assert data["results"][1]["rows"] == [["ada", False]]
    assert crm.connect().execute("select name from crm.company order by 1").fetchall() == [("Mine",), ("bo's",)]


def test_a_failing_statement_undoes_the_others(crm: Database) -> None:
    """All or nothing."""
    result = run(crm, "ada", "-c", "update crm.company set name = 'Mine'; select 1/0")

    assert result.exit_code == 2
    assert crm.connect().execute("select count(*) from crm.company where name = 'Mine'").fetchone() == (0,)


def test_percent_signs_are_left_alone(crm: Database) -> None:
    """They are the person's SQL, not placeholders of ours."""
    assert "1" in run(crm, "ada", "-c", "select count(*) from crm.company where name like '%s'").stdout


@pytest.mark.parametrize("login", ["adda", "postgres", "crm_manager", 'ada"; reset role; --'])
def test_only_active_people(crm: Database, login: str) -> None:
    """Not any database role: this is no way to become one."""
    result = run(crm, login, "-c", "select 1")

    assert result.exit_code == 2
    assert "no active person has the login" in result.stderr


def test_who_may_not_become_somebody_is_told_what_to_do(crm: Database) -> None:
    """Creating a role gives no right to work as its person."""
    connection = crm.connect()
    connection.execute("create role dba login createrole password 'dba-secret'")
    connection.execute("grant usage on schema rls, crm to dba; grant select on rls.installation, crm.person to dba")
    connection.execute("create policy dba on crm.person for select to dba using (true)")

    result = crm.invoke(["as", "ada", "-c", "select 1"], user="dba")
    assert result.exit_code == 2
    assert 'dba may not become ada: connect as a superuser, or `grant "ada" to "dba"` first' in result.stderr

    connection.execute('grant "ada" to "dba"')
    assert crm.invoke(["as", "ada", "-c", "select 1"], user="dba").exit_code == 0


def test_nothing_to_run_is_said(crm: Database) -> None:
    """An empty standard input is a mistake."""
    assert "no SQL came on standard input" in run(crm, "ada", stdin="  ").stderr


@pytest.mark.parametrize(
    "name, word", [("ada", "ada"), ("a b", "a\\ b"), ("a\\b", "a\\\\b"), ("a -c role=x", "a\\ -c\\ role=x")]
)
def test_a_name_stays_one_word_of_the_options(name: str, word: str) -> None:
    """Otherwise it could carry a second option."""
    assert escaped(name) == word


def test_psql_gets_everything_from_the_environment(crm: Database) -> None:
    """Also the password, so that no command line shows it."""
    connection = crm.connect()
    environment = psql_environment(connection, "ada", {"LANG": "C"})

    assert environment["PGOPTIONS"] == "-c role=ada"
    assert environment["PGDATABASE"] == connection.info.dbname
    assert environment["PGPASSWORD"] == connection.info.password
    assert environment["LANG"] == "C"


def test_psql_opens_as_the_person(crm: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tried with a stand-in that tells how it was called, since there is no terminal here."""
    from rls.commands import session

    stand_in = tmp_path / "psql"
    stand_in.write_text(f'#!/bin/sh\necho "$PGOPTIONS $PGDATABASE" > {tmp_path}/called\nexit 3\n', encoding="utf-8")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    code = session._psql(crm.connect(), "ada")

    assert code == 3
    assert (tmp_path / "called").read_text(encoding="utf-8") == f"-c role=ada {crm.name}\n"


@pytest.mark.skipif(PSQL is None, reason="psql is not installed")
def test_the_options_reach_the_server(crm: Database) -> None:
    """The real psql, asked one question."""
    environment = psql_environment(crm.connect(), "ada", os.environ)
    asked = subprocess.run(
        [str(PSQL), "-XAtc", "select current_user"], env=environment, capture_output=True, text=True, check=True
    )

    assert asked.stdout == "ada\n"
