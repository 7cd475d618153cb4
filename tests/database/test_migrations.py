"""Installing and removing: what is there afterwards, what is left, and when it is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory
from psycopg import conninfo, sql

from rls.errors import RowlockError
from rls.installation import configuration, install, uninstall, upgrade
from rls.installed import read
from rls.names import Installation
from tests.fixtures.database import Database

ROOT = Path(__file__).resolve().parents[2]

PICTURE = """
select 'role', rolname::text, to_jsonb(r) #>> array[]::text[] from pg_roles r
union all
select 'membership', roleid::regrole::text, member::regrole::text from pg_auth_members
union all
select 'schema', nspname::text, coalesce(nspacl, acldefault('n', nspowner))::text from pg_namespace
where nspname !~ '^pg_(temp|toast)'
union all
select 'database', datname::text, (
  select string_agg(acl::text, ' ' order by acl::text)
  from unnest(coalesce(datacl, acldefault('d', datdba))) as acl
)
from pg_database where datname = current_database()
union all
select 'relation', oid::regclass::text, relkind::text from pg_class where relnamespace = 'public'::regnamespace
order by 1, 2, 3
"""


def picture(connection: psycopg.Connection) -> list[tuple[str, str, str]]:
    """Return everything an installation might leave behind."""
    return connection.execute(PICTURE).fetchall()


def _tables(connection: psycopg.Connection, schema: str) -> set[str]:
    query = "select tablename from pg_tables where schemaname = %s"
    return {name for (name,) in connection.execute(query, [schema])}


@contextmanager
def second_database(database: Database) -> Iterator[psycopg.Connection]:
    """Give an administrator's connection to another database of the same server."""
    with database.connect() as administrator:
        administrator.execute("create database rowlock_second template template0")
        try:
            with psycopg.connect(
                conninfo.make_conninfo(database.url, dbname="rowlock_second"), autocommit=True
            ) as second:
                yield second
        finally:
            administrator.execute("drop database rowlock_second with (force)")


def test_removing_leaves_nothing_behind(empty_database: Database) -> None:
    """Up, down, up, down: roles, memberships, schemas, privileges are what they were."""
    with empty_database.connect() as connection:
        before = picture(connection)
        for _ in range(2):
            install(connection)
            assert picture(connection) != before
            uninstall(connection)
            assert picture(connection) == before


def test_removing_takes_away_the_roles_of_a_company(empty_database: Database) -> None:
    """Principals' roles, roles of the definition and what they were granted go as well; people's logins stay."""
    with empty_database.connect() as connection:
        connection.execute("create role alice login")
        before = picture(connection)
        install(connection)
        connection.execute("set role crm_rls_owner; create role crm_manager; reset role")
        connection.execute("grant select on crm.deal to crm_manager; create table public.own (id int)")
        connection.execute("grant select on public.own to crm_manager")
        connection.execute("insert into crm.department (name) values ('Company')")
        connection.execute("insert into crm.person (login, name) values ('alice', 'Alice')")
        connection.execute("insert into crm.department_member select d.id, p.id from crm.department d, crm.person p")
        connection.execute("insert into rls.role values ('manager', 'crm_manager')")
        connection.execute(
            "insert into rls.assignment (role, principal_kind, principal_id) values ('manager', 'subdepartments', 1)"
        )
        uninstall(connection)
        connection.execute("drop table public.own")
        assert picture(connection) == before


def test_a_privilege_public_never_had_is_not_given_back(empty_database: Database) -> None:
    """Removing gives PUBLIC what installing took, no more."""
    with empty_database.connect() as connection:
        name = sql.Identifier(empty_database.name)
        connection.execute(sql.SQL("revoke temporary on database {} from public").format(name))
        connection.execute("grant create on schema public to public")
        before = picture(connection)
        install(connection)
        (taken,) = connection.execute("select taken from rls.installation").fetchall()[0]
        assert [privilege for privilege in taken if privilege.startswith(("create", "temporary"))] == [
            "create on schema public"
        ]
        uninstall(connection)
        assert picture(connection) == before


