"""What somebody made by hand that is not Rowlock's to undo: reported, with the statement a DBA may run.

A finding is never acted upon.  Queries are set-based, one for each kind, and
run for `verify` alone; a plan does without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection, sql

from rls import shipped
from rls.drift.deviations import has_crm
from rls.names import RIGHTS_SCHEMA, Installation
from rls.resources import sql_text
from rls.shipped import CRM
from rls.state.catalog import managed_tables, pin
from rls.state.made import Routine, View
from rls.state.objects import Policy, RowSecurity, State
from rls.state.reading import names_of, rows_of

Severity = Literal["error", "warning", "note"]
"""``error``: somebody may reach more than the definition says; ``warning``: one more slip, and somebody does;
``note``: worth knowing, and often meant."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")

QUERIES = (
    "people",
    "memberships",
    "policies",
    "views",
    "tables",
    "rules",
    "functions",
    "default_privileges",
    "ownership",
    "schemas",
    "strays",
    "publications",
)
"""Files below ``sql/drift/``, each with the columns of a finding but ``why``."""

WHY = {
    "person": "no policy holds for such a login",
    "membership": "gives rights that no definition gives",
    "policy": "it may let rows through, or hide some",
    "view": "whoever may read it is past everybody's policies",
    "materialized view": "whoever may read it is past everybody's policies",
    "table": "whoever has a privilege on it reaches every row",
    "partition": "who names it directly is past the policies of the whole",
    "rule": "it acts with the rights of the table's owner",
    "function": "it is past the policies of who calls it",
    "default privileges": "what is made later is open at once",
    "owner": "an owner may switch row security off",
    "schema": "an object of one's own is how attacks begin",
    "stray": "nobody but Rowlock should make anything there",
    "publication": "a subscriber is past every policy",
}
"""Why each kind matters."""


@dataclass(frozen=True)
class Finding:
    """Something that is not Rowlock's to undo, and that a DBA should know of.

    ``object`` names it within its ``kind``, ``what`` says what is the matter,
    ``why`` what that may lead to; ``statement`` ends it, run as a superuser.
    """

    kind: str
    object: str
    what: str
    why: str
    statement: str
    severity: Severity = "error"


def findings(connection: Connection[Any], desired: State, installation: Installation) -> tuple[Finding, ...]:
    """Return everything that is not Rowlock's and may lead past the rights, the worst first.

    :param connection: in a transaction.
    :param desired: the tables under rights, and the policies the plan knows of.
    """
    pin(connection)
    values = parameters(connection, desired, installation)
    rows = [row for name in QUERIES for row in rows_of(connection, _query(name, installation), values)]
    found = [Finding(why=WHY[row["kind"]], **row) for row in rows]
    return tuple(sorted(found, key=lambda each: (SEVERITIES.index(each.severity), each.kind, each.object, each.what)))


def _query(name: str, installation: Installation) -> sql.Composed:
    text = "with recursive\n" + sql_text("drift/common.sql") + "\n" + sql_text(f"drift/{name}.sql")
    return sql.SQL(text).format(organisation=sql.Identifier(installation.organisation))


def parameters(connection: Connection[Any], desired: State, installation: Installation) -> dict[str, Any]:
    """Return what the queries are asked with: the tables under rights, the names of what is Rowlock's."""
    crm = has_crm(connection)
    own = shipped.tables(installation, crm=crm)
    tables = {thing.table for thing in desired.objects if isinstance(thing, RowSecurity)}
    known = shipped.helpers(installation, crm=crm)
    return {
        **names_of(tables | managed_tables(connection) | own.keys()),
        "own_schemas": [installation.organisation, *([CRM] if crm else [])],
        "owner": installation.owner,
        "rls_owner": installation.rls_owner,
        "owners": installation.owners,
        "view_owners": list(installation.view_owners.values()),
        "views": [str(thing) for thing in desired.objects if isinstance(thing, View)],
        "principals": installation.principals,
        "policies": [
            *(str(thing) for thing in desired.objects if isinstance(thing, Policy)),
            *(each.name for each in known if each.kind == "helper policy"),
        ],
        "placed": [*map(str, own), RIGHTS_SCHEMA, *{table.schema for table in own}],
        "relations": [*shipped.relations("table"), *shipped.relations("view")],
        "functions": [
            *(each.name for each in known if each.kind == "helper function"),
            *(str(thing) for thing in desired.objects if isinstance(thing, Routine)),
        ],
        "triggers": [each.name for each in known if each.kind == "helper trigger"],
    }
