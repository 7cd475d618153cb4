"""Build a company of the oracle's on a real database: tables, people, rights, records."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID, uuid5

import psycopg
from psycopg import sql
from ruamel.yaml import YAML

import rls.definition
from rls.definition.model import Definition
from rls.plan import deploy
from tests.oracle.company import Company, Person, Record

SCHEMA = "t"
NAMESPACE = UUID("6f1f3f5e-2f0b-4c58-9a3e-0c5f6d8b7a10")


def key_of(login: str) -> str:
    """Return the key by which tables that do not use person.id name a person."""
    return str(uuid5(NAMESPACE, login))


@dataclass(frozen=True)
class Row:
    """A record and its primary key, as text.  ``parent`` is the parent's row."""

    key: str
    record: Record
    parent: Row | None = None


def dumped(definition: Mapping[str, Any]) -> str:
    """Return a definition as YAML."""
    stream = io.StringIO()
    writer = YAML(typ="safe")
    writer.width = 120
    writer.dump(dict(definition), stream)
    return stream.getvalue()


def install(connection: psycopg.Connection, company: Company, directory: Path) -> Definition:
    """Make the company's tables, people, rights and assignments; return the definition deployed."""
    create_tables(connection, company.definition)
    hire(connection, company)
    deployed = establish(connection, company.definition, directory)
    assign(connection, company)
    return deployed


def establish(connection: psycopg.Connection, definition: Mapping[str, Any], directory: Path) -> Definition:
    """Deploy the definition through the program's own front door, a file, and return it."""
    path = directory / "definition.yaml"
    path.write_text(dumped(definition), encoding="utf-8")
    loaded = rls.definition.load([path])
    deploy(connection, loaded)
    return loaded


def owner_of(entity: Mapping[str, Any]) -> tuple[str, bool] | None:
    """Return (column, whether it holds a key) of an entity's owner."""
    owner = entity.get("owner")
    if owner is None:
        return None
    if isinstance(owner, str):
        return owner, False
    return owner["column"], owner.get("holds", "id") == "key"


def table_of(entity: Mapping[str, Any]) -> tuple[str, str]:
    """Return the schema and name of an entity's table."""
    table = entity["table"]
    if isinstance(table, str):
        schema, _, name = table.partition(".")
        return schema, name
    return table["schema"], table["name"]


def create_tables(connection: psycopg.Connection, definition: Mapping[str, Any]) -> None:
    """Make the tables of every entity that lives in the tests' own schema."""
    with connection.transaction():
        connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(SCHEMA)))
        for entity in definition["entities"].values():
            schema, table = table_of(entity)
            if schema == SCHEMA:
                create_table(connection, table, entity)
        for name, entity in definition["entities"].items():
            if entity.get("parents") and table_of(entity)[0] == SCHEMA:
                create_triggers(connection, name, definition)


def create_table(connection: psycopg.Connection, table: str, entity: Mapping[str, Any]) -> None:
    """Make one table: id, note, and the columns the entity names.

    No foreign key leads to a parent, so that deleting parents can be tried while they have children.
    """
    owner = owner_of(entity)
    keyed = owner is not None and owner[1]
    columns = [("id", "uuid primary key" if keyed else "int primary key"), ("note", "text")]
    if owner:
        columns.append((owner[0], "uuid" if keyed else "int references crm.person (id)"))
    columns += [(entity["open"], "boolean not null default false")] if entity.get("open") else []
    columns += [(entity[part], "text") for part in ("stage", "pipeline") if entity.get(part)]
    columns += [(column, "int") for column in entity.get("parents") or ()]
    for part, column in (entity.get("carries") or {}).items():
        columns.append((column, {"owner": "int", "open": "boolean"}.get(part, "text")))
    listed = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in columns
    )
    connection.execute(sql.SQL("create table {} ({})").format(sql.Identifier(SCHEMA, table), listed))


def create_triggers(connection: psycopg.Connection, child: str, definition: Mapping[str, Any]) -> None:
    """Keep what a child of the tests' own carries of its parents, as somebody with such tables would."""
    entity = definition["entities"][child]
    table, carried = table_of(entity), entity["carries"]
    copies: list[sql.Composable] = [
        sql.SQL("new.{} := null;").format(sql.Identifier(column)) for column in carried.values()
    ]
    for number, (column, name) in enumerate(entity["parents"].items()):
        parent = definition["entities"][name]
        sources = {"owner": (owner_of(parent) or (None,))[0]} | {part: parent.get(part) for part in PARTS}
        pairs = [(carried[part], source) for part, source in sources.items() if source]
        if not pairs:
            continue
        copies.append(copying(column, table_of(parent), pairs))
        add_trigger(
            connection, table_of(parent), "after update", f"{child}_{number}", spreading(column, table, pairs), "null"
        )
    add_trigger(connection, table, "before insert or update", child, sql.SQL(" ").join(copies), "new")


