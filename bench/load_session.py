"""One session of the load, a program of its own: works until it is told to end, and writes down what it saw.

It gets its order as JSON in its only argument, prints its server process,
waits for a line on stdin, works until the order's ``stop`` is there, and leaves
its observations in the order's ``file``.
"""

from __future__ import annotations

import json
import pickle
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

REFUSED = "42501"

NEW = 1_000_000
"""Keys from here on are of records made meanwhile, which are undone."""


class Seen(NamedTuple):
    """What one statement saw.

    Times are of the machine's one monotonic clock; ``since`` is when its
    transaction began.  ``keys`` has bit *n* for the record with key *n*, and is
    None where the server raised an error, ``failure``; ``scope`` are the
    records it asked for.
    """

    kind: str
    login: str
    operation: str
    entity: str
    since: float
    begin: float
    end: float
    keys: int | None
    scope: int
    failure: str = ""

    @property
    def refused(self) -> bool:
        """Whether it failed for want of a right."""
        return self.failure.startswith(REFUSED)


@dataclass
class Session:
    """A connection that works as one person, or as a pool that lends itself to all of them."""

    order: dict[str, Any]
    connection: psycopg.Connection[Any]
    draw: random.Random
    seen: list[Seen]
    since: float | None = None
    made: int = 0

    @property
    def kind(self) -> str:
        """What kind of session it is."""
        return str(self.order["kind"])

    def ask(self, login: str, operation: str, entity: str, statement: Any, values: Any = None, scope: int = -1) -> None:
        """Run a statement and note which keys came back."""
        begin, keys, failure = time.monotonic(), None, ""
        try:
            rows = self.connection.execute(statement, values).fetchall()
            keys = sum(1 << key for (key,) in rows if key < NEW)
        except psycopg.Error as error:
            failure = f"{error.sqlstate} {error}".strip()
        end = time.monotonic()
        since = begin if self.since is None else self.since
        self.seen.append(Seen(self.kind, login, operation, entity, since, begin, end, keys, scope, failure))

    @property
    def over(self) -> bool:
        """Whether it is to end."""
        return Path(self.order["stop"]).exists()

    def own_keys(self, entity: str) -> list[int]:
        """Return the keys of the records only this session writes."""
        return list(range(self.order["slice"], len(self.order["records"][entity]), self.order["slices"]))

    def entity(self) -> str:
        """Return one of the entities."""
        return str(self.draw.choice(list(self.order["records"])))

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Work in a transaction, or a part of one, that is undone."""
        outermost, self.since = self.since is None, self.since or time.monotonic()
        try:
            with self.connection.transaction(force_rollback=True):
                yield
        finally:
            if outermost:
                self.since = None


def read(session: Session, login: str) -> None:
    """Read all of an entity."""
    entity = session.entity()
    session.ask(login, "read", entity, f"select id from t.{entity}")  # noqa: S608 - ours


def read_prepared(session: Session, login: str) -> None:
    """Read by statements prepared once, with plans made once."""
    entity = session.entity()
    session.ask(login, "read", entity, f"execute {entity}_keys")


def read_in_function(session: Session, login: str) -> None:
    """Read inside a function, which keeps its plans."""
    session.ask(login, "read", "deal", "select tool.keys()")


def update(session: Session, login: str) -> None:
    """Change records."""
    entity = session.entity()
    own = session.own_keys(entity)
    keys = session.draw.sample(own, min(3, len(own)))
    statement = f"update t.{entity} set note = 'at work' where id = any (%s) returning id"  # noqa: S608 - ours
    session.ask(login, "update", entity, statement, [keys], sum(1 << key for key in keys))


def create_or_delete(session: Session, login: str) -> None:
    """Make or remove a record, and undo it."""
    entity = session.entity()
    if session.draw.randrange(2):
        key = session.draw.choice(session.own_keys(entity))
        session.ask(login, "delete", entity, f"delete from t.{entity} where id = %s returning id", [key], 1 << key)  # noqa: S608
        return
    key = session.draw.randrange(len(session.order["records"][entity]))
    session.made += 1
    values = session.order["records"][entity][key] | {"id": (session.order["slice"] + 1) * NEW + session.made}
    # What the new record is like counts: it is known by the key of the one it equals.
    statement = sql.SQL("insert into {} ({}) values ({}) returning {}").format(
        sql.Identifier("t", entity),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.Placeholder, values)),
        sql.Literal(key),
    )
    session.ask(login, "create", entity, statement, values, 1 << key)


def read_on(session: Session, login: str) -> None:
    """Read the same again and again in one transaction, which needs no lock it does not hold."""
    entities = session.draw.sample(list(session.order["records"]), 2)
    end = time.monotonic() + session.order["on"]
    with session.undone():
        while time.monotonic() < end and not session.over:
            entity = session.draw.choice(entities)
            session.ask(login, "read", entity, f"select id from t.{entity}")  # noqa: S608 - ours
            if session.seen[-1].failure:
                return
            time.sleep(session.draw.uniform(0.5, 1.5) * session.order["pause"])


def undone(work: Callable[[Session, str], None]) -> Callable[[Session, str], None]:
    """Return *work* in a transaction that is undone."""

    def inside(session: Session, login: str) -> None:
        with session.undone():
            work(session, login)

    return inside


def pooled(work: Callable[[Session, str], None]) -> Callable[[Session, str], None]:
    """Return *work* as a pool does it: a transaction for somebody, by SET LOCAL ROLE."""

    def lent(session: Session, _: str) -> None:
        login = session.draw.choice(session.order["people"])
        with session.undone():
            session.connection.execute(f"set local role {login}".encode())
            work(session, login)

    return lent


KINDS: dict[str, tuple[Callable[[Session, str], None], dict[str, Any]]] = {
    "reader": (read, {"prepare_threshold": None}),
    "reader, automatic prepares": (read, {"prepare_threshold": 2}),
    "reader, prepared": (read_prepared, {}),
    "reader in plpgsql": (read_in_function, {"prepare_threshold": 2}),
    "reader in one transaction": (read_on, {"prepare_threshold": 2}),
    "reader of a pool": (pooled(read), {"prepare_threshold": 2}),
    "writer": (update, {"prepare_threshold": None}),
    "writer, automatic prepares": (update, {"prepare_threshold": 2}),
    "writer, undone": (undone(create_or_delete), {"prepare_threshold": 2}),
    "writer of a pool": (pooled(update), {"prepare_threshold": 2}),
}
"""Kind of session → what it does again and again, and how it connects."""

LONG = "long transaction"


def work(session: Session) -> None:
    """Do one thing after the other, with pauses for thought."""
    action, _ = KINDS[session.kind]
    login = session.order["login"]
    if session.kind == "reader, prepared":
        session.connection.execute("set plan_cache_mode = force_generic_plan")
        for entity in session.order["records"]:
            session.connection.execute(f"prepare {entity}_keys as select id from t.{entity}".encode())  # noqa: S608 - ours
    while not session.over:
        action(session, login)
        time.sleep(session.draw.uniform(0.5, 1.5) * session.order["pause"])


def work_long(session: Session) -> None:
    """Hold a read lock on every managed table for a long time, again and again, and read under it as a person."""
    login, tables = session.order["login"], ", ".join(f"t.{entity}" for entity in session.order["records"])
    while not session.over:
        end = time.monotonic() + session.order["long"]
        with session.undone():
            session.connection.execute(f"lock table {tables} in access share mode".encode())
            session.connection.execute(f"set local role {login}".encode())
            while time.monotonic() < end and not session.over:
                with session.undone():
                    read(session, login)
                time.sleep(session.draw.uniform(0.5, 1.5) * session.order["pause"])
        time.sleep(session.order["rest"])


def main() -> None:
    """Work as the order says."""
    order = json.loads(sys.argv[1])
    _, options = KINDS.get(order["kind"], (None, {"prepare_threshold": 2}))
    with psycopg.connect(order["url"], autocommit=True, **options) as connection:
        connection.execute(f"set lock_timeout = '{order['lock_timeout']}ms'".encode())
        session = Session(order, connection, random.Random(order["slice"]), [])
        print(connection.info.backend_pid, flush=True)
        sys.stdin.readline()
        (work_long if order["kind"] == LONG else work)(session)
    Path(order["file"]).write_bytes(pickle.dumps([tuple(one) for one in session.seen]))


if __name__ == "__main__":
    main()
