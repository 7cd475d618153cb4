"""A session of psycopg's: the person for a transaction, and nobody before and after it."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.rows import dict_row

from rls.sessions import MisuseError, NotAPersonError, PoolLoginError, as_person
from tests.sessions.office import DEALS, DENIED, NOBODY, STRANGE, Office, titles, whoever


def test_everybody_sees_their_own(office: Office) -> None:
    """Through one connection, one after the other."""
    with office.pool() as pool:
        for login, expected in office.sees.items():
            with as_person(pool, login) as connection:
                assert titles(connection) == expected
                assert connection.execute("select current_user::text").fetchone() == (login,)


def test_outside_a_session_nothing_can_be_done(office: Office) -> None:
    """The pool's login is nobody."""
    with office.pool() as pool:
        for _ in range(2):
            with pool.connection() as connection, pytest.raises(DENIED):
                connection.execute(DEALS)
            with as_person(pool, "alice"):
                pass


def test_what_is_written_is_committed(office: Office) -> None:
    """With the person's name on it; an exception takes it back."""
    with office.pool() as pool:
        with as_person(pool, "bob") as connection:
            connection.execute("update crm.deal set amount = 7")
        with pytest.raises(ZeroDivisionError), as_person(pool, "bob") as connection:
            connection.execute("update crm.deal set amount = 8")
            raise ZeroDivisionError
        with as_person(pool, "bob") as connection:
            assert connection.execute("select amount from crm.deal").fetchall() == [(7,)]


@pytest.mark.parametrize("autocommit", [False, True])
def test_a_connection_of_ones_own(office: Office, *, autocommit: bool) -> None:
    """Without a pool, and where every statement would commit by itself: still one transaction."""
    connection = office.database.connect("crm_app", autocommit=autocommit)
    with as_person(connection, "alice") as session:
        assert titles(session) == ["alice"]
        session.execute("savepoint before")
        session.execute("rollback to before")
        assert titles(session) == ["alice"]
    assert whoever(connection) == NOBODY
    with pytest.raises(DENIED):
        connection.execute(DEALS)


@pytest.mark.parametrize("login", STRANGE)
def test_a_name_is_a_name(office: Office, login: str) -> None:
    """Whoever has such a login is that person, and nothing of it is run."""
    with office.pool() as pool, as_person(pool, login) as connection:
        assert connection.execute("select current_user::text").fetchone() == (login,)
        assert titles(connection) == [f"{login} 1"]


NOBODIES = (
    "none", "NONE", '"none"', "nobody", "", " ", "Alice", "ALICE", "alice ", " alice", "alice\n", "alice,bob",
    "postgres", "crm_app", "crm_manager", "crm_everyone", "crm_owner", "crm_rls_owner", "pg_read_all_data",
    "public", "current_user", "session_user", "default", "alice'; set role bob; --", 'alice" bob', "'alice'",
    '"alice"', "alice\0bob", "a" * 64, "a" * 10_000, "\udce9", "a\u0301lice", "\u0430lice", "*", "%",
    "alice%", None, 7, b"alice", ["alice"], ("alice",), True,
)  # fmt: skip


@pytest.mark.parametrize("login", NOBODIES, ids=lambda login: ascii(login)[:30])
def test_whoever_is_no_person_is_refused(office: Office, login: object) -> None:
    """By one kind of error, before anything is done; the pool goes on."""
    with office.pool() as pool:
        with pytest.raises(NotAPersonError, match="no active person has the login"), as_person(pool, login):  # type: ignore[call-overload]
            pytest.fail("became somebody")
        with as_person(pool, "bob") as connection:
            assert titles(connection) == ["bob"]


def test_a_name_is_shown_so_that_it_cannot_lie(office: Office) -> None:
    """No line break, not a page of it."""
    with office.pool() as pool, pytest.raises(NotAPersonError) as error, as_person(pool, "x\nERROR " + "y" * 999):
        pass
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 200


def test_the_longest_name(office: Office) -> None:
    """All 63 bytes count, in letters of two bytes, too; a name that begins so is another."""
    login = "é" * 31 + "n"
    office.hire({login: 2})
    try:
        with office.pool() as pool:
            with as_person(pool, login) as connection:
                assert titles(connection) == office.sees[login]
            for other in (login + "n", login[:-1], login + "é"):
                with pytest.raises(NotAPersonError), as_person(pool, other):
                    pass
    finally:
        office.sees.pop(login)
        office.administrator.execute("update crm.person set is_active = false where login = %s", [login])


