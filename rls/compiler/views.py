"""Reading views: what each person may see of every entity, fields included.

A view over groups of fields belongs to the owner of the reading views, who sees the table by one policy: what the
caller's roles reach together (:mod:`rls.compiler.held`).  Which roles those are is a constant of the plan, so that
what is left of policy and fields is what the caller's roles say; and the constant is compared with the roles held when
the view runs, so that a plan that has outlived its caller's roles shows nothing: by the live arrays of whoever sees
records by their owner, else by the view itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from psycopg import sql

from rls.compiler.cells import all_of, any_of
from rls.compiler.fields import Fields
from rls.compiler.held import FIRST, Together, covering, holds, lacks
from rls.compiler.helpers import asked
from rls.compiler.metering import AGAIN, Metering
from rls.compiler.owners import Argument
from rls.compiler.predicates import READABLE
from rls.compiler.privileges import COMMANDS, shown
from rls.compiler.view_triggers import WritingThrough
from rls.definition.model import Entity, FieldGroup, Level, Role
from rls.names import RIGHTS_SCHEMA, Installation, QualifiedName, checked
from rls.state.facts import Column, Table
from rls.state.made import Routine, View
from rls.state.objects import Function, Grant, Object, Policy

POLICY = "reads"
"""The policy and the function by which the reading views' owner sees a table."""

ROLES = sql.SQL("rls.roles()")

CURRENT = "still_held"
"""The function by which a view shows nothing once its caller's roles are others than the plan was made for."""

CURRENT_ARGUMENTS: list[Argument] = [
    ("held", "text[]", ROLES),
    ("still_held", "boolean", sql.SQL("(select rls.roles_now() = rls.roles())")),
]

SEEN = {level: f"seen_{level.name}" for level in READABLE}
"""Level → the argument that lists the cells in which the caller sees a group that far, by whatever role."""


def guarded(entity: Entity) -> bool:
    """Return whether reading needs more than the table's own policies."""
    return bool(entity.fields) or entity.barrier


@dataclass(frozen=True)
class Reading:
    """The reading view of one entity.  ``reach`` are the arguments that say whom the caller reaches."""

    fields: Fields
    table: Table
    reach: Sequence[Argument]
    installation: Installation

    @property
    def entity(self) -> Entity:
        """The entity."""
        return self.fields.rights.entity

    @property
    def name(self) -> QualifiedName:
        """The view's name."""
        return QualifiedName(self.installation.views, checked(self.entity.name))

    def objects(self) -> Iterator[Object]:
        """Yield the view, and what it reads the table by."""
        if guarded(self.entity):
            yield from self._policy()
            for group in self.entity.fields:
                yield self._function(sees(group), self._sees(group), self._seen_arguments(group))
            yield from self.fields.rows()
            yield self._function(CURRENT, self._together().current(), CURRENT_ARGUMENTS)
        yield View(
            name=self.name,
            columns=tuple(column.name for column in self._columns()),
            query=self._query().as_string(None),
            invoker=not guarded(self.entity),
            owner=self.installation.view_owner,
            comments=comments(self.table, self._columns()),
        )
        if guarded(self.entity):
            columns = tuple(self._columns())
            yield from WritingThrough(self.entity, self.name, self.table, columns, self.installation).objects()

    def _columns(self) -> list[Column]:
        return [column for column in self.table.columns if shown(self.entity, column)]

    def _policy(self) -> Iterator[Object]:
        owner, table = self.installation.view_owner, self.table.name
        arguments, rows, metering = self._policy_arguments(), self._together(), Metering(self.fields.rights)
        body = rows.rows()
        if counts := self.entity.read_budget is not None:
            again = replace(rows, finds=(), prefix=AGAIN)
            body = all_of([body, any_of([self._exporting(), metering.clause(again)])])
        yield self._function(POLICY, body, arguments, volatile=counts)
        yield Policy(table, POLICY, "select", owner, self._call(POLICY, arguments).as_string(None))
        # Functions take whole rows, also of what nobody may name.
        names = tuple(sorted(column.name for column in self.table.columns))
        yield Grant(owner, table.schema, table.name, "select", names)

    def _function(
        self, name: str, body: sql.Composable, arguments: Sequence[Argument], *, volatile: bool = False
    ) -> Function:
        types, names = tuple((argument, kind) for argument, kind, _ in arguments), self.installation
        text = body.as_string(None)
        return Function(name, self.table.name, types, text, names.everyone, names.rls_owner, volatile=volatile)

    def _call(self, name: str, arguments: Sequence[Argument]) -> sql.Composed:
        return sql.SQL("{}({}.*, {})").format(
            sql.Identifier(RIGHTS_SCHEMA, name),
            sql.Identifier(self.table.name.name),
            sql.SQL(", ").join(value for _, _, value in arguments),
        )

    def _policy_arguments(self) -> list[Argument]:
        first = [(FIRST_OF[name], kind, _while_held(value)) for name, kind, value in self.reach if name in FIRST_OF]
        cells = [
            (argument, "text[]", asked("readable", self.entity.name, level.name))
            for level, argument in READABLE.items()
        ]
        metering = Metering(self.fields.rights)
        return [("held", "text[]", ROLES), *self.reach, *first, *cells, *metering.arguments([*self.reach, *cells])]

    def _seen_arguments(self, group: FieldGroup) -> list[Argument]:
        cells = [
            (argument, "text[]", asked("seen", self.entity.name, group.name, level.name))
            for level, argument in SEEN.items()
        ]
        return [("held", "text[]", ROLES), *self.reach, *cells]

    def _exporting(self) -> sql.Composable:
        """Return what is true for whoever carries away all they read, as far as a constant can tell."""
        rights = self.fields.rights
        unsure = [role.name for role in rights.roles if role.timed or rights.overruled(role, "export")]
        covers = covering(self.fields.levels("export", None), self.fields.levels("read", None))
        return all_of([lacks(unsure), covers])

    def _together(self) -> Together:
        rights = self.fields.rights
        timed = [role.name for role in rights.roles if role.timed]
        overruled = [role.name for role in rights.roles if rights.overruled(role, "read")]
        return Together(
            table=self.table.name,
            sources=rights.sources,
            levels=self.fields.levels("read", None),
            live=rights.live,
            asking=holds([*timed, *overruled]) if timed or overruled else None,
            asked=READABLE,
        )

    def _sees(self, group: FieldGroup) -> sql.Composable:
        rights = self.fields.rights
        levels, record = self.fields.levels("read", group.name), self.fields.levels("read", None)
        timed = [role.name for role in rights.roles if role.timed]
        asking = holds(timed) if timed else None
        together = Together(self.table.name, rights.sources, levels, rights.live, asking, SEEN)
        # What a timed role shows, and what it lets read, both end with its time: no constant can tell.
        return any_of([all_of([lacks(timed), covering(levels, record)]), together.within()])

    def _query(self) -> sql.Composed:
        name = (self.table.name.schema, self.table.name.name)
        table = sql.Identifier(self.table.name.name)
        groups = {column: group for group in self.entity.fields for column in group.columns}
        columns = []
        for column in self._columns():
            value: sql.Composable = sql.SQL("{}.{}").format(table, sql.Identifier(column.name))
            if column.name in groups:
                group = groups[column.name]
                call = self._call(sees(group), self._seen_arguments(group))
                # NULL with the column's length: a view's column cannot change its type when it joins a group.
                value = sql.SQL("case when {0} then {1} else (null::{2}).{3} end as {3}").format(
                    call, value, sql.Identifier(*name), sql.Identifier(column.name)
                )
            columns.append(value)
        text = select(self.table.name, columns)
        if guarded(self.entity):
            text += sql.SQL("\nwhere {}").format(self._call(CURRENT, CURRENT_ARGUMENTS))
        if self.entity.barrier:
            # What is said of the view is looked at when the rows have been chosen.
            text += sql.SQL("\noffset 0")
        return text

    def grants(self, role: Role, grantee: str) -> Iterator[Grant]:
        """Yield what a role may do with the view; what it may do with the rows, the table's policies say."""
        rights, where = self.fields.rights, (self.name.schema, self.name.name)
        reached = [command for operation, command in COMMANDS.items() if rights.reaches(role, operation)]
        if reached:
            yield Grant(grantee, self.name.schema, None, "usage")
        yield from (Grant(grantee, *where, command) for command in reached)


