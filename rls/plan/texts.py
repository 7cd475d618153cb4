"""Objects known by their text → SQL: routines, reading views, triggers."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from rls.names import RIGHTS_SCHEMA, QualifiedName
from rls.state.made import Routine, Trigger, View
from rls.state.objects import PUBLIC, Object


def relation(name: QualifiedName) -> sql.Composable:
    """Return a table's or view's name, quoted."""
    return sql.Identifier(name.schema, name.name)


def grantee(name: str) -> sql.Composable:
    """Return a database role, or PUBLIC."""
    return sql.SQL("public") if name == PUBLIC else sql.Identifier(name)


def make_routine(thing: Routine, before: Object | None) -> Iterator[sql.Composed]:
    """Yield what makes a routine, and lets its grantees alone run it."""
    name = _signature(thing)
    if isinstance(before, Routine) and before.owner != thing.owner:
        yield sql.SQL("alter function {} owner to {}").format(name, sql.Identifier(thing.owner))
    yield sql.Composed([sql.SQL(thing.text)])
    had = before.grantees if isinstance(before, Routine) else (PUBLIC,)
    for role in had:
        if role not in thing.grantees:
            yield sql.SQL("revoke all on function {} from {}").format(name, grantee(role))
    for role in thing.grantees:
        if role not in had:
            yield sql.SQL("grant execute on function {} to {}").format(name, grantee(role))


def take_routine(thing: Routine, after: Object | None) -> Iterator[sql.Composed]:
    """Yield what drops a routine; what replaces it does not."""
    if after is None:
        yield sql.SQL("drop function {}").format(_signature(thing))


def _signature(thing: Routine) -> sql.Composed:
    name, _, types = thing.name.partition("(")
    return sql.SQL("{}{}").format(sql.Identifier(RIGHTS_SCHEMA, name), sql.SQL("(" + types))


def make_view(thing: View, before: Object | None) -> Iterator[sql.Composed]:
    """Yield what makes a view and says of it what its table says; a view can only gain columns at its end."""
    name = relation(thing.name)
    known = before if isinstance(before, View) else None
    if known and known.owner != thing.owner:
        yield sql.SQL("alter view {} owner to {}").format(name, sql.Identifier(thing.owner))
    if known and known.columns != thing.columns[: len(known.columns)]:
        yield sql.SQL("drop view {}").format(name)
        known = None
    # Without the option a view reads with its owner's rights: that of the reading views sees what its policies say.
    option = sql.SQL("true" if thing.invoker else "false")
    text = sql.SQL("create or replace view {} with (security_invoker = {}) as\n{}")
    yield text.format(name, option, sql.SQL(thing.query))
    yield from _comments(thing, name, dict(known.comments if known else ()))


def _comments(thing: View, name: sql.Composable, before: dict[str, str]) -> Iterator[sql.Composed]:
    said = dict(thing.comments)
    for column in sorted(before.keys() | said.keys()):
        if before.get(column) != said.get(column):
            what = sql.SQL("column {}.{}").format(name, sql.Identifier(column)) if column else sql.SQL("view ") + name
            yield sql.SQL("comment on {} is {}").format(what, sql.Literal(said.get(column)))


def take_view(thing: View, after: Object | None) -> Iterator[sql.Composed]:
    """Yield what drops a view."""
    if after is None:
        yield sql.SQL("drop view {}").format(relation(thing.name))


def make_trigger(thing: Trigger, before: Object | None) -> Iterator[sql.Composed]:  # noqa: ARG001 - replaced as it is
    """Yield what makes a trigger."""
    yield sql.Composed([sql.SQL(thing.text)])


def take_trigger(thing: Trigger, after: Object | None) -> Iterator[sql.Composed]:
    """Yield what drops a trigger."""
    if after is None:
        yield sql.SQL("drop trigger if exists {} on {}").format(sql.Identifier(thing.name), relation(thing.table))
