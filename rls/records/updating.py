"""Records that are there already: found by a key, and overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from rls.acting import acting_as
from rls.records.checking import Record
from rls.records.table import Column, Target
from rls.records.writing import Writer
from rls.resources import template


def matches(
    connection: Connection[Any], target: Target, key: Column, person: str | None, values: Iterable[str]
) -> dict[str, int]:
    """Return how many records have each of the values as their key: of those *person* sees, if one is given."""
    kind = sql.SQL(key.type_text)
    query = template("records/matches.sql", table=target.identifier, column=key.name, type=kind)
    with nullcontext() if person is None else acting_as(connection, person):
        return dict(connection.execute(query, [sorted(set(values))]).fetchall())


@dataclass(eq=False)
class Updater(Writer):
    """Overwrites records of *target*, found by *key*; what somebody sees and may not change is a bad row."""

    target: Target
    key: str

    does: ClassVar[Literal["create", "change"]] = "change"

    @cached_property
    def _statement(self) -> sql.Composed:
        changed = (sql.Identifier(name) for name in self.by_column if name != self.key)
        columns = sql.SQL(", ").join(sql.SQL("{0} = given.{0}").format(name) for name in changed)
        return template("records/update.sql", table=self.target.identifier, key=self.key, columns=columns)

    def _write(self, records: Sequence[Record]) -> int:
        given = [{"number": number, "values": record.values} for number, record in enumerate(records)]
        changed = {number for (number,) in self.connection.execute(self._statement, [Jsonb(given)])}
        for number, record in enumerate(records):
            if number not in changed:
                self.bad(record, "it cannot be changed")
        return len(changed)
