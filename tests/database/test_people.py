"""People sync against a real server: logins, passwords, roles that are not ours, dismissal, convergence."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from click.testing import Result

from rls.organisation import hiring
from tests.database.organisations import check_derived
from tests.fixtures.database import Database

STAFF = """
name,email,department,head,roles
Ada Wolff,ada@example.com,Company,,executive
Bo Diaz,,Company/East,Cy Young,manager
Dee Low,,Company/East;Company/West,,manager
"""


class People:
    """People sync in a database, over files of a test."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.database = database
        self.directory = directory

    def file(self, text: str = STAFF, name: str = "staff.csv") -> str:
        """Write a file."""
        path = self.directory / name
        path.write_text(text.lstrip(), encoding="utf-8")
        return str(path)

    def sync(self, *options: str, text: str = STAFF) -> Result:
        """Sync one file."""
        return self.database.invoke(["people", "sync", self.file(text), *options])

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return what a query of the administrator gives."""
        return self.database.connect().execute(query.encode()).fetchall()

    def drift(self) -> list[tuple[object, ...]]:
        """Return memberships that are not what the organisation says."""
        return self.rows("select role::text, member::text, drift from rls.membership_drift()")


@pytest.fixture
def people(standard_database: Database, tmp_path: Path) -> People:
    """Give a database with roles and nobody in it."""
    return People(standard_database, tmp_path)


def test_a_plan_changes_nothing(people: People) -> None:
    """--check says by its exit code whether something would change."""
    assert people.sync("--dry-run").exit_code == 0
    result = people.sync("--check")

    assert result.exit_code == 1
    assert "+ person ada_wolff (Ada Wolff)" in result.stdout
    assert "Plan: 19 to add, 1 to change, 0 to take away." in result.stderr
    assert people.rows("select from crm.person") == []


def test_sync_converges(people: People) -> None:
    """What was synced is in sync; a change by hand is found and mended."""
    assert people.sync("--yes").exit_code == 0
    assert people.sync("--check").exit_code == 0
    assert people.drift() == []

    people.rows("delete from crm.department_member returning 1")
    people.rows("update crm.person set email = 'a@x' where login = 'ada_wolff' returning 1")
    result = people.sync("--check")
    assert result.exit_code == 1
    assert '~ person ada_wolff: email "a@x" → "ada@example.com"' in result.stdout
    assert "+ dee_low in Company/West" in result.stdout

    assert people.sync("--yes").exit_code == 0
    assert people.sync("--check").exit_code == 0
    assert people.drift() == []


def test_people_hold_what_they_are_assigned(people: People) -> None:
    """Memberships follow in the same transaction."""
    people.sync("--yes")

    query = "select pg_has_role('bo_diaz', 'crm_manager', 'usage'), pg_has_role('bo_diaz', 'crm_executive', 'usage')"
    assert people.rows(query) == [(True, False)]


def test_passwords_are_generated_once_and_work(people: People) -> None:
    """Over the network, from a file only its owner may read."""
    file = people.directory / "passwords.csv"
    result = people.sync("--yes", "--logins", "scram", "--passwords", str(file))

    assert result.exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    passwords = {row["login"]: row["password"] for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())}
    assert sorted(passwords) == ["ada_wolff", "bo_diaz", "cy_young", "dee_low"]
    for login, password in passwords.items():
        assert password not in result.output
        row = people.database.connect(login, password).execute("select session_user::text").fetchone()
        assert row == (login,)
    with pytest.raises(psycopg.OperationalError):
        people.database.connect("bo_diaz", passwords["ada_wolff"])
    assert people.sync("--check", "--logins", "scram").exit_code == 0


def test_the_server_never_reads_a_password(people: People) -> None:
    """Only the SCRAM verifier is sent: whatever is logged holds no password."""
    file = people.directory / "passwords.csv"
    people.sync("--yes", "--logins", "scram", "--passwords", str(file))

    stored = people.rows("select rolpassword from pg_authid where rolname = 'bo_diaz'")
    assert str(stored[0][0]).startswith("SCRAM-SHA-256$4096:")
    from rls.organisation.applying import verifier

    made = verifier(people.database.connect(), "bo_diaz", "secret")
    assert made.startswith("SCRAM-SHA-256$4096:")
    assert "secret" not in made


def test_logins_without_a_password_get_one_later(people: People) -> None:
    """Nobody who has one gets another."""
    people.sync("--yes")
    file = people.directory / "passwords.csv"

    result = people.sync("--yes", "--logins", "scram", "--passwords", str(file))
    assert "~ login bo_diaz: a password" in result.stdout
    assert "Nothing to do" in people.sync("--yes", "--logins", "scram").output


def test_a_passwords_file_is_never_overwritten(people: People) -> None:
    """Nothing is done, rather than losing the passwords of before."""
    file = people.directory / "passwords.csv"
    file.write_text("mine", encoding="utf-8")

    result = people.sync("--yes", "--logins", "scram", "--passwords", str(file))
    assert result.exit_code == 2
    assert "name another" in result.stderr
    assert file.read_text(encoding="utf-8") == "mine"
    assert people.rows("select from crm.person") == []


def test_passwords_nobody_would_see_are_refused(people: People) -> None:
    """Neither a file nor a terminal."""
    result = people.sync("--yes", "--logins", "scram")

    assert result.exit_code == 2
    assert "--passwords FILE" in result.stderr
    assert people.rows("select from crm.person") == []


def test_without_a_terminal_nobody_can_confirm(people: People) -> None:
    """A job must say --yes."""
    result = people.sync()

    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert people.rows("select from crm.person") == []


def test_roles_that_are_not_ours_are_left_alone(people: People) -> None:
    """All are named, before anything is done."""
    connection = people.database.connect()
    connection.execute("create role ada_wolff login")
    connection.execute("create role bo_diaz superuser")
    connection.execute("create role dee_low; grant dee_low to ada_wolff")

    result = people.sync("--yes", "--adopt", "bo_diaz", "--adopt", "dee_low")

    assert result.exit_code == 2
    assert "login ada_wolff: this database role exists and is not a person of ours: --adopt ada_wolff" in result.stderr
    assert "login bo_diaz: this database role is a superuser" in result.stderr
    assert "login dee_low: this database role has members" in result.stderr
    assert people.rows("select from crm.person") == []


def test_a_role_is_adopted(people: People) -> None:
    """When asked for by name; what it owns and has stays."""
    people.database.connect().execute("create role ada_wolff password 'SCRAM-SHA-256$4096:c2FsdA==$a:b'")

    result = people.sync("--yes", "--adopt", "ada_wolff")

    assert result.exit_code == 0
    assert "+ adopt database role ada_wolff" in result.stdout
    assert people.rows("select rolcanlogin, rolsuper from pg_roles where rolname = 'ada_wolff'") == [(True, False)]
    assert people.sync("--check").exit_code == 0
    assert "no file makes a person" in people.sync("--adopt", "ada_wolff").stderr


def test_a_person_who_became_superuser_is_found(people: People) -> None:
    """No policy would bind them."""
    people.sync("--yes")
    people.database.connect().execute("alter role bo_diaz bypassrls")

    result = people.sync("--check")
    assert result.exit_code == 2
    assert "login bo_diaz: this database role bypasses row security" in result.stderr


def test_dismissal_ends_everything_at_once(people: People) -> None:
    """The login, the sessions, the roles; records and departments stay."""
    people.sync("--yes")
    people.database.connect().execute("alter role bo_diaz password 'bo_diaz-secret'")
    session = people.database.connect("bo_diaz")
    text = STAFF.replace("Bo Diaz,,Company/East,Cy Young,manager\n", "Fay Orr,,Company/East,Cy Young,manager\n")

    reported = people.sync("--yes", text=text)
    assert "! person bo_diaz (Bo Diaz) is in no file: left alone" in reported.stderr
    session.execute("select 1")
    dismissed = people.sync("--yes", "--dismiss-missing", text=text)

    assert "- person bo_diaz: dismissed" in dismissed.stdout
    assert "1 session ended" in dismissed.stderr
    with pytest.raises(psycopg.OperationalError):
        session.execute("select 1")
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        people.database.connect("bo_diaz")
    assert people.rows("select pg_has_role('bo_diaz', 'crm_manager', 'member')") == [(False,)]
    query = "select is_active, dismissed_at is not null from crm.person where login = 'bo_diaz'"
    assert people.rows(query) == [(False, True)]
    member = "select from crm.department_member join crm.person on id = person_id where login = 'bo_diaz'"
    assert len(people.rows(member)) == 1
    assert people.drift() == []
    assert people.sync("--check", text=text).exit_code == 0


def test_who_comes_back_gets_everything_back(people: People) -> None:
    """Assignments were kept."""
    people.sync("--yes")
    people.sync(
        "--yes",
        text=STAFF.replace("name,", "active,name,")
        .replace("\nBo", "\nno,Bo")
        .replace("\nA", "\nyes,A")
        .replace("\nDee", "\nyes,Dee"),
    )
    assert people.rows("select rolcanlogin from pg_roles where rolname = 'bo_diaz'") == [(False,)]

    people.sync("--yes")

    assert people.rows("select rolcanlogin from pg_roles where rolname = 'bo_diaz'") == [(True,)]
    assert people.rows("select pg_has_role('bo_diaz', 'crm_manager', 'usage')") == [(True,)]


def test_a_bad_file_changes_nothing(people: People) -> None:
    """Every bad row at once, with file, line and character."""
    result = people.sync("--yes", text="name,login,roles\nAda,ada,manger\nBo,Bo,\n,,\nCy\n")

    assert result.exit_code == 2
    assert "staff.csv:2:9 roles: unknown role" in result.stderr
    assert 'did you mean "manager"' in result.stderr
    assert "staff.csv:3:4 login" in result.stderr
    assert "staff.csv:5: 1 values under 3 column names" in result.stderr
    assert people.rows("select from crm.person") == []


def test_a_failing_sync_leaves_nothing(people: People) -> None:
    """Neither logins nor the passwords of a sync that did not happen."""
    connection = people.database.connect()
    connection.execute("alter table crm.person add constraint nobody check (name <> 'Dee Low')")
    file = people.directory / "passwords.csv"

    result = people.sync("--yes", "--logins", "scram", "--passwords", str(file))

    assert result.exit_code == 2
    assert not file.exists()
    assert people.rows("select from pg_roles where rolname = 'ada_wolff'") == []


def test_what_changed_meanwhile_stops_the_sync(people: People) -> None:
    """Nothing happens that was not shown."""
    from rls.errors import PlanError
    from rls.installed import installed
    from rls.organisation import sync

    connection = people.database.connect()
    installation = installed(connection)
    reading = sync.read_files([Path(people.file())], {}, installation)
    planned = sync.plan(connection, installation, reading, sync.Options())
    people.rows("insert into crm.department (name) values ('Company') returning 1")

    with pytest.raises(PlanError, match="look at the plan again"):
        sync.run(connection, installation, reading, sync.Options(), planned)
    assert people.rows("select from crm.person") == []


def test_a_key_that_is_somebody_elses(people: People) -> None:
    """Also of somebody without a login."""
    people.rows("insert into crm.person (name, key) values ('Old', '17') returning 1")

    result = people.sync("--yes", text="login,name,key\nada,Ada,17\n")
    assert result.exit_code == 2
    assert 'key "17" is that of Old (who has no login) already' in result.stderr


def test_people_are_listed(people: People) -> None:
    """For people and for programs."""
    people.sync("--yes")
    people.sync("--yes", text="login,groups\ncy_young,Auditors;Board\n")
    people.sync("--yes", text="login,groups\ncy_young,Auditors\n")
    assert people.drift() == []

    text = people.database.invoke(["people", "list", "east", "manager"]).stdout
    assert "bo_diaz" in text
    assert "ada_wolff" not in text
    data = json.loads(people.database.invoke(["people", "list", "--json", "cy"]).stdout)
    assert data["people"] == [
        {
            "login": "cy_young",
            "name": "Cy Young",
            "departments": ["Company/East"],
            "heads": ["Company/East"],
            "groups": ["Auditors"],
            "roles": [],
            "active": True,
        }
    ]


def test_a_dba_without_superuser(empty_database: Database, tmp_path: Path) -> None:
    """Who owns the database and may create roles can do it all, save what only superusers may, which is said."""
    admin = empty_database.connect()
    admin.execute("create role dba login createrole password 'dba-secret'")
    admin.execute(f"alter database {empty_database.name} owner to dba")
    file = tmp_path / "staff.csv"
    file.write_text("login,name\nada,Ada\nbo,Bo\n", encoding="utf-8")

    def rowlock(*arguments: str) -> Result:
        result = empty_database.invoke(list(arguments), user="dba")
        assert result.exit_code == 0, result.output
        return result

    rowlock("init", "--no-crm", "--organisation", "staff", "--prefix", "shop_")
    rowlock("people", "sync", str(file), "--yes", "--logins", "scram", "--passwords", str(tmp_path / "passwords.csv"))
    assert "Nothing to do" in rowlock("people", "sync", str(file), "--check", "--logins", "scram").stderr

    admin.execute("alter role bo password 'bo-secret'")
    session = empty_database.connect("bo")
    file.write_text("login\nada\n", encoding="utf-8")
    said = rowlock("people", "sync", str(file), "--yes", "--dismiss-missing").stderr
    assert "1 session of dismissed people go on, without rights" in said
    session.execute("select 1")
    assert admin.execute("select rolcanlogin from pg_roles where rolname = 'bo'").fetchone() == (False,)


def answered(people: People, *arguments: str, answer: str) -> tuple[int, str]:
    """Run the command at a terminal, give *answer* when it asks, and return exit code and everything shown."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, **people.database.environment(), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "rls", *arguments]
    with subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, f"{answer}\n".encode())
        shown = b""
        while True:
            try:
                shown += os.read(ours, 4096)
            except OSError:
                break
    os.close(ours)
    return process.returncode, shown.decode().replace("\r", "")


