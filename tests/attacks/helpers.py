"""The functions and tables that policies use."""

from __future__ import annotations

from typing import LiteralString

import psycopg

from tests.attacks.attack import attack, readings, statements
from tests.attacks.ground import Ground

statements(
    "helpers",
    "C01",
    what="call what only policies call",
    texts={
        "call-caller": "select rls.caller()",
        "call-held-roles": "select rls.held_roles()",
        "call-in-time": "select rls.in_time('director')",
        "call-counted": "select rls.counted('director', 'deal', 'read')",
        "call-readable": "select rls.readable('deal', 'own')",
        "call-has-explicit": "select rls.has_explicit(array['director'], 'deal', 'read', 'deal:*/*')",
        "call-refresh": "select rls.refresh()",
        "call-refresh-reach": "select rls.refresh_reach()",
        "call-refresh-reach-of": "select rls.refresh_reach_of(array[1, 2, 3])",
        "call-put-owners": "select rls.put_owners(1, 'subtree', array_fill(true, array[9]), false)",
        "call-change-owners": "select rls.change_owners(1, 'subtree', array[1, 2, 3, 4, 5], null)",
        "call-change-memberships": "select rls.change_memberships('{mallory}', '{}', '{crm_director}', '{mallory}')",
        "call-grant-memberships": "select rls.grant_memberships('{crm_director}', '{mallory}', '{missing}')",
        "call-invalidate-reach": "select rls.invalidate_reach()",
        "call-membership-drift": "select * from rls.membership_drift()",
        "call-current-membership": "select * from rls.current_membership()",
        "call-invalidate-plans": "select rls.invalidate_plans()",
    },
)

statements(
    "helpers",
    "C01",
    what="read or write what rights are made of",
    texts={
        "read-roles": "select * from rls.role",
        "read-permissions": "select * from rls.permission",
        "read-assignments": "select * from rls.assignment",
        "read-applied": "select * from rls.applied",
        "read-installation": "select * from rls.installation",
        "read-history": "select * from rls.history",
        "read-logins": "select * from rls.person_login",
        "read-desired-memberships": "select * from rls.desired_membership",
    },
)

statements(
    "helpers",
    "C01",
    what="write what rights are made of",
    control="superuser",
    texts={
        "assign-oneself": "insert into rls.assignment (role, principal_kind, principal_id) values ('director', 'person', 1)",
        "be-somebody-in-reach": "update rls.reach set person_id = 5",
        "join-another-team": "update rls.reach set team = (select max(team.id) from rls.team)",
        "widen-the-team": "update rls.team set subtree_reached = array_fill(true, array[99]), subtree_wide = true",
        "widen-permissions": "update rls.permission set level = 'all'",
        "add-oneself-to-pools": "insert into rls.pool (login) values ('mallory')",
        "function-in-rls": "create function rls.caller2() returns int language sql return 1",
        "replace-the-helper": "create or replace function rls.caller() returns name language sql stable return 'carol'::name",
        "helper-without-path": "alter function rls.held_roles() reset search_path",
    },
)


@attack("helpers", "C01")
def call_ones_own_predicate(ground: Ground) -> bool:
    """Ask a colleague's predicate with arguments of one's choice."""
    return ground.mallory().tries(
        "select rls.director_reads(null::crm.deal, array[true], array[true], array[true], array['x'])"
    )


@attack("helpers", "C01")
def read_ones_department_in_reach(ground: Ground) -> bool:
    """Read from reach who is in one's department, though people may not be read."""
    return bool(ground.mallory().rows("select department_owners from rls.team"))


@attack("helpers", "C01")
def read_everybodys_reach(ground: Ground) -> bool:
    """Read whom others reach."""
    return any(login != "mallory" for (login,) in ground.mallory().rows("select login::text from rls.reach"))


@attack("helpers", "C01")
def fold_a_reach(ground: Ground) -> bool:
    """Ask the functions a policy is planned with, which answer for whoever asks."""
    folded = ("department_owners", "subtree_owners", "folded_department_owners", "folded_subtree_owners")
    return any(bool(ground.mallory().value(f"select rls.{name}()")) for name in folded)


@attack("helpers", "C01")
def read_everybodys_teams(ground: Ground) -> bool:
    """Read whom other teams reach."""
    return len(ground.mallory().rows("select id from rls.team")) > 1


