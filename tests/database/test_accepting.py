"""Findings that are meant: off the list as they are, and back where they become more."""

from __future__ import annotations

import json

import psycopg
import pytest

from tests.database.company import open_company
from tests.fixtures.database import Database

VIEW = "create view crm.all_deals as select * from crm.deal"
ACCEPT = ["accept", "view crm.all_deals", "--because", "sums for the board"]


def test_a_finding_is_accepted_as_it_is(database: Database) -> None:
    """Verify is content with what somebody means, until it is something else."""
    connection, _ = open_company(database)
    connection.execute(VIEW)
    assert database.invoke(["verify"]).exit_code == 1

    assert database.invoke(ACCEPT).exit_code == 0
    verified = database.invoke(["verify"])
    assert (verified.exit_code, verified.stdout.splitlines()[-1]) == (0, "Accepted: 1; `rowlock accept` lists them.")
    assert json.loads(database.invoke(["verify", "--json"]).stdout)["accepted"] == 1

    connection.execute("grant select on crm.all_deals to alice")
    assert "; open to alice" in database.invoke(["verify"]).stdout


def test_what_was_accepted_is_listed_and_withdrawn(database: Database) -> None:
    """With who, when and why; the second reason replaces the first."""
    connection, _ = open_company(database)
    connection.execute(VIEW)
    database.invoke([*ACCEPT[:-1], "no reason"])
    database.invoke(ACCEPT)

    (listed,) = json.loads(database.invoke(["accept", "--json"]).stdout)["accepted"]
    assert (listed["object"], listed["because"]) == ("crm.all_deals", "sums for the board")
    assert (listed["accepted_by"],) == connection.execute("select session_user").fetchone()
    assert "sums for the board" in database.invoke(["accept"]).stdout

    assert database.invoke(["accept", "view crm.all_deals", "--withdraw"]).exit_code == 0
    assert database.invoke(["verify"]).exit_code == 1
    assert "nothing was accepted" in database.invoke(["accept"]).stderr


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["view crm.all_deals"], "say why it is meant: --because TEXT"),
        (["view crm.others", "--because", "why not"], 'no finding is called "view crm.others"'),
        (["view crm.all_deals", "--withdraw"], '"view crm.all_deals" was not accepted'),
    ],
)
def test_refused(database: Database, arguments: list[str], said: str) -> None:
    """What there is not is not accepted, and nothing without a reason."""
    connection, _ = open_company(database)
    connection.execute(VIEW)
    result = database.invoke(["accept", *arguments])

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_person_accepts_nothing(database: Database) -> None:
    """Who hides from verify has to be its owner."""
    open_company(database)
    with database.connect("carol") as carol, pytest.raises(psycopg.errors.InsufficientPrivilege):
        carol.execute("insert into rls.accepted (kind, object, what, because) values ('view', 'a', 'b', 'c')")


def test_whoever_deploys_may_be_accepted(database: Database) -> None:
    """A login that applies definitions is a member of the owners, and looks at what it deploys to."""
    connection, _ = open_company(database)
    connection.execute("create role deploy login password 'deploy-secret'; grant crm_owner, crm_rls_owner to deploy")
    assert database.invoke(["verify"]).exit_code == 1

    result = database.invoke(["accept", "membership deploy", "--because", "applies definitions"], user="deploy")
    # verify's two, and doctor's, which say what is reached through them.
    assert (result.exit_code, result.stderr.count("accepted: membership deploy")) == (0, 4)
    assert database.invoke(["verify"], user="deploy").exit_code == 0
    assert database.invoke(["doctor", "--only", "membership"], user="deploy").exit_code == 0
