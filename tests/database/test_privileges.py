"""A deployer who is no superuser, and what apply says where something is not as it was: nothing is changed then."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from tests.database.company import ENTITIES, ROLES, open_company
from tests.database.test_apply import everything
from tests.fixtures.database import Database

SHOP = """
create schema shop authorization deployer;
set role deployer;
create table shop.offer (
  id int generated always as identity primary key, owner_id int, title text, is_open boolean not null default false
);
create table shop.bill (id serial primary key, owner_id int, title text);
insert into shop.offer (owner_id, title) values (1, 'ann'), (2, 'ben');
insert into shop.bill (owner_id, title) values (1, 'ann'), (2, 'ben');
reset role;
"""

OWN = """
entities:
  offer: {table: shop.offer, owner: owner_id, open: is_open}
roles:
  first: {permissions: {offer: own}}
  going: {timed: true, permissions: {offer: {read: own}}}
assignments:
  - {role: first, to: everyone}
  - {role: going, to: {group: Night}}
"""

DEPARTMENT = """
several_roles: explicit
entities:
  offer: {table: shop.offer, owner: owner_id, open: is_open}
  bill: {table: shop.bill, owner: owner_id}
roles:
  first: {permissions: {offer: {read: department, update: own}, bill: own}}
  coming: {permissions: {offer: {create: own}, bill: {read: all}}}
assignments:
  - {role: first, to: everyone}
  - {role: coming, to: {department: North, subdepartments: true}}
"""


@pytest.fixture
def shop(empty_database: Database) -> Database:
    """Install as a superuser beside somebody's tables, and hand over: ``deployer`` owns them and has CREATEROLE."""
    administrator = empty_database.connect()
    installed = empty_database.invoke(["init", "--no-crm", "--organisation", "staff"])
    assert installed.exit_code == 0, installed.output
    administrator.execute("create role deployer login createrole password 'deployer-secret'")
    administrator.execute("grant crm_owner, crm_rls_owner to deployer")
    administrator.execute(SHOP)
    for login in ("ann", "ben"):
        administrator.execute(f"create role {login} login password '{login}-secret'".encode())
        administrator.execute("insert into staff.person (login, name) values (%s, %s)", [login, login.title()])
    administrator.execute("insert into staff.department (name) values ('North')")
    administrator.execute("insert into staff.department_member select 1, id from staff.person")
    administrator.execute("insert into staff.person_group (name) values ('Night')")
    return empty_database


def offers(database: Database, login: str) -> list[str]:
    """Return the offers a person reads."""
    return [title for (title,) in database.connect(login).execute("select title from shop.offer order by 1")]


def test_without_a_superuser(shop: Database, tmp_path: Path) -> None:
    """Plan, apply with roles that come and go, verify, history, rollback."""
    files = [tmp_path / "own.yaml", tmp_path / "department.yaml"]
    for file, text in zip(files, (OWN, DEPARTMENT), strict=True):
        file.write_text(text, "utf-8")

    def done(*arguments: str) -> str:
        result = shop.invoke(list(arguments), user="deployer")
        assert result.exit_code == 0, result.output
        return result.stdout

    def roles() -> set[str]:
        return {name for (name,) in shop.connect().execute("select rolname from pg_roles where rolname ~ '^crm_'")}

    assert "+ database role crm_first" in done("plan", str(files[0]))
    done("apply", str(files[0]))
    assert (offers(shop, "ann"), offers(shop, "ben")) == (["ann"], ["ben"])
    assert "- database role crm_going" in done("plan", str(files[1]))
    done("apply", str(files[1]), "--allow-widening")
    assert offers(shop, "ann") == ["ann", "ben"]
    shop.connect("ann").execute("insert into shop.offer (owner_id, title) values (1, 'another')")
    assert {"crm_coming", "crm_department_1_tree"} <= roles()
    assert not {"crm_going", "crm_group_1"} & roles()
    done("verify")
    assert len(json.loads(done("history", "--json"))["entries"]) == 2
    done("rollback", "1", "--allow-widening")
    assert (offers(shop, "ann"), offers(shop, "ben")) == (["ann", "another"], ["ben"])
    assert {"crm_going", "crm_group_1"} <= roles()
    assert not {"crm_coming", "crm_department_1_tree"} & roles()
    done("verify")


def test_what_was_granted_by_hand_is_mended(shop: Database, tmp_path: Path) -> None:
    """By whoever granted it, the deployer as well as a superuser."""
    file = tmp_path / "own.yaml"
    file.write_text(OWN, "utf-8")
    assert shop.invoke(["apply", str(file)], user="deployer").exit_code == 0
    shop.connect("deployer").execute(
        "grant select on shop.offer to ann; alter table shop.offer no force row level security"
    )
    assert shop.invoke(["verify"], user="deployer").exit_code == 1

    mended = shop.invoke(["apply", str(file)], user="deployer")

    assert mended.exit_code == 0, mended.output
    assert shop.invoke(["verify"], user="deployer").exit_code == 0


NAMED = """
entities:
  offer: {table: shop.offer, owner: owner_id, open: is_open}
roles:
  seller: {permissions: {offer: own}}
  auditor: {permissions: {offer: {read: all}}}
assignments:
  - {role: seller, to: everyone}
  - {role: auditor, to: {person: ben}}
"""


