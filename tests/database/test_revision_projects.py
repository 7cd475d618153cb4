"""Revisions of rights in teams' projects: drivers, transactions, own migrations; and what cannot be a revision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from rls.plan import deploy
from rls.revising.running import run
from tests.database.alembic_project import Project, replaced
from tests.database.company import column, hire
from tests.database.test_revision import BEFORE, LEVELS, found, project, seen, standing, state, verified
from tests.fixtures.database import Database

__all__ = ["project"]

WAYS = {
    "a transaction for each": {"driver": "psycopg", "options": "transaction_per_migration=True"},
    "psycopg2": {"driver": "psycopg2"},
}

OWN = """
entities: {visit: {table: sales.visit, owner: owner_id}}
roles: {seller: {permissions: {visit: {read: own, create: own}}}}
"""

TABLE = """
create schema sales;
grant usage on schema sales to public;
create table sales.visit (id int generated always as identity primary key, owner_id int, note text);
grant select on sales.visit to public;
insert into sales.visit (owner_id, note) values (1, 'one'), (2, 'two');
"""


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_among_a_teams_own_migrations(project: Project, way: dict[str, str]) -> None:
    """What comes before it in the same run is there already, what comes after it comes."""
    project.configure(**way)
    connection = project.database.connect()
    before = state(connection)
    project.migration("create table public.first ()", "drop table public.first")
    project.written(standing(LEVELS))
    project.migration("alter table crm.deal add column extra text", "alter table crm.deal drop column extra")

    project.upgrade()
    assert column(connection, "select version_num from team_version") == ["team_2"]
    assert column(connection, "select to_regclass('public.first')::text") == ["first"]
    assert seen(project.database, "alice") == ["alice", "bob", "carol", "dave"]
    project.downgrade("base")
    assert state(connection) == before
    assert column(connection, "select to_regclass('public.first')::text") == [None]


def test_a_transaction_of_the_projects_own_is_refused(project: Project) -> None:
    """Phases cannot commit in it."""
    project.written(standing(LEVELS))
    project.configure(opened="begin")

    with pytest.raises(CommandError, match=r"env.py began a transaction .* use connectable.connect\(\)"):
        project.upgrade()
    assert seen(project.database, "alice") == ["alice"]


def test_offline_is_refused(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """A script could not look before it changes anything."""
    project.written(standing(LEVELS))

    with pytest.raises(CommandError, match="run it without --sql"):
        project.upgrade(sql=True)
    assert "rls" not in capsys.readouterr().out


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Project:
    """Return a project whose first migration makes a table that everybody may read."""
    connection = database.connect()
    hire(connection)
    made = Project(tmp_path, database)
    made.configure()
    made.migration(TABLE, "drop schema sales cascade")
    made.upgrade()
    return made


def visits(database: Database) -> list[int]:
    """Return the visits alice sees."""
    with database.connect("alice") as alice:
        return column(alice, "select id from sales.visit order by id")


def test_a_table_comes_under_rights_and_goes_again(shop: Project) -> None:
    """Open to everybody before, open to everybody afterwards: row security is off again, grants are back."""
    database, connection = shop.database, shop.database.connect()
    relation = "select relrowsecurity or relforcerowsecurity from pg_class where relname = 'visit'"
    acl = "select relacl::text from pg_class where relname = 'visit'"
    before = column(connection, acl)

    shop.written(shop_rights())
    shop.upgrade()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        visits(database)
    assert verified(database) == 0
    shop.downgrade()

    assert visits(database) == [1, 2]
    assert column(connection, relation) == [False]
    assert [set(text.strip("{}").split(",")) for text in column(connection, acl)] == [
        set(text.strip("{}").split(",")) for text in before
    ]
    assert column(connection, "select identity from rls.applied where kind = 'row security'") == []
    assert verified(database) == 0
    connection.execute("grant insert on sales.visit to alice")
    assert verified(database) == 0, "nobody looks at it any more"
    connection.execute("revoke insert on sales.visit from alice")
    shop.upgrade()
    shop.downgrade("base")


def shop_rights() -> Any:
    """Return the rights on the shop's table."""
    from rls.definition.loading import loads

    return loads(OWN, "own")


