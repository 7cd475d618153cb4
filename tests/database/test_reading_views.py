"""Reading views: the plans they leave, what they show when rights move under a session, what is held by them, drift."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import LiteralString

import psycopg
import pytest
from psycopg import errors, sql

from rls.plan import deploy
from rls.state.made import View
from tests.database import field_company
from tests.database.company import assert_converged, mended
from tests.fixtures.database import Cluster, Database

PAGE: LiteralString = "select * from crm_read.deal order by created_at desc limit 50"


@pytest.fixture(scope="module")
def company(cluster_of: Callable[[str], Cluster]) -> Iterator[Database]:
    """Give a company whose deals have fields; what a test changes it puts back."""
    with cluster_of(field_company.KIND).database(field_company.KIND) as database:
        yield database


@pytest.fixture(scope="module")
def administrator(company: Database) -> psycopg.Connection:
    """Return the administrator's connection."""
    return company.connect()


def _plan(connection: psycopg.Connection, query: LiteralString) -> str:
    return "\n".join(line for (line,) in connection.execute(b"explain (costs off) " + query.encode()))


def _one(connection: psycopg.Connection, query: LiteralString) -> object:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _members(connection: psycopg.Connection, who: str, add: str = "", drop: str = "") -> None:
    if drop:
        connection.execute(
            "delete from rls.assignment"
            " where role = %s and principal_id = (select id from crm.person where login = %s)",
            [drop, who],
        )
    if add:
        connection.execute(
            "insert into rls.assignment (role, principal_kind, principal_id)"
            " select %s, 'person', id from crm.person where login = %s",
            [add, who],
        )


@pytest.mark.parametrize("who", ["rita", "mallory", "ben", "dora", "max"])
def test_a_page_is_read_in_the_order_of_an_index(company: Database, who: str) -> None:
    """A page is read in the order of an index."""
    plan = _plan(company.connect(who), PAGE)

    assert "Sort" not in plan
    assert "Index Scan" in plan


def test_whoever_sees_all_is_asked_nothing_of_a_row(company: Database) -> None:
    """Whoever sees all is asked nothing of a row."""
    plan = _plan(company.connect("dora"), "select stage, sum(amount) from crm_read.deal group by stage")

    assert "Filter" not in plan.replace("One-Time Filter", "")
    assert "CASE" not in plan
    assert "sees_finance" not in plan


def test_whoever_sees_a_field_everywhere_uses_its_index(company: Database) -> None:
    """Whoever sees a field everywhere uses its index."""
    assert "deal_margin" in _plan(company.connect("dora"), "select * from crm_read.deal where margin = 7")


def test_whoever_sees_a_field_nowhere_reads_nothing_for_it(company: Database) -> None:
    """Whoever sees a field nowhere reads nothing for it."""
    query: LiteralString = "explain (analyze, costs off, timing off) select id from crm_read.deal where margin = 7"
    plan = "\n".join(line for (line,) in company.connect("ben").execute(query))

    assert "Scan on deal" not in plan or "(never executed)" in plan[plan.index("Scan on deal") :]
    assert "One-Time Filter" in plan


def test_what_differs_by_row_is_a_subscript(company: Database) -> None:
    """What differs by row is a subscript."""
    plan = _plan(company.connect("mallory"), "select id from crm_read.deal where margin = 7")

    assert "CASE WHEN ((InitPlan" in plan or "CASE WHEN ($" in plan
    assert "sees_finance" not in plan


@pytest.mark.parametrize("who", field_company.PEOPLE)
def test_rows_are_the_tables(company: Database, who: str) -> None:
    """Rows are the table's."""
    session = company.connect(who)

    assert _one(session, "select count(*) from crm_read.deal") == _one(session, "select count(id) from shop.deal")


def test_a_prepared_statement_follows_its_callers_roles(company: Database, administrator: psycopg.Connection) -> None:
    """A prepared statement follows its caller's roles."""
    session = company.connect("mallory")
    query: LiteralString = "select count(*), count(amount) from crm_read.deal"
    seen = [session.execute(query, prepare=True).fetchone()]
    try:
        for add, drop in (("blind", "manager"), ("director", ""), ("manager", "director"), ("", "blind")):
            _members(administrator, "mallory", add, drop)
            seen.append(session.execute(query, prepare=True).fetchone())
    finally:
        _members(administrator, "mallory", drop="manager")
        _members(administrator, "mallory", add="manager")

    assert seen == [(4000, 1000), (4000, 0), (6000, 6000), (4000, 1000), (4000, 1000)]


