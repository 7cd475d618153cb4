"""What follows the organisation by statements is what a full refresh would make, and all that is written."""

from __future__ import annotations

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from tests.database.organisations import check_derived
from tests.database.small_company import assign, found, managers
from tests.fixtures.database import Database

CHANGES = {
    "hire": """
        insert into crm.person (login, name, key)
        select 'h' || n, 'N', case when n % 2 = 0 then 'k' || n end
        from generate_series(1, 12) n
        where n % {a} = {b} and not exists (select from crm.person where login = 'h' || n)
    """,
    "dismiss or take back": "update crm.person set is_active = not is_active where id % {a} = {b}",
    "other keys": "update crm.person set key = case when key is null then 'k' || id || '.{c}' end where id % {a} = {b}",
    "other logins": """
        update crm.person set login = case when login is null then 'h' || (1 + id % 12) end where id % {a} = {b}
    """,
    "logins change hands": """
        with freed as (update crm.person set login = null where id % {a} = {b} returning id)
        insert into crm.person (login, name) select 'h' || (20 + id), 'N' from freed on conflict do nothing
    """,
    "found": """
        insert into crm.department (name, parent_id) select 'D' || n, nullif({c}, 0) from generate_series({a}, 7) n
    """,
    "move": "update crm.department set parent_id = nullif({c}, 0) where id % {a} = {b}",
    "close": """
        with left_behind as (delete from crm.department_member where department_id = {c})
        delete from crm.department where id = {c}
    """,
    "join": """
        insert into crm.department_member
        select department.id, person.id from crm.department, crm.person
        where (department.id * person.id) % {a} = {b} and department.id <= {c}
        on conflict do nothing
    """,
    "leave": "delete from crm.department_member where (department_id + person_id) % {a} = {b}",
    "move people": """
        update crm.department_member set department_id = {c} where department_id = {a} and person_id % {a} = {b}
    """,
    "leave and move at once": """
        with gone as (delete from crm.department_member where person_id % {a} = {b} returning department_id)
        update crm.department set parent_id = nullif({c}, 0) where id in (select department_id from gone)
    """,
    "move and leave at once": """
        with moved as (update crm.department set parent_id = null where id % {a} = {b} returning id)
        delete from crm.department_member where department_id in (select id from moved) and person_id % 2 = {c} % 2
    """,
    "another key and gone": """
        with keyed as (update crm.person set key = 'new' || id where id % {a} = {b} returning id)
        delete from crm.department_member where person_id in (select id from keyed)
    """,
    "all departments empty": "truncate crm.department_member",
    "groups": "insert into crm.person_group (name) values ('G{c}') on conflict do nothing",
    "join groups": """
        insert into crm.person_group_member select person_group.id, person.id from crm.person_group, crm.person
        where person.id % {a} = {b} on conflict do nothing
    """,
    "end groups": """
        with gone as (delete from crm.person_group_member where person_group_id = {a})
        delete from crm.person_group where id = {a}
    """,
    "assign": """
        insert into rls.assignment (role, principal_kind, principal_id)
        select 'manager', kind, n
        from unnest(array['person', 'department', 'subdepartments', 'group']) kind, generate_series(1, {c}) n
        where n % {a} = {b} on conflict do nothing
    """,
    "assign to all": "insert into rls.assignment (role, principal_kind) values ('auditor', 'everyone')",
    "take roles": "delete from rls.assignment where id % {a} = {b}",
    "change roles": "update rls.assignment set role = 'auditor' where id % {a} = {b}",
    "expire": "update rls.assignment set valid_until = now() - interval '1 s' where id % {a} = {b}",
    "roles on time": "update rls.role set timed = not timed where length(name) % {a} = {b}",
    "a role goes": "delete from rls.role where length(name) % {a} = {b}",
    "a role comes": "insert into rls.role values ('auditor', 'crm_auditor', {c} = 1) on conflict do nothing",
    "to come": "update rls.assignment set valid_from = now() + interval '1 day' where id % {a} = {b}",
    "nobody": "delete from crm.person where id % {a} = {b}",
}
"""Statements that change the organisation, one row or many, some of them two tables at once."""

