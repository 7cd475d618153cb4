"""Drift as text for people and as data for programs: what apply puts right, and what only a DBA may."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rls.drift import Finding
from rls.drift.findings import SEVERITIES
from rls.plan.changes import Action, Change
from rls.plan.plan import Plan
from rls.report.plans import plan_data, summary

MEANING: dict[str, str | dict[Action, str]] = {
    "database role": {
        "create": "a role of the definition has none",
        "alter": "it may do what no role may",
        "drop": "no role of the definition has it",
    },
    "function": {
        "create": "its role is refused",
        "alter": "it decides otherwise than defined which rows its role reaches",
        "drop": "no role of the definition has it",
    },
    "policy": {
        "create": "its role reaches fewer rows",
        "alter": "it lets other rows through than defined",
        "drop": "no role of the definition has it",
    },
    "routine": "rights are decided otherwise than defined",
    "view": "people read through it otherwise than defined",
    "trigger": "what it checks, writes or counts is not as defined",
    "import table": "people import through it otherwise than defined",
    "row security": "policies do not hold, for everybody or for the table's owner",
    "grant": {
        "create": "what the definition allows is refused",
        "alter": "more or fewer columns than defined, or it may be passed on",
        "drop": "no definition gives it",
    },
    "role": "who holds which role is computed from another list",
    "permission": "functions look up other levels than defined",
    "budget": "more or fewer rows are read or created than the definition says",
    "assignment": "others hold the role than the definition says",
    "schema": "its owner may drop or replace what is in it",
    "table": "who owns it may switch its row security off",
    "helper function": "policies, triggers or memberships do otherwise than shipped",
    "helper view": "memberships follow something else than the assignments",
    "helper trigger": "what rights depend on may not have followed",
    "reach": "people reach other records than their departments say",
    "counter": "budgets hold for nobody, or stop somebody who has not used theirs up",
    "helper policy": "Rowlock's functions, or somebody else, see other rows than shipped",
}
"""What a difference means, by kind of object and what mends it."""


def drift_text(plan: Plan, findings: tuple[Finding, ...], *, accepted: int = 0) -> str:
    """Return one line for each difference, with what it means and what mends it, and a summary.

    :param accepted: how many findings there are besides, which somebody means.
    """
    lines = [f"{change}: {_meaning(change)} [rowlock apply]" for change in plan.changes]
    lines += [f"~ membership {drift}: not as assigned [rowlock apply]" for drift in plan.membership_drift]
    lines += [f"! {each.kind} {each.object}: {each.what}: {each.why} [{each.statement};]" for each in findings]
    return "\n".join([*lines, *_summaries(plan, findings, accepted)])


def drift_data(plan: Plan, findings: tuple[Finding, ...], *, accepted: int = 0) -> dict[str, Any]:
    """Return the same for a program."""
    return plan_data(plan) | {
        "accepted": accepted,
        "findings": [
            {
                "kind": each.kind,
                "object": each.object,
                "severity": each.severity,
                "what": each.what,
                "why": each.why,
                "statement": each.statement,
            }
            for each in findings
        ],
    }


def counts(findings: tuple[Finding, ...]) -> bool:
    """Return whether any finding is more than a note."""
    return any(each.severity != "note" for each in findings)


def _summaries(plan: Plan, findings: tuple[Finding, ...], accepted: int) -> list[str]:
    lines = [summary(plan)] if not plan.empty or not counts(findings) else []
    if not plan.empty:
        lines.append("To mend it: rowlock apply.")
    if findings:
        found = Counter(each.severity for each in findings)
        parts = [f"{found[one]} {one}{'' if found[one] == 1 else 's'}" for one in SEVERITIES if found[one]]
        lines.append(f"Not Rowlock's to undo: {', '.join(parts)}; a DBA may run the statements in brackets.")
    if accepted:
        lines.append(f"Accepted: {accepted}; `rowlock accept` lists them.")
    return lines


def _meaning(change: Change) -> str:
    meaning = MEANING[change.object.kind]
    return meaning if isinstance(meaning, str) else meaning[change.action]
