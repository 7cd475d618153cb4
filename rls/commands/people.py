"""rowlock people: who works here, in which department, under which login."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import psycopg

from rls.commands import logins as of_logins
from rls.commands.connection import with_connection
from rls.commands.options import as_json, passwords_option
from rls.organisation.wording import count
from rls.report import console
from rls.report.tables import cell, table

if TYPE_CHECKING:
    from rls.names import Installation
    from rls.organisation.sync import SyncPlan

SCHEMA_VERSION = 1
"""Version of the JSON of these commands."""


@click.group()
def people() -> None:
    """Who works here: people, departments and their logins."""


for command in (of_logins.password, of_logins.limit, of_logins.limits):
    people.add_command(command)


@people.command("sync")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="TARGET=SOURCE",
    help="Where TARGET comes from: COLUMN, or text with {COLUMN}.",
)
@click.option("--set", "sets", multiple=True, metavar="TARGET=VALUE", help="The same value in every row.")
@click.option("--delimiter", default=",", show_default=True, help="What parts the columns of a CSV file.")
@click.option("--encoding", default="utf-8", show_default=True, help="Of CSV files.")
@click.option(
    "--logins",
    type=click.Choice(["none", "scram"]),
    default="none",
    show_default=True,
    help="Passwords for logins that have none: none, or generated SCRAM ones.",
)
@passwords_option
@click.option("--adopt", multiple=True, metavar="LOGIN", help="Take over this existing database role as a person's.")
@click.option("--dismiss-missing", is_flag=True, help="Dismiss the people no file names.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--check", is_flag=True, help="Like --dry-run, and exit with 1 when something would change.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
@with_connection
def sync(
    connection: psycopg.Connection,
    files: tuple[Path, ...],
    *,
    maps: tuple[str, ...],
    sets: tuple[str, ...],
    delimiter: str,
    encoding: str,
    logins: str,
    passwords: Path | None,
    adopt: tuple[str, ...],
    dismiss_missing: bool,
    dry_run: bool,
    check: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Make people, departments and logins equal to FILES.

    FILES are CSV or YAML, read together.  Shows what it will do (+ new,
    ~ changed, - taken away), asks, and does all of it or nothing.  Run again,
    it changes nothing.  People in no file are reported and left alone.

    \b
    TARGETs of a CSV file (a column of the same name needs no --map):
      login        database role; made of the name unless given
      name email title phone hired_on
      key          what other tables of the company call this person
      active       yes or no; no dismisses
      department   Company/East/Team 2; several parted by ;
      head         who heads this row's department, a person too
      heads        departments this row's person heads
      groups       groups, parted by ;
      roles        roles assigned directly, parted by ;
      head_roles   the same for the head
    What no column says stays as it is.

    \b
    Examples:
      rowlock people sync people.csv --check
      rowlock people sync staff.yaml --logins scram --passwords new.csv
      rowlock people sync sales_teams.csv --map name=sales_agent \\
        --map 'department=Company/{regional_office}/{manager}' \\
        --map head=manager --set roles=manager --set head_roles=department_head
    """
    from rls.installed import installed
    from rls.organisation import sync as syncing
    from rls.organisation.mapping import parse_options
    from rls.report.phases import steps

    installation = installed(connection)
    options = syncing.Options(logins == "scram", dismiss_missing, frozenset(adopt))
    with steps() as report:
        report("reading", 0, 2)
        reading = syncing.read_files(files, parse_options(maps, sets), installation, delimiter, encoding)
        report("comparing", 1, 2)
        planned = syncing.plan(connection, installation, reading, options)
    _show(planned, as_json=as_json)
    if dry_run or check or not planned.changes:
        if check and planned.changes:
            raise click.exceptions.Exit(1)
        return
    _refuse_lost_passwords(planned, passwords)
    if not yes:
        _ask()
    keeper = _Passwords(passwords)
    with keeper, steps() as report:
        outcome = syncing.run(connection, installation, reading, options, planned, keeper.keep, report)
    _follow_limits(connection, installation)
    ended = f"; {count(outcome.sessions_ended, 'session')} ended" if outcome.sessions_ended else ""
    console.say(f"done: {_counted(planned)}{ended}")
    if outcome.sessions_left:
        sessions = count(outcome.sessions_left, "session")
        console.warn(f"{sessions} of dismissed people go on, without rights: you may not end them (pg_signal_backend)")


