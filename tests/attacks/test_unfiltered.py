"""The views without policies show records to nobody but who reads every record, and columns to who reads them in each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from rls.drift import Finding, findings
from rls.plan import deploy, make_plan
from tests.attacks.ground import shows
from tests.database import field_company
from tests.database.company import assign, mended, person, unassign
from tests.fixtures.database import Cluster, Database

AUDITOR = "  auditor: {permissions: {deal: {read: all, fields: {finance: none}}, plain: all}}\n"
"""Reads every deal, and never its finance."""

WANTED = field_company.wanted(field_company.ROLES + AUDITOR)

PAST: tuple[LiteralString, ...] = (
    "select * from crm_all.deal",
    "select count(*) from crm_all.deal",
    "select 1 from crm_all.deal limit 0",
    "select deal from crm_all.deal",
    "table crm_all.deal",
    "copy crm_all.deal to stdout",
    "copy (select margin from crm_all.deal) to stdout",
    "explain select from crm_all.deal where margin = 31337",
    "explain (analyze) select from crm_all.deal where false",
    "select from crm_all.safe",
    "select from crm_all.note",
    "select id from shop.deal where exists (select from crm_all.deal as d where d.id = deal.id and d.margin > 31000)",
    "select margin from shop.deal left join crm_all.deal as d using (id)",
    "with x as materialized (select * from crm_all.deal) select 1",
    "select from shop.deal where false and (select max(margin) from crm_all.deal) > 1",
    "prepare x as select * from crm_all.deal; execute x",
    "declare c cursor for select * from crm_all.deal",
    "create temp view x as select * from crm_all.deal",
    "create or replace view crm_all.deal as select * from shop.deal",
    "create view crm_all.mine as select 1",
    "alter view crm_all.deal set (security_invoker = true)",
    "drop view crm_all.deal",
    "grant select on crm_all.deal to mallory",
    "select * from crm_all.deal for update",
    "begin; lock crm_all.deal in access share mode",
    "insert into crm_all.plain (owner_id) values (2)",
    "update crm_all.plain set title = 'x'",
    "delete from crm_all.plain",
    "set role crm_all_owner",
    "set session authorization crm_all_owner",
    "grant crm_all_owner to mallory",
    "alter role crm_all_owner login",
)
"""What somebody without the right tries."""


@pytest.fixture(scope="module")
def held(cluster_of: Callable[[str], Cluster]) -> Iterator[Database]:
    """Give the company, and olga, who reads all deals without their finance."""
    with cluster_of(field_company.KIND).database(field_company.KIND) as database:
        administrator = database.connect()
        deploy(administrator, WANTED)
        person(administrator, "olga", ["West"])
        assign(administrator, "auditor", "olga")
        assign(administrator, "rep", "olga")
        yield database


@pytest.fixture(scope="module")
def administrator(held: Database) -> psycopg.Connection:
    """Return the administrator's connection."""
    return held.connect()


def outcome(connection: psycopg.Connection, statement: LiteralString | sql.Composed) -> str:
    """Return what a statement finds, or the class of its error."""
    try:
        cursor = connection.execute(statement)
    except psycopg.Error as error:
        connection.rollback()
        return type(error).__name__
    return str(cursor.fetchall() if cursor.description else cursor.statusmessage)


def found_by_verify(administrator: psycopg.Connection) -> tuple[Finding, ...]:
    """Return what ``rowlock verify`` finds that is not Rowlock's."""
    plan = make_plan(administrator, WANTED)
    return findings(administrator, plan.desired, plan.installation)


@contextmanager
def without(administrator: psycopg.Connection, role: str, login: str) -> Iterator[None]:
    """Take a role away from somebody for a while."""
    unassign(administrator, role, login)
    yield
    assign(administrator, role, login)


@pytest.mark.parametrize("who", ["mallory", "rita", "ben", "max", "nina"])
def test_whoever_reads_a_part_reads_none_of_it(held: Database, who: str) -> None:
    """Whoever reads a part reads none of it; nina would read all, were her time not over."""
    with held.connect(who) as session:
        told = {statement: outcome(session, statement) for statement in PAST}

    assert {*told.values()} <= {"InsufficientPrivilege"}, {
        key: value for key, value in told.items() if "Ins" not in value
    }