def test_the_dismissed_and_the_not_yet_granted(office: Office) -> None:
    """The one is no person any more; the other the pool was not given."""
    office.hire({"leaver": 1})
    administrator = office.administrator
    try:
        with office.pool() as pool:
            with as_person(pool, "leaver") as connection:
                assert titles(connection) == ["leaver 1"]
            administrator.execute("revoke leaver from crm_app")
            with pytest.raises(PoolLoginError, match="may not become 'leaver'"), as_person(pool, "leaver"):
                pass
            office.let_in("leaver")
            administrator.execute("update crm.person set is_active = false where login = 'leaver'")
            with pytest.raises(NotAPersonError), as_person(pool, "leaver"):
                pass
    finally:
        office.sees.pop("leaver")


def test_a_superuser_is_no_pool(office: Office) -> None:
    """Whatever went wrong later would have all rights."""
    with pytest.raises(PoolLoginError, match="by itself"), as_person(office.administrator, "alice"):
        pass
    assert office.administrator.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_a_login_that_inherits_is_no_pool(office: Office) -> None:
    """It would have everybody's rights whenever it is nobody."""
    administrator = office.administrator
    administrator.execute("create role careless login inherit password 'careless-secret'")
    administrator.execute("grant alice, bob to careless")
    with pytest.raises(PoolLoginError, match="by itself"), as_person(office.database.connect("careless"), "alice"):
        pass


def test_a_session_is_a_transaction_of_its_own(office: Office) -> None:
    """Inside another's, ROLLBACK TO could take the role back, or its end leave it on."""
    connection = office.database.connect("crm_app", autocommit=False)
    connection.execute("savepoint before")
    with pytest.raises(MisuseError, match="a transaction of its own"), as_person(connection, "alice"):
        pass
    connection.rollback()
    with connection.pipeline(), pytest.raises(MisuseError), as_person(connection, "alice"):
        pass
    with as_person(connection, "alice") as session:
        with pytest.raises(MisuseError), as_person(session, "bob"):
            pass
        assert titles(session) == ["alice"]


def test_one_person_in_another_persons_block(office: Office) -> None:
    """Each has a connection."""
    with office.pool(2) as pool, as_person(pool, "alice") as alice, as_person(pool, "bob") as bob:
        assert (titles(alice), titles(bob), titles(alice)) == (["alice"], ["bob"], ["alice"])


def test_what_the_connection_can_do(office: Office) -> None:
    """Transactions in the transaction, cursors of the server, COPY, pipelines, prepared statements, rows as dicts."""
    with office.pool() as pool, as_person(pool, "alice") as connection:
        with connection.transaction(force_rollback=True):
            connection.execute("update crm.deal set title = 'x'")
        with pytest.raises(psycopg.errors.DivisionByZero), connection.transaction():
            connection.execute("select 1 / 0")
        with connection.cursor("named") as cursor:
            assert cursor.execute(DEALS).fetchall() == [("alice",)]
        with connection.cursor() as cursor:
            with cursor.copy("copy (select title from crm.deal) to stdout") as copy:
                assert list(copy.rows()) == [("alice",)]
            assert list(cursor.stream(DEALS)) == [("alice",)]
        with connection.pipeline():
            found = [connection.execute(DEALS, prepare=True) for _ in range(3)]
        assert [one.fetchall() for one in found] == [[("alice",)]] * 3
        connection.row_factory = dict_row  # type: ignore[assignment]
        assert connection.execute(DEALS).fetchall() == [{"title": "alice"}]  # type: ignore[comparison-overlap]
        assert isinstance(connection, psycopg.Connection)
        assert "alice" in psycopg.sql.Identifier("alice").as_string(connection)
    with office.pool() as pool, as_person(pool, "bob") as connection:
        assert titles(connection) == ["bob"]


def test_statements_prepared_by_one_person(office: Office) -> None:
    """Run for the next with the next one's rights."""
    with office.pool(kwargs={"prepare_threshold": 0}) as pool:
        for login in ("alice", "bob", "person_6", "alice"):
            with as_person(pool, login) as connection:
                connection.execute("set local plan_cache_mode = force_generic_plan")
                assert titles(connection) == office.sees[login]


def test_what_the_application_set_is_set_back(office: Office) -> None:
    """The next person's rows are tuples again."""
    with office.pool() as pool:
        with as_person(pool, "alice") as connection:
            connection.row_factory = dict_row  # type: ignore[assignment]
            connection.cursor_factory = psycopg.RawCursor
        with as_person(pool, "bob") as connection:
            assert connection.execute("select title from crm.deal where title = %s", ["bob"]).fetchall() == [("bob",)]
