"""How records of the oracle's become rows of tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID, uuid5

import psycopg
from psycopg import sql

from tests.oracle.company import Company, Record

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


def owner_of(entity: Mapping[str, Any]) -> tuple[str, bool] | None:
    """Return (column, whether it holds a key) of an entity's owner."""
    owner = entity.get("owner")
    if owner is None:
        return None
    if isinstance(owner, str):
        return owner, False
    return owner["column"], owner.get("holds", "id") == "key"


def is_keyed(entity: Mapping[str, Any]) -> bool:
    """Say whether an entity names its owners by key; the tests then give it uuids for keys, too."""
    owner = owner_of(entity)
    return owner is not None and owner[1]


def table_of(entity: Mapping[str, Any]) -> tuple[str, str]:
    """Return the schema and name of an entity's table."""
    table = entity["table"]
    if isinstance(table, str):
        schema, _, name = table.partition(".")
        return schema, name
    return table["schema"], table["name"]


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
            found[column] = parent.key if parent and parent.record.entity == name else None
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
