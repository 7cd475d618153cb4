"""What Rowlock ships besides rights, changed by hand: found, named, put right by apply."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self

import psycopg
import pytest

from rls.plan import apply, make_plan
from tests.database.company import assert_converged, mended, open_company, standing
from tests.fixtures.database import Cluster

RIGHTS = """
roles:
  manager: {permissions: {deal: own, lead: own, product: {read: all}}}
  director: {permissions: {"*": all}}
assignments:
  - {role: director, to: {person: carol}}
  - {role: manager, to: {department: Company/East}}
"""

COUNTED = "rls.counted(text, text, text)"

ALTERED = f"~ helper function {COUNTED} was changed by hand"

FUNCTIONS = {
    "create or replace function rls.caller() returns name language sql stable parallel safe return 'carol'::name": (
        "~ helper function rls.caller() was changed by hand"
    ),
    """
    create or replace function rls.counted(wanted_role text, wanted_entity text, wanted_operation text)
    returns text[] language sql stable security definer parallel safe set search_path = pg_catalog, pg_temp
    as $$ select array['deal:*/*'] $$
    """: ALTERED,
    """
    create or replace function
    rls.has_explicit(held text[], wanted_entity text, wanted_operation text, wanted_cell text)
    returns boolean language sql stable parallel safe return false
    """: "~ helper function rls.has_explicit(text[], text, text, text) was changed by hand",
    f"alter function {COUNTED} security invoker": ALTERED,
    f"alter function {COUNTED} volatile": ALTERED,
    f"alter function {COUNTED} strict": ALTERED,
    f"alter function {COUNTED} leakproof": ALTERED,
    f"alter function {COUNTED} parallel unsafe": ALTERED,
    f"alter function {COUNTED} reset search_path": ALTERED,
    f"alter function {COUNTED} set search_path = public, pg_catalog": ALTERED,
    f"alter function {COUNTED} set role = 'crm_owner'": ALTERED,
    f"alter function {COUNTED} owner to alice": ALTERED,
    "alter function rls.carry_activity() security invoker": (
        "~ helper function rls.carry_activity() was changed by hand"
    ),
    "alter function rls.repair_memberships() rename to gone": "~ helper function rls.repair_memberships() is missing",
    "drop function rls.stamp() cascade": "~ helper trigger rowlock_stamp_insert on crm.deal is missing",
    "grant execute on function rls.caller() to public": "- grant execute on rls.caller() to PUBLIC",
    "grant execute on function rls.caller() to bob with grant option": (
        "- grant execute on rls.caller() to bob with grant option"
    ),
    "drop function rls.refresh(); create function rls.refresh() returns void language sql as $$ select $$": (
        "~ helper function rls.refresh() was changed by hand"
    ),
}

VIEWS = {
    "create or replace view rls.person_login as select 1 as person_id, null::name as login": (
        "~ helper view rls.person_login was changed by hand"
    ),
    "alter view rls.desired_membership owner to alice": "~ helper view rls.desired_membership was changed by hand",
    "alter view rls.person_login set (security_invoker = true)": "~ helper view rls.person_login was changed by hand",
    "drop view rls.desired_pool_membership": "~ helper view rls.desired_pool_membership is missing",
}

FOLLOW = "~ helper trigger rowlock_follow_insert on crm.department_member"

TRIGGERS = {
    "alter table crm.department_member disable trigger rowlock_follow_insert": f"{FOLLOW} was changed by hand",
    "alter table crm.department_member enable replica trigger rowlock_follow_insert": f"{FOLLOW} was changed by hand",
    "alter table crm.department_member disable trigger user": f"{FOLLOW} was changed by hand",
    "drop trigger rowlock_follow_insert on crm.department_member": f"{FOLLOW} is missing",
    "alter trigger rowlock_follow_insert on crm.department_member rename to mine": f"{FOLLOW} is missing",
    """
    create or replace trigger rowlock_follow_insert after insert on crm.department_member
    for each statement execute function rls.lock_organisation()
    """: f"{FOLLOW} was changed by hand",
    "drop trigger rowlock_follow_insert on rls.assignment": (
        "~ helper trigger rowlock_follow_insert on rls.assignment is missing"
    ),
    "drop trigger rowlock_check_login on crm.person": "~ helper trigger rowlock_check_login on crm.person is missing",
    "alter table crm.activity disable trigger rowlock_carry_insert": (
        "~ helper trigger rowlock_carry_insert on crm.activity was changed by hand"
    ),
    """
    create or replace trigger rowlock_carry_to_activity after update on crm.deal
    for each row when (false) execute function rls.carry_deal_activity()
    """: "~ helper trigger rowlock_carry_to_activity on crm.deal was changed by hand",
}

POLICIES = {
    "drop policy self on rls.reach": "~ helper policy self on rls.reach is missing",
    "alter policy self on rls.reach using (true)": "~ helper policy self on rls.reach was changed by hand",
    "alter policy rls_owner on crm.person to public": "~ helper policy rls_owner on crm.person was changed by hand",
    "alter policy rls_owner on crm.deal to crm_manager": "~ helper policy rls_owner on crm.deal was changed by hand",
    "drop policy rls_owner on crm.activity": "~ helper policy rls_owner on crm.activity is missing",
    "alter policy rls_owner on crm.lead using (false)": "~ helper policy rls_owner on crm.lead was changed by hand",
}

NOT_SHIPPED = "has row security that is not as shipped"

PLACES = {
    "alter table rls.reach disable row level security": f"~ table rls.reach {NOT_SHIPPED}",
    "alter table rls.reach force row level security": f"~ table rls.reach {NOT_SHIPPED}",
    "alter table rls.assignment force row level security": f"~ table rls.assignment {NOT_SHIPPED}",
    "alter table crm.department_member disable row level security": f"~ table crm.department_member {NOT_SHIPPED}",
    "alter table crm.pipeline no force row level security": f"~ table crm.pipeline {NOT_SHIPPED}",
    "alter table rls.reach owner to alice": "~ table rls.reach belongs to alice, not to crm_rls_owner",
    "alter table crm.deal owner to alice": "~ table crm.deal belongs to alice, not to crm_owner",
    "alter table crm.person owner to crm_manager": "~ table crm.person belongs to crm_manager, not to crm_owner",
    "alter table crm.task owner to alice": "~ table crm.task belongs to alice, not to crm_owner",
    "alter schema rls owner to alice": "~ schema rls belongs to alice, not to crm_rls_owner",
    "alter schema rls_counter owner to alice": "~ schema rls_counter belongs to alice, not to crm_rls_owner",
    "alter schema crm owner to alice": "~ schema crm belongs to alice, not to crm_owner",
}

WRONG = "is not what the organisation says"

REACH = {
    "update rls.team set subtree_reached = array_fill(true, array[99])": f"~ reach rls.team {WRONG}: team ",
    "update rls.team set department_keys = '{x}'": f"~ reach rls.team {WRONG}: team ",
    "update rls.team set department_wide = true": f"~ reach rls.team {WRONG}: team ",
    "update rls.reach set team = (select max(id) from rls.team)": f"~ reach rls.reach {WRONG}: person ",
    "delete from rls.reach where login = 'alice'": f"~ reach rls.reach {WRONG}: person alice",
    "update rls.reach set mine = array_fill(true, array[9]) where login = 'bob'": f"~ reach rls.reach {WRONG}: ",
    "delete from crm.department_closure where ancestor_id <> descendant_id": f"~ reach department_closure {WRONG}: ",
    """
    set local session_replication_role = replica;
    delete from crm.department_member;
    set local session_replication_role = origin
    """: f"~ reach rls.reach {WRONG}: person ",
}

DEPARTMENT_ROLE = """
do $$ begin
  execute (
    select format('alter role %I login', role) from rls.existing_principal where not permanent order by role limit 1
  );
