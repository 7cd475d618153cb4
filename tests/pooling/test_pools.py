"""Logins of pools: members of the people of their slice, whatever happens to the people, and of nothing else."""

from __future__ import annotations

import psycopg
import pytest

from rls.pools import parse, slice_of
from tests.database.small_company import assign, found
from tests.fixtures.database import Database

PEOPLE_OF = """
select role.rolname::text from pg_auth_members as edge join pg_roles as role on role.oid = edge.roleid
where edge.member = %s::regrole order by 1
"""

DRIFT = "select role::text, member::text, drift from rls.membership_drift()"

NAMES = ["ada", "zoe_o_hara", "müller", "王", "a.b@example.com", "x" * 63, "person_99999"]


@pytest.fixture
def administrator(database: Database) -> psycopg.Connection:
    """Give an administrator's connection to the company of three, everybody a manager."""
    connection = found(database)
    assign(connection, "everyone")
    return connection


def pool(connection: psycopg.Connection, login: str = "crm_app", part: int = 1, slices: int = 1) -> None:
    """Make a pool's login."""
    connection.execute(f"create role {login} login noinherit password '{login}-secret'".encode())
    connection.execute("insert into rls.pool values (%s, %s, %s)", [login, part, slices])


def members(connection: psycopg.Connection, login: str = "crm_app") -> list[str]:
    """Return whom a login may become."""
    return [name for (name,) in connection.execute(PEOPLE_OF, [login]).fetchall()]


def test_python_and_sql_divide_alike(database: Database) -> None:
    """Whatever letters a login has."""
    query = "select rls.slice_of(name::name, %s) from unnest(%s::text[]) with ordinality as n (name, i) order by i"
    for slices in (1, 2, 7, 1000):
        found = [number for (number,) in database.connect().execute(query, [slices, NAMES])]
        assert found == [slice_of(name, slices) for name in NAMES]
        assert all(1 <= number <= slices for number in found)


def test_the_division_never_changes() -> None:
    """Applications and databases of different versions must agree."""
    assert [slice_of(name, 1000) for name in NAMES[:3]] == [382, 968, 601]


@pytest.mark.parametrize("text", ["0/8", "9/8", "1", "1/0", "1/1001", "-1/8", "1/8/2", "", "²/8"])
def test_a_slice_is_written_so(text: str) -> None:
    """Number and how many."""
    with pytest.raises(Exception, match="write one of 1/8 to 8/8"):
        parse(text)
    assert parse("2/8") == (2, 8)


def test_a_pool_follows_people(administrator: psycopg.Connection) -> None:
    """Made, dismissed, back again, another login: in the transaction that does it."""
    pool(administrator)
    assert members(administrator) == ["alice", "bob", "carol"]

    with administrator.transaction():
        administrator.execute("create role dan login")
        administrator.execute("insert into crm.person (login, name) values ('dan', 'Dan')")
        administrator.execute("update crm.person set is_active = false where login = 'bob'")
        assert members(administrator) == ["alice", "carol", "dan"]
    administrator.execute("update crm.person set is_active = true where login = 'bob'")
    administrator.execute("update crm.person set login = null where login = 'alice'")

    assert members(administrator) == ["bob", "carol", "dan"]
    assert administrator.execute(DRIFT).fetchall() == []


def test_slices_part_the_people(administrator: psycopg.Connection) -> None:
    """Everybody is in one, and comes into another when a pool's slice changes."""
    administrator.execute("do $$ begin for i in 1..40 loop execute 'create role p' || i || ' login'; end loop; end $$")
    administrator.execute("insert into crm.person (login, name) select 'p' || n, 'P' from generate_series(1, 40) n")
    for part in (1, 2, 3):
        pool(administrator, f"crm_app_{part}", part, 3)
    parts = [members(administrator, f"crm_app_{part}") for part in (1, 2, 3)]

    everybody = ["alice", "bob", "carol", *(f"p{n}" for n in range(1, 41))]
    assert sorted([*parts[0], *parts[1], *parts[2]]) == sorted(everybody)
    assert all(slice_of(name, 3) == part for part, names in enumerate(parts, 1) for name in names)
    administrator.execute("update rls.pool set slice = 2 where login = 'crm_app_1'")
    assert members(administrator, "crm_app_1") == parts[1]


