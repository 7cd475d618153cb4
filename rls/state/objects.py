"""The objects Rowlock manages in PostgreSQL, as plain values.

Desired and current state are the same type, so that comparing them is equality
of values.  ``identity`` is what stays when an object is altered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from rls.names import RIGHTS_SCHEMA, QualifiedName
from rls.state.imports import ImportTable
from rls.state.made import Routine, Trigger, View

Command = Literal["select", "insert", "update", "delete"]

PUBLIC = ""
"""The grantee that means everybody; no role can have an empty name."""


@dataclass(frozen=True, order=True)
class DatabaseRole:
    """The database role of a role of the definitions file: NOLOGIN, without attributes.

    ``attributes`` are those it has all the same, such as ``login``.
    """

    kind: ClassVar = "database role"
    name: str
    attributes: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, ...]:
        """What names the role."""
        return (self.name,)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, order=True)
class Function:
    """A predicate function: a row and the caller's reach in, a boolean out.

    ``arguments`` are (name, type) after the row itself; ``body`` is the
    expression after RETURN; ``grantee`` alone may execute it, besides ``owner``.
    ``row`` is set where the row is not called by its table's name: the table was
    renamed since.  ``volatile``: it counts the rows it lets through, which no
    parallel worker can.
    """

    kind: ClassVar = "function"
    name: str
    table: QualifiedName
    arguments: tuple[tuple[str, str], ...]
    body: str
    grantee: str
    owner: str
    row: str | None = None
    volatile: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments' names, which only a new function can change."""
        return (self.row or self.table.name, *(name for name, _ in self.arguments))

    @property
    def identity(self) -> tuple[str, ...]:
        """Name and argument types."""
        return (self.name, str(self.table), *(kind for _, kind in self.arguments))

    def __str__(self) -> str:
        return f"{RIGHTS_SCHEMA}.{self.name}({self.table})"


@dataclass(frozen=True, order=True)
class Policy:
    """A permissive policy for one command and one database role.

    What UPDATE says of a row as it is, PostgreSQL takes for the row as it
    becomes, too: said again it would be read twice by every session.
    """

    kind: ClassVar = "policy"
    table: QualifiedName
    name: str
    command: Command
    role: str
    using: str | None = None
    with_check: str | None = None

    @property
    def identity(self) -> tuple[str, ...]:
        """Table and name."""
        return (self.table.schema, self.table.name, self.name)

    def __str__(self) -> str:
        return f"{self.name} on {self.table}"


@dataclass(frozen=True, order=True)
class RowSecurity:
    """Whether a table's row security is enabled and forced."""

    kind: ClassVar = "row security"
    table: QualifiedName
    enabled: bool = True
    forced: bool = True

    @property
    def identity(self) -> tuple[str, ...]:
        """The table."""
        return (self.table.schema, self.table.name)

    def __str__(self) -> str:
        return f"of {self.table}"


@dataclass(frozen=True, order=True)
class Grant:
    """A privilege of *grantee*.

    On a schema (``table`` None), on a whole table (``columns`` None) or on
    columns only.
    """

    kind: ClassVar = "grant"
    grantee: str
    schema: str
    table: str | None
    privilege: str
    columns: tuple[str, ...] | None = None
    grantable: bool = False

    @property
    def identity(self) -> tuple[str, ...]:
        """Everything but the columns and the grant option."""
        shape = "columns" if self.columns is not None else "whole"
        return (self.grantee, self.schema, self.table or "", self.privilege, shape)

    def __str__(self) -> str:
        where = f"{self.schema}.{self.table}" if self.table else f"schema {self.schema}"
        columns = f" ({', '.join(self.columns)})" if self.columns is not None else ""
        option = " with grant option" if self.grantable else ""
        return f"{self.privilege}{columns} on {where} to {self.grantee or 'PUBLIC'}{option}"


@dataclass(frozen=True, order=True)
class RoleRow:
    """A row of ``rls.role``: which database role stands for a role, and whether it follows the clock."""

    kind: ClassVar = "role"
    name: str
    database_role: str
    timed: bool

    @property
    def identity(self) -> tuple[str, ...]:
        """The role's name."""
        return (self.name,)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, order=True)
class PermissionRow:
    """A row of ``rls.permission``: a role's level for an operation in one cell of an entity."""

    kind: ClassVar = "permission"
    role: str
    entity: str
    operation: str
    cell: str
    level: str
    explicit: bool

    @property
    def identity(self) -> tuple[str, ...]:
        """Everything but the level."""
        return (self.role, self.entity, self.operation, self.cell)

    def __str__(self) -> str:
        return f"{self.role}: {self.operation} {self.entity} at {self.cell} {self.level}"


@dataclass(frozen=True, order=True)
class BudgetRow:
    """A row of ``rls.budget``: how many rows are read or created in a window of time."""

    kind: ClassVar = "budget"
    entity: str
    counted: str
    rows: int
    per: str
    statement: int

    @property
    def identity(self) -> tuple[str, ...]:
        """The entity, and what is counted."""
        return (self.entity, self.counted)

    def __str__(self) -> str:
        return f"{self.counted} {self.entity} {self.rows} per {self.per}"


@dataclass(frozen=True, order=True)
class AssignmentRow:
    """A row of ``rls.assignment`` that belongs to the definitions file.

    ``limited``: somebody gave it a beginning or an end, which the file cannot.
    """

    kind: ClassVar = "assignment"
    role: str
    principal_kind: str
    principal_id: int | None
    limited: bool = False

    @property
    def identity(self) -> tuple[str, ...]:
        """All of it."""
        return (self.role, self.principal_kind, str(self.principal_id or ""), "limited" if self.limited else "")

    def __str__(self) -> str:
        principal = self.principal_kind if self.principal_id is None else f"{self.principal_kind} {self.principal_id}"
        return f"{self.role} to {principal}" + (" for a limited time" if self.limited else "")


@dataclass(frozen=True, order=True)
class Deviation:
    """Something Rowlock ships that is not as it was shipped; only a current state has any.

    ``statements`` put it right, ``table`` is locked meanwhile; ``step`` orders
    deviations among themselves.
    """

    kind: str
    name: str
    how: str
    statements: tuple[str, ...]
    table: QualifiedName | None = None
    step: int = 0

    @property
    def identity(self) -> tuple[str, ...]:
        """Its name within its kind, and what is wrong with it."""
        return (self.name, self.how)

    @property
    def is_missing(self) -> bool:
        """Whether there is none."""
        return self.how == "is missing"

    def __str__(self) -> str:
        return f"{self.name} {self.how}"


Object = (
    DatabaseRole
    | RoleRow
    | Routine
    | Function
    | View
    | ImportTable
    | Trigger
    | Policy
    | RowSecurity
    | Grant
    | PermissionRow
    | BudgetRow
    | AssignmentRow
    | Deviation
)


@dataclass(frozen=True)
class State:
    """All rights of a database: a set of objects, in no order that matters."""

    objects: frozenset[Object] = frozenset()

    def having(self, more: Iterable[Object]) -> State:
        """Return the state with *more* in it."""
        return State(self.objects | frozenset(more))

    def by_identity(self) -> dict[tuple[str, ...], Object]:
        """Return the objects by kind and identity."""
        return {(thing.kind, *thing.identity): thing for thing in self.objects}
