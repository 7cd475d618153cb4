"""Cached plans, snapshots, cursors: rights that were taken away meanwhile."""

from __future__ import annotations

from tests.attacks.attack import attack
from tests.attacks.ground import Ground

TAKE = (
    "delete from rls.assignment where role = 'visitor'"
    " and principal_id = (select id from crm.person where login = 'mallory')"
)
GIVE = (
    "insert into rls.assignment (role, principal_kind, principal_id)"
    " select 'visitor', 'person', id from crm.person where login = 'mallory'"
)
PROMOTE = (
    "insert into rls.assignment (role, principal_kind, principal_id)"
    " select 'director', 'person', id from crm.person where login = 'mallory'"
)
DEMOTE = (
    "delete from rls.assignment where role = 'director'"
    " and principal_id = (select id from crm.person where login = 'mallory')"
)


def _remembered(ground: Ground, prepare: str, execute: str) -> bool:
    """Prepare while a director; execute after that was taken."""
    ground.admin.execute(PROMOTE)
    try:
        mallory = ground.mallory()
        mallory.run("set plan_cache_mode = force_generic_plan")
        mallory.run(prepare)
        mallory.rows(execute)
        mallory.connection.commit()
    finally:
        ground.admin.execute(DEMOTE)
    return mallory.sees(execute)


@attack("plans and caches", "C14", "C15", versions=range(15, 18))
def a_plan_from_better_times(ground: Ground) -> bool:
    """Execute a prepared statement after the role it was planned with was taken away (CVE-2026-14666)."""
    return _remembered(ground, "prepare seen as select title from crm.deal", "execute seen")


@attack("plans and caches", "C14", versions=range(15, 18))
def a_plan_with_a_subquery(ground: Ground) -> bool:
    """Do the same with the table inside a sub-query."""
    text = "prepare seen as select * from (select title from crm.deal where stage = 'won' offset 0) x"
    return _remembered(ground, text, "execute seen")


@attack("plans and caches", "C14", versions=range(15, 18))
def a_plan_with_a_cte(ground: Ground) -> bool:
    """Do the same with the table in a materialised CTE."""
    text = "prepare seen as with x as materialized (select title from crm.deal) select * from x"
    return _remembered(ground, text, "execute seen")


@attack("plans and caches", "C14", versions=range(15, 18))
def a_plan_of_a_child(ground: Ground) -> bool:
    """Do the same on a table that follows a parent."""
    return _remembered(ground, "prepare seen as select subject from crm.activity", "execute seen")


@attack("plans and caches", "C14", versions=range(15, 18))
def a_plan_that_deletes(ground: Ground) -> bool:
    """Do the same with a prepared DELETE."""
    ground.admin.execute(PROMOTE)
    try:
        mallory = ground.mallory()
        mallory.run("set plan_cache_mode = force_generic_plan")
        mallory.run("prepare gone as delete from crm.ticket where title like 'HIDDEN%'")
        mallory.run("execute gone")
        mallory.connection.rollback()
        mallory.run("prepare gone2 as delete from crm.ticket where title like 'HIDDEN%'")
        mallory.run("savepoint x")
        mallory.run("execute gone2")
        mallory.run("rollback to x")
        mallory.connection.commit()
    finally:
        ground.admin.execute(DEMOTE)
    return mallory.run("execute gone2") > 0


@attack("plans and caches", "C14", versions=range(15, 18))
def a_plan_in_a_session_function(ground: Ground) -> bool:
    """Run a function of one's own, planned in better times, that remembers its plan."""
    ground.admin.execute(PROMOTE.replace("mallory", "tess"))
    try:
        tess = ground.login("tess")
        tess.run(
            "create function pg_temp.peek() returns text language plpgsql as $$"
            " begin return (select string_agg(title, ',') from crm.deal where title like 'HIDDEN%'); end $$"
        )
        tess.run("set plan_cache_mode = force_generic_plan")
        tess.rows("select pg_temp.peek()")
        tess.connection.commit()
    finally:
        ground.admin.execute(DEMOTE.replace("mallory", "tess"))
    return "of dave" in str(tess.value("select pg_temp.peek()"))


