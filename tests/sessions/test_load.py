"""Hundreds of tasks of many people over a few connections: nobody ever sees a row of somebody else."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from rls.sessions import MisuseError, NotAPersonError, as_person
from tests.sessions.office import DEALS, DENIED, NOBODY, Office, async_titles, titles, whoever

TASKS = 400
SIZE = 4


class OnPurposeError(Exception):
    """Raised in the middle of a session."""


async def work(pool: AsyncConnectionPool, login: str, draw: random.Random) -> list[str]:
    """Work as somebody: read, read again between other tasks, write what is taken back, commit or fail."""
    async with as_person(pool, login) as connection:
        found = await async_titles(connection)
        for _ in range(draw.randrange(3)):
            await asyncio.sleep(0)
            async with connection.transaction():
                assert await async_titles(connection) == found
        match draw.randrange(8):
            case 0:
                raise OnPurposeError
            case 1:
                await connection.execute("select 1 / 0")
            case 2:
                await connection.execute("commit")
                with pytest.raises(DENIED):
                    await connection.execute(DEALS)
                raise OnPurposeError
            case 3:
                await connection.execute("update crm.deal set amount = -1")
                raise OnPurposeError
            case 4:
                await connection.execute("select pg_sleep(0.002)")
            case 5:
                async with connection.pipeline():
                    await connection.execute(DEALS)
                    await connection.execute("set role none")
            case 6:
                await connection.execute("declare kept cursor with hold for select title from crm.deal")
        return found


async def one(office: Office, pool: AsyncConnectionPool, draw: random.Random) -> str:
    """Run a task; return how it ended, having checked what it saw."""
    login = draw.choice([*office.sees, "nobody", "none", "carol's"])
    try:
        found = await work(pool, login, draw)
    except NotAPersonError:
        assert login not in office.sees
        return "refused"
    except (OnPurposeError, psycopg.errors.DivisionByZero):
        return "failed"
    except psycopg.OperationalError:
        return "killed"
    assert found == office.sees[login], login
    return "seen"


async def load(office: Office, draw: random.Random, disturb: Any = None) -> Counter[str]:
    """Run all tasks; ``disturb`` gets them while they run."""
    async with office.async_pool(SIZE) as pool:
        tasks = [asyncio.create_task(one(office, pool, random.Random(draw.random()))) for _ in range(TASKS)]
        if disturb is not None:
            await disturb(tasks)
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(_check(pool) for _ in range(SIZE)))
    problems = [error for error in ended if isinstance(error, Exception)]
    assert problems == []
    return Counter(end if isinstance(end, str) else "cancelled" for end in ended)


async def _check(pool: AsyncConnectionPool) -> None:
    """Check a connection that nobody uses; each of the pool's at once, so that all are still there."""
    async with pool.connection() as connection:
        await asyncio.sleep(0.02)
        cursor = await connection.execute(
            "select current_user::text, current_setting('role'), count(*) from pg_cursors"
        )
        assert await cursor.fetchone() == (*NOBODY, 0)
        with pytest.raises(DENIED):
            await connection.execute(DEALS)


def test_many_tasks(office: Office, count_decisions: Any) -> None:
    """People chosen at random, results compared with what each sees."""
    ended = asyncio.run(load(office, random.Random(1)))

    assert ended["seen"] > TASKS // 3
    assert ended["failed"] > TASKS // 10
    assert ended["refused"]
    count_decisions(ended["seen"])


@pytest.mark.parametrize("seed", range(3))
def test_tasks_that_are_cancelled(office: Office, seed: int, count_decisions: Any) -> None:
    """At any await: while waiting for the pool, beginning, asking, committing, rolling back."""
    draw = random.Random(seed)

    async def disturb(tasks: list[asyncio.Task[str]]) -> None:
        while not all(task.done() for task in tasks):
            await asyncio.sleep(draw.random() * 0.003)
            for task in draw.sample(tasks, 3):
                task.cancel()
                if draw.random() < 0.3:
                    asyncio.get_running_loop().call_soon(task.cancel)

    ended = asyncio.run(load(office, draw, disturb))

    assert ended["cancelled"] > TASKS // 20
    assert ended["seen"]
    count_decisions(ended["seen"])


def test_backends_that_are_killed(office: Office, count_decisions: Any) -> None:
    """While hundreds of tasks use them."""
    draw = random.Random(2)

    async def disturb(_: list[asyncio.Task[str]]) -> None:
        for _round in range(20):
            await asyncio.sleep(0.01)
            office.administrator.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'crm_app' limit 1"
            )

    ended = asyncio.run(load(office, draw, disturb))

    assert ended["seen"] > TASKS // 4
    count_decisions(ended["seen"])