def test_views_without_policies_under_names_of_ones_own(empty_database: Database, tmp_path: Path) -> None:
    """Installed by the database's owner, no superuser, with another prefix: who reads everything reads them."""
    administrator = empty_database.connect()
    administrator.execute("create role deployer login createrole password 'deployer-secret'")
    administrator.execute(f'alter database "{empty_database.name}" owner to deployer'.encode())
    path = tmp_path / "rights.yaml"
    path.write_text(NAMED, "utf-8")

    def done(*arguments: str) -> str:
        result = empty_database.invoke(list(arguments), user="deployer")
        assert result.exit_code == 0, result.output
        return result.stdout

    done("init", "--no-crm", "--organisation", "staff", "--prefix", "shop_")
    deployer = empty_database.connect("deployer")
    deployer.execute(SHOP.replace("create schema shop authorization deployer;", "create schema shop;"))
    for login in ("ann", "ben"):
        deployer.execute(f"create role {login} login password '{login}-secret'".encode())
        deployer.execute("insert into staff.person (login, name) values (%s, %s)", [login, login.title()])
    done("apply", str(path), "--allow-widening")
    for attribute in ("nobypassrls", "bypassrls"):
        with empty_database.connect("ben") as ben, empty_database.connect("ann") as ann:
            titles = ben.execute("select title from shop_all.offer order by title").fetchall()
            assert titles == [("ann",), ("ben",)]
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"schema shop_all|view offer"):
                ann.execute("table shop_all.offer")
        held = administrator.execute("select rolbypassrls from pg_roles where rolname = 'shop_all_owner'").fetchone()
        assert held == (attribute == "bypassrls",)
        done("verify")
        assert "Nothing to do" in done("plan", str(path))
        administrator.execute("alter role shop_all_owner bypassrls")
    done("uninstall", "--yes")


@pytest.fixture
def company(database: Database, tmp_path: Path) -> tuple[psycopg.Connection, Path]:
    """Return the administrator's connection, and a definitions file that is in force."""
    connection, _ = open_company(database)
    path = tmp_path / "rights.yaml"
    path.write_text(ENTITIES + ROLES, "utf-8")
    assert database.invoke(["apply", str(path), "--allow-widening"]).exit_code == 0
    return connection, path


MOVED: dict[str, tuple[LiteralString, str]] = {
    "a column renamed": ("alter table crm.lead rename column owner_id to seller_id", "no column owner_id"),
    "a table renamed": ("alter table crm.lead rename to prospect", "no table crm.lead"),
    "a table gone": ("drop table crm.activity, crm.lead cascade", "no table crm.lead"),
    "a schema renamed": ("create schema old; alter table crm.lead set schema old", "no table crm.lead"),
}


@pytest.mark.parametrize("meanwhile, message", MOVED.values(), ids=MOVED)
def test_tables_that_are_not_as_they_were(
    database: Database, company: tuple[psycopg.Connection, Path], meanwhile: LiteralString, message: str
) -> None:
    """Each is named, in a line of its own; rights stay."""
    connection, path = company
    connection.execute(meanwhile)
    before = everything(connection)
    applied = database.invoke(["apply", str(path), "--allow-widening"])

    assert (applied.exit_code, applied.stdout) == (2, "")
    assert message in applied.stderr
    assert all(line.startswith(("entities.", "Error: entities.")) for line in applied.stderr.splitlines())
    assert everything(connection) == before


def planned(database: Database, path: Path) -> Path:
    """Keep the plan of other rights than those in force; return its file."""
    path.write_text(path.read_text("utf-8").replace("deal: own", "deal: department", 1), "utf-8")
    file = path.with_name("plan.json")
    kept = database.invoke(["plan", str(path), "--out", str(file), "--no-effect"])
    assert kept.exit_code == 0, kept.output
    return file


def of_another_database(_: psycopg.Connection, file: Path) -> None:
    """Make a plan look like that of another installation."""
    data = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(data | {"installation": "00000000-0000-0000-0000-000000000000"}), "utf-8")


def emptied(_: psycopg.Connection, file: Path) -> None:
    """Leave nothing of a plan."""
    file.write_text("{}", "utf-8")


def overtaken(connection: psycopg.Connection, _: Path) -> None:
    """Change a right after planning."""
    connection.execute("grant select on crm.deal to public")


REFUSED: dict[str, tuple[Callable[[psycopg.Connection, Path], None], str]] = {
    "of another database": (of_another_database, "was made for another database than"),
    "a stale plan": (overtaken, "the database has changed since the plan was made: plan again"),
    "no plan": (
        emptied,
        "is no plan; `rowlock plan --out FILE.json` writes one",
    ),
}


@pytest.mark.parametrize("meanwhile, message", REFUSED.values(), ids=REFUSED)
def test_a_plan_that_does_not_hold(
    database: Database,
    company: tuple[psycopg.Connection, Path],
    meanwhile: Callable[[psycopg.Connection, Path], None],
    message: str,
) -> None:
    """One line, exit 2, nothing changed; the same plan made anew is applied."""
    connection, path = company
    file = planned(database, path)
    meanwhile(connection, file)
    before = everything(connection)
    refused = database.invoke(["apply", str(file), "--allow-widening"])

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert message in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert everything(connection) == before
    again = database.invoke(["apply", str(planned(database, path)), "--allow-widening"])
    assert again.exit_code == 0, again.output


def test_a_server_that_went_away(database: Database, company: tuple[psycopg.Connection, Path]) -> None:
    """One line that says what to do, without the password."""
    _, path = company
    host = "postgresql://postgres:hidden@127.0.0.1:1/crm"
    gone = database.invoke(["apply", str(path), "--url", host])

    assert (gone.exit_code, gone.stdout) == (2, "")
    assert "is a server running there? `rowlock server start` starts an embedded one" in gone.stderr
    assert "hidden" not in gone.stderr
    assert len(gone.stderr.splitlines()) == 1
