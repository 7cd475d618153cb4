"""Children follow their parent, whoever writes what at the same time."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from rls.carrying import Carried, Child, Followed, carrying
from rls.names import Installation, QualifiedName
from tests.database.small_company import in_thread, wait_for_lock
from tests.fixtures.database import Database

SETUP = """
insert into crm.person (name) values ('One'), ('Two'), ('Three');
insert into crm.deal (title, owner_id, is_open) values ('First', 1, false), ('Second', 2, true);
insert into crm.lead (title, owner_id) values ('Lead', 3);
insert into crm.company (name, owner_id) values ('Company', 2);
"""

CARRIED = "select parent_owner_id, parent_is_open, parent_stage, parent_pipeline from crm.activity order by id"


@pytest.fixture
def crm(database: Database) -> psycopg.Connection:
    """Give an administrator's connection to a CRM with three people, two deals, a lead and a company."""
    connection = database.connect()
    connection.execute(SETUP)
    return connection


def _carried(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
    return connection.execute(CARRIED).fetchall()


def _let_write(connection: psycopg.Connection, login: str) -> None:
    """Let a person write every column of deals and activities that a definition could ever open."""
    connection.execute(f"create role {login} login password '{login}-secret'")
    for table in ("crm.activity", "crm.deal"):
        connection.execute(f"grant select, insert, update on {table} to {login}")
        connection.execute(f"create policy {login} on {table} to {login} using (true) with check (true)")
    connection.execute(f"grant usage on schema crm to {login}")


def test_a_child_has_what_its_parent_has(crm: psycopg.Connection) -> None:
    """Whatever the parent's predicate reads; null where the parent has no such column."""
    crm.execute("insert into crm.activity (deal_id, subject) values (2, 'x')")
    crm.execute("insert into crm.activity (lead_id, subject) values (1, 'x')")
    crm.execute("insert into crm.activity (company_id, subject) values (1, 'x')")
    assert _carried(crm) == [(2, True, "prospecting", "sales"), (3, False, "new", None), (2, False, None, None)]


def test_a_child_that_moves_follows_its_new_parent(crm: psycopg.Connection) -> None:
    """From a deal to a lead: stage and pipeline of the deal are forgotten."""
    crm.execute("insert into crm.activity (deal_id, subject) values (2, 'x')")
    crm.execute("update crm.activity set deal_id = null, lead_id = 1")
    assert _carried(crm) == [(3, False, "new", None)]


@pytest.mark.parametrize(
    "change, expected",
    [
        ("update crm.deal set owner_id = 3 where id = 1", (3, False, "prospecting", "sales")),
        ("update crm.deal set owner_id = null where id = 1", (None, False, "prospecting", "sales")),
        ("update crm.deal set is_open = true where id = 1", (1, True, "prospecting", "sales")),
        ("update crm.deal set stage = 'won' where id = 1", (1, False, "won", "sales")),
        (
            "update crm.deal set pipeline = 'partners', stage = 'contacted' where id = 1",
            (1, False, "contacted", "partners"),
        ),
        ("update crm.deal set title = 'Renamed' where id = 1", (1, False, "prospecting", "sales")),
    ],
)
def test_a_parent_takes_its_children_along(crm: psycopg.Connection, change: str, expected: tuple[object, ...]) -> None:
    """In the same transaction, and nobody else's children."""
    crm.execute("insert into crm.activity (deal_id, subject) values (1, 'x'), (1, 'y'), (2, 'z')")
    crm.execute("insert into crm.line_item (deal_id, name) values (1, 'x')")
    crm.execute(change)
    assert _carried(crm) == [expected, expected, (2, True, "prospecting", "sales")]
    item = crm.execute("select parent_owner_id, parent_is_open, parent_stage, parent_pipeline from crm.line_item")
    assert item.fetchall() == [expected]


def test_nobody_chooses_what_is_carried(crm: psycopg.Connection, database: Database) -> None:
    """Even somebody who may write the columns."""
    _let_write(crm, "mallory")
    mallory = database.connect("mallory")
    mallory.execute(
        "insert into crm.activity (deal_id, subject, parent_owner_id, parent_is_open) values (1, 'x', 3, true)"
    )
    assert _carried(crm) == [(1, False, "prospecting", "sales")]
    mallory.execute("update crm.activity set parent_owner_id = 3, parent_stage = 'won'")
    assert _carried(crm) == [(1, False, "prospecting", "sales")]
    mallory.execute("update crm.activity set parent_owner_id = null, deal_id = 2")
    assert _carried(crm) == [(2, True, "prospecting", "sales")]


def test_nobody_chooses_who_made_a_record(crm: psycopg.Connection, database: Database) -> None:
    """Time and maker are those of the statement; the tables' owner may load history."""
    _let_write(crm, "mallory")
    mallory = database.connect("mallory")
    mallory.execute("insert into crm.deal (title, created_by, created_at) values ('x', 'alice', '2001-01-01')")
    mallory.execute("update crm.deal set created_by = 'alice', created_at = '2001-01-01' where title = 'x'")
    query = "select created_by, created_at > now() - interval '1 hour' from crm.deal where title = %s"
    assert crm.execute(query, ["x"]).fetchone() == ("mallory", True)
    crm.execute("insert into crm.deal (title, created_by, created_at) values ('y', 'alice', '2001-01-01')")
    assert crm.execute(query, ["y"]).fetchone() == ("alice", False)


def test_a_parent_that_is_not_there_looks_like_one_that_is_hidden(crm: psycopg.Connection) -> None:
    """The trigger says nothing; the policy's check comes first, then the foreign key."""
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        crm.execute("insert into crm.activity (deal_id, subject) values (4711, 'x')")


@pytest.mark.parametrize(
    "insert",
    [
        "insert into crm.activity (subject) values ('x')",
        "insert into crm.activity (subject, deal_id, lead_id) values ('x', 1, 1)",
    ],
)
def test_a_child_has_exactly_one_parent(crm: psycopg.Connection, insert: str) -> None:
    """Neither none nor two."""
    with pytest.raises(psycopg.errors.CheckViolation):
        crm.execute(insert)


def test_a_child_inserted_while_its_parent_changes_hands(crm: psycopg.Connection, database: Database) -> None:
    """The change comes first: the insert waits and carries the new owner."""
    change, insert = database.connect(autocommit=False), database.connect()
    change.execute("update crm.deal set owner_id = 3 where id = 1")
    thread = in_thread(lambda: insert.execute("insert into crm.activity (deal_id, subject) values (1, 'x')"))
    wait_for_lock(crm)
    change.commit()
    thread.join()
    assert _carried(crm)[0][0] == 3


def test_a_parent_that_changes_hands_while_a_child_is_inserted(crm: psycopg.Connection, database: Database) -> None:
    """The insert comes first: the change waits and takes the child along."""
    change, insert = database.connect(), database.connect(autocommit=False)
    insert.execute("insert into crm.activity (deal_id, subject) values (1, 'x')")
    thread = in_thread(lambda: change.execute("update crm.deal set owner_id = 3 where id = 1"))
    wait_for_lock(crm)
    insert.commit()
    thread.join()
    assert _carried(crm)[0][0] == 3


def test_a_snapshot_that_may_miss_a_child_is_refused(crm: psycopg.Connection, database: Database) -> None:
    """Under REPEATABLE READ the child inserted meanwhile would be missed without an error."""
    change = database.connect(autocommit=False)
    change.execute("set transaction isolation level repeatable read")
    change.execute("select 1")
    crm.execute("insert into crm.activity (deal_id, subject) values (1, 'x')")
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="READ COMMITTED only"):
        change.execute("update crm.deal set owner_id = 3 where id = 1")
    change.rollback()
    change.execute("set transaction isolation level repeatable read")
    change.execute("update crm.deal set title = 'Renamed' where id = 1")


def test_tables_of_somebody_else(crm: psycopg.Connection) -> None:
    """The same SQL for tables that are not ours: other names, other types, run twice."""
    crm.execute(
        """
        create schema shop;
        create table shop.basket (number text primary key, rep uuid, state text);
        create table shop.line (
          id int generated always as identity, basket text references shop.basket, rep uuid, at text
        );
        """
    )
    child = Child(
        QualifiedName("shop", "line"),
        Carried("rep", stage="at"),
        (Followed("basket", QualifiedName("shop", "basket"), Carried("rep", stage="state"), key="number"),),
    )
    for _ in range(2):
        for statement in carrying(child, Installation()):
            crm.execute(statement)
    rep = "00000000-0000-0000-0000-000000000001"
    crm.execute("insert into shop.basket values ('A', gen_random_uuid(), 'new')")
    crm.execute("insert into shop.line (basket) values ('A')")
    crm.execute("update shop.basket set rep = %s, state = 'paid'", [rep])
    assert crm.execute("select rep::text, at from shop.line").fetchone() == (rep, "paid")
