"""Thousands of interleaved transactions of many people through PgBouncer, disturbed: nobody gets another's row."""

from __future__ import annotations

import random
import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Timer
from typing import Any

import psycopg
import pytest

from rls.pgbouncer.configuration import PREPARED
from tests.pooling.conftest import PEOPLE, Office, careless, found

QUERY = "select name, current_user::text from crm.company"

THREADS = 6

TRANSACTIONS = 120
"""Of each thread, for each way to connect."""

ROADS = ["own login", "pool's login"]


class Client:
    """One thread's connections: a few people's own, or a pool's login that becomes them."""

    def __init__(self, office: Office, road: str, mode: str, *, prepared: bool, seed: int) -> None:
        self.office, self.road, self.mode = office, road, mode
        self.options: dict[str, Any] = {"prepare_threshold": 0 if prepared else None, "dbname": office.entry(mode)}
        self.random = random.Random(seed)
        self.people = self.random.sample(list(PEOPLE), 3)
        self.open: dict[str, psycopg.Connection] = {}
        self.counted: Counter[str] = Counter()

    def run(self) -> Counter[str]:
        """Work as one person after the other; return what happened, by kind."""
        try:
            for _ in range(TRANSACTIONS):
                person = self.random.choice(self.people)
                try:
                    self._disturbance()(self._connection(person), person)
                except psycopg.Error as error:
                    self.counted[type(error).__name__] += 1
                    self._drop(person)
        finally:
            for connection in self.open.values():
                connection.close()
        return self.counted

    def _connection(self, person: str) -> psycopg.Connection:
        login = person if self.road == "own login" else "crm_app"
        if login not in self.open:
            self.open[login] = self.office.bouncer.connect(login, **self.options)
        return self.open[login]

    def _drop(self, person: str) -> None:
        """Go on with the connection where it may be used again."""
        login = person if self.road == "own login" else "crm_app"
        connection = self.open.get(login)
        if connection is None or not self.random.randrange(2):
            with suppress(psycopg.Error):
                if connection is not None:
                    connection.rollback()
                    return
        if connection is not None:
            self.open.pop(login).close()

    def _disturbance(self) -> Callable[[psycopg.Connection, str], None]:
        kinds = [self.read] * 12 + [self.fail, self.commit_between, self.forget, self.session_role]
        rare = [self.cancel, self.die] if not self.random.randrange(4) else [self.read]
        return self.random.choice(kinds + rare)

    def become(self, connection: psycopg.Connection, person: str) -> None:
        """Say who is asking, where the login does not."""
        if self.road != "own login":
            connection.execute("select set_config('role', %s, true)", [person])

    def look(self, connection: psycopg.Connection, person: str) -> None:
        """Read everything: it is the person's, all of it."""
        rows = connection.execute(QUERY).fetchall()
        assert rows == [(person, person)] * PEOPLE[person], (person, rows)
        self.counted["looks"] += 1

    def read(self, connection: psycopg.Connection, person: str) -> None:
        """Work as one should."""
        self.become(connection, person)
        self.look(connection, person)
        connection.commit()

    def fail(self, connection: psycopg.Connection, person: str) -> None:
        """Make a mistake, and roll back."""
        self.become(connection, person)
        with suppress(psycopg.errors.DivisionByZero):
            connection.execute("select 1 / 0")
        connection.rollback()

    def commit_between(self, connection: psycopg.Connection, person: str) -> None:
        """After a commit the pool's login is nobody again."""
        self.read(connection, person)
        self.forget(connection, person)

    def forget(self, connection: psycopg.Connection, person: str) -> None:
        """Without saying who: the person's own login still is them, the pool's is refused."""
        try:
            self.look(connection, person)
        except psycopg.errors.InsufficientPrivilege:
            assert self.road != "own login"
            self.counted["refused"] += 1
        else:
            assert self.road == "own login"
        connection.rollback()

    def session_role(self, connection: psycopg.Connection, person: str) -> None:
        """SET ROLE for the session: the mistake that leaks where PgBouncer is set carelessly."""
        if self.road != "own login" and self.mode == "transaction":
            connection.execute(f"set role {person}".encode())
            self.look(connection, person)
            connection.commit()

    def cancel(self, connection: psycopg.Connection, person: str) -> None:
        """Cancel a query from another thread."""
        self.become(connection, person)
        timer = Timer(0.02, connection.cancel)
        timer.start()
        with suppress(psycopg.errors.QueryCanceled):
            connection.execute("select pg_sleep(0.3)")
        timer.join()
        connection.rollback()
        self.counted["cancelled"] += 1

    def die(self, connection: psycopg.Connection, person: str) -> None:
        """Go in the middle of a transaction, without a word."""
        self.become(connection, person)
        with socket.socket(fileno=connection.fileno()) as raw:
            raw.shutdown(socket.SHUT_RDWR)
            raw.detach()
        self.counted["died"] += 1
        connection.execute("select 1")


@pytest.mark.parametrize("prepared", [False, True], ids=["plain", "prepared"])
@pytest.mark.parametrize("mode", ["transaction", "session"])
@pytest.mark.parametrize("road", ROADS)
def test_nobody_gets_another_persons_rows(office: Office, road: str, mode: str, prepared: bool) -> None:
    """Errors there may be; rows of somebody else never."""
    clients = [Client(office, road, mode, prepared=prepared, seed=seed) for seed in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as threads:
        counted = sum(threads.map(Client.run, clients), Counter())

    assert min(counted["died"], counted["cancelled"], counted["looks"]) > 0
    if not (prepared and mode == "transaction" and office.version < PREPARED):
        assert counted["looks"] > THREADS * TRANSACTIONS / 2
        assert counted.keys() <= {"looks", "refused", "died", "cancelled", "OperationalError"}


def test_a_role_set_for_the_session_is_gone_with_the_transaction(office: Office) -> None:
    """What the configuration written by us prevents, and one without server_reset_query_always does not."""
    with office.bouncer.connect("crm_app") as connection:
        connection.execute("set role person3")
        connection.commit()
        assert connection.execute("select current_user").fetchone() == ("crm_app",)

    with careless(office) as bouncer:
        for _ in range(2):
            with bouncer.connect("crm_app") as connection:
                connection.execute("set role person3")
        with bouncer.connect("crm_app") as other:
            assert other.execute("select current_user").fetchone() == ("person3",)
        assert "session-role" in found(office, bouncer.console)
