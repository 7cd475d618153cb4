"""Revisions of rights for Alembic: written from a plan, run in phases, taken back exactly.

Importing this package registers ``op.change_rights`` and ``op.restore_rights``;
a revision's file needs nothing else.
"""

from rls.names import QualifiedName
from rls.revising import operations as _operations
from rls.revising.environment import environment
from rls.revising.revision import Assignment, Rights, alter, create, drop
from rls.state.imports import ImportTable
from rls.state.made import Routine, Trigger, View
from rls.state.objects import BudgetRow, DatabaseRole, Function, Grant, PermissionRow, Policy, RoleRow, RowSecurity

REGISTERED = (_operations.ChangeRights, _operations.RestoreRights)
"""What Alembic knows since this package was imported."""

__all__ = [
    "Assignment",
    "BudgetRow",
    "DatabaseRole",
    "Function",
    "Grant",
    "ImportTable",
    "PermissionRow",
    "Policy",
    "QualifiedName",
    "Rights",
    "RoleRow",
    "Routine",
    "RowSecurity",
    "Trigger",
    "View",
    "alter",
    "create",
    "drop",
    "environment",
]
