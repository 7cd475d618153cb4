"""Make a plan true, all or nothing, and check that nothing is left to do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from psycopg import Connection, errors, sql
from psycopg.types.json import Jsonb

from rls.definition.model import Definition
from rls.definition.storing import digest, dump
from rls.errors import PlanError, Problem
from rls.names import QualifiedName
from rls.plan.plan import Plan, make_plan, replan
from rls.plan.render import become, transaction
from rls.resources import sql_text
from rls.state.catalog import canonical_functions, canonical_policies, canonical_policy
from rls.state.objects import DatabaseRole, Function, Object, Policy, RowSecurity

LOCK = "select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('rowlock'), 1)"
"""Serialises everything that changes rights; the organisation's triggers take it too."""

_STATEMENTS_AT_ONCE = 200


def deploy(connection: Connection[Any], definition: Definition) -> Plan:
    """Plan and apply in one transaction; return the plan that was applied.

    :raises PlanError: the definition does not fit the database.
    """
    with connection.transaction():
        connection.execute(LOCK)
        plan = make_plan(connection, definition)
        _apply(connection, plan)
        return plan


def apply(connection: Connection[Any], plan: Plan) -> None:
    """Apply a plan made earlier.

    :raises PlanError: the database or the definition has moved on since, or
        the plan did not bring about what it promised; nothing is changed.
    """
    with connection.transaction():
        connection.execute(LOCK)
        if make_plan(connection, plan.definition).fingerprint != plan.fingerprint:
            raise PlanError([Problem("", "plan", "the database has changed since the plan was made: plan again")])
        _apply(connection, plan)


def _apply(connection: Connection[Any], plan: Plan) -> None:
    try:
        _run(connection, plan)
    except errors.InsufficientPrivilege as error:
        what = error.diag.message_primary
        advice = "run as a superuser, or as a member of the tables' owner and of the owner of schema rls"
        raise PlanError([Problem("", "apply", f"{what}: {advice}")]) from error
    _record(connection, plan)
    _refresh(connection, plan)
    left = replan(connection, plan.definition, plan.installation, plan.desired)
    if not left.empty:
        rest = [*map(str, left.changes), *left.membership_drift]
        raise PlanError([Problem("", text, "still differs after applying; nothing was changed") for text in rest])


def _run(connection: Connection[Any], plan: Plan) -> None:
    texts = transaction(plan.changes, plan.installation.rls_owner)
    while some := list(islice(texts, _STATEMENTS_AT_ONCE)):
        connection.execute(sql.SQL(";\n").join(some))


def _record(connection: Connection[Any], plan: Plan) -> None:
    """Remember our text of every expression beside the server's own form of it."""
    gone = [change for change in plan.changes if change.after is None]
    made = [change.after for change in plan.changes if change.after is not None]
    # Row security may have been there before; that the table is managed must be remembered all the same.
    made += [thing for thing in plan.desired.objects if plan.changes and isinstance(thing, RowSecurity)]
    connection.execute(become(plan.installation.rls_owner))
    with connection.cursor() as cursor:
        cursor.executemany(
            "delete from rls.applied where kind = %s and identity = %s",
            [(change.object.kind, list(change.object.identity)) for change in gone],
        )
        cursor.executemany(sql_text("state/record.sql"), list(_records(connection, made)))
        cursor.execute(
            "update rls.installation set definition = %s, definition_digest = %s"
            " where definition_digest is distinct from %s",
            [Jsonb(dump(plan.definition)), digest(plan.definition), digest(plan.definition)],
        )
    connection.execute(become(None))


def _records(connection: Connection[Any], things: list[Object]) -> Iterator[tuple[str, list[str], str, str]]:
    functions = canonical_functions(connection) if any(isinstance(thing, Function) for thing in things) else {}
    tables: set[QualifiedName] = {thing.table for thing in things if isinstance(thing, Policy)}
    policies = canonical_policies(connection, tables) if tables else {}
    for thing in things:
        if isinstance(thing, Function):
            row = functions[Function.kind, *thing.identity]
            yield thing.kind, list(thing.identity), thing.body, row["canonical"]
        elif isinstance(thing, Policy):
            row = policies[Policy.kind, *thing.identity]
            yield thing.kind, list(thing.identity), thing.using or thing.with_check or "", canonical_policy(row)
        elif isinstance(thing, RowSecurity):
            yield thing.kind, list(thing.identity), "", ""


def _refresh(connection: Connection[Any], plan: Plan) -> None:
    """Bring memberships in line with assignments, those granted by hand included."""
    if plan.membership_drift or any(isinstance(change.object, DatabaseRole) for change in plan.changes):
        connection.execute("select rls.repair_memberships()")