def _while_held(value: sql.Composable) -> sql.Composable:
    """Return a value, and null once the caller's roles are others than the plan was made for."""
    return sql.SQL("(select case when rls.roles_now() = {} then {} end)").format(ROLES, value)


FIRST_OF = {
    "mine": FIRST[Level.own],
    "department_reached": FIRST[Level.department],
    "subtree_reached": FIRST[Level.subdepartments],
}
"""Argument → the same for the condition that stands first: a sub-select may be used once."""


def select(table: QualifiedName, columns: Sequence[sql.Composable]) -> sql.Composed:
    """Return the query of a view over one table."""
    return sql.SQL("select\n  {}\nfrom {} as {}").format(
        sql.SQL(",\n  ").join(columns), sql.Identifier(table.schema, table.name), sql.Identifier(table.name)
    )


def comments(table: Table, columns: Sequence[Column]) -> tuple[tuple[str, str], ...]:
    """Return what a view says of itself and its columns: what the table does."""
    said = [("", table.comment), *((column.name, column.comment) for column in columns)]
    return tuple(sorted((column, text) for column, text in said if text))


def sees(group: FieldGroup) -> str:
    """Return the name of the function that says whether a group is seen in a row."""
    return checked(f"sees_{group.name}")


def routines(roles: Sequence[Role], installation: Installation) -> Iterator[Routine]:
    """Yield the functions that say which roles the caller holds: now, and as a constant of a plan.

    ``rls.roles()`` stands between plan and constant: altering it makes every
    session plan anew.
    """
    names = sql.SQL(", ").join(
        sql.SQL("case when pg_catalog.pg_has_role({}, 'usage') then {} end").format(
            sql.Literal(installation.database_role(role.name)), sql.Literal(role.name)
        )
        for role in roles
    )
    held = sql.SQL("pg_catalog.array_remove(array[{}]::text[], null)").format(names)
    body = sql.SQL(
        "create or replace function rls.{name}()\n  returns text[]\n  language plpgsql\n  {volatility}\n"
        "  parallel safe\n  set search_path = pg_catalog, pg_temp\nas $$\nbegin\n  return {held};\nend\n$$"
    )
    for name, volatility in (("roles_now", "stable"), ("folded_roles", "immutable")):
        text = body.format(name=sql.Identifier(name), volatility=sql.SQL(volatility), held=held)
        yield Routine(f"{name}()", text.as_string(None), (installation.everyone,), installation.rls_owner)
    wrapper = (
        "create or replace function rls.roles()\n  returns text[]\n  language sql\n  stable\n  parallel safe\n"
        "  return rls.folded_roles()"
    )
    yield Routine("roles()", wrapper, (installation.everyone,), installation.rls_owner)
