"""The database that is measured: the shipped CRM with people, rights and as many deals as wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from bench.queries.people import PEOPLE
from rls.definition.loading import load
from rls.definition.model import Definition
from rls.installation import install
from rls.leakproof import make as make_leakproof
from rls.leakproof import read_leakproof
from rls.names import Installation
from rls.plan import compiled, deploy

HERE = Path(__file__).parent
SEED = 7
PERSONS = 5000
MANY = 2_000_000
"""From so many deals on each has one activity."""

INDEXES = """
select index.indexrelid::regclass::text, pg_get_indexdef(index.indexrelid)
from pg_index as index
where
  index.indrelid in ('crm.company'::regclass, 'crm.contact'::regclass, 'crm.deal'::regclass, 'crm.activity'::regclass)
  and not exists (select from pg_constraint where conindid = index.indexrelid)
"""

ROLES = """
select rolname
from pg_roles
where rolname ~ '^(crm_.*|guide_[a-z]+|bench_plain|person_[0-9]+)$' or rolname = any (%(logins)s)
"""

BATCH = 500
"""A statement locks each role it makes or drops."""

Say = Callable[[str], None]


def ready(connection: psycopg.Connection) -> bool:
    """Tell whether the company was made, to the end."""
    row = connection.execute("select to_regclass('guide.made')").fetchone()
    return row is not None and row[0] is not None


def clear(connection: psycopg.Connection, database: str) -> None:
    """Drop a company that was not made to the end, with its roles, and make the database anew.

    :param connection: to another database of the same server.
    """
    name = sql.Identifier(database)
    connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))
    logins = [person.login for person in PEOPLE]
    roles = connection.execute(ROLES, {"logins": logins}).fetchall()
    for first in range(0, len(roles), BATCH):
        dropped = sql.SQL(", ").join(sql.Identifier(role) for (role,) in roles[first : first + BATCH])
        connection.execute(sql.SQL("drop role {}").format(dropped))
    connection.execute(sql.SQL("create database {}").format(name))


def make(connection: psycopg.Connection, rows: int, say: Say, *, logins: int = PERSONS, activities: int = 3) -> None:
    """Make the company with *rows* deals, from nothing.

    :param connection: a superuser's, to an empty database, committing each statement.
    :param logins: how many people have one, those who are measured first.
    :param activities: how many a deal has; one where there are very many deals.
    """
    say("installing")
    install(connection)
    say(f"{PERSONS:,} people")
    _hire(connection, logins)
    connection.execute(_file("columns"))
    names = Installation()
    make_leakproof(connection, names, read_leakproof(connection, names))
    connection.execute(_file("leakproof"))
    say(f"{rows:,} deals")
    _fill(connection, rows, activities if rows < MANY else 1, say)
    say("rights")
    apply(connection)
    connection.execute(_file("assignments", **_held()))
    say("the guides' policies")
    connection.execute(_file("guides"))
    say("vacuum")
    connection.execute("vacuum (analyze)")
    connection.execute("create table guide.made ()")


def apply(connection: psycopg.Connection) -> None:
    """Bring the policies up to date."""
    deploy(connection, definition())


def definition() -> Definition:
    """Return the rights of the people who are measured."""
    return load([HERE / "definition.yaml"])


def fingerprint(connection: psycopg.Connection) -> str:
    """Return what tells these policies, and what they rest on, from others: figures of others are not gone on with."""
    helpers = connection.execute("""
        select coalesce(string_agg(pg_get_functiondef(oid), '' order by oid::regprocedure::text), '')
        from pg_proc
        where pronamespace = 'rls'::regnamespace
    """).fetchone()
    return hashlib.sha256(f"{compiled(connection, definition())}{helpers}".encode()).hexdigest()[:12]


def _hire(connection: psycopg.Connection, many: int) -> None:
    logins = [person.login for person in PEOPLE]
    logins += [f"person_{number}" for number in range(len(logins) + 1, many + 1)]
    for first in range(0, len(logins), BATCH):
        roles = sql.SQL(";").join(
            sql.SQL("create role {} login").format(sql.Identifier(login)) for login in logins[first : first + BATCH]
        )
        connection.execute(roles)
    connection.execute(_file("organisation", logins=sql.Literal(logins)))


def _held() -> dict[str, sql.Composable]:
    held = [(role, number) for number, person in enumerate(PEOPLE, 1) for role in person.roles]
    return {
        "roles": sql.Literal([role for role, _ in held]),
        "holders": sql.Literal([number for _, number in held]),
    }


def _fill(connection: psycopg.Connection, rows: int, activities: int, say: Say) -> None:
    """Load the records while triggers rest and indexes are away."""
    indexes = connection.execute(INDEXES).fetchall()
    for name, _ in indexes:
        connection.execute(f"drop index {name}".encode())
    numbers = {"rows": rows, "companies": rows // 20, "activities": activities, "seed": SEED}
    with connection.transaction():
        connection.execute("set local session_replication_role = replica")
        connection.execute(_file("records", **{name: sql.Literal(number) for name, number in numbers.items()}))
    connection.execute("set maintenance_work_mem = '512MB'")
    for position, (name, statement) in enumerate(indexes, 1):
        say(f"index {position} of {len(indexes)}: {name}")
        connection.execute(statement.encode())


def _file(name: str, **parts: sql.Composable) -> sql.Composed:
    text = (HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    return sql.SQL(text).format(**parts)
