"""Take a database one step: from the rights a revision was written for to those it brings, in phases, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from psycopg import Connection

from rls.acting import become
from rls.compiler import compile_state
from rls.definition import Definition, digest
from rls.errors import PlanError, Problem, StalePlanError
from rls.installed import installed
from rls.names import Installation, QualifiedName
from rls.plan import Patience, apply_in_phases, history
from rls.plan.changes import Change, Phase
from rls.plan.phases import Report
from rls.plan.plan import replan
from rls.revising.aside import setting_aside
from rls.revising.leftovers import Passage, judge
from rls.revising.revision import Rights, Step, found
from rls.state.catalog import pin, read_state
from rls.state.imports import ImportTable
from rls.state.made import Trigger, View
from rls.state.objects import Function, Grant, Object, RowSecurity, State
from rls.state.tables import read_facts

_ATTEMPTS = 5

_SHOWN = 20
"""How many differences an error lists."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class _Here:
    """What a step finds in one database, and what is to become of it."""

    current: State
    changes: tuple[Change, ...]
    done: bool
    expected: State

    @property
    def wanted(self) -> State:
        """The state after the step; of what was prepared already, whatever there is now goes."""
        objects = self.current.by_identity()
        for change in self.changes:
            key = (change.object.kind, *change.object.identity)
            objects.pop(key, None)
            if change.after is not None:
                objects[key] = change.after
        return State(frozenset(objects.values()))


def run(connection: Connection[Any], rights: Rights, step: Step, **how: Any) -> None:
    """Make a step, as :func:`attempt` does; again where somebody changed the organisation meanwhile.

    :raises PlanError: as there.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return attempt(connection, rights, step, **how)
        except StalePlanError:
            continue
    return attempt(connection, rights, step, **how)


def attempt(
    connection: Connection[Any],
    rights: Rights,
    step: Step,
    *,
    patience: Patience | None = None,
    report: Report | None = None,
    say: Say = print,
) -> None:
    """Make a step; where the database holds what it brings already, do nothing.

    :param connection: in autocommit, outside a transaction.
    :param say: is told what is worth knowing.
    :raises PlanError: the database is another installation, or does not hold
        the rights the step begins with, or its tables differ: nothing is
        changed.  Or a table stayed locked.
    """
    with connection.transaction():
        installation = _installation(connection, rights)
        here = _look(connection, step, installation)
        plan = replace(replan(connection, step.after, installation, here.wanted), source=step.source)
        judge(connection, rights, step, Passage(here.current, here.wanted, here.expected), say)
    if plan.empty and here.done:
        say("these rights are in force already: nothing to do")
    else:
        around = nullcontext if here.done else partial(setting_aside, connection, installation, step)
        apply_in_phases(connection, plan, patience=patience, report=report, around=around)
    if not step.up:
        _forget(connection, installation, rights.manages)


def _installation(connection: Connection[Any], rights: Rights) -> Installation:
    here = installed(connection)
    if here != rights.installation:
        message = (
            f'was written for prefix "{rights.prefix}" and organisation "{rights.organisation}", this database has'
            f' "{here.prefix}" and "{here.organisation}": write a revision for it, or install both alike'
        )
        raise PlanError([Problem("", f"revision {rights.revision}", message)])
    return here


def _look(connection: Connection[Any], step: Step, installation: Installation) -> _Here:
    pin(connection)
    tables = {entity.table for side in (step.before, step.after) for entity in side.entities}
    facts = read_facts(connection, tables, installation)
    expected = compile_state(step.after, facts, installation)
    changes = found(step.changes, facts.principals)
    sides = {side for change in changes for side in (change.before, change.after) if side is not None}
    state = read_state(connection, State(expected.objects | sides), installation).state
    done = _switched(connection, step, state, changes)
    return _Here(state, changes, done=done, expected=expected)


def _switched(connection: Connection[Any], step: Step, state: State, changes: tuple[Change, ...]) -> bool:
    """Return whether the rights after the step are in force; what is to be cleaned up may be left.

    :raises PlanError: neither these are, nor those before it.
    """
    row = connection.execute("select definition_digest from rls.installation").fetchone()
    in_force = row[0] if row and row[0] else digest(Definition())
    before, after = digest(step.before), digest(step.after)
    if in_force not in (before, after):
        raise PlanError([Problem("", step.source, _moved_on(connection))])
    now = state.by_identity()
    pairs = [(now.get((change.object.kind, *change.object.identity)), change) for change in changes]
    behind = [_wrong(thing, change) for thing, change in pairs if not _fits_after(thing, change)]
    anew = {
        change.object.name
        for change in changes
        if isinstance(change.object, View | ImportTable) and change.before is not None
    }
    ahead = [
        _wrong(thing, change)
        for thing, change in pairs
        if not _fits_before(thing, change) and not _goes_along(change, anew)
    ]
    if in_force == after and not behind:
        return True
    if in_force == before and not ahead:
        return False
    wrong = ahead if in_force == before else behind
    more = [Problem("", step.source, f"and {len(wrong) - _SHOWN} more")] if len(wrong) > _SHOWN else []
    raise PlanError([*wrong[:_SHOWN], *more])


def _goes_along(change: Change, anew: Collection[QualifiedName]) -> bool:
    """Return whether the object is made again only because what it stands on is."""
    if change.before is not None:
        return False
    match change.object:
        case Trigger(table=table):
            return table in anew
        case Grant(schema=schema, table=str(name)):
            return QualifiedName(schema, name) in anew
    return False


def _fits_before(thing: Object | None, change: Change) -> bool:
    if thing == change.before:
        return True
    if change.phase is Phase.prepare:
        return thing == change.after
    after = change.after
    # Made beside its policy: a new role's as it shall be.
    return change.before is None and isinstance(after, Function) and thing in (after, replace(after, body="false"))


def _fits_after(thing: Object | None, change: Change) -> bool:
    return thing == change.after or (change.phase is Phase.clean_up and thing == change.before)


def _wrong(thing: Object | None, change: Change) -> Problem:
    if thing is None:
        what = "is not there"
    elif change.before is None:
        what = "is there already"
    else:
        what = "is not as it was where the revision was written"
    advice = "nothing was changed; `rowlock verify` lists what was changed by hand"
    return Problem("", f"{change.object.kind} {change.object}", f"{what}: {advice}")


def _moved_on(connection: Connection[Any]) -> str:
    entries = history(connection)
    latest = entries[0] if entries else None
    which = f"entry {latest.id} of `rowlock history`, from {latest.source or 'no file'}" if latest else "none"
    return (
        f"this database holds another definition than this was written for ({which}); nothing was changed: "
        "put the definition before it in force first, or write the revision again from what is in force here"
    )


def _forget(connection: Connection[Any], installation: Installation, tables: tuple[QualifiedName, ...]) -> None:
    """Forget that the revision brought these tables under management."""
    with connection.transaction():
        connection.execute(become(installation.rls_owner))
        for table in tables:
            connection.execute(
                "delete from rls.applied where kind = %s and identity = %s",
                [RowSecurity.kind, [table.schema, table.name]],
            )
