"""rowlock budget: how much of what they may read or create people have used, and giving it back."""

from __future__ import annotations

import click
import psycopg
from psycopg.rows import dict_row

from rls.acting import become
from rls.commands.connection import with_connection
from rls.commands.options import as_json
from rls.errors import RowlockError
from rls.installed import installed
from rls.report import console
from rls.report.tables import table

SCHEMA_VERSION = 1
"""Version of the JSON; it grows when a key changes its meaning or goes."""

COLUMNS = ("login", "entity", "kind", "used", "rows", "per", "until")

USED = """
select login::text, entity, kind, coalesce(used, 0) as used, rows, per, until
from rls.budget_use
where (used > 0 or %(everybody)s) and (%(login)s::text is null or login = %(login)s)
order by login, entity, kind
"""

COUNTED = "select entity, kind from rls.counter where login = %s and (%s::text is null or entity = %s) order by 1, 2"


@click.group()
def budget() -> None:
    """Tell what people without export have read, and without import created; give budgets back."""


@budget.command("list")
@click.argument("person", required=False)
@click.option("--everybody", is_flag=True, help="Also who has used nothing in this window.")
@as_json
@with_connection
def list_(connection: psycopg.Connection, person: str | None, *, everybody: bool, as_json: bool) -> None:
    """List who has used how much of which budget in the present windows: of everybody, or of PERSON.

    \b
    Examples:
      rowlock budget list
      rowlock budget list alice --json
    """
    installed(connection)
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(USED, {"everybody": everybody or person is not None, "login": person}).fetchall()
    if as_json:
        shown = [row | {"until": row["until"].isoformat()} for row in rows]
        console.json({"schema_version": SCHEMA_VERSION, "budgets": shown})
    elif rows:
        console.data(table(COLUMNS, rows))
    else:
        console.say("nobody has used anything of a budget")


@budget.command()
@click.argument("person")
@click.argument("entity", required=False)
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept with who did it, when, and how much was used.")
@with_connection
def reset(connection: psycopg.Connection, person: str, entity: str | None, *, reason: str) -> None:
    """Give PERSON their budgets back before the window ends: all, or those of ENTITY.

    Table rls.budget_reset keeps what was given back, for ever.

    \b
    Examples:
      rowlock budget reset alice deal --reason "prepares the fair in May"
    """
    names = installed(connection)
    with connection.transaction():
        connection.execute(become(names.rls_owner))
        counted = connection.execute(COUNTED, [person, entity, entity]).fetchall()
        if not counted:
            raise RowlockError(f"nothing is counted of {person} there: `rowlock budget list --everybody` says whose")
        for name, kind in counted:
            row = connection.execute("select rls.reset_budget(%s, %s, %s, %s)", [person, name, kind, reason]).fetchone()
            console.say(f"{person} may {kind} {name} anew: {row[0] if row else 0} rows had been counted")
