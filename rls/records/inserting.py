"""New records → the table: by INSERT, or through the entity's import table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import psycopg
from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from rls.names import QualifiedName
from rls.records.checking import Findings, Record
from rls.records.table import Target
from rls.records.writing import Writer
from rls.resources import template

BAD_LINE = re.compile(
    r"^line (?P<line>\d+): (?P<reason>.*) \(SQLSTATE (?P<code>\w{5})(, column (?P<column>.*))?\)$", re.MULTILINE
)
"""What an import says of one record (sql/functions/import_rows.sql)."""

MOST_BAD = 1000
"""Of so many records an import says what is wrong; further ones it does not look at."""


class Inserter(Writer):
    """Inserts records."""

    does: ClassVar[Literal["create", "change"]] = "create"

    def __init__(
        self,
        connection: Connection[Any],
        findings: Findings,
        person: str | None,
        by_column: Mapping[str, str | None],
        target: Target,
    ) -> None:
        super().__init__(connection, findings, person, by_column)
        columns = sql.SQL(", ").join(map(sql.Identifier, by_column))
        self.statement = template("records/insert.sql", table=target.identifier, columns=columns)

    def _write(self, records: Sequence[Record]) -> int:
        self.connection.execute(self.statement, [Jsonb([record.values for record in records])])
        return len(records)


class Refuser(Writer):
    """Creates nothing, for somebody who may not."""

    does: ClassVar[Literal["create", "change"]] = "create"

    def _write(self, records: Sequence[Record]) -> int:
        for record in records:
            self.bad(record, "you may not create such a record")
        return 0


class Importer(Writer):
    """Imports records as *person*: COPY into the entity's import table, which says which of them are bad.

    All of a file in one, so that it is one entry of the log.
    """

    does: ClassVar[Literal["create", "change"]] = "create"
    is_logged: ClassVar[bool] = True

    def __init__(
        self,
        connection: Connection[Any],
        findings: Findings,
        person: str,
        by_column: Mapping[str, str | None],
        into: QualifiedName,
    ) -> None:
        super().__init__(connection, findings, person, by_column)
        columns = sql.SQL(", ").join(map(sql.Identifier, by_column))
        self.copy = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(into.schema, into.name), columns)
        self.kept: list[Record] = []

    def write(self, records: Sequence[Record]) -> int:
        """Keep *records* for the end."""
        self.kept += records
        return 0

    def finish(self) -> int:
        """Import what was kept."""
        records, self.kept = self.kept, []
        return self._attempt(records)

    def _write(self, records: Sequence[Record]) -> int:
        with self.connection.cursor().copy(self.copy) as copy:
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
