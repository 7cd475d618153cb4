"""Connection → facts and current state, by reading the catalog."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import dict_row

from rls.names import RIGHTS_SCHEMA, Installation, QualifiedName
from rls.resources import sql_text, template
from rls.state.facts import Column, Facts, Table
from rls.state.objects import (
    AssignmentRow,
    DatabaseRole,
    Function,
    Grant,
    Object,
    PermissionRow,
    Policy,
    RoleRow,
    RowSecurity,
    State,
)

Row = Mapping[str, Any]

_KINDS = {"r": "table", "p": "table", "v": "view", "m": "materialized view", "f": "foreign table"}
"""What ``pg_class.relkind`` means."""


@dataclass(frozen=True)
class Applied:
    """What ``rls.applied`` remembers of one object: our text, and how the server printed it."""

    source: str
    canonical: str


@dataclass(frozen=True)
class Current:
    """The current state, and the policies on managed tables that are not ours."""

    state: State
    foreign: tuple[str, ...] = ()


def read_facts(connection: Connection[Any], tables: Iterable[QualifiedName], installation: Installation) -> Facts:
    """Return the tables asked for, as far as they exist, and every principal."""
    wanted = set(tables)
    found: dict[QualifiedName, list[Row]] = {}
    for row in _rows(connection, sql_text("catalog/tables.sql"), _names(wanted)):
        found.setdefault(QualifiedName(row["schema"], row["name"]), []).append(row)
    drawn = _sequences(connection, wanted)
    others = _rows(connection, sql_text("catalog/table_names.sql")) if wanted - found.keys() else []
    principals = template("catalog/principals.sql", organisation=installation.organisation)
    return Facts(
        tables={name: _table(name, rows, drawn.get(name, ())) for name, rows in found.items()},
        principals={(row["kind"], row["name"]): row["id"] for row in _rows(connection, principals)},
        others=tuple(QualifiedName(row["schema"], row["name"]) for row in others),
    )


def _sequences(
    connection: Connection[Any], tables: Iterable[QualifiedName]
) -> dict[QualifiedName, tuple[QualifiedName, ...]]:
    """Return by table the sequences its defaults draw from."""
    found: dict[QualifiedName, tuple[QualifiedName, ...]] = {}
    for row in _rows(connection, sql_text("catalog/sequences.sql"), _names(tables)):
        table = QualifiedName(row["table_schema"], row["table_name"])
        found[table] = (*found.get(table, ()), QualifiedName(row["schema"], row["name"]))
    return found


def _table(name: QualifiedName, rows: list[Row], sequences: tuple[QualifiedName, ...]) -> Table:
    columns = tuple(
        Column(
            name=row["column"],
            type=row["type"],
            has_default=row["has_default"],
            identity=row["identity"],
            generated=row["generated"],
            compared_as=row["compared_as"],
        )
        for row in rows
    )
    key = sorted((row["key_position"], row["column"]) for row in rows if row["key_position"])
    return Table(name, columns, tuple(column for _, column in key), _KINDS[rows[0]["kind"]], sequences)


def pin(connection: Connection[Any]) -> None:
    """Make the server print expressions the same way whoever asks, for the rest of the transaction.

    What ``pg_get_expr`` qualifies depends on the search path, and it waits for
    whoever holds ACCESS EXCLUSIVE on the table: not for ever.  JIT compiling
    the catalog queries costs a hundred times what they do.
    """
    connection.execute("set local search_path = ''; set local jit = off")
    if connection.execute("select current_setting('lock_timeout')").fetchone() == ("0",):
        connection.execute("set local lock_timeout = '10s'")


def managed_tables(connection: Connection[Any]) -> set[QualifiedName]:
    """Return the tables an earlier apply put under row security."""
    query = "select identity from rls.applied where kind = 'row security'"
    return {QualifiedName(*row["identity"]) for row in _rows(connection, query)}


def read_state(
    connection: Connection[Any],
    desired: State,
    installation: Installation,
) -> Current:
    """Return the rights in force.

    :param connection: in a transaction.
    :param desired: what to look at, besides what an earlier apply managed.
    """
    pin(connection)
    wanted = desired.by_identity()
    tables = {thing.table for thing in desired.objects if isinstance(thing, RowSecurity)}
    roles = {thing.name for thing in desired.objects if isinstance(thing, DatabaseRole)}
    managed = sorted(tables | managed_tables(connection))
    applied = read_applied(connection)
    role_rows = [RoleRow(**row) for row in _rows(connection, "select name, database_role::text, timed from rls.role")]
    ours = {row.database_role for row in role_rows} | {key[1] for key in applied if key[0] == DatabaseRole.kind}
    policies, foreign = _policies(connection, managed, applied, wanted, installation)
    objects: set[Object] = {*role_rows, *policies}
    objects.update(_database_roles(connection, ours, installation))
    objects.update(_functions(connection, applied))
    objects.update(_row_security(connection, managed))
    drawn = {sequence for found in _sequences(connection, managed).values() for sequence in found}
    objects.update(_grants(connection, sorted({*managed, *drawn}), ours | roles, installation))
    objects.update(_permissions(connection))
    objects.update(_assignments(connection))
    return Current(State(frozenset(objects)), tuple(foreign))


def read_applied(connection: Connection[Any]) -> dict[tuple[str, ...], Applied]:
    """Return what was applied, by kind and identity."""
    query = "select kind, identity, source, canonical from rls.applied"
    return {
        (row["kind"], *row["identity"]): Applied(row["source"], row["canonical"]) for row in _rows(connection, query)
    }


def canonical_functions(connection: Connection[Any]) -> dict[tuple[str, ...], Row]:
    """Return every predicate function of the database as the server prints it, by kind and identity."""
    return {
        (Function.kind, row["name"], f"{row['table_schema']}.{row['table_name']}", *row["types"]): row
        for row in _rows(connection, sql_text("catalog/functions.sql"))
    }


def canonical_policies(connection: Connection[Any], tables: Iterable[QualifiedName]) -> dict[tuple[str, ...], Row]:
    """Return every policy on the tables, and every other that calls a predicate, by kind and identity."""
    return {
        (Policy.kind, row["table_schema"], row["table_name"], row["name"]): row
        for row in _rows(connection, sql_text("catalog/policies.sql"), _names(tables))
    }


def canonical_policy(row: Row) -> str:
    """Return everything the server knows of a policy, as one text."""
    permissive = "permissive" if row["permissive"] else "restrictive"
    roles = ", ".join(row["roles"])
    return f"{permissive} for {row['command']} to {roles}\nusing {row['using']}\nwith check {row['with_check']}"


def _functions(connection: Connection[Any], applied: Mapping[tuple[str, ...], Applied]) -> Iterator[Function]:
    for key, row in canonical_functions(connection).items():
        known = applied.get(key)
        table = QualifiedName(row["table_schema"], row["table_name"])
        arguments = tuple(zip(row["names"], row["types"], strict=True))
        untouched = known is not None and known.canonical == row["canonical"]
        body = known.source if known and untouched else row["canonical"]
        called = None if row["row"] == table.name else row["row"]
        yield Function(row["name"], table, arguments, body, row["grantee"], row["owner"], called)


def _policies(
    connection: Connection[Any],
    tables: Iterable[QualifiedName],
    applied: Mapping[tuple[str, ...], Applied],
    wanted: Collection[tuple[str, ...]],
    installation: Installation,
) -> tuple[list[Policy], list[str]]:
    ours, foreign = [], []
    for key, row in canonical_policies(connection, tables).items():
        table = QualifiedName(row["table_schema"], row["table_name"])
        known = applied.get(key)
        if known is None and key not in wanted:
            if row["roles"] != [installation.rls_owner]:
                foreign.append(f"policy {row['name']} on {table} ({canonical_policy(row).splitlines()[0]})")
            continue
        untouched = known is not None and known.canonical == canonical_policy(row)
        source = known.source if known and untouched else canonical_policy(row)
        using = source if row["command"] != "insert" else None
        with_check = source if row["command"] in ("insert", "update") else None
        ours.append(Policy(table, row["name"], row["command"], ",".join(row["roles"]), using, with_check))
    return ours, foreign


def _database_roles(connection: Connection[Any], names: set[str], installation: Installation) -> Iterator[DatabaseRole]:
    ours = sorted(name for name in names if name.startswith(installation.prefix))
    for row in _rows(connection, sql_text("catalog/database_roles.sql"), {"names": ours}):
        yield DatabaseRole(row["name"], tuple(row["attributes"]))


def _row_security(connection: Connection[Any], tables: Iterable[QualifiedName]) -> Iterator[RowSecurity]:
    for row in _rows(connection, sql_text("catalog/row_security.sql"), _names(tables)):
        yield RowSecurity(QualifiedName(row["table_schema"], row["table_name"]), row["enabled"], row["forced"])


def _grants(
    connection: Connection[Any], tables: list[QualifiedName], roles: set[str], installation: Installation
) -> Iterator[Grant]:
    grantees_query = template(
        "catalog/grantees.sql",
        organisation=installation.organisation,
        everyone=sql.Literal(installation.everyone),
        principal_pattern=sql.Literal(
            f"^{re.escape(installation.prefix)}(department|group|project_group)_[0-9]+(_tree)?$"
        ),
    )
    grantees = [
        row["name"] for row in _rows(connection, grantees_query, {"roles": sorted({*roles, installation.rls_owner})})
    ]
    schemas = {RIGHTS_SCHEMA, *(table.schema for table in tables)}
    values = {"grantees": grantees, "organisation": installation.organisation, **_names(tables)}
    for row in _rows(connection, sql_text("catalog/grants.sql"), values):
        schema, name = row["schema"], row["name"]
        whole_schema = name is None and schema in schemas
        if row["grantee"] == installation.rls_owner and (name or schema in (RIGHTS_SCHEMA, installation.organisation)):
            continue  # what migrations gave it
        if whole_schema or schema == RIGHTS_SCHEMA or QualifiedName(schema, name or "") in tables:
            columns = tuple(row["columns"]) if row["columns"] else None
            yield Grant(row["grantee"], schema, name, row["privilege"], columns, row["grantable"])


def _permissions(connection: Connection[Any]) -> Iterator[PermissionRow]:
    query = "select role, entity, operation, cell, level, explicit from rls.permission"
    yield from (PermissionRow(**row) for row in _rows(connection, query))


def _assignments(connection: Connection[Any]) -> Iterator[AssignmentRow]:
    query = """
        select distinct role, principal_kind, principal_id, coalesce(valid_from, valid_until) is not null as limited
        from rls.assignment
        where from_definition
    """
    yield from (AssignmentRow(**row) for row in _rows(connection, query))


def _names(tables: Iterable[QualifiedName]) -> dict[str, list[str]]:
    ordered = sorted(tables)
    return {"schemas": [table.schema for table in ordered], "names": [table.name for table in ordered]}


def _rows(connection: Connection[Any], query: Any, values: Mapping[str, Any] | None = None) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return list(cursor.execute(query, values))
