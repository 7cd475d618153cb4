"""The definitions file: which tables hold what, which roles may do what with it, who holds them.

::

    YAML ─nodes─▶ tree ─located─▶ data, lines ─validating─▶ schema.File ─checking─▶ (problems) ─resolving─▶ Definition
"""

from rls.definition.levels import Cell, cells, levels
from rls.definition.model import (
    FIELD_ACCESS,
    FIELD_OPERATIONS,
    OPERATIONS,
    Assignment,
    Budget,
    Carries,
    Definition,
    Entity,
    FieldGroup,
    Level,
    Operation,
    Owner,
    Parent,
    Permission,
    Pipeline,
    PrincipalKind,
    Role,
    SeveralRoles,
)
from rls.definition.storing import digest, dump, parse

__all__ = [
    "FIELD_ACCESS",
    "FIELD_OPERATIONS",
    "OPERATIONS",
    "Assignment",
    "Budget",
    "Carries",
    "Cell",
    "Definition",
    "Entity",
    "FieldGroup",
    "Level",
    "Operation",
    "Owner",
    "Parent",
    "Permission",
    "Pipeline",
    "PrincipalKind",
    "Role",
    "SeveralRoles",
    "cells",
    "digest",
    "dump",
    "levels",
    "parse",
]
