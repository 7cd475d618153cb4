"""What the compiler must know of the database it compiles for."""

from __future__ import annotations

from dataclasses import dataclass, field

from rls.names import QualifiedName


@dataclass(frozen=True, order=True)
class Column:
    """A column of a table.

    ``type`` is the type's name as ``format_type`` prints it with an empty
    search path.
    """

    name: str
    type: str
    has_default: bool = False
    identity: bool = False
    generated: bool = False


@dataclass(frozen=True)
class Table:
    """A table: its columns in their order, its primary key, whether it is one a policy can stand on."""

    name: QualifiedName
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """Return the column called *name*, or None."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Facts:
    """Tables by name, and the ids of the principals the definitions file names."""

    tables: dict[QualifiedName, Table] = field(default_factory=dict)
    principals: dict[tuple[str, str], int] = field(default_factory=dict)
