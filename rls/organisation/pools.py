"""Logins of pools of connections: made, looked at, taken back.

Their memberships are kept by triggers (``sql/functions/refresh_pools.sql``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql
from psycopg.errors import InsufficientPrivilege
from psycopg.rows import dict_row

from rls.definition.wording import nearest, shown
from rls.errors import InputError, Problem
from rls.names import Installation
from rls.organisation.applying import verifier
from rls.organisation.logins import fault
from rls.resources import sql_text

LOCK = "lock table rls.refreshed in share row exclusive mode"

CREATE = sql.SQL("create role {} login noinherit")

ADD = """
insert into rls.pool (login, slice, slices)
select added.login, added.slice, added.slices
from unnest(%s::name[], %s::int[], %s::int[]) as added (login, slice, slices)
on conflict (login) do update set slice = excluded.slice, slices = excluded.slices
"""

TAKEN = """
select role.rolname::text, pool.login is not null
from pg_catalog.pg_roles as role
left join rls.pool on pool.login = role.rolname
where role.rolname = any (%s)
"""

SESSIONS = "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s"

FAULTS = {
    "missing": "there is no such database role",
    "superuser": "is a superuser, above all rights",
    "bypasses": "bypasses row security",
    "replicates": "may replicate, which carries every row",
    "creates_roles": "may create roles",
    "creates_databases": "may create databases",
    "inherits": "inherits: without a person it has everybody's rights; alter role … noinherit",
    "cannot_log_in": "may not log in",
    "is_a_person": "is a person's login, too",
    "owns": "owns something, which row security may not bind",
}
"""What sql/organisation/pools.sql finds → what is said of it."""


@dataclass(frozen=True)
class Pool:
    """A pool's login: its slice of the people, how many they are, and what is wrong with it."""

    login: str
    slice: int
    slices: int
    people: int
    problems: tuple[str, ...] = ()

    @property
    def written(self) -> str:
        """The slice as people write it: ``2/8``, or ``all``."""
        return "all" if self.slices == 1 else f"{self.slice}/{self.slices}"


def pools(connection: Connection[Any]) -> list[Pool]:
    """Return every pool's login, with what is wrong with it."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(sql_text("organisation/pools.sql")).fetchall()
    return [Pool(row["login"], row["slice"], row["slices"], row["people"], _problems(row)) for row in rows]


def missing_slices(found: Iterable[Pool]) -> list[str]:
    """Return the slices that no login has although another slice of that division has one: ``3/8``."""
    divisions: dict[int, set[int]] = {}
    for pool in found:
        divisions.setdefault(pool.slices, set()).add(pool.slice)
    return [
        f"{part}/{slices}"
        for slices, parts in sorted(divisions.items())
        for part in range(1, slices + 1)
        if part not in parts
    ]


def add(
    connection: Connection[Any],
    installation: Installation,
    wanted: Mapping[str, tuple[int, int]],
    passwords: Mapping[str, str],
) -> None:
    """Make each login the one of a pool, for its (slice, slices); members of its people follow.

    Database roles that do not exist are made, NOINHERIT and with their
    password; a pool's own may be given another slice.  To be called in a
    transaction.

    :param passwords: of the logins to be made; only SCRAM verifiers are sent.
    :raises InputError: a name that cannot be, or is somebody else's role.
    """
    connection.execute(LOCK)
    exists = dict(connection.execute(TAKEN, [list(wanted)]).fetchall())
    if problems := list(_refused(installation, wanted, exists)):
        raise InputError(problems)
    for login in wanted.keys() - exists.keys():
        statement = CREATE.format(sql.Identifier(login))
        if login in passwords:
            secret = sql.Literal(verifier(connection, login, passwords[login]))
            statement = sql.SQL("{} password {}").format(statement, secret)
        connection.execute(statement)
    # One statement, since triggers follow each.
    parts = wanted.values()
    connection.execute(ADD, [list(wanted), [part for part, _ in parts], [slices for _, slices in parts]])


def existing(connection: Connection[Any], logins: Collection[str]) -> set[str]:
    """Return which of *logins* are database roles."""
    return {login for login, _ in connection.execute(TAKEN, [list(logins)]).fetchall()}


def remove(connection: Connection[Any], logins: Collection[str]) -> None:
    """Take pools' logins back: they lose every person, may not log in, and their sessions end.

    :raises InputError: one is no pool's.
    """
    known = [pool.login for pool in pools(connection)]
    problems = [
        Problem("", "", f"no pool has the login {shown(login)}{nearest(login, known)}")
        for login in logins
        if login not in known
    ]
    if problems:
        raise InputError(problems)
    with connection.transaction():
        connection.execute("delete from rls.pool where login = any (%s)", [list(logins)])
        for login in existing(connection, logins):
            connection.execute(sql.SQL("alter role {} nologin").format(sql.Identifier(login)))
    for login in logins:
        # Whoever is no superuser may lack the right; without people the sessions are nobody's.
        with suppress(InsufficientPrivilege):
            connection.execute(SESSIONS, [login])


def _refused(
    installation: Installation, wanted: Mapping[str, tuple[int, int]], exists: Mapping[str, bool]
) -> Iterable[Problem]:
    for login in wanted:
        ours = login.startswith(installation.database_role("app"))
        if message := fault(login, "" if ours else installation.prefix):
            yield Problem("", "", message)
        elif login in exists and not exists[login]:
            message = f'database role "{login}" exists and is no pool\'s: a pool has a login of its own, name another'
            yield Problem("", "", message)


def _problems(row: Mapping[str, Any]) -> tuple[str, ...]:
    found = [text for name, text in FAULTS.items() if row[name]]
    if row["people"] != row["wanted"]:
        found.append(f"{row['wanted'] - row['people']} people it may not become yet: `rowlock pool refresh`")
    return tuple(found)
