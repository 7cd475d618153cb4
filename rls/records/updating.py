"""Records that are there already: found by a key, and overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, ClassVar, Literal

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from rls.acting import acting_as
from rls.records.checking import Findings, Record
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


class Updater(Writer):
    """Overwrites records, found by a key; what somebody sees and may not change is a bad row."""

    does: ClassVar[Literal["create", "change"]] = "change"

    def __init__(
        self,
        connection: Connection[Any],
        findings: Findings,
        person: str | None,
        by_column: Mapping[str, str | None],
        target: Target,
        key: str,
    ) -> None:
        super().__init__(connection, findings, person, by_column)
        self.key = key
        self.statement = template(
            "records/update.sql",
            table=target.identifier,
            key=key,
            columns=sql.SQL(", ").join(
                sql.SQL("{0} = given.{0}").format(sql.Identifier(name)) for name in by_column if name != key
            ),
        )

    def _write(self, records: Sequence[Record]) -> int:
        given = [{"number": number, "values": record.values} for number, record in enumerate(records)]
        changed = {number for (number,) in self.connection.execute(self.statement, [Jsonb(given)])}
        for number, record in enumerate(records):
            if number not in changed:
                self.bad(record, "it cannot be changed")
        return len(changed)
