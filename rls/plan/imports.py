"""Import tables → SQL."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from rls.names import QualifiedName
from rls.resources import template
from rls.state.imports import ImportTable
from rls.state.objects import Object


def make_import_table(thing: ImportTable, before: Object | None) -> Iterator[sql.Composed]:
    """Yield what makes an import table; one that is not as it should be is made anew, since it holds nothing."""
    if isinstance(before, ImportTable) and thing.comes_of(before):
        yield _alter(thing, before)
        return
    if before is not None:
        yield _drop(thing)
    columns = sql.SQL(",\n  ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in thing.columns
    )
    yield template(
        "templates/import_table.sql",
        name=_relation(thing.name),
        columns=columns,
        table=sql.Literal(_relation(thing.table).as_string(None)),
        entity=sql.Literal(thing.name.name),
        import_table=sql.Literal(str(thing.name)),
    )


def take_import_table(thing: ImportTable, after: Object | None) -> Iterator[sql.Composed]:
    """Yield what drops an import table; what makes another one drops it itself."""
    if after is None:
        yield _drop(thing)


def _alter(thing: ImportTable, before: ImportTable) -> sql.Composed:
    gone = [sql.SQL("drop column {}").format(sql.Identifier(name)) for name, kind in _but(before, thing)]
    come = [
        sql.SQL("add column {} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in _but(thing, before)
    ]
    return sql.SQL("alter table {} {}").format(_relation(thing.name), sql.SQL(", ").join([*gone, *come]))


def _but(one: ImportTable, other: ImportTable) -> list[tuple[str, str]]:
    return [column for column in one.columns if column not in other.columns]


def _drop(thing: ImportTable) -> sql.Composed:
    return sql.SQL("drop table {}").format(_relation(thing.name))


def _relation(name: QualifiedName) -> sql.Identifier:
    return sql.Identifier(name.schema, name.name)
