"""rowlock plan, verify: what has to change, and what was changed by hand."""

from __future__ import annotations

from pathlib import Path

import click
import psycopg

from rls.commands.connection import with_connection
from rls.commands.options import PEOPLE, as_json, definition_of, definitions
from rls.report import console


@click.command()
@definitions
@click.option("--sql", "as_sql", is_flag=True, help="Print the statements apply would run.")
@click.option("--all", "everything", is_flag=True, help="One line for every change, however many.")
@click.option("--check", is_flag=True, help="Exit with 1 when anything would change.")
@click.option(
    "--effect/--no-effect",
    "counts",
    default=None,
    help="Count who gains and who loses which rows.  Without either: when rights or assignments change.",
)
@click.option(
    "--people", default=PEOPLE, show_default=True, type=click.IntRange(min=0), help="How many people to show."
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.json", help="Keep the plan for apply."
)
@as_json
@with_connection
def plan(
    connection: psycopg.Connection,
    definitions: tuple[Path, ...],
    *,
    as_sql: bool,
    everything: bool,
    check: bool,
    counts: bool | None,
    people: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Show what apply would change, and for whom.  Changes nothing.

    DEFINITIONS are YAML files, or directories of them; without any, the
    definition Rowlock ships.  + is created, ~ altered, - dropped; ! is
    reported and left alone.  Where rights change, everybody's rows are counted
    under the old and the new ones.

    \b
    Examples:
      rowlock plan rights.yaml                what would change
      rowlock plan rights/ --sql              the statements
      rowlock plan rights/ --check            for CI: exit 1 when not in sync
      rowlock plan rights/ --out plan.json    for review; then: rowlock apply plan.json
    """
    from rls.commands.comparing import effect_of, planned
    from rls.plan import save
    from rls.plan.render import script
    from rls.report.effects import effect_data, effect_parts
    from rls.report.plans import plan_data, plan_text

    made = planned(connection, definition_of(definitions))
    counted = None if as_sql and not as_json else effect_of(connection, made, wanted=counts)
    if as_json:
        console.json(plan_data(made) | {"effect": effect_data(counted) if counted else None})
    elif as_sql:
        console.data(script(made.changes, made.installation).rstrip())
    else:
        console.data(plan_text(made, everything=everything))
        for part in effect_parts(counted, people=people) if counted else ():
            console.data("", part)
    if out is not None:
        save(connection, made, out)
        console.say(f"kept in {out}; apply it with: rowlock apply {out}")
    if check and not made.empty:
        raise click.exceptions.Exit(1)


@click.command()
@as_json
@with_connection
def verify(connection: psycopg.Connection, *, as_json: bool) -> None:
    """Find what was changed by hand since the last apply.  Changes nothing.

    Compares the database with the definition that was applied last, which the
    database remembers, and with what Rowlock ships.  One line each, with what
    it means and, in brackets, what mends it.  + is missing, ~ altered, - too
    much: `rowlock apply` puts it right.  ! is not Rowlock's to undo: a view, a
    person's attributes, somebody else's policy; the statement is for a DBA.
    What is meant to be so, `rowlock accept` takes off the list.

    Exit 0: nothing; 1: something.
    """
    from rls.commands.comparing import by_hand
    from rls.drift import unaccepted
    from rls.report.drift import counts, drift_data, drift_text

    made, every = by_hand(connection)
    found = unaccepted(connection, every)
    if as_json:
        console.json(drift_data(made, found, accepted=len(every) - len(found)))
    else:
        console.data(drift_text(made, found, accepted=len(every) - len(found)))
    if not made.empty or counts(found):
        raise click.exceptions.Exit(1)
