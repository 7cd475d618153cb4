"""What a set of roles reaches under one definition: the predicates the compiler writes, with everything bound.

A predicate's arguments are what its policy would hand it.  Here the owners
are stand-ins (:data:`RELATIONS`), since a predicate asks of a row's owner only
whether it is the caller, or in the caller's arrays; and what ``rls.counted``
and ``rls.readable`` would find is computed from the definition.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property

from psycopg import sql

from rls.compiler.cells import FALSE, all_of, any_of
from rls.compiler.checking import check
from rls.compiler.predicates import READABLE, Predicate
from rls.compiler.rights import Rights, version
from rls.compiler.sources import Source, operation_on, owner_of
from rls.definition.levels import levels
from rls.definition.model import Definition, Entity, Level, Operation, Owner
from rls.errors import PlanError
from rls.names import QualifiedName
from rls.state.facts import Facts, Table
from rls.state.objects import PermissionRow

Roles = frozenset[str]

ME, DEPARTMENT, SUBTREE, STRANGER, NOBODY = "1", "2", "3", "4", None

RELATIONS = (ME, DEPARTMENT, SUBTREE, STRANGER, NOBODY)
"""Stand-ins for a record's owner: the caller, a colleague, somebody below, somebody else, none."""


@dataclass(frozen=True)
class Permissions:
    """The rows ``rls.permission`` holds of one entity, and what the helper functions find in them."""

    rows: tuple[PermissionRow, ...]

    @cached_property
    def _by_operation(self) -> dict[str, list[PermissionRow]]:
        found: dict[str, list[PermissionRow]] = defaultdict(list)
        for row in self.rows:
            found[row.operation].append(row)
        return found

    def _counting(self, held: Roles, operation: str) -> list[PermissionRow]:
        """Return the rows of the roles held that no explicit row of them overrules."""
        mine = [row for row in self._by_operation[operation] if row.role in held]
        explicit = {row.cell for row in mine if row.explicit}
        return [row for row in mine if row.explicit or row.cell not in explicit]

    def counted(self, held: Roles, role: str, operation: str) -> list[str]:
        """Return what ``rls.counted(role, entity, operation)`` returns to who holds these roles."""
        levels = version(row for row in self._by_operation[operation] if row.role == role)
        return sorted(f"{levels}:{row.cell}" for row in self._counting(held, operation) if row.role == role)

    def readable(self, held: Roles, level: Level) -> list[str]:
        """Return what ``rls.readable(entity, level)`` returns to who holds these roles."""
        return sorted({row.cell for row in self._counting(held, "read") if Level[row.level] >= level})


