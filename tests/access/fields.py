"""Compare what the server shows and lets a person write of groups of fields with what the oracle says.

Every field of every row holds the row's key, so that what a view shows says whose field it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from tests.access import observer
from tests.access.judge import Difference, Verdict
from tests.access.observer import DONE, Attempt, Outcome
from tests.access.rows import Columns, Row
from tests.oracle.company import Company, Person
from tests.oracle.fields import groups, names_field, sees_field, writes_field
from tests.oracle.oracle import allowed, exists_for, roles_of

VIEWS = "crm_read"


@dataclass
class Examiner:
    """Tries everything a person might do with the groups of fields of one entity."""

    connection: psycopg.Connection
    company: Company
    rows: Sequence[Row]
    verdict: Verdict = field(default_factory=Verdict)

    def __post_init__(self) -> None:
        """Make what watches."""
        observer.prepare(self.connection)
        self._columns = Columns(self.connection, self.company)
        self._entity = self.rows[0].record.entity
        self._table = self._columns.table(self._entity)
        self._view = sql.Identifier(VIEWS, self._entity)
        self._groups = groups(self.company, self._entity)

    def store(self) -> None:
        """Insert every row, as the superuser, with its key in every field."""
        for row in self.rows:
            self.connection.execute(self._columns.store(row))
        every = [column for columns in self._groups.values() for column in columns]
        self.connection.execute(
            sql.SQL("update {} set {}").format(
                self._table, sql.SQL(", ").join(sql.SQL("{} = id::text").format(sql.Identifier(one)) for one in every)
            )
        )

    def examine(self, person: Person, rows: Iterable[Row]) -> None:
        """Compare reading through view and table, and writing each of *rows*."""
        self._reading(person)
        if exists_for(self.company, person, self._entity):
            for row in rows:
                self._changing(person, row)
                self._creating(person, row)

    def _reading(self, person: Person) -> None:
        """Through the view: rows, and fields of rows; on the table: whether a field may be named."""
        readable = {row.key for row in self.rows if allowed(self.company, person, "read", row.record)}
        statements = [_keys(sql.SQL("id::text"), self._view)]
        for columns in self._groups.values():
            for column in map(sql.Identifier, columns):
                statements += [_keys(column, self._view), _found(column, self._view), _keys(column, self._table)]
        rows, *fields = self._observe(person, statements, returns=True)
        self._same(person, statements[0], readable, rows)
        found = iter(zip(statements[1:], fields, strict=True))
        for group, columns in self._groups.items():
            seen = {row.key for row in self.rows if sees_field(self.company, person, row.record, group)}
            for _ in columns:
                for _ in ("shown", "filtered"):
                    self._same(person, *_expected(next(found), seen))
                statement, outcome = next(found)
                named = bool(readable) and names_field(self.company, person, "read", self._entity, group)
                if named or outcome.state == DONE:
                    self._same(person, statement, seen, outcome)

    def _changing(self, person: Person, row: Row) -> None:
        """Change fields of each group, on the table and through the view, and a column of none, which leaves them."""
        here = sql.SQL("where id = {}").format(sql.Literal(row.key))
        updatable = allowed(self.company, person, "update", row.record)
        for group, columns in self._groups.items():
            written = updatable and writes_field(self.company, person, "update", row.record, group)
            for place in (self._table, self._view):
                for column in columns:
                    change = sql.SQL("update {} set {} = 'changed' {}").format(place, sql.Identifier(column), here)
                    probe = sql.SQL("select array_agg(id::text) from {} where {} = 'changed'").format(
                        self._table, sql.Identifier(column)
                    )
                    (outcome,) = self._observe(person, [change], probe=probe)
                    self._agree(person, change, row, oracle=written, server=outcome.found == {row.key})
                    if updatable and not written and outcome.state == DONE:
                        self._differ(person, change, row.record, oracle=False, server=True)
        for place in (self._table, self._view):
            change = sql.SQL("update {} set note = 'changed' {}").format(place, here)
            kept = sql.SQL(" and ").join(
                sql.SQL("{} = id::text").format(sql.Identifier(column))
                for columns in self._groups.values()
                for column in columns
            )
            probe = sql.SQL("select array_agg(id::text) from {} where note = 'changed' and {}").format(
                self._table, kept
            )
            (outcome,) = self._observe(person, [change], probe=probe)
            self._agree(person, change, row, oracle=updatable, server=outcome.found == {row.key})

    def _creating(self, person: Person, row: Row) -> None:
        """Create a row like this one with a field of each group filled in, and with none."""
        values = self._columns.values(row.record, row.parent)
        new = "00000000-0000-4000-8000-00000000ffff" if "-" in row.key else "65535"
        creatable = allowed(self.company, person, "create", row.record)
        for group, columns in [*self._groups.items(), (None, [])]:
            may = creatable and (group is None or writes_field(self.company, person, "create", row.record, group))
            for place in (self._table, self._view):
                filled = {"id": new, **values, **dict.fromkeys(columns[:1], "filled in")}
                insert = sql.SQL("insert into {} ({}) values ({})").format(
                    place,
                    sql.SQL(", ").join(map(sql.Identifier, filled)),
                    sql.SQL(", ").join(map(sql.Literal, filled.values())),
                )
                probe = sql.SQL("select array_agg(id::text) from {} where id = {}").format(
                    self._table, sql.Literal(new)
                )
                (outcome,) = self._observe(person, [insert], probe=probe)
                self._agree(person, insert, row, oracle=may, server=outcome.found == {new})

    def _observe(
        self,
        person: Person,
        statements: Sequence[sql.Composable],
        *,
        returns: bool = False,
        probe: sql.Composable | None = None,
    ) -> list[Outcome]:
        after = None if probe is None else observer.text(probe)
        attempts = [Attempt(person.login, observer.text(one), returns, after) for one in statements]
        return observer.observe(self.connection, attempts)

    def _same(self, person: Person, statement: sql.Composable, keys: set[str], outcome: Outcome) -> None:
        """Compare the keys a statement shows; a refusal shows none."""
        for row in self.rows:
            self._agree(person, statement, row, oracle=row.key in keys, server=row.key in outcome.found)
        for key in outcome.found - {row.key for row in self.rows}:
            self._differ(person, statement, key, oracle=False, server=True)

    def _agree(self, person: Person, statement: sql.Composable, row: Row, *, oracle: bool, server: bool) -> None:
        self.verdict.decisions += 1
        if oracle != server:
            self._differ(person, statement, row.record, oracle=oracle, server=server)

    def _differ(self, person: Person, statement: sql.Composable, record: object, *, oracle: bool, server: bool) -> None:
        held = tuple(roles_of(self.company, person))
        self.verdict.differences.append(
            Difference(person.login, held, observer.text(statement), record, oracle, server)
        )


def _keys(column: sql.Composable, place: sql.Composable) -> sql.Composed:
    return sql.SQL("select array_agg({0}) filter (where {0} is not null) from {1}").format(column, place)


def _found(column: sql.Composable, place: sql.Composable) -> sql.Composed:
    """Return a query whose condition names the field: where it is hidden, it is not true."""
    return sql.SQL("select array_agg(id::text) from {1} where {0} <> 'anything else'").format(column, place)


def _expected(found: tuple[sql.Composable, Outcome], seen: set[str]) -> tuple[sql.Composable, set[str], Outcome]:
    return found[0], seen, found[1]