def test_a_role_that_follows_the_clock_never_does(held: Database, administrator: psycopg.Connection) -> None:
    """A role that follows the clock never does: it goes without a word to privileges."""
    administrator.execute("update rls.assignment set valid_until = null where role = 'deputy'")
    with held.connect("nina") as nina:
        assert nina.execute("select count(*) from crm_read.deal").fetchone() == (6000,)
        assert outcome(nina, "select from crm_all.deal limit 1") == "InsufficientPrivilege"
    administrator.execute("update rls.assignment set valid_until = now() - interval '1 day' where role = 'deputy'")


HIDDEN: tuple[LiteralString, ...] = (
    "select * from crm_all.deal",
    "table crm_all.deal",
    "select margin from crm_all.deal",
    "select deal from crm_all.deal",
    "select to_jsonb(deal) from crm_all.deal",
    "select max(amount) from crm_all.deal",
    "select id from crm_all.deal where margin = 31337",
    "explain select id from crm_all.deal where margin = 31337",
    "select id from crm_all.deal order by margin limit 1",
    "select count(*) from crm_all.deal natural join shop.deal",
    "select id from crm_all.deal join (values (31337)) as x (margin) using (margin)",
    "select price from crm_all.note",
)


def test_who_reads_all_without_some_fields_never_names_them(held: Database) -> None:
    """Who reads all without some fields never names them, nor a child's of the same group."""
    with held.connect("olga") as olga:
        told = {statement: outcome(olga, statement) for statement in HIDDEN}
        rows = olga.execute("select id, owner_id, stage, title, created_at from crm_all.deal").fetchall()

    assert {*told.values()} == {"InsufficientPrivilege"}, told
    assert len(rows) == 6000
    assert not shows(rows)


def test_no_catalog_shows_values_of_it(held: Database) -> None:
    """No catalog shows values of it."""
    for who in ("olga", "mallory"):
        with held.connect(who) as session:
            assert session.execute("select * from pg_stats where schemaname in ('crm_all', 'shop')").fetchall() == []


PLANS = ("force_generic_plan", "force_custom_plan", "auto")

NARROWED: dict[str, tuple[str, str]] = {
    "records": ("director: {permissions: {deal: all", "director: {permissions: {deal: department"),
    "fields": (
        "director: {permissions: {deal: all",
        "director: {permissions: {deal: {read: all, fields: {finance: none}}",
    ),
    "a stage": (
        "director: {permissions: {deal: all",
        "director: {permissions: {deal: {read: all, stages: {won: {read: department}}}",
    ),
    "for a time": ("director: {", "director: {timed: true, "),
}


@pytest.mark.parametrize("plans", PLANS)
def test_a_prepared_statement_ends_with_the_role(held: Database, administrator: psycopg.Connection, plans: str) -> None:
    """A prepared statement ends with the role, and in the snapshot of an open transaction, too."""
    with held.connect("dora", options=f"-c plan_cache_mode={plans}") as dora, held.connect("dora") as snapshot:
        dora.execute("prepare kept (numeric) as select count(*) from crm_all.deal where margin > $1")
        kept = [outcome(dora, "execute kept (31000)") for _ in range(7)]
        snapshot.execute("begin isolation level repeatable read; select count(*) from crm_all.deal")
        with without(administrator, "director", "dora"):
            gone = outcome(dora, "execute kept (31000)")
            assert outcome(snapshot, "select count(*) from crm_all.deal") == "InsufficientPrivilege"
        again = outcome(dora, "execute kept (31000)")

    assert {*kept, again} == {"[(4000,)]"}
    assert gone == "InsufficientPrivilege"


