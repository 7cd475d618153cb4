"""Records of an entity → CSV, read as a person, as far as they may export; in the log before the first is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, sql

from rls.acting import acting_as
from rls.definition.model import Entity
from rls.definition.wording import unknown
from rls.errors import InputError, Problem, RowlockError
from rls.installed import applied_definition
from rls.names import Installation, QualifiedName
from rls.organisation.sessions import check_person
from rls.records.extent import exportable
from rls.records.log import BROKEN_OFF, FINISHED, Draft, enter
from rls.records.table import entity_called
from rls.resources import sql_text

STEP = 1000
"""Rows between two reports of progress."""

EXPORTING = "select set_config('rowlock.export', %s, true)"
"""While it is set, what lies beyond the export level is neither read nor counted (sql/functions/allowance.sql)."""


@dataclass(frozen=True)
class Wanted:
    """What to export: of which entity, as whom; no columns: all they may read.

    ``where`` are pairs of a column and its value; an empty value is NULL.
    """

    entity: str
    person: str
    columns: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    delimiter: str = ","


@dataclass(frozen=True)
class Exported:
    """What was exported; ``entry`` is the number in the log."""

    entity: str
    person: str
    columns: tuple[str, ...]
    rows: int
    entry: int


def export(
    connection: Connection[Any],
    installation: Installation,
    wanted: Wanted,
    write: Callable[[bytes], object],
    progress: Callable[[int], None] = lambda _: None,
) -> Exported:
    """Write the records the person may export as CSV in UTF-8, the names of the columns first.

    :param connection: outside a transaction, so that the log stands whatever comes of the export.
    :param progress: called with the number of rows written since the last call.
    :raises InputError: no such entity, person or column.
    :raises RowlockError: the person may not export the entity, or the connected role not become that person.
    """
    definition = applied_definition(connection)
    entity = entity_called(definition, wanted.entity)
    check_person(connection, installation, wanted.person)
    within = exportable(connection, installation, definition, entity, wanted.person)
    relation, columns = _readable(connection, installation, entity, wanted)
    query = _query(entity, relation, columns, within, wanted)
    what = _what(relation, columns, wanted)
    with _logged(connection, installation, wanted, what) as log, acting_as(connection, wanted.person):
        connection.execute(EXPORTING, ["on"])
        with connection.cursor().copy(query) as copy:
            for line in copy:
                log.rows += 1
                write(bytes(line))
                if log.rows % STEP == 0:
                    progress(STEP)
        connection.execute(EXPORTING, [""])
    progress(log.rows % STEP)
    return Exported(entity.name, wanted.person, columns, log.rows, log.entry)


@dataclass
class _Log:
    """An export in the log: the header is the line before the first row."""

    entry: int
    rows: int = -1


@contextmanager
def _logged(connection: Connection[Any], installation: Installation, wanted: Wanted, what: str) -> Iterator[_Log]:
    """Log that an export begins, and how it ended, each in a transaction of its own."""

    def write(text: str, rows: int | None, ends: int | None = None) -> int:
        draft = Draft(wanted.person, wanted.entity, "export", rows, text, ends)
        return enter(connection, installation, draft)

    log = _Log(write(what, None))
    try:
        yield log
    except BaseException:
        with suppress(psycopg.Error):
            write(BROKEN_OFF, max(log.rows, 0), log.entry)
        raise
    write(FINISHED, log.rows, log.entry)


def _readable(
    connection: Connection[Any], installation: Installation, entity: Entity, wanted: Wanted
) -> tuple[QualifiedName, tuple[str, ...]]:
    """Return the relation the person reads the entity by, and the columns of it to export.

    :raises InputError: every column that is not there or not theirs to read.
    """
    views = QualifiedName(installation.views, entity.name)
    values = {"person": wanted.person, "schemas": [views.schema, entity.table.schema]}
    values |= {"names": [views.name, entity.table.name]}
    rows = connection.execute(sql_text("records/readable.sql"), values).fetchall()
    if not rows:
        raise RowlockError(f"{wanted.person} may not read {entity.name}: exporting is reading in bulk")
    relation, names = QualifiedName(rows[0][0], rows[0][1]), tuple(row[2] for row in rows)
    asked = [("--columns", name) for name in wanted.columns] + [("--where", name) for name, _ in wanted.where]
    problems = [
        Problem(f"{option} {name}", "", unknown("column", name, names)) for option, name in asked if name not in names
    ]
    if problems:
        raise InputError(problems)
    return relation, wanted.columns or names


def _query(
    entity: Entity, relation: QualifiedName, columns: tuple[str, ...], within: sql.Composable, wanted: Wanted
) -> sql.Composed:
    row = sql.Identifier(entity.table.name)
    conditions = [within]
    for name, value in wanted.where:
        column = sql.SQL("{}.{}").format(row, sql.Identifier(name))
        equal = sql.SQL("{} = {}").format(column, sql.Literal(value))
        conditions.append(equal if value else sql.SQL("{} is null").format(column))
    return sql.SQL(
        "copy (select {} from {} as {} where {}) to stdout (format csv, header, delimiter {}, encoding 'utf8')"
    ).format(
        sql.SQL(", ").join(sql.SQL("{}.{}").format(row, sql.Identifier(name)) for name in columns),
        sql.Identifier(relation.schema, relation.name),
        row,
        sql.SQL(" and ").join(conditions),
        sql.Literal(wanted.delimiter),
    )


def _what(relation: QualifiedName, columns: tuple[str, ...], wanted: Wanted) -> str:
    said = [f"{relation}: {', '.join(columns)}"]
    said += [f"{name} = {value}" if value else f"{name} is null" for name, value in wanted.where]
    return "; ".join(said)
