"""rowlock advise: what would make queries under rights faster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import psycopg

from rls.commands.connection import with_connection
from rls.commands.options import as_json, definition_of, definitions
from rls.installed import applied_definition, installed
from rls.report import console

if TYPE_CHECKING:
    from rls.advice import Advice


@click.command("advise")
@definitions
@click.option("--notes", is_flag=True, help="Show what is only worth knowing, too.")
@click.option("--script", is_flag=True, help="Print the statements as one script for psql.")
@as_json
@with_connection
def advise_command(
    connection: psycopg.Connection, *, definitions: tuple[Path, ...], notes: bool, script: bool, as_json: bool
) -> None:
    """Say which indexes policies, references and people's conditions miss.

    Reads the catalog only.  Looks for columns that policies look rows up by,
    foreign keys, and columns by which triggers find what follows a record;
    with --notes also for pages of people's own rows that are sorted each time,
    and for indexes that conditions of people who see a part of a table cannot
    use, with what to write instead.

    DEFINITIONS are those to be; without any, what is in force.  Exit 1: an
    index is missing.

    \b
    Examples:
      rowlock advise --notes
      rowlock advise rights.yaml --script | psql      before the first apply
    """
    from rls.definition.wording import visible
    from rls.report.advice import advice_data, advice_parts

    if script and as_json:
        raise click.UsageError("--script and --json are two answers: say one")
    found = _advice(connection, definitions)
    shown = tuple(each for each in found if notes or as_json or each.severity == "warning")
    if as_json:
        console.json(advice_data(shown))
    elif script:
        console.data(*(f"{visible(each.statement)};" for each in shown if not each.statement.startswith("--")))
    else:
        console.data(*advice_parts(shown, left_out=len(found) - len(shown)))
    if any(each.severity == "warning" for each in found):
        raise click.exceptions.Exit(1)


def _advice(connection: psycopg.Connection, definitions: tuple[Path, ...]) -> tuple[Advice, ...]:
    from rls.advice import advise

    installed(connection)
    definition = definition_of(definitions) if definitions else applied_definition(connection)
    with connection.transaction():
        return advise(connection, definition)
