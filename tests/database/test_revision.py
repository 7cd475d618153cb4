"""Revisions of rights: written from the plan, upgraded in phases, taken back exactly; mixed with apply."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.util import CommandError

from rls import revising
from rls.definition.model import Definition
from rls.errors import PlanError
from rls.names import Installation
from rls.plan import Patience, apply_in_phases, deploy, make_plan
from rls.revising.running import run
from rls.state.catalog import pin, read_state
from rls.state.objects import State
from tests.database.alembic_project import Project, replaced
from tests.database.company import assign, column, deals, definition, hire
from tests.database.test_phases import Killing, locked
from tests.fixtures.database import Database

ENTITIES = """
entities:
  deal: {table: crm.deal, owner: owner_id, open: is_open, stage: stage, stages: [prospecting, engaging, won, lost]}
  product: {table: crm.product}
"""

BEFORE = """
roles:
  manager: {permissions: {deal: own}}
  head: {timed: true, permissions: {deal: {read: subdepartments}}}
assignments: [{role: manager, to: everyone}, {role: head, to: {department: Company}}]
"""
LEVELS = BEFORE.replace("{deal: own}", "{deal: {read: all, update: own}}")
ROLES = """
roles:
  manager: {permissions: {deal: {read: department}, product: all}}
  auditor: {description: "looks, and says \\"\\"\\" \\\\ '", permissions: {deal: {read: all}}}
assignments: [{role: auditor, to: {person: carol}}, {role: manager, to: {department: Company/East}}]
"""

EVERYBODYS = ["alice", "bob", "carol", "dave"]

HELD = "select * from rls.assignment order by id"
APPLIED = "select * from rls.applied order by kind, identity"
MEMBERS = """
select roleid::regrole::text, member::regrole::text from pg_auth_members
where roleid::regrole::text ~ '^crm_' order by 1, 2
"""


def standing(roles: str) -> Definition:
    """Return the definition of two entities and *roles*."""
    return definition(ENTITIES, roles)


def found(database: Database) -> None:
    """Hire everybody, put the first rights in force, give each person a deal."""
    connection = database.connect()
    hire(connection)
    deploy(connection, standing(BEFORE))
    connection.execute("insert into crm.deal (owner_id, title) select id, login from crm.person")


@pytest.fixture
def project(database: Database, tmp_path: Path) -> Project:
    """Return a team's project for the company under its first rights."""
    found(database)
    made = Project(tmp_path, database)
    made.configure()
    return made


def state(connection: psycopg.Connection[Any]) -> State:
    """Return all rights in force."""
    with connection.transaction():
        pin(connection)
        return read_state(connection, State(), Installation()).state


def everything(database: Database) -> list[Any]:
    """Return all there is to a database's rights: state, what is recorded, who holds what, who sees what."""
    connection = database.connect()
    rows = [connection.execute(query).fetchall() for query in (HELD, APPLIED, MEMBERS)]
    digest = column(connection, "select definition_digest from rls.installation")
    return [state(connection), *rows, digest, [seen(database, login) for login in EVERYBODYS]]


def seen(database: Database, login: str) -> list[str]:
    """Return the deals a person sees."""
    with database.connect(login) as person:
        try:
            return deals(person)
        except psycopg.errors.InsufficientPrivilege:
            return []


def verified(database: Database) -> int:
    """Return the exit code of ``rowlock verify``."""
    return database.invoke(["verify"]).exit_code


@pytest.mark.parametrize("after", [LEVELS, ROLES], ids=["levels", "roles"])
def test_up_and_down(project: Project, after: str) -> None:
    """After the upgrade it is as after apply; after the downgrade as if nothing had been; and once more."""
    database, connection = project.database, project.database.connect()
    assign(connection, "head", "dave")
    connection.execute("update rls.assignment set created_by = 'dave' where not from_definition")
    before = everything(database)

    path = project.written(standing(after))
    assert everything(database) == before, "writing changes nothing"
    project.upgrade()
    upgraded = everything(database)

    assert upgraded != before
    assert verified(database) == 0
    assert make_plan(connection, standing(after)).empty
    assert f"revision {path.name[:12]}" in database.invoke(["history"]).stdout
    project.downgrade()
    assert everything(database) == before
    assert verified(database) == 0
    assert make_plan(connection, standing(BEFORE)).empty
    project.upgrade()
    assert state(connection) == upgraded[0]
    assert column(connection, "select version_num from team_version") == [path.name[:12]]


def test_what_a_reviewer_reads(project: Project) -> None:
    """Levels, people and rows, locks; the definitions as lines that go and come; each change with its risk."""
    result = project.revise(standing(LEVELS), message='managers "read" all')
    text = Path(result.stdout.strip()).read_text("utf-8")
    docstring = text.split('"""')[1]

    assert result.stdout.strip().endswith("_managers_read_all.py")
    assert docstring.startswith('managers "read" all\n\nRevision ID: ')
    assert "manager: deal read own → all (opens)" in docstring
    assert "Alice" in docstring
    assert "locks no table." in docstring
    assert "\n-       deal: {read: own, create: own" in text
    assert "\n+       deal: {read: all, update: own}" in text
    assert "# changes: ~ function rls.manager_reads(crm.deal)" in text
    assert max(map(len, text.split("definition=", maxsplit=1)[0].splitlines())) <= 120


@pytest.mark.parametrize("after", [LEVELS, ROLES, "roles: {}"], ids=["levels", "roles", "nothing"])
def test_the_file_says_what_the_plan_does(project: Project, after: str) -> None:
    """Changes and definitions come back from the text as they went in."""
    wanted = standing(after)
    plan = make_plan(project.database.connect(), wanted)

    rights = project.rights(project.written(wanted))

    assert (rights.upgrade.before, rights.upgrade.after) == (standing(BEFORE), wanted)
    assert (rights.downgrade.before, rights.downgrade.after) == (wanted, standing(BEFORE))
    stated = [change.after or change.before for change in rights.changes]
    planned = [change.object for change in plan.changes if change.object.kind != "assignment"]
    assert {one for one in stated if not isinstance(one, revising.Assignment)} == set(planned)


def test_nothing_to_do_writes_nothing(project: Project) -> None:
    """And that is fine."""
    result = project.revise(standing(BEFORE))

    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing written: Nothing to do" in result.stderr
    assert list((project.directory / "migrations" / "versions").glob("*.py")) == []


def test_mixed_with_apply(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    """What apply did already is no work for the revision, which can take it back; and apply goes on from there."""
    database, connection = project.database, project.database.connect()
    before = state(connection)
    project.written(standing(ROLES))
    apply_in_phases(connection, make_plan(connection, standing(ROLES)))

    with caplog.at_level(logging.INFO):
        project.upgrade()
    assert "these rights are in force already" in caplog.text
    assert len(connection.execute("select from rls.history").fetchall()) == 2
    project.downgrade()
    assert state(connection) == before
    apply_in_phases(connection, make_plan(connection, standing(LEVELS)))
    assert verified(database) == 0


def test_a_database_that_moved_on_is_refused(project: Project) -> None:
    """Whether a definition came between, or somebody's hand; on the way up and down; nothing changes."""
    database, connection = project.database, project.database.connect()
    project.written(standing(LEVELS))
    deploy(connection, standing(ROLES), "elsewhere.yaml")
    before = everything(database)
    with pytest.raises(CommandError, match=r"holds another definition .*\(entry 2 .* from elsewhere.yaml\)"):
        project.upgrade()
    assert everything(database) == before
    assert column(connection, "select count(*) from team_version") == [0]

    deploy(connection, standing(BEFORE))
    project.upgrade()
    connection.execute("grant execute on all functions in schema rls to crm_manager")
    connection.execute(
        "create or replace function rls.manager_reads(deal crm.deal, mine boolean[],"
        " department_reached boolean[], subtree_reached boolean[], counted text[]) returns boolean"
        " language sql stable parallel safe return deal.is_open"
    )
    with pytest.raises(CommandError, match=r"function rls.manager_reads\(crm.deal\): is not as it was"):
        project.downgrade()
    assert column(connection, "select count(*) from team_version") == [1]


def test_another_installation_is_refused(project: Project) -> None:
    """Names of database roles stand in the revision."""
    path = project.written(standing(LEVELS))

    with (
        replaced(path, "prefix='crm_'", "prefix='shop_'"),
        pytest.raises(CommandError, match='prefix "shop_" and organisation "crm", this database has "crm_" and "crm"'),
    ):
        project.upgrade()


def test_a_change_of_levels_waits_for_nobody(project: Project) -> None:
    """Not even for whoever holds the strongest lock that readers do not wait for; up and down."""
    path = project.written(standing(LEVELS))

    with replaced(path, "(RIGHTS)", "(RIGHTS, give_up_after=0)"):
        with locked(project.database, "exclusive"):
            project.upgrade()
            assert seen(project.database, "alice") == EVERYBODYS
            project.downgrade()
        assert seen(project.database, "alice") == ["alice"]


def test_a_table_that_stays_locked(project: Project) -> None:
    """A new role needs its lock for a moment: rights stay as they were, and the next upgrade goes on."""
    database = project.database
    before = [seen(database, login) for login in EVERYBODYS]
    path = project.written(standing(ROLES))
    with (
        replaced(path, "(RIGHTS)", "(RIGHTS, lock_timeout=0.01, give_up_after=0.05)"),
        locked(database, "access share"),
        pytest.raises(CommandError, match=r"stayed locked by others .* rights are as before"),
    ):
        project.upgrade()

    assert [seen(database, login) for login in EVERYBODYS] == before
    project.upgrade()
    assert seen(database, "carol") == EVERYBODYS
    assert verified(database) == 0


def test_killed_anywhere_it_goes_on(project: Project) -> None:
    """Rights are the old or the new ones, and the same upgrade finishes; what was set aside is still given back."""
    database, connection = project.database, project.database.connect()
    assign(connection, "head", "dave")
    before = everything(database)
    rights = project.rights(project.written(standing(ROLES)))
    with Killing.connect(database.url, autocommit=True) as counting:
        counting.left = 1_000_000
        run(counting, rights, rights.upgrade)
        count = 1_000_000 - counting.left
    run(connection, rights, rights.downgrade)
    outcomes = set()
    for number in (20, count // 2, count - 4):
        with Killing.connect(database.url, autocommit=True) as dying:
            dying.killer, dying.left = connection, number
            try:
                run(dying, rights, rights.upgrade)
            except psycopg.OperationalError:
                outcomes.add(tuple(seen(database, "alice")))
        run(connection, rights, rights.upgrade)
        assert make_plan(connection, standing(ROLES)).empty
        run(connection, rights, rights.downgrade)
        assert everything(database) == before

    assert outcomes == {("alice",), ("alice", "bob")}


def test_principals_go_by_name(project: Project) -> None:
    """Their numbers differ from database to database; whoever is not there is named."""
    connection = project.database.connect()
    rights = project.rights(project.written(standing(ROLES)))
    connection.execute("update crm.person set login = null where login = 'carol'")
    with pytest.raises(PlanError, match='no person "carol"'):
        run(connection, rights, rights.upgrade)

    connection.execute("insert into crm.person (login, name) values ('carol', 'Carol again')")
    run(connection, rights, rights.upgrade, patience=Patience())
    assert seen(project.database, "carol") == EVERYBODYS


class Hiring(psycopg.Connection[Any]):
    """A connection during whose planning somebody is hired, a few times."""

    times = 2
    other: psycopg.Connection[Any]

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Hire before the deployer's lock is taken."""
        if self.times and "pg_try_advisory_lock" in str(args[0]):
            self.times -= 1
            self.other.execute("insert into crm.person (name) values ('Somebody')")
        return super().execute(*args, **kwargs)


def test_hiring_somebody_meanwhile_is_no_reason_to_refuse(project: Project) -> None:
    """It plans again by itself, also where something else was changed by hand."""
    connection = project.database.connect()
    rights = project.rights(project.written(standing(ROLES)))
    connection.execute("grant select (title) on crm.deal to dave")
    with Hiring.connect(project.database.url, autocommit=True) as hiring:
        hiring.other = connection
        run(hiring, rights, rights.upgrade)

    assert hiring.times == 0
    assert [str(change) for change in make_plan(connection, standing(ROLES)).changes] == [
        "- grant select (title) on crm.deal to dave"
    ]
