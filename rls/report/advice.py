"""Advice as text for people and as data for programs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any

from rich.text import Text

from rls.advice import Advice
from rls.definition.wording import visible
from rls.organisation.wording import count

SCHEMA_VERSION = 1
"""Version of the JSON; it grows when a key changes its meaning or goes."""

STYLES = {"warning": "yellow", "note": "dim"}


def advice_parts(shown: Collection[Advice], *, left_out: int) -> Iterator[Text | str]:
    """Yield a paragraph for each piece of advice, and a summary.

    :param left_out: how many notes are not shown.
    """
    for each in shown:
        yield Text.assemble(
            (f"{each.severity} {each.kind}", STYLES[each.severity]), f": {visible(f'{each.table} {each.what}')}"
        )
        yield f"  why: {visible(each.why)}"
        yield f"  {visible(each.statement)}" + ("" if each.statement.startswith("--") else ";")
    missing = sum(each.severity == "warning" for each in shown)
    notes = len(shown) - missing + left_out
    text = f"{count(missing, 'index', 'indexes')} missing" if missing else "no index is missing"
    yield f"{text}, {count(notes, 'note')}{' (--notes)' if left_out else ''}" if notes else text


def advice_data(shown: Collection[Advice]) -> dict[str, Any]:
    """Return advice for a program."""
    return {"schema_version": SCHEMA_VERSION, "advice": [asdict(each) for each in shown]}
