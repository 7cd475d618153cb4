"""Predicate functions → SQL: many of them share the statements about who may call them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import LiteralString

from psycopg import sql

from rls.names import RIGHTS_SCHEMA, QualifiedName
from rls.plan.texts import grantee, relation
from rls.state.objects import PUBLIC, Function, Object

_NAMED_AT_ONCE = 100
"""Functions one statement about privileges names at most."""


def make_functions(things: Sequence[Function]) -> Iterator[sql.Composed]:
    """Yield what makes functions, none of which is there yet, and lets their grantees alone call them."""
    for thing in things:
        yield _create(thing)
    yield from _on_functions("revoke all on function\n  {}\n  from {}", things, PUBLIC)
    callers: dict[str, list[Function]] = {}
    for thing in things:
        callers.setdefault(thing.grantee, []).append(thing)
    for name, called in callers.items():
        yield from _on_functions("grant execute on function\n  {}\n  to {}", called, name)


def replace_function(thing: Function, before: Object | None) -> Iterator[sql.Composed]:
    """Yield what makes a function what it shall be; as long as its arguments stay, so does whatever calls it."""
    if not isinstance(before, Function):
        yield from make_functions([thing])
        return
    if before.owner != thing.owner:
        yield sql.SQL("alter function {} owner to {}").format(signature(thing), sql.Identifier(thing.owner))
    if before.names != thing.names:
        # The policies that call it are made anew, too: what they call is not what they called.
        yield sql.SQL("drop function {} cascade").format(signature(before))
        yield from make_functions([thing])
    elif before.grantee != thing.grantee:
        yield from make_functions([thing])
    else:
        yield _create(thing)


def take_function(thing: Function, after: Object | None) -> Iterator[sql.Composed]:
    """Yield what drops a function; what replaces it does not."""
    if after is None:
        yield sql.SQL("drop function {}").format(signature(thing))


def signature(function: Function) -> sql.Composed:
    """Return a predicate function's name and argument types."""
    types = _types(function.table, function.arguments)
    return sql.SQL("{}({})").format(sql.Identifier(RIGHTS_SCHEMA, function.name), types)


def _create(thing: Function) -> sql.Composed:
    return sql.SQL("create or replace function {}({})\n  returns boolean\n  language sql\n  {}\n  return {}").format(
        sql.Identifier(RIGHTS_SCHEMA, thing.name),
        _parameters(thing.table, thing.arguments),
        sql.SQL("volatile\n  parallel unsafe" if thing.volatile else "stable\n  parallel safe"),
        sql.SQL(thing.body),
    )


def _on_functions(statement: LiteralString, things: Sequence[Function], name: str) -> Iterator[sql.Composed]:
    for first in range(0, len(things), _NAMED_AT_ONCE):
        named = sql.SQL(",\n  ").join(map(signature, things[first : first + _NAMED_AT_ONCE]))
        yield sql.SQL(statement).format(named, grantee(name))


@lru_cache
def _parameters(table: QualifiedName, arguments: tuple[tuple[str, str], ...]) -> sql.SQL:
    row = sql.SQL("{} {}").format(sql.Identifier(table.name), relation(table))
    rest = (sql.SQL("{} {}").format(sql.Identifier(name), _type(kind)) for name, kind in arguments)
    return _text([row, *rest])


@lru_cache
def _types(table: QualifiedName, arguments: tuple[tuple[str, str], ...]) -> sql.SQL:
    return _text([relation(table), *(_type(kind) for _, kind in arguments)])


def _text(listed: Iterable[sql.Composable]) -> sql.SQL:
    """Return a list as it is written; the functions of a table have few different ones."""
    return sql.SQL(sql.SQL(", ").join(listed).as_string(None))


def _type(name: str) -> sql.SQL:
    """Return a type's name as the server's ``format_type`` gave it, which quotes it."""
    return sql.SQL(name)
