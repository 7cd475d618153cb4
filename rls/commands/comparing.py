"""What a definition would change, and what was changed by hand; with their progress."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg

from rls.definition import Definition
from rls.drift import Finding, findings
from rls.effect import Effect, effect, in_force, level_changes
from rls.errors import RowlockError
from rls.installed import applied_definition
from rls.names import Installation
from rls.organisation.limits import statement, written, wrong
from rls.plan import Plan, make_plan, planned_again
from rls.report.effects import counting
from rls.report.phases import working

COMPARING = "comparing rights and reach"
"""What planning is, in the progress."""


def planned(connection: psycopg.Connection, definition: Definition, source: str = "") -> Plan:
    """Return what has to change to make *definition* hold.

    :param source: where it comes from, for the history.
    """
    with working(COMPARING):
        return make_plan(connection, definition, source)


def planned_from(connection: psycopg.Connection, path: Path) -> Plan:
    """Return the plan kept in the file *path*, made again."""
    with working(COMPARING):
        return planned_again(connection, path)


def effect_of(connection: psycopg.Connection, plan: Plan, *, wanted: bool | None) -> Effect | None:
    """Return what a plan does to people and rows; None where it is not wanted, or nothing of rights changes.

    :param wanted: None: where it may do anything.
    """
    if wanted is False or (wanted is None and plan.empty):
        return None
    try:
        before = in_force(connection)
    except RowlockError as error:
        return Effect(notes=(f"rows are not counted: {error}",))
    if wanted is None and not plan.membership_drift and not level_changes(before, plan.definition):
        return None
    with counting() as report:
        return effect(connection, before, plan.definition, plan.installation, report=report)


def by_hand(connection: psycopg.Connection) -> tuple[Plan, tuple[Finding, ...]]:
    """Return what apply would put right of what was changed by hand, and what only a DBA may, accepted or not.

    :raises RowlockError: nothing was applied yet.
    """
    made = planned(connection, applied_definition(connection))
    with working("looking for what goes past them"), connection.transaction():
        found = (*findings(connection, made.desired, made.installation), *_off_limits(connection, made.installation))
    return made, found


def _off_limits(connection: psycopg.Connection, installation: Installation) -> Iterator[Finding]:
    """Yield the logins that have other limits than their roles say."""
    for limit in wrong(connection, installation):
        is_and_should = written(limit.limit, limit.actual), written(limit.limit, limit.wanted)
        yield Finding(
            "login",
            limit.login,
            "{}: {}, should be {}".format(limit.limit, *is_and_should),
            "it may take more or less of the server than its roles say",
            statement(limit.login, limit.limit, limit.wanted).as_string(connection),
            "warning",
        )
