"""rowlock export: records to CSV files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import click
import psycopg
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from rls.commands.connection import with_connection
from rls.errors import InputError, Problem
from rls.organisation.wording import count
from rls.report import console

SCHEMA_VERSION = 1
"""Version of the JSON."""

STDOUT = Path("-")


@click.command("export")
@click.argument("entity")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--as", "person", required=True, metavar="PERSON", help="Whose rights, a login.")
@click.option("--columns", metavar="COLUMN,…", help="These columns, in this order; otherwise all PERSON may read.")
@click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="Only records whose COLUMN is VALUE; nothing behind the = means empty.",
)
@click.option("--delimiter", default=",", show_default=True, help="What parts the columns.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON, with a schema_version.")
@with_connection
def export(
    connection: psycopg.Connection,
    entity: str,
    file: Path,
    *,
    person: str,
    columns: str | None,
    conditions: tuple[str, ...],
    delimiter: str,
    as_json: bool,
) -> None:
    """Write the records of ENTITY that PERSON may export to a CSV FILE, or to stdout (-).

    What PERSON may read and not export is left out, and a field they may not
    see is empty.  Nothing is counted against their read budget.

    The log (`rowlock log`) says that the export begins before the first record
    is read, and how many there were when it ends.  FILE is replaced when all
    of it is written, and readable by you alone.

    \b
    Examples:
      rowlock export deal deals.csv --as darcel_schlecht
      rowlock export deal - --as carol --columns id,title,amount --where stage=won | gzip > won.csv.gz
    """
    from rls.installed import installed
    from rls.organisation.rows import delimiter_named
    from rls.records.exporting import Wanted
    from rls.records.exporting import export as export_rows

    if as_json and file == STDOUT:
        raise click.UsageError("--json and the records cannot both go to stdout: name a file")
    names = tuple(filter(None, (name.strip() for name in (columns or "").split(","))))
    wanted = Wanted(entity, person, names, _conditions(conditions), delimiter_named(delimiter))
    target = nullcontext(sys.stdout.buffer) if file == STDOUT else _replacing(file)
    with target as stream, _progress() as progress:
        task = progress.add_task(entity)
        exported = export_rows(
            connection, installed(connection), wanted, stream.write, lambda rows: progress.advance(task, rows)
        )
    if as_json:
        shown = {"entity": entity, "person": person, "columns": exported.columns, "rows": exported.rows}
        console.json({"schema_version": SCHEMA_VERSION, **shown, "entry": exported.entry})
    console.say(f"{entity}: {count(exported.rows, 'row')} exported as {person}, entry {exported.entry} of the log")


def _conditions(texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return column and value of each condition.

    :raises InputError: those that are none.
    """
    found = [(text, *text.partition("=")) for text in texts]
    problems = [
        Problem(f"--where {text}", "", "write --where COLUMN=VALUE") for text, name, equals, _ in found
        if not equals or not name.strip()
    ]  # fmt: skip
    if problems:
        raise InputError(problems)
    return tuple((name.strip(), value) for _, name, _, value in found)


@contextmanager
def _replacing(file: Path) -> Iterator[IO[bytes]]:
    """Give a file beside *file* that takes its place when nothing failed.

    :raises InputError: it cannot be written.
    """
    try:
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as stream:
            try:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
                Path(stream.name).replace(file)
            except BaseException:
                Path(stream.name).unlink()
                raise
    except OSError as error:
        raise InputError([Problem(str(file), "", f"cannot be written: {error.strerror}")]) from None


def _progress() -> Progress:
    """Return a count of rows on stderr; none where stderr is no terminal."""
    columns = (SpinnerColumn(), TextColumn("{task.description}: {task.completed:,.0f} rows"), TimeElapsedColumn())
    screen = console.stderr()
    return Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)
