"""Who may import more or less: there are no rows to count, so levels by person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from rls.definition.combining import together
from rls.definition.levels import Cell, levels
from rls.definition.model import Definition, Entity, Level
from rls.effect.people import Holder, Roles
from rls.effect.places import place


@dataclass(frozen=True)
class ImportEffect:
    """How far a person imports records of an entity, before and after, in words."""

    login: str
    name: str
    entity: str
    before: str
    after: str


def import_effects(before: Definition, after: Definition, people: Iterable[Holder]) -> Iterator[ImportEffect]:
    """Yield every person and entity where all their roles together import something else."""
    sides = _Importing(before), _Importing(after)
    names = sorted({name for side in sides for name in side.entities})
    for holder in people:
        for name in names:
            was, becomes = sides[0].level(name, holder.before), sides[1].level(name, holder.after)
            if was != becomes:
                yield ImportEffect(holder.login, holder.name, name, was, becomes)


class _Importing:
    """Levels to import under one definition, each worked out once."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._found: dict[tuple[str, Roles], str] = {}

    @cached_property
    def entities(self) -> dict[str, Entity]:
        """Return the entities that have rights of their own, by name."""
        return {entity.name: entity for entity in self._definition.entities if not entity.parents}

    @cached_property
    def _said(self) -> dict[str, dict[str, dict[Cell, tuple[Level, bool]]]]:
        """Return entity → role → levels, of roles that say any."""
        return {
            entity.name: {
                role.name: levels(role, entity, "import")
                for role in self._definition.roles
                if any((one.entity, one.operation) == (entity.name, "import") for one in role.permissions)
            }
            for entity in self.entities.values()
        }

    def level(self, name: str, held: Roles) -> str:
        """Return how far these roles import the entity: ``own``, or ``all not in won, none in won``."""
        if name not in self.entities:
            return "none"
        said = self._said[name]
        key = (name, held.intersection(said))
        if key not in self._found:
            self._found[key] = _words(together(self._definition, [said[role] for role in key[1]], self.entities[name]))
        return self._found[key]


def _words(found: dict[Cell, Level]) -> str:
    by_level: dict[Level, list[Cell]] = {}
    for cell, level in found.items():
        by_level.setdefault(level, []).append(cell)
    return ", ".join(f"{level.name} {place(at, tuple(found))}".strip() for level, at in by_level.items())