end $$
"""

ROLES = {
    "alter role crm_everyone login": "~ database role crm_everyone should be nologin",
    "alter role crm_owner bypassrls": "~ database role crm_owner should be nobypassrls",
    "alter role crm_rls_owner superuser login": "~ database role crm_rls_owner should be nosuperuser, nologin",
    "alter role crm_rls_owner nocreaterole": "~ database role crm_rls_owner should be createrole",
    DEPARTMENT_ROLE: "~ database role crm_department_",
}

GRANTS = {
    "grant usage, select on sequence crm.deal_id_seq to alice": "- grant usage on crm.deal_id_seq to alice",
    "grant update on sequence crm.deal_id_seq to public": "- grant update on crm.deal_id_seq to PUBLIC",
    "grant select (login) on crm.person to bob": "- grant select (login) on crm.person to bob",
    "grant truncate on crm.department_member to alice": "- grant truncate on crm.department_member to alice",
    "grant usage on schema crm to alice with grant option": "- grant usage on schema crm to alice with grant option",
    "grant select on all tables in schema rls to crm_everyone": "- grant select on rls.history to crm_everyone",
}

BY_HAND = FUNCTIONS | VIEWS | TRIGGERS | POLICIES | PLACES | REACH | ROLES | GRANTS

OPTIONS = {
    "grant crm_director to carol with set true granted by crm_rls_owner": "grant crm_director: carol",
    "grant crm_director to carol with inherit false granted by crm_rls_owner": "grant crm_director: carol",
    "grant crm_director to carol with admin true granted by crm_rls_owner": "grant crm_director: carol",
    "grant crm_director to carol with set true": "revoke crm_director: carol",
    "grant crm_manager to crm_everyone with inherit false, set true": "revoke crm_manager: crm_everyone",
}
"""What memberships have from PostgreSQL 16 on."""


@pytest.fixture(scope="module")
def company(cluster_of: Callable[[str], Cluster]) -> Iterator[psycopg.Connection]:
    """Give the administrator's connection to a company in order; nothing done to it lasts."""
    with cluster_of("installed").database("installed") as database:
        connection, wanted = open_company(database, RIGHTS)
        assert_converged(connection, wanted)
        yield connection
        assert_converged(connection, wanted)


