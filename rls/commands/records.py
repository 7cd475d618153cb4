"""rowlock load: records from CSV files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import psycopg
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rls.commands.connection import with_connection
from rls.organisation.wording import count
from rls.report import console

if TYPE_CHECKING:
    from rls.records.loading import Loaded

SCHEMA_VERSION = 1
"""Version of the JSON."""


@click.command()
@click.argument("entity")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="COLUMN=SOURCE",
    help="Fill COLUMN from the file's column, or from text with {column}.",
)
@click.option("--set", "sets", multiple=True, metavar="COLUMN=VALUE", help="The same value in every row.")
@click.option("--translate", "translations", multiple=True, metavar="COLUMN:FROM=TO", help="Read FROM as TO.")
@click.option(
    "--dates",
    type=click.Choice(["YMD", "MDY", "DMY"]),
    default="YMD",
    show_default=True,
    help="Order of day, month, year.",
)
@click.option("--key", metavar="COLUMN", help="Leave out rows whose COLUMN is in the table already.")
@click.option("--update", is_flag=True, help="Overwrite records whose --key is in the table, with what the file has.")
@click.option(
    "--as", "person", metavar="PERSON", help="Load under this person's rights; they own what no column gives away."
)
@click.option(
    "--on-error",
    type=click.Choice(["nothing", "keep"]),
    default="nothing",
    show_default=True,
    help="When rows are bad: load nothing, or keep the good ones.",
)
@click.option(
    "--rejects",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the bad rows there, as CSV to mend and load.",
)
@click.option("--delimiter", default=",", show_default=True, help="What parts the columns.")
@click.option("--encoding", default="utf-8", show_default=True, help="Of the file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program, with a schema_version.")
@with_connection
def load(
    connection: psycopg.Connection,
    entity: str,
    file: Path,
    *,
    maps: tuple[str, ...],
    sets: tuple[str, ...],
    translations: tuple[str, ...],
    dates: Literal["YMD", "MDY", "DMY"],
    key: str | None,
    update: bool,
    person: str | None,
    on_error: str,
    rejects: Path | None,
    delimiter: str,
    encoding: str,
    as_json: bool,
) -> None:
    """Load a CSV FILE into ENTITY.

    A column of the file fills the table's column of the same name; --map and
    --set say the rest.  A column that refers to people or other records takes
    what they are called (login, key, name, e-mail; name, title, code), or,
    written --map company_id.vat_number=vat, what that column of theirs says.
    Stages and pipelines are found whatever their capitals.

    With --update, a row whose --key is in the table overwrites the record: the
    columns the file fills, an empty value empties them.  Other rows make new
    records.

    Every bad row is reported with file:line:column and reason, what was read
    as something else or left empty is summed up.  Exit 0: all loaded; 1: good
    rows kept, some were bad; 2: nothing loaded.

    \b
    Examples:
      rowlock load product products.csv --map name=product --map price=sales_price
      rowlock load deal sales_pipeline.csv --key code --dates MDY \\
        --map code=opportunity_id --map title=opportunity_id \\
        --map owner_id=sales_agent --map company_id=account \\
        --map product_id=product --translate "product:GTXPro=GTX Pro" \\
        --map stage=deal_stage --set pipeline=sales --map amount=close_value \\
        --map engaged_on=engage_date --map closed_on=close_date
    """
    from rls.installed import installed
    from rls.records.fields import Options
    from rls.records.loading import load as load_file
    from rls.records.rejects import write

    options = Options(maps, sets, translations, dates, key, update, person, on_error == "keep", delimiter, encoding)
    with _progress() as progress:
        task = progress.add_task(file.name, total=_lines(file))
        loaded = load_file(
            connection, installed(connection), entity, file, options, lambda rows: progress.advance(task, rows)
        )
    if rejects is not None:
        write(rejects, loaded)
    if as_json:
        _print_json(loaded)
    _report(loaded, rejects)
    if loaded.problems:
        raise click.exceptions.Exit(1 if options.keep_good else 2)


def _progress() -> Progress:
    """Return a progress bar on stderr; none where stderr is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    screen = console.stderr()
    return Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)


def _lines(file: Path) -> int:
    with file.open("rb") as stream:
        return max(sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b"")) - 1, 0)


def _report(loaded: Loaded, rejects: Path | None) -> None:
    for _, problem in loaded.problems:
        console.error(str(problem))
    for note in loaded.notes:
        console.say(f"! {note.text} in {count(note.rows, 'row')} (first: {note.first})")
    if loaded.unused:
        console.say(f"! columns not loaded: {', '.join(loaded.unused)}")
    reasons = Counter(f"{problem.path}: {problem.message}" for _, problem in loaded.problems)
    for reason, rows in reasons.most_common(10) if len(loaded.problems) > len(reasons) else ():
        console.say(f"{count(rows, 'row')}: {reason}")
    bad = len({(row.line if row else problem.place) for row, problem in loaded.problems})
    parts = [f"{loaded.inserted:,} loaded"]
    parts += [f"{loaded.updated:,} overwritten"] if loaded.updated else []
    parts += [f"{loaded.existing:,} there already"] if loaded.existing else []
    parts += [f"{bad:,} bad"] if bad else []
    kept = (
        ""
        if not bad or loaded.inserted or loaded.updated
        else ": nothing was loaded; --on-error keep loads the good rows"
    )
    where = f"; the bad rows are in {rejects}" if bad and rejects is not None else ""
    console.say(f"{loaded.entity}: {count(loaded.rows, 'row')} read, {', '.join(parts)}{kept}{where}")


def _print_json(loaded: Loaded) -> None:
    problems = [
        {"place": problem.place, "column": problem.path, "message": problem.message} for _, problem in loaded.problems
    ]
    notes = [{"text": note.text, "rows": note.rows, "first": note.first} for note in loaded.notes]
    console.json(
        {
            "schema_version": SCHEMA_VERSION,
            "entity": loaded.entity,
            "rows": loaded.rows,
            "inserted": loaded.inserted,
            "updated": loaded.updated,
            "existing": loaded.existing,
            "problems": problems,
            "notes": notes,
            "unused_columns": loaded.unused,
        }
    )
