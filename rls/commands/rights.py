"""rowlock plan, apply, verify: what has to change, change it, find what was changed by hand."""

from __future__ import annotations

from pathlib import Path

import click
import psycopg

from rls.commands.connection import with_connection
from rls.definition import load, standard
from rls.definition.model import Definition
from rls.plan import Patience, applied_definition, apply_in_phases, make_plan
from rls.plan.render import script
from rls.report import console
from rls.report.phases import phases
from rls.report.plans import plan_data, plan_text, summary

definitions = click.argument("definitions", nargs=-1, type=click.Path(path_type=Path))
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program, with a schema_version.")


def definition_of(paths: tuple[Path, ...]) -> Definition:
    """Return the definition in the files named; without any, the one Rowlock ships."""
    return load(list(paths) or [standard()])


@click.command()
@definitions
@click.option("--sql", "as_sql", is_flag=True, help="Print the statements apply would run.")
@click.option("--all", "everything", is_flag=True, help="One line for every change, however many.")
@click.option("--check", is_flag=True, help="Exit with 1 when anything would change.")
@as_json
@with_connection
def plan(
    connection: psycopg.Connection,
    definitions: tuple[Path, ...],
    *,
    as_sql: bool,
    everything: bool,
    check: bool,
    as_json: bool,
) -> None:
    """Show what apply would change.  Changes nothing.

    DEFINITIONS are YAML files, or directories of them; without any, the
    definition Rowlock ships.  + is created, ~ altered, - dropped; ! is
    reported and left alone.

    \b
    Examples:
      rowlock plan rights.yaml                what would change
      rowlock plan rights/ --sql              the statements
      rowlock plan rights/ --check            for CI: exit 1 when not in sync
    """
    made = make_plan(connection, definition_of(definitions))
    if as_json:
        console.json(plan_data(made))
    else:
        console.data(
            script(made.changes, made.installation.rls_owner).rstrip()
            if as_sql
            else plan_text(made, everything=everything)
        )
    if check and not made.empty:
        raise click.exceptions.Exit(1)


@click.command()
@definitions
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
@as_json
@with_connection
def apply(
    connection: psycopg.Connection,
    definitions: tuple[Path, ...],
    *,
    lock_timeout: float,
    give_up_after: float,
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

    \b
    Examples:
      rowlock apply rights.yaml
      rowlock apply                           the definition Rowlock ships
    """
    made = make_plan(connection, definition_of(definitions))
    with phases() as report:
        patience = Patience(lock_timeout=lock_timeout, give_up_after=give_up_after)
        apply_in_phases(connection, made, patience=patience, report=report)
    if as_json:
        console.json(plan_data(made))
    else:
        console.say(summary(made) if made.empty else f"applied: {summary(made).removeprefix('Plan: ')}")
    for text in made.foreign:
        console.say(f"! foreign {text}: not ours, left alone; it may let rows through")


@click.command()
@as_json
@with_connection
def verify(connection: psycopg.Connection, *, as_json: bool) -> None:
    """Find what was changed by hand since the last apply.

    Compares the database with the definition that was applied last, which the
    database remembers.  Exit 0: nothing; 1: drift, one line each.  `rowlock
    apply` mends it.
    """
    made = make_plan(connection, applied_definition(connection))
    if as_json:
        console.json(plan_data(made))
    else:
        console.data(plan_text(made, everything=True))
    if not made.empty or made.foreign:
        raise click.exceptions.Exit(1)
