"""Make a plan true in one transaction, all or nothing, and check that nothing is left to do."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from rls.definition.model import Definition
from rls.errors import PlanError, Problem
from rls.plan.executing import execute, remember_definition, remember_tables
from rls.plan.plan import Plan, make_plan, replan
from rls.state.objects import DatabaseRole

LOCK = "select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('rowlock'), 1)"
"""Serialises everything that changes rights; the organisation's triggers take it too."""


def deploy(connection: Connection[Any], definition: Definition, source: str = "") -> Plan:
    """Plan and apply in one transaction; return the plan that was applied.

    :param source: where the definition comes from, for the history.
    :raises PlanError: the definition does not fit the database.
    """
    with connection.transaction():
        connection.execute(LOCK)
        plan = make_plan(connection, definition, source)
        _apply(connection, plan)
        return plan


def apply(connection: Connection[Any], plan: Plan) -> None:
    """Apply a plan made earlier, in one transaction.

    :raises PlanError: the database or the definition has moved on since, or
        the plan did not bring about what it promised; nothing is changed.
    """
    with connection.transaction():
        connection.execute(LOCK)
        refuse_stale(plan, make_plan(connection, plan.definition))
        _apply(connection, plan)


def refuse_stale(plan: Plan, now: Plan) -> None:
    """Return nothing where a plan made now would be the same.

    :raises PlanError: the database has changed since the plan was made.
    """
    if now.fingerprint != plan.fingerprint:
        raise PlanError([Problem("", "plan", "the database has changed since the plan was made: plan again")])


def _apply(connection: Connection[Any], plan: Plan) -> None:
    if plan.changes:
        execute(connection, plan.changes, plan.installation)
        remember_tables(connection, plan.desired, plan.installation)
    remember_definition(connection, plan)
    if plan.membership_drift or any(isinstance(change.object, DatabaseRole) for change in plan.changes):
        repair_memberships(connection)
    refuse_unfinished(replan(connection, plan.definition, plan.installation, plan.desired))


def repair_memberships(connection: Connection[Any]) -> None:
    """Bring memberships in line with assignments, those granted by hand included."""
    connection.execute("select rls.repair_memberships()")


def refuse_unfinished(left: Plan) -> None:
    """Return nothing where nothing is left to do.

    :raises PlanError: what still differs.
    """
    if not left.empty:
        rest = [*map(str, left.changes), *left.membership_drift]
        raise PlanError([Problem("", text, "still differs after applying; nothing was changed") for text in rest])
