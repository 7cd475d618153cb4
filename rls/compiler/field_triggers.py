"""Writing fields: what column privileges cannot say, a trigger asks for the record as it was and as it becomes.

Its condition calls a function over the columns that decide who reaches a record.  Trigger and condition depend on names
alone; levels are in the function.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from psycopg import sql

from rls.compiler.cells import any_of
from rls.compiler.fields import Fields
from rls.compiler.held import Together, covering
from rls.compiler.owners import Argument
from rls.compiler.privileges import column_of, shown
from rls.definition.model import FieldGroup, Operation
from rls.names import RIGHTS_SCHEMA, Installation, QualifiedName, checked
from rls.state.facts import Column, Table
from rls.state.made import Routine, Trigger
from rls.state.objects import Object

VERBS: dict[Operation, str] = {"update": "changes", "create": "fills"}
"""Operation → what the function that decides it begins with."""


@dataclass(frozen=True)
class Writing:
    """The triggers and functions that hold writes of one entity's groups of fields to their levels."""

    fields: Fields
    table: Table
    reach: Sequence[Argument]
    installation: Installation

    def objects(self) -> Iterator[Object]:
        """Yield functions and triggers of every group with a column people may write."""
        for group in self.fields.groups:
            columns = self._writable(group)
            if columns:
                yield from (self._routine(group, operation) for operation in VERBS)
                yield self._on_update(group, columns)
                yield self._on_insert(group, columns)

    def _writable(self, group: FieldGroup) -> list[Column]:
        found = (column_of(self.table, name) for name in group.columns)
        return [column for column in found if not column.generated and shown(self.fields.rights.entity, column)]

    def _deciding(self) -> list[Column]:
        """Return the columns that decide who reaches a record, in the table's order."""
        names = set(
            chain.from_iterable(
                (source.owner and source.owner.column, source.open, source.stage, source.pipeline, source.reference)
                for source in self.fields.rights.sources
            )
        )
        return [column for column in self.table.columns if column.name in names]

    def _name(self, group: FieldGroup, operation: Operation) -> str:
        return checked(f"{VERBS[operation]}_{self.fields.rights.entity.name}_{group.name}")

    def _routine(self, group: FieldGroup, operation: Operation) -> Routine:
        name, columns = self._name(group, operation), self._deciding()
        arguments = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.type)) for column in columns
        )
        known = [("held", self._held()), *((argument, value) for argument, _, value in self.reach)]
        caller = sql.SQL(", ").join(
            sql.SQL("{} as {}").format(value, sql.Identifier(argument)) for argument, value in known
        )
        text = sql.SQL(
            "create or replace function {}({})\n  returns boolean\n  language sql\n  stable\n  parallel safe\n"
            "  return coalesce((\n    select {}\n    from (select {} offset 0) as caller\n  ), false)"
        ).format(sql.Identifier(RIGHTS_SCHEMA, name), arguments, self._allowed(name, group, operation), caller)
        signature = f"{name}({', '.join(column.type for column in columns)})"
        return Routine(signature, text.as_string(None), (self.installation.everyone,), self.installation.rls_owner)

    def _allowed(self, function: str, group: FieldGroup, operation: Operation) -> sql.Composable:
        levels, record = self.fields.levels(operation, group.name), self.fields.levels(operation, None)
        rights = self.fields.rights
        # Columns are the function's arguments, named after it.
        there = QualifiedName(self.table.name.schema, function)
        return any_of([covering(levels, record), Together(there, rights.sources, levels, rights.live).within()])

    def _held(self) -> sql.Composable:
        timed = sorted(role.name for role in self.fields.rights.roles if role.timed)
        if not timed:
            return sql.SQL("(select rls.roles_now())")
        names = sql.SQL(", ").join(map(sql.Literal, timed))
        return sql.SQL(
            "array(select role.name from pg_catalog.unnest(rls.roles_now()) as role (name)"
            " where role.name <> all (array[{}]) or rls.in_time(role.name))"
        ).format(names)

    def _on_update(self, group: FieldGroup, columns: Sequence[Column]) -> Trigger:
        written = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
        event = sql.SQL("before update of {}").format(written)
        old, new = (self._asks(group, "update", side) for side in ("old", "new"))
        return self._trigger(group, columns, "change", event, sql.SQL("not ({} and {})").format(old, new))

    def _on_insert(self, group: FieldGroup, columns: Sequence[Column]) -> Trigger:
        given = sql.SQL(" or ").join(
            sql.SQL("new.{} is distinct from {}").format(sql.Identifier(column.name), sql.SQL(column.default or "null"))
            for column in columns
        )
        condition = sql.SQL("({}) and not {}").format(given, self._asks(group, "create", "new"))
        return self._trigger(group, columns, "fill", sql.SQL("before insert"), condition)

    def _asks(self, group: FieldGroup, operation: Operation, side: str) -> sql.Composable:
        arguments = sql.SQL(", ").join(sql.Identifier(side, column.name) for column in self._deciding())
        return sql.SQL("{}({})").format(sql.Identifier(RIGHTS_SCHEMA, self._name(group, operation)), arguments)

    def _trigger(
        self,
        group: FieldGroup,
        columns: Sequence[Column],
        verb: str,
        event: sql.Composable,
        condition: sql.Composable,
    ) -> Trigger:
        table = self.table.name
        # After those that carry, see and stamp: PostgreSQL goes by name.
        name = checked(f"rowlock_write_{verb}_{group.name}")
        names = ", ".join(column.name for column in columns)
        text = sql.SQL(
            "create or replace trigger {} {} on {}\n  for each row when (\n"
            "    pg_catalog.row_security_active({}::pg_catalog.regclass)\n"
            "    and not pg_catalog.pg_has_role({}, 'usage')\n    and {}\n  )\n"
            "  execute function rls.refuse_fields({}, {});\n\n"
            "alter table {} enable trigger {}"
        ).format(
            sql.Identifier(name),
            event,
            sql.Identifier(table.schema, table.name),
            sql.Literal(sql.Identifier(table.schema, table.name).as_string(None)),
            sql.Literal(self.installation.owner),
            condition,
            sql.Literal(names),
            sql.Literal(self.fields.rights.entity.name),
            sql.Identifier(table.schema, table.name),
            sql.Identifier(name),
        )
        return Trigger(table, name, text.as_string(None))
