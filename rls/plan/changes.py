"""A change: one object before and after."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from rls.names import RIGHTS_SCHEMA, Installation, QualifiedName
from rls.state.imports import ImportTable
from rls.state.made import Routine, Trigger, View
from rls.state.objects import (
    AssignmentRow,
    BudgetRow,
    DatabaseRole,
    Deviation,
    Function,
    Grant,
    Object,
    PermissionRow,
    Policy,
    RoleRow,
    RowSecurity,
)

Action = Literal["create", "alter", "drop"]

SYMBOLS: dict[Action, str] = {"create": "+", "alter": "~", "drop": "-"}


class Risk(StrEnum):
    """What a change may do to access.

    ``opens``: somebody may reach more; ``closes``: somebody may reach less, or
    queries may fail; ``changes``: either; ``neutral``: neither by itself.
    """

    opens = "opens"
    closes = "closes"
    changes = "changes"
    neutral = "neutral"


class Phase(StrEnum):
    """When a change is made: before, in or after the moment at which rights change."""

    prepare = "prepare"
    switch = "switch"
    clean_up = "clean up"


_RISKS: dict[type, tuple[Risk, Risk, Risk]] = {
    DatabaseRole: (Risk.neutral, Risk.closes, Risk.closes),
    RoleRow: (Risk.neutral, Risk.changes, Risk.closes),
    Function: (Risk.neutral, Risk.changes, Risk.closes),
    Policy: (Risk.opens, Risk.changes, Risk.closes),
    Routine: (Risk.neutral, Risk.changes, Risk.closes),
    View: (Risk.neutral, Risk.changes, Risk.closes),
    ImportTable: (Risk.neutral, Risk.changes, Risk.closes),
    Trigger: (Risk.closes, Risk.changes, Risk.opens),
    RowSecurity: (Risk.closes, Risk.closes, Risk.opens),
    Grant: (Risk.opens, Risk.changes, Risk.closes),
    PermissionRow: (Risk.opens, Risk.changes, Risk.closes),
    BudgetRow: (Risk.closes, Risk.changes, Risk.opens),
    AssignmentRow: (Risk.opens, Risk.changes, Risk.closes),
    Deviation: (Risk.changes, Risk.changes, Risk.changes),
}
"""By type: the risk of creating, altering and dropping."""

_TABLE_LOCKS = (Policy, RowSecurity, Trigger)
_PREPARED = (DatabaseRole, RoleRow, BudgetRow, Policy, Routine)
_CLEANED_UP = (DatabaseRole, RoleRow, Policy, Function, Routine)


@dataclass(frozen=True)
class Change:
    """One object as it is (``before``) and as it shall be (``after``); None where it is not there."""

    before: Object | None
    after: Object | None

    @property
    def object(self) -> Object:
        """The object the change is about."""
        found = self.after if self.after is not None else self.before
        assert found is not None, "a change has a side"
        return found

    @property
    def action(self) -> Action:
        """Create, alter or drop."""
        if isinstance(self.object, Deviation):
            return "alter"
        if self.before is None:
            return "create"
        return "drop" if self.after is None else "alter"

    @property
    def risk(self) -> Risk:
        """What the change may do to access."""
        return _RISKS[type(self.object)][("create", "alter", "drop").index(self.action)]

    @property
    def locks_table(self) -> bool:
        """Whether PostgreSQL takes ACCESS EXCLUSIVE on a table for it."""
        return self.table is not None

    @property
    def table(self) -> QualifiedName | None:
        """The table that is locked."""
        thing = self.object
        if isinstance(thing, Trigger) and thing.on_view:
            return None
        return thing.table if isinstance(thing, (*_TABLE_LOCKS, Deviation)) else None

    @property
    def phase(self) -> Phase:
        """When the change is made, where apply goes by phases.

        A policy that is altered changes what its role sees, so that is part of
        the switch though it locks its table; policies depend on names alone,
        and only another owner column or a change by hand alters one.  What is
        missing of what Rowlock ships comes first, since triggers call it.
        """
        thing = self.object
        if isinstance(thing, Deviation):
            return Phase.prepare if thing.table or thing.is_missing else Phase.switch
        if self.action == "drop":
            return Phase.clean_up if isinstance(thing, _CLEANED_UP) else Phase.switch
        if isinstance(thing, RowSecurity):
            # Opened only when nobody has a right on it any more.
            return Phase.prepare if thing.enabled and thing.forced else Phase.clean_up
        if self.action == "create" and (
            isinstance(thing, _PREPARED) or (isinstance(thing, Trigger) and not thing.on_view)
        ):
            return Phase.prepare
        names_rows = (
            isinstance(thing, Grant)
            and thing.table is None
            and (thing.grantee.endswith("rls_owner") or thing.grantee.endswith("view_owner"))
        )
        return Phase.prepare if names_rows and self.action == "create" else Phase.switch

    def maker(self, installation: Installation) -> str | None:
        """Return the database role that makes the change, and so owns what comes; None: who is logged in."""
        thing = self.object
        by_rls_owner: bool
        if isinstance(thing, Grant):
            if thing.schema in installation.view_owners:
                return installation.view_owners[thing.schema]
            by_rls_owner = thing.schema in (RIGHTS_SCHEMA, installation.imports)
        elif isinstance(thing, View) or (isinstance(thing, Trigger) and thing.on_view):
            owner = installation.view_owners[thing.name.schema if isinstance(thing, View) else thing.table.schema]
            return owner if self._owned(owner) else None
        elif isinstance(thing, DatabaseRole):
            by_rls_owner = self.action != "alter"
        elif isinstance(thing, (Function, Routine)):
            by_rls_owner = self.after is not None and self._owned(thing.owner)
        else:
            by_rls_owner = not isinstance(thing, (*_TABLE_LOCKS, Deviation))
        return installation.rls_owner if by_rls_owner else None

    def _owned(self, owner: str) -> bool:
        """Return whether what is there belongs to *owner*, or nothing is there."""
        return not isinstance(self.before, (Function, Routine, View)) or self.before.owner == owner

    def reverse(self) -> Change:
        """Return the change that takes this one back."""
        return Change(self.after, self.before)

    def __str__(self) -> str:
        return f"{SYMBOLS[self.action]} {self.object.kind} {self.object}"
