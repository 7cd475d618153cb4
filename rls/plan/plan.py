"""A plan: what has to change, seen against one state of one database."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from psycopg import Connection

from rls.compiler import compile_state
from rls.definition.model import Definition
from rls.definition.storing import digest
from rls.drift import deviations, sound
from rls.errors import PlanError, Problem
from rls.installed import installed, read
from rls.names import Installation, QualifiedName
from rls.plan.changes import Action, Change
from rls.plan.diff import diff
from rls.plan.render import script
from rls.state.catalog import pin, read_state
from rls.state.objects import DatabaseRole, State
from rls.state.tables import read_facts
from rls.state.versions import versions


@dataclass(frozen=True)
class Plan:
    """The ordered changes from the current state to what a definition wants.

    ``versions`` are of what the plan was made from: where they are the same,
    so is the plan.  ``foreign`` names policies on managed tables that are
    not Rowlock's; they are reported and left alone.  ``source`` says where the
    definition comes from.
    """

    definition: Definition
    installation: Installation
    current: State
    desired: State
    changes: tuple[Change, ...]
    versions: str
    membership_drift: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    source: str = ""

    @property
    def empty(self) -> bool:
        """Whether the database already is as the definition wants it."""
        return not self.changes and not self.membership_drift

    @cached_property
    def digest(self) -> str:
        """The definition's digest."""
        return digest(self.definition)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the state the plan was made against and of what is to replace it; another makes a plan stale."""
        parts = ["\n".join(sorted(map(repr, state.objects))) for state in (self.current, self.desired)]
        return hashlib.sha256("\0".join([*parts, self.digest]).encode()).hexdigest()

    def counts(self) -> Counter[Action]:
        """Return how many objects are created, altered and dropped."""
        return Counter(change.action for change in self.changes)


def make_plan(connection: Connection[Any], definition: Definition, source: str = "") -> Plan:
    """Return what has to change in the database to make *definition* hold.

    Reads only.

    :param source: where the definition comes from, for the history.

    :raises PlanError: the definition does not fit the database.
    :raises RowlockError: Rowlock is not installed in it.
    """
    with connection.transaction():
        pin(connection)
        return replace(_plan(connection, definition, installed(connection)), source=source)


def _plan(connection: Connection[Any], definition: Definition, installation: Installation) -> Plan:
    # Before anything is read: what changes while reading must show.
    seen = versions(connection, _tables(definition), installation)
    facts = read_facts(connection, _tables(definition), installation)
    desired = compile_state(definition, facts, installation)
    return _against(connection, definition, installation, desired, seen, reach=True)


def holds(connection: Connection[Any], plan: Plan) -> bool:
    """Return whether nothing a plan is made from has changed since *plan* was; False may be over-careful."""
    return versions(connection, _tables(plan.definition), plan.installation) == plan.versions


def _tables(definition: Definition) -> list[QualifiedName]:
    return [entity.table for entity in definition.entities]


def replan(connection: Connection[Any], definition: Definition, installation: Installation, desired: State) -> Plan:
    """Return what has to change to bring about a desired state compiled before.

    Reach is not looked at: a definition does not change it, and where the first plan found it wrong, applying computes
    all of it anew (:func:`rls.plan.apply.repair`).
    """
    seen = versions(connection, _tables(definition), installation)
    return _against(connection, definition, installation, desired, seen, reach=False)


def _against(
    connection: Connection[Any],
    definition: Definition,
    installation: Installation,
    desired: State,
    seen: str,
    *,
    reach: bool,
) -> Plan:
    current = read_state(connection, desired, installation)
    found = deviations(connection, desired, definition, installation, reach=reach)
    current = replace(current, state=current.state.having(found))
    _refuse_taken_roles(connection, desired, current.state)
    return Plan(
        definition=definition,
        installation=installation,
        current=current.state,
        desired=desired,
        changes=diff(current.state, desired),
        versions=seen,
        # Not asked of functions somebody changed: apply mends those first, and then memberships.
        membership_drift=membership_drift(connection) if sound(found) else (),
        foreign=current.foreign,
    )


def membership_drift(connection: Connection[Any]) -> tuple[str, ...]:
    """Return every membership in Rowlock's database roles that should be there and is not, or is and should not."""
    query = "select drift, role::text, member::text from rls.membership_drift() order by 2, 3"
    words = {"missing": "grant", "extra": "revoke"}
    return tuple(f"{words[drift]} {role}: {member}" for drift, role, member in connection.execute(query))


def _refuse_taken_roles(connection: Connection[Any], desired: State, current: State) -> None:
    names = [{thing.name for thing in state.objects if isinstance(thing, DatabaseRole)} for state in (desired, current)]
    query = "select rolname::text from pg_catalog.pg_roles where rolname = any (%s::name[])"
    taken = [name for (name,) in connection.execute(query, [sorted(names[0] - names[1])])]
    if taken:
        raise PlanError(
            [
                Problem(
                    "",
                    f"database role {name}",
                    "exists in this cluster and is not this installation's: drop it, rename the role of the "
                    "definitions file, or install with another --prefix",
                )
                for name in taken
            ]
        )


def compiled(connection: Connection[Any], definition: Definition) -> str:
    """Return the SQL that brings about all of *definition* from nothing.

    :raises PlanError: the definition does not fit the database.
    """
    with connection.transaction():
        pin(connection)
        installation = read(connection) or Installation()
        facts = read_facts(connection, _tables(definition), installation)
        changes = diff(State(), compile_state(definition, facts, installation))
        return script(changes, installation)
