"""Attacks by ordinary people that must come to nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import LiteralString

import psycopg
import pytest

from tests.access.test_identity import DENIED, ROLES, company
from tests.database.company import assert_converged, column, deals, standing
from tests.fixtures.database import Cluster, Database


@pytest.fixture(scope="module")
def attacked(cluster_of: Callable[[str], Cluster]) -> Iterator[Database]:
    """Give a company for attacks that must come to nothing; nothing has changed afterwards."""
    with cluster_of("installed").database("installed") as database:
        connection = company(database)
        yield database
        assert_converged(connection, standing(ROLES))
        assert column(connection, "select title from crm.deal order by title") == ["alice", "bob", "carol", "dave"]


SETTINGS: tuple[LiteralString, ...] = (
    "set rls.login = 'bob'",
    "set app.user_id = '2'",
    "set app.person = 'bob'",
    "set rls.person_id = 2",
    'set request.jwt.claims = \'{"role": "bob"}\'',
    "set application_name = 'bob'",
    "set search_path = crm, public, pg_temp",
    "set row_security = on",
)


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_setting_makes_somebody_else(attacked: Database, setting: LiteralString) -> None:
    """Anybody may set these, so nothing reads them."""
    with attacked.connect("alice") as alice:
        alice.execute(setting)

        assert deals(alice) == ["alice"]


@pytest.mark.parametrize(
    "statement",
    [
        "set row_security = off",
        "set role bob",
        "set role crm_director",
        "set role crm_owner",
        "set role crm_rls_owner",
        "set session authorization bob",
        "set session_replication_role = replica",
        "alter role alice bypassrls",
        "alter role alice createrole",
        "grant crm_director to alice",
        "grant bob to alice",
        "create role helper",
    ],
)
def test_nobody_becomes_more(attacked: Database, statement: LiteralString) -> None:
    """Neither by a role of somebody else nor by an attribute."""
    with attacked.connect("alice") as alice:
        if statement == "set row_security = off":
            alice.execute(statement)
            with pytest.raises(DENIED, match="row-level security"):
                deals(alice)
            return
        with pytest.raises(DENIED):
            alice.execute(statement)

        assert deals(alice) == ["alice"]


CALLS: tuple[LiteralString, ...] = (
    "select rls.caller()",
    "select rls.held_roles()",
    "select rls.in_time('director')",
    "select rls.counted('director', 'deal', 'read')",
    "select rls.readable('deal', 'own')",
    "select rls.has_explicit(array['director'], 'deal', 'read', 'deal:*/*')",
    "select rls.refresh()",
    "select rls.refresh_memberships()",
    "select rls.refresh_reach()",
    "select rls.repair_memberships()",
    "select rls.invalidate_plans(array['crm_director']::name[])",
    "select rls.membership_drift()",
    "select rls.director_reads(deal, 1, array[1], array[1], array['x']) from crm.deal",
    "select * from rls.reach",
    "select * from rls.role",
    "select * from rls.permission",
    "select * from rls.assignment",
    "select * from rls.applied",
    "select * from rls.installation",
    "insert into rls.assignment (role, principal_kind, principal_id) values ('director', 'person', 1)",
    "update rls.reach set person_id = 2",
    "delete from rls.permission",
    "create function rls.caller2() returns int language sql return 1",
)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("login", ["alice", "carol"])
def test_schema_rls_is_closed(attacked: Database, call: LiteralString, login: str) -> None:
    """Policies use it on people's behalf; by name nobody reaches anything in it, the director neither."""
    with attacked.connect(login) as session, pytest.raises(DENIED, match="permission denied for schema rls"):
        session.execute(call)


MAKING: tuple[LiteralString, ...] = (
    "create temp table person (id int)",
    "create temp view reach as select 1",
    "create schema mine",
    "create table public.mine (id int)",
    "create function public.mine() returns int language sql return 1",
    "create table crm.mine (id int)",
    "create policy mine on crm.deal using (true)",
    "create trigger mine before insert on crm.deal execute function crm.x()",
    "alter table crm.deal disable row level security",
    "alter table crm.deal no force row level security",
    "truncate crm.deal",
    "create publication mine for table crm.deal",
    "create materialized view public.mine as select * from crm.deal",
)


@pytest.mark.parametrize("statement", MAKING)
@pytest.mark.parametrize("login", ["alice", "carol"])
def test_people_make_nothing(attacked: Database, statement: LiteralString, login: str) -> None:
    """No object of one's own to begin an attack with, temporary ones included."""
    with attacked.connect(login) as session, pytest.raises(psycopg.Error) as error:
        session.execute(statement)
    assert error.value.sqlstate in ("42501", "42883", "42P01")
