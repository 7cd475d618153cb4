"""A pool's login, which may become everybody and is nobody."""

from __future__ import annotations

from tests.attacks.attack import attack, statements
from tests.attacks.ground import Ground


@attack("pools", "C09", "C10", control="none")
def a_pool_that_forgets(ground: Ground) -> bool:
    """Ask through the pool without saying who asks."""
    return ground.login("crm_app").tries("select title from crm.deal")


@attack("pools", "C09", control="none")
def a_pool_outside_a_transaction(ground: Ground) -> bool:
    """Say SET LOCAL ROLE outside a transaction, where it means nothing, and ask in the next."""
    pool = ground.login("crm_app")
    pool.connection.autocommit = True
    heard: list[object] = []
    pool.connection.add_notice_handler(heard.append)
    pool.run("set local role mallory")
    return bool(pool.rows("select title from crm.deal"))


@attack("pools", "C09", control="none")
def a_pool_after_the_transaction(ground: Ground) -> bool:
    """Ask in the transaction after the one that said who asks."""
    pool = ground.login("crm_app")
    pool.run("set local role carol")
    pool.connection.commit()
    return pool.tries("select title from crm.deal")


@attack("pools", "C07", control="none")
def raw_sql_through_a_pool(ground: Ground) -> bool:
    """Type SQL into a pool's connection: RESET ROLE, and be whoever one likes."""
    pool = ground.login("crm_app")
    pool.run("set local role mallory")
    pool.run("reset role")
    pool.run("set local role carol")
    return pool.sees("select title from crm.deal")


@attack("pools", "C08", control="none")
def one_injected_select(ground: Ground) -> bool:
    """Inject one SELECT that says who asks before the policy does."""
    pool = ground.login("crm_app")
    pool.run("set local role mallory")
    return pool.sees(
        "select x.title from (select set_config('role', 'carol', true) as r offset 0) s,"
        " lateral (select title from crm.deal where s.r is not null) x"
    )


@attack("pools", "C06", control="none")
def a_pool_as_a_role(ground: Ground) -> bool:
    """Become a role of the definition instead of a person, through the pool."""
    pool = ground.login("crm_app")
    pool.run("set local role crm_director")
    return pool.sees("select title from crm.deal")


@attack("pools", "C17")
def a_trap_for_the_next(ground: Ground) -> bool:
    """Leave a temporary table in the pool's connection that the next person finds instead of the real one."""
    pool = ground.login("crm_app")
    pool.run("set local role mallory")
    pool.run("create temp table deal as select 'a trap' as title")
    pool.run("grant select on deal to public")
    pool.connection.commit()
    pool.run("set local search_path = crm, public")
    pool.run("set local role carol")
    return pool.rows("select title from deal") == [("a trap",)]


@attack("pools", "C11", control="none")
def a_cursor_for_the_next(ground: Ground) -> bool:
    """Find a cursor WITH HOLD in the pool's connection that somebody else opened."""
    pool = ground.login("crm_app")
    pool.run("set local role carol")
    pool.run("declare kept cursor with hold for select title from crm.deal order by id desc")
    pool.connection.commit()
    pool.run("set local role mallory")
    return pool.sees("fetch all from kept")


@attack("pools", "C11")
def a_cursor_after_discard(ground: Ground) -> bool:
    """Do the same where the connection was given back with DISCARD ALL."""
    pool = ground.login("crm_app")
    pool.connection.autocommit = True
    pool.run("begin")
    pool.run("set local role carol")
    pool.run("declare kept cursor with hold for select title from crm.deal order by id desc")
    pool.run("commit")
    pool.run("discard all")
    pool.run("begin")
    pool.run("set local role mallory")
    return pool.sees("fetch all from kept") or pool.sees("select title from crm.deal")


@attack("pools", "C12", control="none")
def a_cursor_across_people(ground: Ground) -> bool:
    """Fetch as mallory from a cursor that was opened as carol in the same transaction."""
    pool = ground.login("crm_app")
    pool.run("set local role carol")
    pool.run("declare kept cursor for select title from crm.deal order by id desc")
    pool.run("set local role mallory")
    return pool.sees("fetch all from kept")


@attack("pools", "A11", control="superuser")
def what_the_pool_asks(ground: Ground) -> bool:
    """Read, as a person through the pool, what other connections of the pool ask."""
    other = ground.login("crm_app")
    other.run("set local role carol")
    other.rows("select title from crm.deal where title = 'HIDDEN deal of dave'")
    pool = ground.login("crm_app")
    pool.run("set local role mallory")
    return pool.sees("select query from pg_stat_activity where usename = 'crm_app' and pid <> pg_backend_pid()")


statements(
    "pools",
    "C07",
    person="crm_app",
    what="be more than a pool",
    control="superuser",
    texts={
        "pool-becomes-owner": "set role crm_owner",
        "pool-becomes-rights-owner": "set role crm_rls_owner",
        "pool-hands-people-out": "grant carol to mallory",
        "pool-reads-rights": "select * from rls.assignment",
        "pool-makes-people": "insert into crm.person (login, name) values ('x', 'x')",
        "pool-adds-a-pool": "insert into rls.pool (login) values ('mallory')",
    },
)
