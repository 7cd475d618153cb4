"""Engines and sessions of SQLAlchemy, of every driver that is installed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.exc import DBAPIError, InvalidRequestError, ProgrammingError, ResourceClosedError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from rls.sessions import MisuseError, NotAPersonError, PoolLoginError, as_person
from tests.sessions.office import NOBODY, Office

DEALS = text("select title from crm.deal order by title")

WHO = text("select current_user::text, current_setting('role')")


class Base(DeclarativeBase):
    """Of the mapped tables."""


class Deal(Base):
    """A deal, as far as it is needed."""

    __tablename__ = "deal"
    __table_args__ = {"schema": "crm"}  # noqa: RUF012  SQLAlchemy's own form
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    amount: Mapped[float | None]


@contextmanager
def engine_of(office: Office, driver: str = "psycopg", **options: Any) -> Iterator[Engine]:
    """Give an engine with one connection."""
    url = office.url().replace("postgresql:", f"postgresql+{driver}:")
    engine = create_engine(url, **{"pool_size": 1, "max_overflow": 0, "pool_timeout": 20} | options)
    yield engine
    engine.dispose()


def refused(ask: Any) -> None:
    """Assert that PostgreSQL refuses."""
    with pytest.raises(ProgrammingError, match="permission denied"):
        ask()


def assert_nobody(engine: Engine) -> None:
    """Assert that outside a session nothing can be done, and nothing was left."""
    with engine.connect() as connection:
        assert connection.execute(WHO).one() == NOBODY
        assert connection.execute(text("select name from pg_cursors where name <> ''")).all() == []
        refused(lambda: connection.execute(DEALS))


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_an_engine(office: Office, driver: str) -> None:
    """Gives everybody their rows, through one connection."""
    with engine_of(office, driver) as engine:
        for login, expected in office.sees.items():
            with as_person(engine, login) as connection:
                assert connection.scalars(DEALS).all() == expected
                with connection.begin_nested() as nested:
                    nested.rollback()
                assert connection.scalars(DEALS).all() == expected
        assert_nobody(engine)


def test_a_connection_that_commits_in_the_middle(office: Office) -> None:
    """What follows is refused, by SQLAlchemy for the method, by PostgreSQL for the statement."""
    with engine_of(office) as engine:
        with pytest.raises(InvalidRequestError), as_person(engine, "alice") as connection:
            connection.commit()
            connection.execute(DEALS)
        with as_person(engine, "alice") as connection:
            connection.execute(text("commit"))
            refused(lambda: connection.execute(DEALS))
        assert_nobody(engine)


@pytest.mark.parametrize("factory", [sessionmaker, Session])
def test_a_session(office: Office, factory: Any) -> None:
    """Goes on as the person after a commit, a rollback, a savepoint."""
    with engine_of(office) as engine:
        with as_person(factory(engine), "alice") as session:
            session.commit()
            deal = session.scalars(select(Deal)).one()
            number = deal.id
            deal.amount = 5
            session.commit()
            assert deal.title == "alice"
            session.rollback()
            with session.begin_nested():
                assert session.scalars(DEALS).all() == ["alice"]
            session.begin_nested().rollback()
            assert session.scalars(DEALS).all() == ["alice"]
            deal.amount = None
        with as_person(factory(engine), "bob") as session:
            assert session.get(Deal, number) is None
            assert session.scalars(DEALS).all() == ["bob"]
        with as_person(factory(engine), "alice") as session:
            assert session.scalars(select(Deal.amount)).one() is None, "the end of the block commits"
        assert_nobody(engine)


def test_a_session_that_fails(office: Office) -> None:
    """Is rolled back."""
    with engine_of(office) as engine:
        with pytest.raises(ZeroDivisionError), as_person(sessionmaker(engine), "alice") as session:
            session.scalars(select(Deal)).one().title = "x"
            session.flush()
            raise ZeroDivisionError
        with as_person(sessionmaker(engine), "alice") as session:
            assert session.scalars(DEALS).all() == ["alice"]


def test_a_session_beyond_its_end(office: Office) -> None:
    """Is nobody's."""
    with engine_of(office) as engine:
        with as_person(sessionmaker(engine), "alice") as session:
            assert session.scalars(DEALS).all() == ["alice"]
        with as_person(engine, "bob") as connection:
            streamed = connection.execution_options(yield_per=1).execute(DEALS)
        with as_person(engine, "person_6") as other:
            with pytest.raises(ResourceClosedError):
                connection.execute(DEALS)
            assert len(other.scalars(DEALS).all()) == 6
            with pytest.raises(ProgrammingError, match="does not exist"):
                streamed.all()
        with pytest.raises(MisuseError, match="session of 'alice' is over"):
            session.execute(DEALS)
        with pytest.raises(MisuseError, match="begin with a new one"), as_person(session, "bob"):
            pass