@pytest.mark.parametrize("what", NARROWED)
def test_a_prepared_statement_ends_with_the_level(held: Database, administrator: psycopg.Connection, what: str) -> None:
    """A prepared statement ends with the level; no table is locked for it."""
    before, after = NARROWED[what]
    roles = field_company.ROLES + AUDITOR
    narrowed = roles.replace(before, after)
    assert narrowed != roles
    with held.connect("dora", options="-c plan_cache_mode=force_generic_plan") as dora:
        dora.execute("prepare kept as select count(*) from crm_all.deal where margin > 31000")
        kept = outcome(dora, "execute kept")
        plan = deploy(administrator, field_company.wanted(narrowed))
        gone = outcome(dora, "execute kept")
        deploy(administrator, field_company.wanted(roles))
        again = outcome(dora, "execute kept")

    assert (kept, gone, again) == ("[(4000,)]", "InsufficientPrivilege", "[(4000,)]")
    assert not any(change.locks_table for change in plan.changes)


def test_a_pools_statement_is_asked_of_each(administrator: psycopg.Connection) -> None:
    """A pool's statement is asked of each person it is run as."""
    administrator.execute("prepare kept as select count(*) from crm_all.deal where margin > 31000")
    seen = []
    for who in ("dora", "mallory", "olga", "dora"):
        administrator.execute(sql.SQL("set role {}").format(sql.Identifier(who)))
        seen.append(outcome(administrator, "execute kept"))
    administrator.execute("reset role; deallocate kept")

    assert seen == ["[(4000,)]", "InsufficientPrivilege", "InsufficientPrivilege", "[(4000,)]"]


def test_who_became_a_role_has_what_the_table_gives(held: Database, administrator: psycopg.Connection) -> None:
    """Who became a role, which 15 cannot refuse, has what the table gives, before the role is taken and after."""
    with held.connect("dora") as dora:
        became = outcome(dora, "set role crm_director")
        on_view, on_table = "select count(*) from crm_all.deal", "select count(*) from shop.deal"
        told = [(outcome(dora, on_view), outcome(dora, on_table))]
        with without(administrator, "director", "dora"):
            told.append((outcome(dora, on_view), outcome(dora, on_table)))
            dora.execute("reset role")
            told.append((outcome(dora, on_view), outcome(dora, on_table)))

    assert told[0] == ("[(6000,)]", "[(6000,)]")
    if became == "InsufficientPrivilege":
        assert administrator.info.server_version >= 160000
        assert told[1][0] == "InsufficientPrivilege"
    else:
        assert told[1][0] == told[1][1]
    assert told[2][0] == "InsufficientPrivilege"


COLLEAGUE = """
create schema dora authorization dora;
grant usage on schema dora to public;
create view dora.deal with (security_invoker = true) as select * from crm_all.deal;
create function dora.deals() returns setof crm_all.deal language sql begin atomic select * from crm_all.deal; end;
create view dora.shown as select * from crm_all.deal;
alter view dora.deal owner to dora;
alter view dora.shown owner to dora;
alter function dora.deals() owner to dora;
grant select on all tables in schema dora to public;
"""


def test_what_a_colleague_makes_asks_its_caller(held: Database, administrator: psycopg.Connection) -> None:
    """What a colleague makes asks its caller; what they make to show what they see is found, as over the table."""
    administrator.execute(COLLEAGUE)
    try:
        for who in ("mallory", "olga"):
            with held.connect(who) as session:
                assert outcome(session, "select * from dora.deal") == "InsufficientPrivilege"
                assert outcome(session, "select * from dora.deals()") == "InsufficientPrivilege"
        assert ("view", "dora.shown") in {(each.kind, each.object) for each in found_by_verify(administrator)}
    finally:
        administrator.execute("drop schema dora cascade")


