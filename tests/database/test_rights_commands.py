"""validate, schema, compile, plan, apply, verify as somebody types them: exit codes, lines, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.database.company import ENTITIES, ROLES
from tests.fixtures.database import Database


@pytest.fixture
def rights(tmp_path: Path) -> Path:
    """Return a definitions file."""
    path = tmp_path / "rights.yaml"
    path.write_text(ENTITIES + ROLES, "utf-8")
    return path


def test_from_plan_to_verify(database: Database, rights: Path) -> None:
    """The walk of the help: what would change, change it, nothing left, drift, mend it."""
    planned = database.invoke(["plan", str(rights)])
    checked = database.invoke(["plan", str(rights), "--check"])

    assert planned.exit_code == 0, planned.output
    assert "+ database role crm_manager" in planned.stdout
    assert " to create, 0 to alter, 0 to drop" in planned.stdout
    assert checked.exit_code == 1
    assert database.invoke(["verify"]).exit_code == 2

    applied = database.invoke(["apply", str(rights)])

    assert applied.exit_code == 0, applied.output
    assert applied.stdout == ""
    assert database.invoke(["plan", str(rights), "--check"]).exit_code == 0
    verified = database.invoke(["verify"])
    assert (verified.exit_code, verified.stdout) == (0, "Nothing to do: the database is as the definition wants it.\n")

    database.connect().execute("alter table crm.deal no force row level security; grant crm_head to crm_manager")
    drifted = database.invoke(["verify"])

    assert drifted.exit_code == 1
    assert drifted.stdout.splitlines()[:2] == [
        "~ row security of crm.deal: policies do not hold, for everybody or for the table's owner [rowlock apply]",
        "~ membership revoke crm_head: crm_manager: not as assigned [rowlock apply]",
    ]
    assert database.invoke(["apply", str(rights)]).exit_code == 0
    assert database.invoke(["verify"]).exit_code == 0


def test_a_policy_of_somebody_else(database: Database, rights: Path) -> None:
    """It is reported and left alone, also by apply; verify says so by its exit code."""
    database.invoke(["apply", str(rights)])
    connection = database.connect()
    connection.execute("create policy theirs on crm.deal for select to public using (true)")
    line = (
        "! foreign policy theirs on crm.deal (permissive for select to public):"
        " not ours, left alone; it may let rows through"
    )

    verified = database.invoke(["verify"])
    found = (
        "! policy theirs on crm.deal: is not Rowlock's (permissive for select to public):"
        " it may let rows through, or hide some [drop policy theirs on crm.deal;]"
    )
    assert (verified.exit_code, verified.stdout.splitlines()[0]) == (1, found)
    planned = database.invoke(["plan", str(rights)])
    assert planned.exit_code == 0
    assert line in planned.stdout
    applied = database.invoke(["apply", str(rights)])
    assert applied.exit_code == 0
    assert line in applied.stderr
    assert connection.execute("select count(*) from pg_policy where polname = 'theirs'").fetchone() == (1,)
    told = json.loads(database.invoke(["verify", "--json"]).stdout)
    assert told["foreign"]
    assert [each["statement"] for each in told["findings"]] == ["drop policy theirs on crm.deal"]


def test_json_for_programs(database: Database, rights: Path) -> None:
    """One document on stdout, nothing else."""
    plan = json.loads(database.invoke(["plan", str(rights), "--json"]).stdout)
    applied = json.loads(database.invoke(["apply", str(rights), "--json"]).stdout)
    verified = json.loads(database.invoke(["verify", "--json"]).stdout)

    assert not plan["empty"]
    assert {change["action"] for change in plan["changes"]} == {"create"}
    assert all(change["sql"] for change in plan["changes"])
    assert applied["schema_version"] == plan["schema_version"] == 1
    assert verified["empty"]
    assert verified["changes"] == verified["foreign"] == verified["membership_drift"] == []


def test_compiled_sql_runs_in_psql(database: Database, rights: Path) -> None:
    """The same bytes each time, one transaction, nothing run by compiling."""
    one, two = (database.invoke(["compile", str(rights)]) for _ in range(2))

    assert one.exit_code == 0, one.output
    assert one.stdout == two.stdout
    assert one.stdout.startswith("begin;\n")
    assert one.stdout.endswith("commit;\n")
    connection = database.connect()
    assert connection.execute("select count(*) from rls.role").fetchone() == (0,)
    connection.execute(one.stdout.encode())
    assert connection.execute("select count(*) from rls.role").fetchone() == (3,)


def test_the_sql_of_a_plan(database: Database, rights: Path) -> None:
    """What apply would run."""
    planned = database.invoke(["plan", str(rights), "--sql"])

    assert "create policy manager_reads on" in planned.stdout.replace('"', "")
    assert database.connect().execute("select count(*) from rls.role").fetchone() == (0,)


WRONG = {
    "a table": ("table: crm.lead", "table: crm.led", 'no table crm.led; did you mean "crm.lead"?'),
    "a column": ("owner: owner_id", "owner: owned_by", 'no column owned_by; did you mean "owner_id"?'),
    "a flag": ("open: is_open", "open: title", "is text; it must be boolean"),
}


@pytest.mark.parametrize("command", ["plan", "apply", "compile"])
@pytest.mark.parametrize("right, wrong, message", WRONG.values(), ids=WRONG)
def test_what_the_database_does_not_have(
    database: Database, rights: Path, command: str, right: str, wrong: str, message: str
) -> None:
    """One line, exit 2, nothing done."""
    rights.write_text(rights.read_text("utf-8").replace(right, wrong, 1).partition("  activity")[0] + ROLES, "utf-8")
    result = database.invoke([command, str(rights)])

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert database.connect().execute("select count(*) from rls.role").fetchone() == (0,)


@pytest.mark.parametrize("command", ["plan", "apply", "compile", "validate"])
def test_a_file_that_is_wrong(database: Database, rights: Path, command: str) -> None:
    """Exit 1, with file and line."""
    rights.write_text(rights.read_text("utf-8").replace("deal: own", "deal: owned", 1), "utf-8")
    result = database.invoke([command, str(rights)])

    assert (result.exit_code, result.stdout) == (1, "")
    assert "rights.yaml:" in result.stderr
    assert '"own"' in result.stderr


@pytest.mark.parametrize("command", ["plan", "apply", "verify"])
def test_where_rowlock_is_not_installed(empty_database: Database, rights: Path, command: str) -> None:
    """One line that says what to do."""
    result = empty_database.invoke([command] if command == "verify" else [command, str(rights)])

    assert (result.exit_code, result.stdout) == (2, "")
    assert "run `rowlock init` there first" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["plan", "apply", "verify"])
def test_an_ordinary_login(database: Database, rights: Path, command: str) -> None:
    """One line that says whom it takes."""
    database.connect().execute("create role alice login password 'alice-secret'")
    result = database.invoke([command] if command == "verify" else [command, str(rights)], user="alice")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "permission denied for schema rls: connect as a superuser" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_without_a_database(tmp_path: Path, database: Database, rights: Path) -> None:
    """Validate and schema need none."""
    assert database.invoke(["validate", str(rights)]).exit_code == 0
    assert json.loads(database.invoke(["schema"]).stdout)["$schema"]
    missing = database.invoke(["validate", str(tmp_path / "nothing.yaml")])
    assert missing.exit_code in (1, 2)
    assert len(missing.stderr.splitlines()) == 1


def test_the_shipped_definition(standard_database: Database) -> None:
    """Without a file it is the one Rowlock ships."""
    assert standard_database.invoke(["plan", "--check"]).exit_code == 0
    assert standard_database.invoke(["verify"]).exit_code == 0
