"""What docs/applications.md shows, done by a pool's login."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from tests.docs.pages import ROOT, Page
from tests.fixtures.database import Database

PAGE = Page(ROOT / "docs" / "applications.md")

CODE = {block.line: block.text for block in PAGE.blocks() if block.language == "python"}

STAFF = "login,name,roles\ndarcel_schlecht,Darcel Schlecht,manager\nzane_levy,Zane Levy,manager\n"

DEALS = """
insert into crm.deal (title, owner_id)
select 'A deal', person.id
from crm.person
join (values ('darcel_schlecht', 2), ('zane_levy', 1)) as deals (login, number) using (login)
cross join lateral generate_series(1, deals.number)
"""


BELOW_SQLALCHEMY = """
from sqlalchemy import create_engine, text
engine = create_engine(os.environ["APP_URL"].replace("postgresql://", "postgresql+psycopg://"))
with as_person(engine, "zane_levy") as connection:
    me = connection.scalar(text("select id from crm.person where login = current_user"))
    below = connection.connection.driver_connection
    found = import_deals(below, [("A deal", me, 1), (None, me, 1)]), import_deals(below, [("A", me, 1), ("B", me, 1)])
    print([*found[0]], found[1], connection.scalar(text("select count(*) from crm.deal")))
"""


@pytest.fixture
def pool_url(standard_database: Database, tmp_path: Path) -> str:
    """Return the URL of a pool's login, made as the page says; Darcel has two deals, Zane one."""
    (tmp_path / "staff.csv").write_text(STAFF, encoding="utf-8")
    assert standard_database.invoke(["people", "sync", str(tmp_path / "staff.csv"), "--yes"]).exit_code == 0
    connection = standard_database.connect()
    connection.execute(DEALS)
    passwords = tmp_path / "passwords.csv"
    assert standard_database.invoke(["pool", "add", "crm_app", "--passwords", str(passwords)]).exit_code == 0
    ((login, password),) = [line.split(",") for line in passwords.read_text("utf-8").splitlines()[1:]]
    url = conninfo.conninfo_to_dict(standard_database.url)
    return f"postgresql://{login}:{password}@{url['host']}:{url['port']}/{url['dbname']}"


@pytest.mark.parametrize("library", ["psycopg_pool", "sqlalchemy"])
def test_a_snippet_gives_a_person_their_rows(pool_url: str, library: str) -> None:
    """Each is a program that counts Darcel's deals."""
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    code = next(text for text in CODE.values() if f"from {library}" in text)

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "APP_URL": pool_url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.strip("(,)\n") == "2", done.stderr


def test_the_import_says_which_rows_are_bad(pool_url: str) -> None:
    """What the page prints; also on the driver's connection below SQLAlchemy's."""
    code = next(text for text in CODE.values() if "crm_import" in text)
    said = next(block.text for block in PAGE.blocks() if block.language == "text" and "not-null" in block.text)
    environment = {**os.environ, "APP_URL": pool_url}

    def run(program: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        ).stdout

    assert run(code).strip() == said.strip()
    if importlib.util.find_spec("sqlalchemy") is None:
        pytest.skip("sqlalchemy is not installed")
    assert run(code.partition("with ConnectionPool")[0] + BELOW_SQLALCHEMY) == "[2] {} 3\n"


def test_a_transaction_that_does_not_say_who_asks_may_do_nothing(pool_url: str) -> None:
    """The pool's login has no rights of its own, and none of a role of the definition."""
    with psycopg.connect(pool_url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for schema crm"):
            connection.execute("select from crm.deal")
        with connection.transaction():
            connection.execute("select set_config('role', %s, true)", ["zane_levy"])
            assert connection.execute("select count(*) from crm.deal").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select from crm.deal")
        if connection.info.server_version >= 160000:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("set role crm_manager")