def test_tables_that_differ_are_refused(shop: Project) -> None:
    """A column more, or a grant made by hand, would be left for verify to find; nothing changes."""
    connection = shop.database.connect()
    path = shop.written(shop_rights())
    before = state(connection)

    connection.execute("grant select (note) on sales.visit to bob")
    with pytest.raises(CommandError, match=r"- grant select \(note\) on sales.visit to bob: would be left"):
        shop.upgrade()
    connection.execute("revoke select (note) on sales.visit from bob; alter table sales.visit add column extra text")
    with pytest.raises(CommandError, match=r"grant select \(extra, id.* would be left to do"):
        shop.upgrade()
    assert state(connection) == before

    rights = shop.rights(path)
    with replaced(path, f"rowlock={rights.rowlock!r}", "rowlock='0.0.1'"):
        said: list[str] = []
        older = shop.rights(path)
        run(connection, older, older.upgrade, say=said.append)
    assert "written by Rowlock 0.0.1" in said[0]


def test_what_is_of_one_database_alone_is_not_written(project: Project) -> None:
    """Drift, and grants to people: every one named, nothing written."""
    connection = project.database.connect()
    connection.execute("alter table crm.deal no force row level security; grant select (name) on crm.product to alice")
    connection.execute("drop policy manager_reads on crm.product")

    result = project.revise(standing(LEVELS))

    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert [line for line in lines if "row security of crm.deal: was changed by hand" in line]
    assert [line for line in lines if "policy manager_reads on crm.product: was changed by hand" in line]
    assert [line for line in lines if 'take it away first: revoke select ("name") on table "crm"."product"' in line]
    assert list((project.directory / "migrations" / "versions").glob("*.py")) == []


def test_a_new_column_is_written(project: Project) -> None:
    """The definition is what it was; a migration before gave the table a column, which is closed until now."""
    connection = project.database.connect()
    project.migration("alter table crm.deal add column extra text", "alter table crm.deal drop column extra")
    project.upgrade()
    before = state(connection)

    text = project.written(standing(BEFORE)).read_text("utf-8")
    assert "# changes: ~ grant select" in text
    project.upgrade()
    assert verified(project.database) == 0
    project.downgrade()
    assert state(connection) == before


def test_the_revision_before_must_be_in_force(project: Project) -> None:
    """Else the one written would begin where no database is; a definition applied between is only warned of."""
    project.written(standing(LEVELS))
    refused = project.revise(standing(LEVELS.replace("all", "department")))
    assert refused.exit_code == 2
    assert "is not in force in this database: run `alembic upgrade head` first" in refused.stderr

    deploy(project.database.connect(), standing(LEVELS.replace("all", "open")))
    warned = project.revise(standing(LEVELS.replace("all", "department")))
    assert warned.exit_code == 0
    assert "leaves another definition than is in force here" in warned.stderr


def test_an_older_definition_is_asked_about(project: Project) -> None:
    """As apply does."""
    deploy(project.database.connect(), standing(LEVELS))

    assert "replaced by entry 2" in project.revise(standing(BEFORE)).stderr
    assert project.revise(standing(BEFORE), "--force").exit_code == 0


def test_a_project_of_nothing_but_rights(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For teams without Alembic: begun by the first revision, beside which nothing is needed."""
    found(database)
    directory = tmp_path / "rights"
    made = Project(directory, database)
    directory.mkdir()
    nowhere = made.revise(standing(LEVELS))
    assert nowhere.exit_code == 2
    assert "no alembic.ini there: name your project's directory by --dir" in nowhere.stderr
    made.written(standing(LEVELS), "--begin")
    monkeypatch.setenv("ROWLOCK_URL", database.url)

    command.upgrade(Config(str(directory / "alembic.ini")), "head")

    assert seen(database, "alice") == ["alice", "bob", "carol", "dave"]
    assert len(column(database.connect(), "select version_num from public.rowlock_rights_version")) == 1
    command.downgrade(Config(str(directory / "alembic.ini")), "base")
    assert seen(database, "alice") == ["alice"]


def test_a_template_without_room(project: Project) -> None:
    """A project's own script.py.mako must show what it is given."""
    (project.directory / "migrations" / "script.py.mako").write_text('"""${message}"""\n', "utf-8")

    result = project.revise(standing(LEVELS))

    assert result.exit_code == 2
    assert "script.py.mako has no ${imports}" in result.stderr
    assert list((project.directory / "migrations" / "versions").glob("*.py")) == []
