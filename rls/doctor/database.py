"""The database: what everybody may make in it, extensions, functions, what was put beside the rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import Connection

from rls.doctor.check import Check
from rls.drift import Finding
from rls.drift.findings import Severity
from rls.hardening import read_hardening

HARDENING = Check(
    "hardening",
    "database",
    "warning",
    "whether conditions of people's own may run before the policies, and whether `rowlock harden` is still whole",
    "an upgrade of the server, a restored dump, or a column of another type takes it away unasked",
    by_hand=True,
)

CHECKS = (
    Check(
        "public database",
        "database",
        "warning",
        "TEMPORARY or CREATE on the database for everybody, or for people by name",
        "an object of one's own is how most attacks begin",
    ),
    Check(
        "schema privileges",
        "database",
        "error",
        "CREATE on any schema; anything on schema rls",
        "an object of one's own is how most attacks begin; nobody has to name what is in rls",
    ),
    Check(
        "rights schema",
        "database",
        "error",
        "privileges on tables of schema rls",
        "who writes there decides over rights; who reads there sees the whole organisation",
    ),
    Check(
        "languages",
        "database",
        "warning",
        "languages everybody may write functions in",
        "a function of one's own is a tool for attacks, once there is a place to put it; DO needs it, too",
    ),
    Check(
        "extensions",
        "database",
        "warning",
        "extensions that read files, pages or other servers, or run something elsewhere",
        "what they reach has no policies",
        by_hand=True,
    ),
    Check(
        "foreign servers",
        "database",
        "warning",
        "foreign servers and wrappers people may use; user mappings for everybody",
        "there, everybody is whoever the mapping names",
    ),
    Check(
        "event triggers",
        "database",
        "error",
        "event triggers whose function is no superuser's",
        "who may change that function is whoever changes a schema next: a superuser",
        by_hand=True,
    ),
    Check(
        "leakproof",
        "database",
        "error",
        "functions somebody marked LEAKPROOF",
        "the planner calls them with hidden rows; one that raises or tells shows them",
    ),
    HARDENING,
    Check(
        "leakproof operators",
        "database",
        "note",
        "whether there are operators of `rowlock leakproof`",
        "EXPLAIN tells what hidden rows hold in the columns they are used on, and above all in indexes made for them",
        by_hand=True,
    ),
    Check(
        "definer functions",
        "database",
        "error",
        "SECURITY DEFINER functions whose search_path does not end in pg_temp, or has a schema that is open",
        "a table or an operator of the caller's is found first, and runs with the owner's rights",
        by_hand=True,
    ),
    Check(
        "large objects",
        "database",
        "warning",
        "large objects people may read",
        "they have no rows, and so no policies",
    ),
    Check(
        "drift",
        "database",
        "warning",
        "differences from the definition applied last, and from what Rowlock ships (as `rowlock verify`)",
        "rights are not those of the definition",
        by_hand=True,
    ),
    Check(
        "default privileges",
        "database",
        "warning",
        "default privileges for people, in schemas under rights or everywhere",
        "what is made later is open at once",
    ),
    Check(
        "stray",
        "database",
        "warning",
        "what is in schema rls and not Rowlock's",
        "nobody but Rowlock should make anything there",
        by_hand=True,
    ),
    Check(
        "publication",
        "database",
        "note",
        "publications of tables under rights",
        "a subscriber is past every policy",
        by_hand=True,
    ),
)


def hardening(connection: Connection[Any]) -> Iterator[Finding]:
    """Yield whether the database is hardened; a warning where it is in part."""
    found = read_hardening(connection)
    if not found.comparisons:
        return
    types = ", ".join(sorted({name for each in found.open or found.hardened for name in each.types}))
    if found.is_half:
        what = f"is hardened in part: conditions on {types} may run before the policies"
        yield _of_hardening(connection, what, "-- rowlock harden", "warning")
    elif found.open:
        what = f"is not hardened: conditions on {types} may run before the policies"
        yield _of_hardening(connection, what, "-- rowlock harden, as a superuser", "note")
    else:
        yield _of_hardening(connection, f"is hardened: {types}", "-- rowlock harden --undo gives it back", "note")


def _of_hardening(connection: Connection[Any], what: str, statement: str, severity: Severity) -> Finding:
    name = f"database {connection.info.dbname}"
    return Finding(HARDENING.name, name, what, HARDENING.why, statement, severity)