NUMBERS = st.tuples(st.integers(1, 5), st.integers(0, 4), st.integers(0, 7))


@given(steps=st.lists(st.tuples(st.sampled_from(sorted(CHANGES)), NUMBERS), min_size=8, max_size=20))
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_statements_leave_what_a_refresh_would(
    database: Database, steps: list[tuple[str, tuple[int, int, int]]]
) -> None:
    """Reach, teams, closure and memberships are compared after every statement; wide teams are those of four."""
    with database.connect(autocommit=False) as connection, connection.transaction(force_rollback=True):
        _begin(connection)
        for name, (a, b, c) in [("hire", (1, 0, 0)), ("found", (1, 0, 0)), ("join", (3, 1, 7)), *steps]:
            try:
                with connection.transaction():
                    connection.execute(CHANGES[name].format(a=a, b=b, c=c).encode())
            except psycopg.errors.IntegrityError:
                continue
            check_derived(connection)


def _begin(connection: psycopg.Connection) -> None:
    for number in range(1, 13):
        connection.execute(sql.SQL("create role {} login").format(sql.Identifier(f"h{number}")))
    for table in ("person", "department", "person_group"):
        connection.execute(sql.SQL("alter table crm.{} alter column id restart").format(sql.Identifier(table)))
    connection.execute(
        "set local role crm_rls_owner; create role crm_manager; create role crm_auditor;"
        " create or replace function rls.widest() returns int language sql immutable parallel safe return 3;"
        " set local role none"
    )
    connection.execute("insert into rls.role values ('manager', 'crm_manager'), ('auditor', 'crm_auditor')")


@pytest.fixture
def administrator(database: Database) -> psycopg.Connection:
    """Give an administrator's connection to the company of three."""
    return found(database)


def test_only_what_changes_is_written(administrator: psycopg.Connection) -> None:
    """A person who moves touches the teams of both departments and of those above, and no others."""
    administrator.execute(
        "insert into crm.department (name) select 'D' || n from generate_series(1, 5) n;"
        " insert into crm.person (login, name) select 'p' || n, 'P' from generate_series(4, 20) n;"
        " insert into crm.department_member select 3 + n % 5, n from generate_series(4, 20) n"
    )
    with administrator.transaction():
        administrator.execute("update crm.department_member set department_id = 3 where person_id = 3")
        written = "select {} from rls.{} where xmin = pg_current_xact_id()::xid order by 1"
        teams = administrator.execute(written.format("departments", "team").encode()).fetchall()
        people = administrator.execute(written.format("login::text", "reach").encode()).fetchall()
    assert teams == [([1],), ([2],), ([3],)]
    assert people == [("carol",)]


def test_a_change_of_something_else_locks_nothing(administrator: psycopg.Connection, database: Database) -> None:
    """Whoever corrects a telephone number does not wait for who changes the organisation, nor the other way round."""
    other = database.connect(autocommit=False)
    other.execute("update crm.person set phone = '1' where id = 1; update crm.department set name = 'N' where id = 2")
    administrator.execute("set lock_timeout = '5s'; update crm.person set is_active = false where id = 3")
    other.execute("update crm.person set phone = '2' where id = 2")
    other.commit()


def test_everybody_plans_anew(administrator: psycopg.Connection, database: Database) -> None:
    """A prepared statement with constants folded into a generic plan knows of a new colleague at once."""
    administrator.execute("create table public.owned as select n as owner from generate_series(1, 3) n")
    administrator.execute("grant select on public.owned to alice; grant usage on schema rls to alice")
    for function in ("subtree_owners", "folded_subtree_owners"):
        administrator.execute(f"grant execute on function rls.{function}() to alice".encode())
    alice = database.connect("alice")
    alice.execute("set plan_cache_mode = force_generic_plan")
    alice.execute("prepare mine as select owner from public.owned where owner = any (rls.subtree_owners()) order by 1")

    def seen() -> list[int]:
        return [owner for (owner,) in alice.execute("execute mine", prepare=False)]

    plan = " ".join(line for (line,) in alice.execute("explain execute mine", prepare=False))
    assert "'{1,2,3}'" in plan
    assert seen() == [1, 2, 3]
    administrator.execute("update crm.department set parent_id = null where id = 2")
    assert seen() == [1]
    administrator.execute("update crm.department_member set department_id = 1 where person_id = 3")
    assert seen() == [1, 3]