@attack("plans and caches", "C16")
def a_plan_from_before_the_policy(ground: Ground) -> bool:
    """Execute a prepared statement after the rights it was planned with were narrowed."""
    definition = ground.truth("""
        select string_agg(pg_get_functiondef(oid), ';') from pg_proc
        where proname = 'visitor_reads' and proargtypes[0] = 'crm.lead'::regtype
    """)
    wide = definition[: definition.rindex("RETURN ")] + "return true"
    ground.admin.execute(wide)
    try:
        mallory = ground.mallory()
        mallory.run("set plan_cache_mode = force_generic_plan")
        mallory.run("prepare seen as select title from crm.lead")
        mallory.rows("execute seen")
        mallory.connection.commit()
    finally:
        ground.admin.execute(definition)
    return mallory.sees("execute seen")


@attack("plans and caches", "C27", control="none")
def a_snapshot_from_better_times(ground: Ground) -> bool:
    """Keep a REPEATABLE READ transaction open across a change of departments."""
    mallory = ground.mallory()
    mallory.run("set transaction isolation level repeatable read")
    before = mallory.rows("select title from crm.lead")
    with ground.meanwhile(
        "delete from crm.department_member where person_id = (select id from crm.person where login = 'mallory')",
        "insert into crm.department_member (department_id, person_id)"
        " select department.id, person.id from crm.department, crm.person"
        " where department.name = 'East' and login = 'mallory'",
    ):
        return mallory.rows("select title from crm.lead") == before


@attack("plans and caches", "C12", "C27", control="none")
def a_cursor_from_better_times(ground: Ground) -> bool:
    """Fetch from a cursor opened before a role was taken away."""
    ground.admin.execute(PROMOTE)
    try:
        mallory = ground.mallory()
        mallory.run("declare seen cursor for select title from crm.deal order by id")
        mallory.rows("fetch 1 from seen")
    finally:
        ground.admin.execute(DEMOTE)
    return mallory.sees("fetch all from seen")


@attack("plans and caches", "C27")
def a_transaction_from_better_times(ground: Ground) -> bool:
    """Ask again, in a transaction begun before, after one's department was changed."""
    mallory = ground.mallory()
    before = len(mallory.rows("select title from crm.lead"))
    with ground.meanwhile(
        "delete from crm.department_member where person_id = (select id from crm.person where login = 'mallory')",
        "insert into crm.department_member (department_id, person_id)"
        " select department.id, person.id from crm.department, crm.person"
        " where department.name = 'East' and login = 'mallory'",
    ):
        return len(mallory.rows("select title from crm.lead")) == before


@attack("plans and caches", "C31")
def parallel_workers(ground: Ground) -> bool:
    """Have parallel workers decide instead of the leader."""
    mallory = ground.mallory()
    name = "debug_parallel_query" if ground.version >= 16 else "force_parallel_mode"
    mallory.run(f"set {name} = on")
    mallory.run("set parallel_setup_cost = 0")
    mallory.run("set parallel_tuple_cost = 0")
    mallory.run("set min_parallel_table_scan_size = 0")
    return mallory.sees("select title from crm.deal") or mallory.sees("select subject from crm.activity")


@attack("plans and caches", "C13")
def planner_switches(ground: Ground) -> bool:
    """Find a plan that forgets the policy, by switching the planner's ways off one by one."""
    mallory = ground.mallory()
    for switch in ("seqscan", "indexscan", "bitmapscan", "hashjoin", "nestloop", "mergejoin", "sort", "material"):
        mallory.run(f"set enable_{switch} = off")
        if mallory.sees("select d.title, l.title from crm.deal d left join crm.lead l on l.owner_id = d.owner_id"):
            return True
    return False


@attack("plans and caches", "C13")
def the_same_plan_for_two_roles(ground: Ground) -> bool:
    """Prepare as the director, execute as mallory, in one session (CVE-2016-2193, CVE-2023-2455, CVE-2024-10976)."""
    pool = ground.login("crm_app")
    pool.run("set plan_cache_mode = force_generic_plan")
    pool.run("set local role carol")
    pool.run("prepare plain as select title from crm.deal")
    pool.run("prepare nested as select (select string_agg(title, ',') from crm.deal) as titles")
    pool.run("prepare cte as with x as materialized (select title from crm.deal) select * from x")
    for name in ("plain", "nested", "cte"):
        pool.rows(f"execute {name}")
    pool.connection.commit()
    pool.run("set local role mallory")
    return any(pool.sees(f"execute {name}") for name in ("plain", "nested", "cte"))
