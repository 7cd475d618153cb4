"""Records → the table, in batches; a batch the server refuses is halved until the bad rows stand alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from rls.acting import become
from rls.names import QualifiedName
from rls.records.checking import Findings, Record
from rls.records.fields import Field
from rls.records.table import Target
from rls.resources import template

ROW_ERRORS = (
    psycopg.errors.IntegrityError,
    psycopg.errors.DataError,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.RaiseException,
    psycopg.errors.WithCheckOptionViolation,
)
"""Refusals that one row can cause; anything else ends the load."""

NO_RIGHT = ("42501", "44000")
"""SQLSTATEs of records beyond somebody's rights: to create them, to import them."""

BAD_LINE = re.compile(
    r"^line (?P<line>\d+): (?P<reason>.*) \(SQLSTATE (?P<code>\w{5})(, column (?P<column>.*))?\)$", re.MULTILINE
)
"""What an import says of one record (sql/functions/import_rows.sql)."""


class Inserter:
    """Inserts records, as *person* when one is given."""

    def __init__(
        self,
        connection: Connection[Any],
        target: Target,
        fields: Sequence[Field],
        findings: Findings,
        person: str | None = None,
    ) -> None:
        self.connection = connection
        self.findings = findings
        self.person = person
        self.by_column = {one.column.name: next(iter(one.source.columns), None) for one in fields}
        table = sql.Identifier(target.entity.table.schema, target.entity.table.name)
        columns = sql.SQL(", ").join(map(sql.Identifier, self.by_column))
        self.statement = template("records/insert.sql", table=table, columns=columns)

    def insert(self, records: Sequence[Record]) -> int:
        """Insert *records*, note the refused ones, and return how many went in."""
        if not records:
            return 0
        try:
            with self.connection.transaction():
                if self.person is not None:
                    self.connection.execute(become(self.person))
                self._write(records)
                if self.person is not None:
                    self.connection.execute("reset role")
        except ROW_ERRORS as error:
            return self._without_the_bad(records, error)
        return len(records)

    def _write(self, records: Sequence[Record]) -> None:
        self.connection.execute(self.statement, [Jsonb([record.values for record in records])])

    def _without_the_bad(self, records: Sequence[Record], error: psycopg.Error) -> int:
        """Note the bad ones among refused *records*, insert the others, and return how many went in."""
        if len(records) == 1:
            self._refused(records[0], error)
            return 0
        half = len(records) // 2
        return self.insert(records[:half]) + self.insert(records[half:])

    def _refused(self, record: Record, error: psycopg.Error) -> None:
        diagnosis = error.diag
        message = diagnosis.message_primary or str(error)
        if diagnosis.message_detail and not diagnosis.message_detail.startswith("Failing row"):
            message = f"{message}: {diagnosis.message_detail}"
        self._bad(record, message, error.sqlstate or "", diagnosis.column_name or "")

    def _bad(self, record: Record, message: str, code: str, column: str) -> None:
        if code in NO_RIGHT and self.person is not None:
            message = f"{self.person} has no right to create this record ({message})"
        self.findings.problem(record.row, self.by_column.get(column), column, " ".join(message.split()))


class Importer(Inserter):
    """Imports records as *person*: COPY into the entity's import table, which says which of them are bad."""

    def __init__(
        self,
        connection: Connection[Any],
        target: Target,
        fields: Sequence[Field],
        findings: Findings,
        person: str,
        into: QualifiedName,
    ) -> None:
        super().__init__(connection, target, fields, findings, person)
        columns = sql.SQL(", ").join(map(sql.Identifier, self.by_column))
        self.copy = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(into.schema, into.name), columns)

    def _write(self, records: Sequence[Record]) -> None:
        with self.connection.cursor().copy(self.copy) as copy:
            for record in records:
                copy.write_row([record.values[column] for column in self.by_column])

    def _without_the_bad(self, records: Sequence[Record], error: psycopg.Error) -> int:
        bad = {int(found["line"]): found for found in BAD_LINE.finditer(error.diag.message_detail or "")}
        if not bad:
            return super()._without_the_bad(records, error)
        for line, found in bad.items():
            self._bad(records[line - 1], found["reason"], found["code"], found["column"] or "")
        return self.insert([record for line, record in enumerate(records, 1) if line not in bad])