def test_without_the_crm(empty_database: Database) -> None:
    """Only the organisation, in a schema and under a prefix of one's own; the CRM can come later."""
    with empty_database.connect() as connection:
        before = picture(connection)
        mine = Installation(prefix="shop_", organisation="staff")
        install(connection, mine, crm=False)
        assert read(connection) == mine
        assert _tables(connection, "crm") == set()
        assert "person" in _tables(connection, "staff")
        upgrade(connection)
        assert _tables(connection, "crm") == set()
        install(connection, mine)
        assert "deal" in _tables(connection, "crm")
        assert "person" not in _tables(connection, "crm")
        uninstall(connection)
        assert picture(connection) == before


def test_installing_twice_changes_nothing(database: Database) -> None:
    """A second installation is fine, and the connection stays as it was."""
    with database.connect() as connection:
        before = picture(connection)
        install(connection)
        upgrade(connection)
        assert connection.autocommit
        assert picture(connection) == before


def test_other_names_are_refused_where_it_is_installed(database: Database) -> None:
    """An installation keeps its names."""
    with database.connect() as connection, pytest.raises(RowlockError, match='installed with prefix "crm_"'):
        install(connection, Installation(prefix="other_"))


@pytest.mark.parametrize(
    "installation",
    [
        Installation(prefix=""),
        Installation(prefix="Crm_"),
        Installation(prefix="pg_x"),
        Installation(prefix="a" * 40),
        Installation(organisation="public"),
        Installation(organisation="rls"),
        Installation(organisation="a b"),
    ],
)
def test_names_that_cannot_be(empty_database: Database, installation: Installation) -> None:
    """Names are checked before anything happens."""
    with empty_database.connect() as connection:
        before = picture(connection)
        with pytest.raises(RowlockError):
            install(connection, installation)
        assert picture(connection) == before


def test_a_schema_that_exists_is_refused_and_nothing_is_left(empty_database: Database) -> None:
    """All or nothing."""
    with empty_database.connect() as connection:
        connection.execute("create schema staff")
        before = picture(connection)
        with pytest.raises(RowlockError, match='schema "staff" exists already'):
            install(connection, Installation(organisation="staff"))
        assert picture(connection) == before


def test_inside_a_transaction_is_refused(empty_database: Database) -> None:
    """Somebody else's transaction is not ours to commit."""
    with empty_database.connect(autocommit=False) as connection:
        connection.execute("select 1")
        with pytest.raises(RowlockError, match="inside a transaction"):
            install(connection)


def test_removing_what_is_not_installed(empty_database: Database) -> None:
    """It says so."""
    with empty_database.connect() as connection:
        for action in (uninstall, upgrade):
            with pytest.raises(RowlockError, match="not installed in database"):
                action(connection)


def test_removing_is_refused_where_the_locks_have_no_room(empty_database: Database) -> None:
    """Before anything happens, with the setting that is needed."""
    with empty_database.connect() as connection:
        install(connection)
        before = picture(connection)
        connection.execute("create or replace function rls.lock_room() returns int language sql return 1000")
        refused = empty_database.invoke(["uninstall", "--yes"])

        assert refused.exit_code == 2
        assert "locks in one transaction, and the server has room for 1000" in refused.stderr
        assert "Set max_locks_per_transaction to" in refused.stderr
        assert picture(connection) == before


def test_a_prefix_belongs_to_one_database_of_a_server(empty_database: Database) -> None:
    """Database roles are shared by all databases, hence the prefix."""
    with empty_database.connect() as connection, second_database(empty_database) as second:
        install(connection)
        with pytest.raises(RowlockError, match=f"used in database {empty_database.name}.*choose another prefix"):
            install(second)
        install(second, Installation(prefix="second_"))
        second.execute("create table public.own (id int); grant select on public.own to crm_everyone")
        with pytest.raises(RowlockError, match="used in database rowlock_second"):
            uninstall(connection)
        assert read(connection) is not None
        uninstall(second)
        second.execute("drop table public.own")
        uninstall(connection)


