"""Connection and definition → advice, by reading the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Connection, sql

from rls.advice.advice import Advice, instead
from rls.advice.needs import Need, filtering, needs, owner_column
from rls.compiler.unfiltered import unfiltered
from rls.definition.model import Definition
from rls.installed import read
from rls.names import Installation, QualifiedName
from rls.resources import sql_text
from rls.state.catalog import pin
from rls.state.reading import names_of, rows_of

SEQUENTIAL_DISK = 4.0
"""``random_page_cost`` as PostgreSQL ships it: that of a disk that turns."""


def advise(connection: Connection[Any], definition: Definition) -> tuple[Advice, ...]:
    """Return what would make queries under the definition's rights faster: what is missing first.

    :param connection: in a transaction.
    """
    pin(connection)
    wanted, installed = needs(definition), read(connection) or Installation()
    found = [
        *_indexes(connection, wanted),
        *_foreign_keys(connection, definition, {(str(need.table), need.column) for need in wanted}),
        *_pages(connection, definition),
        *_filters(connection, definition, installed),
        *_settings(connection),
        *_bound(connection, definition, installed),
    ]
    return tuple(sorted(found, key=lambda each: each.severity == "note"))


def _indexes(connection: Connection[Any], wanted: list[Need]) -> Iterator[Advice]:
    values = {
        **_listed([need.table for need in wanted]),
        "columns": [need.column for need in wanted],
        "flags": [need.flag for need in wanted],
    }
    for row in rows_of(connection, sql_text("advice/indexes.sql"), values):
        need = wanted[row["number"] - 1]
        what = f"no index begins with {need.column}"
        yield Advice("index", "warning", str(need.table), what, need.why, _create(need.table, need.column))


def _foreign_keys(connection: Connection[Any], definition: Definition, said: set[tuple[str, str]]) -> Iterator[Advice]:
    values = names_of(entity.table for entity in definition.entities)
    for row in rows_of(connection, sql_text("advice/foreign_keys.sql"), values):
        table, columns = QualifiedName(row["schema"], row["name"]), row["columns"]
        if (str(table), columns[0]) in said:
            continue
        what = f"no index begins with {', '.join(columns)} (foreign key {row['key']})"
        why = f"who deletes from {row['referred']} waits while all of {table} is read"
        yield Advice("foreign key", "warning", str(table), what, why, _create(table, *columns))


def _pages(connection: Connection[Any], definition: Definition) -> Iterator[Advice]:
    owned = [
        (entity.table, owner)
        for entity in definition.entities
        if (owner := owner_column(entity)) and filtering(definition, entity)
    ]
    values = {**_listed([table for table, _ in owned]), "columns": [owner for _, owner in owned]}
    for row in rows_of(connection, sql_text("advice/pages.sql"), values):
        table = QualifiedName(row["schema"], row["name"])
        what = f"no index has {row['column']} after {row['owner']}"
        why = f"a page of somebody's own, in the order of {row['column']}, sorts all they own"
        order = " desc" if row["descending"] else ""
        yield Advice("page", "note", str(table), what, why, _create(table, row["owner"], row["column"], order=order))


def _filters(connection: Connection[Any], definition: Definition, installation: Installation) -> Iterator[Advice]:
    filtered = [entity.table for entity in definition.entities if filtering(definition, entity)]
    values = {**names_of(filtered), "leakproof": installation.leakproof}
    for row in rows_of(connection, sql_text("advice/filters.sql"), values):
        key, kind = row["key"], "an expression" if row["is_expression"] else row["type"]
        what = f"{row['index']} on {key} ({kind}, {row['method']}) is not used by conditions of people who see a part"
        why = "what it compares with is not leakproof, so PostgreSQL asks the policy first, of every row they may see"
        yield Advice("filter", "note", f"{row['schema']}.{row['name']}", what, why, instead(row))


def _settings(connection: Connection[Any]) -> Iterator[Advice]:
    row = connection.execute("select current_setting('random_page_cost')::float").fetchone()
    if row == (SEQUENTIAL_DISK,):
        what = "random_page_cost is 4, that of disks that turn"
        why = "pages of people whose rows are rare are looked for along the whole date index"
        yield Advice("setting", "note", "server", what, why, "alter system set random_page_cost = 1.1")


def _bound(connection: Connection[Any], definition: Definition, installation: Installation) -> Iterator[Advice]:
    if not any(unfiltered(definition).values()):
        return
    query = "select from pg_catalog.pg_roles where rolname = %s and not rolbypassrls"
    if connection.execute(query, [installation.unfiltered_owner]).fetchone() is None:
        return
    what = f"reads by policies, as {installation.unfiltered_owner} is not above row security"
    why = "who reads every record has the estimates of those who do not: only a superuser could install it otherwise"
    statement = sql.SQL("alter role {} bypassrls").format(sql.Identifier(installation.unfiltered_owner))
    yield Advice("setting", "note", f"schema {installation.unfiltered}", what, why, statement.as_string(None))


def _create(table: QualifiedName, *columns: str, order: str = "") -> str:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns)) + sql.SQL(order)
    where = sql.Identifier(table.schema, table.name)
    return sql.SQL("create index concurrently on {} ({})").format(where, listed).as_string(None)


def _listed(tables: list[QualifiedName]) -> dict[str, list[str]]:
    return {"schemas": [table.schema for table in tables], "names": [table.name for table in tables]}
