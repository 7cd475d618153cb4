"""Who gains and who loses what: for people and for programs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from rich.console import RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from rls.effect import Effect, ImportEffect, LevelChange, PersonEffect
from rls.effect.changes import words
from rls.report import console

SCHEMA_VERSION = 2
"""Version of the JSON; it grows when a key changes its meaning or goes."""


def effect_parts(effect: Effect, *, people: int) -> Iterator[RenderableType]:
    """Yield what to print: the lines of rights, a table of people and rows, sums, and what was not counted."""
    lines = level_lines(effect.changes)
    if lines:
        yield "\n".join(["Rights:", *(f"  {line}" for line in lines)])
    if effect.people:
        shown = _greatest(effect.people, people)
        yield _table([one for one in effect.people if one.login in shown], shown)
        yield _sums(effect, len(shown))
    elif effect.changes and not effect.notes:
        yield f"Nobody gains or loses a row ({effect.asked:,} people)."
    if effect.imports:
        yield "\n".join(["Import:", *(f"  {line}" for line in _import_lines(effect.imports, people))])
    if effect.notes:
        yield "\n".join(f"! {note}" for note in effect.notes)


def _import_lines(effects: Iterable[ImportEffect], most: int) -> Iterator[str]:
    """Yield a line for each step: of which entities, whose."""
    steps: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    by_entity: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in effects:
        by_entity[one.before, one.after, one.entity].append(_who(one))
    for (before, after, entity), people in by_entity.items():
        steps.setdefault((before, after, tuple(people)), []).append(entity)
    for (before, after, who), entities in steps.items():
        more = f" and {len(who) - most:,} more" if len(who) > most else ""
        yield f"{', '.join(entities)} {before} → {after}: {', '.join(who[:most])}{more}"


def level_lines(changes: Iterable[LevelChange]) -> list[str]:
    """Return one line a change; a role's equal steps of several operations and entities share one."""
    steps: dict[LevelChange, dict[str, list[str]]] = {}
    for change in changes:
        of_entity = steps.setdefault(replace(change, entity=None, operation=None, fields=None), {})
        of_entity.setdefault(change.what or "", []).append(change.operation or "")
    lines = []
    for change, of_entity in steps.items():
        groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for entity, operations in of_entity.items():
            groups[tuple(operations)].append(entity)
        lines += [_line(change, entities, operations) for operations, entities in groups.items()]
    return lines


def _line(change: LevelChange, entities: list[str], operations: tuple[str, ...]) -> str:
    if change.about != "level":
        return str(change)
    what = words(", ".join(entities), ", ".join(operations), change.place)
    return f"{change.subject}: {what} {change.step} ({change.risk})"


def _greatest(effects: Iterable[PersonEffect], people: int) -> list[str]:
    """Return the logins of those who gain or lose the most, in this order."""
    moved: dict[str, int] = defaultdict(int)
    for one in effects:
        moved[one.login] = max(moved[one.login], abs(one.difference))
    return sorted(moved, key=lambda login: (-moved[login], login))[:people]


def _table(effects: Iterable[PersonEffect], logins: list[str]) -> Table:
    """Return a row for each person, entity and difference; operations that differ alike share one."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("person", "entity", "operations"):
        drawn.add_column(title)
    for title in ("rows before", "", "after", ""):
        drawn.add_column(title, justify="right")
    drawn.add_column("because")
    rank = {login: number for number, login in enumerate(logins)}
    groups: dict[PersonEffect, list[str]] = {}
    for one in sorted(effects, key=lambda one: (rank[one.login], one.what)):
        groups.setdefault(replace(one, operation="read"), []).append(one.operation)
    for one, operations in groups.items():
        about = "about " if one.about else ""
        numbers = (f"{about}{one.before:,}", "→", f"{about}{one.after:,}", f"({one.difference:+,})")
        drawn.add_row(_who(one), one.what, ", ".join(operations), *numbers, one.because)
    return drawn


def _who(one: PersonEffect | ImportEffect) -> str:
    return one.name if one.name.lower() == one.login else f"{one.name} ({one.login})"


def _sums(effect: Effect, shown: int) -> str:
    gain, lose = _moved(one for one in effect.people if one.fields is None)
    text = f"{len(gain):,} of {effect.asked:,} people gain rows, {len(lose):,} lose rows"
    if any(one.fields for one in effect.people):
        see, miss = _moved(one for one in effect.people if one.fields is not None)
        text += f"; {len(see):,} gain fields of rows, {len(miss):,} lose fields"
    hidden = len({one.login for one in effect.people}) - shown
    return f"{text}; {hidden:,} more than shown (--people)." if hidden else f"{text}."


def _moved(effects: Iterable[PersonEffect]) -> tuple[set[str], set[str]]:
    """Return who gains and who loses."""
    found = list(effects)
    return {one.login for one in found if one.difference > 0}, {one.login for one in found if one.difference < 0}


def effect_data(effect: Effect) -> dict[str, Any]:
    """Return the effect for a program: everybody, not only the most affected."""
    return {
        "schema_version": SCHEMA_VERSION,
        "widens": any(change.widens for change in effect.changes),
        "changes": [
            {
                "about": change.about,
                "subject": change.subject,
                "entity": change.entity,
                "fields": change.fields,
                "operation": change.operation,
                "place": change.place,
                "before": change.before,
                "after": change.after,
                "risk": change.risk.value,
            }
            for change in effect.changes
        ],
        "people": [
            {
                "login": one.login,
                "name": one.name,
                "entity": one.entity,
                "fields": one.fields,
                "operation": one.operation,
                "before": one.before,
                "after": one.after,
                "difference": one.difference,
                "about": one.about,
                "because": one.because,
            }
            for one in effect.people
        ],
        "imports": [asdict(one) for one in effect.imports],
        "asked": effect.asked,
        "notes": list(effect.notes),
    }


@contextmanager
def counting() -> Iterator[Callable[[int, int, str], None]]:
    """Show how far counting is, as long as the context lasts; nothing where stderr is no terminal."""
    columns = (TextColumn("counting"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[what]}"))
    stderr = console.stderr()
    with Progress(*columns, TimeElapsedColumn(), console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        task = bar.add_task("counting", total=None, what="")
        yield lambda done, total, what: bar.update(task, completed=done, total=total, what=what)
