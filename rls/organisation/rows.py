"""CSV files, row by row, each value knowing its file, line and column."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rls.definition.wording import shown, unknown
from rls.errors import InputError, Problem

UNDECODED = range(0xDC80, 0xDD00)
"""What ``surrogateescape`` makes of a byte that is not in the file's encoding."""


@dataclass(frozen=True)
class Row:
    """One row: its values by the header's names, and where it stands."""

    file: str
    line: int
    text: str
    header: tuple[str, ...]
    fields: tuple[str, ...]
    delimiter: str = ","

    def value(self, column: str) -> str:
        """Return the value under *column*, without white space around it."""
        return self.fields[self.header.index(column)].strip()

    def place(self, column: str | None = None) -> str:
        """Return ``file:line`` or, for a column, ``file:line:character``."""
        if column is None or column not in self.header:
            return f"{self.file}:{self.line}"
        line, character = field_position(self.text, self.header.index(column), self.delimiter)
        return f"{self.file}:{self.line + line}:{character}"


def field_position(text: str, index: int, delimiter: str = ",") -> tuple[int, int]:
    """Return (lines further down, character from 1) where field *index* of a raw row begins."""
    quoted, field, line, start = False, 0, 0, 0
    for position, character in enumerate(text):
        if field == index:
            return line, position - start + 1
        if character == '"':
            quoted = not quoted
        elif character == "\n":
            line, start = line + 1, position + 1
        elif not quoted and character == delimiter:
            field += 1
    return line, len(text.rstrip("\r\n")) - start + 1


def delimiter_named(text: str) -> str:
    """Return the delimiter written *text*: one character, or "tab" or a backslash and a t.

    :raises InputError: something else.
    """
    delimiter = "\t" if text in ("\\t", "tab") else text
    if len(delimiter) != 1 or delimiter in '"\r\n ':
        message = "must be one character, such as ; or | or \\t"
        raise InputError([Problem("--delimiter", "", f"{shown(text)} {message}")])
    return delimiter


class Table:
    """A CSV file: its header, and its rows as they are read.

    Misshapen rows are left out of :meth:`rows` and described in ``problems``.
    """

    def __init__(self, path: Path, delimiter: str = ",", encoding: str = "utf-8") -> None:
        """Read the header; raises InputError when there is none or it repeats a name."""
        self.path = path
        self.delimiter = delimiter_named(delimiter)
        self.encoding = "utf-8-sig" if encoding.lower().replace("-", "") == "utf8" else encoding
        self.problems: list[Problem] = []
        self.header = self._header()

    def _lines(self, kept: list[str]) -> Iterator[str]:
        with self.path.open(encoding=self.encoding, errors="surrogateescape", newline="") as file:
            for line in file:
                kept.append(line)
                yield line

    def _records(self) -> Iterator[tuple[int, str, list[str]]]:
        """Yield (line, raw text, fields) of every record, the header included."""
        kept: list[str] = []
        reader = csv.reader(self._lines(kept), delimiter=self.delimiter, strict=True)
        line = 1
        while True:
            try:
                fields = next(reader)
            except StopIteration:
                return
            except (csv.Error, UnicodeError) as error:
                advice = "say --encoding" if isinstance(error, UnicodeError) else "close or double the quotation mark"
                message = f"not readable as CSV ({error}): {advice}"
                self.problems.append(Problem(f"{self.path}:{line}", "", message))
                return
            yield line, "".join(kept), fields
            line += len(kept)
            kept.clear()

    def _header(self) -> tuple[str, ...]:
        header = self._first_record()
        named = [name for name in header if name]
        repeated = sorted({name for name in named if named.count(name) > 1})
        problem = ""
        if not named:
            problem = "no header: the first line must name the columns"
        elif repeated:
            problem = f"the header names {', '.join(repeated)} twice: rename one"
        elif len(header) == 1 and (other := next((mark for mark in ";\t|" if mark in header[0]), None)):
            problem = f"the header has one column: is the delimiter {other!r}? Say --delimiter {other!r}"
        if problem:
            raise InputError([Problem(f"{self.path}:1", "", problem)])
        return header

    def _first_record(self) -> tuple[str, ...]:
        try:
            record = next(self._records(), None)
        except (OSError, LookupError) as error:
            raise InputError([Problem(str(self.path), "", f"cannot be read: {error}")]) from None
        if self.problems:
            raise InputError(self.problems)
        return tuple(name.strip() for name in record[2]) if record else ()

    def rows(self) -> Iterator[Row]:
        """Yield every well-shaped row, top to bottom."""
        self.problems.clear()
        records = self._records()
        next(records, None)
        for line, text, fields in records:
            if not any(field.strip() for field in fields):
                continue
            row = Row(str(self.path), line, text, self.header, tuple(fields), self.delimiter)
            message = self._shape(text, fields)
            if message:
                self.problems.append(Problem(row.place(), "", message))
            else:
                yield row

    def _shape(self, text: str, fields: list[str]) -> str:
        if len(fields) != len(self.header):
            return f"{len(fields)} values under {len(self.header)} column names: check delimiters and quotation marks"
        if "\0" in text:
            return "holds a zero byte, which PostgreSQL cannot store: remove it"
        if not text.isascii() and any(ord(character) in UNDECODED for character in text):
            return (
                f"not {self.encoding.removesuffix('-sig')}: save the file as UTF-8 or say --encoding, such as latin-1"
            )
        return ""

    def require(self, column: str, place: str) -> Problem | None:
        """Return what is wrong with naming *column*, or None when the header has it."""
        if column in self.header:
            return None
        return Problem(f"{self.path}:1", place, unknown("column", column, filter(None, self.header)))