def test_roles_left_by_a_dropped_database_are_taken_over(empty_database: Database) -> None:
    """A database dropped without uninstalling leaves roles that nothing uses."""
    with empty_database.connect() as connection:
        with second_database(empty_database) as second:
            install(second)
        install(connection)
        connection.execute("create role alice login")
        connection.execute("insert into crm.person (login, name) values ('alice', 'Alice')")
        assert connection.execute("select pg_has_role('alice', 'crm_everyone', 'usage')").fetchone() == (True,)


def test_the_owner_of_the_database_can_install(empty_database: Database) -> None:
    """CREATEROLE and the database are enough; everything works, and is removed again."""
    with empty_database.connect() as administrator:
        administrator.execute("create role keeper login createrole password 'keeper-secret'")
        administrator.execute(sql.SQL("alter database {} owner to keeper").format(sql.Identifier(empty_database.name)))
        before = picture(administrator)
        with empty_database.connect("keeper") as connection:
            install(connection)
            connection.execute("create role alice login")
            connection.execute("set role crm_rls_owner; create role crm_manager; reset role")
            connection.execute("insert into rls.role values ('manager', 'crm_manager')")
            connection.execute("insert into crm.person (login, name) values ('alice', 'Alice')")
            connection.execute("insert into crm.person_group (name) values ('All')")
            connection.execute("insert into crm.person_group_member values (1, 1)")
            connection.execute(
                "insert into rls.assignment (role, principal_kind, principal_id) values ('manager', 'group', 1)"
            )
            query = "select pg_has_role('alice', 'crm_manager', 'usage')"
            assert connection.execute(query).fetchone() == (True,)
            connection.execute("select rls.repair_memberships()")
            assert connection.execute("select * from rls.membership_drift()").fetchall() == []
            uninstall(connection)
            connection.execute("drop role alice")
        assert picture(administrator) == before
        name = sql.Identifier(empty_database.name)
        administrator.execute(sql.SQL("alter database {} owner to current_user").format(name))


def test_who_may_not_install_is_told_what_is_missing(empty_database: Database) -> None:
    """One line, no traceback."""
    with empty_database.connect() as administrator:
        administrator.execute("create role nobody_special login password 'nobody_special-secret'")
    with empty_database.connect("nobody_special") as connection, pytest.raises(RowlockError, match="have CREATEROLE"):
        install(connection)


def test_alembic_alone_from_a_checkout(empty_database: Database) -> None:
    """Upgrade head, downgrade base, upgrade head, as Alembic's own command."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment["ROWLOCK_URL"] = empty_database.url
    with empty_database.connect() as connection:
        before = picture(connection)
        for arguments in (["upgrade", "head"], ["downgrade", "base"], ["upgrade", "head"]):
            command = [sys.executable, "-m", "alembic", *arguments]
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stdout) == (0, ""), done.stderr
            assert (read(connection) is not None) == (arguments[0] == "upgrade")
            assert (picture(connection) == before) == (arguments[0] == "downgrade")
    command = [sys.executable, "-m", "alembic", "upgrade", "head", "--sql"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "without --sql" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_there_is_one_head() -> None:
    """So that `alembic upgrade head` is never ambiguous."""
    assert len(ScriptDirectory.from_config(configuration()).get_heads()) == 1


def test_revisions_use_every_file() -> None:
    """A table or function in ``sql/`` that no revision runs would never be installed."""
    scripts = ScriptDirectory.from_config(configuration())
    support, crm = (scripts.get_revision(name).module for name in ("support_0001", "crm_0001"))
    used = {
        "schema/rls": {*support.TABLES, *support.VIEWS, "privileges"},
        "schema/organisation": {*support.ORGANISATION, "privileges", "check_login"},
        "schema/crm": set(crm.TABLES),
        "functions": {*support.BEFORE_TABLES, *support.BEFORE_VIEWS, *support.FUNCTIONS},
    }
    assert {folder: {path.stem for path in (ROOT / "sql" / folder).glob("*.sql")} for folder in used} == used
