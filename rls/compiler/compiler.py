"""Definition + facts → the desired state of the database.

Functions and policies exist for every pair of role and entity, also where a
role may do nothing: policies depend on the names of roles and entities alone,
so a change of rights replaces functions and never touches a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from psycopg import sql

from rls.compiler.checking import check
from rls.compiler.predicates import READABLE
from rls.compiler.rights import Rights
from rls.definition.model import Definition, Entity, Operation, Role
from rls.names import RIGHTS_SCHEMA, Installation, predicate_name
from rls.state.facts import Column, Facts, Table
from rls.state.objects import (
    AssignmentRow,
    Command,
    DatabaseRole,
    Function,
    Grant,
    Object,
    Policy,
    RoleRow,
    RowSecurity,
    State,
)

COMMANDS: dict[Operation, Command] = {"read": "select", "create": "insert", "update": "update", "delete": "delete"}
"""The operations PostgreSQL has a command for, and that command."""

REACH = (
    "department_keys",
    "department_owners",
    "login",
    "person_id",
    "person_key",
    "subtree_keys",
    "subtree_owners",
)
"""The columns of ``rls.reach``.

DROP OWNED BY takes a role's policies away, whoever owns the tables, and any
member may say it.  It fails as a whole on a table of which its caller has
columns only, and a role that may do nothing yet has no other.
"""

HELPERS = (
    "counted(wanted_role text, wanted_entity text, wanted_operation text)",
    "readable(wanted_entity text, wanted_level text)",
)
"""Helper functions a policy calls, as ``pg_get_function_identity_arguments`` prints them."""


def compile_state(definition: Definition, facts: Facts, installation: Installation) -> State:
    """Return everything the definition wants the database to hold.

    :raises PlanError: the definition names tables, columns, departments or
        people the database does not have; every one of them.
    """
    check(definition, facts)
    return State(frozenset(_objects(definition, facts, installation)))


def _objects(definition: Definition, facts: Facts, installation: Installation) -> Iterator[Object]:
    roles = [role for role in definition.roles if not role.abstract]
    for role in roles:
        name = installation.database_role(role.name)
        yield DatabaseRole(name)
        yield RoleRow(role.name, name, role.timed)
        yield Grant(name, RIGHTS_SCHEMA, "reach", "select", REACH)
        yield from (Grant(name, RIGHTS_SCHEMA, helper, "execute") for helper in HELPERS)
    for schema in {entity.table.schema for entity in definition.entities} - {installation.organisation}:
        # The predicates' owner must be able to name the rows they take.
        yield Grant(installation.rls_owner, schema, None, "usage")
    for entity in definition.entities:
        rights, table = Rights(definition, entity), facts.tables[entity.table]
        yield RowSecurity(entity.table)
        yield from rights.rows()
        for role in roles:
            grantee = installation.database_role(role.name)
            yield from _policies(rights, role, table, grantee, installation.rls_owner)
            yield from _grants(rights, role, table, grantee)
    for assignment in definition.assignments:
        principal = facts.principals.get((assignment.kind, assignment.name or ""))
        yield AssignmentRow(assignment.role, assignment.kind, principal)


def _policies(rights: Rights, role: Role, table: Table, grantee: str, owner: str) -> Iterator[Object]:
    for operation, command in COMMANDS.items():
        arguments = _arguments(rights, role, table, operation)
        name = predicate_name(role.name, operation)
        body = rights.predicate(role, operation).body()
        types = tuple((argument, kind) for argument, kind, _ in arguments)
        yield Function(name, table.name, types, body, grantee, owner)
        call = sql.SQL("{}.{}({}.*, {})").format(
            sql.Identifier(RIGHTS_SCHEMA),
            sql.Identifier(name),
            sql.Identifier(table.name.name),
            sql.SQL(", ").join(value for _, _, value in arguments),
        )
        text = call.as_string(None)
        using = None if command == "insert" else text
        with_check = text if command in ("insert", "update") else None
        yield Policy(table.name, name, command, grantee, using, with_check)


def _arguments(rights: Rights, role: Role, table: Table, operation: Operation) -> list[tuple[str, str, sql.Composable]]:
    """Return (name, type, value) of a predicate's arguments; the same for every role, whatever its body uses."""
    entity = rights.entity
    arguments = [*_reach(rights, table), ("counted", "text[]", _helper("counted", role.name, entity.name, operation))]
    if operation in ("update", "delete") or (entity.parents and operation == "create"):
        arguments += [
            (argument, "text[]", _helper("readable", entity.name, level.name)) for level, argument in READABLE.items()
        ]
    return arguments


def _reach(rights: Rights, table: Table) -> list[tuple[str, str, sql.Composable]]:
    owner = next((source.owner for source in rights.sources if source.owner), None)
    if owner is None:
        return []
    keyed = owner.holds == "key"
    kind = _column(table, owner.column).compared_as if keyed else "integer"
    assert kind is not None, "a column that cannot name people did not pass the check"
    columns = (
        ("me", "person_key" if keyed else "person_id", ""),
        ("department_owners", "department_keys" if keyed else "department_owners", "[]"),
        ("subtree_owners", "subtree_keys" if keyed else "subtree_owners", "[]"),
    )
    return [(name, kind + array, _from_reach(column, kind + array if keyed else "")) for name, column, array in columns]


@cache
def _from_reach(column: str, cast: str) -> sql.Composable:
    value = sql.SQL("reach.{}").format(sql.Identifier(column))
    if cast:
        value = sql.SQL("{}::{}").format(value, sql.SQL(cast))
    return sql.SQL("(select {} from {}.reach)").format(value, sql.Identifier(RIGHTS_SCHEMA))


@cache
def _helper(name: str, *arguments: str) -> sql.Composable:
    call = sql.SQL("{}.{}({})").format(
        sql.Identifier(RIGHTS_SCHEMA), sql.Identifier(name), sql.SQL(", ").join(map(sql.Literal, arguments))
    )
    return sql.SQL("(select {})").format(call)


def _grants(rights: Rights, role: Role, table: Table, grantee: str) -> Iterator[Grant]:
    entity, where = rights.entity, (table.name.schema, table.name.name)
    shown = tuple(sorted(column.name for column in table.columns if _granted(entity, column)))
    key = entity.key or table.key
    fixed = {column.name for column in table.columns if column.generated or column.identity} | _carried(entity)
    given = {name for name in key if _column(table, name).has_default}
    offered = {
        "read": ("select", shown),
        "create": ("insert", tuple(name for name in shown if name not in fixed | given)),
        "update": ("update", tuple(name for name in shown if name not in fixed | set(key))),
    }
    reached = [operation for operation in COMMANDS if rights.reaches(role, operation)]
    if reached:
        yield Grant(grantee, where[0], None, "usage")
    if "create" in reached:
        yield from (Grant(grantee, sequence.schema, sequence.name, "usage") for sequence in table.sequences)
        yield from (Grant(grantee, schema, None, "usage") for schema in {each.schema for each in table.sequences})
    for operation in reached:
        if operation == "delete":
            yield Grant(grantee, *where, "delete")
        elif offered[operation][1]:
            privilege, columns = offered[operation]
            yield Grant(grantee, *where, privilege, columns)


def _granted(entity: Entity, column: Column) -> bool:
    return entity.columns is None or column.name in entity.columns


def _carried(entity: Entity) -> set[str]:
    carries = entity.carries
    if carries is None:
        return set()
    return {name for name in (carries.owner, carries.open, carries.stage, carries.pipeline) if name}


def _column(table: Table, name: str) -> Column:
    found = table.column(name)
    assert found is not None, f"{table.name}.{name} passed the check"
    return found
