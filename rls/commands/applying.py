"""rowlock apply, history, rollback: put a definition in force, and see which ones were."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import psycopg

from rls.commands.connection import with_connection
from rls.commands.options import as_json, definitions
from rls.report import console

if TYPE_CHECKING:
    from rls.plan import Patience


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
        from rls.plan import Patience

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
    from rls.commands.putting import ask_to_widen, plan_of, put_in_force
    from rls.plan import refuse_older

    made = plan_of(connection, definitions)
    if not force:
        refuse_older(connection, made)
    if not allow_widening:
        ask_to_widen(connection, made)
    put_in_force(connection, made, patience, terminate=terminate, as_json=as_json)


@click.command()
@as_json
@with_connection
def history(connection: psycopg.Connection, *, as_json: bool) -> None:
    """List the definitions that were put in force: when, by whom, from where.

    The latest comes first; it is in force.
    """
    from rls.plan import history as entries
    from rls.report.histories import history_data, history_table

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
    from rls.commands.comparing import planned
    from rls.commands.putting import ask_to_widen, put_in_force
    from rls.plan import definition_at

    made = planned(connection, definition_at(connection, entry), f"entry {entry}")
    if not allow_widening:
        ask_to_widen(connection, made)
    put_in_force(connection, made, patience, terminate=terminate, as_json=as_json)
