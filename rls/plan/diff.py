"""(current, desired) → changes.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from rls.names import QualifiedName
from rls.plan.changes import Change
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
    State,
)

CREATION: tuple[type, ...] = (
    DatabaseRole,
    Routine,
    Function,
    Policy,
    RowSecurity,
    View,
    ImportTable,
    Trigger,
    Grant,
    PermissionRow,
    BudgetRow,
    RoleRow,
    AssignmentRow,
)
"""The order of statements: functions before the policies and views that call them, row
security before any privilege, assignments last.  Dropping goes the other way
round.  Policies come before row security: once a table is under it, PostgreSQL
reads all of them for each that is made."""

_LAST_NEEDED = CREATION.index(Function)
_SCHEMAS = CREATION.index(Routine) - 0.5
"""Where privileges on schemas come: functions name the tables in them."""

_CALLER = ("folded_roles()", "roles_now()", "roles()")
"""The functions that say which roles the caller holds, what another one calls before it."""


def diff(current: State, desired: State) -> tuple[Change, ...]:
    """Return the changes that turn *current* into *desired*, in the order they can run.

    What goes goes before anything comes, but for what a policy that is altered
    may need until then: functions, schemas, database roles; and for privileges
    on a view that is given back to its owner, who takes them.

    Row security is never taken back: a table the definition no longer names
    stays closed until somebody opens it by hand.
    """
    before, after = current.by_identity(), desired.by_identity()
    dropped = [Change(thing, None) for key, thing in before.items() if key not in after and _droppable(thing)]
    lost = {_on_columns(change.object) for change in dropped} | _with_views(before, after)
    made = [
        Change(None if key in lost else before.get(key), thing)
        for key, thing in after.items()
        if before.get(key) != thing or key in lost
    ]
    dropped.sort(key=lambda change: (-_rank(change.object), _text(change)))
    made.sort(key=lambda change: (_place(change), _text(change)))
    returned = _returned(made)

    def waits(change: Change) -> bool:
        thing = change.object
        of_returned = isinstance(thing, Grant) and QualifiedName(thing.schema, thing.table or "") in returned
        return of_returned or _rank(thing) <= _LAST_NEEDED

    at_once = (change for change in dropped if not waits(change))
    return (*at_once, *made, *filter(waits, dropped))


def patched(state: State, changes: tuple[Change, ...]) -> State:
    """Return the state after the changes: what applying them must come to."""
    objects = set(state.objects)
    for change in changes:
        if change.before is not None:
            objects.discard(change.before)
        if change.after is not None:
            objects.add(change.after)
    return State(frozenset(objects))


def _on_columns(thing: Object) -> tuple[str, ...] | None:
    """Return the identity of the same privilege on columns, which goes with that on the whole table.

    https://www.postgresql.org/docs/current/sql-revoke.html
    """
    if not isinstance(thing, Grant) or thing.columns is not None or thing.table is None:
        return None
    return (thing.kind, *replace(thing, columns=()).identity)


def _with_views(before: Mapping[tuple[str, ...], Object], after: Mapping[tuple[str, ...], Object]) -> set[Any]:
    """Return what goes with what is made anew: views, which can only gain columns at their end, and import tables."""
    anew = {
        thing.name
        for key, thing in after.items()
        if (
            isinstance(thing, View)
            and isinstance(was := before.get(key), View)
            and was.columns != thing.columns[: len(was.columns)]
        )
        or (isinstance(thing, ImportTable) and key in before and not thing.comes_of(before[key]))
    }
    return {
        key
        for key, thing in before.items()
        if (isinstance(thing, Trigger) and thing.table in anew)
        or (isinstance(thing, Grant) and QualifiedName(thing.schema, thing.table or "") in anew)
    }


def _returned(made: Iterable[Change]) -> set[QualifiedName]:
    """Return the views that come back to their owner."""
    sides = ((change.before, change.after) for change in made)
    return {
        view.name for was, view in sides if isinstance(was, View) and isinstance(view, View) and was.owner != view.owner
    }


def _droppable(thing: Object) -> bool:
    return not isinstance(thing, RowSecurity)


def _place(change: Change) -> float:
    """Return where an object is made; a column cannot go before the privileges on it."""
    if isinstance(change.after, ImportTable) and change.after.shrinks(change.before):
        return CREATION.index(Grant) + 0.5
    return _rank(change.object)


def _rank(thing: Object) -> float:
    if isinstance(thing, Deviation):
        # First of all: what else is done calls what Rowlock ships.
        return 2 * len(CREATION) - thing.step
    if isinstance(thing, Grant) and thing.table is None:
        return _SCHEMAS
    if isinstance(thing, Routine):
        # What asks for the caller's roles comes after the functions that say which they are.
        place = _CALLER.index(thing.name) if thing.name in _CALLER else len(_CALLER)
        return CREATION.index(Routine) + place / 10
    return CREATION.index(type(thing))


def _text(change: Change) -> tuple[str, ...]:
    return (*change.object.identity, repr(change.before), repr(change.after))
