"""Writing through a reading view with groups of fields: a trigger does to the table what was said of the view.

It runs as whoever writes, so the table's privileges, policies and triggers decide.  Fields the writer does not see
are NULL in the view: what stays as the view showed it is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql

from rls.definition.model import Entity
from rls.names import RIGHTS_SCHEMA, Installation, QualifiedName, checked
from rls.resources import template
from rls.state.facts import Column, Table
from rls.state.made import Routine, Trigger
from rls.state.objects import Object

TRIGGER = "rowlock_write"
_NOT_COMPARABLE = ("json", "xml", "point", "polygon", "circle", "path", "box", "lseg", "line")
"""Types without an equality that tells every value from another: compared as they print."""


@dataclass(frozen=True)
class WritingThrough:
    """The trigger of one reading view, and its function."""

    entity: Entity
    view: QualifiedName
    table: Table
    columns: tuple[Column, ...]
    installation: Installation

    def objects(self) -> Iterator[Object]:
        """Yield the function and the trigger."""
        names = self.installation
        name = checked(f"write_{self.entity.name}")
        yield Routine(f"{name}()", self._function(name), (names.view_owner,), names.rls_owner)
        text = sql.SQL(
            "create or replace trigger {} instead of insert or update or delete on {}\n"
            "  for each row execute function {}()"
        ).format(
            sql.Identifier(TRIGGER),
            sql.Identifier(self.view.schema, self.view.name),
            sql.Identifier(RIGHTS_SCHEMA, name),
        )
        yield Trigger(self.view, TRIGGER, text.as_string(None), on_view=True)

    def _function(self, name: str) -> str:
        key = self.entity.key or self.table.key
        made = [column for column in self.columns if not column.generated]
        values = {
            "function": sql.Identifier(RIGHTS_SCHEMA, name),
            "table": sql.Identifier(self.table.name.schema, self.table.name.name),
            "found_literal": sql.Literal(
                " and ".join(
                    sql.SQL("target.{0} = ($2).{0}").format(sql.Identifier(column)).as_string(None) for column in key
                )
            ),
            "deleted": sql.SQL(" and ").join(
                sql.SQL("target.{0} = old.{0}").format(sql.Identifier(column)) for column in key
            ),
            "changes": sql.SQL("\n    ").join(self._change(column) for column in self.columns),
            "values": sql.SQL("\n  ").join(self._given(column) for column in made),
            "table_name": sql.Literal(sql.Identifier(self.table.name.schema, self.table.name.name).as_string(None)),
            "key_names": sql.Literal(", ".join(sql.Identifier(column).as_string(None) for column in key)),
            "new_key": sql.SQL(", ").join(sql.Identifier("new", column) for column in key),
        }
        return template("templates/write_through.sql", **values).as_string(None).strip()

    def _change(self, column: Column) -> sql.Composed:
        old, new = (sql.Identifier(side, column.name) for side in ("old", "new"))
        text = "::text" if column.type in _NOT_COMPARABLE else ""
        line = "if {new}{cast} is distinct from {old}{cast} then said := said || {assign}::text; end if;"
        return sql.SQL(line).format(
            new=new,
            old=old,
            cast=sql.SQL(text),
            assign=sql.Literal(sql.SQL("{0} = ($1).{0}").format(sql.Identifier(column.name)).as_string(None)),
        )

    def _given(self, column: Column) -> sql.Composed:
        name = sql.Identifier(column.name)
        return sql.SQL("if {} is not null then said := said || {}::text; end if;").format(
            sql.Identifier("new", column.name), sql.Literal(name.as_string(None))
        )
