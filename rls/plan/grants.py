"""Privileges → SQL: what several grantees get of one object is one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from psycopg import sql

from rls.plan.texts import grantee
from rls.state.objects import Grant, Object

PRIVILEGES = {
    name: sql.SQL(name)
    for name in (
        "select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain", "usage", "create",
        "execute",
    )
}  # fmt: skip


_Privilege = tuple[str, tuple[str, ...] | None]
"""A privilege's name, and its columns where it is not on the whole object."""


class _Target(NamedTuple):
    schema: str
    table: str | None
    privilege: str
    """The privilege, where it says what kind of object the name is of."""

    @classmethod
    def of(cls, thing: Grant) -> _Target:
        return cls(thing.schema, thing.table, thing.privilege if thing.privilege in ("execute", "usage") else "")


def make_grants(things: Sequence[Grant]) -> Iterator[sql.Composed]:
    """Yield what gives privileges, none of which is there yet."""
    for target, privileges, to in _merged(things):
        yield sql.SQL("grant {} on {} to {}").format(privileges, target, to)


def take_grants(things: Sequence[Grant]) -> Iterator[sql.Composed]:
    """Yield what takes privileges away; what was passed on goes with the one it came from."""
    for passed_on in (False, True):
        cascade = sql.SQL(" cascade" if passed_on else "")
        for target, privileges, to in _merged([thing for thing in things if thing.grantable is passed_on]):
            yield sql.SQL("revoke {} on {} from {}{}").format(privileges, target, to, cascade)


def widen_grant(thing: Grant, before: Object | None) -> Iterator[sql.Composed]:
    """Yield what gives a privilege on the columns it is missing on."""
    columns = thing.columns
    if columns is not None and isinstance(before, Grant) and before.columns is not None:
        columns = tuple(column for column in columns if column not in before.columns)
    if columns is None or columns:
        yield from make_grants([_on(thing, columns)])


def narrow_grant(thing: Grant, after: Object | None) -> Iterator[sql.Composed]:
    """Yield what takes a privilege away as far as *after* does not have it."""
    if not isinstance(after, Grant):
        yield from take_grants([thing])
        return
    if thing.grantable and not after.grantable:
        yield sql.SQL("revoke grant option for {} on {} from {} cascade").format(
            _privilege(thing.privilege, thing.columns), _name(_Target.of(thing)), grantee(thing.grantee)
        )
    columns = tuple(column for column in thing.columns or () if column not in (after.columns or ()))
    if columns:
        yield from take_grants([_on(thing, columns)])


def _on(thing: Grant, columns: tuple[str, ...] | None) -> Grant:
    return Grant(thing.grantee, thing.schema, thing.table, thing.privilege, columns, thing.grantable)


def _merged(things: Iterable[Grant]) -> Iterator[tuple[sql.Composable, sql.Composable, sql.Composable]]:
    """Yield (object, privileges, grantees): grantees of the same privileges on one object belong together."""
    held: dict[tuple[_Target, str], list[_Privilege]] = {}
    for thing in things:
        held.setdefault((_Target.of(thing), thing.grantee), []).append((thing.privilege, thing.columns))
    alike: dict[tuple[_Target, tuple[_Privilege, ...]], list[str]] = {}
    for (target, name), privileges in held.items():
        alike.setdefault((target, tuple(privileges)), []).append(name)
    for (target, shared), names in alike.items():
        listed = sql.SQL(", ").join(_privilege(*privilege) for privilege in shared)
        yield _name(target), listed, sql.SQL(", ").join(map(grantee, names))


def _privilege(name: str, columns: tuple[str, ...] | None) -> sql.Composable:
    if columns is None:
        return PRIVILEGES[name]
    return sql.SQL("{} ({})").format(PRIVILEGES[name], sql.SQL(", ").join(map(sql.Identifier, columns)))


def _name(target: _Target) -> sql.Composable:
    if target.table is None:
        return sql.SQL("schema {}").format(sql.Identifier(target.schema))
    if target.privilege == "execute":
        name, _, arguments = target.table.partition("(")
        return sql.SQL("function {}{}").format(sql.Identifier(target.schema, name), sql.SQL("(" + arguments))
    kind = sql.SQL("sequence" if target.privilege == "usage" else "table")
    return sql.SQL("{} {}").format(kind, sql.Identifier(target.schema, target.table))
