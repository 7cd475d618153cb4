"""rowlock log: what was loaded and read in bulk."""

from __future__ import annotations

from dataclasses import asdict

import click
import psycopg

from rls.commands.connection import with_connection
from rls.commands.options import as_json
from rls.report import console

SCHEMA_VERSION = 1
"""Version of the JSON."""


@click.command()
@as_json
@with_connection
def log(connection: psycopg.Connection, *, as_json: bool) -> None:
    """List what was loaded and read in bulk: when, by whom, how many rows.

    The latest comes first.  Imports and loads are written in their own
    transaction, exports before the first record is read and again at the end:
    one without an end lost its connection.
    """
    from rich.table import Table

    from rls.records.log import bulk_log

    entries = bulk_log(connection)
    if as_json:
        rows = [{**asdict(entry), "at": entry.at.isoformat()} for entry in entries]
        console.json({"schema_version": SCHEMA_VERSION, "entries": rows})
    elif entries:
        table = Table("entry", "at", "logged in", "as", "entity", "kind", "rows", "through", "ended")
        for one in entries:
            when = f"{one.at:%Y-%m-%d %H:%M:%S %Z}"
            how_many = "not known" if one.rows is None else f"{one.rows:,}"
            table.add_row(
                str(one.id), when, one.done_by, one.login, one.entity, one.kind, how_many, one.what, one.ended
            )
        console.data(table)
    else:
        console.say("nothing was loaded or read in bulk yet")
