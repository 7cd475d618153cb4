"""assign, unassign, assignments: what they do, say and refuse; rights follow at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.fixtures.database import Database

DEFINITION = """
entities:
  company: {table: crm.company, owner: owner_id, open: is_open}
roles:
  manager: {permissions: {company: own}}
  auditor: {timed: true, permissions: {company: {read: all}}}
  newcomer: {permissions: {company: {read: own}}}
assignments:
  - {role: newcomer, to: everyone}
"""

STAFF = """
name,department
Ada Wolff,Company/East
Bo Diaz,Company/East/Team
Cy Young,Company/West
"""


class Roles:
    """Assigning roles in a database."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.database = database
        (directory / "rights.yaml").write_text(DEFINITION, encoding="utf-8")
        (directory / "staff.csv").write_text(STAFF.lstrip(), encoding="utf-8")
        self.run("apply", str(directory / "rights.yaml"))
        self.run("people", "sync", "--yes", str(directory / "staff.csv"))
        connection = database.connect()
        connection.execute("insert into crm.person_group (name) values ('Auditors')")
        connection.execute(
            "insert into crm.person_group_member (person_group_id, person_id) "
            "select g.id, p.id from crm.person_group g, crm.person p where p.login = 'cy_young'"
        )

    def run(self, *arguments: str, expected: int = 0) -> Result:
        """Run a command."""
        result = self.database.invoke(list(arguments))
        assert result.exit_code == expected, result.output
        return result

    def holders(self, role: str) -> set[str]:
        """Return who holds a role, as PostgreSQL sees it."""
        query = "select login from crm.person where pg_has_role(login, %s, 'usage')"
        return {login for (login,) in self.database.connect().execute(query, [f"crm_{role}"])}


@pytest.fixture
def roles(database: Database, tmp_path: Path) -> Roles:
    """Give a small company."""
    return Roles(database, tmp_path)


@pytest.mark.parametrize(
    "principal, holders",
    [
        ("ada_wolff", {"ada_wolff"}),
        ("person:bo_diaz", {"bo_diaz"}),
        ("department:Company/East", {"ada_wolff"}),
        ("subdepartments:Company/East", {"ada_wolff", "bo_diaz"}),
        ("subdepartments:Company", {"ada_wolff", "bo_diaz", "cy_young"}),
        ("group:Auditors", {"cy_young"}),
        ("everyone", {"ada_wolff", "bo_diaz", "cy_young"}),
    ],
)
def test_a_role_comes_and_goes(roles: Roles, principal: str, holders: set[str]) -> None:
    """For every kind of principal; a second time nothing happens."""
    full = principal if ":" in principal or principal == "everyone" else f"person:{principal}"
    assert f"{full} now holds manager" in roles.run("assign", "manager", principal).stderr
    assert roles.holders("manager") == holders
    assert "unchanged: manager (held already)" in roles.run("assign", "manager", principal).stderr

    assert f"{full} no longer holds manager" in roles.run("unassign", "manager", principal).stderr
    assert roles.holders("manager") == set()
    assert "unchanged: manager (not held)" in roles.run("unassign", "manager", principal).stderr


def test_a_role_held_twice_is_pointed_out(roles: Roles) -> None:
    """Taking one assignment away may change nothing."""
    roles.run("assign", "manager", "ada_wolff")
    roles.run("assign", "manager", "department:Company/East")

    said = roles.run("unassign", "manager", "ada_wolff").stderr
    assert "still holds manager by another assignment" in said
    assert roles.holders("manager") == {"ada_wolff"}


def test_a_period_needs_a_timed_role(roles: Roles) -> None:
    """Nothing checks the clock for the others."""
    said = roles.run("assign", "manager", "ada_wolff", "--until", "2099-12-31", expected=2).stderr

    assert "write `timed: true` under it in the definitions file" in said
    assert roles.holders("manager") == set()


