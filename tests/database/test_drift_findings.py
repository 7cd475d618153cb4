"""What somebody made by hand that is not Rowlock's to undo: found, left alone, ended by the statement it prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest

from rls.drift import Finding, findings
from rls.names import Installation
from rls.plan import deploy, make_plan
from rls.state.objects import State
from tests.database.company import open_company, standing
from tests.fixtures.database import Cluster

ALL_DEALS = "create view crm.all_deals as select * from crm.deal"

INVOKING = "create view crm.all_deals with (security_invoker) as select * from crm.deal"

PEOPLE = {
    "alter role alice superuser": ("error", "person alice", "has SUPERUSER"),
    "alter role alice bypassrls": ("error", "person alice", "has BYPASSRLS"),
    "alter role alice replication createrole": ("error", "person alice", "has REPLICATION, CREATEROLE"),
    "grant bob to alice": ("error", "membership alice", "is a member of bob"),
    "grant bob to alice with admin option": ("error", "membership alice", "is a member of bob"),
    "grant pg_read_all_data to alice": ("error", "membership alice", "is a member of pg_read_all_data"),
    "create role team; grant team to alice": ("error", "membership alice", "is a member of team"),
    "grant pg_write_all_data to crm_manager": ("error", "membership crm_manager", "is a member of pg_write_all_data"),
    "grant pg_monitor to crm_everyone": ("error", "membership crm_everyone", "is a member of pg_monitor"),
    "grant carol to crm_head": ("error", "membership crm_head", "is a member of carol"),
    "grant crm_owner to alice": ("error", "membership alice", "is a member of crm_owner"),
    "grant crm_owner to crm_manager": ("error", "membership crm_manager", "is a member of crm_owner"),
    "grant crm_view_owner to alice": ("error", "membership alice", "is a member of crm_view_owner"),
    "create role clerk login; grant crm_view_owner to clerk": (
        "error",
        "membership clerk",
        "is a member of crm_view_owner",
    ),
    "create role clerk login; grant crm_owner to clerk": ("error", "membership clerk", "is a member of crm_owner"),
}

VIEWS = {
    ALL_DEALS: ("warning", "view crm.all_deals", "reads with its owner's rights crm.deal"),
    f"{ALL_DEALS}; grant select on crm.all_deals to crm_manager": (
        "error",
        "view crm.all_deals",
        "reads with its owner's rights crm.deal; open to crm_manager",
    ),
    f"{ALL_DEALS}; grant select (title) on crm.all_deals to alice": ("error", "view crm.all_deals", "open to alice"),
    f"{ALL_DEALS}; alter view crm.all_deals set (security_barrier)": ("warning", "view crm.all_deals", "crm.deal"),
    f"{ALL_DEALS}; alter view crm.all_deals set (security_invoker = off)": (
        "warning",
        "view crm.all_deals",
        "crm.deal",
    ),
    f"{INVOKING}; create view public.titles as table crm.all_deals": (
        "warning",
        "view public.titles",
        "crm.deal",
    ),
    "create view public.counted as select (select count(*) from crm.lead) from crm.product": (
        "warning",
        "view public.counted",
        "crm.lead, crm.product",
    ),
    "create materialized view crm.frozen as select * from crm.deal": (
        "warning",
        "materialized view crm.frozen",
        "holds rows of crm.deal",
    ),
    f"{INVOKING}; create materialized view public.kept as table crm.all_deals; grant select on public.kept to public": (
        "error",
        "materialized view public.kept",
        "holds rows of crm.deal; open to public",
    ),
}

TABLES = {
    "create table crm.bonus (id int)": ("warning", "table crm.bonus", "has no row security"),
    "create table crm.bonus (id int); grant select on crm.bonus to alice": (
        "error",
        "table crm.bonus",
        "has no row security; open to alice",
    ),
    "create table crm.copy as select * from crm.deal; grant select (title) on crm.copy to crm_everyone": (
        "error",
        "table crm.copy",
        "open to crm_everyone",
    ),
    "create table crm.old_deal () inherits (crm.deal); grant select on crm.old_deal to crm_manager, alice": (
        "error",
        "partition crm.old_deal",
        "is a part of crm.deal, open to alice, crm_manager",
    ),
    "create table public.a () inherits (crm.deal); create table public.b () inherits (public.a);"
    "grant select (title) on public.b to public": (
        "error",
        "partition public.b",
        "is a part of crm.deal, open to public",
    ),
    "create rule quiet as on insert to crm.lead do instead nothing": (
        "warning",
        "rule quiet on crm.lead",
        "rewrites statements",
    ),
    "create policy theirs on crm.deal using (true)": (
        "error",
        "policy theirs on crm.deal",
        "is not Rowlock's (permissive for all to public)",
    ),
    "create policy theirs on rls.reach to alice using (true)": (
        "error",
        "policy theirs on rls.reach",
        "is not Rowlock's (permissive for all to alice)",
    ),
    "create policy theirs on crm.department_member for select to alice using (true)": (
        "error",
        "policy theirs on crm.department_member",
        "for select to alice",
    ),
}

REST = {
    """
    create function crm.everything() returns setof crm.deal language sql security definer
    set search_path = pg_catalog, pg_temp as $$ select * from crm.deal $$
    """: ("error", "function crm.everything()", "runs as postgres (SECURITY DEFINER), open to public"),
    """
    create procedure crm.purge(what text) language sql security definer as $$ delete from crm.deal $$;
    revoke all on procedure crm.purge(text) from public; grant execute on procedure crm.purge(text) to crm_manager
    """: ("error", "function crm.purge(IN what text)", "open to crm_manager"),
    "create function rls.mine() returns int language sql return 1": ("warning", "stray rls.mine()", "not Rowlock's"),
    "create function rls.caller(text) returns name language sql return 'x'::name": (
        "warning",
        "stray rls.caller(text)",
        "not Rowlock's",
    ),
    "create table rls.mine (id int generated always as identity primary key)": ("warning", "stray rls.mine", ""),
    "create sequence rls_counter.mine": ("warning", "stray rls_counter.mine", "counts for nobody"),
    "create view rls.mine as select 1 as one": ("warning", "stray rls.mine", ""),
    "create trigger mine before insert on rls.reach for each statement execute function rls.lock_organisation()": (
        "warning",
        "stray mine on rls.reach",
        "",
    ),
    "alter default privileges in schema crm grant select on tables to crm_manager": (
        "warning",
        "default privileges postgres in schema crm",
        "open new tables to crm_manager",
    ),
    "alter default privileges for role crm_owner grant all on tables to public": (
        "warning",
        "default privileges crm_owner",
        "open new tables to public",
    ),
    "alter default privileges in schema crm grant usage on sequences to alice": (
        "warning",
        "default privileges postgres in schema crm",
        "open new sequences to alice",
    ),
    "alter default privileges in schema crm grant execute on functions to alice": (
        "warning",
        "default privileges postgres in schema crm",
        "open new functions to alice",
    ),
}

BY_HAND = PEOPLE | VIEWS | TABLES | REST

HARMLESS = (
    "create role clerk login; grant select on crm.deal to clerk; grant usage on schema crm to clerk",
    "create role pool login noinherit; grant alice, bob to pool",
    "create role dba login createrole; grant crm_owner, crm_rls_owner to dba",
    f"{INVOKING}; grant select on crm.all_deals to alice",
    "create table crm.bonus (id int); alter table crm.bonus enable row level security",
    "create table public.free (id int); grant select on public.free to public",
    "create table crm.old_deal () inherits (crm.deal)",
    "create function crm.one() returns int language sql return 1",
    """
    create function crm.one() returns int security definer language sql as 'select 1';
    revoke all on function crm.one() from public
    """,
    "alter default privileges in schema public grant select on tables to public",
    "create role clerk; alter default privileges in schema crm grant select on tables to clerk",
    "alter default privileges revoke execute on functions from public",
)


@dataclass(frozen=True)
class Company:
    """The administrator's connection to a company in order, and what its definition wants."""

    connection: psycopg.Connection
    desired: State
    installation: Installation

    def found(self) -> tuple[Finding, ...]:
        """Return the findings of the company's database."""
        with self.connection.transaction():
            return findings(self.connection, self.desired, self.installation)


