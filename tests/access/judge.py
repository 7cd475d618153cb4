"""Compare what the server lets a person do with what the oracle says, decision by decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import psycopg
from psycopg import sql

from tests.access import observer
from tests.access.observer import Attempt, Outcome
from tests.access.rows import Columns, Row
from tests.oracle.company import Company, Person, Record
from tests.oracle.oracle import allowed, allowed_update, roles_of

SHOWN = 20
"""How many differences a failure prints."""


@dataclass(frozen=True)
class Difference:
    """One decision the server and the oracle do not agree on."""

    person: str
    roles: tuple[str, ...]
    statement: str
    record: object
    oracle: bool
    server: bool

    def __str__(self) -> str:
        return (
            f"{self.person} ({', '.join(self.roles)}): {self.statement}\n"
            f"    on {self.record}\n    oracle {self.oracle}, server {self.server}"
        )


@dataclass
class Verdict:
    """How many decisions were compared, and those that differ."""

    decisions: int = 0
    differences: list[Difference] = field(default_factory=list)

    def __str__(self) -> str:
        shown = "\n".join(map(str, self.differences[:SHOWN]))
        return f"{len(self.differences)} of {self.decisions} decisions differ\n{shown}"


class Judge:
    """Tries everything a person might do with the records of one entity.

    The records owned by ``self_login`` stand for the person's own: they are
    handed to each person in turn (:meth:`handed_to`).
    """

    def __init__(
        self,
        connection: psycopg.Connection,
        company: Company,
        rows: Sequence[Row],
        self_login: str | None = None,
        columns: Columns | None = None,
    ) -> None:
        self.company = company
        self.verdict = Verdict()
        self._connection = connection
        self._columns = columns or Columns(connection, company)
        self._rows = rows
        self._self = self_login
        self._entity = rows[0].record.entity
        observer.prepare(connection)

    def store(self) -> None:
        """Insert every row, as the superuser."""
        for row in self._rows:
            self._connection.execute(self._columns.store(row))

    @contextmanager
    def handed_to(self, person: Person) -> Iterator[list[Row]]:
        """Make what stands for the person's own theirs; give every row as it is then, and undo it all at the end."""
        with self._connection.transaction(force_rollback=True):
            statement = self._handing_over(person)
            if statement is not None:
                self._connection.execute(observer.text(statement).encode())
            yield [self.mine(person, row) for row in self._rows]

    def tidy(self) -> None:
        """Remove the dead rows that undone attempts leave, before they slow everything down."""
        for entity in sorted({row.record.entity for child in self._rows for row in (child, child.parent) if row}):
            self._connection.execute(sql.SQL("vacuum {}").format(self._columns.table(entity)))

    def mine(self, person: Person, row: Row) -> Row:
        """Return the row as it is while this person looks."""
        if self._self is None:
            return row
        parent = row.parent and self.mine(person, row.parent)
        owner = person.login if row.record.owner == self._self else row.record.owner
        record = replace(row.record, owner=owner, parent=parent.record if parent else None)
        return Row(row.key, record, parent)

    def everything(self, person: Person, rows: Sequence[Row]) -> None:
        """Compare reading, updating and deleting every row, each in one statement that reads no column."""
        (read,) = self._observe(person, [(self._reading(), None)], returns=True)
        update, delete = self._observe(person, [(self._touch(), self._touched()), (self._delete(), self._gone())])
        self._compare(person, "select", rows, "read", read)
        self._compare(person, "update … set note, without WHERE", rows, "update", update)
        self._compare(person, "delete, without WHERE", rows, "delete", delete)
        if update.checked:
            self._differ(person, "update … set note, without WHERE, fails WITH CHECK", None, oracle=True, server=False)

    def one_by_one(self, person: Person, rows: Iterable[Row]) -> None:
        """Compare updating and deleting rows by their keys."""
        rows = list(rows)
        statements = []
        for row in rows:
            here = sql.SQL(" where id = {}").format(sql.Literal(row.key))
            statements.append(sql.Composed([self._touch(), here]))
            statements.append(sql.Composed([self._delete(), here]))
        outcomes = self._observe(person, [(statement, None) for statement in statements])
        for position, row in enumerate(rows):
            for operation, outcome in zip(("update", "delete"), outcomes[2 * position : 2 * position + 2], strict=True):
                self._decide(person, f"{operation} by key", row.record, operation, server=outcome.touched == 1)

    def creations(self, person: Person, rows: Sequence[Row], *, returning: bool = False) -> None:
        """Compare inserting copies of rows; RETURNING also needs reading them."""
        copies = [Row(self._fresh(number, row), row.record, row.parent) for number, row in enumerate(rows)]
        statements = [(self._columns.insert(row, returning=returning), None) for row in copies]
        outcomes = self._observe(person, statements, returns=returning)
        for row, outcome in zip(copies, outcomes, strict=True):
            oracle = allowed(self.company, person, "create", row.record)
            if returning:
                oracle = oracle and allowed(self.company, person, "read", row.record)
            what = "insert … returning" if returning else "insert"
            self._note(person, what, row.record, oracle=oracle, server=outcome.touched == 1)

    def moves(self, person: Person, moves: Sequence[tuple[Row, Row]]) -> None:
        """Compare changing a row's owner, flag, stage, pipeline or parent into those of another."""
        outcomes = self._observe(
            person, [(self._columns.change(old, new.record, new.parent), None) for old, new in moves]
        )
        for (old, new), outcome in zip(moves, outcomes, strict=True):
            oracle = allowed_update(self.company, person, old.record, new.record)
            self._note(person, f"update into {new.record}", old.record, oracle=oracle, server=outcome.touched == 1)

    def sweeping_move(self, person: Person, assignments: str, changed: Sequence[Record]) -> None:
        """Compare an UPDATE without WHERE that moves every row: all in reach move, or the statement fails.

        :param assignments: what follows SET.
        :param changed: every row's record after it, in order.
        """
        rows = [self.mine(person, row) for row in self._rows]
        statement = sql.Composed([self._touch(), sql.SQL(", "), sql.SQL(assignments)])
        (outcome,) = self._observe(person, [(statement, self._touched())])
        reached = [
            (row, new)
            for row, new in zip(rows, changed, strict=True)
            if allowed(self.company, person, "update", row.record)
        ]
        accepted = all(allowed(self.company, person, "update", new) for _, new in reached)
        wanted = {row.key for row, _ in reached} if accepted else set()
        self.verdict.decisions += len(rows)
        if outcome.found != wanted or outcome.checked != (not accepted):
            self._differ(
                person, statement.as_string(None), sorted(wanted ^ outcome.found), oracle=accepted,
                server=not outcome.checked,
            )  # fmt: skip

    def _reading(self) -> sql.Composable:
        table = self._columns.table(self._entity)
        return sql.SQL("select array_agg(id::text) from {}").format(table)

    def _touch(self) -> sql.Composed:
        note = sql.Identifier(self._columns.note(self._entity))
        return sql.SQL("update {} set {} = 'touched'").format(self._columns.table(self._entity), note)

    def _touched(self) -> sql.Composed:
        note = sql.Identifier(self._columns.note(self._entity))
        table = self._columns.table(self._entity)
        return sql.SQL("select array_agg(id::text) from {} where {} = 'touched'").format(table, note)

    def _delete(self) -> sql.Composed:
        return sql.SQL("delete from {}").format(self._columns.table(self._entity))

    def _gone(self) -> sql.Composed:
        return sql.SQL(
            "select array_agg(key) from unnest({}::text[]) as key where key not in (select id::text from {})"
        ).format(sql.Literal([row.key for row in self._rows]), self._columns.table(self._entity))

    def _fresh(self, number: int, row: Row) -> str:
        return row.key[:-6] + f"{900_000 + number}" if "-" in row.key else str(900_000 + number)

    def _observe(
        self,
        person: Person,
        statements: Sequence[tuple[sql.Composable, sql.Composable | None]],
        *,
        returns: bool = False,
    ) -> list[Outcome]:
        return observer.observe(
            self._connection,
            [
                Attempt(person.login, observer.text(statement), returns, observer.text(probe) if probe else None)
                for statement, probe in statements
            ],
        )

    def _handing_over(self, person: Person) -> sql.Composed | None:
        """Return what makes the person the owner of what is theirs, in every table it is in."""
        theirs = {
            row.record.entity: row.record
            for child in self._rows
            for row in (child, child.parent)
            if row is not None and self._self is not None and row.record.owner == self._self
        }
        statements = [self._owner_change(record, person) for record in theirs.values()]
        return sql.SQL("; ").join(statements) if statements else None

    def _owner_change(self, record: Record, person: Person) -> sql.Composable:
        new, old = (self._columns.values(replace(record, owner=login)) for login in (person.login, self._self))
        (column,) = [name for name in new if new[name] != old[name]]
        return sql.SQL("update {} set {} = {} where {} = {}").format(
            self._columns.table(record.entity),
            sql.Identifier(column),
            sql.Literal(new[column]),
            sql.Identifier(column),
            sql.Literal(old[column]),
        )

    def _compare(self, person: Person, what: str, rows: Sequence[Row], operation: str, outcome: Outcome) -> None:
        for row in rows:
            self._decide(person, what, row.record, operation, server=row.key in outcome.found)

    def _decide(self, person: Person, what: str, record: Record, operation: str, *, server: bool) -> None:
        self._note(person, what, record, oracle=allowed(self.company, person, operation, record), server=server)

    def _note(self, person: Person, what: str, record: object, *, oracle: bool, server: bool) -> None:
        self.verdict.decisions += 1
        if oracle is not server:
            self._differ(person, what, record, oracle=oracle, server=server)

    def _differ(self, person: Person, what: str, record: object, *, oracle: bool, server: bool) -> None:
        roles = tuple(roles_of(self.company, person))
        self.verdict.differences.append(Difference(person.login, roles, what, record, oracle, server))