@pytest.mark.parametrize("by_hand, line", BY_HAND.items())
def test_it_is_found_and_mended(company: psycopg.Connection, by_hand: str, line: str) -> None:
    """The plan names it; after applying nothing is left to do."""
    with company.transaction(force_rollback=True):
        company.execute(by_hand.encode())
        lines = mended(company, standing(RIGHTS))

        assert any(found.startswith(line) for found in lines), lines


def test_lists_of_owners_are_generated(company: psycopg.Connection) -> None:
    """Only they are compared with the organisation; where they are not, the arrays are."""
    with company.transaction(force_rollback=True):
        with pytest.raises(psycopg.errors.GeneratedAlways), company.transaction():
            company.execute("update rls.team set subtree_owners = '{}'")
        company.execute("alter table rls.team alter column subtree_owners drop expression")
        assert make_plan(company, standing(RIGHTS)).empty
        company.execute("update rls.team set subtree_reached = array_fill(true, array[99])")

        assert any(f"reach rls.team {WRONG}" in str(change) for change in make_plan(company, standing(RIGHTS)).changes)


class Noting(psycopg.Cursor[Any]):
    """A cursor that notes how often everybody's reach is computed."""

    times = 0

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Self:
        """Run a statement."""
        Noting.times += "from rls.team_drift" in str(query)
        return super().execute(query, *args, **kwargs)


def test_reach_is_looked_at_by_the_first_plan_alone(company: psycopg.Connection) -> None:
    """What is left while applying, and whether anything is, is told without it: in a big company it takes long."""
    with company.transaction(force_rollback=True):
        company.execute("update rls.team set subtree_reached = '{}'; drop policy manager_reads on crm.deal")
        company.cursor_factory, Noting.times = Noting, 0
        try:
            apply(company, make_plan(company, standing(RIGHTS)))
        finally:
            company.cursor_factory = psycopg.Cursor
        assert Noting.times == 1
        assert_converged(company, standing(RIGHTS))


@pytest.mark.parametrize("by_hand, line", OPTIONS.items())
def test_options_of_memberships(company: psycopg.Connection, by_hand: str, line: str) -> None:
    """ADMIN, INHERIT and SET are what they are granted with, and nothing else."""
    if company.info.server_version < 160000:
        pytest.skip("memberships have no options before PostgreSQL 16")
    with company.transaction(force_rollback=True):
        company.execute(by_hand.encode())

        assert line in mended(company, standing(RIGHTS))
