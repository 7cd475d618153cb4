"""Import tables, and the trigger that tells records within the caller's import level from those beyond.

The trigger sees each statement's new records as they are in the table: defaults, stamps and carried columns included.
Records beyond the level are refused where they come through the import table, and counted where the entity has a
budget for creating.  Trigger and import table depend on names alone; levels are in the function.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from psycopg import sql

from rls.compiler.fields import Fields
from rls.compiler.held import Together, holds
from rls.compiler.owners import TEAMS, Argument
from rls.compiler.predicates import LEVELS
from rls.compiler.privileges import fillable
from rls.definition.model import Role
from rls.names import RIGHTS_SCHEMA, Installation, QualifiedName, checked
from rls.resources import template
from rls.state.facts import Table
from rls.state.imports import ImportTable
from rls.state.made import Routine, Trigger
from rls.state.objects import Grant, Object

TRIGGER = "rowlock_created"

IMPORTABLE = {level: f"importable_{level.name}" for level in LEVELS}
"""Level → the variable that lists the cells the caller may import that far, by whatever role."""


@dataclass(frozen=True)
class Importing:
    """The import table and trigger of one entity.  ``reach`` are the arguments that say whom the caller reaches."""

    fields: Fields
    table: Table
    reach: Sequence[Argument]
    installation: Installation

    @property
    def name(self) -> QualifiedName:
        """The import table's name."""
        return QualifiedName(self.installation.imports, checked(self.fields.rights.entity.name))

    def objects(self) -> Iterator[Object]:
        """Yield the import table, the trigger, and its function."""
        names, entity = self.installation, self.fields.rights.entity
        columns = tuple((column.name, column.type) for column in fillable(entity, self.table))
        if columns:
            yield ImportTable(self.name, self.table.name, columns, names.rls_owner)
        function = checked(f"created_{entity.name}")
        yield Routine(f"{function}()", self._function(function), (), names.rls_owner)
        yield Trigger(self.table.name, TRIGGER, self._trigger(function))

    def grants(self, role: Role, grantee: str) -> Iterator[Grant]:
        """Yield what a role needs to import: every column, and nothing it could read them back by.

        Another role of the person may create, and fill in what this one may not: what they fill in is asked of the
        table's own privileges when they import.
        """
        rights = self.fields.rights
        columns = tuple(sorted(column.name for column in fillable(rights.entity, self.table)))
        if columns and rights.reaches(role, "import"):
            yield Grant(grantee, self.name.schema, None, "usage")
            yield Grant(grantee, self.name.schema, self.name.name, "insert", columns)

    def _function(self, name: str) -> str:
        rights = self.fields.rights
        overruled = [role.name for role in rights.roles if rights.overruled(role, "import")]
        within = Together(
            table=self.table.name,
            sources=rights.sources,
            levels=self.fields.levels("import", None),
            live=rights.live,
            asking=holds(overruled) if overruled else None,
            asked=IMPORTABLE,
        ).within()
        return (
            template(
                "templates/created.sql",
                function=sql.Identifier(RIGHTS_SCHEMA, name),
                held=sql.SQL(", ").join(self._held(role) for role in rights.roles if rights.reaches(role, "import")),
                arguments=sql.SQL("\n").join(self._variables(asking=bool(overruled))),
                reach=self._reading(),
                row=sql.Identifier(self.table.name.name),
                within=within,
                entity=sql.Literal(rights.entity.name),
            )
            .as_string(None)
            .strip()
        )

    def _held(self, role: Role) -> sql.Composable:
        condition = sql.SQL("pg_catalog.pg_has_role(caller, {}, 'usage')").format(
            sql.Literal(self.installation.database_role(role.name))
        )
        if role.timed:
            condition += sql.SQL(" and rls.in_time({})").format(sql.Literal(role.name))
        return sql.SQL("case when {} then {} end").format(condition, sql.Literal(role.name))

    def _variables(self, *, asking: bool) -> Iterator[sql.Composable]:
        for name, kind, _ in self.reach:
            yield sql.SQL("  {} {};").format(sql.Identifier(name), sql.SQL(kind))
        if asking:
            for level, name in IMPORTABLE.items():
                yield sql.SQL("  {} constant text[] := rls.importable({}, {});").format(
                    sql.Identifier(name), sql.Literal(self.fields.rights.entity.name), sql.Literal(level.name)
                )

    def _reading(self) -> sql.Composable:
        """Return the statement that fills the variables about the caller's reach."""
        if not self.reach:
            return sql.SQL("")
        values = sql.SQL(", ").join(self._value(name, kind) for name, kind, _ in self.reach)
        into = sql.SQL(", ").join(sql.Identifier(name) for name, _, _ in self.reach)
        return sql.SQL(
            "    select {} into {}\n    from rls.reach left join rls.team on team.id = reach.team\n"
            "    where reach.login = caller;"
        ).format(values, into)

    def _value(self, name: str, kind: str) -> sql.Composable:
        if name.endswith("_owners") and self._keyed():
            column = sql.Identifier("team", name.removesuffix("owners") + "keys")
        elif name.startswith(tuple(TEAMS.values())):
            column = sql.Identifier("team", name)
        elif name == "mine":
            column = sql.Identifier("reach", "mine")
        else:
            column = sql.Identifier("reach", "person_key" if self._keyed() else "person_id")
        return sql.SQL("{}::{}").format(column, sql.SQL(kind))

    def _keyed(self) -> bool:
        return any(source.owner and source.owner.holds == "key" for source in self.fields.rights.sources)

    def _trigger(self, function: str) -> str:
        table = sql.Identifier(self.table.name.schema, self.table.name.name)
        importing = sql.SQL("\n  when (coalesce(pg_catalog.current_setting('rowlock.import', true), '') <> '')")
        text = sql.SQL(
            "create or replace trigger {name} after insert on {table} referencing new table as made\n"
            "  for each statement{condition} execute function {function}();\n\n"
            "alter table {table} enable trigger {name}"
        ).format(
            name=sql.Identifier(TRIGGER),
            table=table,
            condition=sql.SQL("") if self.fields.rights.entity.create_budget else importing,
            function=sql.Identifier(RIGHTS_SCHEMA, function),
        )
        return text.as_string(None)