PARTS = ("open", "stage", "pipeline")


def copying(column: str, parent: tuple[str, str], pairs: Sequence[tuple[str, str]]) -> sql.Composable:
    """Return PL/pgSQL that copies a parent's columns into the new child."""
    return sql.SQL(
        "if new.{0} is not null then select {1} into {2} from {3} as p where p.id = new.{0}; end if;"
    ).format(
        sql.Identifier(column),
        sql.SQL(", ").join(sql.SQL("p.{}").format(sql.Identifier(source)) for _, source in pairs),
        sql.SQL(", ").join(sql.SQL("new.{}").format(sql.Identifier(carried)) for carried, _ in pairs),
        sql.Identifier(*parent),
    )


def spreading(column: str, child: tuple[str, str], pairs: Sequence[tuple[str, str]]) -> sql.Composable:
    """Return PL/pgSQL that copies a changed parent's columns into its children."""
    return sql.SQL("update {} as c set {} where c.{} = new.id;").format(
        sql.Identifier(*child),
        sql.SQL(", ").join(
            sql.SQL("{} = new.{}").format(sql.Identifier(carried), sql.Identifier(source)) for carried, source in pairs
        ),
        sql.Identifier(column),
    )


def add_trigger(
    connection: psycopg.Connection, table: tuple[str, str], when: str, name: str, body: sql.Composable, result: str
) -> None:
    """Make a row trigger that has the superuser's rights."""
    function, event = sql.Identifier(SCHEMA, name), sql.SQL(when)
    text = sql.SQL("begin {} return {}; end").format(body, sql.SQL(result)).as_string(None)
    connection.execute(
        sql.SQL(
            "create function {}() returns trigger language plpgsql security definer"
            " set search_path = pg_catalog, pg_temp as {}"
        ).format(function, sql.Literal(text))
    )
    connection.execute(
        sql.SQL("create trigger {} {} on {} for each row execute function {}()").format(
            sql.Identifier(name), event, sql.Identifier(*table), function
        )
    )


def hire(connection: psycopg.Connection, company: Company) -> None:
    """Make login roles, people, departments, groups and their members."""
    with connection.transaction(), connection.cursor() as cursor:
        for person in company.people:
            cursor.execute(
                sql.SQL("create role {} login password {}").format(
                    sql.Identifier(person.login), sql.Literal(f"{person.login}-secret")
                )
            )
        departments(cursor, company)
        people(cursor, company.people)
        employ(cursor, company.people)
        groups(cursor, company.people, "person_group", "groups")
        groups(cursor, company.people, "project_group", "project_groups")
        members(cursor, company.people)


def people(cursor: psycopg.Cursor, staff: Iterable[Person]) -> None:
    """Insert the people; the dismissed ones as dismissed."""
    staff = list(staff)
    cursor.execute(
        """
        insert into crm.person (login, key, name, is_active, dismissed_at)
        select login, key, initcap(login), not dismissed, case when dismissed then now() end
        from unnest(%s::text[], %s::text[], %s::bool[]) as hired (login, key, dismissed)
        """,
        ([who.login for who in staff], [key_of(who.login) for who in staff], [who.dismissed for who in staff]),
    )


def departments(cursor: psycopg.Cursor, company: Company) -> None:
    """Insert the tree from the top down; a path ends with the department's own name.

    Every change of the organisation refreshes everybody's reach, so people come after it.
    """
    numbers: dict[str, int] = {}
    for path in sorted(company.departments, key=lambda path: len(company.above(path))):
        parent = company.departments[path]
        cursor.execute(
            "insert into crm.department (parent_id, name) values (%s, %s) returning id",
            (numbers[parent] if parent else None, path.rsplit("/", 1)[-1]),
        )
        numbers[path] = only(cursor)


EMPLOY = """
with recursive path as (
  select id, name as path from crm.department where parent_id is null
  union all
  select department.id, path.path || '/' || department.name
  from crm.department
  join path on path.id = department.parent_id
)
insert into crm.department_member (department_id, person_id)
select path.id, person.id
from unnest(%s::text[], %s::text[]) as listed (path, login)
join path on path.path = listed.path
join crm.person on person.login = listed.login
"""


def employ(cursor: psycopg.Cursor, staff: Iterable[Person]) -> None:
    """Insert who is in which department, all at once."""
    rows = [(path, who.login) for who in staff for path in sorted(who.departments)]
    cursor.execute(EMPLOY, ([path for path, _ in rows], [login for _, login in rows]))