@attack("helpers", "C01")
def copy_permissions(ground: Ground) -> bool:
    """Copy the rights out."""
    return bool(ground.mallory().copied("copy rls.permission to stdout"))


@attack("helpers", "C01", needs="xml")
def reach_by_its_oid(ground: Ground) -> bool:
    """Read reach without naming it: XML functions take a table's oid."""
    oid = ground.truth("select 'rls.reach'::regclass::oid")
    return "mallory" in str(ground.mallory().value("select table_to_xml(%s::oid::regclass, true, false, '')", [oid]))


PATH_TRAP: LiteralString = """
create function pg_temp.trap(anything pg_catalog.text) returns boolean language plpgsql as $trap$
begin
  perform pg_catalog.set_config('trap.owner', current_user::pg_catalog.text, true);
  return true;
end $trap$
"""


@attack("helpers", "C02", "C03", "C04", control="none")
def a_type_of_ones_own_in_a_helper(ground: Ground) -> bool:
    """Have a SECURITY DEFINER helper meet a temporary type of one's own that has the name of a built-in one."""
    with ground.meanwhile(
        "insert into rls.assignment (role, principal_kind, principal_id)"
        " select 'stand_in', 'person', id from crm.person where login = 'tess'",
        "delete from rls.assignment where role = 'stand_in'"
        " and principal_id = (select id from crm.person where login = 'tess')",
    ):
        tess = ground.login("tess")
        tess.run(PATH_TRAP)
        for name in ("name", "text"):
            tess.tries(
                f"create domain pg_temp.{name} as pg_catalog.{name} check (pg_temp.trap(value::pg_catalog.text))"
            )
        tess.error("select count(*) from crm.deal")
        return str(tess.value("select coalesce(current_setting('trap.owner', true), '')")) not in ("", "tess")


@attack("helpers", "C02")
def a_table_of_ones_own_in_a_helper(ground: Ground) -> bool:
    """Have a helper find a temporary table of one's own that is named like the organisation's."""
    with ground.meanwhile(
        "insert into rls.assignment (role, principal_kind, principal_id, valid_from)"
        " select 'stand_in', 'person', id, now() + interval '7 days' from crm.person where login = 'tess'",
        "delete from rls.assignment where role = 'stand_in'"
        " and principal_id = (select id from crm.person where login = 'tess')",
    ):
        tess = ground.login("tess")
        tess.run(
            "create temp table assignment as select 'stand_in' as role, 'everyone' as principal_kind,"
            " null::int as principal_id, null::timestamptz as valid_from, null::timestamptz as valid_until"
        )
        tess.run("create temp table person as select 1 as id, 'tess' as login, true as is_active")
        tess.run("grant select on assignment, person to public")
        return tess.sees("select title from crm.deal")


@attack("helpers", "C04")
def an_operator_of_ones_own_in_a_helper(ground: Ground) -> bool:
    """Put an operator of one's own on the path of a helper."""
    mallory = ground.mallory()
    mallory.run("create function public.yes(name, name) returns boolean language sql immutable return true")
    mallory.run("create operator public.= (leftarg = name, rightarg = name, function = public.yes)")
    mallory.run("set local search_path = public, pg_catalog")
    return mallory.sees("select title from crm.deal")


@attack("helpers", "C26")
def hold_the_lock_of_the_organisation(ground: Ground) -> bool:
    """Hold the lock that every change of the organisation waits for, so that nobody can be dismissed."""
    mallory = ground.mallory()
    for keys in ("hashtext('rowlock'), 1", "hashtext('rowlock'), 2"):
        mallory.tries(f"select pg_advisory_xact_lock({keys})")
    mallory.tries("lock table rls.refreshed in share mode")
    ground.admin.execute("set lock_timeout = '100ms'")
    try:
        ground.admin.execute("update crm.person set is_active = is_active where login = 'mallory'")
    except psycopg.errors.LockNotAvailable:
        return True
    finally:
        ground.admin.execute("reset lock_timeout")
    return False


@attack("helpers")
def hold_the_lock_by_a_helper(ground: Ground) -> bool:
    """Have a helper take the organisation's lock, and keep the transaction open."""
    mallory = ground.mallory()
    mallory.run("select rls.begin_refresh()")
    return True


readings(
    "helpers",
    "B19",
    what="read the helpers' tables by way of what the server knows",
    control="superuser",
    texts={
        "statistics-of-reach": "select 'HIDDEN' from pg_statistic where starelid = 'rls.reach'::regclass",
    },
)