def test_at_a_terminal_it_asks_and_shows_passwords_once(people: People) -> None:
    """No leaves everything as it is; the passwords shown work."""
    arguments = ["people", "sync", people.file("login,name\nada,Ada\n"), "--logins", "scram"]

    code, shown = answered(people, *arguments, answer="n")
    assert (code, "Do this? [y/N]" in shown, "nothing was done" in shown) == (2, True, True)
    assert people.rows("select from crm.person") == []

    code, shown = answered(people, *arguments, answer="y")
    assert code == 0
    (password,) = re.findall(r"ada  (\w{20})\n", shown)
    people.database.connect("ada", password)


def test_the_examples_of_the_docs_work(people: People) -> None:
    """And their plan is as long as it says."""
    text = (Path(__file__).parents[2] / "docs" / "people.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    (tree,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (plan,) = re.findall(r"^Plan: .*$", text, re.MULTILINE)

    assert plan in people.sync("--yes", text=table).stderr
    result = people.database.invoke(["people", "sync", people.file(tree, "staff.yaml"), "--yes"])
    assert result.exit_code == 0
    assert "~ person" not in result.stdout
    assert "+ dee_low in Company/East" in result.stdout


def test_two_thousand_people_are_synced_in_seconds(people: People) -> None:
    """Each kind of change is one statement, whatever the number of people."""
    rows = [f"p{number},Person {number},Company/Office {number % 20}/Team {number % 200}" for number in range(2000)]
    text = "login,name,department\n" + "\n".join(rows) + "\n"

    assert people.sync("--yes", text=text).exit_code == 0
    assert people.rows("select count(*) from crm.department_member") == [(2000,)]
    assert people.sync("--check", text=text).exit_code == 0


def test_very_many_new_people_are_made_in_advance(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the slice and without anything; where it breaks off nobody has gained, and the next sync goes on."""
    monkeypatch.setattr(hiring, "LARGEST", 2)
    options = "--yes", "--logins", "scram", "--passwords", str(people.directory / "passwords.csv")
    administrator = people.database.connect()
    administrator.execute("alter table crm.department add constraint not_yet check (name <> 'West')")
    assert people.sync(*options).exit_code == 2

    state = "select is_active, rolcanlogin, rolpassword is null from crm.person join pg_authid on rolname = login"
    assert people.rows(state) == 3 * [(False, False, True)], "whoever is only mentioned is not among them"
    assert people.rows("select from crm.department_member") == people.rows("select from rls.reach") == []
    assert people.drift() == []

    administrator.execute("alter table crm.department drop constraint not_yet")
    assert people.sync(*options).exit_code == 0
    assert people.rows(state) == 4 * [(True, True, False)]

    more = STAFF + "".join(f"New {number},,Company/East,,manager\n" for number in range(7))
    Path(options[-1]).unlink()
    assert people.sync(*options, text=more).exit_code == 0
    assert people.rows(state) == 11 * [(True, True, False)]
    assert people.sync("--check", "--logins", "scram", text=more).exit_code == 0
    check_derived(administrator)


def test_numbers_follow_departments(people: People) -> None:
    """Whom one reaches is an array from the lowest number to the highest: colleagues' are next to each other."""
    text = "login,name,department\n" + "".join(f"p{number},P,Team {number % 3}\n" for number in range(9))
    assert people.sync("--yes", text=text).exit_code == 0
    assert people.rows("select cardinality(department_reached) from rls.team") == 3 * [(3,)]
