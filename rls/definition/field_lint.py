"""Groups of fields: what is allowed and worth knowing before it is applied."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from rls.definition.fields import reach, withholding
from rls.definition.model import Definition, Entity, FieldGroup, Level, Operation, Role


def beyond(definition: Definition) -> Iterator[str]:
    """Yield where a role reaches a group's fields further than records, and where it overwrites what it cannot see."""
    for role, entity in product(_held(definition), definition.entities):
        for group in entity.fields if not entity.parents else ():
            where = f"{entity.name}.{group.name}"
            yield from (f"{where}.{words}" for words in _wider(definition, role, entity, group))
            yield from (f"{where}.{words}" for words in _unseen(definition, role, entity, group))


def _wider(definition: Definition, role: Role, entity: Entity, group: FieldGroup) -> Iterator[str]:
    for one in role.permissions:
        if (one.entity, one.fields) != (entity.name, group.name):
            continue
        asked: tuple[Operation, ...] = ("read",) if one.operation == "read" else ("update", "create")
        furthest = max(level for each in asked for level in reach(definition, role, entity, group.name, each).record)
        if one.level > furthest:
            does = "reads" if one.operation == "read" else "changes or creates"
            reaches = f'role "{role.name}" reaches "{one.level.name}", but it {does} only "{furthest.name}"'
            yield f"{one.operation}: {reaches}: meant where its holders reach further by another role"


def _unseen(definition: Definition, role: Role, entity: Entity, group: FieldGroup) -> Iterator[str]:
    """Yield a group whose fields are overwritten in records it reads by who does not see them there."""
    seen, written = (reach(definition, role, entity, group.name, each) for each in ("read", "update"))
    cells = zip(map(min, written.record, written.fields, seen.record), seen.fields, strict=True)
    blind = [(level, read) for level, read in cells if level > read]
    if blind:
        level, read = max(blind)
        overwrites = f'role "{role.name}" overwrites "{level.name}", but it sees only "{read.name}"'
        yield f"update: {overwrites}: say how far it updates the group, too"


def notes(definition: Definition) -> Iterator[str]:
    """Yield which roles read a group only through the reading view, and because of which other role.

    A privilege on a column knows no rows (docs/decisions/0025): one role that
    withholds fields of records it reads takes it from others that may be held
    beside it.
    """
    for entity in definition.entities:
        for group in entity.fields:
            for narrow, losing in _taken(definition, entity, group).items():
                who = f"{', '.join(losing)} {'reads' if len(losing) == 1 else 'read'}"
                what = f"{', '.join(group.columns)} of {entity.table}"
                yield f'{entity.name}.{group.name}: because of role "{narrow}", {who} {what} through its view only'


def _taken(definition: Definition, entity: Entity, group: FieldGroup) -> dict[str, tuple[str, ...]]:
    """Return the role that stands in the way → the roles that show all they read, and yet are given no privilege."""
    roles = {role.name: reach(definition, role, entity, group.name, "read") for role in _held(definition)}
    taken: dict[str, tuple[str, ...]] = {}
    for role, others in withholding(definition, entity, group.name).items():
        if role not in others and max(roles[role].record) > Level.none:
            for other in others:
                taken[other] = (*taken.get(other, ()), role)
    return taken


def _held(definition: Definition) -> list[Role]:
    return [role for role in definition.roles if not role.abstract]
