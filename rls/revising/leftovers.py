"""What `verify` would find after a step and did not find before: then something here is not as where it was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from rls import __version__
from rls.compiler import compile_state
from rls.definition import Definition
from rls.errors import PlanError, Problem
from rls.names import Installation, QualifiedName
from rls.plan.changes import Change
from rls.plan.diff import diff
from rls.revising.revision import Rights, Step
from rls.state.catalog import managed_tables
from rls.state.objects import Grant, RowSecurity, State
from rls.state.tables import read_facts

_SHOWN = 20

Tables = set[QualifiedName]


@dataclass(frozen=True)
class Passage:
    """A step in one database: the states before and after it, and what the definition after it would compile to."""

    before: State
    after: State
    expected: State


def judge(
    connection: Connection[Any], rights: Rights, step: Step, passage: Passage, say: Callable[[str], None]
) -> None:
    """Refuse an upgrade that would leave something to do: tables have other columns here, or grants made by hand.

    What another version of Rowlock compiles otherwise is no reason, nor what a
    downgrade restores.

    :raises PlanError: every such thing.
    """
    left = _left(connection, rights, step, passage)
    if left and step.up and rights.rowlock == __version__:
        advice = "tables or grants here differ from where the revision was written, nothing was changed"
        raise PlanError([Problem("", str(change), f"would be left to do: {advice}") for change in left[:_SHOWN]])
    if left:
        author = f"written by Rowlock {rights.rowlock}, this is {__version__}; " * (rights.rowlock != __version__)
        say(f"{author}`rowlock plan` will find {len(left)} changes to make")


def _left(connection: Connection[Any], rights: Rights, step: Step, passage: Passage) -> list[Change]:
    managed = managed_tables(connection)
    before, after = _tables(step.before), _tables(step.after)
    watched = before | managed, after | (managed if step.up else managed - set(rights.manages))
    found = diff(passage.after, passage.expected)
    left = [change for change in found if not _outside(change, before - watched[1], watched[1])]
    if not left:
        return []
    drift = _drift(connection, step.before, rights.installation, passage.before)
    known = {change for change in drift if not _outside(change, after - watched[0], watched[0])}
    return [change for change in left if change not in known]


def _tables(definition: Definition) -> Tables:
    return {entity.table for entity in definition.entities}


def _drift(
    connection: Connection[Any], definition: Definition, installation: Installation, state: State
) -> tuple[Change, ...]:
    try:
        facts = read_facts(connection, _tables(definition), installation)
        return diff(state, compile_state(definition, facts, installation))
    except PlanError:
        return ()


def _outside(change: Change, others: Tables, watched: Tables) -> bool:
    """Return whether a change is about tables that nobody watches."""
    thing = change.object
    if isinstance(thing, RowSecurity):
        return thing.table in others
    if not isinstance(thing, Grant):
        return False
    if thing.table is None:
        return thing.schema in {table.schema for table in others} - {table.schema for table in watched}
    return QualifiedName(thing.schema, thing.table) in others
