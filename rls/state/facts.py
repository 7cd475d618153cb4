"""What the compiler must know of the database it compiles for."""

from __future__ import annotations

from dataclasses import dataclass, field

from rls.names import QualifiedName


@dataclass(frozen=True, order=True)
class Column:
    """A column of a table.

    ``type`` is the type's name as ``format_type`` prints it with an empty
    search path; ``compared_as`` the type it is compared in when it names
    people, None where it cannot name any.  ``computed_of`` are the columns a
    generated column reads, ``default`` the expression a new row has there.
    """

    name: str
    type: str
    has_default: bool = False
    identity: bool = False
    generated: bool = False
    compared_as: str | None = None
    not_null: bool = False
    computed_of: tuple[str, ...] = ()
    default: str = ""
    comment: str = ""

    @property
    def optional(self) -> bool:
        """Whether a row can be created without a value for it."""
        return not self.not_null or self.has_default or self.identity or self.generated


@dataclass(frozen=True)
class Table:
    """A table: its columns in their order, its primary key.

    ``kind`` is what it is instead, such as a view; ``sequences`` are those its
    defaults draw from.
    """

    name: QualifiedName
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    kind: str = "table"
    sequences: tuple[QualifiedName, ...] = ()
    comment: str = ""

    def column(self, name: str) -> Column | None:
        """Return the column called *name*, or None."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Facts:
    """Tables by name, the ids of the principals the definitions file names, and names of tables there are besides."""

    tables: dict[QualifiedName, Table] = field(default_factory=dict)
    principals: dict[tuple[str, str], int] = field(default_factory=dict)
    others: tuple[QualifiedName, ...] = ()
