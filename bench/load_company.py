"""The company that works while its rights change: people, tables, and a pool of definitions of them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from rls.definition.loading import load
from rls.definition.model import Definition
from tests.access import ground
from tests.access.tables import create_tables
from tests.oracle.company import Company, Person, Record
from tests.oracle.oracle import allowed
from tests.oracle.roles import LEVELS, applicable

DEPARTMENTS = {"Firm": None, "Firm/North": "Firm", "Firm/South": "Firm", "Firm/North/Field": "Firm/North"}

STAFF = {
    "ann": ["Firm"],
    "ben": ["Firm/North"],
    "cleo": ["Firm/North/Field"],
    "dora": ["Firm/South"],
    "emil": ["Firm/North/Field", "Firm/South"],
    "fay": [],
}

STAGES = ("new", "won", "lost")

ENTITIES: Mapping[str, Mapping[str, Any]] = {
    "deal": {"table": "t.deal", "owner": "owner_id", "open": "is_open", "stage": "stage", "stages": list(STAGES)},
    "lead": {"table": "t.lead", "owner": "owner_id", "stage": "stage", "stages": list(STAGES[:2])},
    "client": {"table": "t.client", "owner": "owner_id", "open": "is_open"},
    "price": {"table": "t.price"},
}

WRITTEN = ("read", "create", "update", "delete")
ROLES = ("seller", "helper", "head", "auditor")
COMING = ("guest", "intern", "partner")
"""Roles that a pool of changing roles makes and removes."""

PRINCIPALS: tuple[Any, ...] = (
    "everyone",
    {"person": "ann"},
    {"person": "fay"},
    {"department": "Firm/North"},
    {"department": "Firm", "subdepartments": True},
)

VARIED = ("levels", "assignments", "roles")
"""What the definitions of a pool differ in: levels and stages; also who has which role; also which roles there are."""

SET_OPTION = 160_000
"""The version from which a membership says whether it allows SET ROLE."""

SLICES = 20
"""Writers have records of their own: those whose number leaves their own remainder; so none waits for another's."""


@dataclass(frozen=True)
class Rights:
    """One definition of the pool: as the oracle reads it, and as Rowlock does."""

    company: Company
    definition: Definition


def pool(size: int, directory: Path, varied: str, *, seed: int = 1) -> list[Rights]:
    """Return definitions that differ in levels, stages, the rule for several roles, and what of VARIED is said."""
    draw = random.Random(seed)
    people = tuple(Person(login, frozenset(places)) for login, places in STAFF.items())
    given = [{"role": role, "to": draw.choice(PRINCIPALS)} for role in ROLES for _ in range(2)]
    found = []
    for number in range(size):
        names: tuple[str, ...] = ROLES
        if varied == "roles":
            names = (*ROLES, *draw.sample(COMING, draw.randrange(len(COMING) + 1)))
        if varied != "levels":
            given = [{"role": role, "to": draw.choice(PRINCIPALS)} for role in names for _ in range(2)]
        written = {
            "several_roles": draw.choice(("highest", "explicit")),
            "entities": {name: dict(entity) for name, entity in ENTITIES.items()},
            "roles": {name: _role(draw) for name in names},
            "assignments": [dict(one) for position, one in enumerate(given) if one not in given[:position]],
        }
        path = directory / f"rights_{number}.yaml"
        path.write_text(ground.dumped(written), encoding="utf-8")
        found.append(Rights(Company(written, DEPARTMENTS, people), load([path])))
    return found


def _role(draw: random.Random) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, entity in ENTITIES.items():
        levels = [level for level in LEVELS if applicable(entity, level)]
        said[name] = {operation: draw.choice(levels) for operation in WRITTEN}
        for stage in draw.sample(entity.get("stages", []), draw.randrange(2) if entity.get("stages") else 0):
            said[name].setdefault("stages", {})[stage] = {draw.choice(WRITTEN): draw.choice(levels)}
    return {"timed": not draw.randrange(5), "permissions": said}


def records(entity: str) -> list[Record]:
    """Return every kind of record of an entity; a record's number in this list is its key."""
    mapping = ENTITIES[entity]
    owners: list[str | None] = [*STAFF, None] if mapping.get("owner") else [None]
    flags = (False, True) if mapping.get("open") else (False,)
    stages = (*mapping["stages"], "another") if mapping.get("stages") else (None,)
    kinds = [Record(entity, *kind) for kind in itertools.product(owners, flags, stages)]
    return kinds * (2 if mapping.get("owner") else SLICES)


def found(connection: psycopg.Connection[Any], first: Rights) -> None:
    """Make tables, people, a pool's login and records."""
    create_tables(connection, first.company.definition)
    ground.hire(connection, first.company)
    ids = dict(connection.execute("select login, id from crm.person").fetchall())
    for entity in ENTITIES:
        for number, record in enumerate(records(entity)):
            values = {"id": number, **columns(record, ids)}
            connection.execute(insert(entity, values), values)
    connection.execute("create role pool login noinherit password 'pool-secret'")
    options = " with inherit false, set true" if connection.info.server_version >= SET_OPTION else ""
    for login in STAFF:
        connection.execute(f"grant {login} to pool{options}".encode())
    connection.execute(
        "create schema tool; grant usage on schema tool to public;"
        "create function tool.keys() returns setof int language plpgsql as"
        " $$ begin return query select id from t.deal; end $$"
    )


def columns(record: Record, ids: Mapping[str, int]) -> dict[str, Any]:
    """Return what a record is in its table, its key aside."""
    mapping = ENTITIES[record.entity]
    values: dict[str, Any] = {}
    if mapping.get("owner"):
        values["owner_id"] = ids.get(record.owner or "")
    if mapping.get("open"):
        values["is_open"] = record.is_open
    if mapping.get("stage"):
        values["stage"] = record.stage
    return values


def insert(entity: str, values: Mapping[str, Any]) -> sql.Composed:
    """Return the INSERT of a record, its values as named parameters."""
    return sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier("t", entity),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.Placeholder, values)),
    )


class Answers:
    """What the oracle allows, as one number a question: bit *n* stands for the record with key *n*."""

    def __init__(self, rights: list[Rights]) -> None:
        self._rights = rights
        self._kept: dict[tuple[int, str, str, str], int] = {}

    def __call__(self, which: int, login: str, operation: str, entity: str) -> int:
        """Return the records of an entity a person may do this with, under the definition with this number."""
        key = (which, login, operation, entity)
        if key not in self._kept:
            company = self._rights[which].company
            person = company.person(login)
            assert person is not None
            decided: dict[Record, bool] = {}
            mask = 0
            for number, record in enumerate(records(entity)):
                if record not in decided:
                    decided[record] = allowed(company, person, operation, record)
                mask |= decided[record] << number
            self._kept[key] = mask
        return self._kept[key]