def test_a_pool_that_is_none_any_more(administrator: psycopg.Connection) -> None:
    """Nobody's to become; what else the role was granted stays."""
    pool(administrator)
    administrator.execute("create role other; grant other to crm_app; delete from rls.pool")

    assert members(administrator) == ["other"]


def test_a_pool_becomes_people_and_nothing_else(database: Database, administrator: psycopg.Connection) -> None:
    """Without saying who, it may do nothing; from PostgreSQL 16 on it cannot become a role of the definition."""
    pool(administrator)
    connection = database.connect("crm_app")
    for query in ("select from crm.company", "select from rls.pool", "select from crm.person"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(query.encode())
    connection.execute("set role alice")
    assert connection.execute("select current_user").fetchone() == ("alice",)
    if connection.info.server_version >= 160000:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("set role crm_manager")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("set role crm_rls_owner")
    administrator.execute("update crm.person set is_active = false where login = 'alice'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("set role alice")


BY_HAND = {
    "revoke alice from crm_app": ("alice", "crm_app", "missing"),
    "grant crm_manager to crm_app": ("crm_manager", "crm_app", "extra"),
    "grant pg_read_all_data to crm_app": ("pg_read_all_data", "crm_app", "extra"),
    "grant alice to crm_app with admin option": ("alice", "crm_app", "extra"),
    "create role boss; grant boss to crm_app": ("boss", "crm_app", "extra"),
}


def test_what_was_done_by_hand_is_drift(administrator: psycopg.Connection) -> None:
    """Verify shows it, apply mends it."""
    pool(administrator)
    for statement, drift in BY_HAND.items():
        administrator.execute(statement.encode())
        assert drift in administrator.execute(DRIFT).fetchall()
        administrator.execute("select rls.repair_memberships()")
        assert administrator.execute(DRIFT).fetchall() == []
        assert members(administrator) == ["alice", "bob", "carol"]


def test_a_login_above_row_security_becomes_nobody(administrator: psycopg.Connection) -> None:
    """Whatever it was before."""
    pool(administrator)
    for attribute in ("superuser", "bypassrls", "replication", "createrole"):
        administrator.execute(f"alter role crm_app {attribute}; select rls.refresh_pools()".encode())
        assert members(administrator) == []
        administrator.execute(f"alter role crm_app no{attribute}; select rls.refresh_pools()".encode())
        assert members(administrator) == ["alice", "bob", "carol"]


def test_a_person_is_no_pool(administrator: psycopg.Connection) -> None:
    """Whoever writes a person's login into the table gives them nobody."""
    administrator.execute("insert into rls.pool values ('alice'), ('nobody_there')")

    assert members(administrator, "alice") == ["crm_everyone"]
    assert ("crm_everyone", "alice", "extra") not in administrator.execute(DRIFT).fetchall()


def test_who_may_not_grant_leaves_drift(database: Database, administrator: psycopg.Connection) -> None:
    """A person with the right to change people; what is dismissed has no rights all the same."""
    pool(administrator)
    administrator.execute("grant usage on schema crm to carol; grant select, update (is_active) on crm.person to carol")
    administrator.execute("create policy by_hand on crm.person to carol using (true)")
    database.connect("carol").execute("update crm.person set is_active = false where login = 'alice'")

    assert administrator.execute(DRIFT).fetchall() == [("alice", "crm_app", "extra")]
    connection = database.connect("crm_app")
    connection.execute("set role alice")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select from crm.company")
    administrator.execute("select rls.refresh_pools()")
    assert administrator.execute(DRIFT).fetchall() == []
