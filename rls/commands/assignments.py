"""rowlock assign, unassign, assignments: who holds which role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import psycopg

from rls.commands.connection import with_connection
from rls.commands.options import as_json
from rls.report import console
from rls.report.tables import table

if TYPE_CHECKING:
    from rls.organisation.assignments import Outcome

SCHEMA_VERSION = 1
"""Version of the JSON of these commands."""

role_argument = click.argument("role")
principal_argument = click.argument("principal")


@click.command()
@role_argument
@principal_argument
@click.option("--from", "start", metavar="TIME", help="Holds from then on (roles with timed: true only).")
@click.option("--until", "end", metavar="TIME", help="Holds until then; a date is included (timed: true only).")
@as_json
@with_connection
def assign(
    connection: psycopg.Connection, role: str, principal: str, start: str | None, end: str | None, as_json: bool
) -> None:
    """Assign ROLE to PRINCIPAL.

    It holds at once, in sessions that are open too.  PRINCIPAL is a login, or
    one of person:LOGIN, department:PATH, subdepartments:PATH (a department
    with everything below), group:NAME, project_group:NAME, everyone.  Whoever
    joins the department or group later has the role too.

    \b
    Examples:
      rowlock assign manager darcel_schlecht
      rowlock assign department_head "subdepartments:Company/East"
      rowlock assign auditor alice --from 2026-12-01 --until 2026-12-31
    """
    from rls.installed import installed
    from rls.organisation.assignments import Period, parse_moment
    from rls.organisation.assignments import assign as give
    from rls.organisation.principals import parse

    period = Period(parse_moment(start, "--from"), parse_moment(end, "--until", end=True))
    _report(give(connection, installed(connection), role, parse(principal), period), as_json=as_json)


@click.command()
@role_argument
@principal_argument
@as_json
@with_connection
def unassign(connection: psycopg.Connection, role: str, principal: str, as_json: bool) -> None:
    """Take ROLE from PRINCIPAL.

    It ends at once, in sessions that are open too.  PRINCIPAL is written as
    for `rowlock assign`.  Assignments of the definitions file are taken out
    there.

    \b
    Example:
      rowlock unassign manager darcel_schlecht
    """
    from rls.installed import installed
    from rls.organisation.assignments import unassign as take
    from rls.organisation.principals import parse

    _report(take(connection, installed(connection), role, parse(principal)), as_json=as_json)


def _report(outcome: Outcome, *, as_json: bool) -> None:
    if not as_json:
        console.say(str(outcome))
        return
    console.json(
        {
            "schema_version": SCHEMA_VERSION,
            "did": outcome.did,
            "role": outcome.role,
            "principal": {"kind": outcome.principal.kind, "name": outcome.principal.name},
            "from": outcome.period.start,
            "until": outcome.period.end,
            "remark": outcome.remark,
        }
    )


@click.command()
@click.option("--role", help="Only of this role.")
@as_json
@with_connection
def assignments(connection: psycopg.Connection, role: str | None, as_json: bool) -> None:
    """List who holds which role, from when until when, and by whom it was assigned.

    \b
    Example:
      rowlock assignments --role department_head
    """
    from rls.installed import installed
    from rls.organisation.assignments import assignments as held

    rows: list[dict[str, Any]] = [
        {
            "role": one.role,
            "principal": one.kind if one.name is None else f"{one.kind}:{one.name}",
            "from": one.valid_from,
            "until": one.valid_until,
            "by": "definitions file" if one.from_definition else one.created_by,
        }
        for one in held(connection, installed(connection), role)
    ]
    if as_json:
        console.json({"schema_version": SCHEMA_VERSION, "assignments": rows})
    else:
        console.data(table(("role", "principal", "from", "until", "by"), rows))
