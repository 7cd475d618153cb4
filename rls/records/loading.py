"""CSV file → records of an entity, with everything that happened on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from psycopg import Connection, Rollback

from rls.definition.wording import shown
from rls.errors import Problem, RowlockError
from rls.installed import applied_definition
from rls.names import Installation
from rls.organisation.rows import Row, Table
from rls.organisation.sessions import check_person
from rls.records.checking import Checker, Findings, Note, Record
from rls.records.fields import Field, Options, fields, unused
from rls.records.log import Draft, check_may_enter, enter
from rls.records.rights import check_rights, owned, writer_of_new
from rls.records.table import Target, bound_by_policies, read_target
from rls.records.updating import Updater, matches

BATCH = 1000
"""Rows checked and written by one statement."""


@dataclass(frozen=True)
class Loaded:
    """What a load did.

    ``problems`` come with the row they are of, None where the file itself is
    unreadable there; with any of them and ``keep_good`` off, nothing is in the
    table.  ``existing`` rows were there already; ``updated`` ones, too, and
    were overwritten.
    """

    entity: str
    rows: int
    inserted: int
    updated: int
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
        check_rights(connection, target, made, options)
    elif bound_by_policies(connection, target.entity.table):
        raise RowlockError(
            f"{connection.info.user} is bound by the policies on {target.entity.table}: load as a superuser or a role "
            "with BYPASSRLS, or say --as PERSON"
        )
    check_may_enter(connection, installation)
    with connection.transaction():
        work = _Load(connection, installation, target, made, options)
        loaded = work.run(table, progress)
        if loaded.problems and not options.keep_good:
            raise Rollback
        work.log()
    return loaded


class _Load:
    """One load."""

    def __init__(
        self,
        connection: Connection[Any],
        installation: Installation,
        target: Target,
        made: tuple[Field, ...],
        options: Options,
    ) -> None:
        self.connection = connection
        self.installation = installation
        self.target = target
        self.fields = owned(target, made, options.person)
        self.options = options
        self.findings = Findings()
        self.checker = Checker(connection, target, self.fields, options, self.findings)
        filled = tuple(one for one in self.fields if not one.column.is_made_by_server)
        self.creating = writer_of_new(connection, installation, target, filled, self.findings, options.person)
        self.key = next((one for one in made if one.column.name == options.key), None)
        self.changing = self._updater(made) if options.update else None
        self.places: dict[str, str] = {}
        self.inserted = self.updated = self.existing = 0

    def _updater(self, made: tuple[Field, ...]) -> Updater:
        assert self.key is not None, "--update comes with --key"
        by_column = {one.column.name: one.file_column for one in made}
        person, key = self.options.person, self.key.column.name
        return Updater(self.connection, self.findings, person, by_column, self.target, key)

    def run(self, table: Table, progress: Callable[[int], None]) -> Loaded:
        """Read, check and write all rows."""
        rows = 0
        waiting: list[Row] = []
        for batch in _batches(table.rows()):
            rows += len(batch)
            records, later = self.checker.check(batch)
            self._put(records)
            waiting += later
            progress(len(batch))
        self.inserted += self.creating.finish()
        self._put_waiting(waiting)
        self.findings.problems += [(None, problem) for problem in table.problems]
        nothing = bool(self.findings.problems) and not self.options.keep_good
        return Loaded(
            entity=self.target.entity.name,
            rows=rows + len(table.problems),
            inserted=0 if nothing else self.inserted,
            updated=0 if nothing else self.updated,
            existing=self.existing,
            problems=tuple(sorted(self.findings.problems, key=_line)),
            notes=tuple(self.findings.notes.values()),
            unused=tuple(unused(table, self.fields)),
            header=table.header,
            delimiter=table.delimiter,
        )

    def log(self) -> None:
        """Write what was done into the log, but for what an import table has logged itself."""
        what = f"{self.target.entity.table}: {', '.join(self.creating.by_column)}"
        person, entity = self.options.person, self.target.entity.name
        if self.inserted and not self.creating.is_logged:
            enter(self.connection, self.installation, Draft(person, entity, "import", self.inserted, what))
        if self.updated:
            enter(self.connection, self.installation, Draft(person, entity, "update", self.updated, what))

    def _put_waiting(self, waiting: list[Row]) -> None:
        """Write the rows that refer to rows of this file, generation by generation."""
        while waiting:
            self.checker.forget_own()
            records, left = self.checker.check(waiting)
            if len(left) == len(waiting):
                self.checker.refuse(waiting)
                break
            self._put(records)
            self.inserted += self.creating.finish()
            waiting = left

    def _put(self, records: list[Record]) -> None:
        """Create what is new; leave out or overwrite what is there."""
        new, there = self._parted(records)
        if self.changing is not None:
            self.updated += self.changing.write(there)
        else:
            self.existing += len(there)
        self.inserted += self.creating.write(new)

    def _parted(self, records: list[Record]) -> tuple[list[Record], list[Record]]:
        """Return the records whose key is not in the table, and those whose key is; without key, all are new."""
        if self.key is None:
            return records, []
        name = self.key.column.name
        records = [record for record in records if self._once(self.key, record)]
        values = [value for record in records if (value := record.values[name]) is not None]
        found = matches(self.connection, self.target, self.key.column, self.options.person, values)
        new: list[Record] = []
        there: list[Record] = []
        for record in records:
            value = record.values[name]
            times = 0 if value is None else found.get(value, 0)
            if times > 1 and self.changing is not None:
                message = f"{times} records of {self.target.entity.table} have this {name}: which one is meant?"
                self.findings.problem(record.row, self.key.file_column, name, message)
            elif value is not None and not times and self.key.column.is_made_by_server:
                self.findings.problem(record.row, self.key.file_column, name, self._unknown(name, value))
            else:
                (there if times else new).append(record)
        return new, there

    def _unknown(self, name: str, value: str) -> str:
        sees = f"{self.options.person} sees no record" if self.options.person else "there is no record"
        return f"{sees} with {name} {shown(value)}: leave {name} empty to make a new one"

    def _once(self, key: Field, record: Record) -> bool:
        """Return whether the record's key is nowhere further up in the file; note where it is."""
        value = record.values[key.column.name]
        if value is None:
            return True
        if value in self.places:
            message = f"{shown(value)} is in {self.places[value]} too, and --key says once"
            self.findings.problem(record.row, key.file_column, key.column.name, message)
            return False
        self.places[value] = key.source.place(record.row)
        return True


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def _line(found: tuple[Row | None, Problem]) -> tuple[int, str]:
    row, problem = found
    return (row.line if row else int(problem.place.rpartition(":")[2] or 0), problem.path)