def _follow_limits(connection: psycopg.Connection, installation: Installation) -> None:
    """Give the logins the limits of the roles their people have by now."""
    from rls.organisation.limits import mend

    try:
        changed = mend(connection, installation)
    except psycopg.errors.InsufficientPrivilege:
        console.warn(
            "limits of logins are not all as they should be, and you may not alter all of them: people limits --mend"
        )
        return
    if changed:
        console.say(f"{count(len(changed), 'limit')} of logins changed")


def _show(planned: SyncPlan, *, as_json: bool) -> None:
    if as_json:
        changes = [{"kind": change.kind, "text": change.text} for change in planned.changes]
        missing = [person.login for person in planned.missing]
        console.json({"schema_version": SCHEMA_VERSION, "changes": changes, "missing": missing})
        return
    for change in planned.changes:
        console.data(str(change))
    for person in planned.missing:
        console.say(f"! person {person.login} ({person.name}) is in no file: left alone; --dismiss-missing dismisses")
    console.say(f"Plan: {_counted(planned)}." if planned.changes else "Nothing to do: people are as the files say.")


def _counted(planned: SyncPlan) -> str:
    kinds = [change.kind for change in planned.changes]
    return f"{kinds.count('add')} to add, {kinds.count('change')} to change, {kinds.count('remove')} to take away"


def _ask() -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("nobody is there to confirm: say --yes to do it, or --dry-run to only look")
    click.confirm("Do this?", abort=True, err=True)


def _refuse_lost_passwords(planned: SyncPlan, path: Path | None) -> None:
    if planned.logins_to_give_passwords and path is None and not sys.stdout.isatty():
        raise click.UsageError("nobody would see the generated passwords: say --passwords FILE")


class _Passwords:
    """Keeps generated passwords: in a file that goes again when the sync fails, or for the terminal at the end."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.kept: Mapping[str, str] = {}

    def __enter__(self) -> None:
        pass

    def keep(self, passwords: Mapping[str, str]) -> None:
        from rls.organisation.passwords import write

        if self.path is not None:
            write(self.path, passwords)
        self.kept = passwords

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is not None:
            if self.kept and self.path is not None:
                self.path.unlink(missing_ok=True)
        elif self.kept and self.path is not None:
            console.say(f"passwords of {len(self.kept)} logins are in {self.path}, readable by you only")
        else:
            for login, password in sorted(self.kept.items()):
                console.data(f"{login}  {password}")


@people.command("list")
@click.argument("words", nargs=-1)
@as_json
@with_connection
def list_people(connection: psycopg.Connection, words: tuple[str, ...], as_json: bool) -> None:
    """List people with their departments and directly assigned roles.

    WORDS choose those whose login, name, department or role contains all of
    them.

    \b
    Examples:
      rowlock people list
      rowlock people list East department_head
    """
    from rls.installed import installed
    from rls.organisation.current import read
    from rls.organisation.listing import listing

    rows = [row for row in listing(read(connection, installed(connection))) if _matches(row, words)]
    if as_json:
        console.json({"schema_version": SCHEMA_VERSION, "people": rows})
    else:
        console.data(table(("login", "name", "departments", "heads", "groups", "roles", "active"), rows))


def _matches(row: Mapping[str, Any], words: tuple[str, ...]) -> bool:
    text = " ".join(map(cell, row.values())).casefold()
    return all(word.casefold() in text for word in words)
