"""rowlock revision: write an Alembic migration from the plan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import psycopg
from rich.console import Console

from rls.commands.connection import with_connection
from rls.commands.options import PEOPLE, definition_of, definitions
from rls.definition import digest
from rls.errors import RowlockError
from rls.report import console

if TYPE_CHECKING:
    from rls.plan import Plan
    from rls.revising.revision import Rights

_WIDTH = 110


@click.command()
@definitions
@click.option("-m", "--message", required=True, help="What the revision is for; names its file.")
@click.option(
    "--dir",
    "directory",
    default=".",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The directory of your project's alembic.ini.",
)
@click.option("--begin", is_flag=True, help="Where DIR has no Alembic project: begin one of nothing but rights.")
@click.option("--head", default="head", show_default=True, help="The revision it follows, where there are several.")
@click.option("--force", is_flag=True, help="Also a definition that was replaced since by a newer one.")
@click.option(
    "--effect/--no-effect",
    "counts",
    default=None,
    help="Say in the file who gains and who loses which rows, counted here.  Without either: when rights change.",
)
@with_connection
def revision(
    connection: psycopg.Connection,
    definitions: tuple[Path, ...],
    *,
    message: str,
    directory: Path,
    begin: bool,
    head: str,
    force: bool,
    counts: bool | None,
) -> None:
    """Write an Alembic migration that does what apply would do, and takes it back exactly.

    Compares DEFINITIONS with the database, and writes the difference into your
    Alembic project: `alembic upgrade` then puts it in force in every database
    that holds the definition before, in phases like apply, and `alembic
    downgrade` restores what was.  Nothing is changed now, and nothing is
    written where there is nothing to do.

    \b
    Examples:
      rowlock revision -m "managers read their department" rights.yaml
      rowlock revision -m "auditors" rights.yaml --dir backend
      rowlock revision -m "first rights" rights.yaml --dir rights --begin
      alembic -c rights/alembic.ini upgrade head
    """
    from rls.plan import make_plan, refuse_older
    from rls.report.plans import summary
    from rls.revising import files, writing

    made = make_plan(connection, definition_of(definitions))
    if not force:
        refuse_older(connection, made)
    if not made.changes:
        console.say(f"nothing written: {summary(made)}")
        return
    name = files.new_id()
    rights = writing.rights_of(connection, made, name)
    if begin:
        files.begin(directory)
    last = files.last(directory, head)
    if last is not None:
        _follow(last, rights)
    described = "\n\n".join(_described(connection, made, counts=counts))
    path = files.write(directory, name, message, described, writing.text_of(rights, made), head=head)
    console.data(str(path))


def _follow(last: Rights, written: Rights) -> None:
    """Compare what the revision before leaves with what this one begins with.

    :raises RowlockError: the revision before it is not in force here yet.
    """
    begins = digest(written.upgrade.before)
    if begins == digest(last.upgrade.after):
        return
    if begins == digest(last.upgrade.before):
        raise RowlockError(
            f"revision {last.revision} is not in force in this database: run `alembic upgrade head` first"
        )
    console.warn(
        f"the last revision of rights, {last.revision}, leaves another definition than is in force here: a database"
        " that only ever saw revisions will refuse this one"
    )


def _described(connection: psycopg.Connection, plan: Plan, *, counts: bool | None) -> Iterator[str]:
    """Yield the paragraphs a reviewer reads first."""
    from rls.commands.comparing import effect_of
    from rls.report.effects import effect_parts
    from rls.report.plans import summary

    counted = effect_of(connection, plan, wanted=counts)
    for part in effect_parts(counted, people=PEOPLE) if counted else ():
        drawing = Console(width=_WIDTH, color_system=None, force_terminal=False, emoji=False)
        with drawing.capture() as captured:
            drawing.print(part, markup=False, highlight=False, soft_wrap=isinstance(part, str))
        yield "\n".join(line.rstrip() for line in captured.get().splitlines())
    if counted is not None and counted.people:
        yield f"Rows are those of database {connection.info.dbname}."
    yield summary(plan)
