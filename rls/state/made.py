"""Objects known by the text that makes them: functions that are no predicates, reading views, triggers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rls.names import RIGHTS_SCHEMA, QualifiedName


@dataclass(frozen=True, order=True)
class Routine:
    """A function of schema ``rls`` that is no predicate: known by the text that makes it.

    ``name`` is that of the function with its argument types; ``grantees`` alone
    may execute it, besides ``owner``.
    """

    kind: ClassVar = "routine"
    name: str
    text: str
    grantees: tuple[str, ...]
    owner: str

    @property
    def identity(self) -> tuple[str, ...]:
        """Name and argument types."""
        return (self.name,)

    def __str__(self) -> str:
        return f"{RIGHTS_SCHEMA}.{self.name}"


@dataclass(frozen=True, order=True)
class View:
    """A reading view.

    ``invoker``: the tables' own policies and privileges hold below it;
    ``comments`` are (column, text), and ('', text) of the view itself.
    """

    kind: ClassVar = "view"
    name: QualifiedName
    columns: tuple[str, ...]
    query: str
    invoker: bool
    owner: str
    comments: tuple[tuple[str, str], ...] = ()

    @property
    def identity(self) -> tuple[str, ...]:
        """The name."""
        return (self.name.schema, self.name.name)

    def __str__(self) -> str:
        return str(self.name)


@dataclass(frozen=True, order=True)
class Trigger:
    """A trigger, known by the text that makes it; ``on_view``: on a reading view, so that no table is locked."""

    kind: ClassVar = "trigger"
    table: QualifiedName
    name: str
    text: str
    on_view: bool = False

    @property
    def identity(self) -> tuple[str, ...]:
        """Table and name."""
        return (self.table.schema, self.table.name, self.name)

    def __str__(self) -> str:
        return f"{self.name} on {self.table}"
