"""From what people call a record or a person to its key, many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import Connection, sql

from rls.acting import acting_as
from rls.definition.wording import nearest, shown
from rls.records.fields import Field
from rls.records.table import Reference
from rls.resources import template


class Lookup:
    """The keys that the texts of one field mean; asks the database once for each text.

    For *person*, a record they cannot see is not there.
    """

    def __init__(self, connection: Connection[Any], field: Field, person: str | None = None) -> None:
        assert field.column.reference is not None
        self.connection = connection
        self.reference: Reference = field.column.reference
        self.type = field.column.type_text
        self.person = person if self.reference.governed else None
        self.column = field.column.name
        self.names = field.names
        self.keys: dict[str, tuple[str, ...]] = {}
        self._some_names: list[str] | None = None
        self._hints: dict[str, str] = {}

    def learn(self, texts: Iterable[str]) -> None:
        """Look up the *texts* not yet known, in one column after the other."""
        for name in self.names:
            wanted = sorted({text for text in texts if not self.keys.get(text)})
            if wanted:
                self._ask(name, wanted)

    def forget(self) -> None:
        """Ask again about every text; the table has new records."""
        self.keys.clear()

    def key(self, text: str) -> str | None:
        """Return the key that *text* means, None unless there is exactly one."""
        found = self.keys.get(text, ())
        return found[0] if len(found) == 1 else None

    def refusal(self, text: str) -> str:
        """Return why *text* means no record."""
        found = self.keys.get(text, ())
        if len(found) > 1:
            return (
                f"{len(found)} records of {self.reference.table} are called {shown(text)}: map another column of theirs"
            )
        if not self.names:
            return f"{self.reference.table} has no name to look up: write --map COLUMN.NAME=…"
        return f"nothing in {self.reference.table} has the {' or '.join(self.names)} {shown(text)}{self._hint(text)}"

    def _hint(self, text: str) -> str:
        if self.person is not None:
            return ""
        if self._some_names is None:
            rows = [
                row for name in self.names for row in self.connection.execute(self._query("names", name)).fetchall()
            ]
            self._some_names = [name for (name,) in rows]
        if text not in self._hints:
            near = nearest(text, self._some_names)
            advice = f" Then: --translate {shown(f'{self.column}:{text}=…')}" if near else ""
            self._hints[text] = near + advice
        return self._hints[text]

    def _ask(self, name: str, texts: list[str]) -> None:
        found: dict[str, set[str]] = defaultdict(set)
        for text, key in self.connection.execute(self._query("lookup", name), [texts]):
            if key is not None:
                found[text].add(key)
        if self.person is not None:
            visible = self._visible({key for keys in found.values() for key in keys})
            found = defaultdict(set, {text: keys & visible for text, keys in found.items()})
        self.keys.update({text: tuple(sorted(keys)) for text, keys in found.items()})

    def _visible(self, keys: set[str]) -> set[str]:
        query = template(
            "records/visible.sql",
            table=sql.Identifier(self.reference.table.schema, self.reference.table.name),
            key=self.reference.key,
            type=sql.SQL(self.type),
        )
        try:
            with acting_as(self.connection, self.person or ""):
                return {key for (key,) in self.connection.execute(query, [sorted(keys)])}
        except psycopg.errors.InsufficientPrivilege:
            return set()

    def _query(self, query: str, name: str) -> sql.Composed:
        table = sql.Identifier(self.reference.table.schema, self.reference.table.name)
        key = {"key": self.reference.key} if query == "lookup" else {}
        return template(f"records/{query}.sql", table=table, name=name, **key)
