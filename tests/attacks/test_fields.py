"""Nobody learns or writes a field where they may not; on a view that hides by habit, each of these attacks succeeds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import LiteralString

import psycopg
import pytest

from tests.attacks.fields import RIGHT, RUN, SHOWN, TOLD, WRONG
from tests.attacks.ground import Session
from tests.database import field_company
from tests.fixtures.database import Cluster, Database

NAIVE = """
drop view crm_read.deal, crm_read.note, crm_read.safe;
create view crm_read.deal as select * from shop.deal;
create view crm_read.note as select * from shop.note;
create view crm_read.safe as select * from shop.safe;
grant usage on schema rls, crm_read to public;
grant all on all tables in schema crm_read, shop to public;
grant execute on all functions in schema rls to public;
grant create on schema public, shop to public;
alter table shop.deal disable row level security, disable trigger user;
alter table shop.note disable row level security;
alter table shop.safe disable row level security;
alter table shop.plain disable row level security;
grant crm_view_owner to mallory;
alter view crm_read.deal owner to mallory;
alter table shop.deal owner to mallory;
"""
"""What hides fields in its forms only."""

NOT_NAIVE = {"view-definition": "names no value anywhere", "constraint": "there is none to break"}
"""What fails there, too, and why."""


@pytest.fixture(scope="module")
def held(cluster_of: Callable[[str], Cluster]) -> Iterator[Database]:
    """Give the company as Rowlock holds it."""
    with cluster_of(field_company.KIND).database(field_company.KIND) as database:
        yield database


@pytest.fixture(scope="module")
def key(held: Database) -> int:
    """Return the key of a deal of ben's."""
    return _key(held.connect())


def _key(connection: psycopg.Connection) -> int:
    query = "select min(deal.id) from shop.deal join crm.person on person.id = owner_id where (login, margin) = ('ben', 31337)"
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _text(template: LiteralString, key: int, value: int = 0) -> LiteralString:
    return template.replace("{key}", f"{key}").replace("{value}", f"{value}")


def _plan(session: Session, text: LiteralString) -> str:
    """Return plan, rows and estimates of a query, or its error; the value asked for is no discovery."""
    said = []
    for prefix in ("", "explain (analyze, timing off, summary off, costs off) ", "explain "):
        session.connection.execute("savepoint asked")
        try:
            said.append(str(session.connection.execute(prefix + text).fetchall()))
        except psycopg.Error as error:
            session.connection.execute("rollback to savepoint asked")
            said.append(str(error.diag.message_primary))
    return re.sub(r"[34]13\d\d|[78]{3}00\d|Memory: \d+kB|Buffers: [^']*", "?", "\n".join(said))


@pytest.fixture(scope="module")
def login(held: Database) -> psycopg.Connection:
    """Log in as the attacker."""
    return held.connect("mallory", autocommit=False, options="-c jit=off")


@pytest.fixture
def mallory(login: psycopg.Connection) -> Iterator[Session]:
    """Give the attacker's session, and undo what they did in it."""
    yield Session(login, "mallory")
    login.rollback()


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_hidden_is_shown(key: int, mallory: Session, name: str) -> None:
    """Nothing hidden is shown."""
    assert not mallory.sees(_text(SHOWN[name], key))


@pytest.mark.parametrize("name", RUN)
def test_what_may_not_be_written_is_refused(key: int, mallory: Session, name: str) -> None:
    """What may not be written is refused."""
    assert isinstance(mallory.error(_text(RUN[name], key)), psycopg.Error)


@pytest.mark.parametrize("name", TOLD)
def test_a_right_guess_looks_like_a_wrong_one(key: int, mallory: Session, name: str) -> None:
    """A right guess looks like a wrong one."""
    found = {
        right: tuple(_plan(mallory, _text(TOLD[name], key, value)) for value in values)
        for right, values in ((True, RIGHT), (False, WRONG))
    }

    assert len({*found[True], *found[False]}) == 1, found


def test_hidden_fields_sort_as_nothing(mallory: Session) -> None:
    """Hidden fields sort as nothing."""
    by_key = mallory.rows("select id from crm_read.deal where amount is null order by id")
    assert len(by_key) > 1000
    assert mallory.rows("select id from crm_read.deal where amount is null order by amount, margin, id") == by_key


def test_leakproof_operators_tell_no_more_of_fields(held: Database, key: int) -> None:
    """Not even with an index on a hidden field: what the view shows is a CASE, which no index has."""
    administrator = held.connect()
    assert held.invoke(["leakproof"]).exit_code == 0
    administrator.execute("create index hidden on shop.deal (amount crm_leakproof.numeric_ops); analyze shop.deal")
    path = "-c jit=off -c search_path=crm_leakproof,pg_catalog"
    session = Session(held.connect("mallory", autocommit=False, options=path), "mallory")

    assert [name for name, text in SHOWN.items() if session.sees(_text(text, key))] == []
    for name, text in TOLD.items():
        of_amount = text.replace("margin", "amount").replace("{value}", "{value}.77")
        plans = {_plan(session, _text(of_amount, key, value)) for value in (777001, 888001)}
        assert len(plans) == 1, (name, plans)


def test_each_of_them_succeeds_where_fields_are_hidden_by_habit(cluster_of: Callable[[str], Cluster]) -> None:
    """Each of them succeeds where fields are hidden by habit."""
    with cluster_of(field_company.KIND).database(field_company.KIND) as database:
        administrator = database.connect()
        key = _key(administrator)
        administrator.execute(NAIVE)
        connection = database.connect("mallory", autocommit=False)
        session = Session(connection, "mallory")
        failed = [name for name, text in SHOWN.items() if not session.sees(_text(text, key))]
        connection.rollback()
        for name, text in RUN.items():
            if session.error(_text(text, key)) is not None:
                failed.append(name)
            connection.rollback()
        for name, text in TOLD.items():
            told = {_plan(session, _text(text, key, value)) for value in (*RIGHT, *WRONG)}
            failed += [name] if len(told) == 1 else []

    assert sorted(set(failed) ^ NOT_NAIVE.keys()) == []
