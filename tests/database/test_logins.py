"""Passwords and limits of people's logins, as the server enforces them."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from click.testing import Result

from tests.database.company import assign, hire, open_company, unassign
from tests.fixtures.database import Database


@pytest.fixture
def company(database: Database) -> psycopg.Connection:
    """Give an administrator of a company: alice manages, bob heads, carol directs, dave has no role."""
    connection, _ = open_company(database)
    for login, role in (("alice", "manager"), ("bob", "head"), ("carol", "director")):
        assign(connection, role, login)
    return connection


@pytest.fixture
def staff(database: Database) -> psycopg.Connection:
    """Give an administrator of the same people, before any role is defined."""
    connection = database.connect()
    hire(connection)
    return connection


def people(database: Database, *arguments: str) -> Result:
    """Run ``rowlock people`` and expect it to work."""
    result = database.invoke(["people", *arguments])
    assert result.exit_code == 0, result.output
    return result


def shown(database: Database, login: str, setting: str) -> str:
    """Return a setting as a new session of the person's has it."""
    with psycopg.connect(database.url, user=login, password=f"{login}-secret") as session:
        ((value,),) = session.execute("select current_setting(%s)", [setting]).fetchall()
    return str(value)


def logs_in(database: Database, login: str, password: str) -> bool:
    """Say whether the server lets the person in."""
    try:
        psycopg.connect(database.url, user=login, password=password).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" not in str(error):
            raise
        return False
    return True


def test_the_most_generous_of_a_persons_roles_counts(database: Database, company: psycopg.Connection) -> None:
    """Everyone's only where no role says any; 0 is no limit at all."""
    assign(company, "head", "alice")
    people(database, "limit", "everyone", "--statement-timeout", "1min", "--idle-in-transaction", "10min")
    people(database, "limit", "manager", "--statement-timeout", "30s")
    people(database, "limit", "head", "--statement-timeout", "5min")
    people(database, "limit", "director", "--statement-timeout", "0")

    timeouts = {login: shown(database, login, "statement_timeout") for login in ("alice", "bob", "carol", "dave")}
    assert timeouts == {"alice": "5min", "bob": "5min", "carol": "0", "dave": "1min"}
    assert shown(database, "carol", "idle_in_transaction_session_timeout") == "10min"


@pytest.mark.usefixtures("company")
def test_a_statement_over_the_limit_is_ended(database: Database) -> None:
    """And a session over the number of connections refused."""
    people(database, "limit", "manager", "--statement-timeout", "1ms", "--connections", "1")
    alice = database.connect("alice")

    with pytest.raises(psycopg.errors.QueryCanceled):
        alice.execute("select count(*) from generate_series(1, 10000000)")
    with pytest.raises(psycopg.OperationalError, match='too many connections for role "alice"'):
        database.connect("alice")
    assert shown(database, "bob", "statement_timeout") == "0"


def test_drift_is_seen_and_mended(database: Database, company: psycopg.Connection) -> None:
    """What somebody set by hand on a login, and what another role means."""
    people(database, "limit", "everyone", "--connections", "3")
    people(database, "limit", "head", "--statement-timeout", "1h")
    assert database.invoke(["verify"]).exit_code == 0
    company.execute("alter role alice connection limit 100")
    assign(company, "head", "dave")
    unassign(company, "head", "bob")
    found = database.invoke(["verify"])

    assert found.exit_code == 1
    assert "login alice: connections: 100, should be 3" in found.stdout
    assert 'ALTER ROLE "alice"'.lower() in found.stdout
    assert "login dave: statement_timeout: none, should be 1h" in found.stdout
    assert "login bob: statement_timeout: 1h, should be none" in found.stdout
    assert people(database, "limits").stdout.count("~ login") == 3
    people(database, "limits", "--mend")
    assert "~ login" not in people(database, "limits").stdout
    assert database.invoke(["verify"]).exit_code == 0


def test_limits_are_taken_away(database: Database, company: psycopg.Connection) -> None:
    """Logins lose what was stated and nobody states any more; what never was stated is not touched."""
    people(database, "limit", "manager", "--statement-timeout", "1min", "--connections", "2")
    company.execute("alter role carol set statement_timeout = '9s'")
    people(database, "limit", "manager", "--none")

    assert shown(database, "alice", "statement_timeout") == "0"
    assert company.execute("select rolconnlimit from pg_roles where rolname = 'alice'").fetchall() == [(-1,)]
    assert shown(database, "carol", "statement_timeout") == "9s"


