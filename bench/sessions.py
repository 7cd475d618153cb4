"""What a person's transaction costs, beside the same transaction without Rowlock.

``python -m bench.sessions [--people 1000] [--rounds 40] [--network 1.0] [--json FILE]``

Each road runs the same two transactions in one embedded PostgreSQL: the newest
fifty of one's deals, and a change of one.  Without Rowlock a login that row
security does not bind asks for the person's rows itself.  Roads are
interleaved; figures are medians, and ratios against the plain road of the same
library.  Once over loopback, once through a proxy that adds ``--network``
milliseconds to a round trip.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import create_engine

from rls.definition.model import Definition, Entity, Level, Owner, Permission, Role
from rls.installation import install
from rls.names import QualifiedName
from rls.plan import deploy
from rls.server import EmbeddedServer
from rls.sessions import as_person

DATABASE = "bench"
PERSON = "person_7"
SET_OPTION = 160_000
"""From this version on a membership says whether it may be taken by SET ROLE."""

BATCH = 5
"""Transactions measured at a time."""

Open = Callable[[], AbstractContextManager[Any]]
Road = tuple[str, str, Open, str]
"""Name, the road it is compared with, what opens a transaction, the condition its statements need."""

OWN = " and owner_id = (select id from crm.person where login = 'person_7')"


def main() -> None:
    """Measure and print the table."""
    wanted = _arguments()
    with tempfile.TemporaryDirectory(prefix="rowlock-bench-") as directory, ExitStack() as stack:
        Path(directory).chmod(0o755)
        server = EmbeddedServer(Path(directory) / "postgres")
        server.start(foreground_child=True)
        stack.callback(server.stop, immediately=True)
        server.ensure_database(DATABASE)
        with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
            _fill(connection, wanted.people)
            version = str(connection.info.parameter_status("server_version"))
        far = stack.enter_context(delayed(server.url(DATABASE), wanted.network / 2000))
        places = {"loopback": server.url(DATABASE), f"{wanted.network:g} ms": far}
        figures = {name: _measure(url, wanted.rounds, name) for name, url in places.items()}
    _print(figures, f"PostgreSQL {version}, {wanted.people:,} people, medians of {wanted.rounds} rounds")
    if wanted.json:
        wanted.json.write_text(json.dumps({"server_version": version, "seconds": figures}, indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--network", type=float, default=1.0, metavar="MS")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _fill(connection: psycopg.Connection[Any], people: int) -> None:
    """Make the people, a hundred deals each, and the logins of the roads."""
    install(connection)
    deal = Entity("deal", QualifiedName("crm", "deal"), owner=Owner("owner_id"))
    manager = Role("manager", permissions=tuple(Permission("deal", one, Level.own) for one in ("read", "update")))
    deploy(connection, Definition("highest", (deal,), (manager,)))
    inherit = b" with inherit false, set true" if connection.info.server_version >= SET_OPTION else b""
    with connection.transaction():
        connection.execute("create role crm_app login noinherit password 'secret'")
        connection.execute("create role plain login bypassrls password 'secret'")
        connection.execute("grant usage on schema crm to plain")
        connection.execute("grant select, update on crm.deal, crm.person to plain")
        for number in range(1, people + 1):
            name = sql.Identifier(f"person_{number}")
            connection.execute(sql.SQL("create role {} login password 'secret'").format(name))
            connection.execute(sql.SQL("grant {} to crm_app").format(name) + sql.SQL(inherit.decode()))
        connection.execute(
            "insert into crm.person (login, name) select 'person_' || n, 'P' from generate_series(1, %s) n", [people]
        )
        connection.execute("insert into rls.assignment (role, principal_kind) values ('manager', 'everyone')")
        connection.execute(
            "insert into crm.deal (owner_id, title) select id, 'a deal' from crm.person, generate_series(1, 100)"
        )
    connection.execute("analyze")


def roads(url: str, stack: ExitStack) -> list[Road]:
    """Return every road to the database, in the order of the table.  A further one is one more line here."""

    def login(name: str) -> str:
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=f"{name}:secret@{parts.hostname}:{parts.port}"))

    def pool(name: str) -> ConnectionPool:
        return stack.enter_context(ConnectionPool(login(name), min_size=1, max_size=1, open=True))

    def engine(name: str) -> Any:
        made = create_engine(login(name).replace("postgresql:", "postgresql+psycopg:"), pool_size=1)
        stack.callback(made.dispose)
        return made

    app, alchemy = pool("crm_app"), engine("crm_app")
    return [
        ("psycopg, plain login", "psycopg, plain login", pool("plain").connection, OWN),
        ("psycopg, set_config by hand", "psycopg, plain login", partial(_by_hand, app), ""),
        ("psycopg, as_person", "psycopg, plain login", partial(as_person, app, PERSON), ""),
        ("psycopg, the person's own login", "psycopg, plain login", pool(PERSON).connection, ""),
        ("SQLAlchemy, plain login", "SQLAlchemy, plain login", engine("plain").begin, OWN),
        ("SQLAlchemy, as_person", "SQLAlchemy, plain login", partial(as_person, alchemy, PERSON), ""),
        ("SQLAlchemy, the person's own login", "SQLAlchemy, plain login", engine(PERSON).begin, ""),
    ]


@contextmanager
def _by_hand(pool: ConnectionPool) -> Iterator[Any]:
    with pool.connection() as connection:
        connection.execute("select set_config('role', %s, true)", [PERSON])
        yield connection


def _transactions(condition: str) -> dict[str, str]:
    return {
        "newest 50": f"select id, title, amount from crm.deal where true{condition} order by id desc limit 50",  # noqa: S608  our own text
        "change one": f"update crm.deal set amount = 1 where id = 601{condition}",  # noqa: S608
    }


def _measure(url: str, rounds: int, place: str) -> dict[str, dict[str, list[float]]]:
    figures: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        wanted = [
            (name, base, kind, partial(_run, opened, statement, "SQLAlchemy" in name))
            for name, base, opened, condition in roads(url, stack)
            for kind, statement in _transactions(condition).items()
        ]
        for number in track(range(rounds + 2), description=place, console=Console(stderr=True), transient=True):
            for name, _, kind, run in wanted:
                begin = time.perf_counter()
                for _time in range(BATCH):
                    run()
                taken = (time.perf_counter() - begin) / BATCH
                if number > 1:
                    figures.setdefault(name, {}).setdefault(kind, []).append(taken)
    return figures


def _run(opened: Open, statement: str, alchemy: bool) -> None:  # noqa: FBT001  bound once, by partial
    with opened() as connection:
        if alchemy:
            result = connection.exec_driver_sql(statement)
            if result.returns_rows:
                result.fetchall()
        else:
            cursor = connection.execute(statement)
            if cursor.description:
                cursor.fetchall()


@contextmanager
def delayed(url: str, seconds: float) -> Iterator[str]:
    """Give the URL of a proxy before *url* that holds everything back for so long, each way."""
    parts = urlsplit(url)
    loop = asyncio.new_event_loop()
    ready: list[int] = []
    started = threading.Event()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65536):
            loop.call_later(seconds, writer.write, chunk)
        loop.call_later(seconds, writer.close)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_connection(parts.hostname, parts.port)
        with suppress(asyncio.CancelledError):
            await asyncio.gather(pump(reader, back_writer), pump(back_reader, writer), return_exceptions=True)

    async def serve() -> None:
        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        ready.append(server.sockets[0].getsockname()[1])
        started.set()

    async def stop() -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def run() -> None:
        loop.run_until_complete(serve())
        loop.run_forever()

    threading.Thread(target=run, daemon=True).start()
    started.wait()
    yield urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{ready[0]}"))
    asyncio.run_coroutine_threadsafe(stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)


def _print(figures: dict[str, dict[str, dict[str, list[float]]]], title: str) -> None:
    table = Table("road", title=title, title_justify="left")
    kinds = list(_transactions(""))
    for place in figures:
        for kind in kinds:
            table.add_column(f"{place}: {kind}, ms")
    bases = {"psycopg": "psycopg, plain login", "SQLAlchemy": "SQLAlchemy, plain login"}
    for name in next(iter(figures.values())):
        cells = []
        for measured in figures.values():
            for kind in kinds:
                median = statistics.median(measured[name][kind])
                base = statistics.median(measured[bases[name.partition(",")[0]]][kind])
                cells.append(f"{median * 1000:.2f} ({median / base:.2f})")
        table.add_row(name, *cells)
    Console(width=180).print(table)


if __name__ == "__main__":
    main()