def test_a_prepared_statement_follows_levels(company: Database, administrator: psycopg.Connection) -> None:
    """A prepared statement follows levels."""
    session = company.connect("ben")
    query: LiteralString = "select count(amount) from crm_read.deal"
    before = session.execute(query, prepare=True).fetchone()
    more = field_company.ROLES.replace("finance: none", "finance: department")
    plan = deploy(administrator, field_company.wanted(more))
    after = session.execute(query, prepare=True).fetchone()
    deploy(administrator, field_company.wanted())

    assert (before, after) == ((0,), (4000,))
    assert not any(change.locks_table for change in plan.changes), "a level is no reason to lock a table"
    assert session.execute(query, prepare=True).fetchone() == (0,)


def test_a_pools_statement_is_anothers_after_set_role(administrator: psycopg.Connection) -> None:
    """A pool's statement is anothers after set role."""
    query: LiteralString = "select count(*), count(amount) from crm_read.deal"
    seen = []
    for who in ("mallory", "ben", "dora", "mallory"):
        administrator.execute(sql.SQL("set role {}").format(sql.Identifier(who)))
        seen.append(administrator.execute(query, prepare=True).fetchone())
    administrator.execute("reset role")

    assert seen == [(4000, 1000), (4000, 0), (6000, 6000), (4000, 1000)]


@pytest.mark.parametrize(
    "who, planned", [("dora", "director, manager"), ("rita", "manager"), ("mallory", "manager, rep"), ("ben", "rep")]
)
def test_a_plan_for_roles_that_were_shows_nothing(
    company: Database, administrator: psycopg.Connection, who: str, planned: str
) -> None:
    """Whether its records are found by their owners, or all of them."""
    session = company.connect(who)
    query: LiteralString = "select count(*) from crm_read.deal"
    before = _one(session, query)
    administrator.execute(
        sql.SQL(
            "create or replace function rls.folded_roles() returns text[] language plpgsql immutable parallel safe"
            " set search_path = pg_catalog, pg_temp as $$ begin return {}; end $$"
        ).format(sql.Literal(f"{{{planned}}}"))
    )
    session.execute("discard plans")
    seen = _one(session, query)
    mended(administrator, field_company.wanted())
    session.execute("discard plans")

    assert seen == 0
    assert before
    assert _one(session, query) == before


def test_a_role_whose_time_is_over_shows_nothing(company: Database, administrator: psycopg.Connection) -> None:
    """A role whose time is over shows nothing."""
    session = company.connect("nina")
    query: LiteralString = "select count(*), count(amount) from crm_read.deal"
    past = session.execute(query, prepare=True).fetchone()
    administrator.execute("update rls.assignment set valid_until = null where role = 'deputy'")
    present = session.execute(query, prepare=True).fetchone()
    administrator.execute("update rls.assignment set valid_until = now() - interval '1 day' where role = 'deputy'")

    assert (past, present) == ((2000, 0), (6000, 6000))
    assert session.execute(query, prepare=True).fetchone() == past


def test_views_say_what_their_tables_say(company: Database) -> None:
    """Views say what their tables say."""
    session = company.connect("mallory")

    assert _one(session, "select obj_description('crm_read.deal'::regclass)") == "Deals of the shop"
    assert _one(session, "select col_description('crm_read.deal'::regclass, 5)") == "What the customer pays"


def test_writes_through_the_view_are_the_tables(company: Database) -> None:
    """Writes through the view are the table's."""
    with company.connect("mallory", autocommit=False) as session:
        own = _one(session, "select min(id) from crm_read.deal where amount is not null")
        near = _one(session, "select min(id) from crm_read.deal where amount is null")
        assert session.execute("update crm_read.deal set title = 'x' where id = %s", [near]).rowcount == 1
        assert session.execute("update crm_read.deal set amount = 5, title = 'y' where id = %s", [own]).rowcount == 1
        made = "insert into crm_read.deal (owner_id, amount) values (2, 9) returning id, stage"
        row = session.execute(made).fetchone()
        assert row is not None
        assert row[0] > 6000
        assert session.execute("update crm_read.deal set title = 'z' where id = 0").rowcount == 0
        with pytest.raises(errors.InsufficientPrivilege, match="fields amount, margin, closed_on of deal"):
            session.execute("update crm_read.deal set amount = 5 where id = %s", [near])
        session.rollback()


def test_a_record_taken_over_brings_no_right_to_its_fields_before(company: Database) -> None:
    """A record taken over brings no right to its fields before."""
    with company.connect("mallory", autocommit=False) as session:
        near = _one(session, "select min(id) from crm_read.deal where amount is null")
        with pytest.raises(errors.InsufficientPrivilege, match="permission denied for fields"):
            session.execute("update shop.deal set owner_id = 2, amount = 5 where id = %s", [near])
        session.rollback()


