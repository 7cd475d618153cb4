"""Memberships follow organisation and assignments, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.database.small_company import assign, found, managers
from tests.fixtures.database import Database


@pytest.fixture
def administrator(database: Database) -> psycopg.Connection:
    """Give an administrator's connection to the company of three."""
    return found(database)


def test_a_login_that_is_made_later(administrator: psycopg.Connection) -> None:
    """A person without a database role is passed over until a refresh finds it."""
    assign(administrator, "everyone")
    administrator.execute("insert into crm.person (login, name) values ('dan', 'Dan')")
    administrator.execute("create role dan login")
    drift = administrator.execute("select role::text, member::text, drift from rls.membership_drift()").fetchall()
    assert drift == [("crm_everyone", "dan", "missing")]
    administrator.execute("select rls.refresh()")
    assert managers(administrator) == {"alice", "bob", "carol", "dan"}


@pytest.mark.parametrize("attribute", ["superuser", "bypassrls", "replication", "createrole"])
def test_a_login_above_row_security_is_nobodys(administrator: psycopg.Connection, attribute: str) -> None:
    """Refused as a person's login, and stripped of everything when it becomes so later."""
    assign(administrator, "everyone")
    administrator.execute(f"create role boss login {attribute}")
    with pytest.raises(psycopg.errors.CheckViolation, match=f'login "boss" cannot be.*{attribute.upper()}'):
        administrator.execute("insert into crm.person (login, name) values ('boss', 'Boss')")
    administrator.execute(f"alter role bob {attribute}")
    assert ("crm_everyone", "bob", "extra") in administrator.execute("select * from rls.membership_drift()").fetchall()
    administrator.execute("select rls.refresh()")
    granted = administrator.execute("select count(*) from pg_auth_members where member = 'bob'::regrole").fetchone()
    assert granted == (0,)


@pytest.mark.parametrize("login", ["pg_x", "crm_manager", "crm_x", "Alice", "", "public", "none", "a" * 64, "postgres"])
def test_logins_that_cannot_be(administrator: psycopg.Connection, login: str) -> None:
    """Names that are ours, the server's, or not what PostgreSQL would keep."""
    with pytest.raises(psycopg.errors.CheckViolation):
        administrator.execute("insert into crm.person (login, name) values (%s, 'X')", [login])


@pytest.mark.parametrize(
    "grant",
    [
        "grant crm_manager to carol",
        "grant crm_manager to alice with admin option",
        "set role crm_rls_owner; grant crm_manager to carol; reset role",
        "set role crm_rls_owner; grant crm_manager to carol with admin option; reset role",
        "revoke crm_department_2 from bob granted by crm_rls_owner",
    ],
)
def test_memberships_changed_by_hand_are_mended(administrator: psycopg.Connection, grant: str) -> None:
    """Whoever granted or revoked them; from PostgreSQL 16 on an administrator must do it."""
    assign(administrator, "department", 2)
    assign(administrator, "person", 1)
    if "granted by" in grant and administrator.info.server_version < 160000:
        grant = grant.removesuffix(" granted by crm_rls_owner")
    administrator.execute(grant)
    assert administrator.execute("select * from rls.membership_drift()").fetchall() != []
    administrator.execute("select rls.repair_memberships()")
    assert administrator.execute("select * from rls.membership_drift()").fetchall() == []
    assert managers(administrator) == {"alice", "bob", "carol"}
    admins = "select member::regrole::text from pg_auth_members where admin_option and roleid = 'crm_manager'::regrole"
    assert {name for (name,) in administrator.execute(admins)} <= {"crm_rls_owner"}


def test_assignments_with_a_time(administrator: psycopg.Connection) -> None:
    """Over is over; what is to come is granted early only where the role looks at the clock itself."""
    assign(administrator, "person", 1, valid_until="2001-01-01")
    assign(administrator, "person", 2, valid_from="2101-01-01")
    assign(administrator, "person", 3, valid_from="2001-01-01", valid_until="2101-01-01")
    assert managers(administrator) == {"carol"}
    administrator.execute("update rls.role set timed = true")
    assert managers(administrator) == {"bob", "carol"}


def test_memberships_give_no_more_than_rights(administrator: psycopg.Connection) -> None:
    """From PostgreSQL 16 on nobody can become a role of ours, which would hide who it is."""
    if administrator.info.server_version < 160000:
        pytest.skip("memberships have options of their own from PostgreSQL 16 on")
    administrator.execute("set createrole_self_grant = 'set, inherit'")
    assign(administrator, "subdepartments", 1)
    ours = administrator.execute(
        "select count(*) from pg_auth_members"
        " where member = 'crm_rls_owner'::regrole"
        " and roleid not in ('crm_view_owner'::regrole, 'crm_all_owner'::regrole)"
        " and (inherit_option or set_option)"
    ).fetchone()
    assert ours == (0,)
    options = administrator.execute(
        "select distinct admin_option, inherit_option, set_option from pg_auth_members"
        " where member <> 'crm_rls_owner'::regrole and roleid::regrole::text like 'crm%'"
    ).fetchall()
    assert options == [(False, True, False)]


