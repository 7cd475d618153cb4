"""Budgets: where a ban on exporting binds nobody."""

from __future__ import annotations

from collections.abc import Iterator

from rls.definition.levels import levels
from rls.definition.model import Definition, Entity, Level, Role

NAMED = 3
"""How many roles are named."""


def notes(definition: Definition) -> Iterator[str]:
    """Yield the entities that some role exports while others read further than they export, and nothing is counted.

    Children follow their parents, and records of nobody are catalogues, which
    everybody reads whole: neither is named.
    """
    for entity in definition.entities:
        if entity.read_budget or entity.unmetered or entity.owner is None:
            continue
        roles = [role for role in definition.roles if not role.abstract]
        bound = [role.name for role in roles if _reads_beyond(role, entity)]
        if bound and any(_exports(role, entity) for role in roles):
            named = ", ".join(bound[:NAMED]) + (f" and {len(bound) - NAMED} more" if len(bound) > NAMED else "")
            yield (
                f"{entity.name}: {named} may not export all they read, but nothing counts what they read:"
                " `read_budget: 10000 per day` would, `read_budget: none` says it is meant so"
            )


def _exports(role: Role, entity: Entity) -> bool:
    return any(level > Level.none for level, _ in levels(role, entity, "export").values())


def _reads_beyond(role: Role, entity: Entity) -> bool:
    exported = levels(role, entity, "export")
    return any(level > exported[cell][0] for cell, (level, _) in levels(role, entity, "read").items())
