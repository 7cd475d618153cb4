"""What somebody changes by hand is found, named and mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.database.company import assert_converged, assign, mended, open_company, standing
from tests.fixtures.database import Cluster

RIGHTS = """
roles:
  manager: {permissions: {deal: own, lead: own, product: {read: all}}}
  head: {permissions: {deal: {read: subdepartments, update: department}, lead: department}}
  director: {permissions: {"*": all}}
  stand_in: {timed: true, permissions: {deal: own}}
assignments:
  - {role: director, to: {person: carol}}
  - {role: manager, to: {department: Company/East}}
"""

MANAGER_READS = "rls.manager_reads(crm.deal, bool[], bool[], bool[], text[])"

POLICIES = {
    "alter policy manager_reads on crm.deal using (true)": "~ policy manager_reads on crm.deal",
    "alter policy manager_reads on crm.deal to public": "~ policy manager_reads on crm.deal",
    "alter policy manager_reads on crm.deal to crm_manager, crm_head": "~ policy manager_reads on crm.deal",
    "alter policy manager_updates on crm.deal with check (true)": "~ policy manager_updates on crm.deal",
    "alter policy manager_reads on crm.deal rename to mine": "+ policy manager_reads on crm.deal",
    "drop policy manager_reads on crm.deal": "+ policy manager_reads on crm.deal",
    """
    drop policy manager_reads on crm.deal;
    create policy manager_reads on crm.deal for all to crm_manager using (true)
    """: "~ policy manager_reads on crm.deal",
    """
    drop policy manager_reads on crm.deal;
    create policy manager_reads on crm.deal as restrictive for select to crm_manager using (owner_id = 1)
    """: "~ policy manager_reads on crm.deal",
}

ROW_SECURITY = {
    "alter table crm.deal disable row level security": "~ row security of crm.deal",
    "alter table crm.deal no force row level security": "~ row security of crm.deal",
    "alter table crm.deal disable row level security, no force row level security": "~ row security of crm.deal",
}

FUNCTIONS = {
    """
    create or replace function rls.manager_reads(
      deal crm.deal, mine bool[], department_reached bool[], subtree_reached bool[], counted text[]
    ) returns boolean language sql stable parallel safe return true
    """: "~ function rls.manager_reads(crm.deal)",
    f"grant execute on function {MANAGER_READS} to public": "~ function rls.manager_reads(crm.deal)",
    f"grant execute on function {MANAGER_READS} to alice": "~ function rls.manager_reads(crm.deal)",
    f"grant execute on function {MANAGER_READS} to crm_manager with grant option": (
        "~ function rls.manager_reads(crm.deal)"
    ),
    f"revoke execute on function {MANAGER_READS} from crm_manager": "~ function rls.manager_reads(crm.deal)",
    f"alter function {MANAGER_READS} owner to alice": "~ function rls.manager_reads(crm.deal)",
    f"alter function {MANAGER_READS} security definer": "~ function rls.manager_reads(crm.deal)",
    f"alter function {MANAGER_READS} volatile": "~ function rls.manager_reads(crm.deal)",
    f"alter function {MANAGER_READS} strict": "~ function rls.manager_reads(crm.deal)",
    f"alter function {MANAGER_READS} leakproof": "~ function rls.manager_reads(crm.deal)",
    f"alter function {MANAGER_READS} parallel unsafe": "~ function rls.manager_reads(crm.deal)",
    f"alter function {MANAGER_READS} cost 1": "~ function rls.manager_reads(crm.deal)",
    f"alter function {MANAGER_READS} set search_path = public": "~ function rls.manager_reads(crm.deal)",
    f"alter function {MANAGER_READS} rename to gone": "+ function rls.manager_reads(crm.deal)",
    "create function rls.manager_reads(crm.deal) returns boolean language sql return true": (
        "- function rls.manager_reads(crm.deal)"
    ),
}

GRANTS = {
    "grant update (name) on crm.product to crm_manager": "- grant update (name) on crm.product to crm_manager",
    "grant select on crm.product to crm_head": "- grant select on crm.product to crm_head",
    "grant select, update on crm.deal to crm_manager": "- grant select on crm.deal to crm_manager",
    "revoke select (title) on crm.deal from crm_manager": "~ grant select",
    "revoke delete on crm.deal from crm_manager": "+ grant delete on crm.deal to crm_manager",
    "grant select on crm.deal to public": "- grant select on crm.deal to PUBLIC",
    "grant select (title) on crm.deal to public": "- grant select (title) on crm.deal to PUBLIC",
    "grant select on crm.deal to alice": "- grant select on crm.deal to alice",
    "grant truncate, references, trigger on crm.deal to crm_manager": "- grant truncate on crm.deal to crm_manager",
    "grant select on crm.deal to crm_everyone": "- grant select on crm.deal to crm_everyone",
    "grant delete on crm.deal to crm_manager with grant option": "~ grant delete on crm.deal to crm_manager",
    "grant select (title) on crm.deal to crm_manager with grant option": "~ grant select",
    """
    grant select on crm.deal to alice with grant option;
    set role alice;
    grant select on crm.deal to bob;
    reset role
    """: "- grant select on crm.deal to bob",
    "revoke usage on schema crm from crm_manager": "+ grant usage on schema crm to crm_manager",
    "grant create on schema crm to crm_manager": "- grant create on schema crm to crm_manager",
    "grant create on schema crm to public": "- grant create on schema crm to PUBLIC",
    "grant usage on schema rls to crm_manager": "- grant usage on schema rls to crm_manager",
    "grant usage on schema rls to alice": "- grant usage on schema rls to alice",
    "grant usage on schema rls to public": "- grant usage on schema rls to PUBLIC",
    "revoke select on rls.reach from crm_manager": "+ grant select (login, mine, person_id, person_key, team)",
    "grant select, update on rls.assignment to crm_manager": "- grant update on rls.assignment to crm_manager",
    "grant insert on rls.assignment to public": "- grant insert on rls.assignment to PUBLIC",
    "grant insert on rls.assignment to alice": "- grant insert on rls.assignment to alice",
    "revoke execute on function rls.counted(text, text, text) from crm_manager": (
        "+ grant execute on rls.counted(wanted_role text, wanted_entity text, wanted_operation text) to crm_manager"
    ),
    "grant execute on function rls.refresh() to public": "- grant execute on rls.refresh() to PUBLIC",
    "grant execute on function rls.refresh() to alice": "- grant execute on rls.refresh() to alice",
}

MEMBERSHIPS = {
    "grant crm_director to bob": "revoke crm_director: bob",
    "grant crm_director to bob with admin option": "revoke crm_director: bob",
    "revoke crm_director from carol granted by crm_rls_owner": "grant crm_director: carol",
    "grant crm_director to crm_manager": "revoke crm_director: crm_manager",
    "grant crm_director to crm_everyone": "revoke crm_director: crm_everyone",
    "revoke crm_everyone from alice granted by crm_rls_owner": "grant crm_everyone: alice",
}

TABLES = {
    "update rls.role set timed = true where name = 'manager'": "~ role manager",
    "update rls.role set database_role = 'crm_other' where name = 'manager'": "~ role manager",
    "delete from rls.role where name = 'manager'": "+ role manager",
    "insert into rls.role values ('ghost', 'crm_ghost')": "- role ghost",
    "update rls.permission set level = 'all' where role = 'stand_in'": "~ permission stand_in: read deal at deal:",
    "delete from rls.permission": "+ permission stand_in: read deal at deal:",
    "insert into rls.permission values ('ghost', 'deal', 'read', 'deal:*/*', 'all')": "- permission ghost: read",
    "delete from rls.assignment": "+ assignment director",
    "update rls.assignment set role = 'director'": "+ assignment manager",
    """
    insert into rls.assignment (role, principal_kind, principal_id, from_definition)
    select 'director', 'person', id, true from crm.person where login = 'bob'
    """: "- assignment director",
    "update rls.assignment set from_definition = false": "+ assignment director",
    "update rls.assignment set valid_until = now() - interval '1 day'": "assignment director",
    "delete from rls.applied": "~ function rls.manager_reads(crm.deal)",
    "update rls.applied set source = 'true', canonical = ''": "~ function rls.manager_reads(crm.deal)",
}

ROLES = {
    "drop owned by crm_head; drop role crm_head": "+ database role crm_head",
    "alter role crm_head login": "~ database role crm_head",
    "alter role crm_head superuser": "~ database role crm_head",
    "alter role crm_head bypassrls createrole createdb replication": "~ database role crm_head",
}

BY_HAND = POLICIES | ROW_SECURITY | FUNCTIONS | GRANTS | MEMBERSHIPS | TABLES | ROLES


@pytest.fixture(scope="module")
def company(cluster_of: Callable[[str], Cluster]) -> Iterator[psycopg.Connection]:
    """Give the administrator's connection to a company in order; nothing done to it lasts."""
    with cluster_of("installed").database("installed") as database:
        connection, wanted = open_company(database, RIGHTS)
        assign(connection, "stand_in", "dave")
        assert_converged(connection, wanted)
        yield connection
        assert_converged(connection, wanted)


@pytest.mark.parametrize("by_hand, line", BY_HAND.items())
def test_drift_is_found_and_mended(company: psycopg.Connection, by_hand: str, line: str) -> None:
    """The plan names it; after applying nothing is left to do."""
    with company.transaction(force_rollback=True):
        company.execute(by_hand.encode())
        lines = mended(company, standing(RIGHTS))

        assert any(line in found for found in lines), lines
