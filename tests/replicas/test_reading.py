"""What people see on a standby: what they see on the primary, as soon as it is replayed."""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from tests.database.company import assign, column, deals, person, unassign
from tests.replicas.pair import Pair

CONDITIONS: dict[str, LiteralString] = {"own": "owner_id = %s", "everybody's": "%s > 0"}

DENIED = psycopg.errors.InsufficientPrivilege


@pytest.fixture
def somebody(pair: Pair, request: pytest.FixtureRequest) -> tuple[psycopg.Connection, str]:
    """Give an administrator of the primary, and somebody new with two deals and no role."""
    administrator = pair.administrator()
    login = f"person_{abs(hash(request.node.name)) % 10**6}"
    person(administrator, login, ["East"])
    administrator.execute(
        "insert into crm.deal (owner_id, title) select id, login || number from crm.person"
        " cross join generate_series(1, 2) as number where login = %s",
        [login],
    )
    return administrator, login


def prepared(session: psycopg.Connection) -> None:
    """Prepare a query and run it until its plan is kept."""
    session.execute("prepare mine as select title from crm.deal order by title")
    for _ in range(6):
        session.execute("execute mine")


def mine(session: psycopg.Connection) -> list[str]:
    """Run what was prepared."""
    return column(session, "execute mine")


def test_it_is_a_standby(pair: Pair) -> None:
    """Else the tests here would prove nothing."""
    assert column(pair.standby.connect(), "select pg_is_in_recovery()") == [True]
    assert column(pair.primary.connect(), "select sync_state from pg_stat_replication") == ["sync"]


@pytest.mark.parametrize("role", ["manager", "head", "director", "stand_in"])
def test_people_see_the_same_on_both(pair: Pair, somebody: tuple[psycopg.Connection, str], role: str) -> None:
    """Roles that ask the clock and roles that do not: nothing that reads writes anything."""
    administrator, login = somebody
    assign(administrator, role, login)

    for who in (login, "carol"):
        there, here = deals(pair.standby.connect(who)), deals(pair.primary.connect(who))
        assert there == here != []


def test_a_session_opened_before_obeys_what_is_replayed(pair: Pair, somebody: tuple[psycopg.Connection, str]) -> None:
    """Given and taken back, also by a statement prepared before; a commit here returns when it is replayed."""
    administrator, login = somebody
    assign(administrator, "manager", login)
    session = pair.standby.connect(login)
    prepared(session)
    assert mine(session) == [f"{login}1", f"{login}2"]

    assign(administrator, "director", login)
    # PostgreSQL 15 may keep a plan made before a membership came; it never keeps one when a membership goes.
    assert len(deals(session)) > 2
    unassign(administrator, "director", login)
    assert mine(session) == [f"{login}1", f"{login}2"]
    unassign(administrator, "manager", login)
    with pytest.raises(DENIED):
        mine(session)
    with pytest.raises(DENIED):
        deals(session)


@pytest.mark.parametrize(
    "role, readable", [("caller", ()), ("partner", ("own",)), ("director", ("own", "everybody's"))]
)
def test_what_is_counted_is_not_read_there(
    pair: Pair, somebody: tuple[psycopg.Connection, str], role: str, readable: tuple[str, ...]
) -> None:
    """Who may export rows reads them, where a statement looks at no others; the rest says why not."""
    administrator, login = somebody
    assign(administrator, role, login)
    (number,) = column(administrator, "select id from crm.person where login = %s", [login])
    administrator.execute("insert into crm.lead (owner_id, title) values (%s, 'own'), (1, 'other')", [number])
    session = pair.standby.connect(login)
    for whose, condition in CONDITIONS.items():
        query = sql.SQL("select title from crm.lead where {}").format(sql.SQL(condition))
        assert "own" in {title for (title,) in pair.primary.connect(login).execute(query, [number])}
        if whose in readable:
            assert "own" in {title for (title,) in session.execute(query, [number])}
        else:
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction, match="a standby cannot count"):
                session.execute(query, [number])


def test_a_changed_level_is_obeyed(pair: Pair, somebody: tuple[psycopg.Connection, str]) -> None:
    """Functions are replaced; plans made of them before are made anew, on the standby as well."""
    from rls.plan import deploy
    from tests.database.company import ENTITIES, definition

    administrator, login = somebody
    assign(administrator, "manager", login)
    session = pair.standby.connect(login)
    prepared(session)
    try:
        deploy(administrator, definition(ENTITIES, "roles: {manager: {permissions: {deal: {read: all}}}}"))
        assert len(mine(session)) > 2
    finally:
        deploy(administrator, pair.definition)
    assert mine(session) == [f"{login}1", f"{login}2"]


