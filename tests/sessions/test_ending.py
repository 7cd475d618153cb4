"""However a session ends, and whatever is done in it, the connection is nobody's afterwards, and never another's."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from rls.sessions import MisuseError, as_person
from tests.sessions.office import DEALS, DENIED, NOBODY, Office, titles, whoever


@pytest.mark.parametrize("autocommit", [False, True])
@pytest.mark.parametrize("ending", ["commit", "rollback", "commit and chain", "end", "prepare transaction 'x'"])
def test_a_transaction_that_is_ended_by_hand(office: Office, ending: LiteralString, *, autocommit: bool) -> None:
    """What follows is refused: the person went with the transaction."""
    connection = office.database.connect("crm_app", autocommit=autocommit)
    try:
        with as_person(connection, "alice") as session:
            session.execute(ending)
            with pytest.raises(DENIED):
                session.execute(DEALS)
    except psycopg.errors.ObjectNotInPrerequisiteState:
        assert "prepare" in ending, "prepared transactions are off, as in most installations"
    assert whoever(connection) == NOBODY


@pytest.mark.parametrize("name", ["commit", "rollback", "close"])
def test_methods_that_would_end_it(office: Office, name: str) -> None:
    """Refused; the session goes on."""
    with office.pool() as pool, as_person(pool, "alice") as connection:
        with pytest.raises(MisuseError, match=f"{name} inside the session of 'alice'"):
            getattr(connection, name)()
        with pytest.raises(MisuseError):
            connection.set_autocommit(True)
        with pytest.raises(MisuseError):
            connection.autocommit = True
        for method in ("__enter__", "__aenter__"):
            assert not hasattr(type(connection), method)
        assert titles(connection) == ["alice"]


@pytest.mark.parametrize("point", ["before", "statement", "after", "swallowed"])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_exception_anywhere(office: Office, point: str, error: type[BaseException]) -> None:
    """Nothing is kept, and the next person is the next person."""
    with office.pool() as pool:
        try:
            with as_person(pool, "alice") as connection:
                if point == "before":
                    raise error
                connection.execute("update crm.deal set amount = -1")
                if point in ("statement", "swallowed"):
                    with pytest.raises(psycopg.errors.DivisionByZero):
                        connection.execute("select 1 / 0")
                if point != "swallowed":
                    raise error
        except error:
            pass
        with as_person(pool, "bob") as connection:
            assert titles(connection) == ["bob"]
        with as_person(pool, "alice") as connection:
            assert connection.execute("select amount from crm.deal").fetchall() == [(None,)]


def test_a_commit_that_fails(office: Office) -> None:
    """A constraint asked at the end: the application hears of it, and the connection is used on."""
    office.administrator.execute("""
        create function public.refuse() returns trigger language plpgsql as $$
        begin
          if new.title = 'never' then
            raise exception 'never' using errcode = '23514';
          end if;
          return null;
        end $$;
        create constraint trigger refuse after update on crm.deal deferrable initially deferred
          for each row execute function public.refuse();
    """)
    try:
        with office.pool() as pool:
            with pool.connection() as connection:
                process = connection.info.backend_pid
            with pytest.raises(psycopg.errors.CheckViolation), as_person(pool, "alice") as connection:
                connection.execute("update crm.deal set title = 'never'")
            with as_person(pool, "bob") as connection:
                assert titles(connection) == ["bob"]
                assert connection.info.backend_pid == process
    finally:
        office.administrator.execute("drop function public.refuse cascade")


WITHOUT_RIGHTS: tuple[LiteralString, ...] = (
    "reset role",
    "set role none",
    "set local role none",
    "select set_config('role', 'none', false)",
)


@pytest.mark.parametrize("statement", WITHOUT_RIGHTS)
def test_a_role_that_is_reset_by_hand(office: Office, statement: LiteralString) -> None:
    """What follows is refused."""
    with office.pool() as pool:
        with pytest.raises(DENIED), as_person(pool, "alice") as connection:
            connection.execute(statement)
            connection.execute(DEALS)
        with as_person(pool, "bob") as connection:
            assert titles(connection) == ["bob"]


def test_what_the_server_refuses(office: Office) -> None:
    """Becoming somebody the pool may not become, or forgetting everything in the middle."""
    for statement in ("set session authorization bob", "discard all", "set role crm_owner", "set role carol"):
        with office.pool() as pool, pytest.raises(psycopg.Error) as error, as_person(pool, "alice") as connection:
            connection.execute(statement.encode())
        assert error.value.sqlstate in ("42501", "25001"), statement


DIRT: tuple[LiteralString, ...] = (
    "set role alice",
    "select set_config('role', 'alice', false)",
    "declare kept cursor with hold for select title from crm.deal",
    "commit; begin; set local role alice; declare kept cursor with hold for select title from crm.deal",
    "commit; begin; set local role alice; declare kept cursor with hold for select title from crm.deal; commit",
    "commit; set role alice",
    "commit; set role alice; begin",
    "set role alice; commit; select 1",
    "rollback; set role alice",
    "reset role; set role bob; set local role alice",
)
"""What the pool's login may do, typed by the application or by whoever injects SQL."""