def test_what_one_may_fold_is_ones_own(administrator: psycopg.Connection, database: Database) -> None:
    """Whoever calls the functions that policies are planned with learns what is theirs; nobody writes a team."""
    administrator.execute("grant usage on schema rls to bob; grant select on rls.reach, rls.team to bob")
    for function in ("me", "subtree_owners", "folded_me", "folded_subtree_owners"):
        administrator.execute(f"grant execute on function rls.{function}() to bob".encode())
    bob = database.connect("bob")
    assert bob.execute("select rls.me(), rls.subtree_owners()").fetchone() == (2, [2, 3])
    assert bob.execute("select departments from rls.team").fetchall() == [([2],)]
    for attempt in (
        "update rls.team set subtree_reached = '{t,t,t}'",
        "update rls.reach set team = 1",
        "select rls.put_owners(1, 'subtree', '{t,t,t}', false)",
        "select rls.change_owners(1, 'subtree', '{1}', null)",
        "select rls.refresh_reach_of('{1}')",
        "select rls.change_memberships('{bob}', '{}', '{crm_manager}', '{bob}')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            bob.execute(attempt.encode())


def test_triggers_cannot_be_borrowed(administrator: psycopg.Connection, database: Database) -> None:
    """A person cannot put one of ours on a table of their own, with transition tables that lie."""
    assign(administrator, "person", 1)
    administrator.execute("create schema own authorization bob; grant usage on schema rls to bob")
    bob = database.connect("bob")
    bob.execute("create table own.assignment (role text, principal_kind text, principal_id int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        bob.execute(
            "create trigger mine after insert on own.assignment referencing new table as added"
            " for each statement execute function rls.follow_assignment()"
        )


BUDGET = "insert into rls.budget (entity, kind, rows, per, statement) values ('deal', 'read', 10, 'day', 10)"
PRINCIPALS = """
insert into rls.assignment (role, principal_kind, principal_id)
  values
    ('manager', 'department', 1),
    ('manager', 'department', 2),
    ('manager', 'subdepartments', 1),
    ('manager', 'subdepartments', 2)
"""
POOL = "create role crm_app login noinherit; insert into rls.pool values ('crm_app')"


@pytest.mark.parametrize("locks, statement, version", [(6, BUDGET, 150000), (4, PRINCIPALS, 160000), (3, POOL, 160000)])
def test_what_the_locks_have_no_room_for_is_refused_before_it_begins(
    administrator: psycopg.Connection, locks: int, statement: str, version: int
) -> None:
    """With the setting that is needed: sequences and grants of them for three, four database roles, three people."""
    nominal = "select rls.lock_room() >= 64 * current_setting('max_connections')::int"
    assert administrator.execute(nominal).fetchone() == (True,)
    with administrator.transaction(force_rollback=True):
        _have_room(administrator, locks)
        administrator.execute(statement.encode())
    if administrator.info.server_version >= version:
        _have_room(administrator, locks - 1)
        with pytest.raises(psycopg.errors.ConfigurationLimitExceeded, match=f"takes {locks} locks.*has room for"):
            administrator.execute(statement.encode())


def test_taking_rights_away_is_never_refused(administrator: psycopg.Connection) -> None:
    """Database roles that are too many to drop at once have no members, and go with the next refresh."""
    left = "select count(*) from rls.existing_principal where not permanent"
    administrator.execute(PRINCIPALS.encode())
    _have_room(administrator, 2)
    administrator.execute("delete from rls.assignment")
    assert administrator.execute(left).fetchone() == (3,)
    assert managers(administrator) == set()
    _have_room(administrator, 100)
    administrator.execute("select rls.refresh()")
    assert administrator.execute(left).fetchone() == (0,)


def _have_room(administrator: psycopg.Connection, locks: int) -> None:
    room = sql.SQL("create or replace function rls.lock_room() returns int language sql return {}")
    administrator.execute(room.format(sql.Literal(locks)))
