"""Make a plan true in one transaction, all or nothing, and check that nothing is left to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from psycopg import Connection, errors

from rls.definition.model import Definition
from rls.drift import adopt
from rls.errors import PlanError, Problem, StalePlanError
from rls.plan.changes import Change, Phase
from rls.plan.executing import execute, remember_definition, remember_tables
from rls.plan.plan import Plan, holds, make_plan, membership_drift, replan
from rls.state.catalog import read_some
from rls.state.objects import AssignmentRow, BudgetRow, DatabaseRole, Deviation, Function, Grant, PermissionRow, RoleRow

LOCK = "lock table rls.refreshed in share row exclusive mode"
"""Serialises everything that changes rights; the organisation's triggers take it too."""

_HELD = (DatabaseRole, RoleRow, AssignmentRow)
_ALONE = (Function, Grant, PermissionRow, BudgetRow, AssignmentRow)
"""What changes of levels and assignments change; changing one changes nothing else."""


def deploy(connection: Connection[Any], definition: Definition, source: str = "") -> Plan:
    """Plan and apply in one transaction; return the plan that was applied.

    :param source: where the definition comes from, for the history.
    :raises PlanError: the definition does not fit the database.
    """
    with connection.transaction():
        lock(connection)
        plan = make_plan(connection, definition, source)
        _apply(connection, plan)
        return plan


def apply(connection: Connection[Any], plan: Plan) -> None:
    """Apply a plan made earlier, in one transaction.

    :raises PlanError: the database or the definition has moved on since, or
        the plan did not bring about what it promised; nothing is changed.
    """
    with connection.transaction():
        lock(connection)
        refuse_stale(connection, plan)
        _apply(connection, plan)


def lock(connection: Connection[Any]) -> None:
    """Wait for everybody else who changes rights or people, until the transaction ends.

    :raises PlanError: who is logged in lacks the privilege.
    """
    try:
        connection.execute(LOCK)
    except errors.InsufficientPrivilege as error:
        what = error.diag.message_primary
        advice = "run as a superuser, or as a member of the tables' owner and of the owner of schema rls"
        raise PlanError([Problem("", "apply", f"{what}: {advice}")]) from error


def refuse_stale(connection: Connection[Any], plan: Plan) -> None:
    """Return nothing where a plan made now would be the same.

    :raises PlanError: the database has changed since the plan was made.
    """
    if not holds(connection, plan) and make_plan(connection, plan.definition).fingerprint != plan.fingerprint:
        raise StalePlanError([Problem("", "plan", "the database has changed since the plan was made: plan again")])


def _apply(connection: Connection[Any], plan: Plan) -> None:
    if plan.changes:
        execute(connection, plan.changes, plan.installation)
        remember_tables(connection, plan.desired, plan.installation)
    remember_definition(connection, plan)
    adopt(connection, plan.definition, plan.installation)
    repair(connection, plan, plan)
    refuse_unfinished(connection, plan, plan.changes)


def moves_members(plan: Plan) -> bool:
    """Return whether somebody's memberships may have to change."""
    return bool(plan.membership_drift) or any(isinstance(change.object, _HELD) for change in plan.changes)


def repair(connection: Connection[Any], plan: Plan, now: Plan) -> None:
    """Bring memberships in line with assignments, those granted by hand included, where a plan gives reason to.

    Where what Rowlock ships was changed by hand, reach and memberships may not
    have followed the organisation meanwhile.

    :param now: what was left of *plan* to do at last.
    """
    mended = any(isinstance(change.object, Deviation) for change in plan.changes)
    if mended:
        connection.execute("select rls.refresh()")
    if mended or moves_members(now):
        connection.execute("select rls.repair_memberships()")


def refuse_unfinished(
    connection: Connection[Any], plan: Plan, made: Collection[Change], *, cleaned_up: bool = True
) -> None:
    """Return nothing where nothing is left to do once *made* were made.

    :param plan: what was to be done at last.
    :param cleaned_up: whether what is for cleaning up is done too.
    :raises PlanError: what still differs.
    """
    if all(isinstance(change.object, _ALONE) for change in made):
        left = _unmade(connection, plan, made)
        # Nobody's memberships have moved, and looking at all of them takes longer than one level.
        drift = membership_drift(connection) if moves_members(plan) else ()
    else:
        now = replan(connection, plan.definition, plan.installation, plan.desired)
        left, drift = now.changes, now.membership_drift
    rest = [*map(str, left if cleaned_up else _but_cleaning(left)), *drift]
    if rest:
        raise PlanError([Problem("", text, "still differs after applying; nothing was changed") for text in rest])


def _but_cleaning(left: Iterable[Change]) -> list[Change]:
    return [change for change in left if change.phase is not Phase.clean_up]


def _unmade(connection: Connection[Any], plan: Plan, made: Collection[Change]) -> tuple[Change, ...]:
    if not made:
        return ()
    now = read_some(connection, plan.desired, [change.object for change in made], plan.installation).by_identity()
    return tuple(change for change in made if now.get((change.object.kind, *change.object.identity)) != change.after)
