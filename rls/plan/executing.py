"""Run changes, and remember them beside the server's own form of every expression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from psycopg import Connection, errors
from psycopg.types.json import Json

from rls.acting import become
from rls.definition.storing import dump
from rls.drift import remember_mended
from rls.errors import PlanError, Problem
from rls.names import Installation, QualifiedName
from rls.plan.changes import Change
from rls.plan.plan import Plan
from rls.plan.render import transaction
from rls.resources import sql_text
from rls.sending import send
from rls.state import texts
from rls.state.catalog import canonical_functions, canonical_policies, canonical_policy, managed_tables, pin
from rls.state.imports import import_records
from rls.state.objects import DatabaseRole, Deviation, Function, Object, Policy, RowSecurity, State


def execute(connection: Connection[Any], changes: Iterable[Change], installation: Installation) -> None:
    """Run the changes' statements and remember what they made.

    :raises PlanError: who is logged in lacks a privilege.
    """
    wanted = list(changes)
    try:
        send(connection, transaction(wanted, installation))
    except errors.InsufficientPrivilege as error:
        what = error.diag.message_primary
        advice = "run as a superuser, or as a member of the tables' owner and of the owner of schema rls"
        raise PlanError([Problem("", "apply", f"{what}: {advice}")]) from error
    _remember(connection, wanted, installation)
    remember_mended(connection, [each.object for each in wanted if isinstance(each.object, Deviation)], installation)


def remember_tables(connection: Connection[Any], desired: State, installation: Installation) -> None:
    """Remember that the desired state's tables are managed: their row security may have been there before."""
    known = managed_tables(connection)
    rows = [thing for thing in desired.objects if isinstance(thing, RowSecurity) and thing.table not in known]
    _remember(connection, [Change(None, thing) for thing in rows], installation)


def remember_definition(connection: Connection[Any], plan: Plan) -> None:
    """Remember the plan's definition as the one in force, and in the history where anything changes."""
    counts = plan.counts()
    values = {
        "definition": Json(dump(plan.definition)),
        "digest": plan.digest,
        "source": plan.source,
        "created": counts["create"],
        "altered": counts["alter"],
        "dropped": counts["drop"],
    }
    connection.execute(become(plan.installation.rls_owner))
    connection.execute(sql_text("state/put_in_force.sql"), values)
    connection.execute(become(None))


def _remember(connection: Connection[Any], changes: list[Change], installation: Installation) -> None:
    gone = [change.object for change in changes if change.after is None]
    made = [change.after for change in changes if change.after is not None]
    pin(connection)
    connection.execute(become(installation.rls_owner))
    with connection.cursor() as cursor:
        cursor.executemany(
            "delete from rls.applied where kind = %s and identity = %s",
            [(thing.kind, list(thing.identity)) for thing in gone],
        )
        records = [
            *_records(connection, made),
            *texts.records(connection, made, installation),
            *import_records(connection, made, installation),
        ]
        cursor.executemany(sql_text("state/record.sql"), records)
    connection.execute(become(None))


def _records(connection: Connection[Any], things: list[Object]) -> Iterator[tuple[str, list[str], str, str]]:
    made = [thing for thing in things if isinstance(thing, Function)]
    names, of = {thing.name for thing in made}, {thing.table for thing in made}
    functions = canonical_functions(connection, names, of) if made else {}
    tables: set[QualifiedName] = {thing.table for thing in things if isinstance(thing, Policy)}
    policies = canonical_policies(connection, tables) if tables else {}
    for thing in things:
        if isinstance(thing, Function):
            row = functions[Function.kind, *thing.identity]
            yield thing.kind, list(thing.identity), thing.body, row["canonical"]
        elif isinstance(thing, Policy):
            row = policies[Policy.kind, *thing.identity]
            yield thing.kind, list(thing.identity), thing.using or thing.with_check or "", canonical_policy(row)
        elif isinstance(thing, (RowSecurity, DatabaseRole)):
            yield thing.kind, list(thing.identity), "", ""