@pytest.mark.parametrize("autocommit", [False, True])
@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("dirt", DIRT)
def test_dirt_does_not_outlive_the_session(
    office: Office, dirt: LiteralString, *, fails: bool, autocommit: bool
) -> None:
    """Neither a role nor rows: not for the next person, and not for whoever is nobody."""
    with office.pool(kwargs={"autocommit": autocommit}) as pool:
        with pool.connection() as connection:
            process = connection.info.backend_pid
        try:
            with as_person(pool, "alice") as connection:
                connection.execute(dirt)
                if fails:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        with pool.connection() as connection:
            assert connection.info.backend_pid == process
            assert whoever(connection) == NOBODY
            assert connection.execute("select name from pg_cursors").fetchall() == []
        with as_person(pool, "bob") as connection:
            assert titles(connection) == ["bob"]
            with pytest.raises(psycopg.errors.InvalidCursorName), connection.transaction():
                connection.execute("fetch all from kept")


def test_temporary_tables_go(office: Office) -> None:
    """Where an installation lets people have them."""
    name = office.administrator.info.dbname
    office.administrator.execute(f'grant temporary on database "{name}" to public'.encode())
    try:
        with office.pool() as pool:
            with as_person(pool, "alice") as connection:
                connection.execute("create temp table deal as select title from crm.deal")
                connection.execute("grant select on deal to public")
            with as_person(pool, "bob") as connection, pytest.raises(psycopg.errors.UndefinedTable):
                connection.execute("select title from deal")
    finally:
        office.administrator.execute(f'revoke temporary on database "{name}" from public'.encode())


def kept(connection: Any) -> tuple[list[Callable[[], object]], list[Callable[[], object]]]:
    """Return what an application might hold on to, each a way to ask once more; and ways to tidy up late."""
    asked = connection.execute(DEALS)
    half = connection.cursor()
    half.execute(DEALS)
    named = connection.cursor("named")
    named.execute(DEALS)
    held = connection.cursor("held", withhold=True)
    held.execute(DEALS)
    execute = connection.execute
    asking: list[Callable[[], object]] = [
        lambda: connection.execute(DEALS),
        connection.cursor,
        lambda: connection.cursor("late").execute(DEALS),
        lambda: execute(DEALS),
        lambda: asked.execute(DEALS),
        lambda: list(asked.stream(DEALS)),
        asked.fetchall,
        lambda: asked.executemany("select %s", [(1,), (2,)]),
        half.fetchone,
        lambda: half.copy("copy (select title from crm.deal) to stdout").__enter__(),
        named.fetchall,
        lambda: named.execute(DEALS),
        lambda: named.scroll(0),
        lambda: next(iter(named)),
        held.fetchall,
        lambda: held.execute(DEALS),
        connection.transaction,
        lambda: connection.info,
        lambda: setattr(connection, "row_factory", None),
        lambda: connection.commit(),  # noqa: PLW0108  the attribute is refused already
    ]
    return asking, [one.close for one in (asked, half, named, held)]


def test_what_is_kept_beyond_the_session(office: Office) -> None:
    """Refuses to work, also while the connection is the next person's; and disturbs them not at all."""
    with office.pool() as pool:
        with as_person(pool, "alice") as connection:
            ways, closing = kept(connection)
        with as_person(pool, "bob") as bob:
            for number, way in enumerate(ways):
                with pytest.raises((MisuseError, psycopg.InterfaceError)):
                    pytest.fail(f"{number}: {way()}")
                assert titles(bob) == ["bob"]
            assert ways, "the cursors are still there"
            with bob.cursor("named") as cursor:
                cursor.execute(DEALS)
                for close in closing:
                    close()
                assert cursor.fetchall() == [("bob",)]
        assert "over" in repr(connection)