@dataclass(frozen=True)
class Side:
    """One definition on the database as it is."""

    definition: Definition
    facts: Facts
    _predicates: dict[tuple[str, str, Operation], Predicate] = field(default_factory=dict, repr=False)

    @cached_property
    def entities(self) -> dict[str, Entity]:
        """Return the entities whose table and columns the database has, by name."""
        return {entity.name: entity for entity in self.definition.entities if not self.problems(entity.name)}

    def problems(self, name: str) -> list[str]:
        """Return why the entity, if there is one of this name, does not fit the database."""
        return [text for path, text in self._misfits if path.startswith(f"entities.{name}.")]

    @cached_property
    def _misfits(self) -> list[tuple[str, str]]:
        try:
            check(Definition(entities=self.definition.entities), self.facts)
        except PlanError as error:
            return [(problem.path, problem.message) for problem in error.problems]
        return []

    def table(self, entity: str) -> Table:
        """Return the entity's table."""
        return self.facts.tables[self.entities[entity].table]

    @cached_property
    def _rights(self) -> dict[str, Rights]:
        return {name: Rights(self.definition, entity) for name, entity in self.entities.items()}

    @cached_property
    def _permissions(self) -> dict[str, Permissions]:
        return {name: Permissions(tuple(rights.rows())) for name, rights in self._rights.items()}

    def sources(self, entity: str) -> tuple[Source, ...]:
        """Return whose rights the entity's rows obey."""
        return self._rights[entity].sources if entity in self.entities else ()

    def owner(self, entity: str) -> Owner | None:
        """Return the column that names the owner of the entity's rows."""
        return owner_of(self.sources(entity))

    def owner_type(self, entity: str) -> str:
        """Return the type in which the entity's owners are compared."""
        owner = self.owner(entity)
        column = self.table(entity).column(owner.column) if owner else None
        return (column.compared_as if column and owner and owner.holds == "key" else None) or "integer"

    def reached(self, held: Roles, entity: str, operation: Operation) -> sql.Composable:
        """Return SQL that is true for the rows that who holds these roles reaches."""
        if entity not in self.entities:
            return FALSE
        rights = self._rights[entity]
        names = [role.name for role in rights.roles if role.name in held and rights.reaches(role, operation)]
        return any_of(self._bound(held, role, entity, operation) for role in names)

    def fields_reached(self, held: Roles, entity: str, group: str, operation: Operation) -> sql.Composable:
        """Return SQL that is true for the rows whose fields of a group are read or updated: decision 0025.

        It is that of the rows themselves where none of the roles speaks of the group.
        """
        reached = self.reached(held, entity, operation)
        sources = {source.entity.name: source for source in self.sources(entity)}
        roles = [role for role in self.definition.roles if role.name in held]
        if not any(one.entity in sources and one.fields == group for role in roles for one in role.permissions):
            return reached
        table, owner = self.entities[entity].table, bool(self.owner(entity))
        seen = []
        for role in roles:
            asked = {name: (each.entity, operation_on(each, operation)) for name, each in sources.items()}
            of_group = {name: levels(role, parent, its, group) for name, (parent, its) in asked.items()}
            body = Predicate(table, self.sources(entity), of_group).body()
            seen.append(self._given(body, entity, _stand_ins(self.owner_type(entity)) if owner else []))
        return all_of([reached, any_of(seen)])

    def exported(self, held: Roles, entity: str) -> sql.Composable:
        """Return SQL that is true for the rows that who holds these roles reads and may carry away."""
        if entity not in self.entities:
            return FALSE
        rights = self._rights[entity]
        names = [role.name for role in rights.roles if role.name in held and rights.reaches(role, "export")]
        within = any_of(self._bound(held, role, entity, "export") for role in names)
        return all_of([self.reached(held, entity, "read"), within])

    def gives(self, role: str, entity: str, operation: Operation) -> bool:
        """Return whether the role reaches any record of the entity with this operation."""
        rights = self._rights.get(entity)
        return rights is not None and any(one.name == role and rights.reaches(one, operation) for one in rights.roles)

    def predicate(self, role: str, entity: str, operation: Operation) -> Predicate:
        """Return the predicate the compiler writes for a role."""
        key = (role, entity, operation)
        if key not in self._predicates:
            rights = self._rights[entity]
            found = next(one for one in rights.roles if one.name == role)
            predicate = rights.predicate(found, operation)
            self._predicates[key] = replace(predicate, within_read=False) if operation == "export" else predicate
        return self._predicates[key]

    def groups(self, entity: str) -> tuple[str, ...]:
        """Return the entity's groups of fields."""
        return tuple(group.name for group in self.entities[entity].fields) if entity in self.entities else ()

    def _bound(self, held: Roles, role: str, entity: str, operation: Operation) -> sql.Composable:
        """Return the predicate's body with what it asks."""
        body = self.predicate(role, entity, operation).body()
        permissions = self._permissions[entity]
        arguments = _stand_ins(self.owner_type(entity)) if self.owner(entity) else []
        if "counted" in body:
            arguments.append((_array(permissions.counted(held, role, operation)), "counted"))
        for level, name in READABLE.items():
            if name in body:
                arguments.append((_array(permissions.readable(held, level)), name))
        return self._given(body, entity, arguments)

    def _given(self, body: str, entity: str, arguments: list[tuple[sql.Composable, str]]) -> sql.Composable:
        """Return a body with its arguments in scope: names without a table are found there first."""
        if not arguments:
            return sql.SQL(body)
        named = (sql.SQL("{} as {}").format(value, sql.Identifier(name)) for value, name in arguments)
        alias = sql.Identifier(_other_than(self.table(entity).name))
        return sql.SQL("(select {} from (select {}) as {})").format(sql.SQL(body), sql.SQL(", ").join(named), alias)


def _stand_ins(kind: str) -> list[tuple[sql.Composable, str]]:
    """Return the caller, their department and those below, as the stand-ins have it."""
    one, many = sql.SQL(kind), sql.SQL(f"{kind}[]")
    me, *_ = (stand_in(relation, kind) for relation in RELATIONS)
    department = [stand_in(relation, kind) for relation in (ME, DEPARTMENT)]
    subtree = [stand_in(relation, kind) for relation in (ME, DEPARTMENT, SUBTREE)]
    return [
        (sql.SQL("{}::{}").format(me, one), "me"),
        (sql.SQL("array[{}]::{}").format(sql.SQL(", ").join(department), many), "department_owners"),
        (sql.SQL("array[{}]::{}").format(sql.SQL(", ").join(subtree), many), "subtree_owners"),
    ]


def stand_in(relation: str | None, kind: str) -> sql.Composable:
    """Return a stand-in as a value of the owner's type."""
    if relation is None:
        return sql.SQL("null")
    return sql.Literal(f"00000000-0000-0000-0000-00000000000{relation}" if kind == "uuid" else relation)


def _array(cells: list[str]) -> sql.Composable:
    return sql.SQL("{}::text[]").format(sql.Literal(cells)) if cells else sql.SQL("array[]::text[]")


def _other_than(table: QualifiedName) -> str:
    return "argument" if table.name != "argument" else "given"
