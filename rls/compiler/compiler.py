"""Definition + facts → the desired state of the database.

Functions and policies exist for every pair of role and entity, also where a
role may do nothing: policies depend on the names of roles and entities alone,
so a change of rights replaces functions and never touches a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from psycopg import sql

from rls.compiler.checking import check
from rls.compiler.field_triggers import Writing
from rls.compiler.fields import Fields
from rls.compiler.helpers import asked
from rls.compiler.importing import Importing
from rls.compiler.metering import HELPERS, Metering, budgets, metered
from rls.compiler.owners import Argument, arguments
from rls.compiler.predicates import READABLE
from rls.compiler.privileges import COMMANDS, FIELD_HELPERS, column_of, granted, needed, reading_reach
from rls.compiler.rights import Rights, compiled_roles
from rls.compiler.sources import owner_of, sources
from rls.compiler.unfiltered import Unfiltered
from rls.compiler.views import Reading, guarded, routines
from rls.definition.model import Definition, Entity, Operation, Role
from rls.names import RIGHTS_SCHEMA, Installation, predicate_name
from rls.state.facts import Facts, Table
from rls.state.objects import (
    AssignmentRow,
    DatabaseRole,
    Function,
    Grant,
    Object,
    Policy,
    RoleRow,
    RowSecurity,
    State,
)


def compile_state(definition: Definition, facts: Facts, installation: Installation) -> State:
    """Return everything the definition wants the database to hold.

    :raises PlanError: the definition names tables, columns, departments or
        people the database does not have; every one of them.
    """
    check(definition, facts)
    return State(frozenset(_objects(definition, facts, installation)))


def _objects(definition: Definition, facts: Facts, installation: Installation) -> Iterator[Object]:
    roles = compiled_roles(definition)
    for role in roles:
        name = installation.database_role(role.name)
        yield DatabaseRole(name)
        yield RoleRow(role.name, name, role.timed)
        yield from needed(name)
        if metered(definition):
            yield from (Grant(name, RIGHTS_SCHEMA, helper, "execute") for helper in HELPERS)
    for schema in {entity.table.schema for entity in definition.entities} - {installation.organisation}:
        # The predicates' owner must be able to name the rows they take, that of the views what they show.
        yield Grant(installation.rls_owner, schema, None, "usage")
        yield Grant(installation.view_owner, schema, None, "usage")
        yield Grant(installation.unfiltered_owner, schema, None, "usage")
    if any(guarded(entity) for entity in definition.entities):
        yield from routines(roles, installation)
        yield from reading_reach(installation.view_owner)
        for name, helper in product((installation.database_role(role.name) for role in roles), FIELD_HELPERS):
            yield Grant(name, RIGHTS_SCHEMA, helper, "execute")
    for entity in definition.entities:
        table = facts.tables[entity.table]
        rights = Rights(definition, entity, live=_live(definition, entity, table))
        yield RowSecurity(entity.table)
        yield from rights.rows()
        yield from budgets(entity)
        for role in roles:
            grantee = installation.database_role(role.name)
            yield from _policies(rights, role, table, installation)
            yield from granted(rights, role, table, grantee)
        yield from _views(rights, roles, table, installation)
        yield from _imports(rights, roles, table, installation)
    for assignment in definition.assignments:
        principal = facts.principals.get((assignment.kind, assignment.name or ""))
        yield AssignmentRow(assignment.role, assignment.kind, principal)


def _views(rights: Rights, roles: Sequence[Role], table: Table, installation: Installation) -> Iterator[Object]:
    fields, reach = Fields(rights), _reach(rights, table)
    views = (Reading(fields, table, reach, installation), Unfiltered(rights, table, installation))
    for view in views:
        yield from view.objects()
        for role in roles:
            yield from view.grants(role, installation.database_role(role.name))
    yield from Writing(fields, table, reach, installation).objects()


def _imports(rights: Rights, roles: Sequence[Role], table: Table, installation: Installation) -> Iterator[Object]:
    importing = Importing(Fields(rights), table, _reach(rights, table), installation)
    yield from importing.objects()
    for role in roles:
        yield from importing.grants(role, installation.database_role(role.name))


def _policies(rights: Rights, role: Role, table: Table, installation: Installation) -> Iterator[Object]:
    metering, grantee = Metering(rights), installation.database_role(role.name)
    for operation, command in COMMANDS.items():
        arguments = _arguments(rights, role, table, operation)
        name = predicate_name(role.name, operation)
        predicate = rights.predicate(role, operation)
        covering, counts = [], False
        if operation == "read":
            covering = [installation.database_role(other.name) for other in rights.covering(role)]
            counts = metering.counts(role)
            arguments += metering.arguments(arguments)
        body = metering.within(predicate) if counts else predicate.body(covering)
        types = tuple((argument, kind) for argument, kind, _ in arguments)
        yield Function(name, table.name, types, body, grantee, installation.rls_owner, volatile=counts)
        call = sql.SQL("{}.{}({}.*, {})").format(
            sql.Identifier(RIGHTS_SCHEMA),
            sql.Identifier(name),
            sql.Identifier(table.name.name),
            sql.SQL(", ").join(value for _, _, value in arguments),
        )
        text = call.as_string(None)
        yield Policy(table.name, name, command, grantee, **{"with_check" if command == "insert" else "using": text})


def _arguments(rights: Rights, role: Role, table: Table, operation: Operation) -> list[Argument]:
    """Return a predicate's arguments; the same for every role, whatever its body uses."""
    entity = rights.entity
    found = [*_reach(rights, table), ("counted", "text[]", asked("counted", role.name, entity.name, operation))]
    if operation in ("update", "delete") or (entity.parents and operation == "create"):
        found += [
            (argument, "text[]", asked("readable", entity.name, level.name)) for level, argument in READABLE.items()
        ]
    return found


def _live(definition: Definition, entity: Entity, table: Table) -> bool:
    """Return whether a row's owner can be a subscript: a wider type could fail to become one, and so tell of a row."""
    owner = owner_of(sources(definition, entity))
    return owner is not None and owner.holds == "id" and column_of(table, owner.column).type == "integer"


def _reach(rights: Rights, table: Table) -> list[Argument]:
    owner = owner_of(rights.sources)
    if owner is None:
        return []
    keyed = owner.holds == "key"
    kind = column_of(table, owner.column).compared_as if keyed else "integer"
    assert kind is not None, "a column that cannot name people did not pass the check"
    return arguments(kind, live=rights.live, keyed=keyed)
