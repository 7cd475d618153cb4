"""New records → the table: by INSERT, or through the entity's import table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from rls.names import QualifiedName
from rls.records.checking import Record
from rls.records.table import Target
from rls.records.writing import Writer
from rls.resources import template

BAD_LINE = re.compile(
    r"^line (?P<line>\d+): (?P<reason>.*) \(SQLSTATE (?P<code>\w{5})(, column (?P<column>.*))?\)$", re.MULTILINE
)
"""What an import says of one record (sql/functions/import_rows.sql)."""

MOST_BAD = 1000
"""Of so many records an import says what is wrong; further ones it does not look at."""


@dataclass(eq=False)
class Inserter(Writer):
    """Inserts records into *target*."""

    target: Target

    does: ClassVar[Literal["create", "change"]] = "create"

    @cached_property
    def _statement(self) -> sql.Composed:
        return template("records/insert.sql", table=self.target.identifier, columns=_names(self.by_column))

    def _write(self, records: Sequence[Record]) -> int:
        self.connection.execute(self._statement, [Jsonb([record.values for record in records])])
        return len(records)


class Refuser(Writer):
    """Creates nothing, for somebody who may not."""

    does: ClassVar[Literal["create", "change"]] = "create"

    def _write(self, records: Sequence[Record]) -> int:
        for record in records:
            self.bad(record, "you may not create such a record")
        return 0


@dataclass(eq=False)
class Importer(Writer):
    """Imports records as *person*: COPY into the entity's import table *into*, which says which of them are bad.

    All of a file in one, so that it is one entry of the log.
    """

    into: QualifiedName
    _kept: list[Record] = field(default_factory=list, init=False)

    does: ClassVar[Literal["create", "change"]] = "create"
    is_logged: ClassVar[bool] = True

    @cached_property
    def _copy(self) -> sql.Composed:
        table = sql.Identifier(self.into.schema, self.into.name)
        return sql.SQL("copy {} ({}) from stdin").format(table, _names(self.by_column))

    def write(self, records: Sequence[Record]) -> int:
        """Keep *records* for the end."""
        self._kept += records
        return 0

    def finish(self) -> int:
        """Import what was kept."""
        records, self._kept = self._kept, []
        return self._attempt(records)

    def _write(self, records: Sequence[Record]) -> int:
        with self.connection.cursor().copy(self._copy) as copy:
            for record in records:
                copy.write_row([record.values[column] for column in self.by_column])
        return len(records)

    def _without_the_bad(self, records: Sequence[Record], error: psycopg.Error) -> int:
        bad = {int(found["line"]): found for found in BAD_LINE.finditer(error.diag.message_detail or "")}
        if not bad or len(bad) == MOST_BAD < len(records):
            return super()._without_the_bad(records, error)
        for line, found in bad.items():
            self.bad(records[line - 1], found["reason"], found["code"], found["column"] or "")
        return self._attempt([record for line, record in enumerate(records, 1) if line not in bad])


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