def test_a_period_is_kept_and_changed(roles: Roles) -> None:
    """A date that ends it is included; another period takes the place of the one before."""
    said = roles.run("assign", "auditor", "ada_wolff", "--from", "2020-01-01", "--until", "2099-12-31").stderr
    assert "from 2020-01-01 00:00" in said
    assert "until 2100-01-01 00:00" in said
    assert (
        "unchanged"
        in roles.run("assign", "auditor", "ada_wolff", "--from", "2020-01-01", "--until", "2099-12-31").stderr
    )

    said = roles.run("assign", "auditor", "ada_wolff", "--until", "2098-06-30T18:00").stderr
    assert "until 2098-06-30 18:00" in said
    assert "(before: from 2020-01-01 00:00" in said
    rows = json.loads(roles.run("assignments", "--role", "auditor", "--json").stdout)["assignments"]
    assert len(rows) == 1
    assert rows[0]["principal"] == "person:ada_wolff"
    assert rows[0]["from"] is None


def test_a_period_counts_for_the_statement_that_runs(roles: Roles) -> None:
    """Before its start and after its end the rows are not there."""
    connection = roles.database.connect()
    connection.execute("insert into crm.company (name) values ('Acme')")
    connection.execute("alter role ada_wolff password 'ada_wolff-secret'")
    ada = roles.database.connect("ada_wolff")

    def seen() -> int:
        row = ada.execute("select count(*) from crm.company").fetchone()
        assert row is not None
        return int(row[0])

    assert seen() == 0
    roles.run("assign", "auditor", "ada_wolff", "--until", "2099-12-31")
    assert seen() == 1
    roles.run("assign", "auditor", "ada_wolff", "--from", "2099-01-01")
    assert seen() == 0


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["manger", "ada_wolff"], 'unknown role "manger"'),
        (["manager", "ada_wolf"], 'no person has the login "ada_wolf"; did you mean "ada_wolff"?'),
        (["manager", "department:East"], 'no department is called "East"; did you mean "Company/East"?'),
        (["manager", "departments:East"], 'unknown kind "departments"'),
        (["manager", "group:"], "needs a name after it"),
        (["manager", "everyone:all"], 'unknown kind "everyone"'),
        (["auditor", "ada_wolff", "--until", "soon"], '"soon" is not a date'),
        (["auditor", "ada_wolff", "--until", "2020-01-01"], "is past"),
        (["auditor", "ada_wolff", "--from", "2099-01-02", "--until", "2098-01-01"], "is not after"),
    ],
)
def test_what_cannot_be_is_explained(roles: Roles, arguments: list[str], message: str) -> None:
    """With the nearest right word, and nothing done."""
    assert message in roles.run("assign", *arguments, expected=2).stderr
    assert roles.holders("manager") == set()


def test_several_mistakes_come_together(roles: Roles) -> None:
    """A wrong role and a wrong person are two lines."""
    said = roles.run("assign", "manger", "ada_wolf", expected=2).stderr

    assert len(said.splitlines()) == 2


def test_what_the_definition_assigns_is_taken_out_there(roles: Roles) -> None:
    """Otherwise the next apply would bring it back."""
    said = roles.run("unassign", "newcomer", "everyone", expected=2).stderr
    assert "take it out there and run `rowlock apply`" in said
    assert "the definitions file assigns it already" in roles.run("assign", "newcomer", "everyone").stderr
    assert "definitions file" in roles.run("assignments").stdout


def test_assignments_by_hand_are_no_drift(roles: Roles) -> None:
    """What `assign` did is meant; verify finds nothing."""
    roles.run("assign", "manager", "subdepartments:Company/East")

    roles.run("verify")


def test_programs_read_what_was_done(roles: Roles) -> None:
    """--json."""
    data = json.loads(roles.run("assign", "auditor", "group:Auditors", "--until", "2099-12-31", "--json").stdout)

    assert data["did"] == "assigned"
    assert data["principal"] == {"kind": "group", "name": "Auditors"}
    assert data["until"].startswith("2100-01-01")