def test_views_without_policies_are_the_primarys(pair: Pair, somebody: tuple[psycopg.Connection, str]) -> None:
    """Whoever reads everything does so there, uncounted, until the role is lost; nobody else does."""
    administrator, login = somebody
    assign(administrator, "director", login)
    session, other = pair.standby.connect(login), pair.standby.connect("carol")
    session.execute("prepare everything as select title from crm_all.deal order by title")
    everything = column(administrator, "select title from crm.deal order by title")
    assert column(session, "execute everything") == everything != []
    (leads,) = column(administrator, "select count(*) from crm.lead")
    assert column(session, "select count(*) from crm_all.lead") == [leads]
    with pytest.raises(DENIED):
        other.execute("table crm_all.deal")

    unassign(administrator, "director", login)
    with pytest.raises(DENIED):
        session.execute("execute everything")


def test_another_department_is_obeyed(pair: Pair, somebody: tuple[psycopg.Connection, str]) -> None:
    """Reach is data, and replayed like any other."""
    administrator, login = somebody
    assign(administrator, "head", login)
    session = pair.standby.connect(login)
    prepared(session)
    assert "bob" in mine(session)
    assert "dave" not in mine(session)

    administrator.execute(
        "update crm.department_member set department_id = (select id from crm.department where name = 'West')"
        " where person_id = (select id from crm.person where login = %s)",
        [login],
    )
    assert "bob" not in mine(session)
    assert "dave" in mine(session)


def test_the_dismissed_are_out(pair: Pair, somebody: tuple[psycopg.Connection, str]) -> None:
    """Sessions there go on without any right: the primary cannot end them; nobody logs in again."""
    administrator, login = somebody
    assign(administrator, "manager", login)
    session = pair.standby.connect(login)
    prepared(session)
    administrator.execute(sql.SQL("alter role {} nologin").format(sql.Identifier(login)))
    administrator.execute("update crm.person set is_active = false, dismissed_at = now() where login = %s", [login])

    with pytest.raises(DENIED):
        mine(session)
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        pair.standby.connect(login)


@pytest.mark.parametrize(
    "start, end, seen",
    [("-1 hour", "1 hour", True), ("-2 hours", "-1 hour", False), ("1 hour", "2 hours", False), (None, None, True)],
)
def test_a_timed_role_asks_the_clock_of_the_server_that_answers(
    pair: Pair, somebody: tuple[psycopg.Connection, str], start: str | None, end: str | None, seen: bool
) -> None:
    """Every statement on the standby looks at the standby's clock; nothing has to be replayed at the time."""
    administrator, login = somebody
    administrator.execute(
        "insert into rls.assignment (role, principal_kind, principal_id, valid_from, valid_until)"
        " select 'stand_in', 'person', id, now() + %s::interval, now() + %s::interval"
        " from crm.person where login = %s",
        [start, end, login],
    )
    seen_there, seen_here = (_seen(server.connect(login)) for server in (pair.standby, pair.primary))

    assert seen_there == seen_here == seen


def _seen(session: psycopg.Connection) -> bool:
    """Say whether any deal is seen; without the role there is no table."""
    try:
        return bool(deals(session))
    except DENIED:
        return False


def test_a_pool_becomes_people_there(pair: Pair, somebody: tuple[psycopg.Connection, str]) -> None:
    """SET LOCAL ROLE, one person after another."""
    administrator, login = somebody
    assign(administrator, "manager", login)
    pool = pair.standby.connect(autocommit=False)
    for _ in range(2):
        pool.execute(sql.SQL("set local role {}").format(sql.Identifier(login)))
        assert deals(pool) == [f"{login}1", f"{login}2"]
        pool.rollback()


def test_nobody_writes_there(pair: Pair, somebody: tuple[psycopg.Connection, str]) -> None:
    """PostgreSQL says why."""
    administrator, login = somebody
    assign(administrator, "director", login)
    session = pair.standby.connect(login)

    for statement in ("update crm.deal set title = 'x'", "delete from crm.deal", "create temporary table t (a int)"):
        with pytest.raises((psycopg.errors.ReadOnlySqlTransaction, DENIED)):
            session.execute(statement.encode())