def test_a_session_that_holds_records(office: Office) -> None:
    """Of somebody else's, perhaps: they would be found without asking the database."""
    with engine_of(office) as engine, Session(engine) as session:
        session.add(Deal(title="x"))
        with pytest.raises(MisuseError, match="begin with a new one"), as_person(session, "alice"):
            pass


@pytest.mark.parametrize("login", ["none", "", "nobody", "crm_manager", "postgres", "a'b", "a" * 64, "x\0", None])
def test_whoever_is_no_person_is_refused(office: Office, login: Any) -> None:
    """By engine and session alike."""
    with engine_of(office) as engine:
        with pytest.raises(NotAPersonError), as_person(engine, login):
            pytest.fail("became somebody")
        with pytest.raises(NotAPersonError), as_person(sessionmaker(engine), login) as session:
            session.execute(DEALS)
        assert_nobody(engine)


def test_no_transaction_no_person(office: Office) -> None:
    """AUTOCOMMIT, and a connection in a transaction of somebody else's."""
    with (
        engine_of(office, isolation_level="AUTOCOMMIT") as engine,
        pytest.raises(MisuseError, match="AUTOCOMMIT"),
        as_person(engine, "alice"),
    ):
        pass
    with engine_of(office) as engine, engine.connect() as connection:
        connection.execute(WHO)
        with (
            pytest.raises(MisuseError, match="a transaction of its own"),
            as_person(Session(connection), "alice") as session,
        ):
            session.execute(DEALS)


def test_an_administrators_engine(office: Office) -> None:
    """Is refused."""
    engine = create_engine(office.database.url.replace("postgresql:", "postgresql+psycopg:"))
    with pytest.raises(PoolLoginError), as_person(engine, "alice"):
        pass
    engine.dispose()


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize(
    "dirt", ["set role alice", "declare kept cursor with hold for select title from crm.deal", "commit; set role alice"]
)
def test_dirt_does_not_outlive_the_session(office: Office, dirt: str, *, fails: bool) -> None:
    """Neither a role nor rows."""
    with engine_of(office) as engine:
        for source in (engine, sessionmaker(engine)):
            try:
                with as_person(source, "alice") as session:
                    session.execute(text(dirt))
                    assert not fails or 1 / 0
            except ZeroDivisionError:
                pass
            assert_nobody(engine)


DRIVERS = ("psycopg", "asyncpg")


def async_engine(office: Office, driver: str, size: int = 1) -> AsyncEngine:
    """Return an engine."""
    url = office.url().replace("postgresql:", f"postgresql+{driver}:")
    return create_async_engine(url, pool_size=size, max_overflow=0, pool_timeout=20)


@pytest.mark.parametrize("driver", DRIVERS)
def test_async_engines_and_sessions(office: Office, driver: str) -> None:
    """As without await."""

    async def run() -> None:
        engine = async_engine(office, driver)
        for login, expected in list(office.sees.items())[-15:]:
            async with as_person(engine, login) as connection:
                assert (await connection.scalars(DEALS)).all() == expected
        for source in (async_sessionmaker(engine), AsyncSession(engine)):
            async with as_person(source, "alice") as session:
                await session.commit()
                assert (await session.scalars(DEALS)).all() == ["alice"]
                await session.execute(text("declare kept cursor with hold for select title from crm.deal"))
                await session.execute(text("set role alice"))
        for login in ("none", "nobody", "", "a" * 64, "x\0"):
            with pytest.raises(NotAPersonError):
                async with as_person(engine, login):
                    pass
        async with engine.connect() as connection:
            assert (await connection.execute(WHO)).one() == NOBODY
            assert (await connection.execute(text("select name from pg_cursors where name <> ''"))).all() == []
            with pytest.raises(DBAPIError, match="permission denied"):
                await connection.execute(DEALS)
        await engine.dispose()

    asyncio.run(run())


@pytest.mark.parametrize("driver", DRIVERS)
def test_async_load(office: Office, driver: str, count_decisions: Any) -> None:
    """Many tasks, some cancelled."""
    draw = random.Random(4)

    async def one(engine: AsyncEngine, login: str) -> bool:
        async with as_person(async_sessionmaker(engine), login) as session:
            found = (await session.scalars(DEALS)).all()
            await asyncio.sleep(0)
            assert found == office.sees[login]
            return True

    async def run() -> int:
        engine = async_engine(office, driver, 3)
        tasks = [asyncio.create_task(one(engine, draw.choice(list(office.sees)))) for _ in range(150)]
        # asyncpg itself complains aloud of connections that were cancelled.
        while driver == "psycopg" and not all(task.done() for task in tasks):
            await asyncio.sleep(0.01)
            draw.choice(tasks).cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        await engine.dispose()
        assert [error for error in ended if isinstance(error, Exception)] == []
        return ended.count(True)

    seen = asyncio.run(run())
    assert seen > 50
    count_decisions(seen)