def groups(cursor: psycopg.Cursor, staff: Iterable[Person], table: str, attribute: str) -> None:
    """Insert the groups of one kind that anybody is in."""
    for name in sorted({name for who in staff for name in getattr(who, attribute)}):
        cursor.execute(sql.SQL("insert into crm.{} (name) values (%s)").format(sql.Identifier(table)), (name,))


def members(cursor: psycopg.Cursor, staff: Iterable[Person]) -> None:
    """Insert who is in which group."""
    for who in staff:
        for table, names in (("person_group", who.groups), ("project_group", who.project_groups)):
            for name in sorted(names):
                cursor.execute(
                    sql.SQL(
                        "insert into crm.{} ({}, person_id) select g.id, p.id from crm.{} g, crm.person p"
                        " where g.name = %s and p.login = %s"
                    ).format(sql.Identifier(f"{table}_member"), sql.Identifier(f"{table}_id"), sql.Identifier(table)),
                    (name, who.login),
                )


def only(cursor: psycopg.Cursor) -> Any:
    """Return the one value of the one row."""
    row = cursor.fetchone()
    assert row is not None
    return row[0]


ASSIGN = """
with recursive path as (
  select id, name as path from crm.department where parent_id is null
  union all
  select department.id, path.path || '/' || department.name
  from crm.department
  join path on path.id = department.parent_id
)
insert into rls.assignment (role, principal_kind, principal_id, valid_from, valid_until)
select role, kind, case
    when kind = 'person' then (select id from crm.person where login = given.name)
    when kind in ('department', 'subdepartments') then (select id from path where path.path = given.name)
    when kind = 'group' then (select id from crm.person_group where person_group.name = given.name)
    when kind = 'project_group' then (select id from crm.project_group where project_group.name = given.name)
  end, valid_from, valid_until
from unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
  as given (role, kind, name, valid_from, valid_until)
on conflict do nothing
"""


def assign(connection: psycopg.Connection, company: Company) -> None:
    """Insert the assignments, in one statement."""
    given = company.assignments
    connection.execute(
        ASSIGN,
        (
            [one.role for one in given],
            [one.kind for one in given],
            [one.name for one in given],
            [one.valid_from for one in given],
            [one.valid_until for one in given],
        ),
    )


class Columns:
    """How a record is written into its entity's table, here one of the tests' own."""

    def __init__(self, connection: psycopg.Connection, company: Company) -> None:
        self._definition = company.definition
        self._ids: dict[str, int] = dict(connection.execute("select login, id from crm.person").fetchall())

    def table(self, entity: str) -> sql.Composable:
        """Return an entity's table."""
        return sql.Identifier(*table_of(self._definition["entities"][entity]))

    def values(self, record: Record, parent: Row | None = None) -> dict[str, Any]:
        """Return the columns a person writes for a record, its key aside."""
        entity = self._definition["entities"][record.entity]
        found: dict[str, Any] = {}
        if owner := owner_of(entity):
            found[owner[0]] = self._owner(record.owner, keyed=owner[1])
        if entity.get("open"):
            found[entity["open"]] = record.is_open
        if entity.get("stage"):
            found[entity["stage"]] = record.stage
        if entity.get("pipeline"):
            found[entity["pipeline"]] = record.pipeline
        for column, name in (entity.get("parents") or {}).items():
            found[column] = int(parent.key) if parent and parent.record.entity == name else None
        return found

    def _owner(self, login: str | None, *, keyed: bool) -> Any:
        if login is None:
            return None
        return UUID(key_of(login)) if keyed else self._ids[login]

    def note(self, entity: str) -> str:
        """Return a column of text that decides nothing."""
        return "note"

    def store(self, row: Row) -> sql.Composed:
        """Return the superuser's INSERT of a row."""
        return self.insert(row)

    def insert(self, row: Row, *, returning: bool = False) -> sql.Composed:
        """Return a person's INSERT of a row."""
        return self._insert(row, {"id": row.key} | self.values(row.record, row.parent), returning=returning)

    def _insert(self, row: Row, values: dict[str, Any], middle: LiteralString = "", *, returning: bool) -> sql.Composed:
        return sql.SQL("insert into {} ({}) {} values ({}) {}").format(
            self.table(row.record.entity),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(middle),
            sql.SQL(", ").join(map(sql.Literal, values.values())),
            sql.SQL("returning array[id::text]" if returning else ""),
        )

    def change(self, row: Row, new: Record, parent: Row | None = None) -> sql.Composable:
        """Return the UPDATE that turns a row into another record."""
        old, wanted = self.values(row.record, row.parent), self.values(new, parent)
        changed = (
            {column: value for column, value in wanted.items() if value != old[column]}
            or wanted
            or {self.note(new.entity): "moved"}
        )
        return sql.SQL("update {} set {} where id = {}").format(
            self.table(row.record.entity),
            sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(value))
                for column, value in changed.items()
            ),
            sql.Literal(row.key),
        )
