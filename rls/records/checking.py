"""Rows of a file → records ready to insert; what is wrong, and what was changed or left empty on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from rls.definition.wording import nearest, one_of, shown
from rls.errors import Problem
from rls.organisation.rows import Row
from rls.records.fields import Field, Options
from rls.records.lookups import Lookup
from rls.records.table import Target
from rls.records.values import ValueRefusedError, convert


@dataclass(frozen=True)
class Record:
    """A row and the values it becomes."""

    row: Row
    values: dict[str, str | None]


@dataclass
class Note:
    """Something done alike to many rows: how many, and where first."""

    text: str
    first: str
    rows: int = 0


@dataclass
class Findings:
    """What was found while reading: bad rows' problems by row, and notes."""

    problems: list[tuple[Row | None, Problem]] = field(default_factory=list)
    notes: dict[str, Note] = field(default_factory=dict)

    def problem(self, row: Row, column: str | None, name: str, message: str) -> None:
        """Note what is wrong with a row."""
        self.problems.append((row, Problem(row.place(column), name, message)))

    def note(self, row: Row, column: str | None, text: str) -> None:
        """Count one more row of which *text* holds."""
        if text not in self.notes:
            self.notes[text] = Note(text, row.place(column))
        self.notes[text].rows += 1


class Checker:
    """Turns rows into records, a batch at a time."""

    def __init__(
        self, connection: Connection[Any], target: Target, fields: Sequence[Field], options: Options, findings: Findings
    ) -> None:
        self.target = target
        self.fields = fields
        self.dates = options.dates
        self.findings = findings
        self.lookups = {
            one.column.name: Lookup(connection, one, options.person)
            for one in fields
            if one.column.reference is not None
        }

    def check(self, rows: Iterable[Row]) -> tuple[list[Record], list[Row]]:
        """Return the good rows' records, and the rows that refer to records of this table not (yet) there."""
        rows = list(rows)
        for one in self.fields:
            if one.column.name in self.lookups:
                self.lookups[one.column.name].learn({text for row in rows if (text := self._text(one, row)[0])})
        records, waiting = [], []
        for row in rows:
            if self._waits(row):
                waiting.append(row)
            elif (record := self._record(row)) is not None:
                records.append(record)
        return records, waiting

    def forget_own(self) -> None:
        """Ask again about records of this very table."""
        for one in self._own():
            self.lookups[one.column.name].forget()

    def refuse(self, rows: Iterable[Row]) -> None:
        """Note why *rows* that waited never found the record they refer to."""
        for row in rows:
            for one in self._own():
                text, place = self._text(one, row)
                if text and self.lookups[one.column.name].key(text) is None:
                    self.findings.problem(row, place, one.column.name, self.lookups[one.column.name].refusal(text))

    def _own(self) -> list[Field]:
        table = self.target.entity.table
        return [one for one in self.fields if one.column.reference and one.column.reference.table == table]

    def _waits(self, row: Row) -> bool:
        texts = ((self.lookups[one.column.name], self._text(one, row)[0]) for one in self._own())
        return any(text and text not in lookup.keys for lookup, text in texts)

    def _text(self, one: Field, row: Row) -> tuple[str, str | None]:
        """Return the text of a field after translation, and the file's column it stands in."""
        text = one.source.value(row)
        return one.translations.get(text, text), next(iter(one.source.columns), None)

    def _record(self, row: Row) -> Record | None:
        """Return the record of *row*, or None after noting what is wrong; notes count good rows only."""
        values: dict[str, str | None] = {}
        notes: list[tuple[str | None, str]] = []
        good = True
        for one in self.fields:
            try:
                values[one.column.name] = self._value(one, row, notes)
            except ValueRefusedError as error:
                self.findings.problem(row, self._text(one, row)[1], one.column.name, str(error))
                good = False
        if not good:
            return None
        for column, text in notes:
            self.findings.note(row, column, text)
        return Record(row, values)

    def _value(self, one: Field, row: Row, notes: list[tuple[str | None, str]]) -> str | None:
        text, column = self._text(one, row)
        name = one.column.name
        if one.translations and (original := one.source.value(row)) != text:
            notes.append((column, f"{name}: {shown(original)} read as {shown(text)}"))
        if not text:
            if one.column.required and not one.column.is_made_by_server:
                raise ValueRefusedError(f"empty, but {name} must have a value")
            notes.append((column, f"{name}: empty, left empty"))
            return None
        if name in self.lookups:
            return self._key(name, text)
        if not one.words:
            return convert(text, one.column, self.dates)
        word = _word(one, text)
        if word != text:
            notes.append((column, f"{name}: {shown(text)} read as {shown(word)}"))
        return word

    def _key(self, name: str, text: str) -> str:
        key = self.lookups[name].key(text)
        if key is None:
            raise ValueRefusedError(self.lookups[name].refusal(text))
        return key


def _word(one: Field, text: str) -> str:
    """Return the allowed word that *text* is in other capitals."""
    if text in one.words:
        return text
    folded = {word.casefold(): word for word in one.words}
    word = folded.get(text.casefold()) or folded.get("_".join(text.casefold().split()))
    if word is None:
        message = f"not a {one.column.name}: {shown(text)}, {one_of(one.words)}{nearest(text, one.words)}"
        raise ValueRefusedError(message)
    return word
