"""Records → the table, many by one statement; what the server refuses is halved until the bad rows stand alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import psycopg
from psycopg import Connection

from rls.acting import acting_as
from rls.records.checking import Findings, Record

ROW_ERRORS = (
    psycopg.errors.IntegrityError,
    psycopg.errors.DataError,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.RaiseException,
    psycopg.errors.WithCheckOptionViolation,
)
"""Refusals that one row can cause; anything else ends the load."""

NO_RIGHT = ("42501", "44000")
"""SQLSTATEs of records beyond somebody's rights: to create or change them, to import them."""

TAKEN = "23505"
"""The SQLSTATE of what must be unique and is there already: perhaps in a record that is hidden."""

TELLS_NOTHING = ("new row violates row-level security", "you may not create such a record", "it cannot be changed")
"""How messages begin that say no more than that there is no right."""


@dataclass(eq=False)
class Writer(ABC):
    """Writes records, as *person* when one is given.

    ``by_column``: the table's columns to fill, and the file's they come from;
    ``does``: what it does to a record; ``is_logged``: the database itself logs it.
    """

    connection: Connection[Any]
    findings: Findings
    person: str | None
    by_column: Mapping[str, str | None]

    does: ClassVar[Literal["create", "change"]]
    is_logged: ClassVar[bool] = False

    def write(self, records: Sequence[Record]) -> int:
        """Write *records*, note the refused ones, and return how many are written."""
        return self._attempt(records)

    def finish(self) -> int:
        """Write what was kept back, and return how many records that were."""
        return 0

    def _attempt(self, records: Sequence[Record]) -> int:
        if not records:
            return 0
        try:
            with self._rights():
                return self._write(records)
        except ROW_ERRORS as error:
            return self._without_the_bad(records, error)

    @abstractmethod
    def _write(self, records: Sequence[Record]) -> int:
        """Write all of *records* or fail; return how many that were."""

    def _rights(self) -> AbstractContextManager[object]:
        return self.connection.transaction() if self.person is None else acting_as(self.connection, self.person)

    def _without_the_bad(self, records: Sequence[Record], error: psycopg.Error) -> int:
        """Note the bad ones among refused *records*, write the others, and return how many that were."""
        if len(records) == 1:
            self._refused(records[0], error)
            return 0
        half = len(records) // 2
        return self._attempt(records[:half]) + self._attempt(records[half:])

    def _refused(self, record: Record, error: psycopg.Error) -> None:
        diagnosis = error.diag
        message = diagnosis.message_primary or str(error)
        if diagnosis.message_detail and not diagnosis.message_detail.startswith("Failing row"):
            message = f"{message}: {diagnosis.message_detail}"
        self.bad(record, message, error.sqlstate or "", diagnosis.column_name or "")

    def bad(self, record: Record, message: str, code: str = NO_RIGHT[0], column: str = "") -> None:
        """Note what is wrong with a record; what hidden records do to somebody's own is no more than that."""
        if self.person is not None and code in (*NO_RIGHT, TAKEN):
            why = "" if code == TAKEN or message.startswith(TELLS_NOTHING) else f" ({message})"
            message = f"{self.person} has no right to {self.does} this record{why}"
        self.findings.problem(record.row, self.by_column.get(column), column, " ".join(message.split()))