@pytest.fixture(scope="module")
def company(cluster_of: Callable[[str], Cluster]) -> Iterator[Company]:
    """Give a company; nothing done to it lasts."""
    with cluster_of("installed").database("installed") as database:
        connection, wanted = open_company(database)
        plan = make_plan(connection, wanted)
        company = Company(connection, plan.desired, plan.installation)
        assert company.found() == ()
        yield company
        assert company.found() == ()


@pytest.mark.parametrize("by_hand, expected", BY_HAND.items())
def test_it_is_found_and_its_statement_ends_it(company: Company, by_hand: str, expected: tuple[str, str, str]) -> None:
    """What is printed, run as it is, leaves nothing to find."""
    with company.connection.transaction(force_rollback=True):
        company.connection.execute(by_hand.encode())
        found = company.found()

        assert [(one.severity, f"{one.kind} {one.object}") for one in found] == [expected[:2]]
        assert expected[2] in found[0].what
        for one in found:
            company.connection.execute(one.statement.encode())
        assert company.found() == ()


@pytest.mark.parametrize("by_hand", HARMLESS)
def test_what_opens_nothing_is_not_found(company: Company, by_hand: str) -> None:
    """Nobody reads a report that cries wolf."""
    with company.connection.transaction(force_rollback=True):
        company.connection.execute(by_hand.encode())

        assert company.found() == ()


def test_apply_leaves_them_alone(company: Company) -> None:
    """Whatever is there of somebody else's, all at once."""
    kinds = (VIEWS, TABLES, REST)
    with company.connection.transaction(force_rollback=True):
        for by_hand in (next(iter(kind)) for kind in kinds):
            company.connection.execute(by_hand.encode())
        found = company.found()

        deploy(company.connection, standing())

        assert len(found) == len(kinds)
        assert company.found() == found
