"""CSV file → records of an entity, with everything that happened on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from psycopg import Connection, Rollback, sql

from rls.definition.wording import shown
from rls.errors import InputError, Problem, RowlockError
from rls.names import Installation, QualifiedName
from rls.organisation.mapping import constant_source
from rls.organisation.rows import Row, Table
from rls.organisation.sessions import check_person
from rls.plan.plan import applied_definition, installed
from rls.records.checking import Checker, Findings, Note
from rls.records.fields import Field, Options, fields, unused
from rls.records.inserting import Importer, Inserter
from rls.records.table import Target, bound_by_policies, read_target
from rls.resources import sql_text, template

BATCH = 1000
"""Rows inserted by one statement."""

MAY_INSERT = "select name from unnest(%s::text[]) as name where has_column_privilege(%s, %s::regclass, name, 'insert')"


@dataclass(frozen=True)
class Loaded:
    """What a load did.

    ``problems`` come with the row they are of, None where the file itself is
    unreadable there; with any of them and ``keep_good`` off, nothing is in the
    table.  ``existing`` rows were there already.
    """

    entity: str
    rows: int
    inserted: int
    existing: int
    problems: tuple[tuple[Row | None, Problem], ...]
    notes: tuple[Note, ...]
    unused: tuple[str, ...]
    header: tuple[str, ...]
    delimiter: str


def load(
    connection: Connection[Any],
    installation: Installation,
    entity: str,
    path: Path,
    options: Options,
    progress: Callable[[int], None] = lambda _: None,
) -> Loaded:
    """Load the rows of a CSV file into *entity*, in one transaction.

    :param progress: called with the number of rows read since the last call.
    :raises InputError: the options or the file's header are wrong.
    :raises RowlockError: the connected role may not load.
    """
    target = read_target(connection, installation, applied_definition(connection), entity)
    table = Table(path, options.delimiter, options.encoding)
    made = fields(target, table, options)
    if options.person is not None:
        check_person(connection, installation, options.person)
        made = _owned(target, made, options.person)
        _may_insert(connection, target, made, options.person)
    elif bound_by_policies(connection, target.entity.table):
        raise RowlockError(
            f"{connection.info.user} is bound by the policies on {target.entity.table}: load as a superuser or a role "
            "with BYPASSRLS, or say --as PERSON"
        )
    with connection.transaction():
        work = _Load(connection, target, made, options)
        loaded = work.run(table, progress)
        if loaded.problems and not options.keep_good:
            raise Rollback
    return loaded


class _Load:
    """One load."""

    def __init__(self, connection: Connection[Any], target: Target, made: tuple[Field, ...], options: Options) -> None:
        self.connection = connection
        self.target = target
        self.fields = made
        self.options = options
        self.findings = Findings()
        self.checker = Checker(connection, target, made, options.dates, self.findings)
        self.inserter = _inserter(connection, target, made, self.findings, options.person)
        self.key = next((one for one in made if one.column.name == options.key), None)
        self.places: dict[str, str] = {}
        self.existing = 0

    def run(self, table: Table, progress: Callable[[int], None]) -> Loaded:
        rows = inserted = 0
        waiting: list[Row] = []
        for batch in _batches(table.rows()):
            rows += len(batch)
            records, later = self.checker.check(self._new(batch))
            inserted += self.inserter.insert(records)
            waiting += later
            progress(len(batch))
        inserted += self._waiting(waiting)
        self.findings.problems += [(None, problem) for problem in table.problems]
        return Loaded(
            entity=self.target.entity.name,
            rows=rows + len(table.problems),
            inserted=0 if self.findings.problems and not self.options.keep_good else inserted,
            existing=self.existing,
            problems=tuple(sorted(self.findings.problems, key=_line)),
            notes=tuple(self.findings.notes.values()),
            unused=tuple(unused(table, self.fields)),
            header=table.header,
            delimiter=table.delimiter,
        )

    def _waiting(self, waiting: list[Row]) -> int:
        """Insert the rows that refer to rows of this file, generation by generation."""
        inserted = 0
        while waiting:
            self.checker.forget_own()
            records, left = self.checker.check(waiting)
            if len(left) == len(waiting):
                self.checker.refuse(waiting)
                break
            inserted += self.inserter.insert(records)
            waiting = left
        return inserted

    def _new(self, batch: list[Row]) -> list[Row]:
        """Return the rows of *batch* whose key is neither in the table nor further up in the file."""
        if self.key is None:
            return batch
        texts = {self.key.source.value(row) for row in batch}
        query = template("records/existing.sql", table=_identifier(self.target), column=self.key.column.name)
        there = {text for (text,) in self.connection.execute(query, [sorted(texts)])}
        return [row for row in batch if self._is_new(self.key, row, there)]

    def _is_new(self, key: Field, row: Row, there: set[str]) -> bool:
        text, place = key.source.value(row), key.source.place(row)
        if text in self.places:
            column = next(iter(key.source.columns), None)
            message = f"{shown(text)} is in {self.places[text]} too, and --key says once"
            self.findings.problem(row, column, key.column.name, message)
            return False
        if text:
            self.places[text] = place
        self.existing += text in there
        return text not in there


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def _line(found: tuple[Row | None, Problem]) -> tuple[int, str]:
    row, problem = found
    return (row.line if row else int(problem.place.rpartition(":")[2] or 0), problem.path)


def _identifier(target: Target) -> sql.Identifier:
    return sql.Identifier(target.entity.table.schema, target.entity.table.name)


def _owned(target: Target, made: tuple[Field, ...], person: str) -> tuple[Field, ...]:
    """Return the fields with the owner among them: the person, where nothing else fills it."""
    owner = target.entity.owner
    column = target.column(owner.column) if owner is not None else None
    if column is None or any(one.column.name == column.name for one in made):
        return made
    return (*made, Field(column, constant_source(person), names=("login",)))


def _inserter(
    connection: Connection[Any], target: Target, made: tuple[Field, ...], findings: Findings, person: str | None
) -> Inserter:
    """Return what brings records into the table: people who may import do, others insert."""
    if person is not None:
        into = QualifiedName(installed(connection).imports, target.entity.name)
        values = {"person": person, "schema": into.schema, "name": into.name}
        columns = [one.column.name for one in made]
        row = connection.execute(sql_text("records/may_import.sql"), {**values, "columns": columns}).fetchone()
        if row and row[0]:
            return Importer(connection, target, made, findings, person, into)
    return Inserter(connection, target, made, findings, person)


def _may_insert(connection: Connection[Any], target: Target, made: tuple[Field, ...], person: str) -> None:
    """Refuse a person without the privilege on any column to fill.

    :raises InputError: every such column.
    """
    table = _identifier(target).as_string(connection)
    names = [one.column.name for one in made]
    allowed = connection.execute(MAY_INSERT, [names, person, table])
    refused = sorted(set(names) - {name for (name,) in allowed})
    if refused:
        columns = "any column" if len(refused) == len(names) else ", ".join(refused)
        message = f"{person} may not create {target.entity.name} records with a value in {columns}"
        raise InputError([Problem("--as", "", message)])
