"""What a person may fill and overwrite, found out before the first row, and by which way their new records go in."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from rls.errors import InputError, Problem
from rls.names import Installation, QualifiedName
from rls.organisation.mapping import constant_source
from rls.records.checking import Findings
from rls.records.fields import Field, Options
from rls.records.inserting import Importer, Inserter, Refuser
from rls.records.table import Target
from rls.records.writing import Writer
from rls.resources import sql_text

MAY = "select name from unnest(%s::text[]) as name where has_column_privilege(%s, %s::regclass, name, %s)"


def owned(target: Target, made: tuple[Field, ...], person: str | None) -> tuple[Field, ...]:
    """Return the fields with the owner among them: the person, where nothing else fills it."""
    owner = target.entity.owner
    column = target.column(owner.column) if owner is not None else None
    if person is None or column is None or any(one.column.name == column.name for one in made):
        return made
    return (*made, Field(column, constant_source(person), names=("login",)))


def check_rights(connection: Connection[Any], target: Target, made: tuple[Field, ...], options: Options) -> None:
    """Refuse a person without the privilege on any column to fill, to overwrite or to know records by.

    Who may overwrite and not create is no mistake: their new records are bad rows.

    :raises InputError: every such column.
    """
    assert options.person is not None, "the owner's load asks for no rights"
    person, entity, problems = options.person, target.entity.name, list[Problem]()
    names = [one.column.name for one in owned(target, made, person)]
    key = [options.key] if options.key else []
    changed = [one.column.name for one in made if one.column.name != options.key]
    if lacking := _lacking(connection, target, person, key, "select"):
        message = f"{person} may not read {', '.join(lacking)} of {entity} records: choose another --key"
        problems.append(Problem("--as", "", message))
    if not options.update and (lacking := _lacking(connection, target, person, names, "insert")):
        columns = "any column" if len(lacking) == len(names) else ", ".join(lacking)
        message = f"{person} may not create {entity} records with a value in {columns}"
        problems.append(Problem("--as", "", message))
    if options.update and (lacking := _lacking(connection, target, person, changed, "update")):
        message = f"{person} may not change {', '.join(lacking)} of {entity} records"
        problems.append(Problem("--as", "", message))
    if problems:
        raise InputError(problems)


def writer_of_new(
    connection: Connection[Any],
    installation: Installation,
    target: Target,
    made: tuple[Field, ...],
    findings: Findings,
    person: str | None,
) -> Writer:
    """Return what brings new records into the table: who may import does, who may create inserts, others do not."""
    by_column = {one.column.name: one.file_column for one in made}
    if person is None:
        return Inserter(connection, findings, None, by_column, target)
    into = QualifiedName(installation.imports, target.entity.name)
    values = {"person": person, "schema": into.schema, "name": into.name, "columns": list(by_column)}
    row = connection.execute(sql_text("records/may_import.sql"), values).fetchone()
    if row and row[0]:
        return Importer(connection, findings, person, by_column, into)
    if _lacking(connection, target, person, list(by_column), "insert"):
        return Refuser(connection, findings, person, by_column)
    return Inserter(connection, findings, person, by_column, target)


def _lacking(connection: Connection[Any], target: Target, person: str, names: list[str], privilege: str) -> list[str]:
    """Return the columns on which the person has not the privilege."""
    table = target.identifier.as_string(connection)
    allowed = {name for (name,) in connection.execute(MAY, [names, person, table, privilege])}
    return sorted(set(names) - allowed)
