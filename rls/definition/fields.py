"""Groups of fields on the table itself: whose rights they follow, and which roles may read their columns there.

A privilege on a column knows no rows and adds to those of a person's other
roles.  So a role may read it only where no combination of roles reaches a
record whose fields it must not show; everybody else reads the fields through
the reading view (docs/decisions/0025).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rls.definition.levels import levels, of_parent
from rls.definition.model import Definition, Entity, Level, Operation, Role


class Reach(NamedTuple):
    """A role's levels, cell by cell: of the record, and of the fields in it."""

    record: tuple[Level, ...]
    fields: tuple[Level, ...]


def followed(definition: Definition, entity: Entity, operation: Operation) -> tuple[tuple[Entity, Operation], ...]:
    """Return the entities whose rights decide, and by which operation: its own, or its parents' (decision 0011)."""
    if not entity.parents:
        return ((entity, operation),)
    parents = dict.fromkeys(one.entity for one in entity.parents)
    return tuple((definition.entity(name), of_parent(operation)) for name in parents)


def reach(definition: Definition, role: Role, entity: Entity, group: str, operation: Operation) -> Reach:
    """Return how far *role* reaches records and the group's fields in them with read, create or update."""
    sides = followed(definition, entity, operation)
    record, fields = (
        tuple(level for one, asked in sides for level, _ in levels(role, one, asked, name).values())
        for name in (None, group)
    )
    return Reach(record, fields)


def withholding(definition: Definition, entity: Entity, group: str) -> Mapping[str, tuple[str, ...]]:
    """Return role → the roles because of which it may not read the group's columns on the table; none = it may.

    Among them is the role itself, where its own fields are narrower than its
    records.  A role that follows the clock is a membership between its
    assignments, too, and shows nothing then.
    """
    roles = [role for role in definition.roles if not role.abstract]
    reached = {role.name: reach(definition, role, entity, group, "read") for role in roles}

    def stands_in_the_way(role: Role, other: str) -> bool:
        mine, theirs = reached[role.name], reached[other]
        shown = theirs.fields
        if not role.timed or other == role.name:
            shown = tuple(map(max, mine.fields, theirs.fields))
        return any(field < record for field, record in zip(shown, theirs.record, strict=True))

    return {role.name: tuple(other for other in reached if stands_in_the_way(role, other)) for role in roles}
