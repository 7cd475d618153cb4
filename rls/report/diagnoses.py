"""A diagnosis as text for people and as data for programs."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from rich.text import Text

from rls.definition.wording import visible
from rls.doctor import Diagnosis
from rls.drift import Finding

SCHEMA_VERSION = 1
"""Version of the JSON; it grows when a key changes its meaning or goes."""

WORDS = {"error": "critical", "warning": "warning", "note": "note"}
"""How severe: somebody may reach more than the definition says; one more slip, and somebody does; worth knowing."""

STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}


def diagnosis_parts(diagnosis: Diagnosis, *, notes: bool) -> list[Text | str]:
    """Return a paragraph for each finding, what was not seen, and a summary.

    :param notes: whether to show what is only worth knowing, too.
    """
    shown = [each for each in diagnosis.findings if notes or each.severity != "note"]
    parts: list[Text | str] = [_paragraph(each, before) for before, each in pairwise([None, *shown]) if each]
    parts += [f"not seen: {each.check}: {each.why} ({each.advice})" for each in diagnosis.unseen]
    return [*parts, summary(diagnosis, notes=notes)]


def _paragraph(finding: Finding, before: Finding | None) -> Text:
    """Return a finding's lines; what those of the one before say already is left out."""
    text = Text.assemble(
        (f"{WORDS[finding.severity]} {finding.kind}", STYLES[finding.severity]),
        f": {visible(f'{finding.object} {finding.what}')}",
    )
    if before is None or before.why != finding.why:
        text.append(f"\n  why: {finding.why}")
    if before is None or before.statement != finding.statement:
        text.append("".join(f"\n  {visible(line)}" for line in runnable(finding).split("\n")))
    return text


def runnable(finding: Finding) -> str:
    """Return the statement of a finding as psql takes it."""
    return finding.statement if finding.statement.startswith("--") else f"{finding.statement};"


def summary(diagnosis: Diagnosis, *, notes: bool) -> str:
    """Return one line: how much was found."""
    found = Counter(each.severity for each in diagnosis.findings)
    counts = [f"{found[one]} {WORDS[one]}" for one in ("error", "warning") if found[one]]
    text = ", ".join(counts) or "nothing wrong"
    if found["note"]:
        text += f", {found['note']} {'note' if found['note'] == 1 else 'notes'}"
        text += "" if notes else " (--notes)"
    if diagnosis.accepted:
        text += f", {len(diagnosis.accepted)} accepted (rowlock accept)"
    text = f"{len(diagnosis.checks)} checks: {text}"
    return text + ("; not all could be seen." if diagnosis.unseen else ".")


def diagnosis_data(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return a diagnosis for a program, notes included."""
    room = {check.name: check.room for check in diagnosis.checks}
    return {
        "schema_version": SCHEMA_VERSION,
        "healthy": diagnosis.is_healthy,
        "checks": [check.name for check in diagnosis.checks],
        "accepted": len(diagnosis.accepted),
        "findings": [
            {
                "check": each.kind,
                "room": room[each.kind],
                "severity": WORDS[each.severity],
                "object": each.object,
                "what": each.what,
                "why": each.why,
                "statement": each.statement,
                "by_hand": diagnosis.is_by_hand(each),
            }
            for each in diagnosis.findings
        ],
        "unseen": [{"check": each.check, "why": each.why, "advice": each.advice} for each in diagnosis.unseen],
    }
