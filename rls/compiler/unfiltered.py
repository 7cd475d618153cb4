"""Views without policies: every record of an entity, for whoever reads every record of it.

On a table with row security PostgreSQL uses no statistics for conditions that are not leakproof, whatever the policies
say (``statistic_proc_security_check`` in src/backend/utils/adt/selfuncs.c), and behind a barrier no index either.  A
view that belongs to a role above row security has neither: what is asked of it is planned as if there were no rights.
So its privileges are the only gate.  PostgreSQL asks for them whenever a statement runs, and a role has them where no
record of the entity is kept from whoever holds it, whatever else they hold, and reading none of them is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg import sql

from rls.compiler.fields import Fields
from rls.compiler.metering import Metering
from rls.compiler.privileges import shown
from rls.compiler.rights import Rights
from rls.compiler.views import comments, select
from rls.definition.model import Definition, Role
from rls.names import Installation, QualifiedName, checked
from rls.state.facts import Column, Table
from rls.state.made import View
from rls.state.objects import Grant, Object, Policy

POLICY = "unfiltered"
"""The policy by which the owner of these views reads a table, until a superuser sets it above row security."""


@dataclass(frozen=True)
class Unfiltered:
    """The view without policies of one entity."""

    rights: Rights
    table: Table
    installation: Installation

    @property
    def name(self) -> QualifiedName:
        """The view's name."""
        return QualifiedName(self.installation.unfiltered, checked(self.rights.entity.name))

    def objects(self) -> Iterator[Object]:
        """Yield the view, and what its owner reads the table by."""
        owner, table, columns = self.installation.unfiltered_owner, self.table.name, self._columns()
        yield Grant(owner, table.schema, table.name, "select", tuple(sorted(column.name for column in columns)))
        yield Policy(table, POLICY, "select", owner, "true")
        yield View(
            name=self.name,
            columns=tuple(column.name for column in columns),
            query=select(table, [sql.Identifier(table.name, column.name) for column in columns]).as_string(None),
            invoker=False,
            owner=owner,
            comments=comments(self.table, columns),
        )

    def grants(self, role: Role, grantee: str) -> Iterator[Grant]:
        """Yield what a role may read of the view: what it may name of every record."""
        if not reads_everything(self.rights, role):
            return
        withheld = Fields(self.rights).withheld(role, "read")
        named = tuple(sorted(column.name for column in self._columns() if column.name not in withheld))
        yield Grant(grantee, self.name.schema, None, "usage")
        yield Grant(grantee, self.name.schema, self.name.name, "select", named if withheld else None)

    def _columns(self) -> list[Column]:
        return [column for column in self.table.columns if shown(self.rights.entity, column)]


def reads_everything(rights: Rights, role: Role) -> bool:
    """Return whether whoever holds the role reads every record at any time, uncounted, whatever else they hold."""
    return rights.unconditional(role, "read") and not Metering(rights).counts(role)


def unfiltered(definition: Definition) -> dict[str, tuple[str, ...]]:
    """Return role → the entities it reads by their views without policies."""
    found = {entity.name: Rights(definition, entity) for entity in definition.entities}
    return {
        role.name: tuple(name for name, rights in found.items() if reads_everything(rights, role))
        for role in definition.roles
        if not role.abstract
    }
