"""The privileges of a role's database role: on the tables of entities, and on what its policies read."""

from __future__ import annotations

from collections.abc import Iterator

from rls.compiler.fields import Fields
from rls.compiler.rights import Rights
from rls.definition.model import Entity, Operation, Role
from rls.names import RIGHTS_SCHEMA
from rls.state.facts import Column, Table
from rls.state.objects import Command, Grant

COMMANDS: dict[Operation, Command] = {"read": "select", "create": "insert", "update": "update", "delete": "delete"}
"""The operations PostgreSQL has a command for, and that command."""

ON_COLUMNS: tuple[Operation, ...] = ("read", "create", "update")
"""Those whose privilege is one on columns."""

READ = {
    "reach": ("login", "mine", "person_id", "person_key", "team"),
    "team": (
        "department_keys",
        "department_owners",
        "department_reached",
        "department_wide",
        "id",
        "subtree_keys",
        "subtree_owners",
        "subtree_reached",
        "subtree_wide",
    ),
}
"""The tables of schema ``rls`` that policies read, and their columns.

DROP OWNED BY takes a role's policies away, whoever owns the tables, and any
member may say it.  It fails as a whole on a table of which its caller has
columns only, and a role that may do nothing yet has no other.
"""

HELPERS = (
    "counted(wanted_role text, wanted_entity text, wanted_operation text)",
    "readable(wanted_entity text, wanted_level text)",
    *(f"{folded}{name}()" for folded in ("", "folded_") for name in ("me", "department_owners", "subtree_owners")),
    "folded_holds(roles name[])",
    "owned_by(owner integer, owners integer[])",
    *(f"{live}(wanted name)" for live in ("mine", "department_reached", "subtree_reached")),
)
"""Helper functions a policy calls, as ``pg_get_function_identity_arguments`` prints them."""


FIELD_HELPERS = ("in_time(wanted text)", "seen(wanted_entity text, wanted_fields text, wanted_level text)")
"""Helper functions that rights to groups of fields call."""


def needed(grantee: str) -> Iterator[Grant]:
    """Yield what a role's policies need, whatever it may do."""
    yield from reading_reach(grantee)
    yield from (Grant(grantee, RIGHTS_SCHEMA, helper, "execute") for helper in HELPERS)


def reading_reach(grantee: str) -> Iterator[Grant]:
    """Yield what whoever owns or is asked by a policy needs to read in it."""
    yield from (Grant(grantee, RIGHTS_SCHEMA, table, "select", columns) for table, columns in READ.items())


def granted(rights: Rights, role: Role, table: Table, grantee: str) -> Iterator[Grant]:
    """Yield what the role may do with the table: on columns, never on the whole table, and nothing it cannot reach."""
    entity, where = rights.entity, (table.name.schema, table.name.name)
    reached = [operation for operation in COMMANDS if rights.reaches(role, operation)]
    if reached:
        yield Grant(grantee, where[0], None, "usage")
    if "create" in reached:
        yield from (Grant(grantee, sequence.schema, sequence.name, "usage") for sequence in table.sequences)
        yield from (Grant(grantee, schema, None, "usage") for schema in {each.schema for each in table.sequences})
    if entity.barrier and {"update", "delete"} & set(reached):
        # Whoever changes or removes a record names it by its key, by whatever role they read it; what it holds is read
        # behind the barrier.
        yield Grant(grantee, *where, "select", tuple(sorted(entity.key or table.key)))
    if "delete" in reached:
        yield Grant(grantee, *where, "delete")
    for operation in ON_COLUMNS:
        if columns := _offered(rights, role, table, operation):
            yield Grant(grantee, *where, COMMANDS[operation], columns)


def _offered(rights: Rights, role: Role, table: Table, operation: Operation) -> tuple[str, ...]:
    """Return the columns the role may name, sorted."""
    entity, fields = rights.entity, Fields(rights)
    names = {column.name for column in table.columns if shown(entity, column)}
    reached = rights.reaches(role, operation)
    if operation == "read":
        return tuple(sorted(names - fields.withheld(role, "read"))) if reached and not entity.barrier else ()
    # Where the role writes no record itself, another role of the same person may, and this one the fields in it.
    names = names - fields.withheld(role, operation) if reached else names & fields.named(role, operation)
    return tuple(sorted(names - _kept(entity, table)[operation]))


def fillable(entity: Entity, table: Table) -> tuple[Column, ...]:
    """Return the columns people may fill in new records, whatever the levels, in the table's order."""
    kept = _kept(entity, table)["create"]
    return tuple(column for column in table.columns if shown(entity, column) and column.name not in kept)


def _kept(entity: Entity, table: Table) -> dict[Operation, set[str]]:
    """Return the columns nobody gets a privilege to write: what the server makes, what is carried, keys."""
    key = entity.key or table.key
    fixed = {column.name for column in table.columns if column.generated or column.identity} | _carried(entity)
    given = {name for name in key if column_of(table, name).has_default}
    return {"create": fixed | given, "update": fixed | set(key)}


def shown(entity: Entity, column: Column) -> bool:
    """Return whether people may have privileges on the column at all."""
    return entity.columns is None or column.name in entity.columns


def _carried(entity: Entity) -> set[str]:
    carries = entity.carries
    if carries is None:
        return set()
    return {name for name in (carries.owner, carries.open, carries.stage, carries.pipeline) if name}


def column_of(table: Table, name: str) -> Column:
    """Return a column that is known to be there."""
    found = table.column(name)
    assert found is not None, f"{table.name}.{name} passed the check"
    return found