def test_behind_a_barrier_keys_are_named_and_nothing_else(company: Database) -> None:
    """Behind a barrier keys are named and nothing else."""
    with company.connect("mallory", autocommit=False) as session:
        assert _one(session, "select count(*) from crm_read.safe") == 400
        assert session.execute("update shop.safe set owner_id = 2 where id = 1").rowcount == 1
        with pytest.raises(errors.InsufficientPrivilege):
            session.execute("select owner_id from shop.safe")
        session.rollback()


DRIFT = {
    "create or replace view crm_read.deal as select id, owner_id, stage, title, amount, margin, closed_on, created_at"
    " from shop.deal": "~ view crm_read.deal",
    "drop view crm_read.safe": "+ view crm_read.safe",
    "alter view crm_read.deal set (security_invoker = true)": "~ view crm_read.deal",
    "comment on view crm_read.deal is 'Nonsense'": "~ view crm_read.deal",
    "alter view crm_read.deal owner to crm_owner": "~ view crm_read.deal",
    "alter view crm_read.deal owner to crm_owner; grant select on crm_read.deal to public;"
    " revoke update on crm_read.deal from crm_manager": "- grant select on crm_read.deal to PUBLIC",
    "alter table shop.deal disable trigger rowlock_write_change_finance": "~ trigger rowlock_write_change_finance",
    "drop trigger rowlock_write_fill_finance on shop.deal": "+ trigger rowlock_write_fill_finance on shop.deal",
    "drop trigger rowlock_write on crm_read.deal": "+ trigger rowlock_write on crm_read.deal",
    "grant execute on function rls.roles_now() to public": "~ routine rls.roles_now()",
    "grant select on crm_read.deal to public": "- grant select on crm_read.deal to PUBLIC",
    "grant select (amount) on shop.deal to crm_blind": "~ grant select",
}


@pytest.mark.parametrize("statement", DRIFT)
def test_what_is_changed_by_hand_is_put_right(administrator: psycopg.Connection, statement: LiteralString) -> None:
    """What is changed by hand is put right."""
    administrator.execute(statement)

    assert any(line.startswith(DRIFT[statement]) for line in mended(administrator, field_company.wanted()))


def test_groups_and_columns_come_and_go(company: Database, administrator: psycopg.Connection) -> None:
    """Groups and columns come and go."""
    without = field_company.ENTITIES.replace(", closed_on]", "]")
    administrator.execute("alter table shop.deal add column region text")
    for entities in (without, field_company.ENTITIES):
        wanted = field_company.wanted(entities=entities)
        deploy(administrator, wanted)
        assert_converged(administrator, wanted)
    assert _one(company.connect("ben"), "select count(region) from crm_read.deal") == 0
    administrator.execute("drop view crm_read.deal, crm_all.deal; alter table shop.deal drop column region")
    deploy(administrator, field_company.wanted())

    assert_converged(administrator, field_company.wanted())


def test_a_view_without_groups_is_the_table(company: Database) -> None:
    """A view without groups is the table: its rows, its plan, its rights to write."""
    with company.connect("mallory") as session:
        assert _plan(session, "select * from crm_read.plain") == _plan(session, "select * from shop.plain")
        assert _one(session, "select count(*) from crm_read.plain") == 40
    with company.connect("ben") as session, pytest.raises(errors.InsufficientPrivilege):
        session.execute("select * from crm_read.plain")
    with company.connect("dora", autocommit=False) as session:
        assert session.execute("select id from crm_read.plain for update").rowcount == 60
        made = session.execute("insert into crm_read.plain (owner_id) values (3) on conflict do nothing returning *")
        assert made.fetchone() == (61, 3, None)
        assert session.execute("delete from crm_read.plain where id = 61").rowcount == 1
        session.rollback()


def test_without_groups_the_views_are_the_callers(administrator: psycopg.Connection) -> None:
    """Without groups the views are the callers' own; with them again, they are their owner's."""
    plain = re.sub(r"\n    fields: .*|, fields: \{[^}]*\}|, barrier: true", "", field_company.ENTITIES)
    roles = re.sub(r", fields: \{[^}]*\}", "", field_company.ROLES).replace("}}}}", "}}}")
    wanted = field_company.wanted(roles, plain)
    plan = deploy(administrator, wanted)
    views = [change.after for change in plan.changes if change.action == "alter" and isinstance(change.after, View)]
    assert [(view.name.name, view.invoker) for view in views] == [("deal", True), ("note", True), ("safe", True)]
    assert_converged(administrator, wanted)
    deploy(administrator, field_company.wanted())

    assert_converged(administrator, field_company.wanted())
