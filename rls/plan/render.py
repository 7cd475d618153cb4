"""Change → SQL.  The one place where statements about rights are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import singledispatch
from itertools import groupby
from typing import Any

from psycopg import sql

from rls.acting import become
from rls.names import Installation
from rls.plan import functions, grants, rows, texts
from rls.plan.changes import Action, Change
from rls.plan.imports import make_import_table, take_import_table
from rls.plan.texts import relation
from rls.state.imports import ImportTable
from rls.state.made import Routine, Trigger, View
from rls.state.objects import (
    AssignmentRow,
    BudgetRow,
    DatabaseRole,
    Deviation,
    Function,
    Grant,
    Object,
    PermissionRow,
    Policy,
    RoleRow,
    RowSecurity,
)

_ATTRIBUTES = {
    word: sql.SQL(word)
    for attribute in ("superuser", "createdb", "createrole", "login", "replication", "bypassrls")
    for word in (attribute, f"no{attribute}")
}
_COMMANDS = {name: grants.PRIVILEGES[name] for name in ("select", "insert", "update", "delete")}

Together = Callable[[Sequence[Any]], Iterator[sql.Composed]]
"""Many objects of a kind → as few statements as do."""

_ROWS: dict[type, Together] = {
    RoleRow: rows.make_roles,
    PermissionRow: rows.make_permissions,
    BudgetRow: rows.make_budgets,
    AssignmentRow: rows.make_assignments,
}
_TOGETHER: dict[tuple[type, Action], Together] = {
    (Function, "create"): functions.make_functions,
    (Grant, "create"): grants.make_grants,
    (Grant, "drop"): grants.take_grants,
    **{(kind, "create"): make for kind, make in _ROWS.items()},
    **{(kind, "alter"): make for kind, make in _ROWS.items()},
}
"""What changes of a kind that follow each other share statements for."""


def statements(change: Change) -> list[sql.Composed]:
    """Return the statements that make the change, in their order."""
    taken = _take(change.before, change.after) if change.before is not None else ()
    made = _make(change.after, change.before) if change.after is not None else ()
    return [*taken, *made]


def transaction(changes: Iterable[Change], installation: Installation) -> Iterator[sql.Composed]:
    """Yield the statements of all changes, each run by whom it must be run by; changes of one kind share them."""
    for maker, group in groupby(_by_maker(changes, installation), lambda change: change.maker(installation)):
        if maker:
            yield become(maker)
        for kind, alike in groupby(group, lambda change: (type(change.object), change.action)):
            if kind in _TOGETHER:
                yield from _TOGETHER[kind]([change.object for change in alike])
            else:
                yield from (statement for change in alike for statement in statements(change))
        if maker:
            yield become(None)


def _by_maker(changes: Iterable[Change], installation: Installation) -> Iterator[Change]:
    """Yield the changes; of privileges that follow each other those by one maker together."""
    for _, alike in groupby(changes, _neighbours):
        some = list(alike)
        if isinstance(some[0].object, Grant):
            some.sort(key=lambda change: change.maker(installation) or "")
        yield from some


def _neighbours(change: Change) -> tuple[type, Action, bool]:
    """Return what changes have in common whose order does not count; names of tables need their schema's privilege."""
    thing = change.object
    return type(thing), change.action, isinstance(thing, Grant) and thing.table is None


def script(changes: Iterable[Change], installation: Installation) -> str:
    """Return one transaction as text for psql."""
    lines = [statement.as_string(None) for statement in transaction(changes, installation)]
    return "".join(f"{line};\n" for line in ["begin", *lines, "commit"])


@singledispatch
def _make(thing: Object, before: Object | None) -> Iterator[sql.Composed]:
    """Return what brings *thing* about where *before* (None: nothing) is."""
    raise NotImplementedError(type(thing))


@singledispatch
def _take(thing: Object, after: Object | None) -> Iterator[sql.Composed]:
    """Return what takes *thing* away, as far as what makes *after* does not."""
    raise NotImplementedError(type(thing))


@_make.register
def _(thing: DatabaseRole, before: Object | None) -> Iterator[sql.Composed]:
    name = sql.Identifier(thing.name)
    if before is None:
        yield sql.SQL("create role {} nologin").format(name)
    elif isinstance(before, DatabaseRole):
        taken = [attribute for attribute in before.attributes if attribute not in thing.attributes]
        given = [attribute for attribute in thing.attributes if attribute not in before.attributes]
        words = [*(f"no{attribute}" for attribute in taken), *given]
        yield sql.SQL("alter role {} {}").format(name, sql.SQL(" ").join(_ATTRIBUTES[word] for word in words))


@_take.register
def _(thing: DatabaseRole, after: Object | None) -> Iterator[sql.Composed]:
    if after is None:
        yield sql.SQL("drop role {}").format(sql.Identifier(thing.name))


_make.register(Function)(functions.replace_function)
_take.register(Function)(functions.take_function)
_make.register(Routine)(texts.make_routine)
_take.register(Routine)(texts.take_routine)
_make.register(View)(texts.make_view)
_take.register(View)(texts.take_view)
_make.register(ImportTable)(make_import_table)
_take.register(ImportTable)(take_import_table)
_make.register(Trigger)(texts.make_trigger)
_take.register(Trigger)(texts.take_trigger)
_make.register(Grant)(grants.widen_grant)
_take.register(Grant)(grants.narrow_grant)
_make.register(RoleRow)(lambda thing, _: rows.make_roles([thing]))
_make.register(PermissionRow)(lambda thing, _: rows.make_permissions([thing]))
_make.register(BudgetRow)(lambda thing, _: rows.make_budgets([thing]))
_make.register(AssignmentRow)(lambda thing, _: rows.make_assignments([thing]))
_take.register(RoleRow)(rows.take_role)
_take.register(PermissionRow)(rows.take_permission)
_take.register(BudgetRow)(rows.take_budget)
_take.register(AssignmentRow)(rows.take_assignment)


@_make.register
def _(thing: Policy, before: Object | None) -> Iterator[sql.Composed]:
    text = sql.SQL("create policy {} on {} for {} to {}").format(
        sql.Identifier(thing.name), relation(thing.table), _COMMANDS[thing.command], sql.Identifier(thing.role)
    )
    if thing.using is not None:
        text += sql.SQL("\n  using ({})").format(sql.SQL(thing.using))
    if thing.with_check is not None:
        text += sql.SQL("\n  with check ({})").format(sql.SQL(thing.with_check))
    yield text


@_take.register
def _(thing: Policy, after: Object | None) -> Iterator[sql.Composed]:
    yield sql.SQL("drop policy if exists {} on {}").format(sql.Identifier(thing.name), relation(thing.table))


@_make.register
def _(thing: RowSecurity, before: Object | None) -> Iterator[sql.Composed]:
    for wanted, on, off in (
        (thing.enabled, "enable row level security", "disable row level security"),
        (thing.forced, "force row level security", "no force row level security"),
    ):
        action = sql.SQL(on if wanted else off)
        yield sql.SQL("alter table {} {}").format(relation(thing.table), action)


@_take.register
def _(thing: RowSecurity, after: Object | None) -> Iterator[sql.Composed]:
    yield from ()


@_make.register
def _(thing: Deviation, before: Object | None) -> Iterator[sql.Composed]:
    yield from ()


@_take.register
def _(thing: Deviation, after: Object | None) -> Iterator[sql.Composed]:
    # The text is ours: from files that ship, with names filled in.
    yield from (sql.Composed([sql.SQL(text)]) for text in thing.statements)