def test_sync_gives_new_people_their_limits(database: Database, company: psycopg.Connection, tmp_path: Path) -> None:
    """In the same run."""
    people(database, "limit", "everyone", "--connections", "4")
    file = tmp_path / "people.csv"
    file.write_text("name,roles\nErin Fox,manager\n", "utf-8")
    people(database, "sync", str(file), "--yes")

    assert company.execute("select rolconnlimit from pg_roles where rolname = 'erin_fox'").fetchall() == [(4,)]


MISTAKES = {
    'unknown role "managr"': ["limit", "managr", "--connections", "1"],
    "is no duration": ["limit", "manager", "--statement-timeout", "soon"],
    "say a limit, or --none alone": ["limit", "manager"],
    'no active person has the login "alic"': ["password", "alic", "--passwords", "x"],
    'no active person has the login "postgres"': ["password", "postgres", "--passwords", "x"],
    "nobody would see the generated passwords": ["password", "alice"],
    "--keep without --valid-until": ["password", "alice", "--keep"],
    "--prompt needs a terminal": ["password", "alice", "--prompt"],
    "is not a date": ["password", "alice", "--keep", "--valid-until", "soon"],
}


@pytest.mark.usefixtures("company")
def test_mistakes_are_explained(database: Database) -> None:
    """Nothing is done."""
    for message, arguments in MISTAKES.items():
        result = database.invoke(["people", *arguments])
        assert (result.exit_code, message in result.stderr) == (2, True), result.output

    assert logs_in(database, "alice", "alice-secret")


@pytest.mark.usefixtures("staff")
def test_a_new_password(database: Database, tmp_path: Path) -> None:
    """The old one is good no more; it goes to a file once, and as a verifier to the server."""
    file = tmp_path / "password.csv"
    result = people(database, "password", "alice", "--passwords", str(file))
    password = file.read_text("utf-8").split(",")[-1].strip()

    assert file.stat().st_mode & 0o777 == 0o600
    assert password not in result.output
    assert logs_in(database, "alice", password)
    assert not logs_in(database, "alice", "alice-secret")


@pytest.mark.usefixtures("staff")
def test_people_change_their_own_password_and_nobody_elses(database: Database) -> None:
    """As psql does it for them: the verifier is made on the person's side."""
    alice = database.connect("alice")
    verifier = alice.pgconn.encrypt_password(b"mine", b"alice", b"scram-sha-256").decode()
    alice.execute(f"alter role alice password '{verifier}'")

    assert logs_in(database, "alice", "mine")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        alice.execute(f"alter role bob password '{verifier}'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        alice.execute("alter role alice valid until 'infinity'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        alice.execute("alter role alice connection limit 100")


@pytest.mark.usefixtures("company")
def test_people_may_set_their_own_timeouts_and_it_shows(database: Database) -> None:
    """PostgreSQL lets everybody: timeouts are against mistakes, connections are a limit."""
    people(database, "limit", "manager", "--statement-timeout", "1min")
    database.connect("alice").execute("alter role alice set statement_timeout = 0")

    assert "login alice: statement_timeout: 0, should be 1min" in database.invoke(["verify"]).stdout


@pytest.mark.usefixtures("staff")
def test_a_password_ends(database: Database) -> None:
    """Over: refused like a wrong one; kept and given time again, it works."""
    people(database, "password", "alice", "--keep", "--valid-until", "2020-01-31")
    assert not logs_in(database, "alice", "alice-secret")

    people(database, "password", "alice", "--keep", "--valid-until", "2999-01-31")
    assert logs_in(database, "alice", "alice-secret")
    people(database, "password", "alice", "--keep", "--valid-until", "never")
    assert logs_in(database, "alice", "alice-secret")


def test_who_is_above_the_rights_gets_no_password(database: Database, staff: psycopg.Connection) -> None:
    """Somebody made a person's login a superuser."""
    staff.execute("alter role dave superuser")
    result = database.invoke(["people", "password", "dave", "--passwords", "x"])

    assert result.exit_code == 2
    assert "dave is above the rights" in result.stderr
