"""A plan in a file: reviewed today, applied tonight, refused where anything has moved on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import Connection

from rls.definition.model import Definition
from rls.definition.storing import dump, parse
from rls.errors import InputError, PlanError, Problem
from rls.plan.plan import Plan, make_plan
from rls.plan.render import script

FORMAT = "rowlock plan"
VERSION = 1


@dataclass(frozen=True)
class Saved:
    """What a plan file holds: the definition, and which state of which installation it was made against."""

    definition: Definition
    installation: str
    fingerprint: str


def save(connection: Connection[Any], plan: Plan, path: Path) -> None:
    """Write *plan* to a file; its SQL is in it to be read, and is made anew when it is applied.

    :raises InputError: the file cannot be written.
    """
    data = {
        "format": FORMAT,
        "version": VERSION,
        "database": connection.info.dbname,
        "installation": installation_id(connection),
        "fingerprint": plan.fingerprint,
        "definition": dump(plan.definition),
        "sql": script(plan.changes, plan.installation).splitlines(),
    }
    try:
        path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError([Problem(str(path), "", f"cannot be written: {error.strerror}")]) from error


def is_saved(path: Path) -> bool:
    """Return whether *path* is a plan's file rather than a definitions file, by its ending."""
    return path.suffix == ".json"


def read_saved(path: Path) -> Saved:
    """Return what a plan's file holds.

    :raises InputError: it cannot be read, or is no plan of this version.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT or data["version"] != VERSION:
            raise _unusable(path, "is a plan of another version of Rowlock: plan again")
        return Saved(parse(data["definition"]), data["installation"], data["fingerprint"])
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unusable(path, "is no plan; `rowlock plan --out FILE.json` writes one") from error


def planned_again(connection: Connection[Any], path: Path) -> Plan:
    """Return the plan of a file, made anew.

    :raises PlanError: it was made for another database, or the database has moved on since.
    """
    saved = read_saved(path)
    if installation_id(connection) != saved.installation:
        raise PlanError([Problem(str(path), "", f"was made for another database than {connection.info.dbname}")])
    plan = make_plan(connection, saved.definition, str(path))
    if plan.fingerprint != saved.fingerprint:
        raise PlanError([Problem(str(path), "", "the database has changed since the plan was made: plan again")])
    return plan


def installation_id(connection: Connection[Any]) -> str:
    """Return what tells this installation from every other."""
    row = connection.execute("select id::text from rls.installation").fetchone()
    return str(row[0]) if row else ""


def _unusable(path: Path, why: str) -> InputError:
    return InputError([Problem(str(path), "", why)])
