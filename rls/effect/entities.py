"""What a new definition changes in entities: their tables, the columns that decide, groups of fields, budgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rls.definition.model import Budget, Definition, FieldGroup
from rls.effect.changes import LevelChange
from rls.plan.changes import Risk

_ENTITY_KEYS = (
    "table",
    "owner",
    "open",
    "stage",
    "pipeline",
    "parents",
    "carries",
    "columns",
    "fields",
    "read_budget",
    "create_budget",
    "barrier",
)
"""What of an entity decides who reaches which of its rows and columns, and how many at once."""


def entity_changes(before: Definition, after: Definition) -> Iterator[LevelChange]:
    """Yield what becomes of entities: those that come and go, and every key that changes."""
    was, becomes = ({entity.name: entity for entity in side.entities} for side in (before, after))
    for name in sorted(was.keys() | becomes.keys()):
        old, new = was.get(name), becomes.get(name)
        if old is None or new is None:
            # Added, its row security goes on; taken out, that stays on and the grants go.
            tables = [None if side is None else f"table {side.table}" for side in (old, new)]
            yield LevelChange("entity", name, Risk.closes, entity=name, before=tables[0], after=tables[1])
            continue
        for key in _ENTITY_KEYS:
            values = getattr(old, key), getattr(new, key)
            if values[0] != values[1]:
                texts = [_written(value) for value in values]
                risk = _ENTITY_RISKS[key](*values) if key in _ENTITY_RISKS else Risk.changes
                yield LevelChange("entity", name, risk, entity=name, place=key, before=texts[0], after=texts[1])


def _columns_risk(before: tuple[str, ...] | None, after: tuple[str, ...] | None) -> Risk:
    if before is None or (after is not None and set(after) < set(before)):
        return Risk.closes
    return Risk.opens if after is None or set(before) < set(after) else Risk.changes


def _fields_risk(before: tuple[FieldGroup, ...], after: tuple[FieldGroup, ...]) -> Risk:
    """Fewer see a column in a group than one in none; of two groups either may be seen by more."""
    was, becomes = ({column: group.name for group in side for column in group.columns} for side in (before, after))
    if becomes.items() >= was.items():
        return Risk.closes
    return Risk.opens if was.items() >= becomes.items() else Risk.changes


def _budget_risk(before: Budget | None, after: Budget | None) -> Risk:
    """Another period is less at once and more over time, or the other way round."""
    if before is None or after is None:
        return Risk.closes if before is None else Risk.opens
    if before.per != after.per:
        return Risk.changes
    was, becomes = ((budget.rows, budget.statement or budget.rows) for budget in (before, after))
    larger = [new > old for old, new in zip(was, becomes, strict=True)]
    smaller = [new < old for old, new in zip(was, becomes, strict=True)]
    return Risk.changes if any(larger) and any(smaller) else Risk.opens if any(larger) else Risk.closes


def _barrier_risk(before: bool, after: bool) -> Risk:  # noqa: FBT001 - what a value was and becomes
    return Risk.closes if after and not before else Risk.opens


_ENTITY_RISKS: dict[str, Callable[..., Risk]] = {
    "columns": _columns_risk,
    "fields": _fields_risk,
    "read_budget": _budget_risk,
    "create_budget": _budget_risk,
    "barrier": _barrier_risk,
}


def _written(value: Any) -> str:
    """Return a part of an entity as one reads it in the file."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case FieldGroup():
            return f"{value.name} ({', '.join(value.columns)})"
        case Budget():
            return f"{value.rows} per {value.per}" + (f", {value.statement} a statement" if value.statement else "")
        case _:
            return _parts(value)


def _parts(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_written, value)) or "none"
    if hasattr(value, "__dataclass_fields__") and not hasattr(value, "schema"):
        return "/".join(str(part) for part in vars(value).values() if part is not None)
    return str(value)
