"""rowlock apply, history, rollback: put a definition in force, and see which ones were."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click
import psycopg

from rls.commands.connection import with_connection
from rls.commands.options import as_json, definition_of, definitions
from rls.effect.levels import level_changes
from rls.errors import RowlockError
from rls.plan import (
    Patience,
    Plan,
    apply_in_phases,
    definition_at,
    definition_in_force,
    is_saved,
    make_plan,
    planned_again,
    refuse_older,
    terminating,
)
from rls.plan import history as entries
from rls.plan.changes import Phase
from rls.report import console
from rls.report.histories import history_data, history_table
from rls.report.phases import phases, working
from rls.report.plans import plan_data, summary

COMPARING = "comparing rights and reach"
"""What planning is, in the progress."""


def patience(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say how long to wait for a table; it gets a Patience."""

    @click.option(
        "--lock-timeout",
        default=0.1,
        show_default=True,
        type=click.FloatRange(min=0.001),
        metavar="SECONDS",
        help="How long a try waits for a table's lock; everybody who comes later waits behind it.",
    )
    @click.option(
        "--give-up-after",
        default=60.0,
        show_default=True,
        type=click.FloatRange(min=0),
        metavar="SECONDS",
        help="How long to try for one table.",
    )
    @wraps(command)
    def wrapped(*args: Any, lock_timeout: float, give_up_after: float, **kwargs: Any) -> Any:
        return command(*args, patience=Patience(lock_timeout, give_up_after), **kwargs)

    return wrapped


terminate = click.option(
    "--terminate",
    is_flag=True,
    help="End sessions of people and pools whose open transactions began before the rights changed.",
)

allow_widening = click.option(
    "--allow-widening", is_flag=True, help="Do not ask where somebody may reach more than before."
)


@click.command()
@definitions
@click.option("--force", is_flag=True, help="Also a definition that was replaced since by a newer one.")
@allow_widening
@terminate
@patience
@as_json
@with_connection
def apply(
    connection: psycopg.Connection,
    definitions: tuple[Path, ...],
    *,
    force: bool,
    allow_widening: bool,
    terminate: bool,
    patience: Patience,
    as_json: bool,
) -> None:
    """Make the database obey the definition, while everybody works.

    Goes by phases.  Prepare: what needs a table's lock (policies of new roles
    and entities), a table at a time, tried again rather than waited for, and
    without effect.  Switch: everything that has an effect, in one transaction
    that locks no table: all of it, or nothing; open sessions follow with their
    next statement.  Clean up: what nobody uses any more.

    A change of levels, stages or assignments is a switch only.  Interrupted
    anywhere, rights are the old or the new ones, and the next apply goes on.

    What is not a new statement cannot obey at once: a query that is running, a
    REPEATABLE READ snapshot, an open cursor or transaction.  Those that began
    before are named; --terminate ends their sessions.

    Where the definition replaces another and somebody may reach more than
    before, apply asks; without a terminal it needs --allow-widening.

    DEFINITIONS may be one plan kept by `rowlock plan --out`; it is refused when
    the database has changed since.

    \b
    Examples:
      rowlock apply rights.yaml
      rowlock apply plan.json                 what was reviewed, or nothing
      rowlock apply                           the definition Rowlock ships
    """
    made = _planned(connection, definitions)
    if not force:
        refuse_older(connection, made)
    if not allow_widening:
        _ask_to_widen(connection, made)
    _run(connection, made, patience, terminate=terminate, as_json=as_json)


@click.command()
@as_json
@with_connection
def history(connection: psycopg.Connection, *, as_json: bool) -> None:
    """List the definitions that were put in force: when, by whom, from where.

    The latest comes first; it is in force.
    """
    found = entries(connection)
    if as_json:
        console.json(history_data(found))
    elif found:
        console.data(history_table(found))
    else:
        console.say("no definition was applied to this database yet")


@click.command()
@click.argument("entry", type=int)
@allow_widening
@terminate
@patience
@as_json
@with_connection
def rollback(
    connection: psycopg.Connection,
    entry: int,
    *,
    allow_widening: bool,
    terminate: bool,
    patience: Patience,
    as_json: bool,
) -> None:
    """Put the definition of an earlier ENTRY of the history in force again.

    Works as apply does, and becomes an entry itself; assignments made since
    stay, as far as their roles do.

    \b
    Example:
      rowlock history
      rowlock rollback 3
    """
    wanted = definition_at(connection, entry)
    with working(COMPARING):
        made = make_plan(connection, wanted, f"entry {entry}")
    if not allow_widening:
        _ask_to_widen(connection, made)
    _run(connection, made, patience, terminate=terminate, as_json=as_json)


def _ask_to_widen(connection: psycopg.Connection, made: Plan) -> None:
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


def _planned(connection: psycopg.Connection, paths: tuple[Path, ...]) -> Plan:
    plans = [path for path in paths if is_saved(path)]
    if plans and len(paths) > 1:
        raise click.UsageError("a plan stands alone: name one plan, or definitions files")
    if plans:
        with working(COMPARING):
            return planned_again(connection, plans[0])
    wanted = definition_of(paths)
    with working(COMPARING):
        return make_plan(connection, wanted, " ".join(map(str, paths)) or "shipped")


def _run(connection: psycopg.Connection, made: Plan, patience: Patience, *, terminate: bool, as_json: bool) -> None:
    if terminate:
        terminating.refuse_to_end(connection)
    before = terminating.held(connection) if terminate else frozenset()
    switched = _put_in_force(connection, made, patience)
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


def _put_in_force(connection: psycopg.Connection, made: Plan, patience: Patience) -> datetime:
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