def test_a_thread_that_comes_too_late(office: Office) -> None:
    """It waited for the connection when the session ended: its statement is not run for the next person."""
    found: list[object] = []

    def ask(cursor: psycopg.Cursor[Any]) -> None:
        try:
            found.append(cursor.execute(DEALS).fetchall())
        except psycopg.Error as error:
            found.append(type(error))

    with office.pool() as pool:
        with as_person(pool, "alice") as connection:
            late = connection.cursor()
            process = connection.info.backend_pid
            connection.lock.acquire()
            thread = threading.Thread(target=ask, args=[late])
            thread.start()
            threading.Timer(0.05, connection.lock.release).start()
        with as_person(pool, "bob") as bob:
            thread.join()
            assert bob.info.backend_pid == process
    assert found in ([psycopg.InterfaceError], [[("alice",)]])


def half_streamed(connection: Any) -> object:
    """Begin to stream."""
    rows = connection.cursor().stream("select generate_series(1, 10000)")
    next(rows)
    return rows


def half_copied(connection: Any) -> object:
    """Begin to copy."""
    copy = connection.cursor().copy("copy (select generate_series(1, 10000)) to stdout")
    next(iter(copy.__enter__()))
    return copy


def in_pipeline(connection: Any) -> object:
    """Begin a pipeline."""
    pipeline = connection.pipeline()
    pipeline.__enter__()
    return pipeline


@pytest.mark.parametrize("begin", [half_streamed, half_copied, in_pipeline])
def test_a_session_that_ends_in_the_middle(office: Office, begin: Callable[[Any], object]) -> None:
    """Nothing is committed, nobody waits for ever, and the connection is not used again."""
    with office.pool() as pool:
        with pytest.raises(MisuseError, match="nothing was committed"), as_person(pool, "alice") as connection:
            process = connection.info.backend_pid
            connection.execute("update crm.deal set amount = -1")
            half = begin(connection)
        del half
        with as_person(pool, "alice") as connection:
            assert connection.execute("select amount from crm.deal").fetchall() == [(None,)]
            assert connection.info.backend_pid != process
    gc.collect()


def test_a_session_that_does_not_wait_for_its_threads(office: Office) -> None:
    """What they do is cancelled, nothing is committed; the connection goes on to the next."""
    ended: list[str | None] = []

    def sleep(connection: psycopg.Connection[Any]) -> None:
        with pytest.raises(psycopg.errors.QueryCanceled) as error:
            connection.execute("select pg_sleep(10)")
        ended.append(error.value.sqlstate)

    with office.pool() as pool:
        with pytest.raises(MisuseError), as_person(pool, "alice") as connection:
            process = connection.info.backend_pid
            thread = threading.Thread(target=sleep, args=[connection])
            thread.start()
            # The server forgets what it is told to cancel before it has begun.
            while not office.administrator.execute(
                "select from pg_stat_activity where pid = %s and wait_event = 'PgSleep'", [process]
            ).rowcount:
                pass
        with as_person(pool, "bob") as bob:
            thread.join()
            assert (bob.info.backend_pid, ended) == (process, ["57014"])
            assert titles(bob) == ["bob"]


def kill(office: Office, process: int) -> None:
    """End a session from outside."""
    office.administrator.execute("select pg_terminate_backend(%s, 5000)", [process])


def test_a_killed_backend(office: Office) -> None:
    """Between any two statements; the pool replaces it."""
    with office.pool() as pool:
        for statements in range(3):
            with pytest.raises(psycopg.OperationalError), as_person(pool, "alice") as connection:
                for _ in range(statements):
                    titles(connection)
                kill(office, connection.info.backend_pid)
                if statements == 1:
                    titles(connection)
            with as_person(pool, "bob") as connection:
                assert titles(connection) == ["bob"]


def test_a_backend_killed_while_it_was_idle(office: Office) -> None:
    """Beginning fails as it would without us."""
    with office.pool() as pool:
        with as_person(pool, "alice") as connection:
            process = connection.info.backend_pid
        kill(office, process)
        with pytest.raises(psycopg.OperationalError), as_person(pool, "alice"):
            pass
        with as_person(pool, "bob") as connection:
            assert titles(connection) == ["bob"]


def test_a_pool_that_is_asked_for_its_connection_back(office: Office) -> None:
    """Where close() gives connections back, what cannot be given back is still closed."""
    with (
        ConnectionPool(office.url(), min_size=1, max_size=1, open=True, close_returns=True) as pool,
        pytest.raises(MisuseError),
        as_person(pool, "alice") as connection,
    ):
        half = half_streamed(connection)
    del half


def test_sql_that_is_injected_is_everybody(office: Office) -> None:
    """What no library can prevent: whoever types SQL on the pool's login may become whoever the pool may."""
    with office.pool() as pool, as_person(pool, "alice") as connection:
        connection.execute("set local role bob")
        assert titles(connection) == ["bob"]
    with office.database.connect("alice") as alice, pytest.raises(DENIED):
        alice.execute("set role bob")
