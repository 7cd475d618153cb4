"""People's logins, and those of pools: attributes, memberships, what they own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Connection, sql

from rls.doctor.check import Check
from rls.drift import Finding
from rls.drift.findings import Severity
from rls.organisation.pools import FAULTS
from rls.resources import sql_text
from rls.state.reading import Row, rows_of

POOLS = Check(
    "pools",
    "pools",
    "error",
    "logins of pools that are more than that: attributes, INHERIT, objects, a person's",
    "whoever reaches the application reaches what its login may do by itself",
)

CHECKS = (
    Check(
        "person",
        "people",
        "error",
        "people with SUPERUSER, BYPASSRLS, REPLICATION or CREATEROLE",
        "no policy holds for such a login",
    ),
    Check(
        "membership",
        "people",
        "error",
        "people, pools and our roles as members of anything else, and what is reached through it, however far",
        "SET ROLE reaches what is not inherited: superusers, BYPASSRLS, pg_read_all_data, owners",
    ),
    Check(
        "admin options",
        "people",
        "error",
        "people and pools that may hand a role on",
        "rights are given by whoever has the option, in no definition",
    ),
    Check(
        "set options",
        "people",
        "warning",
        "people who may become one of our roles (PostgreSQL 16 and newer)",
        "what a role writes has nobody's name; a session that became it keeps it",
    ),
    Check(
        "impersonators",
        "people",
        "warning",
        "logins that may become people and are no pool's",
        "whoever has that login is everybody; make it a pool's (rowlock pool add), or take it back",
        by_hand=True,
    ),
    Check(
        "owned objects",
        "people",
        "error",
        "objects that belong to people, pools or our roles",
        "an owner may change what it does and give it to others; row security does not bind it",
        by_hand=True,
    ),
    Check(
        "role settings",
        "people",
        "error",
        "settings of this database, of people and of pools that open something, log rows, or take another role",
        "it holds from the next login on",
    ),
    Check("dismissed", "people", "warning", "dismissed people who may log in", "nobody looks after their password"),
    Check(
        "logins gone",
        "people",
        "note",
        "people whose login is no database role",
        "whoever is given a database role of that name is that person",
        by_hand=True,
    ),
    Check(
        "superusers",
        "people",
        "note",
        "other superusers, other logins with BYPASSRLS",
        "they see everything, as everywhere",
        by_hand=True,
    ),
    Check(
        "role makers",
        "people",
        "warning",
        "others with CREATEROLE, before PostgreSQL 16",
        "it reaches Rowlock's owners, which may change rights",
        by_hand=True,
    ),
    POOLS,
    Check(
        "pool memberships",
        "pools",
        "error",
        "pools that inherit from people, or cannot become them (PostgreSQL 16 and newer)",
        "without becoming anybody, a pool would have everybody's rights",
    ),
    Check(
        "pool privileges",
        "pools",
        "warning",
        "privileges of pools' logins by themselves",
        "an application that forgets to become somebody should reach nothing",
    ),
)

REMEDIES = {
    "missing": "delete from rls.pool where login = {name}",
    "superuser": "alter role {role} nosuperuser",
    "bypasses": "alter role {role} nobypassrls",
    "replicates": "alter role {role} noreplication",
    "creates_roles": "alter role {role} nocreaterole",
    "creates_databases": "alter role {role} nocreatedb",
    "inherits": "alter role {role} noinherit",
    "cannot_log_in": "alter role {role} login",
    "is_a_person": "delete from rls.pool where login = {name}",
}
"""What ``sql/organisation/pools.sql`` finds → what mends it; what pools own is another check's."""

WORSE = ("superuser", "bypasses", "replicates", "creates_roles", "inherits")


def pools(connection: Connection[Any]) -> Iterator[Finding]:
    """Yield what is wrong with logins of pools."""
    for row in rows_of(connection, sql_text("organisation/pools.sql")):
        yield from _of_pool(row)


def _of_pool(row: Row) -> Iterator[Finding]:
    names = {"role": sql.Identifier(row["login"]), "name": sql.Literal(row["login"])}
    for fault, remedy in REMEDIES.items():
        if row[fault]:
            statement = sql.SQL(remedy).format(**names).as_string(None)
            severity: Severity = "error" if fault in WORSE else "warning"
            yield Finding(POOLS.name, row["login"], FAULTS[fault], POOLS.why, statement, severity)