def test_a_role_somebody_uses_otherwise_is_kept(administrator: psycopg.Connection) -> None:
    """A principal's role with privileges of its own outlives its assignment, without members."""
    assign(administrator, "department", 2)
    administrator.execute("create table public.own (id int); grant select on public.own to crm_department_2")
    administrator.execute("delete from rls.assignment")
    members = "select count(*) from pg_auth_members where roleid = 'crm_department_2'::regrole and not admin_option"
    assert administrator.execute(members).fetchone() == (0,)


def test_a_tree_is_one_database_role(administrator: psycopg.Connection) -> None:
    """However many departments are below; its members are everybody's logins in them, wherever they are."""

    def members() -> dict[str, list[str]]:
        query = """
            select existing.role::text, array_agg(person.rolname::text order by person.rolname)
            from rls.existing_principal as existing
            join pg_auth_members as edge on edge.roleid = existing.role::regrole
            join pg_roles as person on person.oid = edge.member and person.rolname <> 'crm_rls_owner'
            where not existing.permanent
            group by existing.role
        """
        return dict(administrator.execute(query).fetchall())

    assign(administrator, "subdepartments", 1)
    assert members() == {"crm_department_1_tree": ["alice", "bob", "carol"]}
    assign(administrator, "subdepartments", 2)
    administrator.execute("insert into crm.department (name, parent_id) values ('North', 2)")
    administrator.execute("insert into crm.department_member values (3, 3)")
    east = {"crm_department_2_tree": ["bob", "carol"]}
    assert members() == {"crm_department_1_tree": ["alice", "bob", "carol"], **east}
    administrator.execute("update crm.department set parent_id = null where id = 2")
    assert members() == {"crm_department_1_tree": ["alice"], **east}
    assert managers(administrator) == {"alice", "bob", "carol"}
    administrator.execute("delete from crm.department_member where department_id = 3")
    assert members() == {"crm_department_1_tree": ["alice"], **east}
    administrator.execute("delete from rls.assignment where principal_id = 2")
    assert (members(), managers(administrator)) == ({"crm_department_1_tree": ["alice"]}, {"alice"})


def test_the_people_of_a_tree_are_looked_up(administrator: psycopg.Connection) -> None:
    """By their keys, as rls.refresh_principals_of() plans: nobody else is read, however many there are."""
    assign(administrator, "subdepartments", 1)
    query = "select unnest(proconfig) from pg_proc where oid = 'rls.refresh_principals_of'::regproc"
    settings = [row[0].split("=", 1) for row in administrator.execute(query)]
    with administrator.transaction(force_rollback=True):
        for name, value in (*settings, ("enable_seqscan", "off"), ("plan_cache_mode", "auto")):
            administrator.execute("select set_config(%s, %s, true)", [name, value])
        ((plan,),) = administrator.execute(
            "explain (format json) select * from rls.desired_holding where kind = 'subdepartments' and id = 1"
        ).fetchall()
    read = [node for node in _nodes(plan[0]["Plan"]) if node.get("Relation Name") in ("person", "pg_authid")]
    assert len(read) > 1
    assert [node for node in read if "Index Cond" not in node] == []


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


@pytest.mark.parametrize(
    "change",
    [
        "delete from rls.assignment",
        "delete from crm.department_member where person_id = 2",
        "update crm.person set is_active = false where id = 2",
        "update crm.department set parent_id = null where id = 2",
        "update rls.assignment set valid_until = now() - interval '1 day', valid_from = null",
    ],
)
def test_a_prepared_statement_obeys_at_once(administrator: psycopg.Connection, database: Database, change: str) -> None:
    """PostgreSQL keeps plans when a membership goes (CVE-2026-14666); ours are made anew."""
    assign(administrator, "subdepartments", 1)
    administrator.execute(
        """
        create function rls.manager_reads(deal crm.deal, me int, counted text[]) returns boolean
          language sql stable parallel safe
          return deal.owner_id = me;
        alter function rls.manager_reads owner to crm_rls_owner;
        create policy manager_reads on crm.deal for select to crm_manager
          using (rls.manager_reads(
            deal.*, (select person_id from rls.reach), (select rls.counted('manager', 'deal', 'read'))
          ));
        grant usage on schema crm to bob;
        grant select on crm.deal, rls.reach to bob;
        insert into crm.deal (title, owner_id) values ('x', 2), ('y', 3);
        """
    )
    bob = database.connect("bob")
    bob.execute("set plan_cache_mode = force_generic_plan")
    bob.execute("prepare mine as select count(*) from crm.deal")
    for _ in range(3):
        assert bob.execute("execute mine", prepare=False).fetchone() == (1,)
    administrator.execute(change)
    assert bob.execute("execute mine", prepare=False).fetchone() == (0,)