DRIFT: dict[LiteralString, str] = {
    "grant select on crm_all.deal to crm_manager": "- grant select on crm_all.deal to crm_manager",
    "grant select (margin) on crm_all.deal to crm_auditor": "~ grant select",
    "grant select on crm_all.deal to public": "- grant select on crm_all.deal to PUBLIC",
    "grant select on crm_all.deal to mallory": "- grant select on crm_all.deal to mallory",
    "revoke select on crm_all.deal from crm_director": "+ grant select on crm_all.deal to crm_director",
    "grant update on crm_all.deal to crm_director": "- grant update on crm_all.deal to crm_director",
    "grant usage on schema crm_all to public": "- grant usage on schema crm_all to PUBLIC",
    "grant insert on shop.deal to crm_all_owner": "- grant insert on shop.deal to crm_all_owner",
    "drop view crm_all.safe": "+ view crm_all.safe",
    "alter view crm_all.plain owner to crm_view_owner": "~ view crm_all.plain",
    "alter view crm_all.note set (security_invoker = true)": "~ view crm_all.note",
    "drop policy unfiltered on shop.deal": "+ policy unfiltered on shop.deal",
    "alter policy unfiltered on shop.note to public": "~ policy unfiltered on shop.note",
    "alter schema crm_all owner to crm_owner": "~ schema crm_all belongs to crm_owner",
    "alter role crm_all_owner login": "~ database role crm_all_owner should be nologin",
    "alter role crm_view_owner bypassrls": "~ database role crm_view_owner should be nobypassrls",
}


def test_what_is_changed_by_hand_is_put_right(administrator: psycopg.Connection) -> None:
    """What is changed by hand is put right."""
    for statement in DRIFT:
        administrator.execute(statement)

    done = mended(administrator, WANTED)
    assert [line for line in DRIFT.values() if not any(found.startswith(line) for found in done)] == []


def test_whoever_becomes_the_owner_is_found(administrator: psycopg.Connection) -> None:
    """Whoever becomes the owner is found."""
    administrator.execute("grant crm_all_owner to mallory")
    found = found_by_verify(administrator)
    administrator.execute("revoke crm_all_owner from mallory")

    assert ("membership", "error", "mallory") in {(each.kind, each.severity, each.object) for each in found}


QUERIES: dict[str, LiteralString] = {
    "page": "select * from {deal} where amount > 777001 order by created_at desc limit 50",
    "join": "select deal.id, price from {deal} as deal join {note} as note on note.deal_id = deal.id where amount < 20",
    "search": "select count(*) from {deal} as deal where title like '%123%'",
    "barrier": "select * from {safe} as safe where amount = 7 limit 5",
}


@pytest.fixture(scope="module")
def above(held: Database, administrator: psycopg.Connection) -> psycopg.Connection:
    """Return the connection of a login above row security."""
    administrator.execute(
        "create role reader login bypassrls password 'reader-secret'; grant usage on schema shop to reader;"
        " grant select on all tables in schema shop to reader"
    )
    return held.connect("reader")


def plan_of(connection: psycopg.Connection, query: LiteralString, schema: LiteralString) -> list[str]:
    """Return the plan of a query of the tables, or of the views of a schema, with costs and estimates."""
    for name in ("deal", "note", "safe"):
        query = query.replace("{" + name + "}", f"{schema}.{name}")
    return [line for (line,) in connection.execute(b"explain " + query.encode())]


@pytest.mark.parametrize("what", QUERIES)
def test_its_plan_is_that_of_who_is_above_row_security(held: Database, above: psycopg.Connection, what: str) -> None:
    """Its plan is that of who is above row security, estimates included; the table's is not."""
    with held.connect("dora") as dora:
        best = plan_of(above, QUERIES[what], "shop")

        assert plan_of(dora, QUERIES[what], "crm_all") == best
        assert plan_of(dora, QUERIES[what], "crm_read") != best


def test_an_owner_held_to_policies_reads_the_same(held: Database, administrator: psycopg.Connection) -> None:
    """An owner held to policies, as where no superuser installed, reads the same rows by slower plans."""
    with held.connect("dora") as dora:
        counted: list[object] = []
        for attribute in ("nobypassrls", "bypassrls"):
            administrator.execute(f"alter role crm_all_owner {attribute}".encode())
            counted += [
                dora.execute(
                    sql.SQL("select count(*), sum(id) from crm_all.{}").format(sql.Identifier(name))
                ).fetchone()
                for name in ("deal", "note", "safe", "plain")
            ]
            with held.connect("mallory") as mallory:
                assert outcome(mallory, "select from crm_all.deal") == "InsufficientPrivilege"
            assert make_plan(administrator, WANTED).empty

    assert counted[:4] == counted[4:]
    assert [row[0] for row in itertools.islice(counted, 4) if isinstance(row, tuple)] == [6000, 600, 600, 60]