def test_a_scope_that_is_cancelled(office: Office) -> None:
    """Anyio, under every Starlette application, cancels each await of a scope: the pool gets its connections back."""

    async def run() -> None:
        async with office.async_pool(2) as pool:
            for _ in range(20):
                with anyio.move_on_after(0.01):
                    async with as_person(pool, "alice") as connection:
                        await connection.execute("select pg_sleep(1)")
            for _ in range(20):
                with anyio.CancelScope() as scope:
                    async with as_person(pool, "alice") as connection:
                        scope.cancel()
            await asyncio.gather(_check(pool), _check(pool))

    asyncio.run(run())


def test_a_task_that_is_left_behind(office: Office) -> None:
    """It uses the session of whoever started it, which is over: refused, while the connection is somebody else's."""

    async def late(connection: Any, started: asyncio.Event) -> list[str]:
        started.set()
        await asyncio.sleep(0.01)
        return await async_titles(connection)

    async def run() -> None:
        async with office.async_pool(1) as pool:
            async with as_person(pool, "alice") as connection:
                started = asyncio.Event()
                task = asyncio.create_task(late(connection, started))
                cursor = connection.cursor()
                await started.wait()
            async with as_person(pool, "bob") as bob:
                with pytest.raises(MisuseError, match="session of 'alice' is over"):
                    await task
                with pytest.raises(psycopg.InterfaceError):
                    await cursor.execute(DEALS)
                assert await async_titles(bob) == ["bob"]

    asyncio.run(run())


def test_two_tasks_share_a_session(office: Office) -> None:
    """Both are the same person."""

    async def run() -> None:
        async with office.async_pool(1) as pool, as_person(pool, "alice") as connection:
            assert await asyncio.gather(*(async_titles(connection) for _ in range(10))) == [["alice"]] * 10

    asyncio.run(run())


@pytest.mark.parametrize("fails", [False, True])
def test_a_session_that_does_not_wait_for_its_tasks(office: Office, *, fails: bool) -> None:
    """What they do is cancelled, nothing is committed; the connection goes on to the next."""

    async def run() -> None:
        async with office.async_pool(1) as pool:
            with pytest.raises(ZeroDivisionError if fails else MisuseError):
                async with as_person(pool, "alice") as connection:
                    process = connection.info.backend_pid
                    await connection.execute("update crm.deal set amount = -1")
                    slow = asyncio.create_task(connection.execute("select pg_sleep(10)"))
                    waiting = [asyncio.create_task(async_titles(connection)) for _ in range(5)]
                    await asyncio.sleep(0.02)
                    assert not fails or 1 / 0
            async with as_person(pool, "bob") as bob:
                assert bob.info.backend_pid == process
                ended = await asyncio.gather(slow, *waiting, return_exceptions=True)
                assert [type(one) for one in ended] == [psycopg.errors.QueryCanceled] + [psycopg.InterfaceError] * 5
                assert await async_titles(bob) == ["bob"]

    asyncio.run(run())


def test_a_pool_that_is_exhausted(office: Office) -> None:
    """Waiting for a connection ends as it does without us; a name that is none does not even wait."""

    async def run() -> None:
        async with AsyncConnectionPool(office.url(), min_size=1, max_size=1, timeout=0.05, open=False) as pool:
            await pool.wait()
            async with as_person(pool, "alice"):
                with pytest.raises(PoolTimeout):
                    async with as_person(pool, "bob"):
                        pass
                with pytest.raises(NotAPersonError):
                    async with as_person(pool, ""):
                        pass

    asyncio.run(run())


def test_many_threads(office: Office, count_decisions: Any) -> None:
    """The same with threads, which is how Django and Flask serve."""
    draw, lock = random.Random(3), threading.Lock()

    def ask(_: int) -> bool:
        with lock:
            login, fails = draw.choice(list(office.sees)), draw.random() < 0.3
        try:
            with as_person(pool, login) as connection:
                assert titles(connection) == office.sees[login]
                if fails:
                    raise OnPurposeError
        except OnPurposeError:
            pass
        return True

    with office.pool(SIZE) as pool:
        with ThreadPoolExecutor(16) as threads:
            assert all(threads.map(ask, range(TASKS)))
        for _ in range(SIZE):
            with pool.connection() as connection:
                assert whoever(connection) == NOBODY
    count_decisions(TASKS)
