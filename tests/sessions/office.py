"""A company whose people come through a pool, and what each of them sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import conninfo, sql
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from tests.database.company import open_company
from tests.fixtures.database import Database

DENIED = psycopg.errors.InsufficientPrivilege

MODERN = 160000

DEALS = b"select title from crm.deal order by title"

HIRE = """
with wanted as (select * from unnest(%s::text[], %s::int[]) as wanted (login, deals)),
hired as (insert into crm.person (login, name) select login, login from wanted returning id, login)
insert into crm.deal (owner_id, title)
select hired.id, hired.login || ' ' || number
from hired join wanted using (login) cross join lateral generate_series(1, wanted.deals) as number
"""

STRANGE = ("o'brien", 'the "boss"', "zoë", "x; drop table crm.deal --", "n" * 63, "a b", "%s", "{}", ":login", "$1")
"""Logins that try to be something else."""


@dataclass
class Office:
    """A database with a pool's login; ``sees`` says which deals each person sees."""

    database: Database
    administrator: psycopg.Connection
    sees: dict[str, list[str]] = field(default_factory=dict)

    def url(self, user: str = "crm_app", **options: str) -> str:
        """Return a URL of a login."""
        info = conninfo.conninfo_to_dict(self.database.url)
        base = f"{user}:{user}-secret@{info['host']}:{info['port']}/{info['dbname']}"
        return f"postgresql://{base}" + "".join(f"?{name}={value}" for name, value in options.items())

    @contextmanager
    def pool(self, size: int = 1, **options: Any) -> Iterator[ConnectionPool]:
        """Open a pool of the application's login."""
        with ConnectionPool(self.url(), min_size=size, max_size=size, timeout=20, open=True, **options) as pool:
            pool.wait()
            yield pool

    def async_pool(self, size: int = 1, **options: Any) -> AsyncConnectionPool:
        """Return a pool of the application's login, to be opened by ``async with``."""
        return AsyncConnectionPool(self.url(), min_size=size, max_size=size, timeout=20, open=False, **options)

    def hire(self, wanted: Mapping[str, int]) -> None:
        """Hire managers, each with so many deals of their own, whom the pool may become."""
        for login in wanted:
            name = sql.Identifier(login)
            self.administrator.execute(
                sql.SQL("create role {} login password {}").format(name, sql.Literal(f"{login}-secret"))
            )
            self.let_in(login)
        self.administrator.execute(HIRE, [list(wanted), list(wanted.values())])
        for login, number in wanted.items():
            self.sees[login] = [f"{login} {one}" for one in range(1, number + 1)]

    def let_in(self, login: str) -> None:
        """Let the pool become a person."""
        options = sql.SQL(" with inherit false, set true" if self.is_modern else "")
        self.administrator.execute(sql.SQL("grant {} to crm_app{}").format(sql.Identifier(login), options))

    @property
    def is_modern(self) -> bool:
        """Whether a membership may come without SET ROLE."""
        return self.administrator.info.server_version >= MODERN


def open_office(database: Database, people: int = 0) -> Office:
    """Open the office: alice and bob with a deal each, a pool's login, and as many more people as wanted."""
    connection, _ = open_company(database)
    connection.execute("create role crm_app login noinherit password 'crm_app-secret'")
    connection.execute("insert into rls.assignment (role, principal_kind) values ('manager', 'everyone')")
    office = Office(database, connection)
    for login in ("alice", "bob"):
        office.let_in(login)
        office.sees[login] = [login]
    office.hire({f"person_{number}": number % 7 for number in range(people)} | dict.fromkeys(STRANGE, 1))
    return office


def titles(connection: Any) -> list[str]:
    """Return the deals somebody sees."""
    return [title for (title,) in connection.execute(DEALS).fetchall()]


async def async_titles(connection: Any) -> list[str]:
    """Return the deals somebody sees."""
    cursor = await connection.execute(DEALS)
    return [title for (title,) in await cursor.fetchall()]


def whoever(connection: psycopg.Connection[Any]) -> tuple[str, str]:
    """Return the user and the role of a connection that is in nobody's session, leaving no transaction."""
    row = connection.execute("select current_user::text, current_setting('role')").fetchone()
    connection.rollback()
    assert row is not None
    return row[0], row[1]


NOBODY = ("crm_app", "none")
