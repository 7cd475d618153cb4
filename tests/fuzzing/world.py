"""A random company on a database, what everybody may reach in it, and copies of just that to compare with."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from rls.installed import read
from rls.leakproof import make, read_leakproof
from tests.access.ground import install
from tests.fixtures.database import Database
from tests.fuzzing.company import random_company, random_records
from tests.fuzzing.shapes import SHAPES
from tests.fuzzing.watch import watch
from tests.oracle.company import Person, Record
from tests.oracle.fields import group_of, groups, names_field, sees_field
from tests.oracle.oracle import allowed, followed, roles_of, words_of

Rows = dict[str, dict[int, dict[str, Any]]]
"""Rows as JSON, by entity and id."""

POOL = "crm_fuzzing_pool"

STORE = "insert into {table} ({columns}) {overriding} select {columns} from jsonb_populate_recordset(null::{table}, %s)"


class World:
    """One company from one seed.

    For each person there are two schemas that nobody else can use: copies of
    what they may read, and of what they may update.
    """

    def __init__(self, database: Database, seed: str) -> None:
        self.seed = seed
        self._database = database
        draw = Random(seed)
        self.admin = database.connect()
        self.company = random_company(draw)
        with tempfile.TemporaryDirectory() as directory:
            install(self.admin, self.company, Path(directory))
        self.ids: dict[str, int] = dict(self.admin.execute("select login, id from crm.person").fetchall())
        self.logins = {number: login for login, number in self.ids.items()}
        self._store(random_records(draw, self.ids))
        self._pool()
        self.rows = self._read()
        watch(self.admin)
        self._connections: dict[str, psycopg.Connection] = {}
        self._path = self._leakproof() if draw.randrange(2) else "public"
        if draw.randrange(2):
            self.admin.execute("analyze")

    @cached_property
    def people(self) -> list[Person]:
        """Return those who can log in and hold anything; the others see nothing whatever they say."""
        return [person for person in self.company.people if roles_of(self.company, person)]

    def connection(self, login: str) -> psycopg.Connection:
        """Return the login's own connection, in autocommit."""
        if login not in self._connections:
            made = self._database.connect(login)
            made.execute(f"set jit = off; set statement_timeout = '20s'; set search_path = {self._path}".encode())
            self._connections[login] = made
        return self._connections[login]

    def _leakproof(self) -> str:
        """Make leakproof operators and indexes for them; return the search path that finds them."""
        installation = read(self.admin)
        assert installation is not None
        make(self.admin, installation, read_leakproof(self.admin, installation))
        for entity, shape in SHAPES.items():
            for column in shape.nums:
                self.admin.execute(f"create index on crm.{entity} ({column} crm_leakproof.numeric_ops)".encode())
        return "crm_leakproof, pg_catalog, public"

    def close(self) -> None:
        """Close every connection."""
        for connection in (*self._connections.values(), self.admin):
            connection.close()

    def record(self, entity: str, row: Mapping[str, Any], rows: Rows | None = None) -> Record:
        """Return a row as the oracle sees it; parents are found in *rows*."""
        shape = SHAPES[entity]
        for column, name in shape.parents.items():
            if row.get(column) is not None:
                parent = (rows or self.rows)[name].get(int(row[column]))
                return Record(entity, parent=self.record(name, parent, rows) if parent else Record(name))
        if shape.parents:
            return Record(entity)
        owner = row.get("owner_id")
        return Record(
            entity,
            self.logins[int(owner)] if owner is not None else None,
            bool(row.get("is_open")),
            row.get("stage"),
            row.get("pipeline"),
        )

    def may(self, person: Person, operation: str, record: Record) -> bool:
        """Say what the oracle says; a record that should have a parent and has none is nobody's."""
        if SHAPES[record.entity].parents and record.parent is None:
            return False
        return allowed(self.company, person, operation, record)

    def reach(self, person: Person, operation: str, entity: str, rows: Rows | None = None) -> set[int]:
        """Return the ids of the rows the person may do this to."""
        found = (rows or self.rows)[entity]
        return {number for number, row in found.items() if self.may(person, operation, self.record(entity, row, rows))}

    def lacks(self, person: Person, operation: str, entity: str) -> bool:
        """Say whether the person has no privilege at all for the operation on the entity: no role names a level."""
        parents = SHAPES[entity].parents
        wanted = {(name, followed(operation)) for name in parents.values()} if parents else {(entity, operation)}
        return not any(
            level != "none" and (name, spoken) in wanted
            for role in roles_of(self.company, person)
            for (name, spoken, _, _), level in words_of(self.company, role).items()
        )

    def entity(self, name: str) -> Mapping[str, Any]:
        """Return an entity as the definition has it."""
        found: Mapping[str, Any] = self.company.definition["entities"][name]
        return found

    def guarded(self, name: str) -> bool:
        """Say whether the entity has a reading view that shows less than its table."""
        return bool(self.entity(name).get("fields")) or self.barred(name)

    def barred(self, name: str) -> bool:
        """Say whether the entity is read behind a barrier only."""
        return bool(self.entity(name).get("barrier"))

    def unnamed(self, person: Person, operation: str, name: str) -> set[str]:
        """Return the columns of groups that the person may not name on the table to do this."""
        return {
            column
            for group, columns in groups(self.company, name).items()
            if not names_field(self.company, person, operation, name, group)
            for column in columns
        }

    def seen(self, person: Person, name: str, group: str) -> set[int]:
        """Return the ids of the rows in which the person sees the group's fields."""
        return {
            number
            for number in self.reach(person, "read", name)
            if sees_field(self.company, person, self.record(name, self.rows[name][number]), group)
        }

    def waits(self, person: Person) -> bool:
        """Say whether the person was promised a role for a time that is not now: its privileges come early, no rows."""
        return any(given.name == person.login and given.valid_from for given in self.company.assignments)

    def schema(self, person: Person, operation: str = "read") -> str:
        """Return the schema with copies of what the person may do this to, made when it is asked for first."""
        name = f"judge_{person.login}_{operation}"
        if name not in self._schemas:
            self._schemas.add(name)
            self.admin.execute("; ".join(self._copies(name, person, operation)).encode())
        return name

    def reference(self, person: Person, text: str, operation: str = "read") -> str:
        """Return a query that finds in the copies what the person may find in the tables."""
        name = self.schema(person, operation)
        return text.replace("crm_read.", f"{name}.").replace("crm.", f"{name}.").replace("t.entry", f"{name}.entry")

    @cached_property
    def _schemas(self) -> set[str]:
        return set()

    def _copies(self, name: str, person: Person, operation: str) -> Iterable[str]:
        yield f"create schema {name}"
        for entity, shape in SHAPES.items():
            listed = ", ".join(self._shown(person, entity))
            ids = sorted(self.reach(person, operation, entity))
            target = f"{name}.{shape.table.partition('.')[2]}"
            yield f"create table {target} as select {listed} from {shape.table} where id = any (array{ids}::int[])"

    def _shown(self, person: Person, entity: str) -> Iterable[str]:
        """Yield the columns people may name, as the person sees them, in the table's order."""
        query = "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 order by attnum"
        columns = [name for (name,) in self.admin.execute(query, [SHAPES[entity].table])]
        for column in columns:
            group = group_of(self.company, entity, column)
            if column in self.entity(entity).get("columns", columns):
                seen = sorted(self.seen(person, entity, group)) if group else []
                yield f"case when id = any (array{seen}::int[]) then {column} end as {column}" if group else column

    def _store(self, records: Mapping[str, list[dict[str, Any]]]) -> None:
        for entity, rows in records.items():
            schema, _, table = SHAPES[entity].table.partition(".")
            for row in rows:
                columns = sql.SQL(", ").join(map(sql.Identifier, row))
                overriding = sql.SQL("" if entity == "entry" else "overriding system value")
                statement = sql.SQL(STORE).format(
                    table=sql.Identifier(schema, table), columns=columns, overriding=overriding
                )
                self.admin.execute(statement, [Jsonb([row])])
            if entity != "entry":
                self.admin.execute(f"alter table {SHAPES[entity].table} alter id restart with 100000".encode())

    def _read(self) -> Rows:
        return {
            entity: dict(self.admin.execute(f"select id, to_jsonb(x) from {shape.table} as x".encode()).fetchall())
            for entity, shape in SHAPES.items()
        }

    def _pool(self) -> None:
        name = sql.Identifier(POOL)
        secret = sql.Literal(f"{POOL}-secret")
        self.admin.execute(sql.SQL("create role {} login noinherit password {}").format(name, secret))
        self.admin.execute("insert into rls.pool (login) values (%s)", [POOL])
