"""Import tables: what people COPY into, and what carries it from there into an entity's table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from psycopg import Connection

from rls.names import Installation, QualifiedName
from rls.resources import sql_text
from rls.state.reading import Row, rows_of

if TYPE_CHECKING:
    from rls.state.texts import Applied

Key = tuple[str, ...]


@dataclass(frozen=True, order=True)
class ImportTable:
    """An unlogged table without row security that never keeps a row.

    What is written into it, its triggers write into *table* as whoever wrote
    it.  ``sound``: it is as it was made.
    """

    kind: ClassVar = "import table"
    name: QualifiedName
    table: QualifiedName
    columns: tuple[tuple[str, str], ...]
    owner: str
    sound: bool = True

    @property
    def identity(self) -> tuple[str, ...]:
        """The name."""
        return (self.name.schema, self.name.name)

    def comes_of(self, before: object) -> bool:
        """Return whether another one becomes this by adding columns at its end, or by dropping some."""
        if not isinstance(before, ImportTable) or (before.owner, before.table) != (self.owner, self.table):
            return False
        left = tuple(column for column in before.columns if column in self.columns)
        return before.sound and (self.columns == left or self.columns[: len(before.columns)] == before.columns)

    def shrinks(self, before: object) -> bool:
        """Return whether another one becomes this by dropping columns alone."""
        return self.comes_of(before) and isinstance(before, ImportTable) and len(self.columns) < len(before.columns)

    def __str__(self) -> str:
        return str(self.name)


def read_imports(
    connection: Connection[Any], applied: Mapping[Key, Applied], installation: Installation
) -> Iterator[ImportTable]:
    """Yield the import tables that are there."""
    for key, row in _canonical(connection, installation).items():
        known = applied.get(key)
        yield ImportTable(
            QualifiedName(row["schema"], row["name"]),
            _table(known.source if known else ""),
            tuple((name, kind) for name, kind in row["columns"] or ()),
            row["owner"],
            known is not None and known.canonical == row["canonical"],
        )


def _table(text: str) -> QualifiedName:
    schema, _, name = text.partition(".")
    return QualifiedName(schema, name)


def import_records(
    connection: Connection[Any], things: Iterable[object], installation: Installation
) -> Iterator[tuple[str, list[str], str, str]]:
    """Yield kind, identity, table and the server's own text of every import table among *things*."""
    made = [thing for thing in things if isinstance(thing, ImportTable)]
    found = _canonical(connection, installation) if made else {}
    for thing in made:
        yield thing.kind, list(thing.identity), str(thing.table), found[thing.kind, *thing.identity]["canonical"]


def _canonical(connection: Connection[Any], installation: Installation) -> dict[Key, Row]:
    rows = rows_of(connection, sql_text("catalog/imports.sql"), {"schema": installation.imports})
    return {(ImportTable.kind, row["schema"], row["name"]): row for row in rows}
