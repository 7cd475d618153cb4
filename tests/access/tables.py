"""The tests' own tables: what somebody has who brings their own database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from tests.access.rows import SCHEMA, is_keyed, owner_of, table_of


def create_tables(connection: psycopg.Connection, definition: Mapping[str, Any]) -> None:
    """Make the tables of every entity that lives in the tests' own schema."""
    with connection.transaction():
        connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(SCHEMA)))
        for entity in definition["entities"].values():
            schema, table = table_of(entity)
            if schema == SCHEMA:
                create_table(connection, table, entity, definition)
        for name, entity in definition["entities"].items():
            if entity.get("parents") and table_of(entity)[0] == SCHEMA:
                create_triggers(connection, name, definition)


def create_table(
    connection: psycopg.Connection, table: str, entity: Mapping[str, Any], definition: Mapping[str, Any]
) -> None:
    """Make one table: id, note, and the columns the entity names; those of groups of fields are texts.

    No foreign key leads to a parent, so that deleting parents can be tried while they have children.
    """
    owner, keyed = owner_of(entity), is_keyed(entity)
    parents = {column: definition["entities"][name] for column, name in (entity.get("parents") or {}).items()}
    columns = [("id", "uuid primary key" if keyed else "int primary key"), ("note", "text")]
    if owner:
        columns.append((owner[0], "uuid" if keyed else "int references crm.person (id)"))
    columns += [(entity["open"], "boolean not null default false")] if entity.get("open") else []
    columns += [(entity[part], "text") for part in ("stage", "pipeline") if entity.get(part)]
    columns += [(column, "uuid" if is_keyed(parent) else "int") for column, parent in parents.items()]
    kinds = {"owner": "uuid" if any(map(is_keyed, parents.values())) else "int", "open": "boolean"}
    columns += [(column, kinds.get(part, "text")) for part, column in (entity.get("carries") or {}).items()]
    columns += [(column, "text") for group in (entity.get("fields") or {}).values() for column in group]
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
