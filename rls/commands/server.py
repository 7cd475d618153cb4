"""rowlock server: the embedded PostgreSQL."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from rls.commands.embedded import DATABASE, VARIABLE, embedded_server
from rls.report import console
from rls.server import EmbeddedServer, Status

directory_option = click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    envvar=VARIABLE,
    show_envvar=True,
    help="Where its data are; by default below ~/.local/share (XDG_DATA_HOME), for root below /var/lib.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON to stdout.")


@click.group()
def server() -> None:
    """Start and stop the embedded PostgreSQL.

    For trying Rowlock on a machine without a server.  It listens on 127.0.0.1
    at a port of its own, beside any other PostgreSQL, and every command of
    Rowlock finds it when no other database is named.

    \b
    Examples:
      rowlock server start
      rowlock init
      psql "$(rowlock server url)"
      rowlock server stop
    """


@server.command()
@directory_option
@json_option
def start(directory: Path | None, as_json: bool) -> None:
    """Start it, making it first where there is none.

    It goes on until `rowlock server stop`.  Starting it twice is fine.  Its
    database is called crm.
    """
    embedded = embedded_server(directory)
    started = embedded.start()
    embedded.ensure_database(DATABASE)
    status = embedded.status()
    console.say(f"{'started' if started else 'already running'}: {_described(status)}")
    if as_json:
        console.json(_fields(status))


@server.command()
@directory_option
def stop(directory: Path | None) -> None:
    """Stop it and end its sessions; the data stay."""
    stopped = embedded_server(directory).stop()
    console.say("stopped" if stopped else "it was not running")


@server.command()
@directory_option
@json_option
@click.pass_context
def status(ctx: click.Context, directory: Path | None, as_json: bool) -> None:
    """Tell whether it runs, and where.

    Exit code 0 when it runs, 1 when it does not.
    """
    found = embedded_server(directory).status()
    if as_json:
        console.json(_fields(found))
    else:
        console.data(_described(found))
    ctx.exit(0 if found.running else 1)


@server.command()
@directory_option
@click.option("--database", default=DATABASE, show_default=True, help="The database to name in the URL.")
def url(directory: Path | None, database: str) -> None:
    """Print the administrator's URL, password included.

    \b
    Example:
      export ROWLOCK_URL="$(rowlock server url)"
    """
    embedded: EmbeddedServer = embedded_server(directory)
    console.data(embedded.url(database))


def _described(status: Status) -> str:
    if status.running:
        return f"PostgreSQL {status.version} at 127.0.0.1:{status.port}, data in {status.directory}"
    if status.version is None:
        return f"not running; no data in {status.directory} yet"
    return f"not running; data of PostgreSQL {status.version} in {status.directory}"


def _fields(status: Status) -> dict[str, object]:
    return dataclasses.asdict(status)
