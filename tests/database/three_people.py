"""Three people, and two definitions: a role goes, one comes, one stays with another level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from rls.definition.model import Assignment, Definition, Entity, Level, Owner, Permission, Role
from rls.names import QualifiedName
from rls.plan import Patience, apply_in_phases, deploy, make_plan
from tests.fixtures.database import Database

PEOPLE = ("ann", "ben", "cleo")
ENTITIES = tuple(
    Entity(name, QualifiedName("crm", name), owner=Owner("owner_id"), open="is_open") for name in ("company", "deal")
)


def role(name: str, level: Level) -> Role:
    """Return a role that reads, updates and deletes at one level."""
    return Role(
        name,
        permissions=tuple(
            Permission(entity.name, operation, level)
            for entity in ENTITIES
            for operation in ("read", "update", "delete")
        ),
    )


def definition(**levels: Level) -> Definition:
    """Return a definition with these roles, each held by everyone."""
    roles = tuple(role(name, level) for name, level in sorted(levels.items()))
    return Definition("highest", ENTITIES, roles, tuple(Assignment(one.name, "everyone") for one in roles))


OLD = definition(going=Level.own, staying=Level.own)
NEW = definition(coming=Level.own, staying=Level.department)


@dataclass(frozen=True)
class Company:
    """Three people, ann and ben in one department, each with two deals and two companies."""

    database: Database
    administrator: psycopg.Connection[Any]

    def rights(self) -> dict[tuple[str, str], int]:
        """Return how many records each person reads of each entity."""
        with self.database.connect() as connection:
            return rights(connection)


def rights(connection: psycopg.Connection[Any]) -> dict[tuple[str, str], int]:
    """Return how many records each person reads of each entity."""
    seen = {}
    for login in PEOPLE:
        connection.execute(sql.SQL("set session authorization {}").format(sql.Identifier(login)))
        for entity in ENTITIES:
            query = sql.SQL("select count(*) from {}").format(sql.Identifier(*str(entity.table).split(".")))
            row = connection.execute(query).fetchone()
            assert row is not None
            seen[login, entity.name] = row[0]
        connection.execute("reset session authorization")
    return seen


BEFORE = {(login, entity.name): 2 for login in PEOPLE for entity in ENTITIES}
AFTER = BEFORE | {(login, entity.name): 4 for login in ("ann", "ben") for entity in ENTITIES}


def found(connection: psycopg.Connection[Any]) -> None:
    """Make the company under the old definition."""
    for login in PEOPLE:
        connection.execute(sql.SQL("create role {} login password {}").format(sql.Identifier(login), f"{login}-secret"))
        connection.execute("insert into crm.person (login, name) values (%s, %s)", [login, login.title()])
    connection.execute("insert into crm.department (name) values ('North'), ('South')")
    connection.execute("insert into crm.department_member values (1, 1), (1, 2), (2, 3)")
    connection.execute("insert into crm.deal (owner_id, title) select 1 + n % 3, 'deal' from generate_series(1, 6) n")
    connection.execute("insert into crm.company (owner_id, name) select 1 + n % 3, 'x' from generate_series(1, 6) n")
    deploy(connection, OLD)


def applied(connection: psycopg.Connection[Any], wanted: Definition, **patience: float) -> None:
    """Plan and apply."""
    apply_in_phases(connection, make_plan(connection, wanted), patience=Patience(**patience))
