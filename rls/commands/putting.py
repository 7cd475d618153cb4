"""Put a plan in force: ask where rights grow, show the phases, tell who is still under the old rights."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
import psycopg

from rls.commands.comparing import planned, planned_from
from rls.commands.options import definition_of
from rls.effect.levels import level_changes
from rls.errors import RowlockError
from rls.installed import definition_in_force
from rls.plan import Patience, Plan, apply_in_phases, is_saved, terminating
from rls.plan.changes import Phase
from rls.report import console
from rls.report.phases import phases
from rls.report.plans import plan_data, summary


def ask_to_widen(connection: psycopg.Connection, made: Plan) -> None:
    """Return where nobody's rights grow, or somebody at the terminal agrees that they do."""
    before = definition_in_force(connection)
    wider = [change for change in level_changes(before, made.definition) if change.widens] if before else []
    if not wider:
        return
    for change in wider:
        console.say(str(change))
    if not sys.stdin.isatty():
        text = f"rights grow in {len(wider)} places, nothing was changed: say --allow-widening when that is meant"
        raise RowlockError(text)
    click.confirm("Rights grow. Go on?", abort=True, err=True)


def plan_of(connection: psycopg.Connection, paths: tuple[Path, ...]) -> Plan:
    """Return the plan that is to be applied: the one kept in the file named, or of the definitions files."""
    plans = [path for path in paths if is_saved(path)]
    if plans and len(paths) > 1:
        raise click.UsageError("a plan stands alone: name one plan, or definitions files")
    if plans:
        return planned_from(connection, plans[0])
    return planned(connection, definition_of(paths), " ".join(map(str, paths)) or "shipped")


def put_in_force(
    connection: psycopg.Connection, made: Plan, patience: Patience, *, terminate: bool, as_json: bool
) -> None:
    """Apply a plan, and tell what was done and whose transactions go on under the old rights."""
    if terminate:
        terminating.refuse_to_end(connection)
    before = terminating.held(connection) if terminate else frozenset()
    switched = _switched(connection, made, patience)
    if as_json:
        console.json(plan_data(made))
    else:
        console.say(summary(made) if made.empty else f"applied: {summary(made).removeprefix('Plan: ')}")
    for text in made.foreign:
        console.say(f"! foreign {text}: not ours, left alone; it may let rows through")
    if terminate:
        losers = {login for login, _ in before - terminating.held(connection)}
        _tell_ended(terminating.find(connection, made.installation, switched, losers=losers, ending=True))
    elif not made.empty:
        _tell_open(connection, terminating.find(connection, made.installation, switched))


def _switched(connection: psycopg.Connection, made: Plan, patience: Patience) -> datetime:
    """Apply; return a moment after rights changed, by the server's clock: where nothing does, of the last time."""
    switched: list[datetime] = []
    with phases() as show:

        def report(phase: Phase, done: int, total: int, what: str) -> None:
            if phase is Phase.clean_up and not switched:
                switched.append(terminating.clock(connection))
            show(phase, done, total, what)

        apply_in_phases(connection, made, patience=patience, report=report)
    if made.empty:
        return terminating.last_switch(connection)
    return switched[0] if switched else terminating.clock(connection)


def _tell_ended(found: list[terminating.Open]) -> None:
    for one in found:
        console.say(f"{'ended' if one.ended else 'did not end within 5 s'}: {one}")


def _tell_open(connection: psycopg.Connection, found: list[terminating.Open]) -> None:
    if found:
        number = f"{len(found)} transaction{'' if len(found) == 1 else 's'}"
        console.warn(
            f"{number} begun before may go on under the old rights; `rowlock apply --terminate` ends such sessions"
        )
    for one in found:
        console.say(f"  {one}")
    if not terminating.may_see(connection):
        who = connection.info.user
        console.say(f'other people\'s open transactions were not looked at: grant pg_read_all_stats to "{who}"')
