"""Connection → current state, by reading the catalog."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from rls.names import ORGANISATION_TABLES, RIGHTS_SCHEMA, Installation, QualifiedName
from rls.resources import sql_text, template
from rls.state.imports import read_imports
from rls.state.made import Routine
from rls.state.objects import (
    AssignmentRow,
    BudgetRow,
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
from rls.state.reading import Row, names_of, rows_of
from rls.state.tables import sequences_of
from rls.state.texts import Applied, read_texts, source_of


@dataclass(frozen=True)
class Current:
    """The current state, and the policies on managed tables that are not ours."""

    state: State
    foreign: tuple[str, ...] = ()


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
    return {QualifiedName(*row["identity"]) for row in rows_of(connection, query)}


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
    roles = _roles(desired)
    managed = sorted(tables | managed_tables(connection))
    applied = read_applied(connection)
    role_rows = [RoleRow(**row) for row in rows_of(connection, "select name, database_role::text, timed from rls.role")]
    ours = {row.database_role for row in role_rows} | {key[1] for key in applied if key[0] == DatabaseRole.kind}
    policies, foreign = _policies(connection, managed, applied, wanted, installation)
    objects: set[Object] = {*role_rows, *policies}
    objects.update(_database_roles(connection, ours, installation))
    objects.update(_functions(connection, applied))
    objects.update(read_texts(connection, wanted, applied, installation))
    objects.update(read_imports(connection, applied, installation))
    objects.update(_row_security(connection, managed))
    objects.update(_all_grants(connection, managed, ours | roles, installation, {*wanted, *applied}))
    objects.update(_permissions(connection))
    objects.update(_budgets(connection))
    objects.update(_assignments(connection))
    return Current(State(frozenset(objects)), tuple(foreign))


def read_some(
    connection: Connection[Any], desired: State, wanted: Collection[Object], installation: Installation
) -> State:
    """Return the part of the state that *wanted* belong to: some functions, all grants, all rows.

    :param connection: in a transaction.
    :param desired: what the definition wants, whose tables and database roles grants are about.
    :param wanted: no policies, row security or database roles.
    """
    pin(connection)
    found: set[Object] = {*_permissions(connection), *_budgets(connection), *_assignments(connection)}
    names = {thing.name for thing in wanted if isinstance(thing, Function)}
    if names:
        found.update(_functions(connection, read_applied(connection, names), names))
    if any(isinstance(thing, Grant) for thing in wanted):
        tables = {thing.table for thing in desired.objects if isinstance(thing, RowSecurity)}
        known = {*desired.by_identity(), *read_applied(connection)}
        found.update(_all_grants(connection, tables | managed_tables(connection), _roles(desired), installation, known))
    return State(frozenset(found))


def _roles(desired: State) -> set[str]:
    return {thing.name for thing in desired.objects if isinstance(thing, DatabaseRole)}


def views_of(connection: Connection[Any], installation: Installation) -> set[QualifiedName]:
    """Return what is in the schemas of views and import tables."""
    query = """
        select namespace.nspname::text as schema, class.relname::text as name
        from pg_catalog.pg_class as class
        join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
        where class.relkind in ('r', 'v') and namespace.nspname = any (%(schemas)s)
    """
    rows = rows_of(connection, query, {"schemas": [*installation.view_owners, installation.imports]})
    return {QualifiedName(row["schema"], row["name"]) for row in rows}


def _all_grants(
    connection: Connection[Any],
    managed: Iterable[QualifiedName],
    roles: set[str],
    installation: Installation,
    known: Iterable[tuple[str, ...]],
) -> Iterator[Grant]:
    """Yield the privileges on everything that is managed; those on routines are the routines' own.

    :param known: kinds and identities of what is wanted or was applied.
    """
    routines = {key[1].partition("(")[0] for key in known if key[0] == Routine.kind}
    tables = {*managed, *(QualifiedName(installation.organisation, name) for name in ORGANISATION_TABLES)}
    tables |= views_of(connection, installation)
    sequences = {sequence for found in sequences_of(connection, tables).values() for sequence in found}
    owned = rows_of(connection, sql_text("catalog/owned_sequences.sql"), names_of(tables))
    sequences |= {QualifiedName(row["schema"], row["name"]) for row in owned}
    for grant in _grants(connection, sorted(tables | sequences), roles, installation):
        if not (grant.privilege == "execute" and (grant.table or "").partition("(")[0] in routines):
            yield grant


def read_applied(
    connection: Connection[Any], functions: Collection[str] | None = None
) -> dict[tuple[str, ...], Applied]:
    """Return what was applied, by kind and identity.

    :param functions: only functions of these names.
    """
    query = "select kind, identity, source, canonical from rls.applied"
    if functions is not None:
        query += " where kind = 'function' and identity[1] = any (%(functions)s)"
    rows = rows_of(connection, query, {"functions": _listed(functions)})
    return {(row["kind"], *row["identity"]): Applied(row["source"], row["canonical"]) for row in rows}


def canonical_functions(
    connection: Connection[Any], names: Collection[str] | None = None, tables: Iterable[QualifiedName] | None = None
) -> dict[tuple[str, ...], Row]:
    """Return predicate functions as the server prints them, by identity: all, or of some names, of some tables."""
    of = {"schemas": None, "names": None} if tables is None else names_of(tables)
    return {
        (Function.kind, row["name"], f"{row['table_schema']}.{row['table_name']}", *row["types"]): row
        for row in rows_of(connection, sql_text("catalog/functions.sql"), {"functions": _listed(names), **of})
    }


def _listed(names: Collection[str] | None) -> list[str] | None:
    return None if names is None else sorted(set(names))


def canonical_policies(
    connection: Connection[Any], tables: Iterable[QualifiedName], *, callers: bool = False
) -> dict[tuple[str, ...], Row]:
    """Return every policy on the tables, by kind and identity; *callers*: and every other that calls a predicate."""
    values = {**names_of(tables), "callers": callers}
    return {
        (Policy.kind, row["table_schema"], row["table_name"], row["name"]): row
        for row in rows_of(connection, sql_text("catalog/policies.sql"), values)
    }


def canonical_policy(row: Row) -> str:
    """Return everything the server knows of a policy, as one text."""
    permissive = "permissive" if row["permissive"] else "restrictive"
    roles = ", ".join(row["roles"])
    return f"{permissive} for {row['command']} to {roles}\nusing {row['using']}\nwith check {row['with_check']}"


def _functions(
    connection: Connection[Any], applied: Mapping[tuple[str, ...], Applied], names: Collection[str] | None = None
) -> Iterator[Function]:
    for key, row in canonical_functions(connection, names).items():
        known = applied.get(key)
        table = QualifiedName(row["table_schema"], row["table_name"])
        arguments = tuple(zip(row["names"], row["types"], strict=True))
        body = source_of(known, row["canonical"])
        called = None if row["row"] == table.name else row["row"]
        yield Function(row["name"], table, arguments, body, row["grantee"], row["owner"], called, row["volatile"])


def _policies(
    connection: Connection[Any],
    tables: Iterable[QualifiedName],
    applied: Mapping[tuple[str, ...], Applied],
    wanted: Collection[tuple[str, ...]],
    installation: Installation,
) -> tuple[list[Policy], list[str]]:
    ours, foreign = [], []
    for key, row in canonical_policies(connection, tables, callers=True).items():
        table = QualifiedName(row["table_schema"], row["table_name"])
        known = applied.get(key)
        if known is None and key not in wanted:
            if row["roles"] != [installation.rls_owner] and _helper(row) not in applied:
                foreign.append(f"policy {row['name']} on {table} ({canonical_policy(row).splitlines()[0]})")
            continue
        source = source_of(known, canonical_policy(row))
        said = {"with_check" if row["command"] == "insert" else "using": source}
        ours.append(Policy(table, row["name"], row["command"], ",".join(row["roles"]), **said))
    return ours, foreign


def _helper(row: Row) -> tuple[str, str]:
    """Return how ``rls.applied`` names a policy that ships."""
    return "helper policy", f"{row['name']} on {row['table_schema']}.{row['table_name']}"


def _database_roles(connection: Connection[Any], names: set[str], installation: Installation) -> Iterator[DatabaseRole]:
    ours = sorted(name for name in names if name.startswith(installation.prefix))
    for row in rows_of(connection, sql_text("catalog/database_roles.sql"), {"names": ours}):
        yield DatabaseRole(row["name"], tuple(row["attributes"]))


def _row_security(connection: Connection[Any], tables: Iterable[QualifiedName]) -> Iterator[RowSecurity]:
    for row in rows_of(connection, sql_text("catalog/row_security.sql"), names_of(tables)):
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
    owners = installation.view_owners
    known = {"roles": sorted({*roles, installation.rls_owner, *owners.values()})}
    grantees = [row["name"] for row in rows_of(connection, grantees_query, known)]
    schemas = {RIGHTS_SCHEMA, *owners, installation.imports, *(table.schema for table in tables)}
    values = {
        "grantees": grantees,
        "own_schemas": [installation.organisation, *owners, installation.imports],
        "prefix": installation.prefix,
        "rls_owner": installation.rls_owner,
        **names_of(tables),
    }
    for row in rows_of(connection, sql_text("catalog/grants.sql"), values):
        schema, name = row["schema"], row["name"]
        whole_schema = name is None and schema in schemas
        made = (RIGHTS_SCHEMA, installation.organisation, installation.imports)
        if row["grantee"] == installation.rls_owner and (name or schema in made):
            continue  # what migrations gave it, and what it owns
        given = name is None and schema in (RIGHTS_SCHEMA, installation.organisation)
        if row["grantee"] in owners.values() and (given or schema in owners):
            continue  # the same, and what it owns
        if whole_schema or schema == RIGHTS_SCHEMA or QualifiedName(schema, name or "") in tables:
            columns = tuple(row["columns"]) if row["columns"] else None
            yield Grant(row["grantee"], schema, name, row["privilege"], columns, row["grantable"])


def _permissions(connection: Connection[Any]) -> Iterator[PermissionRow]:
    query = "select role, entity, operation, cell, level, explicit from rls.permission"
    yield from (PermissionRow(**row) for row in rows_of(connection, query))


def _budgets(connection: Connection[Any]) -> Iterator[BudgetRow]:
    query = "select entity, kind as counted, rows, per, statement from rls.budget"
    yield from (BudgetRow(**row) for row in rows_of(connection, query))


def _assignments(connection: Connection[Any]) -> Iterator[AssignmentRow]:
    query = """
        select distinct role, principal_kind, principal_id, coalesce(valid_from, valid_until) is not null as limited
        from rls.assignment
        where from_definition
    """
    yield from (AssignmentRow(**row) for row in rows_of(connection, query))
