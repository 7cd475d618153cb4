"""Records → the table, in batches; a batch the server refuses is halved until the bad rows stand alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from rls.acting import become
from rls.records.checking import Findings, Record
from rls.records.fields import Field
from rls.records.table import Target
from rls.resources import template

ROW_ERRORS = (
    psycopg.errors.IntegrityError,
    psycopg.errors.DataError,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.RaiseException,
)
"""Refusals that one row can cause; anything else ends the load."""


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
                self.connection.execute(self.statement, [Jsonb([record.values for record in records])])
                if self.person is not None:
                    self.connection.execute("reset role")
        except ROW_ERRORS as error:
            if len(records) == 1:
                self._refused(records[0], error)
                return 0
        else:
            return len(records)
        half = len(records) // 2
        return self.insert(records[:half]) + self.insert(records[half:])

    def _refused(self, record: Record, error: psycopg.Error) -> None:
        diagnosis = error.diag
        name = diagnosis.column_name or ""
        message = diagnosis.message_primary or str(error)
        if isinstance(error, psycopg.errors.InsufficientPrivilege) and self.person is not None:
            message = f"{self.person} has no right to create this record ({message})"
        elif diagnosis.message_detail and not diagnosis.message_detail.startswith("Failing row"):
            message = f"{message}: {diagnosis.message_detail}"
        self.findings.problem(record.row, self.by_column.get(name), name, " ".join(message.split()))
