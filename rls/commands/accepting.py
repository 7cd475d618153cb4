"""rowlock accept: findings of verify and doctor that are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import psycopg

from rls.commands.connection import with_connection
from rls.commands.options import as_json
from rls.errors import RowlockError
from rls.installed import installed
from rls.report import console
from rls.report.tables import table

if TYPE_CHECKING:
    from rls.drift import Accepted, Finding

SCHEMA_VERSION = 1
"""Version of the JSON; it grows when a key changes its meaning or goes."""


@click.command()
@click.argument("finding", required=False)
@click.option("--because", metavar="TEXT", help="Why it is meant; kept with who accepted it, and when.")
@click.option("--withdraw", "withdrawing", is_flag=True, help="Accept it no longer.")
@as_json
@with_connection
def accept(
    connection: psycopg.Connection, finding: str | None, *, because: str | None, withdrawing: bool, as_json: bool
) -> None:
    """Accept a FINDING of verify or doctor: somebody looked at it, and means it.

    FINDING is the kind and the object, as they print it.  It is off their
    lists while it stays as it is; where what is the matter with the object
    changes, it is back.  The database keeps who accepted it, when, and why.

    Without FINDING: list what was accepted.

    \b
    Examples:
      rowlock accept "view crm.totals" --because "sums only, the board asked"
      rowlock accept "membership deploy" --because "applies definitions"
      rowlock accept
      rowlock accept "view crm.totals" --withdraw
    """
    from rls.drift import accepted, withdraw

    installed(connection)
    if finding is None:
        _list(accepted(connection), as_json=as_json)
    elif withdrawing:
        if not withdraw(connection, finding):
            raise RowlockError(f'"{finding}" was not accepted: `rowlock accept` lists what was')
        console.say(f"accepted no longer: {finding}")
    else:
        _accept(connection, finding, because)


def _accept(connection: psycopg.Connection, named: str, because: str | None) -> None:
    from rls.drift import accept as keep

    if not because:
        raise click.UsageError("say why it is meant: --because TEXT")
    found = [each for each in _all(connection) if f"{each.kind} {each.object}" == named]
    if not found:
        raise RowlockError(f'no finding is called "{named}": name one as `rowlock verify` or `rowlock doctor` print it')
    keep(connection, found, because)
    for each in found:
        console.say(f"accepted: {each.kind} {each.object}: {each.what}")


def _all(connection: psycopg.Connection) -> list[Finding]:
    """Return what verify and doctor find, accepted or not."""
    from rls.commands.comparing import by_hand
    from rls.doctor import chosen, examine

    diagnosis = examine(connection, chosen(thorough=True))
    return list(dict.fromkeys((*by_hand(connection)[1], *diagnosis.findings, *diagnosis.accepted)))


def _list(found: list[Accepted], *, as_json: bool) -> None:
    if as_json:
        console.json({"schema_version": SCHEMA_VERSION, "accepted": [_data(each) for each in found]})
    elif found:
        console.data(table(("finding", "what", "because", "by", "on"), map(_row, found)))
    else:
        console.say("nothing was accepted")


def _row(each: Accepted) -> dict[str, object]:
    return {
        "finding": f"{each.kind} {each.object}",
        "what": each.what,
        "because": each.because,
        "by": each.accepted_by,
        "on": f"{each.accepted_at:%Y-%m-%d}",
    }


def _data(each: Accepted) -> dict[str, Any]:
    return {**vars(each), "accepted_at": each.accepted_at.isoformat()}
