"""A plan as text for people and as data for programs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rls.plan.changes import SYMBOLS, Change, Phase
from rls.plan.plan import Plan
from rls.plan.render import statements

SCHEMA_VERSION = 1
"""Version of the JSON; it grows when a key changes its meaning or goes."""

QUIET = ("permission", "grant", "function", "policy")
"""Kinds of which a plan may hold thousands; summed up unless all are asked for."""


def plan_text(plan: Plan, *, everything: bool = False) -> str:
    """Return the plan for a person: one line a change, the many summed up by kind, and what locks a table."""
    lines = [str(change) for change in plan.changes if everything or change.object.kind not in QUIET]
    if not everything:
        lines += _sums(plan.changes)
    lines += [f"~ membership {drift}" for drift in plan.membership_drift]
    lines += [f"! foreign {text}: not ours, left alone; it may let rows through" for text in plan.foreign]
    lines.append(summary(plan))
    return "\n".join(lines)


def summary(plan: Plan) -> str:
    """Return one line: how much is created, altered, dropped."""
    if plan.empty:
        return "Nothing to do: the database is as the definition wants it."
    counts = plan.counts()
    parts = [f"{counts['create']} to create, {counts['alter']} to alter, {counts['drop']} to drop"]
    if plan.membership_drift:
        parts.append(f"{len(plan.membership_drift)} memberships to mend")
    return f"Plan: {'; '.join([*parts, *_locks(plan)])}."


def _locks(plan: Plan) -> list[str]:
    """Return, by phase, how many tables are locked (ACCESS EXCLUSIVE), each for a moment."""
    found: dict[Phase, set[str]] = {}
    for change in plan.changes:
        if change.locks_table:
            found.setdefault(change.phase, set()).add(str(change.table))
    return [f"{phase.value} locks {_tables(len(found[phase]))}" for phase in Phase if phase in found] or [
        "locks no table"
    ]


def _tables(count: int) -> str:
    return "one table for a moment" if count == 1 else f"{count} tables, one at a time, for a moment"


def plan_data(plan: Plan) -> dict[str, Any]:
    """Return the plan for a program."""
    return {
        "schema_version": SCHEMA_VERSION,
        "empty": plan.empty,
        "fingerprint": plan.fingerprint,
        "changes": [_change_data(change) for change in plan.changes],
        "membership_drift": list(plan.membership_drift),
        "foreign": list(plan.foreign),
    }


def _change_data(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "kind": change.object.kind,
        "identity": list(change.object.identity),
        "phase": change.phase.value,
        "risk": change.risk.value,
        "locks_table": change.locks_table,
        "sql": [statement.as_string(None) for statement in statements(change)],
    }


def _sums(changes: tuple[Change, ...]) -> list[str]:
    counted = Counter((change.action, change.object.kind) for change in changes if change.object.kind in QUIET)
    return [f"{SYMBOLS[action]} {count} {_plural(kind, count)}" for (action, kind), count in sorted(counted.items())]


def _plural(kind: str, count: int) -> str:
    if count == 1:
        return kind
    return f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
