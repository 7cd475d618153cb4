"""Rows of schema ``rls`` → SQL: many of a table are written by one statement, so that its triggers fire once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import LiteralString

from psycopg import sql

from rls.state.objects import AssignmentRow, BudgetRow, Object, PermissionRow, RoleRow

_AT_ONCE = 500
"""Rows one statement writes at most."""


def make_roles(things: Sequence[RoleRow]) -> Iterator[sql.Composed]:
    """Yield what writes roles down."""
    yield from _insert(
        "insert into rls.role (name, database_role, timed) values\n  {}\n"
        "  on conflict (name) do update set database_role = excluded.database_role, timed = excluded.timed",
        ((thing.name, thing.database_role, thing.timed) for thing in things),
    )


def take_role(thing: RoleRow, after: Object | None) -> Iterator[sql.Composed]:
    """Yield what removes a role and takes it from everybody; what replaces it does not."""
    if after is None:
        yield sql.SQL("delete from rls.assignment where role = {}").format(sql.Literal(thing.name))
        yield sql.SQL("delete from rls.role where name = {}").format(sql.Literal(thing.name))


def make_permissions(things: Sequence[PermissionRow]) -> Iterator[sql.Composed]:
    """Yield what writes levels down."""
    yield from _insert(
        "insert into rls.permission (role, entity, operation, cell, level, explicit) values\n  {}\n"
        "  on conflict (role, entity, operation, cell)"
        " do update set level = excluded.level, explicit = excluded.explicit",
        ((thing.role, thing.entity, thing.operation, thing.cell, thing.level, thing.explicit) for thing in things),
    )


def take_permission(thing: PermissionRow, after: Object | None) -> Iterator[sql.Composed]:
    """Yield what removes a level; what replaces it does not."""
    if after is None:
        yield sql.SQL("delete from rls.permission where (role, entity, operation, cell) = {}").format(
            _values(thing.identity)
        )


def make_budgets(things: Sequence[BudgetRow]) -> Iterator[sql.Composed]:
    """Yield what writes budgets down; where windows become longer or shorter, since when."""
    yield from _insert(
        "insert into rls.budget (entity, kind, rows, per, statement) values\n  {}\n"
        "  on conflict (entity, kind) do update set rows = excluded.rows, per = excluded.per,"
        " statement = excluded.statement,\n"
        "    changed = case when budget.per = excluded.per then budget.changed else excluded.changed end",
        ((thing.entity, thing.counted, thing.rows, thing.per, thing.statement) for thing in things),
    )


def take_budget(thing: BudgetRow, after: Object | None) -> Iterator[sql.Composed]:
    """Yield what removes a budget; what replaces it does not."""
    if after is None:
        yield sql.SQL("delete from rls.budget where (entity, kind) = {}").format(_values(thing.identity))


def make_assignments(things: Sequence[AssignmentRow]) -> Iterator[sql.Composed]:
    """Yield what assigns roles; one that was assigned by hand becomes the definition's."""
    yield from _insert(
        "insert into rls.assignment (role, principal_kind, principal_id, from_definition) values\n  {}\n"
        "  on conflict on constraint assignment_once do update set from_definition = true",
        ((thing.role, thing.principal_kind, thing.principal_id, True) for thing in things),
    )


def take_assignment(thing: AssignmentRow, after: Object | None) -> Iterator[sql.Composed]:  # noqa: ARG001 - has no other
    """Yield what takes an assignment of the definition's back."""
    yield sql.SQL(
        "delete from rls.assignment\n"
        "  where from_definition and role = {} and principal_kind = {} and principal_id is not distinct from {}\n"
        "    and (coalesce(valid_from, valid_until) is not null) = {}"
    ).format(*map(sql.Literal, (thing.role, thing.principal_kind, thing.principal_id, thing.limited)))


def _insert(statement: LiteralString, rows: Iterable[Sequence[object]]) -> Iterator[sql.Composed]:
    values = [_values(row) for row in rows]
    for first in range(0, len(values), _AT_ONCE):
        yield sql.SQL(statement).format(sql.SQL(",\n  ").join(values[first : first + _AT_ONCE]))


def _values(row: Sequence[object]) -> sql.Composed:
    return sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, row)))
