"""The definitions file after loading: every default filled in, every wildcard spelled out.

All classes are frozen and ordered, and every collection is a sorted tuple, so
that equal definitions are equal values and print equal bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Literal

from rls.names import QualifiedName

Operation = Literal["read", "create", "update", "delete", "export", "import"]

OPERATIONS: tuple[Operation, ...] = ("read", "create", "update", "delete", "export", "import")

FIELD_OPERATIONS: tuple[Operation, ...] = ("read", "update")
"""What a role may say of a group of fields: update covers changing them and filling them in at creation."""

FIELD_ACCESS: tuple[Operation, ...] = ("read", "create", "update")
"""What is done with a field: seen, filled in, changed."""

Period = Literal["minute", "hour", "day", "week"]

SeveralRoles = Literal["highest", "explicit"]

PrincipalKind = Literal["person", "department", "subdepartments", "group", "project_group", "everyone"]


class Level(IntEnum):
    """How far a permission reaches; each level contains the one before."""

    none = 0
    own = 1
    department = 2
    subdepartments = 3
    open = 4
    all = 5


@dataclass(frozen=True, order=True)
class Owner:
    """The column that names a record's owner.

    ``holds`` says what it holds: ``id`` (person.id) or ``key`` (person.key, the
    way another application names its people; of any type).
    """

    column: str
    holds: Literal["id", "key"] = "id"


@dataclass(frozen=True, order=True)
class Pipeline:
    """A pipeline and its stages, in the order the file gives them."""

    name: str
    stages: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Parent:
    """A column of a child's table that refers to a record of *entity*."""

    column: str
    entity: str


@dataclass(frozen=True, order=True)
class Carries:
    """The child's columns that carry what its parent's predicate reads."""

    owner: str
    open: str | None = None
    stage: str | None = None
    pipeline: str | None = None


@dataclass(frozen=True, order=True)
class FieldGroup:
    """Columns with rights of their own: seen and written only where their group may be."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, order=True)
class Budget:
    """So many rows in a period of time; by one statement at most ``statement``, where that is said."""

    rows: int
    per: Period
    statement: int | None = None


@dataclass(frozen=True, order=True)
class Entity:
    """A kind of record, kept in one table.

    ``key`` and ``columns`` are None where the table's own primary key and all
    its columns are meant.  ``read_budget`` holds for whoever lacks ``export``,
    ``create_budget`` for whoever lacks ``import``; None is no limit, which
    ``unmetered`` says is meant for reading.
    ``barrier``: people read it through its reading view only.
    """

    name: str
    table: QualifiedName
    owner: Owner | None = None
    open: str | None = None
    stage: str | None = None
    pipeline: str | None = None
    stages: tuple[str, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    parents: tuple[Parent, ...] = ()
    carries: Carries | None = None
    key: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    description: str = ""
    fields: tuple[FieldGroup, ...] = ()
    read_budget: Budget | None = None
    create_budget: Budget | None = None
    barrier: bool = False
    unmetered: bool = False


@dataclass(frozen=True)
class Permission:
    """One line of a role's rights: how far *operation* reaches on *entity*.

    Without ``pipeline`` it speaks of every pipeline that has no rights of its
    own, without ``stage`` of every stage that has none.  With ``fields`` it
    speaks of that group of fields alone.
    """

    entity: str
    operation: Operation
    level: Level
    pipeline: str | None = None
    stage: str | None = None
    fields: str | None = None

    @property
    def order(self) -> tuple[str, str, int, str, str]:
        """What permissions are sorted by: entity, group of fields, operation, pipeline, stage."""
        operation = OPERATIONS.index(self.operation)
        return (self.entity, self.fields or "", operation, self.pipeline or "", self.stage or "")


@dataclass(frozen=True)
class Role:
    """A named set of permissions.  Abstract roles exist only to be extended."""

    name: str
    description: str = ""
    abstract: bool = False
    timed: bool = False
    permissions: tuple[Permission, ...] = ()

    def said(self, entity: str, operation: Operation, fields: str | None = None) -> tuple[Permission, ...]:
        """Return the permissions that speak of an operation on an entity, or on that group of its fields."""
        return self._said.get((entity, operation, fields), ())

    @cached_property
    def _said(self) -> dict[tuple[str, Operation, str | None], tuple[Permission, ...]]:
        found: dict[tuple[str, Operation, str | None], tuple[Permission, ...]] = {}
        for one in self.permissions:
            place = (one.entity, one.operation, one.fields)
            found[place] = (*found.get(place, ()), one)
        return found


@dataclass(frozen=True, order=True)
class Assignment:
    """A role given to a principal by the definitions file.

    ``name`` is a login, a department's path (``Company/East``) or a group's
    name; None for everyone.
    """

    role: str
    kind: PrincipalKind
    name: str | None = None


@dataclass(frozen=True)
class Definition:
    """Everything a definitions file says."""

    several_roles: SeveralRoles = "highest"
    entities: tuple[Entity, ...] = ()
    roles: tuple[Role, ...] = ()
    assignments: tuple[Assignment, ...] = ()

    def entity(self, name: str) -> Entity:
        """Return the entity called *name*; raises KeyError."""
        for entity in self.entities:
            if entity.name == name:
                return entity
        raise KeyError(name)
